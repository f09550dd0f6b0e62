"""The page `spec/reports.md` says what the code does: its example, its refusal, its tables."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evenhand.model.matter import ORDER_KINDS, Order, Report
from evenhand.record.codec import from_plain
from evenhand.report.lacks import LONGEST_REPORT, Incomplete
from evenhand.report.orders import NO_LAW, order_lacks
from evenhand.report.reports import check_report, report_lacks
from evenhand.report.telling import told

PAGE = (Path(__file__).parents[2] / "spec" / "reports.md").read_text(encoding="utf-8")


def fence(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def terms(making: Any) -> Any:
    return making.of(making.clause("3.1", "post.satire", "remove"))


@pytest.fixture(scope="module")
def example() -> Report:
    return from_plain(Report, json.loads(fence("report")))


def test_the_report_of_the_page_is_complete(example: Report, terms: Any) -> None:
    check_report(example, terms=terms, flaggers={})


def test_the_refusal_of_the_page_is_what_is_told(example: Report, terms: Any) -> None:
    with pytest.raises(Incomplete) as refused:
        check_report(replace(example, words="bad", good_faith=False), terms=terms, flaggers={})
    assert str(refused.value) == fence("refused")


ROWS = re.findall(r"^\| [^|]*\| (`[^|]*) \|([^|]*)\|([^|]*)\|$",
                  PAGE.split("## 1 ")[1].split("## 2 ")[0], re.MULTILINE)
EMPTY: dict[str, Any] = {"words": "", "where": "", "good_faith": False, "clause": None,
                         "illegal_under": None}


@pytest.mark.parametrize(("cell", "by_terms", "illegal"), ROWS)
def test_each_field_of_the_table_is_needed_where_it_says(
        example: Report, terms: Any, cell: str, by_terms: str, illegal: str) -> None:
    """Of a report that says illegal under a law, and of one that names a clause and no law."""
    law = replace(example, clause=None)
    clause = replace(example, illegal_under=None)
    for field in re.findall("`([^`]+)`", cell):
        for report, needed in ((law, "needed" in illegal), (clause, "needed" in by_terms)):
            if field.startswith("by."):
                without = replace(report, by=replace(report.by, **{field[3:]: None}))
            else:
                without = replace(report, **{field: EMPTY[field]})
            lacks = {lack.field for lack in report_lacks(without, terms=terms, flaggers={})}
            # Without clause and law the lack is told of the clause.
            assert lacks == ({"clause" if field == "illegal_under" else field} if needed
                             else set()), (field, report)
            if "unless" in illegal and report is law:
                spared = replace(without, offence_against_children=True)
                assert not list(report_lacks(spared, terms=terms, flaggers={}))


def test_the_table_holds_what_a_report_holds() -> None:
    assert len(ROWS) == 6
    assert f"At most {LONGEST_REPORT:,} characters" in PAGE


KINDS = re.findall(r"^\| `([a-z' ]+)` \| [^|]+ \| ([^|]+) \| ?([^|]*?) ?\|$", PAGE, re.MULTILINE)


def test_every_kind_of_order_is_on_the_page() -> None:
    assert [kind for kind, _, _ in KINDS] == list(ORDER_KINDS)


@pytest.mark.parametrize(("kind", "basis", "appeals"), KINDS)
def test_each_kind_of_order_needs_a_law_and_may_appeal_as_the_page_says(
        order: Order, kind: Any, basis: str, appeals: str) -> None:
    without = replace(order, kind=kind, legal_basis=NO_LAW)
    assert [lack.field for lack in order_lacks(without)] == (
        ["legal_basis"] if basis == "needed" else [])
    assert told(without).redress is (appeals == "yes")
