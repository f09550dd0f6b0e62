"""Letters to whoever brings a matter: that it arrived, and what became of it.

Regulation (EU) 2022/2065 Art. 16(4) to (6), and Art. 9(1) for authorities. What a sender reads is
about the post and the published clauses: nothing of its author but what everybody can see of the
post, no fact that was relied on, and no other report. What a report says is quoted to nobody but
who wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from evenhand.model.action import Effect
from evenhand.model.appeal import Answer, Appeal, Dispute, DisputeKind
from evenhand.model.decision import Clock, Decision, Outcome
from evenhand.model.matter import BINDING, Order, OrderKind, Report, Sender
from evenhand.model.statement import Notice, StatementOfReasons
from evenhand.reasons.answered import your_appeal
from evenhand.reasons.for_senders import (
    decided,
    means,
    named,
    outside,
    redress_of,
    title_of,
)
from evenhand.reasons.plain import LONGEST_NAME, MOST_NAMED, cut, paragraph, quoted
from evenhand.reasons.statement import day_and_time, day_in_words, show
from evenhand.terms.clauses import Clause

# Arrived


def report_received(report: Report, *, platform: str, clause: Clause | None,
                    due_at: datetime | None) -> Notice:
    """The confirmation of a report (Art. 16(4)).

    `clause` is the one that it names, in the terms that govern the post; `due_at` the first
    instant that is later than the terms promise a decision, None where they promise none.
    """
    lines = [*_your_report(report), *_reported_as(report, clause), "", "WHAT HAPPENS NOW"]
    lines += paragraph(
        "We look at the post and decide. Then we write to you again: what we decided, under which "
        "clause, whether a person or our software decided it, and what you can do if you disagree. "
        + _promised(due_at, "a decision"))
    if report.trusted:
        lines += paragraph("You are registered as a trusted flagger, and your report lies within "
                           "your field: it goes before others.")
    lines += ["", "WHO LEARNS OF IT"]
    lines += paragraph(
        "Whoever wrote the post is not told who reported it, nor what you wrote. Our public log "
        "shows that a report arrived, on which day, which clause it names, whether it names a law, "
        "and whether a trusted flagger sent it; it shows nothing of you, your words or the post.")
    lines += ["", *_naming("report", report.id, "to take it back, or to ask about it")]
    return _notice(report.id, report.by, f"{platform}: we have your report", report.at, lines,
                   report.clock)


def order_received(order: Order, *, platform: str) -> Notice:
    """The confirmation of an order or a request, with what a request is and is not."""
    said = _CALLED[order.kind]
    public = f"{'an' if order.kind[0] == 'a' else 'a'} {order.kind}"
    lines = [*_your_order(order), "", "WHAT HAPPENS NOW"]
    if order.kind in BINDING:
        lines += paragraph("It is recorded as it arrived. We look at what it rests on and at each "
                           "post that it names, and tell you what effect we give to it, and when.")
    elif order.kind in MERELY_ASKS:
        lines += paragraph("It is recorded as it arrived, as a request: it orders nothing. We "
                           "treat every post by our published terms and by the law, whoever asks. "
                           "We tell you what we decide.")
    else:
        lines += paragraph("It is recorded as it arrived. We look at each post that it names, and "
                           "tell you what we decide and on which ground.")
    if order.due_at is not None:
        lines += paragraph(f"You ask for it by {day_and_time(order.due_at)}.")
    lines += ["", "WHO LEARNS OF IT"]
    lines += paragraph(f"Our public log shows that {public} arrived, and on which day; it shows "
                       "neither who sent it, nor what it says, nor the post. Whoever wrote the "
                       f"post may be told that there is {public} about it.")
    lines += ["", *_naming(said, order.id, "to take it back, or to ask about it")]
    return _notice(order.id, order.by, f"{platform}: we have your {said}", order.at, lines,
                   order.clock)


def appeal_received(appeal: Appeal, *, platform: str, answered_by: str, due_at: datetime | None,
                    decisive: Sequence[int] = (),
                    meanings: Mapping[str, str] | None = None) -> Notice:
    """The confirmation of an appeal: each point as it was understood, who answers, and by when.

    `answered_by` is who answers as the terms say it (`another reviewer`), `decisive` the places of
    the disputed facts that decide, `meanings` what facts are, in words, by name.
    """
    lines = ["YOUR APPEAL"]
    lines += paragraph(f"Your appeal against our decision {appeal.decision[:16]} arrived on "
                       f"{day_and_time(appeal.at)}. You say:")
    for n, point in enumerate(appeal.disputes, 1):
        lines += paragraph(f"{n}. {_point(point, meanings or {})}", rest="   ")
        lines += quoted(point.words)
    lines += ["", "WHAT HAPPENS NOW"]
    who = f"{answered_by[:1].upper()}{answered_by[1:]}"
    lines += paragraph(f"{who} answers: a person, who had no part in the decision. The answer "
                       "addresses each of your points, with reasons. "
                       + _promised(due_at, "an answer"))
    if decisive:
        places = ", ".join(str(n + 1) for n in decisive)
        lines += paragraph(f"If you are right on point {places}, a clause that we rested on does "
                           "not apply: that is what has to be decided.")
    lines += paragraph("Until then the decision stands.")
    lines += ["", *_naming("appeal", appeal.id, "to take it back, or to ask about it")]
    return _notice(appeal.id, appeal.by, f"{platform}: we have your appeal", appeal.at, lines,
                   appeal.clock)


# Answered


def report_answered(report: Report, decision: Decision, statement: StatementOfReasons, *,
                    platform: str, clause: Clause | None, appeal_last_day: date | None) -> Notice:
    """What we decided, under which clause, by what means, and the redress (Art. 16(5), (6)).

    `clause` is the one that the report names, in the terms that govern the post;
    `appeal_last_day` the last day on which its sender's appeal is in time.
    """
    assert decision.outcome is not Outcome.ASKED, "a report is answered once it is decided"
    lines = [*_your_report(report), "", "WHAT WE DECIDED",
             *decided(decision, statement, report.at, whole=False),
             *named(report, decision, statement, clause)]
    lines += ["", "HOW WE DECIDED", *means(statement)]
    lines += ["", "IF YOU DISAGREE", *redress_of(statement, platform, appeal_last_day),
              *paragraph(f"Name this decision when you write: {decision.id[:16]}")]
    return _notice(report.id, report.by, f"{platform}: what became of your report", report.at,
                   lines, statement.clock)


def order_answered(order: Order, answers: Sequence[tuple[Decision, StatementOfReasons]], *,
                   platform: str, redress: bool, appeal_last_day: date | None) -> Notice:
    """Of each post whether effect was given, when, by which action and on which ground (Art. 9(1)).

    `answers` holds, of each post that the order names, the decision that answers it. `redress`
    says whether its sender may appeal as a reporter may.
    """
    assert answers, "an order is answered by a decision"
    lines = _your_order(order)
    for decision, statement in answers:
        assert decision.outcome is not Outcome.ASKED, "an order is answered once it is decided"
        lines += ["", *paragraph(f"WHAT WE DECIDED OF THE POST {decision.post}")]
        if order.kind in BINDING:
            lines.append(_effect(decision))
        lines += [*decided(decision, statement, order.at, whole=order.kind in BINDING),
                  *means(statement),
                  *paragraph(f"The number of this decision: {decision.id[:16]}")]
    if order.kind in MERELY_ASKS:
        lines += ["", *paragraph("A request orders nothing: what we do to a post rests on a "
                                 "published clause, or is not done.")]
    statement = answers[-1][1]
    if redress:
        lines += ["", "IF YOU DISAGREE", *redress_of(statement, platform, appeal_last_day)]
    lines += ["", *_naming(_CALLED[order.kind], order.id, "if you write about it")]
    return _notice(order.id, order.by,
                   f"{platform}: what became of your {_CALLED[order.kind]}", order.at, lines,
                   statement.clock)


def appeal_answered(appeal: Appeal, answer: Answer, decision: Decision,
                    statement: StatementOfReasons, *, platform: str) -> Notice:
    """The answer to a reporter's appeal, point by point (Art. 20(5)); what remains is outside."""
    assert appeal.party == "reporter", "the author's answer stands in the letter on the decision"
    lines = [*your_appeal(appeal, answer, statement, decision), "", "WHAT WE DECIDED",
             *decided(decision, statement, appeal.at, whole=False), "", "HOW WE DECIDED",
             *means(statement), "", "IF YOU DISAGREE", *outside(statement),
             *paragraph(f"Name this decision when you write: {decision.id[:16]}")]
    return _notice(appeal.id, appeal.by, f"{platform}: what became of your appeal", appeal.at,
                   lines, statement.clock)


