"""What a decision came to, told to anybody but the post's author: the sender of a matter.

It is told of the post and of the published clauses. No fact that was relied on stands in it, no
word of the author's account where an authority has not ordered it, and nobody's report but the
reader's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from evenhand.model.action import Action, ActionKind, Ground
from evenhand.model.decision import Decision
from evenhand.model.matter import Report
from evenhand.model.statement import GroundStated, StatementOfReasons
from evenhand.reasons.plain import LONGEST_NAME, cut, paragraph, quoted
from evenhand.reasons.statement import day_and_time, day_in_words
from evenhand.rulebook.finding import Answer
from evenhand.terms.clauses import Clause
from evenhand.terms.front import NO_APPEAL


def decided(decision: Decision, statement: StatementOfReasons, arrived: datetime, *,
            whole: bool) -> Iterator[str]:
    """What was done to the post, and on which grounds; `whole`: to its author's account too."""
    told = [a for a in decision.actions if whole or a.kind in ABOUT_THE_POST]
    for action in told:
        before = action.since < arrived
        yield from paragraph(done(action) + (
            f" We had done so before, on {day_and_time(action.since)}." if before else
            f" We did so on {day_and_time(action.since)}."))
    if not told:
        yield from paragraph("We did nothing to the post: it stands as it was."
                             if not decision.actions else "The post itself stands as it was.")
    cited = {a.ground.citation.number for a in told}
    yield from _grounds(g for g in statement.grounds if g.citation.number in cited)
    if decision.actions and not whole:
        yield from paragraph("If we did anything besides that concerns its author alone, we tell "
                             "its author alone.")
    if decision.asks:
        yield from paragraph("A question that this leaves open is before one of our reviewers.")


def _grounds(grounds: Iterable[GroundStated]) -> Iterator[str]:
    for ground in grounds:
        cited = ground.citation
        title = f", {ground.title}," if ground.title else ""
        yield from paragraph(f"The ground is clause {cited.number}{title} of the {cited.document}, "
                             f"version {cited.version}:")
        yield from quoted(ground.words)
        yield from paragraph(f"We hold the post to be illegal under {ground.illegal_under}."
                             if ground.illegal_under is not None else
                             "We act on our terms, and do not say that the post is illegal.")


def named(report: Report, decision: Decision, statement: StatementOfReasons,
          clause: Clause | None) -> Iterator[str]:
    """What came of the clause, and of the law, that the report names, as far as it is not said."""
    acted = {a.ground.citation.number for a in decision.actions if a.kind in ABOUT_THE_POST}
    if clause is not None and clause.citation.number not in acted:
        yield from paragraph(f"We considered clause {title_of(clause)}:")
        yield from quoted(clause.words)
        yield from paragraph(_why_not(clause.citation.number, decision, statement))
    if report.illegal_under is not None and not acted:
        yield from paragraph("You say that the post is illegal under "
                             f"{cut(report.illegal_under, LONGEST_NAME)}. We found no clause of "
                             "our terms that calls for acting on it. That is no ruling on the "
                             "law: a court can decide otherwise.")


def _why_not(number: str, decision: Decision, statement: StatementOfReasons) -> str:
    """Why a clause did nothing to the post, without a fact about its author."""
    def among(grounds: Iterable[Ground | GroundStated]) -> bool:
        return any(g.citation.number == number for g in grounds)

    if among(statement.grounds):
        return "It applies, and calls for nothing to be done to the post itself."
    if among(s.ground for s in decision.set_aside):
        return "A person has looked at it, and it does nothing to this post."
    if among(decision.suspended):
        return "It is suspended, and does nothing to any post at present."
    if among(decision.capped):
        return "It has been applied as often as it may be for now."
    if any(f.provision == number and f.answer is Answer.UNDETERMINED for f in decision.findings):
        return "Whether it applies is not known, and we do not act on what is not known."
    return "On what we know it does not call for anything to be done to the post."


