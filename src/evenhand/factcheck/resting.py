"""On which fact-checks a decision rests: those that a clause bound which acts by it."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.model.action import Action
from evenhand.model.decision import Decision
from evenhand.rulebook.finding import Answer


def rests_on(decision: Decision) -> Mapping[str, tuple[Action, ...]]:
    """Key of a fact-check -> the actions that the decision takes on it; empty where it takes none.

    An action whose clause binds no fact-check rests on none, whatever the clause says of them.
    """
    matches = decision.dossier.matches or ()
    bound = {f.provision: matches[f.bound].fact_check.key for f in decision.findings
             if f.answer is Answer.HOLDS and f.bound is not None}
    found: dict[str, tuple[Action, ...]] = {}
    for action in decision.actions:
        key = bound.get(action.ground.citation.number)
        if key is not None:
            found[key] = (*found.get(key, ()), action)
    return found
