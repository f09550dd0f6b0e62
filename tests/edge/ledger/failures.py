"""A small world for the crash table, and what must hold in it after each failure (`invariants`)."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select
from tests.edge.ledger.small_witness import SmallWitness

from evenhand.audit.verify import verify_growth, verify_log, verify_other_files, verify_receipt
from evenhand.edge.ledger.fsck import compare
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.settings import Witnesses
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.ledger.witness_client import Cosigned
from evenhand.edge.ledger.witnessing import Witnessing
from evenhand.edge.store import tables as t
from evenhand.edge.store.address import read_address
from evenhand.edge.store.database import open_engine, reading, transaction
from evenhand.edge.store.logs import bind_log
from evenhand.edge.store.outbox import wait
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.policy import format_policy
from evenhand.ledger.receipt import format_receipt

KEY = PrivateKey(name="square.example/log", seed=b"\x07" * 32)
NEXT_KEY = PrivateKey(name="square.example/log-2", seed=b"\x08" * 32)
OUR_FILES = {"checkpoint", "witnessed", ".writer", ".unfinished", ".looked-at"}


def leaf(name):
    return f"leaf {name}".encode()


def open_log(store, ledger, key, witness, *, files=None, now=lambda: datetime.now(UTC)):
    """Sequencer and witness as a process opens them; whoever signs asks the witness first."""
    engine = open_engine(store)
    sequencer = LedgerSequencer(
        engine, key, ledger, files=files, begins=bind_log(engine, key.name, key.verifier),
        witnesses=Witnesses(all=(witness,), quorum=1))
    witnessing = Witnessing(sequencer, now=now)
    sequencer.guard = witnessing.guard
    return sequencer, witnessing


class World:
    """A store, its outbox, its sequencer, the log's files, and a witness whom the policy asks for.

    `acknowledged` are the records whose bringer was told that they are stored, `unanswered` those
    whose bringer was told nothing and brings them again; `shown` are the signed checkpoints that
    anybody has seen.
    """

    def __init__(self, folder, *, store=None, server=None, files=None):
        folder.mkdir(exist_ok=True)
        self.folder, self.server = folder, server
        self.store = folder / "a.db" if store is None else read_address(store, secret=True)
        self.ledger, self.key = folder / "ledger", KEY
        self.witness = SmallWitness("anna", KEY, NEXT_KEY)
        self.acknowledged, self.unanswered, self.shown = set(), [], []
        self.now, self.files = datetime(2026, 5, 1, tzinfo=UTC), files
        self.engine, self.names = None, 0
        self.again()

    def again(self):
        """What a new process opens."""
        if self.engine is not None:
            self.engine.dispose()
        self.sequencer, self.witnessing = open_log(
            self.store, self.ledger, self.key, self.witness.witness,
            files=self.files, now=lambda: self.now)
        self.engine = self.sequencer.engine

    def end(self):
        self.engine.dispose()
        self.witness.stop()

    def bring(self, count=1):
        """Bring so many records; they are acknowledged once this returns."""
        names = [f"{self.names + i}" for i in range(count)]
        self.names += count
        self.unanswered += names
        self.bring_again()

    def bring_again(self):
        """Whoever was told nothing brings the same again: what is there already is left."""
        with transaction(self.engine) as connection:
            there = set(connection.execute(select(t.outbox.c.key)).scalars())
            for name in self.unanswered:
                if name not in there:
                    wait(connection, name, leaf(name))
        self.acknowledged |= set(self.unanswered)
        self.unanswered = []

    def seal(self):
        """Seal what waits, have it witnessed, and look."""
        self.sequencer.seal()
        self.witnessing.ask()
        self.look()

    def grow(self, count=1):
        self.bring(count)
        self.seal()

    def read(self, path):
        return read_directory(self.ledger)(path)

    def look(self):
        """What anybody sees now: the published checkpoint, which they keep."""
        note = self.read("checkpoint")
        if note is not None and note not in self.shown:
            self.shown.append(note)

    def read_size(self):
        """The size that is published."""
        note = self.read("checkpoint")
        return 0 if note is None else read_unverified(note).size

    def copy(self, to):
        """A copy of the store, which is SQLite's, and of the files; nobody uses it meanwhile."""
        self.engine.dispose()
        to.mkdir()
        for path in self.folder.glob("a.db*"):
            shutil.copy(path, to)
        shutil.copytree(self.ledger, to / "ledger")
        self.again()

    def put_back(self, copy, *, tiles):
        """Bring back a copy of the store; and of the files, if `tiles`."""
        self.engine.dispose()
        for path in self.folder.glob("a.db*"):
            path.unlink()
        for path in copy.glob("a.db*"):
            shutil.copy(path, self.folder)
        if tiles:
            shutil.rmtree(self.ledger)
            shutil.copytree(copy / "ledger", self.ledger)

    def lost_receipt(self, copy, name):
        """A receipt as whoever has it got it, of a store that is kept in a copy."""
        engine = open_engine(copy / "a.db")
        try:
            return LedgerSequencer(engine, self.key, copy / "ledger", witnesses=Witnesses(
                all=(self.witness.witness,), quorum=1)).receipt(name, b"")
        finally:
            engine.dispose()

    def verify(self):
        """As a stranger does, and every file that lies there besides."""
        report = verify_log(self.read, self.sequencer.policy)
        beside = verify_other_files(self.read, sorted(
            str(path.relative_to(self.ledger)) for path in self.ledger.rglob("*")
            if path.is_file() and path.name not in OUR_FILES), report.checkpoint)
        assert not beside.unknown
        return report

    def readers_are_served(self):
        """What a reader finds right after a failure verifies, and begins with what was shown."""
        policy = self.sequencer.policy
        for note in self.shown[-2:]:
            verify_log(self.read, policy, earlier=note)


def invariants(world):
    """The five of the reference (section 12), after a failure and the start of a new process."""
    world.again()
    # 4. No signed checkpoint was seen beyond the head that the store holds when it is opened again.
    world.look()
    durable = world.sequencer.head_size()
    assert all(read_unverified(note).size <= durable for note in world.shown)
    assert world.witness.seen.get(world.key.name, (0,))[0] <= durable
    world.bring_again()
    world.seal()
    # 1. The verifier accepts: every file, every receipt; and the store holds what was published.
    report = world.verify()
    assert compare(world.engine, world.ledger).waiting == 0
    # 2. Every checkpoint that anybody has seen is the beginning of this one.
    for note in world.shown:
        verify_growth(world.read, report.trust, note, world.sequencer.policy)
    world.shown = world.shown[:1] + world.shown[-1:]  # those between were just held against it
    # 3. Every record that was acknowledged is there exactly once.
    with reading(world.engine) as connection:
        rows = connection.execute(select(t.outbox.c.key, t.leaves.c.entry).outerjoin(
            t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index)).all()
        entries = Counter(connection.execute(select(t.leaves.c.entry)).scalars())
    ours = {row.key: row.entry for row in rows if not row.key.startswith("succession:")}
    assert ours == {name: leaf(name) for name in world.acknowledged}
    assert all(entries[leaf(name)] == 1 for name in world.acknowledged)
    assert entries.total() == len(rows) == report.entries
    some = sorted(world.acknowledged, key=int)[-3:]
    for name, receipt in zip(some, world.sequencer.receipts([(n, b"") for n in some]), strict=True):
        verify_receipt(format_receipt(receipt), leaf(name), format_policy(world.sequencer.policy))
    # 5. The witness accepts the next one.
    world.bring()
    world.sequencer.seal()
    assert all(isinstance(one.answer, Cosigned) for one in world.witnessing.ask())
    world.look()

