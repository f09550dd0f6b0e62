"""What was said of all copies of a post, when that post is erased.

Its copies are told by its text, and the text goes. So the word reaches no new copy: it is kept with
those that were measured and for which it counts, each a statement about that copy, which is
somebody else's post. It is kept whether or not anything was decided of them: a denial leads to no
decision, and is what they were left alone for.
Where something had been said of all copies of another copy too, it is kept with that one besides:
else an earlier word, which this one contradicted, would count again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import insert_or_leave, rows_about
from evenhand.edge.store.known import Statement, confirmation_of, row_of
from evenhand.edge.store.rows import read_post
from evenhand.factcheck.confirming import Said
from evenhand.factcheck.copies import copy_key
from evenhand.model.post import Post, PostId
from evenhand.record.codec import from_plain

_NAME = ("platform", "native", "version")


def keep_for_copies(connection: Connection, post: PostId, at: datetime) -> None:
    """Keep with its copies what was said of all copies of a post; call it before that is emptied.
    """
    last = {said.claim: said for said in _said(connection, about=post)
            if said.scope == "all copies"}
    kept = []
    for claim, word in last.items():
        if word.of is not None:
            continue  # it was said of a post that was erased before, and reaches this one alone
        assert claim is not None, "what is said of copies is said of a fact-check"
        heard = list(_said(connection, claim=claim))
        texts = _texts(connection, {*_measured(connection, claim), *(
            one.post for one in heard if one.scope == "all copies" and one.of is None), post})
        alike = {name: copy_key(text) for name, text in texts.items()}
        mine = alike.get(post)
        if mine is None:
            continue  # it is erased already, or has no copies
        counts = Said([confirmation_of(one, alike) for one in heard], in_order=True)
        kept += [replace(word, post=copy, of=post) for copy, text in texts.items()
                 if alike[copy] == mine and copy != post
                 and counts.of(text)[claim].post == post]
        other = _said_before(word, [one for one in heard if one.scope == "all copies"
                                    and one.of is None and alike.get(one.post) == mine])
        if other is not None:
            kept.append(replace(word, post=other))
    if kept:
        insert_or_leave(connection, t.statements, [row_of(one, at, swept=1) for one in kept])


def _said(connection: Connection, *, about: PostId | None = None,
          claim: str | None = None) -> Iterator[Statement]:
    """What is said of a post, or of a fact-check, and which speaks to which: as it was heard."""
    here = t.statements.c
    query = select(here.body).where(here.claim.is_not(None), func.length(here.body) > 0)
    if about is not None:
        query = query.where(*(here[name] == getattr(about, name) for name in _NAME))
    if claim is not None:
        query = query.where(here.claim == claim)
    for body in connection.execute(query.order_by(here.known_at, here.n)).scalars():
        yield from_plain(Statement, msgspec.json.decode(body))


def _measured(connection: Connection, claim: str) -> Iterator[PostId]:
    """The posts of which a measurement found a fact-check: its word reached them, or will."""
    here = t.matched.c
    for row in connection.execute(select(*(here[name] for name in _NAME)).where(
            here.key == claim)):
        yield PostId(platform=row[0], native=row[1], version=row[2])


def _said_before(last: Statement, of_copies: Sequence[Statement]) -> PostId | None:
    """The copy of whose copies the last was said before; None where this word is not the last."""
    if not of_copies or of_copies[-1] != last:
        return None
    return next((one.post for one in reversed(of_copies) if one.post != last.post), None)


def _texts(connection: Connection, posts: set[PostId]) -> dict[PostId, Post]:
    query = select(*(t.posts.c[name] for name in _NAME), t.posts.c.body)
    return {post.id: post for row in rows_about(connection, query, t.posts, posts)
            if (post := read_post(row)) is not None}
