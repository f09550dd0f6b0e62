"""Batches of measured posts in the store: what was sealed of them, their keys, where rows lie.

The rows lie in files (`edge.dataset`); a batch is there once its row here is, and not before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Select, delete, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError

from evenhand.edge.posts import Posts
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import (
    AT_ONCE,
    StoreError,
    reading,
    rows_about,
    to_us,
)
from evenhand.edge.store.outbox import wait
from evenhand.model.brake import ErasedRow
from evenhand.model.decision import CauseKind
from evenhand.model.post import PostId
from evenhand.record.commitment import KEY_BYTES
from evenhand.record.kinds import write_record

if TYPE_CHECKING:
    # Whoever only opens a platform need not wait for the columnar engine to load.
    from evenhand.record.batch import SealedBatch


class Overtaken(StoreError):
    """Another process measured some of these posts meanwhile, told what they are measured by, or
    ended what they were measured for; nothing of this step was stored."""


class Superseded(Overtaken):
    """Another process decided about one of these posts meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Posts that arrived and were measured: their batches, and which of them holds which.

    `rows` are theirs in the store. `lies` has of each post the number of its batch among `batches`
    and its place there; the place is None where no row of it is kept. Of the posts in `idle`
    nothing came.
    """

    posts: Posts
    rows: Sequence[Mapping[str, Any]]
    idle: Sequence[int]
    batches: Sequence[SealedBatch]
    lies: Sequence[tuple[int, int | None]]
    at: datetime


def keep_batches(connection: Connection, arrived: Arrived) -> list[int]:
    """Keep batches with their outbox rows; return their numbers."""
    numbers: dict[str, int] = {}
    for batch in arrived.batches:
        said = batch.record
        done = connection.execute(insert(t.batches).values(
            id=said.id, terms=None if said.shadow else said.terms,
            shadow=int(said.shadow is not None), at=to_us(arrived.at), record=write_record(said),
            row_keys=batch.keys))
        number = numbers[said.id] = done.inserted_primary_key[0]  # type: ignore[index]
        if said.shadow is not None:
            _refuse_ended(connection, said.terms)
            connection.execute(insert(t.shadow_batches).values(
                batch=number, beside=numbers[said.shadow], shadow=said.terms))
        wait(connection, f"facts:{said.id}", batch.leaf)
    return [*numbers.values()]


def _refuse_ended(connection: Connection, shadow: str | None) -> None:
    """Refuse what was measured for a trial that somebody ended meanwhile."""
    if connection.execute(select(t.shadow_ends).where(t.shadow_ends.c.shadow == shadow)).first():
        raise Overtaken("the trial of terms in shadow was ended meanwhile",
                        hint="nothing of this step was stored; the same command goes on")


def keep_idle(connection: Connection, arrived: Arrived, numbers: Sequence[int]) -> None:
    """Keep the posts of which nothing came; whoever was overtaken is told so."""
    rows = []
    for i in arrived.idle:
        which, place = arrived.lies[i]
        rows.append({**arrived.rows[i], "batch": numbers[which], "place": place})
    try:
        if rows:
            connection.execute(insert(t.posts), rows)
    except IntegrityError:
        # The rows of a batch are no other's: a post that is there came in with another batch.
        raise _overtaken(arrived.posts.platforms[0]) from None


def refuse_arrived(connection: Connection, posts: Sequence[PostId]) -> None:
    """Refuse what another process measured on arrival meanwhile."""
    if found := arrived_before(connection, posts):
        raise _overtaken(str(min(found)))


def _overtaken(what: str) -> Overtaken:
    return Overtaken(f"another process measured posts of `{what}` meanwhile",
                     hint="nothing of this step was stored; what is left is measured again")


def arrived_before(connection: Connection, posts: Iterable[PostId]) -> set[PostId]:
    """Which of these posts were measured when they arrived."""
    here, looked_at = t.posts.c, t.measurements.c
    queries = {t.posts: select(here.platform, here.native, here.version).where(
                   here.batch.is_not(None)),
               t.measurements: select(looked_at.platform, looked_at.native, looked_at.version)
               .where(looked_at.cause == CauseKind.ARRIVAL.value)}
    return {PostId(platform=r.platform, native=r.native, version=r.version)
            for table, query in queries.items()
            for r in rows_about(connection, query, table, posts)}


def erase_from_batches(connection: Connection, posts: Iterable[PostId]) -> list[ErasedRow]:
    """Drop the keys of posts' rows; their values go from the files afterwards (`erased_places`)."""
    gone = []
    for number, place in (found for post in posts for found in _rows_of(connection, post)):
        held = connection.execute(select(t.batches.c.id, t.batches.c.row_keys).where(
            t.batches.c.n == number)).one()
        start = place * KEY_BYTES
        keys = held.row_keys[:start] + bytes(KEY_BYTES) + held.row_keys[start + KEY_BYTES:]
        if keys != held.row_keys:
            connection.execute(update(t.batches).where(t.batches.c.n == number).values(
                row_keys=keys))
            connection.execute(insert(t.erased_rows).values(batch=number, place=place))
            gone.append(ErasedRow(batch=held.id, row=place))
    return gone


