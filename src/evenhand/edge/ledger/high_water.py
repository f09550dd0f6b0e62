"""How far a log was signed, in a small file beside its key: a memory outside the data folder.

A backup that is brought back brings back the store and the published files together, and then
neither remembers what was signed since. This file does, where the key's folder is another one. It
is written after a head was published and is not forced to disk, so it may lag: what it says was
signed, but more may have been.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as directory:
...     mark = HighWater(Path(directory) / "log.key", "agora.example/log")
...     mark.note(7)
...     mark.note(5)
...     mark.size(), HighWater(Path(directory) / "log.key", "other.example/log").size()
(7, 0)
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from evenhand.ledger.errors import LedgerError
from evenhand.ledger.text import parse_number

_MOST_BYTES = 4096


class HighWater:
    """The largest head that was published under one key."""

    def __init__(self, key_file: Path, origin: str) -> None:
        """Take the key's file; this one has its name with `.size` added."""
        self.path, self.origin = key_file.with_name(key_file.name + ".size"), origin
        self._noted: int | None = None

    def size(self) -> int:
        """How many entries were signed at least; 0 where nothing is remembered of this log, or the
        file was torn by a power cut."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                text = file.read(_MOST_BYTES) or b""
            origin, size, end = text.decode().split("\n")
            return parse_number(size, "the size") if (origin, end) == (self.origin, "") else 0
        except (OSError, ValueError, LedgerError):
            return 0

    def note(self, size: int) -> None:
        """Remember that this many entries are signed and published; never fewer than before.

        Where the key's folder cannot be written, nothing is remembered, and nothing else fails.
        """
        if self._noted is None:
            self._noted = self.size()
        if size <= self._noted:
            return
        unfinished = self.path.with_name(self.path.name + ".new")
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(f"{self.origin}\n{size}\n")
            unfinished.rename(self.path)
            self._noted = size
