"""Receipts, and the worked example that spec/ledger.md and spec/receipt.md are written around."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.errors import LedgerError, Malformed, NotInLog, NotSigned, NotWitnessed
from evenhand.ledger.keys import PrivateKey, format_vkey
from evenhand.ledger.merkle import hashes_in_memory, leaf_hash, prove_inclusion, root
from evenhand.ledger.note import add_signatures, cosign
from evenhand.ledger.policy import Group, Log, Policy, Witness, format_policy, parse_policy
from evenhand.ledger.receipt import Receipt, check_receipt, format_receipt, parse_receipt
from evenhand.ledger.tiles import format_bundle, format_tile

SPEC = Path(__file__).parents[2] / "spec"
EXAMPLE = SPEC / "vectors" / "ledger" / "example"
RECIPE = json.loads((EXAMPLE / "entries.json").read_text())
ENTRIES = [entry.encode() for entry in RECIPE["entries"]]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
LOG, ANNA, BEN, CLEO = (
    PrivateKey(name=name, seed=sha256(words.encode()).digest())
    for name, words in RECIPE["seeds"].items()
)


def the_checkpoint():
    note = sign_checkpoint(Checkpoint(origin=LOG.name, size=5, root=root(LEAVES)), LOG)
    return add_signatures(note, [cosign(note, ANNA, 1590537600), cosign(note, BEN, 1590537603)])


def the_receipt():
    return Receipt(
        index=1,
        proof=prove_inclusion(1, 5, hashes_in_memory(LEAVES)),
        checkpoint=the_checkpoint(),
        extra=b"what opens decision 1",
    )


def the_policy():
    people = (("anna", ANNA), ("ben", BEN), ("cleo", CLEO))
    return Policy(
        logs=(Log(key=LOG.verifier, url="https://agora.example/log"),),
        witnesses=tuple(Witness(name=name, key=key.cosigner) for name, key in people),
        groups=(Group(name="witnesses", threshold=2, members=("anna", "ben", "cleo")),),
        quorum="witnesses",
    )


def test_every_file_of_the_example_is_derived_again_from_its_entries_and_seeds():
    assert (EXAMPLE / "checkpoint").read_text() == the_checkpoint()
    assert (EXAMPLE / "decision-1.tlog-proof").read_text() == format_receipt(the_receipt())
    assert (EXAMPLE / "policy.txt").read_text() == format_policy(the_policy())
    assert (EXAMPLE / "tile/0/000.p/5").read_bytes() == format_tile(LEAVES)
    assert (EXAMPLE / "tile/entries/000.p/5").read_bytes() == format_bundle(ENTRIES)


def test_the_specification_pages_show_the_example_as_it_is():
    ledger, receipt = (SPEC / "ledger.md").read_text(), (SPEC / "receipt.md").read_text()
    assert (EXAMPLE / "checkpoint").read_text() in ledger
    assert (EXAMPLE / "decision-1.tlog-proof").read_text() in receipt
    assert (EXAMPLE / "policy.txt").read_text() in receipt
    for entry, leaf in zip(ENTRIES, LEAVES, strict=True):
        assert re.search(rf"{re.escape(entry.decode())} +{leaf.hex()}\n", ledger)
    read = hashes_in_memory(LEAVES)
    for name, value in (
        ("01", read(1, 0)), ("23", read(1, 1)), ("0123", read(2, 0)), ("root", root(LEAVES)),
    ):  # fmt: skip
        assert re.search(rf"^{name} .*= {value.hex()}$", ledger, re.M)


def test_the_example_receipt_passes_under_the_example_policy():
    trust = check_receipt(
        parse_receipt((EXAMPLE / "decision-1.tlog-proof").read_bytes()),
        b"decision 1",
        parse_policy((EXAMPLE / "policy.txt").read_bytes()),
    )
    assert trust.witnessed == (("anna", 1590537600), ("ben", 1590537603))
    assert str(trust) == (
        "agora.example/log at size 5, witnessed by anna at 2020-05-27 00:00:00 UTC, "
        "ben at 2020-05-27 00:00:03 UTC"
    )


@pytest.mark.parametrize("index", range(5))
def test_a_receipt_passes_for_its_entry_and_for_no_other(index):
    receipt = Receipt(
        index=index,
        proof=prove_inclusion(index, 5, hashes_in_memory(LEAVES)),
        checkpoint=the_checkpoint(),
    )
    for i, entry in enumerate(ENTRIES):
        if i == index:
            check_receipt(receipt, entry, the_policy())
        else:
            with pytest.raises(NotInLog):
                check_receipt(receipt, entry, the_policy())


def test_a_receipt_needs_the_witnesses_that_the_policy_asks_for():
    alone = sign_checkpoint(Checkpoint(origin=LOG.name, size=5, root=root(LEAVES)), LOG)
    receipt = Receipt(index=1, proof=the_receipt().proof, checkpoint=alone)
    with pytest.raises(NotWitnessed):
        check_receipt(receipt, ENTRIES[1], the_policy())
    early = check_receipt(receipt, ENTRIES[1], the_policy(), early=True)
    assert early.missing
    assert not early.is_witnessed
    with pytest.raises(NotInLog):
        check_receipt(receipt, ENTRIES[2], the_policy(), early=True)
    lenient = parse_policy(f"log {format_vkey(LOG.verifier)}\nquorum none\n")
    assert "not witnessed" in str(check_receipt(receipt, ENTRIES[1], lenient))


def test_a_receipt_of_a_log_that_the_policy_does_not_name_is_refused():
    stranger = parse_policy(f"log {format_vkey(ANNA.verifier)}\nquorum none\n")
    with pytest.raises(NotSigned):
        check_receipt(the_receipt(), ENTRIES[1], stranger)


def test_the_extra_is_not_authenticated_and_changes_nothing():
    text = format_receipt(the_receipt())
    other = text.replace(b64encode(b"what opens decision 1").decode(), b64encode(b"x").decode())
    receipt = parse_receipt(other)
    assert receipt.extra == b"x"
    check_receipt(receipt, ENTRIES[1], the_policy())
    without = parse_receipt(re.sub(r"extra .*\n", "", text))
    assert without.extra == b""
    check_receipt(without, ENTRIES[1], the_policy())


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_receipt_is_read_as_it_was_written(data):
    size = data.draw(st.integers(1, 5))
    index = data.draw(st.integers(0, size - 1))
    receipt = Receipt(
        index=index,
        proof=prove_inclusion(index, size, hashes_in_memory(LEAVES[:size])),
        checkpoint=the_checkpoint(),
        extra=data.draw(st.binary(max_size=50)),
    )
    assert parse_receipt(format_receipt(receipt)) == receipt
    assert parse_receipt(format_receipt(receipt).encode()) == receipt


@given(st.integers(0, 10**6), st.integers(0, 7))
@settings(deadline=None, max_examples=300)
def test_no_bit_of_a_receipt_below_its_extra_can_be_changed_unnoticed(position, bit):
    text = bytearray(re.sub(r"extra .*\n", "", format_receipt(the_receipt())).encode())
    at = position % len(text)
    text[at] ^= 1 << bit
    with pytest.raises(LedgerError):
        # Every witness is asked for: the signature of one that is not could be made unreadable.
        check_receipt(parse_receipt(bytes(text)), ENTRIES[1], both_of_anna_and_ben())


def both_of_anna_and_ben():
    policy = the_policy()
    return Policy(
        logs=policy.logs,
        witnesses=policy.witnesses[:2],
        groups=(Group(name="both", threshold=2, members=("anna", "ben")),),
        quorum="both",
    )


HASH = b64encode(b"h" * 32).decode()
FIRST = "c2sp.org/tlog-proof@v1\n"
NOTE = the_checkpoint()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins with the line"),
        ("index 1\n\n" + NOTE, "begins with the line"),
        ("c2sp.org/tlog-proof@v2\nindex 1\n\n" + NOTE, "begins with the line"),
        ("\n" + FIRST + "index 1\n\n" + NOTE, "begins with the line"),
        (FIRST + "index 1\n", "cut short"),
        (FIRST + "index 1\n\n", "no blank line before its signatures"),
        (FIRST + "\n" + NOTE, "no `index` line"),
        (FIRST + "extra YQ==\n\n" + NOTE, "no `index` line"),
        (FIRST + "extra \nindex 1\n\n" + NOTE, "is empty"),
        (FIRST + "extra Y\nindex 1\n\n" + NOTE, "base64"),
        (FIRST + "extra YR==\nindex 1\n\n" + NOTE, "base64"),
        (FIRST + "index 1\nextra YQ==\n\n" + NOTE, "base64"),
        (FIRST + "index 01\n\n" + NOTE, "leading zeros"),
        (FIRST + "index -1\n\n" + NOTE, "leading zeros"),
        (FIRST + "index 1 \n\n" + NOTE, "leading zeros"),
        (FIRST + "index 1\nAAAA\n\n" + NOTE, "3 bytes"),
        (FIRST + f"index 1\n{HASH}\n" + NOTE, "base64"),
        (FIRST + f"index 1\n{HASH} \n\n" + NOTE, "base64"),
        (FIRST + "index 1\n" + f"{HASH}\n" * 64 + "\n" + NOTE, "63 is the most"),
        ((FIRST + "index 1\n\n" + NOTE).replace("\n", "\r\n"), "mail program"),
        ((FIRST + "index 1\n\n" + NOTE)[:-1], "cut short"),
        (b"\xff" + FIRST.encode(), "not UTF-8"),
    ],
)
def test_what_is_not_a_receipt_is_refused_with_its_reason(text, why):
    with pytest.raises(Malformed) as refused:
        parse_receipt(text)
    assert re.search(why, str(refused.value))


@given(st.one_of(st.text(max_size=100), st.binary(max_size=100)))
@settings(deadline=None, max_examples=300)
def test_no_input_makes_a_receipt_fail_in_another_way_than_ours(data):
    first = FIRST if isinstance(data, str) else FIRST.encode()
    for text in (data, first + data):
        with pytest.raises(Malformed):
            parse_receipt(text)


def test_a_receipt_that_could_not_be_written_is_not_made():
    for wrong in (
        {"index": -1},
        {"proof": (b"short",)},
        {"proof": (b"h" * 32,) * 64},
        {"checkpoint": "x"},
    ):
        with pytest.raises(Malformed):
            Receipt(**{"index": 1, "proof": (), "checkpoint": NOTE, **wrong})
