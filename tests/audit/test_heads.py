"""The two heads that a log serves while its witnesses are behind: nobody is accused by the older.
"""

import pytest
from tests.audit.test_verify import ANNA, BEN, ENTRIES, UNWITNESSED, published, quorum_of

from evenhand.audit.heads import read_heads, verify_growth, verify_heads
from evenhand.audit.prove import complete, prove_entry, prove_growth
from evenhand.audit.verify import verify_log
from evenhand.ledger.errors import FileMissing, HistoryRewritten, NotInLog, NotWitnessed
from evenhand.ledger.merkle import hashes_in_memory, leaf_hash, prove_inclusion
from evenhand.ledger.receipt import Receipt

BOTH = quorum_of(2)
SEEN, SIGNED = 700, 1000


def behind(entries=ENTRIES, seen=ENTRIES[:SEEN]):
    """A log of which the witnesses have seen less than it has signed."""
    return published(seen) | published(entries) | {
        "witnessed": published(seen, ANNA, BEN)["checkpoint"]}


def receipt_of(index, size):
    hashes = hashes_in_memory([leaf_hash(one) for one in ENTRIES[:size]])
    return Receipt(index=index, proof=prove_inclusion(index, size, hashes),
                   checkpoint=published(ENTRIES[:size])["checkpoint"].decode())


def test_a_log_has_two_heads_while_its_witnesses_are_behind():
    heads = read_heads(behind().get, BOTH)
    assert (heads.trust.checkpoint.size, heads.signed.checkpoint.size, heads.behind) == (
        SEEN, SIGNED, True)
    verify_heads(behind().get, heads)
    alone = read_heads(published(ENTRIES, ANNA, BEN).get, BOTH)
    assert alone.signed is alone.trust and not alone.behind


@pytest.mark.parametrize("size", [1, SEEN, 701, 900, SIGNED])
def test_a_kept_checkpoint_that_is_newer_than_the_witnesses_accuses_nobody(size):
    log = behind()
    report = verify_log(log.get, BOTH, earlier=published(ENTRIES[:size])["checkpoint"])
    assert (report.checkpoint.size, report.earlier.size) == (SEEN, size)
    grown = prove_growth(log.get, BOTH, size)
    assert grown.trust.checkpoint.size == SEEN
    assert grown.new.size == (SEEN if size <= SEEN else SIGNED)


def test_a_log_that_lost_what_it_signed_is_still_found():
    kept = published([*ENTRIES, b"one more"])["checkpoint"]
    with pytest.raises(HistoryRewritten, match="had 1001 entries and has only 1000 now"):
        verify_log(behind().get, BOTH, earlier=kept)
    with pytest.raises(HistoryRewritten, match="the log has 1000 entries, so none of 1001"):
        prove_growth(behind().get, BOTH, 1001)


def test_a_signed_head_that_does_not_go_on_from_the_witnessed_one_is_found():
    other = [*ENTRIES[:10], b"another", *ENTRIES[11:]]
    log = behind(entries=other)
    heads = read_heads(log.get, BOTH)
    for check in (lambda: verify_heads(log.get, heads),
                  lambda: prove_growth(log.get, BOTH, 900),
                  lambda: verify_growth(log.get, heads.trust, published(other[:900])["checkpoint"],
                                        BOTH)):
        with pytest.raises(HistoryRewritten):
            check()


def test_an_entry_that_is_signed_and_not_witnessed_yet_is_told_as_one():
    with pytest.raises(NotWitnessed, match="signed 1,000 entries, and only 700"):
        prove_entry(behind().get, BOTH, 800)
    with pytest.raises(NotInLog, match="none at 1000"):
        prove_entry(behind().get, BOTH, 1000)
    assert prove_entry(behind().get, UNWITNESSED, 800).entry == ENTRIES[800]


def test_a_receipt_newer_than_the_witnesses_waits_for_them():
    with pytest.raises(FileMissing, match="has 700 entries, and the receipt's 900"):
        complete(behind().get, BOTH, receipt_of(3, 900))
    assert complete(behind().get, BOTH, receipt_of(3, 500)).trust.checkpoint.size == SEEN
