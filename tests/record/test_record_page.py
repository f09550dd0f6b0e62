"""The page `spec/record.md`: its worked vector is made again, by its words and by the code."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from evenhand.model.decision import Cause, CauseKind
from evenhand.model.post import PostId
from evenhand.model.signal import Dossier, Reported
from evenhand.record.canonical import canonical
from evenhand.record.identity import facts_digest, identify
from evenhand.record.kinds import KINDS, DeliveryRecord, read_record, write_record
from evenhand.record.leaf import leaf_of, read_leaf
from evenhand.record.opening import check_opening, read_opening

PAGE = (Path(__file__).parents[2] / "spec" / "record.md").read_text(encoding="utf-8")
KEY = bytes(range(32))


def fence(kind: str) -> bytes:
    found = re.findall(rf"^```{kind}\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0]).encode()


def test_the_record_of_the_page_is_read_and_written_the_same() -> None:
    record = read_record(fence("record"))
    assert isinstance(record, DeliveryRecord) and record.receipt_index == 7
    assert write_record(record) == fence("record")


def test_the_commitment_and_the_leaf_follow_from_record_and_key() -> None:
    made = hmac.new(KEY, fence("record"), hashlib.sha256).hexdigest()
    assert f"hmac-sha256:{made}".encode() == fence("commitment")
    assert leaf_of(read_record(fence("record")), KEY) == fence("leaf")
    assert read_leaf(fence("leaf")).commitment == fence("commitment").decode()


def test_the_opening_holds_the_three_and_opens() -> None:
    plain = json.loads(fence("opening"))
    assert plain.keys() == {"key", "leaf", "record", "v"} and plain["v"] == 1
    assert [b64decode(plain[name]) for name in ("key", "leaf", "record")] == [
        KEY, fence("leaf"), fence("record")]
    assert check_opening(read_opening(fence("opening"))).body == json.loads(
        fence("record"))["body"]


def test_the_digest_of_facts_and_the_id_follow_from_their_words() -> None:
    digest = "sha256:" + hashlib.sha256(fence("facts")).hexdigest()
    assert digest.encode() == fence("digest")
    body = b"evenhand/decision-id/v1\n" + fence("identity")
    assert hashlib.sha256(body).hexdigest().encode() == fence("id")


def test_the_code_makes_the_same_digest_and_id() -> None:
    record = read_record(fence("record"))
    known = Dossier(reported=(Reported(name="post.mentions", value=11, observer="post_facts@1"),))
    assert facts_digest(known).encode() == fence("digest")
    made = identify(post=PostId(platform="agora", native="17"), terms="sha256:" + "ab" * 32,
                    facts=facts_digest(known), supersedes=None,
                    cause=Cause(kind=CauseKind.ARRIVAL, id="agora:17@1", at=record.at))
    assert made.encode() == fence("id")


def test_the_bytes_of_the_page_are_canonical() -> None:
    for kind in ("record", "opening", "facts", "identity"):
        assert canonical(json.loads(fence(kind))) == fence(kind)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_of_record_is_on_the_page(kind: tuple[str, int]) -> None:
    assert f"| `{kind[0]}` | {kind[1]} |" in PAGE


WHOLE = ("publication", "shadow", "facts", "succession", "fact-check-change")
"""The kinds whose leaf is their whole body."""


@pytest.mark.parametrize("kind", [k for k, _ in KINDS if k not in WHOLE])
def test_the_public_fields_of_each_leaf_are_those_of_the_page(
        one_of_each: dict[str, Any], kind: str) -> None:
    said = re.search(rf"^- Of an? {kind.replace('-', ' ')}: (.*)$", PAGE, re.MULTILINE)
    assert said
    leaf = read_leaf(leaf_of(one_of_each[kind], KEY))
    assert set(re.findall("`([a-z_]+)`", said[1])) == set(leaf.public)
