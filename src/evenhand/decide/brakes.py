"""What keeps a clause that holds from acting: its cap, or a suspension; never what goes on already.
"""

from __future__ import annotations

from evenhand.decide.question import Question
from evenhand.terms.clauses import Clause
from evenhand.terms.then import PromisedAction


def capped(clause: Clause, asked: Question) -> bool:
    """Whether a clause has reached its cap, and nobody lets it act all the same."""
    return at_cap(clause, asked) and clause.citation.number not in asked.review.let_act


def at_cap(clause: Clause, asked: Question) -> bool:
    """Whether a clause has reached its cap and would act anew."""
    cap = clause.then.cap
    reached = cap is not None and asked.taken.get(clause.citation.number, 0) >= cap.count
    return reached and not _did(clause, asked)


def suspended(clause: Clause, asked: Question, promised: PromisedAction | None = None) -> bool:
    """Whether a clause is suspended and would act anew: by this action, or, of none, by any."""
    return clause.citation.number in asked.suspended and not _did(clause, asked, promised)


def _did(clause: Clause, asked: Question, promised: PromisedAction | None = None) -> bool:
    """Whether a clause acts on this post already, or did until it ended, by this action or by any:
    to go on is no new act."""
    standing = asked.standing
    if standing is None:
        return False
    ended = (a for a in standing.begun if not a.runs_at(asked.now))
    return any(a.ground.citation == clause.citation and (promised is None or (
        (a.kind, a.name, a.limits) == (promised.kind, promised.name, promised.limits)))
        for a in (*standing.actions, *ended))
