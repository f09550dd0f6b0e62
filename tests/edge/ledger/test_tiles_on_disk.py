"""Publishing: killed at every step, on a full disk, after a power cut; and what it refuses."""

import errno
import os
import shutil
import signal
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.audit.verify import verify_log
from evenhand.edge.ledger.disk import DiskFiles, DiskRefused
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk, read_directory
from evenhand.ledger.checkpoint import Checkpoint, read_unverified, sign_checkpoint
from evenhand.ledger.errors import FileDiffers, HistoryRewritten, Malformed
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import leaf_hash, root
from evenhand.ledger.note import add_signatures, cosign, parse_note
from evenhand.ledger.policy import Log, Policy
from evenhand.ledger.tiles import files_to_write

KEY = PrivateKey(name="agora.example/log", seed=b"\x01" * 32)
WITNESS = PrivateKey(name="w.example", seed=b"\x02" * 32)
POLICY = Policy(logs=(Log(key=KEY.verifier),))
ENTRIES = [b"entry %d" % i for i in range(1200)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def note_at(size):
    head = Checkpoint(origin=KEY.name, size=size, root=root(LEAVES[:size]))
    return sign_checkpoint(head, KEY)


def read_entries(start, end):
    return ENTRIES[start:end]


def files_below(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def verify(directory):
    return verify_log(read_directory(directory), POLICY).entries


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 1000])
def test_what_is_published_is_what_the_specification_lists_and_verifies(tmp_path, size):
    published = TilesOnDisk(tmp_path).publish(note_at(size), read_entries)
    names = {file.path for file in files_to_write(0, size)} | {"checkpoint"}
    assert set(files_below(tmp_path)) == names
    assert (published.old_size, published.new_size) == (0, size)
    assert published.written == len(names) - 1
    assert verify(tmp_path) == size


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5))
@settings(deadline=None, max_examples=25)
def test_a_log_published_in_steps_can_be_rebuilt_byte_for_byte(tmp_path_factory, steps):
    grown, rebuilt = tmp_path_factory.mktemp("grown"), tmp_path_factory.mktemp("rebuilt")
    size = 0
    for step in steps:
        size = min(size + step, len(ENTRIES))
        TilesOnDisk(grown).publish(note_at(size), read_entries)
        assert verify(grown) == size
    TilesOnDisk(rebuilt).rebuild(note_at(size), read_entries)
    left, right = files_below(grown), files_below(rebuilt)
    assert set(right) <= set(left)
    assert all(left[name] == data for name, data in right.items())
    assert all(".p/" in name for name in set(left) - set(right))
    shutil.rmtree(grown)
    shutil.rmtree(rebuilt)


def test_a_growth_reads_only_from_the_last_full_bundle_on(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(1000), read_entries)
    asked = []
    disk.publish(note_at(1030), lambda start, end: asked.append((start, end)) or ENTRIES[start:end])
    assert asked == [(768, 1030)]


def test_partial_files_go_when_the_full_one_is_published_and_not_before(tmp_path):
    disk = TilesOnDisk(tmp_path)
    for size in (100, 200):
        disk.publish(note_at(size), read_entries)
    assert {"tile/0/000.p/100", "tile/0/000.p/200"} <= set(files_below(tmp_path))
    disk.publish(note_at(256), read_entries)
    assert set(files_below(tmp_path)) == {
        "checkpoint",
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/entries/000",
    }


def test_cosignatures_that_arrive_later_are_added_and_none_is_lost(tmp_path):
    disk = TilesOnDisk(tmp_path)
    note = note_at(5)
    disk.publish(note, read_entries)
    disk.publish(add_signatures(note, [cosign(note, WITNESS, 7)]), read_entries)
    disk.publish(note, read_entries)  # again, without the cosignature
    there = parse_note((tmp_path / "checkpoint").read_bytes())
    assert [each.name for each in there.signatures] == [KEY.name, WITNESS.name]


def test_a_reader_is_given_files_of_the_log_and_no_others(tmp_path):
    directory = tmp_path / "log"
    (tmp_path / "secret").write_text("x")
    disk = TilesOnDisk(directory)
    disk.publish(note_at(5), read_entries)
    assert disk.read("tile/0/000.p/5") == b"".join(LEAVES[:5])
    assert disk.read("tile/0/000") is None
    for path in ("../secret", "/etc/passwd", ".writer", "tile", "tile/0/000.p/../../../secret"):
        with pytest.raises(Malformed):
            disk.read(path)
    (directory / "checkpoint").unlink()
    (directory / "checkpoint").mkdir()
    with pytest.raises(DiskRefused):
        disk.read("checkpoint")


