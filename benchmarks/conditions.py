"""Measures conditions on one record and over columns; prints Markdown.

    python benchmarks/conditions.py [ROWS]      # rows of the frame; 1,000,000 unless given

Facts, conditions and records are made here, the same for everybody: seeded, a tenth to a half of
each fact missing, one record in twenty with fact-checks; 20,000 different records, repeated. One
condition in seven looks among fact-checks and holds them against their post.
Figures are CPU seconds of this process, all its threads together, the best of three; those of one
record are the median of the wall clock. Trust the ratios within one run.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from evenhand.rulebook.answer import answer
from evenhand.rulebook.columns import add_answers
from evenhand.rulebook.condition import Condition, read_condition
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.frames import to_columns, to_records
from evenhand.rulebook.straight import straight
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Collection,
    Fact,
    Type,
    Vocabulary,
    choice,
    list_of,
)

SEED = 20200526
COUNTS = (10, 30, 200)
STANCES = ("asserts", "predicts", "opines", "asks", "reports", "rebuts", "mocks")
TOPICS = ("voting", "ballots", "health", "weather", "sport", "music", "war", "taxes")
TYPES: dict[str, Type] = {
    **{f"hits.list_{n}": INTEGER for n in range(6)},
    **{f"text.score_{n}": NUMBER for n in range(6)},
    "post.copies": INTEGER, "post.paid": TRUTH, "post.stance": choice(*STANCES),
    "post.language": TEXT, "post.made": INSTANT, "post.topics": list_of(TEXT),
    "post.links": list_of(TEXT), "post.urgent": TRUTH, "post.reach": NUMBER,
    "account.made": INSTANT, "account.followers": INTEGER, "account.verified": TRUTH,
    "account.strikes": INTEGER, "account.warned_for": DURATION, "account.country": TEXT,
    "claim.confirmed": TRUTH, "claim.rating": choice("false", "misleading", "mixed", "true"),
    "claim.topics": list_of(TEXT), "claim.checked": INSTANT,
}
VOCABULARY = Vocabulary.of(
    [Fact(name=n, type=t, meaning="", observer="", audience="author") for n, t in TYPES.items()],
    [Collection(phrase="matched claim", binds="claim", meaning="")])

TEMPLATES = (
    "hits.list_{a} >= {n} and not account.verified",
    "text.score_{a} > 0.{n}5 and text.score_{b} < 0.{m}",
    'post.stance in ["asserts", "predicts"] and hits.list_{a} > {n} unless post.paid',
    "post.made - account.made < {n} days and post.copies > {m}0",
    'shares(post.topics, ["voting", "ballots"]) and text.score_{a} >= 0.{n}{m}',
    "{n} <= count(post.links) < 10 and account.followers < {m}{n}0",
    "post.copies * {n} > account.followers + {m}0 or account.strikes >= {m}",
    'account.country not in ["de", "fr", "pl"] and (post.urgent or hits.list_{b} > {n})',
    'for a matched claim:\n    claim.confirmed and claim.rating in ["false", "misleading"] '
    'and "voting" in claim.topics and post.copies > {n}{m}\n'
    'unless post.stance in ["rebuts", "reports"]',
    "account.warned_for > {n} days and account.strikes > {m} and text.score_{b} > 0.{n}",
    'post.language == "en" and text.score_{a} + text.score_{b} > 1.{n} and not post.paid',
    "for a matched claim:\n    claim.checked < post.made + {n} days and claim.confirmed\n"
    "    unless post.copies < {m}",
)


def made_conditions(count: int) -> tuple[Condition, ...]:
    """So many conditions, all different, over the same facts."""
    chance = random.Random(SEED)
    texts: dict[str, None] = {}
    tries = 0
    while len(texts) < count:
        a, b = chance.sample(range(6), 2)
        texts[TEMPLATES[tries % len(TEMPLATES)].format(
            a=a, b=b, n=chance.randint(1, 9), m=chance.randint(1, 9))] = None
        tries += 1
        if not len(texts) % 5:
            texts[f"text.score_{a} > 0.{chance.randint(10, 99)} and post.reach > "
                  f"{chance.randint(1, 9)}"] = None
    return tuple(read_condition(t, vocabulary=VOCABULARY) for t in list(texts)[:count])


def made_value(type_: Type, chance: random.Random) -> Any:
    begin = datetime(2020, 5, 1, tzinfo=UTC)
    match type_.name:
        case "truth":
            return chance.random() < 0.3
        case "integer":
            return int(chance.expovariate(0.1))
        case "number":
            return chance.random()
        case "choice":
            return chance.choice(type_.choices)
        case "text":
            return chance.choice(("en", "de", "fr", "es", "hi"))
        case "instant":
            return begin + timedelta(microseconds=chance.randrange(10**13))
        case "duration":
            return timedelta(hours=chance.randrange(1000))
    return tuple(chance.sample(TOPICS, chance.randint(0, 3)))


def made_records(count: int) -> list[dict[str, Any]]:
    """So many records, as signals would report them."""
    chance = random.Random(SEED)
    gaps = {name: chance.uniform(0.1, 0.5) for name in TYPES}

    def some(prefix: str, within: bool) -> dict[str, Any]:
        return {n: made_value(t, chance) for n, t in TYPES.items()
                if n.startswith(prefix) == within and chance.random() > gaps[n]}

    records = []
    for _ in range(count):
        record = some("claim.", False)
        if chance.random() > 0.1:
            claims = chance.randint(1, 3) if chance.random() < 0.05 else 0
            record["claim"] = tuple(some("claim.", True) for _ in range(claims))
        records.append(record)
    return records


def cpu(work: Callable[[], object], *, best_of: int = 3) -> float:
    """CPU seconds of the best of some runs."""
    taken = []
    for _ in range(best_of):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def each_microseconds(work: Callable[[dict[str, Any]], object],
                      records: list[dict[str, Any]]) -> float:
    """Microseconds of the median record."""
    taken = []
    for record in records:
        start = time.perf_counter_ns()
        work(record)
        taken.append(time.perf_counter_ns() - start)
    return median(taken) / 1000


def one_record() -> None:
    records = made_records(5000)
    print("| one record | conditions | µs, p50 | times faster than with reasons |")
    print("|---|---|---|---|")
    for count in COUNTS:
        conditions = made_conditions(count)

        def explain(record: dict[str, Any], asked: tuple[Condition, ...] = conditions) -> None:
            for condition in asked:
                evaluate(condition, record, provision="")

        def alone(record: dict[str, Any], asked: tuple[Condition, ...] = conditions) -> None:
            for condition in asked:
                answer(condition, record)

        slow = each_microseconds(explain, records[:500])
        for what, work in (("with reasons", explain), ("answers, one by one", alone),
                           ("answers, fused", straight(conditions))):
            took = slow if work is explain else each_microseconds(work, records)
            print(f"| {what} | {count} | {took:,.1f} | {slow / took:,.0f} |", flush=True)


def compiling() -> None:
    print("\n| compiling, once | conditions | CPU ms |")
    print("|---|---|---|")
    few = to_columns(made_records(1), VOCABULARY).lazy()
    for count in COUNTS:
        conditions = made_conditions(count)
        asked = named(conditions)
        for what, work in (("to one Python function", lambda c=conditions: straight(c)),
                           ("to columns, planned and run on one row",
                            lambda a=asked: add_answers(few, a).collect())):
            print(f"| {what} | {count} | {cpu(work) * 1e3:,.1f} |", flush=True)


def named(conditions: tuple[Condition, ...]) -> dict[str, Condition]:
    return {str(n): condition for n, condition in enumerate(conditions)}


def columns(rows: int) -> None:
    few = to_columns(made_records(20_000), VOCABULARY)
    frame = pl.concat([few] * max(1, rows // few.height))
    rows = frame.height
    print(f"\n| {rows:,} rows | conditions | CPU s | rows a CPU-second | answers a CPU-second |")
    print("|---|---|---|---|---|")
    for what, engine in (("in memory", "in-memory"), ("streamed", "streaming")):
        for count in COUNTS:
            asked = named(made_conditions(count))
            took = cpu(lambda e=engine, a=asked: add_answers(frame.lazy(), a).select(*a).collect(
                engine=e))
            print(f"| {what} | {count} | {took:.2f} | {rows / took:,.0f} | "
                  f"{rows * count / took:,.0f} |", flush=True)
    records = made_records(5000)
    fused = straight(made_conditions(30))
    took = cpu(lambda: [fused(record) for record in records])
    print(f"| one by one, fused Python | 30 | | {len(records) / took:,.0f} | "
          f"{30 * len(records) / took:,.0f} |")
    took = cpu(lambda: to_columns(records, VOCABULARY))
    print(f"| records laid out as rows | | | {len(records) / took:,.0f} | |")
    laid = to_columns(records, VOCABULARY)
    took = cpu(lambda: list(to_records(laid, VOCABULARY)))
    print(f"| rows taken back as records | | | {len(records) / took:,.0f} | |")


def memory(rows: int) -> None:
    few = to_columns(made_records(20_000), VOCABULARY)
    print("\n| file to file, 30 conditions, a process of its own | MB read | CPU s | peak MB |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in (rows, 4 * rows):
            file = Path(folder) / f"{count}.parquet"
            pl.concat([few.lazy()] * max(1, count // few.height)).sink_parquet(file)
            told = subprocess.run([sys.executable, __file__, "stream", file], check=True,
                                  capture_output=True, text=True).stdout.split()
            print(f"| {count:,} rows | {file.stat().st_size / 1e6:,.0f} | {float(told[0]):.2f} | "
                  f"{int(told[1]) / 1024:,.0f} |", flush=True)


def stream(file: str) -> None:
    """Answer a file into another, and tell the CPU seconds and the peak of memory in KB (Linux)."""
    asked = named(made_conditions(30))
    start = time.process_time()
    add_answers(pl.scan_parquet(file), asked).select(*asked).sink_parquet(file + ".answers")
    taken = time.process_time() - start
    # What `getrusage` calls the peak may be that of the process which started this one.
    peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    print(taken, peak[1] if peak else 0)


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"Python {sys.version.split()[0]}, Polars {pl.__version__}, "
          f"{pl.thread_pool_size()} threads; seed {SEED}\n")
    one_record()
    compiling()
    columns(rows)
    memory(rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["stream"]:
        stream(sys.argv[2])
    else:
        main()
