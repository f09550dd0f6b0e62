"""How often somebody brought reports and appeals that were manifestly unfounded (Art. 23(2), (3)).

These are numbers for a person who decides, and facts that a clause may name; nothing here suspends
anybody. Regulation 2022/2065 asks besides for a warning before, for the gravity of the misuse and
for the intention behind it: a person weighs those.

>>> counted = misuse([Brought(kind="report", manifestly_unfounded=u) for u in (True, False)])
>>> counted.reports_made, counted.reports_manifestly_unfounded, counted.share_of_reports
(2, 1, 0.5)
>>> counted.share_of_appeals is None
True
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A report or an appeal that somebody made, and the answerer's word on it.

    `manifestly_unfounded` is False too where nobody has answered, or where it was withdrawn: what
    nobody has said is held against nobody.
    """

    kind: Literal["report", "appeal"]
    manifestly_unfounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Misuse:
    """Absolute numbers (Art. 23(3)(a)), and the shares that they are of all (Art. 23(3)(b))."""

    reports_made: int
    reports_manifestly_unfounded: int
    appeals_made: int
    appeals_manifestly_unfounded: int

    @property
    def share_of_reports(self) -> float | None:
        """The share of the reports that were manifestly unfounded; None where none was made."""
        return _share(self.reports_manifestly_unfounded, self.reports_made)

    @property
    def share_of_appeals(self) -> float | None:
        """The share of the appeals that were manifestly unfounded; None where none was made."""
        return _share(self.appeals_manifestly_unfounded, self.appeals_made)


def misuse(history: Iterable[Brought]) -> Misuse:
    """Count what one person brought, in the time that the caller looks back (Art. 23(3))."""
    made = {"report": 0, "appeal": 0}
    unfounded = {"report": 0, "appeal": 0}
    for brought in history:
        made[brought.kind] += 1
        unfounded[brought.kind] += brought.manifestly_unfounded
    return Misuse(reports_made=made["report"], reports_manifestly_unfounded=unfounded["report"],
                  appeals_made=made["appeal"], appeals_manifestly_unfounded=unfounded["appeal"])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
