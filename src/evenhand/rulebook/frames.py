"""Records as the rows of a frame and back: which column holds which fact, and in which dtype.

A fact's column is its name with a double underscore for each dot. A collection's column has the
word that it binds, and holds a list of structs, whose fields are the facts of an element without
that word. Null is a missing fact, in a collection "nobody looked"; the empty list is "none found".

A frame may come from anywhere, so a row may hold what no record may: NaN, an infinity, a whole
number beyond 2**53, an instant outside the years 1 to 9999, a text that is none of the choices, a
list with any of these or a null in it. A record is refused for that; of a row it is a missing fact.

>>> from evenhand.rulebook.vocabulary import NUMBER, TEXT, Collection, Fact, Vocabulary, list_of
>>> def fact(name, type): return Fact(name=name, type=type, meaning="", observer="", audience="")
>>> facts = Vocabulary.of(
...     [fact("post.score", NUMBER), fact("claim.rating", TEXT)],
...     [Collection(phrase="matched claim", binds="claim", meaning="")])
>>> for name, dtype in schema(facts).items():
...     print(name, dtype)
post__score Float64
claim List(Struct({'rating': String}))
>>> frame = to_columns([{"post.score": 0.5, "claim": ({"claim.rating": "false"},)}, {}], facts)
>>> list(to_records(frame, facts))
[{'post.score': 0.5, 'claim': ({'claim.rating': 'false'},)}, {}]
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, TypeVar

import polars as pl
from polars.datatypes import DataTypeClass

from evenhand.errors import EvenhandError
from evenhand.rulebook.values import RecordError, check_record
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Fact, Record, Type, Vocabulary

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_INSTANT = (datetime.min.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
LAST_INSTANT = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
"""Instants are microseconds since 1970 in a column, as durations are microseconds."""

Dtype = pl.DataType | DataTypeClass
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

_DTYPES: dict[str, Dtype] = {
    "truth": pl.Boolean(), "integer": pl.Int64(), "number": pl.Float64(), "text": pl.String(),
    "choice": pl.String(), "instant": pl.Datetime("us", "UTC"), "duration": pl.Duration("us")}


class ColumnError(EvenhandError):
    """A frame's column is not what its facts are kept in."""


def column_name(fact: str) -> str:
    """The column of a plain fact, or the field of an element's: `post.copies` -> `post__copies`."""
    return fact.replace(".", "__")


def field_name(fact: str) -> str:
    """The field of an element's fact: `claim.rating` -> `rating`."""
    return column_name(fact.partition(".")[2])


def dtype_of(type_: Type) -> Dtype:
    """The dtype of a fact's column."""
    if type_.name == "list":
        assert type_.of is not None, "a list type names the type of its elements"
        return pl.List(dtype_of(type_.of))
    return _DTYPES[type_.name]


def schema(vocabulary: Vocabulary) -> pl.Schema:
    """Column -> dtype, of every fact and every collection of a vocabulary."""
    columns: dict[str, Dtype] = {
        column_name(f.name): dtype_of(f.type) for f in _plain(vocabulary)}
    for binds, facts in elements_of(vocabulary).items():
        columns[binds] = dtype_of_elements(facts)
    return pl.Schema(columns)


def dtype_of_elements(facts: Iterable[Fact]) -> Dtype:
    """The dtype of the column of a collection whose elements have these facts."""
    return pl.List(pl.Struct({field_name(f.name): dtype_of(f.type) for f in facts}))


def _plain(vocabulary: Vocabulary) -> list[Fact]:
    return [f for f in vocabulary.facts.values() if vocabulary.collection_of(f.name) is None]


def elements_of(vocabulary: Vocabulary) -> dict[str, list[Fact]]:
    """The facts of each collection's elements, by the word that it binds."""
    return {c.binds: [f for f in vocabulary.facts.values() if f.name.startswith(c.binds + ".")]
            for c in vocabulary.collections.values()}


# --- what a column holds ---

def check_dtype(column: str, found: Dtype, wanted: Dtype) -> None:
    """Raise `ColumnError` unless a column is of the dtype in which its facts are kept."""
    if found != wanted:
        raise ColumnError(f"the column `{column}` is {found}, not {wanted}",
                          hint="cast it where the frame is made, or take the column out if nobody "
                          "knows these facts")