def erased_places(engine: Engine) -> dict[str, list[int]]:
    """Batch -> the places whose values have still to go from its file."""
    found: dict[int, list[int]] = defaultdict(list)
    with reading(engine) as connection:
        for row in connection.execute(select(t.erased_rows).order_by(
                t.erased_rows.c.batch, t.erased_rows.c.place)):
            found[row.batch].append(row.place)
        return {connection.execute(select(t.batches.c.id).where(
            t.batches.c.n == number)).scalar_one(): places for number, places in found.items()}


def forget_erased(connection: Connection, batch: str, places: Sequence[int]) -> None:
    """Drop what was emptied from the queue."""
    number = select(t.batches.c.n).where(t.batches.c.id == batch).scalar_subquery()
    connection.execute(delete(t.erased_rows).where(
        t.erased_rows.c.batch == number, t.erased_rows.c.place.in_(list(places))))


def held_batches(connection: Connection, names: Sequence[str]) -> set[str]:
    """Which of these batches are stored."""
    found: set[str] = set()
    for start in range(0, len(names), AT_ONCE):
        found.update(connection.execute(select(t.batches.c.id).where(
            t.batches.c.id.in_(list(names[start:start + AT_ONCE])))).scalars())
    return found


def sealed_batches(connection: Connection, size: int) -> Iterator[Any]:
    """The rows of the batches that the first `size` entries seal, in their order."""
    last = 0
    while row := connection.execute(select(t.batches).join(
            t.outbox, t.outbox.c.key == "facts:" + t.batches.c.id).where(
            t.batches.c.n > last, t.outbox.c.leaf_index < size).order_by(
            t.batches.c.n).limit(1)).first():
        yield row
        last = row.n


def _lies(post: PostId) -> Select[Any]:
    """The batch and the place of a post's row."""
    return union_all(*(select(table.c.batch, table.c.place).where(
        table.c.platform == post.platform, table.c.native == post.native,
        table.c.version == post.version, table.c.place.is_not(None))
        for table in (t.posts, t.measurements))).subquery().select()


def _rows_of(connection: Connection, post: PostId) -> Iterator[tuple[int, int]]:
    """(batch, place) of every row of a post: those of terms in shadow stand in the same places."""
    for row in connection.execute(_lies(post)).all():
        yield row.batch, row.place
        for beside in connection.execute(select(t.shadow_batches.c.batch).where(
                t.shadow_batches.c.beside == row.batch)).scalars().all():
            yield beside, row.place


def row_of(engine: Engine, post: PostId) -> tuple[str, int] | None:
    """The batch that holds a post's arrival, and its place there; None of no row."""
    lies = _lies(post).subquery()
    with reading(engine) as connection:
        row = connection.execute(select(t.batches.c.id, lies.c.place).join(
            lies, t.batches.c.n == lies.c.batch)).first()
    return None if row is None else (row.id, row.place)
