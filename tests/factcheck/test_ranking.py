"""Claims are ranked by what they have in common with a text, and weights are learned of pairs."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import numpy as np
import pytest

from evenhand.errors import EvenhandError
from evenhand.factcheck.details import DETAILS
from evenhand.factcheck.learning import (
    FEWEST,
    HOLDS_BACK,
    example,
    fit_rank,
    fit_verify,
    folds,
    groups_of,
    learn,
)
from evenhand.factcheck.likeness import BY_TEXT, Claim, Pool
from evenhand.factcheck.ranking import (
    DEPTH,
    Learned,
    candidates,
    rank,
    read_learned,
    traits_of,
)

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

CLAIMS = [Claim("Every voter is sent two ballots", "Two ballots for all?"),
          Claim("A cat was mayor of a town in Alaska"),
          Claim("投票用紙は二枚送られる", "選挙", language="ja"),
          Claim("Drinking bleach cures colds", "Bleach")]


def pool() -> Pool:
    made = Pool.of(CLAIMS)
    assert made is not None
    return made


@pytest.mark.parametrize(("text", "place"), [
    ("they send two ballots to every single voter", 0), ("A CAT as mayor, in Alaska!", 1),
    ("aa ct waas mayorr of tonw in Alasska", 1), ("投票用紙が二枚も", 2), ("#BleachCuresColds", 3)])
def test_the_claim_that_is_meant_comes_first(text: str, place: int) -> None:
    [found] = pool().likenesses([text])
    best = rank(found)
    assert best[0].place == place and best[0].probability is None
    assert set(best[0].likenesses) == set(BY_TEXT)


def test_a_text_without_words_is_like_nothing_and_breaks_nothing() -> None:
    for found in pool().likenesses(["", "https://t.co/x", "\ud800 \x00", "?!"]):
        assert all(not any(r.likenesses.values()) for r in rank(found))
        assert [r.place for r in rank(found)] == [0, 1, 2, 3]  # equal ones in the pool's order


def test_a_signature_is_read_only_where_it_is_asked_for() -> None:
    text = "Nothing of the kind — Mayor Alaska (@cat) May 26, 2020"
    [bare], [signed] = pool().likenesses([text]), pool().likenesses([text], signed=True)
    assert not bare["words"].any() and signed["words"][1] > 0
    [other] = pool().likenesses([text.replace("Mayor Alaska (@cat)", "Ada (@ada)")])
    assert all((other[name] == bare[name]).all() for name in bare)


def test_a_claim_left_out_is_no_candidate_and_the_others_rank_as_without_it() -> None:
    [found] = pool().likenesses(["two ballots to the cat who is mayor"])
    places = [r.place for r in rank(found)]
    assert 0 in places
    assert [r.place for r in rank(found, without=[0])] == [p for p in places if p != 0]


def test_details_tell_what_either_holds_of_the_other_and_numbers_apart() -> None:
    made = Pool.of([Claim("Two million votes of 1876, yes 1876 burned", "Votes burned in Ohio"),
                    Claim("A cat was mayor")])
    assert made is not None
    [one, nothing] = made.likenesses(["votes burned in 1876 and 2020, quokkas", "https://t.co/x"])
    details = {name: one[name].tolist() for name in DETAILS}
    assert 0 < details["share of the claim"][0] < 1 and details["share of the claim"][1] == 0
    assert 0 < details["share of the text in the claim"][0] == details["share of the text"][0] < 1
    assert details["numbers shared"] == [1, 0]
    assert details["numbers of the text missing"] == [1, 2]
    assert details["numbers of the claim missing"] == [0, 0]
    assert details["share of words that no claim has"] == pytest.approx([0.4, 0.4])
    assert np.exp(details["length of the text"]) == pytest.approx([6, 6])
    assert tuple(nothing) == (*BY_TEXT, *DETAILS)
    assert not any(nothing[name].any() for name in DETAILS
                   if name not in ("length of the claim", "numbers of the claim missing"))


def test_a_claim_holds_all_of_itself() -> None:
    made = pool()
    [found] = made.likenesses([CLAIMS[0].claim])
    assert found["share of the claim"][0] == pytest.approx(1)
    assert found["share of the text in the claim"][0] == pytest.approx(1)


def test_a_claim_escaped_twice_breaks_nothing() -> None:
    made = Pool.of([Claim("&amp;lt; votes &amp;amp;gt; 2020"), Claim("")])
    assert made is not None
    [found] = made.likenesses(["votes &amp;lt; gt in 2020"])
    assert all(np.isfinite(found[name]).all() for name in found)


# --- learning ---

def made_up(many: int, seed: int = 0) -> tuple[list[dict[str, np.ndarray]], list[list[int]]]:
    """Likenesses of texts to 60 claims, two of which tell nothing."""
    chance = np.random.default_rng(seed)
    found, right = [], []
    for _ in range(many):
        place = int(chance.integers(60))
        scores = {name: chance.normal(size=60) for name in BY_TEXT}
        scores["words"][place] += 3
        scores["letters"][place] += 2
        scores |= {name: np.zeros(60) for name in DETAILS}
        found.append(scores)
        right.append([place])
    return found, right


def examples(many: int, seed: int = 0):
    found, right = made_up(many, seed)
    groups = groups_of(right)
    return found, right, [example(f, r, g) for f, r, g in zip(found, right, groups, strict=True)]


def test_what_is_learned_ranks_better_than_a_sum_on_texts_that_it_has_not_seen() -> None:
    _, _, seen = examples(300)
    learned = learn(seen, BY_TEXT)
    found, right, _ = examples(300, seed=1)

    def hits(by: Learned | None) -> int:
        return sum(rank(f, learned=by)[0].place == r[0] for f, r in zip(found, right, strict=True))
    assert hits(learned) >= hits(None) > 150
    assert learned.pairs == 300 and learned.groups == len(set(groups_of(made_up(300)[1])))


def test_its_probability_is_one_that_can_be_relied_on() -> None:
    _, _, seen = examples(400)
    learned = learn(seen, BY_TEXT)
    told, said = [], []
    for f, r in zip(*made_up(400, seed=2), strict=True):
        for without in ([], r):
            sure = rank(f, learned=learned, without=without)[0].any_speaks
            assert sure is not None and 0 <= sure <= 1
            told.append(not without)
            said.append(sure)
    told_, said_ = np.array(told), np.array(said)
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1.01)):
        some = (said_ >= low) & (said_ < high)
        assert abs(told_[some].mean() - said_[some].mean()) < 0.1


def test_candidates_share_the_probability_that_any_speaks_the_best_the_most() -> None:
    learned = learn(examples(300)[2], BY_TEXT)
    told, right = [], []
    for f, r in zip(*made_up(300, seed=3), strict=True):
        for without in ([], r):
            ranked = rank(f, learned=learned, most=60, without=without)
            sure = [one.probability for one in ranked if one.probability is not None]
            assert sure == sorted(sure, reverse=True) and len(sure) == len(ranked)
            assert all(one.any_speaks == pytest.approx(sum(sure)) for one in ranked)
            told.append(sure[0])
            right.append(ranked[0].place in r)
    assert abs(np.mean(told) - np.mean(right)) < 0.05
    assert rank(made_up(1)[0][0])[0].any_speaks is None


def test_the_weights_are_those_at_which_the_loss_is_flat() -> None:
    _, _, seen = examples(FEWEST)
    weights = fit_rank(seen)
    again = fit_rank(list(seen))
    assert weights == again
    rows = np.random.default_rng(0).normal(size=(500, 3))
    told = (rows[:, 0] + 0.1 * rows[:, 1] > 0).astype(float)
    verify = fit_verify(rows, told)
    traits = (rows - verify.means) / verify.scales
    slope = (traits.T @ (1 / (1 + np.exp(-verify(rows))) - told)
             + 2 * HOLDS_BACK * np.array(verify.weights))
    assert np.abs(slope).max() < 1e-3


def test_too_few_pairs_teach_nothing() -> None:
    _, _, seen = examples(FEWEST - 1)
    with pytest.raises(EvenhandError, match="too few"):
        learn(seen, BY_TEXT)


def test_folds_part_whole_groups_evenly() -> None:
    _, _, seen = examples(300)
    parts = list(folds(seen, 5, seed=3))
    assert sorted(id(e) for _, held in parts for e in held) == sorted(map(id, seen))
    for kept, held in parts:
        assert not {e.group for e in kept} & {e.group for e in held}
        assert 50 <= len(held) <= 70
    assert [len(h) for _, h in folds(seen, 5, seed=3)] == [len(h) for _, h in parts]


def test_texts_that_share_a_claim_by_others_are_one_group() -> None:
    groups = groups_of([[1], [2], [1, 3], [3, 2], [4]])
    assert len(set(groups[:4])) == 1 and groups[4] not in groups[:4]


# --- what was learned, as a file ---

def test_what_was_learned_is_read_back_and_named_by_its_bytes() -> None:
    learned = learn(examples(FEWEST)[2], BY_TEXT)
    again = read_learned(learned.written(), where="x")
    assert again == learned and again.digest == learned.digest
    assert b"behind the best" in learned.written()


def test_the_file_carries_the_digest_of_its_other_lines() -> None:
    learned = learn(examples(FEWEST)[2], BY_TEXT)
    lines = learned.written().splitlines(keepends=True)
    assert lines[1].decode() == f' "digest": "{learned.digest}",\n'
    found = hashlib.sha256(b"".join([lines[0], *lines[2:]])).hexdigest()
    assert learned.digest == f"sha256:{found}"


def test_a_weight_that_was_changed_is_refused_with_what_was_read_and_expected() -> None:
    learned = learn(examples(FEWEST)[2], BY_TEXT)
    weight = learned.rank.weights[3]
    rank = replace(learned.rank, weights=(*learned.rank.weights[:3], weight + 0.5,
                                          *learned.rank.weights[4:]))
    other = replace(learned, rank=rank)
    data = other.written().replace(other.digest.encode(), learned.digest.encode())
    with pytest.raises(EvenhandError) as refused:
        read_learned(data, where="learned.json")
    assert refused.value.where == "learned.json" and refused.value.what == (
        f"these weights were changed: the file carries the digest {learned.digest}, and what it "
        f"holds comes to {other.digest}")
    assert refused.value.hint == (
        "take the file as `evenhand claims calibrate` wrote it, or calibrate again")


@pytest.mark.parametrize("break_it", [
    lambda data: b"".join(line for line in data.splitlines(keepends=True) if b"digest" not in line),
    lambda data: b"", lambda data: b"[]", lambda data: data[:-40],
    lambda data: data.replace(b"evenhand/learned", b"else/learned"),
    lambda data: data.replace(b'"words of the claim"', b'"feelings"', 1),
    lambda data: data.replace(b'"weights": [', b'"weights": [0.5, ', 1)])
def test_a_file_that_was_changed_is_refused(break_it) -> None:
    data = break_it(learn(examples(FEWEST)[2], BY_TEXT).written())
    with pytest.raises(EvenhandError, match=r"weights|calibrate"):
        read_learned(data, where="learned.json")


def test_weights_over_other_likenesses_are_refused() -> None:
    learned = learn(examples(FEWEST)[2], BY_TEXT)
    [found] = pool().likenesses(["two ballots"])
    assert rank(found, learned=learned)[0].any_speaks is not None
    with pytest.raises(EvenhandError, match="other likenesses"):
        rank({**found, "meaning": found["words"]}, learned=learned)


def test_candidates_are_the_best_of_each_likeness_and_their_traits_have_names() -> None:
    chance = random.Random(0)
    found = {name: np.array([chance.random() for _ in range(500)]) for name in BY_TEXT}
    some = candidates(found)
    best = {int(n) for scores in found.values() for n in np.argsort(-scores)[:DEPTH]}
    assert set(some.places.tolist()) == best
    assert some.traits.shape == (len(best), len(traits_of(BY_TEXT)))
    fifth = {name: float(np.sort(scores)[-5]) for name, scores in found.items()}
    assert some.best.tolist() == pytest.approx([
        value for name, scores in found.items()
        for value in (scores.max(), scores.max() - fifth[name])])
    value = list(traits_of(BY_TEXT)).index("letters: value")
    assert (some.traits[:, value] == found["letters"][some.places]).all()
