"""One post's history, followed through a log from any entry of it: no part of it can be missing.

Each entry of a history names the one before it, and none is followed by two. So who has one entry
sees all that was logged before it, each verified up to the signed root, and, where the whole log is
read, all that was logged after.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from evenhand.audit.leaves import Promises, no_documents
from evenhand.audit.prove import prove_entry
from evenhand.audit.verify import Progress, read_checkpoint, verified_entries
from evenhand.ledger.errors import FileDiffers
from evenhand.ledger.policy import Policy, Trust
from evenhand.ledger.tiles import FileReader
from evenhand.record.leaf import Leaf, read_leaf

LONGEST = 10_000
"""Entries of one post's history that are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a history: its place, and what it says."""

    index: int
    leaf: Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a log holds of one post, oldest first, and whose signatures that rests on.

    `whole` says that the entries after the one that was asked for were looked for, too.
    """

    trust: Trust
    entries: tuple[Entry, ...]
    whole: bool


def follow_back(read: FileReader, policy: Policy, index: int) -> History:
    """The history up to an entry, each of its entries proven. Raises a `LedgerError`."""
    found: list[Entry] = []
    place: int | None = index
    trust = read_checkpoint(read, policy)
    while place is not None:
        leaf = read_leaf(prove_entry(read, policy, place).entry)
        found.append(Entry(index=place, leaf=leaf))
        _refuse_forward(place, leaf, len(found))
        place = leaf.prev
    return History(trust=trust, entries=tuple(reversed(found)), whole=False)


def follow(read: FileReader, policy: Policy, index: int, *,
           progress: Progress | None = None) -> History:
    """The whole history that an entry belongs to: every entry of the log is verified for it.

    Raises as `verify_leaves` does.
    """
    trust = read_checkpoint(read, policy)
    if not 0 <= index < trust.checkpoint.size:
        prove_entry(read, policy, index)  # refuses it, before all of the log is read
    promises = Promises(trust, no_documents)
    next_of = array("q", [-1]) * trust.checkpoint.size
    for place, entry in verified_entries(read, policy, progress=progress):
        leaf = promises.hold(place, entry)
        if leaf.prev is not None:
            next_of[leaf.prev] = place
    back = follow_back(read, policy, index)
    found, place = list(back.entries), next_of[index]
    while place >= 0:
        leaf = read_leaf(prove_entry(read, policy, place).entry)
        found.append(Entry(index=place, leaf=leaf))
        place = next_of[place]
    return History(trust=trust, entries=tuple(found), whole=True)


def _refuse_forward(place: int, leaf: Leaf, steps: int) -> None:
    if leaf.prev is not None and not (0 <= leaf.prev < place and steps < LONGEST):
        raise FileDiffers(f"entry {place} says that entry {leaf.prev} came before it",
                          where=f"entry {place}",
                          hint="whoever sealed it told a history that cannot be: keep this log")
