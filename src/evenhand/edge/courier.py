"""Hands notices over, each with the receipt of its sealed record, and records that it did.

Nothing goes out without its receipt. This courier puts each notice into a folder of its own, for
the platform to pick up: the letter, the receipt, and what readers see. Whether a notice could be
handed over is an entry of the ledger, as its words are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, insert, select

from evenhand.edge.clock import PlatformClock
from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, to_us, transaction
from evenhand.edge.store.decided import DecisionStore
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.record.kinds import DecisionRecord, DeliveryRecord, write_record
from evenhand.record.leaf import leaf_of
from evenhand.record.opening import Opening, write_opening

AT_ONCE = 500
CHANNEL = "folder"


class FolderCourier:
    """The `Courier` port of `evenhand.case`."""

    def __init__(self, engine: Engine, sequencer: LedgerSequencer, folder: Path, *,
                 clock: PlatformClock, fresh_key: Callable[[], bytes]) -> None:
        """`folder` is where the platform picks notices up."""
        self.engine, self.sequencer, self.folder = engine, sequencer, folder
        self.store = DecisionStore(engine)
        self.clock, self.fresh_key = clock, fresh_key

    def deliver(self) -> int:
        """Deliver every sealed and undelivered notice; return how many were handled."""
        count = 0
        while waiting := self._waiting():
            rows = [self._deliver_one(decision, at) for decision, at in waiting]
            # The files come first: a crash here delivers the same bytes again, never none.
            with transaction(self.engine) as connection:
                connection.execute(insert(t.deliveries), [row for row, _ in rows])
                connection.execute(insert(t.outbox), [
                    {"key": f"delivery:{row['decision']}", "leaf": leaf} for row, leaf in rows])
            count += len(rows)
        return count

    def _waiting(self) -> list[tuple[str, int]]:
        query = select(t.decisions.c.id, t.decisions.c.at).join(
            t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).where(
            t.outbox.c.leaf_index.is_not(None), t.decisions.c.record.is_not(None),
            ~select(t.deliveries.c.decision).where(
                t.deliveries.c.decision == t.decisions.c.id).exists(),
            select(t.actions.c.decision).where(t.actions.c.decision == t.decisions.c.id).exists(),
        ).order_by(t.outbox.c.n).limit(AT_ONCE)
        with transaction(self.engine) as connection:
            return [(row.id, row.at) for row in connection.execute(query)]

    def _deliver_one(self, decision: str, at: int) -> tuple[dict[str, object], bytes]:
        receipt, record = self.receipt(decision)
        assert record.notice is not None, "a decision that acts has a notice"
        known = record.notice.to != UNKNOWN_AUTHOR
        if known:
            self._put(record, receipt)
        delivery = DeliveryRecord(
            decision=decision, channel=CHANNEL, to=record.notice.to,
            outcome="delivered" if known else "contact unknown", receipt_index=receipt.index,
            at=self.clock.at(record.decision.at), clock=self.clock.kind)
        key = self.fresh_key()
        return ({"decision": decision, "channel": CHANNEL, "outcome": delivery.outcome,
                 "at": to_us(delivery.at), "record": write_record(delivery), "key": key},
                leaf_of(delivery, key))

    def receipt(self, decision: str) -> tuple[Receipt, DecisionRecord]:
        """The receipt of a sealed decision, with the opening of its commitment, and the record."""
        found = self.store.record(decision)
        if found is None:
            raise StoreError(f"there is no decision {decision[:16]}",
                             hint="`evenhand show POST` lists the decisions about a post")
        record, key = found
        extra = write_opening(Opening(leaf=leaf_of(record, key), key=key,
                                      record=write_record(record)))
        receipt = self.sequencer.receipt(f"decision:{decision}", extra)
        if receipt is None:
            raise StoreError(f"decision {decision[:16]} is not sealed yet",
                             hint="`evenhand run` seals what waits; nothing is delivered before")
        return receipt, record

    def _put(self, record: DecisionRecord, receipt: Receipt) -> None:
        """Write the letter and the receipt, each under its final name only when it is whole."""
        assert record.notice is not None, "a letter is a notice"
        folder = self.folder / record.decision.id[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in (("notice.txt", letter_with_receipt(record, receipt)),
                               ("receipt.tlog-proof", format_receipt(receipt))):
                unfinished = folder / f".{name}.new"
                unfinished.write_text(text, encoding="utf-8")
                unfinished.replace(folder / name)
        except OSError as refused:
            raise StoreError(f"the notice cannot be handed over: {refused.strerror}",
                             where=str(folder), hint="it is sealed and waits; run again when the "
                             "folder can be written") from None


def letter_with_receipt(record: DecisionRecord, receipt: Receipt) -> str:
    """The words as they are sealed, and below them how to check that they are."""
    assert record.notice is not None, "a letter is a notice"
    checkpoint = receipt.checkpoint.splitlines()
    return (f"To: {record.notice.to}\nSubject: {record.notice.subject}\n\n"
            f"{record.notice.words}\n\n"
            "RECEIPT\n"
            f"These words were sealed in the public log {checkpoint[0]} as entry "
            f"{receipt.index},\nunder a signed head of {checkpoint[1]} entries, before anything "
            "was done to your post.\nThe file receipt.tlog-proof proves it without us: "
            "evenhand verify receipt.tlog-proof\n")
