"""All that a decision is made from, as one value; and what a reviewer asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from evenhand.model.decision import (
    Cause,
    Clock,
    Decider,
    Decision,
    SetAside,
    SetAsideBecause,
)
from evenhand.model.period import Period
from evenhand.model.post import Post
from evenhand.model.signal import Dossier
from evenhand.rulebook.finding import Finding
from evenhand.terms.clauses import Clause, Terms

Begins = Literal["anything", "no worse", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person asks of a decision, beyond the facts that they stated (those are in the
    dossier). Numbers are those of clauses.

    `chosen` names, by number, the actions to take of those that the clause promises; of a clause
    that is not in it, what a reviewer chose before goes on, else all are taken. `let_act` are the
    clauses that act although their cap is reached. `edits` holds the post's text after an edit
    that is a reviewer's to make. `set_aside` are the clauses that do nothing to this post whatever
    their rule finds, each with its reasons; one that is in `chosen` again, or in `restores`, is no
    longer set aside, and then its rule says whether it holds. `begins` says what a
    decision may begin: `anything`; `no worse`, that nothing restricts more than what stands (nobody
    fares worse for having appealed); `nothing`, that only what stood goes on, or what it had
    outdone takes its place (what is taken back brings nothing new).
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    let_act: frozenset[str] = frozenset()
    edits: Mapping[str, str] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    restores: frozenset[str] = frozenset()
    begins: Begins = "anything"

    @property
    def acts_on(self) -> frozenset[str]:
        """The numbers of the clauses that it wants something done by."""
        return frozenset((*self.chosen, *self.let_act, *self.edits))


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
        """The clauses that are set aside for this post: in decisions before, and now, each once.

        The latest word counts; but to give back what was taken under a clause does not restore the
        finding, where a person has found that the clause does not mean this post.
        """
        before = self.standing.set_aside if self.standing else ()
        latest: dict[str, SetAside] = {}
        for said in (*before, *self.review.set_aside):
            number = said.ground.citation.number
            if number not in latest or said.because is not SetAsideBecause.REINSTATED:
                latest[number] = said
        restored = {*self.review.chosen, *self.review.restores}
        return tuple(s for number, s in latest.items() if number not in restored)

    @property
    def chosen(self) -> Mapping[str, tuple[str, ...]]:
        """By number, the actions that a reviewer chose of a clause: now, or in a decision before.

        No rule takes what a person decided not to take, for as long as the clause is a ground.
        """
        chosen: dict[str, tuple[str, ...]] = {}
        if self.standing is not None and self.standing.terms == self.terms.digest:
            for said in self.standing.chosen:
                number, _, name = said.partition(" ")
                chosen[number] = (*chosen.get(number, ()), name)
        return {**chosen, **self.review.chosen}
