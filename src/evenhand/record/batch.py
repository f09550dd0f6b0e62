"""A batch of measured posts: the record that the ledger seals, and the Parquet file of its rows.

What it is stands in the file's metadata, so that whoever finds the file alone can read it
(spec/facts.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import msgspec
import polars as pl

from evenhand.errors import EvenhandError
from evenhand.model.decision import Clock
from evenhand.model.post import PostId
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.record.commitment import KEY_BYTES
from evenhand.record.kinds import FactsRecord
from evenhand.record.leaf import leaf_of
from evenhand.record.rows import COMMITMENT, FIXED, ROW, BatchRefused, root_of, seal_rows

METADATA, VERSION = "evenhand", 1
_DRAWN = b"evenhand/sample/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactColumn:
    """A fact's column, and who observed it: `signal@version`."""

    name: str
    observer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file says of itself: the sealed record, and the columns whose digest that holds."""

    facts: FactsRecord
    columns: tuple[FactColumn, ...]


def columns_digest(columns: Iterable[FactColumn]) -> str:
    """The digest of the columns of facts, with their observers, in order."""
    return digest(canonical([[c.name, c.observer] for c in columns]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBatch:
    """A batch ready to be stored: its record, the bytes of its leaf and of its file, its keys."""

    record: FactsRecord
    leaf: bytes
    file: bytes
    keys: bytes

    @property
    def rows(self) -> int:
        """How many rows it keeps."""
        return len(self.keys) // KEY_BYTES


def draw(post: PostId) -> float:
    """A number from 0 to 1 (excluded) for a post, by which a sample is kept: below its probability.

    Made of the post's name alone, so that whoever has the rows can see that none was picked.

    >>> round(draw(PostId(platform="agora", native="17")), 4)
    0.21
    """
    drawn = hashlib.sha256(_DRAWN + str(post).encode()).digest()
    return int.from_bytes(drawn[:6]) / 2**48


def seal_batch(rows: pl.DataFrame, *, id: str, observers: dict[str, str], terms: str | None,
               measured: int, keys: bytes, now: datetime, clock: Clock, probability: float = 1.0,
               shadow: str | None = None) -> SealedBatch:
    """Commit to rows, which have the columns of `FIXED` and then those of facts.

    `id` is 64 hex digits, as is the id of the batch that one of terms in `shadow` stands beside;
    `observers` names who observed each column of facts. `measured` posts
    were measured, `keys` are 32 random bytes for each row that is kept of them.
    """
    columns = tuple(FactColumn(name=n, observer=observers.get(n, ""))
                    for n in rows.columns if n not in FIXED)
    sealed = seal_rows(rows, keys)
    record = FactsRecord(
        id=id, terms=terms, shadow=shadow, root=root_of(sealed), schema=columns_digest(columns),
        measured=measured, rows=rows.height, probability=probability,
        when=now.date().isoformat(), clock=clock)
    return SealedBatch(record=record, leaf=leaf_of(record, None), keys=keys,
                       file=write_batch(sealed, Header(facts=record, columns=columns)))


# --- a batch as a file ---

def write_batch(sealed: pl.DataFrame, header: Header) -> bytes:
    """The Parquet file of a batch."""
    file = BytesIO()
    sealed.write_parquet(file, compression="zstd", compression_level=1, statistics=True,
                         metadata={METADATA: canonical(_header(header)).decode()})
    return file.getvalue()


def read_batch(data: bytes) -> tuple[Header, pl.DataFrame]:
    """The twin of `write_batch`; anything else is refused."""
    try:
        header = read_header(pl.read_parquet_metadata(BytesIO(data)).get(METADATA))
        sealed = pl.read_parquet(BytesIO(data))
    except BaseException as wrong:
        if not tells_damage(wrong):
            raise
        raise BatchRefused("this is no Parquet file that can be read, or it is damaged") from None
    check_columns(sealed.schema, header)
    return header, sealed


def tells_damage(wrong: BaseException) -> bool:
    """Whether this is how the columnar engine says that a file is damaged.

    A panic of it is no `Exception`, and is still only a bad file.
    """
    return isinstance(wrong, pl.exceptions.PolarsError | OSError) or (
        "Panic" in type(wrong).__name__)


def read_header(text: str | None) -> Header:
    """What a file's metadata says under `METADATA`."""
    if text is None:
        raise BatchRefused("this Parquet file holds no batch of facts", hint="Evenhand writes "
                           "what it is into the file's metadata (spec/facts.md)")
    try:
        plain = msgspec.json.decode(text)
        columns = tuple(FactColumn(**c) for c in plain.pop("columns"))
        if plain.pop("v") != VERSION:
            raise TypeError
        return Header(facts=from_plain(FactsRecord, plain), columns=columns)
    except (msgspec.DecodeError, TypeError, KeyError, AttributeError, EvenhandError):
        raise BatchRefused("the file's metadata is not that of a batch of facts",
                           hint="it was written by another version, or changed") from None


def check_columns(found: pl.Schema, header: Header) -> None:
    """Refuse a file with other columns than its header names, or than every batch has."""
    wanted = {ROW: pl.Int64, COMMITMENT: pl.Binary} | FIXED
    for name, dtype in wanted.items():
        if found.get(name) != dtype:
            raise BatchRefused(f"the column `{name}` is {found.get(name) or 'missing'}, "
                               f"not {dtype}")
    if list(found) != [*wanted, *(c.name for c in header.columns)]:
        raise BatchRefused("the columns are not those that the file's metadata names")
    if columns_digest(header.columns) != header.facts.schema:
        raise BatchRefused("the columns are not those that were sealed")


def _header(header: Header) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(header.facts)
    return plain | {"v": VERSION, "columns": [
        {"name": c.name, "observer": c.observer} for c in header.columns]}
