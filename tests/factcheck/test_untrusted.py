"""Text and dates of strangers."""

import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.factcheck.untrusted import parse_date, plain_text


@pytest.mark.parametrize(("raw", "plain"), [
    ("a<br>b", "a b"),
    ("<p>one</p><p>two</p>", "one two"),
    ("un<b>bro</b>ken", "unbroken"),
    ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ("Smith &amp;amp; Sons", "Smith & Sons"),
    ("&lt;script&gt;x()&lt;/script&gt;after", "after"),
    ("<!-- hidden --> shown", "shown"),
    ("<script>never closed", ""),
    ("tab\tand\nline\x00\x07", "tab and line"),
    ("evil\u202etxt\u2066 z\u200bero", "eviltxt zero"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("cafe\u0301", "café"),
])
def test_markup_and_what_hides_words_is_taken_away(raw: str, plain: str) -> None:
    assert plain_text(raw, longest=100) == (plain, False)


def test_a_text_is_cut_at_its_length_and_says_so() -> None:
    text, cut = plain_text("x" * 30, longest=10)
    assert (text, cut, len(text)) == ("x" * 9 + "…", True, 10)


@settings(deadline=None)
@given(st.text() | st.text(alphabet="<>/!-&;#x0aip\u202e\x1b \n", max_size=60))
def test_no_control_character_and_no_double_space_is_left(raw: str) -> None:
    once, _ = plain_text(raw, longest=50)
    assert len(once) <= 50
    assert once == " ".join(once.split())
    assert not any(unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u200b" for c in once)


@pytest.mark.parametrize("unit", ["<a", "<script>", "<!--", "&amp;", "<script", "&#1"])
def test_no_text_takes_long(unit: str) -> None:
    started = time.process_time()
    plain_text(unit * 200_000, longest=2000)
    assert time.process_time() - started < 2


DAY = datetime(2015, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("raw", [
    "2015-05-06", "6 May 2015", "6  May  2015", "6May 2015", "6 May2015", "May 6, 2015",
    "6th May, 2015", "Sept. 6 2015", "2015/5/6", "2015-05-06T00:00:00Z",
    "2015-05-06T02:00:00+02:00", "2015-05-06 00:00:00", "Wed, 06 May 2015 00:00:00 GMT",
])
def test_the_dates_that_publishers_write_are_read(raw: str) -> None:
    expected = DAY.replace(month=9) if raw.startswith("Sept") else DAY
    assert parse_date(raw) == expected


@pytest.mark.parametrize("raw", [
    "", "2015", "20150506", "05/06/2015", "31 June 2015", "6 Mai 2015", "last spring",
    "0001-01-01T00:00:00+14:00", "99999-01-01", "6 May 0000", "1431000000",
])
def test_a_date_that_may_mean_two_days_or_none_is_unknown(raw: str) -> None:
    assert parse_date(raw) is None


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="0123456789-/: TZMay,", max_size=30))
def test_no_date_makes_the_parser_fail(raw: str) -> None:
    when = parse_date(raw)
    assert when is None or when.utcoffset() is not None


@pytest.mark.parametrize("raw", [
    "2015年5月26日", "2015 年 05 月 26 日", "2015년 5월 26일", "٢٠١٥-٠٥-٢٦", "۲۰۱۵-۰۵-۲۶",
    "२०१५-०५-२६", "２０１５年５月２６日", "2015/05/26", "\u200f2015-05-26"])
def test_a_day_is_read_in_the_digits_of_any_script(raw: str) -> None:
    assert parse_date(raw) == datetime(2015, 5, 26, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["2015年13月26日", "0000年0月0日", "15年5月26日", "５/６/２０１５"])
def test_a_day_that_is_none_or_two_is_unknown_in_any_script(raw: str) -> None:
    assert parse_date(raw) is None