def ended(matter: Report | Order | Appeal, *, platform: str, at: datetime, clock: Clock
          ) -> Notice | None:
    """That a matter ends without a decision, since what it is about was erased; None to whoever
    cannot be told. It says nothing of the post."""
    if not (matter.by.contact or matter.by.name):
        return None
    called = _CALLED[matter.kind] if isinstance(matter, Order) else \
        "report" if isinstance(matter, Report) else "appeal"
    lines = [f"YOUR {called.upper()}", *paragraph(
        f"Your {called} arrived on {day_and_time(matter.at)}. We had not answered it yet."),
        "", "WHAT BECAME OF IT", *paragraph(
        f"On {day_in_words(at)} we erased our records of all that it is about. We can no longer "
        f"look at it, so your {called} ends without a decision."), "", "WHAT YOU CAN DO"]
    lines += paragraph(f"If you can still see it, write to us again: that is a new {called}, and "
                       "we decide on it." if not isinstance(matter, Appeal) else
                       "Nothing that we decided about it stands any more. You can go to a court.")
    lines += ["", *_naming(called, matter.id, "if you write about it")]
    return _notice(matter.id, matter.by, f"{platform}: your {called} ended without a decision", at,
                   lines, clock)


# The parts


def _notice(about: str, by: Sender, subject: str, at: datetime, lines: list[str],
            clock: Clock) -> Notice:
    to = by.contact or by.name
    assert to is not None, "nobody can be told who said neither where they are nor who"
    if clock == "replayed":
        lines = [*lines, "", *paragraph("This notice was made on a replayed clock, from recorded "
                                        "material. It was not sent at the time it names.")]
    return Notice(about=about, to=to, words="\n".join(lines), language="en",
                  subject=" ".join(paragraph(f"{subject} ({day_in_words(at)})")))


