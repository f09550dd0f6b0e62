"""Finds what the words of a command line mean: a post, a decision, a time, a fact's value, a text.

What means nothing, or several things, is refused with what to write instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from evenhand.edge.intake.times import read_time
from evenhand.edge.platform import Platform
from evenhand.edge.signals.admit import show
from evenhand.edge.signals.values import plain_value
from evenhand.edge.store.matters import matters_about
from evenhand.errors import EvenhandError
from evenhand.model.decision import Decision
from evenhand.model.post import Post, PostId
from evenhand.reasons.plain import LONGEST_QUOTE
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.vocabulary import Fact

LONGEST_TEXT = 4 << 20
"""Bytes of a text that is read from a file or from standard input."""


def post_or_decision(platform: Platform, what: str) -> tuple[Post, str | None]:
    """The post meant, and the decision where one was named by its first digits."""
    store = platform.store
    found = store.find_posts(what)
    if not found and ":" in what:
        # An id may hold colons and an at sign of its own: at://..., user@host.
        platform_id, _, native = what.partition(":")
        found = store.find_posts(native) if platform_id == platform.config.platform else ()
        named = PostId.parse(what)
        post = store.post(named)
        if post is not None:
            return post, None
        if not found:
            _refuse_erased(platform, named)
            raise EvenhandError(f"there is no post {named}", hint="name it platform:id@version; "
                                "`evenhand run` takes posts in")
    if len(found) == 1:
        post = store.post(found[0])
        if post is None:
            _refuse_erased(platform, found[0])
        assert post is not None, "a post that was found is stored, or was erased"
        return post, None
    if len(found) > 1:
        raise EvenhandError(f"`{what}` names several posts", hint="write one of: "
                            + ", ".join(map(str, found)))
    decisions = store.find_decisions(what.lower()) if len(what) >= 4 else ()
    if len(decisions) == 1:
        record = store.record(decisions[0])
        assert record is not None, "a decision that was found is stored"
        return record[0].post, decisions[0]
    raise EvenhandError(
        f"`{what}` names {'several decisions' if decisions else 'no post and no decision'}",
        hint="give more digits of the decision's id" if decisions else
        "write a post as platform:id, or at least 4 digits of a decision's id")


def post_meant(platform: Platform, what: str) -> PostId:
    """The post of this name, in full or by its id alone."""
    post, decision = post_or_decision(platform, what)
    if decision is not None:
        raise EvenhandError(f"`{what}` is a decision, not a post",
                            hint=f"name the post: {post.id}")
    return post.id


def appeal_meant(platform: Platform, what: str) -> str:
    """The first digits of an appeal, as they are, or of the one open appeal about a post."""
    posts = platform.store.find_posts(what.partition(":")[2] or what)
    if re.fullmatch(r"[0-9a-f]{4,64}", what.lower()) is not None and not posts:
        return what.lower()
    post = post_meant(platform, what)
    found = [m for m in matters_about(platform.engine, [post], kinds=("appeal",)) if m.open]
    if len(found) == 1:
        return found[0].id
    raise EvenhandError(
        f"{'several open appeals are' if found else 'no open appeal is'} about `{post}`",
        hint="name one of them: " + ", ".join(m.id[:16] for m in found) if found else
        "`evenhand queue` lists the appeals that are open")


def decision_meant(platform: Platform, prefix: str) -> str:
    """The decision whose id begins so, or the one that stands about the post of this name."""
    digits = prefix.lower()
    hexadecimal = re.fullmatch(r"[0-9a-f]{4,64}", digits) is not None
    found = platform.store.find_decisions(digits) if hexadecimal else ()
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise EvenhandError(f"`{prefix}` names several decisions",
                            hint="give more digits of its id")
    try:
        post = post_meant(platform, prefix)
    except EvenhandError as refused:
        if "was erased" in refused.what:
            raise
        raise EvenhandError(f"`{prefix}` names no decision, and no post", hint="write at least 4 "
                            "digits of its id, as the letter, `evenhand show` or `evenhand queue` "
                            "gives it, or name the post") from None
    standing = platform.store.standing([post]).get(post)
    if not isinstance(standing, Decision):
        raise EvenhandError(f"no decision stands about `{post}`",
                            hint="`evenhand show` tells what became of it")
    return standing.id


def _refuse_erased(platform: Platform, post: PostId) -> None:
    if platform.store.known_posts([post]):
        raise EvenhandError(f"the post `{post}` was erased",
                            hint="what the log holds of it stays; nobody can read more of it")


def instant_meant(text: str, option: str) -> datetime:
    """The instant (UTC) that the value of an option names."""
    try:
        return read_time(text)
    except EvenhandError as wrong:
        raise EvenhandError(wrong.what, where=option, hint=wrong.hint) from None


def text_meant(text: str, option: str) -> str:
    """The words of an option; of `-` those on standard input."""
    return text if text != "-" else _decoded(sys.stdin.buffer.read(LONGEST_TEXT + 1), option)


def reasons_meant(text: str, option: str = "--because") -> str:
    """The reasons that somebody gives: those who are told them get them whole, or nobody does.

    Refused before anything is done by them.
    """
    words = text_meant(text, option)
    if len(words) > LONGEST_QUOTE:
        raise EvenhandError(f"the reasons have {len(words):,} characters, and "
                            f"{LONGEST_QUOTE:,} are the most", where=option,
                            hint="say the essential, and name where the rest lies")
    return words


def text_in(name: str, option: str) -> str:
    """The text in a file; of `-` that on standard input."""
    if name == "-":
        return text_meant("-", option)
    try:
        with Path(name).open("rb") as file:
            return _decoded(file.read(LONGEST_TEXT + 1), f"{option} {name}")
    except (OSError, ValueError) as refused:
        why = refused.strerror if isinstance(refused, OSError) else "no file has such a name"
        raise EvenhandError(f"the text cannot be read: {why}", where=f"{option} {name}",
                            hint="name a file, or write `-` for standard input") from None


def _decoded(data: bytes, where: str) -> str:
    if len(data) > LONGEST_TEXT:
        raise EvenhandError(f"the text is larger than {LONGEST_TEXT >> 20} MiB", where=where,
                            hint="say the essential, and name where the rest lies")
    try:
        return data.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as wrong:
        raise EvenhandError(f"the text is not UTF-8: byte {wrong.start} cannot be read",
                            where=where, hint="write it as UTF-8") from None


def parted(text: str, option: str, example: str) -> tuple[str, str]:
    """`NAME=VALUE` in its two parts."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise EvenhandError(f"{show(text)} is not NAME=VALUE", where=option,
                            hint=f"write {option} {example}")
    return name.strip(), value


def fact_stated(text: str, facts: Mapping[str, Fact]) -> tuple[Fact, object]:
    """`NAME=VALUE` as the fact meant, and its value as JSON would write it."""
    name, value = parted(text, "--fact", "post.stance=asserts")
    fact = facts.get(name)
    if fact is None and name.startswith("hits."):
        raise EvenhandError(f"{show(name)} is what the text signal finds in the post: nobody "
                            "states it", where="--fact", hint="where its list finds what it does "
                            "not mean, --set-aside the clause, with reasons")
    if fact is None:
        raise EvenhandError(f"{show(name)} is not a declared fact", where="--fact",
                            hint=suggest(name[:80], facts) or "name one that a clause names: "
                            "`evenhand show` tells which are missing")
    return fact, plain_value(fact, value)
