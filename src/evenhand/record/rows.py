"""Rows of measured posts, each hidden in a commitment of its own, all under one root.

What was measured of most posts is a row and no object (DESIGN 2.10). A row's commitment is the
HMAC-SHA256 of its values under a key of its own; the commitments are the leaves of a Merkle tree,
and its root is what the ledger seals. Keys are kept apart from the rows: to erase one is to drop
its values and its key, and the root still verifies (spec/facts.md).

>>> from datetime import UTC, datetime
>>> at = datetime(2020, 5, 26, tzinfo=UTC)
>>> frame = pl.DataFrame({"platform": ["agora"], "native": ["17"], "version": ["1"],
...     "author": ["ada"], "made_at": [at], "at": [at], "digest": [bytes(32)], "kept_with": [1.0],
...     "holds": [[]], "undetermined": [["3.2"]], "post__links": [1]}, schema_overrides=FIXED)
>>> row_bytes(frame)[0][-30:]
b'0000000000000",1,[],["3.2"],1]'
>>> sealed = seal_rows(frame, keys := b"k" * 32)
>>> root = root_of(sealed)
>>> check_rows(sealed, keys, root), check_rows(erase_rows(sealed, [0]), bytes(32), root)
(0, 1)
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import polars as pl
import rfc8785

from evenhand.errors import EvenhandError
from evenhand.ledger.merkle import Frontier, leaf_hash
from evenhand.record.commitment import KEY_BYTES

ROW, COMMITMENT, HOLDS, UNDETERMINED = "row", "commitment", "holds", "undetermined"
INSTANT = pl.Datetime("us", "UTC")
FIXED: dict[str, Any] = {
    "platform": pl.String, "native": pl.String, "version": pl.String, "author": pl.String,
    "made_at": INSTANT, "at": INSTANT, "digest": pl.Binary, "kept_with": pl.Float64,
    HOLDS: pl.List(pl.String), UNDETERMINED: pl.List(pl.String)}
"""The columns that every batch has, in their order; the facts follow."""

GREATEST = 2**53
"""From here on whole numbers are no JSON that everybody reads alike, and are written as texts."""


class BatchRefused(EvenhandError):
    """A file is no batch of facts, or not the one that was sealed."""


# --- rows as bytes ---

def row_bytes(frame: pl.DataFrame) -> list[bytes]:
    """The canonical JSON of each row: a list of its values, without row and commitment.

    Instants and durations are microseconds, bytes are hex, an element of a collection is the list
    of its fields; what is missing is null.
    """
    columns = [_plain(frame[name]) for name in frame.columns if name not in (ROW, COMMITMENT)]
    return list(map(msgspec.json.Encoder().encode, zip(*columns, strict=True)))


def _plain(column: pl.Series) -> Sequence[Any]:
    """A column's values as JSON has them."""
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime | pl.Duration):
        return _whole(column.to_physical())
    if dtype == pl.Int64:
        return _whole(column)
    if dtype == pl.Binary:
        return column.bin.encode("hex").to_list()
    if dtype == pl.Float64:
        # Most rows share their numbers with others.
        written = {v: None if v is None else msgspec.Raw(rfc8785.dumps(v))
                   for v in column.unique().to_list()}
        return [written[v] for v in column.to_list()]
    if isinstance(dtype, pl.List) and dtype.inner != pl.String:
        if column.list.len().sum() == 0:
            return column.to_list()
        inner, lengths = _plain(column.explode(empty_as_null=False, keep_nulls=False)), iter(
            column.list.len().to_list())
        values = iter(inner)
        return [None if n is None else [next(values) for _ in range(n)] for n in lengths]
    if isinstance(dtype, pl.Struct):
        fields = [_plain(column.struct.field(f.name)) for f in dtype.fields]
        return list(zip(*fields, strict=True)) if fields else [()] * len(column)
    return column.to_list()


def _whole(column: pl.Series) -> Sequence[Any]:
    values = column.to_list()
    lowest, highest = column.min(), column.max()
    if lowest is None or (lowest > -GREATEST and highest < GREATEST):  # type: ignore[operator]
        return values
    return [v if v is None or -GREATEST < v < GREATEST else str(v) for v in values]


# --- seal and check ---

def seal_rows(frame: pl.DataFrame, keys: bytes) -> pl.DataFrame:
    """The same rows numbered and committed to, each under its 32 bytes of `keys`."""
    assert len(keys) == KEY_BYTES * frame.height, "each row has a key of its own"
    sealed = [hmac.digest(keys[i * KEY_BYTES:(i + 1) * KEY_BYTES], row, hashlib.sha256)
              for i, row in enumerate(row_bytes(frame))]
    return frame.select(
        pl.int_range(frame.height, dtype=pl.Int64).alias(ROW),
        pl.Series(COMMITMENT, sealed, dtype=pl.Binary), *(pl.col(n) for n in frame.columns))


def root_of(sealed: pl.DataFrame) -> str:
    """The hex root of the Merkle tree (RFC 6962) whose leaves are the rows' commitments."""
    return Frontier().extend(map(leaf_hash, sealed[COMMITMENT].to_list())).root().hex()


def erased_rows(sealed: pl.DataFrame) -> pl.Series:
    """Which rows are empty but for their number and their commitment."""
    return sealed.select(pl.all_horizontal(
        pl.exclude(ROW, COMMITMENT).is_null())).to_series()


def erase_rows(sealed: pl.DataFrame, rows: Collection[int]) -> pl.DataFrame:
    """The same batch with these rows emptied; their commitments stay."""
    stays = ~pl.col(ROW).is_in(list(rows))
    return sealed.with_columns(
        pl.when(stays).then(pl.col(n)).alias(n) for n in sealed.columns
        if n not in (ROW, COMMITMENT))


def check_rows(sealed: pl.DataFrame, keys: bytes, root: str) -> int:
    """Hold rows against their keys and the sealed root; return how many are erased.

    Raises `BatchRefused` for a row that is not what was sealed.
    """
    if sealed[ROW].to_list() != list(range(sealed.height)):
        raise BatchRefused("the rows are not numbered from 0 on")
    if len(keys) != KEY_BYTES * sealed.height:
        raise BatchRefused(f"there are {len(keys):,} bytes of keys, not {KEY_BYTES} for each of "
                           f"{sealed.height:,} rows")
    if root_of(sealed) != root:
        raise BatchRefused("the commitments do not come to the root that was sealed")
    empty, given = erased_rows(sealed), sealed[COMMITMENT].to_list()
    for i, (row, gone) in enumerate(zip(row_bytes(sealed), empty, strict=True)):
        key = keys[i * KEY_BYTES:(i + 1) * KEY_BYTES]
        if gone:
            if any(key):
                raise BatchRefused(f"row {i} is empty and its key is not")
        elif not hmac.compare_digest(hmac.digest(key, row, hashlib.sha256), given[i]):
            raise BatchRefused(f"row {i} is not what was sealed")
    return int(empty.sum())
