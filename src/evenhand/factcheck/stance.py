"""Words that hint at where a poster stands: cues of a stance, for whoever answers, never an answer.

Likeness does not see whether a post makes a claim, asks about it or rebuts it, and no list of words
does either. What is found here is shown to a person with the words that it rests on; it is no fact,
so a clause that names `post.stance` stays undetermined until somebody says it. That a post asserts
a claim is never suggested: it is what is left where there is no cue, and that says nothing.

>>> found = suggest("“Every voter is sent two ballots.” That is NOT true.")
>>> found.stances, [cue.words for cue in found.cues]
(('rebuts',), ['NOT true'])
>>> suggest("Is it true that every voter is sent two ballots? Fake.").stances
('asks', 'rebuts')
>>> suggest("The fake news won't tell you: every voter is sent two ballots").stances
()

Cues within quotation marks are somebody else's, and words that the claim itself holds are no cue.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import regex

from evenhand.factcheck.stance_cues import (
    ANYWHERE,
    BY_LANGUAGE,
    COMMON_WORDS,
    DENIED,
    NOT_ASKED,
)
from evenhand.factcheck.words import LONGEST
from evenhand.model.signal import Suggestion
from evenhand.model.stance import STANCES, Stance

SUGGESTED_BY = "stance_cues@1"
"""Counted up whenever something else may be suggested of a post."""

MOST_CUES = 12
"""Cues that are told of one post: who reads more has read the post."""

_LINK = regex.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+", regex.IGNORECASE)
_ADDRESSED = regex.compile(r"^(?:\s*@[\p{L}\p{N}_.]+)+")
_HANDLE = regex.compile(r"@[\p{L}\p{N}_]+")
_QUOTED = regex.compile(r"“[^“”]{0,2000}”|«[^«»]{0,2000}»|„[^„“”]{0,2000}[“”]|‹[^‹›]{0,2000}›"
                        r"|「[^「」]{0,2000}」|(?<![\p{L}\p{N}])\"[^\"]{0,2000}\"(?![\p{L}\p{N}])")
_BEFORE = 40
"""Code points in which a word that denies a cue may stand before it."""
_LONGEST_SENTENCE = 500
_ALIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})
_WORD = regex.compile(r"[\p{L}\p{M}']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words of a post that hint at a stance: code point offsets of its text, end excluded."""

    stance: Stance
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What was found in a post, in its order. Several stances are several hints: none is preferred.
    """

    cues: tuple[Cue, ...] = ()

    @property
    def stances(self) -> tuple[Stance, ...]:
        """The stances that are hinted at, each once, in the order of `STANCES`."""
        found = {cue.stance for cue in self.cues}
        return tuple(stance for stance in STANCES if stance in found)

    @property
    def suggestion(self) -> Suggestion:
        """The same as it is recorded beside the answer of whoever was shown it."""
        return Suggestion(by=SUGGESTED_BY, values=self.stances)


def suggest(text: str, language: str | None = None, *, claims: Iterable[str] = ()) -> Cues:
    """The cues of a stance in a post's text.

    `language` is a BCP 47 tag; where there is none it is told by the text's own common words, and
    of a text that tells none only cues that belong to no language are looked for. `claims` are
    those that the post may make: their own words are no cue of it.
    """
    read, places = _composed(text[:LONGEST])
    blank = _ADDRESSED.sub(_blank, _LINK.sub(_blank, read.translate(_ALIKE)))
    # Whoever else is named by a handle is somebody with a name, whatever the name says.
    blank = _HANDLE.sub(lambda m: "X" + "x" * (len(m[0]) - 1), blank)
    quotes = [(m.start(), m.end()) for m in _QUOTED.finditer(blank)]
    spoken = language_of(blank, language)
    theirs = " ".join(claims).translate(_ALIKE).casefold()
    found: dict[tuple[int, int], Cue] = {}
    for stance, pattern in (*ANYWHERE, *BY_LANGUAGE.get(spoken or "", ())):
        for m in pattern.finditer(blank):
            start, end = m.span("cue")
            if any(a < end and start < b for a, b in quotes) and stance != "reports":
                continue
            words = blank[start:end].casefold().strip()
            if _belongs(words, theirs) or _is_denied(stance, blank, start, spoken) or (
                    stance == "asks" and _wants_no_answer(blank, end, spoken)):
                continue
            found.setdefault((start, end), Cue(
                stance=stance, start=places[start], end=places[end],
                words=" ".join(text[places[start]:places[end]].split())))
    kept, reached = [], dict[Stance, int]()
    # By their beginning, the longer first: what ends no later than one before it lies within it.
    for (_, end), cue in sorted(found.items(), key=lambda one: (one[0][0], -one[0][1])):
        if end > reached.get(cue.stance, 0):
            reached[cue.stance] = end
            kept.append(cue)
    return Cues(cues=tuple(kept[:MOST_CUES]))


def language_of(text: str, language: str | None) -> str | None:
    """The primary subtag of a text's language, as stated, or as most of its common words tell.

    >>> language_of("Das ist nicht wahr, und das weiß jeder", None)
    'de'
    >>> language_of("Photo!", None) is None
    True
    """
    if language:
        return language.replace("_", "-").split("-")[0].lower()
    counted = dict.fromkeys(COMMON_WORDS, 0)
    for m in _WORD.finditer(text):
        word = m[0].casefold()
        for name, words in COMMON_WORDS.items():
            counted[name] += word in words
    first, second = sorted(counted.values(), reverse=True)[:2]
    return max(counted, key=lambda name: counted[name]) if first > second else None


def _composed(text: str) -> tuple[str, list[int]]:
    """The text with composed letters, and for each place in it the place in what was given."""
    if unicodedata.is_normalized("NFC", text):
        return text, list(range(len(text) + 1))
    parts, places = [], list[int]()
    for m in regex.finditer(r"\X", text):
        part = unicodedata.normalize("NFC", m[0])
        parts.append(part)
        places += [m.start()] * len(part)
    return "".join(parts), [*places, len(text)]


def _blank(found: regex.Match[str]) -> str:
    """Blanks for what was found: every place of the text stays where it was."""
    return " " * len(found[0])


def _belongs(words: str, theirs: str) -> bool:
    """Whether a claim holds these words, as words of its own."""
    return bool(theirs) and regex.search(
        rf"(?<![\p{{L}}\p{{N}}]){regex.escape(words)}(?![\p{{L}}\p{{N}}])", theirs) is not None


def _is_denied(stance: Stance, text: str, start: int, language: str | None) -> bool:
    """Whether a rebuttal or an irony is itself denied: “nobody can say that this is fake”."""
    denied = DENIED.get(language or "")
    if stance not in ("rebuts", "mocks") or denied is None:
        return False
    # Only within its own sentence, and a few words before.
    before = regex.split(r"[.!?;:\n,]", text[max(0, start - _BEFORE):start])[-1]
    return denied.search(before) is not None


def _wants_no_answer(text: str, end: int, language: str | None) -> bool:
    """Whether a question only says what it asks about: “did you know that ...?”, “..., right?”."""
    pattern = NOT_ASKED.get(language or "")
    if pattern is None:
        return False
    sentence = regex.split(r"[.!?\n]", text[max(0, end - _LONGEST_SENTENCE):end].rstrip("?!"))[-1]
    return pattern.search(sentence) is not None
