"""One post's history, followed through a log from any entry of it: no part of it can be missing.

Each entry of a history names the one before it, and none is followed by two. So who has one entry
sees all that was logged before it, each verified up to the signed root, and, where the whole log is
read, all that was logged after.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from evenhand.audit.heads import Heads, read_heads
from evenhand.audit.leaves import Promises, no_documents
from evenhand.audit.prove import hold, prove_under
from evenhand.audit.verify import Progress, entries_under
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import FileDiffers
from evenhand.ledger.policy import Policy, Trust
from evenhand.ledger.receipt import Receipt
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


def follow_back(read: FileReader, policy: Policy, index: int, *, receipt: Receipt | None = None
                ) -> History:
    """The history up to an entry, each of its entries proven. Raises a `LedgerError`.

    Where the place is that of a `receipt`, this is held against the log before (`prove.hold`).
    """
    heads = read_heads(read, policy)
    _held(read, heads, policy, receipt)
    return History(trust=heads.trust, entries=tuple(_back(read, heads, index)), whole=False)


def follow(read: FileReader, policy: Policy, index: int, *, receipt: Receipt | None = None,
           progress: Progress | None = None) -> History:
    """The whole history that an entry belongs to: every entry of the log is verified for it.

    Raises as `verify_leaves` and `follow_back` do.
    """
    heads = read_heads(read, policy)
    _held(read, heads, policy, receipt)
    head = heads.trust.checkpoint
    if not 0 <= index < head.size:
        prove_under(read, heads, index)  # refuses it, before all of the log is read
    promises = Promises(heads.trust, no_documents)
    next_of = array("q")  # grows by what was verified: a size that is signed may be any
    for place, entry in entries_under(read, head, progress=progress):
        leaf = promises.hold(place, entry)
        next_of.append(-1)
        if leaf.prev is not None:
            assert next_of[leaf.prev] < 0, "an entry that two follow was refused"
            next_of[leaf.prev] = place
    found, place = _back(read, heads, index), next_of[index]
    while place >= 0:
        found.append(_entry(read, heads, place))
        place = next_of[place]
    return History(trust=heads.trust, entries=tuple(found), whole=True)


def _held(read: FileReader, heads: Heads, policy: Policy, receipt: Receipt | None) -> None:
    if receipt is not None:
        hold(read, heads, policy, receipt)


def _back(read: FileReader, heads: Heads, index: int) -> list[Entry]:
    """The entries up to this one, oldest first."""
    found: list[Entry] = []
    place: int | None = index
    while place is not None:
        one = _entry(read, heads, place)
        found.append(one)
        _refuse_forward(place, one.leaf, len(found))
        place = one.leaf.prev
    return found[::-1]


def _entry(read: FileReader, heads: Heads, place: int) -> Entry:
    entry = prove_under(read, heads, place).entry
    try:
        return Entry(index=place, leaf=read_leaf(entry))
    except EvenhandError as wrong:
        wrong.where = wrong.where or f"entry {place}"
        raise


def _refuse_forward(place: int, leaf: Leaf, steps: int) -> None:
    if leaf.prev is not None and not (0 <= leaf.prev < place and steps < LONGEST):
        raise FileDiffers(f"entry {place} says that entry {leaf.prev} came before it",
                          where=f"entry {place}",
                          hint="whoever sealed it told a history that cannot be: keep this log")
