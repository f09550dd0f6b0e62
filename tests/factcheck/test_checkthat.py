"""The measuring data is read as its README says, and what it is not is told."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.factcheck.checkthat import NAME, read_pool, read_qrels, read_queries
from evenhand.factcheck.match import Matcher
from evenhand.model.factcheck import Publisher
from evenhand.model.post import Account, Post, PostId

AT = datetime(2022, 3, 1, tzinfo=UTC)
PUBLISHER = Publisher(name="the pool", domain="pool.example", kind="fact-checker")
SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).parents[2] / ".." / "shared"))
DATA = SHARED / "data" / "factcheck"
needs_data = pytest.mark.skipif(not (DATA / "claims.jsonl").exists(),
                                reason="the fact-check data does not lie beside the repository")


def pool(*entries: object) -> str:
    return "\n".join(e if isinstance(e, str) else json.dumps(e) for e in entries)


def test_a_pool_keeps_its_claims_and_tells_broken_lines_and_dates() -> None:
    text = pool({"id": "c1", "claim": "It  rains", "title": "Rain?", "subtitle": " Wet. ",
                 "date": "26  May 2015"},
                '{"id": "c2"', {"id": "c3", "claim": " "}, {"claim": "no id"}, "[1]",
                {"id": "c1", "claim": "again"},
                {"id": "c4", "claim": "It\u2028snows", "date": "nobody knows"})
    checks, also, problems = read_pool(text, where="p", retrieved_at=AT, publisher=PUBLISHER)
    assert [(c.url, c.claim, c.title, c.rating) for c in checks] == [
        (NAME + "c1", "It rains", "Rain?", "unrated"), (NAME + "c4", "It snows", "", "unrated")]
    assert also == {NAME + "c1": "Wet.", NAME + "c4": ""}
    assert checks[0].published_at == datetime(2015, 5, 26, tzinfo=UTC)
    assert [(p.where, p.level) for p in problems] == [
        ("p:2", "refused"), ("p:3", "refused"), ("p:4", "refused"), ("p:5", "refused"),
        ("p:6", "refused"), ("p:7", "note")]


def test_queries_and_qrels_tell_their_broken_lines() -> None:
    queries, wrong = read_queries("q1\tone\nq2 two\nq1\tagain\n\nq3\tthree\x85more\r\n", where="q")
    assert queries == {"q1": "one", "q3": "three\x85more"}
    assert [p.where for p in wrong] == ["q:2", "q:3"]
    qrels, wrong = read_qrels("q1\t0\tc1\t1\nq1\t0\tc1\t1\nq1 0 c2 1\nq1 0 c3 0\nq1\tc4\n",
                              where="r")
    assert qrels == {"q1": ("c1", "c2")}
    assert [p.where for p in wrong] == ["r:5"]


@pytest.mark.parametrize("name", ["two words", " edged", "tab\tbed", "nar\u00a0row", "x" * 201,
                                  "\x1b[2J", "<b>c</b>", "\ud800", "e\u0301"])
def test_an_id_that_a_run_could_not_name_is_told_with_its_line(name: str) -> None:
    checks, _, problems = read_pool(pool({"id": "c1", "claim": "It rains"},
                                         {"id": name, "claim": "It snows"}),
                                    where="p", retrieved_at=AT, publisher=PUBLISHER)
    assert [c.url for c in checks] == [NAME + "c1"]
    [problem] = problems
    assert problem.where == "p:2" and problem.level == "refused" and "the id" in problem.what
    if "\t" not in name:
        queries, wrong = read_queries(f"q1\tone\n{name}\ttwo\n", where="q")
        assert queries == {"q1": "one"} and [p.where for p in wrong] == ["q:2"]


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_a_loader_fail(text: str) -> None:
    read_pool(text, where="p", retrieved_at=AT, publisher=PUBLISHER)
    read_queries(text, where="q")
    read_qrels(text, where="r")


@needs_data
def test_the_real_data_is_read_whole_and_its_six_dirty_dates_are_handled() -> None:
    checks, _, problems = read_pool((DATA / "claims.jsonl").read_text(encoding="utf-8"),
                                 where="claims.jsonl", retrieved_at=AT, publisher=PUBLISHER)
    assert len(checks) == 14_231
    assert [p.level for p in problems] == ["note", "note"]
    assert sum(c.published_at is None for c in checks) == 289
    for split, queries, lines in (("train", 997, 999), ("dev", 199, 199)):
        found, wrong = read_queries((DATA / f"queries_{split}.tsv").read_text(encoding="utf-8"),
                                    where=split)
        right, worse = read_qrels((DATA / f"qrels_{split}.tsv").read_text(encoding="utf-8"),
                                  where=split)
        assert (len(found), sum(map(len, right.values()))) == (queries, lines)
        assert (wrong, worse) == ((), ())
        assert set(found) == set(right)


@needs_data
def test_on_real_posts_the_right_claim_is_proposed_for_most_and_none_is_confirmed() -> None:
    # A floor under the figures of spec/factcheck.md, on the 199 posts of the smaller split.
    checks, _, _ = read_pool((DATA / "claims.jsonl").read_text(encoding="utf-8"),
                          where="claims.jsonl", retrieved_at=AT, publisher=PUBLISHER)
    queries, _ = read_queries((DATA / "queries_dev.tsv").read_text(encoding="utf-8"), where="dev")
    right, _ = read_qrels((DATA / "qrels_dev.tsv").read_text(encoding="utf-8"), where="dev")
    posts = [Post(id=PostId(platform="x", native=name), text=text, made_at=AT,
                  author=Account(platform="x", id="0")) for name, text in queries.items()]
    matches = Matcher.build(checks).match_all(posts)
    hits = sum(any(m.fact_check.url.removeprefix(NAME) in right[name] for m in found)
               for name, found in zip(queries, matches, strict=True))
    assert hits / len(posts) > 0.6
    assert all(m.confirmed is None for found in matches for m in found)
