"""Conditions over columns: one Boolean column for each, in the engine's own expressions.

True is "holds", false "does not hold", null "undetermined": the engine's logic is Kleene's as
ours is. Of the record that `frames.to_records` makes of a row, `answer.answer` says the same.
No row passes through Python, so a frame larger than memory can be scanned, answered and written.

>>> from evenhand.rulebook.condition import read_condition
>>> from evenhand.rulebook.vocabulary import INTEGER, Vocabulary
>>> copies = Fact(name="post.copies", type=INTEGER, meaning="", observer="", audience="")
>>> swamps = read_condition("post.copies > 20", vocabulary=Vocabulary.of([copies]))
>>> frame = pl.DataFrame({"post__copies": [21, 20, None]})
>>> add_answers(frame, {"1.1": swamps})["1.1"].to_list()
[True, False, None]

Under a `for` the engine shows the elements of a list and nothing else. Where a body names more
than its element, row and elements are zipped first: each element is given what is named.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from itertools import pairwise

import polars as pl

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.frames import (
    ColumnError,
    Dtype,
    Frame,
    check_dtype,
    column_name,
    dtype_of,
    element_fields,
    field_name,
    read_column,
)
from evenhand.rulebook.quantities import (
    Value,
    among,
    calculate,
    compare,
    literal,
    literals,
    of_fact,
    of_list,
    once,
    widest,
)
from evenhand.rulebook.reading import type_of
from evenhand.rulebook.syntax import (
    And,
    Arithmetic,
    Comparison,
    Count,
    Defined,
    FactName,
    ForSome,
    ListLiteral,
    Literal,
    Membership,
    Not,
    Or,
    Shares,
    Tree,
    Unless,
    children,
    walk,
)
from evenhand.rulebook.vocabulary import Fact, PresumedFact

_HOLDS = 2**32

Outside = Fact | str
"""What the body of a `for` reads besides its element: a fact, or the word of a collection."""


def add_answers(frame: Frame, conditions: Mapping[str, Condition]) -> Frame:
    """Add a Boolean column to a frame for each condition, under its name in `conditions`.

    A column that the frame lacks is a missing fact of every row, and so is a value that no record
    may hold. Raises `ColumnError` for a column of another dtype than its facts are kept in, and
    for a name that the frame already has.
    """
    if isinstance(frame, pl.DataFrame):
        return add_answers(frame.lazy(), conditions).collect()
    columns: dict[str, Dtype] = dict(frame.collect_schema())
    for name in conditions:
        if name in columns:
            raise ColumnError(f"the frame already has a column `{name}`",
                              hint="give the answer another name, or take the column out")
    read, zipped, answers = _steps_for(tuple(conditions.items()), tuple(columns.items()))
    return frame.with_columns(read).with_columns(zipped).with_columns(answers).select(
        *columns, *conditions)


@lru_cache(maxsize=64)
def _steps_for(conditions: tuple[tuple[str, Condition], ...],
               columns: tuple[tuple[str, Dtype], ...],
               ) -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    """The steps, kept: batch after batch has the same columns and is asked the same."""
    return _steps(dict(conditions), dict(columns))


def _steps(conditions: Mapping[str, Condition], columns: Mapping[str, Dtype],
           ) -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    """The three steps of answering: facts are read, elements are zipped, conditions answered.

    The first two leave columns of their own. In one step the engine would evaluate anew, wherever
    it stands, whatever looks into lists.
    """
    taken = {*columns, *conditions}
    frame = _Place(columns=columns, at=pl.col)
    writers = {name: _Writer(condition, columns) for name, condition in conditions.items()}
    facts: dict[Outside, str] = {fact: _unused(fact.name, taken) for fact in dict.fromkeys(
        fact for writer in writers.values() for fact in writer.plain_facts())}
    read = [_read_outside(fact, frame).alias(name) for fact, name in facts.items()]
    frame = replace(frame, given={fact: pl.col(name) for fact, name in facts.items()})
    zips: dict[str, _Zip] = {}
    for writer in writers.values():
        for node in _outermost(writer.tree):
            outside = writer.outside(node)
            if outside and node.binds in columns:
                if node.binds not in zips:
                    zips[node.binds] = _Zip(column=_unused(f"{node.binds}, zipped", taken))
                zips[node.binds].give(outside)
    zipped = [_zip(pl.col(word), {label: _read_outside(key, frame)
                                  for key, label in found.labels.items()}).alias(found.column)
              for word, found in zips.items()]
    frame = replace(frame, zips=zips)
    return read, zipped, [writer.part(writer.tree, frame).alias(name)
                          for name, writer in writers.items()]


def _unused(name: str, taken: set[str]) -> str:
    """A name for a column that nobody will see; from now on it is taken."""
    while name in taken:
        name += "'"
    taken.add(name)
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zip:
    """A column of elements that were given things from outside, each under a label of its own."""

    column: str
    labels: dict[Outside, str] = field(default_factory=dict)

    def give(self, outside: Sequence[Outside]) -> None:
        for key in outside:
            self.labels.setdefault(key, str(len(self.labels)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a part is read: the frame, or an element of the collection that binds `binds`.

    `columns` are the columns or fields there, and `at` leads to one. `given` leads to what was
    read before: the facts of the frame, what an element was given. `zips` are the collections
    that the frame holds zipped.
    """

    columns: Mapping[str, Dtype]
    at: Callable[[str], pl.Expr]
    binds: str | None = None
    given: Mapping[Outside, pl.Expr] = field(default_factory=dict)
    zips: Mapping[str, _Zip] = field(default_factory=dict)


