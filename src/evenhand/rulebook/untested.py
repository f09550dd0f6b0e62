"""The parts of a condition that no case needs: drop one, and if every case still passes, say so.

>>> from evenhand.rulebook.syntax import And, FactName
>>> for drop in drops(And(parts=(FactName(name="a"), FactName(name="b")))):
...     print(format_condition(drop.part), "|", format_condition(drop.rest))
a | b
b | a
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal as Only

from evenhand.rulebook.syntax import (
    And,
    Defined,
    Expression,
    ForSome,
    ListLiteral,
    Membership,
    Not,
    Or,
    Shares,
    Tree,
    Unless,
    format_condition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untested:
    """A part that every case passes without: where it stands, and what case would need it.

    `line` and `column` count from 1.
    """

    provision: str
    line: int
    column: int
    part: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A part, the whole condition without it, and what it was a part of."""

    part: Tree
    of: Only["and", "or", "list", "unless"]
    within: Tree
    rest: Tree

    def wanted(self) -> str:
        """Say what a case would have to look like for this part to matter."""
        text = format_condition(self.part)
        match self.of, self.within:
            case "and", _:
                return f"a case in which `{text}` does not hold, and the rest does"
            case "or", _:
                return f"a case in which `{text}` holds, and its alternatives do not"
            case "unless", _:
                return f"a case in which the rule holds, and `{text}` holds too"
            case _, Membership(member=member):
                return f"a case in which `{format_condition(member)}` is `{text}`"
            case _, Shares(left=left, right=right):
                other = right if isinstance(left, ListLiteral) else left
                return f"a case in which `{format_condition(other)}` holds `{text}`"
        raise AssertionError("a list stands in `in` or in `shares`")


def drops(tree: Tree) -> Iterator[Drop]:
    """Each part that can be dropped alone, in reading order, outer parts before inner ones.

    The bodies of definitions are left as they are: `drops` of a body and `substitute` do those.
    """
    match tree:
        case And(parts=parts) | Or(parts=parts):
            of: Only["and", "or"] = "and" if isinstance(tree, And) else "or"
            for i, part in enumerate(parts):
                rest = (*parts[:i], *parts[i + 1:])
                yield Drop(part=part, of=of, within=tree,
                           rest=rest[0] if len(rest) == 1 else replace(tree, parts=rest))
                for drop in drops(part):
                    inside = (*parts[:i], _expression(drop.rest), *parts[i + 1:])
                    yield replace(drop, rest=replace(tree, parts=inside))
        case Not(part=part):
            for drop in drops(part):
                yield replace(drop, rest=Not(part=_expression(drop.rest), span=tree.span))
        case ForSome(body=body):
            for drop in drops(body):
                yield replace(drop, rest=replace(tree, body=drop.rest))
        case Unless(body=body, exceptions=exceptions):
            for drop in drops(body):
                yield replace(drop, rest=replace(tree, body=drop.rest))
            for i, exception in enumerate(exceptions):
                others = (*exceptions[:i], *exceptions[i + 1:])
                yield Drop(part=exception, of="unless", within=tree,
                           rest=replace(tree, exceptions=others) if others else body)
                for drop in drops(exception):
                    changed = (*exceptions[:i], _expression(drop.rest), *exceptions[i + 1:])
                    yield replace(drop, rest=replace(tree, exceptions=changed))
        case Membership(container=ListLiteral() as written):
            for item, less in _elements(written):
                yield Drop(part=item, of="list", within=tree, rest=replace(tree, container=less))
        case Shares(left=ListLiteral() as written):
            for item, less in _elements(written):
                yield Drop(part=item, of="list", within=tree, rest=replace(tree, left=less))
        case Shares(right=ListLiteral() as written):
            for item, less in _elements(written):
                yield Drop(part=item, of="list", within=tree, rest=replace(tree, right=less))


def _elements(written: ListLiteral) -> Iterator[tuple[Tree, ListLiteral]]:
    """Each element of a list of two or more, and the list without it."""
    items = written.items
    if len(items) > 1:
        for i, item in enumerate(items):
            yield item, replace(written, items=(*items[:i], *items[i + 1:]))


def _expression(tree: Tree) -> Expression:
    assert not isinstance(tree, ForSome | Unless), "layout stands at the top of a condition only"
    return tree


def substitute(tree: Tree, name: str, body: Tree) -> Tree:
    """The tree with another body for the definition `name`, wherever it is used."""
    match tree:
        case Defined(name=found):
            inner = body if found == name else substitute(tree.body, name, body)
            return replace(tree, body=inner)
        case And(parts=parts) | Or(parts=parts):
            return replace(tree, parts=tuple(
                _expression(substitute(p, name, body)) for p in parts))
        case Not(part=part):
            return replace(tree, part=_expression(substitute(part, name, body)))
        case ForSome(body=inner):
            return replace(tree, body=substitute(inner, name, body))
        case Unless(body=inner, exceptions=exceptions):
            return replace(tree, body=substitute(inner, name, body), exceptions=tuple(
                _expression(substitute(e, name, body)) for e in exceptions))
        case _:
            return tree
