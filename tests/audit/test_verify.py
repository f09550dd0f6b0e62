"""Every way to tamper with a published log, and what the verifier says to it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.audit.verify import (
    read_checkpoint,
    verified_entries,
    verify_log,
    verify_other_files,
    verify_receipt,
)
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.errors import (
    FileDiffers,
    FileMissing,
    HistoryRewritten,
    LedgerError,
    Malformed,
    NotInLog,
    NotSigned,
    NotWitnessed,
)
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import (
    check_inclusion,
    leaf_hash,
    pair_up,
    prove_inclusion,
    root,
)
from evenhand.ledger.note import add_signatures, cosign, parse_note
from evenhand.ledger.policy import Group, Log, Policy, Witness
from evenhand.ledger.tiles import (
    Bundle,
    Tile,
    format_bundle,
    format_tile,
    hashes_in_tiles,
    parse_tile,
)

EXAMPLE = Path(__file__).parents[2] / "spec" / "vectors" / "ledger" / "example"
KEY = PrivateKey(name="agora.example/log", seed=b"\x01" * 32)
ANNA = PrivateKey(name="anna.example", seed=b"\x02" * 32)
BEN = PrivateKey(name="ben.example", seed=b"\x03" * 32)
CLEO = PrivateKey(name="cleo.example", seed=b"\x04" * 32)
UNWITNESSED = Policy(logs=(Log(key=KEY.verifier),))
WITNESSES = tuple(Witness(name=k.name.split(".")[0], key=k.cosigner) for k in (ANNA, BEN, CLEO))


def quorum_of(threshold):
    names = tuple(witness.name for witness in WITNESSES)
    return Policy(
        logs=UNWITNESSED.logs,
        witnesses=WITNESSES,
        groups=(Group(name="g", threshold=threshold, members=names),),
        quorum="g",
    )


def published(entries, *witnesses):
    """Write a log into a dictionary, level by level; sign it, and have it witnessed."""
    files = {}
    for start in range(0, len(entries), 256):
        part = entries[start : start + 256]
        files[Bundle(index=start // 256, width=len(part)).path] = format_bundle(part)
    leaves = [leaf_hash(entry) for entry in entries]
    level, row = 0, leaves
    while row:
        above = []
        for start in range(0, len(row), 256):
            part = row[start : start + 256]
            files[Tile(level=level, index=start // 256, width=len(part)).path] = format_tile(part)
            if len(part) == 256:
                above.append(root(part))
        level, row = level + 1, above
    head = Checkpoint(origin=KEY.name, size=len(entries), root=root(leaves))
    note = sign_checkpoint(head, KEY)
    note = add_signatures(note, [cosign(note, witness, 1_600_000_000) for witness in witnesses])
    files["checkpoint"] = note.encode()
    return files


ENTRIES = [b"entry %d" % i for i in range(1000)]
LOG = published(ENTRIES, ANNA, BEN)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 512, 1000])
def test_a_whole_log_is_verified_and_its_entries_are_handed_out_in_order(size):
    files = published(ENTRIES[:size])
    told = []
    report = verify_log(
        files.get, UNWITNESSED, progress=lambda done, all_: told.append((done, all_))
    )
    assert (report.entries, report.checkpoint.size) == (size, size)
    assert [done for done, _ in told] == sorted({min(i, size) for i in range(256, size + 256, 256)})
    assert all(all_ == size for _, all_ in told)
    assert list(verified_entries(files.get, UNWITNESSED)) == list(enumerate(ENTRIES[:size]))


def test_the_report_says_who_witnessed_it_or_that_nobody_was_asked():
    assert str(verify_log(LOG.get, quorum_of(2))) == (
        "agora.example/log at size 1000, witnessed by anna at 2020-09-13 12:26:40 UTC, "
        "ben at 2020-09-13 12:26:40 UTC; all 1000 entries verified"
    )
    assert "not witnessed" in str(verify_log(LOG.get, UNWITNESSED))


def test_every_file_is_read_and_no_file_is_skipped():
    asked = []

    def read(path):
        asked.append(path)
        return LOG.get(path)

    verify_log(read, UNWITNESSED)
    assert set(asked) == set(LOG)
    assert len(asked) == len(LOG)


# Files of earlier sizes, which are served as long as they lie there (tlog-tiles, "Partial Tiles").

SIZES = (1, 200, 255, 256, 300, 512, 600, 1000)
GROWN = {path: data for size in SIZES for path, data in published(ENTRIES[:size]).items()}


def others(files, *more):
    return verify_other_files(files.get, sorted({*files, *more} - {"checkpoint"}),
                              verify_log(files.get, UNWITNESSED).checkpoint)


def test_partial_files_of_every_earlier_size_agree_with_the_log_that_grew_out_of_them():
    stale = set(GROWN) - set(LOG)
    # Below full tiles, below larger partial ones, and at a level above the leaves.
    assert {"tile/0/000.p/255", "tile/entries/001.p/44", "tile/1/000.p/2"} <= stale
    found = others(GROWN)
    assert (found.earlier, found.ahead, found.unknown) == (len(stale), (), ())


@pytest.mark.parametrize("path", sorted(set(GROWN) - set(LOG)))
@pytest.mark.parametrize("damage", ["flipped", "cut", "longer", "empty"])
def test_a_partial_file_of_an_earlier_size_that_disagrees_is_named(path, damage):
    data = GROWN[path]
    wrong = {"flipped": flipped(data, len(data) - 1), "cut": data[:-1], "longer": data + b"\0",
             "empty": b""}[damage]
    with pytest.raises((FileDiffers, Malformed)) as refused:
        others(GROWN | {path: wrong})
    assert refused.value.where == path


def test_what_is_ahead_of_the_signed_head_or_none_of_a_log_is_told_and_not_believed():
    ahead = published([b"another %d" % i for i in range(70_000)])
    more = {path: ahead[path] for path in (
        "tile/0/003", "tile/0/273.p/112", "tile/2/000.p/1", "tile/entries/004", "tile/1/000")}
    found = others(LOG | more | {"index.html": b"", "tile/0/000.p/256": b"", "tile/64/000": b""})
    assert set(found.ahead) == set(more)
    assert found.unknown == ("index.html", "tile/0/000.p/256", "tile/64/000")
    assert found.earlier == 0


def test_a_partial_file_that_is_removed_while_it_is_looked_at_is_no_fault():
    assert others(LOG, "tile/0/000.p/7", "tile/entries/000.p/7").earlier == 2


# The tamper matrix: reference page, section 9.


@pytest.mark.parametrize("path", sorted(set(LOG) - {"checkpoint"}))
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_flipped_bit_in_any_tile_or_bundle_is_found_in_that_file(path, where):
    files = dict(LOG)
    at = {"first": 0, "middle": len(files[path]) // 2, "last": len(files[path]) - 1}[where]
    files[path] = flipped(files[path], at)
    with pytest.raises((FileDiffers, Malformed)) as refused:
        verify_log(files.get, UNWITNESSED)
    # The right edge is verified together: the message names all of it.
    assert path in str(refused.value)


@given(st.sampled_from(sorted(LOG)), st.integers(0, 10**9), st.integers(0, 7))
@settings(deadline=None, max_examples=100)
def test_no_bit_of_any_file_can_be_changed_unnoticed(path, position, bit):
    files = dict(LOG)
    files[path] = flipped(files[path], position % len(files[path]), bit)
    with pytest.raises(LedgerError):
        verify_log(files.get, quorum_of(2))


@pytest.mark.parametrize("path", sorted(LOG))
def test_a_missing_file_is_named(path):
    files = {name: data for name, data in LOG.items() if name != path}
    with pytest.raises(FileMissing) as refused:
        verify_log(files.get, UNWITNESSED)
    assert refused.value.where == path


@pytest.mark.parametrize("path", sorted(set(LOG) - {"checkpoint"}))
@pytest.mark.parametrize("change", ["torn", "empty", "longer", "zeros"])
def test_a_torn_or_padded_file_is_named(path, change):
    data = LOG[path]
    files = LOG | {
        path: {
            "torn": data[:-5],
            "empty": b"",
            "longer": data + b"\0",
            "zeros": bytes(len(data)),
        }[change]
    }
    with pytest.raises((Malformed, FileDiffers)) as refused:
        verify_log(files.get, UNWITNESSED)
    assert path in str(refused.value)


def test_a_changed_entry_is_named_by_file_and_index():
    entries = list(ENTRIES[:256])
    entries[77] = b"entry 77, rewritten"
    files = LOG | {"tile/entries/000": format_bundle(entries)}
    with pytest.raises(FileDiffers) as refused:
        verify_log(files.get, UNWITNESSED)
    assert str(refused.value) == (
        "tile/entries/000: entry 77 is not the one that was logged: its bytes were changed after "
        "the log was signed, or this file is not of this log\n"
        "  keep this file and the checkpoint: together they show it"
    )


def test_entries_before_a_changed_one_are_still_handed_out():
    files = LOG | {"tile/entries/001": b"\0\0" * 256}
    stream = verified_entries(files.get, UNWITNESSED)
    good = [next(stream) for _ in range(256)]
    assert good == list(enumerate(ENTRIES[:256]))
    with pytest.raises(FileDiffers):
        next(stream)


def test_a_changed_checkpoint_is_not_signed():
    files = LOG | {"checkpoint": LOG["checkpoint"].replace(b"\n1000\n", b"\n1001\n")}
    with pytest.raises(NotSigned) as refused:
        verify_log(files.get, UNWITNESSED)
    assert refused.value.where == "checkpoint"


def test_a_checkpoint_of_another_log_is_refused():
    policy = Policy(logs=(Log(key=ANNA.verifier),))
    with pytest.raises(NotSigned):
        verify_log(LOG.get, policy)


def test_a_quorum_of_more_witnesses_than_signed_is_not_met():
    with pytest.raises(NotWitnessed, match="but not by `cleo`"):
        verify_log(LOG.get, quorum_of(3))


def test_a_bad_cosignature_rejects_the_checkpoint():
    other = published(ENTRIES[:999], ANNA, BEN)
    wrong = [s for s in parse_note(other["checkpoint"]).signatures if s.name == ANNA.name]
    files = LOG | {"checkpoint": add_signatures(LOG["checkpoint"], wrong).encode()}
    with pytest.raises(NotSigned, match=r"`anna\.example` is not good"):
        verify_log(files.get, quorum_of(2))


REWRITTEN = published([*ENTRIES[:10], b"rewritten", *ENTRIES[11:]])


def test_a_history_logged_again_passes_where_nobody_remembers_the_first():
    # What the log alone cannot show, and why witnesses and old checkpoints are not optional.
    assert verify_log(REWRITTEN.get, UNWITNESSED).entries == 1000


def test_a_history_logged_again_fails_against_an_old_checkpoint():
    for size in (11, 500, 1000):
        old = published(ENTRIES[:size])["checkpoint"]
        with pytest.raises(HistoryRewritten, match="keep both checkpoints") as refused:
            verify_log(REWRITTEN.get, UNWITNESSED, earlier=old)
        assert refused.value.where == "checkpoint"


def test_a_history_logged_again_fails_against_a_quorum():
    with pytest.raises(NotWitnessed):
        verify_log(REWRITTEN.get, quorum_of(2))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 700, 1000])
def test_an_honest_log_is_consistent_with_every_checkpoint_it_had(size):
    old = published(ENTRIES[:size])["checkpoint"]
    report = verify_log(LOG.get, UNWITNESSED, earlier=old)
    assert report.earlier is not None
    assert str(report).endswith(f"; nothing changed since size {size}")


def test_a_log_that_was_rolled_back_is_found_by_a_later_checkpoint():
    rolled_back = published(ENTRIES[:900])
    with pytest.raises(HistoryRewritten, match="had 1000 entries and has only 900 now"):
        verify_log(rolled_back.get, UNWITNESSED, earlier=LOG["checkpoint"])


def test_an_earlier_checkpoint_that_nobody_signed_shows_nothing():
    forged = LOG["checkpoint"].replace(b"\n1000\n", b"\n999\n")
    with pytest.raises(NotSigned) as refused:
        verify_log(LOG.get, UNWITNESSED, earlier=forged)
    assert refused.value.where == "earlier checkpoint"


def test_a_damaged_tile_is_not_taken_for_a_second_history():
    files = LOG | {"tile/0/000": flipped(LOG["tile/0/000"], 0)}
    with pytest.raises(FileDiffers):
        verify_log(files.get, UNWITNESSED, earlier=published(ENTRIES[:3])["checkpoint"])


def test_a_partial_tile_that_the_log_has_outgrown_is_read_from_the_full_one():
    # A reader fetched the checkpoint of 300; then the log grew and deleted partial files.
    grown = published(ENTRIES[:512])
    old = published(ENTRIES[:300])
    files = {**old, **grown, "checkpoint": old["checkpoint"]}
    del files["tile/0/001.p/44"], files["tile/entries/001.p/44"]
    assert verify_log(files.get, UNWITNESSED).entries == 300


# CVE-2026-56865: a reader of tiles that skipped those at the right edge.


@pytest.fixture(scope="module")
def large():
    entries = [b"entry %d" % i for i in range(65_539)]
    return entries, published(entries)


def forge(files, entry):
    """Forge entry 0 up to tile/1/000, leaving level 2 and the checkpoint as they were signed."""
    forged = dict(files)
    leaves = parse_tile(forged["tile/0/000"], Tile(level=0, index=0))
    forged["tile/0/000"] = format_tile([leaf_hash(entry), *leaves[1:]])
    row = [leaf_hash(entry), *leaves[1:]]
    while len(row) > 1:
        row = pair_up(row)
    above = parse_tile(forged["tile/1/000"], Tile(level=1, index=0))
    forged["tile/1/000"] = format_tile([row[0], *above[1:]])
    return forged


def test_the_log_of_65539_has_two_right_edge_hashes_in_one_tile(large):
    entries, files = large
    assert "tile/2/000.p/1" in files
    assert "tile/0/256.p/3" in files
    assert verify_log(files.get, UNWITNESSED).entries == 65_539
    check_inclusion(
        0,
        65_539,
        leaf_hash(entries[0]),
        prove_inclusion(0, 65_539, hashes_in_tiles(files.get, 65_539)),
        read_checkpoint(files.get, UNWITNESSED).checkpoint.root,
    )


def test_a_leaf_forged_up_to_level_one_is_found(large):
    entries, files = large
    forged = forge(files, b"forged")
    bundle = [b"forged", *entries[1:256]]
    forged["tile/entries/000"] = format_bundle(bundle)
    with pytest.raises(FileDiffers) as refused:
        verify_log(forged.get, UNWITNESSED)
    assert refused.value.where == "tile/1/000"
    assert "which the signed root confirms" in str(refused.value)
    assert "the entries 0 to 65535" in str(refused.value)
    with pytest.raises(FileDiffers):
        next(verified_entries(forged.get, UNWITNESSED))


def test_a_proof_that_was_made_from_forged_tiles_does_not_pass(large):
    _, files = large
    forged = forge(files, b"forged")
    head = read_checkpoint(forged.get, UNWITNESSED).checkpoint
    read = hashes_in_tiles(forged.get, head.size)
    assert read(0, 0) == leaf_hash(b"forged")  # the reader believes the tile ...
    for index in (0, 1, 300):  # ... and no proof from it is believed
        with pytest.raises(NotInLog):
            check_inclusion(
                index, head.size, read(0, index), prove_inclusion(index, head.size, read), head.root
            )


# Receipts.


def test_the_example_receipt_is_verified_from_three_texts():
    report = verify_receipt(
        (EXAMPLE / "decision-1.tlog-proof").read_bytes(),
        b"decision 1",
        (EXAMPLE / "policy.txt").read_bytes(),
    )
    assert str(report) == (
        "entry 1 is in agora.example/log at size 5, witnessed by anna at 2020-05-27 00:00:00 UTC, "
        "ben at 2020-05-27 00:00:03 UTC"
    )


def test_a_receipt_for_other_bytes_is_refused_and_says_where():
    with pytest.raises(NotInLog) as refused:
        verify_receipt(
            (EXAMPLE / "decision-1.tlog-proof").read_text(),
            b"decision 1, but harsher",
            (EXAMPLE / "policy.txt").read_text(),
        )
    assert refused.value.where == "receipt"


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
@settings(deadline=None, max_examples=200)
def test_no_three_texts_make_it_fail_in_another_way_than_ours(receipt, entry, policy):
    with pytest.raises(LedgerError):
        verify_receipt(receipt, entry, policy)


@given(st.dictionaries(st.sampled_from(sorted(LOG)), st.binary(max_size=100), min_size=1))
@settings(deadline=None, max_examples=200)
def test_no_files_make_it_fail_in_another_way_than_ours(changes):
    with pytest.raises(LedgerError):
        verify_log((LOG | changes).get, UNWITNESSED)


def flipped(data, at, bit=0):
    changed = bytearray(data)
    changed[at] ^= 1 << bit
    return bytes(changed)
