"""A pool of very many claims tells of its candidates what a pool of few tells of all."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from evenhand.factcheck import compressed
from evenhand.factcheck.details import DETAILS
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.large import BEST, LargePool, _best, lay_out, ranked
from evenhand.factcheck.learning import example, groups_of, learn
from evenhand.factcheck.likeness import ALL, BY_TEXT, Claim, Pool
from evenhand.factcheck.proposer import Means, Proposer
from evenhand.factcheck.ranking import rank

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

NOUNS = [f"{a}{b}" for a in ("bal", "vot", "cat", "may", "brid", "sen", "pig", "blea")
         for b in ("lot", "er", "or", "ge", "ator", "eon", "ch", "ing", "and", "ia")]


class MadeUp(Embedder):
    """Vectors made of a text's letters."""

    def __init__(self) -> None:
        self.digest = "sha256:0"

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        found = np.zeros((len(texts), 32), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for a, b in zip(text, text[1:] + " ", strict=True):
                row[(ord(a) * 31 + ord(b)) % 32] += 1
            row /= np.linalg.norm(row) or 1
        return found


def claims(many: int) -> list[Claim]:
    chance = random.Random(0)

    def said(words: int) -> str:
        return " ".join(chance.choices(NOUNS, k=words))
    return [Claim(said(8), said(4), said(3)) for _ in range(many)]


def asked(some: Sequence[Claim], many: int) -> list[str]:
    chance = random.Random(1)
    found = []
    for claim in chance.sample(some, many):
        words = claim.claim.split()
        chance.shuffle(words)
        found.append(" ".join([*words[:5], *chance.choices(NOUNS, k=4)]) + " — Ada (@ada)")
    return found


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("model", [None, MadeUp()])
def test_candidates_have_the_likenesses_that_a_pool_tells(model, signed: bool) -> None:
    some = claims(3000)
    small, large = Pool.of(some, model), LargePool.of(some, model)
    assert small is not None and large is not None and large.names == small.names
    texts = asked(some, 40)
    for whole, part in zip(small.likenesses(texts, signed=signed),
                           large.likenesses(texts, signed=signed), strict=True):
        assert tuple(part.likenesses) == (*large.names, *DETAILS) and len(part.places) < 1000
        for name in DETAILS:
            assert part.likenesses[name] == pytest.approx(whole[name][part.places])
        for name in large.names:
            assert np.asarray(part.likenesses[name]) == pytest.approx(
                whole[name][part.places], abs=2e-3, rel=1e-3)
            near = 0.1 if name == "letters" else 2e-3  # letters: of a sample
            assert part.likenesses[name].mean() == pytest.approx(whole[name].mean(), rel=near,
                                                                 abs=1e-3)
            assert part.likenesses[name].std() == pytest.approx(whole[name].std(), rel=near,
                                                                abs=1e-3)


@pytest.mark.parametrize("model", [None, MadeUp()])
def test_the_best_are_those_of_a_pool(model) -> None:
    some = claims(3000)
    small, large = Pool.of(some, model), LargePool.of(some, model)
    assert small is not None and large is not None
    texts = asked(some, 60)
    same = sum(rank(whole)[0].place == best[0].place for whole, best in zip(
        small.likenesses(texts), large.ranked(texts), strict=True))
    assert same >= 58


def test_a_text_is_answered_alike_alone_and_among_others() -> None:
    some = claims(300)
    large = LargePool.of(some)
    assert large is not None
    texts = [*asked(some, 40), "", "unheard of", "\ud800"]
    together = large.ranked(texts)
    assert [large.ranked([text])[0] for text in texts] == together
    assert large.ranked([]) == []


def test_few_claims_and_none_are_a_pool_too() -> None:
    for many in (0, 1, 2):
        for model in (None, MadeUp()):
            large = LargePool.of(claims(many), model)
            assert large is not None and large.names == (BY_TEXT if model is None else ALL)
            assert sorted(r.place for r in large.ranked(["ballot"])[0]) == list(range(many))


def test_blocks_come_to_the_same(monkeypatch) -> None:
    some = claims(300)
    whole = LargePool.of(some, MadeUp())
    monkeypatch.setattr(compressed, "BLOCK", 64)
    parts = LargePool.of(some, MadeUp())
    assert whole is not None and parts is not None
    texts = asked(some, 20)
    assert [[r.place for r in one] for one in parts.ranked(texts)] == [
        [r.place for r in one] for one in whole.ranked(texts)]


@pytest.mark.parametrize("many", [1, 7, 100, 1000])
def test_the_best_are_found_without_sorting(many: int) -> None:
    chance = np.random.default_rng(many)
    for size in (1, 50, 5000):
        scores = chance.normal(size=size).astype(np.float32)
        wanted = set(np.argsort(-scores, kind="stable")[:many].tolist())
        assert set(_best(scores, many).tolist()) == wanted
        assert len(_best(np.zeros(size, dtype=np.float32), many)) <= max(2 * many, 1)
    assert set(BEST) <= set(ALL)


def test_a_large_pool_is_ranked_as_learned_and_as_a_pool_is(monkeypatch) -> None:
    """The whole path, with a pool that is said to be large."""
    some = claims(400)
    small, large = lay_out(some), lay_out(some, large=1)
    assert isinstance(small, Pool) and isinstance(large, LargePool)
    texts = [" ".join(c.claim.split()[:6]) for c in some]
    groups = groups_of([[n] for n in range(len(some))])
    learned = learn([example(found, [n], groups[n])
                     for n, found in enumerate(small.likenesses(texts))], BY_TEXT)
    for one, other in zip(ranked(small, texts[:40], learned=learned),
                          ranked(large, texts[:40], learned=learned), strict=True):
        assert [r.place for r in one][:1] == [r.place for r in other][:1]
        assert one[0].probability == pytest.approx(other[0].probability, abs=0.05)


def test_a_large_pool_proposes_what_a_pool_proposes(monkeypatch) -> None:
    some, texts = claims(400), [f"so {c.claim}" for c in claims(40)]
    whole = lay_out
    small = Proposer.build(some, Means())
    assert small is not None and isinstance(small.pool, Pool)
    monkeypatch.setattr("evenhand.factcheck.large.lay_out",
                        lambda *given, **named: whole(*given, **named, large=1))
    large = Proposer.build(some, Means())
    assert large is not None
    found = [[[c.place for c in one] for one in by.propose(texts)] for by in (small, large)]
    assert isinstance(large.pool, LargePool) and found[0] == found[1] and any(found[0])
