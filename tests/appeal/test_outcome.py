"""What came of an appeal: every row of the table in `spec/appeals.md`, and what lessened means."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.appeal.admit import admit
from evenhand.appeal.answering import check_answer, set_asides
from evenhand.appeal.outcome import lessened, outcome
from evenhand.decide.question import Review
from evenhand.model.action import STRENGTH, Action, ActionKind, Edit, Ground
from evenhand.model.appeal import AppealOutcome, PointAnswered
from evenhand.model.decision import CauseKind, SetAside, SetAsideBecause
from evenhand.rulebook.document import Citation

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "spec" / "appeals.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (author|reporter) \| (nothing|a dispute|asks back) \| (?:is )?(stays|"
                  r"lessened|lifted|nothing|begun) \| (upheld|overturned|reinstated) \|$", PAGE,
                  re.MULTILINE)
NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
GROUND = Ground(citation=Citation(document="T", version="1", digest="sha256:" + "ab" * 32,
                                  number="1"))
A = "post.satire"


def act(kind: ActionKind, **changes: Any) -> Action:
    given: dict[str, Any] = {"kind": kind, "name": kind.value, "ground": GROUND, "since": NOON}
    return Action(**(given | changes))


@pytest.fixture(scope="module")
def made(making: Any) -> Any:
    """Makes a decision that does these things, at noon or two days later."""
    terms = making.of(making.clause("1", A, "remove"))
    first = making.decide(terms, {A: True})

    def make(*actions: Action, at: datetime = NOON, **changes: Any) -> Any:
        return making.replaced(first, actions=actions, at=at, **({"grounds": (GROUND,)} | changes))
    return make


def test_the_table_has_every_row_once() -> None:
    assert len(ROWS) == len(set(ROWS)) == 11
    assert {r[3] for r in ROWS} == {o.value for o in AppealOutcome}


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_each_row_of_the_table_is_derived(
        making: Any, appealing: Any, made: Any, row: tuple[str, ...]) -> None:
    party, agreed, done, end = row
    removed, limited = act(ActionKind.REMOVE), act(ActionKind.LIMIT, limits="reach")
    before = made() if party == "reporter" else made(removed)
    after = {"stays": made(removed, at=LATER), "lessened": made(limited, at=LATER),
             "lifted": made(at=LATER), "nothing": made(at=LATER),
             "begun": made(limited, at=LATER)}[done]
    point = appealing.asks_back if agreed == "asks back" else appealing.reading()
    terms = making.of(making.clause("1", A, "remove"))
    appeal = appealing.appeal(appealing.against(before, terms), point, party=party)
    answered = (PointAnswered(n=0, agreed=agreed != "nothing", reasons="for this reason"),)
    assert outcome(appeal, answered, before=before, after=after).value == end


def test_an_asking_back_that_is_refused_is_upheld_or_overturned_by_something_else(
        making: Any, appealing: Any, made: Any) -> None:
    before = made(act(ActionKind.REMOVE))
    terms = making.of(making.clause("1", A, "remove"))
    appeal = appealing.appeal(appealing.against(before, terms), appealing.asks_back)
    refused = (PointAnswered(n=0, agreed=False, reasons="for this reason"),)
    for after, end in ((made(act(ActionKind.REMOVE), at=LATER), AppealOutcome.UPHELD),
                       (made(at=LATER), AppealOutcome.OVERTURNED)):
        assert outcome(appeal, refused, before=before, after=after) is end


REMOVE, LIMIT, HOLD = ActionKind.REMOVE, ActionKind.LIMIT, ActionKind.HOLD
END = LATER + timedelta(days=30)

LESS: dict[str, tuple[list[Action], list[Action], bool]] = {
    "the same is not less": ([act(REMOVE)], [act(REMOVE)], False),
    "under another ground it is not less": (
        [act(REMOVE)], [act(REMOVE, ground=Ground(citation=GROUND.citation, order="o"))], False),
    "a weaker one is less": ([act(REMOVE)], [act(HOLD)], True),
    "a stronger one is not less": ([act(LIMIT, limits="reach")], [act(REMOVE)], False),
    "another limit is less": ([act(LIMIT, limits="reach")], [act(LIMIT, limits="age")], True),
    "one of two limits is less": (
        [act(LIMIT, limits="reach"), act(LIMIT, limits="age")], [act(LIMIT, limits="age")], True),
    "a stronger one of another kind does not count": (
        [act(REMOVE)], [act(ActionKind.TERMINATE)], True),
    "an end is less": ([act(REMOVE)], [act(REMOVE, ends_at=END)], True),
    "an earlier end is less": (
        [act(REMOVE, ends_at=END)], [act(REMOVE, ends_at=END - timedelta(1))], True),
    "a later end is not less": (
        [act(REMOVE, ends_at=END)], [act(REMOVE, ends_at=END + timedelta(1))], False),
    "fewer countries are less": ([act(REMOVE)], [act(REMOVE, territory=("DE",))], True),
    "one country of two is less": (
        [act(REMOVE, territory=("DE", "FR"))], [act(REMOVE, territory=("FR",))], True),
    "each country by itself is not less": (
        [act(REMOVE, territory=("DE", "FR"))],
        [act(REMOVE, territory=("FR",)), act(REMOVE, territory=("DE",))], False),
    "everywhere but one is less": (
        [act(REMOVE)], [act(REMOVE, territory=("DE",)), act(LIMIT, limits="reach")], True),
    "a warning taken back is less": ([act(ActionKind.WARN)], [], True),
    "another label does not take its place": (
        [act(ActionKind.LABEL, name="a")], [act(ActionKind.LABEL, name="b")], True),
    "fewer words taken out are less": (
        [act(ActionKind.EDIT, edit=Edit(before="abcdef", after="ab"))],
        [act(ActionKind.EDIT, edit=Edit(before="abcdef", after="abcde"))], True),
    "something more does not make it less": (
        [act(REMOVE)], [act(REMOVE), act(ActionKind.DEMONETISE)], False),
}


@pytest.mark.parametrize("name", LESS)
def test_what_is_less(made: Any, name: str) -> None:
    before, after, less = LESS[name]
    assert bool(lessened(made(*before), made(*after, at=LATER))) is less


def test_what_ended_by_itself_is_lessened_only_where_its_ground_fell(made: Any) -> None:
    ended = made(act(HOLD, ends_at=NOON + timedelta(days=1)))
    aside = SetAside(ground=GROUND, because=SetAsideBecause.OVERTURNED, matter="a1", words="so")
    assert lessened(ended, made(at=LATER)) == ()
    assert lessened(ended, made(at=LATER, grounds=())) == ended.actions
    assert lessened(ended, made(at=LATER, set_aside=(aside,))) == ended.actions


ACTIONS = st.builds(
    act, st.sampled_from([*STRENGTH["visibility"], *STRENGTH["account"]]),
    territory=st.sampled_from([(), ("DE",), ("DE", "FR")]),
    ends_at=st.sampled_from([None, END, END + timedelta(days=1)]), limits=st.just("reach"))


@given(st.lists(ACTIONS, max_size=4), st.lists(ACTIONS, max_size=4))
def test_nothing_is_lessened_by_doing_more_and_all_by_doing_nothing(
        made: Any, before: list[Action], more: list[Action]) -> None:
    assert lessened(made(*before), made(*before, *more, at=LATER)) == ()
    assert lessened(made(*before), made(at=LATER)) == tuple(before)


def test_the_letter_of_the_page_is_the_golden_one() -> None:
    found = re.search(r"^```letter\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    golden = ROOT / "tests" / "reasons" / "letters" / "appeal-upheld.txt"
    assert found[1] in golden.read_text(encoding="utf-8")


def test_a_whole_appeal_is_overturned_and_takes_the_place_of_what_it_disputed(
        making: Any, appealing: Any) -> None:
    """From the decision to the outcome, with the rooms that the edge calls in their order."""
    terms = making.of(making.clause("1", A, "remove"),
                      making.clause("2", "post.news", 'warn "Read clause 2"'))
    first = making.decide(terms, {A: True, "post.news": True})
    against = appealing.against(first, terms)
    appeal = appealing.appeal(against, appealing.reading("1"))
    admit(appeal, against, appealing.filing(terms))
    answered = [PointAnswered(n=0, agreed=True, reasons="the clause means others")]
    check_answer(appeal, answered)
    after = making.settle(
        terms, making.dossier({A: True, "post.news": True}), standing=first, now=LATER,
        cause=making.cause(CauseKind.APPEAL, appeal.id), decider=appealing.reviewer,
        review=Review(set_aside=set_asides(appeal, against, answered))).decision
    assert after.supersedes == first.id
    assert outcome(appeal, answered, before=first, after=after) is AppealOutcome.OVERTURNED
    assert lessened(first, after) == first.actions[:1]
