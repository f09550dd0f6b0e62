"""Tells whoever brought a report or an order what was decided: one answer, sealed, one letter.

An answer is kept in the transaction of the decision that gives it, with an outbox row and an errand
of its own, so that nobody is told of a decision that is not there, and nobody is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from evenhand.case import Settled
from evenhand.clocks import deadline, last_day
from evenhand.edge.platform import Platform
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.matters import (
    Matter,
    about,
    decided_by,
    is_decided,
    keep_answer,
    mark_decided,
)
from evenhand.model.decision import Outcome
from evenhand.model.matter import Order, Report
from evenhand.model.post import Post, PostId
from evenhand.model.statement import Notice
from evenhand.reasons.replies import order_answered, report_answered
from evenhand.record.kinds import (
    AnswerRecord,
    DecisionRecord,
    OrderRecord,
    ReportRecord,
    brought_in,
    read_record,
)
from evenhand.report.telling import told
from evenhand.terms.applies import governing


def keep_answers(platform: Platform, connection: Connection, settled: Iterable[Settled],
                 matters: Sequence[Matter], now: datetime, *, person: str | None = None,
                 unfounded: Collection[str] = ()) -> None:
    """Answer the reports and orders that these decisions decide, once all their posts are decided.

    A decision that asks a reviewer decides nothing yet, and no rule dismisses what somebody
    brought. `person` is who decided, None where a clause's rule did; `unfounded` are the ids of the
    reports that they call manifestly so.
    """
    for one in settled:
        decision = one.decision
        if decision is None or decision.outcome is Outcome.ASKED or (
                person is None and decision.outcome is not Outcome.ACTED):
            continue
        for matter in matters:
            if matter.open and one.post.id in matter.posts and mark_decided(
                    connection, matter.id, one.post.id, decision.id):
                _answer(platform, connection, matter, now, person=person,
                        unfounded=matter.id in unfounded)


def answer_rest(platform: Platform, connection: Connection, posts: Sequence[PostId],
                now: datetime) -> None:
    """Answer the orders about these posts, which were just erased, whose other posts are decided:
    nothing is left that they could wait for."""
    for matter in about(connection, posts, kinds=("order",)):
        decided = decided_by(connection, matter.id)
        if matter.open and decided and is_decided(connection, matter.id):
            person = connection.execute(select(m.deciders.c.person).where(
                m.deciders.c.decision == decided[-1])).scalar()
            _answer(platform, connection, matter, now, person=person, unfounded=False)


def _answer(platform: Platform, connection: Connection, matter: Matter, now: datetime, *,
            person: str | None, unfounded: bool) -> None:
    records = [read_record(row) for row in connection.execute(select(t.decisions.c.record).where(
        t.decisions.c.id.in_(decided_by(connection, matter.id)),
        func.length(t.decisions.c.record) > 0).order_by(
        t.decisions.c.at, t.decisions.c.id)).scalars()]
    last, found = records[-1], brought_in(matter.record)
    assert found is not None, "only what was brought is answered"
    kind, brought = found
    key = platform.fresh_key()
    outcome = (Outcome.ACTED if any(r.decision.actions for r in records)
               else Outcome.LEFT_ALONE)
    record = AnswerRecord(
        matter=matter.id, kind=kind, sender=brought.by, decision=last.decision.id, outcome=outcome,
        automated=last.statement.decision_automated, notice=_notice(platform, matter, records, now),
        manifestly_unfounded=unfounded, at=now, clock=platform.clock.kind)
    key_of = keep_answer(
        connection, matter=matter.id, decision=last.decision.id, outcome=outcome.value, at=now,
        person=person, unfounded=unfounded, record=record, key=key)
    if key_of is not None and record.notice is not None:
        platform.courier.send(connection, key_of)


def _notice(platform: Platform, matter: Matter, records: Sequence[DecisionRecord],
            now: datetime) -> Notice | None:
    """The letter to the sender; None where they left no address, account or name."""
    last = records[-1]
    until = appeal_last_day(platform, last.post, now)
    if isinstance(matter.record, ReportRecord):
        report: Report = matter.record.report
        if report.by.contact is None:
            return None
        law = governing(platform.versions, made_at=last.post.made_at, now=now)
        clause = law.terms.clause(report.clause) if law.terms and report.clause else None
        return report_answered(report, last.decision, last.statement,
                               platform=platform.config.name, clause=clause,
                               appeal_last_day=until)
    assert isinstance(matter.record, OrderRecord), "only reports and orders are answered so"
    order: Order = matter.record.order
    return order_answered(order, [(r.decision, r.statement) for r in records],
                          platform=platform.config.name, redress=told(order).redress,
                          appeal_last_day=until)


def appeal_last_day(platform: Platform, post: Post, now: datetime) -> date | None:
    """The last day on which an appeal against what is decided now is in time."""
    procedure = governing(platform.versions, made_at=post.made_at, now=now).procedure
    if procedure is None:
        return None
    zone = procedure.front.zone
    return last_day(deadline(now, procedure.front.appeal_within, zone), zone)
