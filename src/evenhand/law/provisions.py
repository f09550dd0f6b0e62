"""What a provision of law says of itself: where its words come from, how sure they are, since when.

    cite: 47 U.S.C. 230(e)(5)
    gives: exception
    excepts from: us.230.c1, us.230.c2B
    in force: 2018-04-11 onward
    words: verified: compared with a public copy of the Code, 22 November 2026
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evenhand.errors import EvenhandError
from evenhand.law.conclusion import Gives
from evenhand.law.dates import Interval, read_interval
from evenhand.law.entries import (
    Entries,
    Keys,
    mistake,
    names_of,
    one,
    read_entries,
    text_of,
    told,
)
from evenhand.rulebook.document import Block, Document, Provision
from evenhand.rulebook.drafting import DraftingError, suggest

Sure = Literal["verified", "secondary source", "unverified"]
SURE: tuple[Sure, ...] = ("verified", "secondary source", "unverified")
"""How sure words or a holding are: compared with the text itself, with a page about it, with
nothing yet."""

KEYS = Keys(needed=("cite", "gives", "in force", "words"),
            once=("excepts from", "official", "ended by"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LawProvision:
    """A provision of a regime: what it gives, its words, their source and how sure they are.

    `key` is its number without the regime's own (`c2A`). `quotes` are its words, verbatim; none
    where nobody wrote them down (common law).
    """

    number: str
    key: str
    title: str
    cite: str
    gives: Gives
    in_force: Interval
    ended_by: str | None
    excepts_from: tuple[str, ...]
    sure: Sure
    source: str
    official: str | None
    quotes: tuple[str, ...]
    words: str


def quotes_of(prose: str) -> tuple[str, ...]:
    """The quotations (`> ...`) of some prose, each as one line."""
    found: list[list[str]] = []
    within = False
    for line in prose.split("\n"):
        quoted = line.startswith(">")
        if quoted and not within:
            found.append([])
        if quoted:
            found[-1].append(line[1:].strip())
        within = quoted
    return tuple(" ".join(part for part in parts if part) for parts in found)


def read_sure(text: str) -> tuple[Sure, str] | None:
    """`verified: SOURCE` and its like, as status and source; None for anything else."""
    status, _, source = text.partition(":")
    found = next((s for s in SURE if s == status.strip()), None)
    return None if found is None else (found, source.strip())


def block_of(provision: Provision, kind: str) -> Block | None:
    """The first block of a kind, or None."""
    return next((b for b in provision.blocks if b.kind == kind), None)


def read_provision(document: Document, provision: Provision, prefix: str,
                   problems: list[DraftingError]) -> LawProvision | None:
    """The provision of a heading with a `provision` block; None for others, and for wrong ones.

    `prefix` is the number of the regime, with which its provisions begin.
    """
    block = block_of(provision, "provision")
    if block is None:
        return None
    source, before = document.source, len(problems)
    entries = read_entries(block, KEYS, source, problems)
    gives = _gives(document, entries, problems)
    in_force = read_time(document, entries, "in force", problems)
    sure = _sure(document, provision, entries, problems)
    excepts = tuple(name for name, _ in names_of(entries, "excepts from"))
    if not provision.number.startswith(prefix + "."):
        problems.append(source.mistake(
            f"`{provision.number}` does not begin with `{prefix}.`", line=provision.line,
            hint="`numbers` in the front matter says how the provisions of this regime begin"))
    if gives is not None and (gives is Gives.EXCEPTION) != bool(excepts):
        problems.append(source.mistake(
            "an exception says from what it excepts" if gives is Gives.EXCEPTION
            else "only an exception excepts from something", line=block.line,
            hint="write `excepts from: NUMBER` if, and only if, it `gives: exception`"))
    if len(problems) > before or gives is None or in_force is None or sure is None:
        return None
    return LawProvision(
        number=provision.number, key=provision.number.removeprefix(prefix + "."),
        title=provision.title, cite=text_of(entries, "cite"), gives=gives, in_force=in_force,
        ended_by=text_of(entries, "ended by") or None, excepts_from=excepts, sure=sure[0],
        source=sure[1], official=text_of(entries, "official") or None,
        quotes=quotes_of(provision.prose), words=provision.prose)


def excepts_problems(document: Document, provision: LawProvision,
                     known: dict[str, LawProvision]) -> Iterator[DraftingError]:
    """An exception is from provisions of its own document that give protection."""
    found = document.provision(provision.number)
    block = block_of(found, "provision") if found else None
    entries = read_entries(block, KEYS, document.source, []) if block else {}
    for name, entry in names_of(entries, "excepts from"):
        target = known.get(name)
        if target is None or target.gives is not Gives.PROTECTION:
            yield mistake(document.source, entry,
                          f"`{name}` is no provision of this document that gives protection",
                          suggest(name, [n for n, p in known.items()
                                         if p.gives is Gives.PROTECTION])
                          or "name provisions with commas between them", name)


def read_time(document: Document, entries: Entries, key: str,
              problems: list[DraftingError]) -> Interval | None:
    """The interval of a key, or None where it is not there or cannot be read."""
    entry = one(entries, key)
    if entry is None:
        return None
    try:
        return read_interval(entry.text)
    except EvenhandError as wrong:
        problems.append(told(document.source, entry, wrong))
        return None


def _gives(document: Document, entries: Entries, problems: list[DraftingError]) -> Gives | None:
    entry = one(entries, "gives")
    if entry is None:
        return None
    if entry.text not in {g.value for g in Gives}:
        problems.append(mistake(document.source, entry, f"a provision does not give `{entry.text}`",
                                suggest(entry.text, [g.value for g in Gives])
                                or "it gives one of: " + ", ".join(Gives)))
        return None
    return Gives(entry.text)


def _sure(document: Document, provision: Provision, entries: Entries,
          problems: list[DraftingError]) -> tuple[Sure, str] | None:
    entry = one(entries, "words")
    if entry is None:
        return None
    found = read_sure(entry.text)
    if found is None or not found[1]:
        problems.append(mistake(
            document.source, entry, "this does not say how sure the words are, and from where",
            "write `verified: SOURCE`, `secondary source: SOURCE` or `unverified: WHY`"))
        return None
    status = found[0]
    if status != "verified" and provision.prose and not marked(provision.prose, status):
        problems.append(mistake(
            document.source, entry, f"these words are not marked `({status})` where people read "
            "them", f"write ({status}) beside the words in the prose", status))
    return found


def marked(prose: str, status: str) -> bool:
    """Whether prose shows a status in brackets, where lines break or not."""
    return re.search(rf"\({re.escape(status)}\b", " ".join(prose.split())) is not None
