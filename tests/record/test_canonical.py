"""Canonical JSON: the quick writer writes what the reference implementation writes."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

import evenhand.record.canonical as canonical_module
from evenhand.errors import EvenhandError
from evenhand.record.canonical import canonical, read_canonical

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-2**53 + 1, 2**53 - 1) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=4), max_leaves=20)


@given(PLAIN)
@settings(max_examples=500)
def test_every_value_has_the_bytes_of_the_reference_implementation(plain: Any) -> None:
    assert canonical(plain) == rfc8785.dumps(plain)


@given(PLAIN)
def test_what_was_written_is_read_back(plain: Any) -> None:
    assert canonical(read_canonical(canonical(plain))) == canonical(plain)


def read(data: bytes) -> Any:
    try:
        return repr(read_canonical(data))
    except EvenhandError as refused:
        return refused.what


@given(PLAIN, st.integers(0, 200), st.sampled_from(b' 0129.-e+"\\[]{},:az'))
@settings(max_examples=500)
def test_what_is_read_sooner_is_what_the_reference_implementation_gives(
        plain: Any, place: int, byte: int) -> None:
    """Also of bytes that somebody changed."""
    data = bytearray(canonical({"a": plain, "b": [1, {"c": 12345678901234, "d": "e"}, 2]}))
    data[place % len(data)] = byte
    _the_same_with_and_without(bytes(data))


@pytest.mark.parametrize("data", [
    b'{"a":%s}' % number for number in (b"9007199254740991", b"9007199254740992", b"1.0", b"-0",
                                        b"-9007199254740992", b"1e5", b"[1,12345678901234567890]",
                                        b"[12345678901234567890]", b"1" * 400)] + [
    b"9007199254740993", b'{"b":1,"a":1}', b'{"a":1,"a":1}', b'{"a":1} ', b'{"a": 1}', b"{}", b"{",
    b'{"a":"\\u0061"}', '{"😀":1,"\ufb33":2}'.encode(), '{"\ufb33":2,"😀":1}'.encode(),
    b'{"a":"\x7f"}', b'{"a":"\x01"}', b"null", b'{"a":' * 5000,
])
def test_what_is_rare_is_left_to_the_reference_implementation(data: bytes) -> None:
    _the_same_with_and_without(data)


def _the_same_with_and_without(data: bytes) -> None:
    soon = read(data)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(canonical_module, "_read_usual", lambda data: None)
        assert soon == read(data)


@pytest.mark.parametrize("plain", [
    2**53, -2**53, float("nan"), float("inf"), "\ud800", {"a": "\ud800"}, {1: "a"}, {"a": b"b"},
    {"\ud800": 1}, object(),
])
def test_what_json_cannot_say_exactly_is_refused(plain: Any) -> None:
    with pytest.raises(EvenhandError, match="no canonical form"):
        canonical(plain)


def test_a_value_too_deep_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EvenhandError, match="no canonical form"):
        canonical(deep)


@pytest.mark.parametrize(("plain", "text"), [
    # RFC 8785, section 3.2.2 and appendix B.
    ({"numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001]},
     '{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}'),
    (-0.0, "0"), (1e21, "1e+21"), (5e-324, "5e-324"), (295147905179352830000.0,
                                                       "295147905179352830000"),
    # Section 3.2.3: properties are sorted by UTF-16 code units.
    ({"€": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One", "😀": "Emoji: Grinning Face", "\u0080": "Control",
      "ö": "Latin Small Letter O With Diaeresis"},
     '{"\\r":"Carriage Return","1":"One","\u0080":"Control",'
     '"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",'
     '"😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'),
])
def test_the_examples_of_the_standard(plain: Any, text: str) -> None:
    assert canonical(plain) == text.encode()
