"""A malformed row is set aside with its place, what is wrong, what to do, and its own bytes."""

import csv
import errno
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edge.intake.read import read_posts
from evenhand.edge.intake.reject import Reject, RejectsFile, parse_reject
from evenhand.errors import EvenhandError

GOOD = b'{"id": "good", "text": "x"}\n'
DEEP = b'{"id": "1", "text": "x", "z": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"


def row(**values: object) -> bytes:
    return json.dumps({"id": "1", "text": "x", **values}).encode() + b"\n"


@pytest.mark.parametrize(("bad", "what", "hint"), [
    (b'{"id": "1", "text": "x\n', "the JSON breaks off", "one whole object on one line"),
    (b'{"id": "1", "text": "x"}}\n', "not JSON: trailing characters", "one whole"),
    (b'["1", "x"]\n', "not a JSON object", 'a post is {"id"'),
    (b"null\n", "not a JSON object", 'a post is {"id"'),
    (b'{"id": "1", "text": "caf\xe9"}\n', "not UTF-8 at its byte 25 (0xe9)", "iconv -f LATIN1"),
    (b'{"id": "1", "text": "x\x00"}\n', "holds NUL bytes", "iconv -f UTF-16LE"),
    (b'{"id": "1", "text": "x\\u0000"}\n', "`text` holds a NUL character", "remove it"),
    (b'{"id": "1", "text": "\\ud83d!"}\n', "half of a surrogate pair", "both halves"),
    (b'{"id": "1", "text": "\\udc00"}\n', "half of a surrogate pair", "both halves"),
    (DEEP, "nested too deeply", "texts, numbers and lists"),
    (b'{"id": 1' + b"0" * 5000 + b', "text": "x"}\n', "integer value out of range", "one line"),
    (row(id=10**400), "`id` is a whole number of 1329 bits", "as text"),
    (row(id=1.5), "`id` is a number", "as a whole number"),
    (row(id=True), "`id` is yes or no", "as text"),
    (row(id=None), "the post has no id", "--ids row"),
    (row(id=" "), "the post has no id", "--ids row"),
    (row(id="a\u0007b"), "`id` holds U+0007", "remove it"),
    (row(id="a\u200bb"), "`id` holds U+200B", "remove it"),
    (row(id="x" * 513), "`id` has 513 characters", "the right column"),
    (row(text=17), "the text is a number", "is text"),
    (row(text={"en": "x"}), "the text is an object", "is text"),
    (row(text=None), "no text and no media", '""'),
    (row(text="é" * 1001), "the text has 1001 characters; at most 1000", "kept among the rejects"),
    (row(version="a@b"), "`version` holds `@`", "1, 2, 3"),
    (row(made_at="last week"), "made_at: `last week` is not a time", "2020-05-26T12:17:43Z"),
    (row(made_at="2020-06-02T00:00:01Z"),
     "from the future: made 2020-06-02T00:00:01Z, now 2020-06-01T00:00:00Z", "a day ahead"),
    (row(made_at=10**300), "the number is neither seconds nor milliseconds", "since 1970"),
    (row(author_created_at="?"), "author_created_at: `?` is not a time", "2020"),
    (row(author=["a"]), "`author` is a list", "as text"),
    (row(author="a\0b"), "`author` holds a NUL", "remove it"),
    (row(author="字" * 171), "`author` has 513 bytes in UTF-8", "find it again"),
    (row(id="字" * 512), "`id` has 1536 bytes in UTF-8", "find it again"),
    (row(language="not a tag"), "`not a tag` is not a language tag", "pt-BR"),
    (row(links=3), "`links` is a number", "a list"),
    (row(links="[1"), "`links` is not a list in JSON", '["one", "two"]'),
    (row(media="cat.png"), "`media` is text", "a list in JSON"),
    (row(media=["cat.png"]), "a file of media is text", '"kind": "image"'),
    (row(media=[{"kind": "hologram"}]), "no kind that is known", '"kind": "image"'),
    (row(media=[{"kind": "image", "digest": "md5:0"}]), "has no digest", "64 hex digits"),
    (row(media=[{"kind": "image", "digest": "sha256:" + "0" * 64, "alt": 3}]), "alt text", "words"),
])
def test_a_bad_row_of_json_is_set_aside_and_the_others_are_read(
        take: Callable[..., Any], bad: bytes, what: str, hint: str) -> None:
    taken = take(GOOD + bad + GOOD.replace(b"good", b"last"), longest=1000)
    assert [post.id.native for post in taken.posts] == ["good", "last"]
    [reject] = taken.rejects
    assert what in reject.what
    assert hint in reject.hint
    assert (reject.where, reject.raw) == ("posts:2", bad)
    assert len(reject.what) < 200


