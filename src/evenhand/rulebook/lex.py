"""The words of a condition: names, values and signs, each with its place in the file.

>>> [token.text for token in read_tokens((("post.age < 7 days", 1, 0),), zone=UTC,
...                                      source=Source(name="x", lines=("post.age < 7 days",)),
...                                      problems=[])]
['post.age', '<', '7 days']
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.syntax import Span
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Scalar

UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
"""The units in which a duration may be written (each also with an `s`), in seconds."""

TRUTHS = {"yes": True, "true": True, "True": True, "no": False, "false": False, "False": False}

TokenKind = Literal["value", "name", "sign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word: its kind, its text as written, its place; `value` for those of kind `value`."""

    kind: TokenKind
    text: str
    span: Span
    value: Scalar = False


_WORDS = re.compile(r"""
    (?P<space>[ \t]+)
  | (?P<comment>\#.*)
  | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<curly>[\u201c-\u201e\u2018\u2019][^\u201c\u201d\u2018\u2019]*[\u201c\u201d\u2018\u2019]?)
  | (?P<open>["'])
  | (?P<instant>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})?(?!\w))
  | (?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![\w-]))
  | (?P<duration>(?P<amount>[0-9]+(?:\.[0-9]+)?)[ \t]*
        (?P<unit>(?:second|minute|hour|day|week|month|year)s?)(?![\w.]))
  | (?P<number>[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.]))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?!\w))
  | (?P<sign>->|===|==|!=|<=|>=|=>|<>|:=|&&|\|\||\*\*|//|[-+*/<>=()\[\],.;:!&|%^~@{}?])
  | (?P<word>\w+)
  | (?P<other>.)
""", re.VERBOSE)

_OTHER = {
    "\u2265": "write `>=`", "\u2264": "write `<=`", "\u2260": "write `!=`",
    "\u2212": "write `-`", "\u00d7": "write `*`", "\u00a0": "write an ordinary space",
    "\\": "a condition may go on in the next line as it is",
    "$": "write the number alone; the fact says what it counts",
}


def read_tokens(lines: Iterable[tuple[str, int, int]], *, zone: tzinfo, source: Source,
                problems: list[DraftingError]) -> list[Token]:
    """The tokens of some lines, given as (text, line from 1, first column from 0).

    A date is midnight in `zone`. Mistakes are added to `problems`, and the word left out.
    """
    tokens = []
    for text, number, column in lines:
        at = 0
        while at < len(text):
            found = _WORDS.match(text, at)
            assert found is not None, "some branch matches any character"
            start, at = found.span()
            kind = found.lastgroup
            if kind in ("space", "comment"):
                continue
            span = Span(line=number, column=column + start, end_line=number,
                        end_column=column + at)
            if kind in ("name", "sign"):
                tokens.append(Token(kind="name" if kind == "name" else "sign",
                                    text=found[0], span=span))
                continue
            value = _value(found, zone)
            if isinstance(value, _Wrong):
                if kind == "open":
                    at = len(text)
                problems.append(source.mistake(value.what, line=number, column=column + start,
                                               length=at - start, hint=value.hint))
            else:
                tokens.append(Token(kind="value", text=found[0], span=span, value=value))
    return tokens


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a word, and what to write instead."""

    what: str
    hint: str | None = None


def _value(found: re.Match[str], zone: tzinfo) -> Scalar | _Wrong:
    word = found[0]
    match found.lastgroup:
        case "text":
            return _text(word)
        case "curly":
            return _Wrong("these quotation marks are not those of a text",
                          f'write straight ones: `"{word[1:-1]}"`' if len(word) > 1
                          else 'write straight ones, `"text"`')
        case "open":
            return _Wrong("this text is never closed", f"close it with {word} in the same line")
        case "instant":
            return _instant(word)
        case "date":
            return _date(word, zone)
        case "duration":
            return _duration(found["amount"], found["unit"])
        case "number":
            return _number(word)
        case "word":
            return _strange_word(word)
        case _:
            return _Wrong(f"`{word}` has no meaning in a condition", _OTHER.get(word))


def _text(word: str) -> str | _Wrong:
    inner = word[1:-1]
    for escaped in re.findall(r"\\(.)", inner):
        if escaped not in "\\\"'":
            return _Wrong(f"`\\{escaped}` has no meaning in a text",
                          'only `\\"`, `\\\'` and `\\\\` have; for a backslash write `\\\\`')
    return re.sub(r"\\(.)", r"\1", inner)


def _instant(word: str) -> datetime | _Wrong:
    hint = "write an instant as `2020-05-27T10:00Z`"
    if word[-1] != "Z" and word[-6] not in "+-":
        return _Wrong(f"`{word}` does not say its time zone", hint)
    try:
        return datetime.fromisoformat(word).astimezone(UTC)
    except (ValueError, OverflowError):
        return _Wrong(f"there is no instant `{word}`", hint)


def _date(word: str, zone: tzinfo) -> datetime | _Wrong:
    year, month, day = word.split("-")
    if len(month) != 2 or len(day) != 2:
        return _Wrong(f"`{word}` is not how a date is written",
                      f"did you mean `{year}-{month:0>2}-{day:0>2}`?")
    try:
        return datetime(int(year), int(month), int(day), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return _Wrong(f"there is no date `{word}`", "a date is year, month and day: `2020-05-27`")


def _duration(amount: str, unit: str) -> timedelta | _Wrong:
    unit = unit.removesuffix("s")
    if unit in ("month", "year"):
        return _Wrong(f"a {unit} has no fixed length",
                      f"write days: `{30 if unit == 'month' else 365} days`; calendar months are "
                      "for deadlines, which conditions do not set")
    if "." in amount:
        return _Wrong("a duration is a whole number of its unit",
                      "write it in a smaller unit: `90 minutes` for an hour and a half")
    try:
        return timedelta(seconds=int(amount) * UNIT_SECONDS[unit])
    except (OverflowError, ValueError):
        return _Wrong("this duration is too long", "the longest is 999999999 days")


def _number(word: str) -> int | float | _Wrong:
    if re.fullmatch(r"[0-9_]+", word):
        digits = word.replace("_", "").lstrip("0") or "0"
        if len(digits) > 16 or int(digits) > GREATEST_INTEGER:
            return _Wrong(f"`{word}` is too great to be exact",
                          f"whole numbers reach to 2**53 = {GREATEST_INTEGER}")
        return int(digits)
    value = float(word)
    return value if math.isfinite(value) else _Wrong(f"`{word}` is too great for a number",
                                                     "numbers are float64: up to 1.7e308")


def _strange_word(word: str) -> _Wrong:
    found = re.fullmatch(r"([0-9]+)([A-Za-z]+)", word)
    if found and (hint := suggest(found[2], [*UNIT_SECONDS, *(u + "s" for u in UNIT_SECONDS)])):
        return _Wrong(f"`{word}` is neither a number nor a name", hint)
    if not word.isascii():
        return _Wrong(f"`{word}` is not a name", 'put text in quotation marks: `"…"`; the names '
                      "of facts are of the letters a to z")
    return _Wrong(f"`{word}` is neither a number nor a name",
                  "a name begins with a letter; a number is digits alone, such as `12` or `0.5`")
