"""A length of time as terms and law write it: so many hours, days or calendar months.

Months and years have no fixed length; `evenhand.clocks` does the calendar arithmetic.

>>> Period.parse("72 hours"), str(Period.parse("1 month"))
(Period(count=72, unit='hour'), '1 month')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from evenhand.errors import EvenhandError

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_FIXED = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1),
          "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


LONGEST: dict[str, int] = {"month": 2400, "year": 200}
"""The greatest count of a unit, else 10,000: no promise of ours outlasts 200 years, and no
deadline falls off the calendar."""


@dataclass(frozen=True, slots=True)
class Period:
    """`count` (at least 1, at most 10,000, and 200 years) of a unit."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `24 hours`, `1 month`, `an hour`; anything else is refused with a hint."""
        found = re.fullmatch(r"\s*([1-9][0-9]{0,4}|an?)\s+([a-z]+?)s?\s*", text)
        unit = found[2] if found else ""
        count = 0
        if found:
            count = 1 if found[1] in ("a", "an") else int(found[1])
        if unit not in UNITS or not count:
            raise EvenhandError(f"`{text.strip()}` is not a length of time",
                                hint="write a whole number and a unit, like `24 hours`; units: "
                                + ", ".join(u + "s" for u in UNITS))
        most = LONGEST.get(unit, 10_000)
        if count > most:
            raise EvenhandError(f"`{text.strip()}` is too long", hint=f"{most} {unit}s is the most")
        return cls(count, unit)

    def __str__(self) -> str:
        """`24 hours`, `1 month`."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def fixed(self) -> timedelta | None:
        """The same length as a timedelta; None for months and years, which have no fixed one."""
        return self.count * _FIXED[self.unit] if self.unit in _FIXED else None
