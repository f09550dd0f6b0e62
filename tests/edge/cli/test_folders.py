"""`check` and `publish` of a folder that holds several versions and languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def terms(agora: Path) -> Path:
    """The folder of terms of the example platform."""
    return agora / "terms"


def text_of(terms: Path, **front: str) -> str:
    """The example's document with other front matter: `in_force` stands for `in force`."""
    text = (terms / "2020-05-11.md").read_text()
    for key, value in front.items():
        named = key.replace("_", " ")
        lines = [f"{named}: {value}" if line.startswith(f"{named}: ") else line
                 for line in text.split("\n")]
        assert any(line == f"{named}: {value}" for line in lines), named
        text = "\n".join(lines)
    return text


def french(terms: Path) -> str:
    """A translation of the example: the front matter, and of each clause its heading and words."""
    text = text_of(terms, language="fr")
    kept: list[str] = []
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if not fence and line.startswith("```"):
            fence, block = line, []
        elif fence and line == "```":
            worded = [x for x in block if '"' in x.split("linking")[0]]
            if fence == "```then" and worded:
                kept.extend([fence, *worded, "```"])
            fence = ""
        elif fence:
            block.append(line)
        else:
            kept.append(line)
    return "\n".join(kept)


def test_a_folder_of_versions_and_languages_is_checked_and_published_whole(
        agora: Path, terms: Path, evenhand: Any) -> None:
    (terms / "fr.md").write_text(french(terms))
    first = terms / "2020-05-11.md"
    first.write_text(first.read_text().replace("language: en", "language: en\nauthentic: yes"))
    (terms / "a-later-version.md").write_text(text_of(
        terms, version="2", published="2020-06-01", in_force="2020-06-09"))
    said = evenhand("check", terms, "--strict")
    assert said.status == 0, said.err
    assert "fr.md: a translation of " in said.out.replace("\n", "")
    evenhand("init", agora)
    done = evenhand("publish", "-c", agora, "--json")
    assert done.status == 0, done.err
    assert [(v["version"], v["new"]) for v in done.json] == [("2020-05-11", True), ("2", True)]
    assert evenhand("check", terms).status == 0
    again = evenhand("publish", "-c", agora, "--json")
    assert [v["new"] for v in again.json] == [False, False]


def test_what_publish_refuses_check_has_told_in_the_same_words_and_nothing_is_published(
        agora: Path, terms: Path, evenhand: Any) -> None:
    (terms / "fr.md").write_text(french(terms).replace("version: 2020-05-11", "version: 2020-05-12"
                                                      ).replace("time zone: UTC", "time zone: X"))
    (terms / "2.md").write_text(text_of(
        terms, version="2", published="2020-06-01", in_force="2020-06-02"))
    (terms / "3.md").write_text(text_of(
        terms, version="3", published="2020-06-01", in_force="2020-06-02"))
    (terms / "4.md").write_text(text_of(terms, version="4/5").replace("stance", "stanse"))
    said = evenhand("check", terms)
    evenhand("init", agora)
    refused = evenhand("publish", "-c", agora, "--json")
    assert (said.status, refused.status) == (1, 1)
    told = [problem["what"] for problem in refused.json["errors"]]
    assert len(told) >= 5
    assert all(what in said.err for what in told)
    assert evenhand("run", "-c", agora).status == 1, "no version was published"


def test_versions_are_published_in_the_order_of_their_days_and_not_of_their_names(
        agora: Path, terms: Path, evenhand: Any) -> None:
    first = text_of(terms, version="9")
    (terms / "ten.md").write_text(text_of(
        terms, version="10", published="2020-06-01", in_force="2020-07-01"))
    (terms / "2020-05-11.md").write_text(first)
    evenhand("init", agora)
    said = evenhand("publish", "-c", agora, "--json")
    assert said.status == 0, said.err
    assert [v["version"] for v in said.json] == ["9", "10"]


def test_a_document_named_twice_is_one(terms: Path, evenhand: Any) -> None:
    said = evenhand("check", terms, terms / "2020-05-11.md", terms / ".." / "terms", "--json")
    assert said.status == 0
    assert len(said.json) == 1


def test_a_remark_is_told_and_fails_only_where_it_is_asked_to(terms: Path, evenhand: Any) -> None:
    (terms / "late.md").write_text(text_of(
        terms, version="2", published="2199-06-01", in_force="2199-06-08"))
    said = evenhand("check", terms)
    assert said.status == 0
    assert "only if it is published at the first instant" in said.out
    assert evenhand("check", terms, "--strict").status == 1
    found = evenhand("check", terms, "--json")
    assert [len(d["remarks"]) for d in found.json] == [0, 1]


def test_a_turned_line_is_told_with_its_code_point_by_check_and_by_publish(
        agora: Path, terms: Path, evenhand: Any) -> None:
    path = terms / "2020-05-11.md"
    path.write_text(path.read_text().replace("You may not", "You may \u202enot\u202c", 1))
    evenhand("init", agora)
    for said in (evenhand("check", terms), evenhand("publish", "-c", agora)):
        assert said.status == 1
        assert "U+202E, right-to-left override" in said.err and "\u202e" not in said.err


def test_a_link_that_leads_to_itself_is_refused_and_the_rest_is_checked(
        terms: Path, evenhand: Any) -> None:
    (terms / "loop.md").symlink_to("loop.md")
    said = evenhand("check", terms)
    assert said.status == 1
    assert "loop.md: the document cannot be read" in said.err and "4 rules" in said.out
