"""A batch that is measured at once is measured as its posts are one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edge.posts import Posts
from evenhand.edge.signals.finder import TOGETHER
from evenhand.edge.signals.many import MeasuredAll, ReportsAll, measure_all, to_frame
from evenhand.edge.signals.signal import (
    NO_HISTORY,
    Example,
    History,
    Measured,
    Signal,
    admitted,
    declared,
    discover,
    exemplars,
    measure,
    observer,
)
from evenhand.edge.signals.text import TermList, TextSignal
from evenhand.model.post import Account, Media, Post, PostId
from evenhand.model.signal import Reported
from evenhand.report.misuse import Misuse
from evenhand.rulebook.frames import to_columns
from evenhand.rulebook.vocabulary import INTEGER, TEXT, Fact

EXAMPLES = [(signal, example) for signal in exemplars() for example in signal.examples]
TERMS = TextSignal.compile([
    TermList(name="rude", entries=("nitwit", "go home", "傻瓜", "👩", "ne'er-do-well", "sıkı")),
    TermList(name="shop", on="raw", entries=("ACME", "siki")),
    TermList(name="begins", kind="pattern", entries=(r"^ab", r"(?m)^x+$", r"c\Z")),
    TermList(name="twice", kind="pattern", on="raw", entries=(r"(\w)\1\1",)),
    TermList(name="digits", kind="pattern", entries=(r"\d{3,}",))])


def one_by_one(signals: Sequence[Signal], posts: Sequence[Post], histories: Sequence[History]
               ) -> MeasuredAll:
    """What `measure_all` must say, by the definition."""
    names = [fact.name for signal in signals for fact in signal.facts]
    values: dict[str, list[Any]] = {name: [None] * len(posts) for name in names}
    silent: Counter[tuple[str, str]] = Counter()
    for i, (post, history) in enumerate(zip(posts, histories, strict=True)):
        measured = measure(signals, post, history)
        for one in measured.reported:
            values[one.name][i] = one.value
        silent.update((one.fact, one.why) for one in measured.silent)
    return MeasuredAll(values=values, silent=silent, observers={
        fact.name: observer(signal) for signal in signals for fact in signal.facts})


def agree(signals: Sequence[Signal], posts: Sequence[Post], histories: Sequence[History]) -> None:
    told, wanted = measure_all(signals, Posts.of(posts), histories), one_by_one(
        signals, posts, histories)
    assert list(told.values) == list(wanted.values)
    for name, values in told.values.items():
        assert [(type(v), v) for v in values] == [(type(v), v) for v in wanted.values[name]], name
    assert (told.silent, told.observers) == (wanted.silent, wanted.observers)


WORDS = st.sampled_from([
    "the", "ferry", "nitwit", "N1TW!T", "n i t w i t", "go", "home", "傻瓜", "👩", "👩\u200d🚀",
    "ACME", "acme", "siki", "SIKI", "sıkı", "ne'er-do-well", "ab", "Ab", "xx", "c", "aaa", "12",
    "345", "@ada", "@bo@agora.example", "a@b.example", "#one", "#1", "＃हिन्दी", "STOP", "ÀÉÎ", "ß",
    "\n", " ", "\t", "\x00", "\ud800", "\u200b", "И", "İ", "http://a.example", "", "."])
TEXTS = st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.lists(WORDS, max_size=9).map(
    "".join), st.text(max_size=20))
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2030, 1, 1),  # noqa: DTZ001
                     timezones=st.sampled_from([UTC, timezone(timedelta(hours=-4))]))
MEDIA = st.builds(Media, kind=st.just("image"), digest=st.just("sha256:" + "0" * 64),
                  alt=st.sampled_from(["", "a cat"]))
POSTS = st.builds(
    Post, id=st.just(PostId(platform="agora", native="1")), text=TEXTS, made_at=TIMES,
    author=st.builds(Account, platform=st.just("agora"), id=st.just("ada"),
                     created_at=st.none() | TIMES),
    language=st.sampled_from([None, "en", "hi", "tr", "TR-tr", "az", "\ud800", "ü"]),
    links=st.lists(st.just("https://a.example"), max_size=2).map(tuple),
    media=st.lists(MEDIA, max_size=2).map(tuple), reply_to=st.sampled_from([None, "", "1"]))
COUNTS: Any = st.sampled_from([None, 0, 0, 1, 2, 40, -1, 2**53, 2**53 + 1, True, 1.0, "1"])
HISTORIES = st.one_of(st.just(NO_HISTORY), st.builds(
    History, strikes=COUNTS, posts_last_hour=COUNTS, posts_last_day=COUNTS, reports=COUNTS,
    distinct_reporters=COUNTS, trusted_flaggers=COUNTS,
    orders=st.none() | st.dictionaries(
        st.sampled_from(["court order", "copyright notice", "removal request"]),
        COUNTS.filter(lambda one: one is not None), max_size=2).map(MappingProxyType),
    brought=st.none() | st.builds(
        Misuse, reports_made=st.integers(-1, 3), reports_manifestly_unfounded=st.integers(-1, 3),
        appeals_made=st.integers(-1, 3), appeals_manifestly_unfounded=st.integers(-1, 3))))


@given(st.lists(st.tuples(POSTS, HISTORIES), max_size=2 * TOGETHER + 3))
@settings(max_examples=150, deadline=None)
def test_a_batch_is_measured_as_its_posts_are_one_by_one(
        batch: list[tuple[Post, History]]) -> None:
    agree([*discover(), TERMS], [post for post, _ in batch], [history for _, history in batch])


@given(st.lists(st.tuples(POSTS, HISTORIES), max_size=9))
@settings(max_examples=40, deadline=None)
def test_a_batch_is_laid_out_as_the_records_of_its_posts(
        batch: list[tuple[Post, History]]) -> None:
    signals = [*discover(), TERMS]
    vocabulary = declared(signals, _Single.facts)  # the last of which nobody reports here
    records = [{one.name: one.value for one in measure(signals, post, history).reported}
               for post, history in batch]
    told = measure_all(signals, Posts.of(p for p, _ in batch), [h for _, h in batch])
    assert to_frame(told, vocabulary, len(batch)).equals(to_columns(records, vocabulary))


def test_many_posts_are_measured_alike_wherever_those_that_hold_something_stand() -> None:
    posts = [_post(text) for n in range(70) for text in (
        ["an ordinary post about ferries"] * (n % 19) + ["n1tw1t at place " + str(n)] * (n % 3))]
    agree([TERMS], posts, [NO_HISTORY] * len(posts))


@pytest.mark.parametrize(("signal", "example"), EXAMPLES,
                         ids=[f"{s.name}: {e.title}" for s, e in EXAMPLES])
def test_a_signal_reports_of_a_batch_what_its_example_says(signal: Signal, example: Example
                                                           ) -> None:
    assert isinstance(signal, ReportsAll)
    told = measure_all([signal], Posts.of([example.post] * 2), [example.history] * 2).values
    for name, value in example.facts.items():
        assert list(told[name]) == [value, value]
    for name in example.missing:
        assert list(told[name]) == [None, None]


def test_a_pattern_that_is_cut_off_is_missing_of_its_post_alone_and_counted() -> None:
    signal = TextSignal.compile(
        [TermList(name="slow", kind="pattern", entries=(r"(a|aa)+$",)),
         TermList(name="quick", kind="pattern", entries=("b",))], seconds=0.05)
    slow = "a" * 5000 + "b"
    told = measure_all([signal], Posts.of([_post(t) for t in ("b", slow, "aa", slow)]),
                       [NO_HISTORY] * 4)
    assert told.values == {"hits.slow": [0, None, 1, None], "hits.quick": [1, 1, 0, 1]}
    assert told.silent == {("hits.slow", "the pattern `(a|aa)+$` took too long"): 2}


class _Single:
    """A signal that knows single posts only, and says of some what it must not."""

    name, version, examples = "single", "1", ()
    facts = tuple(Fact(name=f"post.{name}", type=type_, meaning="", observer="x", low=1,
                       audience="author") for name, type_ in (("words", INTEGER), ("first", TEXT)))

    def report(self, post: Post, history: History) -> Measured:
        words = post.text.split()
        return admitted(self.facts, Measured(reported=(
            Reported(name="post.words", value=len(words), observer="single@1"),
            *(Reported(name="post.first", value=w, observer="single@1") for w in words[:1]))))


def test_a_signal_that_knows_single_posts_only_is_asked_of_each() -> None:
    posts = Posts.of([_post(text) for text in ("two words", "", "\ud800")])
    told = measure_all([_Single()], posts, [NO_HISTORY] * 3)
    assert told.values == {"post.words": [2, None, 1], "post.first": ["two", None, None]}
    assert told.observers == {"post.words": "single@1", "post.first": "single@1"}
    assert told.silent == {
        ("post.words", "0 is below 1, the least that `post.words` can be"): 1,
        ("post.first", "the text holds half of a surrogate pair"): 1}


def test_of_no_posts_nothing_is_reported_and_every_fact_has_its_column() -> None:
    told = measure_all(exemplars(), Posts.of([]), [])
    assert {name: list(values) for name, values in told.values.items()} == {
        fact.name: [] for signal in exemplars() for fact in signal.facts}


def _post(text: str) -> Post:
    return Post(id=PostId(platform="agora", native="1"), text=text,
                author=Account(platform="agora", id="ada"),
                made_at=datetime(2020, 5, 26, tzinfo=UTC))
