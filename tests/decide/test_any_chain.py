"""Of any chain of causes, facts, brakes and reviews: nothing is done without a ground that allows
it, nothing that a person stopped is done, and the same cause gives the same decision.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from evenhand.decide.exceptions import override
from evenhand.decide.question import Review
from evenhand.decide.reviewing import ReviewRefused
from evenhand.model.action import ActionKind, Ground
from evenhand.model.decision import CauseKind, Outcome, SetAside, SetAsideBecause
from evenhand.rulebook.finding import Answer
from evenhand.terms.applies import governing

A, B, C = "post.satire", "post.news", "post.paid"
LINES = ['label one "One"\nremove', "limit reach for 2 hours", "remove in DE", "edit by reviewer",
         "hold for 4 hours\nat most 1 an hour, then ask a reviewer", "suspend for 1 day",
         "demonetise\nat most 2 an hour, then stop", "leave alone\nexception to 1",
         'interstitial news "News"\nexception to 1',
         "terminate\nif undetermined, ask a reviewer within 4 hours"]
NUMBERS = ("1", "2", "3")
AUTOMATIC = (CauseKind.ARRIVAL, CauseKind.SIGNAL, CauseKind.FACT_CHECK_CHANGE,
             CauseKind.ACCOUNT_CHANGE, CauseKind.REPORT, CauseKind.ORDER)
BY_PEOPLE = (CauseKind.REVIEW, CauseKind.REPORT, CauseKind.ORDER, CauseKind.APPEAL)

SOME_REVIEW = st.fixed_dictionaries({
    "chosen": st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 3), max_size=2),
    "let_act": st.frozensets(st.sampled_from(NUMBERS), max_size=1),
    "edits": st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(["x", "y"]), max_size=1),
    "set_aside": st.dictionaries(st.sampled_from(NUMBERS),
                                 st.sampled_from(list(SetAsideBecause)), max_size=2)})
STEP = st.fixed_dictionaries({
    "facts": st.tuples(*[st.sampled_from([True, True, False, None])] * 3),
    "hours": st.integers(0, 3), "suspended": st.frozensets(st.sampled_from(NUMBERS), max_size=2),
    "taken": st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 3)),
    "cause": st.integers(0, 5), "review": st.one_of(st.none(), SOME_REVIEW)})


def review_of(terms: Any, step: dict[str, Any]) -> Review:
    """What a person asks in this step; which actions they choose is a bit mask."""
    asked = step["review"]
    clauses = {c.citation.number: c for c in terms.clauses}
    return Review(
        let_act=asked["let_act"], edits=asked["edits"],
        chosen={number: tuple(a.name for i, a in enumerate(clauses[number].then.actions)
                              if mask >> i & 1) for number, mask in asked["chosen"].items()},
        set_aside=tuple(SetAside(ground=Ground(citation=clauses[number].citation),
                                 because=because, matter="m", words="It is not meant.")
                        for number, because in asked["set_aside"].items()))


def same_act(one: Any, other: Any) -> bool:
    return (one.ground, one.kind, one.name) == (other.ground, other.kind, other.name)


def hold_the_invariants(terms: Any, settled: Any, before: Any, step: dict[str, Any],
                        review: Review) -> None:
    decision = settled.decision
    law = governing((terms,), made_at=settled.post.made_at, now=settled.at)
    clauses = {c.citation.number: c for c in law.clauses}
    aside = {s.ground.citation.number: s.because for s in decision.set_aside}
    raw = {f.provision: f.answer for f in settled.findings}
    net = {f.provision: f.answer
           for f in override(settled.findings, clauses, aside=aside)}
    for ground in decision.grounds:
        assert net[ground.citation.number] is Answer.HOLDS is raw[ground.citation.number]
        assert aside.get(ground.citation.number) in (None, SetAsideBecause.REINSTATED)
    for action in decision.actions:
        number = action.ground.citation.number
        assert action.ground in decision.grounds and number not in aside
        assert clauses[number].then.exception_to not in aside
        assert action.ground not in (*decision.capped, *decision.suspended)
        promised = [(p.kind, p.name) for p in clauses[number].then.actions]
        assert (action.kind, action.name) in promised
        names = [c for c in decision.chosen if c.startswith(f"{number} ")]
        assert not names or f"{number} {action.name}" in names
        assert action.since <= settled.at and action.runs_at(settled.at)
        assert (action.edit is not None) is (action.kind is ActionKind.EDIT)
        went_on = before is not None and any(same_act(a, action) for a in (
            *before.actions, *(b for b in before.begun if not b.runs_at(settled.at))))
        if number in step["suspended"]:
            assert went_on, "a suspended clause does nothing anew"
        cap = clauses[number].then.cap
        if cap is not None and step["taken"].get(number, 0) >= cap.count:
            assert number in review.let_act or (before is not None and any(
                a.ground == action.ground for a in (*before.actions, *before.begun)))
    for ask in decision.asks:
        assert ask.ground.citation.number not in aside
        assert ask.ground not in decision.suspended
    if before is not None:
        for said in before.set_aside:
            number = said.ground.citation.number
            assert (number in aside) is (number not in review.chosen)
    if (before is None and decision.decider.kind == "rule"
            and decision.cause.kind in (CauseKind.REPORT, CauseKind.ORDER)):
        assert decision.outcome is not Outcome.LEFT_ALONE


@given(st.lists(st.sampled_from(LINES), min_size=3, max_size=3), st.lists(STEP, max_size=6))
def test_nothing_is_done_without_a_ground_that_holds_and_that_nobody_stopped(
        making: Any, lines: list[str], steps: list[dict[str, Any]]) -> None:
    lines[0] = "remove" if "exception" in lines[0] else lines[0]
    terms = making.of(*(making.clause(number, fact, line) for number, fact, line in zip(
        NUMBERS, (A, B, C), lines, strict=True)))
    standing, hours, ids = None, 0, set[str]()
    for n, step in enumerate(steps):
        hours += step["hours"]
        person = step["review"] is not None
        review = review_of(terms, step) if person else Review()
        kinds = BY_PEOPLE if person else AUTOMATIC
        facts = {f: v for f, v in zip((A, B, C), step["facts"], strict=True) if v is not None}
        asked: dict[str, Any] = {
            "cause": making.cause(kinds[step["cause"] % len(kinds)], f"c{n}"),
            "now": making.noon + timedelta(hours=hours), "standing": standing,
            "taken": step["taken"], "suspended": step["suspended"], "review": review}
        if person:
            asked["decider"] = making.person
        dossier = making.dossier(facts)
        try:
            settled = making.settle(terms, dossier, **asked)
        except ReviewRefused:
            assert person, "a rule asks for nothing that could be refused"
            continue
        again = making.settle(terms, dossier, **asked)
        assert again.sealable == settled.sealable
        if settled.decision is None:
            assert not person, "a person's word is always a decision"
            continue
        hold_the_invariants(terms, settled, standing, step, review)
        assert settled.decision.id not in ids, "another cause, another decision"
        ids.add(settled.decision.id)
        standing = settled.decision


@given(st.sampled_from(LINES), STEP)
def test_whatever_is_chosen_and_not_refused_is_done_or_waits_in_the_open(
        making: Any, line: str, step: dict[str, Any]) -> None:
    assume(step["review"] is not None)
    line = "remove" if "exception" in line else line
    terms = making.of(making.clause("1", A, line), making.clause("2", B, "demonetise"),
                      making.clause("3", C, "limit replies"))
    review = review_of(terms, step)
    facts = {f: v for f, v in zip((A, B, C), step["facts"], strict=True) if v is not None}
    try:
        decision = making.decide(terms, facts, review=review, decider=making.person,
                                 taken=step["taken"], suspended=step["suspended"],
                                 cause=making.cause(CauseKind.REVIEW, "v"))
    except ReviewRefused:
        return
    done = {(a.ground.citation.number, a.name) for a in decision.actions}
    asked = {a.ground.citation.number for a in decision.asks}
    for number, names in review.chosen.items():
        for name in names:
            assert (number, name) in done or number in asked or name in (
                "limit-reach", "limit-replies"), "only a stronger action hides a limit"
