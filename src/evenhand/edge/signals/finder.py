r"""Finds every hit of the lists that look at one text: one scan of it, then exact matchers.

>>> finder = Finder.compile(Words.compile([("rude", ("nitwit", "傻瓜"))], disguises=True),
...                         (Pattern.compile("phone", (r"\+\d{8,}",)),))
>>> finder.find("n1tw!t, call +49123456789").places
{'rude': [(0, 6)], 'phone': [(13, 25)]}
>>> finder.find("nitwits") is NOTHING
True

The scan (`scan.py`) costs the same for twenty entries and for two thousand, and most posts hold
nothing that could be a hit. What it names is looked for by `Words` and by `regex`, which alone say
what a hit is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from evenhand.edge.signals.patterns import SECONDS, Pattern, TookTooLong
from evenhand.edge.signals.scan import BETWEEN, Scan
from evenhand.edge.signals.words import Words

_WORDS = -1
TOGETHER = 16
"""Texts read as one. More of them cost little less, and one that holds something costs as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Places by list, in code points of the text; and by list the pattern that was cut off."""

    places: Mapping[str, Sequence[tuple[int, int]]] = field(
        default_factory=lambda: MappingProxyType({}))
    cut_off: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


NOTHING = Found()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Lists and the scan of their entries. `scanned` says of which list and entry each is."""

    words: Words
    patterns: tuple[Pattern, ...]
    scan: Scan
    scanned: tuple[tuple[int, int], ...]

    @classmethod
    def compile(cls, words: Words, patterns: tuple[Pattern, ...]) -> Finder:
        """Compile the scan of these lists."""
        supersets: list[str | None] = []
        scanned: list[tuple[int, int]] = []
        for entry, one in words.supersets():
            supersets.append(one)
            scanned.append((_WORDS, entry))
        for of, pattern in enumerate(patterns):
            supersets.extend(pattern.supersets)
            scanned.extend((of, entry) for entry in range(len(pattern.entries)))
        return cls(words=words, patterns=patterns, scan=Scan.compile(supersets),
                   scanned=tuple(scanned))

    def candidates(self, texts: Sequence[str]) -> Iterator[tuple[int, Sequence[int]]]:
        """The places of the texts that could hold a hit, in order, each with what it could hold."""
        for start in range(0, len(texts), TOGETHER):
            together = texts[start:start + TOGETHER]
            if self.scan.candidates(BETWEEN.join(together)):
                yield from ((i, found) for i, text in enumerate(together, start)
                            if (found := self.scan.candidates(text)))

    def find(self, text: str, seconds: float = SECONDS,
             candidates: Sequence[int] | None = None) -> Found:
        """Every hit in the text; `seconds` is what a pattern may take, as in `Pattern.find`.

        `candidates` is what the scan said of the text, where it was asked already.
        """
        if candidates is None:
            candidates = self.scan.candidates(text)
        if not candidates:
            return NOTHING
        among: dict[int, list[int]] = {}
        for one in candidates:
            of, entry = self.scanned[one]
            among.setdefault(of, []).append(entry)
        places: dict[str, list[tuple[int, int]]] = {}
        cut_off: dict[str, str] = {}
        for of in sorted(among):
            if of == _WORDS:
                for hit in self.words.find(text, among[of]):
                    places.setdefault(hit.of, []).append((hit.start, hit.end))
                continue
            pattern = self.patterns[of]
            try:
                if spans := pattern.find(text, seconds, among[of]):
                    places[pattern.of] = spans
            except TookTooLong as entry_cut_off:
                cut_off[pattern.of] = entry_cut_off.entry
        return Found(places=places, cut_off=cut_off) if places or cut_off else NOTHING
