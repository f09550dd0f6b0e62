"""What was said of all copies of a post, when that post is erased.

Its copies are told by its text, and the text goes. So the word reaches no new copy: it is kept with
those for which it counts already, each a statement about that copy, which is somebody else's post.
Where something had been said of all copies of another copy too, it is kept with that one besides:
else an earlier word, which this one contradicted, would count again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import insert_or_leave, rows_about
from evenhand.edge.store.known import Statement, row_of
from evenhand.edge.store.rows import read_post
from evenhand.factcheck.copies import copy_key
from evenhand.model.factcheck import Match
from evenhand.model.post import Post, PostId
from evenhand.record.codec import from_plain
from evenhand.record.kinds import DecisionRecord, read_record

_NAME = ("platform", "native", "version")


def keep_for_copies(connection: Connection, post: PostId, at: datetime) -> None:
    """Keep with its copies what was said of all copies of a post; call it before that is emptied.
    """
    last = {said.claim: said for said in _said_of_copies(connection, about=post)}
    if not last:
        return
    kept = []
    for claim, said in last.items():
        if said.of is not None:
            continue  # it was said of a post that was erased before, and reaches this one alone
        assert claim is not None, "what is said of copies is said of a fact-check"
        for copy, match in _confirmed_by(connection, claim):
            if match.confirmed_of == post and copy != post:
                kept.append(replace(said, post=copy, of=post))
        other = _said_before(connection, said)
        if other is not None:
            kept.append(replace(said, post=other))
    if kept:
        insert_or_leave(connection, t.statements, [row_of(one, at, swept=1) for one in kept])


def _said_of_copies(connection: Connection, *, about: PostId | None = None,
                    claim: str | None = None) -> Iterator[Statement]:
    """What is said of all copies of a post, or of a fact-check, in the order of hearing."""
    here = t.statements.c
    query = select(here.body).where(here.claim.is_not(None), func.length(here.body) > 0)
    if about is not None:
        query = query.where(*(here[name] == getattr(about, name) for name in _NAME))
    if claim is not None:
        query = query.where(here.claim == claim)
    for body in connection.execute(query.order_by(here.known_at, here.n)).scalars():
        said = from_plain(Statement, msgspec.json.decode(body))
        if said.scope == "all copies":
            yield said


def _confirmed_by(connection: Connection, claim: str) -> Iterator[tuple[PostId, Match]]:
    """The posts whose decision stands on a word about a copy of them, with the match."""
    here, later = t.matched.c, t.decisions.alias("later")
    posts = [PostId(platform=row[0], native=row[1], version=row[2]) for row in connection.execute(
        select(*(here[name] for name in _NAME)).where(here.key == claim))]
    standing = select(t.decisions.c.native, t.decisions.c.version, t.decisions.c.record).where(
        func.length(t.decisions.c.record) > 0,
        ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists())
    for row in rows_about(connection, standing, t.decisions, posts):
        record: DecisionRecord = read_record(row.record)
        for match in record.decision.dossier.matches or ():
            if match.by == "confirmed copy" and match.fact_check.key == claim:
                yield record.post.id, match


def _said_before(connection: Connection, said: Statement) -> PostId | None:
    """The copy of whose copies the last was said before this; None where this is not the last."""
    words = list(_said_of_copies(connection, claim=said.claim))
    posts = _texts(connection, {word.post for word in words if word.of is None})
    mine = copy_key(posts[said.post]) if said.post in posts else None
    alike = [word for word in words if word.of is None and mine is not None
             and word.post in posts and copy_key(posts[word.post]) == mine]
    if not alike or alike[-1] != said:
        return None
    return next((word.post for word in reversed(alike) if word.post != said.post), None)


def _texts(connection: Connection, posts: set[PostId]) -> dict[PostId, Post]:
    query = select(*(t.posts.c[name] for name in _NAME), t.posts.c.body)
    return {post.id: post for row in rows_about(connection, query, t.posts, posts)
            if (post := read_post(row)) is not None}
