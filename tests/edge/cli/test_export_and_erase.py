"""Exports, erasure and legal hold as people use them: by the command line, to the last word."""

from __future__ import annotations

import json
import re

import pytest


@pytest.fixture
def filled(ready, evenhand):
    """The example platform with its posts decided, and an administrator."""
    toml = ready / "evenhand.toml"
    toml.write_text(toml.read_text() + '\n[people.root]\nname = "Root"\n'
                    'roles = ["administrator"]\n')
    assert evenhand("run", "-c", ready).status == 0
    return ready


@pytest.fixture
def removed(filled, evenhand):
    """A post about which there is a decision with a letter."""
    letter = next((filled / "data" / "letters").glob("*/actions.json"))
    named = json.loads(letter.read_text())
    return f"{named['post']['platform']}:{named['post']['native']}", named


def root(filled):
    return ("-c", filled, "--as", "root", "--because", "Art. 17 GDPR")


def told(filled, kind="sealed"):
    """What `export` is told: of a sealed one, who hands it out and why."""
    return ("-c", filled, *(("--as", "root", "--because", "to the Regional Court, 7 C 12/26")
                            if kind == "sealed" else ()))


def test_an_export_is_written_verified_and_refused_once_changed(filled, evenhand, tmp_path):
    for kind in ("public", "sealed"):
        done = evenhand("export", f"--{kind}", kind, *told(filled, kind))
        assert done.status == 0, done.err
        assert ("SEALED" in done.out) is (kind == "sealed")
        checked = evenhand("verify", kind)
        assert checked.status == 0, checked.err
        assert f"verified a {kind} export" in checked.out
    found = evenhand("verify", "sealed", "--json").json
    hiding = {kind: n for kind, n in found["entries"].items() if kind not in (
        "publication", "facts")}
    assert found["opened"] == sum(hiding.values())
    policy = tmp_path / "public" / "policy"
    assert evenhand("verify", "sealed", "--policy", policy).status == 0
    openings = tmp_path / "sealed" / "openings.jsonl"
    openings.write_bytes(openings.read_bytes().replace(b'\\"at\\":\\"2020', b'\\"at\\":\\"2021', 1))
    refused = evenhand("verify", "sealed")
    assert refused.status == 1
    assert "sealed/openings.jsonl:1" in refused.err
    assert evenhand("verify", "sealed", "--json").json["errors"][0]["where"].startswith("sealed/")


def test_an_export_is_decided_again_and_a_public_one_cannot_be(filled, evenhand):
    for kind in ("public", "sealed"):
        assert evenhand("export", f"--{kind}", kind, *told(filled, kind)).status == 0
    done = evenhand("replay", "sealed")
    assert done.status == 0, done.err
    assert "13 decisions decided again: 13 as recorded, none otherwise" in done.out
    assert evenhand("replay", "sealed", "--json").json == {
        "decisions": 13, "agreed": 13, "erased": 0, "measured": 15, "rows": 15, "rows_agreed": 15,
        "rows_erased": 0, "lists": 13, "lists_agreed": 13, "lists_unseen": 0, "lacking": [],
        "behind": 0, "wordless": 9, "differences": []}
    refused = evenhand("replay", "public")
    assert refused.status == 1 and "holds no facts to decide on" in refused.err
    assert evenhand("replay", "nowhere").status == 1


@pytest.mark.parametrize(("args", "status", "says"), [
    (("out",), 2, "--public or --sealed"), (("--public", "notes"), 1, "something else is there")])
def test_an_export_without_a_kind_or_over_something_else_is_refused(filled, evenhand, tmp_path,
                                                                  args, status, says):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    refused = evenhand("export", *args, "-c", filled)
    assert refused.status == status
    assert says in refused.err


def test_a_folder_that_is_no_export_is_refused(filled, evenhand):
    refused = evenhand("verify", filled)
    assert refused.status == 1
    assert "this folder is no export" in refused.err


