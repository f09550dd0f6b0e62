"""The seed story on the command line, from an empty folder to a stranger who verifies it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

TWEETS = ("1265255835124539392", "1265255845358645254")


@pytest.fixture
def told(ready: Path, evenhand: Any) -> Path:
    """The example platform after its main job."""
    said = evenhand("run", "-c", ready)
    assert said.status == 0, said.err
    return ready


def decisions(evenhand: Any, platform: Path, post: str) -> list[Any]:
    """The decisions about a post, oldest first."""
    return [d["record"]["decision"] for d in
            evenhand("show", post, "-c", platform, "--json").json["decisions"]]


def test_both_posts_get_the_notice_whose_words_and_page_are_the_platforms_own(
        told: Path, evenhand: Any) -> None:
    for tweet in TWEETS:
        story = evenhand("show", tweet, "-c", told, "--json").json
        last = story["decisions"][-1]["record"]
        (notice,) = last["fact_check_notices"]
        assert notice["speech"]["words"] == "Get the facts about mail-in ballots"
        assert notice["speech"]["words_by"] == notice["speech"]["page_by"] == "platform"
        assert notice["speech"]["link"] == "https://agora.example/events/mail-in-ballots"
        assert [a["ground"]["citation"]["number"] for a in last["decision"]["actions"]] == ["3.2"]


def test_the_fact_check_came_after_the_post_and_led_to_a_decision_then(
        told: Path, evenhand: Any) -> None:
    story = evenhand("show", TWEETS[0], "-c", told, "--json").json
    assert [(m["cause"], m["at"][:16]) for m in story["measurements"]] == [
        ("arrival", "2020-05-26T12:17"), ("fact-check change", "2020-05-26T17:14"),
        ("review", "2020-05-26T21:05")]
    asked, labelled = decisions(evenhand, told, TWEETS[0])
    assert asked["actions"] == [] and asked["asks"][0]["missing"] == ["claim.confirmed",
                                                                     "post.stance"]
    assert labelled["supersedes"] == asked["id"]


def test_running_again_decides_nothing_anew(told: Path, evenhand: Any) -> None:
    again = evenhand("run", "-c", told, "--json").json
    assert again["posts"]["measured_before"] == 15
    assert again["decisions"] == again["notices"] == again["posts"]["measured"] == 0


@pytest.mark.parametrize(("post", "kinds", "clause"), [
    ("1003", ["remove", "suspend"], "2.1"),
    ("1006", ["limit"], "4.1"),
    ("1007", ["edit"], "2.2"),
])
def test_what_is_done_to_other_posts_cites_its_clause(
        told: Path, evenhand: Any, post: str, kinds: list[str], clause: str) -> None:
    actions = decisions(evenhand, told, post)[-1]["actions"]
    assert [a["kind"] for a in actions] == kinds
    assert {a["ground"]["citation"]["number"] for a in actions} == {clause}


@pytest.mark.parametrize("post", ["1001", "1002", "1005", "1008", "1011", "1013"])
def test_most_posts_are_left_alone(told: Path, evenhand: Any, post: str) -> None:
    assert decisions(evenhand, told, post) == []


@pytest.mark.parametrize("post", ["1004", "1009"])
def test_who_reports_or_rebuts_is_left_alone_by_a_decision(
        told: Path, evenhand: Any, post: str) -> None:
    last = decisions(evenhand, told, post)[-1]
    assert last["cause"]["kind"] == "review"
    assert last["actions"] == [] and last["asks"] == []


@pytest.mark.parametrize("post", ["1010", "1012"])
def test_a_post_waits_for_a_reviewer_because_a_fact_is_missing(
        told: Path, evenhand: Any, post: str) -> None:
    (waiting,) = decisions(evenhand, told, post)
    assert waiting["actions"] == []
    assert "post.stance" in waiting["asks"][0]["missing"]


def test_the_words_taken_out_are_the_number_alone(told: Path, evenhand: Any) -> None:
    (edited,) = decisions(evenhand, told, "1007")
    edit = edited["actions"][0]["edit"]
    assert edit["after"] == edit["before"].replace("555-014-2236", "[…]")


def test_the_letter_says_what_why_on_which_facts_how_found_and_how_to_appeal(
        told: Path, evenhand: Any) -> None:
    letters = {p.parent.name: p.read_text() for p in (told / "data/letters").glob("*/notice.txt")}
    decision = decisions(evenhand, told, TWEETS[0])[-1]
    letter = letters[decision["id"][:16]]
    for words in ("WHAT WE DID", "Get the facts about mail-in ballots", "Agora's own", "WHY",
                  "Clause 3.2", "we do\n  > not remove it", "THE FACTS WE RELY ON",
                  "HOW WE FOUND IT", "IF YOU DISAGREE", "26 November 2020", "replayed clock",
                  "RECEIPT"):
        assert words in letter, words
    assert len(letters) == 5


def test_a_stranger_verifies_a_receipt_with_two_files_and_nothing_else(
        told: Path, evenhand: Any, tmp_path: Path) -> None:
    decision = decisions(evenhand, told, TWEETS[0])[-1]["id"][:16]
    kept = tmp_path / "kept"
    kept.mkdir()
    shutil.copy(told / "data/letters" / decision / "receipt.tlog-proof", kept)
    shutil.copy(told / "data/letters" / decision / "log.policy", kept)
    shutil.rmtree(told)
    said = evenhand("verify", kept / "receipt.tlog-proof", "--policy", kept / "log.policy",
                    "--json")
    assert said.status == 0
    assert "Get the facts about mail-in ballots" in said.json["words"]
    assert said.json["origin"] == "agora.example/ledger/replayed"


def test_a_receipt_whose_words_were_changed_is_refused(
        told: Path, evenhand: Any, tmp_path: Path) -> None:
    from base64 import b64decode, b64encode
    receipt = next((told / "data/letters").glob("*/receipt.tlog-proof"))
    lines = receipt.read_text().split("\n")
    extra = json.loads(b64decode(lines[1].removeprefix("extra ")))
    record = b64decode(extra["record"]).replace(b"Agora:", b"Agony:", 1)
    extra["record"] = b64encode(record).decode()
    lines[1] = "extra " + b64encode(
        json.dumps(extra, separators=(",", ":"), sort_keys=True).encode()).decode()
    forged = tmp_path / "forged.tlog-proof"
    forged.write_text("\n".join(lines))
    said = evenhand("verify", forged, "--policy", told / "data/ledger/policy")
    assert said.status == 1
    assert "not those that were sealed" in said.err


def test_a_receipt_does_not_show_its_author_who_reviewed(told: Path) -> None:
    from base64 import b64decode
    for receipt in (told / "data/letters").glob("*/receipt.tlog-proof"):
        extra = json.loads(b64decode(receipt.read_text().split("\n")[1].removeprefix("extra ")))
        assert b"confirmed_by" not in b64decode(extra["record"])


def test_a_receipt_among_those_handed_over_that_was_changed_is_found(
        told: Path, evenhand: Any) -> None:
    receipt = next((told / "data/letters").glob("*/receipt.tlog-proof"))
    receipt.write_text("junk")
    said = evenhand("verify", "-c", told)
    assert said.status == 1
    assert receipt.parent.name in said.err


def test_the_ledger_verifies_and_a_flipped_bit_does_not(told: Path, evenhand: Any) -> None:
    good = evenhand("verify", "-c", told, "--json").json
    assert good["entries"] == {"publication": 1, "facts": 5, "decision": 13, "delivery": 5}
    (bundle,) = (told / "data/ledger/tile/entries").glob("000.p/24")
    data = bytearray(bundle.read_bytes())
    data[200] ^= 1
    bundle.write_bytes(data)
    said = evenhand("verify", "-c", told)
    assert said.status == 1
    assert "entries/000.p/24" in said.err


def test_nothing_personal_is_in_the_public_log(told: Path) -> None:
    public = b"".join(p.read_bytes() for p in (told / "data/ledger").rglob("*") if p.is_file())
    for private in (b"Trump", b"1265255", b"Rigged", b"loud_uncle", b"555-014", b"reviewer-2"):
        assert private not in public


def test_a_store_on_a_replayed_clock_refuses_a_live_one(told: Path, evenhand: Any) -> None:
    config = told / "evenhand.toml"
    config.write_text(config.read_text().replace('kind = "replayed"', 'kind = "live"').replace(
        "begins = 2020-05-04T00:00:00Z", ""))
    said = evenhand("run", "-c", told)
    assert said.status == 1
    assert "replayed" in said.err
