"""A sound log whose entries break a promise of the platform is found out, from its files alone."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from evenhand.audit.leaves import LeafRefused, LeavesReport, verify_leaves
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import leaf_hash, root
from evenhand.ledger.policy import Log, Policy
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
PUBLICATION = {"terms": "sha256:t", "title": "T", "version": "one", "clock": "live",
               "published_at": "2020-05-01T00:00:00Z", "in_force_from": "2020-05-11T00:00:00Z",
               "documents": [{"language": "en", "digest": DIGEST, "bytes": len(WORDS),
                              "authentic": True}], "vocabulary": "sha256:v"}
DECISION = {"terms": "sha256:t", "grounds": ["1"], "actions": ["remove"], "outcome": "acted",
            "decider": "rule", "cause": "arrival", "supersedes": False, "when": "2020-05-26",
            "clock": "live", "prev": None, "commitment": "hmac-sha256:c",
            "author": "hmac-sha256:a"}
REPORT = {"clause": None, "law": False, "trusted": False, "when": "2020-05-26", "clock": "live",
          "prev": None, "commitment": "hmac-sha256:c", "author": "hmac-sha256:a"}


def leaf(kind: str, body: dict[str, Any]) -> bytes:
    return f"evenhand/{kind}/v1\n".encode() + canonical(body)


def verify(*entries: bytes, origin: str = "agora.example/log",
           words: bytes | None = WORDS) -> LeavesReport:
    """Verify a sound, signed log of these entries, with these words beside it."""
    key = PrivateKey(name=origin, seed=bytes(32))
    hashes = [leaf_hash(e) for e in entries]
    head = Checkpoint(origin=origin, size=len(entries), root=root(hashes))
    files = {"checkpoint": sign_checkpoint(head, key).encode(),
             f"tile/0/000.p/{len(entries)}": format_tile(hashes),
             f"tile/entries/000.p/{len(entries)}": format_bundle(list(entries))}
    return verify_leaves(files.get, Policy(logs=(Log(key=key.verifier),)),
                         documents=lambda digest: words if digest == DIGEST else None)


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
