"""How far the store was read of what was told, and whether more was told, or erased, since.

Whoever holds fact-checks and people's words in memory works beside others who tell more. Rows are
numbered in the order in which they are stored, and none goes: the last number says what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import rows_about, to_us
from evenhand.model.post import PostId

MOST = 5000
"""Where more statements than this are new they are not looked through: some will concern anybody.
"""


_MARK = select(
    select(func.coalesce(func.max(t.fact_checks.c.n), 0)).scalar_subquery(),
    select(func.coalesce(func.max(t.statements.c.n), 0)).scalar_subquery(),
    select(func.count()).select_from(t.statements).where(
        t.statements.c.claim.is_not(None), t.statements.c.body.is_(None)).scalar_subquery())


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the store was read: the last fact-check, the last statement, and how many statements
    that a fact-check speaks to a post, or does not, were erased by then."""

    check: int = 0
    statement: int = 0
    emptied: int = 0


def mark_of(connection: Connection) -> Mark:
    """How far the store goes; asked with every batch, and answered by the ends of three indexes."""
    return Mark(*connection.execute(_MARK).one())


def concerns(connection: Connection, since: Mark, at: datetime,
             posts: Callable[[], Collection[PostId]]) -> bool:
    """Whether anything was told after a mark, and known by an instant, that these posts are
    measured by: a fact-check, a word that one speaks to a post, anything stated of one of them."""
    check, said = t.fact_checks.c, t.statements.c
    if connection.execute(select(check.n).where(
            check.n > since.check, check.known_at <= to_us(at)).limit(1)).first():
        return True
    new = connection.execute(select(
        said.platform, said.native, said.version, said.claim).where(
        said.n > since.statement, said.known_at <= to_us(at)).limit(MOST)).all()
    if len(new) == MOST or any(row.claim is not None for row in new):
        return True
    return bool(new) and not {PostId(platform=row.platform, native=row.native, version=row.version)
                              for row in new}.isdisjoint(posts())


def any_erased(connection: Connection, posts: Iterable[PostId]) -> bool:
    """Whether any of these stored posts was emptied: what was measured of it must not come back."""
    here = t.posts.c
    gone = select(here.native, here.version).where(
        func.coalesce(func.length(here.body), 0) == 0)
    return any(True for _ in rows_about(connection, gone, t.posts, posts))
