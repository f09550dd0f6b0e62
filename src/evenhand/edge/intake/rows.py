"""Rows of a file before anyone asks what they mean: their number, their values, their own bytes.

>>> import io
>>> source = Source.open(io.BytesIO(b'{"id": 17, "text": "hello"}\\n{"id": 18, "te'), name="posts")
>>> for row in json_rows(source, longest=1000):
...     print(row.values if isinstance(row, Row) else (row.where, row.what))
{'id': 17, 'text': 'hello'}
('posts:2', 'the JSON breaks off')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.source import Line, Source

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Row(NamedTuple):
    """Column -> value as the file has it; `where` is `file:line`; `raw` the row's own bytes."""

    where: str
    values: Mapping[str, object]
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows that stand one after another, column by column.

    `columns` have a value for each row, None where it has none; a column that no row has may be
    left out. Rows whose places are `odd` are in no column: `row` says what they are, and what any
    other is by itself. `numbers` are those by which the file's `where` names them.
    """

    columns: Mapping[str, Sequence[object]]
    numbers: Sequence[int]
    row: Callable[[int], Row | Reject]
    odd: Collection[int] = ()


class Table(Protocol):
    """A file of rows; `columns` are those that were seen in it, None where there is no row."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns seen."""
        ...

    def where(self, number: int) -> str:
        """How errors name a row."""
        ...

    def rows(self, wanted: Collection[str]) -> Iterator[Rows]:
        """Every row, as many at once as there are without waiting for more; of the columns those
        that are wanted. What breaks off gives the rows before the break.
        """
        ...


def json_rows(source: Source, longest: int) -> Iterator[Row | Reject]:
    """Every line of JSON as a row, in order; an empty line is none."""
    for line in source.lines(longest):
        if line.rest is not None:
            yield too_long(source.name, line)
        elif not line.bytes.isspace():
            yield json_row(source.name, line.number, line.bytes)


def json_row(name: str, number: int, raw: bytes) -> Row | Reject:
    """The row that a line of a file holds, or what is wrong with it."""
    where = f"{name}:{number}"
    try:
        values = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        what, hint = _explain(raw, wrong, first=number == 1)
        return Reject(where=where, what=what, hint=hint, raw=raw)
    if isinstance(values, dict):
        return Row(where, values, raw)
    what, hint = "the line is not a JSON object", 'a post is {"id": ..., "text": ...}'
    if isinstance(values, list) and number == 1:
        hint = "an array of posts becomes lines with: jq -c '.[]' FILE > NEW-FILE"
    return Reject(where=where, what=what, hint=hint, raw=raw)


def too_long(name: str, line: Line) -> Reject:
    """A line beyond all bounds: it is kept whole, and not looked into."""
    return Reject(where=f"{name}:{line.number}", raw=line.bytes, rest=line.rest,
                  what=f"the line has {line.length} bytes; at most {len(line.bytes)} are read",
                  hint="is this a file of the format that was named?")


def not_utf8(raw: bytes) -> tuple[str, str] | None:
    """What is wrong with bytes that are not UTF-8, and what to do; None where they are."""
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return (f"the row is not UTF-8 at its byte {wrong.start + 1} (0x{raw[wrong.start]:02x})",
                "if the file is in Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW-FILE")
    return None


def _explain(raw: bytes, wrong: Exception, *, first: bool) -> tuple[str, str]:
    encoding = not_utf8(raw)
    if encoding is not None:
        return encoding
    if b"\x00" in raw:
        return "the row holds NUL bytes", "if the file is in UTF-16: iconv -f UTF-16LE -t UTF-8"
    if isinstance(wrong, RecursionError):
        return "the JSON is nested too deeply", "a post is an object of texts, numbers and lists"
    if _SURROGATE.search(raw):
        return ("the JSON is malformed, or a \\u escape is half of a surrogate pair",
                "write the character itself, or both halves")
    message = str(wrong)
    if raw.endswith(b"\n"):  # without it, a text that breaks off reads as broken off
        try:
            msgspec.json.decode(raw.rstrip(b"\r\n"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bare:
            message = str(bare)
    if "truncated" in message:
        if first and raw.lstrip()[:1] in b"[{" and raw.rstrip()[-1:] in b"[{,":
            return "the JSON breaks off", ("each post goes on a line of its own: jq -c . FILE > "
                                           "NEW-FILE (jq -c '.[]' for an array)")
        return "the JSON breaks off", "each post is one whole object on one line"
    # What the decoder says is lower-cased, as our errors are, and its path is of no use here.
    detail = message.removeprefix("JSON is malformed: ").split(" - at ")[0]
    return (f"the line is not JSON: {detail[:1].lower()}{detail[1:]}",
            "each post is one whole object on one line")
