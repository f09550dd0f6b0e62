"""The syntax tree of a condition: frozen values that know where in the file they were written.

`format_condition` is the twin of `parse.parse_block`: parsing what it prints gives the tree back.

>>> tree = And(parts=(FactName(name="claim.confirmed"),
...                   Comparison(operands=(FactName(name="hits.slurs"), Literal(value=2)),
...                              operators=(">=",))))
>>> format_condition(tree)
'claim.confirmed and hits.slurs >= 2'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal as Only

from evenhand.rulebook.vocabulary import Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a part stands in its file: lines from 1, columns from 0, end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(line=0, column=0, end_line=0, end_column=0)
"""The span of a tree that was not read from a file."""

Comparator = Only["==", "!=", "<", "<=", ">", ">="]
Operator = Only["+", "-", "*"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any part of a condition. Two parts are equal if they say the same, wherever they stand."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A value written in the text: yes or no, a number, text, a date, a duration."""

    value: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral(Node):
    """Values in square brackets."""

    items: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactName(Node):
    """The value of a fact."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined(Node):
    """The name of a `define` block, with the condition that it stands for."""

    name: str
    body: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """`not X`."""

    part: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    """`X and Y and ...`: two parts or more."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    """`X or Y or ...`: two parts or more."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """`A < B`, or a chain `A <= B < C`: one operator fewer than operands."""

    operands: tuple[Expression, ...]
    operators: tuple[Comparator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """`X in LIST`, or `X not in LIST` where negated."""

    member: Expression
    container: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares(Node):
    """`shares(LIST, LIST)`: whether the two have an element in common."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Node):
    """`count(LIST)`: how many elements it has."""

    of: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`A + B`, `A - B`, `A * B`."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ForSome(Node):
    """`for a PHRASE:` and a body: whether it holds for at least one element of a collection."""

    article: str
    phrase: str
    binds: str
    body: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless(Node):
    """A body and the exceptions to it, each on its own `unless`."""

    body: Tree
    exceptions: tuple[Expression, ...]


Expression = (Literal | ListLiteral | FactName | Defined | Not | And | Or | Comparison
              | Membership | Shares | Count | Arithmetic)
Tree = Expression | ForSome | Unless
"""A whole condition: `Unless` and `ForSome` are layout, and stand only at its top."""


def children(node: Tree) -> tuple[Tree, ...]:
    """The parts of a node, in the order in which they are read; a definition's body is one."""
    match node:
        case Not(part=part):
            return (part,)
        case And(parts=parts) | Or(parts=parts) | Comparison(operands=parts):
            return parts
        case Membership(member=left, container=right) | Shares(left=left, right=right) | \
                Arithmetic(left=left, right=right):
            return (left, right)
        case Count(of=of):
            return (of,)
        case ForSome(body=body) | Defined(body=body):
            return (body,)
        case Unless(body=body, exceptions=exceptions):
            return (body, *exceptions)
        case ListLiteral(items=items):
            return items
        case _:
            return ()


def walk(node: Tree) -> Iterator[Tree]:
    """Every node of a tree, parents first, in reading order, definitions' bodies included."""
    yield node
    for child in children(node):
        yield from walk(child)


UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
"""The units of canonical durations, greatest first, with their seconds."""


def format_value(value: object) -> str:
    """Write a value as a document would: `yes`, `"text"`, `7 days`, `2020-05-27T00:00Z`, `[1]`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case timedelta():
            if value.microseconds:
                return f"{value.total_seconds()!r} seconds"
            seconds = value // timedelta(seconds=1)
            unit, size = next((u, s) for u, s in UNITS if seconds % s == 0)
            if not seconds:
                unit, size = "second", 1
            number = seconds // size
            return f"{number} {unit}" + ("" if abs(number) == 1 else "s")
        case datetime():
            utc = value.astimezone(UTC).replace(tzinfo=None)
            whole = utc.second == 0 and utc.microsecond == 0
            return utc.isoformat(timespec="minutes" if whole else "auto") + "Z"
        case tuple() | list():
            return "[" + ", ".join(format_value(v) for v in value) + "]"
        case _:
            return repr(value)


_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _ATOM = range(1, 8)


def format_condition(tree: Tree) -> str:
    """Print the canonical text of a condition: one line, but for `for` and `unless`."""
    match tree:
        case Unless(body=body, exceptions=exceptions):
            return "\n".join([format_condition(body),
                              *("unless " + format_condition(e) for e in exceptions)])
        case ForSome(article=article, phrase=phrase, body=body):
            inner = format_condition(body).replace("\n", "\n    ")
            return f"for {article} {phrase}:\n    {inner}"
        case _:
            return _format(tree)[0]


def _format(node: Expression) -> tuple[str, int]:
    """The text of an expression, and how tightly its outermost operator binds."""
    match node:
        case Literal(value=value):
            return format_value(value), _ATOM
        case ListLiteral(items=items):
            return "[" + ", ".join(format_value(i.value) for i in items) + "]", _ATOM
        case FactName(name=name) | Defined(name=name):
            return name, _ATOM
        case Not(part=part):
            return "not " + _within(part, _NOT), _NOT
        case And(parts=parts):
            # A nested `and` keeps its brackets: the drafter grouped it, and its reasons show so.
            return " and ".join(_within(p, _AND + 1) for p in parts), _AND
        case Or(parts=parts):
            return " or ".join(_within(p, _OR + 1) for p in parts), _OR
        case Comparison(operands=operands, operators=operators):
            text = _within(operands[0], _SUM)
            for operator, operand in zip(operators, operands[1:], strict=True):
                text += f" {operator} {_within(operand, _SUM)}"
            return text, _COMPARE
        case Membership(member=member, container=container, negated=negated):
            word = "not in" if negated else "in"
            return f"{_within(member, _SUM)} {word} {_within(container, _SUM)}", _COMPARE
        case Shares(left=left, right=right):
            return f"shares({_format(left)[0]}, {_format(right)[0]})", _ATOM
        case Count(of=of):
            return f"count({_format(of)[0]})", _ATOM
        case Arithmetic(operator=operator, left=left, right=right):
            binds = _PRODUCT if operator == "*" else _SUM
            return f"{_within(left, binds)} {operator} {_within(right, binds + 1)}", binds


def _within(node: Expression, least: int) -> str:
    """The text of a part, in brackets where it binds less tightly than its place demands."""
    text, binds = _format(node)
    return text if binds >= least else f"({text})"
