"""The vectors of many texts, made block by block: each is kept before the next is begun.

A sentence model reads some hundred texts a second, and a pool holds tens of thousands. Whoever
waits is told how far it is, and whoever interrupts loses no more than a block.

>>> import numpy as np
>>> told = []
>>> vectors = InBlocks(lambda texts: np.ones((len(texts), 2), dtype=np.float32),
...                    show=lambda *so_far: told.append(so_far), block=2)
>>> vectors(["a", "b", "c"]).shape, told
((3, 2), [('reading the fact-checks', 2, 3), ('reading the fact-checks', 3, 3)])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from evenhand.factcheck.likeness import Vectors

if TYPE_CHECKING:
    import numpy as np

Show = Callable[[str, int, int], None]
"""Takes what is being done, how much of it is done, and of how much; of 0 where nobody knows."""

BLOCK = 256


def silent(what: str, done: int, of: int) -> None:
    """Show nothing."""


class InBlocks:
    """`Vectors` that ask for those of a block of texts at a time."""

    def __init__(self, vectors: Vectors, *, show: Show, expected: int = 0,
                 block: int = BLOCK) -> None:
        """`vectors` gives those of a block; in all, `expected` texts or more will be asked for."""
        self._vectors, self._show, self._block = vectors, show, block
        self._expected, self._asked, self._done = expected, 0, 0

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """As `Embedder.vectors`."""
        import numpy as np

        self._asked += len(texts)
        blocks = []
        for start in range(0, len(texts), self._block):
            some = texts[start:start + self._block]
            blocks.append(self._vectors(some))
            self._done += len(some)
            self._show("reading the fact-checks", self._done, max(self._asked, self._expected))
        return np.concatenate(blocks) if blocks else self._vectors([])
