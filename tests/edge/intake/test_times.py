"""Times are read in the forms that platforms write, and what is not a time is refused."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edge.intake.times import read_time
from evenhand.errors import EvenhandError

MAY_26 = datetime(2020, 5, 26, 12, 17, 43, tzinfo=UTC)


@pytest.mark.parametrize("written", [
    "2020-05-26T12:17:43Z", "2020-05-26T08:17:43-04:00", "2020-05-26 12:17:43",
    "2020-05-26 12:17:43 UTC", " 2020-05-26T12:17:43+00:00 ", "20200526T121743Z",
    "Tue May 26 12:17:43 +0000 2020", "Tue May 26 08:17:43 -0400 2020",
    1590495463, 1590495463.0, 1590495463000, "1590495463", "1590495463000", "1590495463.0",
    datetime(2020, 5, 26, 12, 17, 43), MAY_26.astimezone(timezone(timedelta(hours=9))),  # noqa: DTZ001
])
def test_one_instant_is_read_from_every_form(written: object) -> None:
    assert read_time(written) == MAY_26
    assert read_time(written).tzinfo is UTC


def test_a_date_is_midnight_utc() -> None:
    assert read_time("2020-05-26") == read_time("20200526") == datetime(2020, 5, 26, tzinfo=UTC)


@pytest.mark.parametrize("written", [
    "", "yesterday", "26/05/2020", "2020-13-01", "2020-05-26T25:00:00Z", "2020", "12", 12, 2020,
    0, True, None, [], float("nan"), float("inf"), 10**400, -(10**400), "9" * 5000, "1e12",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 9e14, 1e17,
    "Tue Foo 26 12:17:43 +0000 2020", "١٥٩٠٤٩٥٤٦٣",
])
def test_what_is_no_time_is_refused_with_the_forms_to_write(written: object) -> None:
    with pytest.raises(EvenhandError) as caught:
        read_time(written)
    assert "2020-05-26" in (caught.value.hint or "")
    assert len(caught.value.what) < 120


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1),  # noqa: DTZ001
                    max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_what_isoformat_writes_is_read_back(made: datetime) -> None:
    assert read_time(made.isoformat()) == made.astimezone(UTC)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.binary()))
def test_anything_is_a_time_or_refused(written: object) -> None:
    with contextlib.suppress(EvenhandError):
        assert read_time(written).tzinfo is UTC
