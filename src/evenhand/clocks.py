"""Deadlines: calendar arithmetic in a document's own time zone, with `now` always an argument.

Of Regulation (EEC, Euratom) No 1182/71, Art. 3, a deadline follows, for periods of days, weeks,
months and years: the day of the event is not counted (Art. 3(1)), the period ends with the last
hour of its last day, and in a month that has no such day with the last hour of the month's last
(Art. 3(2)(b) and (c)). It departs from it, or leaves it to the caller, in this:

- A period of hours or less runs from its instant to the same instant later; Art. 3(1) and 3(2)(a)
  would leave out the hour of the event.
- A period whose last day is a public holiday, a Sunday or a Saturday ends on that day; Art. 3(4)
  would end it with the last hour of the next working day. No holidays are known here.
- A period of two days may hold no working day; Art. 3(5) would have at least two. Holidays,
  Sundays and Saturdays within a period count, as in Art. 3(3); there is no period of working days.

Intervals are closed at the start and open at the end, so a deadline is the first instant that is
too late.

>>> from datetime import UTC, datetime
>>> told = datetime(2020, 5, 26, 19, 30, tzinfo=UTC)
>>> deadline(told, Period.parse("6 months"), ZoneInfo("UTC")).isoformat()
'2020-11-27T00:00:00+00:00'
>>> deadline(told, Period.parse("24 hours"), ZoneInfo("UTC")).isoformat()
'2020-05-27T19:30:00+00:00'
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evenhand.errors import EvenhandError
from evenhand.model.period import Period

_UTC = ZoneInfo("UTC")


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of this name, or an error that says how one is written."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EvenhandError(f"`{name}` is not a time zone",
                            hint="write an IANA name such as `UTC` or `Europe/Brussels`") from None


def midnight(day: date, where: ZoneInfo) -> datetime:
    """The instant (UTC) at which a date begins in a time zone."""
    return datetime.combine(day, time(), tzinfo=where).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later; the month's last where it has no such day.

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        raise EvenhandError(f"{months} months after {day} lies beyond the calendar",
                            hint="write a shorter period")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def deadline(start: datetime, period: Period, where: ZoneInfo) -> datetime:
    """The first instant (UTC) that lies after the period, counted in the time zone `where`."""
    if period.unit in ("second", "minute", "hour"):
        assert period.fixed is not None, "hours and less have a fixed length"
        return _add(start.astimezone(UTC), period.fixed)
    day = start.astimezone(where).date()
    last = _add(day, period.fixed) if period.fixed is not None else add_months(day, _months(period))
    return midnight(_add(last, timedelta(days=1)), where)


def last_day(end: datetime, where: ZoneInfo) -> date:
    """The last day that lies wholly or partly before an (open) deadline, as people say it."""
    return (end - timedelta(microseconds=1)).astimezone(where).date()


def end_of(start: datetime, period: Period, where: ZoneInfo = _UTC) -> datetime:
    """The instant (UTC) at which what lasts so long ends: exact, and never rounded up to a day.

    Calendar months are counted on the clocks of `where`; days and weeks are 24 hours each.

    >>> begun = datetime(2020, 5, 26, 19, 30, tzinfo=UTC)
    >>> end_of(begun, Period.parse("7 days")).isoformat()
    '2020-06-02T19:30:00+00:00'
    """
    if period.fixed is not None:
        return _add(start.astimezone(UTC), period.fixed)
    there = start.astimezone(where)
    day = add_months(there.date(), _months(period))
    return there.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)


def _months(period: Period) -> int:
    return period.count * (12 if period.unit == "year" else 1)


Moment = TypeVar("Moment", date, datetime)


def _add(start: Moment, length: timedelta) -> Moment:
    try:
        return start + length
    except OverflowError:
        raise EvenhandError(f"{length.days} days after {start} lies beyond the calendar",
                            hint="write a shorter period") from None
