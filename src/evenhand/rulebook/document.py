"""A document: Markdown with front matter, numbered provisions, and blocks the machine runs.

>>> document = read_document('''---
... terms: Terms of Example
... version: 2020-05-11
... ---
... # Terms of Example
... ## 1 Spam
... You may not post the same thing over and over.
... ```when
... post.copies > 20
... ```
... ''', name="terms.md")
>>> provision = document.provisions[0]
>>> provision.number, provision.title, provision.prose
('1', 'Spam', 'You may not post the same thing over and over.')
>>> provision.blocks[0].lines[0]
Line(text='post.copies > 20', number=9, column=0)
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from markdown_it import MarkdownIt
from markdown_it.token import Token

from evenhand.rulebook.characters import MOST_TOLD, acting_characters
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, Source, suggest

KINDS = ("when", "then", "case", "define", "words", "pattern")
"""The info words of fences that every rulebook has; a caller may add others, such as `applies`."""

LONGEST_NUMBER = 40
MOST_DIGITS = 6
"""Characters of a provision's number, and digits in a row: people cite it in a sentence."""

_KEY = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9]*(?:[ _-][A-Za-z0-9]+)*)[ \t]*:(?P<value>.*)")
_HEADING = re.compile(r"(?:Reading[ \t]+)?"
                      r"(?P<number>[0-9]+(?:\.[0-9]+)*|[a-z][A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)+)"
                      r"\.?(?:[ \t]+(?P<title>.*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontValue:
    """The value of one key of the front matter, and its line (from 1)."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a block: its text, its line in the file (from 1), its first column (from 0)."""

    text: str
    number: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: its kind, the rest of its info string, its lines, the fence's own line."""

    kind: str
    info: str
    lines: tuple[Line, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """A numbered unit of a document: what people read (`prose`) and what the machine runs.

    `prose` is the Markdown between this heading and the next, without the blocks; `level` counts
    the marks of the heading; `parent` is the number of the heading above it, or None.
    """

    number: str
    title: str
    level: int
    line: int
    prose: str
    blocks: tuple[Block, ...]
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The lasting reference to one provision of one version of a document.

    >>> print(Citation(document="Agora Terms of Service", version="2020-05-11",
    ...                digest="sha256:" + "ab" * 32, number="3.2"))
    Agora Terms of Service, version 2020-05-11, 3.2 (sha256:abababababab)
    """

    document: str
    version: str
    digest: str
    number: str

    def __str__(self) -> str:
        """Cite it as a sentence would, with the first 12 digits of the digest."""
        kind, _, digits = self.digest.partition(":")
        return f"{self.document}, version {self.version}, {self.number} ({kind}:{digits[:12]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document as it was read. `digest` is `sha256:` and the hex digest of its UTF-8 bytes."""

    name: str
    text: str
    digest: str
    front: Mapping[str, FrontValue]
    title: str
    provisions: tuple[Provision, ...]

    @property
    def source(self) -> Source:
        """The document's lines, for quoting in mistakes."""
        return Source(name=self.name, lines=_lines(self.text))

    def provision(self, number: str) -> Provision | None:
        """The provision of this number, or None."""
        return next((p for p in self.provisions if p.number == number), None)

    def cite(self, number: str, *, version: str) -> Citation:
        """The citation of one provision of this document, as the version that the caller names."""
        return Citation(document=self.title, version=version, digest=self.digest, number=number)


def read_document(text: str, *, name: str, kinds: Collection[str] = KINDS) -> Document:
    """Read a document; `name` is its file name, for errors. Raises `DraftingErrors` with all.

    `kinds` are the info words of the fences that the caller's documents have; others are prose.
    What is checked here is the form; `check.check` then checks what the blocks say.
    """
    lines = _lines(text)
    source = Source(name=name, lines=lines)
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise DraftingErrors([source.mistake(
            "the text holds half of a surrogate pair, which no UTF-8 file can hold", line=line,
            hint="save the file as UTF-8")]) from None
    if text.startswith("\ufeff") or "\0" in text:
        at = next(i for i, line in enumerate(lines, 1) if "\ufeff" in line or "\0" in line)
        what = "byte order mark" if text.startswith("\ufeff") else "NUL character"
        raise DraftingErrors([source.mistake(
            f"the text holds a {what}", line=at, length=1,
            hint="save the file as UTF-8 text, without a byte order mark")])
    acting = tuple(acting_characters(source))
    if len(acting) > MOST_TOLD:  # no text at all, which Markdown would read for a long time
        raise DraftingErrors(acting)
    problems: list[DraftingError] = []
    front, body_at = _read_front(source, problems)
    title, provisions = _read_body(source, body_at, kinds, problems)
    # Such a character may be why the rest of its line cannot be read; the line is told once.
    told = {mistake.line for mistake in acting}
    problems = [*acting, *(p for p in problems if p.line not in told)]
    if problems:
        raise DraftingErrors(problems)
    return Document(name=name, text=text, digest="sha256:" + hashlib.sha256(encoded).hexdigest(),
                    front=MappingProxyType(front), title=title, provisions=provisions)


def _lines(text: str) -> tuple[str, ...]:
    """The lines as Markdown counts them: separators of other kinds do not end one."""
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _read_front(source: Source, problems: list[DraftingError]) -> tuple[dict[str, FrontValue], int]:
    """The front matter, and the index of the first line after it."""
    front: dict[str, FrontValue] = {}
    if source.lines[0].rstrip() != "---":
        return front, 0
    end = next((i for i, line in enumerate(source.lines) if i and line.rstrip() == "---"), None)
    if end is None:
        problems.append(source.mistake("the front matter never ends", line=1,
                                       hint="close it with a line `---` before the title"))
        # What follows is read as front matter as far as it looks like it, to say no more than this.
        return front, next((i for i, line in enumerate(source.lines) if line.startswith("#")),
                           len(source.lines))
    for number, line in enumerate(source.lines[1:end], 2):
        if not line.strip():
            continue
        found = _KEY.fullmatch(line)
        if found is None:
            problems.append(source.mistake(
                "this line of the front matter is not a `key: value`", line=number,
                hint="write a key in words, a colon and its value, each on one line"))
            continue
        key, value = found["key"], found["value"].strip()
        if key in front:
            problems.append(source.mistake(
                f"the key `{key}` stands twice in the front matter", line=number, length=len(key),
                hint=f"it already stands in line {front[key].line}: keep one"))
        elif not any(c.isprintable() and not c.isspace() for c in value):
            problems.append(source.mistake(
                f"the key `{key}` has no value", line=number, length=len(key),
                hint=f"write its value after the colon, or take `{key}` out"))
        else:
            front[key] = FrontValue(text=value, line=number)
    return front, end + 1


@dataclass(slots=True)
class _Open:
    """A provision that is being read: its heading, and the lines that belong to it."""

    number: str
    title: str
    level: int
    line: int
    parent: str | None
    end: int = 0


def _read_body(source: Source, body_at: int, kinds: Collection[str],
               problems: list[DraftingError]) -> tuple[str, tuple[Provision, ...]]:
    # Front matter is blanked, not cut, so that Markdown's line numbers are those of the file.
    tokens = MarkdownIt("commonmark").parse("\n" * body_at + "\n".join(source.lines[body_at:]))
    title, headings, stops = _read_headings(source, tokens, problems)
    fences = [t for t in tokens if t.type == "fence" and t.map]
    blocks: dict[int, list[Block]] = {}
    taken: set[int] = set()
    for token in fences:
        block = _read_fence(source, token, kinds, problems)
        if block is None:
            continue
        start, end = token.map or (0, 0)
        taken.update(range(start, end))
        above = bisect_left(stops, start)
        stop = stops[above - 1] if above else -1
        if stop in headings:
            blocks.setdefault(stop, []).append(block)
        else:
            problems.append(source.mistake(
                f"this `{block.kind}` block stands under no numbered heading", line=block.line,
                hint="give the heading above it a number, `## 3 Civic integrity`, or move the "
                "block up to the provision that it carries out"))
    provisions = []
    for index, heading in headings.items():
        below = bisect_right(stops, index)
        end = stops[below] if below < len(stops) else len(source.lines)
        prose = "\n".join(source.lines[i] for i in range(heading.end, end) if i not in taken)
        provisions.append(Provision(
            number=heading.number, title=heading.title, level=heading.level, line=heading.line,
            prose=re.sub(r"\n{3,}", "\n\n", prose).strip(),
            blocks=tuple(blocks.get(index, ())), parent=heading.parent))
    return title, tuple(provisions)


def _read_headings(source: Source, tokens: list[Token], problems: list[DraftingError],
                   ) -> tuple[str, dict[int, _Open], list[int]]:
    """The title; line index -> numbered heading; the line indexes of all headings."""
    title: str | None = None
    headings: dict[int, _Open] = {}
    stops: list[int] = []
    above: list[_Open] = []
    for token, inline in pairwise(tokens):
        if token.type != "heading_open" or token.level or not token.map:
            continue
        start, end = token.map
        text, level = inline.content.strip(), int(token.tag[1:])
        if token.markup in ("=", "-"):
            problems.append(source.mistake(
                "the line of dashes under this text makes a heading of it", line=start + 1,
                hint="begin headings with `#`, or leave an empty line above the dashes"))
        stops.append(start)
        if level == 1:
            if title is not None:
                problems.append(source.mistake(
                    "the document has a second title", line=start + 1,
                    hint="one `#` marks the title; provisions begin with `##` or more"))
            title = text if title is None else title
            above.clear()
            continue
        while above and above[-1].level >= level:
            above.pop()
        found = _HEADING.fullmatch(text)
        if found is None:
            continue
        number = found["number"]
        if len(number) > LONGEST_NUMBER or re.search(f"[0-9]{{{MOST_DIGITS + 1}}}", number):
            problems.append(source.mistake(
                "the number of this provision is too long to be cited", line=start + 1,
                column=source.lines[start].find(number), length=len(number),
                hint=f"{LONGEST_NUMBER} characters are the most, and {MOST_DIGITS} digits in a "
                "row; a heading that begins with a figure of its own begins with a word instead"))
        heading = _Open(number=number, title=(found["title"] or "").strip(), level=level,
                        line=start + 1, parent=above[-1].number if above else None, end=end)
        headings[start] = heading
        above.append(heading)
    if not title:
        problems.append(source.mistake(
            "the document has no title", line=1, length=1,
            hint="write it on a line of its own, after one `#`: `# Terms of Example`"))
    return title or "", headings, stops


def _read_fence(source: Source, token: Token, kinds: Collection[str],
                problems: list[DraftingError]) -> Block | None:
    """The block of a fence whose kind is known; None for prose, or for one that is misspelt."""
    assert token.map is not None, "markdown-it gives every fence its lines"
    start, end = token.map
    kind, _, info = token.info.strip().partition(" ")
    column = source.lines[start].find(kind) if kind else 0
    if kind not in kinds:
        hint = suggest(kind, kinds) if kind else None
        if hint:
            problems.append(source.mistake(
                f"`{kind}` is not a kind of block", line=start + 1, column=column,
                length=len(kind), hint=f"{hint} The kinds are " + ", ".join(kinds)))
        return None
    if token.level:
        problems.append(source.mistake(
            f"this `{kind}` block stands inside a list or a quotation", line=start + 1,
            hint="move it to the margin"))
        return None
    closing = source.lines[end - 1].strip() if end - 1 > start else ""
    if set(closing) != {token.markup[0]} or len(closing) < len(token.markup):
        problems.append(source.mistake(
            f"this `{kind}` block is never closed", line=start + 1,
            hint=f"close it with a line of {token.markup}"))
        return None
    indent = len(source.lines[start]) - len(source.lines[start].lstrip(" "))
    lines = []
    for index in range(start + 1, end - 1):
        text = source.lines[index]
        column = min(indent, len(text) - len(text.lstrip(" ")))
        lines.append(Line(text=text[column:], number=index + 1, column=column))
    return Block(kind=kind, info=info.strip(), lines=tuple(lines), line=start + 1)
