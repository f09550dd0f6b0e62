"""A log's files from wherever they are: a folder, or the address under which they are served."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from evenhand.audit.verify import CHECKPOINT, WITNESSED
from evenhand.edge.ledger.disk import DiskRefused
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.outgoing import target
from evenhand.errors import EvenhandError
from evenhand.ledger.tiles import parse_path

POLICY = "policy"
"""Beside the log's files: the policy that the platform itself proposes."""

PATIENCE = 20.0
MOST_BYTES = 32 << 20
"""Bytes that are read of a file: a bundle of 256 of the longest entries has 16.8 million."""

ABSENT = (404, 410)

Reader = Callable[[str], bytes | None]


def read_log(where: str) -> Reader:
    """A `FileReader` over the log that lies in this folder, or is served at this address."""
    if where.startswith(("http://", "https://")):
        return LogOverHttp(where).read
    folder = Path(where)
    if not folder.is_dir():
        raise EvenhandError("there is no such folder", where=where,
                            hint="name the folder of a log, or its address: https://...")
    read = read_directory(folder)

    def from_folder(path: str) -> bytes | None:
        if path == POLICY:
            file = folder / POLICY
            return file.read_bytes() if file.is_file() else None
        return read(path)

    return from_folder


class LogOverHttp:
    """Reads a log's files over one connection that is kept. No redirect is followed."""

    def __init__(self, address: str) -> None:
        """`address` is the log's own: its files lie below it."""
        self.address = address.rstrip("/")
        self._connection: HTTPConnection | None = None

    def read(self, path: str) -> bytes | None:
        """A file of the log, or None where it is not there; raises `DiskRefused`."""
        if path not in (CHECKPOINT, WITNESSED, POLICY):
            parse_path(path)
        where = f"{self.address}/{path}"
        for last in (False, True):
            try:
                return self._get(where)
            except (OSError, HTTPException) as trouble:
                # A server may close a connection that was kept: it is opened once more.
                self._connection = None
                if last:
                    said = getattr(trouble, "strerror", None) or "it cannot be reached"
                    raise DiskRefused(f"the log cannot be read: {str(said).lower()}", where=where,
                                      hint="what was read before is verified; try again") from None
        return None

    def _get(self, where: str) -> bytes | None:
        parts = urlsplit(where)
        if self._connection is None:
            kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
            self._connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._connection.request("GET", target(where), headers={
            "User-Agent": "evenhand", "Accept-Encoding": "identity"})
        with self._connection.getresponse() as answer:
            data = answer.read(MOST_BYTES + 1)
            if answer.status in ABSENT:
                return None
            if answer.status != 200 or len(data) > MOST_BYTES:
                raise DiskRefused(f"the log cannot be read: its server answers {answer.status}"
                                  if answer.status != 200 else "the file is too large",
                                  where=where, hint="ask whoever serves it")
        return data
