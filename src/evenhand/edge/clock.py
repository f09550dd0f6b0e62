"""The clock of a platform: live, or replayed from the material, and never mixed.

On a live clock every instant is read here and handed down. On a replayed clock time is what the
material says: a post arrives when it was made, a fact-check when it was published. It never goes
back; where the material does, the instant stays.

>>> replayed = ReplayedClock(datetime(2020, 5, 1, tzinfo=UTC))
>>> replayed.at(datetime(2020, 5, 26, tzinfo=UTC)).day
26
>>> replayed.at(datetime(2020, 5, 2, tzinfo=UTC)).day
26
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from evenhand.model.decision import Clock


class PlatformClock(Protocol):
    """Says when something that the material dates so happens."""

    @property
    def kind(self) -> Clock:
        """Live or replayed."""

    def at(self, material: datetime | None) -> datetime:
        """The instant (UTC) of something that the material dates `material`, or does not date."""

    def would_be(self, material: datetime | None) -> datetime:
        """What `at` would say, without time passing."""


class LiveClock:
    """Reads the machine's clock; what the material says of itself changes nothing."""

    kind: Clock = "live"

    def at(self, material: datetime | None) -> datetime:
        """Now."""
        return datetime.now(UTC)

    would_be = at


class ReplayedClock:
    """Runs from `begins` along the material."""

    kind: Clock = "replayed"

    def __init__(self, begins: datetime) -> None:
        """Begin at an instant (UTC)."""
        self.now = begins

    def at(self, material: datetime | None) -> datetime:
        """The material's instant, or the latest one so far where that is later."""
        if material is not None:
            self.now = max(self.now, material)
        return self.now

    def would_be(self, material: datetime | None) -> datetime:
        """See `PlatformClock`."""
        return self.now if material is None else max(self.now, material)
