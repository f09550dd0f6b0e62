"""What is measured of learned weights is measured on texts that they have not seen."""

from __future__ import annotations

import random

import numpy as np
import pytest

from evenhand.factcheck.learning import Example, example, folds, groups_of
from evenhand.factcheck.likeness import Claim, Pool
from evenhand.factcheck.measuring import area, average_precision, measure, off, recall_at

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

WORDS = [a + b + c for a in ("ka", "lo", "mi", "ru", "te") for b in ("ba", "do", "fi", "gu")
         for c in ("n", "r", "s", "t", "lk")]


@pytest.fixture(scope="module")
def examples() -> tuple[list[Example], list[int]]:
    """Texts that hold most words of a claim, and some that are about nothing; how many are right.
    """
    chance = random.Random(4)
    claims = [chance.sample(WORDS, 9) for _ in range(120)]
    pool = Pool.of([Claim(" ".join(words)) for words in claims])
    assert pool is not None
    texts = [" ".join(chance.sample(claims[n % 120], 5) + chance.sample(WORDS, 4))
             for n in range(240)]
    right = [[n % 120] for n in range(240)] + [[] for _ in range(60)]
    texts += [" ".join(chance.sample(WORDS, 9)) for _ in range(60)]
    groups = groups_of(right)
    return [example(found, right[n], groups[n])
            for n, found in enumerate(pool.likenesses(texts))], [len(r) for r in right]


def test_each_text_is_asked_about_with_its_claims_and_without(examples) -> None:
    parts: list[int] = []
    found = measure(*examples, progress=parts.append)
    assert parts == [1, 2, 3, 4, 5]
    assert found["texts with a fact-check"] == 240 and found["texts without"] == 240 + 60
    assert 0.5 < found["MAP@5"] <= 1 and 0.6 < found["area"] <= 1
    assert found == measure(*examples, progress=parts.append)


def test_what_is_measured_was_not_learned_from(examples) -> None:
    # Where answers are dealt out at random, only weights that have seen them could do well.
    some, _ = examples
    chance = np.random.default_rng(2)
    dealt = [Example(e.whole, chance.permutation(e.right), e.bereft, e.group, e.spoken_to)
             for e in some if e.right.any()]
    found = measure(dealt, [1] * len(dealt), progress=lambda n: None)
    assert found["MAP@5"] < 0.2
    for kept, held in folds(dealt, 5):
        assert not {e.group for e in kept} & {e.group for e in held}


def test_pairs_about_too_few_fact_checks_are_not_measured(examples) -> None:
    some, right = examples
    few = [e for e, n in zip(some, right, strict=True) if n][:19]
    assert measure(few, [1] * 19, progress=lambda n: None) == {}


def test_the_measures_are_those_of_their_names() -> None:
    right = np.array([False, True, False, True])
    assert average_precision(right, np.array([4.0, 3.0, 2.0, 1.0]), 2) == (1 / 2 + 2 / 4) / 2
    assert average_precision(right, np.array([1.0, 4.0, 2.0, 3.0]), 3) == 2 / 3
    so, told = np.array([1.0, 1, 0, 1, 0]), np.array([0.9, 0.8, 0.8, 0.3, 0.1])
    assert area(so, told) == (2 + 1.5 + 1) / 6
    assert recall_at(0.95, so, told) == 2 / 3 and recall_at(0.5, so, told) == 1
    assert off(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0
