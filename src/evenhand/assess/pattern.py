"""Fact patterns from elsewhere, as JSON objects: their facts, and the day and forum to assess them.

    {"id": "barnes-2009.b", "court": "9th Cir.", "year": 2009,
     "facts": {"is_ics": true, "promise": "specific", ...}, "detail": {"event_date": "2005-12-01"}}

What is not said is assumed, and each assumption is told. Whether an act restricts is derived from
what was done, where the pattern says only the latter. Other keys, outcomes above all, are not read.
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

RESTRICTING = frozenset({
    "demote", "interstitial", "age_gate", "disable_interaction", "demonetize", "remove", "block",
    "reject_ad", "filter", "suspend", "terminate"})
NOT_RESTRICTING = frozenset({
    "host", "leave_up", "repost", "label", "recommend", "author", "notify"})
"""What was done (`act.kind`) of which it is plain whether it restricts access, as `model.action`
has it of our own actions. Of an edit, and of what is no action on a post, it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One fact pattern. `forum` is an id, or None where the pattern does not say where.

    `assumed` says in words what was not given: the day, the forum, whether the act restricts.
    """

    id: str
    record: Record
    as_of: date
    forum: str | None
    assumed: tuple[str, ...]


def read_pattern(line: object, *, facts: LawFacts, forums: Forums, today: date,
                 as_of: date | None = None, forum: str | None = None,
                 where: str = "pattern") -> Pattern:
    """Read one fact pattern. Raises `EvenhandError` that says what of it is wrong.

    The day is `as_of`, else `detail.event_date`, else 1 July of `year`, else today; the forum is
    `forum`, an id, else `detail.forum`, else that of `court`.
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
        day, of_day = _day(line, detail, today)
        here, of_forum = _forum(line, detail, forums)
        assumed += [of_day] if as_of is None and of_day else []
        assumed += [of_forum] if forum is None and of_forum else []
        record = _with_effect(record, assumed)
    except EvenhandError as wrong:
        raise type(wrong)(wrong.what, where=where, hint=wrong.hint) from None
    return Pattern(id=str(line.get("id", where)), record=record, as_of=as_of or day,
                   forum=forum or here, assumed=tuple(assumed))


def _day(line: Mapping[str, object], detail: Mapping[str, object],
         today: date) -> tuple[date, str | None]:
    """The day, and what of it is assumed."""
    given, year = detail.get("event_date"), line.get("year")
    if given is not None:
        return read_date(str(given)), None
    if year is not None:
        if not isinstance(year, int) or isinstance(year, bool):
            raise EvenhandError(f"{year!r} is not a year", hint="write it as a number, 2009")
        if not 1 <= year <= 9999:
            raise EvenhandError(f"there is no year `{year}`", hint="write it as 2009")
        return date(year, 7, 1), f"as of 1 July {year}, the middle of the year given"
    return today, f"as of today, {today}: neither a date nor a year is given"


def _forum(line: Mapping[str, object], detail: Mapping[str, object],
           forums: Forums) -> tuple[str | None, str | None]:
    """The forum, and what of it is assumed."""
    given, court = detail.get("forum"), line.get("court")
    if given is not None:
        return forums.named(str(given)).id, None
    if court is None:
        return None, "in the regime's own forum: neither a forum nor a court is given"
    found = forums.find(str(court))
    if found is None:
        near = forums.suggest(str(court))
        return None, (f"in the regime's own forum: the court `{court}` is not in law/forums.md"
                      + (f"; {near}" if near else ""))
    return found.id, f"in {found.name}, the court given"


def _with_effect(record: Record, assumed: list[str]) -> Record:
    kind = record.get("act.kind")
    if record.get("act.restricts") is not None or kind not in RESTRICTING | NOT_RESTRICTING:
        return record
    restricts = kind in RESTRICTING
    assumed.append(f"act.restricts is {'yes' if restricts else 'no'}, derived from act.kind")
    return {**record, "act.restricts": restricts}
