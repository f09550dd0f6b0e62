"""What a reviewer may ask of a decision: grounds in force, and actions that they allow, no others.

Each refusal says which clause, why, and what could be asked instead. A reviewer who thinks that a
clause's rule is wrong for a post sets the clause aside, with reasons; none acts without a ground.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evenhand.decide.exceptions import override
from evenhand.decide.question import Question
from evenhand.errors import EvenhandError
from evenhand.model.action import ActionKind
from evenhand.model.decision import SetAsideBecause
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.finding import Answer, Finding
from evenhand.terms.clauses import Clause


class ReviewRefused(EvenhandError):
    """A reviewer asks for what no clause in force allows."""


def check_review(asked: Question) -> None:
    """Refuse a review that no published ground bears out; each clause by what its rule finds."""
    clauses = {c.citation.number: c for c in asked.clauses}
    findings = {f.provision: f for f in override(asked.findings, clauses)}
    review = asked.review
    named = dict.fromkeys((*review.chosen, *review.let_act, *review.edits, *(
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
        if number in review.chosen:
            raise ReviewRefused(f"clause {number} is both set aside and acted on",
                                hint="choose one of the two")
    for number, names in review.chosen.items():
        _refuse_unless_holds(clauses[number], findings[number])
        for name in names:
            _refuse_unless_promised(clauses[number], name)
    for number in review.let_act:
        _refuse_unless_holds(clauses[number], findings[number])
        cap = clauses[number].then.cap
        if cap is None or asked.taken.get(number, 0) < cap.count:
            raise ReviewRefused(f"clause {number} has not reached a cap",
                                hint="it acts by itself: leave this out")
    for number in review.edits:
        _refuse_unless_holds(clauses[number], findings[number])
        _refuse_unless_editable(clauses[number], asked)


def _not_in_force(number: str, asked: Question, clauses: Mapping[str, Clause]) -> ReviewRefused:
    terms = f"{asked.terms.front.title}, version {asked.terms.front.version}"
    read = asked.terms.clause(number)
    if read is not None and read.rule is not None:
        return ReviewRefused(f"clause {number} of the {terms} is repealed",
                             hint="what was repealed before the decision is no ground of it")
    if read is not None:
        return ReviewRefused(f"clause {number} of the {terms} has no rule, so it allows no action",
                             hint="name a clause with a `when`: " + ", ".join(clauses))
    return ReviewRefused(
        f"the {terms}, which govern this post, have no clause {number}",
        hint=suggest(number, clauses) or "they have " + ", ".join(clauses))


def _refuse_unless_holds(clause: Clause, finding: Finding) -> None:
    number = clause.citation.number
    if finding.answer is Answer.UNDETERMINED:
        raise ReviewRefused(
            f"whether clause {number} holds of this post is undetermined",
            hint="state what is missing: " + ", ".join(finding.missing))
    if finding.answer is Answer.DOES_NOT_HOLD:
        said = "; ".join(f"{name} is {value!r}" for name, value in finding.facts)
        raise ReviewRefused(
            f"clause {number} does not hold of this post" + (f": {said}" if said else ""),
            hint="state the fact that is wrong, if one is; without a clause that holds nothing "
            "can be done to a post")


def _refuse_unless_promised(clause: Clause, name: str) -> None:
    promised = {a.name: a for a in clause.then.actions}
    if name not in promised:
        raise ReviewRefused(
            f"clause {clause.citation.number} does not allow `{name}`",
            hint=suggest(name, promised) or ("it allows " + ", ".join(promised) if promised
                                             else "it allows no action"))


def _refuse_unless_editable(clause: Clause, asked: Question) -> None:
    number, text = clause.citation.number, asked.review.edits[clause.citation.number]
    edits = list(_edits(clause))
    if not edits:
        raise ReviewRefused(f"clause {number} allows no edit",
                            hint="choose among " + ", ".join(a.name for a in clause.then.actions))
    found = {s.fact for s in asked.dossier.spans}
    if all(redacts is not None and f"hits.{redacts}" in found for redacts in edits):
        raise ReviewRefused(f"the edit of clause {number} is its rule's to make",
                            hint="leave the words out: what it takes out is written in the terms")
    if text == asked.post.text:
        raise ReviewRefused(f"the edit of clause {number} changes nothing",
                            hint="give the text as it is to read afterwards")


def _edits(clause: Clause) -> Iterator[str | None]:
    """What each edit of a clause redacts; None for one that is in the reviewer's words."""
    for action in clause.then.actions:
        if action.kind is ActionKind.EDIT:
            yield action.redacts
