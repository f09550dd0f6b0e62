"""Facts that can be read off the post itself, without judging a word of it.

>>> from evenhand.edge.signals.signal import NO_HISTORY
>>> measured = SIGNAL.report(EXAMPLES[0].post, NO_HISTORY)
>>> {one.name: one.value for one in measured.reported}["post.hashtags"]
2
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import regex

from evenhand.edge.posts import Posts
from evenhand.edge.signals.many import MeasuredAll, admitted_all
from evenhand.edge.signals.signal import Example, History, Measured, said
from evenhand.model.post import Account, Media, Post, PostId
from evenhand.model.signal import Reported
from evenhand.rulebook.vocabulary import (
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Fact,
    Type,
    Value,
)

NAME, VERSION = "post_facts", "1"
OBSERVER = f"{NAME}@{VERSION}"

FEWEST_CASED_LETTERS = 10
"""Below this the share of capitals says nothing: "OK" is not shouting."""

# An e-mail address is no mention, and `@user@host` is one; `&#128514;` is no hashtag, nor is `#1`.
MENTION = regex.compile(r"(?<![\p{L}\p{M}\p{N}_@/.])@[\p{L}\p{M}\p{N}_]+(?:@[\p{L}\p{N}.-]+)?")
HASHTAG = regex.compile(r"(?<![\p{L}\p{M}\p{N}_&/])[#＃](?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]+")

_BEYOND_ASCII = re.compile(r"[^\x00-\x7F]")
_CAPITALS, _SMALL = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_BETWEEN = b"\xff"
"""Stands between texts, and in none."""
_NO_CAPITALS = bytes({*range(0xFF)} - {*_CAPITALS})
_WITHOUT_CASE = bytes({*range(0xFF)} - {*_CAPITALS, *_SMALL})
_TOGETHER = 256


def _declare(name: str, type_: Type, meaning: str, low: float | None = None,
             high: float | None = None) -> Fact:
    return Fact(name=name, type=type_, meaning=meaning, observer="the post itself",
                audience="author", reported_by=OBSERVER, low=low, high=high)


FACTS = (
    _declare("post.length", INTEGER, "length of the text in Unicode code points", low=0),
    _declare("post.language", TEXT, "BCP 47 tag of the language, as the platform gave it"),
    _declare("post.links", INTEGER, "how many addresses the post links to", low=0),
    _declare("post.media", INTEGER, "how many images, videos and audio files it has", low=0),
    _declare("post.has_alt_text", TRUTH, "every file in it has a description in words; missing "
             "where there is no file"),
    _declare("post.is_reply", TRUTH, "it answers another post"),
    _declare("post.made", INSTANT, "when this version was made; where the platform did not say, "
             "when it arrived"),
    _declare("post.shouting", NUMBER, "share of capitals among its letters that have case; missing "
             f"below {FEWEST_CASED_LETTERS} such letters", low=0, high=1),
    _declare("post.mentions", INTEGER, "how many accounts it mentions (@name)", low=0),
    _declare("post.hashtags", INTEGER, "how many hashtags it has (#word)", low=0),
)


def shouting(text: str) -> float | None:
    """Share of capitals among cased letters, or None below `FEWEST_CASED_LETTERS` of them."""
    # The letters of ASCII are counted at once, which most posts hold nothing else than.
    ascii_ = text.encode("ascii", "ignore")
    others = () if len(ascii_) == len(text) else _BEYOND_ASCII.findall(text)
    capitals = len(ascii_) - len(ascii_.translate(None, _CAPITALS)) + sum(map(str.isupper, others))
    small = len(ascii_) - len(ascii_.translate(None, _SMALL)) + sum(map(str.islower, others))
    cased = capitals + small
    return capitals / cased if cased >= FEWEST_CASED_LETTERS else None


def shouting_of_all(texts: Sequence[str]) -> list[float | None]:
    """`shouting` of each text; the letters of ASCII are counted for many texts at once."""
    shares: list[float | None] = []
    for start in range(0, len(texts), _TOGETHER):
        joined = _BETWEEN.join([one.encode("ascii", "ignore") for one in
                                texts[start:start + _TOGETHER]])
        capitals = map(len, joined.translate(None, _NO_CAPITALS).split(_BETWEEN))
        cased = map(len, joined.translate(None, _WITHOUT_CASE).split(_BETWEEN))
        shares += [n / of if of >= FEWEST_CASED_LETTERS else None
                   for n, of in zip(capitals, cased, strict=True)]
    for i, text in enumerate(texts):
        if not text.isascii():
            shares[i] = shouting(text)
    return shares


def _example(title: str, text: str, facts: dict[str, Value], missing: tuple[str, ...] = (),
             **of_post: object) -> Example:
    post = Post(id=PostId(platform="agora", native="1"), text=text,
                author=Account(platform="agora", id="ada"),
                made_at=datetime(2020, 5, 26, 12, 17, tzinfo=UTC),
                **of_post)  # type: ignore[arg-type]
    return Example(title=title, post=post, facts=facts, missing=missing)


_CAT = Media(kind="image", digest="sha256:" + "0" * 64, alt="a cat on a ballot box")
_UNDESCRIBED = Media(kind="image", digest="sha256:" + "1" * 64)

EXAMPLES = (
    _example("hashtags and mentions are counted, addresses and numbers are not",
             "@ada @bo@agora.example see mail@agora.example, we are #1 in #voting #हिन्दी &#128514;",
             {"post.mentions": 2, "post.hashtags": 2, "post.is_reply": False}),
    _example("length is in code points, so that every script counts alike", "नमस्ते 👩‍🚀",
             {"post.length": 10, "post.language": "hi"}, language="hi"),
    _example("a language that nobody gave is missing", "hello", {"post.length": 5},
             missing=("post.language", "post.shouting", "post.has_alt_text")),
    _example("capitals are a share of the letters that have case", "STOP THE count now",
             {"post.shouting": 7 / 15}),
    _example("a script without case cannot shout", "これは大声ではありません。本当です。", {},
             missing=("post.shouting",)),
    _example("one file without a description, and not every file has one", "look",
             {"post.media": 2, "post.has_alt_text": False}, media=(_CAT, _UNDESCRIBED)),
    _example("every file is described", "look", {"post.media": 1, "post.has_alt_text": True},
             media=(_CAT,)),
    _example("a reply with a link, and its time", "see this",
             {"post.is_reply": True, "post.links": 1,
              "post.made": datetime(2020, 5, 26, 12, 17, tzinfo=UTC)},
             reply_to="17", links=("https://agora.example/facts",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """Length, language, links, media, time and manner of a post."""

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...] = FACTS
    examples: tuple[Example, ...] = EXAMPLES

    def report(self, post: Post, history: History) -> Measured:
        """Report what the post itself shows; history is not looked at."""
        text = post.text
        values: dict[str, Value | None] = {
            "post.length": len(text),
            "post.language": post.language,
            "post.links": len(post.links),
            "post.media": len(post.media),
            "post.has_alt_text": all(m.alt for m in post.media) if post.media else None,
            "post.is_reply": post.reply_to is not None,
            "post.made": post.made_at,
            "post.shouting": shouting(text),
            "post.mentions": len(MENTION.findall(text)) if "@" in text else 0,
            "post.hashtags": len(HASHTAG.findall(text)) if "#" in text or "＃" in text else 0,
        }
        return Measured(reported=tuple([
            # Each post has a time of its own; the other values are those of many.
            Reported(name=name, value=value, observer=OBSERVER) if name == "post.made"
            else said(name, value, OBSERVER)
            for name, value in values.items() if value is not None]))

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The same of a batch."""
        texts = posts.texts
        return admitted_all(FACTS, (
            list(map(len, texts)), posts.languages, list(map(len, posts.links)),
            list(map(len, posts.media)),
            [all(m.alt for m in media) if media else None for media in posts.media],
            [one is not None for one in posts.replies_to], posts.made_at,
            shouting_of_all(texts),
            [len(MENTION.findall(text)) if "@" in text else 0 for text in texts],
            [len(HASHTAG.findall(text)) if "#" in text or "＃" in text else 0 for text in texts]))


SIGNAL = PostFacts()
