"""Holds the database against the log that was published: every leaf, head and cosignature.

The public files are verified by `audit.verify`, which needs no database. This is for whoever has
both, after a crash or before a backup is trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.store import log_tables as lt
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, shown
from evenhand.edge.store.heads import entries_of
from evenhand.edge.store.openings import heads
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import FileDiffers
from evenhand.ledger.merkle import Frontier, leaf_hash
from evenhand.ledger.tiles import WIDTH, Bundle, FileReader, read_bundle

AT_ONCE = 64 * WIDTH

_HINT = "stop; bring the record back whole before anything else is signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What was compared: leaves and heads of the store, and the rows that wait to be sealed."""

    leaves: int
    heads: int
    cosignatures: int
    waiting: int


def compare(engine: Engine, directory: Path, *,
            progress: Callable[[int, int], None] | None = None) -> Held:
    """Compare the store with the published files in this folder, in one state of the store.

    Raises `StoreError` or `FileDiffers` for the first thing that does not agree.
    """
    read = read_directory(directory)
    published = _size_of(read)  # before the store is read, which is ahead of its files
    with reading(engine) as connection:
        size = connection.execute(select(func.max(t.heads.c.size))).scalar() or 0
        if published > size:
            raise StoreError(f"{published:,} entries are published and the store has only "
                             f"{size:,}: it was brought back from an older copy",
                             where=shown(engine), hint=_HINT)
        _contiguous(connection, engine, size)
        signed = dict(heads(connection))
        entries, frontier = entries_of(connection), Frontier()
        for start in range(0, size, AT_ONCE):
            found = entries(start, min(start + AT_ONCE, size))
            _as_published(read, found, start, published)
            for part in _between_heads(signed, start, start + len(found)):
                frontier = frontier.extend(
                    map(leaf_hash, found[frontier.size - start:part - start]))
                if part in signed:
                    _as_signed(engine, signed[part], frontier)
            if progress is not None:
                progress(start + len(found), size)
        cosigned = connection.execute(select(func.count()).select_from(lt.cosignatures)).scalar()
        waiting = connection.execute(select(func.count()).select_from(t.outbox).where(
            t.outbox.c.leaf_index.is_(None))).scalar()
    return Held(leaves=size, heads=len(signed), cosignatures=cosigned or 0, waiting=waiting or 0)


def _contiguous(connection: Connection, engine: Engine, size: int) -> None:
    """Count the leaves, and the sealed rows: as many as the newest head says, none twice."""
    leaves = connection.execute(select(func.count()).select_from(t.leaves)).scalar()
    sealed = connection.execute(select(func.count(func.distinct(t.outbox.c.leaf_index))).where(
        t.outbox.c.leaf_index.is_not(None))).scalar()
    for held, what in ((leaves, "leaves"), (sealed, "sealed rows")):
        if held != size:
            raise StoreError(f"the store holds {held} {what}, and its newest signed head says "
                             f"{size}", where=shown(engine), hint=_HINT)


def _between_heads(signed: dict[int, str], start: int, end: int) -> list[int]:
    return sorted({*(size for size in signed if start < size <= end), end})


def _as_signed(engine: Engine, note: str, frontier: Frontier) -> None:
    head = read_unverified(note)
    if (head.size, head.root) != (frontier.size, frontier.root()):
        raise StoreError(f"the leaves of the store do not come to the root that was signed for "
                         f"size {frontier.size}: a leaf was changed after it was signed",
                         where=shown(engine), hint=_HINT)


def _size_of(read: FileReader) -> int:
    note = read("checkpoint")
    return 0 if note is None else read_unverified(note).size


def _as_published(read: FileReader, entries: list[bytes], start: int, published: int) -> None:
    for first in range(start, min(start + len(entries), published), WIDTH):
        bundle = Bundle(index=first // WIDTH, width=min(WIDTH, published - first))
        for i, entry in enumerate(read_bundle(read, bundle)):
            place = first - start + i
            if place < len(entries) and entries[place] != entry:
                raise FileDiffers(
                    f"entry {first + i} was published with other bytes than the store holds",
                    where=bundle.path, hint="stop; find out which of the two was changed")
