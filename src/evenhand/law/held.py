"""What a reading says of itself: who holds it, by what authority, since when, what it presumes.

    provision: us.230.c1
    holder: 9th Cir. (Barnes 2009, Calise 2024)
    in force: 2009-05-07 onward
    authority: published, ca9, 2009-05-07: Barnes v. Yahoo!, Inc., 570 F.3d 1096 (verified)
    status: controlling in the Ninth Circuit
    presume: suit.design is no: whoever attacks the design of a product pleads it
    burden: the platform
    leaves open: what makes a promise specific
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from evenhand.errors import EvenhandError
from evenhand.law.dates import Interval, read_date, read_interval
from evenhand.law.entries import (
    Entries,
    Entry,
    Keys,
    mistake,
    names_of,
    one,
    read_entries,
    text_of,
    told,
)
from evenhand.law.forums import Forums
from evenhand.law.provisions import SURE, Sure, block_of, read_time
from evenhand.rulebook.document import Document, Provision
from evenhand.rulebook.drafting import DraftingError, suggest
from evenhand.rulebook.values import RecordError, check_value
from evenhand.rulebook.vocabulary import Scalar, Vocabulary

Kind = Literal["published", "unpublished", "enacted", "practice", "policy", "proposal",
               "statement", "claim"]
AUTHORITIES: tuple[Kind, ...] = ("published", "unpublished", "enacted", "practice", "policy",
                                 "proposal", "statement", "claim")
"""What an authority can be: an opinion that is precedent, one that is not, enacted words, the
practice of an authority; and what is never law: executive policy, a proposal, the statement of
single judges, a political claim."""

KEYS = Keys(
    needed=("provision", "holder", "in force", "authority", "status", "burden", "leaves open"),
    once=("enacted", "enforceable by", "revoked", "vacated", "succeeded by", "checked"),
    several=("authority", "presume", "enjoined", "conflicts", "builds on", "yields to"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One source that holds a reading: what it is, of which forum, from when to when, how sure."""

    kind: Kind
    forum: str
    in_force: Interval
    cite: str
    sure: Sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Presumption:
    """What a reading reads where a fact is missing, and why, in words."""

    fact: str
    value: Scalar
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enjoined:
    """A time in which a court forbids enforcement, against whom, and how.

    `whom` is `everyone` where nobody may enforce it: then it is not in force.
    """

    when: Interval
    whom: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a reading came to its end: revoked or vacated, on a day, by what."""

    kind: Literal["revoked", "vacated"]
    on: date
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that a `held` block says.

    `provisions` may name another regime: (number, regime or None).
    """

    provisions: tuple[tuple[str, str | None], ...]
    holder: str
    in_force: Interval
    authorities: tuple[Authority, ...]
    status: str
    burden: str
    leaves_open: str
    presumptions: tuple[Presumption, ...]
    enacted: date | None
    enforceable_by: str | None
    enjoined: tuple[Enjoined, ...]
    ended: Ended | None
    succeeded_by: str | None
    checked: tuple[date, str] | None
    conflicts: tuple[str, ...]
    builds_on: tuple[str, ...]
    yields_to: tuple[str, ...]


_AUTHORITY = re.compile(r"(?P<kind>[a-z]+), *(?P<forum>[^,:]+), *(?P<when>[^,:]+): *(?P<cite>.+?) *"
                        r"\((?P<sure>[a-z ]+)\)")
_PRESUME = re.compile(r'(?P<fact>[A-Za-z_][\w.]*) +is +(?P<value>yes|no|-?\d+|"[^"]*")'
                      r"(?: *: *(?P<because>.*))?")
_ENJOINED = re.compile(r"(?P<when>[^,:]+), *for +(?P<whom>[^:]+): *(?P<how>.+)")
_PROVISION = re.compile(r"(?P<number>[A-Za-z0-9_.]+)(?: +of +(?P<regime>[A-Za-z0-9-]+))?")
_SINCE = re.compile(r"(?P<on>[^:]+): *(?P<how>.+)")
_CHECKED = re.compile(r"(?P<on>\S+) +by +(?P<by>.+)")


def entries_of(document: Document, provision: Provision, problems: list[DraftingError]) -> Entries:
    """The entries of a reading's `held` block; nothing where it has none."""
    block = block_of(provision, "held")
    return read_entries(block, KEYS, document.source, problems) if block is not None else {}


