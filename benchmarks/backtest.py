"""Measures a backtest of 30 clauses against a dataset of facts; prints Markdown.

    python benchmarks/backtest.py [ROWS]        # rows of the dataset; 10,000,000 unless given

The dataset is made here, in a temporary folder, the same for everybody: seeded, files of 250,000
rows, facts as our own signals report them, word lists, one row in twenty with fact-checks, and a
stance in one row of fifty. Of the 30 clauses then in force two are dropped, two are new, seven have
other numbers, and one word list has a word more. Then a quarter of it as files of 5,000 rows.
Making it does not count: the backtest runs in a process of its own, by the command line, with JSON
and the page, on one thread. CPU seconds and peak memory are that process's (Linux).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.decide.measuring import measure_all
from evenhand.edge.facts import vocabulary
from evenhand.record.batch import FactColumn, Header, columns_digest, write_batch
from evenhand.record.frozen import freeze, version_digest
from evenhand.record.kinds import FactsRecord
from evenhand.record.rows import COMMITMENT, FIXED, ROW
from evenhand.rulebook.document import read_document
from evenhand.rulebook.frames import to_columns
from evenhand.terms.clauses import Terms, read_terms

SEED = 20200526
ROWS, FILE, SMALL = 10_000_000, 250_000, 5_000
BEGIN = datetime(2020, 5, 1, tzinfo=UTC)
TOPICS = ("how to vote", "health", "weather", "war", "taxes")
STANCES = ("asserts", "reports", "rebuts", "mocks")

FRONT = """---
terms: A Platform's Terms
version: {version}
published: 2020-01-01
in force: 2020-01-01
time zone: UTC
language: en
appeal within: 6 months
appeals to: nobody
---

