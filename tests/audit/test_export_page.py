"""The page of exports says what is so: its examples are made again, its tables have every name."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

from evenhand.audit import tables as at
from evenhand.audit.export_files import needed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "spec" / "export.md").read_text()
RECORD_PAGE = (ROOT / "spec" / "record.md").read_text()


def blocks(kind, page=PAGE):
    return re.findall(rf"```{kind}\n(.*?)\n```", page, re.DOTALL)


def test_the_line_of_a_leaf_is_that_of_the_leaf_on_the_page_of_records():
    [entry], [line] = blocks("leaf", RECORD_PAGE), blocks("leaf")
    assert at.leaf_line(7, entry.encode()) == line.encode() + b"\n"
    assert b64decode(re.search(r'"entry":"(.*?)"', line)[1]).decode() == entry


def test_the_line_of_what_was_erased_is_the_one_shown():
    [entry], [line] = blocks("leaf", RECORD_PAGE), blocks("erased")
    assert at.opening_line(at.opening_row(7, entry.encode(), None, None)) == line.encode() + b"\n"


def test_the_files_shown_are_those_that_an_export_needs():
    public, more = (set(block.split("\n")) for block in blocks("files"))
    assert public - {"documents/HEX"} == needed(False)
    assert public | more == needed(True) | {"documents/HEX"}


def test_every_column_of_openings_and_facts_is_named():
    for table in (at.OPENINGS, at.FACTS):
        [row] = re.findall(rf"\| `{table}\.jsonl` \| (.*) \|", PAGE)
        assert set(re.findall(r"`(\w+)`", row)) >= at.COLUMNS[table].keys()
