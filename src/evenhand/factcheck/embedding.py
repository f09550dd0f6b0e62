"""A text as a vector of its meaning, by an eight-bit sentence model in ONNX; needs `[embed]`.

The model is made of published weights (`factcheck.minilm`), beside its tokenizer. It runs in one
thread, with neither the framework it was trained in nor a network: equal texts get equal vectors,
on one machine and one version of the runtime. Without it matching works by words and letters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from evenhand.errors import EvenhandError

if TYPE_CHECKING:
    import numpy as np

LONGEST = 128
"""Tokens of a text that are read; a claim has some 23, a post some 44."""


class Embedder:
    """A model that was loaded once. `digest` names its bytes, `libraries` what runs them."""

    def __init__(self, model: bytes, tokenizer: bytes) -> None:
        """Load a model of its two files' bytes; raises where they are none, or without the extra.
        """
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise EvenhandError("sentence vectors need the extra `[embed]`",
                                hint="install `evenhand[embed]`, or match without a model"
                                ) from None
        self.digest = "sha256:" + hashlib.sha256(
            hashlib.sha256(model).digest() + hashlib.sha256(tokenizer).digest()).hexdigest()
        self.libraries = tuple((name, version(name)) for name in ("onnxruntime", "tokenizers"))
        options = onnxruntime.SessionOptions()
        # Two threads in one busy process are slower than one (reference: factcheck, section 7).
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = Tokenizer.from_str(tokenizer.decode())
        except Exception as wrong:  # each library has errors of its own
            raise EvenhandError(f"this model cannot be read: {str(wrong)[:200]}",
                                hint="make it again: `evenhand claims model`") from None
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of texts, (texts, dimensions) float32, each of length 1.

        One text at a time. Eight bits are scaled by all that runs together, so that in company a
        text would get another vector in another company, and nobody could work it out again.
        """
        import numpy as np

        whole = np.empty((len(texts), self._session.get_outputs()[0].shape[1]), dtype=np.float32)
        for row, read in enumerate(self._tokenizer.encode_batch(list(texts))):
            ids = np.array([read.ids], dtype=np.int64)
            whole[row] = self._session.run(["vector"], {"ids": ids, "mask": np.ones_like(ids)})[0]
        return whole
