"""What a web server answers for a log's files: their bytes, their types, how long they keep.

Only files of a log are given, by the names that a log's files have; nothing else can be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.audit.leaves import DOCUMENTS
from evenhand.audit.verify import CHECKPOINT, WITNESSED
from evenhand.edge.ledger.disk import DiskRefused
from evenhand.ledger.errors import Malformed
from evenhand.ledger.tiles import parse_path

MOMENT = "max-age=1, must-revalidate"
"""For what changes with every head (tlog-tiles, "Checkpoints")."""

FOR_EVER = "max-age=31536000, immutable"
"""For what never changes."""

_CHANGING = {CHECKPOINT: "text/plain; charset=utf-8", WITNESSED: "text/plain; charset=utf-8",
             "policy": "text/plain; charset=utf-8", "index.html": "text/html; charset=utf-8"}
_DOCUMENT = re.compile(rf"{DOCUMENTS}/[0-9a-f]{{64}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class LogFiles:
    """The files of a log below one folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        """A file by its name within the log; None where there is none. Raises `DiskRefused`."""
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as refused:
            raise DiskRefused(f"the file cannot be read: {refused.strerror}",
                              where=str(self.folder / name)) from None


def served(files: LogFiles, path: str) -> Served:
    """What is answered to a request for this path.

    >>> served(LogFiles(Path("/nowhere")), "/../evenhand.toml").status
    404
    """
    name = path.partition("?")[0].removeprefix("/") or "index.html"
    kind = _CHANGING.get(name)
    keeps = MOMENT
    if kind is None:
        if not (_is_of_a_log(name) or _DOCUMENT.fullmatch(name)):
            return _absent()
        kind, keeps = ("text/plain; charset=utf-8" if name.startswith(DOCUMENTS)
                       else "application/octet-stream"), FOR_EVER
    try:
        body = files.read(name)
    except DiskRefused:
        # It is neither there nor gone: who reads the log must take it for no sign of either.
        return Served(status=503, body=b"this file cannot be read just now\n", headers={
            "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"})
    if body is None:
        return _absent()
    return Served(status=200, body=body, headers={
        "Content-Type": kind, "Cache-Control": keeps, "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*", "Content-Security-Policy":
            "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation"})


def _is_of_a_log(name: str) -> bool:
    try:
        parse_path(name)
    except Malformed:
        return False
    return True


def _absent() -> Served:
    return Served(status=404, body=b"there is no such file in this log\n", headers={
        "Content-Type": "text/plain; charset=utf-8", "Cache-Control": MOMENT})
