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
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.source import Line, Source

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Row(NamedTuple):
    """Column -> value as the file has it; `where` is `file:line`; `raw` the row's own bytes."""

    where: str
    values: Mapping[str, object]
    raw: bytes


def json_rows(source: Source, longest: int) -> Iterator[Row | Reject]:
    """Every line of JSON as a row, in order; an empty line is none."""
    decode = msgspec.json.Decoder().decode
    name = source.name
    for line in source.lines(longest):
        raw = line.bytes
        if line.rest is not None:
            yield too_long(name, line)
            continue
        if raw.isspace():
            continue
        try:
            values = decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            what, hint = _explain(raw, wrong, first=line.number == 1)
            yield Reject(where=f"{name}:{line.number}", what=what, hint=hint, raw=raw)
            continue
        if isinstance(values, dict):
            yield Row(f"{name}:{line.number}", values, raw)
        else:
            what, hint = "the line is not a JSON object", 'a post is {"id": ..., "text": ...}'
            if isinstance(values, list) and line.number == 1:
                hint = "an array of posts becomes lines with: jq -c '.[]' FILE > NEW-FILE"
            yield Reject(where=f"{name}:{line.number}", what=what, hint=hint, raw=raw)


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
