"""Finds the terms of word lists in a text, whole words only, and common ways of disguising them.

>>> words = Words.compile([("rude", ("nincompoop", "go jump in a lake"))], disguises=True)
>>> [text[h.start:h.end] for text in ["you n1nc0mpoop! go  jump in a lake, nincompoopery"]
...  for h in words.find(text)]
['n1nc0mpoop', 'go  jump in a lake']

Terms and text must have been folded in the same way. Terms whose words are parted by spaces are
looked up word by word; the others (emoji, Han, Thai, terms with punctuation) are searched for one
by one. Which of them could occur in a text, one scan says for all (`finder.py`): `supersets` are
what it scans for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import regex

from evenhand.edge.signals.disguise import Disguises, superset_of
from evenhand.edge.signals.scripts import WORD, left_edge, right_edge
from evenhand.edge.signals.superset import any_of, literal
from evenhand.rulebook.pattern_tree import characters


class Hit(NamedTuple):
    """A term of the list `of` was found from `start` to `end` (excluded), in code points."""

    start: int
    end: int
    of: str


_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+")
_TOKEN = regex.compile(WORD + "+", regex.V1)

LOOKED_UP = -1
"""Stands for all terms that are looked up word by word, where a scan says what could occur."""

_SPACES = any_of(((0x09, 0x0D), (0x1C, 0x20), (0x80, 0x10FFFF))) + "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sought:
    """A term to be searched for as it stands: `part` must occur before `pattern` is tried."""

    of: str
    part: str
    pattern: Any
    superset: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """Compiled word lists; `find` has the same promise whatever their size."""

    by_first_word: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    sought: tuple[_Sought, ...]
    disguises: Disguises | None

    @classmethod
    def compile(cls, lists: Iterable[tuple[str, Sequence[str]]], *, disguises: bool) -> Words:
        """Compile lists of terms, each with its name; `disguises` looks for disguised ones too."""
        by_first: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        sought: list[_Sought] = []
        single: list[tuple[str, str]] = []
        for of, terms in lists:
            for term in dict.fromkeys(" ".join(t.split()) for t in terms):
                words = tuple(_TOKEN.findall(term))
                if words and " ".join(words) == term:
                    by_first.setdefault(words[0], []).append((of, words))
                    if len(words) == 1:
                        single.append((of, term))
                elif term:
                    sought.append(_seek(of, term))
        return cls(by_first_word={k: tuple(v) for k, v in by_first.items()},
                   sought=tuple(sought),
                   disguises=Disguises.compile(single) if disguises and single else None)

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The words with which a term may begin."""
        return frozenset(self.by_first_word)

    def supersets(self) -> Iterator[tuple[int, str]]:
        """What could be a term of these, as patterns of RE2 for a scan.

        Each comes with what it stands for: `LOOKED_UP`, or an index of `sought`.
        """
        looked_up = [superset_of(words[0]) if self.disguises is not None and len(words) == 1
                     else _SPACES.join(map(literal, words))
                     for terms in self.by_first_word.values() for _, words in terms]
        if looked_up:
            beside = _beside_a_word()
            yield LOOKED_UP, (rf"(?:\A|{beside})(?:{'|'.join(dict.fromkeys(looked_up))})"
                              rf"(?:\z|{beside})")
        for i, one in enumerate(self.sought):
            yield i, one.superset

    def find(self, text: str, among: Collection[int] | None = None) -> list[Hit]:
        """Every place where a term stands, sorted; of overlapping places of one list the longest.

        A place counts once however many terms or disguises lead to it. `among` is what could
        occur, as `supersets` names it, where that is known already.
        """
        found: set[Hit] = set()
        if among is None or LOOKED_UP in among:
            found.update(self._plain(text))
            if self.disguises is not None:
                found.update(Hit(*hit) for hit in self.disguises.find(text))
        for i in range(len(self.sought)) if among is None else among:
            if i != LOOKED_UP:
                found.update(self._as_it_stands(self.sought[i], text))
        return without_overlaps(found) if found else []

    def _plain(self, text: str) -> Iterator[Hit]:
        token = _ASCII_TOKEN if text.isascii() else _TOKEN
        if self.first_words.isdisjoint(token.findall(text)):
            return
        places = [(m.group(), m.start(), m.end()) for m in token.finditer(text)]
        for i, (word, start, end) in enumerate(places):
            for of, words in self.by_first_word.get(word, ()):
                last = _follow(text, places, i, words)
                if last is not None:
                    yield Hit(start, places[last][2] if last != i else end, of)

    def _as_it_stands(self, one: _Sought, text: str) -> Iterator[Hit]:
        if one.part in text:
            for m in one.pattern.finditer(text):
                yield Hit(m.start(), m.end(), one.of)


def without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Sorted by place; where hits of one list overlap, the first and longest stays."""
    kept: list[Hit] = []
    reached: dict[str, int] = {}
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.of)):
        if hit.start >= reached.get(hit.of, 0):
            kept.append(hit)
            reached[hit.of] = hit.end
    return kept


def _follow(text: str, places: list[tuple[str, int, int]], i: int,
            words: tuple[str, ...]) -> int | None:
    """Index of the place that ends the term begun at place `i`, or None if it breaks off."""
    for offset, word in enumerate(words[1:], start=1):
        j = i + offset
        if j >= len(places) or places[j][0] != word:
            return None
        if not text[places[j - 1][2]:places[j][1]].isspace():
            return None
    return i + len(words) - 1


def _seek(of: str, term: str) -> _Sought:
    pieces = term.split()
    body = r"\s+".join(regex.escape(piece) for piece in pieces)
    return _Sought(of=of, part=max(pieces, key=len), pattern=regex.compile(
        left_edge(term[0]) + body + right_edge(term[-1]), regex.V1),
        superset=_SPACES.join(map(literal, pieces)))


@lru_cache(maxsize=1)
def _beside_a_word() -> str:
    """A pattern of RE2 for what may stand beside a word; RE2's own boundary knows ASCII only."""
    return any_of((*characters(rf"(?!{WORD})(?s:.)", regex.V1), (0x10000, 0x10FFFF)))
