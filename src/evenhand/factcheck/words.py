"""The words of a post or a claim, for comparing them: exactly, or by what they have in common.

`bare_text` is the form in which two texts are the same text. `words_of` gives stemmed words for
the search, with hashtags and handles split into theirs. Neither looks at who wrote the text, and a
quotation's signature is taken away: the same words must match alike under another name.

>>> bare_text("RT @somebody: “Every voter is sent two ballots.” https://t.co/abc")
'every voter is sent two ballots'
>>> bare_text("Every voter is sent TWO ballots — A Name (@aname) May 26, 2020")
'every voter is sent two ballots'
>>> Words(stemmers={}, stopwords={"en": frozenset({"the"})}).words_of("#StopTheCount2020", "en")
('stop', 'count', '2020')
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

PASSAGE, STEP, MOST_PASSAGES = 60, 30, 32
"""A long text is compared passage by passage, in words: else an essay would hold every claim."""

LONGEST = 20_000
"""Code points of a text in which words are looked for; a longer one is an essay, not a post."""

_LINK = regex.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+", regex.IGNORECASE)
_HANDLE = regex.compile(r"(?<![\p{L}\p{N}_.])@[\p{L}\p{N}_.]+\b:?")
_RETWEET = regex.compile(r"^\s*RT\b(?=\s+@)")
# As quotation pages print a post: dash, name, handle, day; at the end only.
_SIGNATURE = regex.compile(
    r"[—–-]\s*[^—–\n]{0,80}\(@\w{1,30}\)\s*(?:\p{L}+ \d{1,2}, \d{4})?\s*$")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
                         "–": "-", "—": "-", "‑": "-", "…": "..."})
_TAGGED = regex.compile(r"[#@](\w+)")
_HUMP = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{Nd})|(?<=\p{Nd})(?=\p{L})"
                      r"|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|_")
# Scripts that write no spaces give pairs of letters; all others give words with their marks,
# which the standard library's `\w` would split in Hindi (DESIGN 7).
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUN = regex.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}])+")


_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")


def bare_text(text: str) -> str:
    """The text as two posts must share it to be the same: NFKC, case folded, single spaces.

    Links, handles, a leading `RT` and a signature are taken away, and quotation marks and full
    stops around the whole. A question mark stays: asking is not saying. Nothing is left of a text
    longer than `LONGEST`: no claim is so long.
    """
    if len(text) > LONGEST:
        return ""
    text = _SIGNATURE.sub(" ", _LINK.sub(" ", _plain(text)))
    text = _HANDLE.sub(" ", _RETWEET.sub(" ", text)).translate(_QUOTES).casefold()
    return " ".join(text.split()).strip(" \"'.!*-")


def length_in_words(bare: str) -> int:
    """How many words a bare text has; a run of a script without spaces counts half its letters."""
    if bare.isascii():
        return len(_ASCII_RUN.findall(bare))
    return sum((len(m[0]) + 1) // 2 if m["unspaced"] else 1 for m in _RUN.finditer(bare))


@dataclass(frozen=True, slots=True)
class Words:
    """Splits texts into stemmed words. Languages are primary subtags, such as "en"."""

    stemmers: Mapping[str, Callable[[list[str]], list[str]]]
    stopwords: Mapping[str, frozenset[str]]

    def words_of(self, text: str, language: str) -> tuple[str, ...]:
        """The words of the text in order, without those that carry no meaning of their own."""
        text = _SIGNATURE.sub(" ", _LINK.sub(" ", _plain(text[:LONGEST])))
        text = _TAGGED.sub(lambda m: f" {_HUMP.sub(' ', m[1])} ", text).translate(_QUOTES)
        text = text.casefold().replace("'s ", " ")
        stop = self.stopwords.get(language, frozenset())
        words: list[str] = []
        for run in _RUN.finditer(text):
            if run["unspaced"]:
                letters = run[0]
                words += [letters[i:i + 2] for i in range(max(1, len(letters) - 1))]
            elif run[0] not in stop:
                words.append(run[0])
        stem = self.stemmers.get(language)
        return tuple(word for word in (stem(words) if stem is not None else words) if word)


def passages(text: str) -> tuple[str, ...]:
    """A text of at most `PASSAGE` words as it stands; a longer one in passages that overlap.

    Two letters of a script without spaces count as a word.

    >>> [len(part.split()) for part in passages("a word or two " * 40)]
    [60, 60, 60, 60, 40]
    """
    if len(text) <= PASSAGE:
        return (text,)
    starts = [place for run in _RUN.finditer(text[:LONGEST])
              for place in (range(run.start(), run.end(), 2) if run["unspaced"]
                            else (run.start(),))]
    if len(starts) <= PASSAGE:
        return (text,)
    starts.append(len(text))
    begins = range(0, len(starts) - 1 - PASSAGE + STEP, STEP)
    return tuple(text[starts[n]:starts[min(n + PASSAGE, len(starts) - 1)]]
                 for n in begins[:MOST_PASSAGES])


def without_layout(text: str, *, signature: bool = True) -> str:
    """The text without links, hashtags and handles in their words; its letters as they stand.

    >>> without_layout("No #VoteByMail! https://t.co/x — Ada Lovelace (@ada) May 26, 2020")
    'No Vote By Mail ! — Ada Lovelace ( ada ) May 26, 2020'
    >>> without_layout("No #VoteByMail! — Ada Lovelace (@ada) May 26, 2020", signature=False)
    'No Vote By Mail !'
    """
    text = _LINK.sub(" ", _plain(text[:LONGEST]))
    if not signature:
        text = _SIGNATURE.sub(" ", text)
    return " ".join(_TAGGED.sub(lambda m: f" {_HUMP.sub(' ', m[1])} ", text).split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", html.unescape(text))
