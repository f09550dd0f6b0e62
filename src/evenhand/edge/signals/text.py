"""Reports how often the words and patterns of the terms occur in a post, and where.

>>> from evenhand.edge.signals.signal import NO_HISTORY
>>> post = EXAMPLES[0].post
>>> measured = EXEMPLAR.report(post, NO_HISTORY)
>>> [(one.name, one.value) for one in measured.reported]
[('hits.rude', 2), ('hits.shop', 0), ('hits.phone', 0), ('hits.acronym', 0)]
>>> [post.text[span.start:span.end] for span in measured.spans]
['NINCOMPOOP', 'n1tw!t']

Each list NAME of the terms becomes the fact `hits.NAME`. Nought means that it ran and found
nothing. Offsets are code points of the author's own text, whatever folding did to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from evenhand.edge.posts import Posts
from evenhand.edge.signals.finder import NOTHING, Finder
from evenhand.edge.signals.folding import fold, folded_text, is_turkic
from evenhand.edge.signals.many import MeasuredAll
from evenhand.edge.signals.patterns import SECONDS, Pattern
from evenhand.edge.signals.signal import Example, History, Measured, Silent, admitted, said
from evenhand.edge.signals.words import Words
from evenhand.errors import EvenhandError
from evenhand.model.post import Account, Post, PostId
from evenhand.model.signal import Span
from evenhand.rulebook.vocabulary import INTEGER, Fact, Value

NAME, VERSION = "text", "1"
OBSERVER = f"{NAME}@{VERSION}"

_LIST_NAME = re.compile(r"(?!.*__)[a-z][a-z0-9_]*")


class Listed(Protocol):
    """A word list or a pattern list of the terms.

    `kind` is "words" or "pattern", `on` is "raw" (the text as written) or "folded" (`fold`).
    Words on folded text are also sought in disguise; words on raw text as they are written.
    """

    @property
    def name(self) -> str:
        """Lower case letters, digits and single underscores."""
        ...

    @property
    def kind(self) -> str:
        """`words` or `pattern`."""
        ...

    @property
    def on(self) -> str:
        """`raw` or `folded`."""
        ...

    @property
    def entries(self) -> Sequence[str]:
        """The terms, or the patterns, one each."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TermList:
    """A list as a value, for whoever has no document to take one from."""

    name: str
    kind: str = "words"
    on: str = "folded"
    entries: tuple[str, ...] = ()


