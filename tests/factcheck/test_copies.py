"""A copy has the same words in the same order: nothing that could change what it says differs."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evenhand.factcheck.confirming import Confirmation, Said
from evenhand.factcheck.copies import CALLS, LEAST_WORDS, copy_key
from evenhand.factcheck.words import LONGEST, bare_text
from evenhand.model.post import Account, Media, Post, PostId

AT = datetime(2020, 5, 27, tzinfo=UTC)
TEXT = "So every voter in this county is now sent two mail-in ballots, they tell us"


def post(text: str, number: int = 1, **more: object) -> Post:
    return Post(id=PostId(platform="agora", native=str(number)), text=text, made_at=AT,
                author=Account(platform="agora", id="7"), **more)  # type: ignore[arg-type]


def key(text: str, **more: object) -> str | None:
    return copy_key(post(text, **more))


@pytest.mark.parametrize("text", [
    TEXT.upper(), TEXT + "!", f"  {TEXT} ...", f"“{TEXT}.”", f"@ada @bo: {TEXT}",
    f"RT @ada: {TEXT}",
    f"BREAKING: {TEXT}", f"Wow! {TEXT} Please share!".replace("us P", "us. P"),
    f"{TEXT} — Ada Lovelace (@ada) May 26, 2020", TEXT.replace(",", " –"),
    TEXT.replace("every", "&#101;very")])
def test_these_are_copies(text: str) -> None:
    assert key(text) == key(TEXT) is not None


@pytest.mark.parametrize("text", [
    TEXT.replace("is now", "is not now"), TEXT.replace("two", "three"), TEXT.replace("two", "2"),
    TEXT + "?", TEXT + "?!", "Is it so? " + TEXT, TEXT + " NOT",
    TEXT.replace("every", "almost every"),
    TEXT.replace("county", "country"), TEXT.replace("sent", "never sent"), TEXT + " 🙄",
    TEXT + " #fake", TEXT + " /s", "FAKE: " + TEXT, "No. " + TEXT, TEXT.replace("us", "@ada"),
    TEXT.replace(", they", " they"), TEXT.replace("So every", "So, every"), TEXT + " " + TEXT,
    TEXT.replace("voter in this", "in this voter"), TEXT + " 5%", TEXT + " >", "Ada says: " + TEXT,
    TEXT.replace("is now", "isn't now"), TEXT.replace("this", "\nthis"), TEXT + " via @ada",
    TEXT + " (@ada)", TEXT + " https://t.co/abc", TEXT.replace("two", "2²"),
    TEXT + ": -5", TEXT + ": .5"])
def test_these_are_not(text: str) -> None:
    assert key(text) != key(TEXT)


def test_other_addresses_and_other_files_make_other_posts() -> None:
    picture, another = (Media(kind="image", digest=f"sha256:{d * 64}") for d in "ab")
    page, other = "https://a.example/p?utm_source=x", "https://a.example/q"
    written = f"{TEXT} https://a.example/p"
    assert key(written) == key(TEXT, links=(page,)) == key(written, links=(page,))
    assert key(written, links=(other,)) == key(TEXT, links=(page, other))
    assert key(TEXT, links=(page,)) == key(TEXT, links=("https://www.a.example/p/",))
    keys = [key(TEXT), key(TEXT, links=(page,)), key(TEXT, links=(other,)),
            key(TEXT, links=(page, other)), key(TEXT, media=(picture,)),
            key(TEXT, media=(another,)), key(TEXT, media=(picture, another))]
    assert len(set(keys)) == len(keys)
    assert key(TEXT, media=(picture,)) == key(TEXT, media=(replace(picture, alt="a ballot"),))


def test_what_a_post_answers_is_part_of_what_it_says() -> None:
    assert key(TEXT, reply_to="1") == key(TEXT.upper(), reply_to="1") != key(TEXT, reply_to="2")
    assert key(TEXT, reply_to="1") != key(TEXT)


@pytest.mark.parametrize(("one", "other"), [
    ("of 10⁵ votes", "of 105 votes"), ("of 10⁵ votes", "of 10₅ votes"),
    ("of 5½ votes", "of 51⁄2 votes"), ("of 10⁵5 votes", "of 10⁵⁵ votes"),
    ("of 1① votes", "of 11 votes"), (": –5 votes", ": 5 votes"), (": — 5 votes", ": 5 votes"),
    (": −5 votes", ": 5 votes"), (": .5 votes", ": 5 votes"), (": –.5 votes", ": –5 votes"),
    ("10–5", "10, 5"), ("https://t.co/a?", "https://t.co/a")])
def test_no_sign_of_a_number_is_lost(one: str, other: str) -> None:
    assert key(f"{TEXT} {one}") != key(f"{TEXT} {other}")


@pytest.mark.parametrize(("one", "other"), [
    ("of 10⁵ votes", "of 10^5 votes"), ("of 5½ votes", "of 5 ½ votes"), (": –5", ": -5"),
    (": −5", ": ‐5"), ("10–5", "10-5"), ("of CO₂", "of CO2"), ("of ２０ votes", "of 20 votes")])
def test_one_number_is_written_in_several_ways(one: str, other: str) -> None:
    assert key(f"{TEXT} {one}") == key(f"{TEXT} {other}")


def test_a_text_that_grows_when_it_is_folded_has_no_copies_rather_than_a_part_of_it() -> None:
    """Cut short, whatever stands behind would be one."""
    grown = "ﷺ " * 1200
    assert len(grown) < LONGEST < len(unicodedata.normalize("NFKC", grown))
    assert key(f"{TEXT} {grown}") is None
    lines = f"{TEXT} " + "a\n" * (LONGEST // 2 - 100)
    assert key(lines + "so") != key(lines + "not so") and key(lines) is not None
    assert bare_text(f"{TEXT} {grown}") == "" != bare_text(f"{TEXT} {grown[:99]}")


def test_a_short_or_an_endless_text_has_no_copies() -> None:
    words = TEXT.split()
    assert key(" ".join(words[:LEAST_WORDS - 1])) is None
    assert key(" ".join(words[:LEAST_WORDS])) is not None
    assert key(TEXT * 1000) is None and key("") is None and key("!" * 50) is None
    assert key("BREAKING NEWS! Please share! Read this! RT!") is None, "only calls"


WORDS = st.lists(st.sampled_from([
    "voters", "ballots", "every", "two", "county", "sent", "Ley", "not", "no", "7", "12.5", "#fake",
    "🙄", "%", "@ada", "is", "isn't", "the"]), min_size=8, max_size=20)


@given(WORDS, st.data())
def test_whatever_word_is_added_taken_or_changed_it_is_no_copy(words: list[str],
                                                               data: st.DataObject) -> None:
    assume(not words[0].startswith("@"))
    place = data.draw(st.integers(1, len(words) - 1))
    word = data.draw(st.sampled_from(["not", "never", "no", "9", "fake", "Ada", "?", "🙄"]))
    whole = key(" ".join(words))
    assume(whole is not None)
    added = [*words[:place], word, *words[place:]]
    taken = [*words[:place], *words[place + 1:]]
    changed = [*words[:place], word, *words[place + 1:]]
    assert key(" ".join(added)) != whole
    assert key(" ".join(taken)) != whole
    assert word == words[place] or key(" ".join(changed)) != whole


@given(st.text(max_size=200), st.sampled_from(sorted(CALLS)), st.sampled_from([": ", "! ", " - "]))
def test_calls_handles_and_capitals_change_nothing(text: str, call: str, pause: str) -> None:
    whole = key(TEXT + " and " + text.strip(" @"))
    said = TEXT + " and " + text.strip(" @")
    assert whole == key(call + pause + said) == key("@ada " + said)
    plain = TEXT + "".join(c for c in text if c.isalpha() and c.isascii())
    assert key(plain) == key(plain.swapcase())


def word(number: int, *, yes: bool = True, copies: bool = True, at: int = 0, by: str = "p",
         text: str = TEXT, of: int | None = None) -> Confirmation:
    return Confirmation(
        post=post(text, number).id, fact_check="f", confirmed=yes, by=f"person:{by}",
        at=AT + timedelta(minutes=at), scope="all copies" if copies else "this post",
        alike=copy_key(post(text, number)) if copies and of is None else None,
        of=None if of is None else post(text, of).id)


def counts(number: int, *words: Confirmation, text: str = TEXT,
           **more: bool) -> Confirmation | None:
    return Said(words, **more).of(post(text, number)).get("f")


def test_a_word_on_all_copies_reaches_the_copies_and_a_word_on_this_post_does_not() -> None:
    everywhere, here = word(1), word(1, copies=False)
    assert counts(2, everywhere) == everywhere == counts(1, everywhere)
    assert counts(2, everywhere, text=TEXT + "?") is None
    assert counts(2, here) is None and counts(1, here) == here


def test_the_last_word_on_all_copies_counts_of_whichever_copy_it_was_said() -> None:
    yes, no = word(1, at=1), word(2, yes=False, at=2)
    for number in (1, 2, 3):
        assert counts(number, yes, no) == no == counts(number, no, yes)
    assert counts(3, no, yes, in_order=True) == yes, "heard last"


def test_a_word_on_this_post_alone_stands_above_all_copies_until_another_is_said_of_it() -> None:
    for at in (0, 9):
        alone = word(2, yes=False, copies=False, at=at)
        assert counts(2, word(1, at=5), alone) == alone
        assert counts(3, word(1, at=5), alone) == word(1, at=5)
    again = word(2, at=10)
    assert counts(2, word(1, at=5), word(2, yes=False, copies=False, at=9), again) == again


def test_what_was_kept_for_a_copy_of_an_erased_post_reaches_it_alone_until_more_is_said() -> None:
    kept = word(2, of=1)
    assert counts(2, kept) == kept and counts(3, kept) is None
    later = word(3, yes=False, at=5)
    assert counts(2, kept, later) == later
