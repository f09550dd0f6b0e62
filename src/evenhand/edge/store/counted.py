"""What is counted of the past: strikes, how often clauses acted, how often accounts posted.

Counted from what was decided and is not overturned, and never stored beside it (DESIGN 4).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Engine, FromClause, func, or_, select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE, reading, rows_about, to_us
from evenhand.model.decision import SetAsideBecause
from evenhand.model.post import PostId

_POST = (t.posts.c.platform, t.posts.c.native, t.posts.c.version)
_DECIDED = (t.decisions.c.platform, t.decisions.c.native, t.decisions.c.version)

Author = tuple[str, str]
"""An account: its platform, and its id there. One id on two platforms is two accounts."""


def struck(made: FromClause) -> ColumnElement[bool]:
    """Whether a decision (a row of `decisions`, or of an alias of it) did more than add something,
    or gave that back while its finding stands."""
    once = t.decisions.alias()
    return or_(
        select(t.actions.c.n).where(t.actions.c.decision == made.c.id,
                                    t.actions.c.effect != "adds").exists(),
        select(m.set_asides.c.n).where(
            m.set_asides.c.decision == made.c.id,
            m.set_asides.c.because == SetAsideBecause.REINSTATED.value,
            select(once.c.id).join(t.actions, t.actions.c.decision == once.c.id).where(
                *(once.c[c.name] == made.c[c.name] for c in _DECIDED),
                t.actions.c.number == m.set_asides.c.number,
                t.actions.c.effect != "adds").exists()).exists())


def strikes(engine: Engine, authors: Iterable[Author]) -> Counter[Author]:
    """Author -> how many standing decisions acted against them with more than an addition.

    Counted, never stored: an overturned decision is superseded and so counts no longer. Where
    what was done is given back and the finding stands, it counts as before.
    """
    later = t.decisions.alias("later")
    named: dict[str, list[str]] = defaultdict(list)
    for platform, author in authors:
        named[platform].append(author)
    counted: Counter[Author] = Counter()
    with reading(engine) as connection:
        for platform, ids in named.items():
            query = select(t.decisions.c.author, func.count(t.decisions.c.id)).where(
                t.decisions.c.platform == platform, t.decisions.c.author.in_(ids),
                struck(t.decisions),
                ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists(),
            ).group_by(t.decisions.c.author)
            for author, count in connection.execute(query):
                counted[platform, author] = count
    return counted


def did_more(engine: Engine, posts: Iterable[PostId]) -> dict[PostId, set[str]]:
    """Post id -> the numbers of the clauses that ever did more to it than add something."""
    query = select(*_DECIDED, t.actions.c.number).join(
        t.actions, t.actions.c.decision == t.decisions.c.id).where(
        t.actions.c.effect != "adds")
    found: dict[PostId, set[str]] = defaultdict(set)
    with reading(engine) as connection:
        for row in rows_about(connection, query, t.decisions, posts):
            found[_post_id(row)].add(row.number)
    return found


def taken(engine: Engine, number: str, since: datetime, *, most: int) -> list[int]:
    """The instants (microseconds) after `since` at which a clause acted, the last `most`.

    Only where it acted anew: what goes on from the decision before is no new act.
    """
    before = t.actions.alias("before")
    query = select(t.actions.c.at).join(
        t.decisions, t.decisions.c.id == t.actions.c.decision).where(
        t.actions.c.number == number, t.actions.c.at > to_us(since),
        ~select(before.c.n).where(before.c.decision == t.decisions.c.supersedes,
                                  before.c.number == t.actions.c.number).exists()).group_by(
        t.actions.c.decision, t.actions.c.at).order_by(t.actions.c.at.desc()).limit(most)
    with reading(engine) as connection:
        return sorted(connection.execute(query).scalars())


def posts_made(engine: Engine, windows: Iterable[tuple[Author, datetime, datetime]]
               ) -> dict[Author, list[tuple[int, str]]]:
    """Author -> (instant in microseconds, post) of their stored posts, in order.

    Of each window (author, from, to) the posts made within it, both ends included.
    """
    found: dict[Author, set[tuple[int, str]]] = defaultdict(set)
    query = select(t.posts.c.made_at, t.posts.c.author, *_POST)
    with reading(engine) as connection:
        for since, until, spans in _near(windows):
            named: dict[str, list[str]] = defaultdict(list)
            for platform, author in sorted(spans):
                named[platform].append(author)
            for platform, authors in named.items():
                for at, author, *post in connection.execute(query.where(
                        t.posts.c.platform == platform, t.posts.c.author.in_(authors),
                        t.posts.c.made_at >= since, t.posts.c.made_at <= until)):
                    if any(low <= at <= high for low, high in spans[platform, author]):
                        found[platform, author].add((at, f"{post[0]}:{post[1]}@{post[2]}"))
    return {author: sorted(made) for author, made in found.items()}


_NEAR = timedelta(days=2) // timedelta(microseconds=1)
"""How far apart windows may begin that are asked for together: little is read for nothing."""

_Spans: TypeAlias = dict[Author, list[tuple[int, int]]]


def _near(windows: Iterable[tuple[Author, datetime, datetime]]
          ) -> Iterator[tuple[int, int, _Spans]]:
    """The windows in microseconds, those that lie near each other in one part: its first and its
    last instant, and the windows of each account."""
    spans: _Spans = defaultdict(list)
    first, last, many = 0, 0, 0
    for since, until, author in sorted(((to_us(since), to_us(until), author)
                                        for author, since, until in windows)):
        if many and (many == AT_ONCE or since - first > _NEAR):
            yield first, last, spans
            spans, many = defaultdict(list), 0
        first, last = (since, until) if not many else (first, max(last, until))
        spans[author].append((since, until))
        many += 1
    if many:
        yield first, last, spans


def _post_id(row: Sequence[Any]) -> PostId:
    return PostId(platform=row[0], native=row[1], version=row[2])