def read_column(column: pl.Expr, type_: Type) -> pl.Expr:
    """A column's values, null where it holds what no record may."""
    fits = _fits(column, type_)
    return column if fits is None else pl.when(fits).then(column)


def _fits(column: pl.Expr, type_: Type) -> pl.Expr | None:
    """Whether a value may stand in a record; None where every value may."""
    match type_.name:
        case "integer":
            return column.is_between(-GREATEST_INTEGER, GREATEST_INTEGER)
        case "number":
            return column.is_finite()
        case "instant":
            return column.to_physical().is_between(FIRST_INSTANT, LAST_INSTANT)
        case "choice":
            # One by one: for so few, and so short, texts this takes half the time of `is_in`.
            return reduce(operator.or_, [column == choice for choice in type_.choices])
        case "list":
            assert type_.of is not None, "a list type names the type of its elements"
            one = _fits(pl.element(), type_.of)
            known = pl.element().is_not_null()
            return column.list.eval(known if one is None else known & one).list.all()
    return None


# --- the twins ---

def to_columns(records: Iterable[Record], vocabulary: Vocabulary) -> pl.DataFrame:
    """Lay records out as rows, in order, with every column of the `schema`; NaN becomes null.

    Raises `RecordError` for a record that does not fit the vocabulary, or that holds what no
    column can: a duration beyond 2**63 microseconds (292,000 years), or half a surrogate pair.
    """
    rows = list(records)
    for number, record in enumerate(rows, 1):
        try:
            check_record(record, vocabulary)
        except RecordError as error:
            where = f"record {number}" + (f", {error.where}" if error.where else "")
            raise RecordError(error.what, where=where, hint=error.hint) from None
    laid: dict[str, pl.Series] = {}
    for fact in _plain(vocabulary):
        values = [_laid(r.get(fact.name), fact.type, fact) for r in rows]
        laid[column_name(fact.name)] = _lay(values, dtype_of(fact.type), fact.name)
    for binds, facts in elements_of(vocabulary).items():
        values = [_laid_elements(r.get(binds), facts) for r in rows]
        laid[binds] = _lay(values, dtype_of_elements(facts), binds)
    return pl.DataFrame(laid)


def lay_columns(values: Mapping[str, Sequence[Any]], vocabulary: Vocabulary,
                rows: int) -> pl.DataFrame:
    """Lay out what stands in columns already as `to_columns` lays records out, and much sooner.

    Each column of `values` has as many values as there are rows, None where a fact is missing, and
    is named as in a record; what has none is missing everywhere. No value is looked at: whoever
    measured it held it against its fact. Raises `RecordError` for what no column can hold.
    """
    none = [None] * rows
    laid = [_lay_soon(values.get(fact.name, none), fact) for fact in _plain(vocabulary)]
    for binds, facts in elements_of(vocabulary).items():
        elements = [_laid_elements(v, facts) for v in values[binds]] if binds in values else none
        laid.append(_lay(elements, dtype_of_elements(facts), binds).alias(binds))
    return pl.DataFrame(laid, height=rows)


