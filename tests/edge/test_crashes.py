"""Dying at every step of the path, and starting again: nothing is lost, doubled or done unsealed.

The table of commit points is `POINTS`; what must hold after any of them is `check`.
"""

from __future__ import annotations

import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import event, select

import evenhand.case as case
import evenhand.edge.learn as learning
import evenhand.edge.run as running
import evenhand.edge.sweeping as sweeping
from evenhand.edge.courier.courier import ErrandCourier
from evenhand.edge.courier.folder import FolderChannel
from evenhand.edge.dataset import Dataset, StoreArrived
from evenhand.edge.ledger.disk import DiskFiles
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.edge.store.decided import DecisionStore
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import LedgerError
from evenhand.ledger.merkle import leaf_hash, root
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.record.batch import read_batch
from evenhand.record.kinds import read_record
from evenhand.record.opening import check_opening, read_opening
from evenhand.record.rows import check_rows

POSTS = 48
ON_BOTH_ENGINES = True


class Died(Exception):
    """The process is gone: nothing after this line happened."""


def tell(world):
    """Fact-checks and statements for the middle of the posts."""
    world.learn(checks=[world.check(published="2020-05-20T01:00:00Z"),
                        world.check("b", claim="A ferry leaves at six", rating="False",
                                    published="2020-05-20T01:00:00Z")],
                said=[world.said("7", minute=100), world.said("9", minute=100),
                      world.said("9", value="reports", by="bo", minute=100)])


def live(world, posts=POSTS):
    """What the whole life of a platform is here: it is told things, and it runs."""
    tell(world)
    world.run(world.crowd(posts))


# The commit points. Each arranges for the process to die the `nth` time that it gets there.

def after(monkeypatch, owner, name, nth):
    whole, seen = getattr(owner, name), Counter()

    def die(*args, **named):
        result = whole(*args, **named)
        seen["calls"] += 1
        if seen["calls"] == nth:
            raise Died(f"after {name}")
        return result

    monkeypatch.setattr(owner, name, die)


def before(monkeypatch, owner, name, nth):
    whole, seen = getattr(owner, name), Counter()

    def die(*args, **named):
        seen["calls"] += 1
        if seen["calls"] == nth:
            raise Died(f"before {name}")
        return whole(*args, **named)

    monkeypatch.setattr(owner, name, die)


def at_statement(monkeypatch, beginning, nth):
    """Within a transaction, just before a statement that begins so."""
    opened, seen = running.MainJob.__init__, Counter()

    def listen(job, platform, **named):
        @event.listens_for(platform.engine, "before_cursor_execute")
        def die(connection, cursor, statement, parameters, context, executemany):
            if statement.startswith(beginning):
                seen["calls"] += 1
                if seen["calls"] == nth:
                    raise Died(f"at {beginning}")
        opened(job, platform, **named)

    monkeypatch.setattr(running.MainJob, "__init__", listen)


def at_file(monkeypatch, operation, ending, nth, *, below):
    """Before one operation on a file of this name, below a folder of this name."""
    whole, seen = getattr(DiskFiles, operation), Counter()

    def die(files, *paths):
        if str(paths[-1] if operation == "rename" else paths[0]).endswith(ending) and any(
                below in path.parts for path in paths if isinstance(path, Path)):
            seen["calls"] += 1
            if seen["calls"] == nth:
                raise Died(f"before {operation} of {ending}")
        return whole(files, *paths)

    monkeypatch.setattr(DiskFiles, operation, die)


def in_the_store_before_the_commit(m, n):
    at_statement(m, "INSERT INTO outbox", n)


def in_the_store_before_the_file_of_facts(m, n):
    before(m, Dataset, "stage", n)


def after_the_file_of_facts_before_the_commit(m, n):
    after(m, Dataset, "stage", n)


def after_the_store_commit_before_the_file_has_its_name(m, n):
    after(m, DecisionStore, "commit_arrived", n)


def after_the_store_commit_before_the_seal(m, n):
    after(m, StoreArrived, "commit", n)


def after_the_commit_of_a_sweep_before_the_seal(m, n):
    after(m, DecisionStore, "commit", min(n, 2))


def between_leaves_and_head(m, n):
    at_statement(m, "INSERT INTO heads", n)


def after_the_head_before_the_tiles(m, n):
    after(m, LedgerSequencer, "_seal_some", n)


