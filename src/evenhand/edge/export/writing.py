"""Writes an export: the leaves, heads and documents for anyone, the openings for whoever may.

All of it is read in one transaction, as of one signed head, some rows at a time; the same store at
the same head gives the same bytes. Parquet is made of the lines, so the two say the same.
"""

from __future__ import annotations

from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from evenhand.audit import tables as at
from evenhand.edge.export.folder import Unfinished, finished_as, refuse_other
from evenhand.edge.export.parquet import write_parquet
from evenhand.edge.platform import Platform
from evenhand.edge.store.batches import sealed_batches
from evenhand.edge.store.database import from_us, reading
from evenhand.edge.store.known import told_fact_checks
from evenhand.edge.store.openings import heads, leaves, measurements, openings, published
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, read_unverified
from evenhand.ledger.policy import format_policy
from evenhand.record.codec import instant_text, to_plain
from evenhand.record.commitment import KEY_BYTES

Progress = Callable[[int, int], None]
"""Called with how many rows were written so far, and of about how many."""

TOLD_EACH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds, as its manifest says."""

    folder: Path
    head: Checkpoint
    manifest: Mapping[str, Any]


def export(platform: Platform, folder: Path, *, sealed: bool,
           progress: Progress = lambda _done, _all: None) -> Exported:
    """Write an export of the newest signed head into a folder, wholly or not at all.

    Whoever hands a sealed one to somebody goes through `edge.accessing`, which has the log tell of
    it first.
    """
    refuse_folder(platform, folder, sealed=sealed)
    if sealed:
        platform.dataset.recover(platform.engine)
    with reading(platform.engine) as connection:
        note = deque(heads(connection), maxlen=1)[0][1]
        head = read_unverified(note)
        with finished_as(folder, sealed=sealed, origin=head.origin, size=head.size) as files:
            told = _Telling(progress, head.size * (4 if sealed else 2))
            counts = _public(platform, connection, files, head, note, told)
            if sealed:
                counts |= _sealed(connection, files, head, told)
                counts |= _batches(platform, connection, files, head)
                counts |= _matching(platform, connection, files)
            manifest = {
                "format": at.FORMAT, "v": at.VERSION, "export": "sealed" if sealed else "public",
                "platform": platform.config.platform, "clock": platform.clock.kind,
                "origin": head.origin, "size": head.size, "root": head.root.hex(),
                "counts": counts, "files": dict(sorted(files.files.items()))}
            files.write(at.MANIFEST, [msgspec.json.format(
                msgspec.json.encode(manifest, order="sorted"), indent=2) + b"\n"])
    return Exported(folder=folder, head=head, manifest=manifest)


def refuse_folder(platform: Platform, folder: Path, *, sealed: bool) -> None:
    """Refuse what cannot be exported, or not into this folder; nothing is written."""
    size = platform.sequencer.head_size()
    if not size:
        raise EvenhandError("nothing is sealed yet, so there is nothing to export",
                            where=str(platform.config.file),
                            hint="`evenhand publish` begins the log")
    if sealed and platform.config.ledger.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise EvenhandError("a sealed export cannot lie among the files that are for everybody",
                            where=str(folder), hint="export into a folder of its own")
    refuse_other(folder.resolve(), sealed=sealed, origin=platform.config.origin, size=size)


class _Telling:
    """Tells how far the writing is, now and then."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def each(self, rows: Iterator[Any]) -> Iterator[Any]:
        for row in rows:
            yield row
            self.done += 1
            if self.done % TOLD_EACH == 0:
                self.progress(min(self.done, self.total), self.total)


