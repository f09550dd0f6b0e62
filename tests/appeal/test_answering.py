"""Who answers an appeal, what the answer addresses, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand.appeal.answering import (
    ROLES,
    check_answer,
    may_answer,
    questions,
    set_asides,
    stated,
)
from evenhand.errors import EvenhandError
from evenhand.model.appeal import PointAnswered
from evenhand.model.decision import CauseKind, SetAsideBecause
from evenhand.model.person import Person

A, B = "post.satire", "post.news"


def points(*agreed: bool) -> tuple[PointAnswered, ...]:
    return tuple(PointAnswered(n=n, agreed=a, reasons=f"for reason number {n}")
                 for n, a in enumerate(agreed))


@pytest.fixture
def against(making: Any, appealing: Any) -> Any:
    """A post removed under clause 1 and limited under clause 2."""
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "limit reach"),
                      making.clause("3", "post.paid", 'label paid "Paid for"'))
    known = making.dossier({A: True, B: True, "post.paid": True}, matches=(making.match(),))
    return appealing.against(making.settle(terms, known).decision, terms)


def test_each_point_is_a_question_in_order_and_the_decisive_are_marked(
        appealing: Any, against: Any) -> None:
    appeal = appealing.appeal(
        against, appealing.fact(A, False), appealing.fact("post.mentions", 2),
        appealing.fact("claim.confirmed", False, claim="0" * 32), appealing.reading("2"),
        appealing.treatment("agora:18", "agora:19"))
    asked = questions(appeal, against, (0,))
    assert [(q.n, q.decisive) for q in asked] == [
        (0, True), (1, False), (2, False), (3, False), (4, False)]
    assert [q.words for q in asked] == [
        "`post.satire` (whether the post is satire): the author says that it is no, and the "
        "decision holds that it is yes. Which is true? If it is so, what was decided changes.",
        "`post.mentions` (how many people the post names): the author says that it is 2, and "
        "nothing was known of it. Which is true?",
        "`claim.confirmed` of the fact-check https://checkers.example/ballots (whether the "
        "fact-check is about what the post says): the author says that it is no, and the decision "
        "holds that it is yes. Which is true?",
        "Clause 2: the author says that it does not cover the post. Does it, as people read its "
        "words?",
        "Clause 1: the author says that like posts were treated otherwise: agora:18, agora:19. "
        "Are they alike, and were they?"]
    (back,) = questions(appealing.appeal(against, appealing.asks_back), against, ())
    assert back.words == ("The author accepts the finding and asks back what was taken. Is it "
                          "given back?")


@pytest.mark.parametrize("role", ROLES)
def test_who_has_the_role_and_had_no_part_answers(against: Any, role: Any) -> None:
    may_answer(Person(id="reviewer-9", name="Cem", roles=("auditor", role)), against,
               chain=(against.decision,))


def test_who_stated_what_no_clause_names_had_no_part(making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "limit reach"))
    cem = Person(id="cem", name="Cem", roles=("appeal reviewer",))
    for said, name in ((making.dossier({A: True}, observer="person:cem"), A),
                       (making.dossier({A: True, B: False}), None)):
        known = said if name else making.replaced(said, reported=(
            said.reported[0], making.replaced(said.reported[1], observer="person:cem")))
        decision = making.settle(terms, known).decision
        against = appealing.against(decision, terms)
        if name is None:
            may_answer(cem, against)
            continue
        with pytest.raises(EvenhandError, match=name):
            may_answer(cem, against)


def test_of_a_decision_not_to_act_whoever_stated_any_fact_had_a_part(
        making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "limit reach"))
    known = making.dossier({A: False, B: False}, observer="person:cem")
    decision = making.settle(terms, known, decider=appealing.reviewer,
                             cause=making.cause(CauseKind.REPORT, "r")).decision
    with pytest.raises(EvenhandError, match=B):
        may_answer(Person(id="cem", name="Cem", roles=("appeal reviewer",)),
                   appealing.against(decision, terms))


@pytest.mark.parametrize("reasons", ["it is so", "同じ投稿ではない", "ไม่เหมือนกัน", "no, it isn't"])
def test_reasons_in_any_script_are_reasons(appealing: Any, against: Any, reasons: str) -> None:
    check_answer(appealing.appeal(against, appealing.reading()),
                 [PointAnswered(n=0, agreed=True, reasons=reasons)])


@pytest.mark.parametrize("reasons", ["", " ", "no", "not so", "- - -", "。。。。。。。",
                                     "\u200b" * 9])
def test_what_says_nothing_is_no_reason(appealing: Any, against: Any, reasons: str) -> None:
    with pytest.raises(EvenhandError, match="point 1 answered without reasons"):
        check_answer(appealing.appeal(against, appealing.reading()),
                     [PointAnswered(n=0, agreed=True, reasons=reasons)])


def test_agreed_facts_are_stated_and_no_others(appealing: Any, against: Any) -> None:
    appeal = appealing.appeal(
        against, appealing.fact(A, False), appealing.fact(B, False), appealing.reading("1"),
        appealing.fact("claim.confirmed", False, claim="0" * 32))
    assert stated(appeal, points(True, False, True, True)) == (
        (A, False, None), ("claim.confirmed", False, "0" * 32))


def test_an_agreed_reading_and_treatment_of_one_clause_set_it_aside_once(
        appealing: Any, against: Any) -> None:
    appeal = appealing.appeal(against, appealing.reading("2"), appealing.treatment("x"),
                              appealing.treatment("x", clause="2"), appealing.fact(A, False))
    found = set_asides(appeal, against, points(True, False, True, True))
    assert [(s.ground.citation.number, s.because, s.matter, s.words) for s in found] == [
        ("2", SetAsideBecause.OVERTURNED, "a1", "for reason number 0\nfor reason number 2")]


def test_an_agreed_asking_back_sets_aside_every_clause_that_acted(
        making: Any, appealing: Any, against: Any) -> None:
    decision = against.decision
    idle = making.replaced(against, decision=making.replaced(
        decision, suspended=decision.grounds[1:2]))
    appeal = appealing.appeal(against, appealing.asks_back)
    for of, numbers in ((against, ["1", "2", "3"]), (idle, ["1", "3"])):
        found = set_asides(appeal, of, points(True))
        assert [s.ground.citation.number for s in found] == numbers
        assert {s.because for s in found} == {SetAsideBecause.REINSTATED}
    assert set_asides(appeal, against, points(False)) == ()


def test_of_a_reporters_appeal_no_clause_is_set_aside(appealing: Any, against: Any) -> None:
    appeal = appealing.appeal(against, appealing.reading("1"), party="reporter")
    assert set_asides(appeal, against, points(True)) == ()
