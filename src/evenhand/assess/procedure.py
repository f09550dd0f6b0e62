"""What the record answers of a decision's procedure: who was told what and when, who was answered.

The facts whose names begin with `process.` (`law/facts.md` says in words how each is answered), as
the duties of the law ask for them. `from_record` puts them with the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from evenhand.assess.recorded import Answer, Asked, Brought
from evenhand.model.action import ActionKind
from evenhand.model.appeal import Appeal
from evenhand.model.decision import CauseKind
from evenhand.model.matter import Order, Report
from evenhand.model.period import Period
from evenhand.model.statement import GroundStated

ONE_DELIVERY = timedelta(minutes=5)
"""What the courier hands over within so long went out together."""

SIX_MONTHS, IN_DAYS = 6, timedelta(days=184)
"""Art. 20(1) of Regulation (EU) 2022/2065; no six months have more days."""


# --- whether and when the author was told ---

def letters(asked: Asked) -> tuple[datetime | None, datetime | None] | None:
    """When the letter was delivered, and when the platform was told what to do; None: not known."""
    done, post = asked.case.deliveries, asked.case.decision.post
    if done is None:
        return None
    letter = min((d.at for d in done if d.to != post.platform), default=None)
    told = min((d.at for d in done if d.channel != "e-mail"), default=None)
    return letter, told


def _notice(asked: Asked) -> Answer | None:
    found = letters(asked)
    if found is None or asked.action is None:
        return None
    letter, told = found
    if letter is None:
        return "none", f"{asked.where}: no delivery of its letter is recorded"
    when = f"{asked.where}: its letter was delivered {letter:%Y-%m-%d %H:%M} UTC"
    if told is None or letter < told - ONE_DELIVERY:
        return "before", when
    return ("concurrent" if letter <= told + ONE_DELIVERY else "after"), when


def _notice_after(asked: Asked) -> Answer | None:
    letter, told = letters(asked) or (None, None)
    if asked.action is None or letter is None or told is None:
        return None
    return max(letter - told, timedelta()), (
        f"{asked.where}: done {told:%Y-%m-%d %H:%M}, its letter {letter:%Y-%m-%d %H:%M} UTC")


def _contact_known(asked: Asked) -> Answer | None:
    letter, _ = letters(asked) or (None, None)
    return None if letter is None else (True, f"{asked.where}: its letter was delivered")


def _told_promptly(asked: Asked) -> Answer | None:
    found = _notice(asked)
    return (True, found[1]) if found is not None and found[0] in ("before", "concurrent") else None


def _explanation(asked: Asked) -> Answer | None:
    found = letters(asked)
    if found is None or asked.action is None:
        return None
    if found[0] is None:
        return False, f"{asked.where}: no delivery of its letter is recorded"
    stated = asked.case.statement.grounds
    whole = bool(stated) and all(g.because for g in stated)
    return whole, f"{asked.where}: the letter states clause, facts and why" if whole else (
        f"{asked.where}: the letter does not say why the post falls under the clause")


# --- what the statement of reasons says: Art. 17(3)(a) to (f) of Regulation (EU) 2022/2065 ---

def ground_of(asked: Asked) -> GroundStated | None:
    """The ground of the action as the statement has it; None where it has none for it."""
    if asked.action is None:
        return None
    cited = asked.action.ground.citation
    return next((g for g in asked.case.statement.grounds if g.citation == cited), None)


def _states_action(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    told = {(a.kind, a.name, a.limits, a.territory, a.until) for a in asked.case.statement.actions}
    done = {(a.kind, a.name, a.limits, a.territory, a.ends_at)
            for a in asked.case.decision.actions}
    return done <= told, f"{asked.where}: its statement, Art. 17(3)(a)"


def _states_facts(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    facts = asked.case.statement.facts
    return bool(facts), f"{asked.where}: its statement names " + (
        ", ".join(f.name for f in facts) or "no fact")


def _states_source(asked: Asked) -> Answer | None:
    source = asked.case.statement.source
    return None if asked.action is None else (
        bool(source), f"{asked.where}: its statement says {source or 'nothing of it'}")


def _states_automation(asked: Asked) -> Answer | None:
    said = asked.case.statement
    found = "by automated means" if said.detection_automated else "without automated means"
    return None if asked.action is None else (
        True, f"{asked.where}: found {found}; decided by a machine: {said.decision_automated}")


def _states_law(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    ground = ground_of(asked)
    law = ground is not None and bool(ground.because) and (
        ground.kind == "law" or ground.illegal_under is not None)
    return law, f"{asked.where}: its statement names " + (
        f"{ground.illegal_under or ground.title}" if law and ground else "no law")


def _states_clause(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    ground = ground_of(asked)
    told = ground is not None and ground.kind == "terms" and bool(ground.words and ground.because)
    return told, f"{asked.where}: its statement gives " + (
        f"clause {ground.citation.number} and why" if told and ground
        else "no clause with the reason")


def _states_redress(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    redress = asked.case.statement.redress
    ways = {"an appeal": redress.appeals_at, "a body out of court": redress.out_of_court,
            "courts": redress.courts}
    lacking = [way for way, told in ways.items() if told is None]
    return not lacking, f"{asked.where}: its statement says where to go" if not lacking else (
        f"{asked.where}: its statement does not say {', '.join(lacking)}")


# --- the terms ---

def _terms_public(asked: Asked) -> Answer | None:
    terms = asked.case.terms
    if terms is None:
        return None
    front = terms.front
    by_then = front.published <= asked.case.decision.at.astimezone(front.zone).date()
    return by_then, f"{front.title}, version {front.version}: published {front.published}"


# --- appeals ---

def _appeal(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    redress = asked.case.statement.redress
    return redress.appeals_at is not None, f"{asked.where}: appeals to {redress.appeals_to}"


def lasts_six_months(period: Period) -> bool:
    """Whether a period is six calendar months or more, whenever it begins.

    >>> [lasts_six_months(Period.parse(p)) for p in ("6 months", "5 months", "1 year", "184 days")]
    [True, False, True, True]
    """
    if period.fixed is not None:
        return period.fixed >= IN_DAYS
    return period.count * (12 if period.unit == "year" else 1) >= SIX_MONTHS


def _six_months(asked: Asked) -> Answer:
    within = asked.case.statement.redress.appeal_within
    return within is not None and lasts_six_months(within), (
        f"{asked.where}: appeals within {within or 'no time'}")


def _electronic(asked: Asked) -> Answer:
    at = asked.case.statement.redress.appeals_at
    return at is not None, f"{asked.where}: appeals at {at or 'no address'}"


def _out_of_court(asked: Asked) -> Answer:
    body = asked.case.statement.redress.out_of_court
    return body is not None, f"{asked.where}: out of court {body or 'nobody is named'}"


def _appealed(asked: Asked) -> Answer:
    cause = asked.case.decision.cause
    return cause.kind is CauseKind.APPEAL, f"{asked.where}: its cause is {cause.kind}"


def _appeals(asked: Asked) -> tuple[Brought, ...]:
    return tuple(b for b in asked.case.brought or () if isinstance(b.matter, Appeal))


def _appeal_answered(asked: Asked) -> Answer | None:
    """Whether a letter with the answer, point by point, was delivered to whoever appealed."""
    decision, appeals = asked.case.decision, _appeals(asked)
    if decision.cause.kind is not CauseKind.APPEAL or decision.decider.kind != "reviewer" \
            or not appeals:
        return None
    found = letters(asked)
    if found is None:
        return None
    told = all((found[0] if isinstance(a.matter, Appeal) and a.matter.party == "author"
                else a.answered_at) is not None for a in appeals)
    return told, f"{asked.where}: " + (
        "the answer was delivered, with reasons to every point" if told
        else "no delivery of the answer is recorded")


def _by_person(asked: Asked) -> Answer | None:
    decision = asked.case.decision
    if decision.cause.kind is not CauseKind.APPEAL:
        return None
    return decision.decider.kind == "reviewer", f"{asked.where}: by a {decision.decider.kind}"


def _weekdays(asked: Asked) -> Answer | None:
    decision, appeals = asked.case.decision, _appeals(asked)
    if decision.cause.kind is not CauseKind.APPEAL or not appeals:
        return None
    first = min(a.matter.at for a in appeals)
    return weekdays(first, decision.at), (
        f"appeal of {first:%Y-%m-%d}, answered {decision.at:%Y-%m-%d}")


def weekdays(start: datetime, end: datetime) -> int:
    """The days after that of `start` up to that of `end`, Saturdays and Sundays not counted.

    >>> weekdays(datetime(2026, 1, 2), datetime(2026, 1, 5))  # a Friday, the Monday after it
    1
    """
    first, days = start.date(), (end.date() - start.date()).days
    return sum((first + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))


# --- reports, and requests for removal ---

def _reports(asked: Asked) -> tuple[Brought, ...] | None:
    """The reports of illegal content that the decision answers; None where nobody looked."""
    brought = asked.case.brought
    return None if brought is None else tuple(
        b for b in brought if isinstance(b.matter, Report) and b.matter.illegal_under is not None)


def _reported(asked: Asked) -> Answer | None:
    found = _reports(asked)
    return None if found is None else (
        bool(found), f"{asked.where}: answers {len(found)} reports that name a law")


def _of_every_report(holds: Callable[[Brought], bool],
                     what: str) -> Callable[[Asked], Answer | None]:
    def told(asked: Asked) -> Answer | None:
        found = _reports(asked)
        if not found:
            return None
        held = sum(holds(b) for b in found)
        return held == len(found), f"{asked.where}: {what} of {held} of {len(found)} reports"
    return told


def _orders(asked: Asked, *kinds: str) -> tuple[Brought, ...] | None:
    brought = asked.case.brought
    return None if brought is None else tuple(
        b for b in brought if isinstance(b.matter, Order) and b.matter.kind in kinds)


def _removal_asked(asked: Asked) -> Answer | None:
    found = _orders(asked, "removal request")
    return None if found is None else (
        bool(found), f"{asked.where}: answers {len(found)} removal requests")


def _request_locates(asked: Asked) -> Answer | None:
    found = _orders(asked, "removal request")
    return (True, "a removal request names posts that are there, or is refused") if found else None


def _request_contact(asked: Asked) -> Answer | None:
    found = _orders(asked, "removal request")
    if not found:
        return None
    left = all(b.matter.by.address is not None or b.matter.by.account is not None for b in found)
    return left, "each sender left an address or an account" if left else (
        "a sender left neither address nor account")


def _notified(asked: Asked) -> Answer | None:
    found = _orders(asked, "copyright notice")
    return None if found is None or found else (
        False, f"{asked.where}: answers no copyright notice")


def _removal_after(asked: Asked) -> Answer | None:
    action, found = asked.action, _orders(asked, "removal request", "copyright notice")
    _, told = letters(asked) or (None, None)
    if not found or told is None or action is None or action.kind is not ActionKind.REMOVE:
        return None
    # What had been removed before somebody asked took them no time.
    return max((timedelta() if action.since <= b.matter.at else told - b.matter.at)
               for b in found), f"{asked.where}: the platform was told {told:%Y-%m-%d %H:%M} UTC"


def _same(facts: Iterable[str], answer: Callable[[Asked], Answer | None],
          ) -> dict[str, Callable[[Asked], Answer | None]]:
    return dict.fromkeys(facts, answer)


PROCEDURE: Mapping[str, Callable[[Asked], Answer | None]] = {
    "process.notice": _notice,
    "process.explanation": _explanation,
    "process.appeal": _appeal,
    "process.contact_known": _contact_known,
    "process.notice_after": _notice_after,
    "process.told_promptly": _told_promptly,
    "process.states_action": _states_action,
    "process.states_facts": _states_facts,
    "process.states_source": _states_source,
    "process.states_automation": _states_automation,
    "process.states_law": _states_law,
    "process.states_clause": _states_clause,
    "process.states_redress": _states_redress,
    "process.terms_public": _terms_public,
    "process.reported_illegal": _reported,
    "process.reporter_contact": _of_every_report(
        lambda b: b.matter.by.contact is not None, "a contact"),
    "process.receipt_told": _of_every_report(
        lambda b: b.receipt_at is not None, "the receipt was confirmed"),
    **_same(("process.report_answered", "process.report_automation_told"), _of_every_report(
        lambda b: b.answered_at is not None, "the answer was delivered")),
    "process.appeal_six_months": _six_months,
    "process.appeal_electronic": _electronic,
    "process.appealed": _appealed,
    **_same(("process.appeal_reasoned", "process.outcome_written"), _appeal_answered),
    "process.out_of_court_told": _out_of_court,
    "process.appeal_by_person": _by_person,
    "process.appeal_weekdays": _weekdays,
    "process.removal_asked": _removal_asked,
    "process.request_locates": _request_locates,
    "process.request_contact": _request_contact,
    "process.removal_after": _removal_after,
    "process.infringement_notified": _notified,
}
"""Fact -> how the record answers it; None where it does not."""