def test_a_post_a_day_ahead_of_us_is_taken(take: Callable[..., Any]) -> None:
    assert take(row(made_at="2020-06-02T00:00:00Z")).intake.posts == 1


def test_an_array_of_posts_is_told_how_to_become_lines(take: Callable[..., Any]) -> None:
    assert "jq -c '.[]'" in take(b'[{"id": 1}]').rejects[0].hint
    assert "jq -c" in take(
        b'[\n{"id": 1, "text": "x"}\n]').rejects[0].hint


def test_a_post_of_ten_megabytes_is_refused_with_its_size_and_kept(
        take: Callable[..., Any]) -> None:
    big = row(text="x" * 10_000_000)
    taken = take(GOOD + big + GOOD.replace(b"good", b"last"))
    assert len(taken.posts) == 2
    assert taken.rejects[0].what.startswith("the text has 10000000 characters; at most 1048576")
    assert taken.rejects[0].raw == big
    assert take(big, longest=10_000_000).intake.posts == 1


LONG = {
    "text": b"y" * 10_000,
    "letters of several bytes, at every boundary": "xé€😀".encode() * 3_000,
    "bytes that are no UTF-8": b"\xff" * 10_000,
    "cut in the middle of a letter": b"y" * 9_999 + "é".encode()[:1],
    "control characters": b"\x00\x1f\\\"" * 5_000,
}


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
@pytest.mark.parametrize("kind", ["jsonl", "csv", "csv without a header", "tsv", "gz"])
def test_a_line_beyond_all_bounds_is_kept_whole(
        tmp_path: Path, kind: str, long: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.edge.intake.read._ROW_BYTES", 4096)
    monkeypatch.setattr("evenhand.edge.intake.reject._AT_ONCE", 999)
    format_ = {"gz": "jsonl", "csv without a header": "csv"}.get(kind, kind)
    if format_ == "jsonl":
        lines = [GOOD, b'{"id": "1", "text": "' + long + b'"}\n', GOOD.replace(b"good", b"last")]
    else:
        part = b"\t" if kind == "tsv" else b","
        lines = [part.join(cells) + b"\n" for cells in (
            (b"id", b"text"), (b"good", b"x"), (b"1", long), (b"last", b"x"))]
    options: dict[str, Any] = {"format": format_}
    if kind.startswith("csv "):
        lines, options = [lines[2], *lines[1:]], options | {
            "header": False, "mapping": {"id": "1", "text": "2"}}
    content = b"".join(lines)
    path = tmp_path / "rejects"
    with RejectsFile(path) as rejects, read_posts(
            io.BytesIO(gzip.compress(content) if kind == "gz" else content), name="posts",
            platform="agora", arrival=datetime(2020, 6, 1, tzinfo=UTC), longest=100,
            on_reject=rejects.append, **options) as intake:
        assert [post.id.native for post in intake] == ["good", "last"]
    kept = [parse_reject(line) for line in path.read_bytes().splitlines()]
    bad = [line for line in lines if long in line]
    assert [reject.raw for reject in kept] == bad
    assert all(f"the line has {len(bad[0])} bytes; at most 4096 are read" == reject.what
               for reject in kept)
    as_text = b'"raw":' in path.read_bytes()
    assert as_text == (bad[0].decode(errors="replace").encode() == bad[0])


def test_a_long_line_inside_a_quote_that_is_never_closed_is_kept_whole_and_in_its_place(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.edge.intake.read._ROW_BYTES", 4096)
    lines = [b'1,"never closed\n', b"two,x\n", b"3," + b"y" * 9_000 + b"\n", b"four,x\n",
             b"5," + b"z" * 9_000]
    path = tmp_path / "rejects"
    with RejectsFile(path) as rejects, read_posts(
            io.BytesIO(b"id,text\n" + b"".join(lines)), name="posts", format="csv",
            platform="agora", arrival=datetime(2020, 6, 1, tzinfo=UTC), longest=100,
            on_reject=rejects.append) as intake:
        assert [post.id.native for post in intake] == ["two", "four"]
    kept = [parse_reject(line) for line in path.read_bytes().splitlines()]
    assert [(r.where, r.raw) for r in kept] == [
        (f"posts:{n}", lines[n - 2]) for n in (2, 4, 6)]


def test_memory_does_not_grow_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.edge.intake.read._ROW_BYTES", 1 << 20)
    (tmp_path / "posts.jsonl").write_bytes(b'{"text": "' + b"x" * (48 << 20))
    tracemalloc.start()
    with RejectsFile(tmp_path / "rejects") as rejects, read_posts(
            tmp_path / "posts.jsonl", platform="agora", on_reject=rejects.append,
            arrival=datetime(2020, 6, 1, tzinfo=UTC), longest=100) as intake:
        assert list(intake) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "rejects").stat().st_size > 48 << 20
    assert peak < 16 << 20


def test_a_line_that_no_disk_can_hold_is_told_with_its_place(
        take: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("evenhand.edge.intake.read._ROW_BYTES", 4096)
    monkeypatch.setattr("evenhand.edge.intake.source.tempfile.TemporaryFile", full)
    with pytest.raises(EvenhandError, match="cannot be kept: No space left") as caught:
        take(GOOD + row(text="y" * 10_000), longest=100)
    assert caught.value.where == "posts:2"
    assert "TMPDIR" in (caught.value.hint or "")


def test_a_line_of_blanks_that_are_no_spaces_is_a_row(take: Callable[..., Any]) -> None:
    taken = take("id,text\n\u00a0\n \n1,x\n".encode(), format="csv")
    assert [reject.raw for reject in taken.rejects] == ["\u00a0\n".encode()]


HEAD = b"id,text,author\n"


@pytest.mark.parametrize(("content", "posts", "rejects"), [
    (HEAD + b"1,x\n2,x,a\n3,x,a,b\n", ["2"],
     [("posts:2", "the row has 2 cells, the header has 3"),
      ("posts:4", "the row has 4 cells, the header has 3")]),
    (HEAD + b'1,"two\nlines",a\n2,x\n3,"a\n\n\nb",a\n4\n', ["1", "3"],
     [("posts:4", "the row has 2 cells, the header has 3"),
      ("posts:9", "the row has 1 cell, the header has 3")]),
    (HEAD + b'1,"never closed,a\n2,x,a\n3,"fine, here",a\n', ["2", "3"],
     [("posts:2", "something follows the closing quote of a cell")]),
    (HEAD + b'1,x,a\n2,"never closed,a\n3,x,a\n4,x,a\n', ["1", "3", "4"],
     [("posts:3", "a quote is opened here and never closed")]),
    (HEAD + b'1,"x"y,a\n2,x,a\n', ["2"],
     [("posts:2", "something follows the closing quote of a cell")]),
    (HEAD + b"1,caf\xe9,a\n2,x,a\n", ["2"],
     [("posts:2", "the row is not UTF-8 at its byte 6 (0xe9)")]),
    (HEAD + b'1,"a\ncaf\xe9",a\n2,x,a\n', ["2"],
     [("posts:2", "the row is not UTF-8 at its byte 9 (0xe9)")]),
    (HEAD + b"1,a\x00b,a\n2,x,a\n", ["2"], [("posts:2", "`text` holds a NUL character")]),
    (HEAD + b"1,a\rb,a\n2,x,a\n", ["2"],
     [("posts:2", "a carriage return stands inside the line")]),
    (HEAD + b"\n1,x,a\n   \n,x,a\n", ["1"], [("posts:5", "the post has no id")]),
    (HEAD.replace(b"\n", b"\r\n") + b"1,x,a\r\n2,x\r\n3,x,a", ["1", "3"],
     [("posts:3", "the row has 2 cells, the header has 3")]),
])
def test_bad_rows_of_csv_are_set_aside_by_their_first_line(
        take: Callable[..., Any], content: bytes, posts: list[str],
        rejects: list[tuple[str, str]]) -> None:
    taken = take(content, format="csv")
    assert [post.id.native for post in taken.posts] == posts
    assert [(r.where, r.what) for r in taken.rejects] == rejects
    assert all(r.hint for r in taken.rejects)


def test_every_byte_of_a_bad_row_of_csv_is_kept(take: Callable[..., Any]) -> None:
    taken = take(HEAD + b'1,"a\r\ncaf\xe9",a\r\n', format="csv")
    assert taken.rejects[0].raw == b'1,"a\r\ncaf\xe9",a\r\n'


def test_a_name_that_stands_twice_in_the_header_matters_only_if_it_is_read(
        take: Callable[..., Any]) -> None:
    taken = take(b"id,text,x,x\n1,a,b,c\n", format="csv")
    assert taken.posts[0].text == "a"


def parquet(rows: list[dict[str, object]], schema: Any = None) -> bytes:
    import polars

    buffer = io.BytesIO()
    polars.DataFrame(rows, schema=schema, strict=False).write_parquet(buffer)
    return buffer.getvalue()


def test_parquet_brings_types_of_its_own(take: Callable[..., Any]) -> None:
    import polars

    made = datetime(2020, 5, 26, 12, 17, 43)  # noqa: DTZ001
    taken = take(parquet([
        {"id": 1, "text": b"bytes", "made_at": made, "links": ["https://a.example"],
         "author": {"id": 7, "name": "Ada"}},
        {"id": 2, "text": b"\xff", "made_at": made, "links": None, "author": None},
        {"id": None, "text": b"x", "made_at": None, "links": [], "author": None}]),
        format="parquet", mapping={"author": "author"})
    assert taken.posts == []
    assert [r.what for r in taken.rejects] == [
        "`author` is an object", "`text` is not UTF-8 at its byte 1", "the post has no id"]
    assert msgspec.json.decode(taken.rejects[2].raw)["links"] == []
    [post] = take(parquet([{"id": 1, "text": b"bytes", "made_at": made.date(),
                            "links": ["https://a.example"]}]), format="parquet").posts
    assert (post.text, post.made_at) == ("bytes", datetime(2020, 5, 26, tzinfo=UTC))
    assert post.links == ("https://a.example",)
    odd = take(parquet([{"id": float("nan"), "text": "x"}], {"id": polars.Float64,
                                                             "text": polars.Categorical}),
               format="parquet")
    assert odd.rejects[0].where == "posts: row 1"
    assert odd.rejects[0].raw == b'{"id":"nan","text":"x"}'


def test_every_byte_of_a_bad_row_of_parquet_is_kept(take: Callable[..., Any]) -> None:
    import polars

    rows: list[dict[str, object]] = [{"id": None, "text": "x", "n": 2**70, "raw": b"\xff\x00",
                                      "plain": b"caf\xc3\xa9", "f": float("inf")}]
    [reject] = take(parquet(rows, {"id": polars.String, "text": polars.String,
                                   "n": polars.Decimal(38, 0), "raw": polars.Binary,
                                   "plain": polars.Binary, "f": polars.Float64}),
                    format="parquet").rejects
    assert msgspec.json.decode(reject.raw) == {
        "id": None, "text": "x", "n": str(2**70), "raw": {"base64": "/wA="}, "plain": "café",
        "f": "inf"}


def test_parquet_with_other_columns_is_told_what_to_map(take: Callable[..., Any]) -> None:
    with pytest.raises(EvenhandError, match="no column holds the id") as caught:
        take(parquet([{"nr": 1, "text": "x"}]), format="parquet")
    assert "columns seen: `nr`, `text`" in (caught.value.hint or "")


PARQUET = parquet([{"id": str(i), "text": "text " * i, "made_at": "2020-05-26"}
                   for i in range(40)])


@given(at=st.integers(0, len(PARQUET) - 1), byte=st.integers(0, 255), cut=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_damaged_parquet_file_gives_posts_or_our_error(at: int, byte: int, cut: bool) -> None:
    content = PARQUET[:at] if cut else PARQUET[:at] + bytes([byte]) + PARQUET[at + 1:]
    rejects: list[Reject] = []
    try:
        with read_posts(io.BytesIO(content), format="parquet", platform="agora",
                        arrival=datetime(2020, 6, 1, tzinfo=UTC),
                        on_reject=rejects.append) as intake:
            posts = list(intake)
    except EvenhandError:
        pass  # the only error that may come out
    else:
        assert len(posts) + intake.duplicates + len(rejects) == intake.rows_seen


CELLS = st.text(st.sampled_from('ab,;"\n\r\t\x00é\ud83d{}[]:\\'), max_size=8).map(
    lambda s: s.encode("utf-8", "surrogatepass"))
JSON_LINES = st.one_of(
    st.binary(max_size=30),
    st.fixed_dictionaries({"id": st.one_of(st.integers(), st.text(max_size=4), st.none()),
                           "text": st.one_of(st.text(max_size=9), st.floats(), st.none())},
                          optional={key: st.one_of(st.text(max_size=9), st.integers(), st.none(),
                                                   st.lists(st.text(max_size=3), max_size=2))
                                    for key in ("made_at", "media", "links", "author",
                                                "version", "language", "url", "reply_to")},
                          ).map(lambda row: json.dumps(row).encode()))


def check_every_row_is_accounted_for(content: bytes, **options: Any) -> None:
    rejects: list[Reject] = []
    try:
        with read_posts(io.BytesIO(content), platform="agora", on_reject=rejects.append,
                        arrival=datetime(2020, 6, 1, tzinfo=UTC), **options) as intake:
            posts = list(intake)
    except EvenhandError:
        return  # the only error that may come out
    assert intake.rows_seen == len(posts) + intake.duplicates + len(rejects)
    assert all(reject.hint and reject.where for reject in rejects)
    for post in posts:
        assert post.text.encode() is not None
        assert post.made_at.utcoffset() is not None


@given(st.lists(JSON_LINES, max_size=8), st.booleans())
@settings(deadline=None)
def test_any_lines_end_as_posts_duplicates_or_rejects(rows: list[bytes], zipped: bool) -> None:
    content = b"\n".join(rows)
    check_every_row_is_accounted_for(gzip.compress(content) if zipped else content,
                                     format="jsonl")
    check_every_row_is_accounted_for(content, format="jsonl", mapping={"id": "id", "text": "text"},
                                     ids="row", longest=5)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=8), st.sampled_from([b",", b";", b"\t"]),
       st.sampled_from(["csv", "tsv"]), st.booleans(), st.booleans())
@settings(deadline=None)
def test_any_cells_end_as_posts_duplicates_or_rejects(
        rows: list[list[bytes]], parted: bytes, kind: Any, header: bool, quoted: bool) -> None:
    content = b"\n".join(parted.join(row) for row in rows)
    if header:
        content = b"id" + parted + b"text\n" + content
    check_every_row_is_accounted_for(content, format=kind, header=header, quoted=quoted,
                                     mapping={} if header else {"id": "1", "text": "2"})


@given(st.binary(max_size=200), st.sampled_from([None, "jsonl", "csv", "tsv", "parquet"]))
@settings(deadline=None)
def test_any_bytes_end_as_posts_rejects_or_our_error(content: bytes, kind: Any) -> None:
    check_every_row_is_accounted_for(content, format=kind)


@given(st.lists(st.tuples(st.integers(0, 99), st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)),
    max_size=10, unique_by=lambda row: row[0]))
@settings(deadline=None)
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[int, str]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "text"])
    writer.writerows(rows)
    rejects: list[Reject] = []
    with read_posts(io.BytesIO(buffer.getvalue().encode()), format="csv", platform="agora",
                    arrival=datetime(2020, 6, 1, tzinfo=UTC), on_reject=rejects.append) as intake:
        assert [(int(post.id.native), post.text) for post in intake] == rows
    assert rejects == []