# Killed at every step.


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


class Dying(DiskFiles):
    """A disk whose process dies at the n-th change: before it, in its middle or after it."""

    def __init__(self, at, how):
        self.left, self.how = at, how

    def _step(self, torn, whole):
        if self.left:
            self.left -= 1
            return whole()
        if self.how == "torn":
            torn()
        elif self.how == "after":
            whole()
        raise Killed

    def write(self, path, data):
        whole = super().write
        self._step(lambda: whole(path, data[: len(data) // 2]), lambda: whole(path, data))

    def rename(self, source, target):
        whole = super().rename
        self._step(lambda: None, lambda: whole(source, target))

    def make_directory(self, path):
        if not path.is_dir():
            whole = super().make_directory
            self._step(lambda: path.parent.mkdir(parents=True, exist_ok=True), lambda: whole(path))

    def remove_directory(self, path):
        if path.is_dir():
            whole = super().remove_directory
            self._step(lambda: next(path.iterdir()).unlink(), lambda: whole(path))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (200, 300), (250, 800), (512, 520)])
@pytest.mark.parametrize("how", ["before", "torn", "after"])
def test_killed_at_any_step_what_is_published_is_whole_and_a_second_run_completes_it(
    tmp_path, old, new, how
):
    expected = tmp_path / "expected"
    for size in (old, new):
        TilesOnDisk(expected).publish(note_at(size), read_entries)
    died = True
    step = 0
    while died:
        directory = tmp_path / f"{step}"
        if old:
            TilesOnDisk(directory).publish(note_at(old), read_entries)
        try:
            TilesOnDisk(directory, Dying(step, how)).publish(note_at(new), read_entries)
            died = False
        except Killed:
            if (directory / "checkpoint").exists():
                assert verify(directory) in (old, new)
            else:
                assert old == 0
        TilesOnDisk(directory).publish(note_at(new), read_entries)
        assert verify(directory) == new
        left, right = files_below(directory), files_below(expected)
        assert {n: d for n, d in left.items() if n in right} == right
        # What is left over is partial files that the crash kept from being removed.
        assert all(".p/" in name for name in set(left) - set(right))
        shutil.rmtree(directory)
        step += 1
    # At least: two directories, three files with their renames, the checkpoint with its.
    assert step > 8 or old == 512


def test_killed_and_then_grown_further_it_completes_too(tmp_path):
    TilesOnDisk(tmp_path).publish(note_at(200), read_entries)
    for step in range(6):
        with pytest.raises(Killed):
            TilesOnDisk(tmp_path, Dying(step, "torn")).publish(note_at(300 + step), read_entries)
    TilesOnDisk(tmp_path).publish(note_at(777), read_entries)
    assert verify(tmp_path) == 777


CHILD = """
import os, signal, sys
from pathlib import Path
from evenhand.edge.ledger.disk import DiskFiles
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk

class Killing(DiskFiles):
    left = int(sys.argv[3])
    def rename(self, source, target):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        super().rename(source, target)

entries = [b"entry %d" % i for i in range(1200)]
note = Path(sys.argv[2]).read_text()
TilesOnDisk(Path(sys.argv[1]), Killing()).publish(note, lambda a, b: entries[a:b])
"""


@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_process_that_is_really_killed_leaves_no_lock_and_a_whole_log(tmp_path, at):
    directory, note = tmp_path / "log", tmp_path / "note"
    TilesOnDisk(directory).publish(note_at(200), read_entries)
    note.write_text(note_at(800))
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(directory), str(note), str(at)], check=False
    )
    assert child.returncode == -signal.SIGKILL
    assert verify(directory) == 200
    TilesOnDisk(directory).publish(note_at(800), read_entries)
    assert verify(directory) == 800


class FullDisk(DiskFiles):
    def __init__(self, at):
        self.left = at

    def write(self, path, data):
        if self.left == 0:
            super().write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        self.left -= 1
        super().write(path, data)


