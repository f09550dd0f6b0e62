"""What a platform publishes of itself in numbers: what was done, by whom, how appeals ended.

Counted from the record when it is asked for, and stored nowhere. No number is a verdict of law.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, func, or_, select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading, to_us

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """How matters of one kind (reports, appeals) went. `outcomes` counts answers; `due` those that
    had a deadline that is over, or an answer, `kept` those of them answered by it; `took` is the
    median time to an answer."""

    brought: int
    waiting: int
    withdrawn: int
    outcomes: Counter[str]
    due: int
    kept: int
    took: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures. `acts` counts what began by (clause, action); what a later decision about the
    same post only carried on is not counted again. `languages` is of the posts acted on."""

    posts: int
    decisions: int
    outcomes: Counter[str]
    deciders: Counter[str]
    causes: Counter[str]
    acts: Counter[tuple[str, str]]
    automated: Counter[str]
    languages: Counter[str]
    reports: Handled
    appeals: Handled


class _Post(msgspec.Struct):
    language: str | None = None


_POST = msgspec.json.Decoder(_Post)


def figures(engine: Engine, now: datetime) -> Figures:
    """The figures as they stand at an instant."""
    with reading(engine) as connection:
        began = _began()
        acts = connection.execute(select(
            began.c.number, began.c.kind, began.c.decider, func.count().label("many")
        ).group_by(began.c.number, began.c.kind, began.c.decider)).all()
        return Figures(
            posts=_one(connection, select(func.count()).select_from(t.posts)),
            decisions=_one(connection, select(func.count()).select_from(t.decisions)),
            outcomes=_counted(connection, t.decisions.c.outcome),
            deciders=_counted(connection, t.decisions.c.decider),
            causes=_counted(connection, t.decisions.c.cause),
            acts=_summed(((row.number, row.kind), row.many) for row in acts),
            automated=_summed((row.decider, row.many) for row in acts),
            languages=_languages(connection, began),
            reports=_handled(connection, "report", now),
            appeals=_handled(connection, "appeal", now))


def _began() -> Any:
    """The actions that did not stand before: each with its decision and who decided."""
    before = t.actions.alias("before")
    return select(
        t.actions.c.number, t.actions.c.kind, t.decisions.c.decider, t.decisions.c.platform,
        t.decisions.c.native, t.decisions.c.version
    ).join(t.decisions, t.decisions.c.id == t.actions.c.decision).where(or_(
        t.decisions.c.supersedes.is_(None),
        ~select(before.c.n).where(
            before.c.decision == t.decisions.c.supersedes, before.c.number == t.actions.c.number,
            before.c.kind == t.actions.c.kind).exists())).subquery()


def _languages(connection: Connection, began: Any) -> Counter[str]:
    posts = t.posts
    rows = connection.execute(select(posts.c.body, func.count().label("many")).join(
        began, (began.c.platform == posts.c.platform) & (began.c.native == posts.c.native)
        & (began.c.version == posts.c.version)
    ).group_by(posts.c.platform, posts.c.native, posts.c.version, posts.c.body))
    return _summed((_language(row.body), row.many) for row in rows)


def _language(body: bytes | None) -> str:
    return (_POST.decode(body).language if body else None) or UNKNOWN


def _handled(connection: Connection, kind: str, now: datetime) -> Handled:
    """The matters of a kind, each with its answer, its end, or neither."""
    taken = m.matters.alias("taken")
    rows = connection.execute(select(
        m.matters.c.known_at, m.matters.c.due_at, m.answers.c.at, m.answers.c.outcome,
        taken.c.id.label("taken"), m.closings.c.at.label("closed")).outerjoin(
        m.answers, m.answers.c.matter == m.matters.c.id).outerjoin(
        taken, taken.c.withdraws == m.matters.c.id).outerjoin(
        m.closings, m.closings.c.matter == m.matters.c.id).where(m.matters.c.kind == kind)).all()
    moment = to_us(now)
    due = [row for row in rows if row.due_at is not None and row.taken is None
           and (row.at is not None or (row.closed is None and row.due_at < moment))]
    took = [row.at - row.known_at for row in rows if row.at is not None]
    return Handled(
        brought=len(rows), withdrawn=sum(row.taken is not None for row in rows),
        waiting=sum(row.at is None and row.taken is None and row.closed is None for row in rows),
        outcomes=Counter(row.outcome for row in rows if row.outcome is not None),
        due=len(due), kept=sum(row.at is not None and row.at <= row.due_at for row in due),
        took=timedelta(microseconds=median(took)) if took else None)


def _counted(connection: Connection, column: Any) -> Counter[str]:
    return Counter({row[0]: row[1] for row in connection.execute(
        select(column, func.count()).group_by(column))})


def _summed(pairs: Any) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for name, many in pairs:
        found[name] += many
    return found


def _one(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())
