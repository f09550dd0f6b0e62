"""aics-tlog on logs that Evenhand made: its command, and its audit of every tile."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest
from tests.others.installing import HERE, run, tail
from tests.others.stranger import Handed, changed_bundle, forged_tiles

from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.receipt import parse_receipt
from evenhand.ledger.tiles import files_to_write


@pytest.fixture
def ask(aics: Path):
    def ask(*arguments: object, refused: str = "") -> dict[str, object]:
        """Give its command an order; `refused` is what its refusal must say."""
        done = run(aics / "aics-tlog", *map(str, arguments))
        assert done.returncode == (1 if refused else 0), tail(done)
        said = json.loads(done.stdout.splitlines()[-1])
        assert said["ok"] is not bool(refused) and refused in said.get("error", ""), said
        return said
    return ask


def served(log: Handed) -> tuple[object, ...]:
    return "--tiles", log.ledger, "--vkey-file", log.log_key


def quorum(log: Handed) -> tuple[str, ...]:
    """The options that ask for every witness of the log."""
    witnesses = log.vkeys[1:]
    each = (part for key in witnesses for part in ("--witness-key", key))
    return (*each, "--quorum", str(len(witnesses)))


def test_it_verifies_every_checkpoint_with_its_cosignatures(ask, log):
    for note in log.notes:
        said = ask("verify-checkpoint", "--note", note, "--vkey-file", log.log_key, *quorum(log))
        assert said["size"] == int(note.name)
        assert said["cosignatures"] == len(log.vkeys) - 1


def test_it_verifies_that_entries_are_in_the_log(ask, log):
    newest = {index: words for index, _, words in log.receipts()}
    for index in [*newest][:2] + [*newest][-2:]:
        said = ask("verify-inclusion", *served(log), *quorum(log), "--index", index,
                   "--leaf", newest[index])
        assert said["size"] == log.size


def test_it_verifies_that_the_log_only_grew(ask, log):
    for old in log.notes:
        said = ask("verify-consistency", *served(log), "--old-checkpoint", old)
        assert (said["old_size"], said["new_size"]) == (int(old.name), log.size)


def test_it_verifies_the_proof_of_a_receipt(ask, log, tmp_path):
    every = [*log.receipts()]
    for index, file, words in every[::len(every) // 4]:
        receipt = parse_receipt(file.read_bytes())
        head = read_unverified(receipt.checkpoint)
        (tmp_path / "proof").write_text(
            "".join(b64encode(each).decode() + "\n" for each in receipt.proof))
        order = ("verify-inclusion", "--proof", tmp_path / "proof", "--size", head.size,
                 "--root", b64encode(head.root).decode(), "--leaf", words, "--index")
        ask(*order, index)
        ask(*order, index - 1 if index else 1, refused="does not verify")


def test_it_verifies_every_file_of_the_log(aics, log):
    done = run(aics / "python", HERE / "with_aics.py", "audit", log.ledger, *log.notes)
    assert done.returncode == 0, tail(done)


def test_it_refuses_a_changed_entry(ask, aics, log, tmp_path):
    forged = log.forged(tmp_path / "forged", changed_bundle(log, 4))
    (tmp_path / "changed").write_bytes(b"changed")
    ask("verify-inclusion", *served(forged), "--index", 4, "--leaf", tmp_path / "changed",
        refused="not included at this index")
    done = run(aics / "python", HERE / "with_aics.py", "audit", forged.ledger, forged.newest)
    assert done.returncode == 1 and "TileVerificationError" in tail(done)


def test_it_refuses_tiles_that_were_forged_below_the_right_edge(ask, aics, grown, tmp_path):
    """CVE-2026-56865: its reader checks every tile against the one above it, so none slips by."""
    forged = grown.forged(tmp_path / "forged", forged_tiles(grown, b"forged"))
    (tmp_path / "words").write_bytes(b"forged")
    ask("verify-inclusion", *served(forged), "--index", 0, "--leaf", tmp_path / "words",
        refused="tile/1/000 does not match")
    done = run(aics / "python", HERE / "with_aics.py", "audit", forged.ledger, forged.newest)
    assert done.returncode == 1 and "TileVerificationError" in tail(done)


def test_it_refuses_a_changed_checkpoint_and_one_with_too_few_witnesses(ask, grown, tmp_path):
    text = grown.newest.read_bytes()
    (tmp_path / "larger").write_bytes(text.replace(b"\n66311\n", b"\n66312\n"))
    ask("verify-checkpoint", "--note", tmp_path / "larger", "--vkey-file", grown.log_key,
        refused="log signature")
    (tmp_path / "alone").write_bytes(text.split("— anna".encode())[0])
    ask("verify-checkpoint", "--note", tmp_path / "alone", "--vkey-file", grown.log_key,
        *quorum(grown), refused="quorum not met")


def test_it_refuses_a_history_that_was_written_again(ask, grown, rewritten):
    ask("verify-checkpoint", *served(rewritten), *quorum(rewritten))
    for size in ("513", "3000"):
        ask("verify-consistency", *served(rewritten), "--old-checkpoint",
            grown.folder / "notes" / size, refused="history was rewritten")


def test_it_writes_the_files_that_evenhand_wrote_byte_for_byte(aics, grown, tmp_path):
    entries = b"".join(len(e).to_bytes(2, "big") + e for e in grown.entries())
    sizes = [note.name for note in grown.notes]
    done = run(aics / "python", HERE / "with_aics.py", "write", tmp_path, *sizes, stdin=entries)
    assert done.returncode == 0, tail(done)
    assert bytes.fromhex(done.stdout.decode()) == read_unverified(grown.newest.read_bytes()).root
    for file in files_to_write(0, grown.size):
        assert (grown.ledger / file.path).read_bytes() == (tmp_path / file.path).read_bytes()