@pytest.mark.parametrize("at", range(6))
def test_a_full_disk_publishes_nothing_and_says_so(tmp_path, at):
    TilesOnDisk(tmp_path).publish(note_at(200), read_entries)
    disk = TilesOnDisk(tmp_path, FullDisk(at))
    with pytest.raises(DiskRefused, match="No space left on device") as refused:
        disk.publish(note_at(700), read_entries)
    assert "what was published before is whole" in str(refused.value)
    assert verify(tmp_path) == 200
    disk._files.left = 100  # room was made, and the same process goes on
    disk.publish(note_at(700), read_entries)
    assert verify(tmp_path) == 700


# After a power cut.


@pytest.mark.parametrize("damage", ["missing", "empty", "short", "zeros", "half zeros"])
def test_a_torn_file_is_written_again_by_a_rebuild(tmp_path, damage):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(1000), read_entries)
    whole = files_below(tmp_path)
    for name in sorted(set(whole) - {"checkpoint"}):
        path, data = tmp_path / name, whole[name]
        half = len(data) // 2
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes(
                {
                    "empty": b"",
                    "short": data[:half],
                    "zeros": bytes(len(data)),
                    "half zeros": data[:half] + bytes(len(data) - half),
                }[damage]
            )
    published = disk.rebuild(note_at(1000), read_entries)
    assert (published.written, published.kept) == (len(whole) - 1, 0)
    assert files_below(tmp_path) == whole
    assert disk.rebuild(note_at(1000), read_entries).written == 0


@pytest.mark.parametrize("name", ["tile/0/003.p/232", "tile/1/000.p/3"])
def test_a_torn_right_edge_is_mended_by_the_next_growth(tmp_path, name):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(1000), read_entries)
    for damage in (b"", bytes(len((tmp_path / name).read_bytes()))):
        (tmp_path / name).write_bytes(damage)
        size = disk.published().size + 1
        disk.publish(note_at(size), read_entries)
        assert verify(tmp_path) == size
        name = f"tile/0/003.p/{size % 256}"


def test_a_rebuild_brings_back_the_partial_files_of_earlier_checkpoints_and_no_others(tmp_path):
    sizes = [100, 300, 520, 530, 600]
    TilesOnDisk(tmp_path).rebuild(note_at(600), read_entries, sizes[:-1])
    names = set(files_below(tmp_path))
    assert {name for name in names if ".p/" in name} == {
        "tile/0/002.p/8", "tile/0/002.p/18", "tile/0/002.p/88", "tile/entries/002.p/8",
        "tile/entries/002.p/18", "tile/entries/002.p/88", "tile/1/000.p/1", "tile/1/000.p/2"}
    grown = tmp_path / "grown"
    for size in sizes:
        TilesOnDisk(grown).publish(note_at(size), read_entries)
    assert files_below(grown) == {name: files_below(tmp_path)[name] for name in names}
    torn = tmp_path / "tile/0/001.p/7"  # a crash kept it from being removed, and a cut tore it
    torn.parent.mkdir()
    torn.write_bytes(b"")
    TilesOnDisk(tmp_path).rebuild(note_at(600), read_entries, sizes[:-1])
    assert not torn.parent.exists()


def test_files_count_as_looked_at_until_the_machine_is_started_again(tmp_path):
    class Started(DiskFiles):
        word = "a"

        def start_of_machine(self):
            return self.word

    files = Started()
    assert not TilesOnDisk(tmp_path, files).looked_at()
    TilesOnDisk(tmp_path, files).publish(note_at(5), read_entries)
    assert not TilesOnDisk(tmp_path, files).looked_at(), "what is published says nothing of before"
    TilesOnDisk(tmp_path, files).rebuild(note_at(5), read_entries)
    assert TilesOnDisk(tmp_path, files).looked_at()
    files.word = "b"
    assert not TilesOnDisk(tmp_path, files).looked_at()
    files.word = None  # a machine that does not tell
    TilesOnDisk(tmp_path, files).rebuild(note_at(5), read_entries)
    assert not TilesOnDisk(tmp_path, files).looked_at()


def test_a_file_is_never_written_into_one_that_has_another_name(tmp_path):
    """A power cut may keep both names of a rename; the next write is to the one that is left."""
    tile, unfinished = tmp_path / "tile", tmp_path / ".unfinished"
    tile.write_bytes(b"published")
    unfinished.hardlink_to(tile)
    DiskFiles().write(unfinished, b"the next")
    assert (tile.read_bytes(), unfinished.read_bytes()) == (b"published", b"the next")


