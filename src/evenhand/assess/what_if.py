"""Which single fact would change what a regime says: each is tried, and nothing is guessed.

Of a fact that is known every other value is tried, of a missing one every value. Numbers, dates and
texts have no end of values, and are not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evenhand.assess.quick import Quick
from evenhand.law.conclusion import Conclusion
from evenhand.rulebook.vocabulary import Fact, Record, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One fact that would turn a provision: what it is, None where it is missing; what it would
    be; and of each provision that turns the conclusion before and after."""

    fact: str
    now: Value | None
    would_be: Value
    provisions: Mapping[str, tuple[Conclusion, Conclusion]]


def what_if(law: Quick, record: Record) -> Iterator[Turn]:
    """Every turn, by the order in which the readings name the facts.

    Raises `RecordError` as `Quick.conclude` does.
    """
    before = law.conclude(record).provisions
    for name, fact in facts_of(law).items():
        now = record.get(name)
        for value in _values(fact):
            if value == now:
                continue
            after = law.conclude({**record, name: value}).provisions
            turned = {number: (was, would) for number, was, would in zip(
                law.provisions, before, after, strict=True) if was is not would}
            if turned:
                yield Turn(fact=name, now=now, would_be=value,  # type: ignore[arg-type]
                           provisions=turned)


def facts_of(law: Quick) -> dict[str, Fact]:
    """The facts that the readings in force ask for, in the order of first naming."""
    return {fact.name: fact for condition in law.conditions for fact in condition.facts}


def _values(fact: Fact) -> tuple[Value, ...]:
    if fact.type.name == "truth":
        return (True, False)
    return fact.type.choices if fact.type.name == "choice" else ()
