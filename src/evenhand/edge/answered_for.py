"""What people brought that decisions answer, and what its senders were told, for assessments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, union

from evenhand.assess.recorded import Brought
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE, from_us
from evenhand.record.kinds import brought_in, read_record


def brought_for(connection: Connection,
                decisions: Sequence[str]) -> defaultdict[str, tuple[Brought, ...]]:
    """Decision -> the reports, orders and appeals that it answers, in the order of their arrival.

    What was erased is left out.
    """
    found: defaultdict[str, tuple[Brought, ...]] = defaultdict(tuple)
    for start in range(0, len(decisions), AT_ONCE):
        part = list(decisions[start:start + AT_ONCE])
        answers = union(*(select(c.decision.label("decision"), c.matter.label("matter")).where(
            c.decision.in_(part)) for c in (m.answers.c, m.matter_posts.c))).subquery()
        rows = connection.execute(select(
            answers.c.decision, m.matters.c.id, m.matters.c.kind, m.matters.c.record).join(
            m.matters, m.matters.c.id == answers.c.matter).where(
            func.length(m.matters.c.record) > 0).order_by(m.matters.c.n)).all()
        reached = _delivered(connection, [key for row in rows for key in _keys(row.kind, row.id)])
        for row in rows:
            brought = brought_in(read_record(row.record))
            if brought is not None:
                receipt, answer = _keys(row.kind, row.id)
                found[row.decision] += (Brought(
                    matter=brought[1], receipt_at=reached.get(receipt),
                    answered_at=reached.get(answer)),)
    return found


def _keys(kind: str, matter: str) -> tuple[str, str]:
    """The outbox keys of what was brought, with its confirmation, and of the answer to it."""
    return f"{kind}:{matter}", f"answer:{matter}"


def _delivered(connection: Connection, keys: Sequence[str]) -> dict[str, datetime]:
    """Outbox key -> when its letter reached its reader; what has not is absent.

    Of several channels the last counts: by the others the platform was told what to do.
    """
    found, done = dict[str, datetime](), t.deliveries.c
    for start in range(0, len(keys), AT_ONCE):
        for about, at in connection.execute(select(done.about, func.max(done.at)).where(
                done.about.in_(keys[start:start + AT_ONCE]),
                done.outcome == "delivered").group_by(done.about)):
            found[about] = from_us(at)
    return found
