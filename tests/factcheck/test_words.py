"""When two texts are the same text, and which words they are made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.factcheck.words import Words, adds, bare_text, length_in_words

WORDS = Words(stemmers={"en": lambda words: [w.rstrip("s") for w in words]},
              stopwords={"en": frozenset({"the"})})


@pytest.mark.parametrize("text", [
    "Every voter is sent two ballots", "every voter is SENT two ballots.",
    "  Every voter\n is sent two ballots ", "“Every voter is sent two ballots!”",
    "@a @b Every voter is sent two ballots https://t.co/x",
    "RT @a: Every voter is sent two ballots",
    "Every voter is sent two ballots — A Name (@aname) May 26, 2020",
    "\uff25very voter is sent two ballots",
])
def test_what_does_not_change_the_words_does_not_count(text: str) -> None:
    assert bare_text(text) == "every voter is sent two ballots"


@pytest.mark.parametrize("text", [
    "Every voter is sent two ballots?", "Not every voter is sent two ballots",
    "Every voter is sent two ballots, they say", "Every voter is sent 2 ballots",
])
def test_other_words_and_a_question_are_another_text(text: str) -> None:
    assert bare_text(text) != "every voter is sent two ballots"


@pytest.mark.parametrize(("one", "other"), [
    ("10⁵ voters", "105 voters"), ("-5 points", "5 points"), ("–5 points", "5 points"),
    (".5 points", "5 points"), ("“-.5 points”", "-5 points"), ("5½ points", "51⁄2 points"),
])
def test_another_number_is_another_text(one: str, other: str) -> None:
    assert bare_text(f"{one} and more") != bare_text(f"{other} and more")
    assert bare_text(f"They had {one}") != bare_text(f"They had {other}")


@pytest.mark.parametrize("text", ["- 5 points", "... 5 points", "*5 points*", "“5 points.”"])
def test_a_mark_before_a_number_that_is_none_of_its_own_does_not_count(text: str) -> None:
    assert bare_text(text) == "5 points"


CLAIM = "Every voter is sent two ballots"


@pytest.mark.parametrize("text", [
    CLAIM, f"“{CLAIM}!”", f"RT @a: {CLAIM}", f" RT @a {CLAIM} ", f"\n{CLAIM}\n"])
def test_whose_text_is_passed_on_adds_nothing(text: str) -> None:
    assert bare_text(text) == bare_text(CLAIM) and not adds(text)


def test_whoever_answers_somebody_with_a_claim_adds_that() -> None:
    text = f"@it_is_false  @b {CLAIM}"
    assert bare_text(text) == bare_text(CLAIM) and adds(text)


@pytest.mark.parametrize("text", [
    f"{CLAIM} https://t.co/x", f"{CLAIM} www.a.example", f"https://t.co/x {CLAIM}",
    f"{CLAIM} @a", f"@a: {CLAIM}", f"RT @a: @b {CLAIM}", "Every voter @a is sent two ballots",
    f"{CLAIM} — A Name (@aname) May 26, 2020", f"@a https://t.co/x {CLAIM}",
    f"{CLAIM} pic.twitter.com/x"])
def test_whoever_adds_a_link_or_a_name_adds_something(text: str) -> None:
    assert bare_text(text) == bare_text(CLAIM) and adds(text)


@pytest.mark.parametrize(("text", "words"), [
    ("The #MailInBallots of @SomeVoter", ("mail", "in", "ballot", "of", "some", "voter")),
    ("#covid19 COVID-19", ("covid", "19", "covid", "19")),
    ("हिन्दी में", ("हिन्दी", "में")),
    ("投票用紙", ("投票", "票用", "用紙")),
    ("票", ("票",)),
    ("voter’s pic.twitter.com/abc", ("voter",)),
])
def test_words_keep_their_marks_and_tags_are_split(text: str, words: tuple[str, ...]) -> None:
    assert WORDS.words_of(text + " ", "en") == words


def test_an_unknown_language_is_neither_stemmed_nor_stopped() -> None:
    assert WORDS.words_of("the ballots", "xx") == ("the", "ballots")


def test_a_script_without_spaces_has_words_all_the_same() -> None:
    assert length_in_words("投票用紙は二枚") == 4
    assert length_in_words("two ballots") == 2


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_the_words_fail_and_none_is_empty(text: str) -> None:
    assert all(WORDS.words_of(text, "en"))
    assert bare_text(text) == " ".join(bare_text(text).split())
