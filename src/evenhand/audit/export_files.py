"""The files of an export as they are read: line by line, row by row, each held against its digest.

What is damaged is refused with its file and its place; nothing here says what a line must mean.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from evenhand.audit import tables as at
from evenhand.errors import EvenhandError

KEEP = "keep the export as it is, and ask whoever made it for another"


class ExportRefused(EvenhandError):
    """A file of an export is missing, is not what was exported, or does not fit the signed head."""


class ExportFiles(Protocol):
    """The files of an export. A reader may raise an `EvenhandError` for what cannot be read."""

    def names(self) -> Iterable[str]:
        """Every file's path below the folder, with `/` between."""

    def read(self, name: str) -> bytes | None:
        """A small file whole; None where there is none."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file in parts."""

    def lines(self, name: str) -> Iterator[bytes]:
        """A file's lines, each with its line end; the last may lack it."""

    def rows(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The rows of a Parquet file: column -> value, columns in their order."""


MANIFEST_KEYS = {"format", "v", "export", "platform", "clock", "origin", "size", "root", "counts",
                 "files"}


def read_manifest(data: bytes | None) -> dict[str, Any]:
    """What a manifest says; what is none, or of a newer form, is refused."""
    where = at.MANIFEST
    if data is None:
        raise ExportRefused("there is no manifest: this is no export", where=where,
                            hint="`evenhand export` makes one")
    try:
        plain = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or plain.get("format") != at.FORMAT:
        raise ExportRefused("this is not the manifest of an export", where=where, hint=KEEP)
    if plain.get("v") != at.VERSION:
        raise ExportRefused(f"this export has the form {str(plain.get('v'))[:20]}, and only form "
                            f"{at.VERSION} is read here", where=where, hint="update Evenhand")
    if plain.keys() != MANIFEST_KEYS or plain["export"] not in ("public", "sealed") or not (
            isinstance(plain["files"], dict) and isinstance(plain["platform"], str)):
        raise ExportRefused("the manifest does not say what was exported", where=where, hint=KEEP)
    return plain


def needed(sealed: bool) -> set[str]:
    """The files that every export has, but its documents."""
    tables = (at.LEAVES, at.OPENINGS, at.FACTS) if sealed else (at.LEAVES,)
    own = (at.CHECKPOINTS, at.FACT_CHECKS) if sealed else (at.CHECKPOINTS,)
    return {at.MANIFEST, at.CHECKPOINT, at.POLICY, *(table + ".jsonl" for table in own),
            *(table + ending for table in tables for ending in (".jsonl", ".parquet"))}


class Reading:
    """The files of one export; what was read is held against the manifest's digests."""

    def __init__(self, files: ExportFiles, manifest: Mapping[str, Any]) -> None:
        """`manifest` is what `read_manifest` gave of these files."""
        self.files, self.manifest = files, manifest
        self.digests: dict[str, str] = {}

    def document(self, digest: str) -> bytes | None:
        """The published document of this digest; None where it is not here."""
        return self.files.read(f"{at.DOCUMENTS}/{digest.removeprefix('sha256:')}")

    def lines(self, table: str) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
        """Where, the line, and what it says."""
        name, seen = table + ".jsonl", sha256()
        for n, line in enumerate(self.files.lines(name), 1):
            seen.update(line)
            where = f"{name}:{n}"
            try:
                plain = msgspec.json.decode(line)
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                plain = None
            if not isinstance(plain, dict) or not line.endswith(b"\n"):
                raise ExportRefused("this line is damaged or cut short", where=where, hint=KEEP)
            yield where, line, plain
        self.digests[name] = seen.hexdigest()

    def rows(self, table: str) -> Rows:
        """The rows of a table's Parquet file, to be held against its lines."""
        return Rows(self.files, table)

    def compare(self) -> None:
        """Hold every file against its digest in the manifest, once its words were checked."""
        for name, said in self.manifest["files"].items():
            found = self.digests.get(name)
            if found is None:
                seen = sha256()
                for chunk in self.files.chunks(name):
                    seen.update(chunk)
                found = seen.hexdigest()
            if not isinstance(said, dict) or said.get("sha256") != found:
                raise ExportRefused("this file is not the one that the manifest names", where=name,
                                    hint=KEEP)


class Rows:
    """The rows of a Parquet file, each held against what its line says."""

    def __init__(self, files: ExportFiles, table: str) -> None:
        """Begin before the first row."""
        self.name, self.n = table + ".parquet", 0
        self.found = iter(files.rows(self.name))

    def hold(self, row: Mapping[str, Any]) -> None:
        """The next row must be this one."""
        self.n += 1
        found = next(self.found, None)
        if found is None or list(found.items()) != list(row.items()):
            differs = "" if found is None else ", ".join(
                name for name in row if name not in found or found[name] != row[name])
            raise ExportRefused(
                "this row is missing" if found is None else
                f"this row says otherwise than its line ({differs or 'other columns'})",
                where=f"{self.name}: row {self.n}", hint=KEEP)

    def end(self) -> None:
        """No row may be left."""
        if next(self.found, None) is not None:
            raise ExportRefused("this file has more rows than lines",
                                where=f"{self.name}: row {self.n + 1}", hint=KEEP)


def read_base64(text: Any, where: str) -> bytes:
    """The bytes in a base64 text; anything else is refused with its place."""
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError, TypeError):
        raise ExportRefused("this line holds no base64 where it should", where=where,
                            hint=KEEP) from None


def lines_of(files: ExportFiles, table: str) -> Iterator[dict[str, Any]]:
    """What the lines of a table say, which was verified."""
    for line in files.lines(table + ".jsonl"):
        yield msgspec.json.decode(line)
