"""Names that cannot be mistaken, lengths of time, and what each action does to speech."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import EvenhandError
from evenhand.model.action import EFFECTS, STRENGTH, Action, ActionKind, Effect, Ground
from evenhand.model.decision import Outcome
from evenhand.model.period import LONGEST, UNITS, Period
from evenhand.model.post import PostId
from evenhand.model.signal import Dossier, Reported
from evenhand.model.statement import is_fact_check_notice
from evenhand.rulebook.document import Citation

WORDS = st.text(min_size=1, max_size=12)


@given(WORDS.filter(lambda t: ":" not in t), WORDS, WORDS.filter(lambda t: "@" not in t))
def test_the_name_of_a_post_is_read_back_as_it_was_written(
        platform: str, native: str, version: str) -> None:
    name = PostId(platform=platform, native=native, version=version)
    assert PostId.parse(str(name)) == name


def test_a_name_without_a_version_means_the_first() -> None:
    assert PostId.parse("agora:17").version == "1"
    assert PostId.parse("bsky:at://did:plc:x/post/3k@cid").native == "at://did:plc:x/post/3k"


@pytest.mark.parametrize("text", ["", "agora", ":17", "agora:", "agora:@1", "agora:17@"])
def test_what_names_no_post_is_refused(text: str) -> None:
    with pytest.raises(EvenhandError):
        PostId.parse(text)


@pytest.mark.parametrize("parts", [("a:b", "1", "1"), ("a", "1", "1@2"), ("", "1", "1"),
                                   ("a", "", "1"), ("a", "1", "")])
def test_no_post_has_a_name_that_could_be_anothers(parts: tuple[str, str, str]) -> None:
    with pytest.raises(EvenhandError):
        PostId(platform=parts[0], native=parts[1], version=parts[2])


@given(st.sampled_from(UNITS).flatmap(lambda u: st.tuples(
    st.integers(1, LONGEST.get(u, 10_000)), st.just(u))))
def test_a_period_is_read_back_as_it_was_written(parts: tuple[int, Any]) -> None:
    period = Period(*parts)
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(("text", "count", "unit"), [
    ("an hour", 1, "hour"), ("a week", 1, "week"), (" 24  hours ", 24, "hour"),
    ("1 day", 1, "day"), ("6 month", 6, "month")])
def test_a_period_is_read_as_people_write_it(text: str, count: int, unit: str) -> None:
    assert Period.parse(text) == Period(count, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "hours", "0 hours", "-1 hours", "1.5 hours", "10001 days",
                                  "201 years", "2401 months", "1 fortnight", "٣ hours", "1hour",
                                  "007 hours", "1 s", "24 Hours", "1 hour 30 minutes"])
def test_what_is_no_length_of_time_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(EvenhandError) as refused:
        Period.parse(text)
    assert refused.value.hint


def test_only_months_and_years_have_no_fixed_length() -> None:
    assert {u for u in UNITS if Period(1, u).fixed is None} == {"month", "year"}
    assert Period(2, "week").fixed == timedelta(days=14)


def action(kind: ActionKind) -> Action:
    return Action(kind=kind, name="x", ground=Ground(citation=Citation(
        document="T", version="1", digest="sha256:0", number="1")), since=NOON)


@pytest.mark.parametrize(("kind", "effect"), [
    (ActionKind.LABEL, Effect.ADDS), (ActionKind.WARN, Effect.ADDS),
    (ActionKind.INTERSTITIAL, Effect.RESTRICTS), (ActionKind.LIMIT, Effect.RESTRICTS),
    (ActionKind.HOLD, Effect.RESTRICTS), (ActionKind.EDIT, Effect.EDITS),
    (ActionKind.DEMONETISE, Effect.RESTRICTS), (ActionKind.REMOVE, Effect.RESTRICTS),
    (ActionKind.SUSPEND, Effect.RESTRICTS), (ActionKind.TERMINATE, Effect.RESTRICTS)])
def test_what_an_action_does_to_speech_is_derived(kind: ActionKind, effect: Effect) -> None:
    assert action(kind).effect is effect


def test_every_kind_of_action_has_an_effect_and_at_most_one_rank() -> None:
    assert set(EFFECTS) == set(ActionKind)
    ranked = [kind for group in STRENGTH.values() for kind in group]
    assert len(ranked) == len(set(ranked))
    assert set(ranked) == {k for k in ActionKind if EFFECTS[k] is Effect.RESTRICTS}


def test_an_outcome_is_derived_from_actions_and_questions(making: Any) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove"))
    decision = making.decide(terms, {"post.satire": True})
    assert decision.outcome is Outcome.ACTED
    assert replace(decision, actions=()).outcome is Outcome.LEFT_ALONE


def test_only_a_label_that_links_is_a_fact_check_notice() -> None:
    assert not is_fact_check_notice(action(ActionKind.LABEL))
    assert not is_fact_check_notice(action(ActionKind.REMOVE))


NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)


def test_a_persons_word_prevails_over_a_machines_whenever_it_was_said() -> None:
    person = Reported(name="f", value="asserts", observer="person:1", at=NOON)
    machine = Reported(name="f", value="mocks", observer="stance@1", at=NOON + timedelta(days=1))
    for order in ((person, machine), (machine, person)):
        assert Dossier(reported=order).prevailing["f"] is person
    assert machine.automated and not person.automated


def test_of_two_people_the_later_prevails_in_whatever_order_they_are_read() -> None:
    first = Reported(name="f", value=True, observer="person:1", at=NOON)
    later = Reported(name="f", value=False, observer="person:0", at=NOON + timedelta(seconds=1))
    for order in ((first, later), (later, first)):
        assert Dossier(reported=order).prevailing["f"] is later
