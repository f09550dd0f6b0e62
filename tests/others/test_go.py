"""Go's packages of the checksum database, golang.org/x/mod/sumdb, on logs that Evenhand made."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from tests.others.installing import run, tail
from tests.others.stranger import (
    KEPT,
    KEY,
    changed_bundle,
    forged_tiles,
)

from evenhand.audit.verify import verify_log
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.ledger.keys import format_private_key
from evenhand.ledger.merkle import leaf_hash
from evenhand.ledger.policy import Log, Policy
from evenhand.ledger.tiles import files_to_write


def accepts(go: Path, *arguments: object) -> str:
    done = run(go, *map(str, arguments))
    assert done.returncode == 0, tail(done)
    return done.stdout.decode()


def refuses(go: Path, *arguments: object) -> str:
    done = run(go, *map(str, arguments))
    assert done.returncode == 1 and done.stderr.startswith(b"refused: "), tail(done)
    return done.stderr.decode()


def test_go_derives_the_root_of_every_checkpoint_from_the_entries(go, log):
    for note in log.notes:
        accepts(go, "whole", log.ledger, note, log.keys)


def test_go_proves_entries_from_our_tiles_under_every_checkpoint(go, log):
    for note in log.notes:
        size = int(note.name)
        wanted = {*KEPT, *range(0, size, 997), size - 1}
        accepts(go, "entries", log.ledger, note, log.keys, *sorted(i for i in wanted if i < size))


def test_go_proves_from_our_tiles_that_the_log_only_grew(go, log):
    for number, note in enumerate(log.notes, 1):
        accepts(go, "growth", log.ledger, note, log.keys, *log.notes[:number])


def test_go_accepts_every_receipt(go, log):
    for _, receipt, words in log.receipts():
        accepts(go, "receipt", receipt, words, log.keys)


def test_go_refuses_a_receipt_for_other_bytes(go, log, tmp_path):
    _, receipt, words = next(log.receipts())
    (tmp_path / "other").write_bytes(words.read_bytes() + b".")
    refuses(go, "receipt", receipt, tmp_path / "other", log.keys)


def test_go_refuses_a_changed_entry(go, log, tmp_path):
    forged = log.forged(tmp_path / "forged", changed_bundle(log, 4))
    assert "signed root" in refuses(go, "whole", forged.ledger, forged.newest, forged.keys)
    refuses(go, "entries", forged.ledger, forged.newest, forged.keys, 4)
    accepts(go, "entries", forged.ledger, forged.newest, forged.keys, 5)


def test_go_refuses_a_changed_checkpoint_and_a_changed_cosignature(go, grown, tmp_path):
    text = grown.newest.read_bytes()
    larger = tmp_path / "larger"
    larger.write_bytes(text.replace(b"\n66311\n", b"\n66312\n"))
    assert "signature" in refuses(go, "whole", grown.ledger, larger, grown.keys)
    _, anna, _, ben = text.partition(b"\n\n")[2].splitlines(keepends=True)
    other = (grown.folder / "notes" / "300").read_bytes().partition(b"\n\n")[2].splitlines(True)
    swapped = tmp_path / "swapped"
    swapped.write_bytes(text.replace(ben, other[3]))
    assert "signature" in refuses(go, "whole", grown.ledger, swapped, grown.keys)
    alone = tmp_path / "alone"
    alone.write_bytes(text.replace(anna, b""))
    assert "2 of 3 keys" in refuses(go, "whole", grown.ledger, alone, grown.keys)


def test_go_refuses_a_history_that_was_written_again(go, grown, rewritten):
    accepts(go, "whole", rewritten.ledger, rewritten.newest, rewritten.keys)
    for size in ("513", "3000"):
        refuses(go, "growth", rewritten.ledger, rewritten.newest, grown.keys,
                grown.folder / "notes" / size)


@pytest.mark.parametrize("size", ["65539", "66311"])
def test_no_proof_of_a_forged_tile_passes_in_go_whatever_its_reader_believes(
        go, grown, tmp_path, size):
    """CVE-2026-56865: versions before 0.40.0 hand out the forged leaf as if it were verified."""
    forged = grown.forged(tmp_path / "forged", forged_tiles(grown, b"forged"))
    note = forged.folder / "notes" / size
    read = run(go, "reader", forged.ledger, note, forged.keys, "0")
    believed = read.stdout.decode().strip() == b64encode(leaf_hash(b"forged")).decode()
    assert believed if read.returncode == 0 else read.stderr.startswith(b"refused: ")
    for index in (0, 1, 300):
        refuses(go, "entries", forged.ledger, note, forged.keys, index)
    refuses(go, "whole", forged.ledger, note, forged.keys)


def test_go_writes_the_files_that_evenhand_wrote_byte_for_byte(go, grown, tmp_path):
    sizes = [note.name for note in grown.notes]
    secret = tmp_path / "key"
    secret.write_text(format_private_key(KEY))
    entries = b"".join(len(e).to_bytes(2, "big") + e for e in grown.entries())
    done = run(go, "write", tmp_path / "ledger", secret, *sizes, stdin=entries)
    assert done.returncode == 0, tail(done)
    for file in files_to_write(0, grown.size):
        ours, theirs = (place / file.path for place in (grown.ledger, tmp_path / "ledger"))
        assert ours.read_bytes() == theirs.read_bytes(), file.path
    log_alone = grown.newest.read_bytes().split("— anna".encode())[0]
    assert (tmp_path / "ledger" / "checkpoint").read_bytes() == log_alone
    policy = Policy(logs=(Log(key=KEY.verifier),))
    assert verify_log(read_directory(tmp_path / "ledger"), policy).entries == grown.size
