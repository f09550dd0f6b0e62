"""Which claim a decision rests on, as a letter names it: its words, whose fact-check, how rated.

Whoever is told that a notice stands beside their post must be able to see for what, and to dispute
that their post says it. The words are strangers': they stand in a quotation that they cannot end.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.model.action import Action
from evenhand.model.decision import Decision
from evenhand.model.factcheck import FactCheck
from evenhand.model.statement import GroundStated
from evenhand.reasons.plain import cut, inline, paragraph, quoted
from evenhand.reasons.statement import day_in_words
from evenhand.rulebook.finding import Answer

LONGEST_CLAIM = 1_000
"""Characters of a claim that a letter quotes."""

_SPEAKS = {"platform": "our own page", "crowd": "written by readers",
           "fact-checker": "a fact-checker", "unlisted": "who is not on our list"}


def claim_of(ground: GroundStated, decision: Decision) -> FactCheck | None:
    """The fact-check by which a clause holds; None where it names none."""
    matches = decision.dossier.matches or ()
    return next((matches[f.bound].fact_check for f in decision.findings
                 if f.provision == ground.citation.number and f.answer is Answer.HOLDS
                 and f.bound is not None), None)


def let_go(before: Decision, lifted: tuple[Action, ...], decision: Decision
           ) -> tuple[FactCheck, ...]:
    """The fact-checks on which rested what is lifted, and on which nothing rests now."""
    numbers = {action.ground.citation.number for action in lifted}
    matches, now = before.dossier.matches or (), decision.rests_on
    bound = {matches[f.bound].fact_check.key: matches[f.bound].fact_check for f in before.findings
             if f.provision in numbers and f.answer is Answer.HOLDS and f.bound is not None}
    return tuple(check for key, check in bound.items() if key not in now)


def rated(check: FactCheck) -> str:
    """How a fact-check rates its claim, in its publisher's words; a number alone says nothing
    without its scale, so our own word for it stands beside."""
    if not check.rating_words:
        return check.rating
    said = f"“{inline(check.rating_words)}”"
    return said if any(c.isalpha() for c in check.rating_words) else f"{said} ({check.rating})"


def of_claim(begins: str, check: FactCheck) -> Iterator[str]:
    """Lines that name a claim and its fact-check after these words."""
    said_by = f" by {inline(check.claim_by)}" if check.claim_by else ""
    # Its day is that of the page: what it says there may have been another thing then.
    when = f" in a fact-check of {day_in_words(check.published_at)}" if check.published_at else ""
    yield from paragraph(
        f"{begins}{said_by}, which {inline(check.publisher.name)} "
        f"({_SPEAKS[check.publisher.kind]}) rated {rated(check)}{when}:")
    yield from quoted(cut(check.claim, LONGEST_CLAIM))
    yield from paragraph(f"The fact-check: {check.url}")
