"""Posts come in whole, from every format; rows that are none are set aside with where and why."""

import gzip
import io
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.intake.read import FORMATS, read_posts
from evenhand.edge.intake.reject import Reject
from evenhand.errors import EvenhandError
from evenhand.model.post import Account, Media, Post, PostId

DIGEST = "sha256:" + "0" * 64
SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).parents[3] / ".." / "shared"))


def lines(*rows: object) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def test_every_part_of_a_post_is_read(take: Callable[..., Any]) -> None:
    [post] = take(lines({
        "id": 17, "version": 2, "author": "ada", "author_name": "Ada L.",
        "author_created_at": "2019-01-01", "text": "look \u2028 here", "language": "en_GB",
        "made_at": "2020-05-26T08:17:43-04:00", "url": "https://agora.example/17",
        "links": ["https://a.example", {"expanded_url": "https://b.example"}],
        "media": [{"kind": "image", "digest": DIGEST, "alt": "a cat"}], "reply_to": "16",
    })).posts
    assert post == Post(
        id=PostId(platform="agora", native="17", version="2"),
        author=Account(platform="agora", id="ada", name="Ada L.",
                       created_at=datetime(2019, 1, 1, tzinfo=UTC)),
        text="look \u2028 here", made_at=datetime(2020, 5, 26, 12, 17, 43, tzinfo=UTC),
        language="en-GB", url="https://agora.example/17",
        links=("https://a.example", "https://b.example"),
        media=(Media(kind="image", digest=DIGEST, alt="a cat"),), reply_to="16")


def test_what_the_file_does_not_say_is_marked_or_empty(take: Callable[..., Any]) -> None:
    [post] = take(lines({"id": "a", "text": "see https://agora.example/x_(y)."})).posts
    assert post.author.id == UNKNOWN_AUTHOR
    assert (post.made_at, post.made_at_is) == (datetime(2020, 6, 1, tzinfo=UTC), "arrival")
    assert post.language is None
    assert post.links == ("https://agora.example/x_(y)",)


CSV = (b'id,text,author,made_at,media,links\r\n'
       b'1,"two\nlines, and ""quotes""",ada,2020-05-26,,\r\n'
       b'2,plain,,,"[{""kind"": ""image"", ""digest"": ""' + DIGEST.encode()
       + b'""}]",https://a.example https://b.example\r\n')


def test_a_csv_cell_may_hold_lines_quotes_and_lists(take: Callable[..., Any]) -> None:
    one, two = take(CSV, format="csv").posts
    assert one.text == 'two\nlines, and "quotes"'
    assert one.made_at_is == "stated"
    assert two.media == (Media(kind="image", digest=DIGEST),)
    assert two.links == ("https://a.example", "https://b.example")
    assert (two.author.id, two.made_at_is) == (UNKNOWN_AUTHOR, "arrival")


def test_the_same_posts_come_out_of_every_format(take: Callable[..., Any],
                                                 tmp_path: Path) -> None:
    import polars

    rows = [{"id": str(i), "text": f"post {i} मूर्ख", "author": "ada", "made_at": "2020-05-26"}
            for i in range(7)]
    made = {"jsonl": lines(*rows)}
    for name, parted in (("csv", ","), ("tsv", "\t")):
        made[name] = ("\n".join(parted.join(row) for row in [list(rows[0]), *(
            list(row.values()) for row in rows)]) + "\n").encode()
    buffer = io.BytesIO()
    polars.DataFrame(rows).write_parquet(buffer)
    made["parquet"] = buffer.getvalue()
    assert set(made) == set(FORMATS)
    expected = take(made["jsonl"]).posts
    assert len(expected) == 7
    for name, content in made.items():
        assert take(content, format=name).posts == expected
        assert take(gzip.compress(content), format=name).posts == expected
        for file in (tmp_path / f"p.{name}", tmp_path / f"p.{name}.gz"):
            file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
            assert take(file).posts == expected
        assert not list(tmp_path.glob("tmp*"))


def test_a_stream_that_was_handed_in_stays_open(take: Callable[..., Any]) -> None:
    stream = io.BytesIO(lines({"id": "1", "text": "x"}))
    take(stream, format="jsonl")
    assert not stream.closed


