"""What a matter lacks, told all at once, each with what to add.

>>> raise Incomplete("report", [Lack(field="words", what="it gives no reasons",
...                                  add="say why the post should be acted on")])
Traceback (most recent call last):
    ...
evenhand.report.lacks.Incomplete: the report is not complete: it gives no reasons
  say why the post should be acted on
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.errors import EvenhandError


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One thing that a matter must say and does not, or says as it cannot.

    `field` is that of the noun (`words`, `by.address`), so that a form can tell it in its place;
    `what` is wrong, and `add` is what to do.
    """

    field: str
    what: str
    add: str


class Incomplete(EvenhandError):
    """A report or an order that cannot be taken in as it is; `lacks` holds every reason."""

    def __init__(self, kind: str, lacks: Sequence[Lack]) -> None:
        """One lack is told as any error; of several each has its line in the hint."""
        assert lacks, "what lacks nothing is taken in"
        if len(lacks) == 1:
            what, hint = lacks[0].what, lacks[0].add
        else:
            what = f"{len(lacks)} things are missing or wrong"
            hint = "\n  ".join(f"{lack.what}: {lack.add}" for lack in lacks)
        super().__init__(f"the {kind} is not complete: {what}", hint=hint)
        self.lacks = tuple(lacks)


LONGEST_LINE = 500
"""Characters of what stands on a line: a law, a demand, a reference."""

LONGEST_NAME = 200
LONGEST_PLACE = 2_000
LONGEST_ADDRESS = 254
"""Of an address of e-mail (RFC 5321, 4.5.3.1.3, less its angle brackets)."""

LONGEST_REPORT = 10_000
LONGEST_ORDER = 100_000
"""Characters of the words of a report, and of the text of an order."""

_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
                   "\U000e0000-\U000e007f]")
"""Ends of lines, controls, turns of direction, tags: no part of a name or an address."""

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


def text_lacks(field: str, name: str, text: str, most: int, *, lines: bool = False
               ) -> Iterator[Lack]:
    """Whether a text can be written down and is no longer than `most` characters.

    `name` is what the field is called in a sentence. Only what has `lines` may hold ends of lines.
    """
    if len(text) > most:
        yield Lack(field=field, what=f"{name} has {len(text):,} characters",
                   add=f"{most:,} are the most: say the essential, and name where the rest lies")
    if any("\ud800" <= c <= "\udfff" for c in text):
        yield Lack(field=field, what=f"{name} holds half a character",
                   add="send it as UTF-8: it was cut or converted on its way")
    elif not lines and _ACTS.search(text):
        yield Lack(field=field, what=f"{name} holds characters that act instead of being read",
                   add="write it on one line, in letters that can be seen")


def address_lacks(address: str) -> Iterator[Lack]:
    """Whether a letter can be sent to this address of e-mail."""
    found = list(text_lacks("by.address", "the e-mail address", address, LONGEST_ADDRESS))
    if not found and not _ADDRESS.fullmatch(address):
        found.append(Lack(field="by.address", what=f"`{address}` is no address of e-mail",
                          add="write it as `name@example.org`"))
    yield from found


def cited(text: str) -> str:
    """The beginning of what a stranger wrote, as a refusal can repeat it: nothing of it acts."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:40])


LEAST_WORDS = 2

_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff]+")
"""Thai, Lao, Burmese, Khmer, kana: scripts that set no space between words."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[\U00020000-\U0003ffff]")


def distinct_words(text: str) -> int:
    """About how many different words a text has, in any script; one word said often is one.

    Of scripts without spaces two different Han letters, or four of the others, count as a word.

    >>> [distinct_words(t) for t in ("", "spam", "Spam, spam!", "It is spam.", "诽谤", "这是诽谤")]
    [0, 1, 1, 3, 1, 2]
    """
    han = len(set(_HAN.findall(text)))
    joined = _HAN.sub(" ", text)
    unspaced = sum(len(run) for run in _WITHOUT_SPACES.findall(joined))
    spaced = {bare for token in _WITHOUT_SPACES.sub(" ", joined).casefold().split()
              if (bare := _bare(token))}
    return len(spaced) + (han + 1) // 2 + (unspaced + 3) // 4


def _bare(token: str) -> str:
    """A word without the signs around it; empty where it has no letter or digit."""
    kept = [i for i, c in enumerate(token) if unicodedata.category(c)[0] in "LN"]
    return token[kept[0]:kept[-1] + 1] if kept else ""
