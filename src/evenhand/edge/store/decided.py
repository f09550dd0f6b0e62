"""Posts, measurements and decisions in the store; a decision and its outbox row commit together.

Storing is idempotent: a post, a measurement or a decision that is there already is left as it is,
so a run that was killed can be started again and ends with the same decisions, none twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, or_, select, tuple_

from evenhand.case import Settled
from evenhand.edge.posts import Posts
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.batches import (
    Arrived,
    Superseded,
    arrived_before,
    keep_batches,
    keep_idle,
    refuse_arrived,
)
from evenhand.edge.store.database import (
    AT_ONCE,
    insert_many,
    insert_or_leave,
    note_time,
    reading,
    rows_about,
    to_us,
    transaction,
)
from evenhand.edge.store.errands import enqueue
from evenhand.edge.store.errors import RecordErased
from evenhand.edge.store.fallen import note_superseded
from evenhand.edge.store.outbox import chain_of
from evenhand.edge.store.rows import (
    action_rows,
    decision_row,
    measurement_row,
    post_rows,
    question_rows,
    read_post,
    set_aside_rows,
)
from evenhand.ledger.tiles import refuse_long_entry
from evenhand.model.action import Ground
from evenhand.model.decision import Cause, Decision, SetAsideBecause
from evenhand.model.post import Post, PostId
from evenhand.record.kinds import DecisionRecord, read_record

_POST = (t.posts.c.platform, t.posts.c.native, t.posts.c.version)
_MEASURED = (t.measurements.c.platform, t.measurements.c.native, t.measurements.c.version,
             t.measurements.c.cause, t.measurements.c.cause_id)
_DECIDED = (t.decisions.c.platform, t.decisions.c.native, t.decisions.c.version)

Also = Callable[[Connection], None]
"""What is stored in the transaction of the decisions, and not without them."""

@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A decision that stands and whose record was erased: nobody can say any more what it did."""

    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A post to which a clause began to do something, and on which ground. `strikes`: no other
    clause does more than add to it, so that its strike goes with what this one does."""

    post: Post
    ground: Ground
    strikes: bool


def _key(post: PostId) -> tuple[str, str, str]:
    return (post.platform, post.native, post.version)


def _post_id(row: Sequence[Any]) -> PostId:
    return PostId(platform=row[0], native=row[1], version=row[2])


class DecisionStore:
    """The `Store` port of `evenhand.case` on SQLAlchemy."""

    def __init__(self, engine: Engine, channels: Sequence[str] = ("folder",)) -> None:
        """Work on an opened engine; notices go out by these channels (`errands.enqueue`)."""
        self.engine, self.channels = engine, channels

    def commit(self, settled: Sequence[Settled], *, also: Also | None = None) -> int:
        """Store what is new of a batch in one transaction; return how many decisions were new.

        `also` is called with the transaction's connection, for what belongs to these decisions.
        """
        if not settled:
            return 0
        with transaction(self.engine) as connection:
            new = self._keep(connection, settled, {}, {})
            if also is not None:
                also(connection)
            note_time(connection, max(to_us(s.at) for s in settled))
            return new

    def commit_arrived(self, arrived: Arrived, settled: Sequence[Settled],
                       files: Callable[[Connection], None]) -> int:
        """Store a batch that arrived, and the decisions about those of it that were settled.

        `files` is called once nothing else can be refused, with the right to write held. Raises
        `Overtaken` where another process measured one of the posts meanwhile.
        """
        with transaction(self.engine) as connection:
            numbers = keep_batches(connection, arrived)
            keep_idle(connection, arrived, numbers)
            places, rows = {}, {}
            for i in set(range(len(arrived.posts))) - set(arrived.idle):
                which, place = arrived.lies[i]
                assert place is not None, "of what was settled a row is kept"
                name = arrived.posts.id(i)
                places[name], rows[name] = (numbers[which], place), arrived.rows[i]
            new = self._keep(connection, settled, places, rows)
            note_time(connection, to_us(arrived.at))
            files(connection)
            return new

    def _keep(self, connection: Connection, settled: Sequence[Settled],
              places: Mapping[PostId, tuple[int, int]],
              rows_of: Mapping[PostId, Mapping[str, Any]]) -> int:
        """Keep what was settled; of what arrived just now the places and rows are at hand."""
        if not settled:
            return 0
        self._keep_posts(connection, settled, rows_of)
        self._keep_matched(connection, settled)
        rows = [measurement_row(s, places.get(s.post.id)) for s in settled]
        if places:
            refuse_arrived(connection, [s.post.id for s in settled])
        # Two processes may have measured the same: what is there is left as it is.
        insert_or_leave(connection, t.measurements, rows)
        return self._keep_decisions(connection, settled)

    def known_posts(self, posts: Iterable[PostId]) -> dict[PostId, str]:
        """Post id -> the digest of what is stored under it; ids not stored are absent."""
        query = select(*_POST, t.posts.c.digest)
        with reading(self.engine) as connection:
            return {_post_id(row): row.digest
                    for row in rows_about(connection, query, t.posts, posts)}

    def measured(self, causes: Mapping[PostId, Cause]) -> set[PostId]:
        """Which of these posts were measured for the cause beside them."""
        with reading(self.engine) as connection:
            return {_post_id(row) for row in rows_about(
                connection, select(*_MEASURED), t.measurements, causes)
                if (row.cause, row.cause_id) == _named(causes[_post_id(row)])}

    def arrived(self, posts: Collection[PostId]) -> set[PostId]:
        """Which of these posts were measured when they arrived."""
        with reading(self.engine) as connection:
            return arrived_before(connection, posts) if posts else set()

    def posts(self, *, at_once: int) -> Iterator[list[Post]]:
        """Every stored post, in parts, in a lasting order; erased ones not.

        Each part is a transaction of its own, so that others can be stored meanwhile.
        """
        last = ("", "", "")
        while True:
            query = select(*_POST, t.posts.c.body).where(
                tuple_(*_POST) > tuple_(*last)).order_by(*_POST).limit(at_once)
            with reading(self.engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            last = (rows[-1][0], rows[-1][1], rows[-1][2])
            yield [post for row in rows if (post := read_post(row)) is not None]

    def matched(self, keys: Collection[str]) -> dict[PostId, set[str]]:
        """Post id -> those of these fact-checks that any measurement of it found."""
        found: dict[PostId, set[str]] = defaultdict(set)
        names = sorted(keys)
        with reading(self.engine) as connection:
            for start in range(0, len(names), AT_ONCE):
                for row in connection.execute(select(
                        t.matched.c.platform, t.matched.c.native, t.matched.c.version,
                        t.matched.c.key).where(
                        t.matched.c.key.in_(names[start:start + AT_ONCE]))):
                    found[_post_id(row)].add(row.key)
        return found

    def post(self, post: PostId) -> Post | None:
        """The stored post of this id; None where there is none, or it was erased."""
        return next(iter(self.posts_named([post])), None)

    def posts_named(self, posts: Iterable[PostId]) -> Iterator[Post]:
        """The stored posts of these ids, in a lasting order; what is not there is left out."""
        query = select(*_POST, t.posts.c.body)
        with reading(self.engine) as connection:
            rows = list(rows_about(connection, query, t.posts, posts))
        for row in sorted(rows, key=lambda row: tuple(row[:3])):
            if (post := read_post(row)) is not None:
                yield post

    def standing(self, posts: Iterable[PostId]) -> dict[PostId, Decision | Erased]:
        """Post id -> the decision that stands, the one that none supersedes; or that it is erased.
        """
        later = t.decisions.alias("later")
        query = select(*_DECIDED, t.decisions.c.id, t.decisions.c.record).where(
            ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists())
        with reading(self.engine) as connection:
            return {_post_id(row): _opened(row.id, row.record).decision if row.record
                    else Erased(decision=row.id)
                    for row in rows_about(connection, query, t.decisions, posts)}

    def begun_by(self, number: str, since: datetime, until: datetime, *,
                 at_once: int) -> Iterator[list[Begun]]:
        """The posts on which a clause acts and began to in [since, until), or did until it was
        given back while the finding stands.

        In parts; whatever is done to a part meanwhile, each post comes once. Erased ones are left
        out.
        """
        later, last = t.decisions.alias("later"), ("", "", "")
        standing = select(*_DECIDED, t.decisions.c.record).where(
            or_(t.decisions.c.id.in_(select(t.actions.c.decision).where(
                    t.actions.c.number == number, t.actions.c.at >= to_us(since))),
                t.decisions.c.id.in_(select(m.set_asides.c.decision).where(
                    m.set_asides.c.number == number,
                    m.set_asides.c.because == SetAsideBecause.REINSTATED.value))),
            ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists())
        while True:
            with reading(self.engine) as connection:
                rows = connection.execute(standing.where(
                    tuple_(*_DECIDED) > tuple_(*last)).order_by(*_DECIDED).limit(at_once)).all()
            if not rows:
                return
            last = (rows[-1][0], rows[-1][1], rows[-1][2])
            begun = {}
            for row in rows:
                if row.record:
                    decision = _opened("", row.record).decision
                    ground = _began(decision, number, since, until) or self._gave_back(
                        decision, number, since, until)
                    if ground is not None:
                        begun[decision.post] = ground, {
                            a.ground.citation.number for a in decision.actions
                            if a.effect.value != "adds"} == {number}
            yield [Begun(post=post, ground=begun[post.id][0], strikes=begun[post.id][1])
                   for post in self.posts_named(begun)]

    def _gave_back(self, standing: Decision, number: str, since: datetime,
                   until: datetime) -> Ground | None:
        """The ground of a clause that began so and whose action a decision since gave back."""
        if not any(s.because is SetAsideBecause.REINSTATED and s.ground.citation.number == number
                   for s in standing.set_aside):
            return None
        before = [found[0].decision for one in self.decisions_of(standing.post)
                  if (found := self.record(one)) is not None]
        return next((ground for decision in before if (
            ground := _began(decision, number, since, until)) is not None), None)

    def record(self, decision: str) -> tuple[DecisionRecord, bytes] | None:
        """A decision's record and the key of its commitment; None where it was never made.

        Raises where it was erased.
        """
        query = select(t.decisions.c.record, t.decisions.c.key).where(t.decisions.c.id == decision)
        with reading(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return _opened(decision, row.record), row.key

    def find_decisions(self, prefix: str) -> tuple[str, ...]:
        """The ids of the decisions whose id begins so, at most three."""
        # An id is hex, and `g` follows `f`: a range, so that the index is used.
        return self._ids(select(t.decisions.c.id).where(
            t.decisions.c.id >= prefix, t.decisions.c.id < prefix + "g").order_by(
            t.decisions.c.id).limit(3))

    def find_posts(self, native: str) -> tuple[PostId, ...]:
        """The posts with this native id on any platform, at most three."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(*_POST).where(
                t.posts.c.native == native).order_by(*_POST).limit(3)).all()
        return tuple(_post_id(r) for r in rows)

    def decisions_of(self, post: PostId) -> tuple[str, ...]:
        """The ids of a post's decisions, oldest first."""
        return self._ids(select(t.decisions.c.id).join(
            t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).where(
            *(column == part for column, part in zip(_DECIDED, _key(post), strict=True)),
        ).order_by(t.outbox.c.n))

    def measurements_of(self, post: PostId) -> Sequence[Row[Any]]:
        """The rows of `measurements` about one post, oldest first."""
        query = select(t.measurements).where(
            *(column == part for column, part in zip(_MEASURED[:3], _key(post), strict=True)),
        ).order_by(t.measurements.c.n)
        with reading(self.engine) as connection:
            return connection.execute(query).all()

    def _ids(self, query: Select[Any]) -> tuple[str, ...]:
        with reading(self.engine) as connection:
            return tuple(connection.execute(query).scalars())

    def _keep_posts(self, connection: Connection, settled: Sequence[Settled],
                    rows_of: Mapping[PostId, Mapping[str, Any]]) -> None:
        # A post that is settled again for a new cause is there, and left as it is.
        posts = {s.post.id: s.post for s in settled}
        others = post_rows(Posts.of(p for name, p in posts.items() if name not in rows_of))
        insert_or_leave(connection, t.posts, [
            *(rows_of[name] for name in posts if name in rows_of), *others])

    def _keep_matched(self, connection: Connection, settled: Sequence[Settled]) -> None:
        rows = {(m.fact_check.key, *_key(s.post.id)) for s in settled
                for m in s.dossier.matches or ()}
        if rows:
            names = ("key", "platform", "native", "version")
            insert_or_leave(connection, t.matched, [
                dict(zip(names, row, strict=True)) for row in sorted(rows)])

    def _keep_decisions(self, connection: Connection, settled: Sequence[Settled]) -> int:
        due = {s.decision.id: s for s in settled if s.decision is not None}
        there = select(t.decisions.c.id).where(t.decisions.c.id.in_(list(due)))
        for known in connection.execute(there).scalars():
            del due[known]
        if not due:
            return 0
        for one in due.values():
            assert one.sealable is not None, "only what was decided is a decision"
            refuse_long_entry(one.sealable.leaf)
        _refuse_overtaken(connection, [s.decision for s in due.values() if s.decision is not None])
        insert_many(connection, t.decisions, [decision_row(s) for s in due.values()])
        people = [{"decision": i, "person": s.decision.decider.person} for i, s in due.items()
                  if s.decision is not None and s.decision.decider.person is not None]
        for table, rows in ((t.actions, [a for s in due.values() for a in action_rows(s)]),
                            (t.questions, [q for s in due.values() for q in question_rows(s)]),
                            (m.set_asides, [a for s in due.values() for a in set_aside_rows(s)]),
                            (m.deciders, people)):
            if rows:
                insert_many(connection, table, rows)
        superseding = [(i, s.at) for i, s in due.items() if s.decision and s.decision.supersedes]
        if superseding:
            note_superseded(connection, [i for i, _ in superseding],
                            max(at for _, at in superseding))
        insert_many(connection, t.outbox, [
            {"key": f"decision:{identity}", "leaf": s.sealable.leaf, "chain": chain_of(s.post.id)}
            for identity, s in due.items() if s.sealable is not None])
        enqueue(connection, [f"decision:{identity}" for identity, s in due.items()
                             if s.sealable is not None and s.sealable.record.notice is not None],
                self.channels)
        return len(due)


