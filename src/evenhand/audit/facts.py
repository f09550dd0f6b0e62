"""Batches of facts in an export: each is the one whose root was sealed, and can be replayed.

The commitments of a batch come to the root in the log, and each row opens its own; what is empty
was erased, and a record of an erasure says so. Where a sample is kept, every row that is there
was drawn and not picked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from evenhand.audit.export_files import KEEP, ExportFiles, ExportRefused
from evenhand.audit.tables import batch_files
from evenhand.decide.measuring import HOLDS, UNDETERMINED, measure_all
from evenhand.factcheck.facts import MATCHED_CLAIM
from evenhand.model.post import PostId
from evenhand.record.batch import Header, draw, read_batch
from evenhand.record.kinds import FactsRecord
from evenhand.record.rows import ROW, BatchRefused, check_rows, erased_rows
from evenhand.terms.applies import Governing, governing_each
from evenhand.terms.clauses import Terms


def read_rows(files: ExportFiles, batch: str) -> tuple[Header, pl.DataFrame]:
    """The rows of a batch; a file that is none is refused by its name."""
    name = batch_files(batch)[0]
    try:
        return read_batch(b"".join(files.chunks(name)))
    except BatchRefused as wrong:
        raise ExportRefused(wrong.what, where=name, hint=wrong.hint or KEEP) from None


def verify_batch(files: ExportFiles, sealed: FactsRecord) -> tuple[int, set[int]]:
    """Hold a batch against what was sealed of it; return how many rows it has, and the empty ones.
    """
    rows, keys = batch_files(sealed.id)
    header, frame = read_rows(files, sealed.id)
    if header.facts != sealed or frame.height != sealed.rows or sealed.rows > sealed.measured:
        raise ExportRefused("this file says otherwise of itself than was sealed", where=rows,
                            hint=KEEP)
    try:
        check_rows(frame, b"".join(files.chunks(keys)), sealed.root)
    except BatchRefused as wrong:
        raise ExportRefused(wrong.what, where=rows, hint=KEEP) from None
    sampled = frame.filter(pl.col("kept_with") < 1)
    for row, platform, native, version, kept in sampled.select(
            ROW, "platform", "native", "version", "kept_with").iter_rows():
        if kept != sealed.probability or draw(PostId(
                platform=platform, native=native, version=version)) >= kept:
            raise ExportRefused(f"row {row} was kept and not drawn", where=rows, hint=KEEP)
    if sealed.shadow is not None:
        _check_beside(files, frame, sealed.shadow, rows)
    return frame.height, set(erased_rows(frame).arg_true())


def _check_beside(files: ExportFiles, frame: pl.DataFrame, beside: str, where: str) -> None:
    """What was measured in shadow are the very rows of the batch beside it, and no others."""
    named = ["platform", "native", "version", "author", "made_at", "at", "digest", "kept_with"]
    _, other = read_rows(files, beside)
    if not frame.select(named).equals(other.select(named)):
        raise ExportRefused("these rows are not those of the batch that they stand beside",
                            where=where, hint=KEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsReplayed:
    """What replaying the rows of a batch came to: `agreed` give the answers that were sealed,
    `erased` are empty; of `measured` posts so many `rows` are kept. `wordless` are those of posts
    of which nothing came, and for which no fact-check was found while some were known: their words
    are in no export. `differ` has (row, recorded, replayed)."""

    measured: int
    rows: int
    agreed: int
    erased: int
    wordless: int
    differ: tuple[tuple[int, str, str], ...]


def replay_rows(files: ExportFiles, versions: Sequence[Terms], batch: str, *,
                shadows: Sequence[Terms] = (), first_check: datetime | None = None,
                most: int = 1000) -> RowsReplayed:
    """Answer the clauses again for every row of a batch, from its facts; at most so many
    differences are told. `shadows` are the terms that were in shadow, `first_check` is when the
    first fact-check became known."""
    header, whole = read_rows(files, batch)
    gone = erased_rows(whole)
    frame = whole.filter(~gone)
    agreed, differ = 0, list[tuple[int, str, str]]()
    # What terms in shadow found is asked of them, whatever was in force.
    laws = (_shadow(shadows, header.facts.terms, frame.height) if header.facts.shadow
            else governing_each(versions, frame.select("made_at", "at").iter_rows()))
    for law, places in laws:
        part = frame[places]
        again = measure_all(law.clauses, part.drop(HOLDS, UNDETERMINED))
        same = (part[HOLDS] == again[HOLDS]) & (part[UNDETERMINED] == again[UNDETERMINED])
        if (law.terms.digest if law.terms else None) != header.facts.terms:
            same = pl.repeat(value=False, n=part.height, eager=True)
        agreed += int(same.sum())
        differ += [(part[ROW][i], _told(part, i), _told(again, i))
                   for i in (~same).arg_true()[:max(0, most - len(differ))]]
    return RowsReplayed(measured=header.facts.measured, rows=whole.height, agreed=agreed,
                        erased=int(gone.sum()), differ=tuple(differ), wordless=0 if
                        header.facts.shadow else _wordless(frame, first_check))


def _wordless(frame: pl.DataFrame, first_check: datetime | None) -> int:
    claims = MATCHED_CLAIM.binds
    if first_check is None or claims not in frame.columns:
        return 0
    return frame.filter(
        pl.col("at") >= first_check, *(pl.col(n).list.len() == 0 for n in (
            HOLDS, UNDETERMINED, claims))).height


def _shadow(versions: Sequence[Terms], terms: str | None,
            rows: int) -> list[tuple[Governing, list[int]]]:
    found = next((v for v in versions if v.digest == terms), None)
    clauses = () if found is None else tuple(c for c in found.clauses if c.rule is not None)
    return [(Governing(terms=found, procedure=found, clauses=clauses), list(range(rows)))]


def _told(frame: pl.DataFrame, i: int) -> str:
    holds, open_ = frame[HOLDS][i].to_list(), frame[UNDETERMINED][i].to_list()
    return "; ".join(f"{what} {', '.join(numbers)}" for what, numbers in (
        (HOLDS, holds), (UNDETERMINED, open_)) if numbers) or "no clause holds"
