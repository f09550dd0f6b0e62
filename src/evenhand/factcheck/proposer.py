"""Which fact-checks are proposed for a text: a cheap gate, then every likeness, then a probability.

Few posts are about a claim that was checked, so a text first has to pass a gate, which costs
little. What passes is compared with every claim in full (`factcheck.likeness`) and ranked
(`factcheck.ranking`). Where a ranking was learned of confirmed pairs, a gate of words and letters
(`factcheck.gate`) says what is worth comparing, and a fact-check is proposed when it is likely
enough to speak to the text; until then it is proposed when the text holds enough of its words
(`factcheck.proposing`). A person confirms in either case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rfc8785

from evenhand.errors import EvenhandError
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.gate import Gate
from evenhand.factcheck.likeness import Claim, Pool, Vectors
from evenhand.factcheck.proposing import DEPTH as LOOKED_AT
from evenhand.factcheck.proposing import LEAST_POOL, PROPOSE_ABOVE, RARE_WORDS, Index, Text
from evenhand.factcheck.ranking import DEPTH, Learned
from evenhand.factcheck.words import MOST_PASSAGES, PASSAGE, STEP, passages

if TYPE_CHECKING:
    from evenhand.factcheck.large import LargePool

VERSION = "4"
"""Counted up whenever a text may be proposed otherwise than before."""

PROPOSE_LIKELY = 0.4
"""The least probability at which a fact-check is proposed: spec/factcheck.md has the figures,
`benchmarks/propose.py` measures them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """By what texts and fact-checks are compared, and what it takes to be proposed.

    `above` is the least share of a claim's weight, above 0 and at most 1, which counts while
    nothing was `learned`; `likely` the least probability, which counts from then on.
    """

    embedder: Embedder | None = None
    learned: Learned | None = None
    above: float = PROPOSE_ABOVE
    likely: float = PROPOSE_LIKELY

    def __post_init__(self) -> None:
        """Refuse what is no share and what is no probability."""
        if not 0 < self.above <= 1:
            raise EvenhandError(f"`propose_above` is {self.above}, which is no share",
                                hint=f"give a number above 0 and at most 1; {PROPOSE_ABOVE} was "
                                "measured")
        if not 0 < self.likely < 1:
            raise EvenhandError(f"`propose_likely` is {self.likely}, which is no probability",
                                hint=f"give a number above 0 and below 1; {PROPOSE_LIKELY} was "
                                "measured")

    @property
    def threshold(self) -> float:
        """What a fact-check has to reach to be proposed: a share, or a probability."""
        return self.above if self.learned is None else self.likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A fact-check that is proposed: its place in the pool, and what it was found by.

    `share` is the share of its claim's weight that the text holds, by which it was proposed while
    nothing was learned; `score` what it was ranked by, `probability` that it speaks to the text,
    where a ranking was learned.
    """

    place: int
    share: float | None
    score: float
    probability: float | None
    likenesses: tuple[tuple[str, float], ...]


class Proposer:
    """Proposes fact-checks of one set. Equal input, equal answers, whatever is asked beside it.

    The full comparison is laid out when the first text has passed the gate. `digest` names
    version, parameters and libraries, and not the fact-checks, the model or what was learned.
    """

    __slots__ = ("_claims", "_gate", "_index", "_pool", "_vectors", "digest", "means")

    def __init__(self, claims: Sequence[Claim], index: Index, means: Means,
                 vectors: Vectors | None) -> None:
        """Use `build`, which knows whether the libraries are there."""
        self._claims, self._index, self._vectors = claims, index, vectors
        self.means = means
        self._pool: Pool | LargePool | None = None
        self._gate: Gate | None = None
        libraries = (*index.libraries, *(means.embedder.libraries if means.embedder else ()))
        self.digest = "sha256:" + hashlib.sha256(rfc8785.dumps({
            "proposer": VERSION, "libraries": [list(pair) for pair in libraries],
            "parameters": [RARE_WORDS, LEAST_POOL, LOOKED_AT, DEPTH, PASSAGE, STEP,
                           MOST_PASSAGES]})).hexdigest()

    @classmethod
    def build(cls, claims: Sequence[Claim], means: Means, *,
              vectors: Vectors | None = None) -> Proposer | None:
        """Lay claims out in their order; None without the extra `[match]`.

        `vectors` gives the vectors of claims instead of the model, from where they are kept.
        """
        index = Index.build(Text(f"{c.claim} {c.title}", c.language) for c in claims)
        return None if index is None else cls(claims, index, means, vectors)

    def propose(self, texts: Sequence[str], *,
                only: Collection[int] | None = None) -> list[tuple[Candidate, ...]]:
        """The fact-checks proposed for each text, the best first.

        With `only`, places in the pool, no other is proposed; each of these is ranked as it would
        be among all.
        """
        asked = [(n, passage) for n, text in enumerate(texts) for passage in passages(text)]
        passed = []
        if self._claims:
            passed = self._likely(asked) if self.means.learned else self._sharing(asked, only)
        best: list[dict[int, Candidate]] = [{} for _ in texts]
        for n, candidate in self._compared(passed, only):
            held = best[n].get(candidate.place)
            if held is None or _order(candidate) < _order(held):
                best[n][candidate.place] = candidate
        return [tuple(sorted(found.values(), key=_order)) for found in best]

    def _sharing(self, asked: Sequence[tuple[int, str]],
                 only: Collection[int] | None) -> list[tuple[int, str, dict[int, float]]]:
        """The passages that hold enough of some claims' words, with the shares."""
        return [(n, passage, {one.place: one.share for one in found}) for n, passage in asked
                if (found := self._index.passed(passage, above=self.means.above, only=only))]

    def _likely(self, asked: Sequence[tuple[int, str]]
                ) -> list[tuple[int, str, dict[int, float]]]:
        """The passages that promise enough to be compared; all, of a large pool.

        A large pool has its letters by claim, so that a gate would cost what it saves.
        """
        if not isinstance(self.pool, Pool):
            return [(n, passage, {}) for n, passage in asked]
        if self._gate is None:
            assert self.means.learned is not None, "the gate is that of what was learned"
            self._gate = Gate(self.pool, self.means.learned.gate)
        return [(n, passage, {}) for n, passage in asked if self._gate.passes([passage])[0]]

    def _compared(self, asked: Sequence[tuple[int, str, dict[int, float]]],
                  only: Collection[int] | None) -> Iterator[tuple[int, Candidate]]:
        """Those of the candidates of each passage that are to be proposed, beside its number."""
        from evenhand.factcheck.large import ranked

        learned = self.means.learned
        found = ranked(self.pool, [passage for _, passage, _ in asked], learned=learned,
                       most=len(self._claims))
        for (n, _, shares), best in zip(asked, found, strict=True):
            for one in best:
                if learned is None:
                    enough = one.place in shares
                else:
                    enough = ((only is None or one.place in only)
                              and (one.probability or 0.0) >= self.means.likely)
                if enough:
                    yield n, Candidate(
                        place=one.place, share=shares.get(one.place), score=one.score,
                        probability=one.probability, likenesses=tuple(one.likenesses.items()))

    @property
    def pool(self) -> Pool | LargePool:
        """The claims laid out for the full comparison."""
        from evenhand.factcheck.large import lay_out

        if self._pool is None:
            self._pool = lay_out(self._claims, self.means.embedder, vectors=self._vectors)
            assert self._pool is not None, "the index was built, so the libraries are there"
        return self._pool


def _order(one: Candidate) -> tuple[float, float, int]:
    """The likelier first, then the better ranked, then the earlier in the pool."""
    return (-(one.probability or 0.0), -one.score, one.place)
