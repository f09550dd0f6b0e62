"""The brakes: a clause is stopped at once, acts again, or all that it did is taken back.

Each is a record of its own in the public log, with who pulled it and why. A reversal is a cause
like any other: each decision is superseded with its notice and receipt, and where that is
interrupted, whoever comes next goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from evenhand.edge.desk.bringing import kept, known, token_of
from evenhand.edge.desk.desk import Desk
from evenhand.edge.people import MAY_BRAKE, acting
from evenhand.edge.store.matters import (
    Kept,
    Matter,
    keep,
    keep_brake,
    suspensions,
    unswept,
)
from evenhand.edge.store.story import reversals_of
from evenhand.errors import EvenhandError
from evenhand.factcheck.words import length_in_words
from evenhand.model.action import Ground
from evenhand.model.brake import Reversal, Suspension
from evenhand.record.identity import name_matter
from evenhand.record.kinds import ReversalRecord, SuspensionRecord
from evenhand.rulebook.drafting import suggest

VERY_INSTANT = timedelta(microseconds=1)
"""As finely as instants are told apart: a time is open at its end, and now belongs to it."""


def suspend(desk: Desk, number: str, *, person: str, words: str, resumes: bool = False,
            version: str | None = None, at: datetime | None = None) -> Matter:
    """Suspend a clause from now on, or let it act again (`resumes`).

    It binds every version published by now: from then on the clause does nothing anew, and what it
    does already goes on until it is reversed. A version published later is not suspended by it.
    """
    platform = desk.platform
    who = acting(platform, person, MAY_BRAKE, "suspend a clause")
    ground = _ground(desk, number, version)
    _refuse_without_words(words)
    now = desk.now(at)
    # The newest version that has the clause may have been published since it was suspended.
    published = max(v.published_at for v in platform.versions if v.clause(number) is not None)
    stopped = any(s.number == number and s.until is None and (resumes or published <= s.since)
                  for s in suspensions(platform.engine))
    if stopped is not resumes:
        raise EvenhandError(
            f"clause {number} is {'suspended already' if stopped else 'not suspended'}",
            hint="`evenhand queue` says which clauses are")
    identity = name_matter("suspension", platform.fresh_key())
    record = SuspensionRecord(suspension=Suspension(
        id=identity, ground=ground, resumes=resumes, words=words, by=who.id, at=now,
        clock=platform.clock.kind))

    def store(connection: Connection) -> None:
        keep(connection, record, Kept(id=identity, at=now), platform.fresh_key())
        keep_brake(connection, matter=identity, terms=ground.citation.digest, number=number,
                   since=now, resumes=resumes)

    desk.keep(store)
    return kept(desk, identity)


def reverse(desk: Desk, number: str, *, since: datetime, person: str, words: str,
            until: datetime | None = None, version: str | None = None,
            at: datetime | None = None, once: str | None = None,
            begun: Callable[[Matter], None] = lambda _: None) -> Matter:
    """Take back all that a clause began to do from `since` up to `until` (None: now).

    `begun` is called once the reversal is recorded: from then on it will be done, whatever
    happens to the process that began it.
    """
    platform, identity = desk.platform, name_matter("reversal", token_of(desk, once))
    if (before := known(desk, identity)) is not None:
        begun(before)
        desk.go_on()
        return before
    who = acting(platform, person, MAY_BRAKE, "reverse what a clause did")
    ground = _ground(desk, number, version)
    _refuse_without_words(words)
    now = desk.now(at)
    same = [] if once is not None else [
        m for m in reversals_of(platform.engine, number)
        if isinstance(m.record, ReversalRecord) and _is_same(m.record.reversal, ground, since,
                                                             until, who.id)]
    if same and any(m.id == same[-1].id for m in unswept(platform.engine)):
        # It was broken off, and goes on.
        begun(same[-1])
        desk.go_on()
        return same[-1]
    until = until or now + VERY_INSTANT
    if not since < until:
        raise EvenhandError(f"nothing lies between {since:%Y-%m-%d %H:%M} and "
                            f"{until:%Y-%m-%d %H:%M} UTC", hint="let --since be earlier")
    if not any(platform.store.begun_by(number, since, until, at_once=desk.settling.batch)):
        if same:
            return same[-1]
        raise EvenhandError(
            f"nothing stands that clause {number} began between {since:%Y-%m-%d %H:%M} and "
            f"{until:%Y-%m-%d %H:%M} UTC", hint="what it did then was taken back before, or it did "
            "nothing; `evenhand suspend` keeps it from acting")
    record = ReversalRecord(reversal=Reversal(
        id=identity, ground=ground, since=since, until=until, words=words, by=who.id, at=now,
        clock=platform.clock.kind))

    def store(connection: Connection) -> None:
        keep(connection, record, Kept(id=identity, at=now, concerns_posts=True),
             platform.fresh_key())
        keep_brake(connection, matter=identity, terms=ground.citation.digest, number=number,
                   since=since, until=until)

    desk.keep(store, kept=lambda: begun(kept(desk, identity)))
    return kept(desk, identity)


def _is_same(said: Reversal, ground: Ground, since: datetime, until: datetime | None,
             person: str) -> bool:
    """Whether a reversal is the one that this person asks for."""
    return (said.ground, said.since, said.by) == (ground, since, person) and \
        until in (None, said.until)


def _ground(desk: Desk, number: str, version: str | None) -> Ground:
    """The clause of this number in the version of this name, or in the newest that has it."""
    versions = [v for v in desk.platform.versions if version in (None, v.front.version)]
    if not versions:
        names = [v.front.version for v in desk.platform.versions]
        raise EvenhandError(f"no version `{version}` is published",
                            hint=suggest(version or "", names) or "published: " + ", ".join(names))
    found = [c for v in versions if (c := v.clause(number)) is not None and c.rule is not None]
    if not found:
        numbers = [c.citation.number for c in versions[-1].clauses if c.rule is not None]
        raise EvenhandError(f"no published clause {number} has a rule",
                            hint=suggest(number, numbers) or "rules: " + ", ".join(numbers))
    return Ground(citation=found[-1].citation)


def _refuse_without_words(words: str) -> None:
    if length_in_words(words) < 2:
        raise EvenhandError("a brake is not pulled without reasons",
                            hint="one word is no reason: say why in a sentence, which everybody "
                            "can read in the log")
