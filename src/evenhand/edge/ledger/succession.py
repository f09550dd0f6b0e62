"""Seals a log and goes on in another: what is left to do where a store was brought back too old.

The store then holds fewer entries than its log has signed, so that any further head of it would be
a fork. The other log has another origin and another key. It begins with the entries that are left,
in their places, so that every receipt's place and every history stays what it was; then comes,
sealed alone and before anything that waited, an entry that names the log before it, how many
entries are its, and the newest head that anybody saw of it.

The store is changed first, in one transaction; then the old log's files are put aside. A crash
between the two is completed by calling it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from evenhand.edge.ledger.disk import DiskRefused
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, shown, transaction
from evenhand.edge.store.heads import newest_head
from evenhand.edge.store.logs import LogRow, begin_log, logs_of, states_of
from evenhand.edge.store.outbox import succession_key, wait
from evenhand.ledger.checkpoint import Checkpoint, read_unverified
from evenhand.ledger.keys import PrivateKey, parse_vkey
from evenhand.ledger.policy import Log, Policy, check_checkpoint
from evenhand.model.decision import Clock
from evenhand.record.kinds import SuccessionRecord
from evenhand.record.leaf import leaf_of, read_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The log that was sealed, the newest head that anybody saw of it, how many of its entries are
    left, and where its files are now; None where there were none. `words` are those that stand in
    the new log: the first, where a call before this one was cut short."""

    before: LogRow
    seen: Checkpoint | None
    left: int
    aside: Path | None
    words: str


def succeed(engine: Engine, key: PrivateKey, directory: Path, *, words: str, at: datetime,
            clock: Clock, seen: str | None = None) -> Succeeded:
    """Have the store go on in the log of `key`; `seen` is a checkpoint of the old log that somebody
    kept. Raises `StoreError` where the store is in no other log, or goes on in this one already
    with nothing left to be done; `LedgerError` for a checkpoint that the old log did not sign.
    """
    known = logs_of(engine)
    if not known:
        raise StoreError("this store was sealed in no log yet", where=shown(engine),
                         hint="`evenhand publish` begins its first")
    done = known[-1].origin == key.name
    if done and len(known) == 1:
        raise StoreError(f"the configuration still names the log `{key.name}`, which is to be "
                         "sealed", where=shown(engine),
                         hint="write another name at `ledger.log`, and another file at "
                         "`ledger.key`: a log goes on under a new name only")
    before = known[-2] if done else known[-1]
    policy = Policy(logs=(Log(key=parse_vkey(before.key)),))
    published = TilesOnDisk(directory).published()
    mine = published is not None and published.origin == before.origin
    note = _newest(engine, policy, directory if mine else None, seen)
    if done:
        stored, sealed = _stored(engine, key.name)
        if sealed and not mine:
            raise StoreError(
                f"the log `{before.origin}` was sealed before, and the store goes on in "
                f"`{key.name}`: \"{stored}\"", where=shown(engine),
                hint="nothing was done; to seal this one too, write another name at `ledger.log` "
                "and another file at `ledger.key`")
        note, words = known[-1].sealed, stored
    head = None if note is None else read_unverified(note)
    left = (known[-1].begins - 1) if done else _go_on(engine, key, before, note, words, at, clock)
    return Succeeded(before=before, seen=head, left=left, words=words,
                     aside=_put_aside(directory, before.origin) if mine else None)


def _go_on(engine: Engine, key: PrivateKey, before: LogRow, note: str | None, words: str,
           at: datetime, clock: Clock) -> int:
    with transaction(engine) as connection:
        left = connection.execute(select(func.max(t.heads.c.size))).scalar() or 0
        record = SuccessionRecord(before=before.origin, key=before.key, inherited=left,
                                  checkpoint=note, words=words, at=at, clock=clock)
        wait(connection, succession_key(key.name), leaf_of(record, None))
        begin_log(connection, origin=key.name, key=key.verifier, begins=left + 1, sealed=note)
    return left


def _stored(engine: Engine, origin: str) -> tuple[str, bool]:
    """The words of the succession into this log, and whether its entry is sealed."""
    with reading(engine) as connection:
        row = connection.execute(select(t.outbox.c.leaf, t.outbox.c.leaf_index).where(
            t.outbox.c.key == succession_key(origin))).one()
    return read_leaf(row.leaf).public["words"], row.leaf_index is not None


def _newest(engine: Engine, policy: Policy, directory: Path | None, seen: str | None
            ) -> str | None:
    """The newest checkpoint of the old log that is at hand, each checked under its key."""
    notes = [] if seen is None else [seen]
    if directory is not None:
        published = TilesOnDisk(directory).read("checkpoint")
        notes += [] if published is None else [published.decode()]
    with reading(engine) as connection:
        head = newest_head(connection)
    if head is not None and read_unverified(head.note).origin == policy.logs[0].key.name:
        notes.append(head.note)
    # Those by which witnesses have shown that the record is too old.
    notes += [state.shown for state in states_of(engine, policy.logs[0].key.name).values()
              if state.shown is not None]
    for note in notes:
        check_checkpoint(note, policy)
    return max(notes, key=lambda one: read_unverified(one).size, default=None)


def _put_aside(directory: Path, origin: str) -> Path:
    """Move the old log's files beside those of the new one, to be served as they are."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", origin)
    aside = directory.with_name("sealed-logs") / name
    try:
        aside.parent.mkdir(exist_ok=True)
        directory.rename(aside)
    except OSError as refused:
        raise DiskRefused(f"the files of the old log cannot be put aside: {refused.strerror}",
                          where=str(aside), hint="make room or mend the permissions, then call it "
                          "again") from None
    return aside
