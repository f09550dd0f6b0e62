"""A pool of very many claims: what it tells of a text are the likenesses of candidates alone.

`likeness.Pool` compares a text with every claim in every way, which a million claims make too
large and too slow. Here words (three ways) and a rough look at meaning are compared with every
claim; from the best of each come some hundreds of candidates, and only of these letters and
cosines are worked out, as exactly as there. The mean and the deviation of a likeness, in which
`ranking` counts, are still those of the whole pool: exact for words and meaning, and for letters
those of an evenly spread sample of claims.

>>> pool = LargePool.of([Claim("Every voter is sent two ballots"), Claim("A cat can be a mayor")])
>>> pool is None or [one.place for one in pool.ranked(["ballots for voters"], most=1)[0]]
[0]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from evenhand.factcheck.compressed import BLOCK, Letters, MeanSpread, Vectors
from evenhand.factcheck.details import Details
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.likeness import ALL, BY_TEXT, Claim, Likenesses, Pool
from evenhand.factcheck.likeness import Vectors as VectorsOf
from evenhand.factcheck.postings import Postings
from evenhand.factcheck.proposing import words_with_stemmers
from evenhand.factcheck.ranking import Learned, Ranked, rank
from evenhand.factcheck.words import Tongues, Words, runs_of, without_layout

LARGE = 100_000
"""From so many claims on a pool is a large one."""

BEST = {"words": 120, "words of the claim": 60, "words of the title": 40, "meaning": 240}
"""Candidates from each of what is compared with every claim; `meaning` stands for both."""

TOGETHER = 32
"""Texts compared at once: a rough look reads all codes, once for all of them."""


class Part(np.ndarray):
    """The scores of some claims, which know the mean and the deviation over all claims.

    >>> part = Part.of(np.array([3.0, 5.0]), (1.0, 2.0))
    >>> float(part.mean()), float(part.std()), float(part.max())
    (1.0, 2.0, 5.0)
    """

    over_all: MeanSpread

    @classmethod
    def of(cls, scores: np.ndarray, over_all: MeanSpread) -> Part:
        """These scores, and what is known of all."""
        part = scores.view(cls)
        part.over_all = over_all
        return part

    def mean(self, *_: Any, **__: Any) -> Any:
        """The mean over all claims."""
        return self.over_all[0]

    def std(self, *_: Any, **__: Any) -> Any:
        """The deviation over all claims."""
        return self.over_all[1]


@dataclass(frozen=True, slots=True)
class Some:
    """The candidates of a text: their places in the pool, ascending, and of each its likenesses in
    that order, as `ranking.rank` reads them."""

    places: np.ndarray
    likenesses: Likenesses


class LargePool:
    """Very many claims laid out for comparing. Built once, never changed; equal input, equal
    answers."""

    def __init__(self, claims: Sequence[Claim], words: Words, embedder: Embedder | None,
                 vectors: VectorsOf | None = None) -> None:
        """Lay the claims out; use `of`. They are read several times, a block at once, so that they
        need not all be in memory."""
        self.size = len(claims)
        self._embedder = embedder
        self.tongues = Tongues(words, tuple(sorted({c.language for c in claims})))
        split = self.tongues.words_of
        self._by_words = {
            "words": Postings(split(_whole(c), c.language) for c in claims),
            "words of the claim": Postings(split(c.claim, c.language) for c in claims),
            "words of the title": Postings(split(c.title, c.language) for c in claims)}
        self._details = Details(
            self._by_words["words of the claim"], self._by_words["words"],
            [self.tongues.languages.index(c.language) for c in claims])
        self._letters = Letters(runs_of(_whole(c)) for c in claims)
        self._vectors = None if embedder is None or not self.size else Vectors(
            self.size, self._embedded(claims, vectors or embedder.vectors))

    @classmethod
    def of(cls, claims: Sequence[Claim], embedder: Embedder | None = None, *,
           vectors: VectorsOf | None = None) -> LargePool | None:
        """The pool of these claims, in their order; None where `[match]` is not installed.

        `vectors` gives the vectors of claims instead of the model, from where they are kept.
        """
        words = words_with_stemmers()
        return None if words is None else cls(claims, words, embedder, vectors)

    @property
    def names(self) -> tuple[str, ...]:
        """The likenesses that this pool can tell."""
        return ALL if self._embedder is not None else BY_TEXT

    def ranked(self, texts: Sequence[str], *, learned: Learned | None = None, most: int = 5,
               signed: bool = False) -> list[tuple[Ranked, ...]]:
        """The best claims of each text, as `ranking.rank` has them, their places in this pool."""
        return [tuple(replace(one, place=int(some.places[one.place])) for one in rank(
            some.likenesses, learned=learned, most=most)) if len(some.places) else ()
            for some in self.likenesses(texts, signed=signed)]

    def likenesses(self, texts: Sequence[str], *, signed: bool = False) -> list[Some]:
        """Of each text its candidates, and their likenesses; `signed` as `Pool.likenesses` has it.
        """
        return [some for start in range(0, len(texts), TOGETHER)
                for some in self._together(texts[start:start + TOGETHER], signed)]

    def _together(self, texts: Sequence[str], signed: bool) -> Iterator[Some]:
        if not self.size:
            yield from (Some(np.zeros(0, dtype=np.int64), {}) for _ in texts)
            return
        bare = [without_layout(text, signature=False) for text in texts]
        said = [without_layout(text, signature=True) for text in texts] if signed else bare
        narrow = wide = rough = None
        if self._embedder is not None and self._vectors is not None:
            narrow = self._embedder.vectors(bare)
            wide = self._embedder.vectors(said) if signed else narrow
            rough = self._vectors.rough((narrow + wide) / 2)
        for n, (text, whole) in enumerate(zip(bare, said, strict=True)):
            each = list(self.tongues.in_each(text))
            of_claim = list(chain.from_iterable(each))
            scores = {name: postings.scores(
                self.tongues.in_every(whole) if signed and name == "words" else of_claim)
                for name, postings in self._by_words.items()}
            best = [_best(scores[name], BEST[name]) for name in scores]
            if rough is not None:
                best.append(_best(rough[n], BEST["meaning"]))
            places = np.unique(np.concatenate(best))
            found: Likenesses = {name: Part.of(one[places], _over_all(one))
                                 for name, one in scores.items()}
            found["letters"] = Part.of(*self._letters.scores(runs_of(whole), places))
            if self._vectors is not None and narrow is not None and wide is not None:
                for which, (name, vectors) in enumerate((("meaning of the claim", narrow),
                                                         ("meaning", wide))):
                    found[name] = Part.of(self._vectors.cosines(which, vectors[n], places),
                                          self._vectors.over_all(which, vectors[n]))
            yield Some(places, found | self._details.of(each, places))

    @staticmethod
    def _embedded(claims: Sequence[Claim], vectors: VectorsOf,
                  ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(claims), BLOCK):
            some = [claims[n] for n in range(start, min(start + BLOCK, len(claims)))]
            yield (vectors([without_layout(c.claim) for c in some]),
                   vectors([_whole(c) for c in some]))


def lay_out(claims: Sequence[Claim], embedder: Embedder | None = None, *,
            vectors: VectorsOf | None = None, large: int = LARGE) -> Pool | LargePool | None:
    """The pool of these claims, as fits their number; None where `[match]` is not installed."""
    if len(claims) < large:
        return Pool.of(claims, embedder, vectors=vectors)
    return LargePool.of(claims, embedder, vectors=vectors)


def ranked(pool: Pool | LargePool, texts: Sequence[str], *, learned: Learned | None = None,
           most: int = 5, signed: bool = False) -> Iterator[tuple[Ranked, ...]]:
    """The best claims of each text, in the order of the texts, some texts at a time."""
    for start in range(0, len(texts), TOGETHER):
        some = texts[start:start + TOGETHER]
        if isinstance(pool, LargePool):
            yield from pool.ranked(some, learned=learned, most=most, signed=signed)
        else:
            for found in pool.likenesses(some, signed=signed):
                yield rank(found, learned=learned, most=most)


def _whole(claim: Claim) -> str:
    return without_layout(f"{claim.claim} {claim.title} {claim.subtitle}")


def _best(scores: np.ndarray, many: int) -> np.ndarray:
    """The places of the best, `many` or, where several tie with the last, a few more."""
    if len(scores) <= many:
        return np.arange(len(scores))
    # So many blocks have a best one at least as good as this, hence so many scores.
    blocks = np.maximum.reduceat(scores, np.arange(0, len(scores), max(len(scores) // (4 * many),
                                                                       1)))
    least = np.partition(blocks, -many)[-many]
    places = np.flatnonzero(scores >= least)
    if len(places) > many:
        limit = np.partition(scores[places], -many)[-many]
        places = places[scores[places] >= limit]
        if len(places) > 2 * many:  # nearly all tie, as where nothing is in common
            places = places[np.argsort(-scores[places], kind="stable")[:many]]
    return places


def _over_all(scores: np.ndarray) -> MeanSpread:
    mean = float(scores.mean())
    return mean, float(np.sqrt(max(float(np.dot(scores, scores)) / len(scores) - mean * mean, 0)))
