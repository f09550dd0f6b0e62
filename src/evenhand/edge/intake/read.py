"""Reads posts from a file or a stream, one by one or many at once; no row is lost, none ends it.

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
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from evenhand.edge.brought import BroughtFact
from evenhand.edge.intake.brought import Bringing, Located, locate
from evenhand.edge.intake.columns import OURS, Columns, check_mapping, refuse_lacking, resolve
from evenhand.edge.intake.delimited import Delimited
from evenhand.edge.intake.intake import Intake as Intake
from evenhand.edge.intake.json_lines import JsonLines
from evenhand.edge.intake.make import LONGEST, Maker
from evenhand.edge.intake.parquet import Parquet
from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.rows import Table
from evenhand.edge.intake.source import Source
from evenhand.errors import EvenhandError

Format = Literal["jsonl", "csv", "tsv", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

_BY_SUFFIX: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
                                 ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
                                 ".parquet": "parquet", ".pq": "parquet"}
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9._-]*")

_ROW_BYTES = 32 << 20
"""A row may have this many bytes, or eight for each character that a post may have."""


def read_posts(source: Path | str | BinaryIO, *, platform: str, arrival: datetime,
               on_reject: Callable[[Reject], None], format: Format | None = None,
               mapping: Mapping[str, str] | None = None, ids: Literal["column", "row"] = "column",
               header: bool = True, delimiter: str | None = None, quoted: bool | None = None,
               longest: int = LONGEST, name: str | None = None,
               latest: datetime | None = None, facts: Sequence[BroughtFact] = ()) -> Intake:
    """The posts of a path or a binary stream, one by one or in batches; memory does not grow.

    `mapping` is part of a post -> their column (`columns.OURS` lists the parts), or one of the
    declared `facts` that are brought with posts -> the column that holds it. Without a header
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
        declared = [one.fact.name for one in facts]
        check_mapping(mapping or {}, opened.name, declared)
        ours = {name: column for name, column in (mapping or {}).items() if name not in declared}
        table, notes = _table(opened, kind, header=header, delimiter=delimiter, quoted=quoted,
                              longest=max(_ROW_BYTES, 8 * longest))
        seen = table.columns
        if seen is None:
            columns = Columns(of=ours, notes=("no row was found to take columns from",))
            located = Located(facts=tuple(facts))
        else:
            located = locate(facts, seen, mapping or {}, where=opened.name)
            columns = resolve(seen, ours, where=opened.name, also=located.read)
            refuse_lacking(columns, seen, opened.name, but=("id",) if ids == "row" else ())
        of = dict(columns.of)
        if kind == "jsonl":
            # A key that no early row has may come later under its own name.
            of |= {ours: ours for ours in OURS if ours not in of and ours not in of.values()}
        maker = Maker(of=of, platform=platform, arrival=arrival,
                      latest=latest or arrival, longest=longest,
                      name_rows=ids == "row",
                      bringing=Bringing(located.facts) if facts else None)
        return Intake(table, maker, (*notes, *located.notes, *columns.notes), on_reject, opened)
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


def _table(source: Source, kind: Format, *, header: bool, delimiter: str | None,
           quoted: bool | None, longest: int) -> tuple[Table, tuple[str, ...]]:
    """The rows of the file, and notes."""
    if kind == "parquet":
        return Parquet(source), ()
    if kind == "jsonl":
        return JsonLines(source, longest), ()
    notes: tuple[str, ...] = ()
    if delimiter is None:
        delimiter = "\t" if kind == "tsv" else ","
        first = source.peek(4096).split(b"\n", 1)[0]
        if kind == "csv" and b"," not in first and first.count(b";"):
            delimiter, notes = ";", ("cells are parted by `;`",)
    elif len(delimiter) != 1 or delimiter in '\r\n"':
        raise EvenhandError(f"`{delimiter}` cannot part cells", where=source.name,
                            hint="name one character")
    return Delimited(source, delimiter=delimiter, longest=longest, header=header,
                     quoted=kind == "csv" if quoted is None else quoted), notes
