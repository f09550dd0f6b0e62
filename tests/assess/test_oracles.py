"""Readings by two independent oracles: brute force over all that may be known, and a solver.

The compiled answers (`assess.quick`), those in columns (`assess.columns`) and those with reasons
(`assess.under`) must all be what the text of a reading means by Kleene's logic, as written down
here once more, and by z3.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Iterator
from datetime import date
from itertools import pairwise, product
from typing import Any

import polars as pl
import pytest

from evenhand.assess.assessment import assess
from evenhand.assess.columns import AS_OF, assess_all, conclude_all
from evenhand.assess.differing import conclusion_of, facts_named, part
from evenhand.assess.quick import quick
from evenhand.assess.ready import turns_of
from evenhand.edge.law_documents import the_law
from evenhand.law.conclusion import OPPOSITE, Conclusion
from evenhand.law.regimes import Reading
from evenhand.rulebook.condition import Condition
from evenhand.rulebook.frames import to_columns
from evenhand.rulebook.syntax import (
    And,
    Comparison,
    Defined,
    FactName,
    ListLiteral,
    Literal,
    Membership,
    Not,
    Or,
    Unless,
)
from evenhand.rulebook.vocabulary import Fact, PresumedFact, Record

LAW = the_law()
READINGS = {r.id: r for r in LAW.readings}
TODAY = date(2026, 11, 27)
MOST = 3_000
"""Records tried of one reading: all of them where there are no more, else so many drawn."""


def meaning(node: Any, record: Record, declared: dict[str, Fact]) -> bool | None:
    """What a part of a condition means: Kleene's logic, by the book."""
    match node:
        case FactName(name=name):
            value = record.get(name)
            fact = declared[name]
            if value is None and isinstance(fact, PresumedFact):
                value = fact.presumed
            return value  # type: ignore[return-value]
        case Literal(value=value):
            return value  # type: ignore[return-value]
        case Defined(body=body):
            return meaning(body, record, declared)
        case Not(part=inner):
            found = meaning(inner, record, declared)
            return None if found is None else not found
        case And(parts=parts):
            return kleene_and([meaning(p, record, declared) for p in parts])
        case Or(parts=parts):
            return opposite(kleene_and([opposite(meaning(p, record, declared)) for p in parts]))
        case Unless(body=body, exceptions=exceptions):
            return kleene_and([meaning(body, record, declared), *(
                opposite(meaning(e, record, declared)) for e in exceptions)])
        case Comparison(operands=operands, operators=signs):
            read = [meaning(o, record, declared) for o in operands]
            return kleene_and([None if a is None or b is None else ORDERS[sign](a, b)
                               for (a, b), sign in zip(pairwise(read), signs, strict=True)])
        case Membership(member=member, container=ListLiteral(items=items), negated=negated):
            a = meaning(member, record, declared)
            return None if a is None else (a in [i.value for i in items]) is not negated
    raise AssertionError(f"the oracle does not know {node}")


ORDERS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
          ">": operator.gt, ">=": operator.ge}


