"""Whether a record's values are of the types that their facts declare.

A record that fits is what `evaluate` and `answer` promise an answer for; this is checked once,
where records come in.

>>> from evenhand.rulebook.vocabulary import INTEGER, Fact, Vocabulary
>>> copies = Fact(name="post.copies", type=INTEGER, meaning="posts with the same text",
...               observer="the post signal", audience="author", low=0)
>>> check_record({"post.copies": "three"}, Vocabulary.of([copies]))
Traceback (most recent call last):
    ...
evenhand.rulebook.values.RecordError: `post.copies` is "three", not a whole number
  give a whole number, or leave the fact out if nobody knows it
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from evenhand.errors import EvenhandError
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.syntax import format_value
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Fact, Record, Type, Vocabulary


class RecordError(EvenhandError):
    """A record holds something else than its vocabulary declares."""


def check_record(record: Record, vocabulary: Vocabulary) -> None:
    """Raise `RecordError`, naming the fact, unless every value fits the fact it belongs to.

    NaN fits a number: it is read as a missing fact. The facts of a collection's elements stand in
    its elements, never beside them.
    """
    binds = {c.binds: c for c in vocabulary.collections.values()}
    for name, value in record.items():
        if name in binds:
            check_elements(name, value)
            for position, element in enumerate(value, 1):  # type: ignore[arg-type]
                for inner, found in element.items():  # type: ignore[union-attr]
                    if inner.split(".", 1)[0] != name:
                        raise RecordError(f"`{inner}` is not a fact of a `{name}`",
                                          where=f"{name} {position}")
                    check_value(_declared(inner, vocabulary), found)
        elif vocabulary.collection_of(name) is not None:
            head = name.split(".", 1)[0]
            raise RecordError(f"`{name}` stands outside its `{head}`",
                              hint=f"put it into an element of `{head}`")
        else:
            check_value(_declared(name, vocabulary), value)


def _declared(name: str, vocabulary: Vocabulary) -> Fact:
    fact = vocabulary.facts.get(name)
    if fact is None:
        raise RecordError(f"`{name}` is not a declared fact", hint=suggest(name, vocabulary.facts))
    return fact


def check_elements(binds: str, value: object) -> None:
    """Raise `RecordError` unless the value is a tuple of mappings."""
    if not isinstance(value, tuple) or not all(isinstance(e, Mapping) for e in value):
        raise RecordError(f"`{binds}` is {_shown(value)}, not its elements",
                          hint="give a tuple with the facts of each, `()` if there is none, or "
                          "leave it out if nobody looked")


def check_value(fact: Fact, value: object) -> None:
    """Raise `RecordError`, naming the fact, unless the value is of its type."""
    if not _fits(fact.type, value):
        raise RecordError(f"`{fact.name}` {_misfit(fact, value)}",
                          hint=f"give {fact.type.describe()}, or leave the fact out if nobody "
                          "knows it")


def _misfit(fact: Fact, value: object) -> str:
    """What is wrong with a value that does not fit."""
    match fact.type.name, value:
        case "integer" | "number", int() if not isinstance(value, bool):
            return "cannot be exact"
        case "instant", datetime():
            return "does not say its time zone" if value.utcoffset() is None \
                else "lies beyond the years 1 to 9999 of UTC"
        case _:
            return f"is {_shown(value)}, not {fact.type.describe()}"


def _shown(value: object) -> str:
    text = format_value(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _fits(type_: Type, value: object) -> bool:
    match type_.name:
        case "truth":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) \
                and abs(value) <= GREATEST_INTEGER
        case "number":
            return _fits(Type(name="integer"), value) or \
                (isinstance(value, float) and not math.isinf(value))
        case "text":
            return isinstance(value, str)
        case "choice":
            return isinstance(value, str) and value in type_.choices
        case "instant":
            return isinstance(value, datetime) and value.utcoffset() is not None \
                and _has_utc(value)
        case "duration":
            return isinstance(value, timedelta)
        case "list":
            assert type_.of is not None, "a list type names the type of its elements"
            of = type_.of
            return isinstance(value, tuple) and all(_fits(of, v) and v == v for v in value)


def _has_utc(value: datetime) -> bool:
    """Whether an instant, given in whatever zone, lies within the years of UTC."""
    try:
        return value.astimezone(UTC) is not None
    except OverflowError:
        return False
