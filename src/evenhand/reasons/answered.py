"""The answer to an author's appeal, as the letter begins with it: the end, then point by point.

Regulation (EU) 2022/2065 Art. 20(5): whoever complains is told the reasoned decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.model.appeal import Answer, Appeal, AppealOutcome, Dispute, DisputeKind
from evenhand.model.decision import Decision
from evenhand.model.statement import StatementOfReasons
from evenhand.reasons.plain import LONGEST_NAME, MOST_NAMED, cut, paragraph, quoted
from evenhand.reasons.statement import show


def your_appeal(appeal: Appeal, answer: Answer, statement: StatementOfReasons,
                decision: Decision) -> Iterator[str]:
    """The section of the letter: its outcome in one sentence, then each point and its answer."""
    agreed = sum(point.agreed for point in answer.points)
    yield "YOUR APPEAL"
    yield from paragraph(_outcome(appeal, answer, agreed, decision)
                         + " A person answered who had no part in it.")
    answered = {point.n: point for point in answer.points}
    for n, point in enumerate(appeal.disputes):
        said = answered[n]
        yield ""
        yield from paragraph(f"Point {n + 1}, {_point(point, statement, decision)} You wrote:")
        yield from quoted(point.words)
        yield from paragraph(f"{_ANSWERED[point.kind is DisputeKind.ASKS_BACK, said.agreed]}, "
                             "because:")
        yield from quoted(said.reasons)


def _outcome(appeal: Appeal, answer: Answer, agreed: int, decision: Decision) -> str:
    ours, left = f"our decision {appeal.decision[:16]}", not decision.actions
    stands = f"{ours} stands"
    if decision.supersedes is not None and decision.supersedes != appeal.decision:
        stands = (f"our decision {decision.supersedes[:16]}, which has taken the place of decision "
                  f"{appeal.decision[:16]} since, stands")
    if answer.outcome is AppealOutcome.REINSTATED:
        given = "what we had taken" if left else "a part of what we had taken"
        return f"The finding of {ours} stands, and we give back {given}."
    if answer.outcome is AppealOutcome.OVERTURNED and not agreed:
        return f"We do not agree with you, and yet {ours} is overturned, for what is said below."
    if answer.outcome is AppealOutcome.OVERTURNED:
        return f"Your appeal succeeds: {ours} is overturned" \
            + ("." if left else " in part. What stands now is said below.")
    asks_back = any(point.kind is DisputeKind.ASKS_BACK for point in appeal.disputes)
    if agreed and not asks_back:
        points = len(appeal.disputes)
        right = "" if agreed == points else f" on {agreed} of {points} points"
        return f"You are right{right}, and that does not change what we did: {stands}."
    return f"Your appeal does not succeed: {stands}."


_ANSWERED = {
    (False, True): "We agree",
    (False, False): "We do not agree",
    (True, True): "We give it back",
    (True, False): "We do not give it back",
}
"""(asks back, agreed) -> what is answered."""


def _point(point: Dispute, statement: StatementOfReasons, decision: Decision) -> str:
    match point.kind:
        case DisputeKind.FACT:
            return _fact(point, statement, decision)
        case DisputeKind.READING:
            return f"on clause {point.clause}: you say that it does not mean your post."
        case DisputeKind.TREATMENT:
            like = [cut(name, LONGEST_NAME) for name in point.like[:MOST_NAMED]]
            more = len(point.like) - len(like)
            named = ", ".join(like) + (f" and {more} more" if more else "")
            return (f"on clause {point.clause}: you say that like posts were treated otherwise: "
                    f"{named}.")
        case DisputeKind.ASKS_BACK:
            return "what you ask: you accept the finding, and ask back what was taken."


def _fact(point: Dispute, statement: StatementOfReasons, decision: Decision) -> str:
    assert point.fact is not None and point.value is not None, "admitted with a value"
    about, says = _meaning(point.fact, statement), cut(show(point.value), LONGEST_NAME)
    if point.claim is None:
        return f"on {about}: you say {says}."
    check = next((m.fact_check for m in decision.dossier.matches or ()
                  if m.fact_check.key == point.claim), None)
    named = f"the fact-check {point.claim}" if check is None else \
        f"the fact-check of {check.publisher.name} ({check.url})"
    if point.fact == "claim.confirmed" and point.value is False:
        return f"on {named}: you say that it is not about your post."
    return f"on {named}, {about}: you say {says}."


def _meaning(name: str, statement: StatementOfReasons) -> str:
    """What a fact is, in the words of the terms, where the statement holds it; else its name."""
    facts = (*statement.facts, *(f for c in statement.considered for f in c.facts))
    return next((f.meaning.split(";")[0] for f in facts if f.name == name), f"`{name}`")
