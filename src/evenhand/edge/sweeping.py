"""Looks again at the posts that something concerns which became known after they were measured.

Fact-checks and what people state, reports, orders, what was withdrawn, what is reversed, strikes
that fell: each is looked at in the order in which it became known, and marked once every post has
been. A crash before that looks again for the same causes, and finds what is done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from evenhand.case import RULE, Settled
from evenhand.decide.question import NO_REVIEW, Review
from evenhand.edge.answering import keep_answers
from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.settling import Settling, Work
from evenhand.edge.store.batches import Overtaken
from evenhand.edge.store.counted import Author
from evenhand.edge.store.database import transaction
from evenhand.edge.store.decided import Also
from evenhand.edge.store.fallen import fallen, looked_at, next_fallen, resting
from evenhand.edge.store.known import Known, Statement, changes_at, mark_swept, next_change
from evenhand.edge.store.matters import (
    Matter,
    mark_matter_swept,
    matters_about,
    next_matter,
    unswept,
)
from evenhand.factcheck.copies import copy_key
from evenhand.model.decision import (
    Cause,
    CauseKind,
    Decider,
    Decision,
    SetAside,
    SetAsideBecause,
)
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import Post, PostId
from evenhand.record.canonical import canonical, digest
from evenhand.record.kinds import ReversalRecord, WithdrawalRecord

SWEPT_AT_ONCE = 5000

AN_INSTANT = timedelta(microseconds=1)

STRIKES = "account.strikes"
"""The fact about an account that what becomes of its other posts changes."""

NONE: Mapping[Post, Review] = {}

Carry = Callable[[Sequence[Work], Sequence[PostId], Callable[[Sequence[Settled]], Also] | None],
                 int]
"""Settles, stores, seals and delivers a batch of posts that the store holds; returns how many."""


class Sweep:
    """Everything that became known and that posts have still to be looked at for."""

    def __init__(self, settling: Settling, carry: Carry) -> None:
        """`carry` is the path of a batch, which its owner counts."""
        self.settling, self.carry = settling, carry
        self.platform = settling.platform
        self.engine = settling.platform.engine
        self.look()

    def look(self) -> None:
        """Learn what others told, and ask the store when the next thing became known."""
        self.settling.knowledge.catch_up()
        known = (next_change(self.engine), next_matter(self.engine), next_fallen(self.engine))
        self.next = min((at for at in known if at is not None), default=None)

    def until(self, now: datetime | None) -> None:
        """Look again, in order, at the posts that what became known concerns; None: all of it."""
        while self.next is not None and (now is None or self.next <= now):
            at = self.platform.clock.at(self.next)
            # Some at a time. A crash before they are marked sweeps the same ones for the same
            # causes again, and finds them measured.
            while changes := changes_at(self.engine, self.next):
                # Whatever of it another process told just now: none is marked that was not seen.
                self.settling.knowledge.catch_up()
                self._changes(changes, at)
                mark_swept(self.engine, changes, at)
            for matter in unswept(self.engine):
                if matter.known_at <= self.next:
                    self._matter(matter, at)
            for author, decisions in fallen(self.engine, self.next).items():
                self._fallen(author, decisions, at)
            self.look()

    def _changes(self, changes: Sequence[Known], now: datetime) -> None:
        checks = {c.what.key: c for c in changes if isinstance(c.what, FactCheck)}
        said: Mapping[PostId, list[Statement]] = defaultdict(list)
        for change in changes:
            if isinstance(change.what, Statement):
                said[change.what.post].append(change.what)
        store = self.platform.store
        # What a fact-check spoke to before it changed is looked at as well: it may have to come
        # down.
        before = store.matched(checks)
        # So is what it contradicts, or contradicted: a person has to settle it, or no more.
        for post, keys in self._contradicted(checks, now).items():
            before[post] = before.get(post, set()) | keys
        sweeper = None
        # All that are stored were measured by now, also those dated ahead of the clock.
        for posts in store.posts(at_once=SWEPT_AT_ONCE) if checks else ():
            sweeper = sweeper or self.settling.knowledge.sweeper(checks, now)
            found = {post: {m.fact_check.key for m in matches} | before.pop(post.id, set())
                     for post, matches in zip(posts, sweeper.match_all(posts), strict=True)}
            self._again({post: _changed(keys, checks, now) for post, keys in found.items() if keys},
                        now)
        looked_at = self._looked_at(said)
        self._again({post: _reviewed(said[post.id], now)
                     for post in store.posts_named(said) if post.id not in looked_at}, now)
        self._copies(said, now)

    def _looked_at(self, said: Mapping[PostId, Sequence[Statement]]) -> set[PostId]:
        """The posts whose decision was made on what is said: of those only the copies wait."""
        everywhere = {post: [one for one in words if one.scope == "all copies"]
                      for post, words in said.items()}
        asked = [post for post, words in everywhere.items() if len(words) == len(said[post])]
        found = set()
        for post, standing in (self.platform.store.standing(asked) if asked else {}).items():
            matches = standing.dossier.matches or () if isinstance(standing, Decision) else ()
            knows = {(m.fact_check.key, m.confirmed_by, m.confirmed_at) for m in matches}
            if all((one.claim, one.by, one.at) in knows for one in everywhere[post]):
                found.add(post)
        return found

    def _copies(self, said: Mapping[PostId, Sequence[Statement]], now: datetime) -> None:
        """Look at the copies of the posts of which something is said that is said of all copies."""
        words = [one for several in said.values() for one in several if one.scope == "all copies"]
        meant = self.settling.knowledge.copies_meant(words)
        if not meant:
            return
        of = {alike: [one for one in words if alike in self.settling.knowledge.copies_meant([one])]
              for alike in meant}
        for posts in self.platform.store.posts(at_once=SWEPT_AT_ONCE):
            self._again({post: _reviewed(of[alike], now) for post in posts
                         if (alike := copy_key(post)) in meant and post.id not in said}, now)

    def _contradicted(self, checks: Mapping[str, Known],
                      now: datetime) -> Mapping[PostId, set[str]]:
        """Post -> those of the changed fact-checks that contradict one which was found for it, or
        did before they changed."""
        knowledge = self.settling.knowledge
        found: Mapping[PostId, set[str]] = defaultdict(set)
        by: Mapping[str, set[str]] = defaultdict(set)
        for instant in (now, min((c.known_at for c in checks.values()), default=now) - AN_INSTANT):
            for key, changed in knowledge.contradicted_by(checks, instant).items():
                by[key].update(changed)
        for post, keys in self.platform.store.matched(by).items() if by else ():
            for key in keys:
                found[post].update(by[key])
        return found

    def _matter(self, matter: Matter, now: datetime) -> None:
        """Look at the posts that a matter concerns; what a rule then gives answers it."""
        if isinstance(matter.record, ReversalRecord):
            self._reverse(matter.record, now)
        elif matter.record is not None:
            of_order = matter.kind == "order" or (
                isinstance(matter.record, WithdrawalRecord)
                and matter.record.withdrawal.kind == "order")
            kind = CauseKind.ORDER if of_order else CauseKind.REPORT
            cause = Cause(kind=kind, id=matter.id, at=now)
            posts = self.platform.store.posts_named(matter.posts)
            # What a rule does for one report was asked in the others too.
            asked = [matter] if matter.kind != "report" else [
                m for m in matters_about(self.engine, matter.posts, kinds=("report",)) if m.open]
            self._again(dict.fromkeys(posts, cause), now,
                        also=lambda settled: lambda connection: keep_answers(
                            self.platform, connection, settled, asked, now))
        with transaction(self.engine) as connection:
            mark_matter_swept(connection, matter.id)

    def _reverse(self, record: ReversalRecord, now: datetime) -> None:
        """Take back what a clause began in a time, decision by decision."""
        reversal = record.reversal
        cause = Cause(kind=CauseKind.REVERSAL, id=reversal.id, at=now)
        decider = Decider(kind="reviewer", person=reversal.by, known_by=reversal.known_by)
        begun = partial(self.platform.store.begun_by, reversal.ground.citation.number,
                        reversal.since, reversal.until, at_once=self.settling.batch)
        self.settling.past.take_back({
            one.post.id: (one.post.id.platform, one.post.author.id)
            for part in begun() for one in part if one.strikes})
        for part in begun():
            self._again({one.post: cause for one in part}, now, decider=decider, reviews={
                one.post: Review(begins="nothing", set_aside=(SetAside(
                    ground=one.ground, because=SetAsideBecause.REVERSED, matter=reversal.id,
                    words=reversal.words),)) for one in part})
        self.settling.past.take_back({})

    def _fallen(self, author: Author, decisions: list[str], now: datetime) -> None:
        """Look at what rests on strikes of an account of which some count no more.

        In the order in which its posts were made, each against the strikes that rest on nothing and
        those that were borne out before it: else they would hold one another up.
        """
        rest = {} if author[1] == UNKNOWN_AUTHOR else {
            one.post: one for one in resting(self.engine, author, STRIKES)}
        posts = sorted(self.platform.store.posts_named(list(rest)),
                       key=lambda post: (post.made_at, str(post.id)))
        # The decisions that fell name the change: the account itself would outlive its erasure.
        cause = Cause(kind=CauseKind.ACCOUNT_CHANGE, id=digest(canonical(decisions)), at=now)
        # Those that a process looked at which died then have been borne out.
        done = self.platform.store.measured({p.id: cause for p in posts})
        self.settling.past.take_back({
            p.id: author for p in posts if rest[p.id].strikes and p.id not in done})
        self._again(dict.fromkeys(posts, cause), now,
                    reviews=dict.fromkeys(posts, Review(begins="nothing")))
        self.settling.past.take_back({})
        with transaction(self.engine) as connection:
            looked_at(connection, decisions)

    def _again(self, causes: Mapping[Post, Cause], now: datetime, *, decider: Decider = RULE,
               reviews: Mapping[Post, Review] = NONE,
               also: Callable[[Sequence[Settled]], Also] | None = None) -> None:
        """Settle posts that were measured before, for a new cause."""
        done = self.platform.store.measured({p.id: c for p, c in causes.items()})
        for posts in _parts([post for post in causes if post.id not in done],
                            self.settling.batch):
            self._until_stored([Work(post=post, now=now, cause=causes[post], decider=decider,
                                     review=reviews.get(post, NO_REVIEW)) for post in posts], also)

    def _until_stored(self, work: Sequence[Work],
                      also: Callable[[Sequence[Settled]], Also] | None) -> None:
        """Settle posts; where another process came between, those that it left, with what it told.
        """
        past, tries = self.settling.past, len(work) + 1
        going = dict(past.going)
        while work:
            try:
                self.carry(work, [one.post.id for one in work], also)
                return
            except Overtaken:
                tries -= 1
                if not tries:
                    raise
            past.take_back(going)
            self.settling.knowledge.catch_up()
            causes = {one.post.id: one.cause for one in work}
            left = {post.id for post in self.platform.store.posts_named(causes)}
            left -= self.platform.store.measured(causes)
            work = [one for one in work if one.post.id in left]


def _parts(posts: Sequence[Post], size: int) -> Iterator[Sequence[Post]]:
    for start in range(0, len(posts), size):
        yield posts[start:start + size]


def _changed(keys: Iterable[str], new: Mapping[str, Known], now: datetime) -> Cause:
    """The fact-checks, new or changed, that made us look at a post again.

    Each with its version and how often it was told something new: a publisher, or who reads it,
    may come back to what was said before.
    """
    names = []
    for key in sorted(keys):
        known = new[key]
        assert isinstance(known.what, FactCheck), "only fact-checks have keys"
        names.append(f"{key}@{known.what.version}.{known.nth}")
    return Cause(kind=CauseKind.FACT_CHECK_CHANGE, id="+".join(names), at=now)


def _reviewed(statements: Sequence[Statement], now: datetime) -> Cause:
    """What was said of a post at one instant: a review where a person said any of it."""
    people = any(s.by.startswith("person:") for s in statements)
    return Cause(kind=CauseKind.REVIEW if people else CauseKind.SIGNAL,
                 id="+".join(sorted(s.id for s in statements)), at=now)
