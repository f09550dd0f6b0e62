"""Writes datasets of facts for tests: records become rows, and commitments commit to nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.decide.measuring import measure
from evenhand.record.batch import FactColumn, Header, columns_digest, write_batch
from evenhand.record.canonical import digest
from evenhand.record.frozen import freeze
from evenhand.record.kinds import FactsRecord
from evenhand.record.rows import COMMITMENT, FIXED, ROW
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import to_columns
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.clauses import Terms

NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)
SCHEMA = {ROW: pl.Int64, COMMITMENT: pl.Binary} | FIXED


def frame_of(records: Sequence[Mapping[str, Any]], terms: Terms | None, *,
             vocabulary: Vocabulary | None = None, keep: float = 1.0,
             first: int = 0) -> pl.DataFrame:
    """Rows of these records, measured under these terms."""
    if vocabulary is None:
        assert terms is not None, "without terms the vocabulary is given"
        vocabulary = terms.vocabulary
    found = [[] if terms is None else measure(terms.clauses, r) for r in records]
    lists = {name: [[f.provision for f in one if f.answer is answer] for one in found]
             for name, answer in (("holds", Answer.HOLDS),
                                  ("undetermined", Answer.UNDETERMINED))}
    made = [NOON + timedelta(minutes=first + n) for n in range(len(records))]
    return pl.DataFrame({
        "row": list(range(len(records))), "commitment": [bytes(32)] * len(records),
        "platform": ["agora"] * len(records),
        "native": [str(first + n) for n in range(len(records))],
        "version": ["1"] * len(records), "author": [f"u{n % 3}" for n in range(len(records))],
        "made_at": made, "at": made, "digest": [bytes(32)] * len(records),
        "kept_with": [keep] * len(records), **lists}, schema=SCHEMA).hstack(
            to_columns(records, vocabulary))


def erase(frame: pl.DataFrame, rows: Collection[int]) -> pl.DataFrame:
    """The same rows, some of them emptied but for their number and their commitment."""
    return frame.with_columns(
        pl.when(~pl.col("row").is_in(list(rows))).then(pl.col(n)).alias(n)
        for n in frame.columns if n not in ("row", "commitment"))


def header_of(frame: pl.DataFrame, terms: str | None, **more: Any) -> Header:
    """What the file of a batch says of itself; `more` changes the record, `observers` the rest."""
    observers = more.pop("observers", {})
    columns = tuple(FactColumn(name=n, observer=observers.get(n, "")) for n in frame.columns
                    if n not in (ROW, COMMITMENT, *FIXED))
    bytes_ = frame.write_ipc(None).getvalue()
    root = sha256(bytes_ + f"{terms} {more}".encode()).hexdigest()
    said = {"id": root, "terms": terms, "shadow": None, "root": root, "measured": frame.height,
            "schema": columns_digest(columns), "rows": frame.height, "probability": 1.0,
            "when": "2020-05-26", "clock": "live"} | more
    return Header(facts=FactsRecord(**said), columns=columns)


def write(folder: Path, frame: pl.DataFrame, terms: str | None, **more: Any) -> Path:
    """The file of a batch, named by its id."""
    folder.mkdir(parents=True, exist_ok=True)
    header = header_of(frame, terms, **more)
    path = folder / f"{header.facts.id}.parquet"
    path.write_bytes(write_batch(frame, header))
    return path


def publish(folder: Path, terms: Terms) -> None:
    """Lay the documents and the vocabulary of terms out as an export or a public log has them."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in (*(d.text.encode() for d in terms.documents), freeze(terms.frozen)):
        (folder / digest(data).removeprefix("sha256:")).write_bytes(data)