def between_two_tile_files(m, n):
    at_file(m, "rename", "", 4 * n, below="tile")


def after_the_tiles_before_the_checkpoint_file(m, n):
    at_file(m, "rename", "checkpoint", n, below="ledger")


def after_the_tiles_before_the_letter(m, n):
    before(m, FolderChannel, "_put", n)


def after_the_notice_before_its_receipt(m, n):
    at_file(m, "write", ".receipt.tlog-proof.new", n, below="letters")


def while_the_receipt_takes_its_name(m, n):
    at_file(m, "rename", "receipt.tlog-proof", n, below="letters")


def after_the_letter_before_the_delivery_row(m, n):
    before(m, ErrandCourier, "_note", n)


def within_the_delivery_row(m, n):
    at_statement(m, "DELETE FROM errands", n)


def after_the_delivery_commit(m, n):
    after(m, ErrandCourier, "deliver", n)


def while_learning_fact_checks(m, n):
    after(m, learning, "remember_fact_checks", 1)


def while_learning_statements(m, n):
    before(m, learning, "remember_statements", 1)


def in_a_sweep_before_it_is_marked(m, n):
    before(m, sweeping, "mark_swept", min(n, 2))


def in_a_sweep_after_it_is_marked(m, n):
    after(m, sweeping, "mark_swept", min(n, 2))


def within_the_marking_of_a_sweep(m, n):
    at_statement(m, "UPDATE statements SET swept", 1)


POINTS = (
    in_the_store_before_the_commit, in_the_store_before_the_file_of_facts,
    after_the_file_of_facts_before_the_commit, after_the_store_commit_before_the_file_has_its_name,
    after_the_store_commit_before_the_seal, after_the_commit_of_a_sweep_before_the_seal,
    between_leaves_and_head, after_the_head_before_the_tiles, between_two_tile_files,
    after_the_tiles_before_the_checkpoint_file, after_the_tiles_before_the_letter,
    after_the_notice_before_its_receipt, while_the_receipt_takes_its_name,
    after_the_letter_before_the_delivery_row, within_the_delivery_row, after_the_delivery_commit,
    while_learning_fact_checks, while_learning_statements, in_a_sweep_before_it_is_marked,
    in_a_sweep_after_it_is_marked, within_the_marking_of_a_sweep)


def letters(world):
    """Decision (its first digits) -> the files of its letter, complete or not."""
    return {folder.name: sorted(f.name for f in folder.iterdir() if not f.name.startswith("."))
            for folder in world.config.letters.glob("*")}


def sealed(world):
    """The decisions that are under the signed head that is published."""
    file = world.config.ledger / "checkpoint"
    size = read_unverified(file.read_bytes()).size if file.exists() else 0
    with reading(world.open().engine) as connection:
        return {row.key.removeprefix("decision:")[:16] for row in connection.execute(
            select(t.outbox.c.key).where(t.outbox.c.leaf_index < size))}


def check_meanwhile(world, kept):
    """What must hold at any instant, also just after a crash; keeps the published checkpoint."""
    assert set(letters(world)) <= sealed(world), "nothing is handed over before it is sealed"
    with reading(world.open().engine) as connection:
        said = connection.execute(select(t.deliveries.c.about).where(
            t.deliveries.c.outcome == "delivered")).scalars().all()
    whole = ["actions.json", "log.policy", "notice.txt", "receipt.tlog-proof"]
    assert {about.removeprefix("decision:")[:16] for about in said} <= {
        name for name, files in letters(world).items() if files == whole}, (
        "what was delivered is there, with its receipt")
    file = world.config.ledger / "checkpoint"
    if file.exists():
        kept.append(file.read_bytes())
        world.verify()


