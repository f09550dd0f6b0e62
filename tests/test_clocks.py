"""Deadlines, held against the calendar and the regulation that counts its days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.clocks import add_months, deadline, end_of, last_day, midnight, zone
from evenhand.errors import EvenhandError
from evenhand.model.period import UNITS, Period

BRUSSELS, UTC_ZONE = ZoneInfo("Europe/Brussels"), ZoneInfo("UTC")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("start", "period", "where", "end"), [
    ("2020-05-26T19:30", "24 hours", UTC_ZONE, "2020-05-27T19:30"),
    ("2020-05-26T19:30", "90 minutes", BRUSSELS, "2020-05-26T21:00"),
    # The day of the event is not counted, and the last day is whole (Reg. 1182/71 Art. 3).
    ("2020-05-26T00:00", "1 day", UTC_ZONE, "2020-05-28T00:00"),
    ("2020-05-26T23:59", "1 day", UTC_ZONE, "2020-05-28T00:00"),
    ("2020-05-26T12:00", "1 week", UTC_ZONE, "2020-06-03T00:00"),
    ("2020-05-26T12:00", "6 months", UTC_ZONE, "2020-11-27T00:00"),
    # A month without such a day ends on its last.
    ("2020-08-31T12:00", "6 months", UTC_ZONE, "2021-03-01T00:00"),
    ("2024-02-29T12:00", "1 year", UTC_ZONE, "2025-03-01T00:00"),
    # Half past eleven in the evening in UTC is the next day in Brussels.
    ("2020-05-26T22:30", "1 day", BRUSSELS, "2020-05-28T22:00"),
    # Over a change of clocks a day is a calendar day, an hour an hour.
    ("2020-03-28T12:00", "1 day", BRUSSELS, "2020-03-29T22:00"),
    ("2020-03-28T12:00", "24 hours", BRUSSELS, "2020-03-29T12:00"),
])
def test_a_deadline_is_the_first_instant_that_is_too_late(
        start: str, period: str, where: ZoneInfo, end: str) -> None:
    assert deadline(at(start), Period.parse(period), where) == at(end)


@pytest.mark.parametrize(("start", "period", "end"), [
    # Art. 3(4) would end it with the Monday, and Art. 3(1) would leave out the hour of the event.
    ("2020-05-29T12:00", "2 days", "2020-06-01T00:00"),
    ("2020-05-29T19:30", "2 hours", "2020-05-29T21:30")])
def test_of_the_regulation_neither_holidays_nor_the_hour_of_the_event_are_followed(
        start: str, period: str, end: str) -> None:
    assert deadline(at(start), Period.parse(period), UTC_ZONE) == at(end)


def test_the_zone_of_the_start_says_nothing() -> None:
    begun = at("2020-03-28T12:00")
    for period in ("24 hours", "3 days", "1 month"):
        for where in (BRUSSELS, UTC_ZONE):
            there = begun.astimezone(timezone(timedelta(hours=9)))
            assert deadline(begun, Period.parse(period), where) == deadline(
                there, Period.parse(period), where)
            assert end_of(begun, Period.parse(period), where) == end_of(
                begun.astimezone(BRUSSELS), Period.parse(period), where)


@pytest.mark.parametrize(("start", "period", "end"), [
    ("2020-05-26T19:30", "72 hours", "2020-05-29T19:30"),
    ("2020-05-26T19:30", "7 days", "2020-06-02T19:30"),
    ("2020-01-31T19:30", "1 month", "2020-02-29T19:30"),
    ("2020-01-31T19:30", "1 year", "2021-01-31T19:30"),
])
def test_what_lasts_ends_at_the_second(start: str, period: str, end: str) -> None:
    assert end_of(at(start), Period.parse(period)) == at(end)


def test_months_that_last_are_counted_on_the_clocks_of_the_terms() -> None:
    begun = at("2020-01-31T23:30")  # the first of February in Brussels
    assert end_of(begun, Period.parse("1 month"), BRUSSELS) == at("2020-02-29T23:30")
    assert end_of(begun, Period.parse("2 months"), BRUSSELS) == at("2020-03-31T22:30")


def test_the_last_day_is_the_one_that_a_letter_names() -> None:
    end = deadline(at("2020-05-26T12:00"), Period.parse("6 months"), BRUSSELS)
    assert last_day(end, BRUSSELS) == date(2020, 11, 26)


def test_midnight_is_the_first_instant_of_a_day_even_where_clocks_change_at_midnight() -> None:
    assert midnight(date(2020, 5, 26), BRUSSELS) == at("2020-05-25T22:00")
    assert midnight(date(2019, 3, 31), ZoneInfo("Asia/Beirut")) == at("2019-03-30T22:00")


@pytest.mark.parametrize("call", [
    lambda: deadline(datetime(9990, 1, 1, tzinfo=UTC), Period.parse("10000 weeks"), UTC_ZONE),
    lambda: end_of(datetime(9990, 1, 1, tzinfo=UTC), Period.parse("200 years")),
    lambda: end_of(datetime(9999, 12, 1, tzinfo=UTC), Period.parse("10000 hours")),
    lambda: deadline(datetime(9999, 12, 31, tzinfo=UTC), Period.parse("1 month"), UTC_ZONE),
    lambda: zone("Europe/Atlantis"), lambda: zone("../etc/passwd"), lambda: zone(""),
])
def test_what_lies_beyond_the_calendar_or_the_map_is_told_as_ours(call: object) -> None:
    with pytest.raises(EvenhandError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.hint


_NAIVE = (datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 (what hypothesis asks for)
INSTANTS = st.datetimes(*_NAIVE, timezones=st.just(UTC))
PERIODS = st.builds(Period, st.integers(1, 200), st.sampled_from(UNITS))


@given(INSTANTS, PERIODS, st.sampled_from([BRUSSELS, UTC_ZONE, ZoneInfo("Asia/Kolkata")]))
def test_a_deadline_never_comes_before_what_lasts_as_long(
        start: datetime, period: Period, where: ZoneInfo) -> None:
    # Clocks put back make a calendar day an hour longer than 24; put forward, shorter.
    assert deadline(start, period, where) >= end_of(start, period, where) - timedelta(hours=1)
    assert deadline(start, period, where) > start


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 500))
def test_months_added_keep_the_day_or_end_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)
