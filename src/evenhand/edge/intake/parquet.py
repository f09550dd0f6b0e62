"""Rows of a Parquet file, batch by batch; Polars is loaded only when there is one.

A row has no line; errors name it `file: row 17`, counted from 1. Its own text is itself as JSON.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from evenhand.edge.intake.rows import Row, Rows
from evenhand.edge.intake.source import Source
from evenhand.errors import EvenhandError

BATCH = 5_000
"""Rows in memory at once, as far as the file's own row groups allow."""


class Parquet:
    """A Parquet file read batch by batch; `columns` are those of its schema."""

    def __init__(self, source: Source) -> None:
        """Read the schema; a file that is no Parquet, or not all of one, is refused."""
        import polars

        self._name = source.name
        path = source.on_disk()
        try:
            self._frame = polars.scan_parquet(path, glob=False)
            self.columns: tuple[str, ...] = tuple(self._frame.collect_schema().names())
        except BaseException as wrong:
            raise self._refused(wrong, 0) from None

    def where(self, number: int) -> str:
        """How errors name a row."""
        return f"{self._name}: row {number}"

    def rows(self, wanted: Collection[str]) -> Iterator[Rows]:
        """Every row of the file; damage that shows only later ends the reading with an error."""
        wanted = {*wanted, *(name.partition(".")[0] for name in wanted)}
        number = 0
        batches: Iterator[Any] | None = None
        while True:
            try:
                if batches is None:
                    batches = iter(self._frame.collect_batches(chunk_size=BATCH,
                                                               maintain_order=True))
                batch = next(batches, None)
                columns: dict[str, list[Any]] = {} if batch is None else {
                    name: batch[name].to_list() for name in batch.columns if name in wanted}
            except BaseException as wrong:
                raise self._refused(wrong, number) from None
            if batch is None:
                return
            yield Rows(columns=columns, row=partial(self._row, batch, number),
                       numbers=range(number + 1, number + 1 + batch.height))
            number += batch.height

    def _row(self, batch: Any, before: int, i: int) -> Row:
        return Row(self.where(before + 1 + i), batch[i].to_dicts()[0], b"")

    def _refused(self, wrong: BaseException, number: int) -> BaseException:
        # A panic of the engine is no Exception, and is still only a bad file.
        ours = isinstance(wrong, Exception) or "Panic" in type(wrong).__name__
        if not ours:
            return wrong
        lines = str(wrong).strip().splitlines() or [type(wrong).__name__]
        what = (f"the Parquet file is damaged after row {number}" if number
                else "not a Parquet file that can be read")
        return EvenhandError(f"{what}: {lines[0][:200]}", where=self._name,
                             hint="get the file again, or name its format with --format")


def row_as_json(values: Mapping[str, object]) -> bytes:
    """A row as one line of JSON, for a file of rejects; what JSON has no form for becomes text.

    Bytes that are not UTF-8 become `{"base64": ...}`: nothing is left out.
    """
    return msgspec.json.encode(_plain(values))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)
