"""The words and patterns that a document looks for, published in it or sealed by their digest.

Each list `NAME` is a fact of its document, `hits.NAME`: how often the text holds one of it.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Literal

import regex

from evenhand.errors import EvenhandError
from evenhand.rulebook.backtracking import endless
from evenhand.rulebook.document import Block, Document, Line, Provision
from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.vocabulary import INTEGER, Fact, Vocabulary

On = Literal["raw", "folded"]

NAME = re.compile(r"(?!.*__)[a-z][a-z0-9_]*")
"""The names that a drafter may give to a list or a definition."""

_SEAL = re.compile(r"sha256:[0-9a-f]{64}")
_REPEAT = re.compile(r"\{[0-9]*(?:,[0-9]*)?\}")

_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
"""Categories of characters that nobody sees: an entry of them alone is empty."""

MOST_REPEATS = 1_000
MOST_REPEATS_TOGETHER = 100_000
"""Repeats within repeats multiply: what is compiled of them would not fit into memory."""
LONGEST_PATTERN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words, one a line, sought `on` the raw text or on the folded one.

    A sealed list holds none here: `sealed` is the digest, `sha256:` and hex, of the list that is
    kept elsewhere and opened to those who may see it.
    """

    name: str
    on: On
    sealed: str | None
    words: tuple[Line, ...]
    provision: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Regular expressions (of the package `regex`), one a line; otherwise as a `WordList`."""

    name: str
    on: On
    sealed: str | None
    patterns: tuple[Line, ...]
    provision: str
    line: int


def facts_of_lists(document: Document) -> tuple[Fact, ...]:
    """The fact `hits.NAME` of every well-formed list in the document, in order."""
    lists = read_lists(document, [])
    return tuple(_fact(found) for found in lists)


def _fact(found: WordList | Pattern) -> Fact:
    what = "words" if isinstance(found, WordList) else "patterns"
    return Fact(name=f"hits.{found.name}", type=INTEGER, low=0, observer="the text signal",
                meaning=f"how often the {found.on} text holds one of the {what} `{found.name}`",
                reported_by="text@1", audience="author")


def join_lists(vocabulary: Vocabulary, lists: Iterable[WordList | Pattern], source: Source,
               problems: list[DraftingError]) -> Vocabulary:
    """The vocabulary with the facts of these lists; a fact that clashes is a problem."""
    for found in lists:
        try:
            vocabulary = vocabulary.joined(Vocabulary.of([_fact(found)]))
        except EvenhandError:
            problems.append(source.mistake(
                f"the fact `hits.{found.name}` is declared already, with another meaning",
                line=found.line, hint="give the list another name"))
    return vocabulary


def read_lists(document: Document, problems: list[DraftingError],
               ) -> tuple[WordList | Pattern, ...]:
    """Every list of the document, in order; those that are malformed add to `problems`."""
    source = document.source
    lists: dict[str, WordList | Pattern] = {}
    for provision in document.provisions:
        for block in provision.blocks:
            if block.kind not in ("words", "pattern"):
                continue
            found = _read_list(block, provision, source, problems)
            if found is None:
                continue
            if found.name in lists:
                problems.append(source.mistake(
                    f"there are two lists named `{found.name}`", line=block.line,
                    hint=f"the first stands in line {lists[found.name].line}: rename one, or join "
                    "them"))
            else:
                lists[found.name] = found
    return tuple(lists.values())


def _read_list(block: Block, provision: Provision, source: Source,
               problems: list[DraftingError]) -> WordList | Pattern | None:
    """One list, or None if its first line is wrong."""
    def wrong(what: str, hint: str) -> None:
        problems.append(source.mistake(what, line=block.line, hint=hint))

    name, *rest = block.info.split() or [""]
    if not NAME.fullmatch(name):
        wrong(f"`{name}` cannot be the name of a list" if name else "this list has no name",
              f"write ```{block.kind} NAME: lower-case letters, digits and single underscores")
        return None
    on: On = "folded"
    sealed: str | None = None
    if rest[:1] == ["on"]:
        if rest[1:3] == ["raw", "text"]:
            on = "raw"
        elif rest[1:3] != ["folded", "text"]:
            wrong("this does not say on which text to look",
                  suggest(" ".join(rest[1:3]), ("raw text", "folded text"))
                  or "write `on raw text` or `on folded text`")
            return None
        rest = rest[3:]
    if rest[:1] == ["sealed"]:
        sealed = rest[1] if len(rest) > 1 else ""
        if not _SEAL.fullmatch(sealed):
            wrong("this list is sealed without its digest",
                  "write `sealed sha256:` and the 64 hex digits of the list's SHA-256")
            return None
        rest = rest[2:]
    if rest:
        wrong(f"`{' '.join(rest)}` has no meaning after the name of a list",
              suggest(rest[0], ("on", "sealed")) or "write `on raw text`, `on folded text` or "
              "`sealed sha256:...`")
        return None
    lines = _entries(block, sealed, source, problems)
    if block.kind == "words":
        _check_twins(lines, on, source, problems)
        return WordList(name=name, on=on, sealed=sealed, words=lines, provision=provision.number,
                        line=block.line)
    for line in lines:
        _check_pattern(line, on, source, problems)
    _check_twins(lines, "raw", source, problems)
    return Pattern(name=name, on=on, sealed=sealed, patterns=lines, provision=provision.number,
                   line=block.line)


def _entries(block: Block, sealed: str | None, source: Source,
             problems: list[DraftingError]) -> tuple[Line, ...]:
    entries = []
    for line in block.lines:
        text = line.text.strip()
        if any(unicodedata.category(c) not in _INVISIBLE for c in text):
            indent = len(line.text) - len(line.text.lstrip())
            entries.append(Line(text=text, number=line.number, column=line.column + indent))
        elif sealed is None:
            problems.append(source.mistake("this entry is empty", line=line.number,
                                           hint="take the empty line out"))
    if sealed is not None and entries:
        problems.append(source.mistake(
            "a sealed list shows no entries", line=entries[0].number,
            hint="take them out, or publish the list without `sealed`"))
    elif sealed is None and not block.lines:
        problems.append(source.mistake("this list is empty", line=block.line,
                                       hint="write one entry a line, or take the list out"))
    return tuple(entries)


def _check_twins(lines: tuple[Line, ...], on: On, source: Source,
                 problems: list[DraftingError]) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        key = line.text.casefold() if on == "folded" else line.text
        if key in seen:
            problems.append(source.mistake(
                f"`{line.text}` stands in this list twice", line=line.number, column=line.column,
                length=len(line.text), hint=f"it already stands in line {seen[key]}: keep one"))
        seen.setdefault(key, line.number)


def _check_pattern(line: Line, on: On, source: Source, problems: list[DraftingError]) -> None:
    def wrong(what: str, hint: str, at: int = 0, length: int | None = None) -> None:
        problems.append(source.mistake(what, line=line.number, column=line.column + at,
                                       length=length, hint=hint))

    if len(line.text) > LONGEST_PATTERN:
        return wrong(f"this pattern is longer than {LONGEST_PATTERN} characters",
                     "make several of it, one a line")
    for repeat in _REPEAT.finditer(line.text):
        if any(int(n) > MOST_REPEATS for n in re.findall("[0-9]+", repeat[0])):
            return wrong(f"`{repeat[0]}` repeats too often", f"{MOST_REPEATS} times is the most",
                         repeat.start(), len(repeat[0]))
    together = prod(max(map(int, re.findall("[0-9]+", repeat)), default=1) or 1
                    for repeat in _REPEAT.findall(line.text))
    if together > MOST_REPEATS_TOGETHER:
        return wrong("the repeats of this pattern together are too many",
                     f"multiplied, they come to {together:,}; {MOST_REPEATS_TOGETHER:,} is the "
                     "most: make several patterns of it, one a line")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what `regex` calls ambiguous, a reader misreads
            found = regex.compile(line.text)
    except regex.error as error:
        return wrong(f"this pattern cannot be read: {error.msg}",
                     "to find a sign as it is, write a backslash before it", error.pos or 0, 1)
    except Exception as error:
        # `regex` also ends in errors of other kinds on odd patterns; to a drafter they are one.
        return wrong(f"this pattern cannot be read: {str(error).lower().rstrip('.')}",
                     "write it more simply")
    if found.search("") is not None:
        return wrong("this pattern finds the empty text, so it would find every post",
                     "let it demand one character at least: `+` instead of `*`")
    ruinous = endless(line.text, folded=on == "folded")
    if ruinous is not None:
        start, end = ruinous
        wrong("on some posts this pattern would take longer than anyone can wait: "
              f"`{line.text[start:end]}` can take the same text in many ways",
              "let each turn end with something that cannot stand elsewhere in it, or take out a "
              "repeat within the repeat", start, end - start)
    return None
