"""What is decided, clause by clause, in sentences that a jurist could sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.decide.deciding import decide
from evenhand.decide.exceptions import override
from evenhand.decide.question import Question
from evenhand.decide.strongest import strongest
from evenhand.model.action import EFFECTS, LIMITS, STRENGTH, Action, ActionKind, Ground
from evenhand.model.decision import AskedBecause, CauseKind, Decider, Outcome
from evenhand.model.factcheck import Publisher
from evenhand.rulebook.document import Citation
from evenhand.rulebook.finding import Answer, Finding

A, B, C = "post.satire", "post.news", "post.paid"
REVIEWER = Decider(kind="reviewer", person="bo", known_by="command line")
NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)


def kinds(decision: Any) -> list[str]:
    return [a.kind.value for a in decision.actions]


def grounds(decision: Any) -> list[str]:
    return [g.citation.number for g in decision.grounds]


# Whether there is a decision at all


def test_a_post_under_no_clause_needs_no_decision(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    assert making.decide(terms, {A: False}) is None


def test_a_missing_fact_alone_leads_to_no_action_and_no_decision(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    assert making.decide(terms) is None


def test_an_undetermined_clause_that_asks_leads_to_a_decision_that_asks(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove\nif undetermined, ask a reviewer within "
                                            "24 hours"))
    decision = making.decide(terms)
    assert decision.outcome is Outcome.ASKED
    assert decision.actions == () and decision.grounds == ()
    (ask,) = decision.asks
    assert (ask.because, ask.missing) == (AskedBecause.UNDETERMINED, (A,))
    assert ask.due_at == NOON + timedelta(hours=24)


@pytest.mark.parametrize("kind", [CauseKind.REPORT, CauseKind.REVIEW, CauseKind.APPEAL,
                                  CauseKind.ORDER])
def test_leaving_a_post_up_is_a_decision_once_somebody_asked(making: Any, kind: CauseKind) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    decision = making.decide(terms, {A: False}, cause=making.cause(kind, "r1"), decider=REVIEWER)
    assert decision.outcome is Outcome.LEFT_ALONE
    assert decision.actions == decision.asks == decision.grounds == decision.findings == ()


@pytest.mark.parametrize("kind", [CauseKind.REPORT, CauseKind.ORDER])
def test_no_machine_dismisses_a_report_or_an_order(making: Any, kind: CauseKind) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    assert making.decide(terms, {A: False}, cause=making.cause(kind, "r1")) is None


@pytest.mark.parametrize("kind", [CauseKind.REPORT, CauseKind.ORDER])
def test_a_rule_that_gives_what_is_asked_for_decides_by_itself(making: Any,
                                                               kind: CauseKind) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    decision = making.decide(terms, {A: True}, cause=making.cause(kind, "r1"))
    assert decision.outcome is Outcome.ACTED and decision.decider.kind == "rule"


@pytest.mark.parametrize("kind", [CauseKind.ARRIVAL, CauseKind.FACT_CHECK_CHANGE,
                                  CauseKind.ACCOUNT_CHANGE, CauseKind.SIGNAL])
def test_where_nobody_asked_and_nothing_holds_nobody_decides(making: Any, kind: CauseKind) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    assert making.decide(terms, {A: False}, cause=making.cause(kind, "x")) is None


def test_a_new_cause_that_changes_nothing_gives_no_second_decision(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 72 hours"))
    first = making.decide(terms, {A: True})
    later = making.decide(terms, {A: True}, standing=first, now=NOON + timedelta(hours=1),
                          cause=making.cause(CauseKind.ACCOUNT_CHANGE, "x"))
    assert later is None


def test_a_new_cause_that_changes_something_supersedes_the_first(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = making.decide(terms, {A: True, B: False})
    later = making.decide(terms, {A: True, B: True}, standing=first,
                          cause=making.cause(CauseKind.ACCOUNT_CHANGE, "x"))
    assert later.supersedes == first.id
    assert kinds(later) == ["remove", "demonetise"]


def test_what_no_longer_holds_is_lifted_by_a_decision_that_supersedes(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    first = making.decide(terms, {A: True})
    later = making.decide(terms, {A: False}, standing=first,
                          cause=making.cause(CauseKind.FACT_CHECK_CHANGE, "x"))
    assert later.outcome is Outcome.LEFT_ALONE and later.supersedes == first.id


@pytest.mark.parametrize("origin", list(CauseKind))
def test_where_it_all_came_from_is_inherited_from_decision_to_decision(
        making: Any, origin: CauseKind) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = making.decide(terms, {A: True, B: False}, cause=making.cause(origin, "x"))
    later = making.decide(terms, {A: True, B: True}, standing=first,
                          cause=making.cause(CauseKind.REVIEW, "y"))
    last = making.decide(terms, {A: False, B: True}, standing=later,
                         cause=making.cause(CauseKind.APPEAL, "z"))
    assert first.origin is later.origin is last.origin is origin


# Several clauses


def test_every_clause_that_holds_is_cited_in_the_order_of_the_terms(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"),
                      making.clause("10", C, 'warn "Please stop"'))
    decision = making.decide(terms, {C: True, B: True, A: True})
    assert grounds(decision) == ["1", "2", "10"]
    assert kinds(decision) == ["remove", "demonetise", "warn"]


def test_a_clause_that_people_alone_read_never_acts(making: Any) -> None:
    terms = making.of("## 1 Freedom\n\nWe do not remove a post for the side it takes.\n",
                      making.clause("2", A, "remove"))
    assert grounds(making.decide(terms, {A: True})) == ["2"]


def test_of_visibility_only_the_strongest_is_taken(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach"),
                      making.clause("2", B, 'interstitial look "Look first"'),
                      making.clause("3", C, "remove"))
    decision = making.decide(terms, {A: True, B: True, C: True})
    assert kinds(decision) == ["remove"]
    assert grounds(decision) == ["1", "2", "3"]


def test_labels_add_up(making: Any) -> None:
    terms = making.of(making.clause("1", A, 'label one "One"'),
                      making.clause("2", B, 'label two "Two"\nremove'))
    assert kinds(making.decide(terms, {A: True, B: True})) == ["label", "label", "remove"]


def test_the_same_label_of_two_clauses_is_put_once(making: Any) -> None:
    terms = making.of(making.clause("1", A, 'label one "One"'),
                      making.clause("2", B, 'label one "One"'))
    decision = making.decide(terms, {A: True, B: True})
    (label,) = decision.actions
    assert label.ground.citation.number == "1"
    assert grounds(decision) == ["1", "2"]


def test_limits_of_different_things_stand_beside_each_other(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach\nlimit replies"))
    assert kinds(making.decide(terms, {A: True})) == ["limit", "limit"]


def test_of_two_equal_actions_the_longer_is_taken(making: Any) -> None:
    terms = making.of(making.clause("1", A, "suspend for 7 days"),
                      making.clause("2", B, "suspend for 1 month"),
                      making.clause("3", C, "suspend for 24 hours"))
    (action,) = making.decide(terms, {A: True, B: True, C: True}).actions
    assert action.ground.citation.number == "2"
    assert action.ends_at == datetime(2020, 6, 26, 12, tzinfo=UTC)


def test_an_action_without_end_outlasts_one_with_an_end(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 10 weeks"),
                      making.clause("2", B, "limit reach"))
    (action,) = making.decide(terms, {A: True, B: True}).actions
    assert action.ends_at is None


def test_removals_in_two_countries_are_both_kept(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove in DE"), making.clause("2", B, "remove in FR"))
    decision = making.decide(terms, {A: True, B: True})
    assert [a.territory for a in decision.actions] == [("DE",), ("FR",)]


def test_a_removal_everywhere_covers_one_in_a_country(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove in DE"), making.clause("2", B, "remove"))
    (action,) = making.decide(terms, {A: True, B: True}).actions
    assert action.territory == ()


def test_a_removal_in_one_country_does_not_lift_the_limit_in_the_others(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach"), making.clause("2", B, "remove in DE"))
    assert kinds(making.decide(terms, {A: True, B: True})) == ["limit", "remove"]


# Exceptions


def excepted(making: Any, exception: str = "leave alone", *more: str) -> Any:
    return making.of(making.clause("1", A, "remove"),
                     making.clause("1.1", B, f"{exception}\nexception to 1"), *more)


def test_an_exception_that_holds_leaves_the_post_alone_in_the_open(making: Any) -> None:
    decision = making.decide(excepted(making), {A: True, B: True})
    assert decision.outcome is Outcome.LEFT_ALONE
    assert grounds(decision) == ["1.1"]


def test_an_exception_to_what_does_not_hold_is_no_ground_for_anything(making: Any) -> None:
    assert making.decide(excepted(making, "limit reach"), {A: False, B: True}) is None


def test_an_exception_that_does_not_hold_changes_nothing(making: Any) -> None:
    assert grounds(making.decide(excepted(making), {A: True, B: False})) == ["1"]


def test_an_undetermined_exception_makes_its_clause_undetermined(making: Any) -> None:
    terms = making.of(
        making.clause("1", A, "remove\nif undetermined, ask a reviewer within 4 hours"),
        making.clause("1.1", B, "leave alone\nexception to 1"))
    decision = making.decide(terms, {A: True})
    assert decision.outcome is Outcome.ASKED
    assert decision.asks[0].missing == (B,)
    finding = next(f for f in decision.findings if f.provision == "1")
    assert finding.why.answer is Answer.UNDETERMINED, "the reasons say what the finding says"


def test_one_exception_that_holds_settles_it_though_another_is_undetermined(making: Any) -> None:
    terms = excepted(making, "leave alone",
                     making.clause("1.2", C, "leave alone\nexception to 1"))
    for first, second in ((B, C), (C, B)):
        decision = making.decide(terms, {A: True, first: True})
        assert decision.outcome is Outcome.LEFT_ALONE
        assert second not in [g.citation.number for g in decision.grounds]


def test_an_exception_to_an_exception_restores_the_clause(making: Any) -> None:
    terms = excepted(making, "leave alone",
                     making.clause("1.1.1", C, "leave alone\nexception to 1.1"))
    assert kinds(making.decide(terms, {A: True, B: True, C: True})) == ["remove"]
    assert kinds(making.decide(terms, {A: True, B: True, C: False})) == []
    assert making.decide(terms, {A: True, B: True}) is None, "undetermined, and nobody is asked"


def test_an_exception_may_do_something_milder_instead(making: Any) -> None:
    decision = making.decide(excepted(making, 'interstitial news "News"'), {A: True, B: True})
    assert kinds(decision) == ["interstitial"]
    assert grounds(decision) == ["1.1"]


def test_an_exception_that_has_reached_its_cap_still_excepts(making: Any) -> None:
    terms = excepted(making, 'interstitial news "News"\nat most 1 an hour, then ask a reviewer')
    decision = making.decide(terms, {A: True, B: True}, taken={"1.1": 1})
    assert decision.outcome is Outcome.ASKED and decision.actions == ()
    assert decision.asks[0].because is AskedBecause.CAP


def test_where_the_clause_is_undetermined_its_exception_settles_nothing_by_itself(
        making: Any) -> None:
    assert making.decide(excepted(making), {B: True}) is None


ANSWERS = st.sampled_from(list(Answer))


@given(ANSWERS, ANSWERS, ANSWERS)
def test_exceptions_follow_kleenes_logic(making: Any, a: Answer, b: Answer, c: Answer) -> None:
    terms = excepted(making, "leave alone", making.clause("1.1.1", C,
                                                          "leave alone\nexception to 1.1"))
    clauses = {x.citation.number: x for x in terms.clauses}
    given_ = [Finding(provision=n, answer=x, missing=(n,) if x is Answer.UNDETERMINED else ())
              for n, x in (("1", a), ("1.1", b), ("1.1.1", c))]
    value = {Answer.HOLDS: 2, Answer.UNDETERMINED: 1, Answer.DOES_NOT_HOLD: 0}
    x, y, z = value[a], value[b], value[c]
    expected = {"1": min(x, 2 - min(y, 2 - z)), "1.1": min(x, y, 2 - z), "1.1.1": min(x, y, z)}
    for order in permutations(given_):
        found = override(order, clauses)
        assert {f.provision: value[f.answer] for f in found} == expected
        assert all(bool(f.missing) is (f.answer is Answer.UNDETERMINED) for f in found)


# Caps


CAPPED = "remove\nat most 2 an hour, then "


def test_below_its_cap_a_clause_acts(making: Any) -> None:
    terms = making.of(making.clause("1", A, CAPPED + "stop"))
    decision = making.decide(terms, {A: True}, taken={"1": 1})
    assert kinds(decision) == ["remove"] and decision.capped == ()


def test_at_its_cap_a_clause_asks_and_does_not_act(making: Any) -> None:
    terms = making.of(making.clause("1", A, CAPPED + "ask a reviewer"))
    decision = making.decide(terms, {A: True}, taken={"1": 2})
    assert decision.outcome is Outcome.ASKED
    assert decision.asks[0].because is AskedBecause.CAP
    assert [g.citation.number for g in decision.capped] == grounds(decision) == ["1"]


def test_at_its_cap_a_clause_may_stop_and_the_record_says_why_nothing_is_done(making: Any) -> None:
    terms = making.of(making.clause("1", A, CAPPED + "stop"))
    decision = making.decide(terms, {A: True}, taken={"1": 2})
    assert decision.outcome is Outcome.LEFT_ALONE
    assert [g.citation.number for g in decision.capped] == ["1"]


def test_a_cap_does_not_lift_what_the_clause_already_does_to_the_post(making: Any) -> None:
    terms = making.of(making.clause("1", A, CAPPED + "stop"), making.clause("2", B, "demonetise"))
    first = making.decide(terms, {A: True, B: False})
    later = making.decide(terms, {A: True, B: True}, standing=first, taken={"1": 2},
                          cause=making.cause(CauseKind.ACCOUNT_CHANGE, "x"))
    assert kinds(later) == ["remove", "demonetise"]


# What is temporary


def review(making: Any, terms: Any, standing: Any, hours: float, *, fact: bool = True,
           kind: CauseKind = CauseKind.REVIEW, news: bool = False) -> Any:
    """The decision so many hours after noon, for another cause."""
    return making.decide(terms, {A: fact, B: news}, standing=standing,
                         now=NOON + timedelta(hours=hours), cause=making.cause(kind, f"c{hours}"))


def test_a_later_review_does_not_extend_a_temporary_action(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 72 hours"))
    first = making.decide(terms, {A: True})
    later = review(making, terms, first, 48)
    assert later.actions == first.actions, "it began when it began, and ends when it was to end"
    assert later.actions[0].since == NOON
    assert later.actions[0].ends_at == NOON + timedelta(hours=72)


@pytest.mark.parametrize(("hours", "stands"), [(71.999, True), (72, False), (100, False)])
def test_what_has_ended_is_not_imposed_again_by_the_same_ground(
        making: Any, hours: float, stands: bool) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 72 hours"))
    first = making.decide(terms, {A: True})
    later = review(making, terms, first, hours)
    assert bool(later.actions) is stands
    again = review(making, terms, later, 200)
    assert again.actions == () and grounds(again) == ["1"], "however often somebody looks"
    assert review(making, terms, again, 300).actions == ()


def test_another_ground_may_still_act_when_the_first_has_run_out(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 72 hours"),
                      making.clause("2", B, "limit reach for 72 hours"))
    first = making.decide(terms, {A: True, B: False})
    (limit,) = review(making, terms, first, 100, news=True).actions
    assert limit.ground.citation.number == "2"
    begun = NOON + timedelta(hours=100)
    assert (limit.since, limit.ends_at) == (begun, begun + timedelta(hours=72))


def test_what_was_lifted_and_comes_back_ends_when_it_was_first_to_end(making: Any) -> None:
    terms = making.of(making.clause("1", A, "suspend for 7 days"))
    first = making.decide(terms, {A: True})
    lifted = review(making, terms, first, 24, fact=False)
    assert lifted.actions == ()
    (back,) = review(making, terms, lifted, 48).actions
    assert (back.since, back.ends_at) == (NOON + timedelta(days=2), NOON + timedelta(days=7))


def test_what_a_stronger_action_stood_before_does_not_begin_when_that_one_ends(
        making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove for 3 days"),
                      making.clause("2", B, "limit reach for 2 days"))
    first = making.decide(terms, {A: True, B: True})
    assert kinds(first) == ["remove"]
    assert review(making, terms, first, 100, news=True).actions == ()


def test_the_end_of_a_stronger_temporary_action_uncovers_a_lasting_one(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove for 3 days"),
                      making.clause("2", B, "limit reach"))
    first = making.decide(terms, {A: True, B: True})
    later = review(making, terms, first, 100, news=True)
    assert kinds(later) == ["limit"]
    assert later.actions[0].since == NOON + timedelta(hours=100)


def test_an_action_that_lasts_keeps_its_start_and_a_new_one_begins_now(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = making.decide(terms, {A: True, B: False})
    later = review(making, terms, first, 1, news=True)
    assert [a.since for a in later.actions] == [NOON, NOON + timedelta(hours=1)]


def test_what_ends_by_itself_needs_no_decision_where_nobody_asked(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 72 hours"))
    first = making.decide(terms, {A: True})
    for hours in (24, 100):
        assert review(making, terms, first, hours, kind=CauseKind.ACCOUNT_CHANGE) is None


def test_a_clause_whose_action_has_ended_asks_nobody_about_its_cap(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 1 hour\n"
                                            "at most 2 an hour, then ask a reviewer"))
    standing = making.decide(terms, {A: True})
    for hours in (2, 3):
        standing = making.decide(terms, {A: True}, standing=standing, taken={"1": 2},
                                 now=NOON + timedelta(hours=hours),
                                 cause=making.cause(CauseKind.REVIEW, f"v{hours}"))
        assert standing.asks == () == standing.capped


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.booleans()), max_size=8))
def test_no_sequence_of_reviews_makes_an_action_last_longer_than_its_clause_says(
        making: Any, steps: list[tuple[int, bool, bool]]) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 72 hours"),
                      making.clause("2", B, "remove for 24 hours"))
    standing, hours, first = None, 0, dict[str, datetime]()
    for wait, satire, news in steps:
        hours += wait
        now = NOON + timedelta(hours=hours)
        standing = making.decide(terms, {A: satire, B: news}, standing=standing, now=now,
                                 cause=making.cause(CauseKind.REVIEW, f"v{hours}"))
        for number, holds in (("1", satire), ("2", news)):
            if holds:
                first.setdefault(number, now)
        for action in standing.actions:
            number = action.ground.citation.number
            assert action.ends_at == first[number] + action.lasts.fixed
            assert action.since <= now < action.ends_at


# Edits


PHONE = "```pattern phone on raw text\n\\d{3}-\\d{4}\n```\n"


def test_a_rule_takes_out_the_words_that_were_found_and_nothing_else(making: Any) -> None:
    terms = making.of(making.clause("1", "hits.phone >= 1", "edit redact phone", more=PHONE))
    decision = making.decide(terms, {"hits.phone": 2}, post=making.post("a 555-0100, 555-0199 b"),
                             spans=((2, 10, "hits.phone"), (12, 20, "hits.phone")))
    (action,) = decision.actions
    assert action.edit.before == "a 555-0100, 555-0199 b"
    assert action.edit.after == "a […], […] b"


def test_overlapping_and_touching_words_are_taken_out_as_one(making: Any) -> None:
    terms = making.of(making.clause("1", "hits.phone >= 1", "edit redact phone", more=PHONE))
    for spans in (((0, 3), (2, 5)), ((2, 5), (0, 3)), ((0, 5), (1, 2)), ((0, 2), (2, 5))):
        decision = making.decide(terms, {"hits.phone": 2}, post=making.post("abcdefg"),
                                 spans=tuple((s, e, "hits.phone") for s, e in spans))
        assert decision.actions[0].edit.after == "[…]fg"


def test_two_redactions_never_show_again_what_the_other_took_out(making: Any) -> None:
    words = "```words names\nAda\n```\n"
    terms = making.of(
        making.clause("1", "hits.phone >= 1", "edit redact phone", more=PHONE),
        making.clause("2", "hits.names >= 1", "edit redact names", more=words))
    decision = making.decide(terms, {"hits.phone": 1, "hits.names": 1},
                             post=making.post("Ada 555-0100 ok"),
                             spans=((4, 12, "hits.phone"), (0, 3, "hits.names")))
    first, second = decision.actions
    assert (first.edit.after, second.edit.before) == ("Ada […] ok", "Ada […] ok")
    assert second.edit.after == "[…] […] ok"
    letter = making.settle(terms, decision.dossier, post=making.post("Ada 555-0100 ok")
                           ).sealable.record.notice.words
    assert letter.count("Your post now reads:") == 1


def test_two_clauses_that_take_out_the_same_words_edit_once(making: Any) -> None:
    terms = making.of(making.clause("1", "hits.phone >= 1", "edit redact phone", more=PHONE),
                      making.clause("2", A, "edit again redact phone"))
    decision = making.decide(terms, {"hits.phone": 1, A: True}, post=making.post("555-0100"),
                             spans=((0, 8, "hits.phone"),))
    assert len(decision.actions) == 1 and decision.asks == ()
    assert grounds(decision) == ["1", "2"]


def test_an_edit_with_nothing_to_take_out_is_a_reviewers_to_make(making: Any) -> None:
    terms = making.of(making.clause("1", f"{A} or hits.phone >= 1", "edit redact phone",
                                    more=PHONE))
    decision = making.decide(terms, {A: True, "hits.phone": 0})
    assert decision.actions == ()
    assert [a.because for a in decision.asks] == [AskedBecause.EDIT]


def test_an_edit_by_reviewer_asks_and_leaves_the_words_alone(making: Any) -> None:
    terms = making.of(making.clause("1", A, "edit by reviewer\nlimit reach"))
    decision = making.decide(terms, {A: True})
    assert kinds(decision) == ["limit"]
    assert [a.because for a in decision.asks] == [AskedBecause.EDIT]


# Who speaks


CLAIM = 'for a matched claim:\n    claim.confirmed and claim.rating == "false"'


def test_a_label_on_a_claim_links_to_the_fact_check_that_was_bound(making: Any) -> None:
    terms = making.of(making.clause("1", CLAIM, 'label facts "Facts" linking claim.fact_check'))
    crowd = Publisher(name="Notes", domain="notes.example", kind="crowd")
    decision = making.decide(terms, matches=(
        making.match(rating="true", key="a" * 32),
        making.match(url="https://notes.example/1", publisher=crowd, key="b" * 32)))
    speech = decision.actions[0].speech
    assert (speech.words_by, speech.words_by_name) == ("platform", "Agora")
    assert (speech.link, speech.page_by, speech.page_by_name) == (
        "https://notes.example/1", "crowd", "Notes")


@pytest.mark.parametrize(("by", "kind", "name"), [
    ("the platform", "platform", "Agora"), ("the crowd", "crowd", "its readers"),
    ('fact-checker "Checkers in Ghent"', "fact-checker", "Checkers in Ghent")])
def test_a_fixed_link_says_who_made_its_page(making: Any, by: str, kind: str, name: str) -> None:
    terms = making.of(making.clause(
        "1", A, f'label facts "Facts for voters in DE" linking "https://a.example/x" by {by}'))
    speech = making.decide(terms, {A: True}).actions[0].speech
    assert (speech.page_by, speech.page_by_name) == (kind, name)
    assert speech.words == "Facts for voters in DE"


def test_words_in_other_languages_travel_with_the_label(making: Any) -> None:
    clause = making.clause("1", A, 'label facts "Facts"')
    french = making.document("## 1 Règle\n\nNe le faites pas.\n\n```then\nlabel facts \"Faits\"\n"
                             "```\n", language="fr")
    terms = making.terms(making.document(clause, authentic="yes"), french)
    assert making.decide(terms, {A: True}).actions[0].speech.also == (("fr", "Faits"),)


# Of any set of actions


TERRITORIES = st.sets(st.sampled_from(["DE", "FR", "AT"]), max_size=2).map(
    lambda codes: tuple(sorted(codes)))


@st.composite
def some_action(draw: Any) -> Action:
    kind = draw(st.sampled_from(list(ActionKind)))
    days = draw(st.one_of(st.none(), st.integers(1, 3)))
    number = draw(st.sampled_from(["1", "2", "3"]))
    return Action(
        kind=kind, name=kind.value, territory=draw(TERRITORIES),
        ground=Ground(citation=Citation(document="T", version="1", digest="d", number=number)),
        limits=draw(st.sampled_from(LIMITS)) if kind is ActionKind.LIMIT else None, since=NOON,
        ends_at=None if days is None else NOON + timedelta(days=days))


PLACES = ("DE", "FR", "AT", "elsewhere")


def here(actions: Any, place: str, kinds_: Any) -> list[Action]:
    return [a for a in actions if a.kind in kinds_ and (not a.territory or place in a.territory)]


def reach(actions: Any, place: str, group: Any) -> dict[Any, float]:
    """The strongest kind in a place, each thing it limits, and until when."""
    present = here(actions, place, group)
    top = max((group.index(a.kind) for a in present), default=None)
    result: dict[Any, float] = {}
    for a in present:
        if group.index(a.kind) == top:
            end = a.ends_at.timestamp() if a.ends_at else float("inf")
            result[top, a.limits] = max(end, result.get((top, a.limits), 0))
    return result


@given(st.lists(some_action(), max_size=7))
def test_in_every_place_the_strongest_of_each_kind_stands_as_long_as_any_clause_says(
        actions: list[Action]) -> None:
    kept = strongest(actions)
    grouped = {kind for kinds_ in STRENGTH.values() for kind in kinds_}
    for group in (*STRENGTH.values(), *((k,) for k in EFFECTS if k not in grouped)):
        for place in PLACES:
            assert reach(kept, place, group) == reach(actions, place, group)


@given(st.lists(some_action(), max_size=7))
def test_nothing_is_taken_that_no_clause_calls_for_and_nothing_twice(
        actions: list[Action]) -> None:
    kept = strongest(actions)
    assert set(kept) <= set(actions)
    assert len(set(kept)) == len(kept)
    assert strongest(kept) == kept


@given(st.lists(some_action().map(lambda a: Action(
    kind=a.kind, name=a.name, ground=a.ground, limits=a.limits, ends_at=a.ends_at, since=NOON)),
    max_size=7))
def test_without_territories_each_kind_has_one_strength(actions: list[Action]) -> None:
    kept = strongest(actions)
    for group in STRENGTH.values():
        assert len({a.kind for a in kept if a.kind in group}) <= 1
        assert len({(a.kind, a.limits) for a in kept if a.kind in group}) == len(
            [a for a in kept if a.kind in group])


LINES = ['label one "One"', "limit reach for 7 days", "remove in DE", "remove", "hold for 4 hours",
         "suspend for 7 days", "terminate", "demonetise", 'warn "Stop"', "limit replies",
         "leave alone\nexception to 1", "remove\nexception to 2"]


@given(st.lists(st.sampled_from(LINES), min_size=3, max_size=3),
       st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3))
def test_no_action_without_a_ground_and_the_order_of_findings_says_nothing(
        making: Any, lines: list[str], values: list[bool | None]) -> None:
    texts = [line if f"exception to {i}" not in line and not (i == 1 and "exception" in line)
             else "remove" for i, line in enumerate(lines, 1)]
    terms = making.of(*(making.clause(str(i), fact, line)
                        for i, (fact, line) in enumerate(zip((A, B, C), texts, strict=True), 1)))
    facts = {f: v for f, v in zip((A, B, C), values, strict=True) if v is not None}
    dossier = making.dossier(facts)
    settled = making.settle(terms, dossier)
    if settled.decision is None:
        assert not any(f.answer is Answer.HOLDS for f in override(
            settled.findings, {c.citation.number: c for c in terms.clauses}))
        return
    decision = settled.decision
    assert {a.ground for a in decision.actions} <= set(decision.grounds)
    for order in permutations(settled.findings):
        question = Question(
            post=settled.post, terms=terms, clauses=terms.clauses, findings=order,
            dossier=dossier, cause=settled.cause, decider=decision.decider,
            platform="Agora", now=NOON, clock="live", taken={},
            standing=None, ends=lambda start, p: start + (p.fixed or timedelta(days=30)),
            due=lambda start, p: start)
        again = decide(question, identity=decision.id, facts_digest=decision.facts_digest)
        assert again is not None
        assert (again.grounds, kinds(again)) == (decision.grounds, kinds(decision))


@pytest.mark.parametrize(("lines", "hours"), [
    ("at most 2 an hour, then ask a reviewer within 4 hours", 4),
    ("at most 2 an hour, then ask a reviewer within 4 hours\n"
     "if undetermined, ask a reviewer within 24 hours", 4),
    ("at most 2 an hour, then ask a reviewer\nif undetermined, ask a reviewer within 24 hours", 24),
    ("at most 2 an hour, then ask a reviewer", None)])
def test_the_question_of_a_cap_is_due_by_its_own_period_or_else_by_the_clauses(
        making: Any, lines: str, hours: int | None) -> None:
    terms = making.of(making.clause("1", A, f"remove\n{lines}"))
    (ask,) = making.decide(terms, {A: True}, taken={"1": 2}).asks
    assert ask.because is AskedBecause.CAP
    assert ask.due_at == (None if hours is None else NOON + timedelta(hours=hours))


def test_the_period_of_a_cap_is_not_that_of_a_missing_fact(making: Any) -> None:
    terms = making.of(making.clause(
        "1", A, "remove\nat most 2 an hour, then ask a reviewer within 4 hours\n"
        "if undetermined, ask a reviewer within 24 hours"))
    (ask,) = making.decide(terms, {}).asks
    assert ask.due_at == NOON + timedelta(hours=24)


@pytest.mark.parametrize("cause", list(CauseKind))
@pytest.mark.parametrize("value", [True, False, None])
def test_what_is_plainly_idle_is_decided_by_nobody_at_greater_cost_either(
        making: Any, monkeypatch: Any, cause: CauseKind, value: bool | None) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove"))
    facts = {} if value is None else {"post.satire": value}

    def outcome() -> Any:
        made = making.settle(terms, making.dossier(facts), cause=making.cause(cause, "x")).decision
        return made and made.outcome

    quick = outcome()
    monkeypatch.setattr("evenhand.case.is_idle", lambda _: False)
    assert outcome() == quick
