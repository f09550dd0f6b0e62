"""Edits of a post as `robust.py` makes them: typing errors, casing, dialects, what is said with it.

Every edit is synthetic: made by the rules below, not by speakers. The rules of a dialect are a few
dozen well-known respellings and function words; they give a text a flavour of how it is written,
and stand for nobody. Equal texts are edited alike: chance is seeded by the text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence

_WORD = re.compile(r"(?<![\w@#/.])[A-Za-z][A-Za-z']*(?![\w/@]|\.\w)")
"""A word of letters; handles, tags and links are left as they are."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside(letter: str) -> str:
    for row in _KEYS:
        if (at := row.find(letter.lower())) >= 0:
            return row[at + 1] if at + 1 < len(row) else row[at - 1]
    return letter


def _slip(word: str, at: int, kind: int) -> str | None:
    """Two letters in each other's place, one left out, one twice; None of any other kind."""
    match kind:
        case 0:
            at = min(at, len(word) - 2)
            return word[:at] + word[at + 1] + word[at] + word[at + 2:]
        case 1:
            return word[:at] + word[at + 1:]
        case 2:
            return word[:at] + word[at] + word[at:]
    return None


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    slip = _slip(word, at, chance.randrange(4))
    return word[:at] + _beside(word[at]) + word[at + 1:] if slip is None else slip


def typing_errors(rate: float) -> Callable[[str], str]:
    """One error in a share `rate` of the words of three letters and more."""
    def edit(text: str) -> str:
        chance = random.Random(f"typing {text}")
        return _WORD.sub(lambda m: _mistyped(m[0], chance) if len(m[0]) > 2 and
                         chance.random() < rate else m[0], text)
    return edit


_ANY = "abcdefghijklmnopqrstuvwxyz"


def _slipped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    kind = chance.randrange(5)
    slip = _slip(word, at, kind)
    if slip is not None:
        return slip
    if kind == 3:
        return word[:at] + chance.choice(_ANY) + word[at + 1:]
    return word[:-1] if len(word) > 3 else word


def miswritten(text: str, copy: int) -> str:
    """A copy of a text for learning: by chance alone, in one word of twenty to two of five.

    Short words are dropped or become others, long ones slip; one copy in four is in lower case. It
    knows no dialect and no keyboard, so that what is learned of it can be tried on those.
    """
    chance = random.Random(f"miswritten {copy} {text}")
    rate = chance.uniform(0.05, 0.4)

    def say(match: re.Match[str]) -> str:
        word = match[0]
        if chance.random() >= rate:
            return word
        if len(word) <= 4 and chance.random() < 0.6:
            other = "".join(chance.choice(_ANY) for _ in range(chance.randint(1, 3)))
            return chance.choice(["", other])
        return _slipped(word, chance) if len(word) > 2 else word
    said = re.sub(r" {2,}", " ", _WORD.sub(say, text)).strip()
    return said.lower() if chance.random() < 0.25 else said


_OF_SOUND = {
    "AAE": ((r"ing\b", "in"), (r"\bth(?=[eoai])", "d"), (r"th\b", "f"), (r"([ai])st\b", r"\1s"),
            (r"er\b", "a")),
    "patois": ((r"\bth(?=[eoai])", "d"), (r"th", "t"), (r"er\b", "a"), (r"ing\b", "in"),
               (r"own\b", "ung"), (r"ould\b", "uda"), (r"ty\b", "ti")),
    "pidgin": ((r"\bth(?=[eoai])", "d"), (r"th\b", "t"), (r"er\b", "a")),
    "Singlish": (),
}
_OF_WORDS: Mapping[str, Mapping[str, str]] = {
    "AAE": {
        "is": "", "are": "", "isn't": "ain't", "aren't": "ain't", "hasn't": "ain't",
        "haven't": "ain't", "don't": "don't", "doesn't": "don't", "didn't": "ain't",
        "was": "was", "were": "was", "going": "finna", "about": "bout", "because": "cuz",
        "with": "wit", "your": "yo", "you": "u", "my": "ma", "them": "em", "they": "dey",
        "this": "dis", "that": "dat", "the": "da", "for": "fa", "and": "n", "always": "stay",
        "really": "hella", "very": "mad", "has": "got", "have": "got", "should": "shoulda",
        "want": "wanna", "everyone": "errybody", "everybody": "errybody", "before": "befo",
        "more": "mo", "to": "ta", "not": "ain't", "people": "folks", "something": "sumn",
        "nothing": "nun", "police": "police", "money": "bread", "friend": "homie"},
    "patois": {
        "the": "di", "this": "dis", "that": "dat", "they": "dem", "them": "dem", "their": "dem",
        "is": "a", "are": "a", "was": "did", "were": "did", "am": "a", "to": "fi", "for": "fi",
        "of": "a", "my": "mi", "me": "mi", "i": "mi", "you": "yuh", "your": "yuh", "he": "im",
        "him": "im", "she": "shi", "her": "har", "we": "wi", "us": "wi", "it": "it",
        "not": "nuh", "don't": "nuh", "doesn't": "nuh", "didn't": "neva", "never": "neva",
        "isn't": "a nuh", "what": "weh", "who": "weh", "where": "weh", "with": "wid",
        "people": "people dem", "children": "pickney", "child": "pickney", "have": "ave",
        "has": "ave", "going": "a go", "will": "a go", "just": "jus", "little": "likkle",
        "and": "an", "because": "cause", "about": "bout", "at": "a", "all": "all a",
        "can": "cyan", "cannot": "cyaan", "can't": "cyaan", "down": "dung", "says": "seh",
        "said": "seh", "there": "deh", "here": "yah", "big": "big big", "from": "fram"},
    "pidgin": {
        "is": "na", "are": "dey", "was": "na", "were": "dey", "am": "dey", "the": "di",
        "this": "dis", "that": "dat", "they": "dem", "them": "dem", "their": "dem", "to": "to",
        "for": "for", "of": "of", "in": "for", "at": "for", "on": "for", "i": "I", "my": "my",
        "me": "me", "you": "una", "your": "una", "he": "e", "she": "e", "it": "e", "has": "don",
        "have": "don", "had": "bin don", "will": "go", "would": "for", "going": "dey go",
        "not": "no", "don't": "no dey", "doesn't": "no dey", "didn't": "no", "isn't": "no be",
        "never": "neva", "very": "well well", "who": "wey", "which": "wey", "what": "wetin",
        "where": "where", "why": "why", "people": "people dem", "children": "pikin dem",
        "child": "pikin", "says": "talk say", "said": "talk say", "about": "about",
        "want": "wan", "know": "sabi", "food": "chop", "eat": "chop", "money": "moni",
        "and": "and", "with": "with", "because": "because say", "cannot": "no fit",
        "can't": "no fit", "can": "fit", "big": "big", "there": "there", "now": "now now"},
    "Singlish": {
        "is": "", "are": "", "was": "last time", "were": "last time", "the": "", "a": "",
        "an": "", "has": "got", "have": "got", "had": "got", "already": "liao", "not": "never",
        "don't": "dun", "doesn't": "dun", "didn't": "never", "isn't": "not", "very": "damn",
        "really": "sibei", "cannot": "cannot", "can't": "cannot", "this": "dis", "that": "dat",
        "they": "they all", "because": "cos", "with": "wif", "what": "wat", "why": "why sia",
        "people": "ppl", "children": "small kids", "friend": "fren", "to": "to", "of": "of",
        "about": "abt", "your": "ur", "you": "u", "going": "go", "will": "will", "there": "dere",
        "eat": "makan", "food": "makan", "want": "wan", "like": "liddat", "then": "den"},
}
_ENDS = {"Singlish": (" lah", " leh", " sia", " one"), "pidgin": (" o", " abeg", " sha"),
         "patois": (" yuh see mi", " mi a tell yuh"), "AAE": (" fr", " no cap", " tho")}


