"""Where a word begins and ends, in every script; which letters of two scripts look alike.

Most scripts part words with spaces. Han, Kana, Thai, Lao, Khmer and Myanmar do not: no boundary
is asked for beside their letters, and a Latin word between Han letters stands alone.

>>> [m.group() for m in regex.finditer(WORD + "+", "एक मूर्ख, 他说hello吗", regex.V1)]
['एक', 'मूर्ख', 'hello']
"""

from __future__ import annotations

from functools import lru_cache

import regex

UNSPACED = (r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30FC\p{Script=Thai}"
            r"\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]")
"""A character of a script written without spaces (regex, V1)."""

WORD = rf"[[\p{{L}}\p{{M}}\p{{N}}]--{UNSPACED}]"
"""A character that is part of a word parted by spaces (regex, V1)."""

_FLAG = r"[\U0001F1E6-\U0001F1FF]"
_IS_WORD = regex.compile(WORD, regex.V1)
_IS_UNSPACED = regex.compile(UNSPACED, regex.V1)
_IS_FLAG = regex.compile(_FLAG)
_IS_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\U0001F3FB-\U0001F3FF]")


def left_edge(first: str) -> str:
    """What must hold before a term that begins with this character (regex, V1)."""
    if _IS_WORD.match(first):
        return rf"(?<!{WORD})"
    if _IS_FLAG.match(first):
        return rf"(?<=(?:^|[^{_FLAG[1:-1]}])(?:{_FLAG}{{2}})*)"  # a flag is two letters
    if _IS_EMOJI.match(first):
        return r"(?<!\u200D)"  # not inside a family of joined emoji
    return ""


def right_edge(last: str) -> str:
    """What must hold after a term that ends with this character (regex, V1)."""
    if _IS_UNSPACED.match(last):
        return r"(?!\p{M})"  # a mark would make it another syllable
    if _IS_WORD.match(last):
        return rf"(?!{WORD})"
    if _IS_EMOJI.match(last):
        return r"(?!\u200D)"
    return ""


READS_AS: dict[str, str] = {
    # Digits and signs that stand for Latin letters.
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "il", "+": "t",
    # Cyrillic, in lower case; where the capital is the look-alike, by its capital.
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "н": "h", "і": "i", "ј": "j",
    "к": "k", "ӏ": "il", "м": "m", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "ѵ": "v",
    "ԝ": "w", "х": "x", "у": "y", "ү": "y", "ё": "e", "ї": "i", "г": "r",
    # Greek, likewise.
    "α": "a", "β": "b", "ϲ": "c", "ε": "e", "η": "hn", "ι": "i", "κ": "k", "μ": "mu", "ν": "nv",
    "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "uy", "χ": "x", "γ": "y", "ω": "w", "ζ": "z",
}
"""A folded character -> the Latin letters that it is used in place of."""

SIGNS = "@$!|+"
"""The signs in `READS_AS`: they count as letters only inside a word that also has letters."""


@lru_cache(maxsize=4096)
def letters_seen_as(letter: str) -> str:
    """Every character that a reader may take for this letter, the letter itself first.

    >>> letters_seen_as("x")
    'xхχ'
    >>> letters_seen_as("х")  # Cyrillic: the Latin x in a Russian word
    'хxχ'
    """
    if not letter.isalpha():
        return letter
    latin = READS_AS.get(letter, letter)
    alike = [c for c, reads in READS_AS.items() if set(reads) & set(latin)]
    return letter + "".join(c for c in (*latin, *alike) if c != letter)


def _classes() -> dict[int, str]:
    """Merge the characters that can be taken for one another, for a key that is never too fine."""
    leader: dict[str, str] = {}

    def find(c: str) -> str:
        while leader.get(c, c) != c:
            c = leader[c]
        return c

    for sign, letters in READS_AS.items():
        for letter in letters:
            one, other = sorted((find(sign), find(letter)))
            leader[other] = one
    return {ord(c): find(c) for c in leader}


ALIKE: dict[int, str] = _classes()
"""A translation table: two texts that look alike become one (and some that do not, too)."""
