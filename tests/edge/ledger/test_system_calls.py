"""What sealing asks of the kernel, counted and refused by strace where there is one.

The rest of the crash table (`test_crash_table.py`) needs no strace; this is the same from below:
SQLite's own writes are killed and refused too.
"""

from __future__ import annotations

import shutil
import signal
import subprocess

import pytest
from sqlalchemy import event
from tests.edge.ledger.children import REFUSED, traced
from tests.edge.ledger.failures import World, invariants

from evenhand.edge.ledger.disk import DiskFiles

FORCING = "fsync,fdatasync,sync,syncfs,sync_file_range,msync"


def strace_is_missing():
    if shutil.which("strace") is None:
        return "strace is not here"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], check=False,
                           capture_output=True)
    return "strace may trace nothing here" if tried.returncode else ""


MISSING = strace_is_missing()
needs_strace = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "world")
    yield made
    made.end()


class Counting(DiskFiles):
    def __init__(self):
        self.forced = []

    def force(self, path):
        self.forced.append(path.name)
        super().force(path)


def test_a_checkpoint_costs_one_commit_and_one_forced_file(world):
    files = world.files = Counting()
    world.again()
    world.grow(250)
    written, commits = [], []

    @event.listens_for(world.engine, "before_cursor_execute")
    def statement(_connection, _cursor, words, *_):
        written.append(words.split()[0])

    @event.listens_for(world.engine, "commit")
    def commit(_connection):
        commits.append("writes" if {"INSERT", "UPDATE"} & set(written) else "reads")
        written.clear()

    for _ in range(10):
        world.bring(3)
        files.forced.clear()
        commits.clear()
        world.sequencer.seal()
        assert files.forced == [".unfinished"], "the checkpoint before it has its name"
        assert commits.count("writes") == 1


@needs_strace
def test_a_checkpoint_costs_two_forcings_by_the_kernels_count(world):
    """A child seals five checkpoints, and another 25: the 20 more make the difference."""
    world.grow(250)
    counted = []
    for number in (5, 25):
        world.bring(number)
        world.engine.dispose()
        before = world.read_size()
        ended, calls = traced(world, FORCING, one_by_one=True)
        assert ended == 0 and world.read_size() == before + number
        counted.append(len(calls))
    assert counted[1] - counted[0] == 2 * 20, counted


@needs_strace
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_killed_by_the_kernel_at_sqlites_own_writes(world, call):
    """SIGKILL as SQLite writes a page or has it forced."""
    world.grow(250)
    killed = 0
    for when in (1, 2, 3, 4) if call == "fdatasync" else (1, 2, 5, 9, 14, 20):
        world.bring(2)
        ended, _ = traced(world, call, "-e", f"inject={call}:signal=KILL:when={when}")
        assert ended in (0, -signal.SIGKILL)
        killed += ended != 0
        world.readers_are_served()
        invariants(world)
    assert killed > 2


@needs_strace
def test_fdatasync_of_sqlite_is_refused_by_the_kernel(world):
    """EIO, once, at each: the child stops there, though the disk would take the rest."""
    world.grow(250)
    refused = 0
    for when in (1, 2, 3):
        world.bring(2)
        ended, _ = traced(world, "fdatasync", "-e", f"inject=fdatasync:error=EIO:when={when}")
        assert ended in (0, REFUSED)
        refused += ended == REFUSED
        world.readers_are_served()
        invariants(world)
    assert refused
