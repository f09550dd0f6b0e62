"""The crash table: every failure that the log is made for, by name, and what holds after each.

Each failure is a function on the same small world, and leaves it as the failure does; then
`invariants` holds. What fails here is the log and its store. `tests/edge/test_crashes.py` and
`tests/edge/desk/test_dying.py` kill the whole path of a post and of people's work,
`test_tiles_on_disk.py` tears each of the files, `test_sequencer.py` has two sequencers at once,
`test_witnessing.py` what a witness may answer, and `test_system_calls.py` the same failures from
below, by strace.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.edge.ledger.children import REFUSED, Children
from tests.edge.ledger.failures import NEXT_KEY, World, invariants, leaf
from tests.edge.ledger.power_cut import Cut, PowerCut

from evenhand.audit.verify import verify_log, verify_receipt
from evenhand.edge.ledger.disk import DiskFailed, DiskFiles, DiskRefused
from evenhand.edge.ledger.succession import succeed
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.store.database import StoreError, StoreFailed
from evenhand.ledger.errors import HistoryRewritten, LedgerError
from evenhand.ledger.policy import format_policy
from evenhand.ledger.receipt import format_receipt

SPEC = Path(__file__).parents[3] / "spec"

TABLE = []


def failure(*engines):
    """A row of the table, on each of these engines."""
    def row(does):
        TABLE.extend(pytest.param(engine, does, id=f"{does.__name__}-{engine}")
                     for engine in engines)
        return does

    return row


BOTH = "sqlite", "postgresql"


@pytest.fixture
def small(tmp_path, new_store, engine_kind, request):
    """Makes worlds; they are ended after the test."""
    made = []

    def make(**more):
        server = request.getfixturevalue("postgres") if engine_kind == "postgresql" else None
        made.append(World(tmp_path / f"world-{len(made)}", store=new_store(), server=server,
                          **more))
        return made[-1]

    yield make
    for world in made:
        world.end()


@pytest.fixture(scope="module")
def children():
    made = Children()
    yield made
    made.end()


# The process is killed.

@failure(*BOTH)
def killed_at_a_write_a_rename_an_fsync_or_a_commit(world, children):
    """SIGKILL before, in the middle of, or after each change of a file, each statement that writes
    and each commit, while the first 256 entries become full; and again with the same records."""
    world.grow(230)
    at, stride = 0, 1 if world.server is None else 4
    while (ended := children.run(world, at=at, how=("before", "torn", "after")[at // stride % 3])):
        assert ended == -signal.SIGKILL
        world.readers_are_served()
        invariants(world)
        at += stride
        world.bring(2)
    assert at > 25, "there are as many steps"
    world.readers_are_served()


@failure(*BOTH)
def killed_while_a_record_is_brought(world, children):
    """The bringer of two records is not told that they are stored, of which one is: they bring both
    again, and each is there once."""
    world.grow(3)
    world.bring(2)
    world.unanswered = [str(world.names - 1), str(world.names)]
    world.names += 1


# The power is cut.

@failure("sqlite")
def the_power_is_cut(world, children):
    """What was not forced is lost, cut short or ends in zeros, and names come back, in any order;
    nothing but `checkpoint` was forced."""
    for seed in range(4):
        cut_again_and_again(world, random.Random(seed), PowerCut(world.ledger))


def cut_again_and_again(world, chance, files):
    shutil.rmtree(world.ledger, ignore_errors=True)  # this disk knows only what it wrote itself
    world.files = files
    world.again()
    for _ in range(3):
        world.grow(chance.randint(1, 150))
        world.bring(chance.randint(1, 150))
        files.after = chance.choice([None, chance.randint(0, 30)])
        with contextlib.suppress(Cut):
            world.seal()
            world.grow(chance.randint(1, 20))
        files.cut(chance)
        invariants(world)


# The disk is full, or fails.

class Failing(DiskFiles):
    """A disk that refuses one operation, on a name with this ending."""

    def __init__(self, operation, number, ending=""):
        self.operation, self.ending = operation, ending
        self.error = OSError(number, os.strerror(number))

    def _do(self, operation, path):
        if self.operation == operation and str(path).endswith(self.ending):
            raise self.error

    def write(self, path, data):
        self._do("write", path)
        super().write(path, data)

    def force(self, path):
        self._do("force", path)
        super().force(path)

    def rename(self, source, target):
        self._do("rename", target)
        super().rename(source, target)


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of its own of so many bytes, where this user may mount one."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "evenhand", str(folder)]
    if shutil.which("mount") is None or subprocess.run(
            ["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk; `no_file_may_grow` runs everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@failure("sqlite")
def the_disk_is_full(world, children):
    """Store and files on a small disk that has ever less room: what is refused is said, and the
    same process goes on once there is room."""
    world.grow()
    with small_disk(world.folder / "disk", 16 << 20) as disk:
        full = World(disk / "world")
        full.names = 1000
        try:
            full.grow(250)
            refused = 0
            for room in (0, 4, 12, 24, 40, 80, 200):
                full.bring(20)
                ballast, free = disk / "ballast", shutil.disk_usage(disk).free
                ballast.write_bytes(bytes(max(0, free - (room << 10))))
                told = None
                try:
                    full.seal()
                except (StoreError, DiskRefused) as told_now:
                    told = told_now
                    refused += 1
                ballast.unlink()
                assert told is None or "make room" in told.hint, told
                full.readers_are_served()
                full.seal()
                invariants(full)
            assert refused > 3
        finally:
            full.end()


@failure("sqlite")
def no_file_may_grow(world, children):
    """The kernel refuses every file beyond a size (`RLIMIT_FSIZE`), the store's and the log's."""
    world.grow(250)
    ended = []
    for limit in (1, 32, 4096, 64 << 10, 1 << 30):
        world.bring(10)
        ended.append(children.run(world, limit=limit))
        world.readers_are_served()
        invariants(world)
    assert ended[0] == REFUSED and ended[-1] == 0 and set(ended) == {0, REFUSED}


@failure(*BOTH)
def fsync_of_the_checkpoint_fails(world, children):
    """The disk says that it did not keep the checkpoint: this process reads, signs and publishes
    no more, though the disk would take it now; the next one does."""
    world.grow(5)
    files = world.files = Failing("force", errno.EIO)
    world.again()
    world.bring(3)
    with pytest.raises(DiskFailed, match="Input/output error"):
        world.sequencer.seal()
    files.operation = None
    world.bring(3)
    durable = world.sequencer.head_size()
    for again in (world.sequencer.seal, world.sequencer.publish, world.sequencer.rebuild,
                  world.witnessing.ask, lambda: world.sequencer.receipt("1", b"")):
        with pytest.raises(DiskFailed):
            again()
    assert world.sequencer.head_size() == durable
    world.readers_are_served()


@failure(*BOTH)
def a_tile_cannot_be_written(world, children):
    """An input/output error (and not a full disk) at a tile ends the process in the same way."""
    world.grow(5)
    for operation, ending in (("write", ""), ("rename", "tile/0/000.p/8")):
        world.files = Failing(operation, errno.EIO, ending)
        world.again()
        world.bring(8 - world.sequencer.head_size() if operation == "write" else 0)
        for _ in range(2):
            with pytest.raises(DiskFailed):
                world.sequencer.seal()
        world.readers_are_served()
    world.files = None


@failure("sqlite")
def fsync_of_the_commit_fails(world, children):
    """SQLite says of a commit that the disk failed, whether it kept it or not: this process uses
    the store no more; the next one finds the head, or the records that wait."""
    for stored in (False, True):
        world.grow(3)
        world.bring(4)
        dialect = world.engine.dialect
        commit = dialect.do_commit

        def fail(connection, commit=commit, stored=stored):
            if stored:
                commit(connection)
            raise sqlite3.OperationalError("disk I/O error")

        dialect.do_commit = fail
        with pytest.raises(StoreFailed) as refused:
            world.sequencer.seal()
        dialect.do_commit = commit
        for again in (world.sequencer.seal, world.sequencer.publish, world.bring,
                      world.sequencer.head_size):
            with pytest.raises(StoreFailed) as second:
                again()
            assert second.value is refused.value
        world.readers_are_served()
        world.again()
        assert world.sequencer.head_size() == world.read_size() + 4 * stored
        invariants(world)


# The server goes away.

def at_a_moment(world, moment, does):
    """Have this happen in the next seal, at this moment, once."""
    done = []

    def happens(connection):
        if not done:
            done.append(moment)
            does(connection)

    if moment.startswith("before the commit"):
        commit = world.engine.dialect.do_commit

        def before(connection):
            happens(getattr(connection, "dbapi_connection", connection))
            commit(connection)

        world.engine.dialect.do_commit = before
        return

    @event.listens_for(world.engine, "before_cursor_execute")
    def statement(connection, _cursor, words, *_):
        if words.startswith(moment):
            happens(connection.connection.dbapi_connection)


MOMENTS = ("INSERT INTO leaves", "INSERT INTO heads", "before the commit")


def goes_away(world, does):
    """At each moment of a seal; the same process goes on when the server is back."""
    world.grow(5)
    for moment in MOMENTS:
        world.bring(3)
        at_a_moment(world, moment, does)
        with pytest.raises(StoreError) as refused:
            world.sequencer.seal()
        assert refused.value.hint
        until(world)
        world.readers_are_served()
        world.seal()
        invariants(world)


def until(world):
    """Wait until the server takes connections again."""
    late = time.monotonic() + 60
    while True:
        try:
            world.server.sql("SELECT 1")
            return
        except Exception:
            if time.monotonic() > late:
                raise
            time.sleep(0.05)


@failure("postgresql")
def the_servers_backend_is_terminated(world, children):
    """`pg_terminate_backend`, from another connection, in the middle of a seal."""
    goes_away(world, lambda connection: world.server.sql(
        f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)"))


@failure("postgresql")
def the_servers_backend_is_killed(world, children):
    """SIGKILL for the server's process that seals: the server ends all others and recovers."""
    goes_away(world, lambda connection: os.kill(connection.info.backend_pid, signal.SIGKILL))