def test_posts_come_before_the_stream_has_ended() -> None:
    """Memory stays bounded: a post is handed out long before the last row is read."""
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: Any) -> int:
            chunk = lines({"id": str(self.given), "text": "x" * 50})
            Endless.given += 1
            into[:len(chunk)] = chunk
            return len(chunk)

    with read_posts(io.BufferedReader(Endless()), format="jsonl", platform="agora",
                    arrival=datetime(2020, 6, 1, tzinfo=UTC), on_reject=print) as intake:
        assert [next(intake).id.native for _ in range(1000)][-1] == "999"
    assert Endless.given < 3000


def test_how_much_of_a_file_was_read_is_known_and_of_a_stream_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(lines(*({"id": str(i), "text": "x" * 100} for i in range(5000))))
    options: dict[str, Any] = {"platform": "agora", "on_reject": print, "format": "jsonl",
                               "arrival": datetime(2020, 6, 1, tzinfo=UTC)}
    with read_posts(file, **options) as intake:
        shares = [intake.share_read for _ in intake]
    assert shares == sorted(s for s in shares if s is not None)
    assert 0 < shares[0] < 0.2  # type: ignore[operator]
    assert shares[-1] == 1.0
    with read_posts(io.BytesIO(file.read_bytes()), **options) as intake:
        next(intake)
        assert intake.share_read is None


def test_the_future_begins_after_latest_where_the_clock_is_replayed(
        take: Callable[..., Any]) -> None:
    taken = take(lines({"id": "1", "text": "x", "made_at": "2021-01-01"},
                       {"id": "2", "text": "x", "made_at": "2021-01-03"}, {"id": "3", "text": "x"}),
                 latest=datetime(2021, 1, 1, tzinfo=UTC))
    assert [post.id.native for post in taken.posts] == ["1", "3"]
    assert taken.posts[1].made_at == datetime(2020, 6, 1, tzinfo=UTC)


def test_common_names_of_columns_are_known_and_said(take: Callable[..., Any]) -> None:
    taken = take(b"Tweet_ID,Tweet,created_at,class\n5,hello,2020-05-26,2\n", format="csv")
    assert taken.posts[0].id.native == "5"
    assert taken.intake.notes == (
        "`id` is read from the column `Tweet_ID`", "`text` is read from the column `Tweet`",
        "`made_at` is read from the column `created_at`", "not read: `class`")


def test_a_nested_object_holds_its_author(take: Callable[..., Any]) -> None:
    taken = take(lines({"id_str": "9", "full_text": "x", "lang": "und",
                        "user": {"id_str": "77", "name": "Ada", "screen_name": "ada",
                                 "created_at": "Tue May 26 12:17:43 +0000 2009"}}))
    author = taken.posts[0].author
    assert (author.id, author.name) == ("77", "Ada")
    assert author.created_at == datetime(2009, 5, 26, 12, 17, 43, tzinfo=UTC)


def test_a_key_that_only_late_rows_have_is_read(take: Callable[..., Any]) -> None:
    rows = [{"id": str(i), "text": "x"} for i in range(150)] + [
        {"id": "z", "text": "x", "language": "hi"}]
    assert take(lines(*rows)).posts[-1].language == "hi"


def test_a_mapping_holds_though_the_first_rows_are_all_malformed(take: Callable[..., Any]) -> None:
    content = b"{\n" * 300 + lines({"a": "1", "b": "x"})
    taken = take(content, mapping={"id": "a", "text": "b"})
    assert (len(taken.posts), len(taken.rejects)) == (1, 300)


def test_columns_without_a_header_are_called_by_their_numbers(take: Callable[..., Any]) -> None:
    taken = take(b'7\t"Quoted" from the start\n8\tx\ty\n', format="tsv", header=False,
                 mapping={"id": "1", "text": "2"})
    assert taken.posts[0].text == '"Quoted" from the start'
    assert taken.rejects[0].what == "the row has 3 cells, the header has 2"


def test_a_column_without_a_name_can_be_mapped(take: Callable[..., Any]) -> None:
    taken = take(b",tweet\n0,hello\n", format="csv", mapping={"id": ""})
    assert taken.posts[0].id.native == "0"


def test_posts_can_be_named_by_their_rows_when_that_is_asked_for(take: Callable[..., Any]) -> None:
    taken = take(b"text\nhello\nbad,row\nhello\n", format="csv", ids="row")
    assert [str(p.id) for p in taken.posts] == ["agora:row-1@1", "agora:row-3@1"]


