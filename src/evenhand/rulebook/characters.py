"""Characters that act instead of being read: no document holds one.

What turns the direction of a line, ends it for one reader and not for another, hides a message, or
is a control makes a document show people other words than the machine runs. What ordinary writing
needs stays: the joiners of Persian, of the scripts of India and of emoji, the marks of direction
beside Arabic and Hebrew (U+061C, U+200E, U+200F), which turn no letter round, soft hyphens,
spaces of every width, and the flags that are spelt in tags.

>>> source = Source(name="terms.md", lines=("You may \\u202enot\\u202c post",))
>>> [(p.what, p.column) for p in acting_characters(source)]
[('the text holds U+202E, right-to-left override', 9)]
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from evenhand.rulebook.drafting import DraftingError, Source

MOST_TOLD = 100
"""Lines of which this is told: a file of something else altogether has one in each."""

_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
_ACTING = re.compile(
    f"(?:{_FLAG})|(?P<acts>"
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls: terminal escapes, other ends of lines
    "\u2028\u2029"  # ends of lines and paragraphs that Markdown does not know
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    "\u206a-\u206f\ufff9-\ufffb\ufeff"  # deprecated formats, annotations, a mark of bytes
    "\U000e0000-\U000e007f])")  # tags, which can spell a text that nobody sees

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")

_CONTROLS = {"\x07": "bell", "\x08": "backspace", "\x0b": "vertical tab", "\x0c": "form feed",
             "\x1b": "escape", "\x7f": "delete", "\x85": "next line"}
"""The controls that people meet; Unicode gives no control a name."""


def acting_characters(source: Source) -> Iterator[DraftingError]:
    """The first such character of each line that holds one, as a mistake with its code point."""
    told = 0
    for number, line in enumerate(source.lines, 1):
        if line.isascii() and line.isprintable():
            continue
        found = next((m for m in _ACTING.finditer(line) if m["acts"]), None)
        if found is None:
            continue
        character = found["acts"]
        hint = "take it out: it is no part of any word, and may be invisible in your editor"
        if _DIRECTION.match(character):
            hint = ("take it out: it shows people the words in another order than they stand in; "
                    "Arabic and Hebrew need none")
        told += 1
        if told > MOST_TOLD:
            yield source.mistake("more lines hold such characters", line=number,
                                 column=found.start("acts"), length=1,
                                 hint="is this a document of terms, saved as plain text?")
            return
        yield source.mistake(
            f"the text holds U+{ord(character):04X}, {_name(character)}", line=number,
            column=found.start("acts"), length=1, hint=hint)


def _name(character: str) -> str:
    known = _CONTROLS.get(character) or unicodedata.name(character, "").lower()
    return known or "a control character"
