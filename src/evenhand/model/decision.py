"""What was decided about a post, why, by whom, and because of what.

A decision is never changed; a later one supersedes it. Leaving a post up is a decision too, once
a clause held or somebody asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from evenhand.model.action import Action, Ground
from evenhand.model.audience import mark
from evenhand.model.factcheck import FactCheck
from evenhand.model.period import Period
from evenhand.model.post import PostId
from evenhand.model.signal import Dossier
from evenhand.rulebook.finding import Answer, Finding

Clock = Literal["live", "replayed"]
"""Whether the instants of a record were read off a clock or replayed from the material."""

KnownBy = Literal["command line", "signed link", "sign-in", "their own word"]
"""How we know who somebody is. At the command line identity is trusted, and recorded as such; a
signed link is known to whoever got the notice that held it; who signs in has a password; of whoever
fills a form in that anybody may fill in we know no more than what they typed."""


class CauseKind(StrEnum):
    """What asks for a decision (DESIGN 5). SIGNAL is a fact that a detector reported later,
    REVERSAL that what a clause did is taken back."""

    ARRIVAL = "arrival"
    SIGNAL = "signal"
    REPORT = "report"
    REVIEW = "review"
    APPEAL = "appeal"
    ORDER = "order"
    FACT_CHECK_CHANGE = "fact-check change"
    ACCOUNT_CHANGE = "account change"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that asks for a decision. The same cause delivered twice gives one decision.

    `id` is unique among causes of its kind (a fact-check's key and version, a report's id).
    """

    kind: CauseKind = mark("public")
    id: str = mark("author")
    at: datetime = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Who decided: the clause's own rule, or a registered person. Derived into 'automated'.

    `known_by` is how we know that it was this person.
    """

    kind: Literal["rule", "reviewer"] = mark("public")
    person: str | None = mark("regulator", default=None)
    known_by: KnownBy | None = mark("regulator", default=None)


class AskedBecause(StrEnum):
    """Why a person must look."""

    UNDETERMINED = "a fact is missing"
    CAP = "the clause has reached its cap"
    EDIT = "the edit is a reviewer's to make"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that a decision leaves to a reviewer, and the instant by which it is due."""

    ground: Ground = mark("public")
    because: AskedBecause = mark("public")
    missing: tuple[str, ...] = mark("author")
    within: Period | None = mark("public")
    due_at: datetime | None = mark("author")


class SetAsideBecause(StrEnum):
    """Why a clause does nothing to a post though its condition may hold of it."""

    OVERTURNED = "overturned on appeal"
    REVIEWED = "set aside by a reviewer"
    REVERSED = "reversed"
    REINSTATED = "reinstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A clause that a person has set aside for this post, whatever its rule finds: it acts no more.

    The prose governs: a person may find that the clause does not say this (DESIGN 4). `matter` is
    the id of the appeal, review or reversal, `words` are the reasons. After a reinstatement the
    finding stands and what was done is given back.
    """

    ground: Ground = mark("public")
    because: SetAsideBecause = mark("public")
    matter: str = mark("author")
    words: str = mark("author")


class Outcome(StrEnum):
    """What a decision comes to, derived from its actions and questions."""

    ACTED = "acted"
    ASKED = "asked a reviewer"
    LEFT_ALONE = "left alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about one version of one post.

    `id` is `evenhand.record.identify(...)`: the hash of post id, post version, terms digest,
    facts digest, cause id and what it supersedes (DESIGN 3), hex. `findings` holds every clause
    that held or was undetermined, in this decision or, explained again, in one before. `dossier`
    is what was known. Both hold facts of every audience; what the author may see of them stands in
    the statement. `capped` are the grounds that did
    nothing because their clause had reached its cap, whether it then asked or stopped.
    `origin` is the kind of the first cause of all: that of the decision superseded, or else of
    this one's own. `proposed` are the keys of the fact-checks that a matcher tied to the post, in
    this dossier or in that of a decision before: who confirms one later did not find it.
    `begun` are the temporary actions that a clause has called for, now or in a decision before,
    and that are not taken now: a stronger one is, they have ended, or they were lifted. Each keeps
    its end, so that no later decision begins it anew.
    `set_aside` are the clauses that a person has set aside for this post, here or in a decision
    before. `suspended` are the grounds that did nothing because their clause was suspended.
    `chosen` names, as `NUMBER NAME`, the actions that a reviewer chose of those that clauses
    allow, empty where nobody chose; `let_act` the clauses that a reviewer let act beyond their cap.
    """

    id: str = mark("author")
    post: PostId = mark("author")
    cause: Cause = mark("public")
    origin: CauseKind = mark("public")
    decider: Decider = mark("public")
    terms: str = mark("public")
    facts_digest: str = mark("regulator")
    findings: tuple[Finding, ...] = mark("regulator")
    grounds: tuple[Ground, ...] = mark("public")
    actions: tuple[Action, ...] = mark("public")
    asks: tuple[Ask, ...] = mark("public")
    dossier: Dossier = mark("regulator")
    at: datetime = mark("author")
    clock: Clock = mark("public")
    supersedes: str | None = mark("author", default=None)
    capped: tuple[Ground, ...] = mark("public", default=())
    proposed: tuple[str, ...] = mark("author", default=())
    begun: tuple[Action, ...] = mark("author", default=())
    set_aside: tuple[SetAside, ...] = mark("public", default=())
    suspended: tuple[Ground, ...] = mark("public", default=())
    chosen: tuple[str, ...] = mark("author", default=())
    let_act: tuple[str, ...] = mark("author", default=())

    @property
    def outcome(self) -> Outcome:
        """Acted, asked a reviewer, or left alone."""
        if self.actions:
            return Outcome.ACTED
        return Outcome.ASKED if self.asks else Outcome.LEFT_ALONE

    @property
    def rests_on(self) -> Mapping[str, FactCheck]:
        """Key -> the fact-check, of those that a clause bound which acts here.

        An action whose clause binds no fact-check rests on none, whatever the clause says of them.
        """
        acting = {action.ground.citation.number for action in self.actions}
        matches = self.dossier.matches or ()
        bound = [matches[f.bound].fact_check for f in self.findings if f.answer is Answer.HOLDS
                 and f.bound is not None and f.provision in acting]
        return {check.key: check for check in bound}
