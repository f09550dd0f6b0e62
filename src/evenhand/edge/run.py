"""The main job: posts in, decisions out, each bound to a clause, sealed, and then delivered.

Posts are taken in batches. What became known since a post was measured (a fact-check, a person's
word) is looked at in the order in which it became known, and leads to a decision then. A run that
is killed can be started again: what was stored stands, and what was not is done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from evenhand.case import Settled, carry, settle
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.past import Past
from evenhand.edge.platform import Platform, Signals
from evenhand.edge.signals.signal import Silent, measure
from evenhand.edge.store.decided import post_digest
from evenhand.edge.store.known import Known, Statement, changes_at, mark_swept, next_change
from evenhand.errors import EvenhandError
from evenhand.model.decision import Cause, CauseKind
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import Post, PostId
from evenhand.model.signal import Dossier
from evenhand.rulebook.finding import Answer
from evenhand.terms.applies import governing

BATCH = 500
"""Posts stored in one transaction and sealed under one signed head."""

SWEPT_AT_ONCE = 5000


@dataclass(slots=True)
class Summary:
    """What a run did, counted as it goes. `by_clause` counts (clause number, what).

    Of the posts `seen` each was `measured`, `known_before` or `set_aside`. `swept` counts the
    measurements of posts that had been measured before.
    """

    seen: int = 0
    measured: int = 0
    known_before: int = 0
    set_aside: int = 0
    ungoverned: int = 0
    decisions: int = 0
    delivered: int = 0
    swept: int = 0
    sealed: int = 0
    by_clause: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_action: Counter[tuple[str, str]] = field(default_factory=Counter)
    silent: Counter[tuple[str, str]] = field(default_factory=Counter)
    last_decision: str | None = None


Progress = Callable[[Summary], None]


class MainJob:
    """One run of the main job on one platform."""

    def __init__(self, platform: Platform, *, progress: Progress,
                 on_reject: Callable[[Post, EvenhandError], None]) -> None:
        """`progress` is called after every batch; `on_reject` with every post set aside, and why.
        """
        if not platform.versions:
            raise EvenhandError("no terms are published, so nothing could be a ground",
                                where=str(platform.config.file),
                                hint=f"`evenhand publish -c {platform.config.file}` publishes them")
        self.platform, self.progress, self.on_reject = platform, progress, on_reject
        self.summary = Summary()
        self.signals = Signals(platform.config.sealed)
        self.knowledge = Knowledge(platform.engine,
                                   propose_above=platform.config.propose_above)
        self.past = Past(platform.store, platform.versions)
        self.next_change = next_change(platform.engine)

    def run(self, posts: Iterable[Post]) -> Summary:
        """Settle every post, and everything that became known since; return what was done."""
        self._finish()
        batch: list[tuple[Post, datetime]] = []
        try:
            self._take(posts, batch)
        except EvenhandError:
            # A file that breaks off costs none of the posts before the break.
            self._arrive(batch)
            self._finish()
            raise
        self._arrive(batch)
        self._sweep_until(None)
        self._finish()
        return self.summary

    def _take(self, posts: Iterable[Post], batch: list[tuple[Post, datetime]]) -> None:
        """Settle posts batch by batch; what is left in `batch` is the caller's to settle."""
        for post in posts:
            clock, made = self.platform.clock, (
                post.made_at if post.made_at_is == "stated" else None)
            if self.next_change is not None and self.next_change <= clock.would_be(made):
                self._arrive(batch)
                batch.clear()
                self._sweep_until(clock.would_be(made))
            now = clock.at(made)
            # What has no time of its own is dated here, as it arrives: a run that was killed goes
            # on with the very instants that it would have had.
            batch.append((post if made is not None else replace(post, made_at=now), now))
            if len(batch) >= BATCH:
                self._arrive(batch)
                batch.clear()

    def _finish(self) -> None:
        """Seal and deliver what waits: after a crash, or at the end of a run."""
        platform = self.platform
        platform.sequencer.seal()
        self.summary.delivered += platform.courier.deliver()
        self.summary.sealed = platform.sequencer.seal()
        self.progress(self.summary)

    def _arrive(self, batch: Sequence[tuple[Post, datetime]]) -> None:
        """Measure the posts that are new; a known post with other words is set aside."""
        if not batch:
            return
        self.summary.seen += len(batch)
        fresh, stored = self._fresh(batch)
        if fresh:
            work = list(fresh.values())
            self.summary.measured += self._settle(
                [(post, now, _arrival(post, now)) for post, now in work],
                stored=[post.id for post, _ in work if post.id in stored])
        self.progress(self.summary)

    def _fresh(self, batch: Sequence[tuple[Post, datetime]]
               ) -> tuple[dict[PostId, tuple[Post, datetime]], Collection[PostId]]:
        """The posts not measured on arrival yet, and which of the batch are stored."""
        store = self.platform.store
        stored = store.known_posts(post.id for post, _ in batch)
        done = store.measured({post.id: _arrival(post, now) for post, now in batch
                               if post.id in stored})
        fresh: dict[PostId, tuple[Post, datetime]] = {}
        for post, now in batch:
            earlier = fresh.get(post.id)
            said = stored.get(post.id) or (post_digest(earlier[0]) if earlier else None)
            if said is not None and said != post_digest(post):
                self.summary.set_aside += 1
                self.on_reject(post, EvenhandError(
                    f"the post `{post.id}` was recorded before with other words",
                    where=str(post.id),
                    hint="if its author edited it, give the edited post a new `version`"))
            elif post.id in done or earlier is not None:
                self.summary.known_before += 1
            else:
                fresh[post.id] = (post, now)
        return fresh, stored.keys()

    def _settle(self, work: Sequence[tuple[Post, datetime, Cause]], *,
                stored: Sequence[PostId]) -> int:
        """Measure, decide, store, seal and deliver one batch, in the order of its instants.

        Returns how many were measured: all but those whose decision was erased.
        """
        platform, settled = self.platform, []
        self.past.turn_to([post for post, _, _ in work], work[0][1], stored=stored)
        # To a decision that was erased nothing is added: nobody knows any more what it did.
        work = [one for one in work if one[0].id not in self.past.erased]
        posts = [post for post, _, _ in work]
        self.knowledge.turn_to(posts)
        found = self.knowledge.matches([(post, now) for post, now, _ in work])
        for (post, now, cause), matches in zip(work, found, strict=True):
            law = governing(platform.versions, made_at=post.made_at, now=now)
            seen = measure(self.signals.for_terms(law.terms), post, self.past.history(post))
            dossier = Dossier(
                reported=(*seen.reported, *self.knowledge.reported(post.id, now)),
                matches=matches, spans=seen.spans)
            one = settle(post, dossier=dossier, versions=platform.versions, cause=cause,
                         standing=self.past.standing(post.id, law.terms, now),
                         platform=platform.config.name, now=now, clock=platform.clock.kind,
                         fresh_key=platform.fresh_key)
            self.past.note(one)
            self._count(one, (*seen.silent, *self.signals.silent(law.terms)))
            settled.append(one)
        self.summary.decisions += carry(settled, store=platform.store,
                                        sequencer=platform.sequencer, courier=_Counting(self))
        return len(settled)

    def _count(self, settled: Settled, silent: Iterable[Silent]) -> None:
        summary = self.summary
        summary.ungoverned += (
            settled.terms is None and settled.cause.kind is CauseKind.ARRIVAL)
        for one in silent:
            summary.silent[one.fact, one.why] += 1
        for finding in settled.findings:
            if finding.answer is not Answer.DOES_NOT_HOLD:
                summary.by_clause[finding.provision, finding.answer.value] += 1
        decision = settled.decision
        if decision is not None:
            for action in decision.actions:
                summary.by_action[action.ground.citation.number, action.kind.value] += 1
            for ask in decision.asks:
                summary.by_clause[ask.ground.citation.number, "asked"] += 1
            if decision.actions:
                summary.last_decision = decision.id

    def _sweep_until(self, now: datetime | None) -> None:
        """Look again, in order, at the posts that what became known concerns; None: all of it."""
        engine, clock = self.platform.engine, self.platform.clock
        while self.next_change is not None and (now is None or self.next_change <= now):
            at = clock.at(self.next_change)
            # Some at a time. A crash before they are marked sweeps the same ones for the same
            # causes again, and finds them measured.
            while changes := changes_at(engine, self.next_change):
                self._sweep(changes, at)
                mark_swept(engine, changes, at)
            self.next_change = next_change(engine)

    def _sweep(self, changes: Sequence[Known], now: datetime) -> None:
        checks = {c.what.key: c for c in changes if isinstance(c.what, FactCheck)}
        said: Mapping[PostId, list[Statement]] = defaultdict(list)
        for change in changes:
            if isinstance(change.what, Statement):
                said[change.what.post].append(change.what)
        store = self.platform.store
        # What a fact-check spoke to before it changed is looked at as well: it may have to come
        # down.
        before = store.matched(checks)
        sweeper = None
        for posts in store.posts(made_before=now, at_once=SWEPT_AT_ONCE) if checks else ():
            sweeper = sweeper or self.knowledge.sweeper(checks, now)
            found = {post: {m.fact_check.key for m in matches} | before.pop(post.id, set())
                     for post, matches in zip(posts, sweeper.match_all(posts), strict=True)}
            self._again({post: _changed(keys, checks, now) for post, keys in found.items() if keys},
                        now)
        # A post may be dated ahead of the clock that measured it.
        self._again({post: _changed(before[post.id], checks, now)
                     for post in store.posts_named(list(before))}, now)
        self._again({post: _reviewed(said[post.id], now)
                     for post in store.posts_named(said)}, now)

    def _again(self, causes: Mapping[Post, Cause], now: datetime) -> None:
        """Settle posts that were measured before, for a new cause."""
        done = self.platform.store.measured({p.id: c for p, c in causes.items()})
        posts = [post for post in causes if post.id not in done]
        for start in range(0, len(posts), BATCH):
            part = posts[start:start + BATCH]
            self.summary.swept += self._settle([(post, now, causes[post]) for post in part],
                                               stored=[post.id for post in part])
            self.progress(self.summary)


class _Counting:
    """The platform's courier, which a summary counts."""

    def __init__(self, job: MainJob) -> None:
        self.job = job

    def deliver(self) -> int:
        delivered = self.job.platform.courier.deliver()
        self.job.summary.delivered += delivered
        return delivered


def _arrival(post: Post, now: datetime) -> Cause:
    return Cause(kind=CauseKind.ARRIVAL, id=str(post.id), at=now)


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
