"""Where the time of a post goes, stage by stage, and how far each is from what the machine can do.

    python benchmarks/stages.py [FOLDER]            # where its workload.py, rules.md and hits lie
    python benchmarks/stages.py --write [FOLDER]    # and draw docs/explanation/speed.svg

The public workload runs through the product (`whole.py`), and a clock that ticks with the CPU
notes, a thousand times a second or as often as the kernel does, which stage is at work: the
innermost function on the stack that the table below names. What no line names is "the rest". A
limit is the same bytes through the plainest tool that could do the stage at all, measured in the
same run: so it says what Python around it costs, and no more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import runpy
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import FrameType

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import msgspec
import polars as pl
import re2
from whole import (
    BEGINS,
    WORKLOAD,
    decisions,
    facts_alone,
    new_platform,
    patterns,
    reading,
    write_events,
)

from evenhand.case import Standing, settle
from evenhand.edge.platform import Platform, Signals
from evenhand.edge.signals.signal import NO_HISTORY, measure
from evenhand.model.decision import Cause, CauseKind
from evenhand.model.signal import Dossier
from evenhand.terms.clauses import Terms

STAGES = ("decode", "normalise", "scan", "other signals", "conditions", "rows and their keys",
          "past", "decide", "reasons and letter", "write the record", "store", "seal", "the rest")
OF = {
    "edge/intake/": "decode", "edge/posts.py": "decode", "edge/brought_columns.py": "decode",
    "edge/signals/folding.py": "normalise", "edge/signals/in_ascii.py": "normalise",
    "edge/signals/scripts.py": "normalise", "edge/signals/disguise.py": "normalise",
    "edge/signals/": "other signals", "edge/signals/text.py": "scan",
    "edge/signals/scan.py": "scan", "edge/signals/finder.py": "scan",
    "edge/signals/words.py": "scan", "edge/signals/patterns.py": "scan",
    "rulebook/": "conditions", "decide/measuring.py": "conditions", "decide/": "decide",
    "edge/measured.py": "rows and their keys", "record/rows.py": "rows and their keys",
    "record/batch.py": "rows and their keys", "edge/past.py": "past",
    "edge/store/counted.py": "past", "edge/store/matters.py": "past",
    "reasons/": "reasons and letter", "record/": "write the record", "edge/store/": "store",
    "edge/dataset.py": "store", "edge/ledger/": "seal", "ledger/": "seal",
}
"""Part of the package -> its stage; of two that fit, the longer."""

PACKAGE = "/evenhand/"
COLOURS = ("#4269d0", "#6cc5b0", "#3ca951", "#97bbf5", "#efb118", "#ff8ab7", "#a463f2", "#ff725c",
           "#9c6b4e", "#d6a45f", "#8f9aa7", "#5b7083", "#c9ced4")


def stage_of(file: str) -> str | None:
    """The stage that a source file belongs to; None of what is not ours, or names none."""
    _, ours, inner = file.rpartition(PACKAGE)
    fits = [part for part in OF if inner.startswith(part)] if ours else []
    return OF[max(fits, key=len)] if fits else None


class Ticks:
    """Counts, tick by tick of the CPU's time, which stage is at work."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.seconds = 0.0
        self._known: dict[str, str | None] = {}

    def _tick(self, _: int, frame: FrameType | None) -> None:
        while frame is not None:
            file = frame.f_code.co_filename
            if file not in self._known:
                self._known[file] = stage_of(file)
            if (stage := self._known[file]) is not None:
                self.counted[stage] += 1
                return
            frame = frame.f_back
        self.counted["the rest"] += 1

    def __enter__(self) -> Ticks:
        self._began = time.process_time()
        signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.seconds += time.process_time() - self._began

    def each(self, posts: int) -> dict[str, float]:
        """Stage -> microseconds a post."""
        ticks = sum(self.counted.values())
        return {s: self.counted[s] / ticks * self.seconds / posts * 1e6
                for s in STAGES if self.counted[s]}


