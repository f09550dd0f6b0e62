"""Every decision of a time under the law at once, in columns: counts, and a row for each if asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from itertools import islice
from pathlib import Path

import polars as pl
from rich.table import Table

from evenhand.assess.columns import AS_OF, assess_all
from evenhand.assess.from_record import assessed_of
from evenhand.assess.recorded import Assessed, Case
from evenhand.assess.under import NOT_LEGAL_ADVICE
from evenhand.edge.cli.concluded import SILENT, styled
from evenhand.edge.cli.screen import count, heading, out, safe, say, say_json
from evenhand.edge.config import file_shown
from evenhand.edge.platform import Platform
from evenhand.edge.recorded import recorded_cases
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.law.regimes import Law
from evenhand.rulebook.frames import to_columns

AT_ONCE = 20_000
"""Things assessed together."""

Row = tuple[str, date, Assessed]
"""(decision, the day of it, one thing of it)."""


def assess_many(platform: Platform, law: Law, regimes: Sequence[str], *, forum: str | None,
                as_of: date | None, since: date, until: date, table: Path | None,
                as_json: bool) -> int:
    """Assess all decisions of some days; `table` is where a row for each thing is written."""
    if table is not None:
        check_place(table)
    counts: Counter[tuple[str, str, str, str]] = Counter()
    frames, things = list[pl.DataFrame](), 0
    for rows in _chunks(_things(recorded_cases(platform, since=since, until=until))):
        things += len(rows)
        facts = to_columns([one.record for _, _, one in rows], law.facts.vocabulary).with_columns(
            pl.Series(AS_OF, [as_of or day for _, day, _ in rows], dtype=pl.Date))
        told = [assess_all(law, regime, facts, forum=forum) for regime in regimes]
        _count(counts, rows, dict(zip(regimes, told, strict=True)), law)
        if table is not None:
            frames.append(pl.concat([_named(rows), facts.select(AS_OF), *_apart(told)],
                                    how="horizontal"))
    if not things:
        raise EvenhandError("no decision was made in these days", where=f"{since} to {until}",
                            hint="`evenhand run` decides")
    if table is not None:
        write_whole(table, _file(pl.concat(frames), table))
    if as_json:
        say_json({"things": things, "law": law.digest, "advice": NOT_LEGAL_ADVICE, "counts": [
            {"regime": r, "provision": p, "thing": t, "conclusion": c, "things": n}
            for (r, p, t, c), n in sorted(counts.items())]})
        return 0
    _tell(counts, law, things)
    if table is not None:
        say(f"[quiet]a row for each in {safe(file_shown(table))}; it names decisions[/quiet]")
    return 0


def _things(cases: Iterable[Case]) -> Iterator[Row]:
    for case in cases:
        made = case.decision
        for one in assessed_of(case):
            yield made.id, made.at.date(), one


def _chunks(things: Iterator[Row]) -> Iterator[list[Row]]:
    while rows := list(islice(things, AT_ONCE)):
        yield rows


def _named(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame({
        "decision": [d for d, _, _ in rows], "thing": [one.thing for _, _, one in rows],
        "action": [one.action.kind.value if one.action else None for _, _, one in rows]},
        schema={"decision": pl.String, "thing": pl.String, "action": pl.String})


def _apart(told: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The columns of every regime, each once: a reading may speak to provisions of two."""
    seen, parts = set[str](), []
    for frame in told:
        parts.append(frame.select(c for c in frame.columns if c not in seen))
        seen.update(frame.columns)
    return parts


def _count(counts: Counter[tuple[str, str, str, str]], rows: Sequence[Row],
           told: dict[str, pl.DataFrame], law: Law) -> None:
    things = pl.Series("thing", [one.thing for _, _, one in rows])
    for regime, frame in told.items():
        for provision in law.regime(regime).provisions:
            if provision.number in frame.columns:
                found = frame.select(things, provision.number).group_by(pl.all()).len()
                for thing, conclusion, n in found.iter_rows():
                    counts[regime, provision.cite, thing, conclusion] += n


def _file(frame: pl.DataFrame, path: Path) -> bytes:
    """The rows as the file's name asks: Parquet, or comma-separated."""
    file = BytesIO()
    if path.suffix == ".csv":
        frame.write_csv(file)
    else:
        frame.write_parquet(file, compression="zstd")
    return file.getvalue()


def _tell(counts: Counter[tuple[str, str, str, str]], law: Law, things: int) -> None:
    say(f"[head]{count(things, 'thing')} assessed[/head]  [quiet]each action on a post, and apart "
        f"from it the platform's own words; law documents {law.digest[:19]}…; {NOT_LEGAL_ADVICE}"
        "[/quiet]")
    for regime in dict.fromkeys(r for r, _, _, c in counts if c not in SILENT):
        heading(law.regime(regime).title, regime)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
        for name in ("provision", "of", "conclusion"):
            table.add_column(name)
        table.add_column("things", justify="right")
        for (r, provision, thing, conclusion), n in sorted(counts.items()):
            if r == regime and conclusion not in SILENT:
                table.add_row(f"[number]{safe(provision)}[/number]", thing, styled(conclusion),
                              f"{n:,}")
        out.print(table)
    out.print()
    say(f"[quiet]who holds what decides: `evenhand assess DECISION` tells; {NOT_LEGAL_ADVICE}"
        "[/quiet]")
