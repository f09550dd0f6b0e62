"""Plain text that a stranger's words cannot break: shown as they are, wrapped, and marked.

What moves a reader's cursor, turns the direction in which a line is read, or hides a message is
written as its number, so that the reader sees that it is there. All else stays as it was
written: joiners of Persian or of emoji, accents, spaces of other widths, scripts read from right
to left.

>>> print(shown("safe\\x1b[2J \\u202eexe.txt"))
safe⟨U+001B⟩[2J ⟨U+202E⟩exe.txt
>>> quoted("one two three", width=12)
['  > one two', '  > three']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WIDTH = 72
"""Columns of a letter: it must be readable as plain text on any screen."""

LONGEST_WORD = 200
"""Columns above which a word is parted: addresses stay whole, walls of letters do not."""

LONGEST_QUOTE = 4_000
"""Characters of a post that a letter quotes; the sealed record holds all of them."""

LONGEST_NAME = 300
"""Characters of a location, a law, a name or a fact's value that a sentence repeats."""

MOST_NAMED = 10
"""Posts that one sentence names."""

_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
_MARKED = re.compile(
    f"(?P<flag>{_FLAG})|"
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, terminal escapes among them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # controls of direction
    "\u2028\u2029\ufff9-\ufffb"  # other ends of lines; annotations
    "\ud800-\udfff\ufeff"  # halves of characters; a mark of bytes
    "\U000e0000-\U000e007f]")  # tags, which can spell a text that nobody sees


def shown(text: str) -> str:
    """A text without characters that act instead of being read; each stands as its number."""
    return _MARKED.sub(lambda found: found["flag"] or f"⟨U+{ord(found[0]):04X}⟩", text)


def cut(text: str, most: int) -> str:
    """A text, or its first so many characters and a sign that it goes on."""
    return text if len(text) <= most else text[:most - 1] + "…"


def inline(text: str, most: int = LONGEST_NAME) -> str:
    """A stranger's words within quotation marks of ours: on one line, cut, and unable to end them.

    >>> inline("“All” votes\\r\\n\\u2028 count”. We agree")
    '‘All’ votes count’. We agree'
    """
    return cut(" ".join(text.split()).translate(_MARKS), most)


_MARKS = str.maketrans("“”„‟", "‘’‚‛")


def paragraph(text: str, *, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """A text on one or more lines of at most `width` columns; a long word may stand out alone."""
    return list(_paragraph(text, first, rest, width))


@lru_cache(maxsize=2**12)
def _paragraph(text: str, first: str, rest: str, width: int) -> list[str]:
    # Most paragraphs of a letter are those of the terms, and stand in every letter.
    text = shown(text)
    if text.isascii() and first.isascii() and rest.isascii():
        words = text.split()
        if max(map(len, words), default=0) <= LONGEST_WORD:
            return _wrapped(" ".join(words), first, rest, width)
    return _by_columns(text, first, rest, width)


def _by_columns(text: str, first: str, rest: str, width: int) -> list[str]:
    """The same for any letters, word by word."""
    lines: list[str] = []
    line, used = first, columns(first)
    empty = True
    for word, spaced in _words(text):
        wide = columns(word)
        gap = 0 if empty or not spaced else 1
        if not empty and used + gap + wide > width:
            lines.append(line)
            line, used, gap = rest, columns(rest), 0
        line += " " * gap + word
        used += gap + wide
        empty = False
    return [*lines, line.rstrip() if empty else line]


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    """A paragraph of words of one column a letter, with a space between any two: line by line."""
    lines, start, lead = [], 0, first
    while len(text) - start > width - len(lead):
        end = text.rfind(" ", start, start + max(width - len(lead), 0) + 1)
        if end < 0 and (end := text.find(" ", start)) < 0:  # a word that is longer than a line
            break
        lines.append(lead + text[start:end])
        start, lead = end + 1, rest
    return [*lines, lead + text[start:] if text[start:] else lead.rstrip()]


def quoted(text: str, *, width: int = WIDTH) -> list[str]:
    """A text as a quotation; every line of it begins with a mark, however it tries to end one."""
    # Any end of line that any reader knows ends a line here.
    rows = cut(text, LONGEST_QUOTE + 1)[:LONGEST_QUOTE].splitlines() or [""]
    lines = [line for row in rows for line in paragraph(row, first="  > ", rest="  > ",
                                                        width=width)]
    if len(text) > LONGEST_QUOTE:
        lines.append(f"  [{len(text) - LONGEST_QUOTE:,} more characters stand in the record]")
    return lines


def columns(text: str) -> int:
    """The columns that a text takes in a terminal: wide letters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Each part that may begin a line, and whether a space stands before it.

    Scripts written without spaces may break between any two wide letters.
    """
    for word in re.split(r"[ \t\n]+", text):
        if not word:
            continue
        spaced = True
        part, wide = "", 0
        for piece in _pieces(word):
            size = columns(piece)
            if part and (_is_wide(piece[0]) or _is_wide(part[-1]) or wide + size > LONGEST_WORD):
                yield part, spaced
                part, wide, spaced = "", 0, False
            part, wide = part + piece, wide + size
        yield part, spaced


def _pieces(word: str) -> list[str]:
    """The word itself, or its letters with their marks where it may have to be parted."""
    if word.isascii():
        size = LONGEST_WORD if len(word) > LONGEST_WORD else len(word)
        return [word[i:i + size] for i in range(0, len(word), size)]
    return _LETTERS.findall(word)


_LETTERS = re.compile("(?:[^\u0300-\u036f\u200d\ufe0f\U0001f3fb-\U0001f3ff]"
                      "(?:\u200d[^ ]|[\u0300-\u036f\ufe0f\U0001f3fb-\U0001f3ff\u200d])*)|.",
                      re.DOTALL)
"""A letter with the marks and joined emoji that belong to it."""


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
