"""The order, the petition, the claim, the theory of deception; and the amendment they collide with.

Policy, proposals and claims are told with their holders and dates, and never answer.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evenhand.assess.assessment import Assessment, assess
from evenhand.assess.under import UnderReading
from evenhand.edge.law_documents import current_texts, law_with, the_law, versions_of

SHARED = Path(__file__).parents[3] / "shared" / "data" / "law"
NOW = date(2026, 11, 27)
LAW = the_law()
DOCUMENTS = ("us-eo-13925.md", "us-ntia-petition.md", "us-publisher-theory.md",
             "us-first-amendment.md", "us-ftc-act-5.md")
NEVER_LAW = ("us.230.c2A.eo13925", "us.230.c1.edit_forfeits", "us.230.c1.ntia",
             "us.230.c2A.ntia", "us.230.publisher_theory", "us.ftc5.terms_deception")

REMOVED: dict[str, Any] = {
    "act.by_service": True, "act.kind": "remove", "act.restricts": True, "act.voluntary": True,
    "act.government": "none", "material.by_another": True, "material.by_complainant": True,
    "material.own_words": False, "material.edit": "none", "material.contribution": False,
    "reason.basis": "content", "reason.category": "otherwise", "reason.in_terms": True,
    "reason.ground": "terms", "reason.stated_is_actual": True}
"""A post removed under a clause in force; of notice, reasons and hearing nothing is said."""
LABELLED: dict[str, Any] = REMOVED | {"act.kind": "label", "act.restricts": False}
HEARD: dict[str, Any] = {
    "process.notice": "before", "process.explanation": True, "process.appeal": True}


def assessed(regime: str, record: dict[str, Any], day: date, forum: str = "us") -> Assessment:
    known = {fact: value for fact, value in record.items() if value is not None}
    return assess(LAW, regime, known, as_of=day, now=NOW, forum=forum)


def under(reading: str, record: dict[str, Any], day: date, forum: str = "us") -> UnderReading:
    read = LAW.reading(reading).provisions[0]
    regime = next(r.id for r in LAW.regimes if read in {p.number for p in r.provisions})
    found = assessed(regime, record, day, forum).reading(reading)
    assert found is not None
    return found


def test_the_regimes_are_there() -> None:
    assert {r.document.name for r in LAW.regimes} >= set(DOCUMENTS)


@pytest.mark.parametrize(("reading", "forum", "first", "end"), [
    ("us.230.c2A.eo13925", "us", date(2020, 5, 28), date(2021, 5, 14)),
    ("us.230.c1.edit_forfeits", "us", date(2020, 5, 28), date(2021, 5, 14)),
    ("us.230.c1.ntia", "us", date(2020, 7, 27), date(2021, 5, 14)),
    ("us.230.c2A.ntia", "us", date(2020, 7, 27), date(2021, 5, 14)),
    ("us.230.publisher_theory", "us", date(2020, 5, 26), None),
    ("us.ftc5.terms_deception", "us", date(2020, 5, 28), date(2021, 5, 14)),
    ("us.ftc5.terms_deception", "us", date(2025, 2, 20), None),
    ("us.1a.editorial", "us", date(2024, 7, 1), None),
    ("us.1a.editorial_11th", "ca11", date(2022, 5, 23), date(2024, 7, 1)),
    ("us.1a.hosting_5th", "ca5", date(2022, 9, 16), date(2024, 7, 1)),
    ("us.1a.private_forum", "ca9", date(2020, 2, 26), None)])
def test_a_reading_holds_from_its_first_day_to_the_one_before_its_end(
        reading: str, forum: str, first: date, end: date | None) -> None:
    before, last = (date.fromordinal(d.toordinal() - 1) for d in (first, end or NOW))

    def in_force(day: date) -> bool:
        return under(reading, REMOVED, day, forum).conclusion != "not in force"
    assert not in_force(before) and in_force(first) and in_force(last)
    assert end is None or not in_force(end)


@pytest.mark.parametrize("reading", NEVER_LAW)
def test_what_is_never_law_says_so_in_every_line_and_answers_nowhere(reading: str) -> None:
    for forum in ("us", "ca9", "cand", "calapp"):
        for day in (date(2020, 8, 1), date(2021, 5, 13), date(2026, 1, 1)):
            found = under(reading, REMOVED, day, forum)
            assert found.rank is None or not found.rank.answers
            assert "only Congress or the courts can change" in str(found)
            assert "never law" in str(found) and "not legal advice" in str(found)


def test_the_orders_reading_never_turns_what_the_courts_settled() -> None:
    silent: dict[str, Any] = {}
    for extra in (silent, HEARD, {"process.notice": "none"}):
        with_order, without = (
            assessed("US-230", REMOVED | extra, day, "ca9").provision("c2A")
            for day in (date(2020, 12, 1), date(2021, 5, 14)))
        assert with_order is not None and without is not None
        assert with_order.conclusion == without.conclusion == "protected"
        assert not set(NEVER_LAW) & set(with_order.decided_by)


def test_the_order_asks_for_what_nobody_recorded() -> None:
    day = date(2020, 6, 1)
    silent = under("us.230.c2A.eo13925", REMOVED, day)
    assert silent.conclusion == "undetermined"
    assert set(silent.missing) == {"process.notice", "process.explanation", "process.appeal"}
    assert under("us.230.c2A.eo13925", REMOVED | HEARD, day).conclusion == "protected"
    assert under("us.230.c2A.eo13925", LABELLED | HEARD, day).conclusion == "not applicable"
    for fact, value in (("reason.in_terms", False), ("reason.stated_is_actual", False),
                        ("process.notice", "after"), ("process.explanation", False),
                        ("process.appeal", False)):
        failed = under("us.230.c2A.eo13925", REMOVED | HEARD | {fact: value}, day)
        assert failed.conclusion == "not protected" and fact in dict(failed.facts)


def test_the_order_as_it_stood_in_november_2020_had_no_end() -> None:
    old, new = versions_of("us-eo-13925.md")
    assert old.name == "us-eo-13925.2020-11-30.md"
    before = law_with(old, document=new.name)
    assert before.digest != LAW.digest
    for day, then, now in ((date(2020, 12, 1), "not protected", "not protected"),
                           (date(2021, 5, 14), "not protected", "not in force"),
                           (date(2020, 5, 27), "not in force", "not in force")):
        for law, expected in ((before, then), (LAW, now)):
            found = assess(law, "US-230", REMOVED | {"process.notice": "none"}, as_of=day,
                           now=NOW, forum="us").reading("us.230.c2A.eo13925")
            assert found is not None and found.conclusion == expected
    cases = {r.id: [c.title for c in r.rule.cases] for r in LAW.regime("US-EO-13925").readings}
    assert cases == {r.id: [c.title for c in r.rule.cases]
                     for r in before.regime("US-EO-13925").readings}


def test_what_came_after_the_order_is_words_and_does_not_bring_it_back() -> None:
    order = LAW.regime("US-EO-13925")
    found = {p.key: p for p in order.provisions}
    assert (found["end"].in_force.start, found["end"].sure) == (
        date(2021, 5, 14), "secondary source")
    assert found["14149"].in_force.start == date(2025, 1, 20)
    for reading in order.readings:
        assert under(reading.id, REMOVED, date(2025, 1, 20)).conclusion == "not in force"


def test_the_petition_excuses_silence_only_to_whoever_raises_the_excuse() -> None:
    day = date(2020, 8, 1)
    whole = REMOVED | HEARD | {"reason.category": "harassing", "reason.belief_reasonable": True,
                               "reason.like_alike": True}
    untold = whole | {"process.notice": "none"}
    assert under("us.230.c2A.ntia", whole, day).conclusion == "protected"
    assert under("us.230.c2A.ntia", untold, day).conclusion == "not protected"
    assert under("us.230.c2A.ntia", untold | {"reason.notice_harms": True},
                 day).conclusion == "protected"
    assert under("us.230.c2A.ntia", whole | {"reason.belief_reasonable": None},
                 day).missing == ("reason.belief_reasonable",)
    assert under("us.230.c1.ntia", LABELLED, day).conclusion == "not protected"


def test_the_words_of_the_petition_are_marked_where_people_read_them() -> None:
    for provision in LAW.regime("US-NTIA").provisions:
        assert provision.sure == "unverified" and "(unverified" in provision.words


def test_a_label_makes_a_publisher_to_those_who_claim_it_and_to_no_court() -> None:
    for day in (date(2020, 5, 26), date(2020, 5, 29), NOW):
        c1 = assessed("US-230", LABELLED, day, "ca9").provision("c1")
        assert c1 is not None and c1.conclusion == "protected"
        assert "us.230.publisher_theory" in c1.dissent
    assert "26 or 27 May 2020" in LAW.reading("us.230.publisher_theory").held.holder


def test_two_courts_of_appeals_were_at_odds_and_a_third_answers_for_neither() -> None:
    def speech(day: date, forum: str) -> str:
        found = assessed("US-1A", REMOVED, day, forum).provision("speech")
        assert found is not None
        return found.conclusion
    day = date(2023, 1, 1)
    assert speech(day, "ca11") == "protected" and speech(day, "ca5") == "not protected"
    assert speech(day, "ca9") == "contested"
    assert speech(date(2024, 6, 30), "ca5") == "not protected"
    assert {speech(date(2024, 7, 1), f) for f in ("us", "ca5", "ca9", "ca11")} == {"protected"}


def test_a_label_is_curating_and_its_words_are_opinion_or_stand_or_fall_by_their_truth() -> None:
    words = LABELLED | {"act.kind": "author", "material.own_words": True,
                        "material.by_another": False}
    assert under("us.1a.editorial", LABELLED, NOW).conclusion == "protected"
    assert under("us.1a.editorial", words, NOW).conclusion == "not applicable"
    for kind, expected in (("opinion", "protected"), ("fact", "not applicable"),
                           (None, "undetermined")):
        found = under("us.1a.label_opinion", words | {"material.label_kind": kind}, NOW, "cand")
        assert found.conclusion == expected


@pytest.mark.parametrize(("asked", "expected"), [
    ("none", "protected"), ("generalized", "protected"), ("request", "protected"),
    ("coercion", "not applicable"), ("order", "not applicable")])
def test_what_officials_say_makes_no_platform_a_government_and_compulsion_is_left_open(
        asked: str, expected: str) -> None:
    record = REMOVED | {"act.government": asked}
    assert under("us.1a.private_forum", record, NOW, "ca9").conclusion == expected


def test_deception_is_to_restrict_otherwise_than_one_says() -> None:
    day = date(2025, 3, 1)

    def said(changes: dict[str, Any]) -> str:
        return under("us.ftc5.terms_deception", REMOVED | changes, day).conclusion
    assert said({}) == "met"
    assert said({"reason.in_terms": False}) == "not met"
    assert said({"suit.promise": "specific"}) == "not met"
    assert said({"reason.as_represented": False}) == "not met"
    assert said({"reason.in_terms": None}) == "undetermined"
    assert said({"reason.ground": "illegal", "reason.in_terms": False}) == "not applicable"
    assert said({"act.restricts": False}) == "not applicable"
    found = assessed("US-FTC", REMOVED, day).provision("deception")
    assert found is not None and found.conclusion == "not applicable", "a theory answers nothing"


def plain(text: str) -> str:
    """Text without quotation marks, on one line: they differ between a source and its quotation."""
    return " ".join(re.sub("['\"\u2018\u2019\u201c\u201d]", "", text).split())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_quotation_stands_in_the_material(name: str) -> None:
    if not SHARED.exists():
        pytest.skip("the material is not here")
    material = plain(" ".join((SHARED / file).read_text(encoding="utf-8")
                              for file in ("texts.md", "eo13925_fulltext.txt")))
    texts = [dict(current_texts())[name], *(d.text for d in versions_of(name)[:-1])]
    for text in texts:
        prose = re.sub(r"(?ms)^```.*?^```$", "", text)
        quoted = [line[1:] for line in prose.split("\n") if line.startswith(">")]
        inline = re.findall(r'"([^"\n]{12,})"', re.sub(r"(?m)^>.*$", "", prose))
        assert quoted or inline or name == "us-first-amendment.md"
        for quote in (*quoted, *inline):
            for part in re.split(r"(?=\((?:ii?|[AB])\) )", plain(quote)):
                assert part.strip().rstrip(";,. ") in material, part
