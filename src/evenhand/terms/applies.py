"""Which version of the terms, and which of its clauses, govern a post.

Substance follows the version in force when that version of the post was made, and not repealed
when deciding, unless the successor keeps the clause in words (under whatever number). An exception
stays with the clause that it excepts: its repeal may not be turned against posts made under it.
Intervals are closed at the start and open at the end (DESIGN 4).

Procedure (who hears an appeal, where, by when, what remains after it) follows the version in force
at the decision, which is when it is filed: nobody is sent to an address that has moved since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from evenhand.rulebook.document import Document
from evenhand.terms.clauses import Clause, Terms
from evenhand.terms.front import Front


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """The version that governs a post and the clauses of it that are still law when deciding.

    `terms` is None where no version was in force when the post was made; then no clause governs.
    `procedure` is the version in force when deciding, whose appeals are open; where none is (a
    post from later than now), it is `terms`.
    """

    terms: Terms | None
    procedure: Terms | None
    clauses: tuple[Clause, ...]


class Version(Protocol):
    """A version in time: `Terms`, or what the front matter of terms that are drafted says."""

    @property
    def digest(self) -> str:
        """What names it."""

    @property
    def front(self) -> Front:
        """Its front matter."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Its documents, the authentic one first."""

    @property
    def published_at(self) -> datetime:
        """When it is published (UTC)."""

    @property
    def in_force_from(self) -> datetime:
        """From when on it is in force (UTC)."""


V = TypeVar("V", bound=Version)


def in_force(versions: Sequence[V], at: datetime) -> V | None:
    """The version in force at an instant, or None before the first."""
    begun = [v for v in versions if v.in_force_from <= at and v.published_at <= at]
    return max(begun, key=lambda v: v.in_force_from, default=None)


def governing(versions: Sequence[Terms], *, made_at: datetime, now: datetime) -> Governing:
    """What governs a post made at one instant and decided at another (both UTC)."""
    then = in_force(versions, made_at)
    today = in_force(versions, now)
    if then is None:
        return Governing(terms=None, procedure=today, clauses=())
    runs = tuple(c for c in then.clauses if c.rule is not None)
    if today is None or today is then:
        return Governing(terms=then, procedure=then, clauses=runs)
    words = {_words(c) for c in today.clauses}
    kept = {c.citation.number for c in runs if _words(c) in words}
    while more := {c.citation.number for c in runs if c.then.exception_to in kept} - kept:
        kept |= more
    return Governing(terms=then, procedure=today,
                     clauses=tuple(c for c in runs if c.citation.number in kept))


def governing_each(versions: Sequence[Terms], times: Iterable[tuple[datetime, datetime]]
                   ) -> list[tuple[Governing, list[int]]]:
    """What governs posts, each by when it was made and when it is decided; with their places.

    The twin of `governing` for many: what governs changes only where a version is published or
    comes into force, so that most have one answer in common.
    """
    turns = sorted({at for v in versions for at in (v.published_at, v.in_force_from)})
    groups: dict[tuple[int, int], list[int]] = {}
    first: dict[tuple[int, int], tuple[datetime, datetime]] = {}
    for i, (made_at, now) in enumerate(times):
        key = bisect_right(turns, made_at), bisect_right(turns, now)
        if key not in groups:
            groups[key], first[key] = [], (made_at, now)
        groups[key].append(i)
    return [(governing(versions, made_at=first[key][0], now=first[key][1]), places)
            for key, places in groups.items()]


def _words(clause: Clause) -> str:
    """The words of a clause as they are read: where its lines break says nothing."""
    return " ".join(clause.words.split())
