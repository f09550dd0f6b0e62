"""All that a decision is made from, as one value; and what a reviewer asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from evenhand.model.decision import Cause, Clock, Decider, Decision, SetAside
from evenhand.model.period import Period
from evenhand.model.post import Post
from evenhand.model.signal import Dossier
from evenhand.rulebook.finding import Finding
from evenhand.terms.clauses import Clause, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person asks of a decision, beyond the facts that they stated (those are in the
    dossier). Numbers are those of clauses.

    `chosen` names, by number, the actions to take of those that the clause promises; of a clause
    that is not in it, all are. `let_act` are the clauses that act although their cap is reached.
    `edits` holds the post's text after an edit that is a reviewer's to make. `set_aside` are the
    clauses that do nothing to this post whatever their rule finds, each with its reasons; one that
    is in `chosen` again is no longer set aside.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    let_act: frozenset[str] = frozenset()
    edits: Mapping[str, str] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()


NO_REVIEW = Review()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a decision is made from. `taken` counts, by clause number, what the clause did
    within its cap's period before now; `suspended` are the numbers of clauses that do nothing anew;
    `standing` is the decision that stands, if any; `ends` and `due` do the calendar arithmetic."""

    post: Post
    terms: Terms
    clauses: tuple[Clause, ...]
    findings: tuple[Finding, ...]
    dossier: Dossier
    facts_digest: str
    cause: Cause
    decider: Decider
    platform: str
    now: datetime
    clock: Clock
    taken: Mapping[str, int]
    standing: Decision | None
    ends: Callable[[datetime, Period], datetime]
    due: Callable[[datetime, Period], datetime]
    suspended: frozenset[str] = frozenset()
    review: Review = NO_REVIEW

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """The clauses that are set aside for this post: in decisions before, and now."""
        before = self.standing.set_aside if self.standing else ()
        latest = {s.ground.citation.number: s for s in (*before, *self.review.set_aside)}
        return tuple(s for number, s in latest.items() if number not in self.review.chosen)
