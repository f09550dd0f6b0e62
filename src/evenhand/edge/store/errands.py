"""Errands: what waits to be handed over, for which channel, since when, and whose words it is.

An errand is put into the queue in the transaction that stores the record whose notice it is, after
the record's row of the outbox; it is worked on once that row is sealed, and goes when it is done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, delete, func, select, update

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import from_us, insert_or_leave, to_us
from evenhand.record.opening import open_for_author, write_opening

CARRIERS = ("e-mail", "webhook", "folder")
"""Of the channels that there are, the first of these carries the letter: nobody gets two."""

_MATTER = (m.matters.c.id, m.matters.c.record, m.matters.c.key)
_RECORDS: Mapping[str, tuple[Column[Any], Column[Any], Column[Any]]] = {
    "decision": (t.decisions.c.id, t.decisions.c.record, t.decisions.c.key),
    "report": _MATTER, "order": _MATTER, "appeal": _MATTER,
    "answer": (m.answers.c.matter, m.answers.c.record, m.answers.c.key),
    "closing": (m.closings.c.matter, m.closings.c.record, m.closings.c.key),
}
"""Kind of outbox key -> the columns of the id behind it, of the record, and of its key."""

TOLD_WHAT_TO_DO = frozenset({"decision"})
"""The kinds that ask something of the platform, and so go to it by every channel it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One record that waits for one channel. `attempts` were made before and came to nothing."""

    n: int
    about: str
    channel: str
    letter: bool
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A record as it is stored and sealed: its outbox key, its bytes, their key, and its leaf."""

    about: str
    record: bytes
    key: bytes
    leaf: bytes

    @property
    def opening(self) -> bytes:
        """What opens the leaf to whom it is for: what they may see of the record, no more."""
        return write_opening(open_for_author(self.leaf, self.key, self.record))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many errands wait for a channel, since they came to nothing for one reason, until when.

    `why` is None of those that were not tried yet; `until` is the instant at which the first is
    due.
    """

    channel: str
    why: str | None
    errands: int
    until: datetime


def enqueue(connection: Connection, about: Iterable[str], channels: Sequence[str]) -> None:
    """Have records handed over: `about` are their outbox keys, whose rows are there already.

    `channels` are those that the platform has (`ErrandCourier.names`). Call it in the transaction
    that stores the records, and only for records with a notice.
    """
    carrier = next(name for name in CARRIERS if name in channels)
    rows = []
    for key in about:
        kind = key.partition(":")[0]
        assert kind in _RECORDS, "an errand is about a record that can be read again"
        rows += [{"about": key, "channel": channel, "letter": int(channel == carrier)}
                 for channel in channels if channel == carrier or kind in TOLD_WHAT_TO_DO]
    if rows:
        insert_or_leave(connection, t.errands, rows)


def due(connection: Connection, channel: str, now: datetime, most: int) -> list[Errand]:
    """The errands of a channel that are sealed and may be tried now, the longest waiting first."""
    query = select(t.errands).join(t.outbox, t.outbox.c.key == t.errands.c.about).where(
        t.errands.c.channel == channel, t.errands.c.not_before <= to_us(now),
        # What is not sealed was just stored by another process; it will be in its turn.
        t.outbox.c.leaf_index.is_not(None)).order_by(
        t.errands.c.not_before, t.errands.c.n).limit(most)
    return [Errand(n=row.n, about=row.about, channel=row.channel, letter=bool(row.letter),
                   attempts=row.attempts) for row in connection.execute(query)]


def sealed_of(connection: Connection, about: Iterable[str]) -> dict[str, Sealed]:
    """Outbox key -> the sealed record behind it; what is erased, or not sealed, is absent."""
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for key in about:
        kind, _, identity = key.partition(":")
        named[kind][identity] = key
    leaves = {row.key: row.entry for row in connection.execute(
        select(t.outbox.c.key, t.leaves.c.entry).join(
            t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index).where(
            t.outbox.c.key.in_([key for keys in named.values() for key in keys.values()])))}
    found = {}
    for kind, keys in named.items():
        id_of, record, key_of = _RECORDS[kind]
        for row in connection.execute(select(id_of, record, key_of).where(
                id_of.in_(list(keys)), func.length(record) > 0)):
            about_it = keys[row[0]]
            if about_it in leaves:
                found[about_it] = Sealed(about=about_it, record=row[1], key=row[2],
                                         leaf=leaves[about_it])
    return found


def claim(connection: Connection, errand: Errand, until: datetime) -> bool:
    """Keep an errand from every other process until an instant; whether it was free.

    It is counted as an attempt that came to nothing: a process that dies in the middle leaves an
    errand that is tried again then.
    """
    done = connection.execute(update(t.errands).where(
        t.errands.c.n == errand.n, t.errands.c.attempts == errand.attempts).values(
        attempts=errand.attempts + 1, not_before=to_us(until),
        last_error="it was not heard what became of it"))
    return done.rowcount == 1


def postpone(connection: Connection, errand: Errand, until: datetime, why: str) -> None:
    """Have an errand tried again from an instant on, and say why it came to nothing."""
    connection.execute(update(t.errands).where(t.errands.c.n == errand.n).values(
        not_before=to_us(until), last_error=why))


def finish(connection: Connection, errands: Iterable[Errand]) -> None:
    """Take errands out of the queue."""
    if gone := [one.n for one in errands]:
        connection.execute(delete(t.errands).where(t.errands.c.n.in_(gone)))


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """What is in the queue, by channel and by why it is still there."""
    count, first = func.count().label("errands"), func.min(t.errands.c.not_before).label("until")
    query = select(t.errands.c.channel, t.errands.c.last_error, count, first).group_by(
        t.errands.c.channel, t.errands.c.last_error).order_by(
        t.errands.c.channel, t.errands.c.last_error)
    return tuple(Waiting(channel=row.channel, why=row.last_error, errands=row.errands,
                         until=from_us(row.until)) for row in connection.execute(query))
