"""Reads what a platform brought with a row: each declared fact, in the forms that files have.

>>> from evenhand.edge.signals.brought import EXEMPLAR
>>> bringing = Bringing([BroughtFact(fact=EXEMPLAR.facts[0], column="user.followers")])
>>> [one.value for one in bringing.read({"user": {"followers": 3}})]
[3]
>>> [one.value for one in bringing.read({"user.followers": "3"})]
[3]
>>> [one.why for one in bringing.read({"user.followers": "many"})]
['"many" is not a whole number']

What is no value of its fact's type costs the post nothing: the fact is missing, and says why. A
value that is of the type, and out of its bounds or choices, is kept: the signal looks at those.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from evenhand.edge.brought import BroughtFact
from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.intake.columns import look_up, look_up_all, mapped, refuse_twice
from evenhand.edge.intake.times import read_duration, read_time
from evenhand.edge.signals.admit import at_sight, refusal, show
from evenhand.errors import EvenhandError
from evenhand.model.post import Brought
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, TEXT, Fact, Type, Value, list_of

TOGETHER = "facts"
"""A column with an object, whose keys are facts that have no column of their own."""

LONGEST_TEXT, MOST_ELEMENTS = 8192, 1000
"""Characters of a text, and elements of a list, that are kept."""

MOST_QUOTED = 20
"""Values of a fact that are none of its type, and are quoted: of a wrong column no two are alike,
and what is told of a run does not grow with it."""

LONGEST = timedelta(microseconds=2**53)
"""From here on a duration cannot be written exactly to the microsecond."""

_WHOLE = re.compile(r"[+-]?\d{1,300}(?:\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d{1,300}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a file holds the declared facts: `facts` with their columns in it, and the columns of
    it that are so read. `notes` say what was taken for what."""

    facts: tuple[BroughtFact, ...] = ()
    read: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def locate(facts: Iterable[BroughtFact], seen: Sequence[str], mapping: Mapping[str, str], *,
           where: str) -> Located:
    """Decide which column of a file holds which fact.

    What is mapped goes before what is declared. A mapped column that is not there is refused; a
    file that holds nothing of a fact is read all the same.
    """
    found: list[BroughtFact] = []
    read: set[str] = set()
    notes, lacking = [], []
    for one in facts:
        name = one.fact.name
        if name in mapping:
            one = replace(one, column=mapped(name, mapping[name], seen, where))
        found.append(one)
        places = [one.column] if one.column is not None else [
            name, f"{TOGETHER}.{name}", TOGETHER]
        there = [held for place in places if (held := _held(place, seen)) is not None]
        if not there:
            lacking.append(f"`{name}`" if one.column is None else f"`{name}` (`{one.column}`)")
            continue
        for column in there:
            refuse_twice(column, seen, name, where)
        read.update(there)
        if one.column not in (None, name):
            notes.append(f"`{name}` is read from the column `{one.column}`")
    if lacking:
        notes.append("no column was seen for: " + ", ".join(lacking))
    return Located(facts=tuple(found), read=frozenset(read), notes=tuple(notes))


def _held(column: str, seen: Collection[str]) -> str | None:
    """The column that was seen, or the one that holds it as a key of its objects."""
    parts = column.split(".")
    return next((head for n in range(len(parts), 0, -1)
                 if (head := ".".join(parts[:n])) in seen), None)


class Bringing:
    """The facts that are brought with the rows of one file."""

    def __init__(self, facts: Iterable[BroughtFact]) -> None:
        """Take them in the order of their names."""
        self._columns = [(one.column, one.fact.name, _Taker(one.fact))
                         for one in sorted(facts, key=lambda f: f.fact.name)]

    @property
    def columns(self) -> frozenset[str]:
        """The columns that `read` looks into."""
        return frozenset(column or name for column, name, _ in self._columns) | (
            {TOGETHER} if any(column is None for column, _, _ in self._columns) else frozenset())

    def read(self, values: Mapping[str, object]) -> tuple[Brought, ...]:
        """What the row holds of them; an empty cell, null and NaN are nothing."""
        found: list[Brought] = []
        together: Mapping[str, object] | str | None = None
        for column, name, take in self._columns:
            value = look_up(values, column or name)
            if value is None and column is None:
                if together is None:
                    together = _together(values.get(TOGETHER))
                if isinstance(together, str):
                    found.append(Brought(name=name, value=None, why=together))
                    continue
                value = look_up(together, name)
            if not _is_nothing(value):
                found.append(take.take(value))
        return tuple(found)

    def read_many(self, columns: Mapping[str, Sequence[object]], count: int) -> BroughtColumns:
        """The same of so many rows, which stand in columns."""
        together = None
        if TOGETHER in columns and any(column is None for column, _, _ in self._columns):
            together = [_together(given) for given in columns[TOGETHER]]
        values: dict[str, Sequence[Value | None]] = {}
        whys: dict[str, Mapping[int, str]] = {}
        for column, name, take in self._columns:
            given = look_up_all(columns, column or name) or [None] * count
            wrong: dict[int, str] = {}
            if column is None and together is not None:
                wrong = {i: facts for i, (value, facts) in enumerate(zip(
                    given, together, strict=True)) if value is None and isinstance(facts, str)}
                given = [look_up(facts, name) if value is None and not isinstance(facts, str)
                         else value for value, facts in zip(given, together, strict=True)]
            values[name], refused = take.take_all(given)
            if wrong or refused:
                whys[name] = wrong | refused
        return BroughtColumns(values=values, whys=whys)


