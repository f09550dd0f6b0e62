"""Lines of JSON as columns: a line becomes no object of Python beyond the values that it holds.

>>> import io
>>> lines = b'{"id": 1, "text": "a"}\\n{"id": 2, "text": "b", "more": 3}\\n{"id": 3'
>>> table = JsonLines(Source.open(io.BytesIO(lines), name="posts"), longest=1000)
>>> table.columns
('id', 'text', 'more')
>>> rows, last = table.rows({"id", "text"})
>>> rows.columns["text"], last.odd, last.row(0).what
(['a', 'b'], {0}, 'the JSON breaks off')

A decoder made for the keys that were seen takes each line, and takes nothing else: a line with
another key, or that is no object, is odd, and read by itself. So is what it decodes the very thing
that the row holds, whatever is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.rows import Row, Rows, json_row, too_long
from evenhand.edge.intake.source import Line, Lines, Source

PEEK_ROWS, PEEK_BYTES = 100, 8 << 20
"""How far into the file to look for columns: its objects need not all have the same keys."""

MOST_KEYS = 1000
"""Keys that the decoder learns. A file with more has something else than columns."""

_WRONG = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NEVER = frozenset('"\\' + "".join(map(chr, range(0x20))))
"""No key with one of these can be told to a decoder."""


class JsonLines:
    """A file of JSON lines; `columns` are the keys of its first objects, None where it has none."""

    def __init__(self, source: Source, longest: int) -> None:
        """Read as far as columns are looked for; nothing is refused yet."""
        self._source = source
        self._lines = source.many_lines(longest)
        self._ahead: list[Lines | Line] = []
        self._keys: dict[str, None] = {}
        self.columns = self._seen()

    def where(self, number: int) -> str:
        """How errors name a row."""
        return f"{self._source.name}:{number}"

    def rows(self, wanted: Collection[str]) -> Iterator[Rows]:
        """Every row, as many at once as were read at once."""
        decoder = _Decoder(self._keys, wanted)
        for some in chain(self._ahead, self._lines):
            if isinstance(some, Line) and some.rest is None:
                some = Lines(some.number, [some.bytes], ended=False)
            yield (self._long(some) if isinstance(some, Line)
                   else self._many(some, decoder, wanted))

    def _many(self, some: Lines, decoder: _Decoder, wanted: Collection[str]) -> Rows:
        decode, nothing = decoder.decode, decoder.nothing
        decoded: list[Any] = []
        places: list[int] = []  # among the lines, some of which may be empty
        odd: set[int] = set()
        for i, line in enumerate(some.lines):
            try:
                decoded.append(decode(line))
            except _WRONG:
                if not line or line.isspace():
                    continue
                odd.add(len(decoded))
                decoded.append(nothing)
            places.append(i)

        def row(i: int) -> Row | Reject:
            return json_row(self._source.name, some.number + places[i], some.raw(places[i]))

        rows = Rows(numbers=[some.number + i for i in places], row=row, odd=odd, columns={
            key: list(map(get, decoded)) for key, get in decoder.columns.items()})
        for i in odd:
            one = row(i)
            if isinstance(one, Row):
                decoder.learn(one.values)
        return rows

    def _long(self, line: Line) -> Rows:
        return Rows(columns={}, numbers=[line.number], odd=(0,),
                    row=lambda _: too_long(self._source.name, line))

    def _seen(self) -> tuple[str, ...] | None:
        columns: dict[str, None] = {}
        good = size = 0
        for some in self._lines:
            self._ahead.append(some)
            if isinstance(some, Line):
                size += len(some.bytes)
            else:
                for i, line in enumerate(some.lines):
                    if not line or line.isspace():
                        continue
                    size += len(line) + 1
                    row = json_row(self._source.name, some.number + i, some.raw(i))
                    if isinstance(row, Row):
                        good += 1
                        self._keys |= dict.fromkeys(row.values)
                        for key, value in row.values.items():
                            columns |= dict.fromkeys(
                                [f"{key}.{inner}" for inner in value]
                                if isinstance(value, dict) else [key])
                    if good >= PEEK_ROWS or size >= PEEK_BYTES:
                        break
            if good >= PEEK_ROWS or size >= PEEK_BYTES:
                break
        return tuple(columns) if good else None


class _Decoder:
    """Decodes objects that have the keys known so far and no other."""

    def __init__(self, keys: Collection[str], wanted: Collection[str]) -> None:
        self._keys: dict[str, None] = {}
        # A column `user.name` is a key of that name, or else the key `name` of the object `user`:
        # of a file that has the first, a line with the second is odd, and the other way round.
        dotted = {name for name in wanted if "." in name}
        roots = {name: name.partition(".")[0] for name in dotted}
        self._wanted = {*wanted, *roots.values()}
        self._never = {name if name not in keys else roots[name] for name in dotted}
        self.learn(keys)

    def learn(self, keys: Collection[str]) -> None:
        """Take these keys, too, from here on."""
        new = [key for key in keys if key not in self._keys and key not in self._never
               and _NEVER.isdisjoint(key)]
        if self._keys and (not new or len(self._keys) + len(new) > MOST_KEYS):
            return
        self._keys |= dict.fromkeys(new)
        names = {f"key_{i}": key for i, key in enumerate(self._keys)}
        known = msgspec.defstruct("Known", [(name, Any, None) for name in names], rename=names,
                                  forbid_unknown_fields=True, gc=False)
        self.nothing = known()
        self.decode: Callable[[bytes], Any] = msgspec.json.Decoder(known).decode
        self.columns = {key: attrgetter(name) for name, key in names.items()
                        if key in self._wanted}
