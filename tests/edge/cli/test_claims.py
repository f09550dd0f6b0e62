"""`evenhand claims`, as a user runs it: what is taken in, listed, shown, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def review(page: str, claim: str, rating: str, host: str = "checkers.example", **more) -> dict:
    return {"@context": "https://schema.org", "@type": "ClaimReview",
            "url": f"https://{host}/{page}", "claimReviewed": claim, "datePublished": "2020-05-19",
            "author": {"@type": "Organization", "name": "Checkers"},
            "reviewRating": {"@type": "Rating", "alternateName": rating}, **more}


BALLOTS = "Every voter here is sent two ballots"


@pytest.fixture
def forum(agora: Path, evenhand) -> Path:
    with (agora / "evenhand.toml").open("a") as file:
        file.write('''
[[fact-checks.accreditations."checkers.example"]]
by = "Example Network"
since = 2019-03-01
until = 2021-03-01
ground = "it signed the code of principles"
funding = "a foundation"
''')
    assert evenhand("init", agora).status == 0
    return agora


def write(folder: Path, name: str, what: object) -> Path:
    path = folder / name
    path.write_text(what if isinstance(what, str) else json.dumps(what))
    return path


def test_a_feed_with_a_broken_item_keeps_the_rest_and_names_the_item(forum, evenhand, tmp_path):
    feed = write(tmp_path, "feed.json", {"@type": "DataFeed", "dataFeedElement": [
        {"item": review("a", BALLOTS, "False")}, {"item": {"@type": "ClaimReview", "url": "x"}},
        {"item": review("b", "Ferries leave at six", "Four shovels")}]})
    said = evenhand("claims", "import", "-c", forum, feed)
    assert said.status == 3
    assert "3 fact-checks read: 2 new, 0 changed, 0 known before, 1 set aside" in said.out
    assert "feed.json: item 2, at dataFeedElement[1].item" in said.err
    again = evenhand("claims", "import", "-c", forum, feed, "--json").json["sources"][0]
    assert (again["new"], again["known_before"], again["set_aside"]) == (0, 2, 1)


def test_a_changed_version_is_told_with_what_it_superseded_and_each_raw_form_is_kept(
        forum, evenhand, tmp_path):
    for rating in ("False", "True"):
        feed = write(tmp_path, "feed.json", review("a", BALLOTS, rating))
        assert evenhand("claims", "import", "-c", forum, feed).status == 0
    [one] = evenhand("claims", "list", "-c", forum, "--json").json
    assert (one["rating"], one["versions"]) == ("true", 2)
    shown = evenhand("claims", "show", "-c", forum, one["key"][:8])
    assert "rated “True” (true), no more “False” (false)" in shown.out
    first, last = evenhand("claims", "show", "-c", forum, one["url"], "--json").json["tellings"]
    assert first["superseded_at"] == last["known_at"]
    assert first["raw"]["reviewRating"]["alternateName"] == "False"


def test_a_publishers_accreditation_is_shown_with_its_ground_and_funding(
        forum, evenhand, tmp_path):
    feed = write(tmp_path, "feed.json", review("a", BALLOTS, "False"))
    evenhand("claims", "import", "-c", forum, feed)
    shown = evenhand("claims", "show", "-c", forum, "https://checkers.example/a").out
    assert ("accredited by Example Network since 1 March 2019 until 1 March 2021: it signed the "
            "code of principles") in shown
    assert "funding, as declared: a foundation" in shown


def test_two_publishers_who_contradict_each_other_are_shown_as_such(forum, evenhand, tmp_path):
    feed = write(tmp_path, "feed.json", [
        review("a", BALLOTS, "False"), review("p", BALLOTS + ".", "True", "agora.example")])
    evenhand("claims", "import", "-c", forum, feed)
    assert "2 contradicted by another publisher" in evenhand("claims", "list", "-c", forum).out
    [one] = [c for c in evenhand("claims", "list", "-c", forum, "--contradicted", "--json").json
             if c["publisher"] == "checkers.example"]
    shown = evenhand("claims", "show", "-c", forum, one["key"]).out
    assert "contradicted by Checkers, which rated it “True” (true)" in shown


def test_markup_and_escapes_of_a_claim_reach_no_screen(forum, evenhand, tmp_path):
    claim = "Two [red]ballots[/red]\u001b[31m \u202e<script>alert(1)</script>for everyone"
    feed = write(tmp_path, "page.html", '<script type="application/ld+json">'
                 + json.dumps(review("a", claim, "False")).replace("</", "<\\/") + "</script>")
    assert evenhand("claims", "import", "-c", forum, feed).status == 0
    for said in (evenhand("claims", "list", "-c", forum), evenhand(
            "claims", "show", "-c", forum, "https://checkers.example/a")):
        assert "\u001b" not in said.out and "\u202e" not in said.out and "alert" not in said.out
        assert "Two [red]ballots[/red]" in said.out


@pytest.mark.parametrize(("named", "what"), [
    ("abc", "names no known fact-check"), ("zzzz", "names no known fact-check"),
    ("https://checkers.example/none", "names no known fact-check"),
    ("https://checkers.example/two", "names several fact-checks")])
def test_who_names_no_one_fact_check_is_told_what_to_write(
        forum, evenhand, tmp_path, named, what):
    feed = write(tmp_path, "feed.json", [review("two#1", BALLOTS, "False"),
                                         review("two#2", "Ferries leave at six", "True")])
    evenhand("claims", "import", "-c", forum, feed)
    said = evenhand("claims", "show", "-c", forum, named)
    assert (said.status, what in said.err) == (1, True)


def test_a_file_that_is_not_there_costs_the_others_nothing(forum, evenhand, tmp_path):
    feed = write(tmp_path, "feed.json", review("a", BALLOTS, "False"))
    said = evenhand("claims", "import", "-c", forum, tmp_path / "none.json", feed)
    assert said.status == 3
    assert "1 new" in said.out and "none.json" in said.err


def test_only_the_platforms_own_fact_checks_are_exported_and_can_be_taken_in_again(
        forum, evenhand, tmp_path):
    own = review("facts", BALLOTS, "False", "agora.example", keywords="how to vote")
    for rating in ("False", "True"):
        feed = write(tmp_path, "feed.json", [review("a", BALLOTS, "False"), own | {
            "reviewRating": {"alternateName": rating}}])
        evenhand("claims", "import", "-c", forum, feed)
    said = evenhand("claims", "export", "-c", forum)
    [item] = said.json["@graph"]
    assert (item["url"], item["reviewRating"]["alternateName"]) == (own["url"], "True")
    assert "was rated “False”" in item["correction"]
    assert evenhand("claims", "export", "-c", forum, "--to", tmp_path / "own.json").status == 0
    again = evenhand("claims", "import", "-c", forum, tmp_path / "own.json", "--json").json
    assert again["sources"][0]["new"] == 0


def test_without_any_of_its_own_the_export_says_what_to_do(forum, evenhand):
    said = evenhand("claims", "export", "-c", forum)
    assert (said.status, "as `platform`" in said.err) == (1, True)


def test_all_that_is_set_aside_of_a_source_is_named(forum, evenhand, tmp_path):
    lines = [json.dumps({"@type": "ClaimReview", "url": f"https://checkers.example/{n}"})
             for n in range(12)]
    (tmp_path / "broken.jsonl").write_text("\n".join(lines))
    said = evenhand("claims", "import", "-c", forum, tmp_path / "broken.jsonl")
    assert said.status == 3 and "12 set aside" in said.out
    named = [line for line in said.err.splitlines() if line.startswith("set aside ")]
    assert [line.partition(": ")[0] for line in named] == [
        f"set aside broken.jsonl:{n}" for n in range(1, 13)]
