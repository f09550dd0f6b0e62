"""How facts are read and reckoned with: the one meaning that every evaluator of conditions shares.

`evaluate`, `straight` and `columns` differ in speed and in what they tell, never in this.

>>> from evenhand.rulebook.vocabulary import NUMBER, Fact
>>> score = Fact(name="post.score", type=NUMBER, meaning="", observer="", audience="")
>>> read = reader(score)
>>> read({"post.score": 1}), read({"post.score": float("nan")}), read({})
(1.0, None, None)
>>> calculate("*", 2, 0.25), calculate("*", 1e308, 10)
(0.5, None)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from evenhand.rulebook.finding import Answer
from evenhand.rulebook.reach import family
from evenhand.rulebook.syntax import Arithmetic, Count, FactName, ListLiteral, Literal, Tree
from evenhand.rulebook.values import check_value
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TRUTH,
    Fact,
    PresumedFact,
    Type,
    list_of,
)
from evenhand.rulebook.wording import type_of_literal

ANSWERS = {True: Answer.HOLDS, False: Answer.DOES_NOT_HOLD, None: Answer.UNDETERMINED}

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul}

CLASSES: dict[str, type] = {
    "truth": bool, "integer": int, "number": float, "text": str, "choice": str,
    "instant": datetime, "duration": timedelta, "list": tuple}
"""The class of a value as it is usually given; another may fit too, and is looked at closely."""


def reader(fact: Fact) -> Callable[[Mapping[str, Any]], Any]:
    """What reads one fact of a record: its value, or None where it is missing or NaN.

    What the condition presumes of the fact stands in the place of a missing value. Raises
    `RecordError` for a value of another type. A number comes as float, an instant in UTC.
    """
    if not isinstance(fact, PresumedFact):
        return lambda record: read_closely(fact, record.get(fact.name))
    presumed = fact.presumed

    def read(record: Mapping[str, Any]) -> Any:
        value = read_closely(fact, record.get(fact.name))
        return presumed if value is None else value
    return read


def read_closely(fact: Fact, value: Any) -> Any:
    """The value of a fact as conditions see it, whatever was given."""
    if value is None:
        return None
    check_value(fact, value)
    if fact.type.name == "number":
        return float(value) if value == value else None
    return value.astimezone(UTC) if fact.type.name == "instant" else value


def calculate(sign: str, a: Any, b: Any) -> Any:
    """Apply `+`, `-` or `*`: numbers in float64; None for what lies beyond any value."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        value = ARITHMETIC[sign](float(a), float(b))
        return value if value - value == 0.0 else None
    try:
        return ARITHMETIC[sign](a, b)
    except OverflowError:
        return None


def share(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    """Whether two lists have an element in common."""
    return any(x in b for x in a)


def type_of(node: Tree, facts: Mapping[str, Fact]) -> Type:
    """The type of a part of a sound condition, whose facts are declared in `facts`."""
    match node:
        case Literal(value=value):
            return type_of_literal(value)
        case ListLiteral(items=items):
            types = [type_of_literal(i.value) for i in items]
            return list_of(NUMBER if NUMBER in types else types[0])
        case FactName(name=name):
            return facts[name].type
        case Count():
            return INTEGER
        case Arithmetic(left=left, right=right):
            kinds = {family(type_of(left, facts)), family(type_of(right, facts))}
            if kinds == {"instant", "duration"}:
                return INSTANT
            return NUMBER if kinds == {"number"} else DURATION
        case _:
            return TRUTH
