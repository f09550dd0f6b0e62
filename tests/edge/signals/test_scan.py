"""The scan names every entry that occurs in a text: with it or without, the same hits are found."""

import sys
from contextlib import suppress

import pytest
import re2
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edge.signals.finder import NOTHING, Finder
from evenhand.edge.signals.folding import fold
from evenhand.edge.signals.in_ascii import same_in_ascii
from evenhand.edge.signals.patterns import Pattern, TookTooLong
from evenhand.edge.signals.scan import BETWEEN, Scan
from evenhand.edge.signals.superset import _FOLLOWING, _growing, superset
from evenhand.edge.signals.text import EXEMPLAR
from evenhand.edge.signals.words import Words
from evenhand.errors import EvenhandError

SILENT = re2.Options()
SILENT.log_errors = False

PIECES = st.sampled_from([
    "a", "b", "s", "ss", "ß", "ſ", "i", "I", "ı", "İ", "k", "K", "ﬁ", "fi", "σ", "ς", "д", "Д", "ж",
    "j", "ǰ", "j\u030c", "[j]\u030c", "\u030c", "ι", "ΐ", "[ΐ]", "é", "e\u0301", "मू", "傻", "😀",
    "𐐀", "𐐨", " ", "-", "_", r"\.", r"\n", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "[ab]",
    "[^a]", r"[^\W\d]", "[à-ÿ]", "[ß]", "[s]", "[а-я]", "[a-z]", "[A-Z]", "[😀-😂]", "[[:alpha:]]",
    "[]a]", "[^]a]", r"\p{Lu}", r"\p{L}", r"\x41", r"\u0436", r"\N{DIGIT ONE}", r"\b", r"\B", "^",
    "$", r"\A", r"\Z", r"\m", r"\M", "(?=a)", "(?!a)", "(?<=b)", "(?<!b)", "(?>a)"])
COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "{,2}", "*?", "++",
                          "{0}", "{14}", "{,3}?"])


def _row(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(inner, COUNTS).map("".join), min_size=1, max_size=4).map("".join)


PATTERNS = st.tuples(
    st.sampled_from(["", "", "(?i)", "(?s)", "(?m)", "(?im)"]),
    _row(st.recursive(PIECES, lambda inner: st.one_of(
        _row(inner).map("(?:{})".format), _row(inner).map("(?={})".format),
        _row(inner).map("(?<={})".format),
        st.tuples(_row(inner), _row(inner)).map(lambda two: f"({two[0]}|{two[1]})")),
        max_leaves=6))).map("".join)
TEXTS = st.lists(st.sampled_from([
    "a", "b", "s", "ss", "ß", "ſ", "i", "I", "ı", "İ", "k", "K", "K", "ﬁ", "fi", "σ", "ς", "Σ",
    "д", "Д", "ж", "Ж", "j", "ǰ", "j\u030c", "\u030c", "ι", "ΐ", "ι\u0308\u0301", "é", "e\u0301",
    "मू", "傻", "😀", "😁", "𐐀", "𐐨", " ", "\n", "\u00a0", ".", "-", "_", "1", "٣", "A", "B", "z",
    "à", "ÿ", "!", "aaaaaaaaaaaaaa"]), max_size=8).map("".join)


@given(PATTERNS, st.lists(TEXTS, min_size=3, max_size=6), st.booleans())
@settings(max_examples=400)
def test_whatever_regex_finds_the_superset_finds(pattern: str, texts: list[str],
                                                 folded: bool) -> None:
    weaker = superset(pattern, folded=folded)
    if weaker is None:
        return
    flags = regex.V0 | (regex.IGNORECASE | regex.FULLCASE if folded else 0)
    try:
        exact = regex.compile(pattern, flags)
        quick = re2.compile(weaker, SILENT)
    except (regex.error, re2.error):
        return
    for text in texts:
        text = fold(text).text if folded else text
        with suppress(TimeoutError):  # some of these patterns backtrack without end
            if exact.search(text, timeout=0.1):
                assert quick.search(text), (weaker, text)


