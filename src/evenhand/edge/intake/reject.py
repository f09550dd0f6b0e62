"""A row that could not be taken in, kept as it was given so that nothing is lost.

>>> reject = Reject(where="posts.csv:7", what="the row has 3 cells, the header has 5",
...                 hint="quote a cell that holds a comma", raw=b"17,hello,world")
>>> parse_reject(format_reject(reject)) == reject
True
"""

from __future__ import annotations

import base64
import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from evenhand.errors import EvenhandError

_AT_ONCE = 3 << 18
"""Bytes of a long row in memory at once; Base64 writes whole threes without padding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """What is wrong with a row, where it is (`file:line`), what to do, and its own bytes.

    `raw` is the row as given; for Parquet, which has no text, the row as JSON. Of a row beyond
    all bounds it is the beginning, and `rest` an open file of what follows: whoever wants it
    reads it before the next row is asked for.
    """

    where: str
    what: str
    hint: str
    raw: bytes
    rest: BinaryIO | None = field(default=None, compare=False, repr=False)


def format_reject(reject: Reject) -> bytes:
    """One line of JSON with a line feed; bytes that are not UTF-8 go as `raw_base64`."""
    return b"".join(reject_in_pieces(reject))


def reject_in_pieces(reject: Reject) -> Iterator[bytes]:
    """The same line: in one piece, or in several where the row goes on in `rest`."""
    line = {"where": reject.where, "what": reject.what, "hint": reject.hint}
    if reject.rest is None:
        try:
            line["raw"] = reject.raw.decode()
        except UnicodeDecodeError:
            line["raw_base64"] = base64.b64encode(reject.raw).decode()
        yield msgspec.json.encode(line) + b"\n"
        return
    as_text = _is_utf8(reject)
    yield msgspec.json.encode(line)[:-1] + (b',"raw":"' if as_text else b',"raw_base64":"')
    decode = codecs.getincrementaldecoder("utf-8")().decode
    for part in _bytes_of(reject):
        yield msgspec.json.encode(decode(part))[1:-1] if as_text else base64.b64encode(part)
    yield b'"}\n'


def _is_utf8(reject: Reject) -> bool:
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for part in _bytes_of(reject):
            decode(part)
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _bytes_of(reject: Reject) -> Iterator[bytes]:
    """The bytes of a row from the first to the last, in parts of one length (but the last)."""
    assert reject.rest is not None, "a row that is in memory is written at once"
    whole = len(reject.raw) // _AT_ONCE * _AT_ONCE
    for start in range(0, whole, _AT_ONCE):
        yield reject.raw[start:start + _AT_ONCE]
    reject.rest.seek(0)
    part = reject.raw[whole:]
    while part := part + reject.rest.read(_AT_ONCE - len(part)):
        yield part
        part = b""


def parse_reject(line: bytes) -> Reject:
    """Read a line that `format_reject` wrote."""
    try:
        read = msgspec.json.decode(line, type=dict[str, str])
        raw = (read["raw"].encode() if "raw" in read
               else base64.b64decode(read["raw_base64"], validate=True))
        return Reject(where=read["where"], what=read["what"], hint=read["hint"], raw=raw)
    except (msgspec.DecodeError, UnicodeError, KeyError, ValueError):
        raise EvenhandError("the line is not a reject", hint="a reject has `where`, `what`, "
                            "`hint` and `raw` or `raw_base64`, all text") from None


class RejectsRefused(EvenhandError):
    """Rejects cannot be kept, so that nothing more may be read."""


class RejectsFile:
    """Appends rejects to a file, made when the first comes: each in one write, a long one in many.

    A crash leaves at most a torn last line; the next opening ends that line before it appends.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with RejectsFile(Path(folder) / "rejects.jsonl") as rejects:
    ...         rejects.append(Reject(where="a:1", what="no", hint="do", raw=b"x"))
    ...     (Path(folder) / "rejects.jsonl").read_text()
    '{"where":"a:1","what":"no","hint":"do","raw":"x"}\\n'
    """

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self.path = path
        self.count = 0
        self._file: int | None = None

    def append(self, reject: Reject) -> None:
        """Write one reject at the end of the file."""
        try:
            if self._file is None:
                self._file = self._open()
            for piece in reject_in_pieces(reject):
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self._file, rest):]
            if reject.rest is not None:
                reject.rest.close()
        except OSError as wrong:
            raise RejectsRefused(f"cannot write the rejects: {wrong.strerror}",
                                 where=str(self.path),
                                 hint="name a file that can be written") from wrong
        self.count += 1

    def close(self) -> None:
        """Make what was written durable and let go of the file."""
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> RejectsFile:
        """Use as `with RejectsFile(path) as rejects:`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """Close, whatever happened."""
        self.close()

    def _open(self) -> int:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            os.write(file, b"\n")
        return file
