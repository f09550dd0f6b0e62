"""A post on Monday, a fact-check on Wednesday: the notice stands on Wednesday, and says so."""

from __future__ import annotations

import json
import shlex

import pytest

CLAIM = "Every voter here is sent two ballots"


def post(day: int, native: str, text: str) -> str:
    return json.dumps({"id": native, "author": "cy", "text": text,
                       "created_at": f"2020-06-0{day}T09:00:00Z"})


def check(day: int) -> str:
    return json.dumps({
        "@type": "ClaimReview", "url": "https://checkers.example/ballots", "claimReviewed": CLAIM,
        "keywords": "how to vote", "datePublished": f"2020-06-0{day}T10:00:00Z",
        "reviewRating": {"alternateName": "False"}})


def stance(day: int, native: str) -> str:
    return json.dumps({"post": native, "fact": "post.stance", "value": "asserts",
                       "by": "person:reviewer-2", "at": f"2020-06-0{day}T09:30:00Z"})


def test_a_post_on_monday_a_fact_check_on_wednesday_and_the_notice_on_wednesday(
        repeating, evenhand, tmp_path):
    ready = repeating
    config = ready / "evenhand.toml"
    config.write_text(config.read_text().replace('files = ["fact-checks.jsonl"]', "files = []")
                      .replace('statements = ["statements.jsonl"]', "statements = []"))
    posts, said, page = (tmp_path / name for name in ("posts.jsonl", "said.jsonl", "checks.json"))
    # 1 June 2020 was a Monday.
    posts.write_text("\n".join([post(1, "1", CLAIM), post(1, "2", "The ferry leaves at six.")]))
    said.write_text(stance(1, "1") + "\n")
    done = evenhand("run", "-c", ready, posts, "--statements", said, "--json")
    assert (done.status, done.json["actions"]) == (0, [])
    page.write_text(check(3))
    assert evenhand("claims", "import", "-c", ready, page).status == 0
    swept = evenhand("claims", "sweep", "-c", ready)
    assert "1 fact-check new or changed; 1 post looked at again" in swept.out
    assert "1 new decision" in swept.out and "clause 3.2: label 1" in swept.out
    shown = evenhand("show", "-c", ready, "1", "--json").json
    *_, one = shown["decisions"]
    assert one["record"]["decision"]["cause"]["kind"] == "fact-check change"
    assert one["record"]["decision"]["at"] == "2020-06-03T10:00:00Z"
    [notice] = one["record"]["fact_check_notices"]
    assert (notice["made_at"], notice["published_at"], notice["since"]) == (
        "2020-06-01T09:00:00Z", "2020-06-03T10:00:00Z", "2020-06-03T10:00:00Z")
    told = evenhand("show", "-c", ready, "1").out
    assert "post of 1 June 2020, 09:00 UTC; fact-check of 3 June 2020, 10:00 UTC" in told
    relied = evenhand("claims", "show", "-c", ready, "https://checkers.example/ballots").out
    assert "agora:1@1: label since 3 June 2020, 10:00 UTC" in relied
    again = evenhand("claims", "sweep", "-c", ready, "--json").json
    assert (again["fact_checks"], again["looked_at_again"], again["decisions"]) == (0, 0, 0)


def test_a_reviewer_sees_each_fact_check_that_was_found_with_its_rating_and_why(
        ready, evenhand, tmp_path):
    pytest.importorskip("bm25s", reason="the extra [match] is not installed")
    posts, page = tmp_path / "posts.jsonl", tmp_path / "checks.json"
    posts.write_text(post(4, "1", f"so they say: {CLAIM.lower()}, by mail"))
    page.write_text(check(3))
    assert evenhand("claims", "import", "-c", ready, page).status == 0
    assert evenhand("run", "-c", ready, posts).status == 0
    told = " ".join(evenhand("show", "-c", ready, "1").out.split())
    assert CLAIM in told and "false (“False”), 3 June 2020, 10:00 UTC: https://checkers" in told
    assert "proposed: it was found alike; nobody has said whether it speaks to the post" in told
    assert "of the claim's weight in words; words " in told
    commands = [line.strip() for line in evenhand("show", "-c", ready, "1").out.splitlines()
                if line.startswith("    evenhand ")]
    assert [line.partition(" --as YOU ")[2] for line in commands] == [
        "--confirm https://checkers.example/ballots --fact post.stance=STANCE",
        "--deny https://checkers.example/ballots"]
    answer = shlex.split(commands[1].replace("YOU", "reviewer-2"))[1:]
    denied = evenhand(*answer)
    assert denied.status == 0, denied.err
    told = " ".join(evenhand("show", "-c", ready, "1").out.split())
    assert "does not speak to it: as reviewer-2 says" in told and "--confirm" not in told