def least(work: Callable[[], object], times: int = 3) -> float:
    """CPU seconds, the best of some runs."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


Limits = dict[str, tuple[str, float, int]]
"""Stage -> (what was done instead, CPU seconds, bytes)."""


def limits_of_facts(lines: list[bytes], folder: Path) -> Limits:
    """What the machine can do where nothing is decided: the lines, their texts, the rows."""
    texts = [json.loads(line)["post"]["text"] for line in lines]
    written = sum(len(t.encode()) for t in texts)
    never = re2.compile(r"(?i)\b(?:zqxj|qzjx)[0-9]{9}\b")
    frame = pl.concat([pl.read_parquet(file) for file in sorted(folder.glob("*.parquet"))])
    rows = [json.dumps(row, default=str).encode() for row in frame.rows()]
    numbers = [n for n, d in frame.schema.items() if d == pl.Int64]
    return {
        "decode": ("`msgspec` decodes the lines",
                   least(lambda: [msgspec.json.decode(line) for line in lines]),
                   sum(map(len, lines))),
        "normalise": ("`unicodedata` folds the texts", least(
            lambda: [unicodedata.normalize("NFKC", t).casefold() for t in texts]), written),
        "scan": ("RE2 looks for two words that no text holds",
                 least(lambda: [never.search(t) for t in texts]), written),
        "conditions": ("Polars compares every whole number with one", least(
            lambda: frame.select((pl.col(n) >= 1).sum() for n in numbers)),
            8 * len(numbers) * len(lines)),
        "rows and their keys": ("HMAC-SHA256 of each row as JSON, and Parquet", least(
            lambda: ([hmac.digest(b"k" * 32, row, "sha256") for row in rows],
                     frame.write_parquet(BytesIO(), compression="zstd", compression_level=1))),
            sum(map(len, rows))),
    }


def limits_of_records(store: Path) -> Limits:
    """What the machine can do with the records that a run stored."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
        kept = [record for (record,) in db.execute("SELECT record FROM decisions")]
    plain, size = [msgspec.json.decode(record) for record in kept], sum(map(len, kept))

    def insert() -> None:
        with tempfile.TemporaryDirectory() as place, sqlite3.connect(f"{place}/x.db") as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("CREATE TABLE x (n INTEGER PRIMARY KEY, record BLOB)")
            for start in range(0, len(kept), 650):
                db.executemany("INSERT INTO x (record) VALUES (?)",
                               [(one,) for one in kept[start:start + 650]])
                db.commit()

    return {
        "write the record": ("`msgspec` encodes the records, keys in order", least(
            lambda: [msgspec.json.encode(one, order="sorted") for one in plain]), size),
        "store": ("SQLite inserts the records alone", least(insert), size),
        "seal": ("SHA-256 of the records",
                 least(lambda: [hashlib.sha256(one).digest() for one in kept]), size),
    }


def alone(made: tuple[Platform, Terms], file: Path) -> None:
    """One post after the other through the library: its facts, every clause, the decision."""
    platform, terms = made
    signals = Signals(platform.config.sealed, platform.config.brought).for_terms(terms)
    taken: dict[str, list[int]] = {"every post": [], "nothing to decide": [], "decided": []}
    with reading(platform, file) as batches:
        for batch in batches:
            for i in range(len(batch)):
                post = batch.post(i)
                start = time.thread_time_ns()
                known = measure(signals, post, NO_HISTORY)
                done = settle(
                    post, dossier=Dossier(reported=known.reported, matches=(), spans=known.spans),
                    versions=(terms,), cause=Cause(kind=CauseKind.ARRIVAL, id="1", at=BEGINS),
                    standing=Standing(taken={}), platform="X", now=BEGINS, clock="replayed",
                    fresh_key=lambda: bytes(32))
                spent = time.thread_time_ns() - start
                taken["every post"].append(spent)
                taken["decided" if done.decision else "nothing to decide"].append(spent)
    print("\n**One post after the other through the library, 20 clauses**\n")
    print("| posts | how many | median, µs of CPU | 95 of 100 within |\n|---|---|---|---|")
    for which, spent_each in taken.items():
        cut = statistics.quantiles(spent_each, n=20)
        print(f"| {which} | {len(spent_each):,} | {cut[9] / 1000:.0f} | {cut[18] / 1000:.0f} |")


