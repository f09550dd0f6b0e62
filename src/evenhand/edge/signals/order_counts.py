"""Facts about the orders and requests that stand on a post, by kind; none says who is right.

An order stands from its arrival until it is withdrawn. Whether it is valid, a reviewer says; that a
government or an advertiser asked is a fact too, so that a clause can say what follows from it:
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from evenhand.edge.posts import Posts
from evenhand.edge.signals.many import MeasuredAll, admitted_all
from evenhand.edge.signals.signal import NO_HISTORY, Example, History, Measured, admitted, said
from evenhand.model.matter import OrderKind
from evenhand.model.post import Account, Post, PostId
from evenhand.rulebook.vocabulary import INTEGER, Fact

NAME, VERSION = "order_counts", "1"
OBSERVER = f"{NAME}@{VERSION}"


def _declare(name: str, meaning: str) -> Fact:
    # The author sees them, unlike the counts of reports. What is done because of an order can be
    # defended only by who knows of it (Regulation 2022/2065 Art. 17(3)(b), (d)), and pressure by a
    # government that nobody may know of is the very thing a ledger is for. They count, and no more:
    # who sent an order, and what it says, is in no fact.
    return Fact(name=name, type=INTEGER, meaning=meaning, observer="the orders received",
                audience="author", reported_by=OBSERVER, low=0)


_KINDS: tuple[tuple[str, OrderKind, str], ...] = (
    ("orders.court", "court order", "orders of courts that stand on the post"),
    ("orders.authority", "authority's order", "orders of authorities that stand on the post"),
    ("orders.copyright", "copyright notice", "copyright notices that stand on the post"),
    ("orders.removal_request", "removal request",
     "requests to remove the post that a statute gives to the person shown"),
    ("orders.government_request", "government request",
     "requests of governments about the post that order nothing"),
    ("orders.advertiser_request", "advertiser request",
     "requests of advertisers about the post; they bind nobody"),
)
FACTS = tuple(_declare(name, meaning) for name, _, meaning in _KINDS)

_NAMES = tuple(name for name, _, _ in _KINDS)
_POST = Post(id=PostId(platform="agora", native="1"), text="hello",
             author=Account(platform="agora", id="ada"),
             made_at=datetime(2020, 5, 26, 12, 17, tzinfo=UTC))
_NONE: MappingProxyType[OrderKind, int] = MappingProxyType({})

EXAMPLES = (
    Example(title="an order of a court and two requests of a government", post=_POST,
            history=History(orders=MappingProxyType({"court order": 1, "government request": 2})),
            facts={"orders.court": 1, "orders.government_request": 2, "orders.authority": 0,
                   "orders.copyright": 0, "orders.removal_request": 0,
                   "orders.advertiser_request": 0}),
    Example(title="no order is a value", post=_POST, history=History(orders=_NONE),
            facts=dict.fromkeys(_NAMES, 0)),
    Example(title="nobody counted, and nothing is reported", post=_POST, history=NO_HISTORY,
            missing=_NAMES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCounts:
    """How many orders stand on a post, of each kind."""

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...] = FACTS
    examples: tuple[Example, ...] = EXAMPLES

    def report(self, post: Post, history: History) -> Measured:
        """Report the counts that history handed in; the post itself is not looked at."""
        orders = history.orders
        if orders is None:
            return _UNCOUNTED
        return _measured(*[orders.get(kind, 0) for _, kind, _ in _KINDS]) if orders else _NO_ORDER

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The same of a batch."""
        orders = [h.orders for h in histories]
        if not any(orders):  # as of nearly every batch: nobody counted, or there was none
            none = [None if one is None else 0 for one in orders]
            return MeasuredAll(values=dict.fromkeys(_NAMES, none))
        return admitted_all(FACTS, ([None if one is None else one.get(kind, 0) for one in orders]
                                    for _, kind, _ in _KINDS))


@lru_cache(maxsize=2**12, typed=True)
def _measured(*counts: int) -> Measured:
    """What is reported of these counts, in the order of the facts; many posts share them."""
    return admitted(FACTS, Measured(reported=tuple(
        said(name, count, OBSERVER) for name, count in zip(_NAMES, counts, strict=True))))


_NO_ORDER = _measured(*[0] * len(FACTS))
_UNCOUNTED = admitted(FACTS, Measured())
SIGNAL = OrderCounts()
