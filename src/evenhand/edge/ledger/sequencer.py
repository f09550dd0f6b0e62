"""One sequencer gives outbox rows their leaves and signs the head; files on disk follow.

The database is the record. In one transaction the waiting rows are taken in order, the leaves are
written, and the head is written whose size was not there before: two sequencers cannot both win.
That commit is the checkpoint. What follows (tiles, bundles, the file `checkpoint`) is a cache
that the next call completes after a crash.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select, update

from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import transaction
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.merkle import Frontier, leaf_hash, prove_inclusion
from evenhand.ledger.note import PrivateKey
from evenhand.ledger.receipt import Receipt
from evenhand.ledger.tiles import hashes_in_tiles

HASH = 32
AT_ONCE = 4096
"""Rows sealed under one checkpoint; more make more checkpoints."""


class LedgerSequencer:
    """The `Sequencer` port of `evenhand.case`: the log's key, its database, its files."""

    def __init__(self, engine: Engine, key: PrivateKey, directory: Path) -> None:
        """`key` is named like the log's origin; `directory` is where the tiles are served from."""
        self.engine = engine
        self.key = key
        self.disk = TilesOnDisk(directory)

    def seal(self) -> int:
        """Seal every waiting row, publish the files; return the size of the signed tree."""
        size = self.head_size()
        while True:
            grown = self._seal_some()
            if grown is None:
                break
            size = grown
        self.publish()
        return size

    def publish(self) -> None:
        """Bring the files up to the newest head; nothing happens where they are already there."""
        with transaction(self.engine) as connection:
            note = connection.execute(select(t.heads.c.checkpoint).order_by(
                t.heads.c.size.desc()).limit(1)).scalar()
        if note is not None:
            self.disk.publish(note, self.entries)

    def head_size(self) -> int:
        """The size of the newest signed head; 0 before the first."""
        with transaction(self.engine) as connection:
            return connection.execute(select(func.max(t.heads.c.size))).scalar() or 0

    def entries(self, start: int, end: int) -> list[bytes]:
        """The leaves `start` to `end` (without it) from the database, in order."""
        with transaction(self.engine) as connection:
            return list(connection.execute(select(t.leaves.c.entry).where(
                t.leaves.c.leaf_index >= start, t.leaves.c.leaf_index < end).order_by(
                t.leaves.c.leaf_index)).scalars())

    def receipt(self, outbox_key: str, extra: bytes) -> Receipt | None:
        """The receipt of a sealed record under the newest checkpoint; None where none is sealed.

        `extra` is what opens its commitment, for the person whom the receipt is for.
        """
        with transaction(self.engine) as connection:
            index = connection.execute(select(t.outbox.c.leaf_index).where(
                t.outbox.c.key == outbox_key)).scalar()
            head = _head(connection)
        if index is None:
            return None
        assert head is not None, "a leaf has an index only under a signed head"
        _, size, note = head
        proof = prove_inclusion(index, size, hashes_in_tiles(self.disk.read, size))
        return Receipt(index=index, proof=proof, checkpoint=note, extra=extra)

    def _seal_some(self) -> int | None:
        """Seal up to `AT_ONCE` rows; the new size, or None where nothing waits."""
        with transaction(self.engine) as connection:
            waiting = connection.execute(select(t.outbox.c.n, t.outbox.c.leaf).where(
                t.outbox.c.leaf_index.is_(None)).order_by(t.outbox.c.n).limit(AT_ONCE)).all()
            if not waiting:
                return None
            head = _head(connection)
            frontier = head[0] if head else Frontier()
            count = connection.execute(select(func.count()).select_from(t.leaves)).scalar()
            if count != frontier.size:
                raise EvenhandError(
                    f"the ledger holds {count} leaves and its signed head says {frontier.size}",
                    hint="do not sign: the database was changed or brought back from a backup")
            rows = [{"leaf_index": frontier.size + i, "entry": row.leaf}
                    for i, row in enumerate(waiting)]
            grown = frontier.extend(leaf_hash(row.leaf) for row in waiting)
            checkpoint = Checkpoint(origin=self.key.name, size=grown.size, root=grown.root())
            connection.execute(insert(t.leaves), rows)
            for row, leaf in zip(waiting, rows, strict=True):
                connection.execute(update(t.outbox).where(t.outbox.c.n == row.n).values(
                    leaf_index=leaf["leaf_index"]))
            # Signed before the commit, released after it: a signature that is lost is harmless,
            # a head that was shown and then lost would be a fork.
            connection.execute(insert(t.heads).values(
                size=grown.size, frontier=b"".join(grown.hashes),
                checkpoint=sign_checkpoint(checkpoint, self.key)))
            return grown.size


def _head(connection: Connection) -> tuple[Frontier, int, str] | None:
    row = connection.execute(select(t.heads).order_by(t.heads.c.size.desc()).limit(1)).first()
    if row is None:
        return None
    hashes = tuple(row.frontier[i:i + HASH] for i in range(0, len(row.frontier), HASH))
    return Frontier(size=row.size, hashes=hashes), row.size, row.checkpoint
