"""What erasure empties in the store, a part at a time, and what says afterwards that it did.

Rows and leaves stay; what they said, whose it was and every digest by which either could be guessed
become empty. The database refuses it where a legal hold keeps a row (`rules`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, delete, func, insert, or_, select, update

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.copied import keep_for_copies
from evenhand.edge.store.database import AT_ONCE, reading, to_us
from evenhand.edge.store.fallen import note_erased
from evenhand.edge.store.matters import Matter, sender_of_account, these
from evenhand.edge.store.outbox import chain_of_matter, wait
from evenhand.model.brake import Erasure, LegalHold
from evenhand.model.post import PostId
from evenhand.record.kinds import (
    ClosingRecord,
    ErasureRecord,
    LegalHoldRecord,
    read_record,
    write_record,
)
from evenhand.record.leaf import leaf_of

Account = tuple[str, str]
"""A platform, and an account's id there."""

_NOT_ERASED = func.length(m.matters.c.record) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A legal hold in force: its id, what it keeps, on what basis, since when."""

    id: str
    what: str
    legal_basis: str
    since: datetime


def holds_on(connection: Connection, posts: Sequence[PostId],
             account: Account | None) -> tuple[Held, ...]:
    """The holds in force on any of these posts, on whoever made them, or on this account."""
    here, lift = m.legal_holds.c, m.legal_holds.alias("lift")
    made = t.posts.c
    found: set[str] = set()
    in_force = select(here.matter).where(here.lifts.is_(None), ~select(lift.c.matter).where(
        lift.c.lifts == here.matter).exists())
    if connection.execute(in_force.limit(1)).first() is None:
        return ()
    if account is not None:
        found.update(connection.execute(in_force.where(
            here.platform == account[0], here.account == account[1])).scalars())
    for post in posts:
        author = select(made.author).where(*_is(t.posts, post), made.author != "").scalar_subquery()
        found.update(connection.execute(in_force.where(here.platform == post.platform, or_(
            and_(here.native == post.native, here.version == post.version),
            here.account == author))).scalars())
    rows = connection.execute(select(m.matters.c.record).where(
        m.matters.c.id.in_(sorted(found))).order_by(m.matters.c.n)).scalars()
    return tuple(_held(read_record(record)) for record in rows)


def _held(record: LegalHoldRecord) -> Held:
    hold = record.hold
    return Held(id=hold.id, what=held_what(hold), legal_basis=hold.legal_basis, since=hold.at)


def held_what(hold: LegalHold) -> str:
    """What a hold keeps, in words."""
    if hold.post is not None:
        return f"the post `{hold.post}`"
    assert hold.account is not None, "a hold keeps a post or an account"
    return f"the account `{hold.account[1]}` of {hold.account[0]}"


def keep_hold(connection: Connection, hold: LegalHold) -> None:
    """Keep what a hold holds, or which it lifts, beside its matter."""
    post, account = hold.post, hold.account
    platform = post.platform if post else account[0] if account else ""
    connection.execute(insert(m.legal_holds).values(
        matter=hold.id, platform=platform, native=post and post.native,
        version=post and post.version, account=account and account[1], lifts=hold.lifts))


def lifted_by(connection: Connection, hold: str) -> str | None:
    """The hold that lifted a hold; None while it is in force."""
    return connection.execute(select(m.legal_holds.c.matter).where(
        m.legal_holds.c.lifts == hold)).scalar()


def has_account(connection: Connection, account: Account) -> bool:
    """Whether anything here is of an account: a post, or what it brought."""
    return any(connection.execute(query.limit(1)).first() for query in (
        _posts_of(account), _brought_by(account)))


def _posts_of(account: Account) -> Select[Any]:
    return select(t.posts.c.platform, t.posts.c.native, t.posts.c.version).where(
        t.posts.c.platform == account[0], t.posts.c.author == account[1])


def _brought_by(account: Account) -> Select[Any]:
    return select(m.matters.c.id).where(m.matters.c.sender == sender_of_account(*account))


def count_posts(connection: Connection, account: Account) -> int:
    """How many posts of an account are here."""
    return connection.execute(select(func.count()).select_from(
        _posts_of(account).subquery())).scalar() or 0


def posts_of(connection: Connection, account: Account, most: int) -> list[PostId]:
    """The first posts of an account, `most` of them; whoever erases them finds the next."""
    return [PostId(platform=row[0], native=row[1], version=row[2]) for row in connection.execute(
        _posts_of(account).order_by(t.posts.c.made_at, t.posts.c.native, t.posts.c.version).limit(
            most))]


def brought_by(connection: Connection, account: Account, most: int) -> list[str]:
    """The first matters that an account brought; whoever empties them finds the next."""
    return list(connection.execute(_brought_by(account).order_by(m.matters.c.n).limit(
        most)).scalars())


def posts_about(connection: Connection, matters: Sequence[str]) -> list[PostId]:
    """The posts that matters concern."""
    here = m.matter_posts.c
    return [PostId(platform=row[0], native=row[1], version=row[2]) for row in connection.execute(
        select(here.platform, here.native, here.version).where(
            here.matter.in_(list(matters))).distinct())]


def empty_posts(connection: Connection, posts: Sequence[PostId], at: datetime,
                close: Callable[[Matter], None]) -> list[str]:
    """Empty posts and all that concerns them; return the outbox keys of the records emptied.

    A matter that concerns other posts too, which are not erased, is kept for their sake; of what
    nobody had answered `close` is told before it goes.
    """
    keys = []
    for post in posts:
        keep_for_copies(connection, post, at)
        decisions = list(connection.execute(select(t.decisions.c.id).where(
            *_is(t.decisions, post)).order_by(t.decisions.c.id)).scalars())
        note_erased(connection, post, at)
        matters = _matters_of(connection, post, decisions)
        keys += _empty_closings(connection, matters, told=True)
        for waited in these(connection, matters):
            if waited.open:
                close(waited)
        keys += empty_matters(connection, matters, theirs=False)
        keys += _empty_deliveries(connection, [f"decision:{one}" for one in decisions])
        keys += [f"decision:{one}" for one in connection.execute(select(t.decisions.c.id).where(
            *_is(t.decisions, post), func.length(t.decisions.c.record) > 0)).scalars()]
        connection.execute(update(t.decisions).where(*_is(t.decisions, post)).values(
            author="", record=None, key=None))
        connection.execute(update(t.measurements).where(*_is(t.measurements, post)).values(
            facts_digest="", facts=b""))
        connection.execute(update(t.statements).where(*_is(t.statements, post)).values(body=None))
        connection.execute(update(t.posts).where(*_is(t.posts, post)).values(
            author="", digest="", body=None))
    return keys


def _is(table: Any, post: PostId) -> tuple[Any, ...]:
    return (table.c.platform == post.platform, table.c.native == post.native,
            table.c.version == post.version)


def _matters_of(connection: Connection, post: PostId, decisions: Sequence[str]) -> list[str]:
    """The matters that concern a post and no other that is still there."""
    here, other = m.matter_posts.c, m.matter_posts.alias("other")
    alone = ~select(other.c.matter).join(t.posts, and_(*(
        t.posts.c[name] == other.c[name] for name in ("platform", "native", "version")))).where(
        other.c.matter == here.matter, func.length(t.posts.c.body) > 0, or_(
            other.c.platform != post.platform, other.c.native != post.native,
            other.c.version != post.version)).exists()
    found = connection.execute(select(here.matter).where(*_is(m.matter_posts, post), alone))
    appeals = connection.execute(select(m.matters.c.id).where(
        m.matters.c.decision.in_(list(decisions))))
    holds = connection.execute(select(m.legal_holds.c.matter).where(*_is(m.legal_holds, post)))
    return sorted({*found.scalars(), *appeals.scalars(), *holds.scalars()})


def keep_closing(connection: Connection, record: ClosingRecord, key: bytes) -> str:
    """Keep that a matter ended without a decision, with its outbox row; return its outbox key."""
    leaf = leaf_of(record, key)
    connection.execute(insert(m.closings).values(
        matter=record.matter, at=to_us(record.at), record=write_record(record), key=key))
    about = f"closing:{record.matter}"
    wait(connection, about, leaf, chain=chain_of_matter(connection, record.matter))
    return about


def empty_matters(connection: Connection, matters: Iterable[str], *,
                  theirs: bool = True) -> list[str]:
    """Empty matters, who brought them, their answers and deliveries; return the outbox keys.

    `theirs` says that whoever brought them is erased. Where only the post is, whoever waited for an
    answer in vain, and the letter that tells them so, stay until they are.
    """
    closed = select(m.closings.c.matter)
    names, keys = sorted(set(matters)), []
    for start in range(0, len(names), AT_ONCE):
        part = names[start:start + AT_ONCE]
        rows = connection.execute(select(m.matters.c.id, m.matters.c.kind).where(
            m.matters.c.id.in_(part), m.matters.c.kind != "erasure", _NOT_ERASED).order_by(
            m.matters.c.n)).all()
        about = [f"{row.kind}:{row.id}" for row in rows]
        answered = list(connection.execute(select(m.answers.c.matter).where(
            m.answers.c.matter.in_(part), func.length(m.answers.c.record) > 0).order_by(
            m.answers.c.matter)).scalars())
        answers = [f"answer:{one}" for one in answered]
        keys += [*about, *_empty_deliveries(connection, [*about, *answers]), *answers]
        connection.execute(update(m.answers).where(m.answers.c.matter.in_(answered)).values(
            record=None, key=None))
        if theirs:
            keys += _empty_closings(connection, part)
        mine = (m.matters.c.id.in_(part), m.matters.c.kind != "erasure")
        connection.execute(update(m.matters).where(*mine).values(record=None, key=None))
        connection.execute(update(m.matters).where(
            *mine, *(() if theirs else (m.matters.c.id.not_in(closed),))).values(sender=""))
    return keys


def _empty_closings(connection: Connection, matters: Sequence[str], *,
                    told: bool = False) -> list[str]:
    """Empty what closed these matters, and who had brought them; `told`: only where the letter has
    gone out, so that whoever erases a post again leaves nothing of them."""
    here = m.closings.c
    query = select(here.matter).where(here.matter.in_(list(matters)), func.length(here.record) > 0)
    if told:
        query = query.where(~select(t.errands.c.n).where(
            t.errands.c.about == "closing:" + here.matter).exists())
    told_of = list(connection.execute(query.order_by(here.matter)).scalars())
    connection.execute(update(m.closings).where(here.matter.in_(told_of)).values(
        record=None, key=None))
    connection.execute(update(m.matters).where(m.matters.c.id.in_(told_of)).values(sender=""))
    closings = [f"closing:{one}" for one in told_of]
    return [*closings, *_empty_deliveries(connection, closings)]


def empty_holds_on(connection: Connection, account: Account) -> list[str]:
    """Empty the lifted holds on an account, so that they name it no more; the outbox keys."""
    here = m.legal_holds.c
    held = (here.platform == account[0], here.account == account[1])
    keys = empty_matters(connection, connection.execute(
        select(here.matter).where(*held)).scalars())
    connection.execute(update(m.legal_holds).where(*held).values(account=""))
    return keys


def _empty_deliveries(connection: Connection, about: Sequence[str]) -> list[str]:
    """Empty the deliveries of records, and drop what waits to be handed over of them."""
    here, keys = t.deliveries.c, []
    for start in range(0, len(about), AT_ONCE):
        part = list(about[start:start + AT_ONCE])
        connection.execute(delete(t.errands).where(t.errands.c.about.in_(part)))
        rows = connection.execute(select(here.channel, here.about).where(
            here.about.in_(part), func.length(here.record) > 0).order_by(
            here.about, here.channel)).all()
        keys += [f"delivery:{row.channel}:{row.about}" for row in rows]
        connection.execute(update(t.deliveries).where(here.about.in_(part)).values(
            record=None, key=None))
    return keys


def places_of(connection: Connection, keys: Sequence[str]) -> list[int] | None:
    """The places of these records' leaves, in order; None where one is not sealed yet."""
    found: list[int | None] = []
    for start in range(0, len(keys), AT_ONCE):
        found += connection.execute(select(t.outbox.c.leaf_index).where(
            t.outbox.c.key.in_(list(keys[start:start + AT_ONCE])))).scalars()
    return None if None in found else sorted(place for place in found if place is not None)


