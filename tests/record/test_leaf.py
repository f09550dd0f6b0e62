"""Leaf, commitment and opening are twins; whoever changes one of them is found out."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import EvenhandError
from evenhand.record.canonical import canonical
from evenhand.record.codec import to_plain
from evenhand.record.commitment import key_for, opens, seal
from evenhand.record.kinds import (
    KINDS,
    DeliveryRecord,
    DocumentSealed,
    PublicationRecord,
    read_record,
    write_record,
    write_view,
)
from evenhand.record.leaf import leaf_of, read_leaf
from evenhand.record.opening import (
    Opening,
    check_opening,
    open_for_author,
    read_opening,
    write_opening,
)

KEY = b"k" * 32
WHOLE = ("publication", "shadow", "facts", "succession", "fact-check-change")
"""The kinds whose leaf hides nothing."""
NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def record(making: Any) -> Any:
    terms = making.of(making.clause("1", "post.satire", 'label one "One"\nremove'))
    return making.settle(terms, making.dossier({"post.satire": True})).sealable.record


@pytest.fixture(scope="module")
def opening(record: Any) -> Opening:
    return Opening(leaf=leaf_of(record, KEY), key=KEY, record=write_record(record))


DELIVERY = DeliveryRecord(about="decision:" + "d" * 64, channel="folder", to="ada",
                          outcome="delivered", receipt_index=4, at=NOON, clock="live")
PUBLICATION = PublicationRecord(
    terms="sha256:0", title="Terms", version="1", published_at=NOON, in_force_from=NOON,
    documents=(DocumentSealed(language="en", digest="sha256:1", bytes=5, authentic=True),),
    vocabulary="sha256:2", clock="live")


def test_a_leaf_tells_what_was_done_on_which_day_and_no_more(record: Any) -> None:
    leaf = read_leaf(leaf_of(record, KEY))
    assert (leaf.kind, leaf.version) == ("decision", 1)
    public = dict(leaf.public)
    assert public.pop("commitment") == seal(KEY, write_record(record)) == leaf.commitment
    assert public.pop("author") == leaf.commitment_for_author == seal(
        key_for(KEY, "author"), write_view(record, "author"))
    assert public == {
        "actions": ["label", "remove"], "acts": ["1 label", "1 remove"], "answer": None,
        "cause": "arrival", "clock": "live",
        "decider": "rule", "grounds": ["1"], "outcome": "acted", "set_aside": [],
        "prev": None, "supersedes": False, "suspended": [], "terms": record.decision.terms,
        "when": "2020-05-26"}


def test_a_leaf_never_names_post_person_or_decision(record: Any) -> None:
    leaf = leaf_of(record, KEY)
    for secret in ("ada", "Good morning", record.decision.id, "12:00", str(record.post.id)):
        assert secret.encode() not in leaf


def test_no_leaf_says_what_the_public_must_not_see(
        one_of_each: dict[str, Any], secret: str) -> None:
    assert one_of_each.keys() == {kind for kind, _ in KINDS}
    for kind, record in one_of_each.items():
        hides = kind not in WHOLE
        assert (secret.encode() in write_record(record)) is hides, kind
        assert secret.encode() not in leaf_of(record, KEY if hides else None), kind


def test_whoever_gets_a_notice_opens_what_is_theirs_and_nothing_else(
        one_of_each: dict[str, Any]) -> None:
    """No reviewer, and none of those who must not be told, stands in what a sender gets."""
    for kind in ("decision", "report", "order", "appeal", "answer"):
        record = one_of_each[kind]
        opening = open_for_author(leaf_of(record, KEY), KEY, write_record(record))
        opened = check_opening(read_opening(write_opening(opening)))
        assert opened.audience == "author" and opened.body["notice"] is not None
        assert b'"by":"' not in opening.record and b"recorded_by" not in opening.record
    for kind in ("delivery", "withdrawal", "suspension", "reversal", "legal-hold", "erasure",
                 "access"):
        record = one_of_each[kind]
        assert read_leaf(leaf_of(record, KEY)).commitment_for_author is None
        with pytest.raises(EvenhandError):
            check_opening(open_for_author(leaf_of(record, KEY), KEY, write_record(record)))


def test_two_posts_decided_alike_differ_only_in_their_commitment(making: Any) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove"))
    leaves = [read_leaf(making.settle(terms, making.dossier({"post.satire": True}),
                                      post=making.post(text)).sealable.leaf).public
              for text in ("one", "two")]
    for name in ("commitment", "author"):
        assert leaves[0].pop(name) != leaves[1].pop(name)
    assert leaves[0] == leaves[1]


def test_a_delivery_tells_its_outcome_and_day(record: Any) -> None:
    public = read_leaf(leaf_of(DELIVERY, KEY)).public
    assert public == {"outcome": "delivered", "when": "2020-05-26", "clock": "live", "prev": None,
                      "commitment": seal(KEY, write_record(DELIVERY))}


def test_a_publication_is_its_own_leaf() -> None:
    leaf = read_leaf(leaf_of(PUBLICATION, None))
    assert leaf.commitment is None
    assert leaf.public["documents"][0]["digest"] == "sha256:1"


def test_what_hides_needs_a_key_and_what_does_not_takes_none(record: Any) -> None:
    with pytest.raises(AssertionError):
        leaf_of(record, None)
    with pytest.raises(AssertionError):
        leaf_of(PUBLICATION, KEY)


@given(st.binary(min_size=32, max_size=32), st.binary(), st.binary())
def test_a_commitment_opens_with_its_key_and_record_only(
        key: bytes, one: bytes, other: bytes) -> None:
    commitment = seal(key, one)
    assert opens(commitment, key, one)
    assert opens(commitment, key, other) is (one == other)
    assert not opens(commitment, bytes([key[0] ^ 1]) + key[1:], one)
    assert not opens(commitment, key[:31], one)


def test_an_opening_is_read_back_and_opens(opening: Opening, record: Any) -> None:
    again = read_opening(write_opening(opening))
    assert again == opening
    opened = check_opening(again)
    assert (opened.kind, opened.audience) == ("decision", "sealed")
    assert opened.body == to_plain(record)


def test_an_authors_opening_shows_what_the_author_may_see_and_no_more(making: Any) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove"))
    dossier = replace(making.dossier({"post.satire": True}), reported=(
        replace(making.dossier({"post.satire": True}).reported[0], observer="person:anna-77"),))
    record = making.settle(terms, dossier).sealable.record
    opening = open_for_author(leaf_of(record, KEY), KEY, write_record(record))
    opened = check_opening(read_opening(write_opening(opening)))
    assert opened.audience == "author"
    assert opened.body["notice"]["words"] == record.notice.words
    assert opened.body["post"]["text"] == record.post.text
    assert "facts_digest" not in opened.body["decision"]
    assert KEY not in (opening.key, opening.record)
    with pytest.raises(EvenhandError, match="not those that were sealed"):
        check_opening(replace(opening, record=write_record(record)))


def test_an_author_holds_the_public_fields_against_what_they_see(record: Any) -> None:
    true = leaf_of(record, KEY)
    public = {**read_leaf(true).public, "actions": ["warn"]}
    lying = b"evenhand/decision/v1\n" + canonical(public)
    opening = open_for_author(lying, KEY, write_record(record))
    with pytest.raises(EvenhandError, match="says something else"):
        check_opening(opening)


def test_every_record_that_hides_opens(one_of_each: dict[str, Any]) -> None:
    for one in [r for kind, r in one_of_each.items() if kind not in WHOLE]:
        assert check_opening(Opening(leaf=leaf_of(one, KEY), key=KEY,
                                     record=write_record(one))).body == to_plain(one)


def test_a_changed_word_of_the_record_is_found(opening: Opening) -> None:
    changed = opening.record.replace(b"Good morning", b"Good evening")
    assert changed != opening.record
    with pytest.raises(EvenhandError, match="not those that were sealed"):
        check_opening(replace(opening, record=changed))


def test_another_key_is_found(opening: Opening) -> None:
    for key in (b"l" * 32, b"", b"k" * 33):
        with pytest.raises(EvenhandError, match="not those that were sealed"):
            check_opening(replace(opening, key=key))


@pytest.mark.parametrize(("field", "lie"), [
    ("actions", ["label"]), ("outcome", "left alone"), ("grounds", []), ("cause", "report"),
    ("when", "2020-05-27"), ("decider", "reviewer"), ("clock", "replayed"), ("supersedes", True)])
def test_a_leaf_that_tells_the_public_something_else_is_found(
        opening: Opening, field: str, lie: Any) -> None:
    """The commitment opens, but the fields beside it are not those of the record."""
    head, _, body = opening.leaf.partition(b"\n")
    public = json.loads(body)
    assert public[field] != lie
    leaf = head + b"\n" + canonical(public | {field: lie})
    with pytest.raises(EvenhandError, match="something else than the sealed record"):
        check_opening(replace(opening, leaf=leaf))


def test_a_leaf_of_another_kind_is_found(opening: Opening) -> None:
    with pytest.raises(EvenhandError):
        check_opening(replace(opening, leaf=opening.leaf.replace(b"decision/v1", b"delivery/v1")))
    with pytest.raises(EvenhandError):
        check_opening(replace(opening, leaf=leaf_of(PUBLICATION, None)))


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_no_changed_byte_of_the_record_goes_unseen(
        opening: Opening, place: int, mask: int) -> None:
    data = bytearray(opening.record)
    data[place % len(data)] ^= mask
    with pytest.raises(EvenhandError):
        check_opening(replace(opening, record=bytes(data)))


@pytest.mark.parametrize("entry", [
    b"", b"\n", b"evenhand/decision/v1", b"evenhand/decision/v1\n", b"evenhand/decision/v1\n[]",
    b"evenhand/decision/v1\n{", b'evenhand/decision/v1\n{"commitment":5}',
    b'evenhand/decision/v1\n{"b":1,"a":2}', b"evenhand/decision/v0\n{}",
    b"evenhand/decision/v01\n{}", b"evenhand/decision/v+1\n{}", b"evenhand/decision/v1_0\n{}",
    b"evenhand/decision/v1/x\n{}", b"evenhand//v1\n{}", b"other/decision/v1\n{}",
    b"evenhand/d\xc3\xa9cision/v1\n{}", b"evenhand/decision/v" + b"9" * 5000 + b"\n{}",
    b"evenhand/decision/v1\n" + b"[" * 100_000])
def test_what_is_no_leaf_is_refused(entry: bytes) -> None:
    with pytest.raises(EvenhandError):
        read_leaf(entry)


def test_a_leaf_of_a_newer_kind_can_still_be_read() -> None:
    leaf = read_leaf(b'evenhand/appeal/v3\n{"commitment":"x"}')
    assert (leaf.kind, leaf.version, leaf.commitment) == ("appeal", 3, "x")


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(
    lambda b: b"evenhand/decision/v1\n" + b)))
def test_any_bytes_are_a_leaf_or_refused(data: bytes) -> None:
    try:
        leaf = read_leaf(data)
    except EvenhandError:
        return
    assert data == f"evenhand/{leaf.kind}/v{leaf.version}\n".encode() + canonical(leaf.public)


B64 = b64encode(b"x").decode()


@pytest.mark.parametrize("plain", [
    None, [], {}, {"v": 1}, {"v": 1, "key": B64, "leaf": B64},
    {"v": 2, "key": B64, "leaf": B64, "record": B64},
    {"v": True, "key": B64, "leaf": B64, "record": B64},
    {"v": 1, "key": "é", "leaf": B64, "record": B64},
    {"v": 1, "key": 5, "leaf": B64, "record": B64},
    {"v": 1, "key": None, "leaf": B64, "record": B64},
    {"v": 1, "key": "eR==", "leaf": B64, "record": B64},
    {"v": 1, "key": B64, "leaf": B64, "record": B64, "more": 1}])
def test_what_is_no_opening_is_refused(plain: Any) -> None:
    with pytest.raises(EvenhandError):
        read_opening(canonical(plain))


@given(st.binary(max_size=120))
def test_any_bytes_are_an_opening_or_refused(data: bytes) -> None:
    with pytest.raises(EvenhandError):
        read_opening(data)
    with pytest.raises(EvenhandError):
        check_opening(Opening(leaf=data, key=data, record=data))


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_openings_are_twins(leaf: bytes, key: bytes, data: bytes) -> None:
    opening = Opening(leaf=leaf, key=key, record=data)
    assert read_opening(write_opening(opening)) == opening


def test_what_was_read_is_written_the_same(one_of_each: dict[str, Any]) -> None:
    for one in one_of_each.values():
        assert write_record(read_record(write_record(one))) == write_record(one)
