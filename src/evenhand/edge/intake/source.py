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
_AT_ONCE = 1 << 16
"""Bytes asked for at once; a stream gives what it has."""


class Line(NamedTuple):
    """A line with its line feed. `length` is its whole length; `bytes` may be only its start.

    Then `rest` is an open file of what follows, which stays until the source is closed.
    """

    number: int
    bytes: bytes
    length: int
    rest: BinaryIO | None = None


class Lines(NamedTuple):
    """Lines without their line feeds; `number` is that of the first. Was the last one `ended`?"""

    number: int
    lines: list[bytes]
    ended: bool = True

    def raw(self, i: int) -> bytes:
        """A line with its line feed, if it has one."""
        return self.lines[i] + (b"\n" if self.ended or i < len(self.lines) - 1 else b"")

    def each(self) -> list[Line]:
        """Each line by itself."""
        return [Line(self.number + i, raw, len(raw))
                for i, raw in enumerate(map(self.raw, range(len(self.lines))))]


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
        self._damage: EvenhandError | None = None
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
        for some in self.many_lines(longest):
            yield from [some] if isinstance(some, Line) else some.each()

    def many_lines(self, longest: int) -> Iterator[Lines | Line]:
        """The same lines, as many at once as there are; one that is too long comes by itself."""
        if self.peek(4).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise EvenhandError("the file is in UTF-16, and posts are read in UTF-8",
                                where=self.name,
                                hint="convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW-FILE")
        number = 1
        begun: list[bytes] = []  # of a line whose end was not read yet
        while data := self._read_on(number):
            lines = data.split(b"\n")
            if len(lines) > 1:
                lines[0] = b"".join([*begun, lines[0]])
                begun = [lines.pop()]
                yield from self._parted(number, lines, longest)
                number += len(lines)
            else:
                begun.append(data)
            if sum(map(len, begun)) >= longest:
                yield self._too_long(number, b"".join(begun), longest)
                number, begun = number + 1, []
        last = b"".join(begun)
        if number == 1:
            last = last.removeprefix(codecs.BOM_UTF8)
        if last:
            yield Lines(number, [last], ended=False)

    def _parted(self, number: int, lines: list[bytes], longest: int) -> Iterator[Lines | Line]:
        """Lines that were ended, parted where one is too long."""
        if number == 1 and len(lines[0]) < longest:
            lines[0] = lines[0].removeprefix(codecs.BOM_UTF8)
        start = 0
        if len(max(lines, key=len)) >= longest:
            for i, line in enumerate(lines):
                if len(line) >= longest:
                    if start < i:
                        yield Lines(number + start, lines[start:i])
                    yield self._too_long(number + i, line + b"\n", longest)
                    start = i + 1
        if start < len(lines):
            yield Lines(number + start, lines[start:])

    def _too_long(self, number: int, begun: bytes, longest: int) -> Line:
        """A line of which this was read; what it has beyond `longest` bytes goes into a file."""
        line, length, rest = begun[:longest], len(begun), None
        more = begun[longest:] or self._safely(self.stream.readline, _AT_ONCE, number)
        if more:
            rest, length = self._rest_of_line(number, more)
            length += longest
        if number == 1 and line.startswith(codecs.BOM_UTF8):
            line, length = line[3:], length - 3
        return Line(number, line, length, rest)

    def _read_on(self, number: int) -> bytes:
        """What comes next, as much as is there; nothing at the end."""
        if not self.zipped:
            return self._safely(self.stream.read1, _AT_ONCE, number)
        # Bit by bit: where a gzipped file is damaged, what came before is read all the same.
        parts: list[bytes] = []
        while self._damage is None and sum(map(len, parts)) < _AT_ONCE:
            try:
                part = self._safely(self.stream.read1, io.DEFAULT_BUFFER_SIZE)
            except EvenhandError as wrong:
                self._damage = wrong
                break
            if not part:
                break
            parts.append(part)
        if self._damage is not None and not parts:
            raise EvenhandError(self._damage.what, where=f"{self.name}:{number}",
                                hint=self._damage.hint)
        return b"".join(parts)

    def _rest_of_line(self, number: int, part: bytes) -> tuple[BinaryIO, int]:
        """What follows of a line, of which this was read, in a file; and how much it is."""
        kept: BinaryIO | None = None
        size = 0
        while part:
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
            part = self._safely(self.stream.readline, _AT_ONCE, number)
        assert kept is not None, "something follows"
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
