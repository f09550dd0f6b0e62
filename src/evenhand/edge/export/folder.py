"""The folder of an export: made under another name and shown whole, and read again as files.

Whoever is killed leaves no half folder under the final name. A folder that is there is replaced
only by an export of the same log and of the same kind, which holds no less.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from evenhand.audit import tables as at
from evenhand.audit.export_files import ExportRefused, read_manifest
from evenhand.edge.export.parquet import read_parquet
from evenhand.errors import EvenhandError

SMALL = 16 << 20
"""Bytes of a file that is read whole: a checkpoint, a policy, a document, a manifest."""

LONGEST_LINE = 64 << 20
_CHUNK = 1 << 20
_HERE, _EXCHANGE = -100, 2


class FilesOnDisk:
    """The `ExportFiles` of a folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` is an export, or claims to be one."""
        self.folder = folder

    def names(self) -> Iterable[str]:
        """See `ExportFiles`."""
        return sorted(path.relative_to(self.folder).as_posix()
                      for path in self.folder.rglob("*") if not path.is_dir())

    def read(self, name: str) -> bytes | None:
        """See `ExportFiles`."""
        with _refusals(name):
            path = self._path(name)
            if not path.is_file():
                return None
            if path.stat().st_size > SMALL:
                raise ExportRefused("the file is too large to be what it should", where=name)
            return path.read_bytes()

    def chunks(self, name: str) -> Iterator[bytes]:
        """See `ExportFiles`."""
        with _refusals(name), self._path(name).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def lines(self, name: str) -> Iterator[bytes]:
        """See `ExportFiles`."""
        with _refusals(name), self._path(name).open("rb") as file:
            while line := file.readline(LONGEST_LINE):
                yield line

    def rows(self, name: str) -> Iterator[Mapping[str, Any]]:
        """See `ExportFiles`."""
        return read_parquet(self._path(name), name)

    def _path(self, name: str) -> Path:
        # The manifest is anybody's: a name in it must not lead out of the folder.
        parts = name.split("/")
        if not name or name.startswith("/") or "\0" in name or {"", ".", ".."} & set(parts):
            raise ExportRefused("this is not the name of a file of an export", where=name[:100])
        return self.folder / name


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise ExportRefused(f"the file cannot be read: {refused.strerror}", where=name) from None


class Unfinished:
    """A folder that is being written: `path` until it is shown under its own name."""

    def __init__(self, path: Path, *, sealed: bool) -> None:
        """What is written into it is the owner's alone where it is sealed."""
        self.path, self.sealed = path, sealed
        self.files: dict[str, dict[str, Any]] = {}

    def write(self, name: str, parts: Iterable[bytes]) -> int:
        """Write a file; return in how many parts."""
        target, count, size, seen = self.path / name, 0, 0, sha256()
        target.parent.mkdir(mode=0o700 if self.sealed else 0o755, exist_ok=True)
        with target.open("wb") as file:
            os.fchmod(file.fileno(), 0o600 if self.sealed else 0o644)
            for part in parts:
                file.write(part)
                seen.update(part)
                count, size = count + 1, size + len(part)
            file.flush()
            os.fsync(file.fileno())
        self.files[name] = {"bytes": size, "sha256": seen.hexdigest()}
        return count

    def adopt(self, name: str) -> None:
        """Take a file that somebody else wrote into the folder."""
        target, seen = self.path / name, sha256()
        with target.open("rb+") as file:
            os.fchmod(file.fileno(), 0o600 if self.sealed else 0o644)
            while chunk := file.read(_CHUNK):
                seen.update(chunk)
            os.fsync(file.fileno())
        self.files[name] = {"bytes": target.stat().st_size, "sha256": seen.hexdigest()}


@contextmanager
def finished_as(folder: Path, *, sealed: bool, origin: str, size: int) -> Iterator[Unfinished]:
    """A folder to write into, which takes its name once all was written, at once and wholly.

    Refused where something else has the name, or an export that may not be replaced.
    """
    try:
        folder = folder.resolve()
        refuse_other(folder, sealed=sealed, origin=origin, size=size)
        folder.parent.mkdir(parents=True, exist_ok=True)
        path = folder.with_name(f".{folder.name}.unfinished")
        path.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as refused:
        raise _unwritten(refused, folder) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EvenhandError("another process is exporting into this folder",
                                where=str(folder), hint="let it finish") from None
        try:
            _empty(path)  # what a killed export left
            yield Unfinished(path, sealed=sealed)
            path.chmod(0o700 if sealed else 0o755)
            os.fsync(lock)
            _take_name(path, folder)
        except OSError as refused:
            raise _unwritten(refused, folder) from None
        finally:
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(lock)


def _unwritten(refused: OSError, folder: Path) -> EvenhandError:
    return EvenhandError(f"the export cannot be written: {refused.strerror or refused}",
                         where=str(folder), hint="nothing stands there that was not there before; "
                         "make room or mend the permissions, and export again")


def refuse_other(folder: Path, *, sealed: bool, origin: str, size: int) -> None:
    """Refuse a folder that an export of this kind, log and size may not replace."""
    if not folder.exists():
        return
    if folder.is_dir() and not any(folder.iterdir()):
        return
    try:
        there = read_manifest(FilesOnDisk(folder).read(at.MANIFEST) if folder.is_dir() else None)
    except EvenhandError:
        raise EvenhandError("something else is there, and it is left as it is", where=str(folder),
                            hint="export into a folder that is not there yet") from None
    kind = "sealed" if sealed else "public"
    if there.get("origin") != origin:
        why = f"an export of another log is there, of `{str(there.get('origin'))[:100]}`"
    elif there["export"] != kind:
        why = f"a {there['export']} export is there, and this one would be {kind}"
    elif type(there.get("size")) is not int or there["size"] > size:
        why = f"an export of {there.get('size')} entries is there, and the store has only {size}"
    else:
        return
    raise EvenhandError(why, where=str(folder), hint="it is left as it is; export into another "
                        "folder")


def _empty(path: Path) -> None:
    for child in path.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _take_name(path: Path, folder: Path) -> None:
    """Give the new folder its name; one that is there leaves in the same instant, where it can."""
    if not folder.exists() or not any(folder.iterdir()):
        path.rename(folder)
    elif not _exchange(path, folder):
        before = folder.with_name(f".{folder.name}.before")
        shutil.rmtree(before, ignore_errors=True)
        folder.rename(before)
        path.rename(folder)
        shutil.rmtree(before, ignore_errors=True)
    parent = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _exchange(one: Path, other: Path) -> bool:
    """Have two folders trade names at once (renameat2, Linux); False where that cannot be."""
    trade = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if trade is None:
        return False
    if trade(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    if ctypes.get_errno() in (errno.ENOSYS, errno.EINVAL):
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
