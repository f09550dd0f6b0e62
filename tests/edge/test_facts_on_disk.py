"""A dataset is opened file by file; what is no file of it is told by name, and the rest read."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evenhand.edge.facts_on_disk import dataset_at, open_facts
from evenhand.errors import EvenhandError
from evenhand.record.batch import METADATA, read_batch
from evenhand.record.rows import BatchRefused

D = runpy.run_path(str(Path(__file__).parents[1] / "audit" / "datasets.py"))


@pytest.fixture
def frame(making: Any) -> pl.DataFrame:
    frame: pl.DataFrame = D["frame_of"]([{"post.mentions": n} for n in range(3)], None,
                                        vocabulary=making.vocabulary)
    return frame


def test_the_files_of_a_folder_are_opened_in_the_order_of_their_names(
        tmp_path: Path, frame: pl.DataFrame) -> None:
    written = sorted(D["write"](tmp_path / "facts", frame, f"sha256:{n}") for n in range(3))
    (tmp_path / "facts" / "notes.txt").write_text("no Parquet")
    (tmp_path / "facts" / f".{'0' * 64}.parquet.unfinished").write_bytes(b"being written")
    (tmp_path / "facts" / f".{'1' * 64}.parquet").write_bytes(b"hidden")
    for named in (tmp_path, tmp_path / "facts"):
        files, refused = open_facts(named)
        assert not refused and [Path(f.name).name for f in files] == [p.name for p in written]
    (alone,), refused = open_facts(written[0])
    assert not refused and alone.header.facts.rows == 3 and alone.header.facts.terms
    assert alone.read(["native", "native", "row"], 1, 5).rows() == [("1", 1), ("2", 2)]
    assert dataset_at(tmp_path) == tmp_path / "facts"


@pytest.mark.parametrize(("folder", "why"), [
    ("empty", "no Parquet file in this folder"), ("nowhere", "no such file or folder")])
def test_where_no_dataset_is_that_is_said(tmp_path: Path, folder: str, why: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvenhandError, match=why):
        open_facts(tmp_path / folder)


Write = Callable[[Path, pl.DataFrame], object]


def truncated(path: Path, frame: pl.DataFrame) -> None:
    written = D["write"](path.parent / "elsewhere", frame, None)
    path.write_bytes(written.read_bytes()[:-40])


def saying(change: Callable[[pl.DataFrame], pl.DataFrame] = lambda f: f, **said: Any) -> Write:
    """A file whose metadata say something else, or which was changed since they were written."""
    def write(path: Path, frame: pl.DataFrame) -> None:
        written = D["write"](path.parent / "elsewhere", frame, None)
        header = json.loads(pl.read_parquet_metadata(written)[METADATA]) | said
        change(frame).write_parquet(path, metadata={METADATA: json.dumps(header)})
    return write


@pytest.mark.parametrize(("write", "why"), [
    (lambda path, frame: path.write_bytes(b""), "no Parquet file that can be read"),
    (lambda path, frame: path.write_bytes(b"PAR1 nonsense PAR1"), "no Parquet file"),
    (truncated, "no Parquet file that can be read, or it is damaged"),
    (lambda path, frame: path.mkdir(), "read"),
    (lambda path, frame: frame.write_parquet(path), "no batch of facts"),
    (lambda path, frame: frame.write_parquet(path, metadata={METADATA: "{"}), "metadata"),
    (saying(lambda frame: frame.drop("holds")), "the column `holds` is missing"),
    (saying(lambda frame: frame.with_columns(kept_with=pl.lit(1))),
     "the column `kept_with` is Int32, not Float64"),
    (saying(lambda frame: frame.drop("post__mentions")), "not those that the file's metadata"),
    (saying(rows=4), "says that it has 4 rows, and has 3"),
    (saying(v=2), "metadata"),
    (saying(terms=7), "metadata"),
    (saying(columns=[{"name": "a"}]), "metadata")])
def test_what_is_no_file_of_a_dataset_is_told_by_its_name_and_the_rest_is_read(
        tmp_path: Path, frame: pl.DataFrame, write: Write, why: str) -> None:
    D["write"](tmp_path / "facts", frame, None)
    bad = tmp_path / "facts" / f"{'0' * 64}.parquet"
    write(bad, frame)
    files, (refused,) = open_facts(tmp_path)
    assert len(files) == 1 and why in refused.what
    assert refused.where is not None and refused.where.endswith(bad.name)


def test_a_batch_that_lies_there_twice_counts_once(tmp_path: Path, frame: pl.DataFrame) -> None:
    first = D["write"](tmp_path / "facts", frame, None)
    again = first.with_name(f"{first.stem}.parquet.parquet")
    again.write_bytes(first.read_bytes())
    (file,), (refused,) = open_facts(tmp_path)
    assert Path(file.name).name == first.name
    assert refused.what == f"this is the batch of `{first.name}` once more"
    assert refused.where is not None and refused.where.endswith(again.name)


def test_a_file_that_goes_away_is_refused_when_it_is_read(tmp_path: Path,
                                                          frame: pl.DataFrame) -> None:
    D["write"](tmp_path / "facts", frame, None).chmod(0o600)
    (file,), _ = open_facts(tmp_path)
    next((tmp_path / "facts").iterdir()).unlink()
    with pytest.raises(EvenhandError, match="cannot be read"):
        file.read(["native"], 0, 3)


def test_a_page_of_a_file_that_was_changed_is_refused(tmp_path: Path,
                                                      frame: pl.DataFrame) -> None:
    path = D["write"](tmp_path / "facts", pl.concat([frame] * 500), None)
    data = bytearray(path.read_bytes())
    data[200:3000] = bytes(2800)
    path.write_bytes(data)
    (file,), _ = open_facts(tmp_path)
    with pytest.raises(EvenhandError, match="damaged"):
        file.read(list(frame.columns), 0, 1500)


def test_whatever_byte_of_a_file_was_changed_it_is_read_or_refused(tmp_path: Path,
                                                                    frame: pl.DataFrame) -> None:
    data = D["write"](tmp_path, frame, None).read_bytes()
    refused = 0
    for place in range(0, len(data), 5):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        try:
            read_batch(bytes(damaged))
        except BatchRefused:
            refused += 1
    assert refused > len(data) // 10
