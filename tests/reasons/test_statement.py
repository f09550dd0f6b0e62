"""The statement of reasons: each limb of DSA Art. 17(3), derived from the record of a decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evenhand.decide.question import Review
from evenhand.model.action import ActionKind, Effect
from evenhand.model.audience import view
from evenhand.model.decision import CauseKind, SetAside, SetAsideBecause
from evenhand.model.factcheck import Publisher
from evenhand.model.signal import Dossier, Reported
from evenhand.reasons.statement import explain, show
from evenhand.rulebook.finding import Answer, Reason

A, B = "post.satire", "post.news"
PHONE = "```pattern phone on raw text\n\\d{3}-\\d{4}\n```\n"

LINES = {
    ActionKind.LABEL: 'label one "One" for 3 days', ActionKind.WARN: 'warn "Stop"',
    ActionKind.INTERSTITIAL: 'interstitial look "Look" in DE', ActionKind.LIMIT: "limit reach",
    ActionKind.HOLD: "hold for 4 hours", ActionKind.EDIT: "edit redact phone",
    ActionKind.DEMONETISE: "demonetise for 1 month", ActionKind.REMOVE: "remove in DE, FR",
    ActionKind.SUSPEND: "suspend for 7 days", ActionKind.TERMINATE: "terminate"}


def stated(making: Any, line: str = "remove", *, facts: Any = None, more: Any = None,
           **settle: Any) -> Any:
    """The record of a post under a clause with this line."""
    when = "hits.phone >= 1" if "redact" in line else A
    clause = making.clause("1", when, line + (f"\n{more}" if more else ""),
                           more=PHONE if "redact" in line else "")
    facts = facts or ({"hits.phone": 1} if "redact" in line else {A: True})
    terms = settle.pop("terms", None) or making.of(clause)
    spans = ((0, 8, "hits.phone"),) if "redact" in line else ()
    dossier = settle.pop("dossier", None) or making.dossier(facts, spans=spans)
    return making.settle(terms, dossier, post=settle.pop("post", making.post("555-0100 ok")),
                         **settle).sealable.record


def test_every_kind_of_action_is_tried() -> None:
    assert set(LINES) == set(ActionKind)


@pytest.mark.parametrize("kind", list(ActionKind))
def test_limb_a_tells_what_was_done_where_and_for_how_long(making: Any, kind: ActionKind) -> None:
    record = stated(making, LINES[kind])
    (action,) = record.decision.actions
    (told,) = record.statement.actions
    assert told.kind is kind and told.effect is action.effect
    assert told.territory == action.territory
    assert (told.since, told.until) == (record.decision.at, action.ends_at)
    assert (told.until is not None) is ("for" in LINES[kind].split())


@pytest.mark.parametrize("kind", list(ActionKind))
def test_limb_b_tells_the_facts_their_observers_and_the_source(
        making: Any, kind: ActionKind) -> None:
    statement = stated(making, LINES[kind]).statement
    (fact,) = statement.facts
    expected = ("hits.phone", 1) if kind is ActionKind.EDIT else (A, True)
    assert (fact.name, fact.value, fact.observer) == (*expected, "test@1")
    assert fact.meaning
    assert statement.source == "the platform's own initiative"
    assert statement.excerpts == (("555-0100",) if kind is ActionKind.EDIT else ())


@pytest.mark.parametrize("kind", list(ActionKind))
def test_limb_c_tells_both_uses_of_automated_means(making: Any, kind: ActionKind) -> None:
    statement = stated(making, LINES[kind]).statement
    assert (statement.detection_automated, statement.decision_automated) == (True, "fully")


def test_a_later_decision_states_when_its_actions_began_and_not_when_it_was_made(
        making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 3 days\n"
                                    'label x "X" linking "https://a.example" by the platform'),
                      making.clause("2", B, "demonetise"))
    first = stated(making, terms=terms, facts={A: True, B: False})
    record = stated(making, terms=terms, facts={A: True, B: True}, standing=first.decision,
                    cause=making.cause(CauseKind.REVIEW, "v"),
                    now=making.noon + timedelta(days=1))
    began = {a.name: (a.since, a.until) for a in record.statement.actions}
    assert began["limit-reach"] == (making.noon, making.noon + timedelta(days=3))
    assert began["demonetise"][0] == record.statement.at
    assert record.fact_check_notices[0].since == making.noon


def test_limb_d_names_the_law_where_the_clause_holds_the_post_illegal(making: Any) -> None:
    record = stated(making, more='illegal under "StGB s. 241 (DE)"\nobjection harassing')
    (ground,) = record.statement.grounds
    assert ground.illegal_under == "StGB s. 241 (DE)" and ground.objection == "harassing"
    assert "illegal under StGB s. 241 (DE)" in record.notice.words


@pytest.mark.parametrize("kind", list(ActionKind))
def test_limb_e_cites_the_clause_in_its_own_words_and_why_the_post_falls_under_it(
        making: Any, kind: ActionKind) -> None:
    record = stated(making, LINES[kind], more="category violence: incitement")
    (ground,) = record.statement.grounds
    assert ground.words == "You may not do this." and ground.kind == "terms"
    assert ground.citation == record.decision.grounds[0].citation
    assert ground.category == "Violence: incitement violence hatred"
    assert ground.illegal_under is None
    assert ground.because and "holds" in ground.because[0]


@pytest.mark.parametrize("kind", list(ActionKind))
def test_limb_f_tells_how_to_appeal_to_whom_and_by_when(making: Any, kind: ActionKind) -> None:
    redress = stated(making, LINES[kind]).statement.redress
    assert redress.appeal_by == datetime(2020, 11, 27, tzinfo=UTC)
    assert str(redress.appeal_within) == "6 months"
    assert redress.appeals_to == "another reviewer"
    assert redress.appeals_at == "https://agora.example/appeals"


def test_limb_f_tells_of_bodies_and_courts_only_what_the_terms_say(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), out_of_court=None, courts="those of Ghent")
    redress = stated(making, terms=terms).statement.redress
    assert (redress.out_of_court, redress.courts) == (None, "those of Ghent")


def test_terms_that_hear_no_appeal_promise_none(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), appeals_to="nobody", appeals_at=None)
    redress = stated(making, terms=terms).statement.redress
    assert redress.appeal_by is None and redress.appeal_within is None
    assert redress.appeals_at is None


def test_the_letter_says_where_an_appeal_is_sent(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), appeals_at="appeals@agora.example")
    assert "\nWrite to appeals@agora.example\n" in stated(making, terms=terms).notice.words


@pytest.mark.parametrize(("cause", "source"), [
    (CauseKind.ARRIVAL, "the platform's own initiative"),
    (CauseKind.FACT_CHECK_CHANGE, "the platform's own initiative"),
    (CauseKind.ACCOUNT_CHANGE, "the platform's own initiative"),
    (CauseKind.SIGNAL, "the platform's own initiative"),
    (CauseKind.REVIEW, "the platform's own initiative"),
    (CauseKind.REPORT, "a report"), (CauseKind.ORDER, "an order"), (CauseKind.APPEAL, "an appeal")])
def test_limb_b_tells_a_report_from_the_platforms_own_initiative(
        making: Any, cause: CauseKind, source: str) -> None:
    statement = stated(making, cause=making.cause(cause, "x")).statement
    assert (statement.cause, statement.source) == (cause, source)


@pytest.mark.parametrize("origin", [CauseKind.ARRIVAL, CauseKind.REPORT, CauseKind.ORDER])
def test_limb_b_tells_the_source_of_the_first_cause_however_often_it_was_reviewed(
        making: Any, origin: CauseKind) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = stated(making, terms=terms, facts={A: True, B: False},
                   cause=making.cause(origin, "x"))
    later = stated(making, terms=terms, facts={A: True, B: True}, standing=first.decision,
                   cause=making.cause(CauseKind.REVIEW, "v"))
    assert later.statement.cause is CauseKind.REVIEW
    assert later.statement.source == first.statement.source


def test_what_a_person_found_was_not_found_by_a_machine_because_a_rule_decided(
        making: Any) -> None:
    statement = stated(making, dossier=making.dossier({A: True}, observer="person:reviewer-2"),
                       cause=making.cause(CauseKind.REVIEW, "v")).statement
    assert (statement.detection_automated, statement.decision_automated) == (False, "partially")


def test_what_a_machine_found_and_a_person_confirmed_was_found_by_a_machine(making: Any) -> None:
    both = Dossier(reported=(
        Reported(name=A, value=True, observer="satire@1"),
        Reported(name=A, value=True, observer="person:reviewer-2", at=making.noon)))
    statement = stated(making, dossier=both).statement
    assert statement.facts[0].observer == "person:reviewer"
    assert (statement.detection_automated, statement.decision_automated) == (True, "partially")


def test_a_fact_that_a_person_corrected_is_told_as_the_persons(making: Any) -> None:
    """The value relied on and the observer named are those of the same report."""
    said = (Reported(name=A, value=True, observer="person:reviewer-2", at=making.noon),
            Reported(name=A, value=False, observer="satire@1"))
    for order in (said, said[::-1]):
        statement = stated(making, dossier=Dossier(reported=order)).statement
        assert (statement.facts[0].observer, statement.facts[0].value) == (
            "person:reviewer", True)
        assert statement.decision_automated == "partially"


CLAIM = ('for a matched claim:\n    (claim.confirmed or claim.repeats) and '
         'claim.rating == "false" and "how to vote" in claim.topics')


def claim_terms(making: Any, ask: str = "") -> Any:
    return making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check' + ask))


@pytest.mark.parametrize(("by", "found"), [
    ("appearance", True), ("exact text", True), ("confirmed pair", False)])
def test_a_match_by_an_exact_key_was_found_by_a_machine_and_a_persons_own_was_not(
        making: Any, by: str, found: bool) -> None:
    who = "person:reviewer-2" if by == "confirmed pair" else by
    match = making.replaced(making.match(), by=by, confirmed_by=who)
    statement = stated(making, terms=claim_terms(making), dossier=making.dossier(
        {}, matches=(match,))).statement
    assert statement.detection_automated is found
    assert statement.decision_automated == ("fully" if found else "partially")


def test_that_a_post_repeats_a_claim_is_told_as_the_keys_where_a_person_confirms_it_besides(
        making: Any) -> None:
    terms = making.of(making.clause(
        "1", 'for a matched claim:\n    claim.repeats and claim.rating == "false"',
        'label x "X" linking claim.fact_check'))
    match = making.replaced(making.match(), besides="exact text")
    assert making.settle(terms, making.dossier(matches=(making.match(),))).decision is None
    statement = stated(making, terms=terms, dossier=making.dossier(matches=(match,))).statement
    assert next((f.name, f.value, f.observer) for f in statement.facts) == (
        "claim.repeats", True, "exact text")


def test_a_match_that_the_matcher_proposed_was_found_by_it_whoever_confirmed_it(
        making: Any) -> None:
    """The proposal stands in the dossier of the decision that asked; it is carried from there."""
    terms = claim_terms(making, "\nif undetermined, ask a reviewer within 24 hours")
    proposal = making.replaced(making.match(None), by="proposal")
    asked = stated(making, terms=terms, dossier=making.dossier({}, matches=(proposal,)))
    assert asked.decision.asks
    confirmed = stated(making, terms=terms, standing=asked.decision,
                       dossier=making.dossier({}, matches=(making.match(),)),
                       cause=making.cause(CauseKind.REVIEW, "v"))
    assert confirmed.decision.dossier.matches[0].by == "confirmed pair"
    assert confirmed.statement.detection_automated
    assert confirmed.statement.decision_automated == "partially"
    again = stated(making, terms=terms, standing=confirmed.decision,
                   dossier=making.dossier({}, matches=(making.match(),)),
                   cause=making.cause(CauseKind.APPEAL, "a"), decider=making.person)
    assert again.statement.detection_automated, "two decisions later too"


def test_another_fact_check_than_the_one_proposed_was_found_by_the_person_who_named_it(
        making: Any) -> None:
    terms = claim_terms(making, "\nif undetermined, ask a reviewer within 24 hours")
    proposal = making.replaced(making.match(None, key="9" * 32), by="proposal")
    asked = stated(making, terms=terms, dossier=making.dossier({}, matches=(proposal,)))
    confirmed = stated(making, terms=terms, standing=asked.decision,
                       dossier=making.dossier({}, matches=(making.match(),)),
                       cause=making.cause(CauseKind.REVIEW, "v"))
    assert confirmed.statement.detection_automated is False


def test_what_a_fact_check_says_is_told_as_its_publishers_and_the_match_as_whose_it_is(
        making: Any) -> None:
    terms = making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check'))
    statement = stated(making, terms=terms, dossier=making.dossier(
        {}, matches=(making.match(rating="true", key="9" * 32), making.match()))).statement
    assert [(f.name, f.observer) for f in statement.facts] == [
        ("claim.confirmed", "person:reviewer"), ("claim.rating", "publisher:Checkers"),
        ("claim.topics", "publisher:Checkers")]
    (check,) = statement.fact_checks
    assert check.rating_words == "Pants on fire"


def test_the_notice_that_readers_see_names_the_claim_that_was_bound(making: Any) -> None:
    """Two fact-checks on one page: the one that the condition bound is the one shown."""
    terms = making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check'))
    record = stated(making, terms=terms, dossier=making.dossier({}, matches=(
        making.match(rating="true", key="9" * 32, claim="Another claim"), making.match())))
    (notice,) = record.fact_check_notices
    assert (notice.claim, notice.rating) == ("Ballots go to everyone", "Pants on fire")


def test_a_label_that_links_to_a_page_of_its_own_names_no_claim(making: Any) -> None:
    record = stated(making, 'label x "X" linking "https://a.example/x" by the platform')
    (notice,) = record.fact_check_notices
    assert notice.claim is None and notice.speech.page_by_name == "Agora"


def test_a_condition_that_matches_no_claim_is_stated_without_a_publisher(making: Any) -> None:
    clause = making.clause("1", f"not debunked and {A}", "remove", more=(
        '```define debunked\nfor a matched claim:\n    claim.rating == "false"\n```\n'))
    terms = making.of(clause)
    for matches, observer in (((), "match"), ((making.match(rating="true"),),
                                              "publisher:Checkers")):
        statement = stated(making, terms=terms,
                           dossier=making.dossier({A: True}, matches=matches)).statement
        assert statement.facts[0].observer == observer


def test_a_clause_that_reached_its_cap_is_no_reason_for_what_another_did(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove\nat most 1 an hour, then stop"),
                      making.clause("2", B, "demonetise"))
    statement = stated(making, terms=terms, facts={A: True, B: True}, taken={"1": 1}).statement
    assert [g.citation.number for g in statement.grounds] == ["2"]
    assert [f.name for f in statement.facts] == [B]


def test_two_clauses_are_both_stated_with_the_facts_of_each_once(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", f"{A} and {B}", "remove"))
    statement = stated(making, terms=terms, facts={A: True, B: True}).statement
    assert [g.citation.number for g in statement.grounds] == ["1", "2"]
    assert [f.name for f in statement.facts] == [A, B]
    assert len(statement.actions) == 1


def test_a_decision_that_leaves_a_post_alone_is_stated_too(making: Any) -> None:
    record = stated(making, facts={A: False}, cause=making.cause(CauseKind.REPORT, "r"),
                    decider=making.person)
    assert record.statement.actions == () == record.statement.grounds
    assert record.notice is None


def test_effects_are_stated_as_derived(making: Any) -> None:
    assert stated(making, 'label x "X"').statement.actions[0].effect is Effect.ADDS


@pytest.mark.parametrize(("value", "said"), [
    (True, "yes"), (False, "no"), (0, "0"), (12_345_678, "12345678"), (0.25, "0.25"),
    (1e-7, "1e-07"), ("asserts", '"asserts"'), (("a", 1), '["a", 1]'), ((), "[]"),
    (timedelta(days=29, hours=23), "29 days"), (timedelta(days=1), "1 day"),
    (timedelta(minutes=59), "59 minutes"), (timedelta(seconds=1), "1 second"),
    (timedelta(0), "0 seconds"), (timedelta(days=-3), "-3 days"),
    (datetime(2020, 5, 26, 12, 17, tzinfo=UTC), "26 May 2020, 12:17 UTC")])
def test_values_are_shown_as_people_write_them(value: Any, said: str) -> None:
    assert show(value) == said


def leaf(text: str, answer: Answer, *said: tuple[str, Any]) -> Reason:
    return Reason(text=text, answer=answer, said=said)


YES, NO = Answer.HOLDS, Answer.DOES_NOT_HOLD


def test_a_disjunction_is_explained_by_what_holds_alone() -> None:
    why = Reason(text="not a or b", answer=YES, because=(
        Reason(text="not a", answer=YES, because=(leaf("a", NO, ("a", False)),)),
        leaf("b", NO, ("b", False))))
    assert list(explain(why)) == ["`a` does not hold: a is no"]


def test_an_exception_that_does_not_apply_is_said_to_be_one() -> None:
    why = Reason(text="a\nunless b", answer=YES, because=(
        leaf("a", YES, ("a", True)),
        Reason(text="unless b", answer=YES, because=(leaf("b", NO, ("b", False)),))))
    assert list(explain(why)) == ["`a` holds: a is yes",
                                  "the exception `b` does not apply: b is no"]


def test_what_is_not_known_is_named() -> None:
    why = Reason(text="a", answer=Answer.UNDETERMINED, missing=("a",))
    assert list(explain(why)) == ["`a` is undetermined: a is not known"]


def test_a_crowd_that_speaks_is_named_as_one(making: Any) -> None:
    crowd = Publisher(name="Agora Notes", domain="agora.example", kind="crowd")
    terms = making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check'))
    words = stated(making, terms=terms, dossier=making.dossier(
        {}, matches=(making.match(publisher=crowd),))).notice.words
    assert "written by Agora Notes" in " ".join(words.split())


def test_a_publisher_that_is_not_on_the_list_is_not_called_a_fact_checker(making: Any) -> None:
    stranger = Publisher(name="Truth Daily", domain="truth.example", kind="unlisted")
    terms = making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check'))
    record = stated(making, terms=terms, dossier=making.dossier(
        {}, matches=(making.match(publisher=stranger),)))
    assert record.decision.actions[0].speech.page_by == "unlisted"
    words = " ".join(record.notice.words.split())
    assert "made by Truth Daily, who is not on our list" in words
    assert "which Truth Daily (who is not on our list) rated" in words
    assert "fact-checker" not in words


# What the author is not shown

SLURS = "```words slurs sealed sha256:" + "0" * 64 + "\n```\n"


def test_a_fact_that_authors_may_not_see_is_counted_and_not_told(making: Any) -> None:
    terms = making.of(making.clause(
        "1", f"account.watch and account.warrant and {A}", "remove"))
    record = stated(making, terms=terms, facts={"account.watch": True, "account.warrant": True,
                                                A: True})
    statement = record.statement
    assert [f.name for f in statement.facts] == [A]
    assert [f.name for f in statement.withheld] == ["account.watch"]
    assert [f.name for f in statement.sealed] == ["account.warrant"]
    words = " ".join(record.notice.words.split())
    assert "1 fact that is not shown here: regulators, courts and auditors may see it" in words
    assert "1 fact that is not shown here: courts and auditors may see it" in words
    assert "watched" not in words and "warrant names" not in words
    (ground,) = statement.grounds
    assert ground.because == ("`account.watch` holds, on a fact that is not shown here",
                              "`account.warrant` holds, on a fact that is not shown here",
                              f"`{A}` holds: {A} is yes")
    assert statement.detection_automated, "what is not shown still counts"


@pytest.mark.parametrize(("audience", "seen"), [
    ("public", set()), ("author", set()), ("regulator", {"account.watch"}),
    ("sealed", {"account.watch", "account.warrant"})])
def test_what_is_withheld_is_seen_by_whom_the_letter_says(
        making: Any, audience: Any, seen: set[str]) -> None:
    terms = making.of(making.clause("1", "account.watch and account.warrant", "remove"))
    record = stated(making, terms=terms, facts={"account.watch": True, "account.warrant": True})
    shown = view(record.statement, audience)
    told = {f["name"] for field in ("withheld", "sealed") for f in shown.get(field, ())}
    assert told == seen


def test_the_words_that_a_sealed_list_found_are_not_told_to_the_author(making: Any) -> None:
    terms = making.of(making.clause("1", "hits.slurs >= 1", "remove", more=SLURS))
    record = stated(making, terms=terms, post=making.post("you weasel, good morning"),
                    dossier=making.dossier({"hits.slurs": 1}, spans=((4, 10, "hits.slurs"),)))
    statement = record.statement
    assert statement.facts == () == statement.excerpts
    assert [f.name for f in statement.withheld] == ["hits.slurs"]
    assert statement.grounds[0].because == (
        "`hits.slurs >= 1` holds, on a fact that is not shown here",)
    words = " ".join(record.notice.words.split())
    assert "words found in your post" not in words and "slurs" not in words
    assert "1 fact that is not shown here" in words


def test_nothing_that_the_author_may_see_of_a_record_holds_a_withheld_value(making: Any) -> None:
    """Dossier and findings hold every fact, so they are not the author's."""
    terms = making.of(making.clause("1", f"account.watch and {A}\nunless hits.slurs >= 3",
                                    "remove", more=SLURS))
    record = stated(making, terms=terms, post=making.post("you weasel, good morning"),
                    dossier=making.dossier({"account.watch": True, "hits.slurs": 2, A: True},
                                           spans=((4, 10, "hits.slurs"),)))
    seen = view(record, "author")
    assert "dossier" not in seen["decision"] and "findings" not in seen["decision"]
    statement = repr(seen["statement"])
    assert "hits.slurs is" not in statement and "account.watch is" not in statement
    assert "exception `hits.slurs >= 3` does not apply" not in statement


