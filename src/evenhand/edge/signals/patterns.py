"""Finds what the patterns of a list match, and gives up on a pattern that takes too long.

>>> pattern = Pattern.compile("dates", (r"\\b\\d{4}-\\d\\d-\\d\\d\\b",))
>>> pattern.find("due 2020-11-03, not before")
[(4, 14)]

Patterns are written in the language of the `regex` package, where `\\w` and `\\b` are
right in every script. A pattern that backtracks without end is cut off after a time that grows
with the text; then nothing is known, which is not the same as nothing found.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import re2
import regex

from evenhand.edge.signals.in_ascii import same_in_ascii
from evenhand.edge.signals.superset import superset
from evenhand.errors import EvenhandError

SECONDS = 0.1
"""What one pattern may take on one post, and a second more for each million characters."""


class TookTooLong(Exception):
    """A pattern was cut off; the entry is named, the text is not."""

    def __init__(self, entry: str) -> None:
        """Name the entry that was cut off."""
        super().__init__(entry)
        self.entry = entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The compiled patterns of one list, each with its superset for a scan, and with the pattern
    that finds the same in texts of ASCII alone; None where it has none.
    """

    of: str
    entries: tuple[str, ...]
    compiled: tuple[Any, ...]
    in_ascii: tuple[Any, ...]
    supersets: tuple[str | None, ...]

    @classmethod
    def compile(cls, of: str, entries: Sequence[str], *, folded: bool = False) -> Pattern:
        """Compile the patterns of the list `of`; what cannot be compiled is refused.

        On folded text capitals in a pattern mean what small letters mean.
        """
        flags = regex.V0 | (regex.IGNORECASE | regex.FULLCASE if folded else 0)
        compiled: list[Any] = []
        for entry in entries:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")  # what is ambiguous is refused, as documents do
                    one = regex.compile(entry, flags)
                matches_nothing = one.search("", timeout=SECONDS) is not None
            except regex.error as wrong:
                raise EvenhandError(
                    f"`{entry}` is not a pattern: {wrong.msg}", where=f"pattern {of}",
                    hint="a sign that stands for itself is written with a backslash before it",
                ) from None
            except Exception as wrong:  # odd patterns end in errors of other kinds, too
                raise EvenhandError(f"`{entry}` is not a usable pattern: {wrong}",
                                    where=f"pattern {of}", hint="make it simpler") from None
            if matches_nothing:
                raise EvenhandError(
                    f"`{entry}` matches the empty text, so it matches every post",
                    where=f"pattern {of}", hint="use `+` in place of `*`, or drop a `?`")
            compiled.append(one)
        return cls(of=of, entries=tuple(entries), compiled=tuple(compiled),
                   in_ascii=tuple(_in_ascii(entry, folded) for entry in entries),
                   supersets=tuple(superset(entry, folded=folded) for entry in entries))

    def find(self, text: str, seconds: float = SECONDS,
             among: Iterable[int] | None = None) -> list[tuple[int, int]]:
        """Where the patterns match, sorted, without overlaps (the first and longest stay).

        `among` are the indexes of those that could match, where that is known already. Raises
        `TookTooLong` when one of them takes longer than `seconds` and a second for each million
        characters.
        """
        limit = seconds + len(text) / 1_000_000
        found: list[tuple[int, int]] = []
        data = text.encode() if text.isascii() else None
        for i in sorted(range(len(self.entries)) if among is None else among):
            quick = self.in_ascii[i]
            if data is not None and quick is not None:
                found += [m.span() for m in quick.finditer(data)]
                continue
            try:
                found += [m.span() for m in self.compiled[i].finditer(text, timeout=limit)]
            except (TimeoutError, MemoryError, RecursionError):
                raise TookTooLong(self.entries[i]) from None
        if len(found) > 1:
            found.sort(key=lambda span: (span[0], -span[1]))
        kept: list[tuple[int, int]] = []
        for start, end in found:
            if end > start and (not kept or start >= kept[-1][1]):
                kept.append((start, end))
        return kept


def _in_ascii(entry: str, folded: bool) -> Any:
    """The pattern that finds the same in texts of ASCII alone, compiled; None: `regex` alone does.
    """
    same = same_in_ascii(entry, folded=folded)
    try:
        return None if same is None else re2.compile(same.encode(), _SILENT)
    except re2.error:
        return None


_SILENT = re2.Options()
_SILENT.log_errors = False  # it would write to the screen of whoever runs us
