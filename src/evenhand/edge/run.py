"""The main job: posts in, decisions out, each bound to a clause, sealed, and then delivered.

Posts are taken in batches. What became known since a post was measured (a fact-check, a person's
word) is looked at in the order in which it became known, and leads to a decision then. A run that
is killed can be started again: what was stored stands, and what was not is done.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from evenhand.case import Settled, carry
from evenhand.edge.arriving import Arriving
from evenhand.edge.dataset import StoreArrived
from evenhand.edge.ledger.witnessing import asking
from evenhand.edge.platform import Platform
from evenhand.edge.posts import Posts
from evenhand.edge.settling import Settling, Work
from evenhand.edge.signals.signal import Silent
from evenhand.edge.store.batches import Overtaken
from evenhand.edge.store.decided import Also, StoreWith
from evenhand.edge.store.rows import post_rows
from evenhand.edge.sweeping import Sweep
from evenhand.errors import EvenhandError
from evenhand.model.decision import CauseKind
from evenhand.model.post import Post, PostId
from evenhand.rulebook.finding import Answer


@dataclass(slots=True)
class Summary:
    """What a run did, counted as it goes. `by_clause` counts (clause number, what).

    Of the posts `seen` each was `measured`, `known_before`, `erased` before, or `set_aside`.
    `swept` counts the measurements of posts that had been measured before, `beside` those under
    terms in shadow, by their version.
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
    beside: Counter[str] = field(default_factory=Counter)
    last_decision: str | None = None


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Have Python look for circles of garbage seldom: of what a batch makes there are none, and to
    look through all of it again and again costs an eighth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


Progress = Callable[[Summary], None]


