"""Text in one form for matching, with the way back to the author's own words.

Width, case, ligatures and invisible characters are folded away; letters and their marks are not,
in any script: a Hindi vowel sign is not decoration.

>>> folded = fold("Ｆｏ\u200bＯl of STRAßE")
>>> folded.text
'fool of strasse'
>>> folded.span(0, 4)
(0, 5)
>>> folded.original[0:5]
'Ｆｏ\u200bＯl'
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import is_normalized, normalize

import regex

# (save those that NFKC turns into letters: "🈯" becomes a Han character)
_EMOJI = (r"[\p{Extended_Pictographic}--[\u203C\u2049\u2122\u2139\u24C2\u3297\u3299"
          r"\U0001F100-\U0001F265]]")
# Invisible characters and the Arabic stretching bar (tatweel) go, also the zero-width joiner,
# save where it joins two emoji into one: there it carries the meaning.
_DROPPED = regex.compile(
    r"[[\p{Default_Ignorable_Code_Point}\u0640]--[\u200D]]"
    rf"|(?<!{_EMOJI}[\uFE0F\U0001F3FB-\U0001F3FF]{{0,2}})\u200D|\u200D(?!{_EMOJI})", regex.V1)
# What may join the character before it when text is normalised: marks, Hangul vowels and finals
# (also their half-width and compatibility forms), half-width voicing marks of Katakana, Arabic
# marks drawn on a tatweel.
JOINS_BEFORE = (r"[\p{M}\u1160-\u11FF\u3131-\u318E\uD7B0-\uD7FF\uFF9E-\uFFDC"
                r"\uFCF2-\uFCF4\uFE71\uFE77\uFE79\uFE7B\uFE7D\uFE7F]")
_CHUNK = regex.compile(rf"(?:.|\n){JOINS_BEFORE}*", regex.V1 | regex.DOTALL)
_DOTTED_TWICE = re.compile("i\u0307+")
_TURKIC_CASE = {ord("I"): "ı", ord("İ"): "i"}


class Folded:
    """A text folded for matching. `text` is the folded form, `original` is what was given."""

    __slots__ = ("_ends", "_starts", "_turkic", "original", "text")

    def __init__(self, original: str, text: str, turkic: bool) -> None:
        """Keep both forms; the way back is worked out when it is first asked for."""
        self.original = original
        self.text = text
        self._turkic = turkic
        self._starts: list[int] | None = None
        self._ends: list[int] = []

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the folded text from `start` to `end` (excluded) comes from.

        Offsets are code points. Where one character became several ("ß", "ss"), the whole
        character is covered.
        """
        if len(self.text) == len(self.original) and self.original.isascii():
            return start, end
        if self._starts is None:
            self._starts = []
            self._trace(self._starts)
        return self._starts[start], self._ends[end - 1]

    def _trace(self, starts: list[int]) -> None:
        """Fold again piece by piece, noting where each piece came from.

        The pieces are cut where normalisation never looks across, so that together they give
        the same text as folding it whole.
        """
        original = self.original
        gone = {m.start() for m in _DROPPED.finditer(original)}
        kept = [i for i in range(len(original)) if i not in gone]
        stripped = "".join([original[i] for i in kept])
        pieces: list[str] = []
        for m in _CHUNK.finditer(stripped):
            piece = _normal(m.group(), self._turkic)
            pieces.append(piece)
            starts.extend([kept[m.start()]] * len(piece))
            self._ends.extend([kept[m.end() - 1] + 1] * len(piece))
        assert "".join(pieces) == self.text, "a text folded in pieces differs from it folded whole"


def fold(text: str, *, turkic: bool = False) -> Folded:
    """Fold a text: invisible characters dropped, NFKC, case folded.

    `turkic` folds "I" to "ı" and "İ" to "i", as Turkish and Azerbaijani write: in these two,
    plain case folding would turn one word into another. Elsewhere "İ" folds to "i" too, and "ı"
    stays what it is.
    """
    return Folded(text, folded_text(text, turkic=turkic), turkic)


def folded_text(text: str, *, turkic: bool = False) -> str:
    """The folded form alone, for whoever needs no way back."""
    if text.isascii() and not (turkic and "I" in text):
        return text.lower()
    return _normal(_DROPPED.sub("", text), turkic)


@lru_cache(maxsize=1024)
def is_turkic(language: str | None) -> bool:
    """Whether a BCP 47 tag names a language that tells "i" from "ı"."""
    return language is not None and language.lower().split("-", 1)[0] in ("tr", "az")


def _normal(text: str, turkic: bool) -> str:
    text = normalize("NFKC", text).replace("\u0640", "")
    if turkic:
        text = text.translate(_TURKIC_CASE)
    # "İ" folds to "i" and a separate dot; drop the dot that the "i" already has.
    text = text.casefold()
    if "\u0307" in text:
        text = _DOTTED_TWICE.sub("i", text)
    return text if is_normalized("NFKC", text) else normalize("NFKC", text)