# Why a post is left alone


def test_a_post_left_alone_because_somebody_asked_is_told_why(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove\nif undetermined, ask a reviewer within "
                                            "24 hours", words="No satire."))
    asked = stated(making, terms=terms, facts={B: False})
    assert asked.decision.asks
    left = stated(making, terms=terms, standing=asked.decision,
                  dossier=making.dossier({A: False}, observer="person:reviewer-2"),
                  cause=making.cause(CauseKind.REVIEW, "v"))
    (considered,) = left.statement.considered
    assert (considered.citation.number, considered.words) == ("1", "No satire.")
    assert considered.answer == "does not hold"
    assert considered.because == (f"`{A}` does not hold: {A} is no",)
    assert [(f.name, f.value, f.observer) for f in considered.facts] == [
        (A, False, "person:reviewer")]
    assert left.decision.grounds == () == left.statement.grounds == left.statement.facts
    assert left.statement.decision_automated == "partially"
    again = stated(making, terms=terms, standing=left.decision, facts={A: False},
                   cause=making.cause(CauseKind.REPORT, "r"), decider=making.person)
    assert again.statement.considered[0].because, "whoever asks again is told again"


def test_a_clause_overridden_by_its_exception_is_told_so(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"),
                      making.clause("1.1", B, "leave alone\nexception to 1"))
    first = stated(making, terms=terms, facts={A: True, B: False})
    later = stated(making, terms=terms, facts={A: True, B: True}, standing=first.decision,
                   cause=making.cause(CauseKind.REVIEW, "v"))
    (considered,) = later.statement.considered
    assert considered.because == (f"`{B}` holds: {B} is yes",)
    assert [f.name for f in considered.facts] == [B]
    assert [g.citation.number for g in later.statement.grounds] == ["1.1"]
    last = stated(making, terms=terms, facts={A: False, B: True}, standing=later.decision,
                  cause=making.cause(CauseKind.REVIEW, "w"))
    assert [(c.citation.number, c.because) for c in last.statement.considered] == [
        ("1", (f"`{A}` does not hold: {A} is no",)), ("1.1", (f"`{A}` does not hold: {A} is no",))]


