"""Measures 20 rules over 20,000 posts, the workload that belongs to no engine; prints Markdown.

    python benchmarks/workload.py [FOLDER]      # where its workload.py, rules.md and hits lie

The protocol is that of the workload's README: events are loaded and rules compiled beforehand, one
process and one thread, CPU seconds from the first event to the last; a speed counts only if all 20
hits are the expected ones. `../shared/bench/osprey_workload` unless a folder is given. Beside ours
runs a twin written by hand, the floor for a Python engine, so that ratios come from one run.
"""

from __future__ import annotations

import json
import os
import re
import resource
import runpy
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl

from evenhand.edge.signals.signal import NO_HISTORY
from evenhand.edge.signals.text import TermList, TextSignal
from evenhand.model.post import Account, Post, PostId
from evenhand.rulebook.columns import add_answers
from evenhand.rulebook.condition import Condition, read_condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import column_name
from evenhand.rulebook.straight import straight
from evenhand.rulebook.vocabulary import INTEGER, TRUTH, Fact, Type, Vocabulary

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).parents[2] / "shared"))
WORKLOAD = SHARED / "bench" / "osprey_workload"
PROMO = [f"hits.promo{n} >= 1" for n in range(1, 7)]
FIELDS: dict[str, tuple[Type, Callable[[Mapping[str, Any]], Any]]] = {
    "account.age_seconds": (INTEGER, lambda e: e["user"]["account_age_seconds"]),
    "account.posts": (INTEGER, lambda e: e["user"]["post_count"]),
    "account.followers": (INTEGER, lambda e: e["user"]["followers"]),
    "account.verified": (TRUTH, lambda e: e["user"]["verified"]),
    "post.links": (INTEGER, lambda e: e["post"]["link_count"]),
    "post.mentions": (INTEGER, lambda e: e["post"]["mention_count"]),
    "post.hashtags": (INTEGER, lambda e: e["post"]["hashtag_count"]),
    "reports.day": (INTEGER, lambda e: e["reports"]["count_24h"]),
    "reports.people": (INTEGER, lambda e: e["reports"]["distinct_reporters"]),
}
"""Fact -> its type, and where an event has it."""

RULES = {
    "R01_Slurs": "hits.slurs >= 1", "R02_Scams": "hits.scams >= 1",
    "R03_Crypto": "hits.crypto >= 1 and account.age_seconds < 604800",
    "R04_Phone": "hits.phone >= 1", "R05_MailIn": "hits.mailin >= 1 and hits.fraud >= 1",
    "R06_Violence": "hits.violence >= 1", "R07_VoteDate": "hits.votedate >= 1",
    "R08_Shortener": "hits.shortener >= 1", "R09_ManyReports": "reports.day >= 10",
    "R10_Brigade": "reports.day >= 20 and reports.people < 5",
    "R11_NewLink": "account.age_seconds < 86400 and post.links > 0",
    "R12_MassMention": "post.mentions >= 10", "R13_Hashtags": "post.hashtags >= 12",
    "R14_Repeat": "account.struck and (hits.slurs >= 1 or hits.violence >= 1)",
    "R15_Caps": "hits.caps >= 1", "R16_Homoglyph": "hits.homoglyph >= 1",
    "R17_Farm": "account.followers < 5 and account.posts > 500",
    "R18_NofM": " or ".join(
        f"({PROMO[a]} and {PROMO[b]} and {PROMO[c]})" for a in range(6)
        for b in range(a + 1, 6) for c in range(b + 1, 6)),
    "R19_Domains": "hits.domains >= 1",
    "R20_Combined": "((hits.crypto >= 1 and account.age_seconds < 604800) or "
                    "hits.shortener >= 1) and reports.day >= 3 and not account.verified",
}


def patterns(folder: Path, lists: Mapping[str, list[str]]) -> dict[str, str]:
    """Name -> pattern, read from the page of the rules."""
    page = (folder / "rules.md").read_text()
    block = page.split("```text\n", 1)[1].split("```", 1)[0]
    found = {}
    for line in block.splitlines():
        name, flag, pattern = line.split(None, 2)
        for key in ("slurs", "scams", "domains"):
            pattern = pattern.replace(f"{{{key}}}", "|".join(map(re.escape, lists[key])))
        found[name] = ("(?i)" if flag == "i" else "") + pattern.strip()
    return found


def loaded(workload: Mapping[str, Any]) -> list[tuple[dict[str, Any], Post, dict[str, Any]]]:
    """Every event as it is decoded: the event, the post, and the facts that it brings."""
    made = []
    for line in [workload["json_line"](event) for event in workload["events"]()]:
        event = json.loads(line)
        post = Post(id=PostId(platform="x", native=event["post_id"]), text=event["post"]["text"],
                    author=Account(platform="x", id=event["user"]["id"]),
                    made_at=datetime(2020, 5, 28, tzinfo=UTC), language=event["post"]["lang"])
        facts = {name: read(event) for name, (_, read) in FIELDS.items()}
        facts["account.struck"] = workload["has_prior_strike"](event["user"]["id"])
        made.append((event, post, facts))
    return made


