"""The other way round: a log that other people's program wrote, read and written again by ours.

Tessera's own example (spec/vectors/ledger/README.md) has a checkpoint, tiles and bundles of every
size from 0 to 15. The proofs of transparency-dev/merkle are tried in tests/ledger/test_merkle.py.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from evenhand.audit.verify import verify_log, verify_other_files, verify_receipt
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.ledger.checkpoint import Checkpoint, format_checkpoint, read_unverified
from evenhand.ledger.errors import FileDiffers, HistoryRewritten
from evenhand.ledger.keys import format_vkey, parse_vkey
from evenhand.ledger.merkle import prove_inclusion
from evenhand.ledger.note import parse_note
from evenhand.ledger.policy import Log, Policy, format_policy
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.ledger.tiles import Bundle, files_to_write, hashes_in_tiles, parse_bundle

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "ledger" / "tessera.json"
TESSERA = json.loads(VECTORS.read_text())
FILES = {path: b64decode(data) for path, data in TESSERA["files"].items()}
NOTES = [note.encode() for note in TESSERA["checkpoints"]]
ENTRIES = parse_bundle(FILES["tile/entries/000.p/15"], Bundle(index=0, width=15))
POLICY = Policy(logs=(Log(key=parse_vkey(TESSERA["key"])),))
SIZES = range(16)


def served(size: int) -> dict[str, bytes]:
    """What tessera served when the log had this size: older partial files still lie there."""
    widths = {path: int(path.rpartition("/")[2]) for path in FILES}
    return {p: d for p, d in FILES.items() if widths[p] <= size} | {"checkpoint": NOTES[size]}


@pytest.mark.parametrize("size", SIZES)
def test_the_log_of_every_size_is_verified_and_grew_from_every_smaller_one(size):
    files = served(size)
    for old in NOTES[:size + 1]:
        assert verify_log(files.get, POLICY, earlier=old).entries == size
    for later in NOTES[size + 1:]:
        with pytest.raises(HistoryRewritten):
            verify_log(files.get, POLICY, earlier=later)
    others = verify_other_files(files.get, [p for p in files if p != "checkpoint"],
                                read_unverified(NOTES[size]))
    assert (others.earlier, others.ahead, others.unknown) == (2 * max(size - 1, 0), (), ())


def test_its_files_are_written_again_byte_for_byte_from_its_entries(tmp_path):
    disk = TilesOnDisk(tmp_path)
    for note in NOTES:
        disk.publish(note.decode(), lambda start, end: ENTRIES[start:end])
    named = {file.path for size in SIZES[1:] for file in files_to_write(size - 1, size)}
    assert named == set(FILES)
    assert {path: disk.read(path) for path in FILES} == FILES


@pytest.mark.parametrize("size", SIZES)
def test_its_checkpoints_are_written_again_byte_for_byte(size, tmp_path):
    head = read_unverified(NOTES[size])
    again = Checkpoint(origin=POLICY.logs[0].key.name, size=size, root=head.root)
    assert format_checkpoint(again) == parse_note(NOTES[size]).text
    assert format_vkey(POLICY.logs[0].key) == TESSERA["key"]


@pytest.mark.parametrize("size", SIZES[1:])
def test_receipts_can_be_made_of_its_tiles_and_pass(size):
    read = hashes_in_tiles(served(size).get, size)
    for index in range(size):
        receipt = format_receipt(Receipt(index=index, proof=prove_inclusion(index, size, read),
                                         checkpoint=NOTES[size].decode()))
        verify_receipt(receipt, ENTRIES[index], format_policy(POLICY))


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_changed_bit_in_any_of_its_files_is_found(path):
    size = int(path.rpartition("/")[2])
    wrong = bytearray(FILES[path])
    wrong[-1] ^= 1
    with pytest.raises(FileDiffers):
        verify_log((served(size) | {path: bytes(wrong)}).get, POLICY)
