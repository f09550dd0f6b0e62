"""The summary of a run is a sum: what was read is what became of it, to the last row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

GOOD = {"id": "g1", "author": "ada", "text": "Hello.", "made_at": "2020-05-26T10:00:00Z"}
BECAME = ("measured", "measured_before", "twice_in_the_input", "set_aside", "erased_before")


def lines(*rows: dict[str, Any] | str) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def said(post: str, by: str = "person:ines", **more: Any) -> dict[str, Any]:
    return {"post": post, "fact": "post.stance", "value": "asserts", "by": by,
            "at": "2020-05-27T00:00:00Z", **more}


@pytest.fixture
def bare(ready: Path) -> Path:
    """The example platform without its own posts and statements."""
    config = ready / "evenhand.toml"
    text = config.read_text()
    for key in ("posts", "statements"):
        assert f'{key} = ["{key}.jsonl"]' in text
        text = text.replace(f'{key} = ["{key}.jsonl"]', f"{key} = []")
    config.write_text(text)
    return ready


@pytest.fixture
def person(bare: Path) -> str:
    """Somebody whom the example platform registered as a reviewer."""
    import tomllib
    people = tomllib.loads((bare / "evenhand.toml").read_text())["people"]
    return "person:" + next(name for name, one in people.items() if "reviewer" in one["roles"])


def test_every_row_of_posts_is_counted_once(bare: Path, evenhand: Any, tmp_path: Path) -> None:
    (tmp_path / "first.jsonl").write_text(lines(GOOD))
    (tmp_path / "second.jsonl").write_text(lines(
        GOOD, GOOD | {"id": "g2"}, GOOD | {"id": "g2"}, "no row", GOOD | {"id": "g3", "text": 7},
        GOOD | {"id": "g2", "text": "Others."}))
    (tmp_path / "third.jsonl").write_text(lines(GOOD | {"text": "Other words."},
                                                GOOD | {"id": "g4"}))
    assert evenhand("run", "first.jsonl", "-c", bare).status == 0
    ran = evenhand("run", "second.jsonl", "third.jsonl", "-c", bare, "--json")
    assert ran.status == 3, ran.err
    posts = ran.json["posts"]
    assert {k: posts[k] for k in ("read", *BECAME)} == {
        "read": 8, "measured": 2, "measured_before": 1, "twice_in_the_input": 1, "set_aside": 4,
        "erased_before": 0}
    again = evenhand("run", "second.jsonl", "third.jsonl", "-c", bare)
    assert ("8 posts read: 0 measured, 3 measured before, 1 twice in the input, 4 set aside"
            in again.out.splitlines())


def test_what_is_wrong_with_statements_and_fact_checks_is_no_post(
        bare: Path, evenhand: Any, tmp_path: Path, person: str) -> None:
    (tmp_path / "posts.jsonl").write_text(lines(GOOD))
    (tmp_path / "said.jsonl").write_text(lines(
        said("g1", person), said("g1", person), said("g1", "person:mallory"), "no statement"))
    (tmp_path / "checks.jsonl").write_text(lines({"@type": "ClaimReview"}, {
        "@type": "ClaimReview", "url": "https://c.example/2", "claimReviewed": "y",
        "reviewRating": {"alternateName": "False"}}))
    before = evenhand("run", "-c", bare, "--json").json["fact_checks"]["read"]
    args = ("posts.jsonl", "--statements", "said.jsonl", "--fact-checks", "checks.jsonl", "-c",
            bare)
    ran = evenhand("run", *args, "--json")
    assert ran.status == 3, ran.err
    assert (ran.json["posts"]["read"], ran.json["posts"]["set_aside"]) == (1, 0)
    assert ran.json["statements"] == {
        "read": 4, "new": 1, "known_before": 1, "set_aside": 2,
        "about_posts_that_never_came_in": {"statements": 0, "posts": 0, "first": []}}
    assert ran.json["fact_checks"] == {
        "read": before + 2, "new": 1, "known_before": before, "set_aside": 1}
    again = evenhand("run", *args).out.splitlines()
    assert "4 statements read: 0 new, 2 known before, 2 set aside" in again
    assert (f"{before + 2} fact-checks read: 0 new, {before + 1} known before, 1 set aside"
            in again)


def test_statements_about_posts_that_never_came_in_are_told_and_count_when_they_do(
        bare: Path, evenhand: Any, tmp_path: Path, person: str) -> None:
    (tmp_path / "posts.jsonl").write_text(lines(GOOD))
    (tmp_path / "said.jsonl").write_text(lines(
        said("g1", person), *(said(f"later{n}", person) for n in range(7)),
        said("later0", person, value="reports")))
    ran = evenhand("run", "posts.jsonl", "--statements", "said.jsonl", "-c", bare)
    assert ran.status == 0, ran.err
    assert ("8 statements about 7 posts that never came in: agora:later0@1, agora:later1@1, "
            "agora:later2@1, agora:later3@1, agora:later4@1, ...") in ran.out.splitlines()
    assert "count when the post arrives" in ran.out
    (tmp_path / "more.jsonl").write_text(lines(
        *(GOOD | {"id": f"later{n}", "made_at": "2020-05-28"} for n in range(6))))
    more = evenhand("run", "more.jsonl", "--statements", "said.jsonl", "-c", bare, "--json").json
    assert more["statements"]["about_posts_that_never_came_in"] == {
        "statements": 1, "posts": 1, "first": ["agora:later6@1"]}
    assert "never came in" not in evenhand("run", "more.jsonl", "-c", bare).out


def test_a_live_platform_says_what_replays_the_past(tmp_path: Path, evenhand: Any) -> None:
    assert evenhand("init", "forum").status == 0
    assert evenhand("publish", "-c", "forum").status == 0
    (tmp_path / "posts.jsonl").write_text(lines(GOOD))
    ran = evenhand("run", "posts.jsonl", "-c", "forum")
    assert ran.status == 0, ran.err
    assert "1 post made before any terms were in force" in ran.out
    assert "under [clock], `kind = \"replayed\"` and `begins = " in ran.out
    again = evenhand("run", "posts.jsonl", "-c", "forum")
    assert "before any terms" not in again.out


def test_a_replayed_platform_is_not_told_to_replay(bare: Path, evenhand: Any,
                                                   tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(lines(GOOD | {"made_at": "2019-05-26"}))
    ran = evenhand("run", "posts.jsonl", "-c", bare)
    assert "before any terms were in force" in ran.out
    assert "replayed\"" not in ran.out
