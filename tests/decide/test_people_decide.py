"""What a reviewer's word does to a decision, and what later causes do with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evenhand.decide.question import Review
from evenhand.decide.reviewing import ReviewRefused
from evenhand.model.action import Effect
from evenhand.model.decision import AskedBecause, CauseKind, Outcome, SetAside, SetAsideBecause

A, B, C = "post.satire", "post.news", "post.paid"
PHONE = "```pattern phone on raw text\n\\d{3}-\\d{4}\n```\n"
LATER = [CauseKind.SIGNAL, CauseKind.FACT_CHECK_CHANGE, CauseKind.ACCOUNT_CHANGE]
ASIDE = [SetAsideBecause.REVIEWED, SetAsideBecause.OVERTURNED, SetAsideBecause.REVERSED]
ALL = [*ASIDE, SetAsideBecause.REINSTATED]
CAPPED = "remove\nat most 2 an hour, then ask a reviewer within 4 hours"


def names(decision: Any) -> list[str]:
    return [a.name for a in decision.actions]


def numbers(grounds: Any) -> list[str]:
    return [g.citation.number for g in grounds]


class Desk:
    """One post under some terms, and the decisions about it, one after the other."""

    def __init__(self, making: Any, *clauses: str) -> None:
        self.making, self.terms = making, making.of(*clauses)
        self.standing: Any = None
        self.hours = 0

    def _decide(self, facts: dict[str, Any], kind: CauseKind, **more: Any) -> Any:
        self.hours += 1
        decision = self.making.decide(
            self.terms, facts, standing=self.standing, now=self.now,
            cause=self.making.cause(kind, f"c{self.hours}"), **more)
        self.standing = decision or self.standing
        return decision

    @property
    def now(self) -> Any:
        return self.making.noon + timedelta(hours=self.hours)

    def rule(self, facts: dict[str, Any], kind: CauseKind = CauseKind.ARRIVAL,
             **more: Any) -> Any:
        return self._decide(facts, kind, **more)

    def person(self, facts: dict[str, Any], **asked: Any) -> Any:
        parts = {k: asked.pop(k) for k in ("chosen", "let_act", "edits", "set_aside",
                                              "restores")
                 if k in asked}
        return self._decide(facts, asked.pop("kind", CauseKind.REVIEW),
                            decider=self.making.person, review=Review(**parts), **asked)

    def aside(self, number: str = "1", because: SetAsideBecause = SetAsideBecause.REVIEWED,
              matter: str = "v1") -> SetAside:
        ground = self.making.decide(self.making.of(*self.clauses_of(number)), {A: True}).grounds[0]
        citation = self.terms.clause(number).citation
        return SetAside(ground=self.making.replaced(ground, citation=citation), because=because,
                        matter=matter, words="It is a quotation.")

    def clauses_of(self, number: str) -> tuple[str, ...]:
        return (self.making.clause(number, A, "remove"),)


# What is chosen


def test_of_what_a_clause_promises_only_the_chosen_is_done_and_recorded(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, 'label look "Look"\nremove\ndemonetise'),
                making.clause("2", B, "suspend for 7 days"))
    decision = desk.person({A: True, B: True}, chosen={"1": ("demonetise", "look")})
    assert names(decision) == ["look", "demonetise", "suspend"], "all of clause 2: nobody chose"
    assert sorted(decision.chosen) == ["1 demonetise", "1 look"]
    assert numbers(decision.grounds) == ["1", "2"]


@pytest.mark.parametrize("kind", LATER)
def test_no_rule_takes_what_a_person_chose_not_to_take(making: Any, kind: CauseKind) -> None:
    desk = Desk(making, making.clause("1", A, 'label look "Look"\nremove'),
                making.clause("2", B, "demonetise"))
    desk.rule({A: True, B: False})
    assert names(desk.person({A: True, B: False}, chosen={"1": ("look",)})) == ["look"]
    assert desk.rule({A: True, B: False}, kind) is None, "nothing changes for anybody"
    assert names(desk.rule({A: True, B: True}, kind)) == ["look", "demonetise"]
    assert names(desk.person({A: True, B: True})) == ["look", "demonetise"]
    assert desk.standing.chosen == ("1 look",)
    assert names(desk.person({A: True, B: True}, chosen={"1": ("remove",)})) == [
        "remove", "demonetise"], "until a person chooses anew"


def test_a_choice_ends_with_the_ground_that_it_was_made_of(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, 'label look "Look"\nremove'))
    desk.person({A: True}, chosen={"1": ("look",)})
    assert desk.rule({A: False}, CauseKind.SIGNAL).chosen == ()
    assert names(desk.rule({A: True}, CauseKind.SIGNAL)) == ["look", "remove"]


def test_a_choice_made_under_one_version_says_nothing_of_another(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, 'label look "Look"\nremove'))
    desk.person({A: True}, chosen={"1": ("look",)})
    desk.terms = making.of(making.clause("1", A, "remove\ndemonetise"))
    assert names(desk.rule({A: True}, CauseKind.SIGNAL)) == ["remove", "demonetise"]


def test_what_is_chosen_twice_is_recorded_once(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"))
    assert desk.person({A: True}, chosen={"1": ("remove", "remove")}).chosen == ("1 remove",)


# Caps


def test_a_person_lets_a_clause_act_beyond_its_cap_and_it_goes_on(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, CAPPED), making.clause("2", B, "demonetise"))
    assert desk.rule({A: True, B: False}, taken={"1": 2}).outcome is Outcome.ASKED
    decision = desk.person({A: True, B: False}, taken={"1": 2}, let_act=frozenset({"1"}))
    assert names(decision) == ["remove"]
    assert decision.let_act == ("1",) and decision.capped == decision.asks == ()
    later = desk.rule({A: True, B: True}, CauseKind.SIGNAL, taken={"1": 9})
    assert names(later) == ["remove", "demonetise"]
    assert later.let_act == () and later.capped == ()


def test_one_clause_is_let_act_and_another_stays_at_its_cap(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, CAPPED),
                making.clause("2", B, "demonetise\nat most 1 a day, then stop"))
    decision = desk.person({A: True, B: True}, taken={"1": 2, "2": 1}, let_act=frozenset({"1"}))
    assert names(decision) == ["remove"] and numbers(decision.capped) == ["2"]


# Edits


def test_a_reviewers_edit_is_recorded_before_and_after(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "edit by reviewer"))
    decision = desk.person({A: True}, edits={"1": "Good morning."})
    (action,) = decision.actions
    assert action.effect is Effect.EDITS
    assert (action.edit.before, action.edit.after) == ("Good morning, all of you.",
                                                       "Good morning.")
    assert decision.asks == ()


@pytest.mark.parametrize("kind", LATER)
def test_a_reviewers_edit_goes_on_until_its_clause_holds_no_more(making: Any,
                                                                 kind: CauseKind) -> None:
    desk = Desk(making, making.clause("1", A, "edit by reviewer"),
                making.clause("2", B, "demonetise"))
    first = desk.person({A: True, B: False}, edits={"1": "Good morning."})
    assert desk.rule({A: True, B: False}, kind) is None
    later = desk.rule({A: True, B: True}, kind)
    assert later.actions[0] == first.actions[0] and later.asks == ()
    assert names(desk.rule({A: False, B: True}, kind)) == ["demonetise"]
    again = desk.rule({A: True, B: True}, kind)
    assert [a.because for a in again.asks] == [AskedBecause.EDIT], "in whose words, is asked anew"


def test_a_later_edit_by_a_person_takes_the_place_of_the_first(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "edit by reviewer"))
    desk.person({A: True}, edits={"1": "Good morning."})
    (action,) = desk.person({A: True}, edits={"1": "Morning."}).actions
    assert (action.edit.before, action.edit.after) == ("Good morning, all of you.", "Morning.")


TEXT = "Ada, call 555-0100 now."


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_no_edit_shows_again_what_another_takes_out(making: Any, order: tuple[str, str]) -> None:
    redact, own = order
    clauses = {redact: making.clause(redact, "hits.phone >= 1", "edit redact phone", more=PHONE),
               own: making.clause(own, A, "edit by reviewer")}
    desk = Desk(making, clauses["1"], clauses["2"])
    decision = desk.person({A: True, "hits.phone": 1}, post=making.post(TEXT),
                           spans=((10, 18, "hits.phone"),),
                           edits={own: "Somebody, call 555-0100 now."})
    edits = [a.edit for a in decision.actions]
    assert edits[0].before == TEXT and edits[1].before == edits[0].after
    assert edits[-1].after == "Somebody, call […] now."


def test_a_redaction_that_comes_later_takes_its_words_out_of_the_reviewers_too(
        making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "edit by reviewer"),
                making.clause("2", "hits.phone >= 1 and post.news", "edit redact phone",
                              more=PHONE))
    known = {"post": making.post(TEXT), "spans": ((10, 18, "hits.phone"), (0, 0, "hits.phone"))}
    desk.person({A: True, B: False, "hits.phone": 1},
                edits={"1": "Somebody, call 555-0100, 555-0100."}, **known)
    decision = desk.rule({A: True, B: True, "hits.phone": 1}, CauseKind.SIGNAL, **known)
    assert decision.actions[-1].edit.after == "Somebody, call […], […]."


def test_a_notice_that_bears_the_name_of_an_edit_changes_no_words(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, 'label mend "Mended"\nedit mend by reviewer'))
    label, edit = desk.person({A: True}, edits={"1": "Good morning."}).actions
    assert label.edit is None and edit.edit is not None


# What is set aside


@pytest.mark.parametrize("because", ASIDE)
@pytest.mark.parametrize("kind", LATER)
def test_a_clause_set_aside_does_nothing_until_a_person_chooses_it_again(
        making: Any, because: SetAsideBecause, kind: CauseKind) -> None:
    desk = Desk(making, making.clause("1", A, CAPPED), making.clause("2", B, "demonetise"))
    desk.rule({A: True, B: False})
    decision = desk.person({A: True, B: False}, set_aside=(desk.aside(because=because),))
    assert decision.actions == decision.grounds == decision.asks == ()
    assert decision.outcome is Outcome.LEFT_ALONE
    assert [f.provision for f in decision.findings] == ["1"], "what its rule finds is kept"
    for facts in ({A: True, B: True}, {A: True, B: False}):
        later = desk.rule(facts, kind, taken={"1": 9})
        assert "1" not in numbers((*later.grounds, *later.capped))
        assert [(s.because, s.matter) for s in later.set_aside] == [(because, "v1")]
    again = desk.person({A: True, B: False}, chosen={"1": ("remove",)})
    assert names(again) == ["remove"] and again.set_aside == ()
    assert names(desk.rule({A: True, B: True}, kind)) == ["remove", "demonetise"]


@pytest.mark.parametrize("because", ALL)
def test_a_clause_set_aside_asks_nobody_for_facts_a_cap_or_an_edit(
        making: Any, because: SetAsideBecause) -> None:
    desk = Desk(making, making.clause(
        "1", A, "edit by reviewer\nremove\nat most 2 an hour, then ask a reviewer\n"
        "if undetermined, ask a reviewer within 4 hours"), making.clause("2", B, "demonetise"))
    desk.person({A: True}, set_aside=(desk.aside(because=because),))
    for facts in ({B: True}, {A: True, B: False}):
        for taken in ({}, {"1": 2}):
            decision = desk.person(facts, taken=taken)
            assert decision.asks == decision.capped == ()


def test_a_reinstated_finding_stands_as_a_ground_and_never_acts_again(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    desk.rule({A: True, B: False})
    given_back = desk.person({A: True, B: False}, set_aside=(
        desk.aside(because=SetAsideBecause.REINSTATED),))
    assert given_back.actions == () and numbers(given_back.grounds) == ["1"]
    assert given_back.outcome is Outcome.LEFT_ALONE
    for facts, grounds in (({A: True, B: True}, ["1", "2"]), ({A: False, B: True}, ["2"]),
                           ({A: True, B: False}, ["1"])):
        later = desk.rule(facts, CauseKind.SIGNAL)
        assert numbers(later.grounds) == grounds
        assert "remove" not in names(later)


@pytest.mark.parametrize("brake", [{"taken": {"1": 2}}, {"suspended": frozenset({"1"})}])
def test_a_reinstated_clause_is_told_as_given_back_and_not_as_braked(
        making: Any, brake: dict[str, Any]) -> None:
    desk = Desk(making, making.clause("1", A, CAPPED))
    desk.rule({A: True})
    decision = desk.person({A: True}, set_aside=(desk.aside(because=SetAsideBecause.REINSTATED),),
                           **brake)
    assert decision.capped == decision.suspended == decision.asks == ()


@pytest.mark.parametrize("because", ASIDE)
def test_giving_back_does_not_restore_a_finding_that_was_taken_away(
        making: Any, because: SetAsideBecause) -> None:
    desk = Desk(making, making.clause("1", A, "remove"))
    desk.rule({A: True})
    decision = desk.person({A: True}, set_aside=(
        desk.aside(because=because, matter="a1"),
        desk.aside(because=SetAsideBecause.REINSTATED, matter="a1")))
    assert [s.because for s in decision.set_aside] == [because] and decision.grounds == ()
    reversed_ = desk.person({A: True}, set_aside=(
        desk.aside(because=SetAsideBecause.REVERSED, matter="r1"),))
    assert [(s.because, s.matter) for s in reversed_.set_aside] == [
        (SetAsideBecause.REVERSED, "r1")], "the latest word"


def test_a_clause_that_is_restored_acts_where_its_rule_holds_and_else_does_nothing(
        making: Any) -> None:
    for holds in (True, False):
        desk = Desk(making, making.clause("1", A, "remove"))
        desk.person({A: True}, set_aside=(desk.aside(),))
        again = desk.person({A: holds}, restores=frozenset({"1"}))
        assert again.set_aside == () and names(again) == (["remove"] if holds else [])


@pytest.mark.parametrize("because", ALL)
def test_to_what_is_set_aside_there_is_no_exception(making: Any,
                                                    because: SetAsideBecause) -> None:
    desk = Desk(making, making.clause("1", A, "remove"), making.clause(
        "1.1", B, 'interstitial news "News"\nexception to 1\n'
        "if undetermined, ask a reviewer within 4 hours"), making.clause("2", C, "demonetise"))
    desk.rule({A: True, B: False, C: False})
    desk.person({A: True, B: False, C: False}, set_aside=(desk.aside(because=because),))
    later = desk.rule({A: True, B: True, C: True}, CauseKind.SIGNAL)
    assert names(later) == ["demonetise"] and numbers(later.grounds) == ["2"]
    assert desk.person({A: True, C: False}).asks == ()


def test_setting_an_exception_aside_is_not_turned_against_the_author(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"),
                making.clause("1.1", B, 'interstitial news "News"\nexception to 1'))
    assert names(desk.rule({A: True, B: True})) == ["news"]
    decision = desk.person({A: True, B: True}, set_aside=(desk.aside("1.1"),))
    assert decision.actions == decision.grounds == ()


def test_what_was_taken_back_and_is_chosen_again_ends_when_it_was_first_to_end(
        making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "suspend for 7 days"))
    first = desk.rule({A: True})
    desk.person({A: True}, set_aside=(desk.aside(),))
    (back,) = desk.person({A: True}, chosen={"1": ("suspend",)}).actions
    assert back.ends_at == first.actions[0].ends_at and back.since == desk.now
    desk.hours += 200
    assert desk.person({A: True}, chosen={"1": ("suspend",)}).actions == ()


def test_what_a_clause_set_aside_hid_comes_to_light(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"), making.clause("2", B, "limit reach"))
    assert names(desk.rule({A: True, B: True})) == ["remove"]
    assert names(desk.person({A: True, B: True}, set_aside=(desk.aside(),))) == ["limit-reach"]


# What is suspended


SUSPENDED: dict[str, Any] = {"suspended": frozenset({"1"})}


def test_a_suspended_clause_does_nothing_anew_and_acts_again_once_it_resumes(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, CAPPED), making.clause("2", B, "demonetise"))
    decision = desk.rule({A: True, B: False}, **SUSPENDED, taken={"1": 2})
    assert decision.actions == decision.asks == decision.capped == ()
    assert numbers(decision.suspended) == numbers(decision.grounds) == ["1"]
    assert desk.rule({A: True, B: False}, CauseKind.SIGNAL, **SUSPENDED) is None
    resumed = desk.rule({A: True, B: False}, CauseKind.SIGNAL)
    assert names(resumed) == ["remove"] and resumed.suspended == ()


def test_what_a_suspended_clause_did_goes_on(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = desk.rule({A: True, B: False})
    later = desk.rule({A: True, B: True}, CauseKind.SIGNAL, **SUSPENDED)
    assert later.actions[0] == first.actions[0] and names(later) == ["remove", "demonetise"]
    assert later.suspended == ()
    assert names(desk.rule({A: False, B: True}, CauseKind.SIGNAL, **SUSPENDED)) == ["demonetise"]
    back = desk.rule({A: True, B: True}, CauseKind.SIGNAL, **SUSPENDED)
    assert names(back) == ["demonetise"], "what was lifted would begin anew"
    assert numbers(back.suspended) == ["1"]


def test_a_suspended_clause_begins_nothing_that_a_stronger_action_hid(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, 'label look "Look"\nlimit reach'),
                making.clause("2", B, "remove"))
    assert names(desk.rule({A: True, B: True})) == ["look", "remove"]
    later = desk.rule({A: True, B: False}, CauseKind.SIGNAL, **SUSPENDED)
    assert names(later) == ["look"] and later.suspended == ()


def test_what_a_suspended_clause_did_and_has_ended_is_no_news(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "limit reach for 1 hour"))
    desk.rule({A: True})
    desk.hours += 3
    for _ in range(2):
        later = desk.person({A: True}, **SUSPENDED)
        assert later.actions == later.suspended == ()


def test_a_suspended_clause_asks_for_no_fact(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove\nif undetermined, ask a reviewer within "
                                              "4 hours"))
    assert desk.rule({}, **SUSPENDED) is None
    assert desk.rule({}).outcome is Outcome.ASKED


def test_a_suspended_clause_asks_for_no_edit(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "edit by reviewer"))
    assert desk.rule({A: True}, **SUSPENDED).asks == ()


def test_a_suspended_exception_still_excepts(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"),
                making.clause("1.1", B, 'interstitial news "News"\nexception to 1'))
    decision = desk.rule({A: True, B: True}, suspended=frozenset({"1.1"}))
    assert decision.actions == () and numbers(decision.grounds) == ["1.1"]


# Who decides


@pytest.mark.parametrize("kind", [k for k in CauseKind if k is not CauseKind.REVERSAL])
def test_a_persons_word_is_always_a_decision(making: Any, kind: CauseKind) -> None:
    desk = Desk(making, making.clause("1", A, "remove"))
    for _ in range(2):
        decision = desk.person({A: False}, kind=kind)
        assert decision.outcome is Outcome.LEFT_ALONE and decision.decider == making.person


@pytest.mark.parametrize("kind", [CauseKind.REPORT, CauseKind.ORDER])
@pytest.mark.parametrize(("facts", "brake"), [
    ({A: False}, {}), ({A: True, B: True}, {}), ({A: True, B: False}, {"taken": {"1": 1}}),
    ({A: True, B: False}, SUSPENDED)])
def test_no_rule_leaves_alone_what_somebody_asked_about(
        making: Any, kind: CauseKind, facts: dict[str, Any], brake: dict[str, Any]) -> None:
    clauses = (making.clause("1", A, "remove\nat most 1 an hour, then stop"),
               making.clause("1.1", B, "leave alone\nexception to 1"))
    assert Desk(making, *clauses).rule(facts, kind, **brake) is None
    decision = Desk(making, *clauses).person(facts, kind=kind, **brake)
    assert decision.outcome is Outcome.LEFT_ALONE


def test_a_rule_lifts_what_rested_on_reports_that_were_taken_back(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"))
    desk.rule({A: True}, CauseKind.REPORT)
    assert desk.rule({A: False}, CauseKind.REPORT).outcome is Outcome.LEFT_ALONE


def test_a_reversal_that_changes_nothing_says_nothing(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "remove"))
    desk.rule({A: True})
    taken_back = desk.aside(because=SetAsideBecause.REVERSED, matter="r1")
    assert desk.person({A: True}, kind=CauseKind.REVERSAL, set_aside=(taken_back,)).actions == ()
    assert desk.person({A: True}, kind=CauseKind.REVERSAL, set_aside=(taken_back,)) is None


# What is told apart


def test_a_reversal_of_what_did_nothing_is_recorded_all_the_same(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, CAPPED.replace("ask a reviewer within 4 hours",
                                                             "stop")))
    desk.person({A: False})
    taken_back = desk.aside(because=SetAsideBecause.REVERSED, matter="r1")
    decision = desk.person({A: False}, kind=CauseKind.REVERSAL, set_aside=(taken_back,))
    assert [s.matter for s in decision.set_aside] == ["r1"]


def test_nobody_is_asked_whether_a_second_exception_holds(making: Any) -> None:
    more = "leave alone\nexception to 1\nif undetermined, ask a reviewer within 4 hours"
    desk = Desk(making, making.clause("1", A, "remove"), making.clause("1.1", B, more),
                making.clause("1.2", C, more))
    assert desk.rule({A: True, B: True}).asks == ()
    assert numbers(a.ground for a in desk.rule({A: True}, CauseKind.SIGNAL).asks) == ["1.1", "1.2"]


def test_what_runs_hidden_under_a_stronger_action_is_not_what_a_suspended_clause_did(
        making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "limit reach for 10 hours"),
                making.clause("2", B, "remove"))
    assert names(desk.rule({A: True, B: True})) == ["remove"]
    later = desk.rule({A: True, B: False}, CauseKind.SIGNAL, **SUSPENDED)
    assert later.actions == () and numbers(later.suspended) == ["1"]


def test_of_two_notices_a_suspended_clause_goes_on_with_its_own_alone(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, 'label one "One"\nlabel two "Two"'))
    desk.person({A: True}, chosen={"1": ("one",)})
    with pytest.raises(ReviewRefused, match="suspended"):
        desk.person({A: True}, chosen={"1": ("one", "two")}, **SUSPENDED)


def test_each_edit_in_a_reviewers_words_is_known_by_its_clause_and_its_name(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "edit one by reviewer\nedit two by reviewer"),
                making.clause("2", B, "edit one by reviewer"))
    first = desk.person({A: True, B: False}, chosen={"1": ("one",)}, edits={"1": "x"})
    assert names(first) == ["one"]
    later = desk.rule({A: True, B: True}, CauseKind.SIGNAL)
    assert [(a.ground.citation.number, a.name) for a in later.actions] == [("1", "one")]
    assert [(a.ground.citation.number, a.because) for a in later.asks] == [
        ("2", AskedBecause.EDIT)]
    again = desk.person({A: True, B: False}, chosen={"1": ("one", "two")})
    assert names(again) == ["one"] and len(again.asks) == 1, "the second is still to be written"


def test_of_words_within_words_the_longer_are_taken_out_whole(making: Any) -> None:
    desk = Desk(making, making.clause("1", A, "edit by reviewer"),
                making.clause("2", "hits.phone >= 1", "edit redact phone", more=PHONE))
    decision = desk.person({A: True, "hits.phone": 2}, post=making.post(TEXT),
                           spans=((10, 13, "hits.phone"), (10, 18, "hits.phone")),
                           edits={"1": "Call 555-0100."})
    assert decision.actions[-1].edit.after == "Call […]."


def test_a_fact_check_that_a_person_tied_to_the_post_was_proposed_by_nobody(making: Any) -> None:
    terms = making.of(making.clause("1", 'for a matched claim:\n    claim.confirmed and '
                                    'claim.rating == "false"', "remove"))
    tied = making.match()
    assert making.decide(terms, matches=(tied,)).proposed == ()
    found = making.replaced(tied, by="proposal")
    assert making.decide(terms, matches=(found,)).proposed == (tied.fact_check.key,)
