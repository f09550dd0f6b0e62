"""Opens a dataset of facts: a folder of Parquet files, one a batch, or one such file.

Each file's metadata is read at once, its rows when somebody asks for them. A file that is damaged
or no such file is refused by its name, and the others are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from evenhand.audit.facts_files import KEEP, FactsFile, check_file
from evenhand.edge.config import file_shown
from evenhand.errors import EvenhandError
from evenhand.record.batch import METADATA, Header, read_header, tells_damage
from evenhand.record.rows import BatchRefused

FACTS = "facts"
"""The folder of a platform's data, and of an export, in which the dataset lies."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOnDisk:
    """A `FactsFile` of a folder."""

    path: Path
    header: Header
    schema: pl.Schema

    @property
    def name(self) -> str:
        """See `FactsFile`."""
        return str(file_shown(self.path))

    def read(self, columns: Sequence[str], start: int, length: int) -> pl.DataFrame:
        """See `FactsFile`."""
        wanted = list(dict.fromkeys(columns))
        return _readable(lambda: pl.scan_parquet(self.path, glob=False).slice(
            start, length).select(wanted).collect(), self.name)


def dataset_at(path: Path) -> Path:
    """The dataset that is meant: the folder `facts` in what is named, where there is one."""
    return path / FACTS if (path / FACTS).is_dir() else path


def open_facts(path: Path) -> tuple[tuple[FactsFile, ...], tuple[EvenhandError, ...]]:
    """The files of a dataset in the order of their names, and why others are left out.

    A batch that lies there twice counts once.
    """
    try:
        paths = _files(dataset_at(path))
    except OSError as refused:
        raise EvenhandError(f"the dataset cannot be read: {refused.strerror}",
                            where=str(file_shown(path))) from None
    opened: dict[str, FactsFile] = {}
    wrong: list[EvenhandError] = []
    for one in paths:
        try:
            file = _open(one)
            first = opened.setdefault(file.header.facts.id, file)
            if first is not file:
                raise BatchRefused(f"this is the batch of `{Path(first.name).name}` once more",
                                   hint="a batch counts once: take one of the two away")
        except EvenhandError as refused:
            refused.where = str(file_shown(one))
            wrong.append(refused)
    return tuple(opened.values()), tuple(wrong)


def _files(path: Path) -> list[Path]:
    """The Parquet files; what is being written has a hidden name, and is not there yet."""
    where = str(file_shown(path))
    if path.is_dir():
        files = sorted(f for f in path.glob("*.parquet") if not f.name.startswith("."))
        if not files:
            raise EvenhandError("there is no Parquet file in this folder", where=where,
                                hint="name a dataset of facts: the folder `facts` of a platform's "
                                "data or of an export")
        return files
    if not path.exists():
        raise EvenhandError("there is no such file or folder", where=where)
    return [path]


def _open(path: Path) -> FileOnDisk:
    name = str(file_shown(path))
    header = read_header(_readable(lambda: pl.read_parquet_metadata(path), name).get(METADATA))
    schema = pl.Schema(_readable(lambda: pl.read_parquet_schema(path), name))
    rows = _readable(lambda: pl.scan_parquet(path, glob=False).select(pl.len()).collect().item(),
                     name)
    check_file(header, schema, rows)
    return FileOnDisk(path=path, header=header, schema=schema)


def _readable(read: Callable[[], T], name: str) -> T:
    """What is read; a file that is damaged is refused by its name."""
    try:
        return read()
    except OSError as refused:
        raise BatchRefused(f"the file cannot be read: {refused.strerror or 'it is damaged'}",
                           where=name) from None
    except BaseException as wrong:
        if not tells_damage(wrong):
            raise
        raise BatchRefused("this is no Parquet file that can be read, or it is damaged",
                           where=name, hint=KEEP) from None
