"""Posts, measurements and decisions in the store; a decision and its outbox row commit together.

Storing is idempotent: a post, a measurement or a decision that is there already is left as it is,
so a run that was killed can be started again and ends with the same decisions, none twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, bindparam, func, insert, select, tuple_

from evenhand.case import Settled
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import (
    AT_ONCE,
    StoreError,
    insert_or_leave,
    note_time,
    reading,
    rows_about,
    to_us,
    transaction,
)
from evenhand.errors import EvenhandError
from evenhand.ledger.tiles import refuse_long_entry
from evenhand.model.decision import Cause, Decision
from evenhand.model.post import Post, PostId
from evenhand.record.canonical import digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.record.kinds import DecisionRecord, read_record, write_record
from evenhand.rulebook.finding import Answer, Finding

_POST = (t.posts.c.platform, t.posts.c.native, t.posts.c.version)
_MEASURED = (t.measurements.c.platform, t.measurements.c.native, t.measurements.c.version,
             t.measurements.c.cause, t.measurements.c.cause_id)
_DECIDED = (t.decisions.c.platform, t.decisions.c.native, t.decisions.c.version)

Author = tuple[str, str]
"""An account: its platform, and its id there. One id on two platforms is two accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A decision that stands and whose record was erased: nobody can say any more what it did."""

    decision: str


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
            self._keep_matched(connection, settled)
            # Two processes may have measured the same: what is there is left as it is.
            insert_or_leave(connection, t.measurements, [_measurement(s) for s in settled])
            new = self._keep_decisions(connection, settled)
            note_time(connection, max(to_us(s.at) for s in settled))
            return new

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

    def posts(self, *, made_before: datetime, at_once: int) -> Iterator[list[Post]]:
        """Every stored post made by an instant, in parts, in a lasting order; erased ones not.

        Each part is a transaction of its own, so that others can be stored meanwhile.
        """
        last = ("", "", "")
        while True:
            query = select(*_POST, t.posts.c.body).where(
                t.posts.c.made_at <= to_us(made_before), tuple_(*_POST) > tuple_(*last),
            ).order_by(*_POST).limit(at_once)
            with reading(self.engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            last = (rows[-1][0], rows[-1][1], rows[-1][2])
            yield [post for row in rows if (post := _read_post(row)) is not None]

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
            if (post := _read_post(row)) is not None:
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

    def strikes(self, authors: Iterable[Author]) -> Counter[Author]:
        """Author -> how many standing decisions acted against them with more than an addition.

        Counted, never stored: an overturned decision is superseded and so counts no longer.
        """
        later = t.decisions.alias("later")
        named: dict[str, list[str]] = defaultdict(list)
        for platform, author in authors:
            named[platform].append(author)
        counted: Counter[Author] = Counter()
        with reading(self.engine) as connection:
            for platform, ids in named.items():
                query = select(t.decisions.c.author, func.count(t.decisions.c.id.distinct())).join(
                    t.actions, t.actions.c.decision == t.decisions.c.id).where(
                    t.decisions.c.platform == platform, t.decisions.c.author.in_(ids),
                    t.actions.c.effect != "adds",
                    ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists(),
                ).group_by(t.decisions.c.author)
                for author, count in connection.execute(query):
                    counted[platform, author] = count
        return counted

    def taken(self, number: str, since: datetime, *, most: int) -> list[int]:
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
        with reading(self.engine) as connection:
            return sorted(connection.execute(query).scalars())

    def posts_made(self, windows: Iterable[tuple[Author, datetime, datetime]]
                   ) -> dict[Author, list[tuple[int, str]]]:
        """Author -> (instant in microseconds, post) of their stored posts, in order.

        Of each window (author, from, to) the posts made within it, both ends included.
        """
        query = select(t.posts.c.made_at, *_POST).where(
            t.posts.c.platform == bindparam("on"), t.posts.c.author == bindparam("of"),
            t.posts.c.made_at >= bindparam("since"), t.posts.c.made_at <= bindparam("until"))
        found: dict[Author, set[tuple[int, str]]] = defaultdict(set)
        with reading(self.engine) as connection:
            for author, since, until in windows:
                for at, *post in connection.execute(query, {
                        "on": author[0], "of": author[1], "since": to_us(since),
                        "until": to_us(until)}):
                    found[author].add((at, str(_post_id(post))))
        return {author: sorted(made) for author, made in found.items()}

    def record(self, decision: str) -> tuple[DecisionRecord, bytes] | None:
        """A decision's record and the key of its commitment; None where it was never made.

        Raises where it was erased.
        """
        query = select(t.decisions.c.record, t.decisions.c.key).where(
            t.decisions.c.id == decision)
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

    def _keep_posts(self, connection: Connection, settled: Sequence[Settled]) -> None:
        # A post that is settled again for a new cause is there, and left as it is.
        posts = {_key(s.post.id): s.post for s in settled}
        insert_or_leave(connection, t.posts, [_post(p) for p in posts.values()])

    def _keep_matched(self, connection: Connection, settled: Sequence[Settled]) -> None:
        rows = {(m.fact_check.key, *_key(s.post.id)) for s in settled
                for m in s.dossier.matches or ()}
        if rows:
            insert_or_leave(connection, t.matched, [
                dict(zip(("key", "platform", "native", "version"), row, strict=True))
                for row in sorted(rows)])

    def _keep_decisions(self, connection: Connection, settled: Sequence[Settled]) -> int:
        due = {s.decision.id: s for s in settled if s.decision is not None}
        for known in connection.execute(select(t.decisions.c.id).where(
                t.decisions.c.id.in_(list(due)))).scalars():
            del due[known]
        if not due:
            return 0
        for one in due.values():
            assert one.sealable is not None, "only what was decided is a decision"
            refuse_long_entry(one.sealable.leaf)
        connection.execute(insert(t.decisions), [_decision(s) for s in due.values()])
        for table, rows in ((t.actions, [a for s in due.values() for a in _actions(s)]),
                            (t.questions, [q for s in due.values() for q in _questions(s)])):
            if rows:
                connection.execute(insert(table), rows)
        connection.execute(insert(t.outbox), [
            {"key": f"decision:{identity}", "leaf": s.sealable.leaf}
            for identity, s in due.items() if s.sealable is not None])
        told = [{"decision": identity} for identity, s in due.items()
                if s.sealable is not None and s.sealable.record.notice is not None]
        if told:
            connection.execute(insert(t.undelivered), told)
        return len(due)


def post_bytes(post: Post) -> bytes:
    """A post as the store keeps it: JSON, its keys in the order of the noun's fields."""
    return msgspec.json.encode(to_plain(post))


