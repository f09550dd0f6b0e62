"""The gate: fact-checks that have enough words in common with a text to be compared in full.

It asks for the share of the claim's weight that stands in the post. The weight of a word is
its inverse document frequency, so that rare words count and common ones hardly do. A claim weighs
at least as much as `RARE_WORDS` of the rarest words, or else three lucky words would meet a short
one. A share means the same for any pool, which a BM25 score or a cosine does not.

BM25 says which claims are looked at. It needs the extra `[match]` (numpy; PyStemmer; bm25s, for its
lists of words without meaning); where that is not installed, `Index.build` returns None and nothing
is proposed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from evenhand.factcheck.languages import LISTED, OURS, SNOWBALL
from evenhand.factcheck.postings import Postings
from evenhand.factcheck.words import Tongues, Words
from evenhand.factcheck.writing import plain, without_optional

PROPOSE_ABOVE = 0.26
"""Measured: spec/factcheck.md, "What the gate lets through"; `benchmarks/match.py` re-runs it."""

RARE_WORDS = 8
"""The least weight of a claim, in words that only one fact-check has."""

LEAST_POOL = 1000
"""Words of a smaller pool are weighed as if it held so many claims: several fact-checks of one
claim among ten would otherwise make its words look common."""

MOST = 5
"""Passeds that a reviewer is shown: the right one is among five in 97 of 100 searches whose
ranking is good (reference: factcheck, 4.1)."""

DEPTH = 30
"""Best of the ranking that the gate looks at."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a claim, with the primary subtag of its language ("en")."""

    words: str
    language: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A fact-check that passed the gate: its place in the index, its share and its BM25 score."""

    place: int
    share: float
    score: float


class Index:
    """Claims as bags of weighted words. Built once, never changed; equal input, equal answers."""

    __slots__ = ("_postings", "_tongues", "_totals", "_weights", "libraries")

    def __init__(self, tongues: Tongues, claims: Iterable[Sequence[str]]) -> None:
        """Weigh the words; use `build`, which knows whether the libraries are there."""
        import numpy as np

        self._tongues, self._postings = tongues, Postings(claims)
        self.libraries = tuple((name, version(name)) for name in ("bm25s", "PyStemmer"))
        self._weights = self._postings.weights_in(LEAST_POOL)
        least = RARE_WORDS * math.log(1 + (max(self._postings.size, LEAST_POOL) - 0.5) / 1.5)
        self._totals = np.maximum(least, self._postings.sums(self._weights))

    @classmethod
    def build(cls, claims: Iterable[Text]) -> Index | None:
        """Index the claims in the order given; None without the extra `[match]`."""
        words = words_with_stemmers()
        if words is None:
            return None
        texts = tuple(claims)
        tongues = Tongues(words, tuple(sorted({text.language for text in texts})))
        return cls(tongues, (tongues.words_of(text.words, text.language) for text in texts))

    def passed(self, passage: str, *, above: float,
               only: Collection[int] | None = None) -> tuple[Passed, ...]:
        """Those whose share is at least `above`, best BM25 score first, ties by place.

        The passage may be in any language: it is compared in that of the claims. With `only`,
        places in the order of the index, no other is looked at.
        """
        import numpy as np

        words = self._tongues.in_every(passage)
        if not self._postings.known(words):
            return ()
        scores = self._postings.scores(words)
        if only is not None:
            mask = np.zeros(len(scores), dtype="float32")
            mask[sorted(only)] = 1
            scores = scores * mask
        if len(scores) > DEPTH:
            # All that tie with the last are looked at, so that no order of theirs matters.
            limit = scores.copy()
            limit.partition(len(scores) - DEPTH)
            places = (scores >= max(limit[-DEPTH], 1e-9)).nonzero()[0]
        else:
            places = (scores > 0).nonzero()[0]
        shares = (self._postings.held(words, self._weights) / self._totals)[places]
        found = [Passed(place, round(share, 6), round(float(scores[place]), 6))
                 for place, share in zip(places.tolist(), shares.tolist(), strict=True)
                 if share >= above]
        return tuple(sorted(found, key=lambda c: (-c.score, c.place)))


def words_with_stemmers() -> Words | None:
    """The words of texts, stemmed by language; None where `[match]` is not installed."""
    try:
        import bm25s.stopwords
        import Stemmer
    except ImportError:
        return None
    stemmers = {name: _stemmer(Stemmer, name) for name in {*SNOWBALL.values()}
                if name in Stemmer.algorithms()}
    return Words(
        stemmers={tag: stemmers[name] for tag, name in SNOWBALL.items() if name in stemmers},
        stopwords={tag: frozenset(without_optional(plain(word).casefold()) for word in listed)
                   for tag, listed in OURS.items()} | {
            tag: frozenset(getattr(bm25s.stopwords, f"STOPWORDS_{name}"))
            for tag, name in LISTED.items()})


def _stemmer(module: Any, name: str) -> Callable[[list[str]], list[str]]:
    stem: Callable[[list[str]], list[str]] = module.Stemmer(name).stemWords
    return stem
