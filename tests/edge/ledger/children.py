"""Processes that seal the world's records and are killed at a step of it, or may not grow a file.

A step is a change of the log's files, a statement that writes, or a commit. One process that opens
nothing itself forks a child for each trial, since starting Python anew would take longer.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, event
from tests.edge.ledger.failures import KEY, open_log

import evenhand.edge.ledger.sequencer as sequencing
from evenhand.edge.ledger.disk import DiskFiles
from evenhand.edge.store.address import read_address
from evenhand.errors import EvenhandError
from evenhand.ledger.keys import format_vkey, parse_vkey
from evenhand.ledger.policy import Witness

ROOT = Path(__file__).parents[3]
REFUSED = 7
"""How a child ends that was refused by one of our errors."""


class Steps:
    """Kills the process at the n-th step: before it, in its middle or after it."""

    def __init__(self, at, how):
        self.left, self.how = at, how

    def step(self, whole, torn=lambda: None):
        if self.left == 0 and self.how == "torn":
            torn()
        elif self.left or self.how == "after":
            whole()
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


class Killed(DiskFiles):
    def __init__(self, steps):
        self.steps = steps

    def write(self, path, data):
        whole = super().write
        self.steps.step(lambda: whole(path, data), lambda: whole(path, data[:len(data) // 2]))

    def force(self, path):
        whole = super().force
        self.steps.step(lambda: whole(path))

    def rename(self, source, target):
        whole = super().rename
        self.steps.step(lambda: whole(source, target))

    def make_directory(self, path):
        whole = super().make_directory
        self.steps.step(lambda: whole(path)) if not path.is_dir() else None

    def remove_directory(self, path):
        whole = super().remove_directory
        if path.is_dir():
            self.steps.step(lambda: whole(path), lambda: next(path.iterdir()).unlink())


def seal(told):
    """What a child does: it seals what waits, asks the witnesses, and publishes what they sign."""
    if told["limit"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["limit"], told["limit"]))
    store = told["store"]
    store = Path(store["file"]) if "file" in store else read_address(store["url"], secret=True)
    name, key, url = told["witness"]
    witness = Witness(name=name, key=parse_vkey(key), url=url)
    steps = Steps(told["at"], told["how"])
    sequencer, witnessing = open_log(store, Path(told["ledger"]), KEY, witness,
                                     files=Killed(steps))
    dialect = sequencer.engine.dialect
    commit = dialect.do_commit
    dialect.do_commit = lambda connection: steps.step(lambda: commit(connection))

    @event.listens_for(Engine, "before_cursor_execute")
    def statement(_connection, _cursor, words, *_):
        if words.startswith(("INSERT", "UPDATE")):
            steps.step(lambda: None)

    if told["one_by_one"]:
        sequencing.AT_ONCE = 1  # a checkpoint for each record
    sequencer.seal()
    witnessing.ask()


def trial(told):
    """Do it, and say with the exit status how it ended."""
    try:
        seal(told)
    except EvenhandError:
        os._exit(REFUSED)
    os._exit(0)


def serve():
    """For each line, fork a child that does what it says; tell how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            trial(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def told(world, at=-1, how="before", limit=0, one_by_one=False):
    """What a child is told of a world."""
    one = world.witness.witness
    return json.dumps({
        "store": {"file": str(world.store)} if isinstance(world.store, Path)
        else {"url": world.store.url}, "ledger": str(world.ledger),
        "witness": (one.name, format_vkey(one.key), one.url), "at": at, "how": how, "limit": limit,
        "one_by_one": one_by_one})


def traced(world, calls, *options, one_by_one=False):
    """A child under strace: its exit status, and the lines that say these calls, as they were made.
    """
    log = world.folder / "strace"
    ended = subprocess.run(
        ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}", "-e", "signal=none",
         *options, sys.executable, "-c",
         "import json, sys; from tests.edge.ledger.children import trial; "
         "trial(json.loads(sys.argv[1]))", told(world, one_by_one=one_by_one)],
        cwd=ROOT, check=False, capture_output=True)
    return ended.returncode, [line for line in log.read_text(errors="replace").splitlines()
                              if "(" in line]


class Children:
    """Has children do it, one after the other."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tests.edge.ledger.children import serve; serve()"],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, world, **how):
        """The exit status of a child: less than 0 is the signal that ended it."""
        self.process.stdin.write(told(world, **how) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
