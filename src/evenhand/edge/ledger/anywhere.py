"""A log's files from wherever they are: a folder, or the address under which they are served."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Callable
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlsplit

from evenhand.audit.leaves import DOCUMENTS
from evenhand.audit.verify import CHECKPOINT, WITNESSED
from evenhand.edge.ledger.disk import DiskRefused
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.outgoing import target, within
from evenhand.errors import EvenhandError
from evenhand.ledger.tiles import parse_path

POLICY = "policy"
"""Beside the log's files: the policy that the platform itself proposes."""

PATIENCE = 20.0
"""Seconds without a byte, after which nobody waits any more."""

WHOLE = 120.0
"""Seconds for a whole file, however steadily its bytes drip."""

MOST_BYTES = 32 << 20
"""Bytes that are read of a file: a bundle of 256 of the longest entries has 16.8 million."""

ABSENT = (404, 410)

BESIDE = frozenset({CHECKPOINT, WITNESSED, "policy", "index.html", ".writer", ".unfinished",
                    ".looked-at"})
"""What we put into a log's folder besides tiles, bundles and documents."""

_ASK = "this shows nothing for or against it: ask whoever serves it"

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


def files_beside(directory: Path) -> list[str]:
    """The files in a log's folder, but those that we put beside the log's own."""
    return sorted(name for name, path in (
        (path.relative_to(directory).as_posix(), path) for path in directory.rglob("*"))
        if not (path.is_dir() and not path.is_symlink()) and name not in BESIDE
        and not _is_document(path, directory))


def _is_document(path: Path, directory: Path) -> bool:
    """Whether a file lies where documents lie and is what its name says."""
    return (path.parent == directory / DOCUMENTS and path.is_file()
            and path.name == sha256(path.read_bytes()).hexdigest())


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
                if last or isinstance(trouble, (TimeoutError, ssl.SSLCertVerificationError)):
                    raise _unread(_of_trouble(trouble), where) from None
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
        with within(self._connection, WHOLE):
            return self._answered(self._connection, where)

    def _answered(self, connection: HTTPConnection, where: str) -> bytes | None:
        connection.request("GET", target(where), headers={
            "User-Agent": "evenhand", "Accept-Encoding": "gzip"})
        with connection.getresponse() as answer:
            data = answer.read(MOST_BYTES + 1)
            if answer.length and len(data) <= MOST_BYTES:
                # A body that was cut off on its way is no file that was changed.
                raise IncompleteRead(data, answer.length)
            if answer.status in ABSENT:
                return None
            if answer.status != 200:
                raise _refused(f"its server answers {answer.status}", where)
            if len(data) <= MOST_BYTES:
                data = _decoded(data, answer.getheader("Content-Encoding") or "", where)
            if len(data) > MOST_BYTES:
                raise DiskRefused("the log cannot be read: the file is too large to be one of a "
                                  "log", where=where, hint=_ASK)
        return data


def _decoded(data: bytes, encoding: str, where: str) -> bytes:
    """A body as it was before it was compressed for its way (tlog-tiles lets a log do so, asked or
    not); no more of it than is looked at."""
    match encoding.strip().lower():
        case "" | "identity":
            return data
        case "gzip" | "x-gzip":
            return _unzipped(data, where)
    raise _refused(f"its server answers in the encoding `{encoding[:40]}`, which nobody asked for",
                   where)


def _unzipped(data: bytes, where: str) -> bytes:
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        whole = stream.decompress(data, MOST_BYTES + 1)
    except zlib.error:
        raise _refused("its server says that it is compressed, and it is not", where) from None
    if len(whole) <= MOST_BYTES and not stream.eof:
        raise IncompleteRead(data)
    if stream.unused_data:
        raise _refused("something follows what its server compressed", where)
    return whole


def _of_trouble(trouble: OSError | HTTPException) -> str:
    if isinstance(trouble, TimeoutError):
        return "its server does not answer in time"
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"its server's certificate is not trusted ({trouble.verify_message})"
    if isinstance(trouble, ssl.SSLError):
        return "no secure connection comes about with its server"
    if isinstance(trouble, HTTPException):
        return "its server broke off in the middle"
    return str(trouble.strerror or "it cannot be reached").lower()


def _unread(said: str, where: str) -> DiskRefused:
    return DiskRefused(f"the log cannot be read: {said}", where=where,
                       hint="this shows nothing for or against it: try again")


def _refused(said: str, where: str) -> DiskRefused:
    return DiskRefused(f"the log cannot be read: {said}", where=where, hint=_ASK)
