"""The brakes on the platform's own power, and what is kept or let go of its records.

A clause is suspended or resumed, what it did is reversed, records are held for a proceeding,
erased, or opened to somebody: each is a record of its own, with who did it and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evenhand.model.action import Ground
from evenhand.model.audience import mark
from evenhand.model.decision import Clock, KnownBy
from evenhand.model.post import PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """From `at` on a clause does nothing anew (`resumes` False), or acts again (True)."""

    id: str = mark("author")
    ground: Ground = mark("public")
    resumes: bool = mark("public", default=False)
    words: str = mark("public")
    by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """That all that a clause began to do from `since` up to `until` is taken back."""

    id: str = mark("author")
    ground: Ground = mark("public")
    since: datetime = mark("public")
    until: datetime = mark("public")
    words: str = mark("public")
    by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """That the records of a post or of an account are kept for a proceeding, or let go again.

    `post` or `account` (platform, id) is what is held; `legal_basis` names the law or the
    proceeding. `lifts` is the id of the hold that ends.
    """

    id: str = mark("author")
    post: PostId | None = mark("regulator", default=None)
    account: tuple[str, str] | None = mark("regulator", default=None)
    legal_basis: str = mark("regulator")
    lifts: str | None = mark("regulator", default=None)
    by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("regulator")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedRow:
    """A row of a batch of facts that was emptied; its commitment stays."""

    batch: str = mark("regulator")
    row: int = mark("regulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That records were emptied: `entries` are the places of their leaves, which stay.

    So are `rows` of batches of facts. What they said, and whose they were, is not repeated here:
    else nothing would be erased.
    """

    id: str = mark("author")
    entries: tuple[int, ...] = mark("regulator")
    rows: tuple[ErasedRow, ...] = mark("regulator", default=())
    posts: int = mark("public")
    legal_basis: str = mark("regulator")
    by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("author")
    clock: Clock = mark("public")


AccessTo = Literal["sealed export", "records of a post"]
"""What is opened to somebody whose work here does not need it: everything, or what is sealed about
one post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That sealed records are about to be handed out: what people wrote, who they are, the keys.

    `post` is whose, None of an export of everything; `words` say to whom and on what ground. It is
    sealed before anything is handed out, so one that came to nothing is told all the same.
    """

    id: str = mark("author")
    to: AccessTo = mark("public")
    post: PostId | None = mark("regulator", default=None)
    words: str = mark("regulator")
    by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("author")
    clock: Clock = mark("public")
