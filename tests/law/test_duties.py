"""The regimes that give duties: their words, their days, who was enjoined, and how they rank."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.assess.assessment import Assessment, assess
from evenhand.assess.quick import quick
from evenhand.assess.standing import Rank, enjoined
from evenhand.edge.law_documents import the_law
from evenhand.law.conclusion import Gives
from evenhand.law.dates import NOT_YET

TEXTS = Path(__file__).parents[3] / "shared" / "data" / "law" / "texts.md"
LAW = the_law()
DUTIES = ("EU-DSA", "US-TX", "US-FL", "UK-OSA", "US-TIDA", "US-512")
TODAY = date(2026, 11, 22)
BEFORE = timedelta(days=1)

REMOVED = {"act.service": "online_platform", "act.kind": "remove", "act.restricts": True,
           "act.voluntary": True, "material.by_another": True, "reason.ground": "terms",
           "reason.in_terms": True, "process.notice": "concurrent", "process.explanation": True,
           "process.states_source": True, "process.states_automation": True}
LABEL = {**REMOVED, "act.kind": "label", "act.restricts": False}


def under(regime: str, record: Any, day: date = TODAY, **more: Any) -> Assessment:
    return assess(LAW, regime, {**record, **more}, as_of=day, now=TODAY)


def said(regime: str, key: str, record: Any, day: date = TODAY, **more: Any) -> str:
    found = under(regime, record, day, **more).provision(key)
    assert found is not None
    return str(found.conclusion)


@pytest.mark.parametrize("regime", DUTIES)
def test_what_is_quoted_stands_in_the_material_and_what_is_not_verified_is_marked(
        regime: str) -> None:
    if not TEXTS.exists():
        pytest.skip("the material is not here")
    material = " ".join(TEXTS.read_text(encoding="utf-8").replace('"', "").split())
    for provision in LAW.regime(regime).provisions:
        assert provision.sure == "verified" or f"({provision.sure})" in provision.words
        assert provision.quotes == () or provision.sure != "unverified", "nothing of it is quoted"
        for quote in provision.quotes:
            for part in re.split(r"(?=\((?:[a-f]|i|ii|iii|iv|[123])\) )", quote):
                assert part.strip().rstrip(";., ") in material, (provision.number, part)


@pytest.mark.parametrize(("regime", "key", "reading", "first"), [
    ("EU-DSA", "17.1", "eu.dsa.17", date(2024, 2, 17)),
    ("US-TX", "bcc.120.103a1", "tx.120.103", date(2021, 12, 2)),
    ("US-FL", "501.2041.2d", "fl.501.2041", date(2021, 7, 1)),
    ("UK-OSA", "s72", "uk.osa.72", date(2024, 1, 10)),
    ("US-TIDA", "a3", "us.tida.223a", date(2026, 5, 19)),
    ("US-512", "g1", "us.512.g1.text", date(1998, 10, 28))])
def test_a_duty_begins_on_its_day_and_not_the_day_before(regime: str, key: str, reading: str,
                                                         first: date) -> None:
    assert LAW.reading(reading).held.in_force.start == first
    assert said(regime, key, REMOVED, first - BEFORE) == "not in force"
    assert said(regime, key, REMOVED, first) != "not in force"
    assert said(regime, key, REMOVED) != "not in force"


def test_on_the_plain_words_a_label_owes_no_reasons_and_in_practice_it_does() -> None:
    reasons = dict.fromkeys(("process.states_action", "process.states_facts",
                             "process.states_clause", "process.states_redress"), True)
    found = under("EU-DSA", LABEL, **reasons)
    plain, practice = found.reading("eu.dsa.17"), found.reading("eu.dsa.label_is_restriction")
    assert plain is not None and plain.conclusion == "not applicable"
    assert practice is not None and practice.conclusion == "met"
    provision = found.provision("17.1")
    assert provision is not None
    assert (provision.conclusion, provision.rank) == ("met", Rank.PRACTICE)
    assert "the practice of an authority" in str(provision)
    assert said("EU-DSA", "17.1", LABEL, **reasons, **{"process.notice": "none"}) == "not met"
    assert said("EU-DSA", "17.3a", LABEL, **reasons) == "not applicable"


def test_of_a_removal_the_words_answer_and_the_practice_is_silent() -> None:
    found = under("EU-DSA", REMOVED).provision("17.1")
    assert found is not None
    assert (found.decided_by, found.rank) == (("eu.dsa.17",), Rank.ENACTED)


def test_a_small_enterprise_owes_reasons_and_no_complaint() -> None:
    small = {"act.small_enterprise": True}
    assert said("EU-DSA", "17.1", REMOVED, **small) == "met"
    for key in ("20.1", "21.1"):
        assert said("EU-DSA", key, REMOVED, **small) == "not applicable"


def test_a_host_is_protected_until_a_report_makes_it_plain_and_then_by_removing() -> None:
    reported = {"process.reported_illegal": True, "process.report_identifies": True}
    assert said("EU-DSA", "6", LABEL, **{"process.reported_illegal": False}) == "protected"
    assert said("EU-DSA", "6", LABEL, **reported) == "undetermined"
    assert said("EU-DSA", "6", LABEL, **reported,
                **{"process.removal_expeditious": False}) == "not protected"
    assert said("EU-DSA", "6", REMOVED, **reported,
                **{"process.removal_expeditious": True}) == "protected"


@pytest.mark.parametrize("key", ["14.2", "21.2"])
def test_what_nobody_says_happened_is_asked_of_nobody(key: str) -> None:
    happened = {"14.2": "process.terms_changed", "21.2": "process.out_of_court_sought"}[key]
    done = {"14.2": "process.terms_change_told", "21.2": "process.out_of_court_engaged"}[key]
    assert said("EU-DSA", key, REMOVED) == "not applicable"
    assert said("EU-DSA", key, REMOVED, **{happened: True}) == "undetermined"
    assert said("EU-DSA", key, REMOVED, **{happened: True, done: False}) == "not met"


def test_an_order_owes_no_statement_of_reasons() -> None:
    for key in ("17.1", "17.2", "17.3a", "17.3e", "17.4"):
        assert said("EU-DSA", key, REMOVED, **{"act.voluntary": False}) == "not applicable"


@pytest.mark.parametrize(("reading", "day", "told"), [
    ("tx.120.103", date(2022, 9, 15), "preliminary injunction of 1 December 2021"),
    ("tx.120.103", date(2022, 9, 16), None), ("tx.120.103", date(2024, 6, 30), None),
    ("tx.120.103", date(2024, 7, 1), "is not known"),
    ("fl.501.2041", date(2021, 7, 1), "preliminary injunction of 30 June 2021"),
    ("fl.501.2041", date(2024, 6, 30), "affirmed in part on 23 May 2022"),
    ("fl.501.2041", TODAY, "is not known")])
def test_an_injunction_is_told_with_whom_it_binds_and_ends_nothing(reading: str, day: date,
                                                                   told: str | None) -> None:
    found = LAW.reading(reading)
    barred = enjoined(found.held, day)
    assert [told in e.how for e in barred] == ([] if told is None else [True])
    assert all(e.whom != "everyone" for e in barred)
    line = str(under(found.regime, REMOVED, day).reading(reading))
    assert ("; enjoined 2" in line) is (told is not None)
    assert "not in force" not in line


def test_enacted_and_in_force_are_told_apart() -> None:
    days = {r: LAW.reading(r).held.enacted for r in ("tx.120.103", "fl.501.2041", "uk.osa.72",
                                                     "eu.dsa.17", "us.tida.223a")}
    assert days == {"tx.120.103": date(2021, 9, 9), "fl.501.2041": date(2021, 5, 24),
                    "uk.osa.72": date(2023, 10, 26), "eu.dsa.17": date(2022, 10, 19),
                    "us.tida.223a": date(2025, 5, 19)}


def test_what_has_not_commenced_is_told_and_is_in_force_on_no_day() -> None:
    found = next(p for p in LAW.regime("UK-OSA").provisions if p.key == "s71")
    assert found.gives is Gives.DUTY and "prospective" in found.words
    assert (str(found.in_force), LAW.reading("uk.osa.71").held.in_force) == ("not yet", NOT_YET)
    for day in (date.min, date(2023, 10, 26), TODAY, date.max):
        slow = under("UK-OSA", REMOVED, day)
        fast = quick(LAW, "UK-OSA", as_of=day)
        concluded = dict(zip(fast.provisions, fast.conclude(REMOVED).provisions, strict=True))
        for provision in slow.provisions:
            assert concluded[provision.number] == provision.conclusion
        assert slow.provision("s71").conclusion == "not in force"  # type: ignore[union-attr]
        told = slow.reading("uk.osa.71")
        assert told is not None and "in force not yet" in str(told)


def test_a_state_s_law_says_nothing_elsewhere() -> None:
    large = {**REMOVED, "act.us_users": 60_000_000}
    for forum, conclusion in (("tex", "met"), ("txwd", "met"), ("ca5", "met"), ("cal", "not "
                              "applicable"), ("eu", "not applicable")):
        found = assess(LAW, "US-TX", large, as_of=TODAY, now=TODAY, forum=forum)
        provision = found.provision("bcc.120.103a1")
        assert provision is not None and provision.conclusion == conclusion, forum


def test_an_addendum_is_censoring_in_florida_and_no_removal_in_texas() -> None:
    told = {"process.notice_after": timedelta(days=8)}
    assert said("US-FL", "501.2041.2d", LABEL, **told) == "not met"
    assert said("US-TX", "bcc.120.103a1", LABEL, **{"act.us_users": 60_000_000}) == \
        "not applicable"


def test_hours_and_days_are_closed_at_their_end() -> None:
    valid = dict.fromkeys(("process.removal_asked", "process.request_signed",
                           "process.request_locates", "process.request_good_faith",
                           "process.request_contact", "process.copies_sought"), True)
    for hours, expected in ((48, "met"), (49, "not met")):
        after = {"process.removal_after": timedelta(hours=hours)}
        assert said("US-TIDA", "a3", REMOVED, **valid, **after) == expected


@pytest.mark.parametrize("regime", DUTIES)
def test_no_reading_claims_more_than_words_or_practice(regime: str) -> None:
    for reading in LAW.regime(regime).readings:
        assert {a.kind for a in reading.held.authorities} <= {"enacted", "practice"}
        if reading.then.holds in ("met", "not met"):
            assert reading.then.failure