def told(name: str, each: Mapping[str, float], limit: Limits, posts: int) -> None:
    """One table."""
    print(f"\n**{name}: {sum(each.values()):.1f} µs of CPU a post**\n")
    print("| stage | µs a post | share | limit, µs a post | MB/s there | times it | what the "
          "limit is |\n|---|---|---|---|---|---|---|")
    for stage, us in each.items():
        share = f"| {stage} | {us:.1f} | {us / sum(each.values()):.0%} |"
        if stage not in limit:
            print(f"{share} | | | |")
            continue
        what, seconds, size = limit[stage]
        least_us = seconds / posts * 1e6
        print(f"{share} {least_us:.2f} | {size / seconds / 1e6:,.0f} | {us / least_us:.1f} | "
              f"{what} |")


def picture(runs: Mapping[str, Mapping[str, float]]) -> str:
    """Both runs as stacked bars, each to its own scale, as SVG."""
    width, parts, y = 760, [], 24
    for name, each in runs.items():
        total, x = sum(each.values()), 10.0
        parts.append(f'<text x="10" y="{y}" font-weight="600">{name}: {total:.0f} µs of CPU a '
                     f'post</text>')
        for stage, us in each.items():
            w = us / total * (width - 20)
            colour = COLOURS[STAGES.index(stage)]
            parts.append(f'<rect x="{x:.1f}" y="{y + 10}" width="{w:.1f}" height="34" '
                         f'fill="{colour}"><title>{stage}: {us:.1f} µs</title></rect>')
            x += w
        for n, (stage, us) in enumerate(each.items()):
            left, top = 10 + n % 3 * 248, y + 64 + n // 3 * 19
            parts.append(f'<rect x="{left}" y="{top - 10}" width="11" height="11" '
                         f'fill="{COLOURS[STAGES.index(stage)]}"/><text x="{left + 17}" '
                         f'y="{top}">{stage}: {us:.1f} µs, {us / total:.0%}</text>')
        y += 64 + (len(each) + 2) // 3 * 19 + 24
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="wide" viewBox="0 0 {width} {y - 10}" '
            f'font-family="system-ui, sans-serif" font-size="13" role="img" fill="currentColor">'
            f'<title>Where the time of a post goes</title>{"".join(parts)}</svg>\n')


def main() -> None:
    """Measure, print and, where asked, draw."""
    given = [a for a in sys.argv[1:] if not a.startswith("--")]
    folder = Path(given[0]) if given else WORKLOAD
    if not (folder / "workload.py").exists():
        print(f"the workload is not here, so nothing was measured: {folder}")
        return
    workload = runpy.run_path(str(folder / "workload.py"))
    found = patterns(folder, workload["word_lists"]())
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "events.jsonl"
        posts = write_events(workload, file)
        few, whole = Ticks(), Ticks()
        for n in range(4):
            platform, terms = new_platform(Path(place) / f"facts{n}", found)
            with few:
                facts_alone(platform, terms, file, Path(place) / f"rows{n}")
        platform, _ = new_platform(Path(place) / "run", found)
        with whole:
            job = decisions(platform, file, courier=False)
        platform.engine.dispose()
        facts = limits_of_facts(file.read_bytes().splitlines(), Path(place) / "rows0")
        records = limits_of_records(Path(str(platform.engine.url.database)))
        runs = {"JSON lines to findings and sealed facts": (few.each(4 * posts), facts),
                f"with {job.summary.decisions:,} of {posts:,} posts decided, recorded, sealed":
                (whole.each(posts), facts | records)}
        for name, (each, limit) in runs.items():
            told(name, each, limit, posts)
        alone(new_platform(Path(place) / "alone", found), file)
    if "--write" in sys.argv:
        target = Path(__file__).parents[1] / "docs" / "explanation" / "speed.svg"
        drawn = picture({name: each for name, (each, _) in runs.items()})
        target.write_text(drawn, encoding="utf-8")
        print(f"\nThe picture is {target.name}, in docs/explanation.")


if __name__ == "__main__":
    main()
