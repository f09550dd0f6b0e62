"""The signal of what a platform brings: one post or many, under the terms of now and of then."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edge.posts import Posts
from evenhand.edge.signals.brought import (
    EXAMPLES,
    OBSERVER,
    BroughtFacts,
    fitting,
    undeclared,
)
from evenhand.edge.signals.many import measure_all
from evenhand.edge.signals.signal import NO_HISTORY, Silent, measure
from evenhand.model.post import Brought
from evenhand.model.signal import Reported
from evenhand.rulebook.vocabulary import (
    DURATION,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Fact,
    Type,
    Vocabulary,
    choice,
    list_of,
)

POST = EXAMPLES[0].post


def fact(name: str, type_: Type = INTEGER, **bounds: float) -> Fact:
    return Fact(name=name, type=type_, meaning="made for a test", observer="the platform",
                audience="author", reported_by=OBSERVER, **bounds)


def told(signal: BroughtFacts, *brought: Brought) -> dict[str, object]:
    """Fact -> its value, or why there is none."""
    measured = measure([signal], replace(POST, brought=brought))
    return {r.name: r.value for r in measured.reported} | {s.fact: s.why for s in measured.silent}


def under(now: Type, then: Type) -> BroughtFacts:
    return BroughtFacts(facts=(fact("a.b", now),)).under(Vocabulary.of([fact("a.b", then)]))


def of(value: object) -> Brought:
    return Brought(name="a.b", value=value)  # type: ignore[arg-type]


def test_what_nobody_declares_is_not_reported() -> None:
    assert told(BroughtFacts(facts=(fact("a.b"),)), Brought(name="a.c", value=3)) == {}


def test_bounds_and_choices_are_those_of_the_declaration_of_now() -> None:
    low = BroughtFacts(facts=(fact("a.b", low=5),))
    assert told(low, of(3)) == {"a.b": "it is below 5, the least that it can be"}
    tier = BroughtFacts(facts=(fact("a.b", choice("free", "paid")),))
    assert told(tier, of("pad")) == {"a.b": 'it is not one of "free", "paid"'}
    assert told(tier, of("paid")) == {"a.b": "paid"}


def test_a_post_that_was_stored_when_the_fact_had_another_type_lacks_it() -> None:
    assert told(BroughtFacts(facts=(fact("a.b", TEXT),)), of(3)) == {"a.b": "it is not text"}


@pytest.mark.parametrize(("now", "then", "value"), [
    (NUMBER, INTEGER, 3.0), (INTEGER, NUMBER, 3), (TEXT, choice("a"), "a"),
    (choice("a"), choice("b"), "a"), (list_of(TEXT), TEXT, ("a",)),
    (list_of(INTEGER), list_of(TEXT), (1,)), (DURATION, INTEGER, timedelta(1))])
def test_under_terms_that_knew_it_as_another_type_a_fact_is_missing(now: Type, then: Type,
                                                                    value: object) -> None:
    assert told(under(now, then), of(value)) == {
        "a.b": f"it is declared as {now.describe()}, and was {then.describe()} when these terms "
               "were published"}
    assert told(under(now, then)) == {}, "what was not brought is missing anyway"
    assert told(under(now, now), of(value)) == {"a.b": value}


def test_of_a_choice_the_words_count_that_it_had_then_and_has_now() -> None:
    more = under(choice("free", "paid", "gold"), choice("paid", "free", "silver"))
    assert told(more, of("paid")) == {"a.b": "paid"}
    for word in ("gold", "silver"):
        assert "is not one of" in str(told(more, of(word))["a.b"])
    many = under(list_of(choice("a", "b")), list_of(choice("b", "c")))
    assert told(many, of(("b", "b"))) == {"a.b": ("b", "b")}
    assert told(many, of(("a",))) == {"a.b": 'it is not a list of one of "b"'}


def test_a_fact_that_was_declared_later_is_reported_and_no_condition_reads_it() -> None:
    signal = BroughtFacts(facts=(fact("a.b"),)).under(Vocabulary.of([]))
    assert told(signal, of(3)) == {"a.b": 3}


def test_what_old_terms_name_and_nobody_declares_any_more_is_told() -> None:
    then = Vocabulary.of([fact("a.b"), fact("a.c"), fact("a.d"),
                          replace(fact("post.length"), reported_by="post_facts@1")])
    names = ("a.b", "a.c", "a.c", "post.length", "hits.zaps")
    assert undeclared([fact("a.b")], then, names) == (
        Silent(fact="a.c", why="the configuration no longer declares it"),)


def test_what_was_stated_counts_under_terms_that_can_read_it() -> None:
    then = Vocabulary.of([fact("a.b"), replace(fact("post.stance", TEXT), reported_by="a person")])
    said = [Reported(name=name, value=value, observer="person:ada") for name, value in (
        ("a.b", 3), ("a.b", "three"), ("post.stance", "asserts"), ("a.new", 1))]
    assert [one.value for one in fitting(said, then)] == [3, "asserts", 1]


FACTS = (fact("a.n", INTEGER, low=0, high=9), fact("a.x", NUMBER), fact("a.y", TRUTH),
         fact("a.t", TEXT), fact("a.c", choice("a", "b")), fact("a.l", list_of(INTEGER)))
THEN = Vocabulary.of([fact("a.n", TEXT), fact("a.x", NUMBER), fact("a.c", choice("b", "c"))])
VALUES = st.one_of(st.integers(-3, 12), st.booleans(), st.floats(-2, 2), st.sampled_from("abc"),
                   st.tuples(st.integers(0, 3)), st.tuples(st.booleans()), st.none(),
                   st.just(datetime(2020, 5, 26, tzinfo=UTC)))
BROUGHT = st.dictionaries(st.sampled_from([*(f.name for f in FACTS), "a.unknown"]), VALUES).map(
    lambda found: tuple(Brought(name=name, value=found[name],
                                why="" if found[name] is not None else "it was not to be read")
                        for name in sorted(found)))


@given(st.lists(BROUGHT, max_size=4), st.booleans())
def test_what_is_brought_with_many_posts_is_what_is_brought_with_each(
        brought: list[tuple[Brought, ...]], old: bool) -> None:
    signal = BroughtFacts(facts=FACTS)
    signal = signal.under(THEN) if old else signal
    posts = [replace(POST, brought=one) for one in brought]
    many = measure_all([signal], Posts.of(posts), [NO_HISTORY] * len(posts))
    each = [measure([signal], post) for post in posts]
    for i, one in enumerate(each):
        found = {name: column[i] for name, column in many.values.items() if column[i] is not None}
        alone = {r.name: r.value for r in one.reported}
        assert found == alone
        assert {n: type(v) for n, v in found.items()} == {n: type(v) for n, v in alone.items()}
    assert many.silent == Counter((s.fact, s.why) for one in each for s in one.silent)
    assert many.observers == dict.fromkeys([f.name for f in FACTS], OBSERVER)


def test_posts_of_a_reader_that_brings_nothing_have_nothing() -> None:
    bare = replace(Posts.of([POST]), brought=None, objects=None)
    measured = measure_all([BroughtFacts(facts=FACTS)], bare, [NO_HISTORY])
    assert {n: list(c) for n, c in measured.values.items()} == {f.name: [None] for f in FACTS}
    assert bare.post(0) == replace(POST, brought=())
