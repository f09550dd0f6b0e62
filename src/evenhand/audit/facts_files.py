"""The files of a dataset of facts as they are read: one a batch, some columns and rows at a time.

What a file is, it says in its metadata (`record.batch`); nothing here says what a row means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from evenhand.record.batch import Header, check_columns
from evenhand.record.rows import BatchRefused

KEPT_WITH, MADE_AT = "kept_with", "made_at"
NAMES = ("platform", "native", "version", "author")

KEEP = "keep the dataset as it is, and ask whoever made it for another copy of this file"


class FactsFile(Protocol):
    """One file of the dataset, its columns those that its header names."""

    @property
    def name(self) -> str:
        """How it is told to people."""

    @property
    def header(self) -> Header:
        """What it says of itself."""

    @property
    def schema(self) -> pl.Schema:
        """Column -> dtype."""

    def read(self, columns: Sequence[str], start: int, length: int) -> pl.DataFrame:
        """These columns of so many rows from `start` on. Raises an `EvenhandError`."""


def check_file(header: Header, schema: pl.Schema, rows: int) -> None:
    """Refuse a file whose columns or rows are not those that it says it has."""
    check_columns(schema, header)
    if rows != header.facts.rows:
        raise BatchRefused(f"the file says that it has {header.facts.rows:,} rows, and has "
                           f"{rows:,}", hint=KEEP)
