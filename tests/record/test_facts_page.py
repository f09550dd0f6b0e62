"""spec/facts.md: its bytes are those that the code makes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from evenhand.record.batch import seal_batch
from evenhand.record.rows import FIXED, INSTANT, row_bytes, seal_rows

PAGE = (Path(__file__).parents[2] / "spec" / "facts.md").read_text()
KEY = bytes(range(32))
AT = datetime(2020, 5, 26, 12, 17, tzinfo=UTC)
ROWS = pl.DataFrame({
    "platform": ["agora"], "native": ["17"], "version": ["1"], "author": ["ada"], "made_at": [AT],
    "at": [AT], "digest": [bytes(32)], "kept_with": [1.0], "holds": [[]],
    "undetermined": [["3.2"]], "post__mentions": [11], "post__made": [None],
}, schema_overrides=FIXED | {"post__made": INSTANT})


def fence(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, kind
    return found[1]


def test_the_row_and_its_commitment_are_those_of_the_page() -> None:
    assert row_bytes(ROWS) == [fence("row").encode()]
    assert seal_rows(ROWS, KEY)["commitment"][0].hex() == fence("commitment")


def test_the_root_and_the_leaf_are_those_of_the_page() -> None:
    batch = seal_batch(ROWS, id="0" * 64, observers={"post__mentions": "post_facts@1"},
                       terms=None, measured=1, keys=KEY, now=AT, clock="live")
    assert batch.record.root == fence("root")
    assert batch.leaf.decode() == fence("leaf")


def test_every_column_that_a_batch_has_is_on_the_page() -> None:
    assert set(FIXED) | {"row", "commitment"} <= set(re.findall("`([a-z_]+)`", PAGE))
