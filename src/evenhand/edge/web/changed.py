"""What two versions of a document say differently, provision by provision and word by word.

>>> [(p.how, p.words) for p in parts("remove it at once", "limit it at once")]
[('removed', 'remove'), ('added', 'limit'), ('same', ' it at once')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from evenhand.edge.web.whole import sections
from evenhand.rulebook.document import Document, Provision

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")

MOST = 1_000_000
"""Pairs of lines, or of words, that are compared: above that one text takes the other's place as a
whole, since to compare them would hold the server."""


MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Part:
    """Some words that both have, or only one."""

    how: Literal["same", "added", "removed"]
    words: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One provision in both versions, or in one: its title and prose, and what the machine runs.

    Without a number it is what stands beside the provisions: `front` the front matter, else text.
    """

    number: str
    title: tuple[Part, ...]
    prose: tuple[Part, ...]
    machine: tuple[Part, ...]
    only_in: Literal["the new", "the old"] | None
    beside: Literal["front", "text"] | None = None

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return self.only_in is not None or any(
            part.how != "same" for part in (*self.title, *self.prose, *self.machine))


_KEPT: dict[tuple[str, str], tuple[Compared, ...]] = {}


def compare(old: Document, new: Document) -> tuple[Compared, ...]:
    """All of either: what stands beside the provisions, then each in the order of the new one; what
    only the old one has comes where it stood. Versions never change, so it is kept."""
    key = old.digest, new.digest
    found = _KEPT.get(key)
    if found is None:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        found = _KEPT[key] = _compared(old, new)
    return found


def _compared(old: Document, new: Document) -> tuple[Compared, ...]:
    before = {p.number: p for p in old.provisions}
    after = {p.number: p for p in new.provisions}
    return (
        Compared("", (), parts(_front(old), _front(new)), (), None, "front"),
        Compared("", (), parts(_beside(old), _beside(new)), (), None, "text"),
        *(_one(number, before.get(number), after.get(number))
          for number in _in_order(list(before), list(after))))


def parts(old: str, new: str) -> tuple[Part, ...]:
    """Two texts as what they share and what only one has: line by line, and word by word within
    lines that differ."""
    if old == new:
        return (Part("same", old),) if old else ()
    found: list[Part] = []
    for same, a, b in _matched(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        if same:
            found.append(Part("same", a))
            continue
        for alike, less, more in _matched(_WORDS.findall(a), _WORDS.findall(b)):
            if alike:
                found.append(Part("same", less))
            else:
                found += [Part("removed", less)] if less else []
                found += [Part("added", more)] if more else []
    return tuple(found)


def machine(provision: Provision) -> str:
    """What of a provision the machine runs, as it stands in the document."""
    return "\n\n".join(
        f"{block.kind} {block.info}".rstrip() + "\n" + "\n".join(line.text for line in block.lines)
        for block in provision.blocks)


def _matched(a: list[str], b: list[str]) -> Iterator[tuple[bool, str, str]]:
    """Runs of both lists, alike or not, each put together."""
    if len(a) * len(b) > MOST:
        yield False, "".join(a), "".join(b)
        return
    for how, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield how == "equal", "".join(a[a0:a1]), "".join(b[b0:b1])


def _front(document: Document) -> str:
    return "".join(f"{key}: {value.text}\n" for key, value in document.front.items())


def _beside(document: Document) -> str:
    return "\n\n".join(one.prose for one in sections(document) if one.provision is None)


def _one(number: str, old: Provision | None, new: Provision | None) -> Compared:
    return Compared(
        number=number, title=parts(old.title if old else "", new.title if new else ""),
        prose=parts(old.prose if old else "", new.prose if new else ""),
        machine=parts(machine(old) if old else "", machine(new) if new else ""),
        only_in=None if old and new else "the new" if new else "the old")


def _in_order(old: list[str], new: list[str]) -> Iterator[str]:
    told = set()
    for _, a0, a1, b0, b1 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for number in (*old[a0:a1], *new[b0:b1]):
            if number not in told:
                told.add(number)
                yield number
