"""The log as files on disk, for any web server: a cache that can always be rebuilt.

The database is the record. `publish` writes the tiles and entry bundles that a growth needs, each
to a temporary file that is then renamed, and the file `checkpoint` last of all. So whenever it is
killed, the checkpoint on disk is one whose files are all there, and running again completes the
rest. A file that was published is never given other bytes: that would be another history.

What a power cut leaves is another matter, since only the checkpoint is forced to disk: a tile may
then be missing, cut short or end in zeros. Such a torn file says nothing that anybody could have
verified, and is written again: `rebuild` looks at all of them, and whoever publishes calls it
where they were not `looked_at` since the machine was started.

A disk that fails to keep what it took (`fsync` refuses, or an I/O error) ends it: what is read
after that may be what the machine has in memory alone, so this object does nothing more.

>>> import tempfile
>>> from evenhand.ledger.checkpoint import sign_checkpoint
>>> from evenhand.ledger.merkle import leaf_hash, root
>>> from evenhand.ledger.keys import PrivateKey
>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> entries = [b"one", b"two", b"three"]
>>> head = Checkpoint(origin=key.name, size=3, root=root(map(leaf_hash, entries)))
>>> with tempfile.TemporaryDirectory() as directory:
...     disk = TilesOnDisk(Path(directory))
...     disk.publish(sign_checkpoint(head, key), lambda start, end: entries[start:end])
...     disk.publish(sign_checkpoint(head, key), lambda start, end: entries[start:end])
Published(old_size=0, new_size=3, written=2, kept=0)
Published(old_size=3, new_size=3, written=0, kept=0)
"""

import errno
import fcntl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.audit.verify import CHECKPOINT, WITNESSED
from evenhand.edge.ledger.disk import DiskFailed, DiskFiles, DiskRefused, FileOperations
from evenhand.edge.ledger.entries import EntryReader, earlier_files, in_bundles, refuse_other_root
from evenhand.ledger.checkpoint import Checkpoint, read_unverified
from evenhand.ledger.errors import (
    FileDiffers,
    FileMissing,
    HistoryRewritten,
    LedgerError,
    Malformed,
    NotSigned,
)
from evenhand.ledger.keys import PublicKey
from evenhand.ledger.merkle import leaf_hash
from evenhand.ledger.note import add_signatures, open_note, parse_note
from evenhand.ledger.tiles import (
    WIDTH,
    Bundle,
    Tile,
    format_bundle,
    format_tile,
    levels,
    parse_path,
    read_tile,
    right_edge,
    tile_root,
)

SUCCEED: Final = (
    "stop; bring back the whole record, or, if what is missing is lost, seal this log and go on in "
    "another: `evenhand ledger succeed`"
)
"""What to do with a store that was brought back from an older copy."""

_UNFINISHED: Final = ".unfinished"
_LOCK: Final = ".writer"
_LOOKED_AT: Final = ".looked-at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a call of `publish` did: sizes of the log, and files written or found as they were."""

    old_size: int
    new_size: int
    written: int
    kept: int


