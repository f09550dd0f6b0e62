"""The main job on real posts and real published fact-checks, where that material is present.

It is for measuring only and is never shipped: where it is absent these tests are skipped and say
so. No text of it is printed, whatever fails.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("EVENHAND_SHARED", ROOT / ".." / "shared")) / "data"
TWEETS = DATA / "posts" / "davidson2017_tweets.csv"
POOL = DATA / "factcheck" / "claims.jsonl"
QUERIES = DATA / "factcheck" / "queries_dev.tsv"

pytestmark = pytest.mark.skipif(
    not (TWEETS.exists() and POOL.exists() and QUERIES.exists()),
    reason="the real posts and fact-checks are not here (shared/data): they are never shipped")

POSTS, TWEETED, CHECKS = 199, 24_783, 14_231


@pytest.fixture
def begun(ready: Path) -> Path:
    """The example platform, its clock beginning when its terms are in force."""
    config = ready / "evenhand.toml"
    text = config.read_text().replace("begins = 2020-05-04T00:00:00Z",
                                      "begins = 2020-06-01T00:00:00Z")
    text = text.replace('"checkers.example"', '"checks.example" = "fact-checker"\n'
                        '"checkers.example"')
    config.write_text(text.replace('posts = ["posts.jsonl"]', "posts = []").replace(
        'statements = ["statements.jsonl"]', "statements = []"))
    return ready


def claim_reviews() -> Iterator[str]:
    """The pool as ClaimReview, a line each. It holds no ratings and no topics: they are ours."""
    for line in POOL.read_text(encoding="utf-8").splitlines():
        claim = json.loads(line)
        yield json.dumps({
            "@type": "ClaimReview", "url": f"https://checks.example/{claim['id']}",
            "claimReviewed": claim["claim"], "name": claim["title"], "author": "Checks",
            "reviewRating": {"alternateName": "False"}, "keywords": ["how to vote"],
        }) + "\n"


def test_every_real_tweet_is_measured_and_none_is_lost(begun: Path, evenhand: Any) -> None:
    said = evenhand("run", TWEETS, "--map", "id=,text=tweet", "-c", begun, "--json")
    assert said.status == 0
    posts = said.json["posts"]
    assert posts["read"] == posts["measured"] == TWEETED
    assert posts["set_aside"] == 0
    assert evenhand("verify", "-c", begun).status == 0


def test_real_fact_checks_that_come_later_lead_to_decisions_then_and_once(
        begun: Path, evenhand: Any, tmp_path: Path) -> None:
    columns = ("--no-header", "--map", "id=1,text=2")
    first = evenhand("run", QUERIES, *columns, "-c", begun, "--json").json
    assert first["posts"]["measured"] == POSTS
    assert first["decisions"] == 0
    (tmp_path / "checks.jsonl").write_text("".join(claim_reviews()))
    checks = ("--fact-checks", tmp_path / "checks.jsonl")
    later = evenhand("run", QUERIES, *columns, *checks, "-c", begun, "--json").json
    assert later["fact_checks"]["new"] >= CHECKS
    assert later["posts"]["measured_before"] == POSTS
    # The matcher proposes, nobody has confirmed: every one of these waits for a person.
    assert later["decisions"] == later["posts"]["looked_at_again"] > POSTS // 2
    assert later["actions"] == []
    again = evenhand("run", QUERIES, *columns, *checks, "-c", begun, "--json").json
    assert again["decisions"] == again["posts"]["looked_at_again"] == 0
