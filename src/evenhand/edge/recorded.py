"""Decisions as the store has them, with all that bears on their assessment under the law."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, select

from evenhand.assess.commitments import unmet_by
from evenhand.assess.recorded import Brought, Case, Delivered
from evenhand.edge.answered_for import brought_for
from evenhand.edge.platform import Platform
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE, reading, to_us
from evenhand.errors import EvenhandError
from evenhand.record.kinds import DecisionRecord, DeliveryRecord, read_record


def recorded_case(platform: Platform, decision: str) -> Case:
    """The case of a decision. Raises an `EvenhandError` where it is not here, or was erased."""
    found = platform.store.record(decision)
    if found is None:
        raise EvenhandError(f"there is no decision `{decision[:16]}`")
    with reading(platform.engine) as connection:
        deliveries = _deliveries(connection, [decision])
        brought = brought_for(connection, [decision])
    return _case(platform, found[0], deliveries[decision], brought[decision])


def recorded_cases(platform: Platform, *, since: date = date.min,
                   until: date = date.max) -> Iterator[Case]:
    """Every decision of some days (UTC, both included), in the order in which they were made.

    What was erased is left out.
    """
    first = to_us(datetime.combine(since, time.min, tzinfo=UTC)) if since > date.min else None
    last = to_us(datetime.combine(until, time.max, tzinfo=UTC)) if until < date.max else None
    number = 0
    while True:
        query = select(t.outbox.c.n, t.decisions.c.id, t.decisions.c.record).join(
            t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).where(
            t.outbox.c.n > number).order_by(t.outbox.c.n).limit(AT_ONCE)
        if first is not None:
            query = query.where(t.decisions.c.at >= first)
        if last is not None:
            query = query.where(t.decisions.c.at <= last)
        with reading(platform.engine) as connection:
            rows = connection.execute(query).all()
            decisions = [row.id for row in rows]
            deliveries = _deliveries(connection, decisions)
            brought = brought_for(connection, decisions)
        if not rows:
            return
        for row in rows:
            if row.record is not None:
                yield _case(platform, read_record(row.record), deliveries[row.id],
                            brought[row.id])
        number = rows[-1].n


def _case(platform: Platform, record: DecisionRecord, deliveries: Sequence[Delivered],
          brought: tuple[Brought, ...]) -> Case:
    made, told = record.decision, tuple(deliveries)
    terms = next((v for v in platform.versions if v.digest == made.terms), None)
    unmet = None if terms is None else tuple(
        f"{u.promise} {u.words}: {u.shows}" for u in unmet_by(
            made, terms, deliveries=told, told_before=record.notice is None,
            now=platform.clock.at(None)))
    return Case(decision=made, statement=record.statement, terms=terms, deliveries=told,
                unmet=unmet, brought=brought)


def _deliveries(connection: Connection,
                decisions: Sequence[str]) -> defaultdict[str, list[Delivered]]:
    """Decision -> the deliveries of its letter and its instructions, the first one first."""
    found: defaultdict[str, list[Delivered]] = defaultdict(list)
    for start in range(0, len(decisions), AT_ONCE):
        about = {f"decision:{one}": one for one in decisions[start:start + AT_ONCE]}
        for row in connection.execute(select(t.deliveries.c.about, t.deliveries.c.record).where(
                t.deliveries.c.about.in_(list(about)), t.deliveries.c.record.is_not(None)).order_by(
                t.deliveries.c.at)):
            told: DeliveryRecord = read_record(row.record)
            if told.outcome == "delivered":
                found[about[row.about]].append(Delivered(channel=told.channel, to=told.to,
                                                         at=told.at))
    return found
