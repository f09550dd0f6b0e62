"""What the log tells of fact-checks that changed: each in the transaction that stores the change.

Every change of a rating is told, and of every page that was looked at what became of it, whether or
not anything rests on the fact-check: who reads the log alone cannot know what rests, and so could
not tell one that was left out from one that nobody needed. What else a page says otherwise (its
title, its topics) is kept as a version, and is no correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import from_us
from evenhand.edge.store.outbox import wait
from evenhand.model.decision import Clock
from evenhand.model.factcheck import FactCheck
from evenhand.record.codec import from_plain
from evenhand.record.kinds import CheckChangeRecord, PageState, RatedRecord
from evenhand.record.leaf import leaf_of


def tell_rating(connection: Connection, before: Mapping[str, Any], row: Mapping[str, Any],
                clock: Clock) -> None:
    """Have the log tell that a telling (a row of `fact_checks`) rates otherwise than the one before
    it, if it does."""
    was, now = _check(before["body"]), _check(row["body"])
    if _rated(was) == _rated(now):
        return
    wait(connection, f"fact-check-change:{now.key}:{row['nth']}", leaf_of(CheckChangeRecord(
        fact_check=now.key, url=now.url, publisher=now.publisher.domain,
        by="platform" if was.rating_words == now.rating_words else "publisher",
        before=_rated(was), after=_rated(now), at=from_us(row["known_at"]), clock=clock), None))


def tell_page(connection: Connection, key: str, page: PageState, look: int, at: int,
              clock: Clock) -> None:
    """Have the log tell what became of a fact-check's page, as the look of this number found."""
    check = _check(connection.execute(select(t.fact_checks.c.body).where(
        t.fact_checks.c.key == key).order_by(t.fact_checks.c.nth.desc()).limit(1)).scalar_one())
    wait(connection, f"fact-check-change:{key}:look:{look}", leaf_of(CheckChangeRecord(
        fact_check=key, url=check.url, publisher=check.publisher.domain, by="publisher",
        before=_rated(check), after=_rated(check), page=page, at=from_us(at), clock=clock), None))


def _check(body: bytes) -> FactCheck:
    return from_plain(FactCheck, msgspec.json.decode(body))


def _rated(check: FactCheck) -> RatedRecord:
    return RatedRecord(rating=check.rating, words=check.rating_words)
