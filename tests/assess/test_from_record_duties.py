"""What the record answers of duties: who was told what and when, who was answered, how soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.edge.office import BY, Office

from evenhand.assess.assessment import assess
from evenhand.assess.from_record import ANSWERS, assessed_of
from evenhand.assess.procedure import PROCEDURE, lasts_six_months, weekdays
from evenhand.assess.recorded import Case, Delivered
from evenhand.edge.law_documents import the_law
from evenhand.edge.recorded import recorded_case, recorded_cases
from evenhand.model.decision import Decision
from evenhand.model.matter import Sender
from evenhand.model.period import Period
from evenhand.rulebook.values import check_record

ON_BOTH_ENGINES = False
LAW = "section 12 of the Ley Civil Code"
ASKER = Sender(name="Lou", address="lou@mail.example")
TODAY = date(2026, 11, 22)


@pytest.fixture
def office(worlds: Any) -> Office:
    """A platform whose people take in what is brought, decide and answer."""
    return Office(worlds("square", terms=False))


def case_of(office: Office, decision: Decision) -> Case:
    office.world.run()  # what is due is handed over
    return recorded_case(office.world.open(), decision.id)


def case(office: Office, native: str | int) -> Case:
    return case_of(office, office.standing(native))


def facts(case: Case) -> Any:
    return assessed_of(case)[0].record


def concluded(case: Case, regime: str, day: date = TODAY, **more: Any) -> dict[str, str]:
    """Provision -> what is concluded of the author's post, by the law of a day."""
    found = assess(the_law(), regime, {**facts(case), **more}, as_of=day, now=TODAY)
    return {p.key: str(p.conclusion) for p in found.provisions}


def test_every_answer_fits_its_fact(office: Office) -> None:
    office.post(1, "I will zap you.")
    office.report(1, illegal_under=LAW, good_faith=True, by="jon")
    for one in recorded_cases(office.world.open()):
        for thing in assessed_of(one):
            check_record(thing.record, the_law().facts.vocabulary)
            assert all(s.evidence for s in thing.stated)
    assert set(PROCEDURE) == {n for n in ANSWERS if n.startswith("process.")}


def test_a_statement_says_all_but_the_ways_that_the_terms_do_not_name(office: Office) -> None:
    office.post(1, "I will zap you.")
    removed = case(office, 1)
    found = facts(removed)
    assert found["reason.ground"] == "terms" and found["act.service"] == "online_platform"
    says = {n.removeprefix("process.states_"): v for n, v in found.items()
            if n.startswith("process.states_")}
    assert says == {"action": True, "facts": True, "source": True, "automation": True,
                    "law": False, "clause": True, "redress": False}
    assert found["process.terms_public"] is True and found["process.contact_known"] is True
    redress = replace(removed.statement.redress, out_of_court="A body", courts="Ley")
    named = facts(replace(removed, statement=replace(removed.statement, redress=redress)))
    assert named["process.states_redress"] is True and named["process.out_of_court_told"] is True
    silent = replace(removed.statement, actions=(), facts=(), source="", grounds=())
    found = facts(replace(removed, statement=silent))
    assert not any(found["process.states_" + n] for n in ("action", "facts", "source", "clause"))


def test_art_17_is_concluded_limb_by_limb(office: Office) -> None:
    office.post(1, "I will zap you.")
    found = concluded(case(office, 1), "EU-DSA")
    assert {k: v for k, v in found.items() if k.startswith("17.")} == {
        "17.1": "met", "17.2": "met", "17.3a": "met", "17.3b": "met", "17.3c": "met",
        "17.3d": "not applicable", "17.3e": "met", "17.3f": "not met", "17.4": "undetermined"}
    assert (found["14.1"], found["14.4"]) == ("undetermined", "undetermined")
    assert (found["20.1"], found["21.1"]) == ("not met", "not met")  # one month; no body is named
    assert set(concluded(case(office, 1), "EU-DSA", date(2024, 2, 16)).values()) == {"not in force"}


def test_a_clause_that_names_a_law_is_the_legal_ground(office: Office) -> None:
    office.post(1, "Good morning.")
    office.order(1)
    found = facts(case(office, 1))
    assert found["reason.ground"] == "illegal"
    assert found["process.states_law"] is True and found["process.states_clause"] is True
    assert found["act.voluntary"] is False
    limbs = concluded(case(office, 1), "EU-DSA")
    assert limbs["17.1"] == limbs["17.3d"] == "not applicable", "Art. 17(5): an order"


def test_when_the_letter_came_is_measured(office: Office) -> None:
    office.post(1, "I will zap you.")
    removed = case(office, 1)
    at = removed.decision.at

    def told(after: timedelta | None) -> Any:
        sent = [Delivered(channel="folder", to="square", at=at)]
        if after is not None:
            sent.append(Delivered(channel="e-mail", to="cy@mail.example", at=at + after))
        return facts(replace(removed, deliveries=tuple(sent)))

    assert told(timedelta(days=8))["process.notice_after"] == timedelta(days=8)
    assert told(-timedelta(days=1))["process.notice_after"] == timedelta()
    assert told(timedelta())["process.told_promptly"] is True
    assert "process.told_promptly" not in told(timedelta(days=8))
    nobody = told(None)
    assert "process.notice_after" not in nobody and "process.contact_known" not in nobody
    assert "process.notice_after" not in facts(replace(removed, deliveries=None))