def _refuse_overtaken(connection: Connection, due: Sequence[Decision]) -> None:
    """Refuse a decision that supersedes one which another process has superseded meanwhile."""
    names = [d.supersedes for d in due if d.supersedes is not None]
    taken = connection.execute(select(t.decisions.c.supersedes).where(
        t.decisions.c.supersedes.in_(names)).limit(1)).scalar() if names else None
    if taken is not None:
        post = next(d.post for d in due if d.supersedes == taken)
        raise Superseded(f"somebody else decided about `{post}` in the meantime",
                         hint="nothing of this step was stored: `evenhand show` tells what stands "
                         "now, and it can be decided again")


def _began(decision: Decision, number: str, since: datetime, until: datetime) -> Ground | None:
    """The ground of what a decision does by a clause, begun in [since, until)."""
    return next((a.ground for a in decision.actions if a.ground.citation.number == number
                 and since <= a.since < until), None)


def _opened(decision: str, record: bytes | None) -> DecisionRecord:
    if not record:
        raise RecordErased(decision)
    opened: DecisionRecord = read_record(record)
    return opened


def _named(cause: Cause) -> tuple[str, str]:
    return (cause.kind.value, cause.id)


class StoreWith:
    """The `Store` port that stores something with the decisions, in their transaction."""

    def __init__(self, store: DecisionStore, also: Also) -> None:
        """`also` is stored with every commit."""
        self.store, self.also = store, also

    def commit(self, settled: Sequence[Settled]) -> int:
        """See `DecisionStore.commit`."""
        return self.store.commit(settled, also=self.also)
