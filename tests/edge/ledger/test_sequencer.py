"""Sealing: one order, one head, every checkpoint with its files; and when nothing is signed."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest
from sqlalchemy import insert, select

import evenhand.edge.ledger.sequencer as sequencing
from evenhand.audit.verify import verify_log, verify_receipt
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import open_engine, reading, transaction
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import HistoryRewritten, LedgerError
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import leaf_hash, root
from evenhand.ledger.policy import Log, Policy, format_policy
from evenhand.ledger.receipt import format_receipt
from evenhand.ledger.tiles import read_tile, right_edge

ON_BOTH_ENGINES = True

KEY = PrivateKey(name="square.example/log", seed=b"\x07" * 32)
POLICY = Policy(logs=(Log(key=KEY.verifier),))


class Ledger:
    """A store with an outbox, and the sequencer that seals it."""

    def __init__(self, folder):
        self.path, self.tiles = folder / "a.db", folder / "ledger"
        self.again()

    def again(self):
        self.engine = open_engine(self.path)
        self.sequencer = LedgerSequencer(self.engine, KEY, self.tiles)
        return self.sequencer

    def wait(self, *names):
        with transaction(self.engine) as connection:
            connection.execute(insert(t.outbox), [
                {"key": str(name), "leaf": f"leaf {name}".encode()} for name in names])

    def notes(self):
        with reading(self.engine) as connection:
            return list(connection.execute(
                select(t.heads.c.checkpoint).order_by(t.heads.c.size)).scalars())

    def entries(self):
        with reading(self.engine) as connection:
            return list(connection.execute(
                select(t.leaves.c.leaf_index, t.leaves.c.entry).order_by(
                    t.leaves.c.leaf_index)).all())

    def verify(self):
        return verify_log(read_directory(self.tiles), POLICY).entries

    def sql(self, *statements):
        self.engine.dispose()
        connection = sqlite3.connect(self.path, isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()


@pytest.fixture
def log(tmp_path):
    return Ledger(tmp_path)


def test_rows_are_sealed_in_the_order_in_which_they_waited_under_one_signed_head(log):
    log.wait(*range(5))
    assert log.sequencer.seal() == 5
    assert log.sequencer.seal() == 5, "nothing waits, nothing is signed"
    log.wait(*range(5, 7))
    assert log.sequencer.seal() == 7
    entries = log.entries()
    assert [index for index, _ in entries] == list(range(7))
    assert [entry for _, entry in entries] == [f"leaf {i}".encode() for i in range(7)]
    assert [read_unverified(note).size for note in log.notes()] == [5, 7]
    assert read_unverified(log.notes()[-1]).root == root(leaf_hash(e) for _, e in entries)
    assert log.verify() == 7


def test_every_checkpoint_that_was_signed_has_the_files_that_verify_it(log, monkeypatch):
    """Also those that were signed while nothing was published: after a crash, or many at once."""
    monkeypatch.setattr(sequencing, "AT_ONCE", 3)
    monkeypatch.setattr(log.sequencer, "publish", lambda: 0)
    log.wait(*range(20))
    log.sequencer.seal()
    assert not log.tiles.exists()
    log.again().seal()
    sizes = [read_unverified(note).size for note in log.notes()]
    assert sizes == [3, 6, 9, 12, 15, 18, 20]
    for size in sizes:
        for tile in right_edge(size):
            assert len(read_tile(read_directory(log.tiles), tile)) == tile.width
            assert (log.tiles / tile.path).exists(), "a partial tile of its own"
    assert log.verify() == 20


def test_more_than_one_transaction_seals_what_waits(log, monkeypatch):
    monkeypatch.setattr(sequencing, "AT_ONCE", 100)
    log.wait(*range(530))
    assert log.sequencer.seal() == 530
    assert len(log.notes()) == 6
    assert log.verify() == 530


def test_each_head_has_its_files_before_the_next_is_signed(log, monkeypatch):
    """So the newest published checkpoint is never older than one transaction takes."""
    monkeypatch.setattr(sequencing, "AT_ONCE", 4)
    signed, publish = [], log.sequencer.publish

    def note():
        signed.append((len(log.notes()), publish()))
        return signed[-1][1]

    monkeypatch.setattr(log.sequencer, "publish", note)
    log.wait(*range(10))
    assert log.sequencer.seal() == 10
    assert signed == [(1, 4), (2, 8), (3, 10)]


def test_each_row_gets_the_place_of_its_own_leaf_also_where_numbers_were_left_out(log, monkeypatch):
    """A transaction that was taken back may have used up numbers; those that wait stay in order."""
    monkeypatch.setattr(sequencing, "AT_ONCE", 5)
    numbers = [1, 2, 5, 6, 9, 20, 21, 40]
    with transaction(log.engine) as connection:
        connection.execute(insert(t.outbox), [
            {"n": n, "key": str(n), "leaf": b'{"n":%d,"prev":null}' % n, "chain": f"x:{n % 2}"}
            for n in numbers])
    assert log.sequencer.seal() == 8
    with reading(log.engine) as connection:
        given = list(connection.execute(select(t.outbox.c.n, t.outbox.c.leaf_index).order_by(
            t.outbox.c.n)))
    assert given == list(zip(numbers, range(8), strict=True))
    # Odd and even numbers are two histories, each told across both heads.
    before = ["null", "null", "0", "1", "2", "3", "4", "5"]
    assert [entry.decode() for _, entry in log.entries()] == [
        f'{{"n":{n},"prev":{prev}}}' for n, prev in zip(numbers, before, strict=True)]


@pytest.mark.parametrize("lost", ["all", "checkpoint", "tile/entries", "tile/0"])
def test_files_that_are_lost_are_derived_again_from_the_database(log, lost):
    log.wait(*range(300))
    log.sequencer.seal()
    log.wait(*range(300, 310))
    log.sequencer.seal()
    target = log.tiles if lost == "all" else log.tiles / lost
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()
    log.again().seal()
    assert log.sequencer.receipts([("7", b"")])[0] is not None
    log.sequencer.rebuild()
    assert log.verify() == 310


def test_receipts_verify_and_there_is_none_for_what_is_not_sealed(log):
    log.wait(*range(700))
    log.sequencer.seal()
    log.wait("late")
    receipts = log.sequencer.receipts([("0", b"x"), ("late", b""), ("nobody's", b""), ("699", b"")])
    assert [r.index if r else None for r in receipts] == [0, None, None, 699]
    for receipt in receipts:
        if receipt is not None:
            verify_receipt(format_receipt(receipt).encode(), f"leaf {receipt.index}".encode(),
                           format_policy(POLICY).encode())
    assert log.sequencer.receipt("0", b"x").extra == b"x"


@pytest.mark.parametrize("damage", ["gone", "short", "zeros"])
def test_a_receipt_whose_tile_was_torn_is_given_from_the_mended_one(log, damage):
    log.wait(*range(300))
    log.sequencer.seal()
    tile = log.tiles / "tile/0/000"
    whole = tile.read_bytes()
    if damage == "gone":
        tile.unlink()
    else:
        tile.write_bytes(whole[:100] + bytes(len(whole) - 100 if damage == "zeros" else 0))
    receipt = log.again().receipt("7", b"")
    verify_receipt(format_receipt(receipt), b"leaf 7", format_policy(POLICY))
    assert tile.read_bytes() == whole


def test_no_receipt_is_given_from_tiles_that_were_forged(log):
    log.wait(*range(4))
    log.sequencer.seal()
    tile = log.tiles / "tile/0/000.p/4"
    data = tile.read_bytes()
    tile.write_bytes(data[:32] + bytes(32) + data[64:])
    with pytest.raises(LedgerError):
        log.sequencer.receipt("0", b"")


UNBIND = "DROP TRIGGER leaves_never_{0}", "DROP TRIGGER heads_never_{0}"


@pytest.mark.parametrize(("tampering", "said"), [
    ((UNBIND[0].format("delete"), "DELETE FROM leaves WHERE leaf_index = 9"), "holds 9 leaves"),
    ((UNBIND[0].format("delete"), "DELETE FROM leaves WHERE leaf_index = 4"), "holds 9 leaves"),
    (("INSERT INTO leaves VALUES (10, x'00')",), "holds 11 leaves"),
    ((UNBIND[1].format("delete"), "DELETE FROM heads"), "holds 10 leaves"),
    ((UNBIND[1].format("update"), "UPDATE heads SET frontier = zeroblob(64)"), "does not belong"),
    ((UNBIND[1].format("update"), "UPDATE heads SET frontier = x''"), "damaged"),
    ((UNBIND[1].format("update"), "UPDATE heads SET checkpoint = replace(checkpoint, 'square', "
      "'circle')"), "does not belong"),
])
def test_a_database_that_was_tampered_with_signs_nothing(log, tampering, said):
    log.wait(*range(10))
    log.sequencer.seal()
    log.sql(*tampering)
    log.again()
    log.wait("more")
    before = log.notes()
    with pytest.raises(EvenhandError, match=said):
        log.sequencer.seal()
    assert log.notes() == before


def test_a_database_brought_back_from_an_older_copy_publishes_nothing(log, tmp_path):
    log.wait(*range(3))
    log.sequencer.seal()
    log.engine.dispose()
    shutil.copy(log.path, tmp_path / "backup.db")
    log.again()
    log.wait(*range(3, 6))
    log.sequencer.seal()
    log.engine.dispose()
    for file in tmp_path.glob("a.db*"):
        file.unlink()
    shutil.copy(tmp_path / "backup.db", log.path)
    log.again()
    with pytest.raises(HistoryRewritten):
        log.sequencer.seal()
    log.wait("another history")
    with pytest.raises(HistoryRewritten):
        log.sequencer.seal()


def test_sequencers_in_many_threads_make_one_history(log):
    failed = []

    def work(part):
        try:
            mine = LedgerSequencer(open_engine(log.path), KEY, log.tiles)
            for i in range(8):
                log.wait(f"{part}-{i}")
                mine.seal()
        except Exception as wrong:
            failed.append(wrong)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [index for index, _ in log.entries()] == list(range(32))
    assert len({entry for _, entry in log.entries()}) == 32
    assert log.verify() == 32


SEAL = """
import sys
from pathlib import Path
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.store.database import open_engine
from evenhand.ledger.keys import PrivateKey
folder = Path(sys.argv[1])
key = PrivateKey(name="square.example/log", seed=b"\\x07" * 32)
for _ in range(12):
    LedgerSequencer(open_engine(folder / "a.db"), key, folder / "ledger").seal()
"""


def test_sequencers_in_two_processes_make_one_history(log, tmp_path):
    running = [subprocess.Popen([sys.executable, "-c", SEAL, str(tmp_path)],
                                stderr=subprocess.PIPE) for _ in range(2)]
    for i in range(30):
        log.wait(i)
    assert [(p.communicate()[1], p.returncode) for p in running] == [(b"", 0)] * 2
    log.again().seal()
    assert [entry for _, entry in log.entries()] == [f"leaf {i}".encode() for i in range(30)]
    assert log.verify() == 30
