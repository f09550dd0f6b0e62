"""Ends the matters that an erasure leaves without anything to decide, and has their senders told.

What somebody waits for must not vanish in silence: their letter is sealed in the transaction that
empties the post, and says nothing of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from evenhand.edge.platform import Platform
from evenhand.edge.store.erased import Account, keep_closing
from evenhand.edge.store.matters import Matter
from evenhand.model.appeal import Appeal
from evenhand.reasons.replies import ended
from evenhand.record.kinds import ClosingRecord, brought_in


class Ending:
    """Counts what it `closed` for one erasure, and of how much of it somebody is `told`."""

    def __init__(self, platform: Platform, now: datetime, account: Account | None) -> None:
        """`account` is the one that is erased, None where only a post is."""
        self.platform, self.now, self.account = platform, now, account
        self.closed, self.told = 0, 0

    def end(self, connection: Connection, waited: Matter) -> None:
        """End one matter, unless whoever brought it is erased themselves."""
        platform = self.platform
        found = brought_in(waited.record)
        assert found is not None, "whoever waits brought something"
        kind, brought = found
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
            matter=waited.id, kind=kind, sender=brought.by, notice=notice, at=self.now,
            clock=platform.clock.kind), platform.fresh_key())
        platform.courier.send(connection, about)
