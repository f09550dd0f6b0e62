"""spec/factcheck.md says what the code does: its example is run, its table and figures compared."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.factcheck.claims import read_claims
from evenhand.factcheck.copies import copy_key
from evenhand.factcheck.facts import FACTS, claim_facts
from evenhand.factcheck.match import LEAST_EXACT_WORDS, Matcher
from evenhand.factcheck.proposer import PROPOSE_LIKELY
from evenhand.factcheck.proposing import LEAST_POOL, MOST, PROPOSE_ABOVE, RARE_WORDS
from evenhand.factcheck.ratings import DEFAULT_RATINGS, fold_words
from evenhand.factcheck.words import PASSAGE
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import Account, Media, Post, PostId

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
    ("RT @friend: EVERY voter is sent two ballots!", None, (), [("exact text", True)]),
    ("Every voter is sent two ballots https://t.co/x", None, (), [("exact text", None)]),
    ("Every voter is sent two ballots @debunked", None, (), [("exact text", None)]),
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


CELL = re.compile(r'"(?P<text>.*)"(?: linking (?P<link>\S+)| in reply to (?P<reply>\S+)'
                  r"|(?P<picture> with a picture))?")


def rows(head: str) -> Iterator[list[str]]:
    """The rows of the table with this head, each as its cells."""
    table = SPEC.split(f"| {head} |\n")[1]
    for line in table.splitlines()[1:]:
        if not line.strip().startswith("|"):
            return
        yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def said(cell: str) -> Post:
    """The post that a cell of the page tells of."""
    m = CELL.fullmatch(cell)
    assert m is not None, cell
    return Post(id=PostId.parse("agora:1"), author=Account(platform="agora", id="7"), made_at=AT,
                text=m["text"], links=(m["link"],) if m["link"] else (), reply_to=m["reply"],
                media=(Media(kind="image", digest=f"sha256:{'a' * 64}"),) if m["picture"] else ())


BY_RULE = list(rows("besides the claim's words | by rule"))
COPIES = list(rows("a post | another | copies"))


@pytest.mark.parametrize(("cell", "answer"), BY_RULE)
def test_a_post_repeats_a_claim_by_rule_where_the_page_says_so(cell: str, answer: str) -> None:
    (match,) = Matcher.build([example()]).match(said(cell))
    assert match.by == "exact text"
    assert claim_facts(match)["claim.repeats"] is answer.startswith("yes")


@pytest.mark.parametrize(("one", "other", "answer"), COPIES)
def test_two_posts_are_copies_where_the_page_says_so(one: str, other: str, answer: str) -> None:
    keys = copy_key(said(one)), copy_key(said(other))
    assert None not in keys
    assert (keys[0] == keys[1]) is {"yes": True, "no": False}[answer]


def test_the_tables_of_posts_are_read() -> None:
    assert len(BY_RULE) >= 10 and len(COPIES) >= 20


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
