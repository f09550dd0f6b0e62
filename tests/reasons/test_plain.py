"""A paragraph is wrapped by one rule, whether it is done line by line or word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.reasons.plain import LONGEST_WORD, _by_columns, paragraph, shown

WORDS = st.text(st.sampled_from("ab-\x1b\x0c"), max_size=30) | st.sampled_from(
    ["w" * LONGEST_WORD, "w" * (LONGEST_WORD + 1)])
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n", "\t ", "  "]))).map(
    lambda parts: "".join(word + gap for word, gap in parts))
LEADS = st.sampled_from(["", "  > ", "    ", "a lead that is long"])


@given(text=TEXTS, first=LEADS, rest=LEADS, width=st.sampled_from([1, 5, 20, 72]))
def test_a_fast_paragraph_is_the_slow_one(text: str, first: str, rest: str, width: int) -> None:
    assert paragraph(text, first=first, rest=rest, width=width) == _by_columns(
        shown(text), first, rest, width)
