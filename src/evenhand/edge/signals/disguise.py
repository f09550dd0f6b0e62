"""Finds listed words that were written so that a plain search misses them.

Four disguises are seen through: signs and digits for letters, look-alike letters of another
script, a letter drawn out, letters set apart. A disguise counts only as a whole word, only for
words of three letters or more, and only where the writing itself is odd: a word in one script,
spelt with letters, is what it is.

>>> seen = Disguises.compile([("rude", "nitwit"), ("rude", "fool")])
>>> for text in ["n1tw!t", "nіtwіt", "fooooool", "n-i-t-w-i-t", "what a f o o l"]:
...     print([text[start:end] for start, end, _ in seen.find(text)])
['n1tw!t']
['nіtwіt']
['fooooool']
['n-i-t-w-i-t']
['f o o l']
>>> seen.find("foll fol nitwits 1700 https://agora.example/n1twit @f00l")
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import regex

from evenhand.edge.signals.scripts import ALIKE, SIGNS, WORD, letters_seen_as
from evenhand.edge.signals.superset import any_of, literal

FEWEST_LETTERS = 3
"""Shorter words are never looked for in disguise: too much would look like them."""

DRAWN_OUT = 3
"""This many of one letter in a row is a drawn-out letter; two are how words are spelt."""

_SIGNS = re.escape(SIGNS)
_APART = r"(?: ?[._*~/·•-]{1,3} ?| {1,3})"
_APART_SUPERSET = r"[ ._*~/\x{B7}\x{2022}\-]*"

# Addresses and account names are not prose: "t.co/f00l" insults nobody.
_NOT_PROSE = re.compile(r"https?://\S+|(?<!\w)@\w+|&#?\w+;")
_ASCII_ODD = re.compile(
    rf"[a-z][0-9{_SIGNS}]|[0-9{_SIGNS}][a-z]|([a-z])\1\1"
    rf"|(?<![a-z0-9])[a-z0-9]{_APART}[a-z0-9](?![a-z0-9])")
_DRAWN_OUT = re.compile(r"(.)\1\1")
_ASCII_RUN = re.compile(rf"[a-z0-9{_SIGNS}]+")
_ASCII_SPACED = re.compile(
    rf"(?<![a-z0-9])[a-z0-9](?P<gap>{_APART})[a-z0-9](?:(?P=gap)[a-z0-9])+(?![a-z0-9])")
_RUN = regex.compile(rf"[{WORD}{_SIGNS}]+", regex.V1)
_LETTER = rf"{WORD}\p{{M}}*+"
_SPACED = regex.compile(
    rf"(?<!{WORD}){_LETTER}(?P<gap>{_APART}){_LETTER}(?:(?P=gap){_LETTER})+(?!{WORD})", regex.V1)
_LATIN = regex.compile(r"\p{Script=Latin}")
_LOOK_ALIKE_SCRIPT = regex.compile(r"[\p{Script=Cyrillic}\p{Script=Greek}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguises:
    """Words sought in disguise, by a key under which every disguise of a word falls."""

    by_key: Mapping[str, tuple[tuple[str, str], ...]]

    @classmethod
    def compile(cls, words: Iterable[tuple[str, str]]) -> Disguises:
        """Compile (list, folded word) pairs; words of fewer than three letters are left out."""
        by_key: dict[str, list[tuple[str, str]]] = {}
        for of, word in words:
            if _is_disguisable(word):
                by_key.setdefault(_key(word), []).append((of, word))
        return cls(by_key={k: tuple(v) for k, v in by_key.items()})

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, list) of every disguised word in a folded text; end excluded."""
        ascii_ = text.isascii()
        if ascii_ and _ASCII_ODD.search(text) is None:
            return []
        if "/" in text or "@" in text or "&" in text:
            text = _NOT_PROSE.sub(lambda m: " " * len(m.group()), text)
        drawn_out = _DRAWN_OUT.search(text) is not None
        mixed = not ascii_ and _mixes_scripts(text)
        found: list[tuple[int, int, str]] = []
        for m in (_ASCII_RUN if ascii_ else _RUN).finditer(text):
            run = m.group()
            if run.isalpha() and not ((drawn_out and _DRAWN_OUT.search(run))
                                      or (mixed and _mixes_scripts(run))):
                continue
            bare = run.strip("!|+@")  # "fool!" is a word and a mark
            start = m.start() + len(run) - len(run.lstrip("!|+@"))
            found.extend((start, start + len(bare), of) for of in self._named(bare))
        for m in (_ASCII_SPACED if ascii_ else _SPACED).finditer(text):
            found.extend(self._joined(m))
        return found

    def _joined(self, m: Any) -> list[tuple[int, int, str]]:
        gap = m.group("gap")
        letters = m.group().split(gap)
        whole = [(m.start(), m.end(), of) for of in self._named("".join(letters))]
        # "what a f o o l": the first letter may be a word of its own, never in "a.f.o.o.l".
        if whole or gap.strip() or len(letters) <= FEWEST_LETTERS + 1:
            return whole
        start = m.start() + len(letters[0]) + len(gap)
        return [(start, m.end(), of) for of in self._named("".join(letters[1:]))]

    def _named(self, run: str) -> list[str]:
        """The lists that hold a word which this run of characters is a disguise of."""
        found = self.by_key.get(_key(run), ()) if len(run) >= FEWEST_LETTERS else ()
        return [of for of, word in found if _is_disguise(run, word)]


def superset_of(word: str) -> str:
    """A pattern of RE2 for whatever may be this word, as it is or in disguise."""
    if not _is_disguisable(word):
        return literal(word)
    parts = []
    for letter, run in groupby(word):
        seen = any_of(tuple((ord(c), ord(c)) for c in letters_seen_as(letter)))
        n = min(len(list(run)), DRAWN_OUT)
        parts.append(f"(?:{seen}{_APART_SUPERSET}){{{n},}}")
    return "".join(parts)


def _is_disguisable(word: str) -> bool:
    return sum(map(str.isalpha, word)) >= FEWEST_LETTERS


def _key(run: str) -> str:
    """One key for a word and all its disguises (and for some other words)."""
    return "".join([c for c, _ in groupby(run.translate(ALIKE))])


def _mixes_scripts(run: str) -> bool:
    return bool(_LATIN.search(run)) and bool(_LOOK_ALIKE_SCRIPT.search(run))


def _is_disguise(run: str, word: str) -> bool:
    if run == word:
        return True
    if _reading(word).fullmatch(run) is None:
        return False
    letters = [c for c in run if c.isalpha()]
    if not _mixes_scripts(run) and not set(letters) <= set(word):
        return False  # a look-alike in a word of one script: it is another word
    others = [c for c in run if not c.isalpha() and c not in word]
    if any(c in SIGNS for c in others):
        return bool(letters)
    return len(letters) >= len(others)  # digits alone are weaker: "a55" is a road


@lru_cache(maxsize=4096)
def _reading(word: str) -> Any:
    """Everything that can be read as this word, letter by letter."""
    parts: list[str] = []
    for letter, run in groupby(word):
        n = len(list(run))
        seen = "[" + "".join(regex.escape(c) for c in letters_seen_as(letter)) + "]"
        parts.append(f"{seen}{{{n},}}" if n >= DRAWN_OUT
                     else f"(?:{seen}{{{n}}}|{seen}{{{DRAWN_OUT},}})")
    return regex.compile("".join(parts))
