"""What a reviewer may ask of a decision: grounds in force, and actions that they allow, no others.

Each refusal says which clause, why, and what could be asked instead. A reviewer who thinks that a
clause's rule is wrong for a post sets the clause aside, with reasons; none acts without a ground.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from evenhand.decide.brakes import at_cap, capped, suspended
from evenhand.decide.exceptions import override
from evenhand.decide.question import Question
from evenhand.errors import EvenhandError
from evenhand.model.action import ActionKind
from evenhand.model.decision import SetAsideBecause
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.syntax import format_value
from evenhand.terms.clauses import Clause


class ReviewRefused(EvenhandError):
    """A reviewer asks for what no clause in force allows."""


def check_review(asked: Question) -> None:
    """Refuse a review that no published ground bears out; each clause by what its rule finds."""
    review = asked.review
    clauses = {c.citation.number: c for c in asked.clauses}
    aside = {s.ground.citation.number for s in asked.set_aside}
    findings = {f.provision: f for f in override(asked.findings, clauses, aside=aside)}
    done = dict.fromkeys((*review.chosen, *sorted(review.let_act), *review.edits))
    named = dict.fromkeys((*done, *(
        s.ground.citation.number for s in review.set_aside
        if s.because is SetAsideBecause.REVIEWED)))  # of what else is taken back, a repeal is none
    for number in named:
        if number not in clauses:
            raise _not_in_force(number, asked, clauses)
    for said in review.set_aside:
        number = said.ground.citation.number
        if not said.words.strip():
            raise ReviewRefused(f"clause {number} is set aside without reasons",
                                hint="say why the clause does not mean this post")
        if number in done:
            raise ReviewRefused(f"clause {number} is both set aside and acted on",
                                hint="choose one of the two")
    for number in done:
        _refuse_unless_holds(clauses[number], findings[number])
        _refuse_idle(clauses[number], asked)
    for number, names in review.chosen.items():
        _refuse_unless_promised(clauses[number], names)
    for number in sorted(review.let_act):
        if not at_cap(clauses[number], asked):
            raise ReviewRefused(f"clause {number} has not reached a cap",
                                hint="it acts by itself: leave this out")
    for number in review.edits:
        _refuse_unless_editable(clauses[number], asked)


def _refuse_idle(clause: Clause, asked: Question) -> None:
    """What is set aside does nothing, whatever is asked of it, unless its actions are chosen anew;
    what is suspended or has reached its cap does nothing anew."""
    number, cap = clause.citation.number, clause.then.cap
    if number in {s.ground.citation.number for s in asked.set_aside}:
        raise ReviewRefused(f"clause {number} is set aside for this post",
                            hint="choose its actions: then it is set aside no longer")
    if _restores(number, asked):
        return
    names = asked.review.chosen.get(number, ())
    if suspended(clause, asked) or any(suspended(clause, asked, a) for a in clause.then.actions
                                       if a.name in names):
        raise ReviewRefused(f"clause {number} is suspended and does nothing anew", hint="leave it "
                            "out; a suspension is lifted for every post, or for none")
    if cap is not None and capped(clause, asked):
        raise ReviewRefused(f"clause {number} has reached its cap of {cap.count} in {cap.per}",
                            hint="let it act all the same, or leave it out")


def _restores(number: str, asked: Question) -> bool:
    """Whether a choice has an effect of its own: what was set aside is so no longer."""
    before = asked.standing.set_aside if asked.standing else ()
    return any(s.ground.citation.number == number for s in before)


def _not_in_force(number: str, asked: Question, clauses: Mapping[str, Clause]) -> ReviewRefused:
    terms = f"{asked.terms.front.title}, version {asked.terms.front.version}"
    left = ("the clauses that govern it: " + ", ".join(clauses) if clauses
            else "no clause of them governs it any more")
    read = asked.terms.clause(number)
    if read is not None and read.rule is not None:
        return ReviewRefused(f"clause {number} of the {terms}, is repealed",
                             hint="what was repealed before the decision is no ground of it")
    if read is not None:
        return ReviewRefused(f"clause {number} of the {terms}, has no rule: it allows no action",
                             hint=left)
    return ReviewRefused(f"the {terms}, which govern this post, have no clause {number}",
                         hint=suggest(number, clauses) or left)


def _refuse_unless_holds(clause: Clause, finding: Finding) -> None:
    number = clause.citation.number
    if finding.answer is Answer.UNDETERMINED:
        raise ReviewRefused(
            f"whether clause {number} holds of this post is undetermined",
            hint="state what is missing: " + ", ".join(f"`{name}`" for name in finding.missing))
    if finding.answer is Answer.DOES_NOT_HOLD:
        said = "; ".join(f"`{name}` is {format_value(value)}" for name, value in finding.facts)
        said = said or (finding.why.text if finding.why else "")
        raise ReviewRefused(
            f"clause {number} does not hold of this post" + (f": {said}" if said else ""),
            hint="state the fact that is wrong, if one is; without a clause that holds nothing "
            "can be done to a post")


def _refuse_unless_promised(clause: Clause, names: Collection[str]) -> None:
    number, promised = clause.citation.number, [a.name for a in clause.then.actions]
    for name in names:
        if name not in promised:
            raise ReviewRefused(f"clause {number} does not allow `{name}`",
                                hint=suggest(name, promised) or _allowed(clause))
    if promised and not names:
        raise ReviewRefused(f"nothing is chosen of what clause {number} allows",
                            hint=f"{_allowed(clause)}; or set it aside, with reasons")


def _allowed(clause: Clause) -> str:
    return "it allows " + (", ".join(f"`{a.name}`" for a in clause.then.actions) or "no action")


def _refuse_unless_editable(clause: Clause, asked: Question) -> None:
    number, text = clause.citation.number, asked.review.edits[clause.citation.number]
    edits = [a for a in clause.then.actions if a.kind is ActionKind.EDIT]
    if not edits:
        raise ReviewRefused(f"clause {number} allows no edit", hint=_allowed(clause))
    found = {s.fact for s in asked.dossier.spans}
    theirs = [a for a in edits if a.redacts is None or f"hits.{a.redacts}" not in found]
    if not theirs:
        raise ReviewRefused(f"the edit of clause {number} is its rule's to make",
                            hint="leave the words out: what it takes out is written in the terms")
    chosen = asked.chosen.get(number)
    if chosen is not None and not any(a.name in chosen for a in theirs):
        raise ReviewRefused(f"the edit of clause {number} is not among the actions chosen of it",
                            hint="choose " + " or ".join(f"`{a.name}`" for a in theirs) + " too")
    if text == asked.post.text:
        raise ReviewRefused(f"the edit of clause {number} changes nothing",
                            hint="give the text as it is to read afterwards")
