"""Whether a text is worth a comparison with every claim: a cheap look, by words and letters.

Of a hundred posts perhaps one has a fact-check. A sentence model costs ten times what words and
letters cost, so that nearly all of the time goes to posts of which nothing comes. The gate takes
two numbers that mean the same in any pool:

- the share in common: of the weight of a claim's words the part that the text holds, times, of the
  text's the part that the claim holds, and the root of that. A claim weighs as much as eight of the
  rarest words at least, or else one lucky word would meet a short one;
- the letters of the most alike claim: their BM25, in weights of the rarest run of letters.

Their product is the text's promise. Long texts are looked at in passages, so that nothing passes
unseen by standing in a long one. A gate looks at words: where claims and texts are in several
languages, and a model compares those, leave it open.

>>> from evenhand.factcheck.likeness import Claim
>>> pool = Pool.of([Claim("Every voter is sent two ballots"), Claim("A cat can be a mayor")])
>>> pool is None or Gate(pool).passes(["They send two ballots to every voter!", "good morning"])
[True, False]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain

from evenhand.errors import EvenhandError
from evenhand.factcheck.likeness import Pool
from evenhand.factcheck.proposing import RARE_WORDS
from evenhand.factcheck.words import passages, runs_of, without_layout

LEAST = 1.0
"""The least promise that passes. A higher one saves more, and loses first what is written in a
dialect (docs/explanation/matching.md, `benchmarks/gate.py`)."""

LOSE = 0.005
"""Of confirmed texts, the share that a gate of one's own may lose where it was set."""

FEWEST = 200
"""Confirmed texts below which no gate is learned: one in two hundred is the share to lose."""


class Gate:
    """A gate before one pool. Built once, never changed; equal texts get equal answers."""

    __slots__ = ("_languages", "_pool", "_rarest", "_roots", "least")

    def __init__(self, pool: Pool, least: float = LEAST) -> None:
        """Stand before a pool; a promise of at least `least` passes, and 0 lets all pass."""
        import numpy as np

        if not least >= 0:
            raise EvenhandError(f"a gate of {least} is none",
                                hint=f"give 0 or more; {LEAST} was measured")
        self._pool, self.least = pool, least
        self._languages = np.array(pool.languages, dtype=np.int64)
        # The weight of what only one claim holds; what none holds is counted as rare as that.
        self._rarest = math.log(1 + (max(pool.size, 1) - 0.5) / 1.5)
        self._roots = np.sqrt(np.maximum(pool.by_words.wholes, RARE_WORDS * self._rarest))

    def passes(self, texts: Sequence[str]) -> list[bool]:
        """Of each text whether it is worth comparing."""
        return [found >= self.least for found in self.promises(texts)]

    def promises(self, texts: Sequence[str]) -> list[float]:
        """How much each text promises: 0 where it has nothing in common with any claim.

        As in `Pool.likenesses` of a platform's posts, a signature is not read.
        """
        return [self._promise(without_layout(text, signature=False)) for text in texts]

    def _promise(self, text: str) -> float:
        share = max((self._share(list(self._pool.tongues.in_each(some)))
                     for some in passages(text)), default=0.0)
        if not share:
            return 0.0
        letters = self._pool.by_letters.scores(runs_of(text))
        return share * float(letters.max(initial=0)) / self._rarest

    def _share(self, each: Sequence[Sequence[str]]) -> float:
        """The greatest share in common with a claim, 0 to 1; `each` are a passage's words in each
        language of the claims."""
        import numpy as np

        held = self._pool.by_words.held(chain.from_iterable(each))
        if not held.any():
            return 0.0
        roots = np.array([self._root(words) for words in each])
        return float((held / self._roots / (
            roots[0] if len(roots) == 1 else roots[self._languages])).max())

    def _root(self, words: Sequence[str]) -> float:
        """The root of what the words weigh together; nothing is a share of what no claim has."""
        postings = self._pool.by_words
        known = postings.known(words)
        weight = float(postings.weights[known].sum())
        weight += (len(set(words)) - len(known)) * self._rarest
        return math.sqrt(weight) if known else math.inf


def least_for(promises: Sequence[float], *, lose: float = LOSE) -> float:
    """The gate that loses at most the share `lose` of texts that have a claim in the pool.

    `promises` are theirs. Raises where they are too few to tell.
    """
    if len(promises) < FEWEST:
        raise EvenhandError(f"{len(promises)} confirmed texts are too few to set a gate by",
                            hint=f"{FEWEST} are the least; until then the gate stands at {LEAST}")
    return sorted(promises)[int(lose * len(promises))]
