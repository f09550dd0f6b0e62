"""A decision as it is recorded, the things of it that are assessed, and what is known of each.

Each fact says where it comes from: our record, a count, a party, a court. "As recorded" and "as
alleged" are two runs of one assessment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from evenhand.model.action import Action
from evenhand.model.appeal import Appeal
from evenhand.model.decision import Decision
from evenhand.model.matter import Order, Report
from evenhand.model.statement import StatementOfReasons
from evenhand.rulebook.vocabulary import Record, Value
from evenhand.terms.clauses import Clause, Terms

Basis = Literal["recorded", "measured", "alleged", "found"]
"""How a fact is known: our record has it, we counted it, a party says it, a court found it."""

Thing = Literal["the author's post", "the platform's own words"]
"""The two things that are assessed apart, since the law treats them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One fact with where it comes from. `evidence` says in words where it stands, or who says it.
    """

    fact: str
    value: Value
    basis: Basis
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """That something of a decision was handed over: its letter, `to` whom, or what the platform is
    to do, `to` the platform; by which channel, and when."""

    channel: str
    to: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What somebody brought that a decision answers, and what its sender was told.

    `receipt_at` is when the confirmation of its receipt was delivered, `answered_at` when the
    answer was, where that is a letter of its own; None: no delivery is recorded.
    """

    matter: Report | Order | Appeal
    receipt_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A decision as it is recorded, with what bears on it.

    `terms` is the version that governs the post, None where it is not at hand. `deliveries` are
    those that succeeded, None where nobody looked. `unmet` names commitments of the terms that the
    record shows unmet, None where nobody looked. `brought` are the reports, orders and appeals that
    the decision answers, None where nobody looked.
    """

    decision: Decision
    statement: StatementOfReasons
    terms: Terms | None = None
    deliveries: tuple[Delivered, ...] | None = None
    unmet: tuple[str, ...] | None = None
    brought: tuple[Brought, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One thing that is assessed: the post or the platform's words, with what was done; and what
    the record answers of it. `action` is None where nothing was done."""

    thing: Thing
    action: Action | None
    stated: tuple[Stated, ...]

    @property
    def record(self) -> Record:
        """The facts alone."""
        return {s.fact: s.value for s in self.stated}

    @property
    def basis_of(self) -> Mapping[str, Stated]:
        """Fact -> where it comes from."""
        return {s.fact: s for s in self.stated}


def with_alleged(one: Assessed, alleged: Iterable[Stated]) -> Assessed:
    """The same as a complaint has it: what is alleged is added, and never changes what is recorded;
    but what a claim rests on is the claimant's to say."""
    said = tuple(alleged)
    theirs = {s.fact for s in said if s.fact.startswith(CLAIM)}
    kept = tuple(s for s in one.stated if s.fact not in theirs)
    known = {s.fact for s in kept}
    return replace(one, stated=(*kept, *(s for s in said if s.fact not in known)))


CLAIM = "suit."
"""How facts begin that are about what is claimed and pleaded."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: the case, the thing, the action; with where facts may stand."""

    case: Case
    thing: Thing
    action: Action | None

    @property
    def own(self) -> bool:
        """Whether it is the platform's own words."""
        return self.thing == "the platform's own words"

    @property
    def where(self) -> str:
        """The decision, as evidence names it."""
        return f"decision {self.case.decision.id[:16]}"

    @property
    def clause(self) -> Clause | None:
        """The clause that is the ground; None where the ground is none."""
        terms, action = self.case.terms, self.action
        if terms is None or action is None or action.ground.order is not None:
            return None
        return terms.clause(action.ground.citation.number)


Answer = tuple[Value, str]
"""A value, and in words where it stands."""
