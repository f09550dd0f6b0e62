"""One post's history: nothing that follows can be hidden, and a receipt is of the very log."""

from __future__ import annotations

import pytest
from tests.audit.test_leaves import HOLD, REPORT, leaf, signed

from evenhand.audit.history import follow, follow_back
from evenhand.audit.leaves import LeafRefused
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.errors import FileMissing, HistoryRewritten, NotInLog, NotSigned
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import EMPTY_ROOT, hashes_in_memory, leaf_hash, prove_inclusion
from evenhand.ledger.policy import Policy
from evenhand.ledger.receipt import Receipt

FIRST, NEXT = leaf("report", REPORT), leaf("report", REPORT | {"prev": 0})
OTHER = leaf("report", REPORT | {"law": True})


def receipt_of(index: int, *entries: bytes, **log: str) -> Receipt:
    files, _ = signed(*entries, **log)
    hashes = hashes_in_memory([leaf_hash(one) for one in entries])
    return Receipt(index=index, proof=prove_inclusion(index, len(entries), hashes),
                   checkpoint=files["checkpoint"].decode())


def test_a_history_is_followed_to_both_ends() -> None:
    files, policy = signed(FIRST, OTHER, NEXT, leaf("report", REPORT | {"prev": 2}))
    for index in (0, 2, 3):
        history = follow(files.get, policy, index, receipt=receipt_of(index, FIRST, OTHER, NEXT)
                         if index < 3 else None)
        assert ([one.index for one in history.entries], history.whole) == ([0, 2, 3], True)
    assert [one.index for one in follow_back(files.get, policy, 2).entries] == [0, 2]


def test_an_entry_that_two_follow_is_refused_whatever_kind_they_are() -> None:
    files, policy = signed(FIRST, NEXT, leaf("legal-hold", HOLD | {"prev": 0}))
    with pytest.raises(LeafRefused, match="two histories of one post"):
        follow(files.get, policy, 0)


def test_an_entry_that_follows_one_that_is_not_there_is_refused() -> None:
    files, policy = signed(FIRST, leaf("legal-hold", HOLD | {"prev": 1_000_000}))
    with pytest.raises(LeafRefused, match="follows entry 1000000"):
        follow(files.get, policy, 0)


def test_a_signed_size_beyond_all_memory_is_refused_by_the_file_that_is_missing() -> None:
    files, policy = signed(FIRST)
    key = PrivateKey(name="agora.example/log", seed=bytes(32))
    files["checkpoint"] = sign_checkpoint(Checkpoint(
        origin=key.name, size=1 << 50, root=EMPTY_ROOT[::-1]), key).encode()
    with pytest.raises(FileMissing):
        follow(files.get, policy, 0)


@pytest.mark.parametrize("followed", [follow, follow_back])
@pytest.mark.parametrize(("receipt", "wrong", "told"), [
    (receipt_of(0, OTHER, FIRST), HistoryRewritten, "the log"),
    (receipt_of(0, OTHER), HistoryRewritten, "the log"),
    (receipt_of(0, FIRST, OTHER, FIRST, FIRST), HistoryRewritten, "signed 4 entries"),
    (receipt_of(0, FIRST, origin="forum.example/log"), NotSigned, "which the policy does not name"),
    (Receipt(index=1, proof=receipt_of(0, FIRST, OTHER).proof,
             checkpoint=receipt_of(0, FIRST, OTHER).checkpoint), NotInLog, "does not prove"),
    (Receipt(index=5, proof=(), checkpoint=receipt_of(0, FIRST).checkpoint), NotInLog,
     "shows nothing"),
], ids=["rewritten", "rewritten since", "lost entries", "another log", "another place",
        "a place beyond its log"])
def test_a_receipt_that_is_not_of_this_log_is_no_way_into_it(
        followed, receipt: Receipt, wrong: type[EvenhandError], told: str) -> None:
    files, policy = signed(FIRST, OTHER, NEXT)
    with pytest.raises(wrong, match=told):
        followed(files.get, policy, receipt.index, receipt=receipt)


def test_a_receipt_of_another_log_that_the_policy_trusts_is_not_of_this_one() -> None:
    files, policy = signed(FIRST)
    _, other = signed(FIRST, origin="forum.example/log")
    with pytest.raises(NotInLog, match="of the log `forum"):
        follow(files.get, Policy(logs=policy.logs + other.logs), 0,
               receipt=receipt_of(0, FIRST, origin="forum.example/log"))
