"""Reads times and durations, in the forms that platforms write.

>>> read_time("2020-05-26T08:17:43-04:00")
datetime.datetime(2020, 5, 26, 12, 17, 43, tzinfo=datetime.timezone.utc)
>>> read_time(1590495463) == read_time("1590495463000") == read_time("2020-05-26 12:17:43")
True
>>> read_time("Tue May 26 12:17:43 +0000 2020") == read_time("2020-05-26 12:17:43 UTC")
True

>>> read_duration("3 days 12 hours") == timedelta(days=3.5)
True

A time without a zone is taken as UTC, a date as midnight UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from evenhand.edge.signals.admit import show
from evenhand.errors import EvenhandError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HINT = ("write 2020-05-26T12:17:43Z, 2020-05-26 12:17:43 (taken as UTC), 2020-05-26, "
         "or seconds or milliseconds since 1970")
_LEAST_SECONDS = 1e8
"""Numbers below this (March 1973) are more likely a count or a year than a time."""
_LEAST_MILLISECONDS = 1e11
_GREATEST_MILLISECONDS = 1e14

_NUMBER = re.compile(r"-?\d{9,}(?:\.\d*)?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TWITTER = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})",
                      re.ASCII)

_LENGTH = re.compile(r"(\d{1,9}) (second|minute|hour|day|week)s?", re.ASCII)
_LENGTHS = re.compile(rf"{_LENGTH.pattern}(?: {_LENGTH.pattern})*", re.ASCII)


def read_time(value: object) -> datetime:
    """The instant in UTC that this text, number or datetime names; refused where it names none."""
    if isinstance(value, str):
        return _read_text(value.strip())
    if isinstance(value, datetime):
        return _to_utc(value, str(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _read_number(float(value) if abs(value) < 1e18 else float("nan"), "the number")
    raise EvenhandError(f"a time is text or a number, not {type(value).__name__}", hint=_HINT)


def read_duration(text: str) -> timedelta:
    """The duration that this text names, in whole units as terms write them; else refused."""
    if not _LENGTHS.fullmatch(text):
        raise EvenhandError(f"{show(text)} is not a duration", hint="write 3 days 12 hours")
    try:
        return sum((timedelta(**{f"{unit}s": int(n)}) for n, unit in _LENGTH.findall(text)),
                   timedelta(0))
    except OverflowError:
        raise EvenhandError(f"{show(text)} is longer than any duration",
                            hint="write 3 days 12 hours") from None


def _read_text(text: str) -> datetime:
    if _NUMBER.fullmatch(text) and len(text) < 30:
        return _read_number(float(text), f"`{text}`")
    twitter = _TWITTER.fullmatch(text)
    if twitter and twitter[1].lower() in _MONTHS:
        month = _MONTHS.index(twitter[1].lower()) + 1
        text = f"{twitter[5]}-{month:02}-{twitter[2]} {twitter[3]}{twitter[4]}"
    if text.endswith((" UTC", " GMT")):
        text = text[:-4]
    try:
        # Four digits alone would be refused anyway; "2020-W22" and "20200526" are ISO 8601 too.
        read = datetime.fromisoformat(text)
    except ValueError:
        shown = text if len(text) <= 40 else text[:39] + "…"
        raise EvenhandError(f"`{shown}` is not a time that can be read", hint=_HINT) from None
    return _to_utc(read, text)


def _to_utc(read: datetime, shown: str) -> datetime:
    if read.tzinfo is None:
        return read.replace(tzinfo=UTC)
    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise EvenhandError(f"`{shown}` lies outside the years 1 to 9999", hint=_HINT) from None


def _read_number(number: float, shown: str) -> datetime:
    size = abs(number)
    if not _LEAST_SECONDS <= size < _GREATEST_MILLISECONDS:
        raise EvenhandError(f"{shown} is neither seconds nor milliseconds since 1970", hint=_HINT)
    seconds = number / 1000 if size >= _LEAST_MILLISECONDS else number
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise EvenhandError(f"{shown} lies outside the years 1 to 9999", hint=_HINT) from None