def test_a_report_of_illegal_content_is_confirmed_and_answered(office: Office) -> None:
    office.post(1, "Good morning.")
    office.report(1, illegal_under=LAW, good_faith=True, by="jon")
    answers = case_of(office, office.decide(1))
    found = facts(answers)
    assert found["act.kind"] == "leave_up"
    assert {n: found["process." + n] for n in (
        "reported_illegal", "reporter_contact", "receipt_told", "report_answered",
        "report_automation_told")} == dict.fromkeys((
            "reported_illegal", "reporter_contact", "receipt_told", "report_answered",
            "report_automation_told"), True)
    assert answers.brought is not None
    silent = replace(answers, brought=tuple(replace(b, receipt_at=None, answered_at=None)
                                            for b in answers.brought))
    assert facts(silent)["process.receipt_told"] is False
    assert facts(silent)["process.report_answered"] is False
    assert concluded(answers, "EU-DSA")["16.5"] == "met"
    assert concluded(silent, "EU-DSA")["16.5"] == "not met"
    nobody = replace(answers, brought=None)
    assert not [n for n in facts(nobody) if n.startswith("process.report")]


def test_a_report_under_the_terms_alone_is_no_notice_of_art_16(office: Office) -> None:
    office.post(1, "Good morning.")
    office.report(1, by="nobody", clause="2.1")
    answers = case_of(office, office.decide(1))
    found = facts(answers)
    assert answers.brought and found["process.reported_illegal"] is False
    assert "process.receipt_told" not in found and "process.reporter_contact" not in found
    assert concluded(answers, "EU-DSA")["16.4"] == "not applicable"


def test_an_appeal_is_answered_by_another_person_with_reasons(office: Office) -> None:
    office.post(1, "I will zap you.")
    filed = office.appeal(office.standing(1).id, office.reading(), at=10)
    answered = case_of(office, office.answer(filed.id, False, at=60 * 24 * 16))
    found = facts(answered)
    assert found["process.appealed"] is True and found["process.appeal_by_person"] is True
    assert found["process.appeal_reasoned"] is True and found["process.outcome_written"] is True
    assert found["process.appeal_weekdays"] == weekdays(
        filed.known_at, answered.decision.at) == 12
    silent = facts(replace(answered, deliveries=()))
    assert silent["process.appeal_reasoned"] is False
    large = {"act.us_users": 60_000_000}
    assert concluded(answered, "US-TX", **large)["bcc.120.104"] == "met"
    for days, said in ((4, "met"), (5, "not met")):  # the fourteenth weekday, the fifteenth
        late = replace(answered, decision=replace(
            answered.decision, at=answered.decision.at + timedelta(days=days)))
        assert concluded(late, "US-TX", **large)["bcc.120.104"] == said
    assert concluded(answered, "US-TX")["bcc.120.104"] == "undetermined", "how many users?"


def test_what_answers_no_appeal_says_nothing_of_one(office: Office) -> None:
    office.post(1, "I will zap you.")
    found = facts(case(office, 1))
    assert found["process.appealed"] is False
    assert not {"process.appeal_by_person", "process.appeal_weekdays",
                "process.appeal_reasoned"} & set(found)


def test_the_hours_to_removal_count_from_the_arrival_of_the_request(office: Office) -> None:
    office.post(1, "I will buzz you.")
    office.order(1, kind="removal request", by=ASKER, legal_basis="47 U.S.C. 223a",
                 words="This shows me, and I never agreed. Lou", at=10)
    decided = office.decide(1, facts={"post.stance": "asserts"}, at=60 * 5 + 10)
    removed = case_of(office, decided)
    found = facts(removed)
    assert found["process.removal_asked"] is True and found["process.request_locates"] is True
    assert found["process.request_contact"] is True
    sent = (Delivered(channel="folder", to="square", at=removed.decision.at),)
    quick = replace(removed, deliveries=sent)
    assert facts(quick)["process.removal_after"] == timedelta(hours=5)
    valid = {"process.request_signed": True, "process.request_good_faith": True,
             "process.copies_sought": True}
    assert concluded(quick, "US-TIDA", **valid)["a3"] == "met"
    late = replace(removed, deliveries=(replace(sent[0], at=sent[0].at + timedelta(hours=44)),))
    assert concluded(late, "US-TIDA", **valid)["a3"] == "not met"
    assert concluded(quick, "US-TIDA")["a3"] == "undetermined"
    assert concluded(quick, "US-TIDA", date(2026, 5, 18), **valid)["a3"] == "not in force"
    none = replace(removed, deliveries=())
    assert "process.removal_after" not in facts(none)


def test_without_a_copyright_notice_nobody_notified_an_infringement(office: Office) -> None:
    office.post(1, "I will zap you.")
    assert facts(case(office, 1))["process.infringement_notified"] is False
    office.post(2, "Good morning.", minute=1)
    office.order(2, kind="copyright notice", by=BY["jon"], legal_basis="17 U.S.C. 512(c)")
    answers = case_of(office, office.decide(2))
    assert "process.infringement_notified" not in facts(answers), "whether it has all that it needs"


def test_months_and_weekdays_are_those_of_the_calendar() -> None:
    assert not lasts_six_months(Period.parse("183 days"))
    assert lasts_six_months(Period.parse("27 weeks"))
    friday = datetime(2026, 1, 2, 23, tzinfo=UTC)
    assert [weekdays(friday, friday + timedelta(days=n)) for n in (0, 1, 3, 7)] == [0, 0, 1, 5]
