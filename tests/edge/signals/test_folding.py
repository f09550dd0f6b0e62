"""Folding brings text into one form, in every script, and never loses the way back."""

import sys
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edge.signals.folding import JOINS_BEFORE, fold, is_turkic

WRITABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TRICKY = st.text(st.sampled_from("aIiİıßſK\u0301\u0307\u0323\u0345\u200d\u200b\u00ad\ufe0fｶﾞ각ㄱㅏ"
                                 "ـَﹰ👩🚀🏽नमस्ते\u094dשׁΣς\n Ａ①ﬁ"), max_size=20)


@pytest.mark.parametrize(("text", "folded"), [
    ("STRAßE", "strasse"), ("STRASSE", "strasse"),
    ("Ｆｕｌｌ", "full"), ("ﬁne", "fine"), ("①", "1"),
    ("cafe\u0301", "caf\u00e9"), ("café", "caf\u00e9"),
    ("in\u200bvi\u00adsi\u2060ble", "invisible"),
    ("كـــتاب", "كتاب"),
    ("İstanbul", "istanbul"), ("ısırgan", "ısırgan"),
    ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("ПРИВЕТ", "привет"),
    ("ｶﾞｷﾞ", "ガギ"),
])
def test_what_differs_only_in_form_becomes_one(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize("text", ["मूर्ख", "हिन्दी", "ไทย", "ကမ္ဘာ", "עִבְרִית", "مُحَمَّد", "வணக்கம்"])
def test_marks_of_a_script_are_letters_of_its_words(text: str) -> None:
    assert fold(text).text == unicodedata.normalize("NFKC", text)


def test_turkish_keeps_its_two_letters_apart() -> None:
    assert fold("ISPARTA İZMİR", turkic=True).text == "ısparta izmir"
    assert fold("ISPARTA İZMİR").text == "isparta izmir"
    assert is_turkic("tr")
    assert is_turkic("az-Latn")
    assert not is_turkic("trv")
    assert not is_turkic(None)


def test_joined_emoji_stay_joined_and_joiners_elsewhere_go() -> None:
    assert fold("👩\u200d🚀").text == "👩\u200d🚀"
    assert fold("👩🏽\u200d🚀").text == "👩🏽\u200d🚀"
    assert fold("❤\ufe0f\u200d🔥").text == "❤\u200d🔥"
    assert fold("f\u200do\u200do\u200dl").text == "fool"
    assert fold("👩\u200dfool").text == "👩fool"


@given(st.one_of(WRITABLE, TRICKY), st.booleans())
@settings(max_examples=400)
def test_every_stretch_of_folded_text_leads_back_to_where_it_came_from(text: str,
                                                                     turkic: bool) -> None:
    folded = fold(text, turkic=turkic)
    before = (0, 0)
    for i in range(len(folded.text)):
        start, end = folded.span(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert start >= before[0]
        assert end >= before[1]
        # Folding that piece of the original gives the piece that was asked for (save a joiner,
        # which alone joins nothing).
        if folded.text[i] != "\u200d":
            assert folded.text[i] in fold(text[start:end], turkic=turkic).text
        before = (start, end)
    if folded.text:
        whole = folded.span(0, len(folded.text))
        assert fold(text[slice(*whole)], turkic=turkic).text == folded.text


@given(st.one_of(WRITABLE, TRICKY))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


def test_normalisation_never_joins_across_the_places_where_pieces_are_cut() -> None:
    """For every code point: what it folds to begins with nothing that joins what is before it."""
    second = {chr(int(parts[1], 16)) for parts in (
        unicodedata.decomposition(chr(c)).split() for c in range(sys.maxunicode + 1))
        if len(parts) == 2 and not parts[0].startswith("<")}
    second |= {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    joins = regex.compile(JOINS_BEFORE, regex.V1)
    wrong = []
    for c in range(sys.maxunicode + 1):
        if 0xD800 <= c <= 0xDFFF or joins.fullmatch(chr(c)):
            continue
        for form in (unicodedata.normalize("NFKC", chr(c)), fold(chr(c)).text):
            if form and (unicodedata.combining(form[0]) or form[0] in second):
                wrong.append(hex(c))
    assert wrong == []
