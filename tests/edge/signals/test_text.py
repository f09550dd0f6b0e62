"""Words are found whole in every script, in common disguises, and nowhere else."""

import time
from datetime import UTC, datetime

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edge.signals.disguise import Disguises
from evenhand.edge.signals.patterns import Pattern, TookTooLong
from evenhand.edge.signals.scripts import WORD
from evenhand.edge.signals.signal import NO_HISTORY
from evenhand.edge.signals.text import TermList, TextSignal
from evenhand.edge.signals.words import Words
from evenhand.errors import EvenhandError
from evenhand.model.post import Account, Post, PostId
from evenhand.rulebook.document import read_document
from evenhand.rulebook.lists import facts_of_lists


def post_of(text: str, language: str | None = None) -> Post:
    return Post(id=PostId(platform="agora", native="1"), text=text, language=language,
                author=Account(platform="agora", id="ada"),
                made_at=datetime(2020, 5, 26, tzinfo=UTC))


def found(term: str, text: str, *, on: str = "folded", language: str | None = None) -> list[str]:
    signal = TextSignal.compile([TermList(name="list", on=on, entries=(term,))])
    measured = signal.report(post_of(text, language), NO_HISTORY)
    assert measured.reported[0].value == len(measured.spans)
    return [text[span.start:span.end] for span in measured.spans]


@pytest.mark.parametrize(("term", "text", "hits"), [
    # Latin, with its marks, widths and ligatures
    ("fool", "Fool, fool; FOOL! foolish befool", ["Fool", "fool", "FOOL"]),
    ("naïve", "naive naïve nai\u0308ve NAÏVETÉ", ["naïve", "nai\u0308ve"]),
    ("fool", "ｆｏｏｌ and fo\u00ad\u200bol", ["ｆｏｏｌ", "fo\u00ad\u200bol"]),
    ("straße", "STRASSE Straße Straßenbahn", ["STRASSE", "Straße"]),
    ("strasse", "Straße", ["Straße"]),
    ("fool", "_fool_ fool's fool-hardy 2fool", ["fool", "fool", "fool"]),
    ("88", "1988 88 888 8.8", ["88"]),
    # Devanagari: vowel signs and conjuncts belong to the word
    ("मूर्ख", "मूर्ख! मूर्खता और मूर्ख।", ["मूर्ख", "मूर्ख"]),
    ("कम", "कमी काम कम", ["कम"]),
    # Arabic: stretching and joiners do not hide a word; a prefix makes another one
    ("سخيف", "سخيف، ســخيف والسخيف", ["سخيف", "ســخيف"]),
    # Cyrillic
    ("дурак", "ДУРАК дурачок дурак.", ["ДУРАК", "дурак"]),
    # Chinese, Japanese, Thai: no spaces, and Latin beside them
    ("傻瓜", "你这个傻瓜吗", ["傻瓜"]),
    ("fool", "你是fool吗", ["fool"]),
    ("ばか", "君はばかだ", ["ばか"]),
    ("バカ", "ﾊﾞｶ", ["ﾊﾞｶ"]),
    ("バカ", "ハカ", []),
    ("โง่", "เขาโง่มาก", ["โง่"]),
    ("หม", "หมู หม", ["หม"]),
    # emoji: one joined sequence is one
    ("🤡", "you 🤡🤡", ["🤡", "🤡"]),
    ("👩", "👩 👩\u200d🚀", ["👩"]),
    ("👩\u200d🚀", "👩\u200d🚀 👩\u200d🚒", ["👩\u200d🚀"]),
    ("🇩🇪", "🇩🇪 🇧🇩🇪🇺", ["🇩🇪"]),
    # terms of several words, or with punctuation
    ("go  home", "go\u00a0home, go. home, go homer", ["go\u00a0home"]),
    ("ne'er-do-well", "a NE'ER-DO-WELL, ne'er-do-wells", ["NE'ER-DO-WELL"]),
])
def test_a_term_is_found_where_it_stands_whole(term: str, text: str, hits: list[str]) -> None:
    assert found(term, text) == hits


def test_turkish_capitals_are_read_as_turkish_only_where_the_post_is() -> None:
    assert found("sıkı", "SIKI", language="tr") == ["SIKI"]
    assert found("siki", "SIKI", language="tr") == []
    assert found("siki", "SIKI") == ["SIKI"]
    assert found("izmir", "İZMİR") == ["İZMİR"]


