"""The page `spec/statement.md` says what the code does: its fields, its table, its letter."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from evenhand.model.decision import CauseKind
from evenhand.model.statement import (
    ActionStated,
    FactReliedOn,
    GroundConsidered,
    GroundStated,
    Redress,
    StatementOfReasons,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "spec" / "statement.md").read_text(encoding="utf-8")
PARTS = {"actions": ActionStated, "facts": FactReliedOn, "grounds": GroundStated,
         "considered": GroundConsidered, "redress": Redress}


def test_every_field_of_the_statement_is_on_the_page_with_where_it_is_derived_from() -> None:
    said: dict[str, set[str]] = {}
    for cell in re.findall(r"^\| \([a-f].* \| (`.*`) \| [^|]+ \|$", PAGE, re.MULTILINE):
        first, colon, rest = cell.partition(": ")
        heads = re.findall("`([a-z_]+)`", first)
        for head in heads:
            said.setdefault(head, set()).update(re.findall("`([a-z_]+)`", rest) if colon else ())
    besides = re.search(r"^Besides: (.*), from", PAGE, re.MULTILINE)
    assert besides
    named = set(said) | set(re.findall("`([a-z]+)`", besides[1]))
    assert named == {f.name for f in fields(StatementOfReasons)}
    for head, noun in PARTS.items():
        assert said[head] == {f.name for f in fields(noun)}, head


def test_every_limb_is_served() -> None:
    assert {x for cell in re.findall(r"^\| (\([a-f].*?) \|", PAGE, re.MULTILINE)
            for x in re.findall(r"\(([a-f])\)", cell)} == set("abcdef")


ROWS = re.findall(r"^\| (rule|reviewer) \| a (machine|person) \| (yes|no) \| "
                  r"(fully|partially|not) \|$", PAGE, re.MULTILINE)


def test_the_table_of_automated_means_says_every_case_once() -> None:
    assert len({row[:2] for row in ROWS}) == len(ROWS) == 2 * 2


@pytest.mark.parametrize("cause", list(CauseKind))
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_row_of_the_table_is_derived_so_whatever_the_cause(
        making: Any, row: Any, cause: CauseKind) -> None:
    decider, said_by, found, decided = row
    terms = making.of(making.clause("1", "post.satire", "remove"))
    more = {"decider": making.person} if decider == "reviewer" else {}
    statement = making.settle(
        terms, making.dossier({"post.satire": True},
                              observer="person:reviewer-2" if said_by == "person" else "satire@1"),
        cause=making.cause(cause, "x"), **more).sealable.record.statement
    assert statement.detection_automated is (found == "yes")
    assert statement.decision_automated == decided


def test_the_letter_of_the_page_is_the_golden_one() -> None:
    found = re.search(r"^```letter\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    golden = ROOT / "tests" / "reasons" / "letters" / "arrival-time.txt"
    assert found[1] in golden.read_text(encoding="utf-8")
