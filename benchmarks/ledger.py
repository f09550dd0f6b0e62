"""Measures the log: sealing, proving, auditing, and how often the disk is waited for; in Markdown.

    python benchmarks/ledger.py [ENTRIES] [--pymerkle FOLDER] [--aics PYTHON]

The log has 1,000,000 entries unless fewer are asked for: decisions and their deliveries in turn, in
histories of three decisions, in the form in which Evenhand seals them. Beside ours, on the same
entries, where somebody put them at hand (`benchmarks/others.py` says how): pymerkle and aics-tlog,
neither of which Evenhand uses. System calls are counted by strace, where it is installed.

CPU seconds are those of this process, the system's work for it among them; wall clock and load
stand beside, since a busy machine takes longer by the clock.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from path import new_platform
from sqlalchemy import insert
from store import measured, settled

from evenhand.audit.leaves import verify_leaves
from evenhand.audit.prove import prove_entry
from evenhand.audit.verify import verify_log
from evenhand.edge.config import load_config
from evenhand.edge.ledger.disk import DiskFiles
from evenhand.edge.ledger.sequencer import AT_ONCE, LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import transaction
from evenhand.ledger.merkle import (
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_frontier,
)
from evenhand.ledger.tiles import hashes_in_tiles
from evenhand.record.canonical import canonical
from others import beside_aics, beside_pymerkle, ours_in_memory

SEED = 20200526
ROWS = 5000
PROOFS = 1000
STRACE = shutil.which("strace")
Row = dict[str, object]


class Watched(DiskFiles):
    """The real disk; notes when each checkpoint became public, by the clock and in CPU time."""

    def __init__(self) -> None:
        self.at = [(time.perf_counter(), time.process_time())]

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        if target.name == "checkpoint":
            self.at.append((time.perf_counter(), time.process_time()))

    def longest(self) -> tuple[float, float]:
        """Milliseconds between two checkpoints, at most: by the clock, and of CPU."""
        gaps = [(a[0] - b[0], a[1] - b[1]) for a, b in zip(self.at[1:], self.at, strict=False)]
        return max(g[0] for g in gaps) * 1e3, max(g[1] for g in gaps) * 1e3


def decision(platform: Platform) -> bytes:
    """The leaf of a decision, as it was really settled under the platform's terms."""
    [one] = settled(platform.versions[-1], 1, platform.config.sealed)
    assert one.sealable is not None, "the post is a matter for a clause"
    return one.sealable.leaf


def told(kind: str, **more: object) -> bytes:
    """A leaf of another kind."""
    return f"evenhand/{kind}/v1\n".encode() + canonical(
        {"clock": "replayed", "commitment": "hmac-sha256:" + 64 * "0", "when": "2020-06-01",
         **more})


def waiting(kinds: dict[str, bytes], *, histories: bool) -> Iterator[Row]:
    """Rows that wait to be sealed, without end: the kinds in turn, each with commitments of its
    own; six rows to a history."""
    parts = {kind: re.split(rb"(?<=hmac-sha256:)[0-9a-f]{64}", leaf)
             for kind, leaf in kinds.items()}
    n = 0
    while True:
        for kind, cut in parts.items():
            name = sha256(b"%d" % n).hexdigest()
            yield {"key": f"{kind}:{name}", "leaf": name.encode().join(cut),
                   "chain": f"agora:{n // (6 * 50) * 50 + n % 50}" if histories else None}
            n += 1


def wait(platform: Platform, rows: Iterable[Row]) -> None:
    """Have rows wait in the outbox."""
    rows = iter(rows)
    while some := list(islice(rows, ROWS)):
        with transaction(platform.engine) as connection:
            connection.execute(insert(t.outbox), some)


def sealing(name: str, platform: Platform, rows: Iterator[Row], count: int) -> LedgerSequencer:
    """One line of the table: rows that wait, sealed and published."""
    platform.sequencer.seal()
    wait(platform, islice(rows, count))
    watched = Watched()
    sequencer = LedgerSequencer(platform.engine, platform.sequencer.key, platform.config.ledger,
                                files=watched)
    before = sequencer.head_size()
    (wall, cpu), size = watched.at[0], sequencer.seal()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    with platform.engine.connect() as connection:
        long = connection.exec_driver_sql("SELECT avg(length(entry)) FROM leaves").scalar()
    assert size - before == count, "every row was sealed"
    by_clock, of_cpu = watched.longest()
    print(f"| {name} | {count:,} | {long:.0f} | {cpu:.1f} | {count / cpu:,.0f} | {wall:.1f} | "
          f"{count / wall:,.0f} | {len(watched.at) - 1} | {of_cpu:.0f} | {by_clock:.0f} | "
          f"{load()} |", flush=True)
    return sequencer