def _is_nothing(value: object) -> bool:
    """Whether it is an empty cell, null or NaN."""
    if isinstance(value, Decimal):
        return value.is_nan()
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _together(given: object) -> Mapping[str, object] | str:
    """The object in the column `facts`, of JSON where it is a cell; a text says what is wrong."""
    if given is None or given == "":
        return {}
    if isinstance(given, bytes | str):
        try:
            given = msgspec.json.decode(given)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return f"the column `{TOGETHER}` is not an object in JSON"
    return given if isinstance(given, Mapping) else f"the column `{TOGETHER}` is not an object"


class _Taker:
    """Makes of a value of one fact, as a file holds it, what was brought."""

    def __init__(self, fact: Fact) -> None:
        self.fact, self.quoted = fact, set[str]()
        self.kept = replace(fact, type=_kept(fact.type), low=None, high=None)
        self.plainly, self.read = at_sight(self.kept), _READERS[self.kept.type.name]

    def take(self, value: object) -> Brought:
        try:
            found = self.read(self.kept.type, value)
            if not self.plainly(found) and refusal(self.kept, found) is not None:
                raise EvenhandError(refusal(self.fact, found) or "it is no value")
        except EvenhandError as wrong:
            return Brought(name=self.fact.name, value=None, why=self.why(wrong.what))
        return Brought(name=self.fact.name, value=found)  # type: ignore[arg-type]

    def take_all(self, given: Sequence[Any]) -> tuple[Sequence[Any], dict[int, str]]:
        """The same of many values, None where it is nothing: those taken, None for the others; and
        by their places why those others are none.
        """
        there = [value for value in given if value is not None]
        if self._are_plain(there):
            return given, {}
        taken: list[Any] = []
        refused: dict[int, str] = {}
        for i, value in enumerate(given):
            if _is_nothing(value):
                taken.append(None)
                continue
            one = self.take(value)
            taken.append(one.value)
            if one.value is None:
                refused[i] = one.why
        return taken, refused

    def _are_plain(self, values: Sequence[Any]) -> bool:
        """Whether each is kept as it is, as nearly every column's are: told by looking at all."""
        kinds, name = {*map(type, values)}, self.kept.type.name
        if not values or kinds != {_PLAIN.get(name)}:
            return not values
        if name == "integer":
            return bool(-GREATEST_INTEGER <= min(values) <= max(values) <= GREATEST_INTEGER)
        if name == "number":
            return all(map(math.isfinite, values))
        if name == "text":
            joined, longest = "".join(values), max(map(len, values))
            return (joined.isascii() and "\x00" not in joined and all(values)
                    and longest <= LONGEST_TEXT)
        return True

    def why(self, what: str) -> str:
        """What is wrong with a value, or, once many were quoted, what they all are not."""
        if what not in self.quoted:
            if len(self.quoted) >= MOST_QUOTED:
                return f"it is not {self.fact.type.describe()}"
            self.quoted.add(what)
        return what


def _kept(type_: Type) -> Type:
    """Any text is kept for a choice: which words it has is the signal's to look at."""
    if type_.of is not None:
        return list_of(_kept(type_.of))
    return TEXT if type_.name == "choice" else type_


_PLAIN: dict[str, type] = {"truth": bool, "integer": int, "number": float, "text": str}

# --- values as files hold them: what is of another kind is left as it is, and refused after ---

def _integer(type_: Type, value: object) -> object:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value


def _number(type_: Type, value: object) -> object:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= GREATEST_INTEGER:
        return float(value)
    return value


def _truth(type_: Type, value: object) -> object:
    return _TRUTHS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _text(type_: Type, value: object) -> object:
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError as wrong:
            raise EvenhandError(f"the text is not UTF-8 at its byte {wrong.start + 1}") from None
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise EvenhandError(f"the text has more than {LONGEST_TEXT:,} characters")
        if "\x00" in value:
            raise EvenhandError("the text holds a NUL character")
    return value


def _instant(type_: Type, value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    return read_time(value)


def _duration(type_: Type, value: object) -> object:
    if isinstance(value, str):
        value = read_duration(value.strip())
    if isinstance(value, timedelta) and abs(value) >= LONGEST:
        raise EvenhandError("the duration is longer than 285 years")
    return value


def _list(type_: Type, value: object) -> object:
    assert type_.of is not None, "a list type names the type of its elements"
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise EvenhandError(f"{show(value)} is not a list in JSON") from None
    if not isinstance(value, list | tuple):
        return value
    if len(value) > MOST_ELEMENTS:
        raise EvenhandError(f"the list has more than {MOST_ELEMENTS:,} elements")
    read = _READERS[type_.of.name]
    return tuple(read(type_.of, one) for one in value)


_READERS: dict[str, Callable[[Type, Any], object]] = {
    "integer": _integer, "number": _number, "truth": _truth, "text": _text, "instant": _instant,
    "duration": _duration, "list": _list}
