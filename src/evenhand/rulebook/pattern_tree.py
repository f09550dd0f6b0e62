r"""A pattern as a tree: what stands in it one after the other, instead of another, or repeated.

>>> tree = read_pattern(r"(?<!\d)\d{3,}|gone?")
>>> [type(branch).__name__ for branch in tree.root.branches]
['Sequence', 'Sequence']
>>> three_digits = tree.root.branches[0].parts[1]
>>> (three_digits.least, three_digits.most, three_digits.body.source)
(3, None, '\\d')
>>> read_pattern(r"(a)\1") is None
True

The patterns are those of the package `regex` that it has compiled already. What the tree cannot
say (back-references, flags in the midst, conditions, recursion, fuzzy matching ...) has no tree:
whoever asks for one must know what to do without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import regex

Runs: TypeAlias = tuple[tuple[int, int], ...]
"""Code points as runs, first and last, in order. Beyond the basic plane only those that a pattern
itself writes out are looked at."""

DEEPEST = 60
"""Brackets nested more deeply are not read."""

_COUNT = re.compile(r"\{(?:([0-9]+)(,)?([0-9]+)?|,([0-9]+))\}")
_ESCAPED = re.compile(r"\\(?:[dDwWsShafnrtv]|[pP](?:\{[^{}]*\}|[A-Z])|x[0-9A-Fa-f]{2}"
                      r"|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^{}]*\}|\W)")
_EDGE = re.compile(r"\\[AZzbBmM]|[\^$]")
_SET = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\[pPN]\{[^{}]*\}|\\.|[^\]\\\[])*\]", re.DOTALL)
_SET_OPERATION = re.compile(r"--|&&|\|\||~~")
_FLAGS = re.compile(r"\(\?([ims]+)\)")
_GROUP = re.compile(r"\((?:\?(?:(?P<plain>:|P?<[^\W\d]\w*>)|(?P<atomic>>)|(?P<look><?[=!]))"
                    r"|(?![?*]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """Exactly one character of some: a letter, a class, an escape, a dot; `source` as written."""

    source: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    r"""A condition on a place that takes no text: `^`, `$`, `\b` ..."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What must stand, or must not, before or after a place; it takes no text."""

    body: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Atomic:
    """What is never tried in a second way once it was found."""

    body: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One of several."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """From `least` to `most` times, None without end; it stands from `start` to `end`."""

    body: Node
    least: int
    most: int | None
    start: int
    end: int


Node: TypeAlias = One | Edge | Look | Atomic | Sequence | Either | Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A whole pattern; `flags` are those that it begins with, as flags of `regex`."""

    root: Node
    flags: int


def read_pattern(text: str) -> Tree | None:
    """The tree of a pattern that `regex` accepts, or None where it holds what no tree says."""
    reader = _Reader(text)
    flags = 0
    if found := _FLAGS.match(text):
        reader.at = found.end()
        for letter in found[1]:
            flags |= {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}[letter]
    try:
        root = reader.either()
    except _NoTreeError:
        return None
    return Tree(root=root, flags=flags) if reader.at == len(text) else None


@lru_cache(maxsize=4096)
def characters(source: str, flags: int) -> Runs:
    """The characters that the source of a `One` stands for: `regex` itself is asked."""
    written = "".join(sorted({c for c in source if c > "\uFFFF"}))
    found = regex.compile(f"(?:{source})++", flags).finditer(_basic_plane() + written)
    return tuple((ord(m[0][0]), ord(m[0][-1])) for m in found)


@lru_cache(maxsize=1)
def _basic_plane() -> str:
    """Every character up to U+FFFF, in order, without halves of surrogate pairs."""
    return "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000)]))


class _NoTreeError(Exception):
    """The pattern holds what the tree cannot say."""


class _Reader:
    """Reads a pattern from left to right; `at` is how far it has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def either(self) -> Node:
        branches = [self.sequence()]
        while self.text.startswith("|", self.at):
            self.at += 1
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else Either(branches=tuple(branches))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            start = self.at
            parts.append(self.repeated(self.one(), start))
        return Sequence(parts=tuple(parts))

    def one(self) -> Node:
        text, start = self.text, self.at
        if found := _EDGE.match(text, start):
            self.at = found.end()
            return Edge(source=found[0])
        if text[start] == "(":
            return self.group()
        if text[start] in "\\[":
            found = (_ESCAPED if text[start] == "\\" else _SET).match(text, start)
            if not found or (text[start] == "[" and _SET_OPERATION.search(found[0])):
                raise _NoTreeError
            self.at = found.end()
        elif text[start] in "*+?{":
            raise _NoTreeError
        else:
            self.at += 1
        return One(source=text[start:self.at], start=start)

    def group(self) -> Node:
        found = _GROUP.match(self.text, self.at)
        if not found or self.depth == DEEPEST:
            raise _NoTreeError
        self.at = found.end()
        self.depth += 1
        body = self.either()
        self.depth -= 1
        if not self.text.startswith(")", self.at):
            raise _NoTreeError
        self.at += 1
        make: Callable[..., Node] | None = (Look if found["look"] else
                                            Atomic if found["atomic"] else None)
        return body if make is None else make(body=body)

    def repeated(self, body: Node, start: int) -> Node:
        text = self.text
        sign = text[self.at] if self.at < len(text) else ""
        if sign == "{":
            found = _COUNT.match(text, self.at)
            if not found:
                raise _NoTreeError
            self.at = found.end()
            least = int(found[1] or 0)
            most = int(found[3] or found[4] or -1) if found[2] or found[4] else least
        elif sign and sign in "*+?":
            self.at += 1
            least, most = int(sign == "+"), 1 if sign == "?" else -1
        else:
            return body
        possessive = text.startswith("+", self.at)
        if possessive or text.startswith("?", self.at):
            self.at += 1
        node = Repeat(body=body, least=least, most=None if most < 0 else most, start=start,
                      end=self.at)
        return Atomic(body=node) if possessive else node
