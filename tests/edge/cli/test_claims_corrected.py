"""`evenhand claims withdraw`, `keep` and `recheck`, as a user runs them."""

from __future__ import annotations

import json
import shlex
from functools import partial

import pytest
from click.testing import CliRunner

from evenhand.edge.cli import claims_import, claims_recheck, cli
from evenhand.edge.fetching import Fetcher
from evenhand.edge.pacing import Pace

CLAIM = "Every voter here is sent two ballots"


@pytest.fixture
def labelled(repeating, evenhand, tmp_path, site):
    """The example platform with a label that rests on a fact-check on the site; its page."""
    ready = repeating
    config = ready / "evenhand.toml"
    config.write_text(config.read_text().replace('files = ["fact-checks.jsonl"]', "files = []")
                      .replace('statements = ["statements.jsonl"]', "statements = []")
                      .replace('"checkers.example" =', '"127.0.0.1" =')
                      + '\n[people.dora]\nname = "Dora"\nroles = ["senior reviewer"]\n'
                      '\n[people.root]\nname = "Root"\nroles = ["administrator"]\n')
    page = site.address("/ballots")
    files = {"checks.json": item(page), "posts.jsonl": {
        "id": "1", "author": "cy", "text": CLAIM, "created_at": "2020-06-01T09:00:00Z"},
        "said.jsonl": {"post": "1", "fact": "post.stance", "value": "asserts",
                       "by": "person:reviewer-2", "at": "2020-06-01T09:30:00Z"}}
    for name, what in files.items():
        (tmp_path / name).write_text(json.dumps(what) + "\n")
    done = evenhand("run", "-c", ready, tmp_path / "posts.jsonl", "--fact-checks",
                    tmp_path / "checks.json", "--statements", tmp_path / "said.jsonl", "--json")
    assert done.json["actions"] == [{"clause": "3.2", "action": "label", "count": 1}]
    return ready, page


def item(page: str, rating: str = "False") -> dict:
    return {"@type": "ClaimReview", "url": page, "claimReviewed": CLAIM, "author": "Checkers",
            "keywords": "how to vote", "datePublished": "2020-05-20",
            "reviewRating": {"alternateName": rating}}


@pytest.fixture
def here(monkeypatch):
    """Runs a command in this process, where it may fetch from loopback; returns what it says."""
    may = partial(Fetcher, may_connect=lambda ip: ip.is_loopback, ports=None)
    monkeypatch.setattr(claims_recheck, "Fetcher", may)
    monkeypatch.setattr(claims_import, "Fetcher", may)
    for module in (claims_import, claims_recheck):
        monkeypatch.setattr(module, "Pace", partial(Pace, pause=0))

    def call(*args):
        return CliRunner().invoke(cli, list(map(str, args)), standalone_mode=False)

    return call


def test_a_withdrawal_takes_the_notice_down_tells_why_and_is_told_in_the_log(labelled, evenhand):
    forum, page = labelled
    said = evenhand("claims", "withdraw", "-c", forum, page, "--as", "dora", "--because",
                    "Its publisher retracted it.")
    assert said.status == 0 and "is withdrawn" in said.out and "1 new decision" in said.out
    shown = evenhand("show", "-c", forum, "1").out
    assert "What readers are told beside the post" in shown
    assert "Its publisher retracted it" in shown
    told = evenhand("claims", "show", "-c", forum, page).out
    assert "withdrawn since" in told and "dora said that it is withdrawn" in told
    assert "What rests on it\n  nothing" in told
    [one] = evenhand("claims", "list", "-c", forum, "--json").json
    assert (one["state"], one["relied_on_by"]) == ("withdrawn", 0)
    assert "1 word on a fact-check\n" in evenhand("verify", "-c", forum).out
    again = evenhand("claims", "withdraw", "-c", forum, page, "--as", "dora", "--because",
                     "Again so.")
    assert (again.status, "withdrawn already" in again.err) == (1, True)
    kept = evenhand("claims", "keep", "-c", forum, page, "--as", "dora", "--because",
                    "It was another page.", "--json").json
    assert (kept["state"], kept["decisions"]) == ("stands", 1)


def test_an_auditor_opens_who_withdrew_it_and_replays_what_came_of_it(labelled, evenhand):
    forum, page = labelled
    evenhand("claims", "withdraw", "-c", forum, page, "--as", "dora", "--because",
             "Its publisher retracted it.")
    assert evenhand("export", "sealed", "-c", forum, "--sealed", "--as", "root", "--because",
                    "to the Regional Court of Example").status == 0
    assert evenhand("verify", "sealed").status == 0
    replayed = evenhand("replay", "sealed", "--json")
    assert replayed.status == 0, replayed.out
    folder = forum.parent / "sealed"
    [one] = [json.loads(line) for line in (folder / "openings.jsonl").read_text().splitlines()
             if json.loads(line)["kind"] == "fact-check"]
    assert json.loads(one["record"])["body"]["word"]["by"] == "dora"