def test_a_torn_checkpoint_stops_publishing_and_says_what_to_do(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(1000), read_entries)
    (tmp_path / "checkpoint").write_bytes(b"")
    with pytest.raises(Malformed, match="published checkpoint is damaged") as refused:
        disk.publish(note_at(1001), read_entries)
    assert "do not sign anything smaller" in str(refused.value)


# What it refuses.


def test_a_published_file_is_never_given_other_bytes(tmp_path):
    TilesOnDisk(tmp_path).publish(note_at(1000), read_entries)
    for name in sorted(set(files_below(tmp_path)) - {"checkpoint"}):
        path = tmp_path / name
        data = path.read_bytes()
        other = data[:-1] + bytes([data[-1] ^ 1])
        path.write_bytes(other)
        with pytest.raises(FileDiffers, match="two histories") as refused:
            TilesOnDisk(tmp_path).rebuild(note_at(1000), read_entries)
        assert refused.value.where == str(path)
        assert path.read_bytes() == other
        path.write_bytes(data)


def test_an_entry_changed_in_the_record_stops_the_next_growth(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(1000), read_entries)
    before = files_below(tmp_path)
    changed = [*ENTRIES[:990], b"rewritten", *ENTRIES[991:]]
    leaves = [leaf_hash(entry) for entry in changed]
    head = Checkpoint(origin=KEY.name, size=1100, root=root(leaves))
    with pytest.raises(HistoryRewritten, match="size 1000"):
        disk.publish(sign_checkpoint(head, KEY), lambda start, end: changed[start:end])
    assert {n: d for n, d in files_below(tmp_path).items() if n in before} == before
    assert disk.published().size == 1000


def test_a_signed_head_that_the_entries_do_not_come_to_is_not_published(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(300), read_entries)
    head = Checkpoint(origin=KEY.name, size=310, root=root(LEAVES[1:311]))
    with pytest.raises(HistoryRewritten, match="size 310"):
        disk.publish(sign_checkpoint(head, KEY), read_entries)
    assert disk.published().size == 300
    disk.publish(note_at(320), read_entries)
    assert verify(tmp_path) == 320


def test_a_record_brought_back_from_an_older_copy_is_refused(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(300), read_entries)
    with pytest.raises(HistoryRewritten, match="brought back from an older copy"):
        disk.publish(note_at(299), read_entries)
    with pytest.raises(HistoryRewritten):
        disk.rebuild(note_at(0), read_entries)


def test_a_second_root_for_the_same_size_is_refused(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(300), read_entries)
    head = Checkpoint(origin=KEY.name, size=300, root=root(LEAVES[1:301]))
    with pytest.raises(HistoryRewritten, match="two histories"):
        disk.publish(sign_checkpoint(head, KEY), read_entries)


def test_another_log_is_never_published_into_the_same_directory(tmp_path):
    disk = TilesOnDisk(tmp_path)
    disk.publish(note_at(3), read_entries)
    replayed = PrivateKey(name="agora.example/log/replayed", seed=b"\x05" * 32)
    head = Checkpoint(origin=replayed.name, size=4, root=root(LEAVES[:4]))
    with pytest.raises(HistoryRewritten, match="two logs cannot share a directory"):
        disk.publish(sign_checkpoint(head, replayed), read_entries)


def test_entries_missing_from_the_record_are_counted_and_refused(tmp_path):
    with pytest.raises(HistoryRewritten, match="holds 999 of the entries 0 to 999"):
        TilesOnDisk(tmp_path).publish(note_at(1000), lambda start, end: ENTRIES[start : end - 1])
    assert not (tmp_path / "checkpoint").exists()


def test_there_is_one_writer_at_a_time(tmp_path):
    outer = TilesOnDisk(tmp_path)

    def read(start, end):
        with pytest.raises(DiskRefused, match="another process is publishing"):
            TilesOnDisk(tmp_path).publish(note_at(5), read_entries)
        return ENTRIES[start:end]

    outer.publish(note_at(5), read)
    assert read_unverified((tmp_path / "checkpoint").read_text()).size == 5


def test_a_directory_that_cannot_be_made_is_our_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DiskRefused):
        TilesOnDisk(tmp_path / "file").publish(note_at(1), read_entries)
