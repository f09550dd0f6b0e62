"""What is set aside lies in a file for its source, under its own line, and stays there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def rows(tmp_path: Path, said: Any) -> dict[str, list[Any]]:
    return {Path(name).name.rsplit("-", 1)[0]: [json.loads(line) for line in Path(
        tmp_path, name).read_text().splitlines()] for name in said.json["rejects"]}


def test_a_post_recorded_before_with_other_words_lies_under_its_own_line_of_its_own_file(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    first = {"id": "g1", "author": "ada", "text": "Hello.", "made_at": "2020-05-26T10:00:00Z"}
    other = first | {"text": "Other words."}
    (tmp_path / "first.jsonl").write_text(json.dumps(first) + "\n")
    (tmp_path / "statements").write_text(
        json.dumps(first | {"id": "g2"}) + "\n" + json.dumps(other) + "\nno row\n")
    said = [evenhand("run", name, "-c", ready, "--format", "jsonl", "--json")
            for name in ("first.jsonl", "statements")]
    assert [one.status for one in said] == [0, 3], said[1].err
    kept = rows(tmp_path, said[1])["statements"]
    assert [reject["where"].rpartition("/")[2] for reject in kept] in (
        ["statements:2", "statements:3"], ["statements:3", "statements:2"])
    [mine] = [reject for reject in kept if "other words" in reject["what"]]
    assert json.loads(mine["raw"]) == other
    (tmp_path / "third").write_text("no row\n")
    again = evenhand("run", "third", "-c", ready, "--format", "jsonl", "--json")
    assert list(rows(tmp_path, again)) == ["third"]
    assert rows(tmp_path, said[1])["statements"] == kept, "another source's are untouched"


def test_a_source_that_was_changed_costs_none_of_what_was_set_aside_of_it_before(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    files, before = set(), ""
    for row in ("monday", "monday", "tuesday"):
        if f"{row}\n" != before:
            (tmp_path / "daily.jsonl").write_text(before := f"{row}\n")
        said = evenhand("run", "daily.jsonl", "-c", ready, "--json")
        [[reject]] = rows(tmp_path, said).values()
        assert reject["raw"] == f"{row}\n"
        files.update(said.json["rejects"])
    kept = [json.loads(Path(tmp_path, name).read_text())["raw"] for name in files]
    assert sorted(kept) == ["monday\n", "tuesday\n"], "the same file twice is begun anew"


def test_rows_beyond_all_bounds_are_set_aside_whole(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    row = b'{"id": "b1", "text": "' + b"x" * (33 << 20) + b'"}\n'
    good = json.dumps({"id": "g1", "author": "ada", "text": "Hello.", "made_at": "2020-05-26"})
    (tmp_path / "posts.jsonl").write_bytes(good.encode() + b"\n" + row)
    said = evenhand("run", "posts.jsonl", "-c", ready, "--json")
    assert (said.status, said.json["posts"]["measured"]) == (3, 1), said.err
    [reject] = rows(tmp_path, said)["posts.jsonl"]
    assert reject["raw"].encode() == row
