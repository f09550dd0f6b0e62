"""Where the ClaimReview objects lie in a text of JSON-LD, and how their properties are read.

The text is one JSON value, or JSON lines. An object may stand alone, in an array, in `@graph`, in
a schema.org DataFeed (`dataFeedElement`, `item`), or under another thing's `mainEntity`. Names
may carry the vocabulary's address (`http://schema.org/ClaimReview`, `schema:url`).

>>> reviews, problems = find_reviews('{"@graph": [{"@type": "WebPage"}, '
...     '{"@type": ["Review", "schema:ClaimReview"], "url": "u"}]}', where="feed.json")
>>> [(r.where, text_of(r.get("url"))) for r in reviews], problems
([('feed.json: item 1, at @graph[1]', 'u')], ())
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.factcheck.pages import is_page, scripts_of
from evenhand.factcheck.problem import Problem

Json = Any
"""A value as `json.loads` gives it: strangers wrote it, so nothing about its shape is assumed."""

_CONTAINERS = ("@graph", "@list", "dataFeedElement", "item", "mainEntity", "itemListElement",
               "hasPart", "review")
REVIEWS = frozenset({"ClaimReview", "MediaReview"})
_BESIDE = ("associatedClaimReview", "associatedMediaReview", "associatedReview")
_PREFIXES = ("schema:", "http://schema.org/", "https://schema.org/", "http://www.schema.org/",
             "https://www.schema.org/")
_NOT_IN_JSON, _NOT_IN_PAGE = "there is no `ClaimReview` in it", "this page holds no `ClaimReview`"
HOLDS_NONE = frozenset({_NOT_IN_JSON, _NOT_IN_PAGE})
"""What is told of a text that is sound and holds no fact-check."""

DEEPEST = 64
"""Levels of nesting that are read: a feed needs five."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One JSON object, where it stands, and the objects of its document by their `@id`."""

    node: Mapping[str, Json]
    where: str
    nodes: Mapping[str, Mapping[str, Json]]

    def get(self, name: str) -> Json:
        """The property under its plain or prefixed name, references resolved; None if absent."""
        for key in (name, *(prefix + name for prefix in _PREFIXES)):
            if self.node.get(key) is not None:
                return self.resolved(self.node[key])
        return None

    def things(self, name: str) -> tuple[Thing, ...]:
        """The property's objects, whether it holds one or a list; other values are left out."""
        return tuple(self.at(v) for v in as_list(self.get(name)) if isinstance(v, dict))

    def at(self, node: Mapping[str, Json]) -> Thing:
        """An object of the same document; a bare `{"@id": ...}` is followed once."""
        return Thing(self.resolved(node), self.where, self.nodes)

    def resolved(self, value: Json) -> Json:
        """What a bare reference, or each of a list, refers to in the document; else as it is."""
        if isinstance(value, list):
            return [self.resolved(v) if isinstance(v, dict) else v for v in value]
        if isinstance(value, dict) and set(value) == {"@id"} and isinstance(value["@id"], str):
            return self.nodes.get(value["@id"], value)
        return value

    def whole(self) -> dict[str, Json]:
        """The object with the references of its properties resolved, one level deep."""
        return {key: self.resolved(value) for key, value in self.node.items()}

    def types(self) -> frozenset[str]:
        """The names of its types, without the vocabulary's address."""
        return _types(self.node)


def find_reviews(text: str, *, where: str) -> tuple[tuple[Thing, ...], tuple[Problem, ...]]:
    """Every ClaimReview and MediaReview in the text, in order, and what could not be read.

    `where` names the source in problems; the line is added for JSON lines and for the scripts of a
    page, and the item's number and path within a document.
    """
    found: list[Thing] = []
    problems: list[Problem] = []
    page = is_page(text)
    for place, document in (_scripts(text, where, problems) if page else
                            _documents(text.lstrip("\ufeff"), where, problems)):
        if _deeper(document, DEEPEST):
            problems.append(Problem(where=place, what=f"it is nested more than {DEEPEST} deep",
                                    hint="a feed of fact-checks needs five levels: check the "
                                    "source", level="refused"))
            continue
        nodes = _by_id(document)
        reviews = list(_walk(document, ""))
        if not reviews and not page:
            problems.append(Problem(where=place, what=_NOT_IN_JSON,
                                    hint="its `@type` must be ClaimReview, at the top, in an "
                                    "array, in `@graph` or in a DataFeed", level="refused"))
        for number, (path, node) in enumerate(reviews, 1):
            item = place if path == "" else f"{place}: item {number}, at {path}"
            if isinstance(node, dict):
                found.append(Thing(node, item, nodes))
            elif not page:  # what else stands in a page is no fact-check
                problems.append(Problem(where=item, what="it is not an object",
                                        hint="each fact-check is a JSON object in braces",
                                        level="refused"))
    if page and not found and not problems:
        problems.append(Problem(where=where, what=_NOT_IN_PAGE,
                                hint="it stands in a script of the type application/ld+json; a "
                                "page that is built by its scripts holds none before they run",
                                level="refused"))
    return tuple(found), tuple(problems)


