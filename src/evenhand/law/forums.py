"""Courts and other forums: who is above whom, where each sits, and by what names it is cited.

`forums.md` holds them as tables. A forum is named by its id (`ca9`), or as lawyers cite it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from evenhand.errors import EvenhandError
from evenhand.rulebook.document import Document, read_document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, Source, suggest

Level = Literal["highest", "appeals", "trial"]
LEVELS: tuple[Level, ...] = ("highest", "appeals", "trial")
COLUMNS = ("forum", "name", "level", "under", "law of", "cited as")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """A court, or the place of a body of law.

    `under` is the court whose published opinions bind it next, None for the head of a system;
    `law_of` the forum of the state or union where it sits; `cited_as` the names of its opinions.
    """

    id: str
    name: str
    level: Level
    under: str | None
    law_of: str
    cited_as: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forums:
    """Every forum by its id, with the names by which they are found.

    `chains` holds each forum with those above it, `places` the places whose law each applies.
    """

    document: Document
    by_id: Mapping[str, Forum]
    by_name: Mapping[str, str] = field(repr=False)
    chains: Mapping[str, tuple[str, ...]] = field(repr=False)
    places: Mapping[str, frozenset[str]] = field(repr=False)

    def find(self, text: str) -> Forum | None:
        """The forum of this id, name or citation (`9th Cir. (en banc)`), or None."""
        found = self.by_id.get(text.strip()) or self.by_id.get(self.by_name.get(_plain(text), ""))
        return found

    def named(self, text: str) -> Forum:
        """As `find`; raises `EvenhandError` with the nearest names where there is none."""
        found = self.find(text)
        if found is None:
            raise EvenhandError(f"`{text}` is not a forum", hint=self.suggest(text)
                                or "law/forums.md lists them")
        return found

    def suggest(self, text: str) -> str | None:
        """Ask "did you mean", by ids and citations."""
        return suggest(text, [*self.by_id, *(c for f in self.by_id.values() for c in f.cited_as)])

    def chain(self, forum: str) -> tuple[str, ...]:
        """The forum and those above it, to the head of its system."""
        return self.chains[forum]

    def reaches(self, law: str, forum: str) -> bool:
        """Whether what is enacted for the place `law` is law that a forum applies.

        It is where the place is above the forum, where the forum sits in it, and where a court
        below the forum sits in it: a court of appeals applies the law of each of its states.
        """
        return law in self.places[forum]


def read_forums(text: str, *, name: str) -> Forums:
    """Read `forums.md`. Raises `DraftingErrors` with every mistake."""
    document = read_document(text, name=name, kinds=())
    source, problems = document.source, list[DraftingError]()
    forums: dict[str, Forum] = {}
    lines: dict[str, int] = {}
    for line, cells in _rows(source):
        forum = _read_row(line, cells, source, problems)
        if forum is None:
            continue
        if forum.id in forums:
            problems.append(source.mistake(f"the forum `{forum.id}` stands twice", line=line,
                                           hint=f"it already stands in line {lines[forum.id]}"))
            continue
        forums[forum.id], lines[forum.id] = forum, line
    names: dict[str, str] = {}
    for forum in forums.values():
        line = lines[forum.id]
        for above in filter(None, (forum.under, forum.law_of)):
            if above not in forums:
                problems.append(source.mistake(
                    f"`{above}` is not a forum", line=line,
                    hint=suggest(above, forums) or "give it a row of its own"))
        for said in (forum.name, *forum.cited_as):
            other = names.setdefault(_plain(said), forum.id)
            if other != forum.id:
                problems.append(source.mistake(
                    f"`{said}` names two forums", line=line,
                    hint=f"it already names `{other}`, in line {lines[other]}"))
    if not problems:
        problems.extend(_circles(forums, lines, source))
    if problems:
        raise DraftingErrors(problems)
    chains = {id_: _chain(id_, forums) for id_ in forums}
    places = {id_: {*chain, *chains[forums[id_].law_of]} for id_, chain in chains.items()}
    for id_, chain in chains.items():
        for above in chain:
            places[above] |= set(chains[forums[id_].law_of])
    return Forums(document=document, by_id=forums, by_name=names, chains=chains,
                  places={id_: frozenset(found) for id_, found in places.items()})


def _chain(forum: str, forums: Mapping[str, Forum]) -> tuple[str, ...]:
    found: list[str] = []
    here: str | None = forum
    while here is not None:
        found.append(here)
        here = forums[here].under
    return tuple(found)


def _plain(text: str) -> str:
    """A name without what printers differ in: brackets at its end, points, spaces, case."""
    text = re.sub(r"\s*\([^()]*\)\s*$", "", text)
    return re.sub(r"[^\w]+", "", text.casefold())


def _rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """The rows of every table: line (from 1) and cells; heads and the lines under them left out."""
    for number, line in enumerate(source.lines, 1):
        if not line.startswith("|") or re.fullmatch(r"[|\-: ]+", line):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells != list(COLUMNS):
            yield number, cells


def _read_row(line: int, cells: list[str], source: Source,
              problems: list[DraftingError]) -> Forum | None:
    wrong: tuple[str, str] | None = None
    if len(cells) != len(COLUMNS):
        wrong = (f"this row has {len(cells)} cells, not {len(COLUMNS)}",
                 "the columns are " + ", ".join(COLUMNS))
    elif not re.fullmatch(r"[a-z][a-z0-9]*", cells[0]):
        wrong = (f"`{cells[0]}` cannot be the id of a forum", "write small letters and digits")
    elif cells[2] not in LEVELS:
        wrong = (f"`{cells[2]}` is not a level",
                 suggest(cells[2], LEVELS) or "a court is one of: " + ", ".join(LEVELS))
    if wrong is not None:
        problems.append(source.mistake(wrong[0], line=line, hint=wrong[1]))
        return None
    id_, name, level, under, law_of, cited = cells
    return Forum(id=id_, name=name, level=level, under=under or None,  # type: ignore[arg-type]
                 law_of=law_of, cited_as=tuple(c.strip() for c in cited.split(";") if c.strip()))


def _circles(forums: Mapping[str, Forum], lines: Mapping[str, int],
             source: Source) -> Iterator[DraftingError]:
    for forum in forums.values():
        seen, here = {forum.id}, forum.under
        while here is not None and here not in seen:
            seen.add(here)
            here = forums[here].under
        if here == forum.id:
            yield source.mistake(f"the forum `{forum.id}` is under itself", line=lines[forum.id],
                                 hint="leave `under` empty at the head of a system")
