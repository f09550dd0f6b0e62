"""A log's files from wherever they are: a folder, or the address under which they are served."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
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


def read_log(where: str) -> tuple[Reader, Callable[[], None]]:
    """A `FileReader` over the log that lies in this folder, or is served at this address; and what
    ends the reading."""
    if where.startswith(("http://", "https://")):
        log = LogOverHttp(where)
        return log.read, log.close
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

    return from_folder, lambda: None


class LogOverHttp:
    """Reads a log's files over one connection that is kept. No redirect is followed."""

    def __init__(self, address: str) -> None:
        """`address` is the log's own: its files lie below it."""
        self.address = address.rstrip("/")
        try:
            parts = urlsplit(address)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is none, a bracket too few
            named = False
        if not named:
            raise EvenhandError("this is not the address of a log", where=address[:200],
                                hint="write it as https://HOST/PATH, or name the log's folder")
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
                self.close()
                if last:
                    said = getattr(trouble, "strerror", None) or (
                        "its server broke off in the middle" if isinstance(trouble, HTTPException)
                        else "it cannot be reached")
                    raise DiskRefused(f"the log cannot be read: {str(said).lower()}", where=where,
                                      hint="this shows nothing for or against it: try again"
                                      ) from None
        return None

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get(self, where: str) -> bytes | None:
        parts = urlsplit(where)
        if self._connection is None:
            kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
            self._connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._connection.request("GET", target(where), headers={
            "User-Agent": "evenhand", "Accept-Encoding": "identity"})
        with self._connection.getresponse() as answer:
            data = answer.read(MOST_BYTES + 1)
            if answer.length and len(data) <= MOST_BYTES:
                # A body that was cut off on its way is no file that was changed.
                raise IncompleteRead(data, answer.length)
            if answer.status in ABSENT:
                return None
            if answer.status != 200 or len(data) > MOST_BYTES:
                raise DiskRefused(f"the log cannot be read: its server answers {answer.status}"
                                  if answer.status != 200 else "the file is too large to be one "
                                  "of a log", where=where, hint="this shows nothing for or against "
                                  "it: ask whoever serves it")
        return data
