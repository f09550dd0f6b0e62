"""What people and outside detectors state about posts is taken in as stated, or set aside whole."""

import io
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edge.intake.reject import Reject
from evenhand.edge.signals.signal import declared, discover
from evenhand.edge.signals.stated import FACTS, Stated, read_stated
from evenhand.errors import EvenhandError
from evenhand.model.post import PostId
from evenhand.model.signal import Suggestion
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    NUMBER,
    TEXT,
    TRUTH,
    Collection,
    Fact,
    Type,
    Vocabulary,
    list_of,
)


def fact(name: str, type_: Type, low: float | None = None, high: float | None = None,
         reported_by: str | None = "a person") -> Fact:
    return Fact(name=name, type=type_, meaning="made for a test", observer="a person",
                audience="author", low=low, high=high, reported_by=reported_by)


VOCABULARY = declared(discover(), FACTS).joined(Vocabulary.of(
    [fact("image.nudity", NUMBER, 0, 1, "seer@2"), fact("post.satire", TRUTH),
     fact("post.topics", list_of(TEXT)), fact("post.embargo", INSTANT),
     fact("post.delay", DURATION), fact("claim.rating", TEXT), fact("claim.confirmed", TRUTH)],
    [Collection(phrase="a matched claim", binds="claim", meaning="matches")]))

GOOD = {"post": "agora:17@2", "fact": "post.stance", "value": "rebuts", "by": "person:ada",
        "at": "2020-05-26T13:00:00+02:00"}


def read(*lines: object) -> tuple[list[Stated], list[Reject]]:
    rejects: list[Reject] = []
    file = b"".join((line if isinstance(line, bytes) else msgspec.json.encode(line)) + b"\n"
                    for line in lines)
    stated = list(read_stated(io.BytesIO(file), platform="agora", vocabulary=VOCABULARY,
                              on_reject=rejects.append, name="facts.jsonl"))
    return stated, rejects


def test_what_was_suggested_to_a_person_is_read_with_what_they_say() -> None:
    shown = {"by": "cues@3", "values": ["asks", "rebuts", "asks"]}
    [one, plain], rejects = read(GOOD | {"suggested": shown}, GOOD)
    assert rejects == []
    assert one.reported.suggested == Suggestion(by="cues@3", values=("asks", "rebuts"))
    assert plain.reported.suggested is None


@pytest.mark.parametrize("suggested", [
    "rebuts", ["rebuts"], {"by": "cues@3"}, {"by": "cues", "values": []},
    {"by": "cues@3", "values": ["rebuts"], "shown": True}, {"by": "cues@3", "values": ["laughs"]},
    {"by": "cues@3", "values": [["rebuts"]]}, {"by": 3, "values": []},
    {"by": "cues@3", "values": "asks"}])
def test_what_cannot_have_been_suggested_is_set_aside(suggested: object) -> None:
    stated, [reject] = read(GOOD | {"suggested": suggested})
    assert stated == [] and reject.hint
    assert "suggested" in reject.what


def test_a_confirmation_says_whether_it_is_of_this_post_or_of_all_copies() -> None:
    said = GOOD | {"fact": "claim.confirmed", "value": True, "claim": "https://a.example/x"}
    stated, rejects = read(said, said | {"scope": "this post"}, said | {"scope": "all copies"})
    assert rejects == []
    assert [one.scope for one in stated] == ["this post", "this post", "all copies"]


@pytest.mark.parametrize(("line", "told"), [
    ({"scope": "all copies"}, "is said of one post"),
    ({"fact": "claim.confirmed", "value": True, "claim": "x", "scope": "everything"}, "`scope` is"),
    ({"fact": "claim.confirmed", "value": True, "claim": "x", "scope": ["all copies"]},
     "`scope` is")])
def test_a_scope_that_is_none_is_set_aside(line: dict[str, object], told: str) -> None:
    stated, [reject] = read(GOOD | line)
    assert stated == [] and told in reject.what


def test_nothing_is_suggested_to_a_detector() -> None:
    stated, [reject] = read(GOOD | {"by": "seer@2", "suggested": {"by": "cues@3", "values": []}})
    assert stated == [] and "nothing was suggested to it" in reject.what


