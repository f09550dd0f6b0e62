"""The facts that a condition may name: their names, types, meanings, observers and audiences.

A rulebook is given its vocabulary by its caller (terms by moderation, law by the law). Publishing
freezes the vocabulary beside the document, so that old documents are read without today's code.

>>> stance = Fact(name="post.stance", type=choice("asserts", "rebuts"),
...               meaning="where the poster stands towards the claim",
...               observer="a reviewer", audience="author")
>>> Vocabulary.of([stance]).facts["post.stance"].type.describe()
'one of "asserts", "rebuts"'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from evenhand.errors import EvenhandError

TypeName = Literal["truth", "integer", "number", "text", "choice", "instant", "duration", "list"]

Scalar = bool | int | float | str | datetime | timedelta
"""One value: instants are aware datetimes in UTC; numbers are finite; integers within 2**53."""

Value = Scalar | tuple[Scalar, ...]
"""What a fact may hold. A missing fact has no value at all: it is absent from the record."""

Record = Mapping[str, "Value | tuple[Mapping[str, Value], ...]"]
"""Fact name -> value; a collection's `binds` -> its elements. What is absent is unknown.

`{"post.stance": "asserts", "claim": ({"claim.rating": "false"},)}` has one element in the
collection that binds `claim`; `{"claim": ()}` says that the matcher ran and found none; a record
without the key `claim` says that nobody looked.
"""

GREATEST_INTEGER = 2**53
"""Integers beyond this differ between float64 engines (reference: stack, section 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """The type of a fact or of an expression."""

    name: TypeName
    choices: tuple[str, ...] = ()
    of: Type | None = None

    def describe(self) -> str:
        """Say the type as a drafter would read it in an error."""
        if self.name == "choice":
            return "one of " + ", ".join(f'"{c}"' for c in self.choices)
        if self.name == "list":
            assert self.of is not None, "a list type names the type of its elements"
            return f"a list of {self.of.describe()}"
        return {"truth": "yes or no", "integer": "a whole number", "number": "a number",
                "text": "text", "instant": "an instant", "duration": "a duration"}[self.name]


TRUTH = Type(name="truth")
INTEGER = Type(name="integer")
NUMBER = Type(name="number")
TEXT = Type(name="text")
INSTANT = Type(name="instant")
DURATION = Type(name="duration")


def choice(*values: str) -> Type:
    """Type of a text that is one of the given values."""
    return Type(name="choice", choices=tuple(values))


def list_of(element: Type) -> Type:
    """Type of a list whose elements have the given type."""
    return Type(name="list", of=element)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that may be stated about a record, declared once.

    `observer` says who can know it ("the text signal", "a reviewer"). `reported_by` is the signal
    and version that reports it ("text@1"), or "a person"; None means that nobody does, and then a
    condition that names it does not compile. `low` and `high` bound numbers and integers.
    `audience` is one of the marks of `evenhand.model.audience`.
    """

    name: str
    type: Type
    meaning: str
    observer: str
    audience: str
    reported_by: str | None = "a person"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresumedFact(Fact):
    """A fact as one condition reads it that presumes a value where a record lacks it.

    It is no other declaration: it stands in conditions alone, never in a vocabulary.
    """

    presumed: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Things of which a record may have several: `for a matched claim:` binds `claim`.

    The facts of its elements are the facts of the vocabulary whose names begin with `binds` and
    a dot; they can be named only under the collection's `for`.
    """

    phrase: str
    binds: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Every fact and collection that a document may name.

    `unreported` says of facts that nobody reports what has to be done until somebody does.
    """

    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
    collections: Mapping[str, Collection] = field(default_factory=lambda: MappingProxyType({}))
    unreported: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}),
                                          compare=False)

    @classmethod
    def of(cls, facts: Iterable[Fact], collections: Iterable[Collection] = ()) -> Vocabulary:
        """Build a vocabulary; two facts of one name, or a name with `__`, are refused.

        Names map to physical columns with a double underscore (`hits__slurs`), so none may hold
        one itself.
        """
        by_name: dict[str, Fact] = {}
        for fact in facts:
            if fact.name in by_name and by_name[fact.name] != fact:
                raise EvenhandError(
                    f"the fact `{fact.name}` is declared twice, differently",
                    hint=f"by {by_name[fact.name].reported_by} and by {fact.reported_by}: "
                    "rename one of them")
            if "__" in fact.name:
                raise EvenhandError(f"the fact name `{fact.name}` holds a double underscore",
                                    hint="use a single one")
            by_name[fact.name] = fact
        return cls(facts=MappingProxyType(dict(sorted(by_name.items()))),
                   collections=MappingProxyType({c.phrase: c for c in collections}))

    def joined(self, other: Vocabulary) -> Vocabulary:
        """Both vocabularies as one; a fact that both declare differently is refused."""
        both = Vocabulary.of([*self.facts.values(), *other.facts.values()],
                             [*self.collections.values(), *other.collections.values()])
        return replace(both, unreported={**self.unreported, **other.unreported})

    def collection_of(self, fact_name: str) -> Collection | None:
        """The collection under whose `for` this fact is bound, or None for a plain fact."""
        head = fact_name.split(".", 1)[0]
        return next((c for c in self.collections.values() if c.binds == head), None)