def hits_fact(name: str, kind: str, on: str) -> Fact:
    """The fact that a list of this name, kind and text reports.

    A document declares the same one for its lists; a test holds the two together.
    """
    what = "words" if kind == "words" else "patterns"
    return Fact(name=f"hits.{name}", type=INTEGER, low=0, observer="the text signal",
                meaning=f"how often the {on} text holds one of the {what} `{name}`",
                audience="author", reported_by=OBSERVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSignal:
    """The lists of one version of the terms, compiled.

    `nothing` is what is reported of a post that holds none of them, which is most posts.
    """

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...]
    folded: Finder
    raw: Finder
    order: tuple[str, ...]
    nothing: Measured
    seconds: float = SECONDS
    examples: tuple[Example, ...] = ()

    @classmethod
    def compile(cls, lists: Iterable[Listed], *, seconds: float = SECONDS,
                examples: tuple[Example, ...] = ()) -> TextSignal:
        """Compile the lists of a document; a list that could never report is refused."""
        lists = tuple(lists)
        for i, one in enumerate(lists):
            _check(one, {other.name for other in lists[:i]})
        facts = tuple(hits_fact(one.name, one.kind, one.on) for one in lists)
        return cls(
            facts=facts, folded=_finder(lists, "folded"), raw=_finder(lists, "raw"),
            order=tuple(one.name for one in lists), seconds=seconds, examples=examples,
            nothing=admitted(facts, Measured(reported=tuple(
                said(fact.name, 0, OBSERVER) for fact in facts))))

    def report(self, post: Post, history: History) -> Measured:
        """Count and place the hits of every list; history is not looked at.

        A list one of whose patterns was cut off reports nothing and is named as silent.
        """
        folded = fold(post.text, turkic=is_turkic(post.language))
        in_folded = self.folded.find(folded.text, self.seconds)
        in_raw = self.raw.find(post.text, self.seconds)
        if in_folded is NOTHING and in_raw is NOTHING:
            return self.nothing
        found: dict[str, Sequence[tuple[int, int]]] = {
            name: [folded.span(*place) for place in places]
            for name, places in in_folded.places.items()}
        found.update(in_raw.places)
        cut_off = {**in_folded.cut_off, **in_raw.cut_off}
        reported = list(self.nothing.reported)
        for name, places in found.items():
            i = self.order.index(name)
            reported[i] = said(self.facts[i].name, len(places), OBSERVER)
        if cut_off:
            reported = [one for name, one in zip(self.order, reported, strict=True)
                        if name not in cut_off]
        return Measured(
            reported=tuple(reported), admitted_by=self.facts,  # a count is never out of bounds
            spans=tuple(sorted(
                (Span(start=start, end=end, fact=f"hits.{name}")
                 for name, places in found.items() for start, end in places),
                key=lambda span: (span.start, span.end, span.fact))),
            silent=tuple(
                Silent(fact=f"hits.{name}", why=_took_too_long(cut_off[name]))
                for name in self.order if name in cut_off))

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The counts alone of a batch; most texts, which hold nothing, are scanned together."""
        turkic = {one for one in set(posts.languages) if is_turkic(one)}
        folded = ([folded_text(text, turkic=language in turkic)
                   for text, language in zip(posts.texts, posts.languages, strict=True)]
                  if turkic else list(map(folded_text, posts.texts)))
        columns: dict[str, list[int | None]] = {
            name: [0] * len(posts) for name in self.order}
        silent: Counter[tuple[str, str]] = Counter()
        for finder, texts in ((self.folded, folded), (self.raw, posts.texts)):
            for i, candidates in finder.candidates(texts):
                found = finder.find(texts[i], self.seconds, candidates)
                for name, places in found.places.items():
                    columns[name][i] = len(places)
                for name, entry in found.cut_off.items():
                    columns[name][i] = None
                    silent[f"hits.{name}", _took_too_long(entry)] += 1
        return MeasuredAll(values={f"hits.{name}": counts for name, counts in columns.items()},
                           silent=silent)


def _took_too_long(entry: str) -> str:
    return f"the pattern `{entry}` took too long"


def _finder(lists: Sequence[Listed], on: str) -> Finder:
    """What finds the entries of the lists that look at this text."""
    folded = on == "folded"
    lists = [one for one in lists if one.on == on]
    return Finder.compile(
        Words.compile([(one.name, [fold(entry).text if folded else entry for entry in one.entries])
                       for one in lists if one.kind == "words"], disguises=folded),
        tuple(Pattern.compile(one.name, one.entries, folded=folded)
              for one in lists if one.kind == "pattern"))


def _check(one: Listed, taken: set[str]) -> None:
    where = f"{one.kind} {one.name}"
    if not _LIST_NAME.fullmatch(one.name):
        raise EvenhandError(f"`{one.name}` cannot name a list", where=where,
                            hint="a condition names it as `hits.NAME`: use lower case letters, "
                            "digits and single underscores")
    if one.name in taken:
        raise EvenhandError(f"two lists are called `{one.name}`", where=where,
                            hint="rename one of them")
    if one.kind not in ("words", "pattern"):
        raise EvenhandError(f"`{one.kind}` is no kind of list", where=where,
                            hint="write `words` or `pattern`")
    if one.on not in ("raw", "folded"):
        raise EvenhandError(f"`{one.on}` is no text that a list can look at", where=where,
                            hint="write `raw` or `folded`")
    for entry in one.entries:
        if not (fold(entry).text if one.on == "folded" else entry).strip():
            raise EvenhandError("an entry is empty", where=where,
                                hint="invisible characters are not looked for in folded text")
    if not one.entries:
        raise EvenhandError("the list is empty", where=where, hint="give it an entry or drop it")


_LISTS = (
    TermList(name="rude", entries=("nincompoop", "nitwit", "मूर्ख", "дурачок", "傻瓜", "go home")),
    TermList(name="shop", on="raw", entries=("ACME",)),
    TermList(name="phone", kind="pattern", entries=(r"\+\d{8,}",)),
    TermList(name="acronym", kind="pattern", on="raw", entries=(r"\b(?:\p{Lu}\.){3,}",)),
)


def _example(title: str, text: str, language: str | None = None, /, *, found: tuple[str, ...],
             **hits: Value) -> Example:
    counts: dict[str, Value] = {"rude": 0, "shop": 0, "phone": 0, "acronym": 0, **hits}
    post = Post(id=PostId(platform="agora", native="1"), text=text, language=language,
                author=Account(platform="agora", id="ada"),
                made_at=datetime(2020, 5, 26, 12, 17, tzinfo=UTC))
    return Example(title=title, post=post, found=found,
                   facts={f"hits.{name}": value for name, value in counts.items()})


EXAMPLES = (
    _example("capitals and signs for letters are seen through", "NINCOMPOOP and n1tw!t",
             rude=2, found=("NINCOMPOOP", "n1tw!t")),
    _example("a longer word is another word", "nitwits, nincompoopery, acme", found=()),
    _example("a Hindi word is whole with its vowel signs", "मूर्ख नहीं, मूर्खता", rude=1,
             found=("मूर्ख",)),
    _example("Chinese is written without spaces", "你这个傻瓜吗", rude=1, found=("傻瓜",)),
    _example("spans point into the author's own text", "Ｎit\u200bwit!! дурачок", rude=2,
             found=("Ｎit\u200bwit", "дурачок")),
    _example("raw text is looked at as it is written", "ACME, acme, U.S.A.", shop=1, acronym=1,
             found=("ACME", "U.S.A.")),
    _example("a phone number in full-width digits", "call ＋４９１２３４５６７８", phone=1,
             found=("＋４９１２３４５６７８",)),
    _example("words of a term may be parted by any space", "go\n\thome", rude=1,
             found=("go\n\thome",)),
)

EXEMPLAR = TextSignal.compile(_LISTS, examples=EXAMPLES)
"""Not for use: its lists are examples. The terms bring their own."""
