"""The vectors of texts as the benchmarks keep them, so that a second run embeds nothing again.

A file for each model, of digests and vectors and no text, in the folder for what may be lost or in
`EVENHAND_KEPT`. What embedding costs is measured with the model itself: `forget`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evenhand.edge.sentence_model import load_model
from evenhand.factcheck.embedding import Embedder


class Kept(Embedder):
    """A model that computes what it has not computed before; `forget` makes it compute all."""

    def __init__(self, folder: Path) -> None:
        self._model = load_model(folder)
        self.digest, self.libraries = self._model.digest, self._model.libraries
        named = "-".join([self.digest[7:23], *(f"{name}{number}" for name, number in
                                               self.libraries)])
        place = os.environ.get("EVENHAND_KEPT") or f"{tempfile.gettempdir()}/evenhand-kept"
        self._file = Path(place) / f"vectors-{named}.npz"
        self._known: dict[bytes, np.ndarray] = {}
        self.forget = False
        if self._file.exists():
            with np.load(self._file) as held:
                self._known = {name.tobytes(): vector for name, vector in zip(
                    held["names"], held["vectors"], strict=True)}

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        if self.forget or not texts:
            return self._model.vectors(texts)
        names = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        new = {name: text for name, text in zip(names, texts, strict=True)
               if name not in self._known}
        self._known |= dict(zip(new, self._model.vectors(list(new.values())), strict=True))
        return np.array([self._known[name] for name in names])

    def keep(self) -> None:
        """Write what is known to its file, whole or not at all."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        half = self._file.with_suffix(f".{os.getpid()}.npz")
        np.savez(half, names=np.array([np.frombuffer(name, np.uint8) for name in self._known]),
                 vectors=np.array(list(self._known.values())))
        half.replace(self._file)