def test_a_stance_is_read_with_who_said_it_and_when() -> None:
    [one], rejects = read(GOOD)
    assert rejects == []
    assert one.post == PostId(platform="agora", native="17", version="2")
    assert (one.reported.name, one.reported.value) == ("post.stance", "rebuts")
    assert one.reported.observer == "person:ada"
    assert one.reported.at == datetime(2020, 5, 26, 11, tzinfo=UTC)
    assert not one.reported.automated


@pytest.mark.parametrize(("name", "post"), [
    ("17", PostId(platform="agora", native="17")),
    ("17@3", PostId(platform="agora", native="17", version="3")),
    ("other:17", PostId(platform="other", native="17")),
    ("agora:at://a/b@1", PostId(platform="agora", native="at://a/b")),
])
def test_a_post_is_named_in_full_or_by_the_platforms_own_id(name: str, post: PostId) -> None:
    [one], _ = read({**GOOD, "post": name})
    assert one.post == post


@pytest.mark.parametrize(("name", "value", "held", "by"), [
    ("image.nudity", 0.25, 0.25, "seer@2"),
    ("image.nudity", 1, 1, "seer@2"),
    ("post.satire", True, True, "person:ada"),
    ("post.topics", ["votes", "mail"], ("votes", "mail"), "person:ada"),
    ("post.topics", [], (), "person:ada"),
    ("post.embargo", "2020-11-03", datetime(2020, 11, 3, tzinfo=UTC), "person:ada"),
    ("post.delay", "3 days 12 hours", timedelta(days=3, hours=12), "person:ada"),
    ("post.stance", "asks", "asks", "stancer@1"),
])
def test_values_of_every_type_are_read(name: str, value: object, held: object, by: str) -> None:
    [one], rejects = read({**GOOD, "fact": name, "value": value, "by": by})
    assert rejects == []
    assert one.reported.value == held
    assert type(one.reported.value) is type(held)


@pytest.mark.parametrize(("change", "what", "hint"), [
    ({"fact": "post.stanse"}, '"post.stanse" is not a declared fact', "did you mean `post.stance`"),
    ({"value": "denies"}, '"denies" is not one of "asserts"', "where the poster stands"),
    ({"value": "rebutts"}, "did you mean `rebuts`?", "one of"),
    ({"value": 3}, "`post.stance`: 3 is not one of", "one of"),
    ({"value": None}, "has no `value`", "write post, fact, value, by, at"),
    ({"fact": "post.length", "value": 3}, "`post.length` is observed by the signal post_facts@1",
     "derived"),
    ({"fact": "image.nudity", "value": 0.5}, "observed by the signal seer@2", "derived"),
    ({"fact": "image.nudity", "value": 1.5, "by": "seer@2"}, "1.5 is above 1", "a number"),
    ({"fact": "image.nudity", "value": True, "by": "seer@2"}, "true is not a number", "a number"),
    ({"fact": "claim.rating", "value": "false"}, "a fact about a match", "state `claim.confirmed`"),
    ({"claim": "k"}, "`post.stance` is not about a claim", "leave `claim` out"),
    ({"fact": "claim.confirmed", "value": True}, "does not say of which fact-check",
     "write `claim`"),
    ({"fact": "claim.confirmed", "value": "yes", "claim": "k"}, '"yes" is not yes or no', "yes"),
    ({"fact": "claim.confirmed", "value": True, "claim": 3}, "`claim` is 3", "as text"),
    ({"fact": "post.delay", "value": "a while"}, '"a while" is not a duration', "3 days"),
    ({"fact": "post.delay", "value": " ".join(["999999999 weeks"] * 9)}, "longer than any", "3"),
    ({"fact": "post.delay", "value": 3}, "3 is not a duration", "a duration"),
    ({"fact": "post.embargo", "value": "soon"}, "`soon` is not a time", "write 2020"),
    ({"fact": "post.topics", "value": ["a", 3]}, "3 is not text", "a list of text"),
    ({"fact": "post.topics", "value": "a"}, '"a" is not a list of text', "a list of text"),
    ({"by": "ada"}, '"ada" does not say who stated it', "person:ID"),
    ({"by": 17}, "`by` is 17", "as text"),
    ({"at": "yesterday"}, "`yesterday` is not a time", "write 2020"),
    ({"at": 17}, "`at` is 17", "write 2020"),
    ({"post": "a:"}, "`a:` is not the name of a post", "platform:id"),
    ({"post": "a\u0007:b"}, "holds what cannot be printed", "as its platform does"),
    ({"fact": "claim.confirmed", "value": True, "claim": "k", "by": "seer@2"},
     '"seer@2" is a detector', "person:ID"),
    ({"why": "because"}, '"why" is not part of a stated fact', "write post, fact"),
    ({"values": 1}, "did you mean `value`?", "write post, fact"),
])
def test_a_line_that_states_no_fact_is_set_aside_with_what_to_do(
        change: dict[str, object], what: str, hint: str) -> None:
    line = {**GOOD, **change}
    stated, [reject] = read(line)
    assert stated == []
    assert what in reject.what
    assert hint in reject.hint
    assert reject.where == "facts.jsonl:1"
    assert msgspec.json.decode(reject.raw) == line