def _public(platform: Platform, connection: Connection, files: Unfinished, head: Checkpoint,
            note: str, told: _Telling) -> dict[str, int]:
    files.write(at.CHECKPOINT, [note.encode()])
    files.write(at.POLICY, [format_policy(platform.sequencer.policy).encode()])
    counts = {at.CHECKPOINTS: files.write(at.CHECKPOINTS + ".jsonl", (
        at.head_line(size, signed) for size, signed in heads(connection)))}
    counts[at.LEAVES] = files.write(at.LEAVES + ".jsonl", (
        at.leaf_line(index, entry) for index, entry in told.each(leaves(connection, head.size))))
    _as_parquet(files, at.LEAVES, told, lambda line: at.leaf_row(
        line["index"], b64decode(line["entry"])))
    counts[at.DOCUMENTS] = 0
    for digest, data in published(connection):
        files.write(f"{at.DOCUMENTS}/{digest.removeprefix('sha256:')}", [data])
        counts[at.DOCUMENTS] += 1
    return counts


def _sealed(connection: Connection, files: Unfinished, head: Checkpoint,
            told: _Telling) -> dict[str, int]:
    erased = 0

    def lines() -> Iterator[bytes]:
        nonlocal erased
        for one in told.each(openings(connection, head.size)):
            if one.hides:
                row = at.opening_row(one.index, one.entry, one.key, one.record)
                erased += row["erased"]
                yield at.opening_line(row)

    counts = {at.OPENINGS: files.write(at.OPENINGS + ".jsonl", lines())}
    _as_parquet(files, at.OPENINGS, told, lambda line: line)
    counts["erased"] = erased
    counts[at.FACTS] = files.write(at.FACTS + ".jsonl", (
        at.facts_line(_facts(row)) for row in told.each(measurements(connection))))
    _as_parquet(files, at.FACTS, told, lambda line: line)
    return counts


def _batches(platform: Platform, connection: Connection, files: Unfinished,
             head: Checkpoint) -> dict[str, int]:
    """The files of the batches of facts that the head vouches for, and their keys."""
    counts = {"batches": 0, "rows": 0, "erased rows": 0}
    for row in sealed_batches(connection, head.size):
        file, keys = platform.dataset.exported(row.id, row.row_keys)
        for name, data in zip(at.batch_files(row.id), (file, keys), strict=True):
            files.write(name, [data])
        held = [keys[i:i + KEY_BYTES] for i in range(0, len(keys), KEY_BYTES)]
        counts["batches"] += 1
        counts["rows"] += len(held)
        counts["erased rows"] += sum(not any(key) for key in held)
    return counts


def _matching(platform: Platform, connection: Connection, files: Unfinished) -> dict[str, int]:
    """Every version of every fact-check, and the weights by which posts were matched."""
    counts = {at.FACT_CHECKS: files.write(at.FACT_CHECKS + ".jsonl", (
        at.fact_check_line(known.n, instant_text(known.known_at), to_plain(known.what))
        for known in told_fact_checks(connection))), at.WEIGHTS: 0}
    for file in sorted(platform.config.weights.glob("*.json")):
        files.write(f"{at.WEIGHTS}/{file.name}", [file.read_bytes()])
        counts[at.WEIGHTS] += 1
    return counts


def _facts(row: Any) -> dict[str, Any]:
    """What was measured of a post for one cause. It is the platform's word: no leaf commits to it.
    """
    return {"n": row.n, "platform": row.platform, "native": row.native, "version": row.version,
            "cause": row.cause, "cause_id": row.cause_id, "terms": row.terms,
            "at": instant_text(from_us(row.at)), "holds": row.holds.split(),
            "undetermined": row.undetermined.split(), "facts_digest": row.facts_digest,
            "facts": row.facts.decode() if row.facts else None, "erased": not row.facts,
            "sealed": False}


def _as_parquet(files: Unfinished, table: str, told: _Telling,
                row_of: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """The same table as Parquet, made of its lines."""

    def rows() -> Iterator[Mapping[str, Any]]:
        with (files.path / f"{table}.jsonl").open("rb") as lines:
            for line in told.each(lines):
                yield row_of(msgspec.json.decode(line))

    write_parquet(files.path / f"{table}.parquet", at.COLUMNS[table], rows)
    files.adopt(f"{table}.parquet")
