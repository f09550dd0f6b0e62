"""The gate: fact-checks that have enough words in common with a text to be compared in full.

It asks for the share of the claim's weight that stands in the post. The weight of a word is
its inverse document frequency, so that rare words count and common ones hardly do. A claim weighs
at least as much as `RARE_WORDS` of the rarest words, or else three lucky words would meet a short
one. A share means the same for any pool, which a BM25 score or a cosine does not.

BM25 says which claims are looked at. It needs the extra `[match]` (bm25s, PyStemmer); where that is
not installed, `Index.build` returns None and nothing is proposed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from evenhand.factcheck.languages import LISTED, OURS, SNOWBALL
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

    __slots__ = ("_claims", "_ranking", "_tongues", "_weights", "libraries")

    def __init__(self, tongues: Tongues, claims: Sequence[Sequence[str]], ranking: Any,
                 libraries: tuple[tuple[str, str], ...]) -> None:
        """Weigh the words; use `build`, which knows whether the libraries are there."""
        self._tongues = tongues
        self._ranking = ranking
        self.libraries = libraries
        sets = [frozenset(claim) for claim in claims]
        counts = Counter(word for claim in sets for word in claim)
        # Lucene's form, which is never negative; it is also what BM25 ranks with here.
        size = max(len(sets), LEAST_POOL)
        self._weights = {word: math.log(1 + (size - n + 0.5) / (n + 0.5))
                         for word, n in counts.items()}
        least = RARE_WORDS * math.log(1 + (size - 0.5) / 1.5)
        self._claims = [(claim, max(least, self._weight(claim))) for claim in sets]

    @classmethod
    def build(cls, claims: Iterable[Text]) -> Index | None:
        """Index the claims in the order given; None without the extra `[match]`."""
        words = words_with_stemmers()
        if words is None:
            return None
        import bm25s

        texts = tuple(claims)
        tongues = Tongues(words, tuple(sorted({text.language for text in texts})))
        split = [tongues.words_of(text.words, text.language) for text in texts]
        ranking = None
        if any(split):
            ranking = bm25s.BM25(k1=1.2, b=0.75, method="lucene", backend="numpy")
            ranking.index(split, show_progress=False)
        return cls(tongues, split, ranking,
                   (("bm25s", version("bm25s")), ("PyStemmer", version("PyStemmer"))))

    def passed(self, passage: str, *, above: float,
               only: Collection[int] | None = None) -> tuple[Passed, ...]:
        """Those whose share is at least `above`, best BM25 score first, ties by place.

        The passage may be in any language: it is compared in that of the claims. With `only`,
        places in the order of the index, no other is looked at.
        """
        import numpy as np

        if self._ranking is None:
            return ()
        known = [word for word in dict.fromkeys(self._tongues.in_every(passage))
                 if word in self._weights]
        if not known:
            return ()
        held = frozenset(known)
        scores = self._ranking.get_scores(known)
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
        found = []
        for place in places.tolist():
            claim, weight = self._claims[place]
            share = self._weight(claim & held) / weight
            if share >= above:
                found.append(Passed(place, round(share, 6), round(float(scores[place]), 6)))
        return tuple(sorted(found, key=lambda c: (-c.score, c.place)))

    def _weight(self, words: Iterable[str]) -> float:
        # `fsum` is exact, so the order in which a set gives its words cannot show.
        return math.fsum(self._weights[word] for word in words)


def words_with_stemmers() -> Words | None:
    """The words of texts, stemmed by language; None where `[match]` is not installed."""
    try:
        import bm25s.stopwords
        import Stemmer
    except ImportError:
        return None
    return Words(
        stemmers={tag: _stemmer(Stemmer, name) for tag, name in SNOWBALL.items()
                  if name in Stemmer.algorithms()},
        stopwords={tag: frozenset(without_optional(plain(word).casefold()) for word in listed)
                   for tag, listed in OURS.items()} | {
            tag: frozenset(getattr(bm25s.stopwords, f"STOPWORDS_{name}"))
            for tag, name in LISTED.items()})


def _stemmer(module: Any, name: str) -> Callable[[list[str]], list[str]]:
    stem: Callable[[list[str]], list[str]] = module.Stemmer(name).stemWords
    return stem
