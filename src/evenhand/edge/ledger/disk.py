"""The seven things that publishing a log does to a disk, so that a test can die at any of them.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as directory:
...     disk = DiskFiles()
...     disk.write(Path(directory) / "a", b"1")
...     disk.rename(Path(directory) / "a", Path(directory) / "b")
...     disk.read(Path(directory) / "a"), disk.read(Path(directory) / "b")
(None, b'1')
"""

import os
import shutil
from pathlib import Path
from typing import Protocol

from evenhand.ledger.errors import LedgerError


class DiskRefused(LedgerError):
    """The disk refused a file; what was published before is whole, and trying again is safe."""


class DiskFailed(DiskRefused):
    """The disk failed to keep what it had taken. What a process reads after that may be what it
    has in memory alone, so it reads, signs and publishes no more; another begins anew."""


class FileOperations(Protocol):
    """What publishing needs of a disk. Each may raise `OSError`."""

    def read(self, path: Path) -> bytes | None:
        """Give a file's bytes, or None if there is no such file."""

    def write(self, path: Path, data: bytes) -> None:
        """Write a file anew: never into one that has another name besides."""

    def force(self, path: Path) -> None:
        """Return only when a file's bytes would survive a power cut."""

    def rename(self, source: Path, target: Path) -> None:
        """Give a file the name of another, at once and wholly."""

    def make_directory(self, path: Path) -> None:
        """Make a directory and those above it, unless they are there."""

    def remove_directory(self, path: Path) -> None:
        """Remove a directory with its files, unless it is gone."""

    def start_of_machine(self) -> str | None:
        """Give a word that is another one after every start of the machine; None: it has none."""


_START = Path("/proc/sys/kernel/random/boot_id")
"""Linux has it; elsewhere every process takes itself for the first since the machine started."""


class DiskFiles:
    """`FileOperations` on the real disk."""

    def read(self, path: Path) -> bytes | None:
        """See `FileOperations`."""
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, path: Path, data: bytes) -> None:
        """See `FileOperations`."""
        # A power cut may keep the new name of a rename and the old one, too.
        path.unlink(missing_ok=True)
        path.write_bytes(data)

    def force(self, path: Path) -> None:
        """See `FileOperations`."""
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def rename(self, source: Path, target: Path) -> None:
        """See `FileOperations`."""
        source.replace(target)

    def make_directory(self, path: Path) -> None:
        """See `FileOperations`."""
        path.mkdir(parents=True, exist_ok=True)

    def remove_directory(self, path: Path) -> None:
        """See `FileOperations`."""
        shutil.rmtree(path, ignore_errors=True)

    def start_of_machine(self) -> str | None:
        """See `FileOperations`."""
        try:
            return _START.read_text().strip() or None
        except OSError:
            return None