def test_semicolons_and_tabs_in_quotes_are_understood(take: Callable[..., Any]) -> None:
    taken = take("id;text\n1;a, b\n".encode("utf-8-sig"), format="csv")
    assert taken.posts[0].text == "a, b"
    assert "cells are parted by `;`" in taken.intake.notes
    [post] = take(b'id\ttext\n1\t"two\nlines"\n', format="tsv", quoted=True).posts
    assert post.text == "two\nlines"


def test_a_post_that_comes_twice_is_counted_once(take: Callable[..., Any]) -> None:
    row = {"id": "1", "text": "x"}
    taken = take(lines(row, row, {"id": "1", "text": "x", "version": "2"}))
    assert (taken.intake.posts, taken.intake.duplicates) == (2, 1)


def test_two_posts_of_one_name_are_not_taken_for_one(take: Callable[..., Any]) -> None:
    taken = take(lines({"id": "1", "text": "x"}, {"id": "1", "text": "y"}))
    assert len(taken.posts) == 1
    [reject] = taken.rejects
    assert reject.what == ("a second post is named `agora:1@1` and differs from the one at "
                           "posts:1")
    assert (reject.where, reject.raw) == ("posts:2", b'{"id":"1","text":"y"}\n')


def test_the_tweets_of_davidson_are_read_whole(take: Callable[..., Any]) -> None:
    file = SHARED / "data" / "posts" / "davidson2017_tweets.csv"
    if not file.exists():
        pytest.skip("the tweets of Davidson et al. are not here; they are never shipped")
    taken = take(file, platform="twitter", mapping={"id": "", "text": "tweet"})
    assert (taken.intake.posts, taken.intake.duplicates, taken.intake.rejects) == (24783, 0, 0)
    assert sum("\n" in post.text for post in taken.posts) == 917
    assert max(len(post.text) for post in taken.posts) == 754
    assert taken.posts[-1].id.native == "25296"


@pytest.mark.parametrize(("name", "count"), [("train", 997), ("dev", 199)])
def test_the_tweets_of_checkthat_are_read_whole(take: Callable[..., Any], name: str,
                                                count: int) -> None:
    file = SHARED / "data" / "factcheck" / f"queries_{name}.tsv"
    if not file.exists():
        pytest.skip("the tweets of CheckThat! 2022 are not here; they are never shipped")
    taken = take(file, platform="twitter", header=False, mapping={"id": "1", "text": "2"})
    assert (taken.intake.posts, taken.intake.duplicates, taken.intake.rejects) == (count, 0, 0)


@pytest.mark.parametrize(("content", "options", "what", "hint"), [
    (b"a,b\n1,2\n", {"format": "csv"}, "no column holds the id of a post",
     "columns seen: `a`, `b`; write --map id=THEIR-COLUMN, or --ids row"),
    (b"num_id,b\n1,2\n", {"format": "csv"}, "no column holds the id", "--map id=num_id"),
    (b"id,b\n1,2\n", {"format": "csv"}, "no column holds the text of a post", "--map text="),
    (b"id,tweeet\n1,2\n", {"format": "csv", "mapping": {"text": "tweet"}},
     "`text` is mapped to the column `tweet`, which is not there", "did you mean `tweeet`?"),
    (b"id,x\n1,2\n", {"format": "csv", "mapping": {"text": "qqq"}}, "not there",
     "columns seen: `id`, `x`"),
    (b"id,x\n1,2\n", {"format": "csv", "mapping": {"txet": "x"}}, "`txet` is not a part of a post",
     "did you mean `text`?"),
    (b"id,text,text\n1,2,3\n", {"format": "csv"},
     "the header names `text` 2 times (columns 2, 3)", "rename all but"),
    (b'id,"text\n1,2\n', {"format": "csv"}, "the header cannot be read: a quote is opened here",
     "doubled"),
    (b"id,te\xfft\n1,2\n", {"format": "csv"}, "the header cannot be read: the row is not UTF-8",
     "iconv -f LATIN1"),
    ("id,text\n1,2\n".encode("utf-16"), {"format": "csv"}, "the file is in UTF-16",
     "iconv -f UTF-16"),
    ("id,text\n1,2\n".encode("utf-16-le"), {"format": "csv"}, "the header holds NUL bytes",
     "iconv -f UTF-16LE"),
    (lines({"id": "1"}), {}, "no column holds the text", "columns seen: `id`"),
    (lines({"id": "1", "text": "x"}), {"format": "xml"}, "`xml` is not a format",
     "jsonl, csv, tsv, parquet"),
    (b"id,text\n", {"format": None}, "the format cannot be told", "say --format"),
    (lines({"id": "1", "text": "x"}), {"platform": "My Platform"}, "cannot name a platform",
     "lower case"),
    (b"id,text\n1,2\n", {"format": "csv", "delimiter": "ab"}, "`ab` cannot part cells", "one"),
    (b"PAR1 but not really", {"format": "parquet"}, "not a Parquet file that can be read", "again"),
    (b"", {"format": "parquet"}, "not a Parquet file that can be read", "again"),
])
def test_what_is_wrong_with_a_whole_file_is_said_before_any_post(
        take: Callable[..., Any], content: bytes, options: dict[str, Any], what: str,
        hint: str) -> None:
    with pytest.raises(EvenhandError) as caught:
        take(content, **options)
    assert what in caught.value.what
    assert hint in (caught.value.hint or "")
    assert caught.value.where is not None or "platform" in what


