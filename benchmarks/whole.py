"""The public workload through the product: what a post costs from JSON lines to the log.

    python benchmarks/whole.py [FOLDER]         # where its workload.py, rules.md and hits lie
    python benchmarks/whole.py --memory         # peak memory over the number of posts

The 20 rules stand as 20 clauses of published terms, their patterns as lists of these terms; what an
event says of its account is brought as facts. Measured are

- *facts*: events read from JSON lines, measured in batches, every clause answered, the rows laid
  out, committed to and written as Parquet files, their root ready for the log. No decision is made;
- *decisions*: the main job. Every post of which a clause holds is decided, with its reasons and its
  letter, recorded in SQLite with synchronous writes, and sealed under signed heads.

CPU seconds of this process and the engine's threads, one thread each; a speed counts only if all 20
hits are the expected ones. Letters are written by the courier, which is measured apart.
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

from workload import FIELDS, RULES, WORKLOAD, patterns

from evenhand.edge.config import load_config
from evenhand.edge.facts import vocabulary
from evenhand.edge.intake.read import read_posts
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.measured import lay, measure_part
from evenhand.edge.platform import Platform, Signals, open_platform
from evenhand.edge.run import MainJob
from evenhand.edge.signals.signal import NO_HISTORY
from evenhand.edge.store.published import store_terms
from evenhand.edge.store.rows import post_rows
from evenhand.record.batch import seal_batch
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.document import read_document
from evenhand.terms.applies import Governing
from evenhand.terms.clauses import Terms, read_terms

BATCH = 2000
BEGINS = datetime(2020, 5, 28, tzinfo=UTC)
COLUMNS = {"account.age_seconds": "user.account_age_seconds", "account.posts": "user.post_count",
           "account.followers": "user.followers", "account.verified": "user.verified",
           "post.links": "post.link_count", "post.mentions": "post.mention_count",
           "post.hashtags": "post.hashtag_count", "reports.day": "reports.count_24h",
           "reports.people": "reports.distinct_reporters", "account.struck": "struck"}
"""Fact of the rules -> where an event has it. Beside our own signals they are named apart."""

ACTIONS = {"R05_MailIn R07_VoteDate": 'label factcheck "Get the facts"',
           "R01_Slurs R06_Violence R15_Caps": 'interstitial look-first "Look first"',
           "R12_MassMention R13_Hashtags R17_Farm R18_NofM": "limit reach for 24 hours",
           "R02_Scams R03_Crypto R19_Domains R20_Combined": "remove",
           "R04_Phone R08_Shortener R09_ManyReports R11_NewLink R16_Homoglyph":
               'label review "This post is being looked at"',
           "R10_Brigade": 'label brigade "Many reports by few"',
           "R14_Repeat": "suspend for 7 days"}
MAPPING = {"id": "post_id", "text": "post.text", "author": "user.id", "language": "post.lang"}

CONFIG = """data = "data"
terms = "terms"
[platform]
id = "x"
name = "X"
[clock]
kind = "replayed"
begins = 2020-05-28T00:00:00Z
[ledger]
log = "x.example/log"
"""
FRONT = """---
terms: The twenty rules
version: 1
published: 2020-05-01
in force: 2020-05-02
time zone: UTC
language: en
appeal within: 6 months
appeals to: another reviewer
appeals at: https://x.example/appeals
---

# The twenty rules

