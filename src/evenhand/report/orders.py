"""What an order or a request must contain to be recorded, and what of it is missing.

It is recorded on arrival, whether or not anybody will obey it: who sent it, the law that they
name, the text as it came, what it demands, and of which posts. A court's or an authority's order
names its legal basis (Regulation 2022/2065 Art. 9(2)(a)(i)). What a government or an advertiser
merely asks binds nobody; it is recorded as a request, and its legal basis may be `none`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from evenhand.errors import EvenhandError
from evenhand.model.matter import Order, OrderKind
from evenhand.report.lacks import (
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_ORDER,
    Incomplete,
    Lack,
    address_lacks,
    cited,
    text_lacks,
)
from evenhand.terms.territory import read_territory

NO_LAW = "none"
"""What the legal basis of a mere request says where it names no law."""

MERE_REQUESTS: tuple[OrderKind, ...] = ("government request", "advertiser request")
"""What binds nobody, and may say that it has no legal basis."""

_NOTHING = {"none", "no", "nothing", "n/a", "na", "unknown", "nil"}
"""What people write where they have no law to name."""


def check_order(order: Order) -> None:
    """Refuse to take in an order that lacks something, with all that it lacks (`Incomplete`)."""
    lacks = tuple(order_lacks(order))
    if lacks:
        raise Incomplete(order.kind, lacks)


def order_lacks(order: Order) -> Iterator[Lack]:
    """Everything that an order lacks."""
    yield from _sender(order)
    yield from _legal_basis(order)
    yield from _text(order)
    yield from _posts(order)
    if order.due_at is not None and order.due_at < order.at:
        yield Lack(field="due_at", what="it would be due before it arrived",
                   add="give the instant by which it asks to be obeyed, with its offset from "
                   "UTC; where that had passed already, leave it out: the text says it")
    yield from _territory(order)


def _sender(order: Order) -> Iterator[Lack]:
    name, account, address = order.by.name or "", order.by.account or "", order.by.address or ""
    if not name.strip():
        yield Lack(field="by.name", what="it does not say who sends it",
                   add="name the court, the authority, the rights holder, the government's "
                   "office or the firm")
    yield from text_lacks("by.name", "the sender's name", name, LONGEST_NAME)
    yield from text_lacks("by.account", "the sender's account", account, LONGEST_NAME)
    if address.strip():
        yield from address_lacks(address)


def _legal_basis(order: Order) -> Iterator[Lack]:
    basis = order.legal_basis.strip()
    nothing = basis.casefold().strip(".-–— ") in _NOTHING | {""}
    may = order.kind in MERE_REQUESTS
    if may and basis != NO_LAW and nothing:
        yield Lack(field="legal_basis", what="it does not say whether any law is behind it",
                   add=f"name the law that its sender names, or write `{NO_LAW}`: that nobody "
                   "named one is worth recording")
    elif not may and nothing:
        yield Lack(field="legal_basis",
                   what="it names no legal basis, and without one nobody is bound",
                   add="name the law that it rests on. What a government or an advertiser asks "
                   "without one is recorded as what it is: a `government request` or an "
                   f"`advertiser request`, with the legal basis `{NO_LAW}`")
    yield from text_lacks("legal_basis", "the legal basis", order.legal_basis, LONGEST_LINE)


def _text(order: Order) -> Iterator[Lack]:
    if not order.words.strip():
        yield Lack(field="words", what="its text is missing",
                   add="record the text as it arrived, word for word; of a call, what was said "
                   "and by whom")
    yield from text_lacks("words", "its text", order.words, LONGEST_ORDER, lines=True)
    if not order.demands.strip():
        yield Lack(field="demands", what="it does not say what it demands",
                   add="say it in a word or two: `removal`, `removal in FR`, `information`")
    yield from text_lacks("demands", "what it demands", order.demands, LONGEST_LINE)
    yield from text_lacks("reference", "its reference", order.reference or "", LONGEST_LINE)
    if not order.recorded_by.strip():
        yield Lack(field="recorded_by", what="it does not say who recorded it",
                   add="name a registered person: whoever opened the letter")


def _posts(order: Order) -> Iterator[Lack]:
    if not order.posts:
        yield Lack(field="posts", what="it names no post",
                   add="name at least one, as `platform:id`; what concerns no post is no matter "
                   "of moderation")
    twice = next((post for post, times in Counter(order.posts).items() if times > 1), None)
    if twice is not None:
        yield Lack(field="posts", what=f"it names `{twice}` more than once",
                   add="name each post once")


def _territory(order: Order) -> Iterator[Lack]:
    for code in dict.fromkeys(order.territory):
        try:
            read_territory(code)
        except EvenhandError as wrong:
            yield Lack(field="territory", what=f"`{cited(code)}` is not a country code",
                       add=wrong.hint or "write ISO 3166-1 codes: `DE`")