@failure("postgresql")
def the_server_is_killed(world, children):
    """SIGKILL for the server itself, and an immediate stop; it is started again and recovers."""
    for how in (signal.SIGKILL, signal.SIGQUIT):
        goes_away(world, lambda connection, how=how: world.server.crash(how))


# Time, and the past.

@failure(*BOTH)
def the_clock_goes_back(world, children):
    """The machine's clock, and the witness's, go back by a year: nothing rests on either."""
    world.grow(5)
    world.now -= timedelta(days=365)
    world.witness.seconds -= 365 * 86400
    world.grow(5)


def brought_back(world, *, tiles):
    """The store as it was one hour ago, before five records more were sealed and witnessed; it is
    copied whole, and what there was is kept in `lost`."""
    at = world.sequencer.head_size()
    world.grow(3)
    old, lost = world.folder / "copy", world.folder / "lost"
    world.copy(old)
    world.grow(5)
    world.copy(lost)
    world.put_back(old, tiles=tiles)
    world.again()
    world.bring()
    for _ in range(2):
        with pytest.raises(HistoryRewritten, match="older copy") as refused:
            world.sequencer.seal()
        assert "succeed" in refused.value.hint
    assert world.sequencer.head_size() == 3 + at
    return lost


@failure("sqlite")
def brought_back_an_hour_old_and_then_whole(world, children):
    """An older copy of the store, with its tiles or without, signs nothing while a witness knows
    more; the whole record then goes on as if nothing had been."""
    for tiles in (True, False):
        lost = brought_back(world, tiles=tiles)
        world.acknowledged.discard(str(world.names - 1))  # into the copy that is given up
        world.put_back(lost, tiles=True)
        for folder in (world.folder / "copy", lost):
            shutil.rmtree(folder)
        invariants(world)


