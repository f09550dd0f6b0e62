"""An order is recorded or refused with exactly what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.model.matter import BINDING, ORDER_KINDS, Order, OrderKind
from evenhand.model.post import PostId
from evenhand.report.lacks import Incomplete
from evenhand.report.orders import MERE_REQUESTS, check_order, order_lacks

POST = PostId(platform="agora", native="17")
Change = Callable[[Order], Order]


def of(**changes: Any) -> Change:
    return lambda order: replace(order, **changes)


def by(**changes: Any) -> Change:
    return lambda order: replace(order, by=replace(order.by, **changes))


FAULTS: dict[str, tuple[Change, ...]] = {
    "by.name": (by(name=None), by(name=" "), by(name="a\nb")),
    "by.address": (by(address="court"), by(address="a b@c.d")),
    "legal_basis": (of(legal_basis=""), of(legal_basis="none"), of(legal_basis=" N/A. "),
                    of(legal_basis="-"), of(legal_basis="s. 9\x00"), of(legal_basis="x" * 501)),
    "words": (of(words=""), of(words=" \n"), of(words="x" * 100_001), of(words="\udfff")),
    "demands": (of(demands=""), of(demands="a\nb")),
    "reference": (of(reference="7\u202e8"),),
    "recorded_by": (of(recorded_by=""),),
    "posts": (of(posts=()), of(posts=(POST, POST))),
    "due_at": (lambda order: replace(order, due_at=order.at - timedelta(seconds=1)),),
    "territory": (of(territory=("UK",)), of(territory=("de",)), of(territory=("DE", "EU")),
                  of(territory=("",))),
}


def lacking(order: Order) -> set[str]:
    return {lack.field for lack in order_lacks(order)}


def test_a_complete_order_is_recorded(order: Order) -> None:
    check_order(order)
    check_order(replace(order, due_at=None, territory=(), reference=None,
                        by=replace(order.by, address=None)))
    check_order(replace(order, due_at=order.at))


@pytest.mark.parametrize("field", FAULTS)
def test_each_fault_is_named_in_its_place(order: Order, field: str) -> None:
    for change in FAULTS[field]:
        assert lacking(change(order)) == {field}


@given(st.data())
def test_any_lacks_together_are_all_named_and_no_other(order: Order, data: Any) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(FAULTS)), min_size=1))
    for field in sorted(chosen):
        order = data.draw(st.sampled_from(FAULTS[field]))(order)
    assert lacking(order) == chosen
    with pytest.raises(Incomplete) as refused:
        check_order(order)
    for lack in refused.value.lacks:
        assert lack.add and lack.add in str(refused.value) and lack.what in str(refused.value)


@pytest.mark.parametrize("kind", ORDER_KINDS)
def test_only_a_mere_request_may_say_that_no_law_is_behind_it(
        order: Order, kind: OrderKind) -> None:
    asked = replace(order, kind=kind, legal_basis="none")
    assert lacking(asked) == (set() if kind in MERE_REQUESTS else {"legal_basis"})
    assert lacking(replace(asked, legal_basis="")) == {"legal_basis"}, "it is said, never left out"
    assert lacking(replace(asked, legal_basis="Press Act s. 3")) == set()
    assert not set(MERE_REQUESTS) & set(BINDING)


def test_who_has_no_law_to_name_is_told_how_a_request_is_recorded(order: Order) -> None:
    with pytest.raises(Incomplete) as refused:
        check_order(replace(order, legal_basis=""))
    assert str(refused.value) == (
        "the court order is not complete: it names no legal basis, and without one nobody is "
        "bound\n  name the law that it rests on. What a government or an advertiser asks without "
        "one is recorded as what it is: a `government request` or an `advertiser request`, with "
        "the legal basis `none`")


def test_an_order_may_name_very_many_posts(order: Order) -> None:
    many = tuple(PostId(platform="agora", native=str(n)) for n in range(50_000))
    check_order(replace(order, posts=many))
    assert lacking(replace(order, posts=(*many, many[7]))) == {"posts"}


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=10))
def test_whatever_a_stranger_writes_is_recorded_or_refused(
        order: Order, basis: str, name: str, code: str) -> None:
    wild = replace(order, legal_basis=basis, demands=name, territory=(code,),
                   by=replace(order.by, name=name, address=basis))
    with suppress(Incomplete):
        check_order(wild)
