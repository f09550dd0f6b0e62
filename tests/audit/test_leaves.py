"""A sound log whose entries break a promise of the platform is found out, from its files alone."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from evenhand.audit.heads import read_heads
from evenhand.audit.leaves import LeafRefused, LeavesReport, Promises, look_through, verify_leaves
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.errors import FileDiffers
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import leaf_hash, root
from evenhand.ledger.policy import Log, Policy, Trust
from evenhand.ledger.tiles import format_bundle, format_tile
from evenhand.record.canonical import canonical

WORDS = b"""---
terms: T
---
# T
## 1 Spam
No spam.
"""
DIGEST = "sha256:" + sha256(WORDS).hexdigest()
DOCUMENT = {"language": "en", "digest": DIGEST, "bytes": len(WORDS), "authentic": True}
PUBLICATION = {"terms": "sha256:t", "title": "T", "version": "one", "clock": "live",
               "published_at": "2020-05-01T00:00:00Z", "in_force_from": "2020-05-11T00:00:00Z",
               "documents": [DOCUMENT], "vocabulary": "sha256:v"}
DECISION = {"terms": "sha256:t", "grounds": ["1"], "actions": ["remove"], "outcome": "acted",
            "decider": "rule", "cause": "arrival", "supersedes": False, "when": "2020-05-26",
            "clock": "live", "prev": None, "commitment": "hmac-sha256:c",
            "author": "hmac-sha256:a"}
REPORT = {"clause": None, "law": False, "trusted": False, "when": "2020-05-26", "clock": "live",
          "prev": None, "commitment": "hmac-sha256:c", "author": "hmac-sha256:a"}


SUCCESSION = {"before": "example.org/log", "key": "k", "inherited": 1, "checkpoint": None,
              "words": "The disk was lost.", "at": "2020-05-26T12:00:00Z", "clock": "live"}
HOLD = {"clock": "live", "commitment": "hmac-sha256:c"}


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def leaf(kind: str, body: dict[str, Any]) -> bytes:
    return f"evenhand/{kind}/v1\n".encode() + canonical(body)


def verify(*entries: bytes, origin: str = "agora.example/log",
           words: bytes | None = WORDS) -> LeavesReport:
    """Verify a sound, signed log of these entries, with these words beside it."""
    files, policy = signed(*entries, origin=origin)
    return verify_leaves(files.get, policy,
                         documents=lambda digest: words if digest == DIGEST else None)


def signed(*entries: bytes, origin: str = "agora.example/log") -> tuple[dict[str, bytes], Policy]:
    """The files of such a log, and the policy that trusts its key."""
    key = PrivateKey(name=origin, seed=bytes(32))
    hashes = [leaf_hash(e) for e in entries]
    head = Checkpoint(origin=origin, size=len(entries), root=root(hashes))
    files = {"checkpoint": sign_checkpoint(head, key).encode(),
             f"tile/0/000.p/{len(entries)}": format_tile(hashes),
             f"tile/entries/000.p/{len(entries)}": format_bundle(list(entries))}
    return files, Policy(logs=(Log(key=key.verifier),))


def test_a_log_whose_entries_keep_every_promise_is_told_by_kind() -> None:
    report = verify(leaf("publication", PUBLICATION), leaf("decision", DECISION))
    assert report.kinds == {"publication": 1, "decision": 1}
    assert (report.published, report.unread) == (("one",), ())


def test_the_histories_of_two_posts_may_be_told_in_turns() -> None:
    report = verify(
        leaf("publication", PUBLICATION), leaf("report", REPORT), leaf("decision", DECISION),
        leaf("decision", DECISION | {"prev": 1}),
        leaf("decision", DECISION | {"prev": 2, "supersedes": True}))
    assert report.kinds == {"publication": 1, "report": 1, "decision": 3}


def test_terms_whose_words_are_not_there_are_named() -> None:
    report = verify(leaf("publication", PUBLICATION), leaf("decision", DECISION),
                    words=None)
    assert report.unread == ("one",)


@pytest.mark.parametrize(("entries", "told"), [
    ([leaf("decision", DECISION), leaf("publication", PUBLICATION)], "had not published before"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"grounds": []})],
     "without citing any clause"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"grounds": ["9"]})],
     "cites clause 9"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"when": "2020-05-10"})],
     "in force only from"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"clock": "replayed"})],
     "clock is `replayed`"),
    ([b"hello"], "not an Evenhand leaf"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"prev": 1})],
     "follows entry 1 in its post's history"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"prev": 0})],
     "which is not the last of any"),
    ([leaf("publication", PUBLICATION), leaf("report", REPORT),
      leaf("decision", DECISION | {"prev": 1}), leaf("report", REPORT | {"prev": 1})],
     "which is not the last of any"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"supersedes": True})],
     "begins its post's history"),
    ([leaf("publication", PUBLICATION),
      leaf("decision", {k: v for k, v in DECISION.items() if k != "prev"})],
     "does not say what came before it"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"prev": "0"})],
     "not an Evenhand leaf"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"prev": -1})],
     "which is not the last of any"),
    ([leaf("report", REPORT), leaf("report", REPORT | {"prev": 0}),
      leaf("legal-hold", HOLD | {"prev": 0})], "which is not the last of any"),
    ([leaf("legal-hold", HOLD | {"prev": 1_000_000})], "which is not the last of any"),
    ([leaf("publication", without(PUBLICATION, "terms"))], "lacks its `terms`"),
    ([leaf("publication", PUBLICATION | {"terms": ["sha256:t"]})], "something else in its `terms`"),
    ([leaf("publication", PUBLICATION | {"documents": 7})], "something else in its `documents`"),
    ([leaf("publication", PUBLICATION | {"documents": [7]})], "something else in its `documents`"),
    ([leaf("publication", PUBLICATION | {"in_force_from": 7})], "in its `in_force_from`"),
    ([leaf("publication", PUBLICATION | {"in_force_from": "soon"})], "in its `in_force_from`"),
    ([leaf("publication", without(PUBLICATION, "version"))], "lacks its `version`"),
    ([leaf("shadow", without(PUBLICATION, "in_force_from"))], "lacks its `ends`"),
    ([leaf("facts", {"clock": "live"})], "lacks its `shadow`"),
    ([leaf("facts", {"clock": "live", "shadow": {}})], "something else in its `shadow`"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"terms": {}})],
     "something else in its `terms`"),
    ([leaf("publication", PUBLICATION), leaf("decision", without(DECISION, "when"))],
     "lacks its `when`"),
    ([leaf("publication", PUBLICATION), leaf("decision", DECISION | {"grounds": "1"})],
     "something else in its `grounds`"),
    ([leaf("publication", PUBLICATION), leaf("succession", SUCCESSION | {"inherited": 2})],
     "2 entries stand here as in the log before, and 1 do"),
    ([leaf("succession", without(SUCCESSION, "inherited"))], "lacks its `inherited`"),
    ([leaf("succession", SUCCESSION | {"inherited": True})], "something else in its `inherited`"),
])
def test_an_entry_that_breaks_a_promise_is_refused(entries: list[bytes], told: str) -> None:
    with pytest.raises(LeafRefused, match=told) as refused:
        verify(*entries)
    assert refused.value.where and refused.value.where.startswith("entry ")


def test_a_live_entry_in_a_replayed_log_is_refused() -> None:
    with pytest.raises(LeafRefused, match="never be mixed") as refused:
        verify(leaf("publication", PUBLICATION),
               origin="agora.example/log/replayed")
    assert "replayed by its name" in refused.value.what


def test_other_words_under_the_published_digest_are_refused() -> None:
    with pytest.raises(LeafRefused, match="not the terms that were published"):
        verify(leaf("publication", PUBLICATION), words=WORDS + b"!")


def test_published_words_that_are_no_text_are_refused() -> None:
    words = b"\xff" + WORDS
    document = DOCUMENT | {"digest": "sha256:" + sha256(words).hexdigest()}
    with pytest.raises(LeafRefused, match="not UTF-8 text"):
        hold(leaf("publication", PUBLICATION | {"documents": [document]}), words=words)


def hold(*entries: bytes, words: bytes) -> None:
    trust = Trust(checkpoint=Checkpoint(origin="agora.example/log", size=0, root=root([])),
                  log=PrivateKey(name="agora.example/log", seed=bytes(32)).verifier,
                  witnessed=(), quorum="none")
    promises = Promises(trust, lambda digest: words)
    for index, entry in enumerate(entries):
        promises.hold(index, entry)


def test_a_sound_log_of_other_entries_is_told_as_one() -> None:
    files, policy = signed(b"hello", b"world")
    report = look_through(files.get, read_heads(files.get, policy))
    assert (report.entries, report.foreign, report.kinds) == (2, True, {})
    assert report.refused is not None and report.refused.where == "entry 0"


def test_a_fault_of_the_log_is_told_before_what_its_entries_say() -> None:
    files, policy = signed(leaf("report", REPORT | {"prev": 7}), leaf("report", REPORT))
    report = look_through(files.get, read_heads(files.get, policy))
    assert report.refused is not None and not report.foreign
    files["tile/entries/000.p/2"] = format_bundle([leaf("report", REPORT | {"prev": 7}), b"other"])
    with pytest.raises(FileDiffers, match="entry 1 is not the one that was logged"):
        look_through(files.get, read_heads(files.get, policy))
