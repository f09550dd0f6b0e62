"""Fact patterns from elsewhere, as JSON objects: their facts, and the day and forum to assess them.

    {"id": "barnes-2009.b", "court": "9th Cir.", "year": 2009,
     "facts": {"is_ics": true, "promise": "specific", ...}, "detail": {"event_date": "2005-12-01"}}

What is not said is assumed, and each assumption is told. Other keys, outcomes above all, are not
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from evenhand.errors import EvenhandError
from evenhand.law.dates import read_date
from evenhand.law.facts import LawFacts
from evenhand.law.forums import Forums
from evenhand.rulebook.vocabulary import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One fact pattern. `forum` is an id, or None where the pattern does not say where.

    `assumed` says in words what of the two was not given.
    """

    id: str
    record: Record
    as_of: date
    forum: str | None
    assumed: tuple[str, ...]


def read_pattern(line: object, *, facts: LawFacts, forums: Forums, today: date,
                 where: str = "pattern") -> Pattern:
    """Read one fact pattern. Raises `EvenhandError` that says what of it is wrong.

    The day is `detail.event_date`, else 1 July of `year`, else today; the forum `detail.forum`,
    else that of `court`.
    """
    if not isinstance(line, Mapping):
        raise EvenhandError("a fact pattern is a JSON object", where=where,
                            hint='write `{"id": ..., "facts": {...}}`')
    given, detail = line.get("facts"), line.get("detail") or {}
    if not isinstance(given, Mapping) or not isinstance(detail, Mapping):
        raise EvenhandError("a fact pattern has its facts in an object `facts`", where=where,
                            hint="and what stands outside the vocabulary in an object `detail`")
    assumed: list[str] = []
    try:
        record = facts.record(given, detail)
        as_of = _day(line, detail, today, assumed)
        forum = _forum(line, detail, forums, assumed)
    except EvenhandError as wrong:
        raise type(wrong)(wrong.what, where=where, hint=wrong.hint) from None
    return Pattern(id=str(line.get("id", where)), record=record, as_of=as_of, forum=forum,
                   assumed=tuple(assumed))


def _day(line: Mapping[str, object], detail: Mapping[str, object], today: date,
         assumed: list[str]) -> date:
    given, year = detail.get("event_date"), line.get("year")
    if given is not None:
        return read_date(str(given))
    if isinstance(year, int) and not isinstance(year, bool):
        if not 1 <= year <= 9999:
            raise EvenhandError(f"there is no year `{year}`", hint="write it as 2009")
        assumed.append(f"as of 1 July {year}, the middle of the year given")
        return date(year, 7, 1)
    assumed.append(f"as of today, {today}: neither a date nor a year is given")
    return today


def _forum(line: Mapping[str, object], detail: Mapping[str, object], forums: Forums,
           assumed: list[str]) -> str | None:
    given, court = detail.get("forum"), line.get("court")
    if given is not None:
        return forums.named(str(given)).id
    if court is None:
        assumed.append("in the regime's own forum: neither a forum nor a court is given")
        return None
    found = forums.find(str(court))
    if found is None:
        assumed.append(f"in the regime's own forum: the court `{court}` is not in law/forums.md")
        return None
    assumed.append(f"in {found.name}, the court given")
    return found.id