def one_by_one(events: list[Any], text: TextSignal, conditions: tuple[Condition, ...]) -> list[int]:
    """Each post measured and answered by itself, as it arrives."""
    run, hits, holds = straight(conditions), [0] * len(conditions), Answer.HOLDS
    for _, post, facts in events:
        record = {r.name: r.value for r in text.report(post, NO_HISTORY).reported}
        record.update(facts)
        for n, answer in enumerate(run(record)):
            if answer is holds:
                hits[n] += 1
    return hits


def in_columns(events: list[Any], text: TextSignal, conditions: tuple[Condition, ...]
               ) -> list[int]:
    """All posts measured, then every condition answered over columns."""
    found: dict[str, list[Any]] = {name: [] for name in (
        *(f.name for f in text.facts), *FIELDS, "account.struck")}
    for _, post, facts in events:
        for one in text.report(post, NO_HISTORY).reported:
            found[one.name].append(one.value)
        for name, value in facts.items():
            found[name].append(value)
    frame = pl.DataFrame({column_name(name): values for name, values in found.items()})
    answered = add_answers(frame, {str(n): c for n, c in enumerate(conditions)})
    return [int(answered[str(n)].sum()) for n in range(len(conditions))]


def twin(events: list[Any], compiled: Mapping[str, re.Pattern[str]]) -> list[int]:
    """The same rules written by hand: one function, the same patterns."""
    found = {name: one.search for name, one in compiled.items()}
    hits = dict.fromkeys(RULES, 0)
    for event, _, facts in events:
        text, user, post, reports = (event["post"]["text"], event["user"], event["post"],
                                     event["reports"])
        slurs, violence = found["slurs"](text), found["violence"](text)
        crypto = found["crypto"](text) and user["account_age_seconds"] < 604800
        short = found["shortener"](text)
        for name, holds in (
                ("R01_Slurs", slurs), ("R02_Scams", found["scams"](text)), ("R03_Crypto", crypto),
                ("R04_Phone", found["phone"](text)),
                ("R05_MailIn", found["mailin"](text) and found["fraud"](text)),
                ("R06_Violence", violence), ("R07_VoteDate", found["votedate"](text)),
                ("R08_Shortener", short), ("R09_ManyReports", reports["count_24h"] >= 10),
                ("R10_Brigade", reports["count_24h"] >= 20 and reports["distinct_reporters"] < 5),
                ("R11_NewLink", user["account_age_seconds"] < 86400 and post["link_count"] > 0),
                ("R12_MassMention", post["mention_count"] >= 10),
                ("R13_Hashtags", post["hashtag_count"] >= 12),
                ("R14_Repeat", facts["account.struck"] and (slurs or violence)),
                ("R15_Caps", found["caps"](text)), ("R16_Homoglyph", found["homoglyph"](text)),
                ("R17_Farm", user["followers"] < 5 and user["post_count"] > 500),
                ("R18_NofM", sum(bool(found[f"promo{n}"](text)) for n in range(1, 7)) >= 3),
                ("R19_Domains", found["domains"](text)),
                ("R20_Combined", (crypto or short) and reports["count_24h"] >= 3
                 and not user["verified"])):
            if holds:
                hits[name] += 1
    return list(hits.values())


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else WORKLOAD
    if not (folder / "workload.py").exists():
        print(f"the workload is not here, so nothing was measured: {folder}")
        return
    workload = runpy.run_path(str(folder / "workload.py"))
    expected = json.loads((folder / "expected_hits.json").read_text())["rules"]
    wanted = [expected[name] for name in RULES]
    found = patterns(folder, workload["word_lists"]())
    text = TextSignal.compile(TermList(name=name, kind="pattern", on="raw", entries=(pattern,))
                              for name, pattern in found.items())
    vocabulary = Vocabulary.of([*text.facts, *(
        Fact(name=name, type=type_, meaning="", observer="", audience="public")
        for name, type_ in [*((n, t) for n, (t, _) in FIELDS.items()), ("account.struck", TRUTH)])])
    rules = tuple(read_condition(rule, vocabulary=vocabulary) for rule in RULES.values())
    events = loaded(workload)
    compiled = {name: re.compile(pattern) for name, pattern in found.items()}
    print(f"Python {sys.version.split()[0]}; {len(events):,} posts, {len(rules)} rules, "
          f"{len(found)} patterns; one thread; best of three\n")
    print("| what ran | CPU s | posts a CPU-second | to the twin | hits as expected |")
    print("|---|---|---|---|---|")
    floor = None
    for what, copies, work in (
            ("a twin by hand", 1, lambda r: twin(events, compiled)),
            ("one post at a time", 1, lambda r: one_by_one(events, text, r)),
            ("one post at a time", 10, lambda r: one_by_one(events, text, r)),
            ("in columns", 1, lambda r: in_columns(events, text, r)),
            ("in columns", 10, lambda r: in_columns(events, text, r))):
        taken, many = [], rules * copies
        for _ in range(3):
            start = time.process_time()
            hits = work(many)
            taken.append(time.process_time() - start)
        right = hits == wanted * (1 if what.startswith("a twin") else copies)
        rate = len(events) / min(taken)
        floor = floor or rate
        print(f"| {what}, {len(many)} rules | {min(taken):.2f} | {rate:,.0f} | "
              f"{rate / floor:.1f} | {'yes' if right else 'NO'} |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"\nPeak memory {peak:,} MB, the events among it.")


if __name__ == "__main__":
    main()