@pytest.mark.parametrize(("pattern", "text"), [
    ("(?i)𐐨", "𐐀"), ("(?i)𐐀", "𐐨"), ("(?i)[𐐨x]", "𐐀"), ("[😀-😂]", "😁"), (r"\w", "𐐀"),
    ("(?i)k", "\u212a"), ("(?i)[a-z]", "ſ"), (r"\bनमस्ते\b", "नमस्ते"),
    (r"naïve\b", "naïve"), (r"\d\d", "٣٤"),
    (r"\s", "\u2003"), ("[^a]", "𐐀"), ("(?s)a.b", "a\nb"), (r"(?m)^b$", "a\nb\nc")])
def test_the_superset_finds_what_only_unicode_finds(pattern: str, text: str) -> None:
    assert regex.search(pattern, text)
    weaker = superset(pattern)
    assert weaker is not None
    assert re2.search(weaker, text)


ASCII = st.text(st.sampled_from("absikKfISTZ_- .\n1!\t\x0b\x1c\x1f"), max_size=12)


@given(PATTERNS, st.lists(ASCII, min_size=4, max_size=8), st.booleans())
@settings(max_examples=600)
def test_in_ascii_both_engines_find_the_same_places(pattern: str, texts: list[str],
                                                    folded: bool) -> None:
    same = same_in_ascii(pattern, folded=folded)
    if same is None:
        return
    flags = regex.V0 | (regex.IGNORECASE | regex.FULLCASE if folded else 0)
    try:
        exact = regex.compile(pattern, flags)
        quick = re2.compile(same.encode(), SILENT)
    except (regex.error, re2.error):
        return
    for text in texts:
        text = fold(text).text if folded else text
        with suppress(TimeoutError):
            found = [m.span() for m in exact.finditer(text, timeout=0.1)]
            assert [m.span() for m in quick.finditer(text.encode())] == found, (same, text)


@pytest.mark.parametrize(("pattern", "same"), [
    (r"(?i)\bsend\b.{0,20}?btc", True), (r"^[^a-z]{40,}$", False), (r"\+?\d{1,2}[ .-]?\d{3}", True),
    (r"(?:ab|a)b*?c{2}", True), (r"a(?=b)", False), (r"(?>a+)b", False), (r"a++b", False),
    ("naïve", False), (r"(?m)^a", False), (r"a*", False), (r"(?:a?){3}b", False),
    (r"\Aab\Z", True), (r"two\ words", True)])
def test_what_both_engines_read_alike_is_told_from_what_they_may_not(
        pattern: str, same: bool) -> None:
    assert (same_in_ascii(pattern) is not None) is same


@given(PATTERNS, TEXTS, st.booleans())
def test_a_scan_loses_no_hit_of_a_pattern(pattern: str, text: str, folded: bool) -> None:
    try:
        compiled = Pattern.compile("p", (pattern, "aa+"), folded=folded)
    except EvenhandError:
        return
    text = fold(text).text if folded else text
    finder = Finder.compile(Words.compile([], disguises=False), (compiled,))
    try:
        expected = compiled.find(text, seconds=0.1)
    except TookTooLong:
        return
    assert list(finder.find(text, seconds=2).places.get("p", [])) == expected


@given(st.lists(PATTERNS, min_size=1, max_size=3), st.lists(TEXTS, min_size=2, max_size=5),
       st.booleans())
def test_joined_texts_have_every_candidate_that_one_of_them_has(
        patterns: list[str], texts: list[str], folded: bool) -> None:
    scan = Scan.compile([superset(pattern, folded=folded) for pattern in patterns])
    each = {one for text in texts for one in scan.candidates(text)}
    assert each <= set(scan.candidates(BETWEEN.join(texts)))


LETTERS = "abfolsо傻มึ🤡👩\u200d.-'1मूäß0@!"
TERMS = st.lists(st.text(st.sampled_from(LETTERS + " "), min_size=1, max_size=6), min_size=1,
                 max_size=5)
WRITTEN = st.text(st.sampled_from(LETTERS + "оέ$3 \n_*·\u00a0/"), max_size=25)


@given(terms=TERMS, written=WRITTEN, pick=st.integers(0, 4), gap=st.sampled_from(
    ["", ".", " ", " - ", "__", "  "]), times=st.integers(1, 4), disguises=st.booleans())
