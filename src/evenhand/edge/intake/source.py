"""Opens what posts are read from, and hands out its lines one by one with a bound on their length.

>>> import io
>>> source = Source.open(io.BytesIO(b"one\\ntwo\\n"), name="standard input")
>>> [(line.number, line.bytes) for line in source.lines(longest=100)]
[(1, b'one\\n'), (2, b'two\\n')]

What a line has beyond the bound is put into a temporary file: nothing of it is lost, and memory
does not grow with it. A gzipped file is unzipped as it is read, whatever it is called.
"""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from evenhand.errors import EvenhandError

STANDARD_INPUT = "standard input"


class Line(NamedTuple):
    """A line with its line feed. `length` is its whole length; `bytes` may be only its start.

    Then `rest` is an open file of what follows, which stays until the source is closed.
    """

    number: int
    bytes: bytes
    length: int
    rest: BinaryIO | None = None


class Source:
    """A file or stream of posts; `name` is what errors call it."""

    def __init__(self, stream: io.BufferedReader, name: str, path: Path | None, *,
                 borrowed: bool = False) -> None:
        """Use `Source.open`."""
        self.name = name
        self.path = path
        self._outer = stream
        self._borrowed = borrowed
        self._temporary: Path | None = None
        self._rests: list[BinaryIO] = []
        self.zipped = self._safely(stream.peek, 2)[:2] == b"\x1f\x8b"
        self.stream = io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=stream))) if (
            self.zipped) else stream

    @classmethod
    def open(cls, source: Path | str | BinaryIO, name: str | None = None) -> Source:
        """Open a path or take a binary stream; what cannot be opened is refused."""
        if isinstance(source, (str, Path)):
            path = Path(source)
            try:
                return cls(path.open("rb"), name or str(source), path)
            except (OSError, ValueError) as wrong:
                raise EvenhandError(
                    f"cannot be read: {getattr(wrong, 'strerror', None) or wrong}",
                    where=str(source), hint="name a file, or `-` for standard input") from None
        if isinstance(source, io.BufferedReader):
            return cls(source, name or STANDARD_INPUT, None)
        return cls(io.BufferedReader(cast(io.RawIOBase, source)), name or STANDARD_INPUT, None,
                   borrowed=True)

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, from 0 to 1; None for a stream without an end."""
        if self.path is None or self._outer.closed:
            return None
        size = self.path.stat().st_size
        return min(1.0, self._outer.tell() / size) if size else 1.0

    def peek(self, size: int = 512) -> bytes:
        """The first bytes, without consuming them."""
        return self._safely(self.stream.peek, size)[:size]

    def lines(self, longest: int) -> Iterator[Line]:
        """Every line, numbered from 1, without a byte order mark; `longest` bytes are in memory.

        UTF-16 is refused: its lines cannot be told apart byte by byte.
        """
        start = self.peek(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise EvenhandError("the file is in UTF-16, and posts are read in UTF-8",
                                where=self.name,
                                hint="convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW-FILE")
        number = 0
        while True:
            number += 1
            line = self._safely(self.stream.readline, longest, number)
            if not line:
                return
            length, rest = len(line), None
            if length == longest and not line.endswith(b"\n"):
                rest, more = self._rest_of_line(number)
                length += more
            if number == 1 and line.startswith(codecs.BOM_UTF8):
                line, length = line[3:], length - 3
                if not line:
                    return
            yield Line(number, line, length, rest)

    def _rest_of_line(self, number: int) -> tuple[BinaryIO | None, int]:
        """What follows of a line, in a file, and how much it is; None for nothing."""
        kept: BinaryIO | None = None
        size = 0
        while part := self._safely(self.stream.readline, 1 << 20, number):
            try:
                if kept is None:
                    kept = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 (`close` does)
                    self._rests = [*(r for r in self._rests if not r.closed), kept]
                kept.write(part)
                if part.endswith(b"\n"):
                    kept.flush()
            except OSError as wrong:
                raise EvenhandError(
                    f"a line of more than {size} bytes cannot be kept: {wrong.strerror}",
                    where=f"{self.name}:{number}",
                    hint="make room for temporary files, or name another folder in TMPDIR; or is "
                    "this no file of the format that was named?") from None
            size += len(part)
            if part.endswith(b"\n"):
                break
        return kept, size

    def on_disk(self) -> Path:
        """A plain file with the whole content, for formats that must be read from both ends."""
        if self.path is not None and not self.zipped:
            return self.path
        with tempfile.NamedTemporaryFile(suffix=".parquet", delete=False) as kept:
            self._temporary = Path(kept.name)
            while chunk := self._safely(self.stream.read, 1 << 20):
                kept.write(chunk)
        return self._temporary

    def close(self) -> None:
        """Let go of a file that was opened here; a stream that was handed in stays open."""
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None
        while self._rests:
            self._rests.pop().close()
        if self.path is not None:
            self._outer.close()
        elif self._borrowed:
            self._borrowed = False
            self._outer.detach()

    def _safely(self, read: object, size: int, number: int | None = None) -> bytes:
        where = self.name if number is None else f"{self.name}:{number}"
        try:
            return cast(bytes, read(size))  # type: ignore[operator]
        except (EOFError, zlib.error, gzip.BadGzipFile) as wrong:
            raise EvenhandError(
                f"the gzipped file is damaged or cut short: {wrong}", where=where,
                hint="what came before was read; get the file again and run again") from None
        except OSError as wrong:
            raise EvenhandError(f"cannot be read: {wrong.strerror or wrong}", where=where,
                                hint="name a file that can be read") from None