def test_a_clause_that_is_undetermined_and_asks_nobody_is_told_where_a_post_is_left_alone(
        making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    first = stated(making, terms=terms, facts={A: True})
    later = stated(making, terms=terms, facts={B: True}, standing=first.decision,
                   cause=making.cause(CauseKind.APPEAL, "a"))
    (considered,) = later.statement.considered
    assert considered.answer == "undetermined"
    assert "what is not known is not held against you" in " ".join(later.notice.words.split())


def test_what_no_decision_rested_on_is_not_considered(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "remove"))
    first = stated(making, terms=terms, facts={A: True, B: False})
    later = stated(making, terms=terms, facts={A: False, B: False}, standing=first.decision,
                   cause=making.cause(CauseKind.REVIEW, "v"))
    assert [c.citation.number for c in later.statement.considered] == ["1"]
    assert first.statement.considered == ()


def test_why_a_clause_no_longer_holds_tells_no_withheld_fact(making: Any) -> None:
    terms = making.of(making.clause("1", "account.watch", "remove"))
    first = stated(making, terms=terms, facts={"account.watch": True})
    later = stated(making, terms=terms, facts={"account.watch": False}, standing=first.decision,
                   cause=making.cause(CauseKind.ACCOUNT_CHANGE, "c"))
    (considered,) = later.statement.considered
    assert considered.facts == ()
    assert considered.because == (
        "`account.watch` does not hold, on a fact that is not shown here",)
    assert [f.name for f in later.statement.withheld] == ["account.watch"]
    assert "watch" not in later.notice.words


