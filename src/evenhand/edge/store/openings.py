"""The leaves of a store in their order, each with what opens it, read a part at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError
from evenhand.edge.store.outbox import chain_of
from evenhand.model.post import PostId
from evenhand.record.leaf import read_leaf

AT_ONCE = 500
"""Leaves in memory at once, with their records."""

_OF_THEIR_OWN = ("decision", "delivery", "answer", "closing", "fact-check", "publication")
"""The kinds whose records lie in a table of their own; all others are matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An entry of the log and what opens it; `record` and `key` None where it was erased, or where
    the entry hides nothing."""

    index: int
    entry: bytes
    hides: bool
    key: bytes | None
    record: bytes | None


def heads(connection: Connection) -> Iterator[tuple[int, str]]:
    """(size, signed note) of every head, the smallest first."""
    size = 0
    while rows := connection.execute(select(t.heads.c.size, t.heads.c.checkpoint).where(
            t.heads.c.size > size).order_by(t.heads.c.size).limit(AT_ONCE)).all():
        yield from ((row.size, row.checkpoint) for row in rows)
        size = rows[-1].size


def leaves(connection: Connection, size: int) -> Iterator[tuple[int, bytes]]:
    """(index, entry) of the first `size` leaves."""
    for start in range(0, size, AT_ONCE):
        yield from ((row.leaf_index, row.entry) for row in connection.execute(
            select(t.leaves).where(t.leaves.c.leaf_index >= start, t.leaves.c.leaf_index < min(
                start + AT_ONCE, size)).order_by(t.leaves.c.leaf_index)))


def openings(connection: Connection, size: int) -> Iterator[Sealed]:
    """The first `size` entries with what opens them, in their order."""
    for start in range(0, size, AT_ONCE):
        rows = connection.execute(select(t.leaves.c.leaf_index, t.leaves.c.entry, t.outbox.c.key)
                                  .join(t.outbox, t.outbox.c.leaf_index == t.leaves.c.leaf_index)
                                  .where(t.leaves.c.leaf_index >= start,
                                         t.leaves.c.leaf_index < min(start + AT_ONCE, size))
                                  .order_by(t.leaves.c.leaf_index)).all()
        records = _records(connection, [row.key for row in rows])
        for row in rows:
            hides = read_leaf(row.entry).commitment is not None
            if hides and row.key not in records:
                raise StoreError(f"the record of entry {row.leaf_index} is not in the store",
                                 hint="bring back a copy of the store that has all of it")
            record, key = records.get(row.key, (None, None))
            whole = bool(record) and bool(key)
            yield Sealed(index=row.leaf_index, entry=row.entry, hides=hides,
                         key=key if whole else None, record=record if whole else None)


def versions_of(connection: Connection, post: PostId) -> tuple[PostId, ...]:
    """A post and its other versions that are here."""
    return tuple(PostId(platform=row.platform, native=row.native, version=row.version)
                 for row in connection.execute(select(
                     t.posts.c.platform, t.posts.c.native, t.posts.c.version).where(
                     t.posts.c.platform == post.platform, t.posts.c.native == post.native)
                     .order_by(t.posts.c.version)))


def about_post(connection: Connection, post: PostId) -> list[Sealed]:
    """The entries about a post, in all its versions, with what opens them, in their order.

    Those of its history, and besides what concerns it with other posts, or tells who saw it.
    """
    here = m.matter_posts.c
    beside = select(m.matters.c.kind + ":" + m.matters.c.id).join(
        m.matter_posts, here.matter == m.matters.c.id).where(
        here.platform == post.platform, here.native == post.native, m.matters.c.kind != "erasure")
    rows = connection.execute(
        select(t.leaves.c.leaf_index, t.leaves.c.entry, t.outbox.c.key).join(
            t.outbox, t.outbox.c.leaf_index == t.leaves.c.leaf_index).where(or_(
                t.outbox.c.chain == chain_of(post), t.outbox.c.key.in_(beside))).order_by(
            t.leaves.c.leaf_index)).all()
    records = _records(connection, [row.key for row in rows])
    found = []
    for row in rows:
        record, key = records.get(row.key, (None, None))
        whole = bool(record) and bool(key)
        found.append(Sealed(index=row.leaf_index, entry=row.entry, hides=True,
                            key=key if whole else None, record=record if whole else None))
    return found


def _records(connection: Connection, keys: Sequence[str]
             ) -> Mapping[str, tuple[bytes | None, bytes | None]]:
    """Outbox key -> record and key as they are stored; what hides nothing is absent."""
    named: dict[str, dict[Any, str]] = defaultdict(dict)
    for key in keys:
        kind, _, identity = key.partition(":")
        named[kind if kind in _OF_THEIR_OWN else "matter"][identity] = key
    found: dict[str, tuple[bytes | None, bytes | None]] = {}
    for kind, table, name in (("decision", t.decisions, t.decisions.c.id),
                              ("answer", m.answers, m.answers.c.matter),
                              ("closing", m.closings, m.closings.c.matter),
                              ("fact-check", m.check_words, m.check_words.c.id),
                              ("matter", m.matters, m.matters.c.id)):
        if named[kind]:
            for row in connection.execute(select(name, table.c.record, table.c.key).where(
                    name.in_(list(named[kind])))):
                found[named[kind][row[0]]] = (row[1], row[2])
    handed = {identity.partition(":")[2] for identity in named["delivery"]}
    if handed:
        # Also by other channels, whose entries may be elsewhere: they are few.
        for told in connection.execute(select(t.deliveries).where(
                t.deliveries.c.about.in_(sorted(handed)))):
            found[f"delivery:{told.channel}:{told.about}"] = (told.record, told.key)
    return found


def measurements(connection: Connection) -> Iterator[Any]:
    """The rows of all measurements, in the order in which they were made."""
    last = 0
    while rows := connection.execute(select(t.measurements).where(
            t.measurements.c.n > last).order_by(t.measurements.c.n).limit(AT_ONCE)).all():
        yield from rows
        last = rows[-1].n


def published(connection: Connection) -> list[tuple[str, bytes]]:
    """(digest, bytes) of every published document and frozen vocabulary, by digest.

    Only what is sealed of a publication, or of terms in shadow, names: the rest is not public yet.
    """
    sealed = select(t.terms.c.digest).join(
        t.outbox, t.outbox.c.key == "publication:" + t.terms.c.digest).where(
        t.outbox.c.leaf_index.is_not(None))
    shadows = select(t.shadows.c.digest).join(
        t.outbox, t.outbox.c.key == "shadow:" + t.shadows.c.digest).where(
        t.outbox.c.leaf_index.is_not(None))
    names = select(t.terms.c.vocabulary).where(t.terms.c.digest.in_(sealed)).union(
        select(t.terms_documents.c.document).where(t.terms_documents.c.terms.in_(sealed)),
        select(t.shadows.c.vocabulary).where(t.shadows.c.digest.in_(shadows)),
        select(t.shadow_documents.c.document).where(t.shadow_documents.c.shadow.in_(shadows)))
    return [(row.digest, row.bytes) for row in connection.execute(select(t.documents).where(
        t.documents.c.digest.in_(names)).order_by(t.documents.c.digest))]