def kleene_and(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def opposite(part: bool | None) -> bool | None:
    return None if part is None else not part


def answered(condition: Condition, record: Record) -> bool | None:
    return meaning(condition.tree, record, {f.name: f for f in condition.facts})


def concluded(reading: Reading, record: Record) -> Conclusion:
    applies = True if reading.rule.applies is None else answered(reading.rule.applies, record)
    holds = answered(reading.rule.condition, record)
    if applies is False:
        return Conclusion.NOT_APPLICABLE
    if applies is None or holds is None:
        return Conclusion.UNDETERMINED
    return reading.then.holds if holds else reading.then.otherwise


def values(fact: Fact) -> tuple[Any, ...]:
    match fact.type.name:
        case "truth":
            return (None, True, False)
        case "choice":
            return (None, *fact.type.choices)
        case _:
            return (None, *_odd(fact))


def _odd(fact: Fact) -> tuple[Any, ...]:
    from datetime import UTC, datetime, timedelta
    return {"integer": (0, 1, 2, 14, 15, 48), "text": ("", "x"),
            "instant": (datetime(2026, 5, 19, tzinfo=UTC), datetime(2020, 5, 28, tzinfo=UTC)),
            "duration": (timedelta(), timedelta(hours=48), timedelta(hours=49), timedelta(days=7),
                         timedelta(days=14), timedelta(days=15))}[fact.type.name]


def records(reading: Reading) -> Iterator[Record]:
    """Every record of the facts that a reading names, or as many as can be tried."""
    facts = [LAW.facts.vocabulary.facts[name] for name in facts_named(reading)]
    spaces = [values(f) for f in facts]
    size = 1
    for space in spaces:
        size *= len(space)
    drawn = random.Random(reading.id)
    every = product(*spaces) if size <= MOST else (
        tuple(drawn.choice(space) for space in spaces) for _ in range(MOST))
    for row in every:
        yield {f.name: v for f, v in zip(facts, row, strict=True) if v is not None}


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_every_reading_concludes_what_its_words_mean(reading: Reading) -> None:
    for record in records(reading):
        assert conclusion_of(reading, record) is concluded(reading, record), record


@pytest.mark.parametrize("regime", [r.id for r in LAW.regimes])
def test_compiled_columnar_and_explained_conclusions_are_one(regime: str) -> None:
    drawn = random.Random(regime)
    facts = LAW.facts.vocabulary.facts
    rows: list[Record] = [{n: v for n, f in facts.items() if drawn.random() < 0.7
                           and (v := drawn.choice(values(f))) is not None} for _ in range(300)]
    turns = turns_of(LAW, regime)
    days = [drawn.choice(turns) for _ in rows]
    frame = to_columns(rows, LAW.facts.vocabulary)
    told = assess_all(LAW, regime, frame.with_columns(pl.Series(AS_OF, days, dtype=pl.Date)))
    for i, (record, day) in enumerate(zip(rows, days, strict=True)):
        ready = quick(LAW, regime, as_of=day)
        compiled = ready.conclude(record)
        names = (*ready.readings, *ready.provisions)
        expected = dict(zip(names, (*compiled.readings, *compiled.provisions), strict=True))
        assert told.row(i, named=True) == {n: c.value for n, c in expected.items()}
        if i % 10 == 0:
            whole = assess(LAW, regime, record, as_of=day, now=TODAY)
            assert {r.reading: r.conclusion for r in whole.readings} | {
                p.number: p.conclusion for p in whole.provisions} == expected


def test_a_frame_of_no_rows_and_one_without_facts_are_answered() -> None:
    ready = quick(LAW, "US-230", as_of=date(1900, 1, 1))
    assert set(conclude_all(ready, pl.DataFrame({"act__kind": ["label"]})).row(0)) == {
        "not in force"}
    empty = assess_all(LAW, "US-230", pl.DataFrame(schema={AS_OF: pl.Date}))
    assert empty.height == 0 and "us.230.c1" in empty.columns


PAIRS = [(one, other) for i, one in enumerate(LAW.readings) for other in LAW.readings[i + 1:]
         if set(one.provisions) & set(other.provisions)]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{a.id}-{b.id}" for a, b in PAIRS])
def test_the_solver_finds_the_smallest_facts_on_which_two_readings_part(
        one: Reading, other: Reading) -> None:
    pytest.importorskip("z3")
    found = part(one, other)
    tried = _smallest_by_hand(one, other, 2 if found is None else min(3, len(found.record)))
    if found is None:
        assert tried is None
        return
    assert concluded(one, found.record) is found.one
    assert concluded(other, found.record) is found.other
    if OPPOSITE.get(found.one) is found.other and tried is not None:
        assert len(tried) == len(found.record), tried


def _smallest_by_hand(one: Reading, other: Reading, most: int) -> Record | None:
    """The smallest record, of at most so many facts, on which two readings say opposite things."""
    from itertools import combinations
    facts = [LAW.facts.vocabulary.facts[n]
             for n in dict.fromkeys((*facts_named(one), *facts_named(other)))]
    for size in range(min(most, 2) + 1):
        for chosen in combinations(facts, size):
            for row in product(*(values(f)[1:] for f in chosen)):
                record = {f.name: v for f, v in zip(chosen, row, strict=True)}
                said = concluded(one, record)
                if OPPOSITE.get(said) is concluded(other, record) and said in OPPOSITE:
                    return record
    return None
