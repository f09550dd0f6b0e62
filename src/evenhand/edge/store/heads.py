"""The signed heads of the log and its leaves, as the store holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError
from evenhand.edge.store.logs import cosignatures_of, cosigned_sizes
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import LedgerError
from evenhand.ledger.merkle import HASH_BYTES, Frontier
from evenhand.ledger.note import add_signatures
from evenhand.ledger.policy import Policy, check_checkpoint

LOOKED_AT = 20
"""Heads that as many as are needed have cosigned, which are looked at for one that the policy
accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head: the tree's right edge, and the note that says its size and root."""

    frontier: Frontier
    note: str

    @property
    def size(self) -> int:
        """How many entries it vouches for."""
        return self.frontier.size


def newest_head(connection: Connection) -> Head | None:
    """The newest head, as it was signed; None before the first. Raises `StoreError`."""
    return _head(connection, None)


def head_of(connection: Connection, size: int) -> Head:
    """The head of this size, with the cosignatures that have come of it."""
    head = _head(connection, size)
    assert head is not None, "a head that was cosigned was signed"
    return Head(frontier=head.frontier,
                note=add_signatures(head.note, cosignatures_of(connection, size)))


def witnessed_head(connection: Connection, policy: Policy, least: int = 1) -> Head | None:
    """The newest head of at least this size that enough witnesses have signed; None: there is none.

    Where the policy asks for no witness, that is none.
    """
    if not policy.asks_for_witnesses:
        return None
    # Counted by the store, since any number of newer heads may be cosigned by too few.
    for size in cosigned_sizes(connection, (one.key for one in policy.witnesses), least=least,
                               by=_needed(policy), most=LOOKED_AT):
        head = head_of(connection, size)
        try:
            check_checkpoint(head.note, policy)
        except LedgerError:
            continue  # too few of a group within, or of a log before this one
        return head
    return None


def _needed(policy: Policy) -> int:
    """How many witnesses must have signed at least, for a policy to accept a head."""
    witnesses = {one.name for one in policy.witnesses}
    return next((group.threshold for group in policy.groups
                 if group.name == policy.quorum and witnesses.issuperset(group.members)), 1)


def entries_of(connection: Connection) -> Callable[[int, int], list[bytes]]:
    """The leaves from one index to another (without it), as this transaction sees them."""
    return lambda start, end: list(connection.execute(select(t.leaves.c.entry).where(
        t.leaves.c.leaf_index >= start, t.leaves.c.leaf_index < end).order_by(
        t.leaves.c.leaf_index)).scalars())


def _head(connection: Connection, size: int | None) -> Head | None:
    query = select(t.heads).order_by(t.heads.c.size.desc()).limit(1)
    row = connection.execute(
        query if size is None else query.where(t.heads.c.size == size)).first()
    if row is None:
        return None
    hashes = tuple(row.frontier[i:i + HASH_BYTES]
                   for i in range(0, len(row.frontier), HASH_BYTES))
    try:
        return Head(frontier=Frontier(size=row.size, hashes=hashes), note=row.checkpoint)
    except EvenhandError as wrong:
        raise StoreError(f"a head in the store is damaged: {wrong.what}",
                         hint="nothing was signed; bring back the whole record") from None
