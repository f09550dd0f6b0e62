r"""Which repeat of a pattern can take the same text in so many ways that a search never ends.

>>> pattern = r"\b(\w+\s?)+!"
>>> start, end = endless(pattern)
>>> pattern[start:end]
'(\\w+\\s?)+'
>>> endless(r"\b(\w+\s)+!") is None
True

Engines that backtrack, `regex` among them, try every way of taking a text before they say that
there is none. Where a repeat can take one text in two ways, and what follows can fail, each
further turn doubles the ways: thirty letters may take a thousand million steps.

This is told from the pattern alone, never by a clock, so that every machine says the same. The
places of a pattern and what can follow what are its automaton (Glushkov 1961); ways multiply
without end where two different paths over one text lead from a place back to itself (Weber and
Seidl 1991). What grows with a power of the text only (`\s+$`) is not told: a search is cut off
after a time, and on a post of ordinary length that is never reached. Nor is what
`read_pattern` has no tree for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias, TypeVar

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

WRITTEN_OUT = 9
"""A repeat that ends after this many turns is read as so many copies; a longer one as endless."""

LONGEST_ROW = 150
"""Save where it is a plain row of characters (`[0-9a-f]{64}`) up to this length."""

MOST_PLACES = 2_000
MOST_STEPS = 200_000
"""A pattern that would need more than this to be looked at is let pass, on every machine alike."""

_Places: TypeAlias = Counter[int]
_Pair: TypeAlias = tuple[int, int]
_Node = TypeVar("_Node", int, _Pair)


def endless(pattern: str, *, folded: bool = False) -> tuple[int, int] | None:
    """Where in the pattern the repeat stands that ruins it, end excluded; None where none does.

    `folded` says that the pattern is for folded text, where capitals mean what small letters do.
    """
    tree = read_pattern(pattern)
    if tree is None:
        return None
    flags = tree.flags | (regex.IGNORECASE | regex.FULLCASE if folded else 0)
    try:
        for apart in _apart(tree.root):
            if _Automaton.of(apart, flags).is_endless():
                for repeat in _repeats(apart):
                    # The innermost that is endless by itself, where what follows it fails.
                    if _Automaton.of(repeat, flags, fails=True).is_endless():
                        return repeat.start, repeat.end
    except _TooLargeError:
        pass
    return None


class _TooLargeError(Exception):
    """To look at the pattern would take too long."""


def _apart(node: Node) -> Iterator[Node]:
    """The pattern, and every part of it that is searched through by itself."""
    yield node
    for inner in _inside(node):
        if isinstance(inner, (Look, Atomic)):
            yield inner.body


def _repeats(node: Node) -> Iterator[Repeat]:
    return (inner for inner in _inside(node) if isinstance(inner, Repeat))


def _inside(node: Node) -> Iterator[Node]:
    """Every part of the tree, the inner ones first."""
    parts: tuple[Node, ...] = ()
    if isinstance(node, Sequence):
        parts = node.parts
    elif isinstance(node, Either):
        parts = node.branches
    elif isinstance(node, (Look, Atomic, Repeat)):
        parts = (node.body,)
    for part in parts:
        yield from _inside(part)
    yield node


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a pattern: with which places it can begin and end, and in how many ways.

    `empty` says in how many ways it can take no text; `free` the same where no condition (an edge,
    a look-around) is met on the way; `freely` the places after which it can end so.
    """

    first: _Places = field(default_factory=Counter)
    last: _Places = field(default_factory=Counter)
    freely: _Places = field(default_factory=Counter)
    empty: int = 0
    free: int = 0


_NOTHING = _Part(empty=1, free=1)


