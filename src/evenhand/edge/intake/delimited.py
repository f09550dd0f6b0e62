"""Rows of CSV and TSV files, with the line on which each begins, however many it spans.

>>> import io
>>> source = Source.open(io.BytesIO(b'id,text\\n1,"two\\nlines"\\n2,one\\n'), name="posts.csv")
>>> table = Delimited(source, delimiter=",", quoted=True, header=True, longest=1000)
>>> table.columns
('id', 'text')
>>> [(row.where, row.values["text"]) for row in table]
[('posts.csv:2', 'two\\nlines'), ('posts.csv:4', 'one')]

A quote that is never closed would swallow the rest of the file: then only the line on which it
was opened is set aside, and reading goes on with the next.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.rows import Row, Rows, not_utf8, too_long
from evenhand.edge.intake.source import Line, Source
from evenhand.errors import EvenhandError

MOST_LINES = 10_000
"""A row of more lines than this is taken for a quote that was never closed."""


class _Cells(NamedTuple):
    number: int
    raw: bytes
    cells: list[str]


class _TooLong(Exception):
    """A quoted cell grew beyond all bounds."""


class Delimited:
    """A table read row by row; `columns` are its header, or "1", "2" ... where it has none.

    None: there is not one row.
    """

    def __init__(self, source: Source, *, delimiter: str, quoted: bool, header: bool,
                 longest: int) -> None:
        """Read as far as the header; a header that cannot be read is refused."""
        self._name = source.name
        self._delimiter, self._quoted, self._longest = delimiter, quoted, longest
        csv.field_size_limit(max(csv.field_size_limit(), longest))
        self._left = 0  # lines that were read and not looked at yet
        self._lines = self._counted(source)
        self._again: deque[Line] = deque()
        self._records = self._read()
        self._ahead: list[_Cells | Reject] = []
        self._names = self._header() if header else self._numbers()
        self.columns = self._names or None

    def where(self, number: int) -> str:
        """How errors name a row."""
        return f"{self._name}:{number}"

    def __iter__(self) -> Iterator[Row | Reject]:
        """Every row after the header."""
        for record in chain(self._ahead, self._records):
            yield record if isinstance(record, Reject) else self._row(record)

    def rows(self, wanted: Collection[str]) -> Iterator[Rows]:
        """The same rows, as many together as end in the lines that were read together."""
        some: list[_Cells | Reject] = []
        try:
            for record in chain(self._ahead, self._records):
                some.append(record)
                if not self._left:
                    yield self._together(some, wanted)
                    some = []
        except EvenhandError:
            if some:
                yield self._together(some, wanted)
            raise
        if some:
            yield self._together(some, wanted)

    def _together(self, some: Sequence[_Cells | Reject], wanted: Collection[str]) -> Rows:
        width = len(self._names)
        nothing = [None] * width
        cells = [one.cells if isinstance(one, _Cells) and len(one.cells) == width else nothing
                 for one in some]

        def row(i: int) -> Row | Reject:
            one = some[i]
            return one if isinstance(one, Reject) else self._row(one)

        return Rows(
            columns={name: column for name, column in zip(
                self._names, zip(*cells, strict=True), strict=True) if name in wanted},
            odd={i for i, one in enumerate(cells) if one is nothing}, row=row,
            numbers=[0 if isinstance(one, Reject) else one.number for one in some])

    def _header(self) -> tuple[str, ...]:
        first = next(self._records, None)
        if first is None:
            return ()
        if isinstance(first, Reject):
            raise EvenhandError(f"the header cannot be read: {first.what}", where=first.where,
                                hint=first.hint)
        if b"\x00" in first.raw:
            raise EvenhandError("the header holds NUL bytes", where=f"{self._name}:{first.number}",
                                hint="if the file is in UTF-16: iconv -f UTF-16LE -t UTF-8")
        return tuple(cell.strip() for cell in first.cells)

    def _numbers(self) -> tuple[str, ...]:
        for record in self._records:
            self._ahead.append(record)
            if not isinstance(record, Reject):
                return tuple(str(i) for i in range(1, len(record.cells) + 1))
        return ()

    def _row(self, record: _Cells) -> Row | Reject:
        where = f"{self._name}:{record.number}"
        if len(record.cells) != len(self._names):
            hint = ("a cell that holds a separator, a quote or a line break stands in quotes"
                    if self._quoted else "a cell of TSV cannot hold a tab or a line break, "
                    "quoted or not")
            return Reject(where=where, raw=record.raw, hint=hint,
                          what=f"the row has {_count(len(record.cells), 'cell')}, "
                          f"the header has {len(self._names)}")
        return Row(where, dict(zip(self._names, record.cells, strict=True)), record.raw)

    def _read(self) -> Iterator[_Cells | Reject]:
        used: list[Line] = []
        options: dict[str, Any] = {"delimiter": self._delimiter, "strict": True}
        if not self._quoted:
            options["quoting"] = csv.QUOTE_NONE
        while True:
            parser = csv.reader(self._fed(used), **options)
            while True:
                used.clear()
                try:
                    cells = next(parser)
                except StopIteration:
                    return
                except (csv.Error, _TooLong) as wrong:
                    # Only the first line is at fault: what it swallowed is read again.
                    self._again.extendleft(reversed(used[1:]))
                    yield self._unreadable(used[0], wrong)
                    break
                if not cells or (len(cells) == 1 and not used[1:] and used[0].bytes.isspace()):
                    continue  # an empty line
                raw = b"".join([line.bytes for line in used])
                encoding = not_utf8(raw)
                if encoding is not None:
                    what, hint = encoding
                    yield Reject(where=f"{self._name}:{used[0].number}", what=what, hint=hint,
                                 raw=raw)
                else:
                    yield _Cells(used[0].number, raw, cells)

    def _counted(self, source: Source) -> Iterator[Line]:
        for some in source.many_lines(self._longest):
            lines = [some] if isinstance(some, Line) else some.each()
            self._left = len(lines)
            for line in lines:
                self._left -= 1
                yield line

    def _fed(self, used: list[Line]) -> Iterator[str]:
        """Lines for the parser, noted in `used` as they go."""
        size = 0
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            size = len(line.bytes) if not used else size + len(line.bytes)
            used.append(line)
            if line.rest is not None or size > self._longest or len(used) > MOST_LINES:
                raise _TooLong
            # Bytes that are not UTF-8 are found again when the row is whole.
            yield line.bytes.decode("utf-8", "surrogateescape")

    def _unreadable(self, line: Line, wrong: Exception) -> Reject:
        if line.rest is not None:
            return too_long(self._name, line)
        message = str(wrong)
        if isinstance(wrong, _TooLong) or "unexpected end" in message:
            what, hint = ("a quote is opened here and never closed",
                          'a quote in a cell is doubled: ""')
        elif "expected after" in message:
            what, hint = ("something follows the closing quote of a cell",
                          'a quote in a cell is doubled: ""')
        elif "new-line" in message:
            what, hint = ("a carriage return stands inside the line",
                          "end every line with a line feed, or quote the cell")
        else:
            what, hint = f"the row cannot be read: {message}", "look at its quotes"
        return Reject(where=f"{self._name}:{line.number}", what=what, hint=hint, raw=line.bytes)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
