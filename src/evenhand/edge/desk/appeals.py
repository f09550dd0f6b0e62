"""Appeals filed and answered: by another person, point by point, superseded in the open.

What an appeal says of facts is tried against the clauses when it is filed, so that whoever answers
knows which fact decides. What the answer agrees to is stated in the answerer's name, and the post
is settled again: the outcome follows from the new decision, and nobody types it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy import Connection

from evenhand.appeal.admit import Filing, admit, same_sender
from evenhand.appeal.answering import ROLES, check_answer, may_answer, set_asides, stated
from evenhand.appeal.appealed import Appealed
from evenhand.appeal.outcome import outcome
from evenhand.appeal.what_if import Net, what_if
from evenhand.case import Answering, Settled
from evenhand.clocks import deadline, last_day
from evenhand.decide.exceptions import override
from evenhand.decide.question import Review
from evenhand.edge.desk.bringing import kept, known, sender_key, token_of
from evenhand.edge.desk.desk import Desk
from evenhand.edge.people import acting, decider
from evenhand.edge.settling import Work
from evenhand.edge.signals.stated import CONFIRMED
from evenhand.edge.store.decided import Also
from evenhand.edge.store.known import Statement, keep_statements
from evenhand.edge.store.matters import (
    Kept,
    Matter,
    answered_with,
    appeals_against,
    delivered_at,
    keep,
    keep_answer,
)
from evenhand.edge.store.matters import matter as find_matter
from evenhand.errors import EvenhandError
from evenhand.factcheck.facts import record_of
from evenhand.model.appeal import Answer, Appeal, Dispute, PointAnswered
from evenhand.model.decision import (
    Cause,
    CauseKind,
    Decision,
    KnownBy,
    SetAside,
    SetAsideBecause,
)
from evenhand.model.matter import Sender
from evenhand.reasons.letter import lifted_by
from evenhand.reasons.replies import appeal_answered, appeal_received
from evenhand.record.identity import name_matter
from evenhand.record.kinds import AnswerRecord, AppealRecord, DecisionRecord, ReportRecord
from evenhand.terms.applies import governing, in_force
from evenhand.terms.clauses import Terms


def appeal(desk: Desk, decision: str, *, by: Sender, disputes: tuple[Dispute, ...],
           party: Literal["author", "reporter"] = "author", at: datetime | None = None,
           once: str | None = None, known_by: KnownBy = "command line") -> Matter:
    """File an appeal against a decision; refused where it cannot be heard, and then says why.

    `once` is a key of the caller's own: the same key again files nothing new.
    """
    platform, identity = desk.platform, name_matter("appeal", token_of(desk, once))
    if (before := known(desk, identity)) is not None:
        return before
    record = desk.record(decision)
    now = desk.now(at)
    filed = Appeal(id=identity, decision=decision, post=record.post.id, by=by, party=party,
                   disputes=disputes, known_by=known_by, at=now, clock=platform.clock.kind)
    appealed = _appealed(desk, record)
    procedure = in_force(platform.versions, now)
    assert procedure is not None, "terms that a decision cites are in force"
    admit(filed, appealed, _filing(desk, record, filed, procedure))
    tried = what_if(filed, appealed, net=_net(appealed))
    front = procedure.front
    due = deadline(now, front.appeals_within, front.zone) if front.appeals_within else None
    facts = appealed.terms.vocabulary.facts
    notice = appeal_received(
        filed, platform=platform.config.name, answered_by=front.appeals_to, due_at=due,
        decisive=tried.decisive, meanings={name: fact.meaning for name, fact in facts.items()})
    sealed = AppealRecord(appeal=filed, decisive=tried.decisive, due_at=due, notice=notice)

    def store(connection: Connection) -> None:
        outbox = keep(connection, sealed, Kept(
            id=identity, sort=party, sender=sender_key(desk, by), decision=decision, at=now,
            due_at=due, posts=(record.post.id,)), platform.fresh_key())
        platform.courier.send(connection, outbox)

    desk.keep(store)
    return kept(desk, identity)


def answer(desk: Desk, prefix: str, *, person: str, points: tuple[PointAnswered, ...],
           manifestly_unfounded: bool = False, at: datetime | None = None) -> Decision:
    """Answer an appeal, each point with reasons; return the decision that follows from it."""
    platform = desk.platform
    matter, filed = _open(desk, prefix)
    record = desk.record(filed.decision)
    appealed = _appealed(desk, record)
    who = acting(platform, person, ROLES, "answer appeals")
    may_answer(who, appealed, chain=decided_besides(desk, record.decision))
    check_answer(filed, points)
    now, post = desk.now(at), desk.post(filed.post)
    said = tuple(Statement(post=post.id, fact=name, value=value, by=f"person:{who.id}", at=now,
                           claim=claim)
                 for name, value, claim in stated(filed, points)
                 if claim is None or name == CONFIRMED)
    review = Review(set_aside=(*set_asides(filed, appealed, points),
                               *_beyond_our_word(filed, appealed, points)),
                    restores=_restored(filed, points),
                    begins="no worse" if filed.party == "author" else "anything")

    def answered(decision: Decision) -> Answer:
        return Answer(
            appeal=filed.id, points=points, by=who.id, manifestly_unfounded=manifestly_unfounded,
            outcome=outcome(filed, points, before=record.decision, after=decision))

    def also(settled: Settled) -> Also:
        return partial(store, settled)

    def store(settled: Settled, connection: Connection) -> None:
        decision, sealable = settled.decision, settled.sealable
        assert decision is not None and sealable is not None, "an appeal is answered by a decision"
        keep_statements(connection, said, now)
        said_to = answered(decision)
        reporters = None if filed.party == "author" else AnswerRecord(
            matter=matter.id, kind="appeal", sender=filed.by, decision=decision.id,
            outcome=decision.outcome,
            automated=sealable.record.statement.decision_automated, answer=said_to, at=now,
            notice=appeal_answered(filed, said_to, decision, sealable.record.statement,
                                   platform=platform.config.name),
            manifestly_unfounded=manifestly_unfounded, clock=platform.clock.kind)
        about = keep_answer(
            connection, matter=matter.id, decision=decision.id, outcome=said_to.outcome.value,
            at=now, person=who.id, unfounded=manifestly_unfounded, record=reporters,
            key=platform.fresh_key() if reporters else None)
        if about is not None:
            platform.courier.send(connection, about)

    settled = desk.settle(Work(
        post=post, now=now, cause=Cause(kind=CauseKind.APPEAL, id=filed.id, at=now),
        decider=decider(who), review=review, said=said,
        answering=Answering(appeal=filed, answer=answered)
        if filed.party == "author" else None), also)
    assert settled.decision is not None, "whoever appeals gets an answer"
    return settled.decision


def opened(desk: Desk, prefix: str) -> tuple[Appeal, Appealed, tuple[int, ...]]:
    """An open appeal with what it disputes, and the places of the points that decide."""
    matter, filed = _open(desk, prefix)
    assert isinstance(matter.record, AppealRecord), "an open appeal has its record"
    return filed, _appealed(desk, desk.record(filed.decision)), matter.record.decisive


def _open(desk: Desk, prefix: str) -> tuple[Matter, Appeal]:
    matter = find_matter(desk.platform.engine, prefix)
    if not isinstance(matter.record, AppealRecord):
        raise EvenhandError(f"`{matter.id[:16]}` is no appeal, or it was erased",
                            hint="`evenhand queue` lists the appeals that are open")
    if matter.withdrawn:
        raise EvenhandError("this appeal was taken back", where=matter.id[:16],
                            hint="there is nothing to answer")
    if matter.answered_by is not None:
        raise EvenhandError(f"this appeal was answered by decision {matter.answered_by[:16]}",
                            where=matter.id[:16], hint="an appeal is answered once")
    return matter, matter.record.appeal


def _appealed(desk: Desk, record: DecisionRecord) -> Appealed:
    decision = record.decision
    law = governing(desk.platform.versions, made_at=record.post.made_at, now=decision.at)
    return Appealed(
        decision=decision, terms=desk.terms(decision.terms), clauses=law.clauses,
        facts=record_of(decision.dossier),
        keys=tuple(m.fact_check.key for m in decision.dossier.matches or ()))


def _net(appealed: Appealed) -> Net:
    by_number = {c.citation.number: c for c in appealed.clauses}
    return partial(override, clauses=by_number)


def _filing(desk: Desk, record: DecisionRecord, filed: Appeal, procedure: Terms) -> Filing:
    engine, decision = desk.platform.engine, record.decision
    answered = answered_with(engine, decision.id)
    # What was decided on a report goes on in what took its place, and the right to appeal with it.
    reports = [(m, m.record.report.by) for m in (*answered, *(
        m for one in chain_of(desk, decision) for m in answered_with(engine, one.id)))
        if isinstance(m.record, ReportRecord)]
    standing = desk.standing(record.post.id)
    before = desk.record(decision.supersedes).decision if decision.supersedes else None
    pending = [m for m in appeals_against(engine, decision.id)
               if m.open and isinstance(m.record, AppealRecord)
               and m.record.appeal.party == filed.party
               and same_sender(m.record.appeal.by, filed.by)]
    about = [f"decision:{decision.id}"] if filed.party == "author" else [
        f"answer:{m.id}" for m, by in reports if same_sender(by, filed.by)]
    appeal_by = _appeal_by(desk, record, about, procedure)
    return Filing(
        author=record.post.author,
        reported_by=tuple(by for _, by in reports),
        superseded_by=standing.id if standing and standing.id != decision.id else None,
        lifted=bool(lifted_by(decision, before)), appeal_by=appeal_by,
        last_day=last_day(appeal_by, procedure.front.zone),
        pending=pending[0].id[:16] if pending else None,
        answered=tuple(d for m in answered if isinstance(m.record, AppealRecord)
                       and m.record.appeal.party == filed.party
                       and same_sender(m.record.appeal.by, filed.by)
                       for d in m.record.appeal.disputes),
        procedure=procedure)


def _appeal_by(desk: Desk, record: DecisionRecord, about: Sequence[str],
               procedure: Terms) -> datetime:
    """The first instant too late: counted from the decision, or from the day on which the letter
    reached who appeals, and never earlier than the letter itself promised (Art. 20(2)).

    `about` names the records whose letters told them.
    """
    front = procedure.front
    reached = [at for at in map(partial(delivered_at, desk.platform.engine), about) if at]
    instants = [deadline(at, front.appeal_within, front.zone)
                for at in (record.decision.at, *reached)]
    promised = record.statement.redress.appeal_by
    return max(instants + ([promised] if promised else []))


def chain_of(desk: Desk, decision: Decision) -> list[Decision]:
    """The decisions that one superseded, directly or not, the latest first."""
    chain: list[Decision] = []
    while decision.supersedes is not None:
        decision = desk.record(decision.supersedes).decision
        chain.append(decision)
    return chain


def decided_besides(desk: Desk, decision: Decision) -> list[Decision]:
    """Every other decision about the post: those before one, and those that took its place."""
    standing = desk.standing(decision.post)
    assert standing is not None, "a post that was decided about has a decision that stands"
    return [one for one in (standing, *chain_of(desk, standing)) if one.id != decision.id]


def _beyond_our_word(filed: Appeal, appealed: Appealed,
                     points: Sequence[PointAnswered]) -> tuple[SetAside, ...]:
    """What a fact-check says is its publisher's to change: where we agree that it is wrong, the
    clauses that rest on it are set aside for this post."""
    if filed.party == "reporter":
        return ()
    return tuple(
        SetAside(ground=ground, because=SetAsideBecause.OVERTURNED, matter=filed.id,
                 words=point.reasons)
        for point in points if point.agreed
        for fact in [filed.disputes[point.n]]
        if fact.claim is not None and fact.fact != CONFIRMED
        for ground in appealed.acting
        if fact.fact in appealed.named_by(ground.citation.number))


def _restored(filed: Appeal, points: Sequence[PointAnswered]) -> frozenset[str]:
    """What a reporter was right about: the clauses that are no longer set aside for this post."""
    if filed.party == "author":
        return frozenset()
    named = (filed.disputes[p.n].clause for p in points if p.agreed)
    return frozenset(number for number in named if number is not None)
