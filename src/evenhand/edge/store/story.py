"""What is asked of the store to tell a story: answers, brakes, places in the log, letters.

Everything here reads; what is told was kept by `matters` and `decided`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE, from_us, reading, to_us
from evenhand.edge.store.matters import Matter, matters_of
from evenhand.model.decision import CauseKind
from evenhand.model.post import PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to a matter: what came of it and who gave it, None where a clause's rule did."""

    matter: str
    decision: str
    outcome: str
    person: str | None
    unfounded: bool
    at: datetime


def answers_to(engine: Engine, matters: Iterable[str]) -> dict[str, Answered]:
    """Matter -> its answer; those that nobody answered are absent."""
    return {row.matter: Answered(
        matter=row.matter, decision=row.decision, outcome=row.outcome, person=row.person,
        unfounded=bool(row.unfounded), at=from_us(row.at))
        for row in _rows(engine, select(m.answers), m.answers.c.matter, matters)}


def places_of(engine: Engine, keys: Iterable[str]) -> dict[str, int]:
    """Outbox key -> the place of its leaf in the log; what is not sealed is absent."""
    return {row.key: row.leaf_index for row in _rows(
        engine, select(t.outbox.c.key, t.outbox.c.leaf_index).where(
            t.outbox.c.leaf_index.is_not(None)), t.outbox.c.key, keys)}


def letters_of(engine: Engine, keys: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Outbox key -> (channel, what became of it) of each letter that tells of the record."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(engine, select(t.deliveries.c.about, t.deliveries.c.channel,
                                    t.deliveries.c.outcome), t.deliveries.c.about, keys):
        found[row.about].append((row.channel, row.outcome))
    return {about: tuple(sorted(ends)) for about, ends in found.items()}


def newest_of(engine: Engine, native: str, platform: str | None = None,
              version: str | None = None) -> tuple[PostId, ...]:
    """The newest version of the posts with this id, one of each platform."""
    posts, found = t.posts.c, dict[str, PostId]()
    query = select(posts.platform, posts.native, posts.version).where(posts.native == native)
    if platform is not None:
        query = query.where(posts.platform == platform)
    if version is not None:
        query = query.where(posts.version == version)
    with reading(engine) as connection:
        for row in connection.execute(query.order_by(posts.made_at, posts.batch)):
            found[row.platform] = PostId(platform=row.platform, native=row.native,
                                         version=row.version)
    return tuple(found.values())


def last_told(engine: Engine) -> str | None:
    """The decision of which a letter told somebody last; None where none did."""
    with reading(engine) as connection:
        key = connection.execute(select(t.deliveries.c.about).join(
            t.outbox, t.outbox.c.key == t.deliveries.c.about).where(
            t.deliveries.c.about.like("decision:%")).order_by(
            t.outbox.c.n.desc()).limit(1)).scalar()
    return None if key is None else str(key).partition(":")[2]


def suspensions_of(engine: Engine, numbers: Iterable[str]) -> tuple[Matter, ...]:
    """The suspensions of these clauses, and their ends, in the order of their arrival."""
    rows = _rows(engine, select(m.brakes.c.matter).where(m.brakes.c.until.is_(None)),
                 m.brakes.c.number, numbers)
    return matters_of(engine, sorted({row.matter for row in rows}))


def reversals_of(engine: Engine, number: str) -> tuple[Matter, ...]:
    """The reversals of what a clause did, in the order of their arrival."""
    rows = _rows(engine, select(m.brakes.c.matter).where(m.brakes.c.until.is_not(None)),
                 m.brakes.c.number, [number])
    return matters_of(engine, sorted({row.matter for row in rows}))


def causes_of(engine: Engine, kind: CauseKind, cause: str) -> tuple[int, int]:
    """How many posts a cause led us to look at again, and of how many authors."""
    done, post = t.measurements.c, t.posts.c
    query = select(func.count(done.n), func.count(func.distinct(
        post.platform + ":" + post.author))).join(
        t.posts, (post.platform == done.platform) & (post.native == done.native)
        & (post.version == done.version)).where(done.cause == kind.value, done.cause_id == cause)
    with reading(engine) as connection:
        posts, authors = connection.execute(query).one()
    return int(posts), int(authors)


def acting_since(engine: Engine, number: str, since: datetime) -> int:
    """At most so many decisions stand by which a clause has acted since an instant."""
    later = t.decisions.alias("later")
    with reading(engine) as connection:
        return int(connection.execute(select(func.count(func.distinct(t.actions.c.decision))).where(
            t.actions.c.number == number, t.actions.c.at >= to_us(since),
            ~select(later.c.id).where(later.c.supersedes == t.actions.c.decision).exists(),
        )).scalar_one())


def _rows(engine: Engine, query: Any, column: Any, values: Iterable[str]) -> Sequence[Any]:
    """The rows whose column has one of the values, asked for some at a time."""
    wanted = sorted(set(values))
    found: list[Any] = []
    with reading(engine) as connection:
        for start in range(0, len(wanted), AT_ONCE):
            found += connection.execute(query.where(
                column.in_(wanted[start:start + AT_ONCE]))).all()
    return found
