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

from evenhand.rulebook.document import Document, Provision

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Part:
    """Some words that both have, or only one."""

    how: Literal["same", "added", "removed"]
    words: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One provision in both versions, or in one: its title and prose, and what the machine runs."""

    number: str
    title: tuple[Part, ...]
    prose: tuple[Part, ...]
    machine: tuple[Part, ...]
    only_in: Literal["the new", "the old"] | None

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return self.only_in is not None or any(
            part.how != "same" for part in (*self.title, *self.prose, *self.machine))


def compare(old: Document, new: Document) -> tuple[Compared, ...]:
    """Every provision of either, in the order of the new one; what only the old one has comes where
    it stood."""
    before = {p.number: p for p in old.provisions}
    after = {p.number: p for p in new.provisions}
    return tuple(_one(number, before.get(number), after.get(number))
                 for number in _in_order(list(before), list(after)))


def parts(old: str, new: str) -> tuple[Part, ...]:
    """Two texts as what they share and what only one has."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    found: list[Part] = []
    for how, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Part("same", "".join(a[a0:a1])))
        else:
            found += [Part("removed", "".join(a[a0:a1]))] if a1 > a0 else []
            found += [Part("added", "".join(b[b0:b1]))] if b1 > b0 else []
    return tuple(found)


def machine(provision: Provision) -> str:
    """What of a provision the machine runs, as it stands in the document."""
    return "\n\n".join(
        f"{block.kind} {block.info}".rstrip() + "\n" + "\n".join(line.text for line in block.lines)
        for block in provision.blocks)


def _one(number: str, old: Provision | None, new: Provision | None) -> Compared:
    return Compared(
        number=number, title=parts(old.title if old else "", new.title if new else ""),
        prose=parts(old.prose if old else "", new.prose if new else ""),
        machine=parts(machine(old) if old else "", machine(new) if new else ""),
        only_in=None if old and new else "the new" if new else "the old")


def _in_order(old: list[str], new: list[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    told = set()
    for _, a0, a1, b0, b1 in matcher.get_opcodes():
        for number in (*old[a0:a1], *new[b0:b1]):
            if number not in told:
                told.add(number)
                yield number
