"""What every clause that governs a post finds of it: the answers of all, the reasons of few."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from evenhand.rulebook.answer import answers
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import Record
from evenhand.terms.clauses import Clause


def measure(clauses: Iterable[Clause], facts: Record, *,
            explained: Collection[str] = ()) -> tuple[Finding, ...]:
    """The finding of every clause that runs, in the order of the terms.

    Most clauses do not hold of most posts: only the others are explained, and those of the numbers
    in `explained`, whatever they find.
    """
    rules = [(c.citation.number, c.rule.condition) for c in clauses if c.rule is not None]
    found = answers(tuple(condition for _, condition in rules), facts)
    return tuple(
        Finding(provision=number, answer=answer)
        if answer is Answer.DOES_NOT_HOLD and number not in explained
        else evaluate(condition, facts, provision=number)
        for (number, condition), answer in zip(rules, found, strict=True))
