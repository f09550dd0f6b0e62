"""`evenhand assess`, `law` and `reassess`: what they say of decisions and of other facts."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.edge.cli.conftest import Evenhand

LABELLED = "agora:1265255835124539392"
BARNES = {"id": "one", "court": "9th Cir.", "year": 2009, "outcome": {"c1": "ignored"},
          "facts": {"is_ics": True, "info_by_another": True, "provider_authored": False,
                    "material_contribution": False}}


@pytest.fixture
def day(evenhand: Evenhand, agora: Path) -> Path:
    """The example platform after its day."""
    for verb in ("init", agora), ("publish", "-c", agora), ("run", "-c", agora):
        assert evenhand(*verb).status == 0
    return agora


def lines(path: Path, *patterns: Any) -> Path:
    path.write_text("".join((p if isinstance(p, str) else json.dumps(p)) + "\n" for p in patterns),
                    encoding="utf-8")
    return path


def test_every_line_that_concludes_says_who_holds_it_and_that_it_is_no_advice(
        evenhand: Evenhand, day: Path) -> None:
    said = evenhand("assess", LABELLED, "-c", day, "--regime", "US-230", "--forum", "9th Cir.",
                    "--all")
    assert said.status == 0
    concluding = [line for line in said.out.splitlines() if line.startswith("      us.230")]
    assert len(concluding) > 20
    for line in concluding:
        assert "held by" in line and "status:" in line and "not legal advice" in line, line
    assert "The author's post: label get-the-facts" in said.out
    assert "The platform's own words: label get-the-facts" in said.out


def test_the_post_stays_protected_and_the_platforms_words_are_its_own(
        evenhand: Evenhand, day: Path) -> None:
    found = evenhand("assess", LABELLED, "-c", day, "--regime", "US-230", "--forum", "ca9",
                     "--json").json
    assert (found["as_of"], found["advice"]) == ("2020-05-26", "not legal advice")
    post, words = found["assessed"]
    c1 = [next(p for p in thing["regimes"][0]["provisions"] if p["provision"] == "c1")
          for thing in (post, words)]
    assert [p["conclusion"] for p in c1] == ["protected", "not protected"]
    assert "us.230.c1.own_speech" in c1[1]["decided_by"]
    assert {f["basis"] for f in post["facts"]} == {"recorded"}


def test_laws_that_say_nothing_are_told_in_a_line_with_why(evenhand: Evenhand, day: Path) -> None:
    said = evenhand("assess", LABELLED, "-c", day, "--forum", "9th Cir.").out
    post, words = said.split("The platform's own words")
    for part in post, words:
        told = [line for line in part.splitlines() if "--all tells their readings" in line]
        assert "  not in force on 26 May 2020: US-common-law, US-FTC, US-TIDA; not legal" in part
        assert "  not law in Court of Appeals for the Ninth Circuit: EU-DSA, UK-OSA, US-FL" in part
        assert all("not legal advice" in line for line in told)
        assert "Digital Services Act" not in part
    assert "does not apply to this: US-512 (" in post
    assert "suit.intellectual_property" in post
    everything = evenhand("assess", LABELLED, "-c", day, "--forum", "9th Cir.", "--all").out
    assert "Digital Services Act" in everything and "--all tells" not in everything
    alone = evenhand("assess", LABELLED, "-c", day, "--regime", "EU-DSA").out
    assert "says nothing of this" in alone
    asked = evenhand("assess", LABELLED, "-c", day, "--why", "eu.dsa.17").out
    assert "Why: " in asked and "UK-OSA, US-common-law" in asked


def test_why_and_what_if_are_told_of_one_thing(evenhand: Evenhand, day: Path) -> None:
    said = evenhand("assess", LABELLED, "-c", day, "--regime", "US-230", "--forum", "ca9",
                    "--why", "us.230.c1.own_speech", "--what-if").out
    assert "Why: " in said and "authority: " in said
    assert "material.own_words = no: recorded, decision" in said
    assert "act.restricts = yes (now no): 47 U.S.C. 230(c)(2)(A) would be protected" in said


def test_what_is_alleged_is_a_run_of_its_own(evenhand: Evenhand, day: Path,
                                             tmp_path: Path) -> None:
    (tmp_path / "complaint.json").write_text(json.dumps(
        {"claim_rests_on_promise": True, "suit.promise": "specific"}))
    told = evenhand("assess", LABELLED, "-c", day, "--regime", "US-230", "--forum", "ca9",
                    "--alleged", "complaint.json", "--json").json["assessed"]
    assert [t["run"] for t in told] == ["as recorded"] * 2 + ["as alleged"] * 2
    c1 = [next(p for p in t["regimes"][0]["provisions"] if p["provision"] == "c1")["conclusion"]
          for t in told]
    assert c1[0] == "protected" and c1[2] == "not protected"


def test_a_file_of_facts_is_answered_line_by_line(evenhand: Evenhand, tmp_path: Path) -> None:
    file = lines(tmp_path / "facts.jsonl", BARNES, "", {
        **BARNES, "id": "two", "detail": {"event_date": "2020-06-12", "forum": "D. Md."}})
    said = evenhand("assess", file, "--json")
    first, second = (json.loads(line) for line in said.out.splitlines())
    assert (said.status, first["id"], first["as_of"], first["forum"]) == (
        0, "one", "2009-07-01", "ca9")
    assert first["provisions"]["c1"] == "protected" and set(first["provisions"]) >= {
        "c1", "c2A", "c2B"}
    assert any("1 July 2009" in a for a in first["assumed"])
    assert first["readings"]["us.230.c1.henderson"] == "not in force"
    assert (second["as_of"], second["assumed"]) == ("2020-06-12", [])
    assert evenhand("assess", "-", "--json", stdin=file.read_bytes()).out == said.out


def test_a_day_near_a_boundary_is_told(evenhand: Evenhand, tmp_path: Path) -> None:
    file = lines(tmp_path / "facts.jsonl", {**BARNES, "detail": {"event_date": "2022-11-01"}})
    assert {"reading": "us.230.c1.henderson", "turns": "2022-11-03"} in evenhand(
        "assess", file, "--json").json["near"]
    assert "2022-11-01 is near 2022-11-03, on which us.230.c1.henderson begins" in evenhand(
        "assess", file).out


def test_what_the_command_line_says_is_not_assumed_and_a_court_nobody_knows_is_told(
        evenhand: Evenhand, tmp_path: Path) -> None:
    file = lines(tmp_path / "facts.jsonl", BARNES, {**BARNES, "court": "11th Circut"})
    for line in evenhand("assess", file, "--forum", "ca4", "--as-of", "2023-01-01",
                         "--json").out.splitlines():
        found = json.loads(line)
        assert (found["forum"], found["as_of"], found["assumed"]) == ("ca4", "2023-01-01", [])
    said = evenhand("assess", file).out
    assert "`11th Circut` is not in law/forums.md; did you mean `11th Cir.`?" in said


def test_why_and_what_if_are_told_of_a_file_of_facts(evenhand: Evenhand, tmp_path: Path) -> None:
    file = lines(tmp_path / "facts.jsonl", BARNES)
    asked = ("assess", file, "--why", "us.230.c1.promise", "--what-if")
    said = evenhand(*asked)
    assert said.status == 0
    assert "Why: A specific promise" in said.out and "us.230.c1.promise: not applicable" in said.out
    assert "presumed suit.rests_on_promise is no" in said.out
    assert "material.own_words = yes (now no): 47 U.S.C. 230(c)(1) would be not protected" in (
        said.out)
    found = evenhand(*asked, "--json").json
    assert found["why"]["reading"] == "us.230.c1.promise" and found["why"]["why"]
    assert any(turn["fact"] == "material.own_words" for turn in found["what_if"])
    assert "what_if" not in evenhand("assess", file, "--json").json
    duty = evenhand("assess", file, "--why", "eu.dsa.17", "--json").json
    assert (duty["regime"], duty["why"]["conclusion"]) == ("EU-DSA", "not applicable")
    other = evenhand("assess", file, "--why", "eu.dsa.17", "--regime", "US-TX")
    assert "`eu.dsa.17` is no reading of US-TX" in other.err


@pytest.mark.parametrize(("args", "says"), [
    (("facts.jsonl", "--all"), "--all cannot be meant"),
    (("facts.jsonl", "--since", "2020-05-01", "--table", "a.csv"), "--since, --table cannot"),
    (("--what-if",), "--what-if cannot be meant"),
    ((LABELLED, "--table", "a.csv"), "--table cannot be meant")])
def test_an_option_that_means_nothing_there_is_refused(
        evenhand: Evenhand, tmp_path: Path, args: tuple[str, ...], says: str) -> None:
    lines(tmp_path / "facts.jsonl", BARNES)
    said = evenhand("assess", *args)
    assert (said.status, says in said.err) == (1, True), said.err


@pytest.mark.parametrize("name", ["facts.jsonl", "."])
def test_a_file_that_is_none_is_told_as_such(evenhand: Evenhand, name: str) -> None:
    said = evenhand("assess", name)
    assert (said.status, "there is no such file of facts" in said.err) == (1, True)


def test_days_before_and_after_all_law_are_answered(evenhand: Evenhand, tmp_path: Path) -> None:
    file = lines(tmp_path / "facts.jsonl", *({**BARNES, "detail": {"event_date": day}}
                                             for day in ("0001-01-01", "9999-12-31")))
    early, late = (json.loads(line) for line in evenhand("assess", file,
                                                         "--json").out.splitlines())
    assert early["provisions"]["c1"] == "not in force"
    assert late["provisions"]["c1"] == "protected"


@pytest.mark.parametrize(("line", "says"), [
    ({"facts": {"is_icz": True}}, "did you mean `is_ics`"),
    ({"facts": {"provider_edit": "mino"}}, "did you mean `minor`"),
    ({"facts": {"is_ics": "yes"}}, "is_ics"), ({"facts": []}, "its facts in an object"),
    ([1], "JSON object"), ("{", "not JSON"), ({"facts": {}, "year": 0}, "there is no year"),
    ({"facts": {}, "detail": {"event_date": "2020-02-30"}}, "2020-02-30"),
    ({"facts": {}, "detail": {"forum": "12th Cir."}}, "12th Cir."),
])
def test_a_line_that_cannot_be_read_is_told_and_the_others_are_assessed(
        evenhand: Evenhand, tmp_path: Path, line: Any, says: str) -> None:
    said = evenhand("assess", lines(tmp_path / "facts.jsonl", line, BARNES))
    assert (said.status, "facts.jsonl:1" in said.err, says in said.err) == (3, True, True), said.err
    assert "one" in said.out


def test_all_decisions_of_some_days_are_counted_and_laid_out(
        evenhand: Evenhand, day: Path, tmp_path: Path) -> None:
    found = evenhand("assess", "-c", day, "--regime", "US-230", "--forum", "ca9", "--table",
                     "all.csv", "--json").json
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text().splitlines()))
    assert found["things"] == len(rows) == 16
    counted = sum(c["things"] for c in found["counts"] if c["provision"] == "47 U.S.C. 230(c)(1)")
    assert counted == 16
    alone = {row["decision"]: row["us.230.c1"] for row in rows if row["thing"].startswith("the a")}
    for decision, conclusion in list(alone.items())[:3]:
        told = evenhand("assess", decision[:16], "-c", day, "--regime", "US-230", "--forum", "ca9",
                        "--json").json["assessed"][0]["regimes"][0]["provisions"]
        assert next(p for p in told if p["provision"] == "c1")["conclusion"] == conclusion
    said = evenhand("assess", "-c", day, "--since", "2021-01-01")
    assert said.status == 1 and "no decision was made in these days" in said.err


@pytest.mark.parametrize(("args", "says"), [
    (("--regime", "US-231"), "did you mean `US-230`"), (("--forum", "ca99"), "ca9"),
    (("--why", "us.230.c1.promis"), "did you mean `us.230.c1.promise`"),
    (("--alleged", "nothing.json"), "cannot be read"), (("--as-of", "today"), "does not match"),
])
def test_what_cannot_be_meant_is_refused(evenhand: Evenhand, day: Path, args: tuple[str, ...],
                                         says: str) -> None:
    said = evenhand("assess", LABELLED, "-c", day, *args)
    assert said.status != 0 and says in said.err, said.err


def test_the_law_is_told_regime_by_regime_and_reading_by_reading(evenhand: Evenhand) -> None:
    whole = evenhand("law").out
    assert "US-230" in whole and "us.230.c1.covers_removal" in whole and "not legal advice" in whole
    reading = evenhand("law", "show", "us.230.c1.covers_removal").out
    assert "(verified)" in reading and "(unverified)" in reading and "presumes" in reading
    assert evenhand("law", "show", "US-230", "--json").json["provisions"][0]["sure"] == "verified"
    assert "did you mean" in evenhand("law", "show", "US-23").err
    provision = evenhand("law", "show", "us.230.c2A")
    assert "in good faith to restrict access" in provision.out
    assert "us.230.c2.animus" in provision.out
    assert evenhand("law", "show", "us.230.c2A", "--json").json["cite"] == "47 U.S.C. 230(c)(2)(A)"
    order = evenhand("law", "show", "us.230.c2A.eo13925").out
    assert "policy: Executive Order 13925" in order and "Supreme Court" not in order
    assert "did you mean `tx.120.104`" in evenhand("law", "show", "tx.120.105").err


def test_two_readings_part_on_the_fewest_facts(evenhand: Evenhand) -> None:
    found = evenhand("law", "differ", "us.230.c2A.subjective", "us.230.c2A.pretext", "--json").json
    assert set(found["part"]["conclusions"].values()) == {"protected", "not protected"}
    assert len(found["part"]["facts"]) <= 5
    same = evenhand("law", "differ", "us.230.c2A.text", "us.230.c2A.text")
    assert same.status == 1 and "conclude alike" in same.out


def test_a_document_without_an_earlier_version_cannot_be_reassessed(
        evenhand: Evenhand, day: Path) -> None:
    assert "has one version" in evenhand("reassess", "us-47-usc-230", "-c", day).err
    assert "there is no law document" in evenhand("reassess", "us-47-usc-231", "-c", day).err


def test_what_a_revoked_order_changes_is_told_reading_by_reading(
        evenhand: Evenhand, day: Path) -> None:
    found = evenhand("reassess", "us-eo-13925", "-c", day, "--as-of", "2022-01-01", "--json").json
    assert found["things"] == 16 and found["from"] == "us-eo-13925.2020-11-30.md"
    moved = {(m["reading"], m["after"]) for one in found["changed"] for m in one["moved"]}
    assert ("us.230.c2A.eo13925", "not in force") in moved
    assert {one["provision"] for one in found["changed"]} <= {"us.230.c1", "us.230.c2A"}
    assert all(one["before"] == one["after"] for one in found["changed"]), "policy never answers"
    assert any("revoked 2021-05-14" in why for one in found["changed"] for m in one["moved"]
               for why in m["why"])
    then = evenhand("reassess", "us-eo-13925", "-c", day, "--from", "2020-11-30")
    assert "nothing that was done is assessed otherwise" in then.out
    assert "there is no earlier version `2019`" in evenhand(
        "reassess", "us-eo-13925", "-c", day, "--from", "2019").err
