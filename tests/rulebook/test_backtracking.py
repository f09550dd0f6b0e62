"""Patterns that would search without end are told from those that only look alike."""

import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from evenhand.rulebook.backtracking import endless
from evenhand.rulebook.pattern_tree import read_pattern

RUINOUS = [
    (r"(a+)+$", r"(a+)+"),
    (r"(a|a)*b", r"(a|a)*"),
    (r"(a|aa)+$", r"(a|aa)+"),
    (r"(a|a?)+$", r"(a|a?)+"),
    (r"(\w+\s?)+$", r"(\w+\s?)+"),
    (r"(.*)*x", r"(.*)*"),
    (r"([a-zA-Z]+)*\d", r"([a-zA-Z]+)*"),
    (r"(\d|[0-9])+x", r"(\d|[0-9])+"),
    (r"^(\w+\.?)+@", r"(\w+\.?)+"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(([a-z])+.)+"),
    (r"(.*a){11,}$", r"(.*a){11,}"),
    (r"(?:\s*foo\s*)*bar", r"(?:\s*foo\s*)*"),
    # counted repeats that are as good as endless
    (r"(\w{1,20}\s?){1,20}!", r"(\w{1,20}\s?){1,20}"),
    (r"(a?){30}a{30}", r"(a?){30}"),
    (r"(a|a){30}b", r"(a|a){30}"),
    (r"(a+){1000,}", r"(a+){1000,}"),
    # the innermost that is one by itself is named
    (r"x((a|a)*b)*y", r"(a|a)*"),
    # what is searched through by itself
    (r"(?=(a+)+b)c", r"(a+)+"),
    (r"(?>(a+)+b)", r"(a+)+"),
    # case, scripts, emoji
    (r"(?i)(a|A)+b", r"(a|A)+"),
    (r"([\u0400-\u04ff]+\s*)+!", r"([\u0400-\u04ff]+\s*)+"),
    (r"(😀+)+!", r"(😀+)+"),
]

HARMLESS = [
    r"\b(send|transfer)\b.{0,20}\b(bitcoin|btc|eth|usdt)\b",
    r"\+?\d{1,2}[ .-]?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b",
    r"\b(mail[- ]?in|postal|absentee) (ballots?|vot(e|es|ing))\b",
    r"^[^a-z]{40,}$",
    r"[A-Za-z][\u0400-\u04FF]|[\u0400-\u04FF][A-Za-z]",
    r"\b(?:\p{Lu}\.){3,}",
    r"(?:\d{1,3}\.){3}\d{1,3}",
    r"(?:[0-9a-f]{2}:){5,15}[0-9a-f]{2}",
    r"(?:[0-9a-f]{16}-?)+$",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b",
    r"(?:https?://)?(?:www\.)?[a-z0-9-]+(?:\.[a-z]{2,})+(?:/\S*)?$",
    r"(?:\p{L}[ .*_-]?){3,}\b",
    r"\b(?:\d[ -]*?){13,16}\b",
    r"(?:\w+[ ,.]+){3,}free\b",
    r"(\w+\s)+!",
    r"(?:a|b|ab)c$",
    r"(.)\1{3,}",
    r".*foo.*bar.*",
    r"\s+$",
    # nothing can fail after them
    r"(a+)+",
    r"x(a+)+",
    # taken once, never again
    r"(?>a+)+b",
    r"(a++)+b",
]


@pytest.mark.parametrize(("pattern", "repeat"), RUINOUS)
def test_a_repeat_that_takes_one_text_in_many_ways_is_named(pattern: str, repeat: str) -> None:
    place = endless(pattern)
    assert place is not None
    assert pattern[slice(*place)] == repeat


@pytest.mark.parametrize("pattern", HARMLESS)
def test_an_ordinary_pattern_is_accepted(pattern: str) -> None:
    regex.compile(pattern)
    assert endless(pattern) is None
    assert endless(pattern, folded=True) is None


def test_capitals_and_small_letters_are_one_on_folded_text_only() -> None:
    assert endless("(a|A)+b", folded=True) == (0, 6)
    assert endless("(a|A)+b") is None


@pytest.mark.parametrize("pattern", [
    "(?:" + "|".join("abcdefghijklmnopqrstuvwxyz" * 18) + ")+x",
    "(?:" + r"\w?" * 320 + ")+x",
    "((((a{9}b?){9}c?){9}d?){9})+x",
    "(?:" + "|".join(f"[a-{c}]" for c in "bcdefghijklmnopqrstuvwxyz" * 6) + ")+x",
    "a?" * 400 + "b",
    "(" * 400 + "a" + ")" * 400,
])
def test_no_pattern_is_looked_at_for_long(pattern: str) -> None:
    started = time.process_time()
    endless(pattern)
    assert time.process_time() - started < 10


@given(st.text(st.sampled_from("ab(){}[]*+?|\\^$.,-1dw<=!:i"), max_size=12))
def test_any_pattern_is_read_and_looked_at_or_has_no_tree(pattern: str) -> None:
    try:
        regex.compile(pattern)
    except Exception:
        return
    place = endless(pattern)
    if place is not None:
        assert read_pattern(pattern) is not None
        assert 0 <= place[0] < place[1] <= len(pattern)


def _turns(branch: str) -> list[str]:
    """Every text that a branch takes; one text twice where it is taken in two ways."""
    turns = [""]
    for part in regex.findall(r"(?:\[ab\]|[ab])\??", branch):
        letters = part.rstrip("?").strip("[]")
        turns = [t + c for t in turns for c in letters] + (turns if "?" in part else [])
    return turns


def _is_code(words: list[str]) -> bool:
    """Whether no text is made of these words in two ways (Sardinas and Patterson 1953)."""
    left = {b[len(a):] for i, a in enumerate(words) for j, b in enumerate(words)
            if i != j and b.startswith(a)}
    seen: set[str] = set()
    while left - seen:
        if "" in left:
            return False
        seen |= left
        left = {x[len(y):] for a in words for b in left for x, y in ((a, b), (b, a))
                if x.startswith(y)}
    return "" not in left


@given(st.lists(st.lists(st.sampled_from(["a", "b", "[ab]", "a?", "ab"]), min_size=1, max_size=3)
                .map("".join), min_size=1, max_size=3))
def test_a_repeat_is_told_just_where_its_turns_can_be_parted_in_two_ways(
        branches: list[str]) -> None:
    turns = [turn for branch in branches for turn in _turns(branch)]
    if "" not in turns:  # engines count empty turns each in its own way
        told = endless("(?:" + "|".join(branches) + ")+c") is not None
        assert told == (not _is_code(turns))