def test_a_post_is_held_let_go_erased_and_shown_as_erased(filled, removed, evenhand):
    post, named = removed
    held = evenhand("legal-hold", post, *root(filled), "--json")
    assert held.status == 0, held.err
    refused = evenhand("erase", post, *root(filled))
    assert refused.status == 1
    assert re.search(rf"legal hold {held.json['id'][:16]} keeps the post .* since .*Art\. 17",
                     refused.err)
    assert "-lift" in refused.err
    lifted = evenhand("legal-hold", "--lift", held.json["id"][:12], *root(filled))
    assert "is lifted" in lifted.out, lifted.err
    assert evenhand("legal-hold", "--lift", held.json["id"][:12], *root(filled)).status == 1
    erased = evenhand("erase", post, *root(filled))
    assert "erased: 1 post" in erased.out, erased.err
    assert "letters removed" in erased.out
    assert "it was erased before on" in evenhand("erase", post, *root(filled)).out
    for what in (post, named["decision"][:12]):
        shown = evenhand("show", what, "-c", filled)
        assert shown.status == 0, shown.err
        assert "erased" in shown.out
        assert "for: Art. 17 GDPR" in shown.out
        assert named["author"] not in shown.out
    shown = evenhand("show", post, "-c", filled, "--json").json
    assert shown["post"]["erased"]
    assert named["decision"] in [one["id"] for one in shown["decisions"]]
    again = evenhand("run", "-c", filled, "--json")
    assert again.status == 0, again.err
    assert again.json["posts"]["erased_before"] == 1
    assert "1 erased before" in evenhand("run", "-c", filled).out
    assert evenhand("verify", "-c", filled).status == 0
    assert evenhand("export", "--sealed", "out", *told(filled)).status == 0
    assert re.search(r"[1-9]\d* erased, as records", evenhand("verify", "out").out)


def test_an_account_is_erased_by_its_id(filled, removed, evenhand):
    _, named = removed
    done = evenhand("erase", "--account", named["author"], *root(filled), "--json")
    assert done.status == 0, done.err
    assert done.json["posts"] >= 1
    again = evenhand("erase", "--account", named["author"], *root(filled))
    assert again.status == 1
    assert "nothing here is of the account" in again.err
    assert evenhand("verify", "-c", filled).status == 0


@pytest.mark.parametrize(("verb", "args", "status", "says"), [
    ("erase", (), 2, "one of the two"), ("erase", ("x", "--account", "y"), 2, "one of the two"),
    ("erase", ("agora:no-such",), 1, "names no post"),
    ("legal-hold", ("--account", "nobody"), 1, "nothing here is of the account"),
    ("legal-hold", ("x", "--lift", "abcd"), 2, "what it keeps"),
    ("legal-hold", ("--lift", "abcd"), 1, "no legal hold"),
    ("legal-hold", ("--lift", "so; DROP"), 1, "not the id of a legal hold")])
def test_what_is_meant_wrongly_is_told(filled, evenhand, verb, args, status, says):
    refused = evenhand(verb, *args, *root(filled))
    assert refused.status == status
    assert says in " ".join(refused.err.replace("│", " ").split())


def test_who_is_no_administrator_is_refused_with_what_is_needed(filled, removed, evenhand):
    post, _ = removed
    refused = evenhand("erase", post, "-c", filled, "--as", "nobody", "--because", "a law")
    assert refused.status == 1
    assert "[people.nobody] in evenhand.toml" in refused.err


# --- that sealed records are handed out is told by the log, before it is done ----------------

def entries(folder, kind):
    return [line for line in map(json.loads, (folder / "leaves.jsonl").read_text().splitlines())
            if line["kind"] == kind]


