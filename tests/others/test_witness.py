"""A witness that other people wrote cosigns our log while it grows, and refuses it when it forks.

Most is asked of aics-witness, where it can be installed, and of the small witness of our own tests,
so that the small one, which runs everywhere, is known to answer as the other does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.others.stranger import KEY, Handed
from tests.others.witnesses import Answer, Witness, aics_witness, ask

from evenhand.audit.verify import verify_log, verify_receipt
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.settings import Witnesses
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.ledger.witness_client import Cosigned
from evenhand.edge.ledger.witnessing import Witnessing
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import open_engine, transaction
from evenhand.ledger.checkpoint import (
    Checkpoint,
    parse_checkpoint,
    read_unverified,
    sign_checkpoint,
)
from evenhand.ledger.errors import HistoryRewritten, NotWitnessed
from evenhand.ledger.keys import PrivateKey, parse_vkey
from evenhand.ledger.merkle import prove_consistency
from evenhand.ledger.note import add_signatures, open_note
from evenhand.ledger.policy import Log as TrustedLog
from evenhand.ledger.policy import Policy, format_policy
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
    cosigned = seen_up_to(witness, grown, *(int(note.name) for note in grown.notes))
    (signed,) = open_note(cosigned, [witness.vkey]).signed
    assert signed.key == witness.vkey
    assert signed.seconds <= time.time()


def test_its_cosignature_fulfils_a_policy_that_asks_for_it(witness, grown, tmp_path):
    cosigned = seen_up_to(witness, grown, 300, 66_311)
    policy = Policy(logs=(TrustedLog(key=parse_vkey(grown.vkeys[0])),),
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


def test_it_refuses_a_second_history_of_the_size_it_saw(witness, grown, rewritten):
    seen_up_to(witness, grown, 300, 513)
    answer = post(witness, rewritten, 513, note_at(rewritten, 513))
    # 409 in the first version of the specification; aics-witness says 422 (below).
    assert answer.status in (409, 422) and answer.kind != SIZE


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


@pytest.fixture
def start(aics: Path, tmp_path: Path) -> Callable[[], AbstractContextManager[Witness]]:
    """Starts aics-witness; again, it is the same one."""
    return lambda: aics_witness(aics, tmp_path / "witness", KEY.verifier)


def test_aics_witness_signs_the_second_at_which_it_saw_the_log(start, grown):
    before = int(time.time())
    with start() as witness:
        (signed,) = open_note(seen_up_to(witness, grown, 300), [witness.vkey]).signed
    assert before <= signed.seconds <= time.time()


def test_aics_witness_shows_to_whoever_asks_the_newest_checkpoint_it_cosigned(start, grown):
    with start() as witness:
        assert ask(witness.url, monitored_at(KEY.name)).status == 404
        seen_up_to(witness, grown, 300, 513)
        shown = ask(witness.url, monitored_at(KEY.name))
    assert shown.status == 200
    assert seen_at(shown.body, KEY.name, [witness.vkey]).size == 513


def test_aics_witness_started_again_remembers_how_far_it_saw(start, grown):
    with start() as first:
        seen_up_to(first, grown, 300, 513)
    with start() as again:
        assert again.vkey == first.vkey
        assert parse_size(post(again, grown, 0, note_at(grown, 513)).body) == 513
        assert post(again, grown, 513, note_at(grown, 3_000)).status == 200


def test_aics_witness_keeps_a_fork_that_the_log_signed_as_evidence(start, grown, rewritten):
    with start() as witness:
        seen_up_to(witness, grown, 513)
        assert post(witness, rewritten, 513, note_at(rewritten, 513)).status == 422
        (kept,) = json.loads(witness.evidence())
    notes = kept["witness_latest_note"], parse_request(kept["request"].encode()).checkpoint
    seen, forked = (parse_checkpoint(open_note(n, [KEY.verifier]).text) for n in notes)
    assert (seen.origin, seen.size) == (forked.origin, forked.size)
    assert seen.root != forked.root, "two histories, both under the log's own signature"


class Log:
    """A log with a store and a witness, which Evenhand's own client asks."""

    def __init__(self, folder: Path, witness: Witness) -> None:
        folder.mkdir()
        self.engine, self.sealed = open_engine(folder / "store.db"), 0
        asked = Witnesses(quorum=1, all=(
            Trusted(name="other", key=witness.vkey, url=witness.url),))
        self.sequencer = LedgerSequencer(self.engine, KEY, folder / "ledger", witnesses=asked)
        self.witnessing = Witnessing(self.sequencer)
        self.sequencer.guard = self.witnessing.ask

    def grow(self, count: int) -> None:
        with transaction(self.engine) as connection:
            connection.execute(insert(t.outbox), [
                {"key": str(i), "leaf": b"leaf %d" % i}
                for i in range(self.sealed, self.sealed + count)])
        self.sealed = self.sequencer.seal()


def test_our_own_client_has_it_cosign_and_the_receipts_pass_a_policy_that_asks_for_it(
        witness, tmp_path):
    log = Log(tmp_path / "log", witness)
    for count in (3, 253, 44):
        log.grow(count)
        (told,) = log.witnessing.ask()
        assert isinstance(told.answer, Cosigned), told
    policy = log.sequencer.policy
    assert verify_log(log.sequencer.disk.read, policy).entries == 300
    for index in (0, 255, 299):
        receipt = log.sequencer.receipt(str(index), b"")
        said = verify_receipt(format_receipt(receipt), b"leaf %d" % index, format_policy(policy))
        assert "witnessed by other" in str(said)


def test_it_stops_a_store_that_was_brought_back_from_an_older_copy(witness, tmp_path):
    log = Log(tmp_path / "seen", witness)
    log.grow(5)
    log.witnessing.ask()
    brought_back = Log(tmp_path / "older", witness)
    with pytest.raises(HistoryRewritten, match=r"(has seen|shows a checkpoint of) 5 entries"):
        brought_back.grow(3)
