"""Every noun is written and read back as it was; what no noun says is refused as ours."""

from __future__ import annotations

import inspect
import json
import pkgutil
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evenhand.model
from evenhand.errors import EvenhandError
from evenhand.model.audience import Audience
from evenhand.model.period import UNITS, Period
from evenhand.model.post import PostId
from evenhand.model.signal import Reported
from evenhand.record import kinds
from evenhand.record.canonical import canonical, digest, read_canonical
from evenhand.record.codec import (
    from_plain,
    instant_text,
    read_instant,
    to_plain,
    value_from_plain,
    value_to_plain,
)
from evenhand.record.kinds import read_record, write_record
from evenhand.record.written import written, written_twice
from evenhand.rulebook.finding import Answer, Finding, Reason
from evenhand.rulebook.vocabulary import Value

TEXTS = st.text(max_size=20)
INTEGERS = st.integers(-2**53 + 1, 2**53 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
                        min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001
DURATIONS = st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000))
SCALARS = st.one_of(st.booleans(), INTEGERS, FLOATS, TEXTS, INSTANTS, DURATIONS)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=4).map(tuple))
PERIODS = st.builds(Period, st.integers(1, 200), st.sampled_from(UNITS))


def of(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    if hint == Value:
        return VALUES
    origin = get_origin(hint)
    if origin in (Union,) or type(hint).__name__ == "UnionType":
        members = [a for a in get_args(hint) if a is not type(None)]
        some = of(members[0], depth)
        return some if len(members) == len(get_args(hint)) else st.one_of(st.none(), some)
    if origin is tuple:
        args = get_args(hint)
        if args[-1] is Ellipsis:
            if depth > 4:  # reasons hold reasons
                return st.just(())
            return st.lists(of(args[0], depth + 1), max_size=2).map(tuple)
        return st.tuples(*(of(a, depth) for a in args))
    if origin is Literal:
        return st.sampled_from(get_args(hint))
    if hint is datetime:
        return INSTANTS
    if hint is Period:
        return PERIODS
    if hint is PostId:
        words = st.text(st.characters(exclude_characters=":@", exclude_categories=["Cs"]),
                        min_size=1, max_size=5)
        return st.builds(PostId, platform=words, native=words, version=words)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if is_dataclass(hint):
        return noun(hint, depth + 1)  # type: ignore[arg-type]
    return {bool: st.booleans(), int: INTEGERS, float: FLOATS, str: TEXTS}[hint]


def noun(cls: type, depth: int = 0) -> st.SearchStrategy[Any]:
    if cls is PostId:
        return of(PostId)
    hints = get_type_hints(cls)
    return st.builds(cls, **{f.name: of(hints[f.name], depth) for f in fields(cls)})


def nouns() -> list[type]:
    modules = [import_module(f"evenhand.model.{m.name}")
               for m in pkgutil.iter_modules(evenhand.model.__path__)]
    return sorted({c for m in (*modules, kinds) for _, c in inspect.getmembers(m, inspect.isclass)
                   if is_dataclass(c) and c.__module__ == m.__name__ and c is not Period},
                  key=lambda c: c.__name__)


@pytest.mark.parametrize("cls", [*nouns(), Finding, Reason], ids=lambda c: c.__name__)
def test_every_noun_is_read_back_as_it_was_written(cls: type) -> None:
    @settings(max_examples=25, deadline=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(noun(cls))
    def round_trip(one: Any) -> None:
        data = canonical(to_plain(one))
        again = from_plain(cls, read_canonical(data))
        assert again == one
        assert canonical(to_plain(again)) == data
    round_trip()


@pytest.mark.parametrize("cls", [*nouns(), Finding, Reason], ids=lambda c: c.__name__)
def test_every_noun_is_written_as_its_plain_value_is_for_every_audience(cls: type) -> None:
    @settings(max_examples=25, deadline=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(noun(cls))
    def the_same(one: Any) -> None:
        for audience in get_args(Audience):
            assert written(one, seen_by=audience) == rfc8785.dumps(
                to_plain(one, seen_by=audience))
        assert written_twice(one) == (written(one), written(one, seen_by="author"))
    the_same()


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_what_has_no_canonical_form_is_refused_by_its_writer_too(text: str) -> None:
    noun = Reason(text=text, answer=Answer.HOLDS)
    for write in (written, written_twice):
        with pytest.raises(EvenhandError, match="no canonical form"):
            write(noun)


@given(VALUES)
def test_a_facts_value_keeps_its_type(value: Any) -> None:
    again = value_from_plain(read_canonical(canonical(value_to_plain(value))))
    assert again == value
    if isinstance(value, bool | str | datetime | timedelta | tuple):
        assert type(again) is type(value)


@pytest.mark.parametrize("value", [2**53, -2**53, 2.0**60, 1e20, 1e21, -0.0, 5e-324])
def test_numbers_at_the_edges_of_float64_are_read_back(value: float) -> None:
    data = canonical(value_to_plain(value))
    assert value_from_plain(read_canonical(data)) == value
    assert canonical(value_to_plain(value_from_plain(read_canonical(data)))) == data


def test_reasons_nest_as_deep_as_conditions_do() -> None:
    why = Reason(text="post.satire", answer=Answer.HOLDS)
    for i in range(100):
        why = Reason(text=f"not {i}", answer=Answer.HOLDS, said=(("a", True),), because=(why,))
    finding = Finding(provision="1", answer=Answer.HOLDS, why=why)
    assert from_plain(Finding, json.loads(canonical(to_plain(finding)))) == finding


@given(INSTANTS)
def test_an_instant_has_one_form(instant: datetime) -> None:
    assert read_instant(instant_text(instant)) == instant
    assert instant_text(instant.astimezone(timezone(timedelta(hours=-7)))) == instant_text(instant)


@pytest.mark.parametrize("text", [
    "2020-05-26", "2020-05-26T12:00:00", "2020-05-26T12:00:00+00:00", "2020-05-26T14:00:00+02:00",
    "2020-05-26 12:00:00Z", "20200526T120000Z", "2020-05-26T12:00Z", "2020-05-26T12:00:00.5Z",
    "0001-01-01T00:00:00+14:00", "2020-05-26T12:00:00.000000Z", "now", ""])
def test_other_forms_of_an_instant_are_refused(text: str) -> None:
    with pytest.raises(EvenhandError):
        from_plain(Reported, {"name": "f", "value": True, "observer": "o", "at": text})


@pytest.mark.parametrize("value", [
    None, {}, {"instant": "2020-05-26T12:00:00Z", "seconds": 1}, {"seconds": "1"},
    {"seconds": True}, {"seconds": 1e300}, {"instant": 5}, {"other": 1}, [[1]], [None],
    {"instant": "2020-05-26"}])
def test_what_is_no_value_of_a_fact_is_refused(value: Any) -> None:
    with pytest.raises(EvenhandError):
        from_plain(Reported, {"name": "f", "value": value, "observer": "o", "at": None})


@pytest.mark.parametrize("plain", [
    None, [], "x", 5, {}, {"platform": "a", "native": "1", "version": "1", "more": 1},
    {"platform": "a"}, {"platform": 5, "native": "1", "version": "1"},
    {"platform": "a:b", "native": "1", "version": "1"}, {"platform": None, "native": "1"}])
def test_what_is_no_noun_is_refused_with_its_name(plain: Any) -> None:
    with pytest.raises(EvenhandError):
        from_plain(PostId, plain)


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(EvenhandError, match="'more'"):
        from_plain(PostId, {"platform": "a", "native": "1", "more": 1})


def test_a_duration_that_cannot_be_said_exactly_is_refused() -> None:
    with pytest.raises(EvenhandError):
        value_to_plain(timedelta(days=400_000, microseconds=1))


def test_an_instant_without_its_offset_is_a_broken_invariant() -> None:
    with pytest.raises(AssertionError):
        instant_text(datetime(2020, 5, 26))  # noqa: DTZ001


# Canonical bytes: the examples of RFC 8785


def test_canonical_bytes_are_those_of_the_rfcs_example() -> None:
    """RFC 8785, section 3.2.2 and 3.2.3."""
    plain = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "€$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    assert canonical(plain) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}').encode()


def test_keys_are_sorted_by_utf16_units() -> None:
    """RFC 8785, section 3.2.3: a character beyond the first plane comes before U+FB33."""
    keys = ["€", "\r", "\ufb33", "1", "\U0001f600", "\x80", "ö"]
    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == [
        "\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("plain", [2**53 + 1, float("nan"), float("inf"), "\ud800", {"\udc00": 1},
                                   {1: 2}, b"x"])
def test_what_json_cannot_say_exactly_is_refused(plain: Any) -> None:
    with pytest.raises(EvenhandError):
        canonical(plain)


def test_the_digest_is_sha256_with_its_name() -> None:
    assert digest(b"abc") == ("sha256:ba7816bf8f01cfea414140de5dae2223"
                              "b00361a396177a9cb410ff61f20015ad")


@pytest.mark.parametrize("data", [b"", b"{", b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}',
                                  b"\xff", b"1.0", b'"\\u0041"', b"[" * 100_000, b'{"a":1}\n'])
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(EvenhandError):
        read_canonical(data)


# Records


@pytest.fixture(scope="module")
def sealed(making: Any) -> Any:
    terms = making.of(making.clause("1", "post.satire", 'label one "One"\nremove'))
    return making.settle(terms, making.dossier({"post.satire": True})).sealable


def test_a_record_is_read_back_as_it_was_written(sealed: Any) -> None:
    data = write_record(sealed.record)
    assert read_record(data) == sealed.record
    assert data.startswith(b'{"body":{"answer":null,"corrections":[],"decision":{"actions":[')
    assert data.endswith(b',"kind":"decision","v":1}')


@pytest.mark.parametrize("change", [
    {"kind": "decisions"}, {"kind": ["decision"]}, {"kind": None}, {"v": 2}, {"v": True},
    {"v": "1"}, {"v": 1.5}, {"body": []}, {"body": None}, {"more": 1}])
def test_an_envelope_of_another_form_is_refused(sealed: Any, change: dict[str, Any]) -> None:
    plain = json.loads(write_record(sealed.record))
    with pytest.raises(EvenhandError):
        read_record(canonical(plain | change))


def test_a_record_that_lacks_a_field_of_its_version_is_refused(sealed: Any) -> None:
    plain = json.loads(write_record(sealed.record))
    del plain["body"]["decision"]["supersedes"]  # the field has a default in today's code
    with pytest.raises(EvenhandError):
        read_record(canonical(plain))


JSON = st.recursive(st.one_of(st.none(), st.booleans(), INTEGERS, FLOATS, TEXTS),
                    lambda inner: st.one_of(st.lists(inner, max_size=3),
                                            st.dictionaries(TEXTS, inner, max_size=3)))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_record_with_anything_anywhere_is_read_or_refused(sealed: Any, data: Any) -> None:
    plain = json.loads(write_record(sealed.record))
    place, path = plain, []
    while isinstance(place, dict | list) and place and (not path or data.draw(st.booleans())):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        path.append((place, key))
        place = place[key]
    holder, key = path[-1]
    holder[key] = data.draw(JSON)
    try:
        written = canonical(plain)
        record = read_record(written)
    except EvenhandError:
        return
    assert write_record(record) == written


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_refused(data: bytes) -> None:
    with pytest.raises(EvenhandError):
        read_record(data)