def _your_report(report: Report) -> list[str]:
    return ["YOUR REPORT", *paragraph(
        f"Thank you for writing to us. Your report arrived on {day_and_time(report.at)}. It is "
        f"about {cut(report.where.strip(), LONGEST_NAME)}, and you wrote:"), *quoted(report.words)]


def _reported_as(report: Report, clause: Clause | None) -> Iterator[str]:
    if clause is not None:
        yield from paragraph(f"You report it under clause {title_of(clause)}.")
    if report.illegal_under is not None:
        yield from paragraph("You say that it is illegal under "
                             f"{cut(report.illegal_under, LONGEST_NAME)}.")


def _your_order(order: Order) -> list[str]:
    said = _CALLED[order.kind]
    reference = f", {cut(order.reference, LONGEST_NAME)}," if order.reference else ""
    where = f" in {', '.join(order.territory)}" if order.territory else ""
    posts = ", ".join(str(post) for post in order.posts[:MOST_NAMED])
    if len(order.posts) > MOST_NAMED:
        posts += f" and {len(order.posts) - MOST_NAMED} more"
    are = "the post is" if len(order.posts) == 1 else "the posts are"
    asks = "asks for" if order.kind in MERELY_ASKS else "demands"
    basis = ("It names no law." if order.legal_basis.strip() == "none" else
             f"It rests on {cut(order.legal_basis, LONGEST_NAME)}.")
    return [f"YOUR {said.upper()}", *paragraph(
        f"Your {said}{reference} arrived on {day_and_time(order.at)}. It {asks} "
        f"{cut(order.demands, LONGEST_NAME)}{where}; {are} {posts}. {basis}")]


def _effect(decision: Decision) -> str:
    """Art. 9(1): whether effect was given. Words beside a post restrict nothing."""
    if any(a.effect is not Effect.ADDS for a in decision.actions):
        return "Effect was given."
    return "Nothing was restricted." if decision.actions else "No effect was given."


MERELY_ASKS: tuple[OrderKind, ...] = ("government request", "advertiser request")
"""What orders nothing, and is answered as any wish is."""

_CALLED: dict[OrderKind, str] = {
    "court order": "order", "authority's order": "order",
    "copyright notice": "copyright notice", "removal request": "removal request",
    "government request": "request", "advertiser request": "request"}
"""What each kind is called to its sender."""


def _point(point: Dispute, meanings: Mapping[str, str]) -> str:
    if point.kind is DisputeKind.FACT:
        fact = point.fact or ""
        meaning = meanings.get(fact, f"`{fact}`").split(";")[0]
        says = "" if point.value is None else f": it is {cut(show(point.value), LONGEST_NAME)}"
        return f"We have a fact wrong ({meaning}){says}."
    if point.kind is DisputeKind.READING:
        return f"Clause {point.clause} does not say what we read in it."
    if point.kind is DisputeKind.TREATMENT:
        like = ", ".join(cut(name, LONGEST_NAME) for name in point.like[:MOST_NAMED])
        more = len(point.like) - MOST_NAMED
        named = f": {like}" + (f" and {more} more" if more > 0 else "") if like else ""
        return f"Under clause {point.clause} like posts were treated otherwise{named}."
    return "You accept the finding, and ask back what was taken."


def _promised(due_at: datetime | None, what: str) -> str:
    if due_at is None:
        return f"Our terms promise no day for {what}; you get it as soon as there is one."
    return f"Our terms promise {what} before {day_and_time(due_at)}."


def _naming(what: str, name: str, why: str) -> list[str]:
    return paragraph(f"Name this {what} {why}: {name}")
