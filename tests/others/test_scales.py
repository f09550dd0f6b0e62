"""tlog-scales on logs that Evenhand made: its command `tlog-tiles`, and its functions."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.others.installing import HERE, run, tail
from tests.others.stranger import CLEO, KEPT, KEY, Handed, changed_bundle, forged_tiles

from evenhand.audit.verify import verify_log, verify_receipt
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.ledger.keys import format_vkey, parse_vkey
from evenhand.ledger.note import add_signatures, open_note, parse_signature
from evenhand.ledger.policy import Log, Policy, format_policy
from evenhand.ledger.receipt import format_receipt, parse_receipt
from evenhand.ledger.tiles import files_to_write


@pytest.fixture
def ask(scales: Path):
    def ask(*arguments: object, stdin: bytes = b"", refused: str = "") -> bytes:
        """Have our glue ask the package; `refused` is what its refusal must say."""
        done = run(scales / "python", HERE / "with_scales.py", *map(str, arguments), stdin=stdin)
        assert done.returncode == (1 if refused else 0) and refused in tail(done), tail(done)
        return done.stdout
    return ask


def policy_of(log: Handed) -> Policy:
    return Policy(logs=(Log(key=parse_vkey(log.vkeys[0])),))


def test_its_command_hands_out_entries_and_checks_that_they_are_in_the_log(scales, log):
    entries = list(log.entries())
    for index in (0, 7, len(entries) // 2, -1):
        done = run(scales / "tlog-tiles", "get-leaf", "-c", log.ledger, str(index))
        assert done.returncode == 0, tail(done)
        assert done.stdout == entries[index]


def test_its_command_refuses_a_changed_entry(scales, log, tmp_path):
    forged = log.forged(tmp_path / "forged", changed_bundle(log, 4))
    done = run(scales / "tlog-tiles", "get-leaf", "-c", forged.ledger, "4")
    assert done.returncode == 1 and b"InclusionProofInvalid" in done.stderr


def test_its_command_refuses_an_entry_that_forged_tiles_speak_for(scales, grown, tmp_path):
    """CVE-2026-56865: its reader believes any tile, and its command checks the proof after it."""
    forged = grown.forged(tmp_path / "forged", forged_tiles(grown, b"forged"))
    for index in ("0", "1"):
        done = run(scales / "tlog-tiles", "get-leaf", "-c", forged.ledger, index)
        assert done.returncode == 1 and b"InclusionProofInvalid" in done.stderr


def test_the_receipts_that_its_command_makes_are_ours_byte_for_byte(scales, log):
    entries, compared = list(log.entries()), 0
    policy = format_policy(policy_of(log)).encode()
    for index, file, _ in [*log.receipts()][-3:]:
        done = run(scales / "tlog-tiles", "gen-proof", log.ledger, str(index))
        assert done.returncode == 0, tail(done)
        verify_receipt(done.stdout, entries[index], policy)
        ours = parse_receipt(file.read_bytes())
        if ours.checkpoint.encode() == log.newest.read_bytes():
            without = format_receipt(ours).split("\n")
            assert done.stdout.decode().split("\n") == [without[0], *without[2:]]
            compared += 1
    assert compared or log.size < 66_311, "the example's receipts are under earlier checkpoints"


INDEXES = ",".join(map(str, KEPT))


def test_it_verifies_signatures_root_and_entries_under_every_checkpoint(ask, log):
    ask("check", log.ledger, log.keys, INDEXES, *log.notes)


def test_it_verifies_that_the_log_only_grew(ask, log):
    ask("growth", log.ledger, *log.notes)


def test_it_refuses_a_changed_checkpoint(ask, grown, tmp_path):
    larger = tmp_path / "larger"
    larger.write_bytes(grown.newest.read_bytes().replace(b"\n66311\n", b"\n66310\n"))
    ask("check", grown.ledger, grown.keys, INDEXES, larger, refused="not signed by")


def test_it_refuses_a_history_that_was_written_again(ask, grown, rewritten):
    ask("check", rewritten.ledger, rewritten.keys, INDEXES, rewritten.newest)
    ask("growth", rewritten.ledger, grown.folder / "notes" / "513", rewritten.newest,
        refused="ConsistencyProofInvalid")


def test_it_verifies_our_cosignature_of_ml_dsa_44_and_refuses_a_changed_one(ask, grown, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text(format_vkey(CLEO.later_cosigner) + "\n")
    ask("check", grown.ledger, keys, INDEXES, grown.newest)
    moved = tmp_path / "moved"
    moved.write_bytes(b"\n\n".join((
        grown.newest.read_bytes().partition(b"\n\n")[0],
        (grown.folder / "notes" / "300").read_bytes().partition(b"\n\n")[2])))
    ask("check", grown.ledger, keys, INDEXES, moved, refused="not signed by cleo.example")


def test_we_verify_its_cosignature_of_ml_dsa_44(ask, grown):
    said = ask("cosign", grown.newest, "dora.example", "05" * 32).decode()
    vkey, line = said.splitlines()
    text = add_signatures(grown.newest.read_bytes(), [parse_signature(line)])
    (signed,) = open_note(text, [parse_vkey(vkey)]).signed
    assert signed.key.name == "dora.example" and signed.seconds


def test_it_writes_the_files_that_evenhand_wrote_byte_for_byte(ask, grown, tmp_path):
    entries = b"".join(len(e).to_bytes(2, "big") + e for e in grown.entries())
    ledger = tmp_path / "ledger"
    ask("write", ledger, KEY.name, KEY.seed.hex(), *(note.name for note in grown.notes),
        stdin=entries)
    for file in files_to_write(0, grown.size):
        assert (grown.ledger / file.path).read_bytes() == (ledger / file.path).read_bytes()
    log_alone = grown.newest.read_bytes().split("— anna".encode())[0]
    assert (ledger / "checkpoint").read_bytes() == log_alone
    report = verify_log(read_directory(ledger), policy_of(grown))
    assert report.entries == grown.size