def dialect(name: str) -> Callable[[str], str]:
    """A text with a dialect's function words, respellings and an ending of its own."""
    words = _OF_WORDS[name]
    sounds = [(re.compile(pattern), new) for pattern, new in _OF_SOUND[name]]

    def say(match: re.Match[str]) -> str:
        word = match[0]
        known = words.get(word.lower())
        if known is None:
            known = word
            if word[0].islower():  # names are spelt as they are
                for pattern, new in sounds:
                    known = pattern.sub(new, known)
        return known.capitalize() if word[0].isupper() and len(word) > 1 else known

    def edit(text: str) -> str:
        said = re.sub(r" {2,}", " ", _WORD.sub(say, text)).strip()
        return said + random.Random(f"{name} {text}").choice(_ENDS[name])
    return edit


_MAY_BE_NEGATED = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|should|did|"
                             r"does|do)\b(?! not\b|n't)", re.IGNORECASE)


def negation(text: str) -> str:
    """The opposite: its first auxiliary negated, or the whole denied."""
    said, made = _MAY_BE_NEGATED.subn(r"\1 not", text, count=1)
    return said if made else "It is not true that " + text


def amplified(text: str) -> str:
    """The same, louder."""
    chance = random.Random(f"louder {text}")
    return (chance.choice(["BREAKING: ", "Unbelievable!! ", "You have to see this: ",
                           "I can't believe it, "]) + text.replace(".", "!!")
            + chance.choice([" Absolutely huge!!!", " Share before they delete it!",
                             " Totally insane!!!", " Wake up everybody!"]))


_OTHERS: Sequence[str] = (
    "Peterson", "Marlowe", "Okafor", "Lindqvist", "Castellano", "Brighton", "Ohio", "Lisbon",
    "Winnipeg", "Norway", "Ferguson", "Delgado", "Yamada", "Kowalski", "Tasmania", "Hartley")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]+(?![\w])")
_NUMBER = re.compile(r"(?<![\w/@#])\d+(?![\w/])")


def other_names(text: str) -> str:
    """Of other people, places and numbers: no longer what the fact-check is about."""
    chance = random.Random(f"names {text}")
    swapped = _NAME.sub(lambda _: chance.choice(_OTHERS), text)
    return _NUMBER.sub(lambda m: str(int(m[0]) * 3 + chance.randint(1, 9)), swapped)


EDITS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "typing errors, one word in eight": typing_errors(1 / 8),
    "typing errors, one word in three": typing_errors(1 / 3),
    "all lower case": str.lower,
    "ALL UPPER CASE": str.upper,
    "African-American English": dialect("AAE"),
    "Jamaican patois": dialect("patois"),
    "Nigerian pidgin": dialect("pidgin"),
    "Singlish": dialect("Singlish"),
    "negated": negation,
    "amplified": amplified,
    "other names and numbers": other_names,
}
DIALECTS = ("African-American English", "Jamaican patois", "Nigerian pidgin", "Singlish")
