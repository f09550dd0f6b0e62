"""By what a platform matches: its sentence model, its learned weights, the vectors it keeps.

The vectors of claims are kept in a file, so that a pool of fact-checks is embedded once and not at
every start. The file may be deleted at any time: what it lacks is computed again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.edge.config import Config
from evenhand.edge.sentence_model import check_model, load_model
from evenhand.edge.whole_file import write_whole
from evenhand.errors import EvenhandError
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.likeness import ALL, BY_TEXT, Vectors
from evenhand.factcheck.match import USUAL
from evenhand.factcheck.proposer import PROPOSE_LIKELY, Means
from evenhand.factcheck.proposing import PROPOSE_ABOVE
from evenhand.factcheck.ranking import Learned, read_learned

if TYPE_CHECKING:
    import numpy as np

NAME_BYTES = 32
"""A row of the file is the SHA-256 of a text and its vector, float32 as this machine writes it."""


class Matching:
    """What a platform's posts and fact-checks are compared by, and where vectors are kept.

    The sentence model is loaded when the first thing is compared: most of what people do at a
    platform compares nothing, and a model takes longer to load than all the rest.
    """

    def __init__(self, means: Means = USUAL, load: Callable[[], Loaded] | None = None) -> None:
        """`load` gives, when it is asked for, what `means` stands for until then."""
        self._loaded = Loaded(means=means) if load is None else None
        self._load = load

    @property
    def means(self) -> Means:
        """The model, the weights and what it takes to be proposed."""
        return self._now().means

    @property
    def vectors(self) -> Vectors | None:
        """The vectors of claims, kept from one process to the next; None without a model."""
        return self._now().vectors

    def keeping(self, wrap: Callable[[Vectors], Vectors]) -> Matching:
        """The same, with its vectors kept through something, where there are any."""

        def load() -> Loaded:
            now = self._now()
            return now if now.vectors is None else replace(now, vectors=wrap(now.vectors))

        return Matching(load=load)

    def _now(self) -> Loaded:
        if self._loaded is None:
            assert self._load is not None, "what is not there is loaded"
            self._loaded = self._load()
        return self._loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The means, and the vectors where there is a model."""

    means: Means
    vectors: Vectors | None = None


WITHOUT_MODEL = Matching()


def open_matching(config: Config) -> Matching:
    """By what the configuration says; what is named and cannot be used is refused at once."""
    if config.model:
        check_model(config.model)
    learned = (weights_over(config.learned, model=config.model is not None)
               if config.learned else None)

    def load() -> Loaded:
        embedder = load_model(config.model) if config.model else None
        if learned is not None:
            keep_weights(config, learned)
        return Loaded(
            means=Means(embedder=embedder, learned=learned,
                        above=config.propose_above or PROPOSE_ABOVE,
                        likely=config.propose_likely or PROPOSE_LIKELY),
            vectors=KeptVectors(config.data, embedder) if embedder else None)

    return Matching(load=load)


def weights_over(path: Path, *, model: bool) -> Learned:
    """The weights in a file, if they weigh what is compared: with a `model` meaning too.

    It is asked before any claim is laid out, which takes minutes with a model.
    """
    learned = read_weights(path)
    if learned.likenesses != (ALL if model else BY_TEXT):
        raise EvenhandError(
            "the weights were learned over " + ", ".join(learned.likenesses), where=str(path),
            hint="leave the model out (`match.model`, `--model`), or calibrate again with it"
            if model else "name the model they were learned with (`match.model`, `--model`), or "
            "calibrate again without")
    return learned


def read_weights(path: Path) -> Learned:
    """The weights in a file that `evenhand claims calibrate` wrote."""
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise EvenhandError(f"cannot read it: {wrong.strerror or wrong}", where=str(path),
                            hint="`evenhand claims calibrate` writes such a file") from None
    return read_learned(data, where=str(path))


def keep_weights(config: Config, learned: Learned) -> None:
    """Keep the weights under their digest: whoever replays a decision needs those of its day."""
    place = config.weights / f"{learned.digest.removeprefix('sha256:')}.json"
    if not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(place, learned.written())


class KeptVectors:
    """The vectors of texts by one model: those of before from a file, new ones added to it."""

    def __init__(self, folder: Path | None, embedder: Embedder) -> None:
        """`folder` is the platform's data; the file there is named after the model. Without one
        they are held as long as this is."""
        self._embedder = embedder
        self._file = None if folder is None else (
            folder / f"vectors-{embedder.digest.removeprefix('sha256:')[:16]}")
        self._held: dict[bytes, np.ndarray] | None = None

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """As `Embedder.vectors`."""
        import numpy as np

        held = self._read()
        names = [hashlib.sha256(text.encode()).digest() for text in texts]
        fresh = {name: text for name, text in zip(names, texts, strict=True) if name not in held}
        if fresh:
            made = self._embedder.vectors(list(fresh.values()))
            held.update(zip(fresh, made, strict=True))
            self._add(b"".join(name + vector.tobytes()
                               for name, vector in zip(fresh, made, strict=True)))
        if not texts:
            return self._embedder.vectors([])
        return np.stack([held[name] for name in names])

    def _read(self) -> dict[bytes, np.ndarray]:
        import numpy as np

        if self._held is None:
            size = NAME_BYTES + 4 * self._embedder.vectors([]).shape[1]
            try:
                data = b"" if self._file is None else self._file.read_bytes()
            except OSError:
                data = b""
            # A process that was killed may have left a part of a row, and each row begins at a
            # multiple of its size: what follows would be read askew, so it is written anew.
            if self._file is not None and len(data) % size:
                self._file.unlink(missing_ok=True)
                data = b""
            rows = {data[at:at + NAME_BYTES]: np.frombuffer(
                data, np.float32, offset=at + NAME_BYTES, count=(size - NAME_BYTES) // 4)
                for at in range(0, len(data), size)}
            self._held = {name: row for name, row in rows.items() if np.isfinite(row).all()}
        return self._held

    def _add(self, rows: bytes) -> None:
        """Add rows in one write, so that two processes never mix theirs; a full disk only costs
        time at the next start."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            where = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(where, rows)
            finally:
                os.close(where)
        except OSError:
            return
