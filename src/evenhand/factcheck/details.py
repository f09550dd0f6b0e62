"""What of a text stands in every claim, and what of every claim in the text.

Nothing is ranked by these details: they tell whether the best claim is good enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DETAILS = ("share of the claim", "share of the text", "share of the text in the claim",
           "numbers shared", "numbers of the text missing", "numbers of the claim missing",
           "length of the claim", "length of the text", "share of words that no claim has")
"""Every detail, in the order of a verifier's weights. A share is of the weight of words, not of
their number; a length is the logarithm of one more than the number of words."""


class Details:
    """What of a text stands in every claim, and what of every claim in the text.

    A word weighs its inverse document frequency over all parts of the claims, in Lucene's form.
    """

    def __init__(self, claims: Sequence[Sequence[str]], whole: Sequence[Sequence[str]],
                 languages: Sequence[int]) -> None:
        """Lay out the words of the claims, and those of all parts of each; `languages` says of each
        by which of a text's languages it is compared."""
        import numpy as np

        self._languages = np.array(languages, dtype=np.int64)

        self._size = len(claims)
        self._of_claim, self._of_all = _places(claims), _places(whole)
        self._rarest = self._weight(0)
        # What is unescaped twice in the whole may stand as another word in the claim alone.
        self._weights = dict.fromkeys(self._of_claim, self._rarest) | {
            word: self._weight(len(at)) for word, at in self._of_all.items()}
        held = [set(words) for words in claims]
        self._claims = np.array([sum(map(self._weights.__getitem__, sorted(words)))
                                 for words in held]) + 1e-9
        self._numbers = np.array([sum(map(_is_number, words)) for words in held])
        self._lengths = np.log1p([len(words) for words in claims])

    def of(self, each: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
        """The details of a text, for every claim; `each` are its words in each language."""
        import numpy as np

        found = [self._of(words) for words in each]
        if len(found) == 1:
            return dict(zip(DETAILS, found[0], strict=True))
        return {name: np.choose(self._languages, of_each) if len(found) <= 32 else
                np.stack(of_each)[self._languages, np.arange(self._size)]
                for name, of_each in zip(DETAILS, zip(*found, strict=True), strict=True)}

    def _of(self, words: Sequence[str]) -> tuple[np.ndarray, ...]:
        import numpy as np

        held = list(dict.fromkeys(words))
        weight = sum(self._weights.get(word, self._rarest) for word in held) + 1e-9
        numbers = [word for word in held if _is_number(word)]
        shared = self._sum(self._of_claim, held)
        both = self._sum(self._of_all, numbers, even=True)
        unknown = sum(word not in self._weights for word in held)
        return (shared / self._claims, self._sum(self._of_all, held) / weight, shared / weight,
                both, len(numbers) - both,
                self._numbers - self._sum(self._of_claim, numbers, even=True), self._lengths,
                np.broadcast_to(np.log1p(len(words)), self._size),
                np.broadcast_to(unknown / max(1, len(held)), self._size))
    def _sum(self, places: Mapping[str, np.ndarray], words: Sequence[str], *,
             even: bool = False) -> np.ndarray:
        """The weights of those words that each claim has; each is 1 where they weigh `even`."""
        import numpy as np

        known = [word for word in words if word in places]
        if not known:
            return np.zeros(self._size)
        at = [places[word] for word in known]
        weights = np.repeat([1.0 if even else self._weights[word] for word in known],
                            [len(some) for some in at])
        return np.bincount(np.concatenate(at), weights, minlength=self._size)

    def _weight(self, claims: int) -> float:
        return math.log(1 + (self._size - claims + 0.5) / (claims + 0.5))


def _places(texts: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """In which of the texts each word stands."""
    import numpy as np

    places: dict[str, list[int]] = {}
    for n, words in enumerate(texts):
        for word in dict.fromkeys(words):
            places.setdefault(word, []).append(n)
    return {word: np.array(at, dtype=np.int64) for word, at in places.items()}


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


