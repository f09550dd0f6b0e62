"""What the platform knows at an instant: the fact-checks and what people said of posts.

The store keeps when each thing became known; this answers "as of". Fact-checks are laid out anew
only when more of them are known than before. Fact-checks and confirmations are held in memory; what
else is stated of a post is read when the post is at hand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Engine

from evenhand.edge.matching import WITHOUT_MODEL, Matching
from evenhand.edge.signals.stated import CONFIRMED
from evenhand.edge.store.known import (
    Known,
    Statement,
    any_statement,
    load_confirmations,
    load_fact_checks,
    statements_about,
    texts_of,
)
from evenhand.factcheck.confirming import Confirmation
from evenhand.factcheck.contradicting import contradictions, unsettled
from evenhand.factcheck.copies import copy_key
from evenhand.factcheck.match import Laid, Matcher, standing
from evenhand.model.factcheck import FactCheck, Match
from evenhand.model.post import Post, PostId
from evenhand.model.signal import Reported


class Knowledge:
    """All that was told to the platform, readable as of any instant."""

    def __init__(self, engine: Engine, matching: Matching = WITHOUT_MODEL) -> None:
        """Load what is held; `matching` is what posts and fact-checks are compared by."""
        self.engine, self.matching = engine, matching
        # In the order in which they became known: what is known at an instant is a beginning.
        checks, confirmations = load_fact_checks(engine), load_confirmations(engine)
        self._checks = [k.what for k in checks if isinstance(k.what, FactCheck)]
        self._checks_known = [k.known_at for k in checks]
        self._said = [_confirmation(k.what) for k in confirmations
                      if isinstance(k.what, Statement)]
        self._said_known = [k.known_at for k in confirmations]
        self._stated = any_statement(engine)
        self._about: dict[PostId, list[Known]] = {}
        self._laid: tuple[int, Laid] | None = None
        # What is said of all copies reaches them by the text of its post, while that is here.
        self._alike: dict[PostId, str | None] = {}
        self._awaited: set[PostId] = set()
        self._read_texts(self._said)
        self._matcher: tuple[tuple[int, int], Matcher] | None = None
        self._gone: tuple[int, Mapping[str, FactCheck]] | None = None
        self._against: tuple[int, Mapping[str, tuple[FactCheck, ...]]] | None = None

    def turn_to(self, posts: Callable[[], Iterable[PostId]]) -> None:
        """Read what was stated of these posts, which are named only where anything was stated."""
        self._about = defaultdict(list)
        if self._stated:
            for known in statements_about(self.engine, posts()):
                assert isinstance(known.what, Statement), "a statement is about a post"
                self._about[known.what.post].append(known)

    @property
    def stated(self) -> Collection[PostId]:
        """Of the posts at hand those of which anything was stated."""
        return self._about.keys()

    def any_check(self, now: datetime) -> bool:
        """Whether any fact-check is known by an instant."""
        return self._known_at(now)[0] > 0

    def hear(self, said: Sequence[Statement], now: datetime) -> None:
        """Take in what is stated of posts at hand at this moment, before it is stored."""
        for statement in said:
            known = Known(what=statement, known_at=now, n=0)
            if statement.claim is None:
                self._about.setdefault(statement.post, []).append(known)
            else:
                place, word = bisect_right(self._said_known, now), _confirmation(statement)
                self._read_texts([word])
                self._said.insert(place, word)
                self._said_known.insert(place, now)
                self._matcher = None

    def forget(self, said: Sequence[Statement]) -> None:
        """Let go of what was heard and came to nothing: it is not stored, so nobody said it."""
        for statement in said:
            if statement.claim is not None and (word := _confirmation(statement)) in self._said:
                place = self._said.index(word)
                del self._said[place], self._said_known[place]
        self._about, self._matcher = {}, None

    def reported(self, post: PostId, now: datetime) -> tuple[Reported, ...]:
        """The facts that people and outside detectors stated, by an instant, of a post at hand.

        Each with the time at which it became known: what was heard last prevails, whatever day it
        gives itself. Of what people say at one instant of one fact the last counts alone; of
        detectors too.
        """
        last: dict[tuple[str, bool, datetime], Reported] = {}
        for known in self._about.get(post, ()):
            said = known.what
            if known.known_at <= now and isinstance(said, Statement) and said.fact != CONFIRMED:
                one = Reported(name=said.fact, value=said.value, observer=said.by,
                               at=known.known_at, suggested=said.suggested)
                last[one.name, one.automated, known.known_at] = one
        return tuple(last.values())

    def matches(self, posts: Sequence[tuple[Post, datetime]]) -> list[tuple[Match, ...]]:
        """The fact-checks that speak to each post, of those known at the instant beside it.

        What another publisher contradicts is put before a person, whatever key found it.
        """
        found: list[tuple[Match, ...]] = []
        for known, group in groupby(posts, key=lambda each: self._known_at(each[1])):
            against = self._contradicted(known[0])
            for part in self._parts([post for post, _ in group]):
                # Where there is nothing to compare with, nothing is loaded to compare by.
                matched = (self._matcher_of(known).match_all(part) if known[0]
                           else ((),) * len(part))
                found += (unsettled(matches, against) for matches in matched)
        return found

    def contradicted_by(self, keys: Collection[str], now: datetime) -> dict[str, set[str]]:
        """Key -> those of these fact-checks that contradict it, of all known by an instant."""
        found: dict[str, set[str]] = {}
        for key, against in self._contradicted(self._known_at(now)[0]).items():
            if by := {check.key for check in against if check.key in keys}:
                found[key] = by
        return found

    def _contradicted(self, checks: int) -> Mapping[str, tuple[FactCheck, ...]]:
        if self._against is None or self._against[0] != checks:
            self._against = (checks, contradictions(standing(self._checks[:checks])))
        return self._against[1]

    def withdrawn(self, keys: Collection[str], now: datetime) -> tuple[FactCheck, ...]:
        """Those of these fact-checks that stand no more by an instant, by their keys."""
        known = self._known_at(now)[0]
        if self._gone is None or self._gone[0] != known:
            last = {check.key: check for check in self._checks[:known]}
            self._gone = (known, {k: c for k, c in last.items() if c.withdrawn is not None})
        gone = self._gone[1]
        return tuple(gone[key] for key in sorted(set(keys) & gone.keys()))

    def sweeper(self, keys: Collection[str], now: datetime) -> Matcher:
        """A matcher that finds only these fact-checks, among all that is known by an instant."""
        return self._build(self._known_at(now), only=keys)

    def _known_at(self, now: datetime) -> tuple[int, int]:
        """How many fact-checks and how many confirmations are known at an instant."""
        return bisect_right(self._checks_known, now), bisect_right(self._said_known, now)

    def _matcher_of(self, known: tuple[int, int]) -> Matcher:
        if self._matcher is None or self._matcher[0] != known:
            self._matcher = (known, self._build(known))
        return self._matcher[1]

    def _build(self, known: tuple[int, int], only: Collection[str] | None = None) -> Matcher:
        checks, said = known
        return Matcher(self._lay(checks), self._heard(said), in_order=True, only=only)

    def laid(self, now: datetime) -> Laid:
        """The fact-checks that are known by an instant, laid out."""
        return self._lay(self._known_at(now)[0])

    def _lay(self, checks: int) -> Laid:
        if self._laid is None or self._laid[0] != checks:
            self._laid = (checks, Laid(standing(self._checks[:checks]), self.matching.means,
                                       vectors=self.matching.vectors))
        return self._laid[1]

    def _heard(self, said: int) -> list[Confirmation]:
        """The first of the words of people, in the order of hearing, with what copies share."""
        return [word if word.scope == "this post" or word.of is not None else
                replace(word, alike=self._alike.get(word.post)) for word in self._said[:said]]

    def copies_meant(self, said: Iterable[Statement]) -> frozenset[str]:
        """What the copies share that these statements are said of, where their posts are here."""
        return frozenset(alike for one in said if one.scope == "all copies" and one.of is None
                         and (alike := self._alike.get(one.post)) is not None)

    def _read_texts(self, words: Sequence[Confirmation]) -> None:
        """Read the texts of the posts of which something is said that is said of all copies."""
        asked = {word.post for word in words if word.scope == "all copies" and word.of is None}
        found = texts_of(self.engine, asked) if asked else {}
        self._alike |= {name: copy_key(post) for name, post in found.items()}
        self._awaited |= asked - found.keys()

    def _parts(self, posts: Sequence[Post]) -> Iterator[Sequence[Post]]:
        """The posts in their order, parted after each of whose copies something was said before it
        came in: its copies are told by it from then on, however the posts lie in batches."""
        if not self._awaited:
            yield posts
            return
        start = 0
        for end, post in enumerate(posts, 1):
            if post.id in self._awaited:
                yield posts[start:end]
                start = end
                self._awaited.discard(post.id)
                self._alike[post.id] = copy_key(post)
                self._matcher = None
        yield posts[start:]


def _confirmation(said: Statement) -> Confirmation:
    assert said.claim is not None, "a confirmation names a fact-check"
    return Confirmation(post=said.post, fact_check=said.claim, confirmed=bool(said.value),
                        by=said.by, at=said.at, scope=said.scope, of=said.of)