class TilesOnDisk:
    """The published files of one log, below one directory, with one writer at a time."""

    def __init__(self, directory: Path, files: FileOperations | None = None, *,
                 key: PublicKey | None = None) -> None:
        """Take the directory, which is made when first published into.

        With the log's key nothing is concluded from a published checkpoint that it did not sign.
        """
        self._directory = directory
        self._files, self._key = files or DiskFiles(), key
        self._made: set[Path] = set()
        self._failed: DiskFailed | None = None

    def read(self, path: str) -> bytes | None:
        """Give a file of the log by its path, or None; raises `Malformed` for any other path.

        This is a `FileReader`, as `audit.verify` and a web server want one.
        """
        if path not in (CHECKPOINT, WITNESSED):
            parse_path(path)
        try:
            return self._read(path)
        except OSError as error:
            raise DiskRefused(f"the file cannot be read: {error.strerror}", where=path) from None

    def published(self) -> Checkpoint | None:
        """Give the checkpoint that is published, or None before the first."""
        note = self._read(CHECKPOINT)
        return None if note is None else self._read_checkpoint(note)

    def publish(self, note: str, read_entries: EntryReader) -> Published:
        """Publish a signed checkpoint with all the files it needs, the checkpoint last.

        Reads the entries from the last full bundle of what is published before. The tree is
        hashed anew from them and must come to the checkpoint's root, and at the old size to the
        published one's. Call it with each checkpoint in turn; again with the same one, it adds
        the cosignatures that have arrived. Raises `HistoryRewritten`, `FileDiffers`,
        `DiskRefused` or `Malformed`, with nothing published.
        """
        return self._locked(note, read_entries, anew=False)

    def write_witnessed(self, note: str) -> None:
        """Publish the newest checkpoint that enough witnesses have signed; its files are there.

        Raises `DiskRefused`.
        """
        try:
            with self._lock():
                if self._read(WITNESSED) != note.encode():
                    self._replace(WITNESSED, note.encode())
        except OSError as error:
            raise self._refused(error) from error

    def rebuild(self, note: str, read_entries: EntryReader,
                earlier: Iterable[int] = ()) -> Published:
        """Do what `publish` does, but derive every file again from the first entry on.

        Missing and torn files are written; a file with other bytes is left as it is and raises
        `FileDiffers`. `earlier` are the sizes of earlier checkpoints, whose partial files come
        back too, unless the full one is there; then they go.
        """
        return self._locked(note, read_entries, anew=True, earlier=earlier)

    def looked_at(self) -> bool:
        """Say whether all files were looked at since the machine was started: no power was cut."""
        start = self._files.start_of_machine()
        return start is not None and self._read(_LOOKED_AT) == start.encode()

    def _locked(self, note: str, read_entries: EntryReader, *, anew: bool,
                earlier: Iterable[int] = ()) -> Published:
        try:
            with self._lock():
                return self._publish(note, read_entries, anew=anew, earlier=earlier)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> DiskRefused:
        self._made.clear()
        if error.errno == errno.EIO:
            return self._fail(error)
        return DiskRefused(
            f"the disk refused a file: {error.strerror or error}; what was published before is "
            "whole",
            where=str(error.filename or self._directory),
            hint="make room or mend the permissions, then `evenhand run`: what was stored stands, "
            "and its files are written then",
        )

    def _fail(self, error: OSError) -> DiskFailed:
        self._failed = DiskFailed(
            f"the disk failed to keep a file: {error.strerror or error}; nothing more is signed or "
            "published by this process",
            where=str(error.filename or self._directory),
            hint="look at the disk, mend it, start the machine again, then `evenhand ledger "
            "publish --rebuild`: what was stored stands, and its files are written then",
        )
        return self._failed

    def _publish(self, note: str, read_entries: EntryReader, *, anew: bool,
                 earlier: Iterable[int]) -> Published:
        new = read_unverified(note)
        old_note = self._read(CHECKPOINT)
        old = None if old_note is None else self._read_checkpoint(old_note)
        if old is not None:
            self._refuse_other_history(old, new)
        counts = _Counts()
        if anew or old is None:
            self._write_files(old, new, read_entries, from_size=0, counts=counts, earlier=earlier)
        elif new.size > old.size:
            try:
                self._write_files(old, new, read_entries, from_size=old.size, counts=counts)
            except (FileMissing, Malformed, HistoryRewritten):
                # The right edge on disk is torn or gone, or does not fit. The entries decide.
                self._write_files(old, new, read_entries, from_size=0, counts=counts)
        # A crash before this line leaves files that no checkpoint speaks of yet; after it, all is
        # published and only partial files that are not needed any more may be left.
        self._write_checkpoint(note, old_note if old == new else None)
        if anew:
            self._drop_all_partials(new.size)
            if (start := self._files.start_of_machine()) is not None:
                self._replace(_LOOKED_AT, start.encode())
        elif old is not None:
            self._drop_partials(old.size, new.size)
        return Published(
            old_size=old.size if old else 0,
            new_size=new.size,
            written=counts.written,
            kept=counts.kept,
        )

    def _refuse_other_history(self, old: Checkpoint, new: Checkpoint) -> None:
        where = str(self._directory / CHECKPOINT)
        if old.origin != new.origin:
            raise HistoryRewritten(
                f"the log published here is `{old.origin}`, and this checkpoint is of "
                f"`{new.origin}`: two logs cannot share a directory",
                where=where,
                hint="give each log a directory of its own",
            )
        if new.size < old.size:
            raise HistoryRewritten(
                f"{old.size} entries are published, and the record has only {new.size}: it was "
                "brought back from an older copy, and going on would sign two histories",
                where=where,
                hint=SUCCEED,
            )
        if new.size == old.size and new.root != old.root:
            raise HistoryRewritten(
                f"another root is published for the same {old.size} entries: two histories were "
                "signed",
                where=where,
                hint="stop, and keep both checkpoints; do not publish the second",
            )

    def _write_files(self, old: Checkpoint | None, new: Checkpoint, read_entries: EntryReader, *,
                     from_size: int, counts: "_Counts", earlier: Iterable[int] = ()) -> None:
        edge: list[list[bytes]] = [[] for _ in range(levels(new.size) + 1)]
        for tile in right_edge(from_size):
            if tile.level:  # the leaf hashes come from the entries
                edge[tile.level] = read_tile(self._read, tile)
        first = from_size // WIDTH
        entries: list[bytes] = []
        for number, entries in enumerate(in_bundles(read_entries, first * WIDTH, new.size), first):
            hashes = [leaf_hash(entry) for entry in entries]
            if old is not None and number == old.size // WIDTH:
                refuse_other_root(old, edge, hashes[: old.size % WIDTH])
            bundle = Bundle(index=number, width=len(entries))
            self._put(bundle.path, format_bundle(entries), counts)
            edge[0] = hashes
            self._put_tiles(edge, number, counts)
        self._put_partial_tiles(edge, from_size, new.size, counts)
        for path, data in earlier_files(edge, entries, new.size, earlier):
            self._put(path, data, counts)
        refuse_other_root(new, edge, edge[0])

    def _put_tiles(self, edge: list[list[bytes]], number: int, counts: "_Counts") -> None:
        """Write the tiles that are full with the level 0 tile `number`, and empty their rows."""
        level = 0
        while len(edge[level]) == WIDTH:
            self._put(Tile(level=level, index=number).path, format_tile(edge[level]), counts)
            edge[level + 1].append(tile_root(edge[level]))
            edge[level] = []
            level, number = level + 1, number // WIDTH

    def _put_partial_tiles(
        self, edge: list[list[bytes]], from_size: int, size: int, counts: "_Counts"
    ) -> None:
        there = set(right_edge(from_size))
        for tile in right_edge(size):
            if tile not in there:
                self._put(tile.path, format_tile(edge[tile.level]), counts)

    def _put(self, path: str, data: bytes, counts: "_Counts") -> None:
        """Write a file of the log, unless it is there; never change one that says something."""
        found = self._read(path)
        if found == data:
            counts.kept += 1
            return
        if found is not None and not _is_torn(found, data):
            raise FileDiffers(
                "this file is there with other bytes than the record gives: the record or the "
                "file was changed, and publishing either would show two histories",
                where=str(self._directory / path),
                hint="stop; find out which of the two was changed. If it is the file, move the "
                "whole directory aside, keep it, and rebuild into an empty one",
            )
        self._replace(path, data)
        counts.written += 1

    def _replace(self, path: str, data: bytes, *, durable: bool = False) -> None:
        target = self._directory / path
        if target.parent not in self._made:
            self._files.make_directory(target.parent)
            self._made.add(target.parent)
        # One temporary name is enough, since there is one writer; a crash leaves at most this.
        unfinished = self._directory / _UNFINISHED
        self._files.write(unfinished, data)
        if durable:
            try:
                self._files.force(unfinished)
            except OSError as error:
                raise self._fail(error) from error
        self._files.rename(unfinished, target)

    def _write_checkpoint(self, note: str, same: bytes | None) -> None:
        if same is not None:  # keep the cosignatures that this note does not have yet
            present = {(each.name, each.key_id) for each in parse_note(note).signatures}
            note = add_signatures(
                note,
                (s for s in parse_note(same).signatures if (s.name, s.key_id) not in present),
            )
        data = note.encode()
        if data != same:
            # The checkpoint alone is forced to disk: it is how far we know to have published.
            self._replace(CHECKPOINT, data, durable=True)

    def _drop_partials(self, old_size: int, new_size: int) -> None:
        """Remove the partial files of tiles that are full by now (tlog-tiles allows it)."""
        for tile in right_edge(old_size):
            if tile.index < new_size >> (8 * tile.level + 8):
                self._drop_partials_of(tile)

    def _drop_all_partials(self, size: int) -> None:
        """Remove them all, also those that a crash has left behind."""
        for level in range(levels(size)):
            for index in range(size >> (8 * level + 8)):
                self._drop_partials_of(Tile(level=level, index=index, width=1))

    def _drop_partials_of(self, tile: Tile) -> None:
        paths = [tile.path]
        if tile.level == 0:
            paths.append(Bundle(index=tile.index, width=tile.width).path)
        for path in paths:
            directory = (self._directory / path).parent
            self._made.discard(directory)
            self._files.remove_directory(directory)

    def _read(self, path: str) -> bytes | None:
        if self._failed is not None:
            raise self._failed
        return self._files.read(self._directory / path)

    def _read_checkpoint(self, note: bytes) -> Checkpoint:
        try:
            found = read_unverified(note)
            # That of another log is refused for what it is, by whoever would publish over it.
            if self._key is not None and found.origin == self._key.name:
                open_note(note, [self._key])
        except LedgerError as error:
            said = ("was not signed by this log's key: it was changed, or another key took its "
                    "place" if isinstance(error, NotSigned) else f"is damaged: {error.what}")
            raise Malformed(
                f"the published checkpoint {said}",
                where=str(self._directory / CHECKPOINT),
                hint="bring back a checkpoint that a witness or a user has kept, or move the "
                "directory aside and rebuild; do not sign anything smaller than was published",
            ) from None
        return found

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the only right to write here; the system takes it back from a killed process."""
        self._files.make_directory(self._directory)
        with (self._directory / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DiskRefused(
                    "another process is publishing into this directory",
                    where=str(self._directory),
                    hint="let it finish; a log has one writer",
                ) from None
            yield


@dataclass(slots=True)
class _Counts:
    written: int = 0
    kept: int = 0


def _is_torn(found: bytes, expected: bytes) -> bool:
    """Say whether a power cut could have left this of the file: cut short, or ending in zeros."""
    return len(found) <= len(expected) and expected.startswith(found.rstrip(b"\0"))


def read_directory(directory: Path) -> Callable[[str], bytes | None]:
    """Give a `FileReader` over a directory that holds a log, for `audit.verify`."""
    return TilesOnDisk(directory).read
