"""What strangers write, made plain before it is kept: text without markup, dates as instants.

Everything a publisher sends is untrusted. A text loses its tags, its entities are decoded, control
characters and the invisible ones that can reverse or hide words are dropped, and it is cut at a
stated length.

>>> plain_text("<b>Ballots</b> &amp; boxes\\u202e<script>x()</script>", longest=40)
('Ballots & boxes', False)
>>> parse_date("26  May 2015").isoformat()
'2015-05-26T00:00:00+00:00'
>>> parse_date("some day in May") is None
True
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import regex

from evenhand.factcheck.writing import plain, without_optional

_BLOCKS = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
                     re.DOTALL | re.IGNORECASE)
# A tag begins with a letter, `/`, `!` or `?`, so that "5 < 6 and 7 > 3" stays as it is.
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_LINE_TAG = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|td)|br)\b[^<>]*>", re.IGNORECASE)

# What shows nothing and can hide or reverse words: spaces of no width, soft hyphens, overrides of
# direction, tags, annotations, what is no character at all. ZWJ and ZWNJ stay, and what chooses
# the look of a letter: Persian, Hindi and emoji need them.
_HIDDEN = regex.compile(
    r"[\p{Cs}\p{Noncharacter_Code_Point}\ufff9-\ufffb]|(?!\s)\p{Cc}|"
    r"(?![\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef])\p{Default_Ignorable_Code_Point}|"
    r"[\u200e\u200f\u061c]")
# Nobody writes so many marks on a letter, but to write over the lines around it.
_HEAPED = regex.compile(r"(\p{M}{8})\p{M}+")
_OPENS = re.compile(r"<(?=[a-zA-Z/!?])")

_ROUNDS = 3
"""How often text is decoded and stripped: feeds hold entities that were escaped twice."""


def plain_text(raw: str, *, longest: int) -> tuple[str, bool]:
    """The text without markup, in NFC, in one line; and whether it was cut at `longest`.

    `longest` counts code points. The result is no HTML: a `<` that no mark closes is parted from
    what follows it. Whoever shows it must still escape it.
    """
    # Nobody's claim is longer than this; what follows is not looked at, whatever it holds.
    text = raw[:20 * longest]
    for _ in range(_ROUNDS):
        before = text
        # What hides within a tag would hide the tag.
        text = _HIDDEN.sub("", text)
        text = _TAG.sub("", _LINE_TAG.sub(" ", _BLOCKS.sub(" ", text)))
        text = html.unescape(text)
        if text == before:
            break
    text = _TAG.sub("", _BLOCKS.sub(" ", _HIDDEN.sub("", text)))
    text = _HEAPED.sub(r"\1", unicodedata.normalize("NFC", text))
    text = " ".join(_OPENS.sub("< ", text).split())
    if len(text) <= longest:
        return text, len(raw) > 20 * longest
    return text[:longest - 1].rstrip() + "…", True


_MONTHS = {name: number for number, names in enumerate(
    ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
     "august aug", "september sep sept", "october oct", "november nov", "december dec"), 1)
    for name in names.split()}
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s*([a-z]+)\.?,?\s*(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})|"
                         r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]", re.ASCII)


def parse_date(raw: str) -> datetime | None:
    """The instant that a publisher's date names, in UTC; None where it cannot be told.

    Read are ISO 8601, RFC 2822, English days such as "26 May 2015" and "May 26, 2015", and
    "2015年5月26日", in the digits of any script. A date without a time is midnight, and a time
    without a zone is UTC: the publisher said no more.
    "05/06/2015" is None, because half the world reads it as another day.
    """
    text = without_optional(plain(" ".join(raw.split())[:60]))
    return _iso(text) or _english(text.casefold()) or _mail(text)


def _iso(text: str) -> datetime | None:
    # A bare number is a year at best ("2015"), and `20150526` could be anything.
    if not re.match(r"\d{4}-", text, re.ASCII):
        return None
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _english(text: str) -> datetime | None:
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found[1], _MONTHS.get(found[2]), found[3]
    elif found := _MONTH_FIRST.fullmatch(text):
        day, month, year = found[2], _MONTHS.get(found[1]), found[3]
    elif found := _YEAR_FIRST.fullmatch(text):
        year, named, day = (part for part in found.groups() if part)
        month = int(named)
    else:
        return None
    if month is None:
        return None
    try:
        return datetime(int(year), month, int(day), tzinfo=UTC)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    # The standard library's parser guesses at very little once a clock time is demanded.
    if ":" not in text or not text.isascii():
        return None
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _utc(when: datetime) -> datetime | None:
    if when.tzinfo is None:
        return when.replace(tzinfo=UTC)
    try:
        return when.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