"""


def own(fact: str) -> str:
    """The name under which a fact is brought, apart from those of our own signals."""
    return "event." + fact.replace(".", "_")


def rule_of(text: str) -> str:
    """A rule with the facts named as they are brought."""
    for fact in COLUMNS:
        text = text.replace(fact, own(fact))
    return text


def document(found: dict[str, str]) -> str:
    """The terms."""
    blocks = [FRONT, "## 0 Lists\n\nWhat is looked for.\n"]
    blocks += [f"```pattern {name} on raw text\n{pattern}\n```\n" for name, pattern in
               found.items()]
    for number, (name, rule) in enumerate(RULES.items(), 1):
        action = next(a for names, a in ACTIONS.items() if name in names.split())
        zero = "; ".join([f"hits.{n} = 0" for n in found] + [
            f"{own(f)} = {'no' if f in ('account.verified', 'account.struck') else 10_000_000}"
            if f in ("account.age_seconds", "account.followers") else
            f"{own(f)} = {'no' if f in ('account.verified', 'account.struck') else 0}"
            for f in COLUMNS])
        blocks.append(f"## {number} {name}\n\nRule {name}.\n\n```when\n{rule_of(rule)}\n```\n\n"
                      f"```then\n{action}\nobjection otherwise objectionable\n```\n\n"
                      f"```case nothing of the kind\n{zero}\n-> does not hold\n```\n")
    return "\n".join(blocks)


def new_platform(folder: Path, found: dict[str, str]) -> tuple[Platform, Terms]:
    """A platform of these terms."""
    folder.mkdir()
    truths = ("account.verified", "account.struck")
    facts = "".join(
        f'[facts."{own(name)}"]\ntype = "{"truth" if name in truths else "integer"}"\n'
        f'meaning = "what the event says of it"\ncolumn = "{column}"\n'
        for name, column in COLUMNS.items())
    (folder / "evenhand.toml").write_text(CONFIG + facts)
    config = load_config(folder)
    config.key_file.parent.mkdir()
    make_key(config.key_file, config.origin)
    platform = open_platform(config)
    words = vocabulary(config.brought)
    read = read_document(document(found), name="terms.md")
    terms = read_terms([read], vocabulary=words, digest=version_digest([read], freeze(words)))
    store_terms(platform.engine, terms, "replayed")
    return open_platform(config), terms


def write_events(workload: dict[str, Any], file: Path, copies: int = 1) -> int:
    """The events as JSON lines, with the strikes that are state before the run.

    Each copy is of other accounts: what one account posted within a day is held to count its pace.
    """
    events = list(workload["events"]())
    with file.open("w") as out:
        for copy in range(copies):
            for event in events:
                line = dict(event, struck=workload["has_prior_strike"](event["user"]["id"]))
                if copy:
                    line["post_id"] = f"{event['post_id']}-{copy}"
                    line["user"] = dict(event["user"], id=f"{event['user']['id']}-{copy}")
                out.write(json.dumps(line) + "\n")
    return len(events) * copies


@contextmanager
def reading(platform: Platform, file: Path) -> Iterator[Any]:
    """The posts of the file, in batches."""
    with read_posts(file, platform="x", arrival=platform.clock.at(None), mapping=MAPPING,
                    on_reject=print, facts=platform.config.facts) as intake:
        yield intake.batches(BATCH)


def facts_alone(platform: Platform, terms: Terms, file: Path, target: Path) -> Counter[str]:
    """Events to findings and sealed Parquet facts; returns the hits."""
    signals = Signals(platform.config.sealed, platform.config.brought).for_terms(terms)
    law = Governing(terms=terms, procedure=terms, clauses=tuple(
        c for c in terms.clauses if c.rule is not None))
    hits: Counter[str] = Counter()
    target.mkdir()
    with reading(platform, file) as batches:
        for n, posts in enumerate(batches):
            if not len(posts):
                continue
            nows = [BEGINS] * len(posts)
            places = range(len(posts))
            part = measure_part(law, signals, posts, [NO_HISTORY] * len(posts), places,
                                vocabulary=terms.vocabulary)
            rows = lay(part, places, posts, nows, post_rows(posts),
                       settled={}, odd=(), certain=places, keep=1.0)
            sealed = seal_batch(rows, id=f"{n:064x}", observers=part.observers, terms=terms.digest,
                                measured=len(posts), keys=secrets.token_bytes(32 * len(posts)),
                                now=BEGINS, clock="replayed")
            (target / f"{n}.parquet").write_bytes(sealed.file)
            hits.update(rows["holds"].explode(empty_as_null=False).drop_nulls().to_list())
    return hits


class NoCourier:
    """Letters are not handed over here: `benchmarks/path.py` measures with them."""

    def deliver(self) -> int:
        """Nothing."""
        return 0


def decisions(platform: Platform, file: Path, *, courier: bool) -> MainJob:
    """The main job over the events."""
    if not courier:
        object.__setattr__(platform, "courier", NoCourier())
    with reading(platform, file) as batches:
        job = MainJob(platform, progress=lambda summary: None, on_reject=print)
        job.run_batches(batches)
    return job


def right(hits: Counter[str], wanted: dict[str, int], copies: int = 1) -> bool:
    """Whether the hits of every rule are the expected ones."""
    return all(hits[str(n)] == copies * wanted[name] for n, name in enumerate(RULES, 1))


def row(what: str, posts: int, seconds: float, fine: bool) -> None:
    """One line of the table."""
    print(f"| {what} | {seconds:.2f} | {seconds / posts * 1e6:.1f} µs | {posts / seconds:,.0f} | "
          f"{'yes' if fine else 'NO'} |", flush=True)


def measure(folder: Path) -> None:
    """Measure and print."""
    workload = runpy.run_path(str(folder / "workload.py"))
    wanted = json.loads((folder / "expected_hits.json").read_text())["rules"]
    found = patterns(folder, workload["word_lists"]())
    print(f"Python {sys.version.split()[0]}; one thread\n")
    print("| what ran | CPU s | a post | posts a CPU-second | hits as expected |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "events.jsonl"
        posts = write_events(workload, file)
        taken = []
        for n in range(3):
            platform, terms = new_platform(Path(place) / f"facts{n}", found)
            start = time.process_time()
            hits = facts_alone(platform, terms, file, Path(place) / f"rows{n}")
            taken.append(time.process_time() - start)
        row("JSON lines to findings and sealed Parquet facts", posts, min(taken),
            right(hits, wanted))
        for what, courier in (("... to decisions with reasons, recorded in SQLite and sealed",
                               False), ("... and letters with receipts handed over", True)):
            platform, terms = new_platform(Path(place) / f"run{courier}", found)
            start = time.process_time()
            job = decisions(platform, file, courier=courier)
            seconds = time.process_time() - start
            counted = Counter({n: c for (n, how), c in job.summary.by_clause.items()
                               if how == "holds"})
            row(what, posts, seconds, right(counted, wanted))
        print(f"\n{job.summary.decisions:,} of {posts:,} posts are decided.")


def peak(folder: Path, copies: int) -> None:
    """One run over so many copies of the events, and its peak memory, in this process."""
    workload = runpy.run_path(str(folder / "workload.py"))
    wanted = json.loads((folder / "expected_hits.json").read_text())["rules"]
    found = patterns(folder, workload["word_lists"]())
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "events.jsonl"
        posts = write_events(workload, file, copies)
        del workload
        platform, _ = new_platform(Path(place) / "x", found)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        job = decisions(platform, file, courier=False)
        seconds = time.process_time() - start
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        counted = Counter({n: c for (n, how), c in job.summary.by_clause.items()
                           if how == "holds"})
        print(f"| {posts:,} | {before >> 10:,} MB | {after >> 10:,} MB | {posts / seconds:,.0f} | "
              f"{'yes' if right(counted, wanted, copies) else 'NO'} |", flush=True)


def memory(folder: Path, sizes: Iterable[int]) -> None:
    """Each size in a process of its own."""
    print("| posts | before the run | at its peak | posts a CPU-second | hits as expected |")
    print("|---|---|---|---|---|", flush=True)
    for copies in sizes:
        subprocess.run([sys.executable, __file__, "--peak", str(copies), str(folder)], check=True)


def main() -> None:
    """Measure and print."""
    given = [a for a in sys.argv[1:] if not a.startswith("--")]
    if "--peak" in sys.argv:
        peak(Path(given[1]), int(given[0]))
        return
    folder = Path(given[0]) if given else WORKLOAD
    if not (folder / "workload.py").exists():
        print(f"the workload is not here, so nothing was measured: {folder}")
    elif "--memory" in sys.argv:
        memory(folder, (1, 3, 10))
    else:
        measure(folder)


assert set(COLUMNS) == {*FIELDS, "account.struck"}, "every fact of the rules is brought"

if __name__ == "__main__":
    main()