def erased_keys(engine: Engine) -> Iterator[str]:
    """The outbox keys of the records with letters that were emptied, some at a time."""
    for kind, table, name in (("decision", t.decisions, t.decisions.c.id),
                              ("answer", m.answers, m.answers.c.matter),
                              ("closing", m.closings, m.closings.c.matter),
                              (None, m.matters, m.matters.c.id)):
        last = ""
        while True:
            told = m.matters.c.kind if kind is None else name
            with reading(engine) as connection:
                rows = connection.execute(select(name, told).where(
                    name > last, func.coalesce(func.length(table.c.record), 0) == 0).order_by(
                    name).limit(AT_ONCE)).all()
            if not rows:
                break
            yield from (f"{kind or row[1]}:{row[0]}" for row in rows)
            last = rows[-1][0]


def erasure_of(engine: Engine, post: PostId) -> Erasure | None:
    """When and on what basis a post was erased; None of one that was not."""
    with reading(engine) as connection:
        record = connection.execute(select(m.matters.c.record).join(
            m.matter_posts, m.matter_posts.c.matter == m.matters.c.id).where(
            *_is(m.matter_posts, post), m.matters.c.kind == "erasure").order_by(
            m.matters.c.n)).scalar()
    if not record:
        return None
    read: ErasureRecord = read_record(record)
    return read.erasure



@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of an erased decision: its id, the place of its leaf, and the leaf."""

    decision: str
    index: int
    leaf: bytes


def left_of(engine: Engine, post: PostId) -> tuple[Left, ...]:
    """What is left of the decisions about a post, the oldest first."""
    query = select(t.decisions.c.id, t.leaves.c.leaf_index, t.leaves.c.entry).join(
        t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).join(
        t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index).where(
        *_is(t.decisions, post)).order_by(t.leaves.c.leaf_index)
    with reading(engine) as connection:
        return tuple(Left(decision=row.id, index=row.leaf_index, leaf=row.entry)
                     for row in connection.execute(query))


def post_decided(engine: Engine, decision: str) -> PostId:
    """The post that a decision is about."""
    with reading(engine) as connection:
        row = connection.execute(select(
            t.decisions.c.platform, t.decisions.c.native, t.decisions.c.version).where(
            t.decisions.c.id == decision)).one()
    return PostId(platform=row[0], native=row[1], version=row[2])
