r"""A weaker pattern in the language of RE2: it matches wherever the pattern of `regex` does.

>>> superset(r"(?<!\d)free (?:gift|prize)s{1,9}\b")
'free\\x{20}(?:gift|prize)(?:s)+'
>>> superset(r"(a)\1") is None
True

RE2 reads a text once, whatever the pattern, but knows letters and word boundaries of ASCII only,
and no look-around. So whatever looks at a place without taking text is left out, save the begin of
the text; upper bounds of repeats are left out too, since RE2 would count them with states; and a
character may be one of more than the pattern says, never of fewer: `regex` itself is asked which.
What cannot be said so for certain has no superset, and must be tried.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from evenhand.rulebook.pattern_tree import (
    Atomic,
    Edge,
    Either,
    Look,
    Node,
    One,
    Repeat,
    Runs,
    Sequence,
    characters,
    read_pattern,
)

MOST_RUNS = 8
"""A class with more runs of characters beyond ASCII than this may be any of them: a class of
hundreds of runs would cost more to scan for than it saves."""

MOST_COUNTED = 12
"""Repeats are counted up to this many turns; where they begin the text, up to five times that."""

WIDE = 64
"""A class that holds so much of ASCII is not counted: it could begin at every letter."""

_ASCII, _BASIC, _LAST = 0x7F, 0xFFFF, 0x10FFFF
# What follows the first character of several that full case folding makes of one, in those that
# folded text can still hold ("ǰ" is "j" and a caron).
_FOLLOWING = frozenset("\u0300\u0301\u0308\u030A\u030C\u0313\u0331\u0342")
_ANY_FEW = "(?s:.){1,3}"
# What `regex` may read as a letter of a word: no dot, no class by what it is not or by property.
_IS_LETTER = regex.compile(r"[^.\\[]|\\[xuUN\W]|\[[^^]")


class _NoSupersetError(Exception):
    """The pattern holds what cannot be made weaker for certain."""


def superset(pattern: str, *, folded: bool = False) -> str | None:
    """A pattern of RE2 that matches every text in which `regex` finds this one, or None.

    `folded` says that the pattern is for folded text, where case is ignored in full.
    """
    tree = read_pattern(pattern)
    if tree is None:
        return None
    flags = tree.flags | (regex.IGNORECASE | regex.FULLCASE if folded else 0)
    try:
        return _weaker(tree.root, flags)
    except _NoSupersetError:
        return None


def literal(text: str) -> str:
    """The pattern of RE2 for this text and no other."""
    return "".join(c if c.isascii() and c.isalnum() else rf"\x{{{ord(c):X}}}" for c in text)


def any_of(runs: Runs) -> str:
    """The pattern of RE2 for one character of these."""
    assert runs, "a class of no characters matches nothing"
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return literal(chr(runs[0][0]))
    return "[" + "".join(literal(chr(first)) if first == last else
                         f"{literal(chr(first))}-{literal(chr(last))}"
                         for first, last in runs) + "]"


def _weaker(node: Node, flags: int) -> str:
    if isinstance(node, One):
        return _character(node.source, flags)
    if isinstance(node, Sequence):
        parts = [_weaker(part, flags) for part in node.parts]
        if len(parts) > 1 and parts[0] == r"\A" and isinstance(node.parts[1], Repeat):
            parts[1] = _turns(node.parts[1], flags, most_counted=5 * MOST_COUNTED)
        return "".join(parts)
    if isinstance(node, Either):
        return "(?:" + "|".join(_weaker(branch, flags) for branch in node.branches) + ")"
    if isinstance(node, Atomic):
        return _weaker(node.body, flags)
    if isinstance(node, Repeat):
        wide = isinstance(node.body, One) and _width(node.body.source, flags) >= WIDE
        return _turns(node, flags, most_counted=1 if wide else MOST_COUNTED)
    assert isinstance(node, (Edge, Look)), "what takes no text is an edge or a look-around"
    begins = isinstance(node, Edge) and (
        node.source == r"\A" or (node.source == "^" and not flags & regex.MULTILINE))
    return r"\A" if begins else ""


def _turns(node: Repeat, flags: int, *, most_counted: int) -> str:
    body = f"(?:{_weaker(node.body, flags)})"
    if node.most == 0:
        return ""
    if node.least == 0:
        return body + ("?" if node.most == 1 else "*")
    if node.least == node.most == 1:
        return body
    least = min(node.least, most_counted)
    return body + ("+" if least == 1 else f"{{{least},}}")


@lru_cache(maxsize=4096)
def _character(source: str, flags: int) -> str:
    found = characters(source, flags)
    beyond = tuple((max(first, _ASCII + 1), last) for first, last in found if last > _ASCII)
    if flags & regex.FULLCASE and (source[0] == "[" or beyond):
        one = regex.compile(source, flags)
        if any(map(one.fullmatch, _growing())):
            return _ANY_FEW  # "ß" also finds "ss"
        if _IS_LETTER.match(source) and any(map(one.fullmatch, _FOLLOWING)):
            # With the letter before it, it may be one character of the text.
            raise _NoSupersetError
    if len(beyond) > MOST_RUNS:
        beyond = ((_ASCII + 1, _LAST),)
    elif not _is_written_out(source) or any(c > chr(_BASIC) and c.lower() != c.upper()
                                            for c in source):
        beyond = _with_all_above(beyond)  # these were not looked at
    ascii_ = tuple((first, min(last, _ASCII)) for first, last in found if first <= _ASCII)
    if not ascii_ and not beyond:
        raise _NoSupersetError
    return any_of(ascii_ + beyond)


@lru_cache(maxsize=1)
def _growing() -> frozenset[str]:
    """What full case folding makes several characters of one into: "ss", "ffi" ..."""
    return frozenset(c.casefold() for c in map(chr, range(_BASIC + 1)) if len(c.casefold()) > 1)


def _with_all_above(beyond: Runs) -> Runs:
    """These runs, and every character beyond the basic plane."""
    within = tuple(run for run in beyond if run[0] <= _BASIC)
    if within and within[-1][1] >= _BASIC:
        return (*within[:-1], (within[-1][0], _LAST))
    return (*within, (_BASIC + 1, _LAST))


def _is_written_out(source: str) -> bool:
    """Whether every character that it stands for, save for case, stands in it."""
    if source[0] == "[":
        return regex.fullmatch(r"\[[^^\-\[\\][^\-\[\\]*\]", source) is not None
    return source != "." and (len(source) == 1 or not source[1].isalnum())


def _width(source: str, flags: int) -> int:
    """How many characters of ASCII it stands for."""
    return sum(min(last, _ASCII) - first + 1 for first, last in characters(source, flags)
               if first <= _ASCII)
