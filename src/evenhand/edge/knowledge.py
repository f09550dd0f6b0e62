"""What the platform knows at an instant: the fact-checks and what people said of posts.

The store keeps when each thing became known; this answers "as of". Fact-checks are laid out anew
only when more of them are known than before. Fact-checks and confirmations are held in memory; what
else is stated of a post is read when the post is at hand. Others tell more meanwhile, and erase:
nothing is stored that was measured without it (`refuse_old`), and what is new is read (`catch_up`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from sqlalchemy import Connection, Engine

from evenhand.edge.matching import WITHOUT_MODEL, Matching
from evenhand.edge.signals.stated import CONFIRMED
from evenhand.edge.store.batches import Overtaken
from evenhand.edge.store.database import reading
from evenhand.edge.store.known import (
    Known,
    Statement,
    confirmation_of,
    statements_about,
    texts_of,
    told_confirmations,
    told_fact_checks,
)
from evenhand.edge.store.told import Mark, concerns, mark_of
from evenhand.factcheck.confirming import Confirmation
from evenhand.factcheck.contradicting import bringing_down, contradictions, unsettled
from evenhand.factcheck.copies import copy_key
from evenhand.factcheck.match import Laid, Matcher, reworded, standing
from evenhand.model.factcheck import FactCheck, Match, Search
from evenhand.model.post import Post, PostId
from evenhand.model.signal import Reported

T = TypeVar("T")


class Knowledge:
    """All that was told to the platform, readable as of any instant."""

    def __init__(self, engine: Engine, matching: Matching = WITHOUT_MODEL) -> None:
        """Load what is held; `matching` is what posts and fact-checks are compared by."""
        self.engine, self.matching = engine, matching
        self._mark, self.behind = Mark(), False
        # In the order in which they became known: what is known at an instant is a beginning.
        self._checks, self._checks_known = list[FactCheck](), list[datetime]()
        self._said, self._said_known = list[Confirmation](), list[datetime]()
        # Of the words those that were heard here: the store has them, or nobody said them.
        self._own: list[Confirmation] = []
        self._about: dict[PostId, list[Known]] = {}
        self._laid: tuple[int, Laid] | None = None
        # What is said of all copies reaches them by the text of its post, while that is here.
        self._alike: dict[PostId, str | None] = {}
        # The posts that are to come, and those of them that came with the batch at hand.
        self._awaited, self._came = set[PostId](), set[PostId]()
        self._matcher: tuple[tuple[int, int], Matcher] | None = None
        self._searches: dict[int, Search] = {}
        self._gone: tuple[int, Mapping[str, FactCheck]] | None = None
        self._against: tuple[int, Mapping[str, tuple[FactCheck, ...]]] | None = None
        self._reworded: tuple[int, frozenset[str]] | None = None
        self.catch_up()

    def catch_up(self) -> None:
        """Read what was told, or erased, since it was read last; where nothing was, one query."""
        with reading(self.engine) as connection:
            now = mark_of(connection)
            if now == self._mark and not self._own and not self._came:
                return
            erased = now.emptied != self._mark.emptied
            new_checks = list(told_fact_checks(connection, since=self._mark.check))
            new_words = told_confirmations(
                connection, since=0 if erased else self._mark.statement)
        self._forget_words(self._own)
        self._own = []
        if erased:
            # Nothing of an erased post is held on to, its text's digest least of all.
            self._said, self._said_known, self._alike, self._awaited = [], [], {}, set()
        if new_checks:
            self._searches = {}
        for known in new_checks:
            assert isinstance(known.what, FactCheck), "these are fact-checks"
            if not _put(known.what, known.known_at, self._checks, self._checks_known):
                # What is known at an instant is no longer the beginning that it was.
                self._laid = self._gone = self._against = self._reworded = None
        said = [confirmation_of(k.what) for k in new_words if isinstance(k.what, Statement)]
        for word, known in zip(said, new_words, strict=True):
            _put(word, known.known_at, self._said, self._said_known)
        # What came with a batch that was not stored has still to come.
        self._read_texts(said, also=self._came)
        self._came, self._matcher = set(), None
        self._mark, self.behind = now, False

    def refuse_old(self, connection: Connection, at: datetime,
                   posts: Callable[[], Collection[PostId]]) -> None:
        """Refuse to store what was measured by an instant without all that was known by then.

        To be called in the transaction that stores it, before anything is told in that. Raises
        `Overtaken`; what became known only later leaves us `behind`, and decided nothing yet.
        """
        now = mark_of(connection)
        if now == self._mark:
            return
        self.behind = True
        if now.emptied != self._mark.emptied or concerns(connection, self._mark, at, posts):
            raise Overtaken("another process told, or erased, what posts are measured by",
                            hint="nothing of this step was stored; what is left is measured again")

    def turn_to(self, posts: Callable[[], Iterable[PostId]]) -> None:
        """Read what was stated of these posts, which are named only where anything was stated."""
        self._about, self._came = defaultdict(list), set()
        if self._mark.statement:
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
                word = confirmation_of(statement)
                self._read_texts([word])
                _put(word, now, self._said, self._said_known)
                self._own.append(word)
                self._matcher = None

    def forget(self, said: Sequence[Statement]) -> None:
        """Let go of what was heard and came to nothing: it is not stored, so nobody said it."""
        words = [confirmation_of(one) for one in said if one.claim is not None]
        gone = [word for word in self._own if word in words]
        self._own = [word for word in self._own if word not in words]
        self._forget_words(gone)
        self._about, self._matcher = {}, None

    def _forget_words(self, words: Sequence[Confirmation]) -> None:
        for word in words:
            place = next(n for n, one in enumerate(self._said) if one is word)
            del self._said[place], self._said_known[place]

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

        What another publisher contradicts is put before a person, whatever key found it; so is
        what stands on a page where one was taken back.
        """
        found: list[tuple[Match, ...]] = []
        for known, group in groupby(posts, key=lambda each: self._known_at(each[1])):
            disputed = self._disputed(known[0])
            for part in self._parts([post for post, _ in group]):
                # Where there is nothing to compare with, nothing is loaded to compare by.
                matched = (self._matcher_of(known).match_all(part) if known[0]
                           else ((),) * len(part))
                found += (unsettled(matches, disputed) for matches in matched)
        return found

    def search(self, now: datetime) -> Search:
        """How those are looked for that speak to a post, among those known at an instant."""
        known = self._known_at(now)
        if known[0] not in self._searches:
            self._matcher_of(known)
        return self._searches[known[0]]

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

    def _disputed(self, checks: int) -> Collection[str]:
        against, again = self._contradicted(checks), self._reworded
        if again is None or again[0] != checks:
            again = self._reworded = (checks, reworded(self._checks[:checks]))
        return bringing_down(against) | again[1]

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
            self._searches[known[0]] = replace(self._matcher[1].search, told=self._mark.check)
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

    def _read_texts(self, words: Sequence[Confirmation],
                    also: Collection[PostId] = frozenset()) -> None:
        """Read the texts of the posts of which something is said that is said of all copies."""
        asked = {word.post for word in words if word.scope == "all copies" and word.of is None}
        asked.update(also)
        found = texts_of(self.engine, asked) if asked else {}
        for name in asked:
            self._alike.pop(name, None)
        self._alike |= {name: copy_key(post) for name, post in found.items()}
        self._awaited = (self._awaited | asked) - found.keys()

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
                self._came.add(post.id)
                self._alike[post.id] = copy_key(post)
                self._matcher = None
        yield posts[start:]


def _put(what: T, known_at: datetime, all_: list[T], instants: list[datetime]) -> bool:
    """Put what became known at an instant behind all that was known by then; whether it is last."""
    place = bisect_right(instants, known_at)
    all_.insert(place, what)
    instants.insert(place, known_at)
    return place == len(all_) - 1
