"""One sequencer gives outbox rows their leaves and signs the head; files on disk follow.

The database is the record. In one transaction the waiting rows are taken in order, the leaves are
written, and the head is written whose size was not there before: two sequencers cannot both win.
That commit is the checkpoint. What follows (tiles, bundles, the file `checkpoint`) is a cache
that the next call completes after a crash, checkpoint after checkpoint, so that each of them has
the files that verify it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from evenhand.edge.ledger.disk import FileOperations
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, shown, transaction
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, read_unverified, sign_checkpoint
from evenhand.ledger.errors import FileMissing
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import (
    Frontier,
    check_inclusion,
    leaf_hash,
    prove_inclusion,
)
from evenhand.ledger.policy import Log, Policy
from evenhand.ledger.receipt import Receipt
from evenhand.ledger.tiles import hashes_in_tiles
from evenhand.record.leaf import follow

HASH = 32
AT_ONCE = 4096
"""Rows sealed under one checkpoint; more make more checkpoints."""

CHAINS = 1000
"""Histories whose last leaf is asked for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head: the tree's right edge, and the note that says its size and root."""

    frontier: Frontier
    note: str

    @property
    def size(self) -> int:
        """How many entries it vouches for."""
        return self.frontier.size


class LedgerSequencer:
    """The `Sequencer` port of `evenhand.case`: the log's key, its database, its files."""

    def __init__(self, engine: Engine, key: PrivateKey, directory: Path, *,
                 files: FileOperations | None = None) -> None:
        """`key` is named like the log's origin; `directory` is where the tiles are served from."""
        self.engine = engine
        self.key = key
        self.disk = TilesOnDisk(directory, files)
        self._counted = False

    @property
    def policy(self) -> Policy:
        """What a reader holds the log's receipts against: its key, and no witness yet."""
        return Policy(logs=(Log(key=self.key.verifier),))

    def seal(self) -> int:
        """Seal every waiting row, publish the files; return the size of the signed tree.

        Refuses to sign where the database does not hold the leaves that were signed before.
        """
        while self._seal_some():
            pass
        return self.publish()

    def publish(self) -> int:
        """Bring the files up to the newest head, one head after the other; return its size.

        The right to write in the database is held meanwhile: there is one publisher at a time.
        """
        with transaction(self.engine) as connection:
            newest = _head(connection)
            if newest is None:
                return 0
            published = self.disk.published()
            size = published.size if published else 0
            notes = list(connection.execute(select(t.heads.c.checkpoint).where(
                t.heads.c.size > size).order_by(t.heads.c.size)).scalars())
            # The newest again where there is no newer: this is refused where another history, or
            # a longer one, was published before.
            for note in notes or [newest.note]:
                self.disk.publish(note, _entries(connection))
            return newest.size

    def rebuild(self) -> None:
        """Look at every file again, and write those that are missing or torn."""
        with transaction(self.engine) as connection:
            newest = _head(connection)
            if newest is not None:
                self.disk.rebuild(newest.note, _entries(connection))

    def head_size(self) -> int:
        """The size of the newest signed head; 0 before the first."""
        with reading(self.engine) as connection:
            return connection.execute(select(func.max(t.heads.c.size))).scalar() or 0

    def receipt(self, outbox_key: str, extra: bytes) -> Receipt | None:
        """The receipt of one sealed record under the newest head; None where it is not sealed."""
        return self.receipts([(outbox_key, extra)])[0]

    def receipts(self, wanted: Sequence[tuple[str, bytes]]) -> list[Receipt | None]:
        """The receipts of sealed records under the newest head; None for what is not sealed.

        Beside each outbox key stands what opens its commitment, for whom the receipt is for. A
        proof that does not lead from the stored leaf to the signed root is never handed out.
        """
        for mend in (self.publish, self.rebuild):
            try:
                return self._receipts(wanted)
            except FileMissing:
                mend()
        return self._receipts(wanted)

    def _receipts(self, wanted: Sequence[tuple[str, bytes]]) -> list[Receipt | None]:
        keys = [key for key, _ in wanted]
        with reading(self.engine) as connection:
            head = _head(connection)
            sealed = {row.key: row for row in connection.execute(
                select(t.outbox.c.key, t.leaves.c.leaf_index, t.leaves.c.entry).join(
                    t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index).where(
                    t.outbox.c.key.in_(keys)))}
        if head is None:
            return [None] * len(keys)
        read, root = hashes_in_tiles(self.disk.read, head.size), head.frontier.root()
        receipts: list[Receipt | None] = []
        for key, extra in wanted:
            row = sealed.get(key)
            if row is None:
                receipts.append(None)
                continue
            proof = prove_inclusion(row.leaf_index, head.size, read)
            check_inclusion(row.leaf_index, head.size, leaf_hash(row.entry), proof, root)
            receipts.append(Receipt(index=row.leaf_index, proof=proof, checkpoint=head.note,
                                    extra=extra))
        return receipts

    def _seal_some(self) -> bool:
        """Seal up to `AT_ONCE` rows; whether any waited."""
        with transaction(self.engine) as connection:
            waiting = connection.execute(select(
                t.outbox.c.n, t.outbox.c.leaf, t.outbox.c.chain).where(
                t.outbox.c.leaf_index.is_(None)).order_by(t.outbox.c.n).limit(AT_ONCE)).all()
            if not waiting:
                return False
            head = _head(connection)
            frontier = head.frontier if head else Frontier()
            self._refuse_other_leaves(connection, head)
            entries = _in_their_chains(connection, waiting, frontier.size)
            rows = [{"leaf_index": index, "entry": entry}
                    for index, entry in enumerate(entries, frontier.size)]
            grown = frontier.extend(map(leaf_hash, entries))
            checkpoint = Checkpoint(origin=self.key.name, size=grown.size, root=grown.root())
            connection.execute(insert(t.leaves), rows)
            connection.execute(
                update(t.outbox).where(t.outbox.c.n == bindparam("of")).values(
                    leaf_index=bindparam("given")),
                [{"of": row.n, "given": leaf["leaf_index"]}
                 for row, leaf in zip(waiting, rows, strict=True)])
            # Signed before the commit, released after it: a signature that is lost is harmless,
            # a head that was shown and then lost would be a fork.
            connection.execute(insert(t.heads).values(
                size=grown.size, frontier=b"".join(grown.hashes),
                checkpoint=sign_checkpoint(checkpoint, self.key)))
            return True

    def _refuse_other_leaves(self, connection: Connection, head: Head | None) -> None:
        """Every leaf is counted once a process; after that the last one tells, at any size."""
        size = head.size if head else 0
        last = connection.execute(select(func.max(t.leaves.c.leaf_index))).scalar()
        held = 0 if last is None else last + 1
        if held == size and not self._counted:
            held = connection.execute(select(func.count()).select_from(t.leaves)).scalar() or 0
            self._counted = True
        if held != size:
            raise EvenhandError(
                f"the ledger holds {held} leaves and its signed head says {size}",
                where=shown(self.engine),
                hint="nothing was signed: the database was changed, or brought back from an older "
                "copy; bring back the whole record")
        if head is not None:
            signed = read_unverified(head.note)
            if (signed.origin, signed.size, signed.root) != (
                    self.key.name, size, head.frontier.root()):
                raise EvenhandError(
                    "the signed head in the database does not belong to its tree",
                    where=shown(self.engine),
                    hint="nothing was signed: the database was changed; bring back the whole "
                    "record")


