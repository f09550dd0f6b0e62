"""Takes in what people bring: reports, orders, what is withdrawn; each recorded before it is read.

What is brought is sealed with an outbox row in one transaction, and its sender gets a confirmation.
Then the posts are looked at: where a clause's rule gives what is asked, that is the answer; else a
person decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from evenhand.appeal.admit import same_sender
from evenhand.clocks import deadline
from evenhand.edge.desk.desk import Desk
from evenhand.edge.people import MAY_RECORD, acting
from evenhand.edge.store.matters import Kept, Matter, keep, matters_of, sender_of_account
from evenhand.edge.store.matters import matter as find_matter
from evenhand.errors import EvenhandError
from evenhand.model.decision import KnownBy
from evenhand.model.matter import Order, OrderKind, Report, Sender, Withdrawal
from evenhand.model.post import PostId
from evenhand.reasons.replies import order_received, report_received
from evenhand.record.identity import name_matter
from evenhand.record.kinds import (
    MatterKind,
    OrderRecord,
    ReportRecord,
    WithdrawalRecord,
    brought_in,
)
from evenhand.report.orders import check_order
from evenhand.report.reports import check_report
from evenhand.report.trust import as_it_counts, category_of
from evenhand.terms.applies import governing


def token_of(desk: Desk, once: str | None) -> bytes:
    """The token of a matter's id: what the caller says, so that saying it again is no second one,
    or a fresh one."""
    return once.encode() if once else desk.platform.fresh_key()


def known(desk: Desk, identity: str) -> Matter | None:
    """The matter of this id, where it was brought before; what a crash left of it is done now."""
    if _stored(desk, identity) is None:
        return None
    desk.go_on()
    return _stored(desk, identity)


def brought(desk: Desk, kind: MatterKind, once: str | None, decision: str | None = None) -> bool:
    """Whether something was brought under this key; an appeal: against this decision."""
    found = None if once is None else _stored(desk, name_matter(kind, token_of(desk, once)))
    return found is not None and decision in (None, found.decision)


def _stored(desk: Desk, identity: str) -> Matter | None:
    return next(iter(matters_of(desk.platform.engine, [identity])), None)


def kept(desk: Desk, identity: str) -> Matter:
    """The matter of this id, which was just kept."""
    found = _stored(desk, identity)
    assert found is not None, "what was kept is there"
    return found


def sender_key(desk: Desk, by: Sender) -> str:
    """What tells two senders apart; empty for who says nothing of themselves."""
    if by.account is not None:
        return sender_of_account(desk.platform.config.platform, by.account)
    for kind, said in (("flagger", by.flagger), ("address", by.address), ("name", by.name)):
        if said is not None and said.strip():
            return f"{kind}:{said.strip().casefold()}"
    return ""


def report(desk: Desk, post: PostId, *, by: Sender, words: str, where: str | None = None,
           clause: str | None = None, illegal_under: str | None = None, good_faith: bool = False,
           offence_against_children: bool = False, category: str | None = None,
           at: datetime | None = None, once: str | None = None,
           known_by: KnownBy = "command line") -> Matter:
    """Take in a report about a post (Regulation 2022/2065 Art. 16); `where` defaults to the post.

    `category` is the code of what it is about, where it names no clause. `once` is a key of the
    caller's own: the same key again brings nothing new. Raises `Incomplete` with all it lacks.
    """
    platform, identity = desk.platform, name_matter("report", token_of(desk, once))
    if (before := known(desk, identity)) is not None:
        return before
    about = desk.post(post)
    now = desk.now(at)
    law = governing(platform.versions, made_at=about.made_at, now=now)
    named = law.terms.clause(clause) if law.terms and clause else None
    told = Report(
        id=identity, post=post, by=by, words=words, where=where or about.url or str(post),
        clause=clause, illegal_under=illegal_under, good_faith=good_faith,
        offence_against_children=offence_against_children, known_by=known_by, at=now,
        clock=platform.clock.kind)
    flaggers = platform.config.trusted_flaggers
    check_report(told, terms=law.terms, flaggers=flaggers)
    counted = as_it_counts(told, category_of(named) or category, flaggers)
    assert law.procedure is not None, "a report is about a post that terms govern"
    front = law.procedure.front
    due = deadline(now, front.reports_within, front.zone) if front.reports_within else None
    notice = None if by.contact is None else report_received(
        counted, platform=platform.config.name, clause=named, due_at=due)
    record = ReportRecord(report=counted, due_at=due, notice=notice)

    def store(connection: Connection) -> None:
        outbox = keep(connection, record, Kept(
            id=identity, sender=sender_key(desk, by), trusted=counted.trusted, at=now, due_at=due,
            posts=(post,), concerns_posts=True), platform.fresh_key())
        if notice is not None:
            platform.courier.send(connection, outbox)

    desk.keep(store)
    return kept(desk, identity)


def order(desk: Desk, posts: tuple[PostId, ...], *, kind: OrderKind, by: Sender,
          legal_basis: str, words: str, demands: str, recorded_by: str,
          reference: str | None = None, territory: tuple[str, ...] = (),
          due_at: datetime | None = None, at: datetime | None = None,
          once: str | None = None) -> Matter:
    """Record an order or a request as it arrived; raises `Incomplete` with all it lacks."""
    platform, identity = desk.platform, name_matter("order", token_of(desk, once))
    if (before := known(desk, identity)) is not None:
        return before
    person = acting(platform, recorded_by, MAY_RECORD, "record orders")
    now = desk.now(at)
    told = Order(
        id=identity, kind=kind, posts=posts, by=by, legal_basis=legal_basis, words=words,
        demands=demands, reference=reference, territory=territory, due_at=due_at,
        recorded_by=person.id, at=now, clock=platform.clock.kind)
    check_order(told)
    for named in posts:
        desk.post(named)
    notice = None if not (by.contact or by.name) else order_received(
        told, platform=platform.config.name)
    record = OrderRecord(order=told, notice=notice)

    def store(connection: Connection) -> None:
        outbox = keep(connection, record, Kept(
            id=identity, sort=kind, sender=sender_key(desk, by), at=now, due_at=due_at,
            posts=posts, concerns_posts=True), platform.fresh_key())
        if notice is not None:
            platform.courier.send(connection, outbox)

    desk.keep(store)
    return kept(desk, identity)


def withdraw(desk: Desk, prefix: str, *, by: Sender, words: str = "",
             recorded_by: str | None = None, at: datetime | None = None) -> Matter:
    """Take back a report, an order or an appeal, by whoever brought it.

    An order may be taken back also after effect was given to it, and then that is looked at again;
    a report or an appeal only until it is answered.
    """
    platform = desk.platform
    matter = find_matter(platform.engine, prefix)
    kind, sender = _brought(matter)
    if matter.withdrawn:
        raise EvenhandError(f"this {kind} was withdrawn before", where=matter.id[:16],
                            hint="nothing is left to take back")
    if kind != "order" and matter.answered_by is not None:
        raise EvenhandError(f"this {kind} was answered by decision {matter.answered_by[:16]}",
                            where=matter.id[:16], hint="what was decided can be appealed")
    if recorded_by is not None:
        acting(platform, recorded_by, MAY_RECORD, "record what is withdrawn")
    if not (same_sender(by, sender) or (kind == "order" and by.name is not None
                                        and by.name == sender.name)):
        raise EvenhandError(f"only who brought this {kind} can take it back",
                            where=matter.id[:16], hint="say who you are as you did then: the "
                            "account, the address or, for an order, the name")
    now = desk.now(at)
    identity = name_matter("withdrawal", bytes.fromhex(matter.id))
    record = WithdrawalRecord(withdrawal=Withdrawal(
        id=identity, matter=matter.id, kind=kind, by=replace(by, flagger=sender.flagger),
        words=words, recorded_by=recorded_by, at=now, clock=platform.clock.kind))
    desk.keep(lambda connection: _keep_withdrawal(desk, connection, record, matter, now))
    return kept(desk, identity)


def _keep_withdrawal(desk: Desk, connection: Connection, record: WithdrawalRecord,
                     matter: Matter, now: datetime) -> None:
    keep(connection, record, Kept(
        id=record.withdrawal.id, sender=matter.sender, withdraws=matter.id, at=now,
        posts=matter.posts, concerns_posts=matter.kind != "appeal"), desk.platform.fresh_key())


def _brought(matter: Matter) -> tuple[MatterKind, Sender]:
    """What a matter is, and who brought it."""
    found = brought_in(matter.record)
    if found is None:
        raise EvenhandError(f"`{matter.id[:16]}` is no report, order or appeal, or it was erased",
                            hint="`evenhand queue` lists what is open")
    kind, brought = found
    return kind, brought.by