def read_held(document: Document, provision: Provision, *, vocabulary: Vocabulary, forums: Forums,
              problems: list[DraftingError]) -> Held | None:
    """What the `held` block under a heading says; None where there is none, or it is wrong."""
    if block_of(provision, "held") is None:
        return None
    before = len(problems)
    entries = entries_of(document, provision, problems)
    held = _Held(document, forums, problems)
    in_force = read_time(document, entries, "in force", problems)
    authorities = held.authorities(entries.get("authority", ()), in_force)
    presumptions = tuple(_presumptions(document, entries, vocabulary, problems))
    enjoined = tuple(e for entry in entries.get("enjoined", ())
                     if (e := held.enjoined(entry)) is not None)
    ended = held.ended(entries, in_force)
    provisions = held.provisions(entries)
    enacted, checked = held.day(one(entries, "enacted")), held.checked(one(entries, "checked"))
    if len(problems) > before or in_force is None:
        return None

    def names(key: str) -> tuple[str, ...]:
        return tuple(name for name, _ in names_of(entries, key))
    return Held(
        provisions=provisions, holder=text_of(entries, "holder"), in_force=in_force,
        authorities=authorities, status=text_of(entries, "status"),
        burden=text_of(entries, "burden"), leaves_open=text_of(entries, "leaves open"),
        presumptions=presumptions, enacted=enacted,
        enforceable_by=text_of(entries, "enforceable by") or None, enjoined=enjoined, ended=ended,
        succeeded_by=text_of(entries, "succeeded by") or None, checked=checked,
        conflicts=names("conflicts"), builds_on=names("builds on"), yields_to=names("yields to"))


def presumed_of(document: Document, provision: Provision,
                vocabulary: Vocabulary) -> dict[str, Scalar]:
    """What a reading presumes, as far as it can be read; mistakes are told by `read_held`."""
    entries = entries_of(document, provision, [])
    return {p.fact: p.value for p in _presumptions(document, entries, vocabulary, [])}


def _presumptions(document: Document, entries: Entries, vocabulary: Vocabulary,
                  problems: list[DraftingError]) -> Iterator[Presumption]:
    source = document.source
    seen: set[str] = set()
    for entry in entries.get("presume", ()):
        found = _PRESUME.fullmatch(entry.text)
        if found is None:
            problems.append(mistake(source, entry, "this presumption cannot be read",
                                    'write `FACT is VALUE: WHY`, such as `suit.bad_faith is '
                                    '"none": good faith is presumed on the pleadings`'))
            continue
        name, fact = found["fact"], vocabulary.facts.get(found["fact"])
        if fact is None:
            problems.append(mistake(source, entry, f"`{name}` is not a declared fact",
                                    suggest(name, vocabulary.facts) or "law/facts.md lists them",
                                    name))
            continue
        value = _value(found["value"])
        try:
            check_value(fact, value)
        except RecordError:
            problems.append(mistake(source, entry, f"`{name}` can never be `{found['value']}`",
                                    f"it is {fact.type.describe()}", found["value"]))
            continue
        if name in seen:
            problems.append(mistake(source, entry, f"`{name}` is presumed twice", "keep one", name))
            continue
        seen.add(name)
        because = (found["because"] or "").strip()
        if not because:
            problems.append(mistake(source, entry, f"this presumes `{name}` silently",
                                    "say after a colon why, in words that a jurist could sign"))
        yield Presumption(fact=name, value=value, because=because)


def _value(text: str) -> Scalar:
    if text in ("yes", "no"):
        return text == "yes"
    return text[1:-1] if text.startswith('"') else int(text)


