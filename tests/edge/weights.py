"""Weights learned of made-up pairs: posts that say a claim in part, with other words."""

from __future__ import annotations

import random

from evenhand.factcheck.learning import example, groups_of, learn
from evenhand.factcheck.likeness import ALL, BY_TEXT, Claim, Pool
from evenhand.factcheck.ranking import Learned

WORDS = [a + b + c for a in ("ka", "lo", "mi", "ru", "te") for b in ("ba", "do", "fi", "gu")
         for c in ("n", "r", "s", "t", "lk")]


def made_up_weights(embedder=None) -> Learned:
    """Learn of three hundred pairs; with a model its likenesses are learned too."""
    chance = random.Random(5)
    claims = [chance.sample(WORDS, 9) for _ in range(300)]
    pool = Pool.of([Claim(" ".join(words)) for words in claims], embedder)
    assert pool is not None
    texts = [" ".join(chance.sample(words, 6) + chance.sample(WORDS, 4)) for words in claims]
    groups = groups_of([[n] for n in range(len(claims))])
    return learn([example(found, [n], groups[n])
                  for n, found in enumerate(pool.likenesses(texts))],
                 ALL if embedder else BY_TEXT)


def made_up_claims(many: int) -> list[str]:
    """Claims of the same words, which tell one another apart."""
    chance = random.Random(9)
    return [" ".join(chance.sample(WORDS, 9)) for _ in range(many)]
