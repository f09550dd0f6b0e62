"""Hands notices over, each with the receipt of its sealed record, and records that it did.

Nothing goes out without its receipt. This courier puts each notice into a folder of its own, for
the platform to pick up: the letter, its receipt, the policy to hold the receipt against, and the
actions to apply with what readers are to see. Whether a notice could be handed over is an entry of
the ledger, as its words are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select

from evenhand.edge.clock import PlatformClock
from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.ledger.disk import DiskFiles, FileOperations
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, to_us, transaction
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import format_policy
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.ledger.tiles import refuse_long_entry
from evenhand.record.canonical import canonical
from evenhand.record.codec import to_plain
from evenhand.record.kinds import DecisionRecord, DeliveryRecord, read_record, write_record
from evenhand.record.leaf import leaf_of
from evenhand.record.opening import open_for_author, write_opening

AT_ONCE = 200
"""Notices under one transaction; their letters are in memory meanwhile."""

CHANNEL = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A decision as it is stored and sealed: its record, the key, and the bytes of its leaf."""

    decision: str
    record: bytes
    key: bytes
    leaf: bytes

    @property
    def opening(self) -> bytes:
        """What opens the leaf to the author: what the author may see of the record, no more."""
        return write_opening(open_for_author(self.leaf, self.key, self.record))


class FolderCourier:
    """The `Courier` port of `evenhand.case`."""

    def __init__(self, engine: Engine, sequencer: LedgerSequencer, folder: Path, *,
                 clock: PlatformClock, fresh_key: Callable[[], bytes],
                 files: FileOperations | None = None) -> None:
        """`folder` is where the platform picks notices up."""
        self.engine, self.sequencer, self.folder = engine, sequencer, folder
        self.clock, self.fresh_key = clock, fresh_key
        self.files = files or DiskFiles()
        self._policy = format_policy(sequencer.policy).encode()

    def deliver(self) -> int:
        """Deliver every sealed and undelivered notice; return how many reached somebody.

        That nobody could be reached is recorded as such, and never as delivered.
        """
        count = 0
        while waiting := self._waiting():
            receipts = self.sequencer.receipts(
                [(f"decision:{one.decision}", one.opening) for one in waiting])
            done = [self._deliver_one(one, receipt)
                    for one, receipt in zip(waiting, receipts, strict=True)]
            # The files come first: a crash here delivers the same words again, never none.
            with transaction(self.engine) as connection:
                count += self._note(connection, done)
        return count

    def receipt(self, decision: str) -> tuple[Receipt, DecisionRecord]:
        """The receipt of a sealed decision, with the opening of its commitment, and the record."""
        with reading(self.engine) as connection:
            row = connection.execute(select(
                t.decisions.c.record, t.decisions.c.key, t.outbox.c.leaf).join(
                t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).where(
                t.decisions.c.id == decision)).first()
        if row is None:
            raise StoreError(f"there is no decision {decision[:16]}",
                             hint="`evenhand show POST` lists the decisions about a post")
        if not row.record:
            raise EvenhandError(f"decision {decision[:16]} was erased",
                                hint="its leaf stands in the ledger; whoever kept the notice "
                                "can still open it")
        one = Sealed(decision=decision, record=row.record, key=row.key, leaf=row.leaf)
        receipt = self.sequencer.receipt(f"decision:{decision}", one.opening)
        if receipt is None:
            raise StoreError(f"decision {decision[:16]} is not sealed yet",
                             hint="`evenhand run` seals what waits; nothing is delivered before")
        return receipt, read_record(one.record)

    def _waiting(self) -> list[Sealed]:
        """The oldest notices that are sealed and not handed over: of those alone that wait."""
        last = 0
        with reading(self.engine) as connection:
            while rows := connection.execute(select(t.undelivered).where(
                    t.undelivered.c.n > last).order_by(t.undelivered.c.n).limit(AT_ONCE)).all():
                found = self._sealed(connection, [row.decision for row in rows])
                # What is not sealed was just stored by another process; it will be in its turn.
                if found:
                    return found
                last = rows[-1].n
        return []

    def _sealed(self, connection: Connection, decisions: Sequence[str]) -> list[Sealed]:
        """Those of the decisions that are sealed and not erased, in their order."""
        leaves = {row.key: row.leaf for row in connection.execute(
            select(t.outbox.c.key, t.outbox.c.leaf).where(
                t.outbox.c.key.in_([f"decision:{one}" for one in decisions]),
                t.outbox.c.leaf_index.is_not(None)))}
        rows = {row.id: row for row in connection.execute(
            select(t.decisions.c.id, t.decisions.c.record, t.decisions.c.key).where(
                t.decisions.c.id.in_(decisions), func.length(t.decisions.c.record) > 0))}
        return [Sealed(decision=one, record=rows[one].record, key=rows[one].key,
                       leaf=leaves[f"decision:{one}"])
                for one in decisions if one in rows and f"decision:{one}" in leaves]

    def _deliver_one(self, one: Sealed, receipt: Receipt | None) -> DeliveryRecord:
        assert receipt is not None, "nothing waits that is not sealed"
        record: DecisionRecord = read_record(one.record)
        assert record.notice is not None, "what is delivered is a notice"
        known = record.notice.to != UNKNOWN_AUTHOR
        self._put(record, receipt, known=known)
        return DeliveryRecord(
            about=f"decision:{one.decision}", channel=CHANNEL, to=record.notice.to,
            outcome="delivered" if known else "contact unknown", receipt_index=receipt.index,
            at=self.clock.at(record.decision.at), clock=self.clock.kind)

    def _note(self, connection: Connection, done: Sequence[DeliveryRecord]) -> int:
        """Record what was delivered; another process may have recorded some of it meanwhile."""
        names = [each.about.removeprefix("decision:") for each in done]
        before = set(connection.execute(select(t.deliveries.c.decision).where(
            t.deliveries.c.decision.in_(names))).scalars())
        rows, entries = [], []
        for name, each in zip(names, done, strict=True):
            if name in before:
                continue
            key = self.fresh_key()
            leaf = leaf_of(each, key)
            refuse_long_entry(leaf)
            rows.append({"decision": name, "channel": CHANNEL, "outcome": each.outcome,
                         "at": to_us(each.at), "record": write_record(each), "key": key})
            entries.append({"key": f"delivery:{name}", "leaf": leaf})
        if rows:
            connection.execute(insert(t.deliveries), rows)
            connection.execute(insert(t.outbox), entries)
        connection.execute(delete(t.undelivered).where(t.undelivered.c.decision.in_(names)))
        return sum(row["outcome"] == "delivered" for row in rows)

    def _put(self, record: DecisionRecord, receipt: Receipt, *, known: bool) -> None:
        """Write what there is to hand over, each file under its final name only when it is whole.

        To nobody no letter is written; what is to be done is told the platform all the same.

        Both survive a power cut when this returns: the ledger will say that they were delivered.
        """
        folder = self.folder / record.decision.id[:16]
        try:
            self.files.make_directory(folder)
            letter = {"notice.txt": letter_with_receipt(record, receipt).encode(),
                      "receipt.tlog-proof": format_receipt(receipt).encode(),
                      "log.policy": self._policy}
            for name, data in {**(letter if known else {}),
                               "actions.json": what_to_do(record, receipt)}.items():
                unfinished = folder / f".{name}.new"
                self.files.write(unfinished, data)
                self.files.force(unfinished)
                self.files.rename(unfinished, folder / name)
        except OSError as refused:
            raise StoreError(f"the notice cannot be handed over: {refused.strerror}",
                             where=str(folder), hint="it is sealed and waits; run again when the "
                             "folder can be written") from None


