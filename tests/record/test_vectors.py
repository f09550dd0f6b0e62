"""Our own vectors of records, leaves, openings and histories, derived again: one of each kind.

`spec/vectors/record/README.md` says what each file holds. `EVENHAND_GOLDEN=write` writes them anew.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evenhand.audit.leaves import LeafRefused, Promises, no_documents
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import EMPTY_ROOT
from evenhand.ledger.policy import Trust
from evenhand.record.canonical import canonical
from evenhand.record.commitment import key_for
from evenhand.record.kinds import KINDS, kind_of, read_record, write_record
from evenhand.record.leaf import ADDRESSED, CHAINED, WHOLE, follow, leaf_of, read_leaf
from evenhand.record.opening import (
    Opening,
    check_opening,
    open_for_author,
    read_opening,
    write_opening,
)

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "record"


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def key_of(kind: str) -> bytes:
    """The key of the vector of a kind: in a record of ours it is random."""
    return sha256(f"vector {kind}".encode()).digest()


def same(name: str, made: dict[str, Any]) -> None:
    """The file says what was just derived, byte for byte."""
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        VECTORS.mkdir(exist_ok=True)
        (VECTORS / name).write_text(text, encoding="utf-8")
    assert (VECTORS / name).read_text(encoding="utf-8") == text, name


def refused(check: Any) -> str:
    with pytest.raises(EvenhandError) as told:
        check()
    return told.value.what


def test_one_record_of_each_kind(one_of_each: dict[str, Any]) -> None:
    assert {kind_of(record) for record in one_of_each.values()} == set(KINDS)
    kinds = []
    for kind, record in one_of_each.items():
        whole = isinstance(record, WHOLE)
        key = None if whole else key_of(kind)
        data, leaf = write_record(record), leaf_of(record, key)
        assert write_record(read_record(data)) == data
        one: dict[str, Any] = {"kind": kind, "record": data.decode(), "leaf": leaf.decode()}
        if key is not None:
            opening = Opening(leaf=leaf, key=key, record=data)
            assert check_opening(read_opening(write_opening(opening))).audience == "sealed"
            one |= {"key": base64(key), "commitment": read_leaf(leaf).commitment,
                    "opening": write_opening(opening).decode()}
        if isinstance(record, ADDRESSED):
            theirs = open_for_author(leaf, key_of(kind), data)
            assert check_opening(read_opening(write_opening(theirs))).audience == "author"
            one["author"] = {"key": base64(key_for(key_of(kind), "author")),
                             "seen": theirs.record.decode(),
                             "commitment": read_leaf(leaf).commitment_for_author,
                             "opening": write_opening(theirs).decode()}
        kinds.append(one)
    good = next(one for one in kinds if one["kind"] == "decision")
    head, _, body = good["leaf"].partition("\n")
    lying = f"{head}\n" + canonical(json.loads(body) | {"outcome": "left alone"}).decode()
    opened = read_opening(good["opening"].encode())
    bad = {
        "another key": Opening(leaf=opened.leaf, key=key_of("another"), record=opened.record),
        "a record with another word": Opening(
            leaf=opened.leaf, key=opened.key, record=opened.record.replace(b"sesame", b"season")),
        "a leaf that says otherwise than the record": Opening(
            leaf=lying.encode(), key=opened.key, record=opened.record),
        "the leaf of another kind": Opening(
            leaf=kinds[1]["leaf"].encode(), key=opened.key, record=opened.record),
        "the author's key for the whole record": Opening(
            leaf=opened.leaf, key=b64decode(good["author"]["key"]), record=opened.record),
    }
    forms = {
        "no canonical JSON": good["record"].replace(":", ": ", 1),
        "a field that the version has not": good["record"].replace(
            '"body":{', '"body":{"a":1,', 1),
        "an unknown kind": '{"body":{},"kind":"rumour","v":1}',
        "another version": '{"body":{},"kind":"delivery","v":2}',
    }
    same("records.json", {
        "what": "A record of each kind (its canonical bytes as text), the leaf that the log holds "
                "of it, as the first of its history, and what opens it. A kind without `key` is "
                "wholly public: its leaf hides nothing. `author` is what whoever gets the notice "
                "in it may see (`seen`), under a key of their own. Where the word `sesame` stands, "
                "the public sees nothing. The key of a kind is here the SHA-256 of `vector KIND`; "
                "a real one is random. `bad openings` open nothing, `bad records` are none.",
        "kinds": kinds,
        "bad openings": [{"why": why, "opening": write_opening(one).decode(), "words": refused(
            lambda o=one: check_opening(o))} for why, one in bad.items()],
        "bad records": [{"why": why, "record": text, "words": refused(
            lambda t=text: read_record(t.encode()))} for why, text in forms.items()]})


def test_histories(one_of_each: dict[str, Any]) -> None:
    trust = Trust(checkpoint=Checkpoint(origin="vectors.example/log", size=0, root=EMPTY_ROOT),
                  log=PrivateKey(name="vectors.example/log", seed=bytes(32)).verifier,
                  witnessed=(), quorum="none")

    def log(*chain: tuple[str, int | None]) -> list[str]:
        return [(follow(leaf_of(one_of_each[kind], key_of(f"{kind} {n}")), prev)
                 if kind in CHAINED else leaf_of(one_of_each[kind], key_of(f"{kind} {n}"))).decode()
                for n, (kind, prev) in enumerate(chain)]

    def hold(entries: list[str]) -> Promises:
        promises = Promises(trust, no_documents)
        for index, entry in enumerate(entries):
            promises.hold(index, entry.encode())
        return promises

    good = {
        "one post": log(("report", None), ("answer", 0), ("delivery", 1)),
        "two posts in turn": log(("report", None), ("report", None), ("answer", 1), ("answer", 0)),
        "what belongs to no post between": log(("report", None), ("access", None), ("answer", 0)),
    }
    bad = {
        "two that follow the same": log(("report", None), ("answer", 0), ("delivery", 0)),
        "one that follows what is not there yet": log(("report", 1), ("answer", None)),
        "one that follows itself": log(("report", 0)),
        "one that follows what belongs to no post": log(("access", None), ("report", 0)),
        "one that does not say what it follows": [
            log(("report", None))[0].replace(',"prev":null', "")],
        "two that follow the same, one of a kind that belongs to no post": [
            *log(("report", None), ("answer", 0)),
            log(("access", None))[0].replace('"to":', '"prev":0,"to":')],
        "a place below 0": [log(("report", None))[0].replace('"prev":null', '"prev":-1')],
    }
    for entries in good.values():
        assert hold(entries).kinds
    told = []
    for why, entries in bad.items():
        with pytest.raises(LeafRefused) as wrong:
            hold(entries)
        told.append({"why": why, "entries": entries, "where": wrong.value.where,
                     "words": wrong.value.what})
    same("histories.json", {
        "what": "The first entries of logs. `prev` is the place, from 0, of the entry before it in "
                "the history of the same post; each is followed by at most one. `bad` break that, "
                "at the entry named in `where`.",
        "good": [{"why": why, "entries": entries} for why, entries in good.items()],
        "bad": told})
