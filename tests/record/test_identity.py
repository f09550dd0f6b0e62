"""A decision's id changes with each thing that makes it another decision, and with nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.factcheck.facts import claim_facts
from evenhand.model.decision import CauseKind
from evenhand.model.factcheck import Compared, FactCheck, Publisher, Search
from evenhand.model.post import PostId
from evenhand.model.signal import Dossier, Reported
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import value_to_plain
from evenhand.record.identity import facts_digest, identify


def base(making: Any) -> dict[str, Any]:
    return {"post": PostId(platform="agora", native="17"), "terms": "sha256:1",
            "facts": "sha256:2", "cause": making.cause(), "supersedes": None}


@pytest.mark.parametrize("change", [
    {"post": PostId(platform="other", native="17")}, {"post": PostId(platform="agora", native="8")},
    {"post": PostId(platform="agora", native="17", version="2")}, {"terms": "sha256:9"},
    {"facts": "sha256:9"}, {"supersedes": "0" * 64}], ids=str)
def test_each_component_makes_another_decision(making: Any, change: dict[str, Any]) -> None:
    assert identify(**base(making)) != identify(**(base(making) | change))


def test_another_cause_makes_another_decision_and_its_hour_does_not(making: Any) -> None:
    same, cause = identify(**base(making)), making.cause()
    for other in (replace(cause, id="x"), replace(cause, kind=CauseKind.REPORT)):
        assert identify(**(base(making) | {"cause": other})) != same
    later = replace(cause, at=cause.at + timedelta(days=1))
    assert identify(**(base(making) | {"cause": later})) == same


def test_parts_cannot_run_into_each_other(making: Any) -> None:
    one = base(making) | {"terms": "ab", "facts": "c"}
    other = base(making) | {"terms": "a", "facts": "bc"}
    assert identify(**one) != identify(**other)


def test_an_id_is_this_number(making: Any) -> None:
    """A vector: were it to change, the same cause would be decided twice."""
    found = identify(**base(making))
    assert len(found) == 64
    import hashlib
    body = '["agora","17","1","sha256:1","sha256:2","arrival","agora:17@1",null]'
    assert found == hashlib.sha256(b"evenhand/decision-id/v1\n" + body.encode()).hexdigest()


def reported(name: str, value: Any, observer: str = "a@1", at: Any = None) -> Reported:
    return Reported(name=name, value=value, observer=observer, at=at)


def test_the_digest_of_facts_does_not_depend_on_the_order_of_signals() -> None:
    facts = (reported("a", True), reported("b", ("x",)), reported("a", "text", "b@1"),
             reported("a", timedelta(1)), reported("a", timedelta(2)))
    assert len({facts_digest(Dossier(reported=p)) for p in permutations(facts)}) == 1


def test_the_digest_changes_with_value_observer_and_name(making: Any) -> None:
    digests = {facts_digest(Dossier(reported=(r,))) for r in (
        reported("a", True), reported("a", False), reported("b", True),
        reported("a", True, "b@1"), reported("a", 2), reported("a", "2"))}
    assert len(digests) == 6


def test_the_digest_tells_which_of_two_people_prevails(making: Any) -> None:
    early, late = making.noon, making.noon + timedelta(hours=1)
    one = Dossier(reported=(reported("a", True, "person:1", early),
                            reported("a", False, "person:2", late)))
    other = Dossier(reported=(reported("a", True, "person:1", late),
                              reported("a", False, "person:2", early)))
    assert one.prevailing["a"].value != other.prevailing["a"].value
    assert facts_digest(one) != facts_digest(other)


def test_when_a_fact_was_reported_changes_nothing_by_itself(making: Any) -> None:
    one = Dossier(reported=(reported("a", True, "person:1", making.noon),))
    other = Dossier(reported=(reported("a", True, "person:1",
                                       making.noon + timedelta(hours=1)),))
    assert facts_digest(one) == facts_digest(other)


def test_nobody_looked_is_not_nothing_was_found(making: Any) -> None:
    assert facts_digest(Dossier()) != facts_digest(Dossier(matches=()))


OTHERWISE = {
    "key": "f" * 32, "version": "2" * 16, "url": "https://checkers.example/other", "title": "Other",
    "publisher": Publisher(name="C", domain="c.example", kind="platform"), "claim": "Other",
    "claim_by": "Somebody", "rating": "misleading", "rating_words": "Nope", "topics": ("cats",),
    "language": "de", "appearances": ("https://agora.example/p/9",),
    "files": ("sha256:" + "a" * 64,),
    "published_at": datetime(2019, 1, 1, tzinfo=UTC),
    "retrieved_at": datetime(2021, 1, 1, tzinfo=UTC), "reviews": "media", "withdrawn": None}


@pytest.mark.parametrize("field", [f.name for f in fields(FactCheck)])
def test_whatever_a_condition_sees_of_a_fact_check_is_another_fact(making: Any, field: str) -> None:
    one, other = making.match(), making.match(**{field: OTHERWISE[field]})
    seen = claim_facts(one) != claim_facts(other) or field == "version"
    digests = {facts_digest(Dossier(matches=(match,))) for match in (one, other)}
    assert (len(digests) == 2) == seen


@pytest.mark.parametrize("change", [{"name": "C"}, {"kind": "crowd"}], ids=str)
def test_whoever_publishes_it_is_another_fact(making: Any, change: Any) -> None:
    one = making.match()
    other = making.match(publisher=replace(one.fact_check.publisher, **change))
    assert facts_digest(Dossier(matches=(one,))) != facts_digest(Dossier(matches=(other,)))


def test_how_it_was_searched_is_no_fact(making: Any) -> None:
    known = Dossier(matches=(making.match(),))
    search = Search(matcher="m", claims="c", told=7, threshold=0.4)
    assert facts_digest(known) == facts_digest(replace(known, search=search))


def test_who_confirmed_a_match_counts_and_its_likeness_as_a_probability(making: Any) -> None:
    match = making.match()
    digest = facts_digest(Dossier(matches=(match,)))
    found = Compared(likenesses=(("words", 1.5),), score=0.9, share=0.3)
    assert facts_digest(Dossier(matches=(replace(match, compared=found),))) == digest
    sure = replace(found, probability=0.9)
    assert facts_digest(Dossier(matches=(replace(match, compared=sure),))) != digest
    assert facts_digest(Dossier(matches=(replace(match, confirmed=None),))) != digest
    assert facts_digest(Dossier(matches=(replace(match, confirmed_by="person:9"),))) != digest
    assert facts_digest(Dossier(matches=(replace(match, besides="exact text"),))) != digest


SAID = st.builds(
    reported, st.sampled_from(["a.b", "c", "ü", "\U00010400"]),
    st.one_of(st.booleans(), st.integers(-2**53, 2**53), st.floats(allow_nan=False,
              allow_infinity=False), st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
              st.lists(st.booleans()).map(tuple), st.lists(st.integers(0, 2)).map(tuple)),
    st.sampled_from(["s@1", "person:ada"]),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))))


@given(st.lists(SAID, max_size=8))
def test_the_digest_of_facts_is_of_the_canonical_form_of_all_of_them(said: list[Reported]) -> None:
    """It is put together of parts that are kept; yes, 1 and 1.0 are three values."""
    in_order = sorted(said, key=lambda r: (r.name, r.weight))
    assert facts_digest(Dossier(reported=tuple(said))) == digest(canonical({
        "matches": None,
        "reported": [[r.name, r.observer, value_to_plain(r.value)] for r in in_order]}))