def check(world, whole, kept):
    """What must hold once it has run to its end: `whole` are an uninterrupted run's outcomes."""
    check_meanwhile(world, kept)
    assert world.outcomes() == whole, "the same decisions, none lost, none twice"
    engine = world.open().engine
    with reading(engine) as connection:
        entries = connection.execute(select(t.leaves.c.entry).order_by(
            t.leaves.c.leaf_index)).scalars().all()
        told = {row.id for row in connection.execute(select(t.decisions))
                if read_record(row.record).notice is not None}
        handed = connection.execute(select(t.outbox.c.key).where(
            t.outbox.c.key.startswith("delivery:"), t.outbox.c.leaf_index.is_not(None))).scalars()
        assert Counter(key.removeprefix("delivery:folder:decision:") for key in handed) == Counter(
            told), ("every notice was delivered, once, and the ledger says so")
        assert not connection.execute(select(t.errands)).all()
    assert len(set(entries)) == len(entries)
    for note in kept:
        seen = read_unverified(note)
        assert seen.root == root(map(leaf_hash, entries[:seen.size])), (
            "what was once published is the beginning of what is published now")
    policy = parse_policy((world.config.ledger / "policy").read_bytes())
    for folder in world.config.letters.glob("*"):
        receipt = parse_receipt((folder / "receipt.tlog-proof").read_bytes())
        opening = read_opening(receipt.extra)
        check_receipt(receipt, opening.leaf, policy)
        assert check_opening(opening).body["notice"]["words"] in (folder / "notice.txt").read_text()
    assert world.verify().kinds["delivery"] == len(told)
    check_dataset(world)


