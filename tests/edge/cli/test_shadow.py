"""`evenhand publish --shadow` and `evenhand shadow`: what they say, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.edge.cli.conftest import Evenhand


@pytest.fixture
def tried(evenhand: Evenhand, agora: Path, tmp_path: Path) -> Path:
    """The example platform after its day, with a version in shadow all the while."""
    text = (agora / "terms" / "2020-05-11.md").read_text(encoding="utf-8")
    for before, after in {"version: 2020-05-11": "version: 2020-06-15",
                          "published: 2020-05-04": "published: 2020-06-08",
                          "in force: 2020-05-11": "in force: 2020-06-15",
                          "account.age < 30 days": "account.age < 5 days"}.items():
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "draft.md").write_text(text, encoding="utf-8")
    with (agora / "evenhand.toml").open("a") as toml:
        toml.write('\n[people.root]\nname = "Root"\nroles = ["administrator"]\n')
    for verb in (("init", agora), ("publish", "-c", agora),
                 ("publish", "--shadow", "draft.md", "-c", agora), ("run", "-c", agora)):
        assert evenhand(*verb).status == 0
    return agora


def test_json_has_every_figure_and_every_day(evenhand: Evenhand, tried: Path) -> None:
    [found] = evenhand("shadow", "-c", tried, "--json").json
    assert found["terms"]["version"] == "2020-06-15"
    assert [d["rows"] for d in found["days"]] == [4, 9, 2]
    assert sum(d["acted"]["lost"]["rows"] for d in found["days"]) == 1
    assert [c["number"] for c in found["clauses"] if c["lost"]["rows"]] == ["4.1"]
    [day] = evenhand("shadow", "-c", tried, "--json", "--since", "2020-05-26", "--until",
                     "2020-05-26").json
    assert [d["day"] for d in day["days"]] == ["2020-05-26"] and day["against"]["rows"] == 9


def test_an_export_is_compared_without_the_platform(evenhand: Evenhand, tried: Path,
                                                    tmp_path: Path) -> None:
    ours = evenhand("shadow", "-c", tried, "--samples", "0").out
    assert evenhand("export", "-c", tried, "--sealed", "out", "--as", "root", "--because",
                    "to the Regional Court of Example").status == 0
    tried.rename(tmp_path / "gone")
    assert evenhand("shadow", "out", "--samples", "0").out == ours


def test_a_file_whose_other_half_is_gone_is_told_and_the_others_count(
        evenhand: Evenhand, tried: Path, tmp_path: Path) -> None:
    assert evenhand("export", "-c", tried, "--sealed", "out", "--as", "root", "--because",
                    "to the Regional Court of Example").status == 0
    files = sorted((tmp_path / "out" / "facts").glob("*.parquet"))
    before = evenhand("shadow", "out", "--json").json[0]["against"]["files"]
    files[0].unlink()
    said = evenhand("shadow", "out", "--json")
    assert (said.status, len(said.json[0]["refused"])) in ((3, 1), (0, 0))
    assert said.json[0]["against"]["files"] == before - 1


@pytest.mark.parametrize(("args", "says"), [
    (("shadow", "--terms", "2020-06-16"), "did you mean `2020-06-15`?"),
    (("shadow", "nowhere"), "there is no such file or folder"),
    (("shadow", "--since", "2020-06-02", "--until", "2020-06-01"), "lies after --until"),
    (("shadow", "--since", "yesterday"), "does not match the format"),
    (("shadow", "--end", "2020"), "no version `2020` is in shadow"),
    (("shadow", "agora/data", "--end", "2020-06-15"), "--end compares nothing"),
    (("shadow", "--since", "2020-05-26", "--end", "2020-06-15"), "--end compares nothing"),
    (("publish", "--shadow"), "name the documents"),
    (("publish", "--shadow", "draft.md", "draft.md", "agora/terms"), "2 versions of terms"),
    (("publish", "--shadow", "agora/terms"), "a version 2020-05-11 is published already"),
])
def test_what_cannot_be_meant_is_refused(evenhand: Evenhand, tried: Path, args: tuple[str, ...],
                                         says: str) -> None:
    said = evenhand(*args, "-c", tried)
    assert said.status != 0 and says in said.err


def test_a_trial_that_is_over_is_not_ended_again(evenhand: Evenhand, tried: Path) -> None:
    assert evenhand("shadow", "--end", "2020-06-15", "-c", tried).status == 0
    said = evenhand("shadow", "--end", "2020-06-15", "-c", tried)
    assert said.status == 1 and "the trial of version 2020-06-15 is over already" in said.err


def test_where_there_is_nothing_to_compare_no_empty_table_is_shown(evenhand: Evenhand,
                                                                   tried: Path) -> None:
    said = evenhand("shadow", "-c", tried, "--since", "2021-01-01")
    assert said.status == 0 and "gained" not in said.out
    assert said.out.splitlines()[1:] == [
        "against 0 measured posts of 0 batches",
        "Nothing was compared: there are no facts of any post that was asked for."]
    [found] = evenhand("shadow", "-c", tried, "--since", "2021-01-01", "--json").json
    assert (found["days"], found["against"]["rows"]) == ([], 0)


def test_where_no_clause_changes_no_table_of_clauses_is_shown(evenhand: Evenhand,
                                                              tried: Path) -> None:
    lines = evenhand("shadow", "-c", tried, "--until", "2020-05-25").out.splitlines()
    clauses = lines.index("Clause by clause")
    assert lines[clauses + 2] == "nothing changes by 2.1, 2.2, 3.2, 4.1"


def test_files_that_cannot_be_read_are_told_where_no_other_is_in_shadow(
        evenhand: Evenhand, tried: Path, tmp_path: Path) -> None:
    facts = tried / "data" / "facts"
    named = sorted(facts.glob("*.parquet"))
    shadows = [path for path in named if json.loads(
        pl.read_parquet_metadata(path)["evenhand"])["shadow"]]
    for path in shadows:
        path.write_bytes(b"PAR1")
    said = evenhand("shadow", "-c", tried)
    assert said.status == 1 and "no post was measured in shadow" in said.err
    assert all(path.name in said.err for path in shadows)
    for path in named:
        path.write_bytes(b"PAR1")
    said = evenhand("shadow", facts)
    assert said.status == 1 and "no Parquet file that can be read" in said.err


def test_a_version_whose_words_are_gone_is_told_and_the_others_are_compared(
        evenhand: Evenhand, agora: Path, tmp_path: Path) -> None:
    text = (agora / "terms" / "2020-05-11.md").read_text(encoding="utf-8").replace(
        "in force: 2020-05-11", "in force: 2020-06-15").replace(
        "published: 2020-05-04", "published: 2020-06-08")
    for verb in (("init", agora), ("publish", "-c", agora)):
        assert evenhand(*verb).status == 0
    for name in ("a", "b"):
        (tmp_path / name).write_text(text.replace("version: 2020-05-11", f"version: {name}"),
                                     encoding="utf-8")
        assert evenhand("publish", "--shadow", name, "-c", agora).status == 0
    assert evenhand("run", "-c", agora).status == 0
    both = evenhand("shadow", "-c", agora, "--json").json
    assert [found["terms"]["version"] for found in both] == ["a", "b"]
    (gone,) = (path for path in (agora / "data" / "ledger" / "documents").iterdir()
               if b"version: a\n" in path.read_bytes())
    gone.unlink()
    said = evenhand("shadow", "-c", agora, "--json")
    assert [found["terms"]["version"] for found in said.json] == ["b"]
    assert said.status == 3 and "are not found" in said.json[0]["refused"][0]["what"]
    assert "are not found" in evenhand("shadow", "-c", agora).err


def test_where_one_version_is_refused_none_is_published(evenhand: Evenhand, tried: Path,
                                                        tmp_path: Path) -> None:
    draft = (tmp_path / "draft.md").read_text(encoding="utf-8")
    (tmp_path / "draft.md").write_text(draft.replace("< 5 days", "< 6 days"), encoding="utf-8")
    (tmp_path / "earlier.md").write_text(draft.replace("2020-06-15", "2020-06-14").replace(
        "2020-06-08", "2020-06-07"), encoding="utf-8")
    said = evenhand("publish", "earlier.md", "draft.md", "-c", tried)
    assert said.status == 1 and "2020-06-15 was in shadow with other words" in said.err
    assert evenhand("verify", "-c", tried, "--json").json["published"] == ["2020-05-11"]
    assert evenhand("publish", "earlier.md", "-c", tried, "--json").json[0]["new"] is True


def test_without_anything_in_shadow_the_way_there_is_told(evenhand: Evenhand, agora: Path) -> None:
    for verb in (("init", agora), ("publish", "-c", agora)):
        assert evenhand(*verb).status == 0
    assert "no post was measured here yet" in evenhand("shadow", "-c", agora).err
    assert evenhand("run", "-c", agora).status == 0
    assert "publish --shadow FILE" in evenhand("shadow", "-c", agora).err
