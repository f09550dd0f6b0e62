"""The lines `key: value` of a block: each with its place; a line that is indented goes on.

    holder: 9th Cir. (Barnes 2009, Calise 2024)
    presume: suit.bad_faith is "none": good faith is presumed on the
      pleadings
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from evenhand.errors import EvenhandError
from evenhand.rulebook.document import Block
from evenhand.rulebook.drafting import DraftingError, Source, suggest

_ENTRY = re.compile(r"(?P<key>[a-z][a-z ]*?)[ \t]*:[ \t]*(?P<text>.*?)[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: its key, its value with the lines that it goes on in, and where it stands.

    `column` is that of the value, from 0.
    """

    key: str
    text: str
    line: int
    column: int


Entries = Mapping[str, tuple[Entry, ...]]
"""Key -> its entries, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a block may say: keys that it must have once, may have once, may have several times."""

    needed: tuple[str, ...]
    once: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every key, in the order in which a drafter would write them."""
        return self.needed + self.once + self.several


def read_entries(block: Block, keys: Keys, source: Source,
                 problems: list[DraftingError]) -> Entries:
    """The entries of a block by key; what is wrong with their form is added to `problems`."""
    found: list[Entry] = []
    for line in block.lines:
        text = line.text
        if not text.strip():
            continue
        if text[0] in " \t" and found:
            found[-1] = replace(found[-1], text=f"{found[-1].text} {text.strip()}".strip())
            continue
        match = _ENTRY.fullmatch(text)
        if match is None:
            problems.append(source.mistake(
                f"this line of the `{block.kind}` block is not a `key: value`", line=line.number,
                column=line.column, hint="write a key, a colon and its value; indent a line that "
                "goes on from the one above"))
            continue
        found.append(Entry(key=match["key"], text=match["text"], line=line.number,
                           column=line.column + match.start("text")))
    entries: dict[str, tuple[Entry, ...]] = {}
    for entry in found:
        earlier = entries.get(entry.key, ())
        wrong = _wrong(entry, block, keys, earlier)
        if wrong is not None:
            problems.append(source.mistake(wrong[0], line=entry.line, hint=wrong[1],
                                           length=len(entry.key)))
        else:
            entries[entry.key] = (*earlier, entry)
    written = {entry.key for entry in found}
    # A key that is misspelt is told once, as what it is.
    meant = " ".join(suggest(key, keys.all) or "" for key in written if key not in keys.all)
    for key in keys.needed:
        if key not in written and f"`{key}`" not in meant:
            problems.append(source.mistake(
                f"this `{block.kind}` block does not say `{key}`", line=block.line,
                hint=f"add a line `{key}: ...`"))
    return entries


def _wrong(entry: Entry, block: Block, keys: Keys, earlier: tuple[Entry, ...],
           ) -> tuple[str, str] | None:
    if entry.key not in keys.all:
        return (f"`{entry.key}` is not a key of a `{block.kind}` block",
                suggest(entry.key, keys.all)
                or "the keys are " + ", ".join(f"`{k}`" for k in keys.all))
    if not entry.text:
        return (f"`{entry.key}` has no value",
                f"write its value after the colon, or take `{entry.key}` out")
    if earlier and entry.key not in keys.several:
        return (f"`{entry.key}` stands twice",
                f"it already stands in line {earlier[0].line}: keep one")
    return None


def one(entries: Entries, key: str) -> Entry | None:
    """The entry of a key that stands once, or None."""
    return next(iter(entries.get(key, ())), None)


def text_of(entries: Entries, key: str) -> str:
    """The value of a key that stands once; empty where it is not there."""
    entry = one(entries, key)
    return entry.text if entry is not None else ""


def names_of(entries: Entries, key: str) -> tuple[tuple[str, Entry], ...]:
    """The names of a key that holds several, with commas between them."""
    return tuple((name, entry) for entry in entries.get(key, ())
                 for name in map(str.strip, entry.text.split(",")) if name)


def mistake(source: Source, entry: Entry, what: str, hint: str | None, at: str = "",
            ) -> DraftingError:
    """A mistake in the value of an entry, or in the part of it that is quoted `at`."""
    rest = source.lines[entry.line - 1][entry.column:]
    start = rest.find(at) if at else -1
    length = len(at) if start >= 0 else max(1, len(rest.rstrip()))
    return source.mistake(what, line=entry.line, column=entry.column + max(0, start),
                          length=length, hint=hint)


def told(source: Source, entry: Entry, wrong: EvenhandError, at: str = "") -> DraftingError:
    """A refusal of ours, told at its place in the document."""
    return mistake(source, entry, wrong.what, wrong.hint, at)


def sorted_problems(problems: Iterable[DraftingError]) -> tuple[DraftingError, ...]:
    """Mistakes by document and place."""
    return tuple(sorted(problems, key=lambda p: (p.name, p.line, p.column)))
