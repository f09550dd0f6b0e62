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
