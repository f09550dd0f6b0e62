"""The languages of the pages: which one a reader asked for, and its words and dates.

English is what stands in the code. Another language is a catalogue, `languages/TAG.po`, in which
every message has its translation: a test holds it against the code. What a platform wrote (its
terms, a letter) stays in the language in which it was published.

>>> chosen("de-AT,de;q=0.8,en;q=0.5", None), chosen("fr", None), chosen("de", "en")
('de', 'en', 'en')
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import resources

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.plural import PluralRule

ENGLISH = "en"
NAMES = {"en": "English", "de": "Deutsch"}
"""Tag -> what a language calls itself."""


class Language:
    """The words of one language."""

    def __init__(self, tag: str) -> None:
        """Read its catalogue; English needs none."""
        self.tag, self.locale = tag, Locale.parse("en_GB" if tag == ENGLISH else tag)
        self._words: dict[str, str | tuple[str, ...]] = {}
        if tag != ENGLISH:
            for message in catalogue(tag):
                if message.id and message.string:
                    name = message.id if isinstance(message.id, str) else message.id[0]
                    self._words[name] = (message.string if isinstance(message.string, str)
                                         else tuple(message.string))

    def gettext(self, message: str) -> str:
        """A message in this language."""
        found = self._words.get(message, message)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        """A message about so many things."""
        found = self._words.get(one)
        if not isinstance(found, tuple):
            return one if n == 1 else many
        rule: PluralRule = self.locale.plural_form
        return found[0 if rule(n) == "one" else -1]

    def instant(self, at: datetime) -> str:
        """A day and a time, in UTC."""
        return f"{self.day(at)}, {at.astimezone(UTC):%H:%M} UTC"

    def day(self, at: date | datetime) -> str:
        """A day; of an instant that in UTC."""
        day = at.astimezone(UTC).date() if isinstance(at, datetime) else at
        said: str = format_date(day, "long", locale=self.locale)
        return said

    def number(self, n: float) -> str:
        """A number, with the marks between its thousands."""
        said: str = format_decimal(n, locale=self.locale)
        return said

    def share(self, of_one: float) -> str:
        """A share in percent, without places."""
        said: str = format_percent(of_one, locale=self.locale)
        return said

    def called(self, tag: str) -> str:
        """What the language of a tag is called; a tag that nobody knows stands as it is."""
        base, *more = tag.split("-")
        known = self.locale.languages
        if name := known.get("_".join([base.lower(), *more])):
            return str(name)
        return f"{known[base.lower()]} ({tag})" if base.lower() in known else tag


def catalogue(tag: str) -> Catalog:
    """The catalogue of a language as it lies beside this file."""
    file = resources.files("evenhand.edge.web").joinpath("languages", f"{tag}.po")
    with file.open("rb") as lines:
        return read_po(lines, locale=tag)


@lru_cache(maxsize=len(NAMES))
def language(tag: str) -> Language:
    """A language that the pages have."""
    return Language(tag)


def chosen(accepts: str, kept: str | None) -> str:
    """The tag of the language that a reader is answered in: the one they chose, else the first of
    those that their browser accepts, else English."""
    if kept in NAMES:
        return str(kept)
    return next((tag for tag in _accepted(accepts) if tag in NAMES), ENGLISH)


def _accepted(header: str) -> Iterator[str]:
    """The languages of an `Accept-Language`, the dearest first, without their regions."""
    found = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.partition(";")
        try:
            dear = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            dear = 0.0
        found.append((-dear, place, tag.strip().lower().partition("-")[0]))
    return (tag for dear, _, tag in sorted(found) if dear)
