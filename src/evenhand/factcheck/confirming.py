"""What people confirmed and denied: that a fact-check speaks to one post, or to all its copies.

Of the words that reach a post one counts for each fact-check. A word on this very post alone stands
above words on all copies, until somebody says another of that post. Of words on all copies the last
counts, of whichever copy it was said: so whoever looks at one copy can contradict them for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from evenhand.factcheck.copies import copy_key
from evenhand.model.factcheck import ConfirmedFor, FactCheck, Match
from evenhand.model.post import Post, PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person's word on one pair: does this fact-check speak to this version of this post?

    `fact_check` is a FactCheck's key, `by` a person's id, `at` aware. `scope` says whether it is
    said of this post, or of all its copies; `alike` is then the post's `copy_key`, None where its
    text is not known. `of` is the post of which it was said, where that one was erased and the word
    was kept for this copy of it.
    """

    post: PostId
    fact_check: str
    confirmed: bool
    by: str
    at: datetime
    scope: ConfirmedFor = "this post"
    alike: str | None = None
    of: PostId | None = None


class Said:
    """The words of people, each found by the posts that it reaches."""

    __slots__ = ("_about", "_copies", "words")

    def __init__(self, confirmations: Iterable[Confirmation], *, in_order: bool = False) -> None:
        """`in_order` says that they are given in the order in which they were heard; else the one
        dated last is the last, and at one instant the no: what two people dispute is not confirmed.
        """
        heard = list(confirmations)
        if not in_order:
            heard.sort(key=lambda c: (c.at, not c.confirmed, c.by))
        pairs = {(said.post, said.fact_check): said for said in heard}
        copies = {(said.alike, said.fact_check): said for said in heard
                  if said.scope == "all copies" and said.alike is not None}
        self.words = tuple(said for _, said in sorted(pairs.items()))
        self._about: dict[PostId, dict[str, Confirmation]] = {}
        for said in self.words:
            self._about.setdefault(said.post, {})[said.fact_check] = said
        self._copies: dict[str | None, dict[str, Confirmation]] = {}
        for (alike, key), said in sorted(copies.items(), key=lambda item: item[0][1]):
            self._copies.setdefault(alike, {})[key] = said

    def of(self, post: Post) -> Mapping[str, Confirmation]:
        """Fact-check's key -> the word that counts for this post, in the order of the keys."""
        own = self._about.get(post.id, {})
        if not self._copies:
            return own
        found = dict(own)
        for key, said in self._copies.get(copy_key(post), {}).items():
            if key not in own or own[key].scope == "all copies":
                found[key] = said
        return dict(sorted(found.items()))

    def matches(self, post: Post, checks: Mapping[str, FactCheck]) -> dict[str, Match]:
        """Key -> the match that a person's word makes, of the fact-checks in `checks`."""
        return {key: _match(post, said, checks[key])
                for key, said in self.of(post).items() if key in checks}

    def unknown(self, keys: Collection[str]) -> tuple[Confirmation, ...]:
        """The words on fact-checks that are none of these."""
        return tuple(said for said in self.words if said.fact_check not in keys)

    @property
    def named(self) -> list[list[object]]:
        """All that an answer depends on, for a digest."""
        copied = [said for alike in self._copies.values() for said in alike.values()]
        return [[str(said.post), said.fact_check, said.confirmed, said.by, said.at.isoformat(),
                 said.scope, said.alike, said.of and str(said.of)]
                for said in (*self.words, *copied)]


def _match(post: Post, said: Confirmation, check: FactCheck) -> Match:
    of = said.of or (said.post if said.post != post.id else None)
    return Match(fact_check=check, by="confirmed pair" if of is None else "confirmed copy",
                 confirmed=said.confirmed, confirmed_by=said.by, confirmed_at=said.at,
                 confirmed_of=of)