def means(statement: StatementOfReasons) -> Iterator[str]:
    """Art. 16(6): whether automated means were used in deciding."""
    by = {"fully": "by automated means: a rule of our published terms decided, and no person",
          "partially": "partly by automated means: a rule of our published terms decided, on what "
                       "a person said of the post",
          "not": "by a person, and not by automated means"}[statement.decision_automated]
    yield from paragraph(f"It was decided {by}, on {day_and_time(statement.at)}.")


def redress_of(statement: StatementOfReasons, platform: str,
               last_day: date | None) -> Iterator[str]:
    """Art. 16(5): the appeal, which is open to who reported too (Art. 20(1)), and what remains."""
    redress = statement.redress
    if redress.appeals_to == NO_APPEAL or last_day is None:
        yield from paragraph(f"{platform} hears no independent appeal; its terms say so.")
    else:
        yield from paragraph(
            f"You can appeal, free of charge, until the end of {day_in_words(last_day)}, and for "
            f"{redress.appeal_within} from the day on which this letter reached you if that is "
            "later; also where we did nothing. Say what is wrong: a fact, our reading of the "
            "clause, or that like posts were treated otherwise. "
            f"{redress.appeals_to[:1].upper()}{redress.appeals_to[1:]} answers, not whoever "
            "decided this.")
        if redress.appeals_at is not None:
            yield from paragraph(f"Write to {redress.appeals_at}")
    yield from outside(statement)


def outside(statement: StatementOfReasons) -> Iterator[str]:
    """What remains besides an appeal: a settlement out of court (Art. 21), and the courts."""
    redress = statement.redress
    if redress.out_of_court:
        yield from paragraph(f"Out of court: {redress.out_of_court}.")
    yield from paragraph(f"In court: {redress.courts}." if redress.courts
                         else "The courts remain open to you.")


def title_of(clause: Clause) -> str:
    """`3.2, Title, of the Terms, version 2020-05-11`."""
    cited = clause.citation
    title = f", {clause.title}," if clause.title else ""
    return f"{cited.number}{title} of the {cited.document}, version {cited.version}"


ABOUT_THE_POST = frozenset({ActionKind.LABEL, ActionKind.INTERSTITIAL, ActionKind.LIMIT,
                            ActionKind.HOLD, ActionKind.EDIT, ActionKind.REMOVE})
"""What everybody can see of a post. The other actions are between us and its author."""


def done(action: Action) -> str:
    """What an action does, as a sentence to anybody but the post's author says it."""
    where = f" in {', '.join(action.territory)}" if action.territory else ""
    lasts = f" for {action.lasts}" if action.lasts else ""
    until = f", until {day_and_time(action.ends_at)}" if action.ends_at else ""
    span = f"{where}{lasts}{until}"
    words = action.speech.words if action.speech else ""
    return {
        ActionKind.LABEL: f"We put a notice beside the post{span}: “{words}”.",
        ActionKind.WARN: "We warned its author.",
        ActionKind.INTERSTITIAL: f"Readers must click through a warning to see the post{span}: "
                                 f"“{words}”.",
        ActionKind.LIMIT: f"{_LIMITED[action.limits or 'reach']}{span}.",
        ActionKind.HOLD: f"We hold the post back{span}, unless it is decided before.",
        ActionKind.EDIT: "We took words out of the post.",
        ActionKind.DEMONETISE: f"The post earns nothing{span}.",
        ActionKind.REMOVE: f"We removed the post{span}.",
        ActionKind.SUSPEND: f"We suspended its author's account{span}.",
        ActionKind.TERMINATE: f"We ended its author's account{where}.",
    }[action.kind]


_LIMITED = {"reach": "We show the post to fewer people",
            "replies": "Nobody can reply to the post",
            "recommendation": "We do not recommend the post to others",
            "age": "We show the post only to adults"}
