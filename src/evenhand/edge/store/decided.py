"""Posts, measurements and decisions in the store; a decision and its outbox row commit together.

Storing is idempotent: a post, a measurement or a decision that is there already is left as it is,
so a run that was killed can be started again and ends with the same decisions, none twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, tuple_

from evenhand.case import Settled
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import to_us, transaction
from evenhand.errors import EvenhandError
from evenhand.model.decision import Cause
from evenhand.model.post import Post, PostId
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.record.kinds import DecisionRecord, read_record, write_record
from evenhand.rulebook.finding import Answer, Finding

_POST = (t.posts.c.platform, t.posts.c.native, t.posts.c.version)
_MEASURED = (t.measurements.c.platform, t.measurements.c.native, t.measurements.c.version,
             t.measurements.c.cause, t.measurements.c.cause_id)
_DECIDED = (t.decisions.c.platform, t.decisions.c.native, t.decisions.c.version)


def _key(post: PostId) -> tuple[str, str, str]:
    return (post.platform, post.native, post.version)


def _post_id(row: Sequence[Any]) -> PostId:
    return PostId(platform=row[0], native=row[1], version=row[2])


class DecisionStore:
    """The `Store` port of `evenhand.case` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        """Work on an opened engine."""
        self.engine = engine

    def commit(self, settled: Sequence[Settled]) -> int:
        """Store what is new of a batch in one transaction; return how many decisions were new."""
        if not settled:
            return 0
        with transaction(self.engine) as connection:
            self._keep_posts(connection, settled)
            self._keep_measurements(connection, settled)
            return self._keep_decisions(connection, settled)

    def known_posts(self, posts: Iterable[Post]) -> dict[PostId, bool]:
        """Post id -> whether the stored post says the same; ids not stored are absent."""
        wanted = {_key(p.id): p for p in posts}
        with transaction(self.engine) as connection:
            rows = connection.execute(select(*_POST, t.posts.c.digest).where(
                tuple_(*_POST).in_(list(wanted)))).all()
        return {wanted[row[0], row[1], row[2]].id:
                row.digest == post_digest(wanted[row[0], row[1], row[2]]) for row in rows}

    def measured(self, causes: Mapping[PostId, Cause]) -> set[PostId]:
        """Which of these posts were measured for the cause beside them."""
        keys = [(*_key(p), c.kind.value, c.id) for p, c in causes.items()]
        with transaction(self.engine) as connection:
            rows = connection.execute(select(*_MEASURED).where(tuple_(*_MEASURED).in_(keys))).all()
        return {_post_id(r) for r in rows}

    def posts(self, *, made_before: datetime, at_once: int) -> Iterator[list[Post]]:
        """Every stored post made by an instant, in parts, in a lasting order.

        Each part is a transaction of its own, so that others can be stored meanwhile.
        """
        last = ("", "", "")
        while True:
            query = select(*_POST, t.posts.c.body).where(
                t.posts.c.made_at <= to_us(made_before), tuple_(*_POST) > tuple_(*last),
            ).order_by(*_POST).limit(at_once)
            with transaction(self.engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            last = (rows[-1][0], rows[-1][1], rows[-1][2])
            yield [from_plain(Post, msgspec.json.decode(row.body)) for row in rows]

    def post(self, post: PostId) -> Post | None:
        """The stored post of this id, or None."""
        with transaction(self.engine) as connection:
            body = connection.execute(select(t.posts.c.body).where(
                tuple_(*_POST) == tuple_(*_key(post)))).scalar()
        return from_plain(Post, msgspec.json.decode(body)) if body is not None else None

    def standing(self, posts: Iterable[PostId]) -> dict[PostId, str]:
        """Post id -> the id of the decision that stands: the one that none supersedes."""
        later = t.decisions.alias("later")
        query = select(*_DECIDED, t.decisions.c.id).where(
            tuple_(*_DECIDED).in_([_key(p) for p in posts]),
            ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists())
        with transaction(self.engine) as connection:
            return {_post_id(r): r.id
                    for r in connection.execute(query)}

    def strikes(self, authors: Iterable[str]) -> Counter[str]:
        """Author -> how many standing decisions acted against them with more than an addition.

        Counted, never stored: an overturned decision is superseded and so counts no longer.
        """
        later = t.decisions.alias("later")
        query = select(t.decisions.c.author, func.count(t.decisions.c.id.distinct())).join(
            t.actions, t.actions.c.decision == t.decisions.c.id).where(
            t.decisions.c.author.in_(list(authors)), t.actions.c.effect != "adds",
            ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists(),
        ).group_by(t.decisions.c.author)
        with transaction(self.engine) as connection:
            return Counter(dict(connection.execute(query).all()))

    def taken_since(self, since: datetime) -> dict[str, list[int]]:
        """Clause number -> the instants (microseconds) at which it acted, from `since` on."""
        query = select(t.actions.c.number, t.actions.c.decision, t.actions.c.at).distinct().where(
            t.actions.c.at >= to_us(since)).order_by(t.actions.c.at)
        found: dict[str, list[int]] = defaultdict(list)
        with transaction(self.engine) as connection:
            for number, _, at in connection.execute(query):
                found[number].append(at)
        return found

    def posts_made(self, authors: Iterable[str],
                   since: datetime) -> dict[str, list[tuple[int, str]]]:
        """Author -> (instant in microseconds, post) of their stored posts from `since` on."""
        query = select(t.posts.c.author, t.posts.c.made_at, *_POST).where(
            t.posts.c.author.in_(list(authors)), t.posts.c.made_at >= to_us(since))
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        with transaction(self.engine) as connection:
            for author, at, *post in connection.execute(query):
                found[author].append((at, str(_post_id(post))))
        return found

    def record(self, decision: str) -> tuple[DecisionRecord, bytes] | None:
        """A decision's record and the key of its commitment; None where it was never made.

        Raises where it was erased.
        """
        query = select(t.decisions.c.record, t.decisions.c.key).where(
            t.decisions.c.id == decision)
        with transaction(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.record is None:
            raise EvenhandError(f"decision {decision[:16]} was erased",
                                hint="its leaf stands in the ledger; whoever kept the notice "
                                "can still open it")
        return read_record(row.record), row.key

    def find_decisions(self, prefix: str) -> tuple[str, ...]:
        """The ids of the decisions whose id begins so, at most three."""
        query = select(t.decisions.c.id).where(
            t.decisions.c.id.startswith(prefix, autoescape=True)).limit(3)
        return self._ids(query)

    def find_posts(self, native: str) -> tuple[PostId, ...]:
        """The posts with this native id on any platform, at most three."""
        with transaction(self.engine) as connection:
            rows = connection.execute(select(*_POST).where(
                t.posts.c.native == native).order_by(*_POST).limit(3)).all()
        return tuple(_post_id(r) for r in rows)

    def decisions_of(self, post: PostId) -> tuple[str, ...]:
        """The ids of a post's decisions, oldest first."""
        return self._ids(select(t.decisions.c.id).where(
            tuple_(*_DECIDED) == tuple_(*_key(post))).order_by(t.decisions.c.at,
                                                               t.decisions.c.id))

    def measurements_of(self, post: PostId) -> Sequence[Row[Any]]:
        """The rows of `measurements` about one post, oldest first."""
        query = select(t.measurements).where(
            tuple_(*_MEASURED[:3]) == tuple_(*_key(post))).order_by(t.measurements.c.at)
        with transaction(self.engine) as connection:
            return connection.execute(query).all()

    def _ids(self, query: Select[Any]) -> tuple[str, ...]:
        with transaction(self.engine) as connection:
            return tuple(connection.execute(query).scalars())

    def _keep_posts(self, connection: Connection, settled: Sequence[Settled]) -> None:
        posts = {_key(s.post.id): s.post for s in settled}
        stored = connection.execute(select(*_POST).where(tuple_(*_POST).in_(list(posts)))).all()
        for row in stored:
            del posts[row[0], row[1], row[2]]
        if posts:
            connection.execute(insert(t.posts), [
                {"platform": p.id.platform, "native": p.id.native, "version": p.id.version,
                 "author": p.author.id, "made_at": to_us(p.made_at), "digest": post_digest(p),
                 "body": post_bytes(p)} for p in posts.values()])

    def _keep_measurements(self, connection: Connection, settled: Sequence[Settled]) -> None:
        rows = {(*_key(s.post.id), s.cause.kind.value, s.cause.id): s for s in settled}
        for row in connection.execute(select(*_MEASURED).where(
                tuple_(*_MEASURED).in_(list(rows)))).all():
            del rows[tuple(row)]
        if rows:
            connection.execute(insert(t.measurements), [_measurement(s) for s in rows.values()])

    def _keep_decisions(self, connection: Connection, settled: Sequence[Settled]) -> int:
        due = {s.decision.id: s for s in settled if s.decision is not None}
        for known in connection.execute(select(t.decisions.c.id).where(
                t.decisions.c.id.in_(list(due)))).scalars():
            del due[known]
        if not due:
            return 0
        connection.execute(insert(t.decisions), [_decision(s) for s in due.values()])
        for table, rows in ((t.actions, [a for s in due.values() for a in _actions(s)]),
                            (t.questions, [q for s in due.values() for q in _questions(s)])):
            if rows:
                connection.execute(insert(table), rows)
        connection.execute(insert(t.outbox), [
            {"key": f"decision:{identity}", "leaf": s.sealable.leaf}
            for identity, s in due.items() if s.sealable is not None])
        return len(due)


def post_bytes(post: Post) -> bytes:
    """The canonical bytes of a post."""
    return canonical(to_plain(post))


def post_digest(post: Post) -> str:
    """The digest by which a post is known again.

    The time of a post without a time is that of its arrival, which differs from run to run: it is
    left out.
    """
    plain = to_plain(post)
    if post.made_at_is == "arrival":
        del plain["made_at"]
    return digest(canonical(plain))


def _numbers(findings: Iterable[Finding], answer: Answer) -> str:
    return " ".join(f.provision for f in findings if f.answer is answer)


def _measurement(settled: Settled) -> Mapping[str, Any]:
    post = settled.post.id
    return {"platform": post.platform, "native": post.native, "version": post.version,
            "cause": settled.cause.kind.value, "cause_id": settled.cause.id,
            "terms": settled.terms, "facts_digest": settled.facts_digest,
            "facts": canonical(to_plain(settled.dossier)),
            "holds": _numbers(settled.findings, Answer.HOLDS),
            "undetermined": _numbers(settled.findings, Answer.UNDETERMINED),
            "at": to_us(settled.at)}


def _decision(settled: Settled) -> Mapping[str, Any]:
    assert settled.sealable is not None, "only what was decided is a decision"
    record, decision = settled.sealable.record, settled.sealable.record.decision
    return {"id": decision.id, "platform": decision.post.platform,
            "native": decision.post.native, "version": decision.post.version,
            "author": settled.post.author.id, "terms": decision.terms,
            "cause": decision.cause.kind.value, "decider": decision.decider.kind,
            "outcome": decision.outcome.value, "at": to_us(decision.at),
            "supersedes": decision.supersedes, "record": write_record(record),
            "key": settled.sealable.key}


def _actions(settled: Settled) -> Iterator[Mapping[str, Any]]:
    decision = settled.decision
    assert decision is not None, "only a decision acts"
    for n, action in enumerate(decision.actions):
        cited = action.ground.citation
        yield {"decision": decision.id, "n": n, "kind": action.kind.value, "name": action.name,
               "effect": action.effect.value, "terms": cited.digest, "number": cited.number,
               "at": to_us(decision.at),
               "ends_at": to_us(action.ends_at) if action.ends_at else None}


def _questions(settled: Settled) -> Iterator[Mapping[str, Any]]:
    decision = settled.decision
    assert decision is not None, "only a decision asks"
    for n, ask in enumerate(decision.asks):
        cited = ask.ground.citation
        yield {"decision": decision.id, "n": n, "terms": cited.digest, "number": cited.number,
               "because": ask.because.value, "missing": " ".join(ask.missing),
               "due_at": to_us(ask.due_at) if ask.due_at else None}