class MainJob:
    """One run of the main job on one platform."""

    batch = 2000
    """Posts that are measured together, stored in one transaction, sealed under one signed head."""

    def __init__(self, platform: Platform, *, progress: Progress,
                 on_reject: Callable[[Post, EvenhandError], None]) -> None:
        """`progress` is called after every batch; `on_reject` with every post set aside, and why.
        """
        self.platform, self.progress, self.on_reject = platform, progress, on_reject
        self.summary = Summary()
        self.settling = Settling(platform)
        self.arriving = Arriving(self.settling, platform.config.vocabulary,
                                 keep=platform.config.keep)
        self.sweep = Sweep(self.settling, self._again)

    def run(self, posts: Iterable[Post]) -> Summary:
        """Settle every post, and everything that became known since; return what was done."""
        return self.run_batches(_batches(posts, self.batch))

    def run_batches(self, batches: Iterable[Posts]) -> Summary:
        """The same for posts that come in batches; what precedes a failure to read is settled."""
        with collecting_seldom(), asking(self.platform.witnessing):
            return self._run_batches(batches)

    def _run_batches(self, batches: Iterable[Posts]) -> Summary:
        self._finish()
        try:
            for posts in batches:
                self._take(posts)
        except EvenhandError:
            # A file that breaks off costs none of the posts before the break.
            self._finish()
            raise
        # Others may have told something since the last post came.
        self.sweep.look()
        self.sweep.until(None)
        self._finish()
        return self.summary

    def _take(self, posts: Posts) -> None:
        """Settle a batch, and between its posts what became known before them."""
        clock, nows, start = self.platform.clock, list[datetime](), 0
        for i, (at, at_is) in enumerate(zip(posts.made_at, posts.made_at_is, strict=True)):
            made = at if at_is == "stated" else None
            if self.sweep.next is not None and self.sweep.next <= clock.would_be(made):
                self._arrive(posts.take(range(start, i)), nows)
                start, nows = i, []
                self.sweep.until(clock.would_be(made))
            nows.append(clock.at(made))
        self._arrive(posts.take(range(start, len(posts))), nows)

    def _finish(self) -> None:
        """Seal and deliver what waits: after a crash, or at the end of a run."""
        platform = self.platform
        platform.dataset.recover(platform.engine)
        platform.sequencer.seal()
        self.summary.delivered += platform.courier.deliver()
        self.summary.sealed = platform.sequencer.seal()
        self.progress(self.summary)

    def _arrive(self, posts: Posts, nows: Sequence[datetime]) -> None:
        """Measure the posts that are new; a known post with other words is set aside."""
        # What has no time of its own is dated here, as it arrives: a run that was killed goes on
        # with the very instants that it would have had.
        posts, tries = posts.dated(nows), len(posts) + 1
        while len(posts):
            # What another process told meanwhile may have become known between these posts.
            known = self.sweep.next
            end = len(posts) if known is None else next(
                (i for i, now in enumerate(nows) if known <= now), len(posts))
            if not end:
                self.sweep.until(nows[0])
                continue
            before = deepcopy(self.summary)
            try:
                self._arrive_new(posts.take(range(end)), nows[:end])
                posts, nows = posts.take(range(end, len(posts))), nows[end:]
            except Overtaken:
                # Another process measured some of them meanwhile, or told what they are measured
                # by: what is left is looked at anew.
                self.summary, tries = before, tries - 1
                if not tries:
                    raise
                self.arriving.shadowing.look_again()
                self.sweep.look()
        if self.settling.knowledge.behind:
            self.sweep.look()
        self.progress(self.summary)

    def _arrive_new(self, posts: Posts, nows: Sequence[datetime]) -> None:
        platform, summary = self.platform, self.summary
        summary.seen += len(posts)
        fresh, stored = self._fresh(posts)
        if not fresh:
            return
        found = self.arriving.take(posts.take(fresh), [nows[i] for i in fresh], stored=stored,
                                   seen=self._count)
        arrived = found.arrived
        summary.decisions += carry(
            found.settled, store=StoreArrived(
                platform.store, platform.dataset, arrived, self.settling.storing_of(
                    arrived.at, lambda: {arrived.posts.id(i) for i in range(len(arrived.posts))})),
            sequencer=platform.sequencer, courier=_Counting(self))
        summary.measured += len(fresh)
        summary.ungoverned += found.ungoverned
        summary.silent.update(found.silent)
        summary.beside.update(found.beside)

    def _fresh(self, posts: Posts) -> tuple[Sequence[int], list[PostId]]:
        """The places of posts not measured on arrival yet, and which of them are stored."""
        store, summary = self.platform.store, self.summary
        ids = [posts.id(i) for i in range(len(posts))]
        known = store.known_posts(ids)
        done = store.arrived(known)
        fresh: dict[PostId, int] = {}
        for i, name in enumerate(ids):
            earlier, said = fresh.get(name), known.get(name)
            if said is None and earlier is None:
                fresh[name] = i
                continue
            if said == "":
                # What was erased is never taken in anew: nobody can say any more what it was.
                summary.erased += 1
            elif (said or _digest(posts, earlier or 0)) != _digest(posts, i):
                summary.set_aside += 1
                self.on_reject(posts.post(i), EvenhandError(
                    f"the post `{name}` was recorded before with other words",
                    where=str(name),
                    hint="if its author edited it, give the edited post a new `version`"))
            elif name in done or earlier is not None:
                summary.known_before += 1
            else:
                fresh[name] = i
        places = list(fresh.values())
        whole = len(places) == len(posts)
        return range(len(posts)) if whole else places, [name for name in fresh if name in known]

    def _carry(self, work: Sequence[Work], stored: Sequence[PostId],
               also: Callable[[Sequence[Settled]], Also] | None = None) -> int:
        """Measure, decide, store, seal and deliver one batch, in the order of its instants.

        Returns how many were measured: all but those whose decision was erased.
        """
        settled = self.settling.settle(work, stored=stored, seen=self._count)
        store = self.platform.store
        self.summary.decisions += carry(
            settled, store=StoreWith(store, self.settling.storing(
                work, also(settled) if also else None)),
            sequencer=self.platform.sequencer, courier=_Counting(self))
        return len(settled)

    def _again(self, work: Sequence[Work], stored: Sequence[PostId],
               also: Callable[[Sequence[Settled]], Also] | None = None) -> int:
        """The same for posts that were measured before."""
        before = deepcopy(self.summary)
        try:
            swept = self._carry(work, stored, also)
        except Overtaken:
            self.summary = before
            raise
        self.summary.swept += swept
        self.progress(self.summary)
        return swept

    def _count(self, settled: Settled, silent: Iterable[Silent]) -> None:
        summary = self.summary
        if settled.cause.kind is not CauseKind.ARRIVAL:  # of arrivals the batch tells it
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


def _digest(posts: Posts, i: int) -> str:
    """The digest by which the post at a place is known again."""
    [row] = post_rows(posts.take([i]))
    digest: str = row["digest"]
    return digest


class _Counting:
    """The platform's courier, which a summary counts."""

    def __init__(self, job: MainJob) -> None:
        self.job = job

    def deliver(self) -> int:
        delivered = self.job.platform.courier.deliver()
        self.job.summary.delivered += delivered
        return delivered


def _batches(posts: Iterable[Post], size: int) -> Iterator[Posts]:
    """Posts in batches; where reading fails, what came before comes first."""
    batch: list[Post] = []
    try:
        for post in posts:
            batch.append(post)
            if len(batch) >= size:
                yield Posts.of(batch)
                batch = []
    except EvenhandError:
        yield Posts.of(batch)
        raise
    yield Posts.of(batch)
