"""An appeal disputes a decision point by point, and its answer addresses every point.

The form is the finding (DESIGN 2, 4): whoever appeals says which fact is wrong and what is true
instead, or that the clause does not say this, or that like posts were treated otherwise; or accepts
the finding and asks back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from evenhand.model.audience import mark
from evenhand.model.decision import Clock, KnownBy
from evenhand.model.matter import Sender
from evenhand.model.post import PostId
from evenhand.rulebook.vocabulary import Value


class DisputeKind(StrEnum):
    """What an appeal can say is wrong, or that nothing is."""

    FACT = "a fact"
    READING = "the reading of the clause"
    TREATMENT = "the treatment of like posts"
    ASKS_BACK = "asks back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One point of an appeal, in the words of whoever appeals.

    Of a fact: its name and, in `value`, what is true instead; of a fact-check that is not about
    the post the name is `claim.confirmed` and `claim` the key of the fact-check. Of a reading or a
    treatment: the number of the clause, and for a treatment the posts that are `like` this one, by
    id or address.
    """

    kind: DisputeKind = mark("public")
    words: str = mark("author")
    clause: str | None = mark("author", default=None)
    fact: str | None = mark("author", default=None)
    value: Value | None = mark("author", default=None)
    claim: str | None = mark("author", default=None)
    like: tuple[str, ...] = mark("author", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A dispute of one decision, by the post's author, or by who reported the post in vain.

    `decision` is the decision appealed against.
    """

    id: str = mark("author")
    decision: str = mark("author")
    post: PostId = mark("author")
    by: Sender = mark("author")
    party: Literal["author", "reporter"] = mark("public")
    disputes: tuple[Dispute, ...] = mark("public")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("author")
    clock: Clock = mark("public")


class AppealOutcome(StrEnum):
    """The end of an appeal, derived from what the new decision does."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    REINSTATED = "reinstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointAnswered:
    """The answer to one point: `n` is its place in the appeal, from 0; nothing without reasons."""

    n: int = mark("author")
    agreed: bool = mark("author")
    reasons: str = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person answers to an appeal, point by point; never a machine alone (Art. 20(6)).

    `manifestly_unfounded` is the answerer's word for Art. 23(2), and no part of the outcome.
    """

    appeal: str = mark("author")
    points: tuple[PointAnswered, ...] = mark("author")
    outcome: AppealOutcome = mark("public")
    by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    manifestly_unfounded: bool = mark("regulator", default=False)
