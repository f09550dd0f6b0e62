"""What the platform has been told: fact-checks by version, and facts and confirmations by people.

Nothing is overwritten: a changed fact-check is another version of its key. `known_at` is when the
platform learned of it; `swept` is 1 once every post measured before has been looked at again.
Fact-checks and confirmations are few enough to be held; what is stated of posts is read as needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

import msgspec
from sqlalchemy import Engine, Row, Table, bindparam, insert, select, text, update

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import (
    from_us,
    note_time,
    reading,
    rows_about,
    to_us,
    transaction,
)
from evenhand.model.audience import mark
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import PostId
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.rulebook.vocabulary import Value

AT_ONCE = 1000
"""Rows told or asked for at a time."""

_POST = (t.statements.c.platform, t.statements.c.native, t.statements.c.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person or an outside detector says of a post: a fact, or that a claim is the post's.

    A confirmation has the fact `claim.confirmed` and names the fact-check's key in `claim`.
    """

    post: PostId = mark("author")
    fact: str = mark("author")
    value: Value = mark("author")
    by: str = mark("regulator")
    at: datetime = mark("author")
    claim: str | None = mark("public", default=None)

    @property
    def id(self) -> str:
        """The digest of what is said: the same statement delivered twice is one."""
        return digest(canonical(to_plain(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fact-check or a statement with the time it became known. `n` is its place in the telling.
    """

    what: FactCheck | Statement
    known_at: datetime
    n: int

    @property
    def kind(self) -> Literal["fact-check", "statement"]:
        """Which of the two it is."""
        return "fact-check" if isinstance(self.what, FactCheck) else "statement"


def remember_fact_checks(engine: Engine, found: Iterable[tuple[FactCheck, datetime]]) -> int:
    """Keep every version that is new, in the order given; return how many were."""
    rows = ({"key": f.key, "version": f.version, "known_at": to_us(at), "swept": 0,
             "body": canonical(to_plain(f))} for f, at in found)
    return _remember(engine, t.fact_checks, rows, ("key", "version"))


def remember_statements(engine: Engine, found: Iterable[tuple[Statement, datetime]]) -> int:
    """Keep every statement that is new, in the order given; return how many were."""
    rows = ({"id": s.id, "platform": s.post.platform, "native": s.post.native,
             "version": s.post.version, "claim": s.claim, "known_at": to_us(at), "swept": 0,
             "body": canonical(to_plain(s))} for s, at in found)
    return _remember(engine, t.statements, rows, ("id",))


def _remember(engine: Engine, table: Table, rows: Iterable[dict[str, Any]],
              named_by: tuple[str, ...]) -> int:
    """A thousand rows a transaction: a crash between two leaves a beginning, told again later."""
    new, columns = 0, [table.c[name] for name in named_by]
    rest = iter(rows)
    while part := {tuple(row[name] for name in named_by): row for row in islice(rest, AT_ONCE)}:
        with transaction(engine) as connection:
            for known in connection.execute(select(*columns).where(
                    columns[0].in_({name for name, *_ in part}))):
                part.pop(tuple(known), None)
            if part:
                connection.execute(insert(table), list(part.values()))
        new += len(part)
    return new


def load_fact_checks(engine: Engine) -> tuple[Known, ...]:
    """Every version of every fact-check, in the order in which they became known."""
    with reading(engine) as connection:
        return tuple(_fact_check(row) for row in connection.execute(
            select(t.fact_checks).order_by(t.fact_checks.c.known_at, t.fact_checks.c.n)))


def load_confirmations(engine: Engine) -> tuple[Known, ...]:
    """Every statement that a fact-check speaks to a post or does not, as they became known."""
    with reading(engine) as connection:
        found = [_statement(row) for row in connection.execute(select(t.statements).where(
            t.statements.c.claim.is_not(None)).order_by(t.statements.c.n))]
    return tuple(sorted(found, key=lambda known: known.known_at))


def statements_about(engine: Engine, posts: Iterable[PostId]) -> Iterator[Known]:
    """Every statement about these posts, in the order in which they became known."""
    with reading(engine) as connection:
        found = list(rows_about(connection, select(t.statements), t.statements, posts))
    return map(_statement, sorted(found, key=lambda row: (row.known_at, row.n)))


def any_statement(engine: Engine) -> bool:
    """Whether anybody ever stated anything."""
    with reading(engine) as connection:
        return connection.execute(select(t.statements.c.n).limit(1)).first() is not None


def next_change(engine: Engine) -> datetime | None:
    """When the first thing became known that no earlier post was looked at for; None: nothing."""
    with reading(engine) as connection:
        first = [known_at for table in (t.fact_checks, t.statements)
                 if (known_at := connection.execute(select(table.c.known_at).where(
                     table.c.swept == text("0")).order_by(table.c.known_at).limit(1)).scalar())
                 is not None]
    return from_us(min(first)) if first else None


def changes_at(engine: Engine, known_at: datetime) -> tuple[Known, ...]:
    """What became known at an instant and no earlier post was looked at for, some at a time.

    First what was stated, of some posts but of those all of it; then all fact-checks. Mark them
    as swept and call again for the rest; empty where nothing is left.
    """
    at = to_us(known_at)
    new = (t.statements.c.known_at == at, t.statements.c.swept == text("0"))
    with reading(engine) as connection:
        said = list(connection.execute(select(t.statements).where(*new).order_by(
            *_POST).limit(AT_ONCE)))
        if len(said) == AT_ONCE:
            # What is said of one post at one instant is one review: take all of the last post.
            last = _named(said[-1])
            said = [row for row in said if _named(row) != last]
            said += connection.execute(select(t.statements).where(*new, *(
                c == part for c, part in zip(_POST, last, strict=True))))
        if said:
            return tuple(map(_statement, sorted(said, key=lambda row: int(row.n))))
        return tuple(map(_fact_check, connection.execute(select(t.fact_checks).where(
            t.fact_checks.c.swept == text("0"), t.fact_checks.c.known_at == at).order_by(
            t.fact_checks.c.n))))


def _named(row: Row[Any]) -> tuple[str, ...]:
    return (row.platform, row.native, row.version)


def mark_swept(engine: Engine, changes: Sequence[Known], now: datetime) -> None:
    """Note that every post measured before these became known has been looked at again, by `now`.

    All of them or none: a crash between two would make of one cause another.
    """
    with transaction(engine) as connection:
        for table, kind in ((t.fact_checks, FactCheck), (t.statements, Statement)):
            rows = [{"this": k.n} for k in changes if isinstance(k.what, kind)]
            if rows:
                connection.execute(update(table).where(table.c.n == bindparam("this")).values(
                    swept=1), rows)
        note_time(connection, to_us(now))


def _fact_check(row: Row[Any]) -> Known:
    return Known(what=from_plain(FactCheck, msgspec.json.decode(row.body)),
                 known_at=from_us(row.known_at), n=row.n)


def _statement(row: Row[Any]) -> Known:
    return Known(what=from_plain(Statement, msgspec.json.decode(row.body)),
                 known_at=from_us(row.known_at), n=row.n)