def test_what_was_withdrawn_does_not_come_back_by_another_full_stop(
        labelled, evenhand, tmp_path):
    forum, page = labelled
    evenhand("claims", "withdraw", "-c", forum, page, "--as", "dora", "--because",
             "Its publisher retracted it.")
    (tmp_path / "anew.json").write_text(json.dumps(item(page) | {"claimReviewed": CLAIM + "."}))
    assert evenhand("claims", "import", "-c", forum, tmp_path / "anew.json").status == 0
    evenhand("claims", "sweep", "-c", forum)
    said = evenhand("show", "-c", forum, "1", "--json").json["decisions"][-1]["record"]
    assert said["decision"]["actions"] == [] and [
        (m["by"], m["confirmed"]) for m in said["decision"]["dossier"]["matches"]] == [
        ("exact text", None)]
    assert evenhand("export", "sealed", "-c", forum, "--sealed", "--as", "root", "--because",
                    "to the Regional Court of Example").status == 0
    replayed = evenhand("replay", "sealed")
    assert replayed.status == 0, replayed.out


def test_whoever_imports_another_wording_is_told_that_the_old_one_stands(
        labelled, evenhand, tmp_path):
    forum, page = labelled
    (tmp_path / "anew.json").write_text(json.dumps(
        item(page) | {"claimReviewed": "Some voters here are sent two ballots"}))
    said = evenhand("claims", "import", "-c", forum, tmp_path / "anew.json")
    assert f"“{CLAIM}”, on which something rests: {page}" in said.out
    assert "it stands until `evenhand claims recheck` has looked at the page" in said.out
    again = evenhand("claims", "import", "-c", forum, tmp_path / "anew.json", "--json").json
    assert again["worded_otherwise"] == []  # it is told of what is news, once
    (tmp_path / "both.json").write_text(json.dumps([
        item(page), item(page) | {"claimReviewed": "No voter here is sent two ballots"}]))
    both = evenhand("claims", "import", "-c", forum, tmp_path / "both.json", "--json").json
    assert both["sources"][0]["new"] == 1 and both["worded_otherwise"] == []


def test_the_platform_is_told_the_correction_with_what_it_is_to_do(labelled, evenhand):
    forum, page = labelled
    evenhand("claims", "withdraw", "-c", forum, page, "--as", "dora", "--because",
             "Retracted it is.")
    decision = evenhand("show", "-c", forum, "1", "--json").json["decisions"][-1]["record"]
    folder = forum / "data" / "letters" / decision["decision"]["id"][:16]
    told = json.loads((folder / "actions.json").read_text())
    assert told["actions"] == [] and told["fact_check_notices"] == []
    assert told["corrections"] == decision["corrections"]
    assert "Retracted it is" in (folder / "notice.txt").read_text()


def test_a_page_that_is_gone_waits_in_the_queue_until_a_person_answers(
        labelled, evenhand, here):
    forum, page = labelled
    done = here("claims", "recheck", "-c", forum)
    assert done.return_value == 0 and "gone" in done.output, done.output
    waits = evenhand("queue", "-c", forum, "--json").json["waiting"]
    [one] = [w for w in waits if w["kind"] == "fact-check"]
    assert one["posts"] == ["agora:1@1"] and "does it still stand?" in one["what"]
    assert "in doubt since" in evenhand("claims", "show", "-c", forum, page).out
    assert evenhand("claims", "keep", "-c", forum, one["id"], "--as", "dora", "--because",
                    "The page only moved.").status == 0
    assert [w for w in evenhand("queue", "-c", forum, "--json").json["waiting"]
            if w["kind"] == "fact-check"] == []


def test_a_page_with_another_rating_is_taken_in_and_looked_at_at_once(labelled, here, site):
    forum, page = labelled
    site.put("/ballots", json.dumps(item(page, "True")), kind="application/ld+json")
    done = here("claims", "recheck", "-c", forum, "--json")
    said = json.loads(done.stdout)
    assert [f["outcome"] for f in said["found"]] == ["changed"]
    assert (said["pages"], said["looked_at"], said["decisions"]) == (1, 1, 1)
    again = json.loads(here("claims", "recheck", "-c", forum, "--json").stdout)
    assert (again["pages"], again["fresh"]) == (0, 0), "nothing rests on it any more"


def test_a_page_that_cannot_be_fetched_is_told_and_the_status_says_so(labelled, here, site):
    forum, _ = labelled
    site.put("/ballots", "", status=500)
    done = here("claims", "recheck", "-c", forum)
    assert done.return_value == 3 and "not fetched" in done.output
    site.put("/ballots", "", status=500)
    assert "1 looked at" in here("claims", "recheck", "-c", forum).output, "it is tried again"


def test_a_page_is_imported_by_its_address(labelled, here, site):
    forum, _ = labelled
    there = site.put("/other", json.dumps(item(site.address("/other"))),
                     kind="application/ld+json")
    done = here("claims", "import", "-c", forum, there, "--json")
    assert json.loads(done.stdout)["sources"][0]["new"] == 1


