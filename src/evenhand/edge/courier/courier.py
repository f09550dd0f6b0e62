"""Hands notices over, each with the receipt of its sealed record, and records what became of it.

Nothing goes out without its receipt. Each errand is worked on by its channel; that a notice was
handed over, or could not be, is an entry of the ledger, as its words are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select

from evenhand.edge.clock import PlatformClock
from evenhand.edge.courier.channel import Channel, Outcome, next_try
from evenhand.edge.courier.folder import FolderChannel
from evenhand.edge.courier.letters import Letter
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, time_so_far, to_us, transaction
from evenhand.edge.store.errands import (
    Errand,
    Sealed,
    Waiting,
    claim,
    due,
    enqueue,
    finish,
    postpone,
    sealed_of,
    waiting,
)
from evenhand.edge.store.errors import RecordErased
from evenhand.edge.store.outbox import chains_of
from evenhand.ledger.policy import format_policy
from evenhand.ledger.receipt import Receipt
from evenhand.ledger.tiles import refuse_long_entry
from evenhand.record.kinds import DecisionRecord, DeliveryRecord, read_record, write_record
from evenhand.record.leaf import leaf_of

CLAIM = timedelta(minutes=5)
"""How long an errand is at least one process's own; longer than any server may keep us waiting."""

REST = timedelta(minutes=5)
"""How long a channel on which nobody answers is left alone: each try costs its whole patience."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One errand that was tried, and what came of it; `until` where it is tried again."""

    errand: Errand
    letter: Letter
    outcome: Outcome
    at: datetime
    until: datetime | None


