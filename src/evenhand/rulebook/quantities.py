"""Values of conditions as the columns' engine reckons with them: exactly as Python does, or null.

Instants and durations are whole numbers of microseconds. What 64 bits might not hold is reckoned
in 128, so that no sum comes round to the other end; what lies beyond any value is null.

>>> week = literal(timedelta(days=7))
>>> week.reach
(604800000000, 604800000000)
>>> late = calculate("+", literal(datetime(9999, 12, 31, tzinfo=EPOCH.tzinfo)), week, "instant")
>>> pl.select(late.at).item() is None
True
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import polars as pl

from evenhand.rulebook.frames import (
    EPOCH,
    FIRST_INSTANT,
    LAST_INSTANT,
    MICROSECOND,
    Dtype,
    dtype_of,
)
from evenhand.rulebook.reading import ARITHMETIC
from evenhand.rulebook.syntax import ListLiteral
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Type

SHORTEST, LONGEST = timedelta.min // MICROSECOND, timedelta.max // MICROSECOND
FITS_64 = range(-2**63, 2**63)
REACH = {"integer": (-GREATEST_INTEGER, GREATEST_INTEGER),
         "instant": (FIRST_INSTANT, LAST_INSTANT), "duration": (-2**63, 2**63 - 1)}
"""How far a fact reaches whose type is kept in whole numbers."""

COMPARE = {"==": pl.Expr.eq, "!=": pl.Expr.ne, "<": pl.Expr.lt, "<=": pl.Expr.le,
           ">": pl.Expr.gt, ">=": pl.Expr.ge}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}

FEW = 8
"""So many texts or numbers are looked for one by one; more, by a table of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value, or the elements of a list.

    `reach` is the least and the greatest whole number that it can be; `written` says that it is
    the same in every row.
    """

    at: pl.Expr
    dtype: Dtype
    reach: tuple[int, int] = (0, 0)
    written: bool = False

    def cast(self, dtype: Dtype) -> pl.Expr:
        """The value in another dtype."""
        return self.at if self.dtype == dtype else self.at.cast(dtype)

    def cast_list(self, dtype: Dtype) -> pl.Expr:
        """The list, its elements in another dtype."""
        return self.at if self.dtype == dtype else self.at.cast(pl.List(dtype))


def of_fact(at: pl.Expr, type_: Type, *, known: bool) -> Value:
    """The value of a fact, read from its column; not `known` where there is none, and `at` null."""
    reach = REACH.get(type_.name, (0, 0))
    if type_.name in ("instant", "duration"):
        return Value(at=at.to_physical(), dtype=pl.Int64(), reach=reach, written=not known)
    return Value(at=at, dtype=dtype_of(type_), reach=reach, written=not known)


def of_list(at: pl.Expr, inner: Type) -> Value:
    """The list that is a fact, read from its column, with the dtype of its elements."""
    if inner.name in ("instant", "duration"):
        return Value(at=at.cast(pl.List(pl.Int64)), dtype=pl.Int64())
    return Value(at=at, dtype=dtype_of(inner))


def literal(value: Any) -> Value:
    """A written value."""
    match value:
        case bool():
            return Value(at=pl.lit(value), dtype=pl.Boolean(), written=True)
        case float():
            return Value(at=pl.lit(value), dtype=pl.Float64(), written=True)
        case str():
            return Value(at=pl.lit(value), dtype=pl.String(), written=True)
    number = _in_numbers(value)
    dtype = pl.Int64() if number in FITS_64 else pl.Int128()
    return Value(at=pl.lit(number, dtype=dtype), dtype=dtype, reach=(number, number), written=True)


def literals(written: ListLiteral) -> list[Value]:
    """The values of a written list."""
    return [literal(item.value) for item in written.items]


def _in_numbers(value: Any) -> Any:
    match value:
        case datetime():
            return (value - EPOCH) // MICROSECOND
        case timedelta():
            return value // MICROSECOND
        case _:
            return value


def among(member: pl.Expr, written: ListLiteral, dtype: Dtype) -> pl.Expr:
    """Whether a value of this dtype is one of those written; null where it is null."""
    if len(written.items) <= FEW:
        return reduce(operator.or_, [member == v.cast(dtype) for v in literals(written)])
    values = [_in_numbers(item.value) for item in written.items]
    return member.is_in(pl.lit([float(v) for v in values] if dtype == pl.Float64 else values,
                               dtype=pl.List(dtype)))


def widest(values: Iterable[Value]) -> Dtype:
    """The dtype in which all of these, of one type, can be held against each other exactly."""
    dtypes = [v.dtype for v in values]
    return next((d for d in (pl.Float64(), pl.Int128()) if d in dtypes), dtypes[0])


def once(found: pl.Expr, then: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """What `then` makes of an expression: evaluated once, however often it is named there."""
    # The engine writes an expression out wherever it is named: sums within sums would double.
    return pl.struct(found.alias("it")).struct.with_fields(
        then(pl.field("it")).alias("so")).struct.field("so")


def compare(sign: str, a: Value, b: Value) -> pl.Expr:
    """Whether the comparison holds; null where either value is null."""
    if a.written and not b.written:
        # With a written value on its left, a column that is null in every row loses its rows.
        return compare(MIRRORED.get(sign, sign), b, a)
    dtype = widest((a, b))
    return COMPARE[sign](a.cast(dtype), b.cast(dtype))


def calculate(sign: str, a: Value, b: Value, type_name: str) -> Value:
    """As `reading.calculate`, for a result of this type."""
    reckon = ARITHMETIC[sign]
    if type_name == "number":
        found = reckon(a.cast(pl.Float64()), b.cast(pl.Float64()))
        return Value(at=once(found, lambda it: pl.when(it.is_finite()).then(it)),
                     dtype=pl.Float64(), written=a.written and b.written)
    (low, high), (least, most) = a.reach, b.reach
    ends = (low - most, high - least) if sign == "-" else tuple(
        reckon(x, y) for x in a.reach for y in b.reach)
    small = all(end in FITS_64 for end in (*ends, *a.reach, *b.reach))
    dtype = pl.Int64() if small else pl.Int128()
    found = reckon(a.cast(dtype), b.cast(dtype))
    first, last = (FIRST_INSTANT, LAST_INSTANT) if type_name == "instant" else (SHORTEST, LONGEST)
    if min(ends) < first or max(ends) > last:
        ends_of = pl.lit(first, dtype=dtype), pl.lit(last, dtype=dtype)
        found = once(found, lambda it: pl.when(it.is_between(*ends_of)).then(it))
    return Value(at=found, dtype=dtype, reach=(max(min(ends), first), min(max(ends), last)),
                 written=a.written and b.written)
