"""What people bring to the platform: a report, an order, and that somebody takes theirs back.

A matter is recorded on arrival, before anybody looks at it, under an id of its own. In its record
"author" is the audience of whoever brought it: its sender sees their own words again, and the
author of the post never sees who sent them (Regulation 2022/2065 Art. 17(3)(b)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from evenhand.model.audience import mark
from evenhand.model.decision import Clock, KnownBy
from evenhand.model.post import PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who brings a matter, as far as they say.

    `address` is an address of e-mail, `account` their id on the post's platform, `flagger` the id
    of a registered trusted flagger (Art. 22). None is what was not said.
    """

    name: str | None = mark("author", default=None)
    address: str | None = mark("author", default=None)
    account: str | None = mark("author", default=None)
    flagger: str | None = mark("author", default=None)

    @property
    def contact(self) -> str | None:
        """Where a letter reaches them: the address, else the account, else the id of a trusted
        flagger; None where none is."""
        said = (self.address, self.account, self.flagger)
        return next((one for one in said if one and one.strip()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A person's message to the platform about a post (Art. 16).

    `words` are the reasons, `where` the exact electronic location. It names a clause of the terms
    by number, or the law under which its sender holds the post to be illegal, or both.
    `good_faith` is the sender's statement of Art. 16(2)(d). `offence_against_children`: it is about
    an offence of Arts 3 to 7 of Directive 2011/93/EU, and then no name is asked for.
    """

    id: str = mark("author")
    post: PostId = mark("author")
    by: Sender = mark("author")
    words: str = mark("author")
    where: str = mark("author")
    clause: str | None = mark("public", default=None)
    illegal_under: str | None = mark("author", default=None)
    good_faith: bool = mark("author", default=False)
    offence_against_children: bool = mark("author", default=False)
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("author")
    clock: Clock = mark("public")

    @property
    def trusted(self) -> bool:
        """Whether it comes from a trusted flagger (Art. 22)."""
        return self.by.flagger is not None


OrderKind = Literal["court order", "authority's order", "copyright notice", "removal request",
                    "government request", "advertiser request"]
ORDER_KINDS: tuple[OrderKind, ...] = get_args(OrderKind)
"""Of a court; of an authority (Art. 9); of a rights holder; a request that a statute gives the
person shown (47 U.S.C. 223a); what a government asks without ordering it; what an advertiser asks.
The last two bind nobody: they are recorded because somebody may have acted on them."""

BINDING: tuple[OrderKind, ...] = ("court order", "authority's order")
"""The orders that a platform must obey where they are valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a court, an authority, a rights holder, a government or an advertiser demands.

    `legal_basis` is the law that the sender names, `words` the text as it arrived, `demands` what
    it asks for in a word (`removal`), `reference` the sender's own number. `due_at` is when it
    asks to be obeyed by. `territory` holds ISO 3166-1 codes, empty where it names none.
    """

    id: str = mark("author")
    kind: OrderKind = mark("public")
    posts: tuple[PostId, ...] = mark("author")
    by: Sender = mark("author")
    legal_basis: str = mark("author")
    words: str = mark("author")
    demands: str = mark("author")
    reference: str | None = mark("author", default=None)
    territory: tuple[str, ...] = mark("author", default=())
    due_at: datetime | None = mark("author", default=None)
    recorded_by: str = mark("regulator")
    known_by: KnownBy = mark("regulator", default="command line")
    at: datetime = mark("author")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That whoever brought a matter takes it back. `matter` is the id of what is withdrawn."""

    id: str = mark("author")
    matter: str = mark("author")
    kind: Literal["report", "order", "appeal"] = mark("public")
    by: Sender = mark("author")
    words: str = mark("author", default="")
    recorded_by: str | None = mark("regulator", default=None)
    at: datetime = mark("author")
    clock: Clock = mark("public")
