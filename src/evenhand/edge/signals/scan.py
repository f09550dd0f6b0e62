r"""Tells in one pass over a text which of many patterns could match it; none is ever missed.

>>> scan = Scan.compile(["nit[w]it", None, "free +money", "你好"])
>>> sorted(scan.candidates("get free  money")), sorted(scan.candidates("你好"))
([1, 2], [1, 3])

The patterns are supersets in the language of RE2 (`superset.py`), whose automaton reads a text
once however many there are. A candidate is no hit: the exact matchers look again. None stands for
a pattern that has no superset: it is a candidate for every text.

To begin reading costs more than to read a short text on, so texts that are likely to hold nothing
are read as one, joined by `BETWEEN`: that has every candidate that one of them has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import re2

MOST_MEMORY = 256 * 2**20
"""Bytes that one automaton may take. It grows with the texts that it has read; where it is full it
is begun anew, which costs time and loses nothing."""

BETWEEN = "\n"
_BEGIN = r"(?:\A|\n)"
"""Where a text begins, and where the next one of several that are joined does."""

_EVERY_TEXT = r"\A"
"""Matches once, at the begin of every text. `Match` of RE2 does not say when it ran out of memory,
but then this is not among what it found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Compiled supersets. `sets` are pairs of an automaton and the patterns in it, by index."""

    sets: tuple[tuple[Any, tuple[int, ...]], ...]
    always: tuple[int, ...]
    size: int

    @classmethod
    def compile(cls, supersets: Sequence[str | None], *, memory: int = MOST_MEMORY) -> Scan:
        """Compile them. What is too large for one automaton is parted among several.

        What RE2 refuses even alone is a candidate for every text, as what has no superset.
        """
        sets: list[tuple[Any, tuple[int, ...]]] = []
        always = [i for i, one in enumerate(supersets) if one is None]
        waiting = [tuple((i, one) for i, one in enumerate(supersets) if one is not None)]
        while waiting:
            several = waiting.pop()
            if not several:
                continue
            try:
                sets.append((_automaton([one for _, one in several], memory),
                             tuple(i for i, _ in several)))
            except re2.error:
                if len(several) == 1:
                    always.append(several[0][0])
                else:
                    half = len(several) // 2
                    waiting += [several[half:], several[:half]]
        return cls(sets=tuple(sets), always=tuple(sorted(always)), size=len(supersets))

    def candidates(self, text: str) -> Sequence[int]:
        """The indexes of the patterns that could match the text, each once, in any order."""
        try:
            data = text.encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which RE2 cannot be given
            return range(self.size)
        found = self.always
        for automaton, held in self.sets:
            hits = automaton.Match(data)
            if hits is None:
                found += held
            elif len(hits) > 1:
                found += tuple(held[i - 1] for i in hits if i)
        return found


def _automaton(patterns: Sequence[str], memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False  # it would write to the screen of whoever runs us
    automaton = re2.Set.SearchSet(options)
    automaton.Add(_EVERY_TEXT)
    for pattern in patterns:
        # No other backslash is followed by an A: a pattern of ours writes signs as numbers.
        automaton.Add(pattern.replace(r"\A", _BEGIN))
    automaton.Compile()
    return automaton
