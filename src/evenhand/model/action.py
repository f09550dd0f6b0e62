"""What is done to a post or an account, and whose words a notice carries.

The effect of an action (adds, restricts, edits) is derived from what it does, never declared:
the law turns on it (47 U.S.C. 230(c)(2)(A) protects restricting, not adding; DSA Art. 17(1)
asks for reasons for a restriction of visibility).

>>> EFFECTS[ActionKind.LABEL].value, EFFECTS[ActionKind.INTERSTITIAL].value
('adds', 'restricts')
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evenhand.model.audience import mark
from evenhand.model.factcheck import SpeakerKind
from evenhand.model.period import Period
from evenhand.rulebook.document import Citation


class ActionKind(StrEnum):
    """The actions that a clause may promise, each with one meaning (GLOSSARY.md)."""

    LABEL = "label"
    WARN = "warn"
    INTERSTITIAL = "interstitial"
    LIMIT = "limit"
    HOLD = "hold"
    EDIT = "edit"
    DEMONETISE = "demonetise"
    REMOVE = "remove"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


class Effect(StrEnum):
    """What an action does to speech."""

    ADDS = "adds"
    RESTRICTS = "restricts"
    EDITS = "edits"


EFFECTS: dict[ActionKind, Effect] = {
    ActionKind.LABEL: Effect.ADDS,
    ActionKind.WARN: Effect.ADDS,
    # A reader must click through: access is restricted (reference: law, section 1.3).
    ActionKind.INTERSTITIAL: Effect.RESTRICTS,
    ActionKind.LIMIT: Effect.RESTRICTS,
    ActionKind.HOLD: Effect.RESTRICTS,
    ActionKind.EDIT: Effect.EDITS,
    ActionKind.DEMONETISE: Effect.RESTRICTS,
    ActionKind.REMOVE: Effect.RESTRICTS,
    ActionKind.SUSPEND: Effect.RESTRICTS,
    ActionKind.TERMINATE: Effect.RESTRICTS,
}

STRENGTH: dict[str, tuple[ActionKind, ...]] = {
    "visibility": (ActionKind.LIMIT, ActionKind.INTERSTITIAL, ActionKind.HOLD, ActionKind.REMOVE),
    "monetary": (ActionKind.DEMONETISE,),
    "account": (ActionKind.SUSPEND, ActionKind.TERMINATE),
}
"""Of each of these, only the strongest action that a decision calls for is taken (DESIGN 4);
weakest first. Labels, warnings and edits stand beside each other."""

LIMITS = ("reach", "replies", "recommendation", "age")
"""What a limit may limit. Limits of different things stand beside each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The published provision that an action rests on; there is no free text in its place.

    `order` is the id of the recorded order or notice where the provision is one of law.
    """

    citation: Citation = mark("public")
    order: str | None = mark("public", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Words that an action puts beside a post: who wrote them, and who made the page they link to.

    The law treats a fact-checker's, the crowd's and the platform's own words differently.
    `also` holds the words in the terms' other languages.
    """

    words: str = mark("public")
    language: str = mark("public")
    words_by: SpeakerKind = mark("public")
    words_by_name: str = mark("public")
    link: str | None = mark("public", default=None)
    page_by: SpeakerKind | None = mark("public", default=None)
    page_by_name: str | None = mark("public", default=None)
    also: tuple[tuple[str, str], ...] = mark("public", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an edit changed: the text before and after; never generated words.

    Of several edits in one decision each begins where the one before it ends.
    """

    before: str = mark("author")
    after: str = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing done, with the ground it rests on.

    `name` is stable and lower case (`get-the-facts`). `limits` is one of `LIMITS` for a limit.
    `since` is when it began, whatever decision it stands in now. `lasts` is as the clause writes
    it, `ends_at` the instant it means; both None: without end. `territory` holds ISO 3166-1
    alpha-2 codes, empty for everywhere.
    """

    kind: ActionKind = mark("public")
    name: str = mark("public")
    ground: Ground = mark("public")
    speech: Speech | None = mark("public", default=None)
    since: datetime = mark("author")
    limits: str | None = mark("public", default=None)
    lasts: Period | None = mark("public", default=None)
    ends_at: datetime | None = mark("author", default=None)
    territory: tuple[str, ...] = mark("public", default=())
    edit: Edit | None = mark("author", default=None)

    @property
    def effect(self) -> Effect:
        """Adds, restricts or edits: derived from the kind."""
        return EFFECTS[self.kind]

    def runs_at(self, now: datetime) -> bool:
        """Whether it has not ended by then; what ends at an instant has ended at it."""
        return self.ends_at is None or now < self.ends_at

    def is_the_act(self, other: Action) -> bool:
        """Whether both are one and the same thing done, whenever each begins and ends."""
        return _undated(self) == _undated(other)


def _undated(action: Action) -> tuple[object, ...]:
    return (action.kind, action.name, action.limits, action.ground, action.speech,
            action.territory, action.edit)


def is_covered(action: Action, by: Collection[Action]) -> bool:
    """Whether in each place where an action holds something is done that is as much as it is."""
    places = action.territory or (None,)  # what is done everywhere is done in each place too
    return all(any((not a.territory or place in a.territory) and _is_as_much(a, action)
                   for a in by) for place in places)


def _is_as_much(now: Action, then: Action) -> bool:
    """Whether one action is as strong as another and lasts as long, wherever it holds."""
    if now.ends_at is not None and (then.ends_at is None or now.ends_at < then.ends_at):
        return False
    for kinds in STRENGTH.values():
        if now.kind in kinds and then.kind in kinds:
            if now.kind is then.kind is ActionKind.LIMIT:
                return now.limits == then.limits
            return kinds.index(now.kind) >= kinds.index(then.kind)
    same = now.kind is then.kind and now.name == then.name
    return same and _taken_out(now) >= _taken_out(then)


def _taken_out(action: Action) -> int:
    """How many characters an edit takes out of a post; of any other action none."""
    return 0 if action.edit is None else len(action.edit.before) - len(action.edit.after)
