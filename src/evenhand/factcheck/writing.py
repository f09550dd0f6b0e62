"""What differs in how a text is written and not in what it says, in any script.

`plain` undoes what machines do to a text: normal forms, invisible characters. `alike` undoes what
people do: marks that are left out, keys that their keyboard lacks, what capitals cannot tell
apart, digits of their own. `roughly` goes further, for likeness alone: two texts that it makes
equal may be two texts.

>>> alike(plain("IŞIK ٢٠٢٠ כּל الـكُتب ΠΌΤΕ")) == alike(plain("ışık 2020 כל الكتب πότε"))
True
>>> roughly("wählerverzeichnis"), roughly("أربعة"), roughly("łódź")
('wahlerverzeichnis', 'اربعه', 'lodz')
"""

from __future__ import annotations

import html
import unicodedata

import regex

UNSPACED = (r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\u3005\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
            r"\p{New_Tai_Lue}\p{Tai_Le}\p{Tai_Tham}\p{Tai_Viet}")
"""Scripts that write no space between words, for a class of `regex`; with the marks that several
of them share."""

# Characters that show nothing: zero-width ones, joiners, soft hyphens, overrides of direction,
# what chooses the look of an emoji. Khmer and Thai mark the ends of words with one, Persian and
# Hindi shape letters with another; both are as often left out.
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]+")

# What a script may leave out and its readers know: Arabic vowels and the stretched line, Hebrew
# points and accents.
_OPTIONAL = regex.compile("[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
                          "\u06e7\u06e8\u06ea-\u06ed\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5"
                          "\u05c7]+")
_DIGIT = regex.compile(r"[^\P{Nd}0-9]")

# What is raised or lowered, and a fraction or a number in a circle beside a number: NFKC would make
# one number of two.
_RAISED, _LOWERED = r"\p{Decomposition_Type=Super}", r"\p{Decomposition_Type=Sub}"
_FORMED = rf"[\p{{No}}--{_RAISED}--{_LOWERED}--\p{{Decomposition_Type=None}}]"
_BESIDE = regex.compile(
    rf"(?<=[\p{{L}}\p{{M}}\p{{N}}])(?<!{_RAISED})(?P<raised>{_RAISED}+)"
    rf"|(?<=\p{{N}})(?<!{_LOWERED})(?P<lowered>{_LOWERED}+)"
    rf"|(?<=\p{{N}})(?={_FORMED})|(?<={_FORMED})(?=\p{{N}})"
    rf"|(?<={_RAISED}|{_LOWERED})(?!{_RAISED}|{_LOWERED})(?=\p{{N}})", regex.VERSION1)


def _bases(*spans: tuple[int, int]) -> dict[int, str]:
    """Letter -> itself without marks, of those that have any."""
    found = {}
    for first, last in spans:
        for code in range(first, last + 1):
            base = "".join(c for c in unicodedata.normalize("NFD", chr(code))
                           if not unicodedata.combining(c))
            if base and base != chr(code):
                found[code] = base
    return found


_GREEK = _bases((0x0386, 0x03CE), (0x1F00, 0x1FFF))
_SAME = str.maketrans(_GREEK | {
    # A capital I is dotless in Turkish and dotted elsewhere, and nobody says which it was.
    ord("ı"): "i", ord("ё"): "е",
    # Arabic and Persian keyboards have each their own yeh and kaf, which look alike.
    ord("ی"): "ي", ord("ک"): "ك", ord("ہ"): "ه", ord("ے"): "ي"})
_ROUGH = str.maketrans(_bases((0x00C0, 0x024F), (0x1E00, 0x1EFF)) | {
    ord("ł"): "l", ord("đ"): "d", ord("ø"): "o", ord("ħ"): "h", ord("æ"): "ae", ord("œ"): "oe",
    # Hamza is often left out, and the last letters of a word are written one for the other.
    **dict.fromkeys(map(ord, "أإآٱ"), "ا"), ord("ى"): "ي", ord("ة"): "ه", ord("ؤ"): "و",
    ord("ئ"): "ي"})


def plain(text: str) -> str:
    """The text with its entities decoded, in NFKC, without what cannot be seen.

    What stands raised behind a word or number stays apart from it, as people type it.

    >>> plain("10⁵ m², 5½ of log₁₀2"), plain("ˢᵒ H₂O")
    ('10^5 m^2, 5 1⁄2 of log10 2', 'so H2O')
    """
    text = html.unescape(text)
    if text.isascii():
        return text
    # An accent that stands alone is somebody's apostrophe; NFKC would make a space of it.
    seen = _UNSEEN.sub("", text.replace("´", "'"))
    return unicodedata.normalize("NFKC", _BESIDE.sub(_apart, seen))


def _apart(found: regex.Match[str]) -> str:
    sign = "^" if found["raised"] else "_" if found["lowered"] else " "
    return f"{sign}{found[0]}"


def without_optional(text: str) -> str:
    """A plain text without the marks that its script may leave out, its digits as 0 to 9."""
    if text.isascii():
        return text
    written: str = _DIGIT.sub(lambda m: str(unicodedata.digit(m[0])), _OPTIONAL.sub("", text))
    return written


def alike(text: str) -> str:
    """A plain text in one case, as it is equal to what says the same in other letters.

    What capitals cannot tell apart is one: ß and ss, both forms of sigma, Greek letters with and
    without accent, i with and without dot.
    """
    folded = text.casefold()
    if folded.isascii():
        return folded
    # The capital İ is folded to an i with a dot above it.
    return without_optional(unicodedata.normalize("NFC", folded.replace("i\u0307", "i"))
                            ).translate(_SAME)


def roughly(text: str) -> str:
    """`alike`, and without accents on Latin letters, and with one Arabic alef: for likeness."""
    folded = alike(text)
    return folded if folded.isascii() else folded.translate(_ROUGH)