def post_digest(post: Post) -> str:
    """The digest by which a post is known again: who said what, when and where.

    The time of a post without a time is that of its arrival, which differs from run to run, and
    what an account is called may change without its posts: both are left out.
    """
    return _digest(post, to_plain(post))


def _digest(post: Post, plain: dict[str, Any]) -> str:
    said = plain | {"author": post.author.id}
    if post.made_at_is == "arrival":
        del said["made_at"]
    return digest(msgspec.json.encode(said, order="deterministic"))


def _post(post: Post) -> Mapping[str, Any]:
    plain = to_plain(post)
    return {"platform": post.id.platform, "native": post.id.native, "version": post.id.version,
            "author": post.author.id, "made_at": to_us(post.made_at),
            "digest": _digest(post, plain), "body": msgspec.json.encode(plain)}


def _read_post(row: Row[*tuple[Any, ...]]) -> Post | None:
    """The post in a row that begins with its id; None where it was erased."""
    if not row.body:
        return None
    try:
        return from_plain(Post, msgspec.json.decode(row.body))
    except (msgspec.DecodeError, UnicodeError):
        raise StoreError(f"the stored post `{_post_id(row)}` is damaged",
                         hint="bring back a copy of the store, and do not sign with an older one "
                         "than the published checkpoint") from None


def _opened(decision: str, record: bytes | None) -> DecisionRecord:
    if not record:
        raise EvenhandError(f"decision {decision[:16]} was erased",
                            hint="its leaf stands in the ledger; whoever kept the notice "
                            "can still open it")
    opened: DecisionRecord = read_record(record)
    return opened


def _named(cause: Cause) -> tuple[str, str]:
    return (cause.kind.value, cause.id)


def _numbers(findings: Iterable[Finding], answer: Answer) -> str:
    return " ".join(f.provision for f in findings if f.answer is answer)


def _measurement(settled: Settled) -> Mapping[str, Any]:
    post = settled.post.id
    return {"platform": post.platform, "native": post.native, "version": post.version,
            "cause": settled.cause.kind.value, "cause_id": settled.cause.id,
            "terms": settled.terms, "facts_digest": settled.facts_digest,
            "facts": msgspec.json.encode(to_plain(settled.dossier)),
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