def check_dataset(world):
    """Every post is a row of the dataset, once, and every batch that is stored has its file."""
    with reading(world.open().engine) as connection:
        batches = {row.id: row for row in connection.execute(select(t.batches))}
        posts = connection.execute(select(t.posts.c.native)).scalars().all()
    files = sorted(world.config.dataset.iterdir())
    assert [file.name for file in files] == sorted(f"{batch}.parquet" for batch in batches)
    rows = []
    for file in files:
        header, frame = read_batch(file.read_bytes())
        check_rows(frame, batches[header.facts.id].row_keys, header.facts.root)
        rows += frame["native"].to_list()
    assert sorted(rows) == sorted(posts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The outcomes of a run that nothing interrupted."""
    holder = {}

    def outcomes(worlds, posts=POSTS):
        if posts not in holder:
            world = worlds(f"whole{posts}")
            live(world, posts)
            holder[posts] = world.outcomes()
            check(world, holder[posts], [])
        return holder[posts]

    return outcomes


@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.__name__)
def test_dying_at_a_commit_point_loses_and_doubles_nothing(worlds, whole, batches, point, nth):
    batches(8)
    expected, world, kept = whole(worlds), worlds("dying"), []
    with pytest.MonkeyPatch.context() as dying:
        point(dying, nth)
        with pytest.raises(Died):
            live(world)
    check_meanwhile(world, kept)
    live(world)
    check(world, expected, kept)


@pytest.mark.parametrize("seed", range(3))
def test_dying_again_and_again_loses_and_doubles_nothing(worlds, whole, batches, seed):
    batches(8)
    expected, world, kept, chance = whole(worlds), worlds("dying"), [], random.Random(seed)
    for _ in range(5):
        with pytest.MonkeyPatch.context() as dying:
            chance.choice(POINTS)(dying, chance.randint(1, 3))
            try:
                live(world)
            except Died:
                check_meanwhile(world, kept)
    live(world)
    check(world, expected, kept)


# Negative controls: the harness must catch a path that keeps another order.

def deliver_first(m):
    """The letter is handed over before it is sealed."""
    def carry(settled, *, store, sequencer, courier):
        store.commit(settled)
        for one in settled:
            if one.sealable is not None and one.sealable.record.notice is not None:
                folder = courier.job.platform.config.letters / one.decision.id[:16]
                folder.mkdir(parents=True)
                (folder / "notice.txt").write_text(one.sealable.record.notice.words)
                raise Died

    m.setattr(running, "carry", carry)


def note_the_delivery_first(m):
    """The ledger is told of a delivery whose letter is not there yet."""
    put, note = FolderChannel._put, ErrandCourier._note
    waiting = []
    m.setattr(FolderChannel, "_put", lambda *args, **named: waiting.append((args, named)))

    def later(courier, connection, done):
        count = note(courier, connection, done)
        connection.commit()
        if len(waiting) > 3:
            raise Died
        while waiting:
            args, named = waiting.pop()
            put(*args, **named)
        return count

    m.setattr(ErrandCourier, "_note", later)


def show_the_checkpoint_first(m):
    """The checkpoint is published before the files that it vouches for."""
    publish = TilesOnDisk.publish

    def early(disk, note, read_entries):
        disk._write_checkpoint(note, None)
        return publish(disk, note, read_entries)

    m.setattr(TilesOnDisk, "publish", early)
    at_file(m, "rename", "", 9, below="tile")


@pytest.mark.parametrize(("wrong", "caught"), [
    (deliver_first, "before it is sealed"), (note_the_delivery_first, "is there, with its receipt"),
    (show_the_checkpoint_first, "the file is missing")])
def test_the_harness_catches_a_path_in_the_wrong_order(worlds, batches, wrong, caught):
    batches(8)
    world = worlds("wrong")
    with pytest.MonkeyPatch.context() as dying:
        wrong(dying)
        with pytest.raises(Died):
            live(world)
    with pytest.raises((AssertionError, LedgerError), match=caught):
        check_meanwhile(world, [])


def test_the_path_keeps_its_order_in_the_calls_it_makes():
    order = []

    class Port:
        def commit(self, settled):
            order.append("stored")
            return 0

        def seal(self):
            order.append("sealed")
            return 0

        def deliver(self):
            order.append("delivered")
            return 0

    case.carry([], store=Port(), sequencer=Port(), courier=Port())
    assert order == ["stored", "sealed", "delivered"]


RUN = """
import os, pickle, sys
from pathlib import Path
import evenhand.edge.run as running
from evenhand.edge.config import load_config
from evenhand.edge.learn import learn
from evenhand.edge.platform import open_platform
from evenhand.edge.settling import Settling
import bm25s
Settling.batch = running.MainJob.batch = 8
folder = Path(sys.argv[1])
posts = pickle.loads((folder / "posts.pickle").read_bytes())

def run():
    platform = open_platform(load_config(folder))
    learn(platform, fact_checks=(folder / "checks.jsonl",), statements=(folder / "said.jsonl",),
          on_reject=lambda path: print)
    running.MainJob(platform, progress=lambda summary: print("batch", flush=True),
                    on_reject=print).run(posts)
    print("done", flush=True)

for line in sys.stdin:
    child = os.fork()
    if not child:
        run()
        os._exit(0)
    print("child", child, flush=True)
    print("status", os.waitpid(child, 0)[1], flush=True)
"""
KILLS = 15


class Runner:
    """Starts the main job in a process of its own, as often as it is asked to."""

    def __init__(self, folder):
        self.process = subprocess.Popen([sys.executable, "-c", RUN, str(folder)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, *, batches, seconds):
        """Kill the job this long after so many batches; whether it was (else it had ended)."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        word, child = self.process.stdout.readline().split()
        assert word == "child"
        seen = 0
        while seen < batches and (line := self.process.stdout.readline()).strip() != "done":
            assert line.strip() == "batch", line
            seen += 1
        time.sleep(seconds)
        if seen == batches:
            os.kill(int(child), signal.SIGKILL)
        while not (line := self.process.stdout.readline()).startswith("status"):
            assert line.strip() in ("batch", "done"), line
        status = int(line.split()[1])
        assert status in (0, signal.SIGKILL), line
        return status == signal.SIGKILL


def test_a_process_that_is_killed_at_random_moments_loses_and_doubles_nothing(
        worlds, whole, batches):
    """SIGKILL: no `finally` runs, no file is closed, no transaction is rolled back by us."""
    posts = 300
    batches(8)
    expected, kept = whole(worlds, posts), []
    world, chance = worlds("killed"), random.Random(20200528)
    told = worlds("told")
    tell(told)
    for name in ("checks.jsonl", "said.jsonl"):
        shutil.copy(told.folder / name, world.folder)
    (world.folder / "posts.pickle").write_bytes(pickle.dumps(list(world.crowd(posts))))
    runner, killed = Runner(world.folder), 0
    for _ in range(3 * KILLS):
        if killed == KILLS:
            break
        # The first batches of a run are those that were done before: it gets some way further.
        killed += runner.run(batches=killed + chance.randint(0, 5), seconds=chance.uniform(0, .15))
        check_meanwhile(world, kept)
    assert killed == KILLS
    assert not runner.run(batches=10_000, seconds=0)
    runner.process.stdin.close()
    assert runner.process.wait(10) == 0
    runner.process.stdout.close()
    assert len({read_unverified(note).size for note in kept}) > KILLS // 2, "on its way"
    check(world, expected, kept)