@pytest.mark.parametrize("value", [True, False])
def test_a_person_confirms_or_denies_that_a_fact_check_is_the_posts(value: bool) -> None:
    [one], _ = read({**GOOD, "fact": "claim.confirmed", "value": value,
                     "claim": "https://facts.example/1"})
    assert (one.claim, one.reported.value) == ("https://facts.example/1", value)


def test_one_bad_line_does_not_cost_the_others() -> None:
    stated, rejects = read(GOOD, b'{"post": "17", ', GOOD, b"\xff", b"[]", b"[" * 5000, GOOD)
    assert len(stated) == 3
    assert [r.where for r in rejects] == [f"facts.jsonl:{n}" for n in (2, 4, 5, 6)]


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False,
                    allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=5))


@given(st.lists(st.one_of(
    st.binary(max_size=40).filter(lambda b: b"\n" not in b and b.strip()), JSON,
    st.fixed_dictionaries({
        "post": st.sampled_from(["17", "a:b@c", ":", 3]),
        "by": st.sampled_from(["person:a", "d@1"]),
        "fact": st.sampled_from([*VOCABULARY.facts, "x"]), "value": JSON,
        "at": st.sampled_from(["2020-01-01", "0001-01-01T00:00+01:00", 7])}))))
def test_every_line_ends_as_a_fact_or_as_a_reject(lines: list[object]) -> None:
    lines = [b"-" if line == b"\xef\xbb\xbf" or (isinstance(line, bytes) and line[:2] in (
        b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")) else line for line in lines]
    stated, rejects = read(*lines)
    assert len(stated) + len(rejects) == len(lines)


def test_what_is_stated_more_than_a_day_ahead_is_set_aside() -> None:
    latest = datetime(2020, 5, 25, 11, tzinfo=UTC)
    for ahead, kept in ((latest, 1), (latest - timedelta(seconds=1), 0), (None, 1)):
        rejects: list[Reject] = []
        stated = list(read_stated(io.BytesIO(msgspec.json.encode(GOOD)), platform="agora",
                                  vocabulary=VOCABULARY, on_reject=rejects.append, latest=ahead))
        assert (len(stated), len(rejects)) == (kept, 1 - kept)
        assert all("from the future" in reject.what for reject in rejects)


def test_a_stated_fact_knows_its_line_so_that_its_reader_can_set_it_aside() -> None:
    [first, second], _ = read(GOOD, {**GOOD, "value": "asserts"})
    assert (first.where, second.where) == ("facts.jsonl:1", "facts.jsonl:2")
    reject = second.refused(EvenhandError("not by you", hint="ask"))
    assert (reject.where, reject.what, reject.hint) == ("facts.jsonl:2", "not by you", "ask")
    assert msgspec.json.decode(reject.raw)["value"] == "asserts"
