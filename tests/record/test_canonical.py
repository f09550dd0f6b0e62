"""Canonical JSON: the quick writer writes what the reference implementation writes."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

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
