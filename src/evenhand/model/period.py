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


@dataclass(frozen=True, slots=True)
class Period:
    """`count` (at least 1, at most 10,000) of a unit."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `24 hours`, `1 month`, `an hour`; anything else is refused with a hint."""
        found = re.fullmatch(r"\s*(\d{1,5}|an?)\s+([a-z]+?)s?\s*", text)
        unit = found[2] if found else ""
        count = 0
        if found:
            count = 1 if found[1] in ("a", "an") else int(found[1])
        if unit not in UNITS or not 1 <= count <= 10_000:
            raise EvenhandError(f"`{text.strip()}` is not a length of time",
                                hint="write a whole number from 1 to 10000 and a unit, like "
                                "`24 hours`; units: " + ", ".join(u + "s" for u in UNITS))
        return cls(count, unit)

    def __str__(self) -> str:
        """`24 hours`, `1 month`."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def fixed(self) -> timedelta | None:
        """The same length as a timedelta; None for months and years, which have no fixed one."""
        return self.count * _FIXED[self.unit] if self.unit in _FIXED else None
