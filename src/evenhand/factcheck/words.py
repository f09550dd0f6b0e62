"""The words of a post or a claim, for comparing them: exactly, or by what they have in common.

`bare_text` is the form in which two texts are the same text. `words_of` gives stemmed words for
the search, with hashtags and handles split into theirs. Neither looks at who wrote the text, and a
quotation's signature is taken away: the same words must match alike under another name.

>>> bare_text("RT @somebody: “Every voter is sent two ballots.” https://t.co/abc")
'every voter is sent two ballots'
>>> bare_text("Chaque électeur reçoit deux bulletins — Un Nom (@unnom) 26 mai 2020")
'chaque électeur reçoit deux bulletins'
>>> Words(stemmers={}, stopwords={"en": frozenset({"the"})}).words_of("#StopTheCount2020", "en")
('stop', 'count', '2020')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from evenhand.factcheck.writing import UNSPACED, alike, plain, roughly, without_optional

PASSAGE, STEP, MOST_PASSAGES = 60, 30, 32
"""A long text is compared passage by passage, in words: else an essay would hold every claim."""

LONGEST = 20_000
"""Code points of a text in which words are looked for; a longer one is an essay, not a post."""

# Where words are not parted by spaces, what follows an address is the sentence, not the address.
_LINK = regex.compile(rf"(?:https?://|\bwww\.|pic\.twitter\.com/)(?:(?![{UNSPACED}\p{{Hangul}}"
                      r"、。「」『』【】《》])\S)+", regex.IGNORECASE)
_SCHEME = regex.compile(r"https?://", regex.IGNORECASE)
_BEHIND_LINKS = ".,;:!?'\"”’»)]}>*|…؟،"
_NAME = rf"(?:(?![{UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}_.])+"
_AT = (rf"(?<!(?![{UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}_.])@"
       rf"(?:{_NAME}|[{UNSPACED}\w]{{1,30}}(?=[\s:]|\Z))")
_HANDLE = regex.compile(rf"{_AT}:?")
_RETWEET = regex.compile(r"^\s*RT\b:?(?=\s+@)", regex.IGNORECASE)
# As quotation pages print a post: dash, name, handle, day; at the end only. The day may be
# written in any language: a number, the name of a month with the small words around it, a year.
_SMALL = r"(?:[\p{L}\p{M}]{1,4}[.'])?(?:[\p{L}\p{M}]{1,4} )?"
_MONTH = r"[\p{L}\p{M}]{2,20}\.?(?: \p{Nd}{1,2})?"
_DAY = "|".join((
    rf"{_SMALL}\p{{Nd}}{{1,2}}\.? ?{_SMALL}{_MONTH},? {_SMALL}\p{{Nd}}{{4}}(?: \p{{L}}{{1,2}}\.?)?",
    rf"{_MONTH}\.? \p{{Nd}}{{1,2}}\.?, \p{{Nd}}{{4}}",
    rf"\p{{Nd}}{{4}}\.? {_MONTH} \p{{Nd}}{{1,2}}\.?",
    r"\p{Nd}{1,4} ?[-./年년] ?\p{Nd}{1,2} ?[-./月월] ?\p{Nd}{1,4} ?[日일.]?"))
_SIGNATURE = regex.compile(
    rf"(?:[—–―]|(?<=[\s\p{{P}}])-)\s*[^—–―\n]{{0,80}}\(@[\w.@-]{{1,60}}\)\s*+(?:{_DAY})\s*+$")
_MARKS = str.maketrans(
    dict.fromkeys("’‘‚‛ʼʻ´`׳❛❜‹›", "'")
    | dict.fromkeys("“”„‟«»「」『』《》〈〉〝〞״❝❞", '"') | dict.fromkeys("–—‐‒―−־", "-")
    | {"…": "...", "。": ".", "।": ".", "॥": ".", "۔": ".", "։": ".", "።": ".", "။": ".", "។": ".",
       "、": ",", "،": ",", "؛": ";", "؟": "?", "՞": "?", "፧": "?"})
# French sets a space within its quotation marks and before some marks; German turns them round.
_SPACED_OUT = regex.compile(r"(?<!\S[«‹])(?<=[«‹]) | (?=[»›](?!\w))| (?=[?!;:](?!\w))")
_BETWEEN = regex.compile(rf"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])")
_ENDS = " \"'.!¡*-"
# A minus and a decimal point belong to their number.
_BEGINS = regex.compile(r"\A(?:[ \"'!¡*]|-(?!\.?[0-9])|\.(?![0-9])|(?<=\.)\.)+")
_TAGGED = regex.compile(r"[#@](\w+)")
_HUMP = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=[\p{L}\p{M}])(?=\p{Nd})|(?<=\p{Nd})(?=\p{L})"
                      r"|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|_")
# Scripts that write no spaces give pairs of letters, each with its marks; so does Korean within
# its words, whose endings are many. All others give words with their marks, which the standard
# library's `\w` would split in Hindi (DESIGN 7).
_RUN = regex.compile(rf"(?P<unspaced>[{UNSPACED}]+)|(?P<hangul>\p{{Hangul}}+)|"
                     rf"(?:(?![{UNSPACED}\p{{Hangul}}])[\p{{L}}\p{{M}}\p{{N}}])+")
_LETTER = regex.compile(r"\X")
# Hebrew writes abbreviations with a quotation mark before their last letter.
_HEBREW = regex.compile(r"(?<=\p{Hebrew})[\"'](?=\p{Hebrew})")
_DOTLESS = str.maketrans({"I": "ı", "İ": "i"})
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")


def bare_text(text: str) -> str:
    """The text as two posts must share it to be the same: one form of its letters, single spaces.

    Links, handles, a leading `RT` and a signature are taken away, and quotation marks and full
    stops around the whole. A question mark stays: asking is not saying. Nothing is left of a text
    longer than `LONGEST`: no claim is so long.
    """
    text = _SIGNATURE.sub(" ", _LINK.sub(" ", whole(text)))
    return _bare(_HANDLE.sub(" ", _RETWEET.sub(" ", text)))


def _bare(text: str) -> str:
    # One space is left of many before any is looked at: else a text of spaces would cost minutes.
    bare = alike(_SPACED_OUT.sub("", " ".join(text.split())).translate(_MARKS))
    if not bare.isascii():
        bare = _BETWEEN.sub("", bare)
    said: str = _BEGINS.sub("", " ".join(bare.split()).rstrip(_ENDS), count=1)
    return said


def adds(text: str) -> bool:
    """Whether a text holds a link, a handle or a signature besides its bare text.

    Who puts one beside a claim may share what refutes it, report who said it, or answer somebody.
    Whose text is passed on adds nothing to it.

    >>> [adds(f"{before}Every voter is sent two ballots{behind}") for before, behind in [
    ...     ("", "!"), ("RT @ada: ", "")]]
    [False, False]
    >>> [adds(f"{before}Every voter is sent two ballots{behind}") for before, behind in [
    ...     ("", " https://t.co/x"), ("", " @debunked"), ("@ada: ", ""), ("@it_is_false @ada ", ""),
    ...     ("", " — Ada Lovelace (@ada) May 26, 2020")]]
    [True, True, True, True, True]
    """
    return _bare(_passed_on(whole(text))) != bare_text(text)


def _passed_on(text: str) -> str:
    """A plain text without the handle of which it is a copy."""
    found = _RETWEET.match(text)
    if found is None:
        return text
    text = text[found.end():].lstrip()
    handle = _HANDLE.match(text)
    return text if handle is None else text[handle.end():]


def whole(text: str) -> str:
    """A text in its plain form; nothing of one that is longer than `LONGEST`, as it stands or so.

    There are characters that NFKC makes eighteen of: cut short, two texts would be one.
    """
    written = plain(text) if len(text) <= LONGEST else ""
    return written if len(written) <= LONGEST else ""


def parted(text: str) -> tuple[str, list[str]]:
    """A plain text without its links, and those links. What ends a sentence is no part of one.

    >>> parted("Is it so, https://a.example/p?x=1? See www.b.example.")
    ('Is it so,  ? See  .', ['https://a.example/p?x=1', 'https://www.b.example'])
    """
    found: list[str] = []

    def left(link: regex.Match[str]) -> str:
        address = link[0].rstrip(_BEHIND_LINKS)
        found.append(address if _SCHEME.match(address) else f"https://{address}")
        return f" {link[0][len(address):]}"

    return _LINK.sub(left, text), found


def unsigned(text: str) -> str:
    """A plain text without the signature under it."""
    left: str = _SIGNATURE.sub(" ", text)
    return left


def length_in_words(bare: str) -> int:
    """How many words a bare text has; a run of a script without spaces counts half its letters."""
    if bare.isascii():
        return len(_ASCII_RUN.findall(bare))
    return sum((len(_LETTER.findall(m[0])) + 1) // 2 if m["unspaced"] else 1
               for m in _RUN.finditer(bare))


@dataclass(frozen=True, slots=True)
class Words:
    """Splits texts into stemmed words. Languages are primary subtags, such as "en"."""

    stemmers: Mapping[str, Callable[[list[str]], list[str]]]
    stopwords: Mapping[str, frozenset[str]]

    def words_of(self, text: str, language: str) -> tuple[str, ...]:
        """The words of the text in order, without those that carry no meaning of their own."""
        return self.stemmed(_words(text, _letters_of(language)), language)

    def treatment(self, language: str) -> tuple[object, ...]:
        """All by which the words of a text differ from one language to another."""
        return (_letters_of(language), self.stemmers.get(language),
                self.stopwords.get(language, frozenset()))

    def stemmed(self, words: Sequence[str], language: str) -> tuple[str, ...]:
        """Those of the words that carry meaning in this language, as its stemmer leaves them."""
        stop = self.stopwords.get(language, frozenset())
        kept = [word for word in words if word not in stop]
        stem = self.stemmers.get(language)
        return tuple(alike(word) for word in (stem(kept) if stem is not None else kept) if word)


def _words(text: str, letters: str) -> list[str]:
    """The words of a text, whose letters are those of a language where that has its own."""
    text = _SIGNATURE.sub(" ", _LINK.sub(" ", _bounded(text)))
    text = _TAGGED.sub(_parted, text).translate(_MARKS)
    if letters == "tr":
        text = text.translate(_DOTLESS)
    text = without_optional(text.casefold()).replace("'s ", " ")
    if not text.isascii():
        text = _HEBREW.sub("", text).translate(_KEYS.get(letters, {}))
    words: list[str] = []
    for run in _RUN.finditer(text):
        if run["unspaced"] or run["hangul"]:
            pair = _LETTER.findall(run[0])
            words += ["".join(pair[i:i + 2]) for i in range(max(1, len(pair) - 1))]
        else:
            words.append(run[0])
    return words


# Stemmers know the letters of their own language's keyboards.
_KEYS = {"ar": str.maketrans("یک", "يك"), "fa": str.maketrans("يىك", "ییک")}


def _letters_of(language: str) -> str:
    return _OWN_LETTERS.get(language, "")


_OWN_LETTERS = {"tr": "tr", "az": "tr", "ar": "ar", "fa": "fa", "ur": "fa"}


@dataclass(frozen=True, slots=True)
class Tongues:
    """The words of claims, each in its own language, and of a text in every one of theirs.

    What language a post is in is seldom known, and what is said of it is often wrong. So a text is
    stemmed as the claims are that it is compared with; a word is told with its language, since
    equal stems of two languages are two words.
    """

    words: Words
    languages: tuple[str, ...]

    def words_of(self, text: str, language: str) -> list[str]:
        """The words of a claim that is in this language."""
        return [f"{language} {word}" for word in self.words.words_of(text, language)]

    def in_each(self, text: str) -> Iterator[list[str]]:
        """The words of a text as each language of the claims has them, one after the other."""
        split: dict[str, list[str]] = {}
        stemmed: dict[tuple[object, ...], tuple[str, ...]] = {}
        for language in self.languages:
            letters, treatment = _letters_of(language), self.words.treatment(language)
            if letters not in split:
                split[letters] = _words(text, letters)
            if treatment not in stemmed:
                stemmed[treatment] = self.words.stemmed(split[letters], language)
            yield [f"{language} {word}" for word in stemmed[treatment]]

    def in_every(self, text: str) -> list[str]:
        """The words of a text in all languages of the claims together."""
        return [word for words in self.in_each(text) for word in words]


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
    text = _LINK.sub(" ", _bounded(text))
    if not signature:
        text = _SIGNATURE.sub(" ", text)
    return " ".join(_TAGGED.sub(_parted, text).split())


def runs_of(text: str) -> Iterator[str]:
    """The runs of letters of a text that `without_layout` gave, in one case and without accents.

    They lie within a word, whose edges are marked by a space; where a script writes no spaces
    they are shorter, since two letters are a word there.

    >>> list(runs_of("Bär"))
    [' ba', 'bar', 'ar ', ' bar', 'bar ', ' bar ']
    >>> list(runs_of("投票用"))
    ['投票', '票用', '投票用']
    """
    for word in roughly(text).split():
        if word.isascii():
            yield from _slices(f" {word} ", 3, 5)
            continue
        spaced = _STRETCH.sub(" ", word)
        for part in spaced.split():
            yield from _slices(f" {part} ", 3, 5)
        for stretch in _STRETCH.finditer(word):
            letters = _LETTER.findall(stretch[0])
            for size in (2, 3):
                for start in range(len(letters) - size + 1):
                    yield "".join(letters[start:start + size])


_STRETCH = regex.compile(rf"[{UNSPACED}]+")


def _slices(marked: str, shortest: int, longest: int) -> Iterator[str]:
    for size in range(shortest, longest + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start:start + size]


def _bounded(text: str) -> str:
    # Twice: there are characters that NFKC makes eighteen of.
    return plain(text[:LONGEST])[:LONGEST]


def _parted(tag: regex.Match[str]) -> str:
    return f" {_HUMP.sub(' ', tag[1])} "