@failure("sqlite")
def brought_back_an_hour_old_and_gone_on_in_another_log(world, children):
    """What is missing is lost, so that the old log is sealed: its receipts and its files verify
    under its own key, and the new one begins with what is left."""
    world.grow(260)
    policy = world.sequencer.policy
    lost = brought_back(world, tiles=False)
    receipt = format_receipt(world.lost_receipt(lost, "265"))
    succeed(world.engine, NEXT_KEY, world.ledger, words="The disk was lost.", at=world.now,
            clock="live")
    sealed = world.folder / "sealed-logs" / "square.example-log"
    for note in world.shown:
        assert verify_log(read_directory(sealed), policy, earlier=note).entries == 268
    verify_receipt(receipt, leaf("265"), format_policy(policy))
    world.key, world.shown = NEXT_KEY, []
    world.acknowledged -= {str(name) for name in range(263, 268)}


@pytest.mark.parametrize(("engine_kind", "failure"), TABLE, indirect=["engine_kind"])
def test_after_each_failure_of_the_table_the_log_is_what_it_was(small, children, failure):
    world = small()
    failure(world, children)
    invariants(world)


# Negative controls: the table must catch a log that is kept in another way.

@pytest.mark.parametrize("wrong", [{"lies": True}, {"restless": True}], ids=[
    "a checkpoint that was not forced", "files that nobody looks at after the power was cut"])
def test_the_table_catches(small, wrong):
    world = small()

    def life():
        for seed in range(8):
            cut_again_and_again(world, random.Random(seed), PowerCut(world.ledger, **wrong))

    with pytest.raises((LedgerError, AssertionError)):
        life()


def test_every_failure_says_what_it_is_and_stands_in_the_specification():
    page = re.sub(r"[^a-z| \n]", "", (SPEC / "ledger.md").read_text().lower())
    for does in {row.values[1] for row in TABLE}:
        assert does.__doc__
        assert f"| {does.__name__.replace('_', ' ')} |" in page