@pytest.mark.parametrize("because", list(SetAsideBecause))
def test_a_clause_set_aside_is_considered_and_is_no_ground(
        making: Any, because: SetAsideBecause) -> None:
    terms = making.of(making.clause("1", A, "remove", words="No satire."))
    first = stated(making, terms=terms, facts={A: True})
    aside = SetAside(ground=first.decision.grounds[0], because=because, matter="x",
                     words="it is not meant")
    later = stated(making, terms=terms, facts={A: True}, standing=first.decision,
                   cause=making.cause(CauseKind.REVIEW, "v"), decider=making.person,
                   review=Review(set_aside=(aside,)))
    (considered,) = later.statement.considered
    assert (considered.answer, considered.set_aside) == ("set aside", aside)
    accepted = because is SetAsideBecause.REINSTATED
    assert bool(considered.facts) is bool(considered.because) is accepted, "it is held against none"
    assert later.statement.grounds == later.statement.facts == later.statement.actions == ()


def test_a_clause_set_aside_that_does_not_hold_any_more_is_told_by_its_facts(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    first = stated(making, terms=terms, facts={A: True})
    aside = SetAside(ground=first.decision.grounds[0], because=SetAsideBecause.REVIEWED,
                     matter="x", words="it is not meant")
    later = stated(making, terms=terms, facts={A: False}, standing=first.decision,
                   cause=making.cause(CauseKind.REVIEW, "v"), decider=making.person,
                   review=Review(set_aside=(aside,)))
    (considered,) = later.statement.considered
    assert (considered.answer, considered.set_aside) == ("does not hold", None)
    assert considered.facts


def test_a_suspended_clause_is_considered_and_states_no_facts(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "limit reach"))
    record = stated(making, terms=terms, facts={A: True, B: True}, suspended=frozenset({"1"}))
    (considered,) = record.statement.considered
    assert (considered.citation.number, considered.answer) == ("1", "suspended")
    assert considered.facts == considered.because == ()
    assert [g.citation.number for g in record.statement.grounds] == ["2"]
    assert "Clause 1" not in record.notice.words, "what did nothing is no reason for what was done"
