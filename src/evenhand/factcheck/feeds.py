"""Feeds of a publisher's pages: RSS, Atom and RDF, of which items, links and dates are read.

A feed is a stranger's XML: it may declare nothing (a document type is refused, and with it every
entity that could grow or reach outside), its depth and its items are bounded, and where it breaks
off the items before are kept.

>>> items, problems = read_feed('''<rss><channel><item><link>/a</link>
...     <pubDate>Tue, 26 May 2020 08:00:00 GMT</pubDate></item></channel></rss>''',
...     where="feed", address="https://facts.example/feed")
>>> items[0].link, items[0].published.isoformat(), items[0].changed, problems
('https://facts.example/a', '2020-05-26T08:00:00+00:00', None, ())
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin
from xml.parsers import expat

from evenhand.factcheck.address import web_address
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.untrusted import parse_date, plain_text

MOST_ITEMS, DEEPEST = 10_000, 64
_OUTERMOST = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF)\b")
_BEFORE = (("<?", "?>"), ("<!--", "-->"))
LONGEST_BEGINNING = 20_000
"""Characters before its outermost element: a declaration, comments, style sheets."""

_ITEMS = ("item", "entry")
_PUBLISHED, _CHANGED = ("pubDate", "date", "published", "issued"), ("updated", "modified")
_CONTENT = ("encoded", "content", "summary", "description")
_ATOM = "http://www.w3.org/2005/Atom"
_JSON_LD = "application/ld+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: where it stands, the page it links to, when that was published and, where the feed
    says so, changed last; and its content as HTML where that holds JSON-LD."""

    where: str
    link: str | None
    published: datetime | None
    changed: datetime | None
    content: str


def is_feed(text: str) -> bool:
    """Whether a text is a feed: XML whose outermost element is that of RSS, Atom or RDF."""
    began = text[:LONGEST_BEGINNING].lstrip("\ufeff")
    place = 0
    while True:
        place += len(began[place:]) - len(began[place:].lstrip())
        end = next((ends for begins, ends in _BEFORE if began.startswith(begins, place)), None)
        if end is None and began[place:place + 9].upper() == "<!DOCTYPE":
            # What it declares stands in brackets; there may be marks of its end in them.
            inner, outer = began.find("[", place), began.find(">", place)
            end = "]>" if 0 <= inner < outer else ">"
        if end is None:
            return _OUTERMOST.match(began, place) is not None
        place = began.find(end, place)
        if place < 0:
            return False
        place += len(end)


def read_feed(text: str, *, where: str, address: str | None = None,
              ) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    """The items of a feed in its order, and what could not be read.

    `address` is that of the feed, from which its links go on. Raises nothing.
    """
    reader = _Reader(where, address)
    # The text is decoded already, whatever its first line says.
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    # An entity is declared within a document type or nowhere.
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.said
    try:
        parser.Parse(text.lstrip("\ufeff").encode("utf-8", "replace"), True)
    except expat.ExpatError as wrong:
        reader.refuse(f"{where}:{wrong.lineno}", "it is no whole XML: "
                      f"{expat.ErrorString(wrong.code)}", "ask the publisher; the items before "
                      "were read")
    except _RefusedError as wrong:
        reader.refuse(where, str(wrong), "save the feed without it, and import the file")
    return tuple(reader.items), tuple(reader.problems)


class _RefusedError(Exception):
    """The feed is not read further."""


@dataclass(slots=True)
class _Reader:
    """Hears a feed, element by element; what is no part of an item is passed over."""

    where: str
    address: str | None
    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    began: int = 0
    """How deep the open item lies; 0 where none is open."""
    seen: int = 0
    links: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    content: list[str] = field(default_factory=list)
    words: list[str] | None = None

    def refuse(self, where: str, what: str, hint: str) -> None:
        self.problems.append(Problem(where=where, what=what, hint=hint, level="refused"))

    def doctype(self, *_: object) -> None:
        raise _RefusedError("it declares a document type or an entity, which no feed needs")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.open.append(local)
        if len(self.open) > DEEPEST:
            raise _RefusedError(f"it is nested more than {DEEPEST} deep")
        if not self.began:
            if local in _ITEMS:
                self.seen += 1
                if self.seen > MOST_ITEMS:
                    raise _RefusedError(f"it has more than {MOST_ITEMS:,} items")
                self.began, self.links, self.given, self.content = len(self.open), {}, {}, []
                about = next((v for k, v in attributes.items() if k.endswith("about")), "")
                self.links["about"] = about
            return
        if len(self.open) == self.began + 1:
            self.words = []
            if local == "link" and attributes.get("rel", "alternate") == "alternate" and (
                    attributes.get("href")):
                self.links.setdefault("alternate", attributes["href"])
            elif local == "guid" and attributes.get("isPermaLink", "true").lower() != "false":
                self.links["guid"] = ""
        elif local == "script" and _JSON_LD in attributes.get("type", "").lower():
            # XHTML within the feed's own XML.
            self.words = []

    def said(self, data: str) -> None:
        if self.words is not None:
            self.words.append(data)

    def end(self, name: str) -> None:
        space, _, local = name.rpartition(" ")
        depth = len(self.open)
        self.open.pop()
        if not self.began:
            return
        if depth == self.began:
            self.began, self.words = 0, None
            self.keep()
        elif self.words is not None and (depth == self.began + 1 or local == "script"):
            text = "".join(self.words)
            self.words = None if depth == self.began + 1 else []
            if local == "script" and depth > self.began + 1:
                self.content.append(f'<script type="{_JSON_LD}">{text}</script>')
            elif local in _CONTENT:
                if _JSON_LD in text.lower():
                    self.content.append(text)
            elif local == "link" and space != _ATOM:
                self.links.setdefault("link", text.strip())
            elif local == "guid" and "guid" in self.links:
                self.links["guid"] = text.strip()
            elif local in (*_PUBLISHED, *_CHANGED):
                self.given.setdefault("changed" if local in _CHANGED else "published", text)

    def keep(self) -> None:
        where = f"{self.where}: item {self.seen}"
        given = next((self.links[name] for name in ("alternate", "link", "guid", "about")
                      if self.links.get(name)), "")
        link = None
        if given:
            try:
                link = web_address(urljoin(self.address, given) if self.address else given)
            except ValueError:
                link = None
        content = "".join(self.content)
        if link is None and not content:
            shown = plain_text(given, longest=80)[0]
            self.refuse(where, f"its link `{shown}` is not an address that can be followed" if given
                        else "it links to no page", "a feed's item has the address of its page in "
                        "`link`")
            return
        published, changed = (parse_date(self.given.get(k, "")) for k in ("published", "changed"))
        self.items.append(Item(where=where, link=link, published=published, changed=changed,
                               content=f"<div>{content}</div>" if content else ""))
