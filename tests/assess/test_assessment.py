"""What was done, assessed: by forum, by day, by rank; and every line says whose reading it is."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from evenhand.assess.assessment import Assessment, UnderProvision, assess
from evenhand.assess.combine import Said, agree, conclude, defeat, yielding
from evenhand.assess.from_record import KINDS, LIMITS
from evenhand.assess.pattern import NOT_RESTRICTING, RESTRICTING, read_pattern
from evenhand.assess.quick import quick
from evenhand.assess.standing import Rank, rank_of, standing
from evenhand.edge.law_documents import facts, forums, the_law
from evenhand.errors import EvenhandError
from evenhand.law.conclusion import Conclusion
from evenhand.law.dates import Interval
from evenhand.law.held import Authority
from evenhand.law.then import Then
from evenhand.model.action import EFFECTS, ActionKind, Effect
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.values import RecordError

C = Conclusion
NOW = date(2026, 11, 22)
POST = {"act.by_service": True, "material.by_another": True, "material.own_words": False,
        "material.contribution": False}
REMOVED = {**POST, "material.by_complainant": True, "act.restricts": True, "act.kind": "remove"}


def us230(record: dict[str, Any], *, forum: str = "ca9", as_of: date = date(2024, 1, 1),
          now: date = NOW) -> Assessment:
    return assess(the_law(), "US-230", record, forum=forum, as_of=as_of, now=now)


def under(key: str, record: dict[str, Any], **said: Any) -> UnderProvision:
    found = us230(record, **said).provision(key)
    assert found is not None
    return found


# --- rank ---------------------------------------------------------------------------------------

@pytest.mark.parametrize(("kind", "court", "forum", "rank"), [
    ("published", "us", "caltrial", Rank.BINDING_HIGHEST),
    ("published", "ca9", "cand", Rank.BINDING),
    ("published", "ca9", "ca9", Rank.BINDING), ("published", "cal", "caltrial", Rank.BINDING),
    ("published", "calapp", "caltrial", Rank.BINDING_INTERMEDIATE),
    ("unpublished", "ca9", "cand", Rank.NO_PRECEDENT),
    ("published", "ca2", "cand", Rank.PERSUASIVE), ("published", "ca9", "cal", Rank.PERSUASIVE),
    ("published", "cal", "ca9", Rank.PERSUASIVE), ("published", "ca9", "us", Rank.PERSUASIVE),
    ("unpublished", "ca2", "cand", Rank.PERSUASIVE_UNPUBLISHED),
    ("published", "cand", "cand", Rank.OWN_TRIAL), ("published", "caed", "cand", Rank.TRIAL),
    ("published", "cand", "ca9", Rank.TRIAL), ("published", "eu", "cand", None),
    ("enacted", "us", "cand", Rank.ENACTED), ("enacted", "tex", "cand", None),
    ("enacted", "tex", "txnd", Rank.ENACTED), ("policy", "us", "cand", Rank.POLICY)])
def test_an_authority_ranks_as_the_forum_sees_it(kind: Any, court: str, forum: str,
                                                 rank: Rank | None) -> None:
    authority = Authority(kind=kind, forum=court, in_force=Interval(start=date(2000, 1, 1)),
                          cite="Doe v. Roe", sure="verified")
    assert rank_of(authority, forum, forums()) is rank


def test_only_what_may_be_law_answers() -> None:
    assert [r for r in Rank if not r.answers] == [Rank.CLAIM, Rank.STATEMENT, Rank.PROPOSAL,
                                                 Rank.POLICY]


def test_an_opinion_that_was_withdrawn_stands_until_that_day() -> None:
    held = the_law().reading("us.230.c2A.subjective").held
    ranks = {day: found.rank for day in (
        date(2021, 7, 1), date(2021, 7, 16), date(2021, 8, 1), date(2021, 10, 1))
        if (found := standing(held, "ca2", day, forums())) is not None}
    # Enigma (9th Cir. 2019) persuades there all along; Domen bound, with a gap, until it did not.
    assert list(ranks.values()) == [Rank.BINDING, Rank.PERSUASIVE, Rank.BINDING, Rank.PERSUASIVE]


# --- combining ----------------------------------------------------------------------------------

def said(rank: Rank, conclusion: C, *, surely: bool = True) -> Said:
    return Said(rank=rank, conclusion=conclusion, surely=surely)


@pytest.mark.parametrize(("found", "conclusion"), [
    ([(Rank.BINDING, C.PROTECTED), (Rank.TRIAL, C.NOT_PROTECTED)], C.PROTECTED),
    ([(Rank.BINDING, C.PROTECTED), (Rank.BINDING, C.NOT_PROTECTED)], C.CONTESTED),
    ([(Rank.BINDING, C.NOT_APPLICABLE), (Rank.TRIAL, C.NOT_PROTECTED)], C.NOT_PROTECTED),
    ([(Rank.BINDING, C.PROTECTED), (Rank.BINDING, C.UNDETERMINED)], C.UNDETERMINED),
    ([(Rank.BINDING, C.UNDETERMINED), (Rank.TRIAL, C.PROTECTED)], C.UNDETERMINED),
    ([(Rank.POLICY, C.NOT_PROTECTED)], C.NOT_APPLICABLE),
    ([(Rank.PRACTICE, C.MET), (Rank.PROPOSAL, C.NOT_MET)], C.MET), ([], C.NOT_APPLICABLE)])
def test_the_highest_rank_decides_and_only_equals_contest(found: list[tuple[Rank, C]],
                                                          conclusion: C) -> None:
    assert agree([said(*one) for one in found]) is conclusion


def test_a_reading_yields_only_to_what_surely_applies_and_is_of_its_rank() -> None:
    mine, other = said(Rank.BINDING, C.PROTECTED), said(Rank.BINDING, C.NOT_PROTECTED)
    assert yielding([mine, other], [(1,), ()]) == (1, None)
    for weaker in (said(Rank.TRIAL, C.NOT_PROTECTED), said(Rank.BINDING, C.NOT_APPLICABLE),
                   said(Rank.BINDING, C.UNDETERMINED, surely=False)):
        assert yielding([mine, weaker], [(1,), ()]) == (None, None)


@pytest.mark.parametrize(("before", "exception", "after"), [
    (C.PROTECTED, C.NOT_EXCEPTED, C.PROTECTED), (C.PROTECTED, C.EXCEPTED, C.NOT_PROTECTED),
    (C.CONTESTED, C.EXCEPTED, C.NOT_PROTECTED), (C.UNDETERMINED, C.EXCEPTED, C.NOT_PROTECTED),
    (C.PROTECTED, C.UNDETERMINED, C.UNDETERMINED), (C.PROTECTED, C.CONTESTED, C.CONTESTED),
    (C.CONTESTED, C.UNDETERMINED, C.UNDETERMINED), (C.UNDETERMINED, C.CONTESTED, C.UNDETERMINED),
    (C.NOT_PROTECTED, C.UNDETERMINED, C.NOT_PROTECTED), (C.PROTECTED, C.NOT_IN_FORCE, C.PROTECTED),
    (C.NOT_IN_FORCE, C.EXCEPTED, C.NOT_IN_FORCE)])
def test_an_exception_takes_protection_away_and_gives_none(before: C, exception: C,
                                                           after: C) -> None:
    assert defeat(before, [exception]) is after


def test_a_reading_concludes_from_the_answers_of_its_two_conditions() -> None:
    then = Then(holds=C.PROTECTED, otherwise=C.NOT_PROTECTED)
    yes, no, unknown = Answer.HOLDS, Answer.DOES_NOT_HOLD, Answer.UNDETERMINED
    assert conclude(then, applies=no, holds=unknown) is C.NOT_APPLICABLE
    assert conclude(then, applies=unknown, holds=yes) is C.UNDETERMINED
    assert [conclude(then, applies=yes, holds=h) for h in (yes, no, unknown)] == [
        C.PROTECTED, C.NOT_PROTECTED, C.UNDETERMINED]


# --- the law of section 230 ---------------------------------------------------------------------

def test_before_it_was_enacted_nothing_is_in_force_and_long_after_it_is_answered() -> None:
    for day in (date(1, 1, 1), date(1996, 2, 7)):
        assert {p.conclusion for p in us230(POST, as_of=day).provisions} == {C.NOT_IN_FORCE}
    assert under("c1", POST, as_of=date(1996, 2, 8)).decided_by == ("us.230.c1.text",)
    assert under("c1", POST, as_of=date(9999, 12, 31)).conclusion is C.PROTECTED


def test_the_post_and_the_platforms_own_notice_are_two_objects() -> None:
    notice = {**POST, "material.own_words": True, "material.by_another": False}
    assert under("c1", POST).conclusion is C.PROTECTED
    own = under("c1", notice)
    assert own.conclusion is C.NOT_PROTECTED
    assert "us.230.c1.own_speech" in own.decided_by


def test_a_label_restricts_nothing_so_that_c2a_does_not_protect_it() -> None:
    labelled = {**POST, "act.restricts": False, "reason.basis": "content"}
    found = us230(labelled).reading("us.230.c2A.subjective")
    assert found is not None and found.conclusion is C.NOT_PROTECTED
    assert found.facts == (("act.restricts", False),)


@pytest.mark.parametrize(("day", "trafficking", "conclusion"), [
    (date(2018, 4, 10), "own_violation", C.PROTECTED),
    (date(2018, 4, 11), "own_violation", C.NOT_PROTECTED),
    (date(2018, 4, 11), "claim_only", C.PROTECTED), (date(2023, 1, 1), "claim_only", C.PROTECTED)])
def test_trafficking_is_excepted_since_2018(day: date, trafficking: str, conclusion: C) -> None:
    found = under("c1", {**POST, "suit.trafficking": trafficking}, as_of=day)
    assert found.conclusion is conclusion
    assert found.defeated_by == (("e5A",) if conclusion is C.NOT_PROTECTED else ())


def test_trafficking_is_no_exception_from_c2a() -> None:
    removed = {**REMOVED, "reason.basis": "content", "suit.trafficking": "own_violation"}
    assert under("c2A", removed).conclusion is C.PROTECTED


@pytest.mark.parametrize(("forum", "conclusion"), [
    ("ca9", C.PROTECTED), ("ca3", C.NOT_PROTECTED), ("us", C.CONTESTED), ("ca1", C.CONTESTED)])
def test_whether_a_states_intellectual_property_is_excepted_depends_on_the_circuit(
        forum: str, conclusion: C) -> None:
    claim = {**POST, "suit.intellectual_property": "state"}
    assert under("c1", claim, forum=forum).conclusion is conclusion


@pytest.mark.parametrize(("forum", "conclusion"), [
    ("ca9", C.PROTECTED), ("ca3", C.NOT_PROTECTED), ("us", C.CONTESTED), ("ca2", C.PROTECTED)])
def test_the_circuits_are_split_over_recommending(forum: str, conclusion: C) -> None:
    claim = {**POST, "suit.rests_on_ranking": True}
    found = under("c1", claim, forum=forum, as_of=date(2025, 3, 1))
    assert found.conclusion is conclusion


def test_a_general_rule_yields_to_the_special_one_of_the_same_court() -> None:
    claim = {**POST, "suit.rests_on_ranking": True}
    found = under("c1", claim, forum="ca3", as_of=date(2025, 3, 1))
    assert found.yielded["us.230.c1.editorial_function"] == "us.230.c1.third_circuit"
    assert found.decided_by == ("us.230.c1.third_circuit",)


def test_what_is_missing_is_named_with_who_bears_it() -> None:
    found = under("c2A", {**REMOVED})
    assert (found.conclusion, found.missing) == (C.UNDETERMINED, ("reason.basis",))
    assert found.borne_by == ("the platform, which raises the defence",)


def test_what_was_presumed_is_told_with_the_reason() -> None:
    reading = us230(POST).reading("us.230.c1.editorial_function")
    assert reading is not None
    assert {p.fact for p in reading.presumed} >= {"suit.rests_on_promise", "suit.design"}
    assert all(p.because for p in reading.presumed)
    known = us230({**POST, "suit.design": False}).reading("us.230.c1.editorial_function")
    assert known is not None and "suit.design" not in {p.fact for p in known.presumed}


def test_every_line_says_whose_it_is_its_status_its_age_and_that_it_is_no_advice() -> None:
    found = us230(REMOVED)
    for reading in found.readings:
        line = str(reading)
        assert f"held by {reading.holder}" in line and f"status: {reading.status}" in line
        assert "last checked 2026-11-22 by" in line and line.endswith("not legal advice")
    for provision in found.provisions:
        assert "last checked 2026-11-22 by" in str(provision)
        assert str(provision).endswith("not legal advice")
    assert found.digest == the_law().digest


@pytest.mark.parametrize(("now", "stale"), [(date(2027, 2, 20), False), (date(2027, 2, 21), True)])
def test_what_was_checked_more_than_ninety_days_ago_is_stale(now: date, stale: bool) -> None:
    found = us230(POST, now=now)
    assert {r.stale for r in found.readings} == {stale}
    assert ("stale" in str(found.provisions[0])) is stale


def test_wrong_questions_are_refused_with_the_nearest_word() -> None:
    for record in ({"act.restrict": True}, {"act.restricts": "yes"}, {"act.kind": "sing"}):
        with pytest.raises(RecordError):
            us230(record)
    with pytest.raises(EvenhandError, match="did you mean `US-230`"):
        assess(the_law(), "US-23", {}, as_of=NOW, now=NOW)
    with pytest.raises(EvenhandError, match="is not a forum"):
        us230({}, forum="the moon")


def test_a_forum_where_it_is_no_law_says_so() -> None:
    found = us230(POST, forum="eu")
    assert {p.conclusion for p in found.provisions} == {C.NOT_APPLICABLE}
    assert "not law in Court of Justice" in str(found.readings[0])


def test_the_quick_twin_says_the_same_of_records_drawn_at_random() -> None:
    law, draw = the_law(), random.Random(230)
    vocabulary = law.facts.vocabulary.facts
    for _ in range(60):
        day = date(draw.randint(1990, 2027), draw.randint(1, 12), draw.randint(1, 28))
        forum = draw.choice(["us", "ca9", "cand", "ca3", "ca4", "ca7", "calapp", "nh", "eu"])
        fast = quick(law, "US-230", forum=forum, as_of=day)
        for _ in range(4):
            record: dict[str, Any] = {}
            for name, fact in vocabulary.items():
                if fact.type.name in ("truth", "choice") and draw.random() < 0.6:
                    record[name] = draw.choice(fact.type.choices or (True, False))
            slow = assess(law, "US-230", record, forum=forum, as_of=day, now=NOW)
            found = fast.conclude(record)
            assert found.readings == tuple(r.conclusion for r in slow.readings)
            assert found.provisions == tuple(p.conclusion for p in slow.provisions)


# --- fact patterns ------------------------------------------------------------------------------

@pytest.mark.parametrize(("line", "as_of", "forum", "assumed"), [
    ({"facts": {}, "detail": {"event_date": "2013-01-01", "forum": "ca1"}},
     date(2013, 1, 1), "ca1", 0),
    ({"facts": {}, "year": 2009, "court": "9th Cir."}, date(2009, 7, 1), "ca9", 2),
    ({"facts": {}}, NOW, None, 2), ({"facts": {}, "court": "Moot Ct."}, NOW, None, 2)])
def test_a_pattern_says_what_was_assumed(line: dict[str, Any], as_of: date, forum: str | None,
                                         assumed: int) -> None:
    found = read_pattern(line, facts=facts(), forums=forums(), today=NOW)
    assert (found.as_of, found.forum, len(found.assumed)) == (as_of, forum, assumed)


@pytest.mark.parametrize(("given", "restricts"), [
    ({"action": "remove"}, True), ({"action": "label"}, False), ({"action": "edit"}, None),
    ({"action": "remove", "restricts_access": False}, False), ({"restricts_access": True}, True),
    ({}, None)])
def test_whether_an_act_restricts_is_derived_where_a_pattern_does_not_say(
        given: dict[str, Any], restricts: bool | None) -> None:
    found = read_pattern({"facts": given, "year": 2020, "court": "9th Cir."}, facts=facts(),
                         forums=forums(), today=NOW)
    assert found.record.get("act.restricts") is restricts
    assert ("act.restricts" in " ".join(found.assumed)) is (
        restricts is not None and "restricts_access" not in given)


def test_what_an_act_of_ours_does_is_derived_alike() -> None:
    for kind, name in KINDS.items():
        if kind is not ActionKind.EDIT:
            assert (name in RESTRICTING) is (EFFECTS[kind] is Effect.RESTRICTS)
            assert (name in NOT_RESTRICTING) is (EFFECTS[kind] is Effect.ADDS)
    assert set(LIMITS.values()) <= RESTRICTING


def test_a_duration_is_given_as_it_is_told() -> None:
    assert facts().record({"process.removal_after": {"seconds": 3600}}, {}) == {
        "process.removal_after": timedelta(hours=1)}
    for wrong in "48 hours", 48, {"seconds": True}, {"seconds": 10**30}, {"hours": 48}:
        with pytest.raises(EvenhandError, match="seconds"):
            facts().record({"process.removal_after": wrong}, {})


@pytest.mark.parametrize("line", [
    {"facts": {}, "year": "2009"}, {"facts": {}, "year": 2009.5}, {"facts": {}, "year": True},
    {"facts": {"is_ics": True, "act.by_service": False}},
    [], {}, {"facts": []}, {"facts": {"is_ic": True}}, {"facts": {"promise": "vague"}},
    {"facts": {}, "detail": {"event_date": "2013-02-30"}}, {"facts": {}, "year": 0},
    {"facts": {}, "detail": {"forum": "the moon"}}])
def test_a_pattern_with_a_mistake_is_refused(line: object) -> None:
    with pytest.raises(EvenhandError) as refused:
        read_pattern(line, facts=facts(), forums=forums(), today=NOW, where="line 7")
    assert refused.value.where == "line 7" and refused.value.hint