@dataclass(frozen=True, slots=True)
class _Held:
    """Reads single entries, and adds what is wrong with them."""

    document: Document
    forums: Forums
    problems: list[DraftingError]

    def wrong(self, entry: Entry, what: str, hint: str | None, at: str = "") -> None:
        self.problems.append(mistake(self.document.source, entry, what, hint, at))

    def interval(self, entry: Entry, text: str) -> Interval | None:
        try:
            return read_interval(text)
        except EvenhandError as wrong:
            self.problems.append(told(self.document.source, entry, wrong, text.strip()))
            return None

    def day(self, entry: Entry | None, text: str | None = None) -> date | None:
        if entry is None:
            return None
        try:
            return read_date(entry.text if text is None else text)
        except EvenhandError as wrong:
            self.problems.append(told(self.document.source, entry, wrong, text or ""))
            return None

    def authorities(self, entries: tuple[Entry, ...],
                    within: Interval | None) -> tuple[Authority, ...]:
        found, before = [], len(self.problems)
        for entry in entries:
            parts = _AUTHORITY.fullmatch(entry.text)
            if parts is None:
                self.wrong(entry, "this authority cannot be read", "write `KIND, FORUM, DATE: "
                           "CITATION (STATUS)`, such as `published, ca9, 2009-05-07: Barnes v. "
                           "Yahoo!, Inc., 570 F.3d 1096 (verified)`")
                continue
            kind, sure = parts["kind"], parts["sure"]
            if kind not in AUTHORITIES:
                self.wrong(entry, f"`{kind}` is not a kind of authority",
                           suggest(kind, AUTHORITIES) or "it is one of: " + ", ".join(AUTHORITIES),
                           kind)
                continue
            if sure not in SURE:
                self.wrong(entry, f"`{sure}` does not say how sure this authority is",
                           suggest(sure, SURE) or "end with one of: " + ", ".join(
                               f"({s})" for s in SURE), sure)
                continue
            forum = self.forums.find(parts["forum"])
            if forum is None:
                self.wrong(entry, f"`{parts['forum']}` is not a forum", self.forums.suggest(
                    parts["forum"]) or "law/forums.md lists them", parts["forum"])
                continue
            when = self.interval(entry, parts["when"])
            if when is None:
                continue
            if within is not None and when.end is None:
                when = Interval(start=when.start, end=within.end)
            if within is not None and not within.covers(when):
                self.wrong(entry, f"this authority holds {when}, and the reading is in force "
                           f"{within}", "let `in force` begin with the first authority and end "
                           "with the last", parts["when"].strip())
            found.append(Authority(kind=kind, forum=forum.id, in_force=when, cite=parts["cite"],
                                   sure=sure))
        if within is not None and len(self.problems) == before and found \
                and min(a.in_force.start for a in found) != within.start:
            self.wrong(entries[0], f"no authority holds this reading from {within.start}",
                       "let `in force` begin with the first authority")
        return tuple(found)

    def enjoined(self, entry: Entry) -> Enjoined | None:
        parts = _ENJOINED.fullmatch(entry.text)
        if parts is None:
            self.wrong(entry, "this injunction cannot be read", "write `DATE to DATE, for WHOM: "
                       "HOW`; `for everyone` where nobody may enforce it")
            return None
        when = self.interval(entry, parts["when"])
        return None if when is None else Enjoined(when=when, whom=parts["whom"].strip(),
                                                  how=parts["how"])

    def ended(self, entries: Entries, in_force: Interval | None) -> Ended | None:
        result: Ended | None = None
        kinds: tuple[Literal["revoked", "vacated"], ...] = ("revoked", "vacated")
        for kind in kinds:
            entry = one(entries, kind)
            if entry is None:
                continue
            parts = _SINCE.fullmatch(entry.text)
            if parts is None:
                self.wrong(entry, f"this does not say when it was {kind}, and how",
                           "write `DATE: BY WHAT`")
                continue
            on = self.day(entry, parts["on"].strip())
            if on is None:
                continue
            if in_force is not None and in_force.end != on:
                self.wrong(entry, f"this was {kind} on {on}, and the reading is in force "
                           f"{in_force}", f"let `in force` end on {on}")
            result = Ended(kind=kind, on=on, how=parts["how"])
        return result

    def provisions(self, entries: Entries) -> tuple[tuple[str, str | None], ...]:
        found = []
        for name, entry in names_of(entries, "provision"):
            parts = _PROVISION.fullmatch(name)
            if parts is None:
                self.wrong(entry, f"`{name}` names no provision",
                           "write its number, `us.230.c1`, or `us.230.c1 of US-230` where it "
                           "stands in the document of another regime", name)
                continue
            found.append((parts["number"], parts["regime"]))
        return tuple(found)

    def checked(self, entry: Entry | None) -> tuple[date, str] | None:
        if entry is None:
            return None
        parts = _CHECKED.fullmatch(entry.text)
        if parts is None:
            self.wrong(entry, "this does not say when it was checked, and by whom",
                       "write `2026-11-22 by NAME`")
            return None
        on = self.day(entry, parts["on"])
        return None if on is None else (on, parts["by"])


def names_in(held: Held) -> Mapping[str, tuple[str, ...]]:
    """The other readings that one names, by the key under which it does."""
    return {"conflicts": held.conflicts, "builds on": held.builds_on, "yields to": held.yields_to,
            "succeeded by": (held.succeeded_by,) if held.succeeded_by else ()}
