"""When one post is a copy of another: the same words in the same order, and nothing else.

A person's word on a post may be said of all its copies, so nothing that could change what a post
says may differ: no word, number, name, sign, emoji, hashtag or question mark, no pause between
words, no address, no file, and no post that it answers. A share of words in common would let “not”
pass, and no list names every word that turns a sentence round. What may differ carries no meaning
of its own: capitals, which mark makes a pause, handles that a post is addressed to, a leading `RT`,
a signature, and words that only call for attention, such as “BREAKING:” or “Please share!”, where
they stand apart.

>>> from datetime import UTC, datetime
>>> from evenhand.model.post import Account, Post, PostId
>>> def post(text, **more):
...     return Post(id=PostId.parse("agora:1"), author=Account(platform="agora", id="7"),
...                 text=text, made_at=datetime(2020, 5, 27, tzinfo=UTC), **more)
>>> said = copy_key(post("Every voter is sent two ballots!"))
>>> said == copy_key(post("BREAKING: “EVERY voter is sent two ballots”. Please share!"))
True
>>> others = ["Every voter is not sent two ballots!", "Every voter is sent three ballots!",
...           "Every voter is sent two ballots?", "No. Every voter is sent two ballots!"]
>>> any(copy_key(post(text)) == said for text in others)
False

Copies of one post are copies of one another, so a table of keys finds them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import regex

from evenhand.factcheck.address import same_page
from evenhand.factcheck.words import length_in_words, parted, unsigned, whole
from evenhand.model.post import Post

LEAST_WORDS = 6
"""Shorter texts are the same by accident: they have no copies."""

_ADDRESSED = regex.compile(r"^\s*(?:RT\b(?=\s+@)\s*)?(?:@[\p{L}\p{N}_.]+:?\s*)*")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"})
_LINE_END = regex.compile(r"[\r\n\u2028\u2029]+")
_DASH = "-−–—‐‒―"
# A dash before a number may be its minus, and a full stop its decimal point.
_PARTS = regex.compile(
    rf"(?P<number>(?:(?<![\p{{L}}\p{{M}}\p{{N}}])[{_DASH}+]\s*+)?(?:(?<![\p{{L}}\p{{N}}.,])[.,])?"
    rf"\p{{N}}+(?:[{_DASH}.,:/]\p{{N}}+)*)"
    r"|(?P<word>[\p{L}\p{M}\p{N}]+(?:['-][\p{L}\p{M}\p{N}]+)*)"
    r"|(?P<asks>[?؟⁇‽⸮՞፧\u037e])"
    r"|(?P<pause>[.,:;!'\"“”„«»‹›()\[\]{}—–|،؛。、！…・「」-])"
    r"|(?P<sign>[\p{S}\p{P}])")
_CALLS = frozenset("""
breaking; breaking news; just in; wow; omg; look; look at this; read; read this; must read; watch;
watch this; listen; share; share this; please share; pls share; please read; retweet;
please retweet; pls rt; rt; please rt; pass it on; spread the word; thread; alert; urgent; attention
eilmeldung; eil; achtung; wichtig; bitte teilen; teilen; bitte lesen; weiterleiten; dringend
última hora; urgente; atención; compartan; comparte; comparta; compartir; por favor compartan;
por favor compartir; difundan; difundir; pásalo; lean esto
à partager; partagez; merci de partager; partagez svp; faites tourner; à lire; attention; alerte
""".replace("\n", ";").replace("  ", " ").split(";"))
CALLS = frozenset(call.strip() for call in _CALLS) - {""}
"""Words that only call for attention, where nothing else stands with them."""


def copy_key(post: Post) -> str | None:
    """What all copies of a post share and no other post: 64 hex digits.

    None of a post that has no copies: under `LEAST_WORDS` words, or longer than `LONGEST`.
    """
    text, linked = parted(_LINE_END.sub(" . ", _ADDRESSED.sub("", whole(post.text))))
    parts = _parts(unsigned(text).translate(_ALIKE).casefold())
    if length_in_words(" ".join(parts)) < LEAST_WORDS:
        return None
    links = sorted({same_page(link) or link for link in (*post.links, *linked)})
    media = sorted({file.digest for file in post.media})
    said = json.dumps([" ".join(parts), links, media, post.reply_to])
    return hashlib.sha256(said.encode()).hexdigest()


_PAUSE = "|"
_MINUS = str.maketrans(dict.fromkeys(_DASH, "-"))


def _parts(text: str) -> Sequence[str]:
    """The words, signs, question marks and pauses of a text, without calls at its ends."""
    found: list[str] = []
    for m in _PARTS.finditer(text):
        part = {"pause": _PAUSE, "asks": "?"}.get(m.lastgroup or "", m[0])
        if m.lastgroup == "number":
            part = "".join(part.translate(_MINUS).split())
        if part in (_PAUSE, "?") and found and found[-1] in (_PAUSE, "?"):
            # “...”, “?!” and the quotation mark after a full stop are one pause or one question.
            found[-1] = "?" if "?" in (part, found[-1]) else _PAUSE
        else:
            found.append(part)
    groups: list[list[str]] = [[]]
    for part in found:
        groups[-1].append(part)
        if part == _PAUSE:
            groups.append([])
    while groups and _is_call(groups[0]):
        del groups[0]
    while groups and _is_call(groups[-1]):
        del groups[-1]
    kept = [part for group in groups for part in group]
    return kept[:-1] if kept and kept[-1] == _PAUSE else kept


def _is_call(group: Sequence[str]) -> bool:
    words = " ".join(part for part in group if part != _PAUSE)
    return not words or words in CALLS
