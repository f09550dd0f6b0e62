"""What of a text stands in every claim, and what of every claim in the text.

Nothing is ranked by these details: they tell whether the best claim is good enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from evenhand.factcheck.postings import Postings

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

    def __init__(self, by_claim: Postings, by_words: Postings, languages: Sequence[int]) -> None:
        """The words of the claims alone, and of all parts; `languages` says of each claim by which
        of a text's languages it is compared."""
        import numpy as np

        self._by_claim, self._by_words = by_claim, by_words
        self._languages = np.array(languages, dtype=np.int64)
        self._weights = by_words.weights_in(0)
        self._rarest = math.log(1 + (by_words.size + 0.5) / 0.5)
        # What is unescaped twice in the whole may stand as another word in the claim alone.
        of_all = by_words.vocabulary
        self._of_claims = np.array([
            self._weights[of_all[word]] if word in of_all else self._rarest
            for word in by_claim.vocabulary], dtype=np.float64)
        self._digits = np.array([_is_number(word) for word in of_all], dtype=np.float64)
        of_claims = np.array([_is_number(word) for word in by_claim.vocabulary], dtype=np.float64)
        self._digits_of_claims = of_claims
        self._claims = by_claim.sums(self._of_claims) + 1e-9
        self._numbers = by_claim.sums(of_claims)
        self._lengths = np.log1p(by_claim.lengths)

    def of(self, each: Sequence[Sequence[str]],
           places: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The details of a text, for every claim or those at these places; `each` are its words in
        each language."""
        import numpy as np

        here = np.arange(len(self._languages)) if places is None else places
        # A word is told with its language: no claim holds those of another, and the claims are
        # gone through once, however many languages there are.
        every = list(dict.fromkeys(chain.from_iterable(each)))
        numbers = [word for word in every if _is_number(word)]
        shared = self._by_claim.held(every, self._of_claims, places)
        of_all = self._by_words.held(every, self._weights, places)
        both = self._by_words.held(numbers, self._digits, places)
        missing = self._numbers[here] - self._by_claim.held(numbers, self._digits_of_claims, places)
        weight, digits, length, unknown = np.array([self._of_text(words) for words in each]
                                                   ).T[:, self._languages[here]]
        return dict(zip(DETAILS, (
            shared / self._claims[here], of_all / weight, shared / weight, both, digits - both,
            missing, self._lengths[here], length, unknown), strict=True))

    def _of_text(self, words: Sequence[str]) -> tuple[float, ...]:
        """Of a text's words in one language their weight, how many are numbers, the length, and the
        share that no claim has."""
        import numpy as np

        held = list(dict.fromkeys(words))
        known = self._by_words.known(held)
        weight = float(self._weights[known].sum()) + self._rarest * (len(held) - len(known)) + 1e-9
        unknown = sum(word not in self._by_words.vocabulary
                      and word not in self._by_claim.vocabulary for word in held)
        return (weight, sum(map(_is_number, held)), float(np.log1p(len(words))),
                unknown / max(1, len(held)))


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