class _Automaton:
    """The places of a pattern where a character stands, and which can follow which."""

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.characters: list[Runs] = []
        self.follows: dict[int, _Places] = {}
        self.ends: frozenset[int] = frozenset()
        self.steps = 0

    @classmethod
    def of(cls, node: Node, flags: int, *, fails: bool = False) -> _Automaton:
        """Of this part; `fails` says that what follows it fails."""
        automaton = cls(flags)
        whole = automaton.part(node)
        if not fails:
            automaton.ends = frozenset(whole.freely)
        return automaton

    def part(self, node: Node) -> _Part:
        if isinstance(node, One):
            return self.place(characters(node.source, self.flags))
        if isinstance(node, Sequence):
            whole = _NOTHING
            for part in node.parts:
                whole = self.then(whole, self.part(part))
            return whole
        if isinstance(node, Either):
            return _either(*map(self.part, node.branches))
        if isinstance(node, Repeat):
            return self.repeat(node)
        if isinstance(node, Atomic):
            # Looked at by itself; seen from outside, it takes its text in one way.
            return self.place(())
        assert isinstance(node, (Edge, Look)), "what takes no text is an edge or a look-around"
        return _Part(empty=1)

    def place(self, runs: Runs) -> _Part:
        at = len(self.characters)
        if at == MOST_PLACES:
            raise _TooLargeError
        self.characters.append(runs)
        self.follows[at] = Counter()
        here = Counter({at: 1})
        return _Part(first=here, last=here, freely=here)

    def then(self, one: _Part, other: _Part) -> _Part:
        self.link(one.last, other.first)
        return _Part(first=one.first + _times(other.first, one.empty),
                     last=other.last + _times(one.last, other.empty),
                     freely=other.freely + _times(one.freely, other.free),
                     empty=one.empty * other.empty, free=one.free * other.free)

    def link(self, last: _Places, first: _Places) -> None:
        for before, after in product(last, first):
            self.follows[before][after] += last[before] * first[after]

    def repeat(self, node: Repeat) -> _Part:
        most = node.most
        if most is not None and (most <= WRITTEN_OUT or (
                most == node.least and _is_one_way(node.body)
                and most * len(list(_inside(node.body))) <= LONGEST_ROW)):
            whole = _NOTHING
            for _ in range(most - node.least):  # from the last turn to the first: a(a(a)?)?
                whole = _either(self.then(self.part(node.body), whole), _NOTHING)
            for _ in range(node.least):
                whole = self.then(self.part(node.body), whole)
            return whole
        turn = self.part(node.body)
        self.link(turn.last, turn.first)
        if most is not None and turn.empty:
            self.link(turn.last, turn.first)  # which turns were the empty ones: a second way
        free = node.least <= WRITTEN_OUT  # else the many turns that it demands can fail
        return _Part(first=turn.first, last=turn.last,
                     freely=turn.freely if free else Counter(),
                     empty=1 if node.least == 0 else turn.empty,
                     free=1 if node.least == 0 else turn.free)

    def is_endless(self) -> bool:
        """Whether two paths over one text lead from a place back to itself.

        Places after which the pattern may end at once are left out: there the search has
        succeeded, and tries nothing else.
        """
        places = [p for p in self.follows if p not in self.ends]
        for loop in _components(places, lambda p: [q for q in self.follows[p]
                                                   if q not in self.ends]):
            if self.doubles(frozenset(loop)):
                return True
        return False

    def doubles(self, loop: frozenset[int]) -> bool:
        """Whether there are two ways round this loop for one text."""
        meeting: dict[_Pair, bool] = {}

        def both(pair: _Pair) -> Iterator[_Pair]:
            one, other = (loop & self.follows[p].keys() for p in pair)
            for after in product(one, other):
                self.steps += 1
                if self.steps > MOST_STEPS:
                    raise _TooLargeError
                if after not in meeting:
                    meeting[after] = _meet(*(self.characters[p] for p in after))
                if meeting[after]:
                    yield after

        alike = [(p, p) for p in sorted(loop)]
        for turn in _components(alike, both):
            same = {p for p, q in turn if p == q}
            if same and len(same) < len(turn):
                return True
            if any(self.follows[p][q] > 1 for p in same for q in same):
                return True
        return False


def _times(places: _Places, ways: int) -> _Places:
    return Counter({p: n * ways for p, n in places.items()}) if ways else Counter()


def _either(*parts: _Part) -> _Part:
    return _Part(first=sum((p.first for p in parts), Counter()),
                 last=sum((p.last for p in parts), Counter()),
                 freely=sum((p.freely for p in parts), Counter()),
                 empty=min(1, sum(p.empty for p in parts)),
                 free=min(1, sum(p.free for p in parts)))


def _is_one_way(node: Node) -> bool:
    """Whether it takes texts of one length, and each in one way."""
    if isinstance(node, Sequence):
        return all(map(_is_one_way, node.parts))
    if isinstance(node, Repeat):
        return node.least == node.most and _is_one_way(node.body)
    return isinstance(node, (One, Edge, Look))


def _meet(one: Runs, other: Runs) -> bool:
    """Whether some character is in both."""
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i][1] < other[j][0]:
            i += 1
        elif other[j][1] < one[i][0]:
            j += 1
        else:
            return True
    return False


def _components(roots: Iterable[_Node], after: Callable[[_Node], Iterable[_Node]],
                ) -> Iterator[list[_Node]]:
    """The sets of nodes that all lead to one another, of those that the roots lead to.

    Tarjan's algorithm (1972), with a stack of its own since a pattern may be long. A node that
    does not lead to itself is left out.
    """
    number: dict[_Node, int] = {}
    lowest: dict[_Node, int] = {}
    waiting: list[_Node] = []
    held: set[_Node] = set()
    for root in roots:
        if root in number:
            continue
        path: list[tuple[_Node, Iterator[_Node]]] = []
        step: _Node | None = root
        while step is not None or path:
            if step is not None:
                number[step] = lowest[step] = len(number)
                waiting.append(step)
                held.add(step)
                path.append((step, iter(after(step))))
                step = None
            node, following = path[-1]
            for other in following:
                if other not in number:
                    step = other
                    break
                if other in held:
                    lowest[node] = min(lowest[node], number[other])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    found = [waiting.pop()]
                    while found[-1] != node:
                        found.append(waiting.pop())
                    held.difference_update(found)
                    if len(found) > 1 or node in after(node):
                        yield found
