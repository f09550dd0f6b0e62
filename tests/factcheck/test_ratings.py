"""The publishers' words and numbers in our eight ratings."""

import unicodedata
from typing import get_args

import pytest

from evenhand.factcheck.ratings import (
    _TABLE,
    DEFAULT_RATINGS,
    fold_words,
    rating_of_number,
    rating_of_words,
)
from evenhand.model.factcheck import Rating


@pytest.mark.parametrize(("words", "rating"), [
    ("False", "false"), ("FALSE.", "false"), ("Rating: False", "false"), ("Fake!", "false"),
    ("Mostly False", "misleading"), ("Missing  context", "misleading"), ("Half-True", "mixed"),
    ("Partly false", "mixed"), ("Mostly True", "mostly true"), ("Unproven", "unsupported"),
    ("Labeled Satire", "satire"), ("Falso", "false"), ("not true", "false"), ("True", "true"),
])
def test_common_words_have_one_rating(words: str, rating: str) -> None:
    assert rating_of_words(words) == rating


@pytest.mark.parametrize("words", ["", "Four shovels", "not false", "False flag", "untrue-ish",
                                   "This is false, and here is why", "scam", "flip-flop"])
def test_words_that_the_table_does_not_hold_have_none(words: str) -> None:
    assert rating_of_words(words) is None


def test_every_rating_can_be_reached_and_every_key_is_folded() -> None:
    assert set(DEFAULT_RATINGS.values()) == set(get_args(Rating))
    assert all(fold_words(words) == words for words in DEFAULT_RATINGS)


def test_no_words_stand_for_two_ratings() -> None:
    # A repeated key would silently take the later rating.
    from evenhand.factcheck import ratings
    rows = [fold_words(w) for row in ratings._TABLE.values() for w in row.split(",")]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(("value", "best", "worst", "rating"), [
    (1, 5, 1, "false"), (2, 5, 1, "misleading"), (3, 5, 1, "mixed"), (4, 5, 1, "mostly true"),
    (5, 5, 1, "true"), (5, 1, 5, "false"), (0, 10, 0, "false"), (100, 100, 0, "true"),
    (0, 5, 1, None), (6, 5, 1, None), (3, 3, 3, None), (float("nan"), 5, 1, None),
    (1, float("inf"), 0, None),
])
def test_a_number_is_read_on_its_own_scale(value: float, best: float, worst: float,
                                           rating: str | None) -> None:
    assert rating_of_number(value, best=best, worst=worst) == rating


@pytest.mark.parametrize(("words", "rating"), [
    ("FAUX", "false"), ("Verdict : faux", "false"), ("Größtenteils falsch.", "misleading"),
    ("ΨΕΥΔΕΣ", "false"), ("YANLIŞ", "false"), ("Doğru", "true"), ("Неправда!", "false"),
    ("زائف", "false"), ("كاذِب", "false"), ("گمراه\u200cکننده", "misleading"),
    ("گمراه كننده", "misleading"), ("לֹא נָכוֹן", "false"), ("फ़र्जी", "false"),
    ("मिथ्या", None), ("মিথ্যা", "false"), ("เท็จ", "false"), ("判定：誤り", "false"),
    ("虛假", "false"), ("\u8aa4\u5c0e。", "misleading"), ("전혀 사실 아님", "false"),
    ("sai sự thật", "false"), ("Plutôt vrai", "mostly true"), ("Note de lecture", None)])
def test_words_of_other_languages_mean_the_same_however_they_are_written(words, rating) -> None:
    for form in ("NFC", "NFD", "NFKD"):
        assert rating_of_words(unicodedata.normalize(form, words)) == rating


def test_no_word_stands_under_two_ratings() -> None:
    rows = [{fold_words(word) for word in row.split(",")} for row in _TABLE.values()]
    assert sum(map(len, rows)) == len(set().union(*rows)) == len(DEFAULT_RATINGS)
    assert "" not in DEFAULT_RATINGS
