"""Ends the matters that an erasure leaves without anything to decide, and has their senders told.

What somebody waits for must not vanish in silence: their letter is sealed in the transaction that
empties the post, and says nothing of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from evenhand.edge.platform import Platform
from evenhand.edge.store.erased import Account, Waited, keep_closing
from evenhand.model.appeal import Appeal
from evenhand.model.matter import Order, Report
from evenhand.reasons.replies import ended
from evenhand.record.kinds import AppealRecord, ClosingRecord, OrderRecord, ReportRecord


class Ending:
    """Counts what it `closed` for one erasure, and of how much of it somebody is `told`."""

    def __init__(self, platform: Platform, now: datetime, account: Account | None) -> None:
        """`account` is the one that is erased, None where only a post is."""
        self.platform, self.now, self.account = platform, now, account
        self.closed, self.told = 0, 0

    def end(self, connection: Connection, waited: Waited) -> None:
        """End one matter, unless whoever brought it is erased themselves."""
        platform = self.platform
        kind, brought = _brought(waited.record)
        if self.account is not None and (
                (isinstance(brought, Appeal) and brought.party == "author")
                or (platform.config.platform, brought.by.account) == self.account):
            return
        self.closed += 1
        notice = ended(brought, platform=platform.config.name, at=self.now,
                       clock=platform.clock.kind)
        if notice is None:
            return
        self.told += 1
        about = keep_closing(connection, ClosingRecord(
            matter=waited.matter, kind=kind, sender=brought.by, notice=notice, at=self.now,
            clock=platform.clock.kind), platform.fresh_key())
        platform.courier.send(connection, about)


def _brought(record: Any) -> tuple[Literal["report", "order", "appeal"], Report | Order | Appeal]:
    match record:
        case ReportRecord(report=brought):
            return "report", brought
        case OrderRecord(order=brought):
            return "order", brought
        case AppealRecord(appeal=brought):
            return "appeal", brought
    raise AssertionError(f"nobody waits for the answer to a {type(record).__name__}")
