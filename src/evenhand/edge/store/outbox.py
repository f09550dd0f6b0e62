"""What waits to be sealed: each record's leaf, and the post whose history it belongs to.

A leaf names the leaf before it in the history of its post (`prev`), so that a reader who has one
can follow all of them; the sequencer says which that is, when it gives the leaf its place. What is
about several posts, or about none, belongs to no history: the decisions that it leads to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, insert, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE
from evenhand.ledger.tiles import refuse_long_entry
from evenhand.model.post import PostId

CHAINED: Final = ("report", "order", "appeal", "withdrawal")
"""The kinds of matter that belong to the history of a post. Who is held for a proceeding would be
told by it; and an erasure is told by its own record."""


def wait(connection: Connection, key: str, leaf: bytes, *, chain: str | None = None) -> None:
    """Have a leaf wait to be sealed, in the transaction that stores its record.

    Raises `Malformed` for a leaf that no log can hold.
    """
    refuse_long_entry(leaf)
    connection.execute(insert(t.outbox).values(key=key, leaf=leaf, chain=chain))


def succession_key(origin: str) -> str:
    """The outbox key of the record with which the log of this origin goes on from another."""
    return f"succession:{origin}"


def chain_of(post: PostId) -> str:
    """The history that a post's records belong to, all its versions in one."""
    return f"{post.platform}:{post.native}"


def chain_of_several(posts: Iterable[PostId]) -> str | None:
    """The history that what is about these posts belongs to; None where they are several, or
    none."""
    chains = {chain_of(post) for post in posts}
    return chains.pop() if len(chains) == 1 else None


def chain_of_matter(connection: Connection, matter: str) -> str | None:
    """The history that what somebody brought belongs to; None where it is about several posts."""
    keys = [f"{kind}:{matter}" for kind in CHAINED]
    return next(iter(_chains(connection, keys).values()), None)


def chains_of(connection: Connection, about: Iterable[str]) -> dict[str, str | None]:
    """Outbox key -> the history that its record belongs to."""
    found: dict[str, str | None] = {}
    keys = list(about)
    for start in range(0, len(keys), AT_ONCE):
        found |= _chains(connection, keys[start:start + AT_ONCE])
    return found


def _chains(connection: Connection, keys: list[str]) -> dict[str, str | None]:
    return {row.key: row.chain for row in connection.execute(
        select(t.outbox.c.key, t.outbox.c.chain).where(t.outbox.c.key.in_(keys)))}
