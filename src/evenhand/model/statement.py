"""The statement of reasons, the letter to the author, and the notice that readers see.

The statement holds what DSA Art. 17(3)(a) to (f) demands, each field derived from the record by
`evenhand.reasons`; nobody types it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evenhand.model.action import Action, ActionKind, Effect, Speech
from evenhand.model.audience import mark
from evenhand.model.decision import CauseKind, Clock, SetAside
from evenhand.model.factcheck import CheckState, FactCheck
from evenhand.model.period import Period
from evenhand.model.post import PostId
from evenhand.rulebook.document import Citation
from evenhand.rulebook.vocabulary import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStated:
    """Art. 17(3)(a): what was done, where, and for how long."""

    kind: ActionKind = mark("public")
    name: str = mark("public")
    effect: Effect = mark("public")
    limits: str | None = mark("public")
    territory: tuple[str, ...] = mark("public")
    since: datetime = mark("author")
    until: datetime | None = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactReliedOn:
    """Art. 17(3)(b): one fact, what it means, its value, and who observed it."""

    name: str = mark("author")
    meaning: str = mark("author")
    value: Value = mark("author")
    observer: str = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundStated:
    """Art. 17(3)(d) or (e): the provision, in its own words, and why the post falls under it.

    `objection` is one of the words of 47 U.S.C. 230(c)(2)(A); `illegal_under` the law under which
    the clause holds such a post to be illegal, and then (d) is served, else (e).
    """

    citation: Citation = mark("public")
    title: str = mark("public")
    words: str = mark("public")
    kind: Literal["terms", "law"] = mark("public")
    objection: str | None = mark("public")
    illegal_under: str | None = mark("public")
    category: str | None = mark("public")
    because: tuple[str, ...] = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundConsidered:
    """A clause that held, or was undetermined, in a decision before, and why it does not hold now.

    It is no ground of any action. Where nobody is asked it may be undetermined still. A clause that
    a person has set aside (`set_aside`, with the reasons), or that is suspended, may hold and does
    nothing.
    """

    citation: Citation = mark("public")
    title: str = mark("public")
    words: str = mark("public")
    answer: Literal["does not hold", "undetermined", "set aside", "suspended"] = mark("public")
    facts: tuple[FactReliedOn, ...] = mark("author")
    because: tuple[str, ...] = mark("author")
    set_aside: SetAside | None = mark("public", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redress:
    """Art. 17(3)(f): how to appeal, where, to whom, by when, and what remains after that.

    `appeals_at` is an address of the web or of e-mail; None where no appeal is heard.
    """

    appeal_by: datetime | None = mark("author")
    appeal_within: Period | None = mark("public")
    appeals_to: str = mark("public")
    appeals_at: str | None = mark("public")
    out_of_court: str | None = mark("public")
    courts: str | None = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfReasons:
    """What Art. 17(3) demands, field by field, derived from one decision.

    (a) `actions`; (b) `facts`, `fact_checks`, `excerpts`, `cause`, `source`; (c)
    `detection_automated`, `decision_automated` (partially: a rule decided on what a person
    said); (d), (e) `grounds`; (f) `redress`. `considered` says why a post is left alone.

    Facts that their vocabulary does not show to authors, and hits of sealed lists, are `withheld`
    from `facts` and `excerpts`: for regulators, or `sealed`, for courts and auditors alone.
    """

    decision: str = mark("author")
    post: PostId = mark("author")
    at: datetime = mark("author")
    clock: Clock = mark("public")
    actions: tuple[ActionStated, ...] = mark("public")
    facts: tuple[FactReliedOn, ...] = mark("author")
    withheld: tuple[FactReliedOn, ...] = mark("regulator")
    sealed: tuple[FactReliedOn, ...] = mark("sealed")
    fact_checks: tuple[FactCheck, ...] = mark("author")
    excerpts: tuple[str, ...] = mark("author")
    cause: CauseKind = mark("public")
    source: str = mark("public")
    detection_automated: bool = mark("public")
    decision_automated: Literal["fully", "partially", "not"] = mark("public")
    grounds: tuple[GroundStated, ...] = mark("public")
    considered: tuple[GroundConsidered, ...] = mark("public")
    redress: Redress = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The letter to the author: its words are sealed in the record, the receipt is attached.

    `about` is the id of the decision, or of the report, order or appeal, that it is about. `to` is
    the author's account, or, to anybody else, the address or account that they gave.
    """

    about: str = mark("author")
    to: str = mark("author")
    subject: str = mark("author")
    words: str = mark("author")
    language: str = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCheckNotice:
    """The label that readers see beside a post: its words, its link, and who wrote each.

    `made_at` is when the post appeared, `published_at` when the fact-check did, `known_at` when the
    platform heard of it as it reads now: a post may be older than what is known about its claim.
    `confirmed_for` says of what a person confirmed it, `this post` or `a copy of this post`; None
    where no person did.
    """

    decision: str = mark("author")
    post: PostId = mark("author")
    label: str = mark("public")
    speech: Speech = mark("public")
    claim: str | None = mark("public")
    rating: str | None = mark("public")
    since: datetime = mark("author")
    made_at: datetime = mark("author")
    published_at: datetime | None = mark("author", default=None)
    known_at: datetime | None = mark("author", default=None)
    confirmed_for: Literal["this post", "a copy of this post"] | None = mark("public", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What readers are told where a fact-check on which something rested was corrected.

    `was` is what it rated the claim before, in the publisher's words. Then either it rates the
    claim `now` otherwise, or it is withdrawn or superseded (`state`), for the reason given.
    `stands` says whether anything beside the post rests on a fact-check still. `words` are those
    that readers see.
    """

    decision: str = mark("author")
    post: PostId = mark("author")
    publisher: str = mark("public")
    link: str = mark("public")
    claim: str = mark("public")
    was: str = mark("public")
    now: str | None = mark("public", default=None)
    state: CheckState | None = mark("public", default=None)
    because: str | None = mark("public", default=None)
    superseded_by: str | None = mark("public", default=None)
    since: datetime = mark("author")
    stands: bool = mark("public")
    words: str = mark("public")
    language: str = mark("public", default="en")


def is_fact_check_notice(action: Action) -> bool:
    """Whether an action is a label that links to a page about the facts."""
    return (action.kind is ActionKind.LABEL and action.speech is not None
            and action.speech.link is not None)
