"""The parts of claims, laid out by part: BM25 as its reference library has it, and weights held."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from evenhand.factcheck.postings import COMMON, Postings

bm25s = pytest.importorskip("bm25s", reason="the extra [match] is not installed")

PARTS = [f"p{n}" for n in range(40)]


def claims(many: int, seed: int = 0) -> list[list[str]]:
    chance = random.Random(seed)
    return [chance.choices(PARTS, weights=range(40, 0, -1), k=chance.randint(0, 12))
            for _ in range(many)]


@pytest.mark.parametrize("many", [1, 2, 7, 300])
def test_scores_are_those_of_lucenes_bm25(many: int) -> None:
    some = claims(many, seed=many)
    some[0] = ["p0", "p0", "p1"]
    there = bm25s.BM25(k1=1.2, b=0.75, method="lucene", backend="numpy")
    there.index(some, show_progress=False)
    for asked in claims(50, seed=1):
        known = [part for part in dict.fromkeys(asked) if part in there.vocab_dict]
        wanted = there.get_scores(known) if known else np.zeros(many, dtype=np.float32)
        assert (Postings(some, common=0).scores(asked) == wanted).all()
        assert np.abs(Postings(some).scores(asked) - wanted).max() < 1e-5
        assert Postings(some).scores(asked).dtype == np.float32


def test_the_weight_that_a_claim_shares_is_that_of_its_parts_each_once() -> None:
    some = claims(60)
    postings = Postings(some)
    held_by = {part: sum(part in claim for claim in some) for part in PARTS}
    weight = {part: math.log(1 + (60 - n + 0.5) / (n + 0.5)) for part, n in held_by.items()}
    asked = ["p3", "p0", "p3", "p39", "unheard of"]
    assert postings.held(asked) == pytest.approx(
        [sum(weight[part] for part in set(asked) & set(claim)) for claim in some], abs=1e-4)
    assert postings.wholes == pytest.approx(
        [sum(weight[part] for part in set(claim)) for claim in some], abs=1e-4)


@pytest.mark.parametrize("common", [0, COMMON])
def test_what_claims_at_some_places_share_is_the_same_number(common: int) -> None:
    chance = random.Random(7)
    for many in (1, 8, 300):
        postings = Postings(claims(many, seed=many), common=common)
        weights = np.array([chance.random() for _ in postings.vocabulary])
        for asked in claims(20, seed=2):
            places = np.array(sorted(chance.sample(range(many), chance.randint(0, many))), int)
            for other in (None, weights):
                here = postings.held(asked, other, places)
                assert here.tolist() == postings.held(asked, other)[places].tolist()
    assert Postings([["p1"]]).held(["p2"], places=np.array([0])).tolist() == [0.0]


def test_what_no_claim_holds_counts_nothing() -> None:
    for some in ([], [[]], [[], ["p1"]]):
        postings = Postings(some)
        for asked in ([], ["unheard of"]):
            assert postings.known(asked) == []
            assert postings.scores(asked).tolist() == postings.held(asked).tolist() == [0] * len(
                some)
    assert Postings([["a"], ["b"]]).known(["b", "x", "a", "b"]) == [1, 0]


def test_common_parts_are_kept_as_rows_and_rare_ones_are_not() -> None:
    some = [["everywhere", f"only{n}"] for n in range(5 * COMMON)]
    whole, sparse = Postings(some), Postings(some, common=0)
    asked = ["everywhere", "only3"]
    assert whole.scores(asked).argmax() == sparse.scores(asked).argmax() == 3
    assert len(whole._common) == 1 and not sparse._common
