"""A platform's own facts, as its users declare, check, publish and bring them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

DECLARED = """
[facts."account.followers"]
type = "integer"
meaning = "how many accounts followed the author when the post was made"
at-least = 0
column = "user.followers"

[facts."account.tier"]
type = "choice"
choices = ["free", "paid"]
meaning = "what the account pays for"
audience = "regulator"

[people.rita]
roles = ["reviewer"]

[people.root]
roles = ["administrator"]
"""
CLAUSE = """
### 1.2 Linking from an account that nobody follows

You may not link from an account that hardly anybody follows, unless you pay for it.

```when
account.followers < 5 and post.links > 0 and account.tier == "free"
```

```then
limit reach for 24 hours
objection otherwise objectionable
if undetermined, ask a reviewer within 24 hours
```

```case a link to four
account.followers = 4; post.links = 1; account.tier = "free"
-> limit reach
```
"""
ROWS = [("1", 4, "free"), ("2", 5, "free"), ("3", 4, "paid"), ("4", None, "free"),
        ("5", 4, "gold"), ("6", -1, "free")]


@pytest.fixture
def forum(tmp_path: Path, evenhand: Any) -> Path:
    """A platform that declares two facts, and whose terms name them; not published yet."""
    folder = tmp_path / "forum"
    assert evenhand("init", folder).status == 0
    with (folder / "evenhand.toml").open("a") as file:
        file.write(DECLARED)
    [terms] = (folder / "terms").glob("*.md")
    with terms.open("a") as file:
        file.write(CLAUSE)
    return folder


def test_check_reads_the_facts_beside_the_documents_or_of_the_configuration_named(
        forum: Path, tmp_path: Path, evenhand: Any) -> None:
    [terms] = (forum / "terms").glob("*.md")
    alone = tmp_path / "alone" / "lone.md"
    alone.parent.mkdir()
    alone.write_text(terms.read_text())
    for known in ((forum / "terms",), (terms,), ("forum/terms",), (alone, "-c", forum),
                  (alone, "--config", forum / "evenhand.toml")):
        said = evenhand("check", *known)
        assert (said.status, said.err) == (0, ""), known
    said = evenhand("check", alone)
    assert said.status == 1
    assert "`account.followers` is not a declared fact" in said.err
    (tmp_path / "evenhand.toml").write_text((forum / "evenhand.toml").read_text())
    assert evenhand("check", alone).status == 0, "the configuration of the folder we are in"
    said = evenhand("check", alone, "-c", "nowhere")
    assert (said.status, "there is no configuration here" in said.err) == (1, True)


def test_check_tells_what_is_wrong_with_a_declaration(forum: Path, evenhand: Any) -> None:
    file = forum / "evenhand.toml"
    file.write_text(file.read_text().replace('"integer"', '"int"'))
    said = evenhand("check", forum / "terms")
    assert said.status == 1
    assert said.err.splitlines()[0].endswith('`int` is no type of a fact, at '
                                             '`facts."account.followers".type`')
    assert "did you mean `integer`?" in said.err


def in_files(folder: Path) -> list[Path]:
    """The same posts as JSON lines, CSV, TSV and Parquet, under ids of their own."""
    frame = pl.DataFrame(ROWS, schema={"id": pl.String, "user.followers": pl.Int64,
                                       "account.tier": pl.String}, orient="row").with_columns(
        text=pl.lit("See https://forum.example"), author="a" + pl.col("id"))
    files = []
    for n, kind in enumerate(("jsonl", "csv", "tsv", "parquet")):
        named = frame.with_columns(id=pl.lit(f"{n}-") + pl.col("id"))
        files.append(folder / f"posts.{kind}")
        if kind == "parquet":
            named.write_parquet(files[-1])
        elif kind == "jsonl":
            named.write_ndjson(files[-1])
        else:
            named.write_csv(files[-1], separator="," if kind == "csv" else "\t")
    return files


def test_a_clause_over_brought_facts_does_the_same_whatever_the_posts_came_in(
        forum: Path, tmp_path: Path, evenhand: Any) -> None:
    assert evenhand("publish", "-c", forum).status == 0
    for file in in_files(tmp_path):
        said = evenhand("run", "-c", forum, file, "--json")
        assert said.status == 0, said.err
        assert said.json["posts"]["measured"] == len(ROWS)
        assert {one["what"]: one["posts"] for one in said.json["clauses"]} == {
            "holds": 1, "undetermined": 3, "asked": 3}, file
        assert [(one["fact"], one["measurements"]) for one in sorted(
            said.json["missing"], key=lambda one: one["fact"])] == [
            ("account.followers", 1), ("account.tier", 1)]
    assert evenhand("verify", "-c", forum).status == 0
    assert evenhand("export", "-c", forum, "out", "--sealed", "--as", "root", "--because",
                    "to the Regional Court of Example").status == 0
    said = evenhand("replay", "out", "--json")
    assert said.status == 0, said.out
    told = evenhand("show", "-c", forum, "1-1").out
    assert "how many accounts followed the author when the post was made: 4" in told
    assert "pays for" not in told.split("The notice to the author")[1], "it is for regulators"


def test_a_run_says_what_was_read_what_was_missing_and_why(forum: Path, evenhand: Any) -> None:
    assert evenhand("publish", "-c", forum).status == 0
    said = evenhand("run", "-c", forum, "-", "--format", "csv", "--map",
                    "account.followers=n", stdin=b"id,text,n\n1,a,3\n2,b,n/a\n3,c,-2\n4,d,-3\n")
    assert said.status == 0
    for line in ("`account.followers` is read from the column `n`",
                 "no column was seen for: `account.tier`",
                 'account.followers is missing for 1 measurement: "n/a" is not a whole number',
                 "account.followers is missing for 2 measurements: it is below 0, the least that "
                 "it can be"):
        assert line in said.out.splitlines()
    wrong = evenhand("run", "-c", forum, "-", "--format", "csv", "--map", "account.folowers=n",
                     stdin=b"id,text,n\n")
    assert (wrong.status, "did you mean `account.followers`?" in wrong.err) == (1, True)


def test_whoever_looked_at_a_post_says_what_is_so(forum: Path, evenhand: Any) -> None:
    assert evenhand("publish", "-c", forum).status == 0
    evenhand("run", "-c", forum, "-", "--format", "jsonl", stdin=b'{"id": "1", "text": '
             b'"https://forum.example", "author": "ada", "account.tier": "free"}')
    for value, what in (("many", '"many" is not a whole number'), ("-1", "-1 is below 0")):
        said = evenhand("decide", "-c", forum, "1", "--as", "rita", "--fact",
                        f"account.followers={value}")
        assert (said.status, what in said.err) == (1, True)
    said = evenhand("decide", "-c", forum, "1", "--as", "rita", "--fact", "account.followers=3")
    assert said.status == 0 and "limit-reach" in said.out
    evenhand("run", "-c", forum, "--statements", "said.jsonl")
    assert "account.followers is 3" in evenhand("show", "-c", forum, "1").out
