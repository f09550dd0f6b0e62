"""Matters and brakes in the store: kept once on arrival with their outbox row, answered once.

A matter is a sealed record like a decision: record, key and outbox row commit together. What asks
for another look at posts (`swept` 0) is found again after a crash, and looked at then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import (
    AT_ONCE,
    StoreError,
    from_us,
    note_time,
    reading,
    rows_about,
    to_us,
)
from evenhand.edge.store.outbox import CHAINED, chain_of_matter, chain_of_several, wait
from evenhand.model.appeal import AppealOutcome
from evenhand.model.matter import ORDER_KINDS, OrderKind
from evenhand.model.post import PostId
from evenhand.record.kinds import kind_of, read_record, write_record
from evenhand.record.leaf import leaf_of
from evenhand.report.misuse import Brought, Misuse, misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A matter as it is stored. `sort` is the kind of an order, else empty; `record` its record,
    None where it was erased; `answered_by` the decision that answers it, `withdrawn` whether its
    sender took it back."""

    n: int
    id: str
    kind: str
    sort: str
    sender: str
    trusted: bool
    decision: str | None
    withdraws: str | None
    known_at: datetime
    due_at: datetime | None
    record: Any | None
    posts: tuple[PostId, ...]
    answered_by: str | None
    withdrawn: bool

    @property
    def open(self) -> bool:
        """Whether somebody still waits for an answer; nobody can answer what was erased."""
        return (self.kind in ("report", "order", "appeal") and self.answered_by is None
                and not self.withdrawn and self.record is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is to be kept of a matter beside its record."""

    id: str
    sort: str = ""
    sender: str = ""
    trusted: bool = False
    decision: str | None = None
    withdraws: str | None = None
    at: datetime
    due_at: datetime | None = None
    posts: tuple[PostId, ...] = ()
    concerns_posts: bool = False


def keep(connection: Connection, record: Any, kept: Kept, key: bytes) -> str:
    """Keep a matter with its outbox row in the caller's transaction; return its outbox key."""
    kind, _ = kind_of(record)
    leaf = leaf_of(record, key)
    connection.execute(insert(m.matters).values(
        id=kept.id, kind=kind, sort=kept.sort, sender=kept.sender, trusted=int(kept.trusted),
        decision=kept.decision, withdraws=kept.withdraws, known_at=to_us(kept.at),
        due_at=to_us(kept.due_at) if kept.due_at else None, swept=int(not kept.concerns_posts),
        record=write_record(record), key=key))
    if kept.posts:
        connection.execute(insert(m.matter_posts), [
            {"matter": kept.id, "platform": p.platform, "native": p.native, "version": p.version}
            for p in dict.fromkeys(kept.posts)])
    about = f"{kind}:{kept.id}"
    wait(connection, about, leaf, chain=chain_of_several(kept.posts) if kind in CHAINED else None)
    # A replay goes on from here: what comes next happens after what was brought.
    note_time(connection, to_us(kept.at))
    return about


def keep_answer(connection: Connection, *, matter: str, decision: str, outcome: str, at: datetime,
                person: str | None, unfounded: bool, record: Any | None,
                key: bytes | None) -> str | None:
    """Keep the answer to a matter; return the outbox key of its record, where it has its own.

    Where the answer stands in the decision's own record (`record` None) the decision is sealed.
    """
    connection.execute(insert(m.answers).values(
        matter=matter, decision=decision, outcome=outcome, at=to_us(at), person=person,
        unfounded=int(unfounded), record=write_record(record) if record is not None else None,
        key=key))
    if record is None:
        return None
    leaf = leaf_of(record, key)
    wait(connection, f"answer:{matter}", leaf, chain=chain_of_matter(connection, matter))
    return f"answer:{matter}"


def mark_decided(connection: Connection, matter: str, post: PostId, decision: str) -> bool:
    """Note which decision answers a matter for a post; whether all its posts are decided now.

    What was erased waits for no decision any more.
    """
    here = m.matter_posts.c
    connection.execute(update(m.matter_posts).where(
        here.matter == matter, here.platform == post.platform, here.native == post.native,
        here.version == post.version).values(decision=decision))
    return is_decided(connection, matter)


def is_decided(connection: Connection, matter: str) -> bool:
    """Whether no post of a matter that is still there waits for a decision."""
    here = m.matter_posts.c
    still = (t.posts.c.platform == here.platform, t.posts.c.native == here.native,
             t.posts.c.version == here.version, func.length(t.posts.c.body) > 0)
    return not connection.execute(select(here.matter).where(
        here.matter == matter, here.decision.is_(None),
        select(t.posts.c.native).where(*still).exists()).limit(1)).first()


def decided_by(connection: Connection, matter: str) -> tuple[str, ...]:
    """The decisions that answer a matter, in the order of its posts."""
    here = m.matter_posts.c
    return tuple(connection.execute(select(here.decision).where(
        here.matter == matter, here.decision.is_not(None)).order_by(
        here.platform, here.native, here.version)).scalars())


_WITHDRAWN = select(m.matters.c.withdraws).where(m.matters.c.withdraws.is_not(None))


def matter(engine: Engine, prefix: str, *, called: str = "matter",
           listed: str = "`evenhand queue` lists what is open") -> Matter:
    """The matter whose id begins so; none or several are refused with what to do.

    `called` is what whoever asks calls it, `listed` where they find its digits.
    """
    if not prefix or set(prefix) - set("0123456789abcdef"):
        raise StoreError(f"`{prefix}` is not the id of a {called}",
                         hint=f"write its first digits: {listed}")
    with reading(engine) as connection:
        rows = connection.execute(select(m.matters).where(
            m.matters.c.id >= prefix, m.matters.c.id < prefix + "g").limit(2)).all()
        if len(rows) != 1:
            raise StoreError(
                f"`{prefix}` names {f'several {called}s' if rows else f'no {called}'}",
                hint="give more digits" if rows else listed)
        return _read(connection, rows)[0]


def matters_of(engine: Engine, ids: Iterable[str]) -> tuple[Matter, ...]:
    """The matters of these ids, in the order of their arrival."""
    with reading(engine) as connection:
        return these(connection, ids)


def these(connection: Connection, ids: Iterable[str]) -> tuple[Matter, ...]:
    """The same, as a transaction sees them."""
    return _read(connection, connection.execute(select(m.matters).where(
        m.matters.c.id.in_(list(ids))).order_by(m.matters.c.n)).all())


def matters_about(engine: Engine, posts: Sequence[PostId], *,
                  kinds: Sequence[str]) -> tuple[Matter, ...]:
    """The matters of these kinds about any of these posts, in the order of their arrival."""
    with reading(engine) as connection:
        return about(connection, posts, kinds=kinds)


def about(connection: Connection, posts: Sequence[PostId], *,
          kinds: Sequence[str]) -> tuple[Matter, ...]:
    """The same, as a transaction sees them."""
    query = select(m.matter_posts.c.native, m.matter_posts.c.version,
                   m.matter_posts.c.platform, m.matter_posts.c.matter)
    found = _rows_about(connection, query, posts)
    return _read(connection, connection.execute(select(m.matters).where(
        m.matters.c.id.in_(sorted({row.matter for row in found})),
        m.matters.c.kind.in_(list(kinds))).order_by(m.matters.c.n)).all())


def appeals_against(engine: Engine, decision: str) -> tuple[Matter, ...]:
    """The appeals against a decision, in the order of their arrival."""
    with reading(engine) as connection:
        return _read(connection, connection.execute(select(m.matters).where(
            m.matters.c.decision == decision).order_by(m.matters.c.n)).all())


def answered_with(engine: Engine, decision: str) -> tuple[Matter, ...]:
    """The matters that a decision answers, in the order of their arrival."""
    with reading(engine) as connection:
        return _read(connection, connection.execute(select(m.matters).where(or_(
            m.matters.c.id.in_(select(m.answers.c.matter).where(
                m.answers.c.decision == decision)),
            m.matters.c.id.in_(select(m.matter_posts.c.matter).where(
                m.matter_posts.c.decision == decision)))).order_by(m.matters.c.n)).all())


def overturned(engine: Engine) -> dict[PostId, frozenset[str]]:
    """Post -> who made the decisions about it that an appeal has overturned, or given back."""
    query = select(m.matter_posts.c.platform, m.matter_posts.c.native, m.matter_posts.c.version,
                   m.deciders.c.person).select_from(m.answers).join(
        m.matters, m.matters.c.id == m.answers.c.matter).join(
        m.matter_posts, m.matter_posts.c.matter == m.matters.c.id).join(
        m.deciders, m.deciders.c.decision == m.matters.c.decision, isouter=True).where(
        m.matters.c.kind == "appeal", m.answers.c.outcome.in_(
            (AppealOutcome.OVERTURNED.value, AppealOutcome.REINSTATED.value)))
    found: dict[PostId, frozenset[str]] = defaultdict(frozenset)
    with reading(engine) as connection:
        for row in connection.execute(query):
            post = PostId(platform=row.platform, native=row.native, version=row.version)
            found[post] |= {row.person} - {None}
    return found


def open_matters(engine: Engine) -> tuple[Matter, ...]:
    """The reports, orders and appeals that nobody has answered, in the order of their arrival."""
    with reading(engine) as connection:
        return _read(connection, connection.execute(select(m.matters).where(
            m.matters.c.kind.in_(("report", "order", "appeal")),
            m.matters.c.id.not_in(select(m.answers.c.matter)),
            m.matters.c.id.not_in(_WITHDRAWN),
            func.length(m.matters.c.record) > 0).order_by(m.matters.c.n)).all())


def unswept(engine: Engine) -> tuple[Matter, ...]:
    """The matters for which posts have still to be looked at, in the order of their arrival."""
    with reading(engine) as connection:
        return _read(connection, connection.execute(select(m.matters).where(
            m.matters.c.swept == 0).order_by(m.matters.c.known_at, m.matters.c.n)).all())


def next_matter(engine: Engine) -> datetime | None:
    """When the first matter came for which posts have still to be looked at; None: none."""
    with reading(engine) as connection:
        at = connection.execute(select(func.min(m.matters.c.known_at)).where(
            m.matters.c.swept == 0)).scalar()
    return None if at is None else from_us(at)


def mark_matter_swept(connection: Connection, identity: str) -> None:
    """Note that the posts that a matter concerns have been looked at."""
    connection.execute(update(m.matters).where(m.matters.c.id == identity).values(swept=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """That a clause was suspended over [since, until); `until` None while it lasts.

    It binds the versions published by `since`: a later one may have mended the clause.
    """

    number: str
    since: datetime
    until: datetime | None


def suspensions(engine: Engine) -> tuple[Suspended, ...]:
    """Every suspension of a clause, in the order in which they began."""
    with reading(engine) as connection:
        # A reversal has an end, a suspension none; there are never many of either.
        arrived = select(m.matters.c.n).where(m.matters.c.id == m.brakes.c.matter)
        rows = connection.execute(select(m.brakes).where(m.brakes.c.until.is_(None)).order_by(
            arrived.scalar_subquery())).all()
    # Of one clause several at once: a later one binds what was published in between.
    open_: dict[str, list[datetime]] = defaultdict(list)
    found = []
    for row in rows:
        if not row.resumes:
            open_[row.number].append(from_us(row.since))
        else:
            found += [Suspended(number=row.number, since=since, until=from_us(row.since))
                      for since in open_.pop(row.number, ())]
    found += [Suspended(number=number, since=since, until=None)
              for number, begun in open_.items() for since in begun]
    return tuple(sorted(found, key=lambda s: s.since))


def keep_brake(connection: Connection, *, matter: str, terms: str, number: str,
               since: datetime, until: datetime | None = None, resumes: bool = False) -> None:
    """Keep what a suspension or a reversal does, beside its matter."""
    connection.execute(insert(m.brakes).values(
        matter=matter, terms=terms, number=number, resumes=int(resumes), since=to_us(since),
        until=to_us(until) if until else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often a post was reported, by how many people, by how many trusted flaggers; how many
    orders of each kind stand on it."""

    reports: int = 0
    reporters: int = 0
    trusted: int = 0
    orders: tuple[tuple[OrderKind, int], ...] = tuple((kind, 0) for kind in ORDER_KINDS)


def counts(engine: Engine, posts: Sequence[PostId]) -> dict[PostId, Counts]:
    """Post -> what came in about it and was not withdrawn; nothing is zero."""
    query = select(m.matter_posts.c.native, m.matter_posts.c.version,
                   m.matter_posts.c.platform, m.matters.c.id, m.matters.c.kind,
                   m.matters.c.sort, m.matters.c.sender, m.matters.c.trusted).join(
        m.matters, m.matters.c.id == m.matter_posts.c.matter).where(
        m.matters.c.kind.in_(("report", "order")), m.matters.c.id.not_in(_WITHDRAWN))
    rows: dict[PostId, list[Row[Any]]] = defaultdict(list)
    with reading(engine) as connection:
        for row in _rows_about(connection, query, posts):
            rows[_post(row)].append(row)
    return {post: _counted(rows.get(post, [])) for post in posts}


def _counted(rows: Sequence[Row[Any]]) -> Counts:
    reports = [row for row in rows if row.kind == "report"]
    return Counts(
        reports=len(reports),
        # Who said nothing of themselves is somebody of their own.
        reporters=len({row.sender or row.id for row in reports}),
        trusted=sum(row.trusted for row in reports),
        orders=tuple((kind, sum(row.sort == kind for row in rows)) for kind in ORDER_KINDS))


def sender_of_account(platform: str, account: str) -> str:
    """What tells an account apart from every other sender."""
    return f"account:{platform}:{account}"


def brought(engine: Engine, senders: Iterable[str]) -> dict[str, Misuse]:
    """Sender -> what they have brought so far (Regulation 2022/2065 Art. 23(2), (3))."""
    found: dict[str, list[Brought]] = {name: [] for name in sorted(set(senders))}
    query = select(m.matters.c.sender, m.matters.c.kind, m.answers.c.unfounded).join(
        m.answers, m.answers.c.matter == m.matters.c.id, isouter=True).where(
        m.matters.c.kind.in_(("report", "appeal")))
    names = list(found)
    with reading(engine) as connection:
        for start in range(0, len(names), AT_ONCE):
            for row in connection.execute(query.where(
                    m.matters.c.sender.in_(names[start:start + AT_ONCE]))):
                found[row.sender].append(Brought(
                    kind=row.kind, manifestly_unfounded=bool(row.unfounded)))
    return {name: misuse(made) for name, made in found.items()}


def delivered_at(engine: Engine, about: str) -> datetime | None:
    """When the letter of a record (by its outbox key) reached its reader; None: not yet.

    Of several channels the last counts: by the others the platform was told what to do.
    """
    done = t.deliveries.c
    with reading(engine) as connection:
        at = connection.execute(select(func.max(done.at)).where(
            done.about == about, done.outcome == "delivered")).scalar()
    return None if at is None else from_us(at)


def _rows_about(connection: Connection, query: Any, posts: Sequence[PostId]) -> list[Row[Any]]:
    return list(rows_about(connection, query, m.matter_posts, posts))


def _post(row: Row[Any]) -> PostId:
    return PostId(platform=row.platform, native=row.native, version=row.version)


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Matter, ...]:
    ids = [row.id for row in rows]
    posts: dict[str, list[PostId]] = defaultdict(list)
    for row in connection.execute(select(m.matter_posts).where(m.matter_posts.c.matter.in_(ids))
                                  .order_by(*m.matter_posts.c)):
        posts[row.matter].append(_post(row))
    answered = {row.matter: row.decision for row in connection.execute(
        select(m.answers.c.matter, m.answers.c.decision).where(m.answers.c.matter.in_(ids)))}
    gone = set(connection.execute(select(m.matters.c.withdraws).where(
        m.matters.c.withdraws.in_(ids))).scalars())
    return tuple(Matter(
        n=row.n, id=row.id, kind=row.kind, sort=row.sort, sender=row.sender,
        trusted=bool(row.trusted), decision=row.decision, withdraws=row.withdraws,
        known_at=from_us(row.known_at), due_at=from_us(row.due_at) if row.due_at else None,
        record=read_record(row.record) if row.record else None, posts=tuple(posts[row.id]),
        answered_by=answered.get(row.id), withdrawn=row.id in gone) for row in rows)