def to_records(frame: pl.DataFrame, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """Take rows back as records, in order, each with the facts that conditions see of its row.

    Columns that the frame lacks are missing facts; others than the vocabulary's are left out.
    Raises `ColumnError` for a column of another dtype than its facts are kept in.
    """
    there, facts, read = frame.schema, {}, []
    for fact in _plain(vocabulary):
        name = column_name(fact.name)
        if name in there:
            check_dtype(name, there[name], dtype_of(fact.type))
            facts[name] = fact
            read.append(_counted(read_column(pl.col(name), fact.type), fact.type).alias(name))
    known = elements_of(vocabulary)
    within = {binds: element_fields(there[binds], binds, known[binds])
              for binds in known if binds in there}
    for binds, fields in within.items():
        read.append(pl.col(binds).list.eval(pl.struct(
            _counted(read_column(pl.element().struct.field(n), f.type), f.type).alias(n)
            for n, f in fields.items())) if fields else pl.col(binds))
    for row in frame.select(read).iter_rows(named=True):
        record: dict[str, Any] = _given(row, facts)
        for binds, fields in within.items():
            if row[binds] is not None:
                record[binds] = tuple(_given(e or {}, fields) for e in row[binds])
        yield record


def element_fields(dtype: Dtype, binds: str, facts: Iterable[Fact]) -> dict[str, Fact]:
    """The fields of a collection's column that are facts; `ColumnError` if one is no such."""
    if not isinstance(dtype, pl.List) or not isinstance(dtype.inner, pl.Struct):
        raise ColumnError(f"the column `{binds}` is {dtype}, not a list of structs",
                          hint="give each row the list of its elements, each a struct of facts")
    there, fields = dtype.inner.to_schema(), {}
    for fact in facts:
        name = field_name(fact.name)
        if name in there:
            check_dtype(f"{binds}.{name}", there[name], dtype_of(fact.type))
            fields[name] = fact
    return fields


def _counted(column: pl.Expr, type_: Type) -> pl.Expr:
    """A column with its instants and durations as whole numbers of microseconds."""
    counted = _in_numbers(dtype_of(type_))
    return column if counted == dtype_of(type_) else column.cast(counted)


def _in_numbers(dtype: Dtype) -> Dtype:
    match dtype:
        case pl.List():
            return pl.List(_in_numbers(dtype.inner))
        case pl.Struct():
            return pl.Struct({n: _in_numbers(d) for n, d in dtype.to_schema().items()})
        case pl.Datetime() | pl.Duration():
            return pl.Int64()
        case _:
            return dtype


def _given(row: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """The facts of a row or of an element that are not missing."""
    return {fact.name: _taken(row[name], fact.type) for name, fact in facts.items()
            if row.get(name) is not None}


def _taken(value: Any, type_: Type) -> Any:
    match type_.name:
        case "instant":
            return EPOCH + timedelta(microseconds=value)
        case "duration":
            return timedelta(microseconds=value)
        case "list":
            return tuple(_taken(v, type_.of or type_) for v in value)
    return value


def _lay(values: list[Any], dtype: Dtype, what: str) -> pl.Series:
    """A column of values that are laid out, some of them None."""
    try:
        return pl.Series(values, dtype=_in_numbers(dtype)).cast(dtype)
    except UnicodeEncodeError:
        raise RecordError(f"`{what}` holds half of a surrogate pair, which is no character",
                          hint="leave it out of the text where the record is made") from None


def _lay_soon(values: Sequence[Any], fact: Fact) -> pl.Series:
    """A column of values; times go over as lengths of time, which Polars takes the quickest."""
    name, dtype = column_name(fact.name), dtype_of(fact.type)
    try:
        match fact.type.name:
            case "number":
                return pl.Series(name, [v if v == v else None for v in values], dtype)
            case "instant":
                since = [None if v is None else v - EPOCH for v in values]
                return pl.Series(name, since, pl.Duration("us")).cast(pl.Int64).cast(dtype)
            case "truth" | "integer" | "text" | "choice" | "duration":
                return pl.Series(name, values, dtype)
    except (UnicodeEncodeError, pl.exceptions.PolarsError):
        pass  # the slower way says what is wrong
    return _lay([_laid(v, fact.type, fact) for v in values], dtype, fact.name).alias(name)


def _laid(value: Any, type_: Type, fact: Fact) -> Any:
    """A value, None if it is missing, as its column takes it."""
    if value is None:
        return None
    match type_.name:
        case "number":
            return float(value) if value == value else None
        case "instant":
            return (value - EPOCH) // MICROSECOND
        case "duration":
            if not -2**63 <= value // MICROSECOND < 2**63:
                raise RecordError(f"`{fact.name}` is longer than 292,000 years",
                                  hint="no column holds it: leave it out of the record")
            return value // MICROSECOND
        case "list":
            return [_laid(v, type_.of or type_, fact) for v in value]
    return value


def _laid_elements(elements: Any, facts: Iterable[Fact]) -> list[dict[str, Any]] | None:
    """A collection, None if nobody looked, as its column takes it."""
    if elements is None:
        return None
    return [{field_name(f.name): _laid(e.get(f.name), f.type, f) for f in facts} for e in elements]
