"""What the platform has been told: fact-checks by version, and facts and confirmations by people.

Nothing is overwritten: a changed fact-check is another version of its key. `known_at` is when the
platform learned of it; `swept` is 1 once every post measured before has been looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Engine, insert, select, update

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import from_us, to_us, transaction
from evenhand.model.audience import mark
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import PostId
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.rulebook.vocabulary import Value


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
    """A fact-check or a statement with the time it became known; `swept` as in the table."""

    what: FactCheck | Statement
    known_at: datetime
    swept: bool

    @property
    def kind(self) -> Literal["fact-check", "statement"]:
        """Which of the two it is."""
        return "fact-check" if isinstance(self.what, FactCheck) else "statement"


def remember_fact_checks(engine: Engine, found: Iterable[tuple[FactCheck, datetime]]) -> int:
    """Keep every version that is new; return how many were."""
    with transaction(engine) as connection:
        known = {(r.key, r.version) for r in connection.execute(
            select(t.fact_checks.c.key, t.fact_checks.c.version))}
        rows = {(f.key, f.version): {
            "key": f.key, "version": f.version, "known_at": to_us(at), "swept": 0,
            "body": canonical(to_plain(f))} for f, at in found if (f.key, f.version) not in known}
        if rows:
            connection.execute(insert(t.fact_checks), list(rows.values()))
        return len(rows)


def remember_statements(engine: Engine, found: Iterable[tuple[Statement, datetime]]) -> int:
    """Keep every statement that is new; return how many were."""
    with transaction(engine) as connection:
        known = set(connection.execute(select(t.statements.c.id)).scalars())
        rows = {s.id: {"id": s.id, "platform": s.post.platform, "native": s.post.native,
                       "version": s.post.version, "known_at": to_us(at), "swept": 0,
                       "body": canonical(to_plain(s))} for s, at in found if s.id not in known}
        if rows:
            connection.execute(insert(t.statements), list(rows.values()))
        return len(rows)


def load_fact_checks(engine: Engine) -> tuple[Known, ...]:
    """Every version of every fact-check, in the order in which they became known."""
    with transaction(engine) as connection:
        rows = connection.execute(select(t.fact_checks).order_by(
            t.fact_checks.c.known_at, t.fact_checks.c.key, t.fact_checks.c.version)).all()
    return tuple(Known(what=from_plain(FactCheck, msgspec.json.decode(r.body)),
                       known_at=from_us(r.known_at), swept=bool(r.swept)) for r in rows)


def load_statements(engine: Engine) -> tuple[Known, ...]:
    """Every statement, in the order in which they became known."""
    with transaction(engine) as connection:
        rows = connection.execute(select(t.statements).order_by(
            t.statements.c.known_at, t.statements.c.id)).all()
    return tuple(Known(what=from_plain(Statement, msgspec.json.decode(r.body)),
                       known_at=from_us(r.known_at), swept=bool(r.swept)) for r in rows)


def mark_swept(engine: Engine, known: Known) -> None:
    """Note that every post measured before this became known has been looked at again."""
    with transaction(engine) as connection:
        if isinstance(known.what, FactCheck):
            connection.execute(update(t.fact_checks).where(
                t.fact_checks.c.key == known.what.key,
                t.fact_checks.c.version == known.what.version).values(swept=1))
        else:
            connection.execute(update(t.statements).where(
                t.statements.c.id == known.what.id).values(swept=1))
