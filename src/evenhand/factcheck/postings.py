"""Which claims hold which parts (words, runs of letters), and what each adds to a BM25 score.

Laid out by part: a text's scores are the sum of its parts' columns. A part that very many claims
hold is kept as a whole row, since adding rows is quicker than adding at places.

>>> postings = Postings([["two", "ballots"], ["a", "cat"]])
>>> [round(float(score), 2) for score in postings.scores(["ballots", "for", "two"])]
[0.63, 0.0]
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

K1, B = 1.2, 0.75
"""BM25 as Lucene has it (reference: factcheck, section 4.1)."""

COMMON = 8
"""A part of one in so many claims is kept as a row: measured, and it is at most four times as
large."""


class Postings:
    """The parts of claims. Built once, never changed.

    `size` counts claims, `vocabulary` numbers the parts, `lengths` (claims,) counts how many parts
    are said in each. `weights` (parts,) is each part's inverse document frequency; `wholes`
    (claims,) the weight of all parts of a claim together, each counted once.
    """

    __slots__ = ("_common", "_data", "_places", "_starts", "lengths", "size", "vocabulary",
                 "weights", "wholes")

    def __init__(self, claims: Iterable[Sequence[str]], *, common: int = COMMON) -> None:
        """Lay out the parts of each claim; `common` 0 keeps no rows, which takes least memory."""
        import numpy as np

        vocabulary: dict[str, int] = {}
        said, lengths = array("I"), array("I")
        for parts in claims:
            lengths.append(len(parts))
            said.extend(vocabulary.setdefault(part, len(vocabulary)) for part in parts)
        self.size, self.vocabulary = len(lengths), vocabulary
        self.lengths = long = np.array(lengths, dtype=np.int64)
        many = len(vocabulary)
        # One number names a claim and a part, so that sorting counts what is said more than once.
        pairs = np.frombuffer(said, dtype=np.uint32).astype(np.int64) * self.size
        pairs += np.repeat(np.arange(self.size), long)
        pairs, times = np.unique(pairs, return_counts=True)
        parts_of = (pairs // max(self.size, 1)).astype(np.int32)
        self._places = (pairs % max(self.size, 1)).astype(np.int32)
        del pairs
        held_by = np.bincount(parts_of, minlength=many)
        self._starts = np.concatenate([[0], np.cumsum(held_by)])
        self.weights = np.log(1 + (self.size - held_by + 0.5) / (held_by + 0.5)
                              ).astype(np.float32)
        short = K1 * (1 - B + B * long / (long.mean() or 1.0)) if self.size else long
        self._data = (self.weights[parts_of] * (times / (short[self._places] + times))
                      ).astype(np.float32)
        self.wholes = self.sums(self.weights).astype(np.float32)
        self._common: dict[int, np.ndarray] = {}
        for part in np.nonzero(held_by * common > self.size)[0].tolist():
            row = np.zeros(self.size, dtype=np.float32)
            here = slice(self._starts[part], self._starts[part + 1])
            row[self._places[here]] = self._data[here]
            self._common[part] = row

    def known(self, parts: Iterable[str]) -> list[int]:
        """The numbers of those parts that some claim holds, each once, in their order."""
        numbers = (self.vocabulary.get(part) for part in dict.fromkeys(parts))
        return [number for number in numbers if number is not None]

    def scores(self, parts: Iterable[str]) -> np.ndarray:
        """The BM25 score of every claim, (claims,) float32, each part counted once."""
        import numpy as np

        known = self.known(parts)
        scores = np.zeros(self.size, dtype=np.float32)
        few = [n for n in known if n not in self._common]
        if few:
            np.add.at(scores, self._at(few), np.concatenate(
                [self._data[self._starts[n]:self._starts[n + 1]] for n in few]))
        for n in known:
            if n in self._common:
                scores += self._common[n]
        return scores

    def held(self, parts: Iterable[str], weights: np.ndarray | None = None,
             places: np.ndarray | None = None) -> np.ndarray:
        """Of every claim the weight of those of its parts that are among these, (claims,) float64.

        `weights` (parts,) are other ones than those here. Of the claims at `places` (n,) alone:
        (n,), the same numbers; a part is looked up there, not read from all that hold it.
        """
        import numpy as np

        known = self.known(parts)
        if not known:
            return np.zeros(self.size if places is None else len(places))
        each = (self.weights if weights is None else weights)[known]
        if places is not None:
            found = np.zeros(len(places))
            for number, weight in zip(known, each.tolist(), strict=True):
                found[self._holding(number, places)] += weight
            return found
        many = self._starts[np.array(known) + 1] - self._starts[known]
        return np.bincount(self._at(known), weights=np.repeat(each, many), minlength=self.size)

    def sums(self, weights: np.ndarray) -> np.ndarray:
        """Of every claim the weight of all its parts, each once, where parts weigh so."""
        import numpy as np

        return np.bincount(self._places, weights=np.repeat(weights, np.diff(self._starts)),
                           minlength=self.size)

    def weights_in(self, many: int) -> np.ndarray:
        """The weights of parts as if there were so many claims at least, (parts,) float64."""
        import numpy as np

        size, held_by = max(self.size, many), np.diff(self._starts)
        weights: np.ndarray = np.log(1 + (size - held_by + 0.5) / (held_by + 0.5))
        return weights

    def _holding(self, part: int, places: np.ndarray) -> np.ndarray:
        """Which of the claims at these places hold a part, (n,) bool."""
        import numpy as np

        row = self._common.get(part)
        if row is not None:
            said: np.ndarray = row[places] > 0
            return said
        holders = self._places[self._starts[part]:self._starts[part + 1]]
        at = np.minimum(np.searchsorted(holders, places), len(holders) - 1)
        here: np.ndarray = holders[at] == places
        return here

    def _at(self, known: Sequence[int]) -> np.ndarray:
        import numpy as np

        found: np.ndarray = np.concatenate(
            [self._places[self._starts[n]:self._starts[n + 1]] for n in known])
        return found
