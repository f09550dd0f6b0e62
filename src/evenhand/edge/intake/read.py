"""Reads posts from a file or a stream, row by row; no row is lost and none ends the reading.

>>> import io
>>> from datetime import UTC, datetime
>>> file = io.BytesIO(b'id,user,tweet\\n1,ada,hello\\n1,ada,hello\\n2,bo\\n')
>>> rejects = []
>>> posts = read_posts(file, format="csv", platform="agora", name="posts.csv",
...                    arrival=datetime(2020, 6, 1, tzinfo=UTC), on_reject=rejects.append)
>>> [str(post.id) for post in posts]
['agora:1@1']
>>> posts.rows_seen, posts.posts, posts.duplicates, posts.rejects
(3, 1, 1, 1)
>>> print(rejects[0].where, rejects[0].what)
posts.csv:4 the row has 2 cells, the header has 3
>>> print("\\n".join(posts.notes))
`author` is read from the column `user`
`text` is read from the column `tweet`
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from evenhand.edge.intake.columns import OURS, Columns, check_mapping, refuse_lacking, resolve
from evenhand.edge.intake.delimited import Delimited
from evenhand.edge.intake.make import LONGEST, Maker
from evenhand.edge.intake.parquet import Parquet, row_as_json
from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.rows import Row, json_rows
from evenhand.edge.intake.source import Source
from evenhand.errors import EvenhandError
from evenhand.model.post import Post

Format = Literal["jsonl", "csv", "tsv", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

_BY_SUFFIX: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
                                 ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
                                 ".parquet": "parquet", ".pq": "parquet"}
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9._-]*")

PEEK_ROWS, PEEK_BYTES = 100, 8 << 20
"""How far into JSON lines to look for columns: its objects need not all have the same keys."""

REMEMBERED = 1_000_000
"""Posts whose ids are remembered to find a second one (about 200 bytes each)."""

AT_HAND = 1000
"""Posts whose rows are kept, so that they can be set aside with their place after all."""

_ROW_BYTES = 32 << 20
"""A row may have this many bytes, or eight for each character that a post may have."""


class Intake(Iterator[Post]):
    """The posts of one file, as an iterator, and the counts so far.

    Every row seen ends as a post, as a duplicate or as a reject. `notes` say what was taken for
    what; they are complete from the start.
    """

    def __init__(self, rows: Iterable[Row | Reject], maker: Maker, notes: tuple[str, ...],
                 on_reject: Callable[[Reject], None], source: Source) -> None:
        """Use `read_posts`."""
        self.notes = notes
        self.rows_seen = self.posts = self.duplicates = self.rejects = 0
        self._maker = maker
        self._on_reject = on_reject
        self._seen: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._at_hand: deque[tuple[Post, Row]] = deque(maxlen=AT_HAND)
        self._source = source
        self._made = self._make(rows)

    def close(self) -> None:
        """Let go of the file; reading to the end does so by itself."""
        self._made.close()
        self._source.close()

    def __enter__(self) -> Intake:
        """Use as `with read_posts(...) as posts:` where the reading may stop early."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened."""
        self.close()

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, from 0 to 1; None where nobody can know."""
        return self._source.share_read

    def __next__(self) -> Post:
        """The next post; rejects on the way to it have been passed on when it comes."""
        return next(self._made)

    def _make(self, rows: Iterable[Row | Reject]) -> Generator[Post, None, None]:
        try:
            for row in rows:
                self.rows_seen += 1
                if isinstance(row, Reject):
                    self._refuse(row)
                    continue
                try:
                    post = self._maker.make(row.values, self.rows_seen)
                    again = self._is_again(post, row.where)
                except EvenhandError as wrong:
                    self._refuse(Reject(where=row.where, what=wrong.what, hint=wrong.hint or "",
                                        raw=row.raw or row_as_json(row.values)))
                    continue
                if again:
                    self.duplicates += 1
                    continue
                self.posts += 1
                self._at_hand.append((post, row))
                yield post
        finally:
            self._source.close()

    def set_aside(self, post: Post, wrong: EvenhandError) -> bool:
        """Make a reject of a post already given out; False where it is none of the last given.

        Its row counts as a reject from then on, and no longer as a post. A post that was dated on
        arrival meanwhile is known all the same.
        """
        for n in range(len(self._at_hand) - 1, -1, -1):
            given, row = self._at_hand[n]
            if given.id == post.id and replace(given, made_at=post.made_at) == post:
                del self._at_hand[n]
                self.posts -= 1
                self._refuse(Reject(where=row.where, what=wrong.what, hint=wrong.hint or "",
                                    raw=row.raw or row_as_json(row.values)))
                return True
        return False

    def _refuse(self, reject: Reject) -> None:
        self.rejects += 1
        self._on_reject(reject)

    def _is_again(self, post: Post, where: str) -> bool:
        name, content = str(post.id), hash(post)
        before = self._seen.get(name)
        if before is None:
            self._seen[name] = (content, where)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return False
        if before[0] != content:
            raise EvenhandError(
                f"a second post is named `{name}` and differs from the one at {before[1]}",
                hint="an edited post needs its own version: --map version=COLUMN")
        return True


def read_posts(source: Path | str | BinaryIO, *, platform: str, arrival: datetime,
               on_reject: Callable[[Reject], None], format: Format | None = None,
               mapping: Mapping[str, str] | None = None, ids: Literal["column", "row"] = "column",
               header: bool = True, delimiter: str | None = None, quoted: bool | None = None,
               longest: int = LONGEST, name: str | None = None,
               latest: datetime | None = None) -> Intake:
    """The posts of a path or a binary stream, one by one, with memory that does not grow with it.

    `mapping` is part of a post -> their column (`columns.OURS` lists the parts). Without a header
    columns are called "1", "2" ... `arrival` is an aware datetime: the time given to posts that
    have none. No post may be a day ahead of `latest`, which is `arrival` unless given: a clock
    that is replayed begins long before its posts. `longest` counts the characters of
    a text. `quoted` says whether CSV or TSV cells may stand in quotes: yes in CSV, no in TSV
    unless told. What is wrong with the whole file is raised at once (or, damage that shows only
    later, when it is reached); what is wrong with a row goes to `on_reject`.
    """
    assert arrival.utcoffset() is not None, "the time of arrival has a zone"
    arrival = arrival.astimezone(UTC)
    if not _PLATFORM.fullmatch(platform):
        raise EvenhandError(f"`{platform}` cannot name a platform",
                            hint="use lower case letters, digits, dots and hyphens")
    opened = Source.open(source, name)
    try:
        kind = _format(opened, format)
        check_mapping(mapping or {}, opened.name)
        rows, seen, notes = _rows(opened, kind, header=header, delimiter=delimiter, quoted=quoted,
                                  longest=max(_ROW_BYTES, 8 * longest))
        if seen is None:
            columns = Columns(of=mapping or {}, notes=("no row was found to take columns from",))
        else:
            columns = resolve(seen, mapping or {}, where=opened.name)
            refuse_lacking(columns, seen, opened.name, but=("id",) if ids == "row" else ())
        of = dict(columns.of)
        if kind == "jsonl":
            # A key that no early row has may come later under its own name.
            of |= {ours: ours for ours in OURS if ours not in of and ours not in of.values()}
        maker = Maker(of=of, platform=platform, arrival=arrival,
                      latest=latest or arrival, longest=longest,
                      name_rows=ids == "row")
        return Intake(rows, maker, (*notes, *columns.notes), on_reject, opened)
    except BaseException:
        opened.close()
        raise


def _format(source: Source, named: str | None) -> Format:
    if named is not None:
        if named not in FORMATS:
            raise EvenhandError(f"`{named}` is not a format that is read", where=source.name,
                                hint="formats: " + ", ".join(FORMATS))
        return named
    suffixes = [s.lower() for s in source.path.suffixes if s.lower() != ".gz"] if (
        source.path) else []
    if suffixes and suffixes[-1] in _BY_SUFFIX:
        return _BY_SUFFIX[suffixes[-1]]
    start = source.peek()
    if start[:4] == b"PAR1":
        return "parquet"
    if start.lstrip()[:1] == b"{":
        return "jsonl"
    raise EvenhandError("the format cannot be told from the name", where=source.name,
                        hint="say --format jsonl, csv, tsv or parquet")


def _rows(source: Source, kind: Format, *, header: bool, delimiter: str | None,
          quoted: bool | None, longest: int,
          ) -> tuple[Iterable[Row | Reject], tuple[str, ...] | None, tuple[str, ...]]:
    """Rows, columns (None: there is no row to take them from) and notes."""
    if kind == "parquet":
        table = Parquet(source)
        return table, table.columns, ()
    if kind == "jsonl":
        return _peeked(json_rows(source, longest))
    notes: tuple[str, ...] = ()
    if delimiter is None:
        delimiter = "\t" if kind == "tsv" else ","
        first = source.peek(4096).split(b"\n", 1)[0]
        if kind == "csv" and b"," not in first and first.count(b";"):
            delimiter, notes = ";", ("cells are parted by `;`",)
    elif len(delimiter) != 1 or delimiter in '\r\n"':
        raise EvenhandError(f"`{delimiter}` cannot part cells", where=source.name,
                            hint="name one character")
    rows = Delimited(source, delimiter=delimiter, longest=longest, header=header,
                     quoted=kind == "csv" if quoted is None else quoted)
    return rows, rows.columns or None, notes


def _peeked(rows: Iterator[Row | Reject],
            ) -> tuple[Iterable[Row | Reject], tuple[str, ...] | None, tuple[str, ...]]:
    ahead: list[Row | Reject] = []
    good = 0
    keys: dict[str, None] = {}
    size = 0
    for row in rows:
        ahead.append(row)
        size += len(row.raw)
        if isinstance(row, Row):
            good += 1
            for key, value in row.values.items():
                if isinstance(value, dict):
                    keys.update((f"{key}.{inner}", None) for inner in value)
                else:
                    keys[key] = None
        if good >= PEEK_ROWS or size >= PEEK_BYTES:
            break
    return chain(ahead, rows), tuple(keys) if good else None, ()
