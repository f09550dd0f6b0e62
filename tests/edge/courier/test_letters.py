"""What goes out with a sealed record: the words as they are sealed, and how to check them."""

from __future__ import annotations

from dataclasses import replace

from evenhand.ledger.keys import PrivateKey, format_vkey
from evenhand.ledger.note import add_signatures, cosign

ANNA = PrivateKey(name="anna.example", seed=bytes([1]) * 32)


def test_a_letter_says_how_to_add_the_signatures_that_were_still_to_come(letter):
    """Only where witnesses are asked for and have not signed when it goes out."""
    plain = letter()
    early = replace(plain, policy=plain.policy.replace(b"quorum none\n", (
        f"witness anna {format_vkey(ANNA.cosigner)}\nquorum anna\n").encode()))
    assert "ledger complete" not in plain.text
    assert early.text.removeprefix(plain.text) == (
        "Witnesses of the log were still to sign when this went out; later this adds their "
        "signatures:\n  evenhand ledger complete receipt.tlog-proof --policy log.policy --ledger "
        "https://square.example/log\n")
    assert early.notice.words == plain.notice.words, "what is sealed stays as it is"
    note = early.receipt.checkpoint
    signed = replace(early.receipt, checkpoint=add_signatures(note, [cosign(note, ANNA, 7)]))
    assert replace(early, receipt=signed).text == plain.text


def test_a_letter_names_its_authors_page_below_the_sealed_words(letter):
    plain = letter()
    named = replace(plain, page="https://square.example/pages/decision/1/2")
    assert "YOUR PAGE" not in plain.text
    assert "\n  https://square.example/pages/decision/1/2\n\nRECEIPT\n" in named.text
    assert named.text.startswith(f"{plain.notice.words}\n\nYOUR PAGE\n")
