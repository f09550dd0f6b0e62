"""The desk of one platform: what every piece of people's work needs, opened once.

Each piece first finishes what a crash may have left, then stores its own in one transaction; what
that asks of posts is looked at then, or by whoever comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from evenhand.case import Settled, carry
from evenhand.edge.ledger.disk import DiskRefused
from evenhand.edge.platform import Platform
from evenhand.edge.settling import Settling, Work
from evenhand.edge.store.batches import Overtaken, Superseded
from evenhand.edge.store.database import transaction
from evenhand.edge.store.decided import Also, Erased, StoreWith
from evenhand.edge.sweeping import Sweep
from evenhand.errors import EvenhandError
from evenhand.model.decision import Decision
from evenhand.model.post import Post, PostId
from evenhand.record.kinds import DecisionRecord
from evenhand.terms.clauses import Terms


@dataclass(slots=True)
class Done:
    """What a piece of work came to: the decisions that it led to, new ones only."""

    settled: list[Settled] = field(default_factory=list)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions, in their order."""
        return tuple(s.decision for s in self.settled if s.decision is not None)


TRIES = 10
"""How often a decision is measured again, since another process told something meanwhile."""

Progress = Callable[[int], None]
"""Called after every batch with how many posts were settled so far."""


def instant_of(platform: Platform, at: datetime | None) -> datetime:
    """The instant of what somebody does: the clock's, or on a replayed clock what they say."""
    if at is not None and platform.clock.kind == "live":
        raise EvenhandError("a live clock says itself what time it is",
                            hint="leave --at out; only a replayed platform is told")
    return platform.clock.at(at)


class Desk:
    """One platform with its signals, knowledge and past, for the work of people."""

    def __init__(self, platform: Platform, *, progress: Progress = lambda _: None) -> None:
        """Open the desk; what a crash left waiting is sealed and delivered first."""
        self.platform, self.progress = platform, progress
        self.settling = Settling(platform)
        self.sweep = Sweep(self.settling, self._again)
        self.done = Done()
        try:
            self.finish()
        except DiskRefused as refused:
            raise DiskRefused(refused.what, where=refused.where, hint="what you bring or decide "
                              "was not recorded: make room or mend the permissions, and do it "
                              "again then") from None

    def now(self, at: datetime | None) -> datetime:
        """The instant of what somebody does: the clock's, or on a replayed clock what they say."""
        return instant_of(self.platform, at)

    def post(self, named: PostId) -> Post:
        """The stored post, or a refusal: nothing is said of a post that is not recorded."""
        post = self.platform.store.post(named)
        if post is None:
            raise EvenhandError(f"the post `{named}` is not recorded, or was erased",
                                hint="`evenhand run` takes posts in; name it platform:id@version")
        return post

    def standing(self, post: PostId) -> Decision | None:
        """The decision that stands about a post; one that was erased is refused."""
        found = self.platform.store.standing([post]).get(post)
        if isinstance(found, Erased):
            raise EvenhandError(f"decision {found.decision[:16]} about `{post}` was erased",
                                hint="nobody can say any more what it did, so nothing is added")
        return found

    def record(self, decision: str) -> DecisionRecord:
        """The record of a decision, by its id."""
        found = self.platform.store.record(decision)
        if found is None:
            raise EvenhandError(f"there is no decision {decision[:16]}",
                                hint="`evenhand show POST` lists the decisions about a post")
        return found[0]

    def terms(self, digest: str) -> Terms:
        """A published version, by its digest."""
        return next(v for v in self.platform.versions if v.digest == digest)

    def settle(self, work: Work, also: Callable[[Settled], Also]) -> Settled:
        """Settle one post, and store with its decision what belongs to it; seal and deliver."""
        knowledge, tries = self.settling.knowledge, TRIES
        while True:
            try:
                (settled,) = self.settling.settle([work], stored=[work.post.id])
                self._carry([settled], [work], also(settled))
                break
            except EvenhandError as wrong:
                knowledge.forget(work.said)
                tries -= 1
                # Who decided meanwhile may have decided otherwise: that is for a person to see.
                if not tries or not isinstance(wrong, Overtaken) or isinstance(wrong, Superseded):
                    raise
            knowledge.catch_up()
            self.post(work.post.id)
        # It is stored: what it asks of other posts is done now, or by whoever comes next.
        with suppress(EvenhandError):
            self.go_on()
        return settled

    def keep(self, store: Callable[[Connection], None], *,
             kept: Callable[[], None] = lambda: None) -> None:
        """Store what somebody brings in one transaction, then look at the posts it concerns.

        `kept` is called in between: what is stored will be done, whatever happens to us.
        """
        with transaction(self.platform.engine) as connection:
            store(connection)
        self.platform.sequencer.seal()
        kept()
        self.go_on()

    def go_on(self) -> None:
        """Look at every post that something concerns and that nobody has looked at since.

        On a replayed clock what becomes known only later lies ahead, and stays there.
        """
        self.sweep.look()
        self.sweep.until(self.platform.clock.at(None))
        self.finish()

    def finish(self) -> None:
        """Seal and deliver what waits."""
        self.platform.sequencer.seal()
        self.platform.courier.deliver()
        self.platform.sequencer.seal()

    def _again(self, work: Sequence[Work], stored: Sequence[PostId],
               also: Callable[[Sequence[Settled]], Also] | None = None) -> int:
        settled = self.settling.settle(work, stored=stored)
        self._carry(settled, work, also(settled) if also else None)
        self.progress(len(self.done.settled))
        return len(settled)

    def _carry(self, settled: Sequence[Settled], work: Sequence[Work], also: Also | None) -> None:
        platform = self.platform
        carry(settled, store=StoreWith(platform.store, self.settling.storing(work, also)),
              sequencer=platform.sequencer, courier=platform.courier)
        platform.sequencer.seal()
        self.done.settled.extend(settled)