def letter_with_receipt(record: DecisionRecord, receipt: Receipt) -> str:
    """The words as they are sealed, and below them how to check that they are."""
    assert record.notice is not None, "a letter is a notice"
    origin, size, *_ = receipt.checkpoint.splitlines()
    return (f"To: {record.notice.to}\nSubject: {record.notice.subject}\n\n"
            f"{record.notice.words}\n\n"
            "RECEIPT\n"
            f"These words are entry {receipt.index} of the public log\n{origin},\n"
            f"sealed under a signed head of {size} entries before what they say was done.\n"
            "Anyone can check it without us, with the two files beside this letter:\n"
            "  evenhand verify receipt.tlog-proof --policy log.policy\n"
            "log.policy holds the log's key. Compare it with the key that others have of us.\n")


def what_to_do(record: DecisionRecord, receipt: Receipt) -> bytes:
    """What the platform is to apply: the actions, what readers see, and where it is sealed."""
    decision = record.decision
    return canonical({
        "decision": decision.id, "supersedes": decision.supersedes,
        "post": to_plain(decision.post), "author": record.post.author.id,
        "actions": [to_plain(a) for a in decision.actions],
        "fact_check_notices": [to_plain(n) for n in record.fact_check_notices],
        "leaf_index": receipt.index, "origin": receipt.checkpoint.splitlines()[0]}) + b"\n"
