"""What of a text stands in every claim, and what of every claim in the text.

Nothing is ranked by these details: they tell whether the best claim is good enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
        found = [self._of(words, here) for words in each]
        if len(found) == 1:
            return dict(zip(DETAILS, found[0], strict=True))
        return {name: np.stack(of_each)[self._languages[here], np.arange(len(here))]
                for name, of_each in zip(DETAILS, zip(*found, strict=True), strict=True)}

    def _of(self, words: Sequence[str], here: np.ndarray) -> tuple[np.ndarray, ...]:
        import numpy as np

        held = list(dict.fromkeys(words))
        known = self._by_words.known(held)
        weight = float(self._weights[known].sum()) + self._rarest * (len(held) - len(known)) + 1e-9
        numbers = [word for word in held if _is_number(word)]
        shared = self._by_claim.held(held, self._of_claims)[here]
        of_all = self._by_words.held(held, self._weights)[here]
        both = self._by_words.held(numbers, self._digits)[here]
        missing = self._numbers[here] - self._by_claim.held(numbers, self._digits_of_claims)[here]
        unknown = sum(word not in self._by_words.vocabulary
                      and word not in self._by_claim.vocabulary for word in held)
        return (shared / self._claims[here], of_all / weight, shared / weight, both,
                len(numbers) - both, missing, self._lengths[here],
                np.full(len(here), np.log1p(len(words))),
                np.full(len(here), unknown / max(1, len(held))))


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
