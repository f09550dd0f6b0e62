"""What `verify` says of a ledger's folder: every file in it, and what is no longer there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def ran(ready: Path, evenhand: Any) -> Path:
    """The example platform after its run."""
    assert evenhand("run", "-c", ready).status == 0
    return ready


@pytest.fixture
def grown(ran: Path, evenhand: Any, tmp_path: Path) -> Path:
    """The same after a second run: files of an earlier size lie beside the newest."""
    (tmp_path / "more.jsonl").write_text(json.dumps({
        "id": "z1", "author": "zoe", "text": "I will kill you", "made_at": "2020-07-01"}))
    assert evenhand("run", "more.jsonl", "-c", ran).status == 0
    return ran


def earlier(platform: Path, kind: str) -> list[Path]:
    """The partial tiles or bundles of earlier sizes, the smallest first."""
    found = (platform / "data/ledger/tile" / kind).glob("000.p/*")
    return sorted(found, key=lambda path: int(path.name))[:-1]


def test_a_ledger_of_ours_holds_nothing_that_verify_does_not_know(
        grown: Path, evenhand: Any) -> None:
    (grown / "data/ledger/.unfinished").write_bytes(b"torn")  # what a crash leaves
    told = evenhand("verify", "-c", grown, "--json")
    assert told.status == 0, told.err
    assert (told.json["files_ahead"], told.json["files_unknown"]) == ([], [])
    assert told.json["files_of_earlier_sizes"] == len(earlier(grown, "0")) + len(
        earlier(grown, "entries")) > 0


@pytest.mark.parametrize("verb", [["ledger", "publish"], ["run"]], ids=" ".join)
def test_what_a_power_cut_tore_is_whole_after_the_first_verb_that_publishes(
        grown: Path, evenhand: Any, verb: list[str]) -> None:
    ledger = grown / "data/ledger"
    whole = {path: path.read_bytes() for path in ledger.rglob("*") if path.is_file()
             and not path.name.startswith(".") and path.name != "index.html"}
    assert any("documents" in path.parts for path in whole)
    for path in whole:
        if path.name != "checkpoint":  # which alone was forced to disk
            path.write_bytes(b"")
    (ledger / ".looked-at").write_text("another start of the machine")
    assert evenhand("verify", "-c", grown).status != 0
    told = evenhand(*verb, "-c", grown)
    assert told.status == 0, told.err
    assert {path: path.read_bytes() for path in whole} == whole
    assert evenhand("verify", "-c", grown).status == 0


@pytest.mark.parametrize("kind", ["0", "entries"])
@pytest.mark.parametrize("damage", [
    lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data[:-1], lambda data: b""],
    ids=("changed", "cut short", "empty"))
def test_a_partial_file_of_an_earlier_size_that_disagrees_is_a_fault_with_its_path(
        grown: Path, evenhand: Any, kind: str, damage: Any) -> None:
    wrong = earlier(grown, kind)[0]
    wrong.write_bytes(damage(wrong.read_bytes()))
    told = evenhand("verify", "-c", grown)
    assert told.status == 1
    assert f"tile/{kind}/000.p/{wrong.name}: " in told.err
    wrong.unlink()  # it may be missing
    assert evenhand("verify", "-c", grown).status == 0


def test_files_that_are_none_of_the_log_or_ahead_of_it_are_told(
        ran: Path, evenhand: Any) -> None:
    ledger = ran / "data/ledger"
    for path in ("other.html", "tile/0/000.p/007", "documents/" + "0" * 64, "a [b]\x1b"):
        (ledger / path).write_bytes(b"x")
    (ledger / "tile/0/000.p/200").write_bytes(b"x" * 6400)
    (ledger / "loop").symlink_to(ledger)
    told = evenhand("verify", "-c", ran)
    assert told.status == 0, told.err
    [unknown] = [line for line in told.out.splitlines() if "none of a log's" in line]
    assert "5 files" in unknown and "\x1b" not in unknown
    for path in ("other.html", "tile/0/000.p/007", "documents/000", "a [b]", "loop"):
        assert path in unknown
    [ahead] = [line for line in told.out.splitlines() if "larger log than was signed" in line]
    assert "tile/0/000.p/200" in ahead


@pytest.mark.parametrize("gone", ["", "checkpoint", "policy"])
def test_without_the_logs_files_it_is_told_how_to_write_them_anew_and_that_is_so(
        ran: Path, evenhand: Any, gone: str) -> None:
    before = evenhand("verify", "-c", ran).out
    path = ran / "data/ledger" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    told = evenhand("verify", "-c", ran)
    assert told.status == 1
    assert f"`evenhand run -c {ran}` writes them anew from the database" in told.err
    assert evenhand("run", "-c", ran).status == 0
    assert evenhand("verify", "-c", ran).out == before


def test_folders_of_notices_that_are_gone_are_told_and_are_no_fault(
        ran: Path, evenhand: Any) -> None:
    folders = sorted((ran / "data/letters").iterdir())
    assert "no longer in" not in evenhand("verify", "-c", ran).out
    for folder in folders[:2]:
        shutil.rmtree(folder)
    told = evenhand("verify", "-c", ran)
    assert told.status == 0
    [line] = [line for line in told.out.splitlines() if "no longer in" in line]
    assert line.startswith("  2 folders of notices no longer in ")
    assert evenhand("verify", "-c", ran, "--json").json["letters_gone"] == 2


@pytest.mark.parametrize("given", ["forum", "./forum", "sub/../forum"])
def test_init_names_what_it_made_as_the_folder_was_given(
        tmp_path: Path, evenhand: Any, given: str) -> None:
    (tmp_path / "sub").mkdir()
    as_typed = str(Path(given))
    made = evenhand("init", given, "--json")
    assert made.status == 0, made.err
    assert made.json["folder"] == as_typed
    assert len(made.json["made"]) == 3
    assert all(path.startswith(f"{as_typed}/") for path in made.json["made"])
    assert all((tmp_path / path).exists() for path in made.json["made"])
    shutil.rmtree(tmp_path / "forum")
    told = evenhand("init", given, "--name", "forum").out
    assert [line.removeprefix("made ") for line in told.splitlines()[:3]] == made.json["made"]


def test_init_names_what_it_made_in_an_absolute_folder_absolutely(
        tmp_path: Path, evenhand: Any) -> None:
    made = evenhand("init", tmp_path / "forum", "--json").json["made"]
    assert made and all(path.startswith(f"{tmp_path}/forum/") for path in made)