@pytest.mark.parametrize(("content", "kind"), [
    (b"", "csv"), (b"id,text\n", "csv"), (b"\n\n", "csv"), (b"", "tsv"), (b"", "jsonl"),
    (b"\xef\xbb\xbf", "jsonl"), (b"\n \n", "jsonl"),
])
def test_an_empty_file_holds_no_post_and_no_error(take: Callable[..., Any], content: bytes,
                                                  kind: str) -> None:
    assert take(content, format=kind).intake.rows_seen == 0


def test_a_file_that_is_not_there_is_said_so(take: Callable[..., Any], tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, "bad\0name.csv"):
        with pytest.raises(EvenhandError, match="cannot be read"):
            take(path)


def test_a_gzipped_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    rows = [{"id": str(i), "text": os.urandom(40).hex()} for i in range(5000)]
    file = tmp_path / "posts.jsonl.gz"
    file.write_bytes(gzip.compress(lines(*rows))[:100_000])
    got: list[Post] = []
    with (read_posts(file, platform="agora", arrival=datetime(2020, 6, 1, tzinfo=UTC),
                     on_reject=print) as intake,
          pytest.raises(EvenhandError, match="damaged or cut short")):
        got.extend(intake)
    assert 1000 < len(got) < 5000


def test_polars_is_loaded_only_for_parquet() -> None:
    import subprocess

    code = ("import sys, evenhand.edge.intake.read as r; assert 'polars' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_account_that_is_called_unknown_is_an_account(take: Callable[..., Any]) -> None:
    named, none = take(b'{"id": 1, "text": "a", "author": "unknown"}\n'
                       b'{"id": 2, "text": "a", "author": ""}\n').posts
    assert named.author.id == "unknown"
    assert none.author.id == UNKNOWN_AUTHOR != named.author.id


@pytest.mark.parametrize("given", ["", "  ", None])
def test_no_platform_can_name_an_account_as_nobody_is_named(
        given: object, take: Callable[..., Any]) -> None:
    [post] = take(msgspec.json.encode({"id": 1, "text": "a", "author": given})).posts
    assert post.author.id == UNKNOWN_AUTHOR


def test_a_post_given_out_can_be_set_aside_with_its_own_line_and_counts_as_a_reject() -> None:
    rejects: list[Reject] = []
    rows = [b'{"id": %d, "text": "a"}\n' % n for n in range(3)]
    intake = read_posts(io.BytesIO(b"".join(rows)), name="f.jsonl", format="jsonl",
                        platform="agora", arrival=datetime(2020, 6, 1, tzinfo=UTC),
                        on_reject=rejects.append)
    posts = list(intake)
    dated = replace(posts[1], made_at=datetime(2020, 7, 1, tzinfo=UTC))
    other = replace(posts[2], text="other words")
    wrong = EvenhandError("it was recorded before", hint="give it a version")
    assert intake.set_aside(dated, wrong)
    assert not intake.set_aside(dated, wrong), "once"
    assert not intake.set_aside(other, wrong), "never given out"
    [reject] = rejects
    assert (reject.where, reject.what, reject.raw.strip()) == (
        "f.jsonl:2", "it was recorded before", rows[1].strip())
    assert (intake.posts, intake.rejects, intake.rows_seen) == (2, 1, 3)
