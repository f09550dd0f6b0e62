"""A witness that other people wrote cosigns our log while it grows, and refuses it when it forks.

Every test is done with aics-witness, where it can be installed, and with the small witness of our
own, so that the small one, which runs everywhere, answers as the other does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.others.stranger import KEY, Handed
from tests.others.witnesses import Answer, StartWitness, Witness, aics_witness, ask

from evenhand.audit.verify import verify_log, verify_receipt
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.ledger.checkpoint import (
    Checkpoint,
    parse_checkpoint,
    read_unverified,
    sign_checkpoint,
)
from evenhand.ledger.errors import NotWitnessed
from evenhand.ledger.keys import PrivateKey, parse_vkey
from evenhand.ledger.merkle import prove_consistency
from evenhand.ledger.note import add_signatures, open_note
from evenhand.ledger.policy import Log, Policy, format_policy
from evenhand.ledger.policy import Witness as Trusted
from evenhand.ledger.receipt import format_receipt, parse_receipt
from evenhand.ledger.tiles import hashes_in_tiles
from evenhand.ledger.witness import (
    ADD_CHECKPOINT,
    SIZE,
    Request,
    format_request,
    monitored_at,
    parse_request,
    parse_size,
    read_cosignatures,
    seen_at,
)


@pytest.fixture
def witness(start_witness: StartWitness, grown: Handed) -> Iterator[Witness]:
    with start_witness(parse_vkey(grown.vkeys[0])) as running:
        yield running


def post(witness: Witness, log: Handed, old: int, note: str | Path) -> Answer:
    """Post a checkpoint with a proof, from the log's tiles, that it grew from the old size."""
    text = note if isinstance(note, str) else note.read_text()
    size = read_unverified(text).size
    read = hashes_in_tiles(read_directory(log.ledger), size)
    proof = prove_consistency(old, size, read) if old <= size else ()
    return ask(witness.url, ADD_CHECKPOINT,
               format_request(Request(old_size=old, proof=proof, checkpoint=text)))


def note_at(log: Handed, size: int) -> Path:
    return log.folder / "notes" / str(size)


def seen_up_to(witness: Witness, log: Handed, *sizes: int) -> str:
    """Have it see the log at each of the sizes; give the newest checkpoint with its signature."""
    old, cosigned = 0, ""
    for size in sizes:
        text = note_at(log, size).read_text()
        answer = post(witness, log, old, text)
        assert answer.status == 200, answer
        old = size
        cosigned = add_signatures(text, read_cosignatures(answer.body, text, [witness.vkey]))
    return cosigned


def test_it_cosigns_every_step_of_an_honest_log(witness, grown):
    before = int(time.time())
    cosigned = seen_up_to(witness, grown, *(int(note.name) for note in grown.notes))
    (signed,) = open_note(cosigned, [witness.vkey]).signed
    assert signed.key == witness.vkey
    assert before <= signed.seconds <= time.time()


def test_its_cosignature_fulfils_a_policy_that_asks_for_it(witness, grown, tmp_path):
    cosigned = seen_up_to(witness, grown, 300, 66_311)
    policy = Policy(logs=(Log(key=parse_vkey(grown.vkeys[0])),),
                    witnesses=(Trusted(name="other", key=witness.vkey),), quorum="other")
    with pytest.raises(NotWitnessed):
        verify_log(read_directory(grown.ledger), policy)
    served = grown.forged(tmp_path / "served", {"checkpoint": cosigned.encode()})
    report = verify_log(read_directory(served.ledger), policy,
                        earlier=note_at(grown, 513).read_text())
    assert "witnessed by other" in str(report)
    file = grown.folder / "receipts" / "66311" / "4096.tlog-proof"
    old = parse_receipt(file.read_text())
    receipt = format_receipt(type(old)(index=old.index, proof=old.proof, checkpoint=cosigned))
    said = verify_receipt(receipt, file.with_suffix(".entry").read_bytes(), format_policy(policy))
    assert "witnessed by other" in str(said)


def test_it_shows_to_whoever_asks_the_newest_checkpoint_it_cosigned(witness, grown):
    assert ask(witness.url, monitored_at(KEY.name)).status == 404
    seen_up_to(witness, grown, 300, 513)
    shown = ask(witness.url, monitored_at(KEY.name))
    assert shown.status == 200
    assert seen_at(shown.body, KEY.name, [witness.vkey]).size == 513


def test_it_refuses_a_second_history_of_the_size_it_saw(witness, grown, rewritten):
    seen_up_to(witness, grown, 300, 513)
    assert post(witness, rewritten, 513, note_at(rewritten, 513)).status == 422


def test_it_refuses_growth_from_another_history_than_it_saw(witness, grown, rewritten):
    seen_up_to(witness, grown, 513)
    assert post(witness, rewritten, 513, note_at(rewritten, 3_000)).status == 422
    honest = post(witness, grown, 513, note_at(grown, 3_000))
    assert honest.status == 200, "and goes on with the history that it saw"


def test_it_refuses_to_go_back_and_says_how_far_it_has_seen(witness, grown):
    seen_up_to(witness, grown, 3_000)
    assert post(witness, grown, 3_000, note_at(grown, 513)).status == 400
    answer = post(witness, grown, 300, note_at(grown, 513))
    assert (answer.status, answer.kind, parse_size(answer.body)) == (409, SIZE, 3_000)


def test_it_refuses_a_checkpoint_that_the_log_did_not_sign(witness, grown):
    head = read_unverified(note_at(grown, 513).read_text())
    other = PrivateKey(name=KEY.name, seed=b"\x0b" * 32)
    assert post(witness, grown, 0, sign_checkpoint(head, other)).status == 403
    stranger = PrivateKey(name="stranger.example/log", seed=KEY.seed)
    moved = Checkpoint(origin=stranger.name, size=head.size, root=head.root)
    assert post(witness, grown, 0, sign_checkpoint(moved, stranger)).status == 404


def test_started_again_it_remembers_how_far_it_saw(start_witness, grown):
    log = parse_vkey(grown.vkeys[0])
    with start_witness(log) as first:
        seen_up_to(first, grown, 300, 513)
    with start_witness(log) as again:
        assert again.vkey == first.vkey
        assert parse_size(post(again, grown, 0, note_at(grown, 513)).body) == 513
        assert post(again, grown, 513, note_at(grown, 3_000)).status == 200


def test_aics_witness_keeps_a_fork_that_the_log_signed_as_evidence(
        aics, tmp_path, grown, rewritten):
    log = parse_vkey(grown.vkeys[0])
    with aics_witness(aics, tmp_path / "witness", log) as witness:
        seen_up_to(witness, grown, 513)
        assert post(witness, rewritten, 513, note_at(rewritten, 513)).status == 422
        (kept,) = json.loads(witness.evidence())
    notes = kept["witness_latest_note"], parse_request(kept["request"].encode()).checkpoint
    seen, forked = (parse_checkpoint(open_note(note, [log]).text) for note in notes)
    assert (seen.origin, seen.size) == (forked.origin, forked.size)
    assert seen.root != forked.root, "two histories, both under the log's own signature"
