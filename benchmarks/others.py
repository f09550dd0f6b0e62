"""What other people's libraries do with the same entries: for comparison, none is used by us.

pymerkle (GPLv3, so nothing of Evenhand may depend on it) is put by hand into a folder that is
thrown away afterwards; aics-tlog needs Python 3.12 or newer and an environment of its own, such as
`tests/others` makes:

    pip install --target /tmp/pymerkle pymerkle
    python benchmarks/ledger.py --pymerkle /tmp/pymerkle --aics build/others/aics/bin/python

In that other Python this file runs by itself: `python others.py LOG`, entries on standard input.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

BATCH = 2048
HEADS = "| entries | CPU s | a CPU-second | of ours: the same with nothing stored | ours, times |"


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def ours_in_memory(entries: list[bytes]) -> float:
    """CPU seconds in which our tree takes the entries, a head for each batch, nothing stored."""
    from evenhand.ledger.merkle import Frontier, leaf_hash

    def append() -> None:
        frontier = Frontier()
        for start in range(0, len(entries), BATCH):
            frontier = frontier.extend(map(leaf_hash, entries[start:start + BATCH]))
            frontier.root()

    return timed(append)


def beside_pymerkle(folder: Path, entries: list[bytes], place: Path,
                    each: Callable[[str, Callable[[int], object], Iterable[int]], None],
                    proofs: int) -> None:
    """pymerkle's trees, in memory and in SQLite, on the same entries."""
    sys.path.insert(0, str(folder))
    pymerkle: Any = importlib.import_module("pymerkle")
    ours = ours_in_memory(entries)
    print(f"\n| appended, pymerkle {pymerkle.__version__} {HEADS}\n|---|---|---|---|---|---|")
    memory = pymerkle.InmemoryTree(algorithm="sha256")
    stored = pymerkle.SqliteTree(str(place / "pymerkle.db"), algorithm="sha256")

    def one_by_one() -> None:
        for entry in entries:
            memory.append_entry(entry)

    def in_batches() -> None:
        for start in range(0, len(entries), BATCH):
            stored.append_entries(entries[start:start + BATCH])

    for name, work in (("one by one in memory", one_by_one),
                       (f"by {BATCH:,} to SQLite, no head signed", in_batches)):
        cpu = timed(work)
        print(f"| {name} | {len(entries):,} | {cpu:.1f} | {len(entries) / cpu:,.0f} | "
              f"{ours:.1f} | {cpu / ours:.1f} |", flush=True)

    def prove(tree: Any) -> Callable[[int], object]:
        root = tree.get_state()
        return lambda n: pymerkle.verify_inclusion(tree.get_leaf(n), root, tree.prove_inclusion(n))

    numbers = [1 + n * 7919 % len(entries) for n in range(proofs)]
    print("\n| pymerkle's proofs of inclusion, made and checked | how many | CPU ms, median | 99th "
          "of 100 | wall ms, median | 99th of 100 |\n|---|---|---|---|---|---|")
    each("in memory", prove(memory), numbers)
    each("from SQLite", prove(stored), numbers[:20])


def beside_aics(python: Path, entries: list[bytes], folder: Path, rate: float) -> None:
    """aics-tlog's own audit of our files, and its writer on the same entries."""
    lengths = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    done = subprocess.run([python, __file__, str(folder)], input=lengths, capture_output=True,
                          check=True)
    audited, written = map(float, done.stdout.split())
    ours = ours_in_memory(entries)
    print("\n| aics-tlog, in its own Python | entries | CPU s | a CPU-second | ours, times |\n"
          "|---|---|---|---|---|")
    print(f"| audits our log from its files | {len(entries):,} | {audited:.1f} | "
          f"{len(entries) / audited:,.0f} | {rate * audited / len(entries):.1f} |")
    print(f"| appends by {BATCH:,}, tiles in memory (ours: no tiles) | {len(entries):,} | "
          f"{written:.1f} | {len(entries) / written:,.0f} | {written / ours:.1f} |")


def in_its_python(folder: str) -> None:
    """Print the CPU seconds of aics-tlog's audit and of its writer."""
    from aics_tlog import parse_checkpoint, parse_note
    from aics_tlog.tiles import FileSystemTileReader
    from aics_tlog.verified import audit_tiles
    from aics_tlog.writer import IncrementalTileWriter, MemoryTileStore

    data, entries, place = sys.stdin.buffer.read(), [], 0
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place:place + 2], "big")
        entries.append(data[place + 2:end])
        place = end
    head = parse_checkpoint(parse_note((Path(folder) / "checkpoint").read_bytes()).text)

    def write() -> None:
        writer = IncrementalTileWriter(MemoryTileStore())
        for start in range(0, len(entries), BATCH):
            writer.append(entries[start:start + BATCH])

    print(timed(lambda: audit_tiles(FileSystemTileReader(folder), head.size, head.root)))
    print(timed(write))


if __name__ == "__main__":
    in_its_python(*sys.argv[1:])
