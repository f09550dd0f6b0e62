"""The main job: posts in, decisions out, each bound to a clause, sealed, and then delivered.

Posts are taken in batches. What became known since a post was measured (a fact-check, a person's
word) is looked at in the order in which it became known, and leads to a decision then. A run that
is killed can be started again: what was stored stands, and what was not is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from evenhand.case import Settled, carry
from evenhand.edge.platform import Platform
from evenhand.edge.settling import Settling, Work
from evenhand.edge.signals.signal import Silent
from evenhand.edge.store.decided import Also, StoreWith
from evenhand.edge.store.rows import post_digest
from evenhand.edge.sweeping import Sweep
from evenhand.errors import EvenhandError
from evenhand.model.decision import Cause, CauseKind
from evenhand.model.post import Post, PostId
from evenhand.rulebook.finding import Answer


@dataclass(slots=True)
class Summary:
    """What a run did, counted as it goes. `by_clause` counts (clause number, what).

    Of the posts `seen` each was `measured`, `known_before`, `erased` before, or `set_aside`.
    `swept` counts the measurements of posts that had been measured before.
    """

    seen: int = 0
    measured: int = 0
    known_before: int = 0
    erased: int = 0
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
        self.platform, self.progress, self.on_reject = platform, progress, on_reject
        self.summary = Summary()
        self.settling = Settling(platform)
        self.sweep = Sweep(self.settling, self._again)

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
        self.sweep.until(None)
        self._finish()
        return self.summary

    def _take(self, posts: Iterable[Post], batch: list[tuple[Post, datetime]]) -> None:
        """Settle posts batch by batch; what is left in `batch` is the caller's to settle."""
        for post in posts:
            clock, made = self.platform.clock, (
                post.made_at if post.made_at_is == "stated" else None)
            if self.sweep.next is not None and self.sweep.next <= clock.would_be(made):
                self._arrive(batch)
                batch.clear()
                self.sweep.until(clock.would_be(made))
            now = clock.at(made)
            # What has no time of its own is dated here, as it arrives: a run that was killed goes
            # on with the very instants that it would have had.
            batch.append((post if made is not None else replace(post, made_at=now), now))
            if len(batch) >= self.settling.batch:
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
            self.summary.measured += self._carry(
                [Work(post=post, now=now, cause=_arrival(post, now)) for post, now in work],
                [post.id for post, _ in work if post.id in stored])
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
            if stored.get(post.id) == "":
                # What was erased is never taken in anew: nobody can say any more what it was.
                self.summary.erased += 1
            elif said is not None and said != post_digest(post):
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

    def _carry(self, work: Sequence[Work], stored: Sequence[PostId],
               also: Callable[[Sequence[Settled]], Also] | None = None) -> int:
        """Measure, decide, store, seal and deliver one batch, in the order of its instants.

        Returns how many were measured: all but those whose decision was erased.
        """
        settled = self.settling.settle(work, stored=stored, seen=self._count)
        store = self.platform.store
        self.summary.decisions += carry(
            settled, store=StoreWith(store, also(settled)) if also else store,
            sequencer=self.platform.sequencer, courier=_Counting(self))
        return len(settled)

    def _again(self, work: Sequence[Work], stored: Sequence[PostId],
               also: Callable[[Sequence[Settled]], Also] | None = None) -> int:
        """The same for posts that were measured before."""
        swept = self._carry(work, stored, also)
        self.summary.swept += swept
        self.progress(self.summary)
        return swept

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
