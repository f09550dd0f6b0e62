"""What terms promise and the record shows unmet: found, and never judged.

A clause with force `commitment` binds whoever wrote it; courts have treated such clauses as
promises. What is held against the record here is what a machine can see: that an author was told,
that an action was not taken, that a clause which held acted, that an answer came in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from evenhand.assess.recorded import Delivered
from evenhand.model.decision import Decision
from evenhand.terms.clauses import Clause, Terms

PATIENCE = timedelta(days=3)
"""A letter is tried again for so long; until then nobody can say that its author was not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A commitment that the record shows unmet.

    `promise` is the clause's number or the key of the front matter, `words` what it says; `shows`
    what the record shows instead, in a sentence; `since` when it was unmet; `about` the decision
    or the matter.
    """

    promise: str
    words: str
    shows: str
    since: datetime
    about: str


def unmet_by(decision: Decision, terms: Terms, *, deliveries: tuple[Delivered, ...] | None,
             told_before: bool, now: datetime) -> Iterator[Unmet]:
    """The commitments of the terms that a decision shows unmet, in the order of the clauses.

    `deliveries` are those that succeeded, None where nobody looked; `told_before` says that its
    author was told the same by a decision before, so that no letter is owed. Nothing is said of
    what is not known, and of a letter nothing until it can come no more.
    """
    def wrong(clause: Clause, shows: str) -> Unmet:
        return Unmet(promise=clause.citation.number, words=_line(clause.words), shows=shows,
                     since=decision.at, about=f"decision {decision.id}")

    acted = {a.ground.citation.number for a in decision.actions}
    stopped = {g.citation.number: "its cap" for g in decision.capped} | {
        g.citation.number: "a suspension" for g in decision.suspended}
    new = [a for a in decision.actions if a.since == decision.at]
    told = deliveries is None or any(d.to != decision.post.platform for d in deliveries)
    for clause in terms.clauses:
        number, then = clause.citation.number, clause.then
        if then.force != "commitment":
            continue
        if (then.promises.tells and new and not told and not told_before
                and now - decision.at > PATIENCE):
            kinds = ", ".join(dict.fromkeys(a.kind.value for a in new))
            yield wrong(clause, f"{kinds}, and no letter to the author was delivered")
        for action in new:
            if action.kind in then.promises.never and action.ground.order is None:
                yield wrong(clause, f"{action.kind} under clause "
                            f"{action.ground.citation.number}")
        if then.actions and number in stopped and number not in acted:
            yield wrong(clause, f"it held, and {stopped[number]} kept it from acting")


def late(*, promise: str, words: str, about: str, due_at: datetime | None,
         answered_at: datetime | None, now: datetime) -> Unmet | None:
    """What was promised by a time and came later, or not at all though the time is over."""
    if due_at is None or (answered_at or now) <= due_at:
        return None
    shows = f"due {due_at:%Y-%m-%d %H:%M} UTC, and not answered" if answered_at is None else (
        f"due {due_at:%Y-%m-%d %H:%M} UTC, answered {answered_at:%Y-%m-%d %H:%M}")
    return Unmet(promise=promise, words=words, shows=shows, since=due_at, about=about)


def _line(words: str) -> str:
    """The first paragraph, on one line."""
    return " ".join(words.strip().split("\n\n")[0].split())