class _Writer:
    """Writes the expression of one condition over a frame whose columns are `there`."""

    def __init__(self, condition: Condition, there: Mapping[str, Dtype]) -> None:
        self.tree, self.there = condition.tree, there
        self.facts = {fact.name: fact for fact in condition.facts}

    def plain_facts(self) -> list[Fact]:
        """The facts of the frame's rows that the condition names and the frame has."""
        bound = {node.binds for node in walk(self.tree) if isinstance(node, ForSome)}
        return [fact for fact in self.facts.values()
                if _head(fact.name) not in bound and column_name(fact.name) in self.there]

    def part(self, node: Tree, place: _Place) -> pl.Expr:
        match node:
            case Unless(body=body, exceptions=exceptions):
                return reduce(operator.and_, [self.part(body, place),
                                              *(~self.part(e, place) for e in exceptions)])
            case And(parts=parts):
                return reduce(operator.and_, [self.part(p, place) for p in parts])
            case Or(parts=parts):
                return reduce(operator.or_, [self.part(p, place) for p in parts])
            case Not(part=part):
                return ~self.part(part, place)
            case Defined(body=body):
                return self.part(body, place)
            case ForSome():
                return self.some(node, place)
            case Comparison(operands=operands, operators=operators):
                values = [self.value(o, place) for o in operands]
                return reduce(operator.and_, [
                    compare(sign, a, b)
                    for (a, b), sign in zip(pairwise(values), operators, strict=True)])
            case Membership(member=member, container=container, negated=negated):
                found = self.membership(self.value(member, place), container, place)
                return ~found if negated else found
            case Shares(left=left, right=right):
                return self.shares(left, right, place)
            case FactName(name=name):
                return _read(self.facts[name], place)
        raise AssertionError(f"no part of a sound condition is a {type(node).__name__}")

    def some(self, node: ForSome, place: _Place) -> pl.Expr:
        word = node.binds
        if word not in self.there:
            return pl.lit(None, dtype=pl.Boolean)
        elements = _read_outside(word, place)
        own = [f for f in self.facts.values() if _head(f.name) == word]
        columns = {name: dtype_of(fact.type) for name, fact in
                   element_fields(self.there[word], word, own).items()}
        outside = self.outside(node)
        if not outside:
            inner = _Place(columns=columns, at=pl.element().struct.field, binds=word)
            return _any(elements, self.part(node.body, inner))
        if place.binds is None:
            labels, zipped = place.zips[word].labels, pl.col(place.zips[word].column)
        else:
            labels = {key: str(i) for i, key in enumerate(outside)}
            zipped = _zip(elements, {labels[key]: _read_outside(key, place) for key in outside})
        given = pl.element().struct.field("given").struct
        inner = _Place(columns=columns, at=pl.element().struct.field("own").struct.field,
                       binds=word, given={key: given.field(n) for key, n in labels.items()})
        # Zipped, "nobody looked" became "found none"; no length is below zero, but null is none.
        return _any(zipped, self.part(node.body, inner)) | (elements.list.len() < 0)

    def outside(self, node: ForSome) -> list[Outside]:
        """What the body of a `for` reads besides its element, as far as it can be there."""
        names = sorted(_free(node) - {node.binds})
        return [self.facts.get(name, name) for name in names
                if name in self.facts or name in self.there]

    def value(self, node: Tree, place: _Place) -> Value:
        match node:
            case Literal(value=value):
                return literal(value)
            case FactName(name=name):
                fact = self.facts[name]
                return of_fact(_read(fact, place), fact.type, known=_is_there(fact, place))
            case Count(of=ListLiteral(items=items)):
                return literal(len(items))
            case Count(of=of):
                return Value(at=self.list(of, place).at.list.len().cast(pl.Int64),
                             dtype=pl.Int64(), reach=(0, 2**32))
            case Arithmetic(operator=sign, left=left, right=right):
                return calculate(sign, self.value(left, place), self.value(right, place),
                                 type_of(node, self.facts).name)
        raise AssertionError(f"no value of a sound condition is a {type(node).__name__}")

    def list(self, node: Tree, place: _Place) -> Value:
        assert isinstance(node, FactName), "a list is written or a fact"
        fact = self.facts[node.name]
        assert fact.type.of is not None, "a list type names the type of its elements"
        return of_list(_read(fact, place), fact.type.of)

    def membership(self, member: Value, container: Tree, place: _Place) -> pl.Expr:
        if isinstance(container, ListLiteral):
            dtype = widest([member, *literals(container)])
            return among(member.cast(dtype), container, dtype)
        within = self.list(container, place)
        dtype = widest([member, within])
        return within.cast_list(dtype).list.contains(member.cast(dtype), nulls_equal=False)

    def shares(self, left: Tree, right: Tree, place: _Place) -> pl.Expr:
        if isinstance(left, ListLiteral):
            left, right = right, left
        a = self.list(left, place)
        if isinstance(right, ListLiteral):
            dtype = widest([a, *literals(right)])
            return a.cast_list(dtype).list.eval(among(pl.element(), right, dtype)).list.any()
        b = self.list(right, place)
        if not all(_is_there(self.facts[name], place) for name in _free(left) | _free(right)):
            return pl.lit(None, dtype=pl.Boolean)
        # The engine intersects no lists of Booleans.
        dtype = pl.Int8() if a.dtype == pl.Boolean else widest([a, b])
        return a.cast_list(dtype).list.set_intersection(b.cast_list(dtype)).list.len() > 0


