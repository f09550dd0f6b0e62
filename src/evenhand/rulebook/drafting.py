"""A drafter's mistake: where it stands, what is wrong, and what to write instead.

>>> source = Source(name="terms.md", lines=("when post.stanse is known",))
>>> print(source.mistake("`post.stanse` is not a fact", line=1, column=5, length=11,
...                      hint="did you mean `post.stance`?"))
terms.md:1:6: `post.stanse` is not a fact
    when post.stanse is known
         ^^^^^^^^^^^
  did you mean `post.stance`?
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from evenhand.errors import EvenhandError


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftingError:
    """One mistake in one document.

    `line` and `column` count from 1, as editors show them; `length` is in code points and at
    least 1; `source_line` is the whole line, without its end.
    """

    name: str
    line: int
    column: int
    length: int
    source_line: str
    what: str
    hint: str | None = None

    def __str__(self) -> str:
        """Lay the mistake out: place and what, the line, carets beneath it, the hint."""
        shown = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}"
                        for c in self.source_line)
        start = self.column - 1
        caret = _blank(shown[:start]) + "^" * max(1, _width(shown[start:start + self.length]))
        message = f"{self.name}:{self.line}:{self.column}: {self.what}"
        if shown.strip():
            message += f"\n    {shown}\n    {caret}"
        return f"{message}\n  {self.hint}" if self.hint else message


class DraftingErrors(EvenhandError):
    """All the mistakes of one document, or of several, in the order of names and lines."""

    def __init__(self, problems: Iterable[DraftingError]) -> None:
        """Keep the mistakes as `problems`; there must be at least one."""
        self.problems = tuple(sorted(problems, key=lambda p: (p.name, p.line, p.column)))
        assert self.problems, "an error about drafting names at least one mistake"
        first = self.problems[0]
        super().__init__(first.what, where=f"{first.name}:{first.line}:{first.column}",
                         hint=first.hint)

    def __str__(self) -> str:
        """Every mistake, with its line and caret, an empty line between two."""
        return "\n\n".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The lines of a document, to quote from when something is wrong with one of them."""

    name: str
    lines: tuple[str, ...]

    def mistake(self, what: str, *, line: int, column: int = 0, length: int | None = None,
                hint: str | None = None) -> DraftingError:
        """Describe a mistake at `line` (from 1) and `column` (from 0).

        Without a length it reaches to the end of the line.
        """
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if length is None:
            length = len(text.rstrip()) - column
        return DraftingError(name=self.name, line=line, column=column + 1, length=max(1, length),
                             source_line=text, what=what, hint=hint)


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Ask "did you mean", with the nearest of the known words in backticks, or None."""
    names = sorted(set(known))
    by_folded = {n.casefold(): n for n in reversed(names)}
    folded = word.casefold()
    close = get_close_matches(folded, by_folded, n=2, cutoff=0.65)
    if len(close) == 2:
        first, second = (SequenceMatcher(a=name, b=folded).ratio() for name in close)
        close = close[:1] if first - second > 0.05 else close
    if not close:
        # A fact named without its head, `stance` for `post.stance`.
        close = [n.casefold() for n in names if n.casefold().endswith("." + word.casefold())][:2]
    if not close:
        return None
    return "did you mean " + " or ".join(f"`{by_folded[c]}`" for c in close) + "?"


def _width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c)
               else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _blank(text: str) -> str:
    """White space as wide as the text, tabs kept, so that a caret stands under its word."""
    return "".join("\t" if c == "\t" else " " * _width(c) for c in text)
