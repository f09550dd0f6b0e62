"""The tables of an export as Parquet: plain types, the same bytes for the same rows, any size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from evenhand.errors import EvenhandError

AT_ONCE = 1000
"""Rows handed over at a time."""

GROUP = 2_000
"""Rows of a row group: a fixed number, so that the same rows are the same bytes, and one that keeps
a group of whole records small."""


def write_parquet(path: Path, columns: Mapping[str, type | str],
                  rows: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
    """Write these rows; `columns` names each with its type, `"texts"` for a list of texts."""
    import polars as pl
    from polars.io.plugins import register_io_source

    kinds: dict[type | str, Any] = {int: pl.Int64, str: pl.String, bool: pl.Boolean, date: pl.Date,
                                    "texts": pl.List(pl.String)}
    schema = pl.Schema({name: kinds[kind] for name, kind in columns.items()})

    def parts(with_columns: list[str] | None, predicate: Any, n_rows: int | None,
              batch_size: int | None) -> Iterator[pl.DataFrame]:
        # Nothing is asked of the rows but all of them.
        rest = iter(rows())
        while part := list(islice(rest, AT_ONCE)):
            yield pl.DataFrame(part, schema=schema, orient="row")

    try:
        register_io_source(parts, schema=schema).sink_parquet(
            path, compression="zstd", compression_level=3, statistics=True, row_group_size=GROUP,
            maintain_order=True)
    except (pl.exceptions.PolarsError, OSError) as refused:
        raise EvenhandError(f"the table cannot be written: {str(refused).splitlines()[0][:200]}",
                            where=str(path)) from None


def read_parquet(path: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a Parquet file, in order; one that is damaged is refused by its name."""
    import polars as pl

    batches: Iterator[Any] | None = None
    while True:
        try:
            if batches is None:
                batches = iter(pl.scan_parquet(path, glob=False).collect_batches(
                    chunk_size=AT_ONCE, maintain_order=True))
            batch = next(batches, None)
            rows = [] if batch is None else batch.to_dicts()
        except BaseException as wrong:
            # A panic of the engine is no Exception, and is still only a bad file.
            if not isinstance(wrong, Exception) and "Panic" not in type(wrong).__name__:
                raise
            raise EvenhandError("this is no Parquet file that can be read, or it is damaged",
                                where=name) from None
        if batch is None:
            return
        yield from rows
