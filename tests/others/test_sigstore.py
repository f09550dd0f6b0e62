"""@sigstore/verify, in Node, on the receipts that Evenhand gives."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from pathlib import Path

import pytest
from tests.others.installing import HERE, run, tail
from tests.others.stranger import Handed

from evenhand.ledger.receipt import Receipt, parse_receipt


def claim(log: Handed, receipt: Receipt, words: bytes, **changes: object) -> dict[str, object]:
    """What the package is asked about a receipt: all of it is in the receipt but words and key."""
    return {
        "key": log.vkeys[0], "checkpoint": receipt.checkpoint, "index": receipt.index,
        "proof": [b64encode(each).decode() for each in receipt.proof],
        "entry": b64encode(words).decode(), **changes}


def asked(sigstore: Path, *claims: dict[str, object]) -> list[str]:
    node = shutil.which("node")
    assert node is not None
    done = run(node, HERE / "check.cjs", sigstore, stdin=json.dumps(claims).encode())
    assert done.returncode == 0, tail(done)
    return json.loads(done.stdout)


def test_sigstore_accepts_every_receipt(sigstore, log):
    claims = [claim(log, parse_receipt(file.read_bytes()), words.read_bytes())
              for _, file, words in log.receipts()]
    assert len(claims) >= 5
    assert asked(sigstore, *claims) == ["accepted"] * len(claims)


@pytest.fixture
def one(grown: Handed) -> tuple[Receipt, bytes]:
    """The receipt of entry 66,303, whose proof climbs three levels of partial tiles."""
    file = grown.folder / "receipts" / "66311" / "66303.tlog-proof"
    return parse_receipt(file.read_bytes()), file.with_suffix(".entry").read_bytes()


def test_sigstore_refuses_a_receipt_for_other_bytes(sigstore, grown, one):
    receipt, words = one
    assert asked(sigstore, claim(grown, receipt, words + b"."))[0].startswith("calculated root")


def test_sigstore_refuses_another_index_and_a_changed_or_shortened_proof(sigstore, grown, one):
    receipt, words = one
    hashes = [b64encode(each).decode() for each in receipt.proof]
    wrong = ({"index": receipt.index - 1}, {"index": 66_311}, {"proof": hashes[:-1]},
             {"proof": [hashes[1], hashes[0], *hashes[2:]]})
    said = asked(sigstore, *(claim(grown, receipt, words, **change) for change in wrong))
    assert "accepted" not in said and len(said) == len(wrong)


def test_sigstore_refuses_a_changed_checkpoint_and_another_logs_key(sigstore, grown, agora, one):
    receipt, words = one
    larger = receipt.checkpoint.replace("\n66311\n", "\n66312\n")
    assert larger != receipt.checkpoint
    said = asked(sigstore, claim(grown, receipt, words, checkpoint=larger),
                 claim(grown, receipt, words, key=agora.vkeys[0]))
    assert said == ["invalid checkpoint signature"] * 2
