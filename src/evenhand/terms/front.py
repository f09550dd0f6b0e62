"""What the front matter of terms says: names, dates, the language, and where an appeal goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from evenhand.errors import EvenhandError
from evenhand.model.period import Period
from evenhand.rulebook.check import Rule
from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingError

FRONT_KEYS = ("terms", "version", "published", "in force", "time zone", "language", "authentic",
              "notice before change", "reports decided within", "appeal within", "appeals to",
              "appeals at", "appeals answered within", "out-of-court", "courts")
REQUIRED_KEYS = ("terms", "version", "published", "in force", "time zone", "language",
                 "appeal within", "appeals to")

PERIODS = ("appeal within", "notice before change", "reports decided within",
           "appeals answered within")
"""The keys that hold a length of time."""

NO_APPEAL = "nobody"
"""`appeals to: nobody`: terms may say that the service hears no independent appeal, and then
every notice says so (DESIGN 4). Other terms say under `appeals at` where an appeal is sent."""


EARLIEST, LATEST = date(1970, 1, 1), date(2200, 12, 31)
"""The dates that terms may name: a slip of the pen is told, and no deadline leaves the calendar."""

LONGEST_TITLE = 200
LONGEST_VERSION = 64
"""Characters of the name of the terms, and of a version: every citation repeats both."""

_VERSION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
"""What can stand in the name of a file on any system, and in the origin of a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the front matter of terms says.

    `reports_within` and `appeals_within` are how soon a report is decided and an appeal answered;
    None where the terms promise no time.
    """

    title: str
    version: str
    published: date
    in_force: date
    zone: ZoneInfo
    language: str
    change_notice: Period | None
    reports_within: Period | None
    appeal_within: Period
    appeals_to: str
    appeals_at: str | None
    appeals_within: Period | None
    out_of_court: str | None
    courts: str | None


def text_of(document: Document, key: str) -> str:
    """The value of a key of the front matter; empty where it is not given."""
    value = document.front.get(key)
    return value.text if value is not None else ""


def read_front(document: Document) -> Front | None:
    """The front matter of terms; None where something of it is wrong."""
    if not document.front or any(front_problems(document)):
        return None
    try:
        zone = ZoneInfo(text_of(document, "time zone"))
    except (KeyError, ValueError, OSError):  # the rulebook has told which
        return None
    return Front(
        title=text_of(document, "terms"), version=text_of(document, "version"),
        published=date.fromisoformat(text_of(document, "published")),
        in_force=date.fromisoformat(text_of(document, "in force")), zone=zone,
        language=text_of(document, "language"),
        change_notice=_period(document, "notice before change"),
        reports_within=_period(document, "reports decided within"),
        appeal_within=Period.parse(text_of(document, "appeal within")),
        appeals_to=text_of(document, "appeals to"),
        appeals_at=text_of(document, "appeals at") or None,
        appeals_within=_period(document, "appeals answered within"),
        out_of_court=text_of(document, "out-of-court") or None,
        courts=text_of(document, "courts") or None)


def _period(document: Document, key: str) -> Period | None:
    text = text_of(document, key)
    return Period.parse(text) if text else None


def front_problems(document: Document, rules: Iterable[Rule] = ()) -> Iterator[DraftingError]:
    """What the front matter of terms must hold, and the order of its dates."""
    source = document.source
    if not document.front:
        return  # the rulebook has said so already
    for key in REQUIRED_KEYS:
        if key not in document.front:
            yield source.mistake(f"the front matter does not say `{key}`", line=1,
                                 hint=f"add a line `{key}: ...`")
    yield from _name_problems(document)
    dates: dict[str, date] = {}
    for key in ("published", "in force"):
        value = document.front.get(key)
        if value is None:
            continue
        found = _date(value.text)
        if found is None:
            yield source.mistake(f"`{value.text}` is not a date", line=value.line,
                                 hint=f"write `{key}: 2020-05-11`")
        elif not EARLIEST <= found <= LATEST:
            yield source.mistake(f"`{value.text}` is not a date of our time", line=value.line,
                                 hint=f"dates of terms lie from {EARLIEST} to {LATEST}")
        else:
            dates[key] = found
    if len(dates) == 2 and dates["in force"] < dates["published"]:
        yield source.mistake("the terms would be in force before they are published",
                             line=document.front["in force"].line,
                             hint="nobody can follow rules that are not published: let `in force` "
                             "lie at or after `published`")
    for key in PERIODS:
        value = document.front.get(key)
        if value is not None:
            try:
                Period.parse(value.text)
            except EvenhandError as wrong:
                yield source.mistake(wrong.what, line=value.line, hint=wrong.hint)
    yield from _address_problems(document)
    yield from language_problems(document)


def _name_problems(document: Document) -> Iterator[DraftingError]:
    """The names by which clauses are cited."""
    title, version = document.front.get("terms"), document.front.get("version")
    if title is not None and len(title.text) > LONGEST_TITLE:
        yield document.source.mistake(
            f"the name of the terms is longer than {LONGEST_TITLE} characters", line=title.line,
            hint="every citation of a clause repeats it: write a name, not a description")
    if version is None:
        return
    column = document.source.lines[version.line - 1].find(version.text)
    if len(version.text) > LONGEST_VERSION:
        yield document.source.mistake(
            f"the name of the version is longer than {LONGEST_VERSION} characters",
            line=version.line, column=column, length=len(version.text),
            hint="every citation of a clause repeats it: write the day it is in force from")
    elif not _VERSION.fullmatch(version.text):
        yield document.source.mistake(
            f"`{version.text}` cannot be the name of a version", line=version.line, column=column,
            length=len(version.text), hint="use letters a to z, digits, and between them `.`, "
            "`-` and `_`, such as `2020-05-11`: it names files and stands in citations")


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def language_problems(document: Document) -> Iterator[DraftingError]:
    """What `language` and `authentic` of any document of a version must hold."""
    language, authentic = document.front.get("language"), document.front.get("authentic")
    if language is not None and not _LANGUAGE.fullmatch(language.text):
        yield document.source.mistake(f"`{language.text}` is not a language", line=language.line,
                                      hint="write its tag: `en`, `fr` or `pt-BR`")
    if authentic is not None and authentic.text not in ("yes", "no"):
        yield document.source.mistake(f"`authentic` is yes or no, not `{authentic.text}`",
                                      line=authentic.line, hint="write `authentic: yes` in one "
                                      "document of a version")


_ADDRESS = re.compile(r"https?://[^\s/@]+\.[^\s/@]+(/\S*)?|[^\s@:/]+@[^\s@/]+\.[^\s@/]+")
"""An address of the web, or of e-mail."""


def _address_problems(document: Document) -> Iterator[DraftingError]:
    """Who hears appeals says where they are sent (Regulation 2022/2065 Art. 17(3)(f), 20(3))."""
    heard, at = document.front.get("appeals to"), document.front.get("appeals at")
    if heard is not None and heard.text != NO_APPEAL and at is None:
        yield document.source.mistake(
            "the front matter does not say `appeals at`", line=heard.line,
            hint="add a line `appeals at: https://...`, or an e-mail address: nobody can appeal "
            "without knowing where")
    answered = document.front.get("appeals answered within")
    if answered is not None and heard is not None and heard.text == NO_APPEAL:
        yield document.source.mistake(
            "there is a time for answers to appeals that nobody hears", line=answered.line,
            hint="take the line out, or say in `appeals to` who answers")
    if at is None:
        return
    if heard is not None and heard.text == NO_APPEAL:
        yield document.source.mistake(
            "there is an address for appeals that nobody hears", line=at.line,
            hint="take the line out, or say in `appeals to` who answers")
    elif not _ADDRESS.fullmatch(at.text):
        yield document.source.mistake(
            f"`{at.text}` is not an address", line=at.line,
            hint="write `https://...` or an e-mail address")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None
