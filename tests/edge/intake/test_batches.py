"""Posts that are read many at once are those that their rows hold one by one, whatever is wrong."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evenhand.edge.intake.intake as intake_module
import evenhand.edge.intake.source as source
from evenhand.edge.brought import BroughtFact
from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.intake.intake import Intake
from evenhand.edge.intake.make import Maker
from evenhand.edge.intake.read import read_posts
from evenhand.edge.intake.reject import Reject
from evenhand.errors import EvenhandError
from evenhand.model.post import Post
from evenhand.rulebook.vocabulary import INTEGER, TEXT, Fact, Type

ARRIVAL = datetime(2020, 6, 1, tzinfo=UTC)
Told = tuple[list[Post], list[tuple[str, str, str, bytes]], int, int, tuple[str, ...], str]
"""Posts, rejects, rows and duplicates counted, notes, and what broke the reading off."""


def opened(content: bytes, rejects: list[Reject], **options: Any) -> Intake:
    return read_posts(io.BytesIO(content), platform="agora", arrival=ARRIVAL, name="posts",
                      on_reject=rejects.append, **options)


def told(content: bytes, size: int | None, **options: Any) -> Told:
    """What comes of a file that is read in batches of a size, or one by one."""
    rejects: list[Reject] = []
    posts: list[Post] = []
    broke = ""
    try:
        intake = opened(content, rejects, **options)
    except EvenhandError as wrong:
        return posts, [], 0, 0, (), str(wrong)
    sizes = []
    try:
        if size is None:
            posts.extend(intake)
        else:
            for batch in intake.batches(size):
                sizes.append(len(batch))
                posts += [batch.post(i) for i in range(len(batch))]
    except EvenhandError as wrong:
        broke = str(wrong)
    assert all(n == size for n in sizes[:-1])
    assert (intake.posts, intake.rejects) == (len(posts), len(rejects))
    return (posts, [(r.where, r.what, r.hint, r.raw) for r in rejects], intake.rows_seen,
            intake.duplicates, intake.notes, broke)


def by_definition(content: bytes, **options: Any) -> Told:
    """The same, row by row, each post made alone and compared with those before it."""
    rejects: list[Reject] = []
    posts: list[Post] = []
    seen: dict[str, tuple[Post, str]] = {}
    number = duplicates = 0
    broke = ""
    try:
        intake = opened(content, rejects, **options)
    except EvenhandError as wrong:
        return posts, [], 0, 0, (), str(wrong)
    table, maker = intake._table, intake._maker
    try:
        for rows in table.rows(table.columns or ()):
            for row in map(rows.row, range(len(rows.numbers))):
                number += 1
                if isinstance(row, Reject):
                    rejects.append(row)
                    continue
                try:
                    post = maker.make(row.values, number)
                    name = str(post.id)
                    before = seen.setdefault(name, (post, row.where))
                    if before[0] is post:
                        posts.append(post)
                    elif replace(before[0], brought=()) == replace(post, brought=()):
                        duplicates += 1
                    else:
                        raise EvenhandError(
                            f"a second post is named `{name}` and differs from the one at "
                            f"{before[1]}",
                            hint="an edited post needs its own version: --map version=COLUMN")
                except EvenhandError as wrong:
                    raw = row.raw or intake_module.row_as_json(row.values)
                    rejects.append(Reject(where=row.where, what=wrong.what, hint=wrong.hint or "",
                                          raw=raw))
    except EvenhandError as wrong:
        broke = str(wrong)
    finally:
        intake.close()
    return (posts, [(r.where, r.what, r.hint, r.raw) for r in rejects], number, duplicates,
            intake.notes, broke)


def agree(content: bytes, **options: Any) -> None:
    wanted = by_definition(content, **options)
    for size in (None, 1, 3, 1000):
        assert told(content, size, **options) == wanted


TEXTS = st.one_of(st.sampled_from([
    "", " ", "hello", "see https://a.example/b, and (http://c.example)", "नमस्ते", "a\x00b",
    "\ud800", " padded ", "x" * 30, "字" * 14, "a\u200bb", "1", "a@b", "en", "und", "pt_BR", "tr",
    "not a tag"]),
    st.text(max_size=4))
TIMES = st.sampled_from([
    "2020-05-26", "2020-05-26T12:17:43Z", "2020-05-26T12:17:43+00:00", "2020-05-26 12:17:43",
    "2020-05-26T08:17:43.25-04:00", "Tue May 26 12:17:43 +0000 2020", "2020-05-26 12:17:43 UTC",
    "20200526", "2020-W22", "1590495463", "1590495463000", 1590495463, 1590495463.5, 20200526,
    "202005260121", "20200526012", "2020-06-02T00:00:01Z", "2020-06-02", "2030-01-01", "last week",
    " 2020-05-26 ", "0001-01-01T00:00:00+23:59", True, ""])
MEDIA = [{"kind": "image", "digest": "sha256:" + "0" * 64, "alt": "a cat"}]
IDS = st.sampled_from(["1", "2", "3", "4", 5, 6, 10**25, "7 ", "a b", "ü", "", None, True, 1.5,
                       1.0])
ODD = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False,
                allow_infinity=False), TEXTS, st.lists(TEXTS, max_size=2),
                st.dictionaries(TEXTS, TEXTS, max_size=2))
USERS = st.one_of(ODD, st.fixed_dictionaries({}, optional={
    "id": IDS, "name": TEXTS, "screen_name": TEXTS, "created_at": TIMES, "more": ODD}))
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "version": st.sampled_from(["1", "2", 2, "a@b", "", None]), "author": st.one_of(IDS, TEXTS),
    "author_name": TEXTS, "author_created_at": TIMES | st.none(), "made_at": TIMES | st.none(),
    "language": TEXTS | st.none(), "url": TEXTS, "links": st.one_of(
        st.lists(TEXTS, max_size=2), TEXTS, st.none(), st.just([{"url": "https://a.example"}])),
    "media": st.one_of(st.just(MEDIA), st.just(json.dumps(MEDIA)), ODD), "reply_to": IDS}
def declared(name: str, type_: Type, column: str | None) -> BroughtFact:
    return BroughtFact(column=column, fact=Fact(
        name=name, type=type_, meaning="it is made for a test", observer="the platform",
        audience="author", reported_by="brought@1"))


FACTS = (declared("account.tier", TEXT, None), declared("post.late", INTEGER, "late"),
         declared("account.shown", TEXT, "user.name"))
BROUGHT = st.fixed_dictionaries({}, optional={
    "facts": st.dictionaries(st.sampled_from(["account.tier", "post.late", "x"]), ODD) | ODD,
    "late": st.integers(0, 3) | ODD, "account.tier": ODD, "user": USERS, "user.name": ODD})
PLAIN = st.fixed_dictionaries({"id": st.integers(0, 30).map(str), "text": TEXTS.filter(bool)})
PAIRS = st.sampled_from(sorted(PARTS)).flatmap(lambda part: PARTS[part].map(lambda v: {part: v}))
ROWS = st.one_of(
    PLAIN,
    st.tuples(PLAIN, PAIRS).map(lambda two: two[0] | two[1]),
    st.tuples(PLAIN, PAIRS, PAIRS).map(lambda three: three[0] | three[1] | three[2]),
    st.tuples(PLAIN, st.fixed_dictionaries({"user": USERS}, optional={"more": ODD})).map(
        lambda two: two[0] | two[1]),
    st.tuples(PLAIN, BROUGHT).map(lambda two: two[0] | two[1]),
    st.fixed_dictionaries({"id": IDS, "text": TEXTS}, optional=PARTS),
    st.fixed_dictionaries({}, optional=dict.fromkeys(
        ["id", "text", "user.id", "user.name", "late", *PARTS], ODD) | {"user": USERS}))
LINES = st.one_of(
    ROWS.map(lambda row: json.dumps(row).encode()), ROWS.map(
        lambda row: json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    st.sampled_from([b"", b" ", b"\r", b"{", b"[]", b"null", b'{"id": 1', b'{"id": 1, "id": 2}',
                     b'{"\\u0069d": 8, "text": "x"}', b'{"id": "\\ud800"}', b'{"id": 1e999}',
                     b'{"id": 1' + b"0" * 4400 + b'}', b'{"id": 9, "text": "x", "z": ' + b"[" * 3000
                     + b"]" * 3000 + b"}", b'{"id": "9", "text": "x"} x', b"y" * 4200]),
    st.binary(max_size=9))


@given(st.lists(LINES, max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans(),
       st.sampled_from([{}, {}, {"facts": FACTS}, {"ids": "row"}, {"longest": 9},
                        {"mapping": {"author": "user.id"}},
                        {"mapping": {"text": "text", "id": "id", "url": "id"}},
                        {"latest": datetime(2031, 1, 1, tzinfo=UTC)}]),
       st.integers(40, 400))
@settings(max_examples=400, deadline=None)
def test_lines_of_json_are_read_at_once_as_one_by_one(
        lines: list[bytes], parted: bytes, zipped: bool, options: dict[str, Any],
        at_once: int) -> None:
    content = parted.join(lines)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(source, "_AT_ONCE", at_once)
        patched.setattr("evenhand.edge.intake.read._ROW_BYTES", 4096)
        patched.setattr("evenhand.edge.intake.json_lines.PEEK_ROWS", 3)
        agree(gzip.compress(content) if zipped else content, format="jsonl", **options)


CELLS = st.one_of(TEXTS, TIMES.map(str), st.sampled_from([
    "1", "2", "3", json.dumps(MEDIA), '["https://a.example"]', '"', 'a"b', "a,b", "a\nb", "\r"]))


@given(st.lists(st.sampled_from(["id", "text", "user", "made_at", "links", "media", "lang", "late",
                                 "user.name", "facts"]), min_size=2, max_size=7),
       st.lists(st.lists(CELLS, max_size=7), max_size=9), st.sampled_from(["csv", "tsv"]),
       st.booleans(), st.sampled_from([{}, {"facts": FACTS}, {"ids": "row"},
                                       {"ids": "row", "longest": 9}]))
@settings(max_examples=250, deadline=None)
def test_cells_are_read_at_once_as_row_by_row(
        header: list[str], rows: list[list[str]], kind: str, written: bool,
        options: dict[str, Any]) -> None:
    text = io.StringIO()
    if written:  # whole rows, as a writer writes them
        writer = csv.writer(text, delimiter="," if kind == "csv" else "\t")
        writer.writerows([header, *((row * 7)[:len(header)] for row in rows)])
    else:
        text.writelines((", " if kind == "csv" else "\t").join(row) + "\n"
                        for row in [header, *rows])
    agree(text.getvalue().encode("utf-8", "surrogatepass"), format=kind, **options)


SOUND = TEXTS.filter(lambda text: text.isprintable())
COLUMNS: list[tuple[str, pl.DataType, st.SearchStrategy[Any]]] = [
    ("id", pl.String(), st.integers(0, 6).map(str)), ("id", pl.Int64(), st.integers(0, 6)),
    ("text", pl.String(), SOUND), ("text", pl.Binary(), st.binary(max_size=3)),
    ("made_at", pl.Datetime("us"), st.datetimes()), ("made_at", pl.Date(), st.dates()),
    ("made_at", pl.Datetime("ms", "UTC"), st.datetimes(timezones=st.just(UTC))),
    ("made_at", pl.Float64(), st.floats()), ("made_at", pl.String(), TIMES.map(str)),
    ("author", pl.Struct({"id": pl.Int64(), "name": pl.String()}), st.fixed_dictionaries(
        {"id": st.integers(0, 3), "name": SOUND})), ("author", pl.String(), SOUND),
    ("links", pl.List(pl.String()), st.lists(SOUND, max_size=2)),
    ("late", pl.Float64(), st.floats()),
    ("media", pl.List(pl.Struct({"kind": pl.String(), "digest": pl.String()})), st.just(
        [{k: v for k, v in MEDIA[0].items() if k != "alt"}])), ("language", pl.String(), SOUND)]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_parquet_is_read_at_once_as_row_by_row(data: Any) -> None:
    chosen = {name: (dtype, values) for name, dtype, values in data.draw(
        st.permutations(COLUMNS))}
    for name in data.draw(st.sets(st.sampled_from(sorted(set(chosen) - {"id", "text"})))):
        del chosen[name]
    rows = data.draw(st.integers(0, 7))
    frame = pl.DataFrame([pl.Series(name, data.draw(st.lists(
        values | st.none(), min_size=rows, max_size=rows)), dtype=dtype, strict=False)
        for name, (dtype, values) in chosen.items()])
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    agree(buffer.getvalue(), format="parquet", facts=FACTS)


def row(n: int, **values: Any) -> bytes:
    return json.dumps({"id": str(n), "text": f"post {n}", **values}).encode() + b"\n"


@pytest.mark.parametrize("value", [
    "2020-05-26T12:17:43Z", "2020-05-26", "2020-05-26 12:17", "20200526", "20200526T121743",
    "202005260121", "20200526012", "2020052601234.5", "-20200526012", "1590495463", 1590495463,
    "Tue May 26 12:17:43 +0000 2020", "2020-05-26 12:17:43 GMT", "2020-05-26T12:17+02:00",
    "0001-01-01T00:00:00+23:59", "2020-05-26\n", "2020-W22-2"])
def test_a_time_is_read_as_it_is_alone_however_it_is_written(value: object) -> None:
    agree(row(1, made_at=value) + row(2, made_at="2020-05-26T12:17:43Z"))
    agree(row(1, author_created_at=value) + row(2, author_created_at=None))


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_of_plain_rows_no_post_is_made_alone(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": str(n), "user": {"id": n}, "text": "hello", "made_at": "2020-05-26T12:17:43Z",
             "lang": "en", "link": None} for n in range(900)]
    content = {"jsonl": "".join(json.dumps(one) + "\n" for one in rows).encode(),
               "csv": b"id,text,user,made_at\n" + b"".join(
                   b"%d,hello,7,2020-05-26 12:17\n" % n for n in range(900))}.get(format_, b"")
    if format_ == "parquet":
        buffer = io.BytesIO()
        pl.DataFrame(rows).write_parquet(buffer)
        content = buffer.getvalue()
    monkeypatch.setattr(Maker, "make", None)
    intake = opened(content, [], format=format_,
                    mapping={"jsonl": {"author": "user.id"}, "parquet": {"author": "lang"}}.get(
                        format_, {}))
    assert sum(map(len, intake.batches(400))) == 900


def test_a_key_that_comes_late_is_read_and_then_known() -> None:
    content = b"".join(row(n, **({"language": "hi", "more": n} if n > 3000 else {}))
                       for n in range(6000))
    rejects: list[Reject] = []
    intake = opened(content, rejects)
    languages = [one for batch in intake.batches(500) for one in batch.languages]
    assert languages == [None] * 3001 + ["hi"] * 2999
    assert not rejects


@pytest.mark.parametrize("first", [{"user.name": "A"}, {"user": {"name": "A"}}])
def test_a_key_with_a_dot_and_the_key_of_an_object_are_told_apart_in_every_row(
        first: dict[str, Any]) -> None:
    rows = [row(0, **first), row(1, user={"name": "B"}), row(2, **{"user.name": "C"}),
            row(3, **{"user.name": None, "user": {"name": "no"}}), row(4)]
    agree(b"".join(rows))
    assert [post.author.name for post in told(b"".join(rows), 10)[0]] == ["A", "B", "C", "", ""]


def test_the_first_of_two_posts_is_kept_however_far_apart_and_batches_are_whole() -> None:
    rows = [row(n) for n in range(1500)]
    content = b"".join([*rows, row(7, made_at="2020-05-26"), rows[3], row(1500), rows[1499]])
    rejects: list[Reject] = []
    intake = opened(content, rejects)
    assert [len(batch) for batch in intake.batches(400)] == [400, 400, 400, 301]
    assert (intake.rows_seen, intake.posts, intake.duplicates) == (1504, 1501, 2)
    assert [(r.where, r.what) for r in rejects] == [
        ("posts:1501", "a second post is named `agora:7@1` and differs from the one at posts:8")]


def test_what_is_brought_stays_in_columns_though_some_rows_are_read_alone() -> None:
    rows = [row(n, late=n) for n in range(300)] + [
        row(300, late="many"), b"{\n", row(301, made_at=1590495463, late=7),
        row(302, new=1, late=8)]
    [batch] = opened(b"".join(rows), [], facts=FACTS).batches(1000)
    assert isinstance(batch.brought, BroughtColumns)
    assert [one.value for i in (0, 299, 301, 302) for one in batch.post(i).brought] == [
        0, 299, 7, 8]
    assert [one.why for one in batch.post(300).brought] == ['"many" is not a whole number']
    some = batch.take([301, 300])
    assert [some.post(i) for i in (0, 1)] == [batch.post(301), batch.post(300)]


def test_the_same_instant_written_in_two_ways_is_the_same_post() -> None:
    content = row(1, made_at="2020-05-26T12:00:00Z") + row(1, made_at="2020-05-26T14:00:00+02:00")
    assert told(content, 10)[2:4] == (2, 1)


def test_only_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "REMEMBERED", 100)
    monkeypatch.setattr(intake_module, "_FORGOTTEN", 10)
    rows = [row(n) for n in range(5000)]
    intake = opened(b"".join([*rows, *rows[-100:], rows[0]]), [])
    assert sum(map(len, intake.batches(50))) == 5001
    assert intake.duplicates == 100


def test_any_post_of_the_last_two_batches_can_be_set_aside() -> None:
    rejects: list[Reject] = []
    intake = opened(b"".join(row(n) for n in range(9000)), rejects)
    wrong = EvenhandError("it was recorded before", hint="give it a version")
    batches = intake.batches(3000)
    first, second = next(batches), next(batches)
    for batch, i in ((first, 0), (second, 2999), (first, 2999)):
        post = replace(batch.post(i), made_at=datetime(2020, 7, 1, tzinfo=UTC))
        assert intake.set_aside(post, wrong)
        assert not intake.set_aside(post, wrong), "once"
    assert [(r.where, r.raw) for r in rejects] == [
        (f"posts:{n + 1}", row(n)) for n in (0, 5999, 2999)]
    assert sum(map(len, batches)) == 3000
    assert (intake.posts, intake.rejects, intake.rows_seen) == (8997, 3, 9000)


def test_a_file_that_breaks_off_gives_the_batch_that_was_begun() -> None:
    content = gzip.compress(b"".join(row(n, more=str(n * 7919**9)) for n in range(9000)))[:-3000]
    posts, _, seen, _, _, broke = told(content, 100_000, format="jsonl")
    assert 1000 < len(posts) == seen < 9000
    assert "damaged or cut short" in broke
    assert broke == told(content, None, format="jsonl")[5]


def test_a_reading_that_is_not_finished_lets_go_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_bytes(b"".join(row(n) for n in range(3000)))
    with read_posts(tmp_path / "posts.jsonl", platform="agora", arrival=ARRIVAL,
                    on_reject=print) as intake:
        assert len(next(intake.batches(10))) == 10
    assert intake._source._outer.closed
    assert list(intake) == []


def test_memory_does_not_grow_with_a_file_that_is_read_in_batches() -> None:
    class Long(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: Any) -> int:
            chunk = b"".join(row(Long.given + i, more="x" * 1500) for i in range(4))
            Long.given += 4
            into[:len(chunk)] = chunk
            return len(chunk) if Long.given < 30_000 else 0

    with read_posts(io.BufferedReader(Long()), format="jsonl", platform="agora", arrival=ARRIVAL,
                    on_reject=print) as intake:
        batches = intake.batches(500)
        next(batches)
        tracemalloc.start()
        assert sum(map(len, batches)) > 29_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20 << 20  # of 45 MB
