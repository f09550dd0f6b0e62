"""The public pages: what they say is what is recorded, and whatever a stranger wrote is words."""

from __future__ import annotations

import json
import time

import pytest

from evenhand.edge.web.changed import Part, parts
from evenhand.edge.web.protection import HEADERS

PUBLIC = ("/", "/terms", "/terms/2020-05-11", "/fact-checks", "/figures", "/log", "/receipt",
          "/report")


@pytest.mark.parametrize("path", [*PUBLIC, "/nowhere", "/terms/1848", "/fact-checks/nothing"])
def test_every_answer_protects_its_reader(pages, path):
    answer = pages.get(path)
    assert answer.status_code == (200 if path in PUBLIC else 404)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "<script" not in answer.text and " style=" not in answer.text
    assert answer.headers["content-language"] == "en"


def test_the_first_page_tells_what_is_recorded_and_where_to_look(pages):
    told = pages.get("/").text
    for link in ("/terms", "/fact-checks", "/figures", "/log", "/receipt"):
        assert f'href="{link}"' in told
    assert "Version 2020-05-11, in force since 11 May 2020." in told
    assert "runs on a replayed clock" in told and "<dd>24<small>not witnessed" in told


def test_the_terms_stand_there_as_they_are_read_and_as_they_run(pages, agora):
    told = pages.get("/terms").text
    assert "You may not threaten to kill or injure a person" in told
    assert 'id="3.2"' in told and "hits.threats_of_violence &gt;= 1" in told
    assert pages.platform.versions[0].digest in told
    document = pages.get("/terms/2020-05-11/document/en")
    assert document.text == (agora / "terms/2020-05-11.md").read_text()
    assert document.headers["content-type"] == "text/markdown; charset=utf-8"
    assert pages.get("/terms/2020-05-11/document/fr").status_code == 404


def test_terms_that_are_published_while_the_pages_are_served_stand_there(office, square):
    before = square.get("/terms").text
    office.republish(lambda text: text.replace("You may not zap people", "Nobody zaps anybody"),
                     version="2", published="2020-05-21", in_force="2020-05-22")
    assert "Nobody zaps anybody" not in before
    assert "Nobody zaps anybody" in square.get("/terms/2").text
    changed = square.get("/terms/2/since/1").text
    assert "2 parts differ" in changed
    assert "<del>You may not zap people</del>" in changed.replace("\n", "") or (
        "<del>You</del>" in changed and "<ins>" in changed)
    assert "0 parts differ" in square.get("/terms/1/since/1").text


def test_what_has_no_number_binds_too_and_its_change_is_told(office, square):
    office.republish(lambda text: f"Be kind to each other.\n{text}\n## At the end\n\nBe well.\n",
                     version="2", published="2020-05-21", in_force="2020-05-21")
    told = square.get("/terms/2").text
    for words in ("Be kind to each other.", "<h2>At the end</h2>", "Be well.", "appeal within"):
        assert words in told, words
    changed = square.get("/terms/2/since/1").text
    assert "<ins>Be kind to each other." in changed and "Be well." in changed
    assert "What holds for all of it" in changed, "the days of the front matter differ"


def test_versions_of_a_great_many_lines_are_compared_soon():
    lines = [f"word {n} of a long list\n" for n in range(4000)]
    before = time.process_time()
    found = parts("".join(lines), "".join([*lines[:2000], "another\n", *lines[2001:]]))
    assert "another" in "".join(p.words for p in found if p.how == "added")
    assert parts("a" * 10, "a" * 10) == (Part("same", "a" * 10),)
    whole = parts(" ".join(map(str, range(9000))), " ".join(map(str, range(1, 9000))))
    assert [p.how for p in whole] == ["removed", "added"]
    assert time.process_time() - before < 60  # quadratic, it would be minutes


def test_what_stands_in_terms_as_html_is_words(office, square):
    office.republish(lambda text: text.replace(
        "You may not zap people", "<img src=x onerror=alert(1)> [x](javascript:alert(1))"),
        version="2", published="2020-05-21", in_force="2020-05-21")
    told = square.get("/terms/2").text
    assert "&lt;img src=x onerror=alert(1)&gt;" in told and "<img" not in told
    assert 'href="javascript' not in told


def test_the_fact_checks_name_who_made_them_and_how_many_posts_they_stand_beside(pages):
    told = pages.get("/fact-checks").text
    assert "Mail-in ballots will be substantially fraudulent" in told and "Agora" in told
    key = told.partition('href="/fact-checks/')[2].partition('"')[0]
    one = pages.get(f"/fact-checks/{key}").text
    assert "unsupported" in one and "“Unsubstantiated”" in one
    assert 'rel="nofollow noopener external"' in one and "beside 2 posts ever" in one


def test_the_figures_count_what_began_and_not_what_went_on(pages, agora):
    told = pages.get("/figures").text
    for words in ("False claims about how to vote", "Not measured yet.", "as of 27 May 2020"):
        assert words in told
    counted = json.loads((agora / "posts.jsonl").read_text().splitlines()[0])
    assert counted["id"]
    rows = [line for line in told.splitlines() if 'href="/terms#3.2"' in line]
    assert len(rows) == 1 and ">2</td>" in rows[0]


def test_the_log_and_its_files_stand_below_one_address(pages):
    told = pages.get("/log").text
    assert "agora.example/ledger/replayed" in told and "Not witnessed" in told
    published = (pages.platform.config.ledger / "checkpoint").read_bytes()
    note = pages.get("/log/checkpoint")
    assert note.content == published and note.headers["cache-control"].startswith("max-age=1")
    tile = pages.get("/log/tile/0/000.p/24")
    assert tile.status_code == 200 and len(tile.content) == 24 * 32
    for path in ("/static/%00", "/static/%1b%0aFAKE", "/log/%00", "/log/../evenhand.toml",
                 "/log/%2e%2e/evenhand.toml", "/log/tile/0/001", "/log/evenhand.db"):
        assert pages.get(path).status_code == 404


@pytest.mark.parametrize(("to", "goes"), [
    ("/terms", "/terms"), ("//evil.example", "/"), ("https://evil.example", "/"),
    ("/\\evil.example", "/"), ("", "/")])
def test_a_language_is_kept_and_leads_back_to_our_own_pages_alone(pages, to, goes):
    answer = pages.get(f"/language/de?to={to}")
    assert answer.headers["location"] == goes
    assert "language=de" in answer.headers["set-cookie"]
    assert pages.get("/language/xx").status_code == 404
