"""Which version of the terms, and which of its clauses, govern a post.

Substance follows the version in force when that version of the post was made, and not repealed
when deciding, unless the successor keeps the clause in words (under whatever number). An exception
stays with the clause that it excepts: its repeal may not be turned against posts made under it.
Intervals are closed at the start and open at the end (DESIGN 4).

Procedure (who hears an appeal, where, by when, what remains after it) follows the version in force
at the decision, which is when it is filed: nobody is sent to an address that has moved since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evenhand.errors import EvenhandError
from evenhand.model.period import Period
from evenhand.terms.clauses import Clause, Terms


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


def in_force(versions: Sequence[Terms], at: datetime) -> Terms | None:
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


def _words(clause: Clause) -> str:
    """The words of a clause as they are read: where its lines break says nothing."""
    return " ".join(clause.words.split())


def check_succession(versions: Sequence[Terms], new: Terms, *,
                     after: Callable[[datetime, Period], datetime]) -> None:
    """Refuse a version that would overlap another, or come into force too soon.

    `after` gives the instant a period later (the calendar is the caller's).

    The terms in force promise their notice; the first version owes none. A change in the users'
    favour needs no notice period: that is a suspension of a clause, not a new version.
    """
    name = new.documents[0].name
    if new.in_force_from < new.published_at:
        raise EvenhandError(
            f"version {new.front.version} would be in force from {new.in_force_from:%Y-%m-%d %H:%M}"
            f" UTC, before it is published at {new.published_at:%Y-%m-%d %H:%M} UTC", where=name,
            hint="nobody can follow rules that are not published: let `in force` lie later")
    today = in_force(versions, new.published_at)
    if today is not None and today.front.change_notice is not None:
        earliest = after(new.published_at, today.front.change_notice)
        if new.in_force_from < earliest and today.digest != new.digest:
            raise EvenhandError(
                f"version {new.front.version} would be in force from "
                f"{new.in_force_from:%Y-%m-%d}, but the terms in force promise "
                f"{today.front.change_notice} of notice", where=name,
                hint=f"let it be in force from {earliest:%Y-%m-%d %H:%M} UTC or later")
    for old in versions:
        if old.front.version == new.front.version and old.digest != new.digest:
            raise EvenhandError(
                f"version {new.front.version} was already published with other words", where=name,
                hint="a published version never changes: give this one a new `version`")
        if old.in_force_from == new.in_force_from and old.digest != new.digest:
            raise EvenhandError(
                f"version {new.front.version} overlaps version {old.front.version}: both are in "
                f"force from {old.in_force_from:%Y-%m-%d}", where=name,
                hint="let it be in force from another day")
        if old.in_force_from > new.in_force_from and old.digest != new.digest:
            raise EvenhandError(
                f"version {new.front.version} would be in force from "
                f"{new.in_force_from:%Y-%m-%d}, before version {old.front.version} which is "
                "already published", where=name,
                hint="versions follow one another: let `in force` lie after "
                f"{old.in_force_from:%Y-%m-%d}")