# A Platform's Terms
"""
WHENS = (
    'hits.list_{k} >= {n}\nunless post.stance in ["reports", "rebuts", "mocks"]',
    "account.age < {n} days and post.links > {k}",
    "post.shouting > 0.{n}5 and post.length > {n}0",
    'for a matched claim:\n    claim.confirmed and claim.rating in ["false", "misleading"] '
    'and "{topic}" in claim.topics\nunless post.stance in ["reports", "rebuts"]',
    "reports.distinct_reporters >= {n} and not post.is_reply",
    "account.posts_last_hour > {n} or account.strikes >= {n}",
    'for a matched claim:\n    claim.confirmed and claim.published < post.made + {n} days '
    "and post.mentions > {k}",
    'post.language not in ["en", "de"] and hits.list_{k} > {n} and post.hashtags >= {k}',
    "post.mentions < {n}0 and (reports.count > {n} or hits.list_{k} >= 2)",
    "post.media > 0 and not post.has_alt_text and account.reports_made * {n} > reports.count + {k}",
)
THENS = ("remove", "limit reach for 72 hours", 'label look "Look at this"', "demonetise",
         'interstitial first "Read this first"', "remove\nsuspend for 7 days")


def written(version: str, changed: bool) -> str:
    """The terms of a version; the changed ones as the module says."""
    parts = [FRONT.format(version=version)]
    for i in range(32):
        if i in ((8, 9) if changed else (30, 31)):
            continue
        n = 1 + i % 9 + (1 if changed and i % 4 == 0 else 0)
        when = WHENS[i % len(WHENS)].format(n=n, k=i % 6, topic=TOPICS[i % len(TOPICS)])
        words = "" if i >= 6 else f"```words list_{i}\nword{i}\n" + (
            "another\n" if changed and i == 3 else "") + "```\n\n"
        excepts = f"exception to 1.{i - 3}\n" if i % 8 == 7 else ""
        ask = "if undetermined, ask a reviewer within 4 hours\n" if i % 3 == 0 else ""
        parts.append(f"## 1.{i} Rule {i}\n\nYou may not do this.\n\n```when\n{when}\n```\n\n{words}"
                     f"```then\n{THENS[i % len(THENS)]}\n{excepts}{ask}```\n\n"
                     "```case nothing is known\n-> undetermined\n```\n")
    return "\n".join(parts)


def published(folder: Path) -> Terms:
    """The terms that were in force, with their documents beside the dataset."""
    text, frozen = written("then", changed=False), freeze(vocabulary())
    document = read_document(text, name="then.md")
    (folder / "documents").mkdir()
    for data in (text.encode(), frozen):
        (folder / "documents" / sha256(data).hexdigest()).write_bytes(data)
    return read_terms([document], vocabulary=vocabulary(),
                      digest=version_digest([document], frozen))


def made_records(chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """What is known of so many posts."""
    for _ in range(count):
        claims = chance.randint(1, 3) if chance.random() < 0.05 else 0
        record: dict[str, Any] = {
            **{f"hits.list_{k}": int(chance.random() < 0.02) for k in range(6)},
            "account.age": timedelta(hours=int(chance.expovariate(0.0005))),
            "account.posts_last_hour": int(chance.expovariate(0.4)),
            "account.strikes": int(chance.random() < 0.01),
            "account.reports_made": int(chance.expovariate(2)),
            "post.has_alt_text": chance.random() < 0.3, "post.hashtags": chance.randint(0, 4),
            "post.is_reply": chance.random() < 0.4, "post.media": chance.randint(0, 1),
            "post.language": chance.choice(("en", "en", "en", "de", "fr", "es", "hi")),
            "post.links": int(chance.random() < 0.2), "post.mentions": chance.randint(0, 3),
            "post.made": BEGIN + timedelta(seconds=chance.randrange(10**6)),
            "reports.count": (reports := int(chance.expovariate(0.3))),
            "reports.distinct_reporters": reports, "reports.trusted_flaggers": 0,
            "claim": tuple({
                "claim.confirmed": True, "claim.topics": tuple(chance.sample(TOPICS, 2)),
                "claim.rating": chance.choice(("false", "misleading", "true")),
                "claim.fact_check": f"https://checkers.example/{chance.randrange(1000)}",
                "claim.published": BEGIN + timedelta(days=chance.randrange(30))}
                for _ in range(claims))}
        if chance.random() < 0.02:
            record["post.stance"] = chance.choice(STANCES)
        yield record


def made_files(folder: Path, terms: Terms, rows: int, size: int) -> int:
    """Write so many rows in files of one size; return how many bytes they are."""
    folder.mkdir()
    few = to_columns(made_records(random.Random(SEED), 20_000), terms.vocabulary)
    columns = tuple(FactColumn(name=n, observer="") for n in few.columns)
    total = 0
    for start in range(0, rows, size):
        row = pl.int_range(start, min(rows, start + size), dtype=pl.Int64, eager=True)
        drawn = row.hash(SEED)
        facts = few[(drawn % few.height).cast(pl.Int64)].with_columns(
            (drawn.hash(1) % 1_000 / 1_000).pow(3).alias("post__shouting"),
            (drawn.hash(2) % 280).cast(pl.Int64).alias("post__length"))
        frame = pl.select(
            (row - start).alias(ROW), drawn.cast(pl.String).cast(pl.Binary).alias(COMMITMENT),
            pl.repeat("agora", row.len()).alias("platform"), row.cast(pl.String).alias("native"),
            pl.repeat("1", row.len()).alias("version"),
            (drawn % 100_000).cast(pl.String).alias("author"),
            (pl.lit(BEGIN) + pl.duration(seconds=row)).cast(FIXED["made_at"]).alias("made_at"),
            (pl.lit(BEGIN) + pl.duration(seconds=row)).cast(FIXED["at"]).alias("at"),
            drawn.cast(pl.String).cast(pl.Binary).alias("digest"),
            pl.repeat(1.0, row.len()).alias("kept_with"),
        ).hstack(measure_all(terms.clauses, facts)).hstack(facts)
        root = sha256(f"{SEED} {start}".encode()).hexdigest()
        header = Header(columns=columns, facts=FactsRecord(
            id=root, terms=terms.digest, root=root, schema=columns_digest(columns),
            measured=frame.height, rows=frame.height, when="2020-05-26", clock="replayed"))
        file = folder / f"{root}.parquet"
        file.write_bytes(write_batch(frame, header))
        total += file.stat().st_size
    return total


PEAK = """
import resource, sys
from evenhand.edge.cli import main
sys.argv = ["evenhand", *sys.argv[1:]]
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = [l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM")]
    print(used.ru_utime + used.ru_stime, peak[0], file=sys.stderr)
"""


def measure(what: str, folder: Path, new: Path, rows: int, size: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "backtest", new, "--against", folder, "--json", "--html",
         folder.parent / "page.html"], capture_output=True, text=True, check=False,
        env=os.environ | {"POLARS_MAX_THREADS": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    cpu, peak = done.stderr.split()[-2:]
    told = json.loads(done.stdout)
    moved = sum(c["gained"]["rows"] + c["lost"]["rows"] for c in told["clauses"])
    print(f"| {what} | {size / 1e6:,.0f} | {float(cpu):.1f} | {rows / float(cpu):,.0f} | "
          f"{30 * rows / float(cpu):,.0f} | {int(peak) / 1024:,.0f} | {moved:,} |", flush=True)


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"Python {sys.version.split()[0]}, Polars {pl.__version__}, 1 thread; seed {SEED}\n")
    print("| 30 clauses against | MB read | CPU s | rows a CPU-second | answers a CPU-second | "
          "peak MB | moves |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        terms = published(folder)
        new = folder / "now.md"
        new.write_text(written("now", changed=True))
        for count, size in ((rows, FILE), (rows // 4, SMALL)):
            facts = folder / f"facts-{size}"
            written_bytes = made_files(facts, terms, count, size)
            measure(f"{count:,} rows in files of {size:,}", facts, new, count, written_bytes)


if __name__ == "__main__":
    main()