@pytest.mark.parametrize(("text", "hits"), [
    ("n1tw1t n!tw!t nitw|t", ["n1tw1t", "n!tw!t", "nitw|t"]),
    ("nіtwіt with Cyrillic, nιtwit with Greek", ["nіtwіt", "nιtwit"]),
    ("n.i.t.w.i.t, n i t w i t, n-i-t-w-i-t, n_i_t_w_i_t",
     ["n.i.t.w.i.t", "n i t w i t", "n-i-t-w-i-t", "n_i_t_w_i_t"]),
    ("n . i . t . w . i . t", ["n . i . t . w . i . t"]),
    ("what a n i t w i t he is", ["n i t w i t"]),
    ("niiiiitwit nitwittttt NITWIIIT", ["niiiiitwit", "nitwittttt", "NITWIIIT"]),
    ("N1TW1T!!", ["N1TW1T"]),
    ("n.1.t.w.1.t", ["n.1.t.w.1.t"]),
])
def test_a_disguised_word_is_found(text: str, hits: list[str]) -> None:
    assert found("nitwit", text) == hits


@pytest.mark.parametrize(("term", "text"), [
    ("nitwit", "n1tw1ts unn1twit"),  # a part of a longer word
    ("nitwit", "https://agora.example/n1tw1t @n1tw1t"),  # addresses and names are not prose
    ("nitwit", "nit wit"),  # only single letters are joined
    ("nitwit", "ni.tw.it"),
    ("loser", "looser"),  # a doubled letter is spelling
    ("god", "good"),
    ("sos", "505 50s"),  # numbers
    ("ass", "a55 45s"),
    ("ass", "U.S.A.S.S.R. and U S A S S R"),  # a stretch of a longer row of letters
    ("as", "a.s a5"),  # too short to look for
    ("cop", "сор"),  # a Russian word is Russian, though every letter looks Latin
    ("рот", "pot"),  # and an English one English
    ("ist", "first 1,st"),
    ("fool", "&#102;ool f&#111;&#111;l"),
])
def test_what_only_resembles_a_word_is_left_alone(term: str, text: str) -> None:
    assert found(term, text) == []


def test_a_latin_letter_in_a_russian_word_is_seen_through() -> None:
    assert found("дурак", "дypaк дурaк") == ["дypaк", "дурaк"]


def test_words_on_raw_text_are_taken_as_they_are_written() -> None:
    assert found("ACME", "ACME acme ACMEs 4CME ＡＣＭＥ", on="raw") == ["ACME"]


def test_one_place_counts_once_however_many_terms_lead_to_it() -> None:
    signal = TextSignal.compile([TermList(name="a", entries=("go", "go home", "home")),
                                 TermList(name="b", entries=("home",))])
    measured = signal.report(post_of("go home"), NO_HISTORY)
    assert [(one.name, one.value) for one in measured.reported] == [("hits.a", 1), ("hits.b", 1)]
    assert [(s.start, s.end, s.fact) for s in measured.spans] == [
        (0, 7, "hits.a"), (3, 7, "hits.b")]


def test_nothing_found_is_zero_and_not_missing() -> None:
    measured = TextSignal.compile([TermList(name="a", entries=("x",))]).report(
        post_of(""), NO_HISTORY)
    assert [(one.name, one.value) for one in measured.reported] == [("hits.a", 0)]
    assert measured.silent == ()


def test_a_pattern_that_takes_too_long_leaves_its_fact_missing_and_says_so() -> None:
    signal = TextSignal.compile(
        [TermList(name="slow", kind="pattern", entries=(r"(a|aa)+$",)),
         TermList(name="quick", kind="pattern", entries=("b",))], seconds=0.05)
    started = time.perf_counter()
    measured = signal.report(post_of("a" * 5000 + "b"), NO_HISTORY)
    assert time.perf_counter() - started < 5
    assert [(one.name, one.value) for one in measured.reported] == [("hits.quick", 1)]
    assert [(one.fact, one.why) for one in measured.silent] == [
        ("hits.slow", "the pattern `(a|aa)+$` took too long")]


def test_a_pattern_names_itself_when_it_is_cut_off_and_not_the_text() -> None:
    with pytest.raises(TookTooLong) as caught:
        Pattern.compile("slow", (r"(a|aa)+$",)).find("a" * 5000 + "b", seconds=0.02)
    assert caught.value.entry == r"(a|aa)+$"


def test_a_pattern_on_folded_text_points_into_the_original() -> None:
    signal = TextSignal.compile([TermList(name="p", kind="pattern", entries=(r"SS\w",))])
    text = "Straße, Ｓſx"
    measured = signal.report(post_of(text), NO_HISTORY)
    assert [text[s.start:s.end] for s in measured.spans] == ["ße", "Ｓſx"]


