"""What spec/posts.md shows is what the code does."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

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
    assert {f.name for f in fields(Post)} - set(OURS) == {"made_at_is"}
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
