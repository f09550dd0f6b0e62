"""What the record of a decision answers of the facts of the law, and what it leaves to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.edge.conftest import CLAUSES

from evenhand.assess.from_record import ANSWERS, assessed_of, unanswered
from evenhand.assess.recorded import Case, Delivered, Stated, with_alleged
from evenhand.edge.law_documents import the_law
from evenhand.edge.recorded import recorded_case, recorded_cases
from evenhand.rulebook.values import check_record

ON_BOTH_ENGINES = False
FACTS = the_law().facts.vocabulary


def cases(world: Any) -> dict[str, Case]:
    return {case.decision.post.native: case for case in recorded_cases(world.open())}


@pytest.fixture
def square(world: Any) -> Any:
    """Decisions of several kinds: a removal, a label that links to a fact-check, a limit."""
    world.learn(checks=[world.check()])
    world.run([world.post(1, "Good morning."), world.post(2, "I will zap you.", author="di"),
               world.post(3, "Hm.", author="di", minute=1),
               world.post(4, "Every voter here is sent two ballots", minute=2),
               world.post(5, "wheeep", author="wi", minute=3)])
    return world


def facts(case: Case, thing: int = 0) -> Any:
    return assessed_of(case)[thing].record


def test_every_answer_is_a_fact_of_the_law_and_fits_it(square: Any) -> None:
    assert not set(ANSWERS) - set(FACTS.facts)
    assert set(unanswered(FACTS.facts)) == set(FACTS.facts) - set(ANSWERS)
    for case in cases(square).values():
        for one in assessed_of(case):
            check_record(one.record, FACTS)
            assert all(s.basis == "recorded" and s.evidence for s in one.stated)


def test_a_removal_restricts_and_a_label_adds(square: Any) -> None:
    found = cases(square)
    removal, label = facts(found["2"]), facts(found["4"])
    assert (removal["act.kind"], removal["act.restricts"]) == ("remove", True)
    assert (label["act.kind"], label["act.restricts"]) == ("label", False)
    assert removal["reason.category"] == "harassing" and label["reason.category"] == "otherwise"
    assert facts(found["3"])["act.kind"] == "demote"
    assert facts(found["3"])["suit.rests_on_ranking"] is True


def test_the_post_and_the_platforms_words_are_assessed_apart(square: Any) -> None:
    post, words = assessed_of(cases(square)["4"])
    assert (post.thing, words.thing) == ("the author's post", "the platform's own words")
    assert (post.record["material.by_another"], post.record["material.own_words"]) == (True, False)
    assert (words.record["material.by_another"], words.record["material.own_words"]) == (
        False, True)
    assert words.record["act.kind"] == "author"
    assert post.record["material.fact_check_by_third_party"] is True


def test_the_reason_is_a_clause_in_force_and_the_rule_that_ran(square: Any) -> None:
    found = facts(cases(square)["2"])
    assert found["reason.in_terms"] is True and found["reason.stated_is_actual"] is True
    assert found["reason.basis"] == "content"
    assert facts(cases(square)["3"])["reason.basis"] == "not_content"  # strikes alone


def test_letters_that_went_out_with_the_action_are_notice_with_reasons(square: Any) -> None:
    case = cases(square)["2"]
    found = facts(case)
    assert (found["process.notice"], found["process.explanation"], found["process.appeal"]) == (
        "concurrent", True, True)
    letter = Delivered(channel="e-mail", to="di@x.example", at=case.decision.at)
    platform = Delivered(channel="folder", to="square", at=case.decision.at)

    def told(**at: timedelta) -> Any:
        sent = [replace(d, at=d.at + at.get(d.channel.replace("-", ""), timedelta()))
                for d in (letter, platform)]
        return facts(replace(case, deliveries=tuple(sent)))["process.notice"]

    assert told() == "concurrent"
    assert told(email=timedelta(hours=1)) == "after"
    assert told(folder=timedelta(hours=1)) == "before"
    nobody = facts(replace(case, deliveries=(platform,)))
    assert (nobody["process.notice"], nobody["process.explanation"]) == ("none", False)
    unknown = facts(replace(case, deliveries=None))
    assert "process.notice" not in unknown and "process.explanation" not in unknown


def test_what_nobody_recorded_is_missing_and_may_be_alleged(square: Any) -> None:
    one = assessed_of(cases(square)["2"])[0]
    assert not {"suit.bad_faith", "reason.viewpoint", "material.label_kind"} & set(one.record)
    alleged = with_alleged(one, [
        Stated(fact="suit.bad_faith", value="plausible", basis="alleged", evidence="complaint 7"),
        Stated(fact="act.kind", value="label", basis="alleged", evidence="complaint 7")])
    assert alleged.record["suit.bad_faith"] == "plausible"
    assert alleged.record["act.kind"] == "remove", "what is recorded is not alleged away"


def test_an_edit_leaves_open_how_far_it_went(worlds: Any) -> None:
    world = worlds("edits", terms=False)
    world.publish(CLAUSES.replace("```then\nremove\ncategory violence: incitement\nobjection "
                                  "harassing\n```\n\n```case a zap", "```then\nedit redact zaps\n"
                                  "category violence: incitement\nobjection harassing\n```\n\n"
                                  "```case a zap").replace("-> remove\n```\n\n```case no zap",
                                                           "-> edit redact-zaps\n```\n\n```case "
                                                           "no zap"))
    world.run([world.post(1, "I will zap you.")])
    found = facts(cases(world)["1"])
    assert found["act.kind"] == "edit" and found["act.restricts"] is True
    assert "material.edit" not in found and "material.contribution" not in found


def test_a_decision_that_does_nothing_leaves_the_post_up(square: Any) -> None:
    case = cases(square)["2"]
    left = facts(replace(case, decision=replace(case.decision, actions=())))
    assert left["act.kind"] == "leave_up" and "reason.in_terms" not in left


def test_one_case_is_as_the_many_have_it_and_days_are_counted_in_utc(square: Any) -> None:
    platform = square.open()
    every = list(recorded_cases(platform))
    assert every and [recorded_case(platform, c.decision.id) for c in every] == every
    day = datetime(2020, 5, 20, tzinfo=UTC).date()
    assert list(recorded_cases(platform, since=day, until=day)) == every
    assert not list(recorded_cases(platform, until=day - timedelta(days=1)))
    assert not list(recorded_cases(platform, since=day + timedelta(days=1)))