@pytest.mark.parametrize(("bad", "message"), [
    (TermList(name="p", kind="pattern", entries=("(",)), r"`\(` is not a pattern: missing \)"),
    (TermList(name="p", kind="pattern", entries=("a*",)), "matches the empty text"),
    (TermList(name="Slurs", entries=("x",)), "`Slurs` cannot name a list"),
    (TermList(name="a__b", entries=("x",)), "`a__b` cannot name a list"),
    (TermList(name="a", kind="regex", entries=("x",)), "`regex` is no kind of list"),
    (TermList(name="a", on="both", entries=("x",)), "`both` is no text"),
    (TermList(name="a", entries=("x", "\u200b")), "an entry is empty"),
    (TermList(name="a"), "the list is empty"),
])
def test_a_list_that_could_never_report_is_refused(bad: TermList, message: str) -> None:
    with pytest.raises(EvenhandError, match=message):
        TextSignal.compile([bad])


@given(st.text(st.sampled_from("ab(){}[]*+?|\\^$.,-&1<>=!:PpL"), max_size=9))
def test_any_pattern_is_compiled_or_refused(entry: str) -> None:
    try:
        pattern = Pattern.compile("p", (entry,), folded=True)
    except EvenhandError:
        pass  # the only error that may come out
    else:
        assert all(0 <= start < end for start, end in pattern.find("ab1 <a=b>!", seconds=2))


def test_a_document_declares_the_facts_that_its_lists_report() -> None:
    document = read_document(
        "---\nterms: T\nversion: 2020-05-11\n---\n# T\n## 1 Spam\nNone of these.\n"
        "```words rude_ on raw text\nnitwit\n```\n```words b2\nfool\n```\n"
        "```pattern dates on folded text\n\\d{4}\n```\n", name="terms.md")
    signal = TextSignal.compile([
        TermList(name="rude_", on="raw", entries=("nitwit",)),
        TermList(name="b2", entries=("fool",)),
        TermList(name="dates", kind="pattern", entries=(r"\d{4}",))])
    assert signal.facts == facts_of_lists(document)


def test_two_lists_of_one_name_are_refused() -> None:
    with pytest.raises(EvenhandError, match="two lists are called `a`"):
        TextSignal.compile([TermList(name="a", entries=("x",)),
                            TermList(name="a", entries=("y",))])


LETTERS = st.text(st.sampled_from("abfolс о傻มึ🤡👩\u200d.-'1मू"), min_size=1, max_size=6)


@given(term=LETTERS, text=st.text(st.sampled_from("abfolс о傻มึ🤡👩\u200d.-'1मू \n"), max_size=30))
def test_words_find_what_a_plain_search_with_boundaries_finds(term: str, text: str) -> None:
    """The lookup by words, for terms of one word, against the definition of a whole word."""
    if not regex.fullmatch(WORD + "+", term, regex.V1):
        return
    words = Words.compile([("x", (term,))], disguises=False)
    naive = [m.span() for m in regex.finditer(
        rf"(?<!{WORD}){regex.escape(term)}(?!{WORD})", text, regex.V1)]
    assert [(hit.start, hit.end) for hit in words.find(text)] == naive


@given(word=st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=4, max_size=9),
       gap=st.sampled_from([".", " ", "-", "_", "*"]), signs=st.integers(0, 255))
def test_a_word_is_found_however_it_is_set_apart_or_spelt_with_signs(word: str, gap: str,
                                                                     signs: int) -> None:
    seen = Disguises.compile([("x", word)])
    apart = gap.join(word)
    assert (0, len(apart), "x") in seen.find(apart)
    swaps = {"a": "4", "e": "3", "o": "0", "s": "5", "t": "7", "i": "1", "l": "1"}
    spelt, left = "", len(word) // 2
    for i, letter in enumerate(word):
        swap = left > 0 and signs >> i & 1 and letter in swaps
        spelt += swaps[letter] if swap else letter
        left -= bool(swap)
    if spelt != word:
        assert (0, len(spelt), "x") in seen.find(spelt)


@given(st.text(max_size=200), st.sampled_from([None, "tr", "hi"]))
def test_no_text_whatever_ends_the_signal(text: str, language: str | None) -> None:
    signal = TextSignal.compile([TermList(name="a", entries=("fool", "傻瓜", "go home", "👩")),
                                 TermList(name="p", kind="pattern", entries=(r"\d{3}",))])
    measured = signal.report(post_of(text, language), NO_HISTORY)
    assert [one.name for one in measured.reported] == ["hits.a", "hits.p"]
    assert all(0 <= s.start < s.end <= len(text) for s in measured.spans)


def test_a_long_post_takes_time_in_proportion() -> None:
    signal = TextSignal.compile([TermList(name="a", entries=("fool", "傻瓜"))])
    started = time.process_time()
    measured = signal.report(post_of("fo0l f o o l éé " * 20_000), NO_HISTORY)
    assert time.process_time() - started < 20
    assert measured.reported[0].value == 40_000
