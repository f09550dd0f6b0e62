"""The law compiled for the days and forums that are asked for, once between two of its turns.

A regime says the same of a record on every day until something in its documents begins or ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evenhand.assess.assessment import readings_for
from evenhand.assess.quick import Quick, quick
from evenhand.law.dates import Interval
from evenhand.law.regimes import Law


class Ready:
    """The regimes of a law, each compiled when it is asked for."""

    def __init__(self, law: Law) -> None:
        """Nothing is compiled yet."""
        self.law = law
        self._turns: dict[str, tuple[date, ...]] = {}
        self._compiled: dict[tuple[str, str | None, date], Quick] = {}

    def of(self, regime: str, forum: str | None, day: date) -> Quick:
        """A regime in a forum on a day; its `as_of` is the day since which it says the same.

        Raises `EvenhandError` for a regime or forum that is not known.
        """
        if regime not in self._turns:
            self._turns[regime] = turns_of(self.law, regime)
        since = max((t for t in self._turns[regime] if t <= day), default=date.min)
        key = regime, forum, since
        if key not in self._compiled:
            self._compiled[key] = quick(self.law, regime, as_of=since, forum=forum)
        return self._compiled[key]


def turns_of(law: Law, regime: str) -> tuple[date, ...]:
    """The days on which what a regime says may change, in order."""
    days: set[date] = set()
    for interval in _intervals(law, regime):
        days.add(interval.start)
        if interval.end is not None:
            days.add(interval.end)
    return tuple(sorted(days))


def _intervals(law: Law, regime: str) -> Iterator[Interval]:
    body = law.regime(regime)
    for provision in body.provisions:
        yield provision.in_force
    for reading in readings_for(law, body):
        yield reading.held.in_force
        yield from (a.in_force for a in reading.held.authorities)
        yield from (e.when for e in reading.held.enjoined)