@settings(max_examples=400)
def test_a_scan_loses_no_word_however_it_is_written(terms: list[str], written: str, pick: int,
                                                    gap: str, times: int, disguises: bool) -> None:
    """Random text, and a term in the midst of it, drawn out or set apart."""
    term = terms[pick % len(terms)]
    drawn_out = "".join(c * times if i == pick else c for i, c in enumerate(term))
    text = written[:9] + gap.join(drawn_out) + written[9:]
    words = Words.compile([("one", [fold(t).text for t in terms[:2]]),
                           ("other", [fold(t).text for t in terms[2:]])], disguises=disguises)
    text = fold(text).text
    finder = Finder.compile(words, ())
    expected: dict[str, list[tuple[int, int]]] = {}
    for hit in words.find(text):
        expected.setdefault(hit.of, []).append((hit.start, hit.end))
    assert finder.find(text).places == expected
    if expected:
        assert 1 in dict(finder.candidates(["before", text, "after"]))


def test_a_post_without_a_hit_costs_no_second_look() -> None:
    assert EXEMPLAR.folded.find("an ordinary post: 12 o'clock, nothing on a list") is NOTHING
    assert EXEMPLAR.folded.find("обычный текст, в котором ничего нет") is NOTHING


def test_a_lower_bound_of_turns_is_kept_and_an_upper_one_is_not() -> None:
    assert superset(r"\d{8,}") == r"(?:[0-9\x{80}-\x{10FFFF}]){8,}"
    assert superset(r"x.{0,20}y") == r"x(?:[\x{0}-\x{9}\x{B}-\x{7F}\x{80}-\x{10FFFF}])*y"
    assert superset(r"x.{20}y") == r"x(?:[\x{0}-\x{9}\x{B}-\x{7F}\x{80}-\x{10FFFF}])+y"
    assert superset(r"^[^a-z]{40,}$") == (
        r"\A(?:[\x{0}-\x{60}\x{7B}-\x{7F}\x{80}-\x{10FFFF}]){40,}")


def test_what_folded_text_can_hold_that_grows_when_folded_in_full_is_known() -> None:
    """The reasoning about full case folding in `superset.py`, for every code point."""
    growing = {c for c in map(chr, range(sys.maxunicode + 1)) if len(c.casefold()) > 1}
    assert {c.casefold() for c in growing} == _growing()
    held = {c for c in growing if fold(c).text == c}
    assert {after for c in held for after in c.casefold()[1:]} <= _FOLLOWING
    assert not any(c in fold(text).text for c in growing - held for text in (c, c + "a", "a" + c))


def test_what_has_no_superset_is_always_a_candidate() -> None:
    for pattern in (r"(a)\1", r"a(?i)b", r"\Xb", r"(?:fool){e<=1}", r"(?P>x)", "j\u030c{2}"):
        assert superset(pattern, folded=True) is None
    scan = Scan.compile(["a", None, "b"])
    assert sorted(scan.candidates("b")) == [1, 2]
    assert scan.candidates("") == (1,)


def test_a_scan_too_large_for_its_memory_is_parted_and_loses_nothing() -> None:
    words = [f"{a}{b}{c}word" for a in "abcdefgh" for b in "abcdefgh" for c in "abcdefgh"]
    whole, parted = Scan.compile(words), Scan.compile(words, memory=40_000)
    assert len(whole.sets) == 1
    assert len(parted.sets) > 1
    assert parted.always == ()
    text = " ".join(words[::7])
    assert sorted(whole.candidates(text)) == sorted(parted.candidates(text)) == list(
        range(0, len(words), 7))


def test_what_is_too_large_even_alone_is_tried_on_every_text() -> None:
    scan = Scan.compile(["a", "(?:[a-z]{30,}[0-9]{30,}){9,}", "b"], memory=20_000)
    assert 1 in scan.always
    assert sorted(scan.candidates("b")) == [1, 2]


def test_what_re2_cannot_read_is_tried_on_every_text() -> None:
    assert Scan.compile(["(", "b"]).candidates("b") == (0, 1)


class _OutOfMemory:
    def Match(self, text: bytes) -> list[int] | None:  # noqa: N802  (as RE2 calls it)
        return None


def test_where_memory_runs_out_on_a_text_everything_is_tried() -> None:
    scan = Scan(sets=((_OutOfMemory(), (0, 2)),), always=(1,), size=3)
    assert sorted(scan.candidates("whatever")) == [0, 1, 2]


def test_half_of_a_surrogate_pair_has_everything_tried() -> None:
    assert list(Scan.compile(["a", "b"]).candidates("\ud800")) == [0, 1]
