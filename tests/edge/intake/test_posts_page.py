"""What spec/posts.md shows is what the code does."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from evenhand.edge.brought import TYPES, read_declared
from evenhand.edge.intake.brought import LONGEST_TEXT, MOST_ELEMENTS
from evenhand.edge.intake.columns import OURS
from evenhand.edge.intake.make import LONGEST, LONGEST_NAME
from evenhand.edge.intake.read import _BY_SUFFIX
from evenhand.edge.intake.reject import Reject, parse_reject
from evenhand.model.post import Post

PAGE = (Path(__file__).parents[3] / "spec" / "posts.md").read_text()


def blocks(info: str) -> list[str]:
    return re.findall(rf"^```{info}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_post_on_the_page_is_the_same_from_json_and_from_csv(take: Callable[..., Any]) -> None:
    [full] = take(blocks("json")[0].encode()).posts
    [short] = take(blocks("csv")[0].encode(), format="csv",
                   mapping={"id": "nr", "text": "tweet"}).posts
    assert full.media[0].alt == "a ballot box"
    assert full.links == ("https://agora.example/facts",)
    for part in ("id", "author", "text", "made_at", "made_at_is"):
        assert getattr(full, part) == getattr(short, part)


def test_the_page_names_every_column_and_every_part_of_a_post_has_one() -> None:
    table = PAGE.split("## 1 Columns")[1].split("\n- ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(OURS)
    assert {f.name for f in fields(Post)} - set(OURS) == {"made_at_is", "brought"}
    assert f"{LONGEST:,} characters" in table
    assert f"at most {LONGEST_NAME} characters" in table


def test_the_page_names_every_ending_of_a_file() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("- The format is that of"))
    assert set(re.findall(r"`(\.\w+)`", line)) == {*_BY_SUFFIX, ".gz"}


def test_the_reject_on_the_page_is_what_is_written(take: Callable[..., Any]) -> None:
    shown: Reject = parse_reject(blocks("json")[1].encode())
    [reject] = take(b"id,user,tweet\n1,ada,a\n1,ada,a\n2,bo\n", format="csv",
                    name="posts.csv").rejects
    assert reject == shown


def test_the_facts_on_the_page_are_brought_by_each_of_its_rows(take: Callable[..., Any]) -> None:
    facts = read_declared(tomllib.loads(blocks("toml")[0])["facts"], {}, lambda *_: ValueError())
    for content, kind in ((blocks("json")[2], "jsonl"), (blocks("csv")[1], "csv")):
        [post] = take(content.encode(), format=kind, facts=facts).posts
        assert {one.name: one.value for one in post.brought} == {
            "account.followers": 3, "account.verified": False}, kind


def test_the_page_names_every_type_of_a_fact_and_its_limits() -> None:
    section = PAGE.split("## 6 ")[1]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert {*re.findall(r"`(\w+)`", " ".join(rows))} == {*TYPES, "choice"}
    assert f"{LONGEST_TEXT:,} characters" in section and f"{MOST_ELEMENTS:,} such" in section