def test_a_sealed_export_holds_the_entry_that_tells_of_it(filled, evenhand, tmp_path):
    done = evenhand("export", "--sealed", "out", *told(filled), "--at", "2020-06-02")
    assert done.status == 0, done.err
    [entry] = entries(tmp_path / "out", "access")
    assert f"is entry {entry['index']} of the log" in done.out
    assert {k: v for k, v in entry["public"].items() if k != "commitment"} == {
        "to": "sealed export", "clock": "replayed", "when": "2020-06-02"}
    opening = json.loads((tmp_path / "out" / "openings.jsonl").read_text().splitlines()[-1])
    access = json.loads(opening["record"])["body"]["access"]
    assert opening["index"] == entry["index"]
    assert (access["by"], access["words"], access["post"]) == (
        "root", "to the Regional Court, 7 C 12/26", None)
    assert "1 access to what is sealed" in evenhand("verify", "out").out
    again = evenhand("export", "--sealed", "out", *told(filled), "--json")
    assert again.json["access"]["entry"] == entry["index"] + 1 == again.json["size"] - 1
    assert evenhand("replay", "out").status == 0
    # Everybody may know that, and nobody to whom or why.
    assert evenhand("export", "--public", "all", "-c", filled).status == 0
    assert len(entries(tmp_path / "all", "access")) == 2
    assert "Regional Court" not in "".join(
        p.read_text() for p in (tmp_path / "all").glob("*.jsonl"))


def test_the_records_of_a_post_are_handed_out_under_an_entry_that_does_not_say_whose(
        filled, removed, evenhand, tmp_path):
    post, named = removed
    assert evenhand("report", post, "-c", filled, "--clause", "3.2", "--because", "It is rude.",
                    "--email", "zoe@example.org", "--at", "2020-06-01").status == 0
    done = evenhand("show", post, "--sealed", *root(filled))
    assert done.status == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["index"] for line in lines] == sorted(line["index"] for line in lines)
    assert {"decision", "delivery", "report", "access"} <= {line["kind"] for line in lines}
    said = {line["kind"]: json.loads(line["record"])["body"] for line in lines}
    assert said["report"]["report"]["by"]["address"] == "zoe@example.org"
    assert said["decision"]["post"]["id"]["native"] == named["post"]["native"]
    assert evenhand("export", "--public", "all", "-c", filled).status == 0
    [entry] = entries(tmp_path / "all", "access")
    assert set(entry["public"]) == {"to", "clock", "when", "commitment"}
    assert (lines[-1]["index"], entry["public"]["to"]) == (entry["index"], "records of a post")
    shown = evenhand("show", post, "-c", filled).out
    assert "its sealed records were opened, by root: Art. 17 GDPR" in shown
    assert "zoe@example.org" not in shown + evenhand("show", post, "-c", filled, "--json").out
    # Erased with the post: its words may name whose it was.
    assert evenhand("erase", post, *root(filled)).status == 0
    assert evenhand("export", "--sealed", "out", *told(filled)).status == 0
    emptied = {one["index"]: one["erased"] for one in map(
        json.loads, (tmp_path / "out" / "openings.jsonl").read_text().splitlines())}
    assert emptied[entry["index"]]
    assert evenhand("show", post, "--sealed", *root(filled)).status == 1


@pytest.mark.parametrize(("args", "status", "says"), [
    (("export", "out", "--sealed"), 2, "say who opens the sealed records and why"),
    (("export", "out", "--sealed", "--as", "root", "--because", " "), 2, "and why"),
    (("export", "out", "--sealed", "--as", "root", "--because", "court"), 1, "without a ground"),
    (("export", "out", "--sealed", "--as", "reviewer-2", "--because", "to a court"), 1,
     "may not hand out what is sealed"),
    (("export", "out", "--public", "--as", "root"), 2, "is of --sealed"),
    (("export", "notes", "--sealed", "--as", "root", "--because", "to a court"), 1,
     "something else is there"),
    (("show", "{post}", "--sealed"), 2, "not whose"),
    (("show", "{post}", "--as", "root"), 2, "is of --sealed"),
    (("show", "{post}", "--sealed", "--as", "reviewer-2", "--because", "to a court"), 1,
     "may not hand out")])
def test_nothing_sealed_is_handed_out_by_nobody_or_for_no_reason(
        filled, removed, evenhand, tmp_path, args, status, says):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    before = (filled / "data" / "ledger" / "checkpoint").read_bytes()
    refused = evenhand(*(arg.format(post=removed[0]) for arg in args), "-c", filled)
    assert (refused.status, refused.out) == (status, "")
    assert says in re.sub(r"\s+", " ", refused.err)
    assert not (tmp_path / "out").exists()
    assert (filled / "data" / "ledger" / "checkpoint").read_bytes() == before

