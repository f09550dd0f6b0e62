"""One sequencer gives outbox rows their leaves and signs the head; files on disk follow.

The database is the record. In one transaction the waiting rows are taken in order, the leaves are
written, and the head is written whose size was not there before: two sequencers cannot both win.
That commit is the checkpoint. What follows (tiles, bundles, the file `checkpoint`) is a cache
that the next call completes after a crash, checkpoint after checkpoint, so that each of them has
the files that verify it. Whoever first publishes since the machine was started looks at all of
them: a power cut may have torn what was not forced to disk.

Where the disk fails to keep something (an I/O error, `fsync` that refuses), of the files or of the
database, nothing more is signed or published by this process: what it would read then may be what
the machine has in memory alone. What it had not been told to be stored was perhaps stored; another
process reads which, and goes on from there.

Before anything is signed, whoever remembers an older state is asked: the files that were published,
and the witnesses, until one has answered this process. If any of them has seen more than the
database holds, it was brought back from an older copy, and signing would fork the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from evenhand.edge.ledger.disk import FileOperations
from evenhand.edge.ledger.high_water import HighWater
from evenhand.edge.ledger.settings import Witnesses
from evenhand.edge.ledger.tiles_on_disk import SUCCEED, TilesOnDisk
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import insert_many, reading, shown, transaction
from evenhand.edge.store.heads import Head, entries_of, head_of, newest_head, witnessed_head
from evenhand.edge.store.outbox import succession_key
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, read_unverified, sign_checkpoint
from evenhand.ledger.errors import FileMissing, HistoryRewritten, Malformed, NotInLog
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import Frontier, check_inclusion, leaf_hash, prove_inclusion
from evenhand.ledger.policy import Policy
from evenhand.ledger.receipt import Receipt
from evenhand.ledger.tiles import hashes_in_tiles
from evenhand.record.leaf import follow

AT_ONCE = 2048
"""Rows sealed under one checkpoint; more make more checkpoints, a few of them a second each with
its files."""

_before = t.outbox.alias("before")
_WAITING = select(
    t.outbox.c.n, t.outbox.c.leaf, t.outbox.c.chain,
    select(func.max(_before.c.leaf_index)).where(
        _before.c.chain == t.outbox.c.chain, _before.c.leaf_index.is_not(None)).scalar_subquery(),
).where(t.outbox.c.leaf_index.is_(None)).order_by(t.outbox.c.n)
"""What waits, each with the place of the last leaf in the history of its post."""


class LedgerSequencer:
    """The `Sequencer` port of `evenhand.case`: the log's key, its database, its files.

    `guard` is called before this sequencer signs, until it says that it is settled: it asks the
    witnesses how far they have seen.
    """

    def __init__(self, engine: Engine, key: PrivateKey, directory: Path, *,
                 witnesses: Witnesses | None = None, begins: int = 0,
                 files: FileOperations | None = None,
                 high_water: HighWater | None = None) -> None:
        """`key` is named like the log's origin; `directory` is where the tiles are served from;
        heads smaller than `begins` are those of a log before this one; `high_water` remembers
        elsewhere how far was signed."""
        self.engine, self.key, self.begins = engine, key, begins
        self.disk = TilesOnDisk(directory, files, key=key.verifier)
        self.high_water = high_water
        self.witnesses = witnesses or Witnesses()
        self.guard: Callable[[], bool] | None = None
        self._counted = False

    @property
    def policy(self) -> Policy:
        """What a reader holds the log's receipts against: its key, and who must have seen it."""
        return self.witnesses.policy(self.key.verifier)

    def seal(self) -> int:
        """Seal every waiting row, publish the files; return the size of the signed tree.

        Refuses to sign where the database does not hold the leaves that were signed before, or
        where somebody has seen more of the log than it holds.
        """
        while self._seal_some():
            self.publish()
        return self.publish()

    def publish(self) -> int:
        """Bring the files up to the newest head, one head after the other; return its size.

        The right to write in the database is held meanwhile: there is one publisher at a time.
        """
        with transaction(self.engine) as connection:
            newest = newest_head(connection)
            if newest is None or newest.size < self.begins:
                return 0
            if not self.disk.looked_at():
                self._rebuild(connection, newest)
            published = self.disk.published()
            size = max(published.size if published else 0, self.begins - 1)
            notes = list(connection.execute(select(t.heads.c.checkpoint).where(
                t.heads.c.size > size).order_by(t.heads.c.size)).scalars())
            # The newest again where there is no newer: this is refused where another history, or
            # a longer one, was published before.
            for note in notes or [newest.note]:
                self.disk.publish(note, entries_of(connection))
            self._publish_witnessed(connection, newest)
            if self.high_water is not None:
                self.high_water.note(newest.size)
            return newest.size

    def _publish_witnessed(self, connection: Connection, newest: Head) -> None:
        """Publish the cosignatures of the newest head, and the newest that enough have signed."""
        if not self.witnesses.all:
            return
        self.disk.publish(head_of(connection, newest.size).note, entries_of(connection))
        enough = witnessed_head(connection, self.policy, max(self.begins, 1))
        if enough is not None:
            self.disk.write_witnessed(enough.note)

    def rebuild(self) -> None:
        """Look at every file again, and write those that are missing or torn."""
        with transaction(self.engine) as connection:
            newest = newest_head(connection)
            if newest is not None and newest.size >= self.begins:
                self._rebuild(connection, newest)
                self._publish_witnessed(connection, newest)

    def _rebuild(self, connection: Connection, newest: Head) -> None:
        earlier = connection.execute(select(t.heads.c.size).where(
            t.heads.c.size >= self.begins, t.heads.c.size < newest.size)).scalars()
        self.disk.rebuild(newest.note, entries_of(connection), earlier)

    def head_size(self) -> int:
        """The size of the newest signed head; 0 before the first."""
        with reading(self.engine) as connection:
            return connection.execute(select(func.max(t.heads.c.size))).scalar() or 0

    def receipt(self, outbox_key: str, extra: bytes) -> Receipt | None:
        """The receipt of one sealed record (`receipts`); None where it is not sealed."""
        return self.receipts([(outbox_key, extra)])[0]

    def receipts(self, wanted: Sequence[tuple[str, bytes]]) -> list[Receipt | None]:
        """The receipts of sealed records; None for what is not sealed.

        Each is under the newest head that enough witnesses have signed, if that holds the record,
        else under the newest head. Beside each outbox key stands what opens its commitment, for
        whom the receipt is for. A proof that does not lead from the stored leaf to the signed root
        is never handed out.
        """
        for mend in (self.publish, self.rebuild):
            try:
                return self._receipts(wanted)
            except (FileMissing, Malformed, NotInLog):  # a file that is gone, or that was torn
                mend()
        return self._receipts(wanted)

    def _receipts(self, wanted: Sequence[tuple[str, bytes]]) -> list[Receipt | None]:
        keys = [key for key, _ in wanted]
        with reading(self.engine) as connection:
            newest = newest_head(connection)
            sealed = {row.key: row for row in connection.execute(
                select(t.outbox.c.key, t.leaves.c.leaf_index, t.leaves.c.entry).join(
                    t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index).where(
                    t.outbox.c.key.in_(keys)))}
            if newest is None or newest.size < self.begins:
                return [None] * len(keys)
            witnessed = witnessed_head(connection, self.policy, max(self.begins, 1))
            newest = head_of(connection, newest.size)
        roots = {head.size: (hashes_in_tiles(self.disk.read, head.size), head.frontier.root())
                 for head in (newest, witnessed) if head is not None}
        receipts: list[Receipt | None] = []
        for key, extra in wanted:
            row = sealed.get(key)
            if row is None:
                receipts.append(None)
                continue
            enough = witnessed is not None and row.leaf_index < witnessed.size
            head = witnessed if witnessed is not None and enough else newest
            read, root = roots[head.size]
            proof = prove_inclusion(row.leaf_index, head.size, read)
            check_inclusion(row.leaf_index, head.size, leaf_hash(row.entry), proof, root)
            receipts.append(Receipt(index=row.leaf_index, proof=proof, checkpoint=head.note,
                                    extra=extra))
        return receipts

    def sign_empty(self) -> str:
        """A signed head of the empty log, with which witnesses can be asked how far they have seen
        a log of which nothing is there."""
        return sign_checkpoint(Checkpoint(origin=self.key.name, size=0, root=Frontier().root()),
                               self.key)

    def _seal_some(self) -> bool:
        """Seal up to `AT_ONCE` rows; whether more may wait."""
        if self.guard is not None:
            with reading(self.engine) as connection:
                if not _waits(connection):
                    return False
            guard, self.guard = self.guard, None
            settled = False
            try:
                settled = guard()
            finally:
                self.guard = self.guard or (None if settled else guard)
        with transaction(self.engine) as connection:
            head = newest_head(connection)
            frontier = head.frontier if head else Frontier()
            waits = _WAITING.limit(AT_ONCE)
            if frontier.size < self.begins:
                # What waited before belongs to this log alone: its first own entry says so.
                waits = waits.where(t.outbox.c.key == succession_key(self.key.name))
            waiting = connection.execute(waits).all()
            if not waiting:
                return False
            self._refuse_other_leaves(connection, head)
            self._refuse_older_copy(frontier.size)
            entries = _in_their_chains(waiting, frontier.size)
            grown = frontier.extend(map(leaf_hash, entries))
            checkpoint = Checkpoint(origin=self.key.name, size=grown.size, root=grown.root())
            insert_many(connection, t.leaves, [
                {"leaf_index": index, "entry": entry}
                for index, entry in enumerate(entries, frontier.size)])
            for first, last, index in _runs([row.n for row in waiting], frontier.size):
                connection.execute(update(t.outbox).where(
                    t.outbox.c.n.between(first, last)).values(
                    leaf_index=t.outbox.c.n + (index - first)))
            # Signed before the commit, released after it: a signature that is lost is harmless,
            # a head that was shown and then lost would be a fork.
            connection.execute(insert(t.heads).values(
                size=grown.size, frontier=b"".join(grown.hashes),
                checkpoint=sign_checkpoint(checkpoint, self.key)))
            return len(waiting) == AT_ONCE or frontier.size < self.begins

    def _refuse_older_copy(self, size: int) -> None:
        """Refuse to sign over what the published files show was signed before."""
        published = self.disk.published()
        if published is not None and published.size > size:
            raise HistoryRewritten(
                f"{published.size} entries of this log are published, and the record has only "
                f"{size}: it was brought back from an older copy, and going on would sign two "
                "histories", where=shown(self.engine), hint=SUCCEED)

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
            mine = signed.origin == self.key.name or size < self.begins
            if not mine or (signed.size, signed.root) != (size, head.frontier.root()):
                raise EvenhandError(
                    "the signed head in the database does not belong to its tree",
                    where=shown(self.engine),
                    hint="nothing was signed: the database was changed; bring back the whole "
                    "record")


def _waits(connection: Connection) -> bool:
    return connection.execute(select(t.outbox.c.n).where(
        t.outbox.c.leaf_index.is_(None)).limit(1)).first() is not None


def _in_their_chains(waiting: Sequence[Any], start: int) -> list[bytes]:
    """The entries of waiting rows from this place on, each naming the one before it in the history
    of its post."""
    last: dict[str, int] = {}
    entries = []
    for index, (_, leaf, chain, before) in enumerate(waiting, start):
        if chain is None:
            entries.append(leaf)
        else:
            entries.append(follow(leaf, last.get(chain, before)))
            last[chain] = index
    return entries


def _runs(numbers: Sequence[int], start: int) -> Iterator[tuple[int, int, int]]:
    """The first and the last of each run of numbers without a gap, and the place of the first.

    >>> list(_runs([3, 4, 5, 9], 100))
    [(3, 5, 100), (9, 9, 103)]
    """
    first = 0
    for i, number in enumerate(numbers):
        if i + 1 == len(numbers) or numbers[i + 1] != number + 1:
            yield numbers[first], number, start + first
            first = i + 1
