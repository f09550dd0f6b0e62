r"""The same pattern in the language of RE2: in a text of ASCII alone both find the same places.

>>> print(same_in_ascii(r"(?i)\bbtc\b.{0,20}?now"))
\b[Bb][Tt][Cc]\b(?:[\x{0}-\x{9}\x{B}-\x{7F}]){0,20}?[Nn][Oo][Ww]
>>> same_in_ascii(r"(a)\1"), same_in_ascii("free(?= money)")
(None, None)

Most posts hold ASCII alone, and there RE2 is as right as `regex` in letters and word boundaries: it
finds the places several times faster, and never backtracks. What the two could read differently has
no such pattern, and `regex` is asked.
"""

from __future__ import annotations

import re

import regex

from evenhand.edge.signals.superset import any_of, literal
from evenhand.rulebook.pattern_tree import (
    Atomic,
    Edge,
    Either,
    Look,
    Node,
    One,
    Repeat,
    Sequence,
    characters,
    read_pattern,
)

MOST_TURNS = 1000
"""RE2 counts no further."""

_EDGES = {r"\A": r"\A", r"\Z": r"\z", r"\b": r"\b", r"\B": r"\B"}
_COUNT = re.compile(r"(?:[*+?]|\{[^{}]*\})(?P<lazy>\??)")
_GROWS = ("ss", "ff", "fi", "fl", "st", "ffi", "ffl")
"""What of ASCII full case folding makes of one character beyond it."""


class _DiffersError(Exception):
    """RE2 could read it otherwise."""


def same_in_ascii(pattern: str, *, folded: bool = False) -> str | None:
    """The pattern of RE2, or None; `folded` says that case is ignored in full."""
    tree = read_pattern(pattern) if pattern.isascii() else None
    if tree is None:
        return None
    flags = tree.flags | (regex.IGNORECASE | regex.FULLCASE if folded else 0)
    try:
        # What can be empty is left to `regex`: the two go on after nothing in different ways.
        return _same(tree.root, pattern, flags) if _least(tree.root) else None
    except _DiffersError:
        return None


def _same(node: Node, pattern: str, flags: int) -> str:
    match node:
        case One(source=source):
            return _character(source, flags)
        case Sequence(parts=parts):
            return "".join(_same(part, pattern, flags) for part in parts)
        case Either(branches=branches):
            return "(?:" + "|".join(_same(one, pattern, flags) for one in branches) + ")"
        case Edge(source="^") if not flags & regex.MULTILINE:
            return r"\A"
        case Edge(source=source) if source in _EDGES:
            return _EDGES[source]
        case Repeat():
            return _turns(node, pattern, flags)
        case Edge() | Look() | Atomic():
            raise _DiffersError


def _turns(node: Repeat, pattern: str, flags: int) -> str:
    if not _least(node.body) or max(node.least, node.most or 0) > MOST_TURNS:
        raise _DiffersError
    body, whole = node.body, pattern[node.start:node.end]
    count = whole[len(body.source):] if isinstance(body, One) else whole[whole.rfind(")") + 1:]
    how = _COUNT.fullmatch(count)
    if how is None:
        raise _DiffersError
    least, most = node.least, "" if node.most is None else node.most
    return f"(?:{_same(body, pattern, flags)}){{{least},{most}}}{how['lazy']}"


def _character(source: str, flags: int) -> str:
    one = regex.compile(source, flags)
    if any(map(one.fullmatch, _GROWS)):
        raise _DiffersError
    runs = tuple((first, min(last, 0x7F)) for first, last in characters(source, flags)
                 if first <= 0x7F)
    if not runs:
        raise _DiffersError
    return literal(chr(runs[0][0])) if runs[0][0] == runs[-1][1] else any_of(runs)


def _least(node: Node) -> int:
    """The fewest characters that it takes."""
    match node:
        case One():
            return 1
        case Sequence(parts=parts):
            return sum(map(_least, parts))
        case Either(branches=branches):
            return min(map(_least, branches))
        case Repeat(body=body, least=least):
            return least * _least(body)
        case Atomic(body=body):
            return _least(body)
        case _:
            return 0