def _in_their_chains(connection: Connection, waiting: Sequence[Any], start: int
                     ) -> list[bytes]:
    """The entries of waiting rows from this place on, each naming the one before it in the history
    of its post."""
    chains = sorted({row.chain for row in waiting if row.chain is not None})
    last: dict[str, int] = {}
    for first in range(0, len(chains), CHAINS):
        last |= {row[0]: row[1] for row in connection.execute(
            select(t.outbox.c.chain, func.max(t.outbox.c.leaf_index)).where(
                t.outbox.c.chain.in_(chains[first:first + CHAINS]),
                t.outbox.c.leaf_index.is_not(None)).group_by(t.outbox.c.chain))}
    entries = []
    for index, row in enumerate(waiting, start):
        if row.chain is None:
            entries.append(row.leaf)
        else:
            entries.append(follow(row.leaf, last.get(row.chain)))
            last[row.chain] = index
    return entries


def _entries(connection: Connection) -> Callable[[int, int], list[bytes]]:
    """The leaves from one index to another (without it), as this transaction sees them."""
    return lambda start, end: list(connection.execute(select(t.leaves.c.entry).where(
        t.leaves.c.leaf_index >= start, t.leaves.c.leaf_index < end).order_by(
        t.leaves.c.leaf_index)).scalars())


def _head(connection: Connection) -> Head | None:
    row = connection.execute(select(t.heads).order_by(t.heads.c.size.desc()).limit(1)).first()
    if row is None:
        return None
    hashes = tuple(row.frontier[i:i + HASH] for i in range(0, len(row.frontier), HASH))
    try:
        return Head(frontier=Frontier(size=row.size, hashes=hashes), note=row.checkpoint)
    except EvenhandError as wrong:
        raise StoreError(f"the newest head in the store is damaged: {wrong.what}",
                         hint="nothing was signed; bring back the whole record") from None