def test_an_address_within_a_private_net_is_refused_with_what_to_do(ready, evenhand):
    said = evenhand("claims", "import", "-c", ready, "http://127.0.0.1/facts")
    assert said.status == 1
    assert "not of the public internet" in said.err and "import the file" in said.err


def test_a_feed_is_followed_and_what_it_came_to_is_told(labelled, here, site, capsys, tmp_path):
    forum, page = labelled
    config = forum / "evenhand.toml"
    config.write_text(config.read_text().replace(
        "[fact-checks]", '[fact-checks]\ncontact = "facts@agora.example"'))
    site.put("/ballots", f'<script type="application/ld+json">{json.dumps(item(page, "True"))}'
             "</script>")
    site.put("/news", "<p>No fact-check</p>")
    feed = ("<rss><channel><item><link>/ballots</link></item><item><link>/news</link></item>"
            "<item><title>Nowhere</title></item></channel></rss>")
    site.put("/feed", feed, kind="application/rss+xml")
    done = here("claims", "import", "-c", forum, site.address("/feed"))
    assert done.return_value == 3
    assert "2 fact-checks read: 0 new, 1 changed, 0 known before, 1 set aside" in done.output
    assert "2 pages of the feed fetched, 1 of them without a fact-check; 0 known" in done.output
    assert {h["User-Agent"] for h in site.headers} == {"evenhand (+facts@agora.example)"}
    # The same as a file: its links must be whole, and what was fetched is not fetched again.
    saved = tmp_path / "feed.xml"
    saved.write_text(feed.replace("<link>/", f"<link>{site.address()}"))
    site.asked.clear()
    told = json.loads(here("claims", "import", "-c", forum, saved, "--json").output)["sources"][0]
    assert (told["pages"], site.asked) == (
        {"fetched": 0, "bare": 0, "unchanged": 2, "beyond": 0}, [])
    told = json.loads(here("claims", "import", "-c", forum, saved, "--again", "--pages", "1",
                           "--json").output)["sources"][0]
    assert (told["pages"]["fetched"], told["pages"]["beyond"], site.asked) == (1, 1, ["/ballots"])


def test_a_contact_that_no_publisher_can_use_is_refused(labelled, evenhand):
    forum, _ = labelled
    config = forum / "evenhand.toml"
    text = config.read_text()
    for wrong in ('"nobody"', '"a b@c.example"', '"a@b.example\\r\\nX: y"', "7", '"ü@b.example"'):
        config.write_text(text.replace("[fact-checks]", f"[fact-checks]\ncontact = {wrong}"))
        said = evenhand("claims", "list", "-c", forum)
        assert (said.status, "fact-checks.contact" in said.err) == (1, True), said.err


def test_a_contradicted_notice_is_a_question_that_the_commands_shown_answer(
        labelled, evenhand, tmp_path):
    """Its notice was confirmed by a person; what is shown can be copied as it stands."""
    forum, page = labelled
    assert evenhand("decide", "1", "-c", forum, "--as", "dora", "--confirm", page).status == 0
    other = item("https://agora.example/ballots", "True") | {"author": "Agora"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    assert evenhand("claims", "import", "-c", forum, tmp_path / "other.json").status == 0
    swept = evenhand("claims", "sweep", "-c", forum).out
    assert "1 fact-check that something rests on is contradicted by another publisher" in swept
    told = evenhand("queue", "-c", forum).out
    assert "two publishers contradict each other on this claim" in told
    assert f"claim “{CLAIM}”" in told and "contradicted: Agora rates it true (“True”)" in told
    shown = evenhand("show", "-c", forum, "1")
    assert "Agora contradicts what this rests on" in shown.out
    commands = [shlex.split(line) for line in shown.out.splitlines()
                if line.startswith("    evenhand ")]
    assert [words[1] for words in commands] == ["decide", "decide", "claims", "claims"]
    withdraw = [{"YOU": "dora", "WORDS": "We read both pages."}.get(w, w) for w in commands[3][1:]]
    done = evenhand(*withdraw, "--json").json
    assert [(one["post"], one["lifted"], one["letter"]) for one in done["changed"]] == [
        ("agora:1@1", ["label get-the-facts"], True)]
    assert "two publishers" not in evenhand("queue", "-c", forum).out


def test_reasons_too_long_to_be_told_are_refused_before_anything_is_done(labelled, evenhand):
    forum, page = labelled
    said = evenhand("claims", "withdraw", "-c", forum, page, "--as", "dora", "--because", "-",
                    stdin=b"word " * 1000)
    assert said.status == 1 and "5,000 characters, and 4,000 are the most" in said.err
    one = evenhand("claims", "show", "-c", forum, page, "--json").json
    assert one["words"] == [] and len(one["relied_on_by"]) == 1
    assert one["tellings"][0]["digest"][7:23] == one["fact_check"]["version"]
