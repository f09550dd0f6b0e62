"""What the platform has been told: fact-checks by version, and facts and confirmations by people.

Nothing is overwritten: a fact-check that says, or is read, otherwise than before is told anew under
its key. `known_at` is when the platform learned of it; `swept` is 1 once every post measured before
has been looked at again. A statement that was erased keeps its row and is read no more.
Fact-checks and confirmations are few enough to be held; what is stated of posts is read as needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, text, true, update

from evenhand.edge.store import tables as t
from evenhand.edge.store.check_changes import tell_rating
from evenhand.edge.store.database import (
    from_us,
    insert_or_leave,
    note_time,
    reading,
    rows_about,
    to_us,
    transaction,
)
from evenhand.edge.store.rows import read_post
from evenhand.factcheck.claims import Read
from evenhand.factcheck.confirming import Confirmation
from evenhand.model.audience import mark
from evenhand.model.decision import Clock
from evenhand.model.factcheck import ConfirmedFor, FactCheck
from evenhand.model.post import Post, PostId
from evenhand.model.signal import Suggestion
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.rulebook.vocabulary import Value

AT_ONCE = 1000
"""Rows told or asked for at a time."""

_POST = (t.statements.c.platform, t.statements.c.native, t.statements.c.version)
NOT_KNOWN: Mapping[PostId, str | None] = {}
_KEPT = func.length(t.statements.c.body) > 0
"""Not erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person or an outside detector says of a post: a fact, or that a claim is the post's.

    A confirmation has the fact `claim.confirmed` and names the fact-check's key in `claim`.
    It is said of this post or of all its copies (`scope`); `of` is the post of which it was said,
    where that was erased and the word was kept for this copy of it. `suggested` is what a machine
    suggested to the person, None where nobody knows of any.
    """

    post: PostId = mark("author")
    fact: str = mark("author")
    value: Value = mark("author")
    by: str = mark("regulator")
    at: datetime = mark("author")
    claim: str | None = mark("public", default=None)
    suggested: Suggestion | None = mark("author", default=None)
    scope: ConfirmedFor = mark("public", default="this post")
    of: PostId | None = mark("regulator", default=None)

    @property
    def id(self) -> str:
        """The digest of what is said: the same statement delivered twice is one."""
        return digest(canonical(to_plain(self)))


def confirmation_of(said: Statement,
                    alike: Mapping[PostId, str | None] = NOT_KNOWN) -> Confirmation:
    """A statement that a fact-check speaks to a post, or does not, as a word that may count.

    `alike` has what the copies of a post share; a word kept for one copy reaches no other.
    """
    assert said.claim is not None, "a confirmation names a fact-check"
    reaches = said.scope == "all copies" and said.of is None
    return Confirmation(
        post=said.post, fact_check=said.claim, confirmed=bool(said.value), by=said.by, at=said.at,
        scope=said.scope, of=said.of, alike=alike.get(said.post) if reaches else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fact-check or a statement with the time it became known. `n` is its place in the telling.

    `nth` counts what was told of a fact-check: 1 for the first, 2 where it changed ...
    """

    what: FactCheck | Statement
    known_at: datetime
    n: int
    nth: int = 1

    @property
    def kind(self) -> Literal["fact-check", "statement"]:
        """Which of the two it is."""
        return "fact-check" if isinstance(self.what, FactCheck) else "statement"


