"""spec/factcheck.md says what the code does: its example is run, its table and figures compared."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.factcheck.claims import read_claims
from evenhand.factcheck.facts import FACTS
from evenhand.factcheck.match import LEAST_EXACT_WORDS, Matcher
from evenhand.factcheck.proposer import PROPOSE_LIKELY
from evenhand.factcheck.proposing import LEAST_POOL, MOST, PROPOSE_ABOVE, RARE_WORDS
from evenhand.factcheck.ratings import DEFAULT_RATINGS, fold_words
from evenhand.factcheck.words import PASSAGE
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import Account, Post, PostId

SPEC = (Path(__file__).parents[2] / "spec" / "factcheck.md").read_text(encoding="utf-8")
AT = datetime(2020, 5, 27, tzinfo=UTC)


def example() -> FactCheck:
    block = re.search(r"```json\n(.*?)```", SPEC, re.DOTALL)
    assert block is not None, "the page opens with an example"
    (check,), problems = read_claims(block[1], where="spec/factcheck.md", retrieved_at=AT,
                                    publishers={"facts.example": "fact-checker"})
    assert problems == ()
    return check


def test_the_example_is_read_as_the_page_says() -> None:
    check = example()
    block = re.search(r"```text\n(.*?)```", SPEC, re.DOTALL)
    assert block is not None
    said = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in block[1].splitlines())
    assert said == {
        "key": check.key, "url": check.url, "claim": check.claim, "claim by": check.claim_by,
        "publisher": f"{check.publisher.name}, {check.publisher.domain}, {check.publisher.kind}",
        "rating": f'{check.rating} ("{check.rating_words}")', "topics": "; ".join(check.topics),
        "appearances": ", ".join(check.appearances),
        "published": check.published_at.isoformat() if check.published_at else ""}


@pytest.mark.parametrize(("text", "url", "links", "expected"), [
    ("x", "https://agora.example/p/17", (), [("appearance", True)]),
    ("@friend EVERY voter is sent two ballots! https://t.co/x", None, (), [("exact text", True)]),
    ("so every voter in this county is now sent two ballots, is it", None, (),
     [("proposal", None)]),
    ("x", None, ("https://agora.example/p/17",), [("proposal", None)]),
    ("x", None, (example().url,), []),
    ("Is your ballot in the post yet?", None, (), []),
])
def test_the_posts_of_the_page_meet_the_example_as_it_says(
        text: str, url: str | None, links: tuple[str, ...], expected: list[object]) -> None:
    if len(text) > 1:
        assert f'"{text}"' in SPEC
    post = Post(id=PostId.parse("agora:1"), author=Account(platform="agora", id="7"), text=text,
                made_at=AT, url=url, links=links)
    assert [(m.by, m.confirmed) for m in Matcher.build([example()]).match(post)] == expected


def test_the_table_of_ratings_is_the_one_in_the_code() -> None:
    section = SPEC.split("## Ratings")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z ]+)` \| (.+) \|$", section, re.MULTILINE)
    assert {fold_words(w): rating for rating, row in rows for w in row.split(",")} == dict(
        DEFAULT_RATINGS)


def test_the_table_of_facts_names_each() -> None:
    section = SPEC.split("## The facts of a matched claim")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(claim\.[a-z_]+)`", section, re.MULTILINE)) == {
        fact.name for fact in FACTS}


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    assert f"`propose_above` ({PROPOSE_ABOVE})" in " ".join(SPEC.split())
    assert f"`propose_likely` ({PROPOSE_LIKELY})" in " ".join(SPEC.split())
    assert f"| **{PROPOSE_ABOVE:.2f}** |" in SPEC
    assert (RARE_WORDS, LEAST_POOL, MOST, PASSAGE, LEAST_EXACT_WORDS) == (8, 1000, 5, 60, 4)
