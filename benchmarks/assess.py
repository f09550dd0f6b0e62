"""The law at speed: single assessments compiled, and a year's decisions in columns.

Six readings of 47 U.S.C. 230, as their documents have them today, over records drawn at random from
the facts that they name. Prints Markdown; CPU seconds of this process.

    python benchmarks/assess.py [--rows 10000000]
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from datetime import date

from evenhand.assess.assessment import assess
from evenhand.assess.columns import conclude_all
from evenhand.assess.quick import quick
from evenhand.assess.what_if import facts_of
from evenhand.edge.law_documents import the_law
from evenhand.rulebook.frames import column_name, to_columns

SIX = ("us.230.c1.editorial_function", "us.230.c1.covers_removal",
       "us.230.c1.material_contribution", "us.230.c2A.subjective", "us.230.c2A.pretext",
       "us.230.c2B.tool")
DAY = date(2026, 7, 1)
SINGLE = 200_000


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, default=10_000_000)
    rows = wanted.parse_args().rows
    law = the_law()
    ready = quick(law, "US-230", as_of=DAY, forum="cand", only=frozenset(SIX))
    facts = facts_of(ready)
    drawn = random.Random(1)
    records = [_record(facts, drawn) for _ in range(20_000)]
    print(f"## {len(SIX)} readings, {len(facts)} facts, {len(ready.conditions)} conditions\n")
    print("| what | a CPU second | each |\n|---|---|---|")
    start = time.process_time()
    for i in range(SINGLE):
        ready.conclude(records[i % len(records)])
    _told("single assessments, compiled: six readings and their provisions", SINGLE, start)
    start = time.process_time()
    for record in records[:500]:
        assess(law, "US-230", record, as_of=DAY, now=DAY, forum="cand")
    _told("the same with reasons, all readings of US-230", 500, start)
    few = to_columns(records, law.facts.vocabulary)
    few = few.select(c for c in map(column_name, facts) if c in few.columns)
    whole = few.sample(rows, with_replacement=True, seed=1)
    start = time.process_time()
    told = conclude_all(ready, whole)
    _told(f"in columns, {rows:,} rows", rows, start)
    print(f"\nIn columns {time.process_time() - start:.1f} CPU seconds for {rows:,} rows; the "
          f"process took at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} "
          "MB.")
    for i in drawn.sample(range(rows), 2_000):
        record = _of_row(whole.row(i, named=True), facts)
        said = ready.conclude(record)
        expected = tuple(c.value for c in (*said.readings, *said.provisions))
        assert told.row(i) == expected, (record, told.row(i), expected)
    print("Of 2,000 rows drawn, all are concluded as each alone.")


def _record(facts, drawn):
    found = {}
    for name, fact in facts.items():
        value = drawn.choice((True, False, None) if fact.type.name == "truth"
                             else (*fact.type.choices, None))
        if value is not None:
            found[name] = value
    return found


def _of_row(row, facts):
    return {name: row[column_name(name)] for name in facts if row[column_name(name)] is not None}


def _told(what, count, start):
    seconds = time.process_time() - start
    print(f"| {what} | {count / seconds:,.0f} | {seconds / count * 1e6:.3g} µs |")


if __name__ == "__main__":
    main()