def remember_fact_checks(engine: Engine, found: Iterable[tuple[Read, str, datetime]],
                         clock: Clock) -> int:
    """Keep what is news, in the order given; return how much was.

    Beside each fact-check stand its source, which may tell it again and again, and the instant.
    It is news where the source says (or is read to say) otherwise than it last did; from a source
    that never told it, where it differs from what was last known. A return to what was said once
    is news too. A thousand a transaction: a crash between two leaves a beginning, told again.
    Where one is rated otherwise, the log tells it, in the same transaction.
    """
    new, rest = 0, iter(found)
    while part := list(islice(rest, AT_ONCE)):
        with transaction(engine) as connection:
            told = _told(connection, {read.check.key for read, _, _ in part})
            rows = []
            for read, source, at in part:
                row = _news(read, source, at, told.setdefault(read.check.key, []))
                if row is not None:
                    rows.append(row)
                    for before in told[read.check.key][-1:]:
                        tell_rating(connection, before, row, clock)
                    told[read.check.key].append(row)
            if rows:
                connection.execute(insert(t.fact_checks), rows)
        new += len(rows)
    return new


def _told(connection: Connection, keys: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Key -> what was told of it so far, in that order."""
    told: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(select(t.fact_checks).where(
            t.fact_checks.c.key.in_(sorted(keys))).order_by(t.fact_checks.c.n)).mappings():
        told.setdefault(row["key"], []).append(dict(row))
    return told


def _news(read: Read, source: str, at: datetime,
          told: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The row of a fact-check that says something new; None of one that says what is known."""
    # What a person took back stays taken back, whatever is told of it, until a person says so.
    taken = msgspec.json.decode(told[-1]["body"]).get("withdrawn") if told else None
    body = canonical(to_plain(read.check) | {"withdrawn": taken})
    last = next((row for row in reversed(told) if row["source"] == source), None) or (
        told[-1] if told else None)
    if last is not None and _said(last["body"]) == _said(body):
        return None
    # What is told later counts: it cannot become known before what it changes.
    known_at = max([to_us(at), *(row["known_at"] for row in told)])
    return {"key": read.check.key, "nth": len(told) + 1, "version": read.check.version,
            "source": source, "known_at": known_at, "swept": 0, "body": body, "raw": read.raw}


def _said(body: bytes) -> dict[str, Any]:
    """What a fact-check says, whenever it was fetched, and whether or not it stands."""
    return {name: value for name, value in msgspec.json.decode(body).items()
            if name not in ("retrieved_at", "withdrawn")}


def remember_statements(engine: Engine, found: Iterable[tuple[Statement, datetime]]) -> int:
    """Keep every statement that is new, in the order given; return how many were."""
    rows = (row_of(statement, at, swept=0) for statement, at in found)
    new = 0
    while part := {row["id"]: row for row in islice(rows, AT_ONCE)}:
        with transaction(engine) as connection:
            for known in connection.execute(select(t.statements.c.id).where(
                    t.statements.c.id.in_(list(part)))).scalars():
                del part[known]
            if part:
                connection.execute(insert(t.statements), list(part.values()))
        new += len(part)
    return new


def is_known(engine: Engine, said: Statement) -> bool:
    """Whether this very statement is kept already."""
    with reading(engine) as connection:
        return connection.execute(select(t.statements.c.n).where(
            t.statements.c.id == said.id)).first() is not None


def keep_statements(connection: Connection, said: Sequence[Statement], at: datetime) -> None:
    """Keep what a person states with their decision, in its transaction: the post was looked at
    with it, so nobody need look again; but at its copies, where it is said of them too."""
    if said:
        insert_or_leave(connection, t.statements, [
            row_of(one, at, swept=int(one.scope == "this post")) for one in said])


def row_of(said: Statement, at: datetime, *, swept: int) -> dict[str, Any]:
    """The row of a statement that becomes known; `swept` is 1 where nobody need look for it."""
    return {"id": said.id, "platform": said.post.platform, "native": said.post.native,
            "version": said.post.version, "claim": said.claim, "known_at": to_us(at),
            "swept": swept, "body": canonical(to_plain(said))}


def load_fact_checks(engine: Engine) -> tuple[Known, ...]:
    """All that was told of every fact-check, in the order in which it became known."""
    with reading(engine) as connection:
        return tuple(told_fact_checks(connection))


def told_fact_checks(connection: Connection, *, since: int = 0) -> Iterator[Known]:
    """The same, one after another; or what was told after the one with a number."""
    return map(_fact_check, connection.execute(select(t.fact_checks).where(
        t.fact_checks.c.n > since).order_by(t.fact_checks.c.known_at, t.fact_checks.c.n)))


def load_confirmations(engine: Engine) -> tuple[Known, ...]:
    """Every statement that a fact-check speaks to a post or does not, as they became known."""
    with reading(engine) as connection:
        return tuple(told_confirmations(connection))


def told_confirmations(connection: Connection, *, since: int = 0) -> list[Known]:
    """The same as a transaction sees them; or what was said after the one with a number."""
    found = [_statement(row) for row in connection.execute(select(t.statements).where(
        t.statements.c.n > since, t.statements.c.claim.is_not(None), _KEPT).order_by(
        t.statements.c.n))]
    return sorted(found, key=lambda known: known.known_at)


def texts_of(engine: Engine, posts: Iterable[PostId]) -> dict[PostId, Post]:
    """Those of these posts that are here and not erased."""
    with reading(engine) as connection:
        rows = list(rows_about(connection, select(
            t.posts.c.platform, t.posts.c.native, t.posts.c.version, t.posts.c.body),
            t.posts, posts))
    return {post.id: post for row in rows if (post := read_post(row)) is not None}


def statements_about(engine: Engine, posts: Iterable[PostId]) -> Iterator[Known]:
    """Every statement about these posts, in the order in which they became known."""
    with reading(engine) as connection:
        found = list(rows_about(connection, select(t.statements).where(_KEPT), t.statements,
                                posts))
    return map(_statement, sorted(found, key=lambda row: (row.known_at, row.n)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """How many statements are about posts that never came in, how many posts, and the first."""

    statements: int
    posts: int
    first: tuple[PostId, ...]


def awaited(engine: Engine, *, most: int) -> Awaited:
    """The statements that wait for their post, with the first `most` posts, in their telling.

    Reads all statements: for whoever has just read as many.
    """
    waits = (_KEPT, ~select(t.posts.c.native).where(*(
        t.posts.c[c.name] == c for c in _POST)).exists())
    with reading(engine) as connection:
        statements = connection.execute(select(func.count()).select_from(t.statements).where(
            *waits)).scalar() or 0
        posts = connection.execute(select(func.count()).select_from(select(*_POST).where(
            *waits).distinct().subquery())).scalar() or 0
        first = connection.execute(select(*_POST).where(*waits).group_by(*_POST).order_by(
            func.min(t.statements.c.n)).limit(most)).all()
    return Awaited(statements=statements, posts=posts, first=tuple(
        PostId(platform=row[0], native=row[1], version=row[2]) for row in first))


def next_change(engine: Engine) -> datetime | None:
    """When the first thing became known that no earlier post was looked at for; None: nothing."""
    with reading(engine) as connection:
        first = [known_at for table, kept in (
                     (t.fact_checks, true()), (t.statements, _KEPT))
                 if (known_at := connection.execute(select(table.c.known_at).where(
                     table.c.swept == text("0"), kept).order_by(
                     table.c.known_at).limit(1)).scalar()) is not None]
    return from_us(min(first)) if first else None


def changes_at(engine: Engine, known_at: datetime) -> tuple[Known, ...]:
    """What became known at an instant and no earlier post was looked at for, some at a time.

    First what was stated, of some posts but of those all of it; then all fact-checks. Mark them
    as swept and call again for the rest; empty where nothing is left.
    """
    at = to_us(known_at)
    new = (t.statements.c.known_at == at, t.statements.c.swept == text("0"), _KEPT)
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
                 known_at=from_us(row.known_at), n=row.n, nth=row.nth)


def _statement(row: Row[Any]) -> Known:
    return Known(what=from_plain(Statement, msgspec.json.decode(row.body)),
                 known_at=from_us(row.known_at), n=row.n)
