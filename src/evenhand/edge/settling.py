"""Measures posts at the edge and has them settled: signals, what is known, what is past.

The main job and the people at their desk come through here, so that a post is measured in one way
whoever asks. Nothing is stored here; what is settled goes to `case.carry`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from evenhand.case import RULE, Answering, Settled, settle
from evenhand.decide.question import NO_REVIEW, Review
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.matching import open_matching
from evenhand.edge.past import Pace, Past
from evenhand.edge.platform import Platform, Signals
from evenhand.edge.signals.signal import Silent, measure
from evenhand.edge.store.batches import Overtaken
from evenhand.edge.store.decided import Also
from evenhand.edge.store.known import Statement
from evenhand.edge.store.published import in_force_by
from evenhand.edge.store.told import any_erased
from evenhand.errors import EvenhandError
from evenhand.model.decision import Cause, Decider
from evenhand.model.factcheck import Match
from evenhand.model.post import Post, PostId
from evenhand.model.signal import Dossier
from evenhand.terms.applies import governing


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One post to settle for one cause, by a rule or by a person.

    `said` is what the person states of the post with it: not stored yet, and known all the same.
    """

    post: Post
    now: datetime
    cause: Cause
    decider: Decider = RULE
    review: Review = NO_REVIEW
    said: tuple[Statement, ...] = ()
    answering: Answering | None = None


Seen = Callable[[Settled, Iterable[Silent]], None]


class Settling:
    """The signals, the knowledge and the past of one platform, kept up as posts are settled."""

    batch = 500
    """Posts stored in one transaction and sealed under one signed head."""

    def __init__(self, platform: Platform) -> None:
        """Load what every post needs; a platform without published terms is refused."""
        if not platform.versions:
            raise EvenhandError("no terms are published, so nothing could be a ground",
                                where=str(platform.config.file),
                                hint=f"`evenhand publish -c {platform.config.file}` publishes them")
        self.platform = platform
        self.signals = Signals(platform.config.sealed, platform.config.brought)
        self.knowledge = Knowledge(platform.engine, open_matching(platform.config))
        self.past = Past(platform.store, platform.versions)
        self._read = frozenset(terms.digest for terms in platform.versions)

    def settle(self, work: Sequence[Work], *, stored: Sequence[PostId],
               seen: Seen | None = None) -> list[Settled]:
        """Measure and decide, in the order of the instants; `seen` is called with each.

        `stored` are those of the posts that the store holds. Posts whose decision was erased are
        left out: nobody knows any more what it did, so nothing is added to it.
        """
        self.past.turn_to([((one.post.id.platform, one.post.author.id), one.post.made_at)
                           for one in work], work[0].now, stored=stored)
        work = [one for one in work if one.post.id not in self.past.erased]
        self.knowledge.turn_to(lambda: [one.post.id for one in work])
        for one in work:
            self.knowledge.hear(one.said, one.now)
        found = self.knowledge.matches([(one.post, one.now) for one in work])
        return [self.settle_one(one, matches, seen=seen)
                for one, matches in zip(work, found, strict=True)]

    def storing(self, work: Sequence[Work], also: Also | None = None) -> Also:
        """What is to be stored with decisions about these stored posts, if nothing became known
        and none was erased meanwhile."""
        def store(connection: Connection) -> None:
            if any_erased(connection, posts):
                raise Overtaken("another process erased one of these posts meanwhile",
                                hint="nothing of this step was stored; the same command goes on")
            if also is not None:
                also(connection)

        posts = {one.post.id for one in work}
        return self.storing_of(max(one.now for one in work), lambda: posts, store)

    def storing_of(self, at: datetime, posts: Callable[[], Collection[PostId]],
                   also: Also | None = None) -> Also:
        """The same for posts that were measured by an instant."""
        def store(connection: Connection) -> None:
            self.knowledge.refuse_old(connection, at, posts)
            self._refuse_unread(connection, at)
            self.past.refuse_overtaken()
            if also is not None:
                also(connection)
        return store

    def _refuse_unread(self, connection: Connection, at: datetime) -> None:
        """Refuse what was measured by an instant at which terms were in force that were published
        after these here were read: some posts would be held against what governs them no more."""
        new = in_force_by(connection, at) - self._read
        if new:
            raise EvenhandError(
                "terms were published meanwhile, and are in force: this goes on with them when it "
                "is started again", where=min(new),
                hint="nothing of this step was stored, and all before it is; the same command "
                "goes on where it was")

    def settle_one(self, one: Work, matches: tuple[Match, ...], *, pace: Pace | None = None,
                   seen: Seen | None = None) -> Settled:
        """Measure and decide one of the posts at hand, to which these fact-checks speak."""
        platform = self.platform
        law = governing(platform.versions, made_at=one.post.made_at, now=one.now)
        measured = measure(self.signals.for_terms(law.terms), one.post,
                           self.past.history(one.post, pace=pace))
        standing = self.past.standing(one.post.id, law.terms, one.now)
        # What the decision before knew of and stands no more is part of what is known now.
        before = standing.decision.dossier.matches if standing.decision is not None else None
        dossier = Dossier(
            reported=(*measured.reported, *self.signals.fitting(
                law.terms, self.knowledge.reported(one.post.id, one.now))),
            matches=matches, search=self.knowledge.search(one.now), spans=measured.spans,
            withdrawn=self.knowledge.withdrawn(
                [match.fact_check.key for match in before or ()], one.now))
        done = settle(
            one.post, dossier=dossier, versions=platform.versions, cause=one.cause,
            standing=standing,
            platform=platform.config.name, now=one.now, clock=platform.clock.kind,
            fresh_key=platform.fresh_key, decider=one.decider, review=one.review,
            answering=one.answering)
        self.past.note(done)
        if seen is not None:
            seen(done, (*measured.silent, *self.signals.silent(law.terms)))
        return done