def _scripts(page: str, where: str, problems: list[Problem]) -> Iterator[tuple[str, Json]]:
    """The documents in the scripts of a page; one that is broken costs no other."""
    for line, script in scripts_of(page):
        place = f"{where}:{line}"
        try:
            # Whoever pastes text into a page leaves line feeds in it.
            yield place, _load(script, strict=False)
        except ValueError as fault:
            problems.append(_broken(place, fault))


def as_list(value: Json) -> list[Json]:
    """The values of a property that may hold none, one or many."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: Json) -> str:
    """The words of a property: a text, a number, the first of a list, or an object's name."""
    for _ in range(4):
        if isinstance(value, list):
            value = next((v for v in value if v not in (None, "", [], {})), None)
        elif isinstance(value, dict):
            value = next((value[k] for k in ("@value", "text", "name", "alternateName")
                          if value.get(k)), None)
    if isinstance(value, bool):
        # A publisher's `"alternateName": false` means the word.
        return "True" if value else "False"
    if isinstance(value, (int, float)):
        return str(value)
    return value if isinstance(value, str) else ""


def addresses_of(value: Json) -> tuple[str, ...]:
    """The addresses in a property: texts, and the `url`, `sameAs` or `@id` of its objects."""
    found: list[str] = []
    for entry in as_list(value):
        if isinstance(entry, dict):
            for key in ("url", "sameAs", "@id"):
                own = [v for v in as_list(entry.get(key)) if isinstance(v, str)]
                found += own
                if own:
                    break
        elif isinstance(entry, str):
            found.append(entry)
    return tuple(found)


def _documents(text: str, where: str, problems: list[Problem]) -> Iterator[tuple[str, Json]]:
    try:
        yield where, _load(text)
        return
    except ValueError as fault:
        whole = fault
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    read: list[tuple[str, Json]] = []
    broken: list[Problem] = []
    whole_lines = 0
    for number, line in lines:
        try:
            value = _load(line)
        except ValueError as fault:
            broken.append(_broken(f"{where}:{number}", fault))
        else:
            whole_lines += 1
            if isinstance(value, dict):
                read.append((f"{where}:{number}", value))
            else:
                broken.append(Problem(where=f"{where}:{number}", what="it is not an object",
                                      hint="each line is one fact-check in braces",
                                      level="refused"))
    # Lines of a broken, indented document are not objects of their own, but for a few.
    if len(lines) > 1 and read and 2 * whole_lines >= len(lines):
        problems.extend(broken)
        yield from read
    else:
        line = f":{whole.lineno}" if isinstance(whole, json.JSONDecodeError) else ""
        problems.append(_broken(where + line, whole))


def _broken(where: str, fault: ValueError) -> Problem:
    column = f", at column {fault.colno}" if isinstance(fault, json.JSONDecodeError) else ""
    reason = fault.msg if isinstance(fault, json.JSONDecodeError) else str(fault)
    return Problem(where=where, what=f"it is not JSON{column}: {reason[:1].lower()}{reason[1:]}",
                   hint="send the file whole, as the publisher serves it", level="refused")


def _load(text: str, *, strict: bool = True) -> Json:
    # NaN and Infinity are no JSON, and some publishers write them all the same: the item that holds
    # one is refused where it is laid out (`claims`), and costs its neighbours nothing.
    try:
        return json.loads(text, strict=strict, parse_int=_integer, parse_constant=float)
    except RecursionError:
        raise ValueError("nested too deep to be read") from None


def _integer(digits: str) -> int | float:
    # Beyond 2**53 a JSON number is the nearest double (RFC 8785, section 3.2.2.3).
    return int(digits) if len(digits) < 16 else float(digits)


def _types(node: Mapping[str, Json]) -> frozenset[str]:
    names = {n for n in as_list(node.get("@type")) if isinstance(n, str)}
    return frozenset(next((n[len(p):] for p in _PREFIXES if n.startswith(p)), n) for n in names)


def _walk(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """Every review below, and every element of a container that is no object."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _walk(entry, f"{path}[{index}]")
    elif isinstance(value, dict):
        if REVIEWS & _types(value):
            yield path, value
            for key in _BESIDE:
                for beside in as_list(value.get(key)):
                    # One that is only named stands elsewhere, or nowhere.
                    if isinstance(beside, dict) and beside.get("url"):
                        yield from _walk(beside, f"{path}.{key}".lstrip("."))
            return
        for key in _CONTAINERS:
            if value.get(key) is not None:
                yield from _walk(value[key], f"{path}.{key}".lstrip("."))
    elif value is not None and path:
        yield path, value


def _by_id(document: Json) -> dict[str, Mapping[str, Json]]:
    found: dict[str, Mapping[str, Json]] = {}
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            name = value.get("@id")
            # A bare reference defines nothing.
            if isinstance(name, str) and len(value) > 1:
                found.setdefault(name, value)
            waiting.extend(value.values())
    return found


def _deeper(document: Json, limit: int) -> bool:
    level: list[Json] = [document]
    for _ in range(limit):
        level = [child for value in level
                 for child in (value.values() if isinstance(value, dict)
                               else value if isinstance(value, list) else ())]
        if not level:
            return False
    return True
