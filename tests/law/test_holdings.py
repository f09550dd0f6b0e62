"""The law against decided cases: 77 holdings, each assessed where and when it arose.

The holdings lie beside the repository (`../shared/data/law/cases.jsonl`); without them these tests
are skipped. `holdings.md` says how far they agree and explains every disagreement. A reading
follows its authority: where a holding and a reading differ, the note says so, and nothing is bent.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evenhand.assess.assessment import Assessment, assess
from evenhand.assess.differing import conclusion_of
from evenhand.assess.pattern import read_pattern
from evenhand.assess.quick import quick
from evenhand.edge.law_documents import the_law

CASES = Path(__file__).parents[3] / "shared" / "data" / "law" / "cases.jsonl"
NOTE = (Path(__file__).parent / "holdings.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 22)
MEANS = {"immune": "protected", "not_immune": "not protected", "not_in_force": "not in force"}
"""The outcomes that decide a provision outright; the others are not scored."""

KEYS = ("c1", "c2A", "c2B")
COMMON_LAW = {"distributor_not_liable": "protected", "publisher_liable": "not protected"}

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the 77 holdings are not here")


@cache
def holdings() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines())


def assessed(case: dict[str, Any], regime: str = "US-230", day: date | None = None) -> Assessment:
    law = the_law()
    pattern = read_pattern(case, facts=law.facts, forums=law.forums, today=TODAY)
    assert pattern.forum is not None, f"{case['court']} is not in forums.md"
    return assess(law, regime, pattern.record, forum=pattern.forum,
                  as_of=day or pattern.as_of, now=TODAY)


@cache
def scores() -> dict[tuple[str, str], tuple[str, str]]:
    """(case, provision) -> what was held outright, and what is concluded."""
    found = {}
    for case in holdings():
        result = assessed(case)
        for key in KEYS:
            held = MEANS.get(case["outcome"].get(key))
            if held is not None:
                under = result.provision(key)
                assert under is not None
                found[case["id"], key] = held, str(under.conclusion)
    return found


def test_all_holdings_are_read() -> None:
    assert len(holdings()) == 77


@pytest.mark.parametrize("key", KEYS)
def test_agreement_is_as_the_note_says(key: str) -> None:
    own = [held == said for (_, k), (held, said) in scores().items() if k == key]
    row = re.search(rf"^\| {key} \| (\d+) of (\d+) \|", NOTE, re.MULTILINE)
    assert row is not None
    assert (sum(own), len(own)) == (int(row[1]), int(row[2]))


def test_every_disagreement_is_explained_and_nothing_else_is() -> None:
    explained = set(re.findall(r"^### (\S+) (\S+):", NOTE, re.MULTILINE))
    assert explained == {place for place, (held, said) in scores().items() if held != said}
    for (id_, key), (held, said) in scores().items():
        if held != said:
            assert f"### {id_} {key}: held {held}, concluded {said}" in NOTE


def test_enigma_is_as_it_was_held_from_the_day_on_which_it_was_held() -> None:
    case = next(c for c in holdings() if c["id"] == "enigma-2019")
    decided = date(2019, 9, 12)
    for key in ("c2A", "c2B"):
        before = assessed(case, day=decided - timedelta(days=1)).provision(key)
        after = assessed(case, day=decided).provision(key)
        assert before is not None and after is not None
        assert after.conclusion == "not protected"
        assert "us.230.c2.animus" in after.decided_by
        assert "us.230.c2.animus" not in before.decided_by


@pytest.mark.parametrize("id_", ["stratton-1995", "cubby-1991"])
def test_the_common_law_is_asked_before_1996(id_: str) -> None:
    case = next(c for c in holdings() if c["id"] == id_)
    under = assessed(case, "US-common-law").provision("publisher")
    assert under is not None
    # Cubby arose in 1990, before the opinion that made its rule.
    assert under.conclusion == ("not in force" if id_ == "cubby-1991"
                                else COMMON_LAW[case["outcome"]["common_law"]])


def test_what_the_quick_twin_concludes_is_the_same() -> None:
    law = the_law()
    for case in holdings():
        pattern = read_pattern(case, facts=law.facts, forums=law.forums, today=TODAY)
        slow = assess(law, "US-230", pattern.record, forum=pattern.forum, as_of=pattern.as_of,
                      now=TODAY)
        fast = quick(law, "US-230", forum=pattern.forum, as_of=pattern.as_of)
        concluded = fast.conclude(pattern.record)
        assert dict(zip(fast.readings, concluded.readings, strict=True)) == {
            r.reading: r.conclusion for r in slow.readings}
        assert dict(zip(fast.provisions, concluded.provisions, strict=True)) == {
            p.number: p.conclusion for p in slow.provisions}


def test_removal_of_ones_own_post_is_answered_by_unpublished_opinions_alone_and_says_so() -> None:
    case = next(c for c in holdings() if c["id"] == "fyk-2020")
    under = assessed(case).provision("c1")
    assert under is not None
    assert under.decided_by == ("us.230.c1.covers_removal",)
    assert under.rank is not None and under.rank.name == "NO_PRECEDENT"
    assert "no precedent" in str(under)


def test_the_executive_reading_and_the_statement_of_one_justice_are_dissent() -> None:
    case = next(c for c in holdings() if c["id"] == "fyk-2020")
    under = assessed(case, day=date(2020, 12, 1)).provision("c1")
    assert under is not None
    assert under.conclusion == "protected"
    assert set(under.dissent) == {"us.230.c1c2.superfluity", "us.230.c1.thomas", "us.230.c1.ntia"}


def test_the_records_that_were_litigated_lack_what_the_order_asks_for() -> None:
    """Over the restrictions that platforms won, the order's reading, applied as if in force."""
    won = [c for c in holdings() if c["facts"].get("restricts_access")
           and "immune" in (c["outcome"].get("c1"), c["outcome"].get("c2A"))]
    law = the_law()
    said = {reading: Counter(
        conclusion_of(law.reading(reading), law.facts.record(c["facts"], c.get("detail", {}))).value
        for c in won) for reading in ("us.230.c2A.eo13925", "us.230.c1.ntia")}
    assert said["us.230.c2A.eo13925"]["protected"] == 0
    assert said["us.230.c2A.eo13925"]["undetermined"] > said["us.230.c2A.eo13925"]["not protected"]
    assert set(said["us.230.c1.ntia"]) == {"not protected"}
