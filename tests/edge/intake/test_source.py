"""Lines are the same however a stream is read: by whatever pieces, zipped or not."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evenhand.edge.intake.source as source
from evenhand.edge.intake.source import Line, Source
from evenhand.errors import EvenhandError


class Pieces(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a pipe does."""

    def __init__(self, content: bytes, size: int) -> None:
        self.content, self.size = io.BytesIO(content), size

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        part = self.content.read(min(self.size, len(into)))
        into[:len(part)] = part
        return len(part)


def by_definition(content: bytes, longest: int) -> list[tuple[int, bytes, int, bytes]]:
    """(number, bytes, length, what is beyond `longest`) of each line."""
    found = []
    for number, line in enumerate(content.split(b"\n"), 1):
        line += b"\n"
        if number == content.count(b"\n") + 1:
            line = line[:-1]
        if not line:
            continue
        head, rest = line[:longest], line[longest:]
        if number == 1 and head.startswith(b"\xef\xbb\xbf"):
            head, line = head[3:], line[3:]
            if not head:
                continue
        found.append((number, head, len(line), rest))
    return found


PIECES = st.sampled_from([b"", b"a", b"abc", b"\r", b"\n", b"\n\n", b"xyz\n", b"\xef\xbb\xbf",
                          b"\xff", b"b" * 12, b"c" * 30])


@given(st.lists(PIECES, max_size=12).map(b"".join), st.integers(5, 14), st.integers(2, 20),
       st.booleans(), st.sampled_from([1 << 16, 7]))
@settings(deadline=None)
def test_every_line_comes_with_its_number_and_whole(content: bytes, longest: int, size: int,
                                                    zipped: bool, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(source, "_AT_ONCE", at_once)
        opened = Source.open(Pieces(gzip.compress(content) if zipped else content, size),
                             name="posts")
        found = [(line.number, line.bytes, line.length,
                  b"" if line.rest is None else _read(line)) for line in opened.lines(longest)]
        opened.close()
    assert found == by_definition(content, longest)


def _read(line: Line) -> bytes:
    assert line.rest is not None
    line.rest.seek(0)
    return line.rest.read()


def test_a_break_in_a_zipped_stream_is_told_where_it_is_and_after_the_lines_before_it() -> None:
    content = b"".join(b"%d\n" % (n * 7919 ** 9) for n in range(9000))
    opened = Source.open(io.BytesIO(gzip.compress(content)[:-4000]), name="posts.gz")
    found: list[Line] = []
    with pytest.raises(EvenhandError, match="damaged or cut short") as caught:
        found.extend(opened.lines(1000))
    assert content.startswith(b"".join(line.bytes for line in found))
    assert len(found) > 1000
    assert caught.value.where == f"posts.gz:{len(found) + 1}"