def load() -> str:
    """How many processes wanted to work in the last minute, beside how many can."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()}"


def syncs(folder: Path, what: str, times: int) -> None:
    """One line: how often the disk was waited for, counted by strace in a process that seals."""
    platform, _ = new_platform(folder / "agora")
    kinds = {"decision": decision(platform)}
    platform.sequencer.seal()
    if what == "waiting":
        wait(platform, islice(waiting(kinds, histories=True), times * AT_ONCE))
    platform.engine.dispose()
    noted = folder / "calls"
    subprocess.run([STRACE or "strace", "-f", "-y", "-e", "trace=fsync,fdatasync,sync", "-o", noted,
                    sys.executable, __file__, "--seal", folder / "agora", what, str(times)],
                   check=True)
    calls = Counter(re.findall(r"sync\(\d+<[^>]*/([^/>]+)>", noted.read_text()))
    name = platform.config.store.name
    log, file, public = calls[name + "-wal"], calls[name], calls[".unfinished"]
    own = {"waiting": 0, "one": times}[what]
    words = {"waiting": f"{AT_ONCE:,} waiting rows under each", "one": "one row stored and sealed"}
    # SQLite waits for its log at each commit, and around each copying of it into the file.
    print(f"| {words[what]} | {times} | {public} | {log - own} | {file} | "
          f"{calls.total() - log - file - public} | {(calls.total() - own) / times:.2f} | {own} |",
          flush=True)


def seal_alone(folder: str, what: str, times: str) -> None:
    """The process whose system calls are counted."""
    platform = open_platform(load_config(Path(folder)))
    for n in range(int(times) if what == "one" else 0):
        wait(platform, [{"key": f"delivery:{n}", "leaf": told("delivery", prev=None),
                         "chain": str(n)}])
        platform.sequencer.seal()
    platform.sequencer.seal()


def each(what: str, work: Callable[[int], object], numbers: Iterable[int]) -> None:
    """One line: what one costs, at the median and at the 99th percentile, in milliseconds."""
    cpu, wall = [], []
    for number in numbers:
        clock, start = time.perf_counter_ns(), time.process_time_ns()
        work(number)
        cpu.append((time.process_time_ns() - start) / 1e6)
        wall.append((time.perf_counter_ns() - clock) / 1e6)
    high = statistics.quantiles(cpu, n=100)[98], statistics.quantiles(wall, n=100)[98]
    print(f"| {what} | {len(cpu):,} | {statistics.median(cpu):.3f} | {high[0]:.3f} | "
          f"{statistics.median(wall):.3f} | {high[1]:.3f} |", flush=True)


def proving(sequencer: LedgerSequencer, folder: Path, entries: list[bytes],
            keys: list[str]) -> None:
    """Proofs of a log whose files are on disk: the table."""
    read, size = read_directory(folder), len(entries)
    kept, root = hashes_in_tiles(read, size), read_frontier(
        size, hashes_in_tiles(read, size)).root()
    chance = random.Random(SEED)
    some = [chance.randrange(1, size) for _ in range(PROOFS)]

    def inclusion(index: int, fresh: bool) -> None:
        proof = prove_inclusion(index, size, hashes_in_tiles(read, size) if fresh else kept)
        check_inclusion(index, size, leaf_hash(entries[index]), proof, root)

    def consistency(old: int) -> None:
        hashes = hashes_in_tiles(read, size)
        check_consistency(old, size, prove_consistency(old, size, hashes),
                          read_frontier(old, hashes).root(), root)

    print("\n| proof | how many | CPU ms, median | 99th of 100 | wall ms, median | 99th of 100 |\n"
          "|---|---|---|---|---|---|")
    each("inclusion, made and checked, no tile in memory", lambda n: inclusion(n, True), some)
    each("inclusion, made and checked, tiles kept in memory", lambda n: inclusion(n, False), some)
    each("entry with its receipt from the public files (`prove_entry`)",
         lambda n: prove_entry(read, sequencer.policy, n), some)
    each("100 receipts at once from the store (`receipts`)", lambda n: sequencer.receipts(
        [(keys[i], b"") for i in chance.sample(range(1, size), 100)]), some[:PROOFS // 20])
    each("consistency with an earlier size, made and checked", consistency, some)


def auditing(sequencer: LedgerSequencer, folder: Path, entries: list[bytes]) -> float:
    """The log audited whole, and the hashes that it takes alone: the table; gives the entries a
    CPU-second of the audit."""
    read, rates = read_directory(folder), []
    print("\n| audit from the files | entries | CPU s | a CPU-second | wall s | load |\n"
          "|---|---|---|---|---|---|")
    for name, audit in (
            ("every entry up to the signed root (`verify_log`)",
             lambda: verify_log(read, sequencer.policy)),
            ("the same hashes alone, of entries in memory", lambda: ours_in_memory(entries)),
            ("and what the entries say of each other (`verify_leaves`)",
             lambda: verify_leaves(read, sequencer.policy))):
        clock, start = time.perf_counter(), time.process_time()
        audit()
        cpu, wall = time.process_time() - start, time.perf_counter() - clock
        rates.append(len(entries) / cpu)
        print(f"| {name} | {len(entries):,} | {cpu:.1f} | {rates[-1]:,.0f} | {wall:.1f} | "
              f"{load()} |", flush=True)
    return rates[0]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("entries", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--pymerkle", type=Path, metavar="FOLDER")
    asked.add_argument("--aics", type=Path, metavar="PYTHON")
    given = asked.parse_args()
    few = min(100_000, given.entries)
    print(f"Python {sys.version.split()[0]}; load {load()}\n\n| sealed from the outbox to files | "
          "entries | bytes each | CPU s | a CPU-second | wall s | a second | checkpoints | longest "
          "between two: ms of CPU | ms by the clock | load |\n" + "|---" * 11 + "|")
    with tempfile.TemporaryDirectory() as place:
        for name, kind, more in (
                ("erasures, of no post's history", "erasure", {"posts": 1}),
                ("deliveries, each in a history", "delivery", {"outcome": "delivered",
                                                               "prev": None})):
            platform, _ = new_platform(Path(place) / kind)
            sealing(name, platform, waiting({kind: told(kind, **more)},
                                            histories="prev" in more), few)
        platform, _ = new_platform(Path(place) / "decisions")
        sealing("decisions, each in a history", platform,
                waiting({"decision": decision(platform)}, histories=True), few)
        platform, _ = new_platform(Path(place) / "agora")
        kinds = {"decision": decision(platform),
                 "delivery": told("delivery", outcome="delivered", prev=None)}
        sequencer = sealing("decisions and deliveries in turn", platform,
                            waiting(kinds, histories=True), given.entries)
        print("\n| decisions with all their rows | decisions | CPU s | a CPU-second | wall s | a "
              "second |\n|---|---|---|---|---|---|")
        measured("SQLite, stored and sealed by 500", None, 10_000)
        if STRACE:
            print("\n| waits for the disk (`fsync`, `fdatasync`) | checkpoints | the checkpoint's "
                  "file | the store's log | the store's file | others | a checkpoint | and of the "
                  "rows' own commits |\n" + "|---" * 8 + "|")
            syncs(Path(place) / "some", "waiting", 50)
            syncs(Path(place) / "one", "one", 100)
        else:
            print("\nstrace is not here, so no system calls were counted.")
        folder = platform.config.ledger
        with platform.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT entry, key FROM leaves JOIN outbox USING (leaf_index) ORDER BY leaf_index"
            ).all()
        entries, keys = [row[0] for row in rows], [row[1] for row in rows]
        proving(sequencer, folder, entries, keys)
        rate = auditing(sequencer, folder, entries)
        if given.pymerkle:
            beside_pymerkle(given.pymerkle, entries, Path(place), each, PROOFS)
        if given.aics:
            beside_aics(given.aics, entries, folder, rate)
        if not given.pymerkle or not given.aics:
            print("\nOther people's libraries run beside ours where they are at hand: "
                  "benchmarks/others.py says how.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seal"]:
        seal_alone(*sys.argv[2:])
    else:
        main()