class ErrandCourier:
    """The `Courier` port of `evenhand.case`. `tally` counts (channel, what became of it)."""

    def __init__(self, engine: Engine, sequencer: LedgerSequencer, folder: FolderChannel,
                 others: Sequence[Channel] = (), *, clock: PlatformClock,
                 fresh_key: Callable[[], bytes],
                 page: Callable[[str], str] | None = None) -> None:
        """The folder is always there, and takes what no other channel could deliver. `page` gives
        the address of the page of a decision's author, where pages are served."""
        self.engine, self.sequencer, self.folder = engine, sequencer, folder
        self.channels: tuple[Channel, ...] = (folder, *others)
        self.clock, self.fresh_key, self.page = clock, fresh_key, page
        self.tally: Counter[tuple[str, str]] = Counter()
        self._policy = format_policy(sequencer.policy).encode()
        self._prepared = False
        self._rests_until: dict[str, datetime] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The channels that there are, as `enqueue` wants them."""
        return tuple(channel.name for channel in self.channels)

    def send(self, connection: Connection, *about: str) -> None:
        """Have records with a notice handed over, named by their outbox keys (`errands.enqueue`).

        Called in the transaction that stores them, after their rows of the outbox.
        """
        enqueue(connection, about, self.names)

    def deliver(self) -> int:
        """Work on every errand that is due; return how many letters were handed over.

        That nobody could be reached is recorded as such, and never as delivered.
        """
        if not self._prepared:
            for channel in self.channels:
                channel.prepare()
            self._prepared = True
        try:
            return sum(self._work(channel) for channel in self.channels)
        finally:
            for channel in self.channels:
                channel.close()

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits, by channel and reason; also for channels that are configured no more."""
        with reading(self.engine) as connection:
            return waiting(connection)

    def receipt(self, decision: str) -> tuple[Receipt, DecisionRecord]:
        """The receipt of a sealed decision, with the opening of its commitment, and the record."""
        with reading(self.engine) as connection:
            row = connection.execute(select(
                t.decisions.c.record, t.decisions.c.key, t.leaves.c.entry).outerjoin(
                t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).outerjoin(
                t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index).where(
                t.decisions.c.id == decision)).first()
        if row is None:
            raise StoreError(f"there is no decision {decision[:16]}",
                             hint="`evenhand show POST` lists the decisions about a post")
        if not row.record:
            raise RecordErased(decision)
        if row.entry is None:
            raise StoreError(f"decision {decision[:16]} is not sealed yet",
                             hint="`evenhand run` seals what waits; nothing is delivered before")
        one = Sealed(about=f"decision:{decision}", record=row.record, key=row.key, leaf=row.entry)
        receipt = self.sequencer.receipt(one.about, one.opening)
        assert receipt is not None, "what has a leaf is under a signed head"
        return receipt, read_record(one.record)

    def _now(self) -> datetime:
        # A replay goes on from the latest instant at which anything was settled.
        return self.clock.at(time_so_far(self.engine) if self.clock.kind == "replayed" else None)

    def _work(self, channel: Channel) -> int:
        reached = 0
        while (now := self._now()) >= self._rests_until.get(channel.name, now):
            with reading(self.engine) as connection:
                errands = due(connection, channel.name, now, channel.at_once)
                sealed = sealed_of(connection, [one.about for one in errands])
            if not errands:
                break
            # What was erased while it waited is told nobody: its errand goes, with the others.
            erased = [one for one in errands if one.about not in sealed]
            mine = self._claimed(channel, [one for one in errands if one.about in sealed], now)
            tried = [self._try(channel, errand, letter, now) for errand, letter in zip(
                mine, self._letters([sealed[one.about] for one in mine], mine), strict=True)]
            # The letters come first: a crash here delivers the same words again, never none.
            with transaction(self.engine) as connection:
                finish(connection, erased)
                reached += self._note(connection, tried)
        return reached

    def _claimed(self, channel: Channel, errands: Sequence[Errand],
                 now: datetime) -> list[Errand]:
        """Those of the errands that no other process works on."""
        if not channel.claims or not errands:
            return list(errands)
        with transaction(self.engine) as connection:
            return [one for one in errands if claim(
                connection, one, now + max(CLAIM, next_try(one.attempts + 1) or CLAIM))]

    def _letters(self, sealed: Sequence[Sealed], errands: Sequence[Errand]) -> list[Letter]:
        receipts = self.sequencer.receipts([(one.about, one.opening) for one in sealed])
        letters = []
        for one, errand, receipt in zip(sealed, errands, receipts, strict=True):
            assert receipt is not None, "nothing is due that is not sealed"
            letters.append(Letter(about=one.about, record=read_record(one.record),
                                  receipt=receipt, policy=self._policy, carried=errand.letter,
                                  page=self._page_of(one.about)))
        return letters

    def _page_of(self, about: str) -> str | None:
        kind, _, identity = about.partition(":")
        return self.page(identity) if self.page is not None and kind == "decision" else None

    def _try(self, channel: Channel, errand: Errand, letter: Letter, now: datetime) -> Tried:
        outcome, until = channel.deliver(letter, now), None
        if outcome.nobody_answers:
            self._rests_until[channel.name] = now + REST
        if outcome.kind == "try again":
            wait = next_try(errand.attempts + 1, outcome.after)
            if wait is None:
                outcome = replace(outcome, kind="refused",
                                  why=f"{outcome.why}, at the last attempt")
            else:
                until = now + wait
        if letter.carried and outcome.kind in ("refused", "contact unknown"):
            # For the platform to hand over as it can; the ledger does not call it delivered.
            self.folder.leave(letter)
        return Tried(errand=errand, letter=letter, outcome=outcome, at=now, until=until)

    def _note(self, connection: Connection, tried: Sequence[Tried]) -> int:
        """Record what became of each; another process may have recorded some of it meanwhile."""
        for one in tried:
            if one.until is not None:
                postpone(connection, one.errand, one.until, one.outcome.why or "")
        ended = [one for one in tried if one.until is None]
        channels = {one.errand.channel for one in ended}
        before = {(row.about, row.channel) for row in connection.execute(
            select(t.deliveries.c.about, t.deliveries.c.channel).where(
                t.deliveries.c.about.in_([one.errand.about for one in ended]),
                t.deliveries.c.channel.in_(channels)))}
        new = [one for one in ended if (one.errand.about, one.errand.channel) not in before]
        rows, entries = [], []
        chains = chains_of(connection, [one.errand.about for one in new])
        for one in new:
            key, record = self.fresh_key(), self._record(one)
            leaf = leaf_of(record, key)
            refuse_long_entry(leaf)
            rows.append({"about": record.about, "channel": record.channel,
                         "outcome": record.outcome, "because": one.outcome.why,
                         "at": to_us(record.at), "record": write_record(record), "key": key})
            entries.append({"key": f"delivery:{record.channel}:{record.about}", "leaf": leaf,
                            "chain": chains[one.errand.about]})
        if rows:
            connection.execute(insert(t.deliveries), rows)
            connection.execute(insert(t.outbox), entries)
        finish(connection, [one.errand for one in ended])
        for one in (*new, *(one for one in tried if one.until is not None)):
            self.tally[one.errand.channel, one.outcome.kind] += 1
        return sum(one.outcome.kind == "delivered" and one.letter.carried for one in new)

    def _record(self, tried: Tried) -> DeliveryRecord:
        kind = tried.outcome.kind
        assert kind != "try again", "what is tried again has not ended"
        return DeliveryRecord(
            about=tried.errand.about, channel=tried.errand.channel, to=tried.outcome.to,
            outcome=kind, receipt_index=tried.letter.receipt.index, at=tried.at,
            clock=self.clock.kind)