def _column(fact: Fact, place: _Place) -> str:
    """The column or the field of a fact."""
    return column_name(fact.name) if place.binds is None else field_name(fact.name)


def _is_there(fact: Fact, place: _Place) -> bool:
    return (fact in place.given or isinstance(fact, PresumedFact)
            or _column(fact, place) in place.columns)


def _read(fact: Fact, place: _Place) -> pl.Expr:
    """A fact's column or field, or what an element was given of it; null where there is none."""
    if fact in place.given:
        return place.given[fact]
    column, wanted = _column(fact, place), dtype_of(fact.type)
    presumed = pl.lit(fact.presumed if isinstance(fact, PresumedFact) else None, dtype=wanted)
    if column not in place.columns:
        return presumed
    check_dtype(column, place.columns[column], wanted)
    read = read_column(place.at(column), fact.type)
    return read.fill_null(presumed) if isinstance(fact, PresumedFact) else read


def _read_outside(key: Outside, place: _Place) -> pl.Expr:
    if isinstance(key, Fact):
        return _read(key, place)
    return place.at(key) if place.binds is None else place.given[key]


def _any(elements: pl.Expr, body: pl.Expr) -> pl.Expr:
    """Whether a part is true of an element, null where it is null of one and true of none."""
    # The engine's own `any` takes ten times as long: so those that hold are counted in the upper
    # half of a number, and the undetermined ones in its lower half.
    count = elements.list.eval((body.cast(pl.Int64) * _HOLDS).fill_null(1)).list.sum()
    return once(count, lambda it: pl.when((it == 0) | (it >= _HOLDS)).then(it > 0))


def _zip(elements: pl.Expr, given: Mapping[str, pl.Expr]) -> pl.Expr:
    """Each element as a struct of its `own` fields and of what is `given` to all of its row."""
    def flat(column: pl.Expr) -> pl.Expr:
        return column.explode(empty_as_null=False, keep_nulls=False)

    # Each row becomes a list of one struct: so `agg` sees its elements and the rest together.
    row = pl.concat_list(pl.struct(elements.alias("own"), pl.struct(
        at.alias(label) for label, at in given.items()).alias("given")))
    own, rest = pl.element().struct.field("own"), pl.element().struct.field("given")
    return row.list.agg(pl.struct(
        flat(own).alias("own"), flat(rest.repeat_by(own.list.len())).alias("given")))


def _head(name: str) -> str:
    return name.partition(".")[0]


def _free(node: Tree) -> frozenset[str]:
    """The facts that a part names and the words that its `for`s bind, less what these cover."""
    if isinstance(node, FactName):
        return frozenset({node.name})
    within = frozenset[str]().union(*(_free(child) for child in children(node)))
    if isinstance(node, ForSome):
        return frozenset(n for n in within if _head(n) != node.binds) | {node.binds}
    return within


def _outermost(node: Tree) -> Iterator[ForSome]:
    """The `for`s of a part that stand under no other."""
    if isinstance(node, ForSome):
        yield node
    else:
        for child in children(node):
            yield from _outermost(child)
