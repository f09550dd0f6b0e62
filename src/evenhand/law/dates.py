"""Dates of law: from when to when something holds, closed at the start and open at the end.

>>> interval = read_interval("2020-05-28 to 2021-05-14")
>>> interval.holds(date(2020, 5, 28)), interval.holds(date(2021, 5, 14))
(True, False)
>>> print(read_interval("1996-02-08 onward"))
1996-02-08 onward
>>> read_interval("not yet").holds(date(2026, 11, 22))
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from evenhand.errors import EvenhandError


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From a day on, and up to another that is no longer in it; `end` None where none is known."""

    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.start <= day and (self.end is None or day < self.end)

    def covers(self, other: Interval) -> bool:
        """Whether another lies wholly in it."""
        return self.start <= other.start and (self.end is None or (
            other.end is not None and other.end <= self.end))

    def meets(self, other: Interval) -> bool:
        """Whether some day lies in both."""
        return (self.end is None or other.start < self.end) and (
            other.end is None or self.start < other.end)

    def __str__(self) -> str:
        """The text that `read_interval` reads."""
        if self == NOT_YET:
            return "not yet"
        return f"{self.start} onward" if self.end is None else f"{self.start} to {self.end}"


NOT_YET = Interval(start=date.max, end=date.max)
"""Of what is enacted and has not commenced: no day lies in it."""

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def read_date(text: str) -> date:
    """Read `2020-05-28`. Raises `EvenhandError` for another form and for a day that never was."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        raise EvenhandError(f"`{text}` is not a date", hint="write it as `2020-05-28`")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise EvenhandError(f"there is no day `{text}`", hint="the calendar has no such day: "
                            "look the date up in the authority") from None


def read_interval(text: str) -> Interval:
    """Read `DATE onward`, `DATE to DATE`, a `DATE` alone, which goes on, or `not yet`.

    Raises `EvenhandError` for anything else.
    """
    parts = text.split()
    match parts:
        case ["not", "yet"]:
            return NOT_YET
        case [start] | [start, "onward"]:
            return Interval(start=read_date(start))
        case [start, "to", end]:
            interval = Interval(start=read_date(start), end=read_date(end))
            if interval.end is not None and interval.end <= interval.start:
                raise EvenhandError(f"`{text.strip()}` ends before it begins",
                                    hint="the second date is the first day on which it holds no "
                                    "more")
            return interval
    raise EvenhandError(f"`{text.strip()}` says no time",
                        hint="write `2020-05-28 onward` or `2020-05-28 to 2021-05-14`")
