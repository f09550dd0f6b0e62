"""`evenhand publish --shadow` and `evenhand shadow`: what they say, and what they refuse."""

from __future__ import annotations

from pathlib import Path

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
    assert evenhand("export", "-c", tried, "--sealed", "out").status == 0
    tried.rename(tmp_path / "gone")
    assert evenhand("shadow", "out", "--samples", "0").out == ours


def test_a_file_whose_other_half_is_gone_is_told_and_the_others_count(
        evenhand: Evenhand, tried: Path, tmp_path: Path) -> None:
    assert evenhand("export", "-c", tried, "--sealed", "out").status == 0
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
    (("publish", "--shadow"), "name the documents"),
    (("publish", "--shadow", "draft.md", "draft.md", "agora/terms"), "2 versions of terms"),
    (("publish", "--shadow", "agora/terms"), "a version 2020-05-11 is published already"),
])
def test_what_cannot_be_meant_is_refused(evenhand: Evenhand, tried: Path, args: tuple[str, ...],
                                         says: str) -> None:
    said = evenhand(*args, "-c", tried)
    assert said.status != 0 and says in said.err


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
