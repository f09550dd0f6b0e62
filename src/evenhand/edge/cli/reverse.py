"""`evenhand reverse`: all that a clause did in a time is taken back, decision by decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from evenhand.case import Settled
from evenhand.edge.cli.meant import reasons_meant
from evenhand.edge.cli.options import (
    as_option,
    at_option,
    because_option,
    instant_option,
    once_option,
    open_desk,
)
from evenhand.edge.cli.screen import config_option, count, err, json_option, safe, say, say_json
from evenhand.edge.cli.telling import plain_matter
from evenhand.edge.desk.brakes import reverse as take_back
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store.matters import Matter
from evenhand.edge.store.story import acting_since, causes_of, letters_of, places_of
from evenhand.model.decision import CauseKind
from evenhand.reasons.statement import day_and_time
from evenhand.record.kinds import ReversalRecord


@click.command()
@click.option("--clause", metavar="N", required=True, help="The clause that went wrong.")
@instant_option("--since", "Take back what it began to do from then on.", required=True)
@instant_option("--until", "... and before then (default: now).")
@as_option("takes it back")
@because_option("Why, in a sentence that everybody can read in the log", required=True)
@click.option("--terms", "version", metavar="VERSION",
              help="The version of the terms (default: the newest that has the clause).")
@once_option("reverses")
@at_option
@config_option
@json_option
def reverse(clause: str, since: datetime, until: datetime | None, person: str, because: str,
            version: str | None, once: str | None, at: datetime | None, config_path: Path,
            as_json: bool) -> None:
    """Take back all that a clause began to do in a time.

    Each decision is superseded, its author told in a letter with its receipt; strikes go with it.
    It can be interrupted: the same command goes on with it, and so does `evenhand run`. That the
    clause stops too, `evenhand suspend` sees to.
    """
    words = reasons_meant(because)
    with _progress(as_json) as bar:
        desk = open_desk(config_path, lambda number: bar(number, None))
        bar(0, acting_since(desk.platform.engine, clause, since))
        matter = take_back(desk, clause, since=since, until=until, person=person, words=words,
                           version=version, at=at, once=once)
    _tell(desk, matter, as_json=as_json)


def _tell(desk: Desk, matter: Matter, *, as_json: bool) -> None:
    platform, key = desk.platform, f"reversal:{matter.id}"
    superseded, authors = causes_of(platform.engine, CauseKind.REVERSAL, matter.id)
    now = [s for s in desk.done.settled if s.cause.id == matter.id]
    told, unreached = _told(desk, now)
    place = places_of(platform.engine, [key]).get(key)
    if as_json:
        say_json(plain_matter(platform, matter) | {
            "superseded": superseded, "authors": authors, "superseded_now": len(now),
            "authors_told_now": told, "authors_not_reached_now": unreached})
        return
    assert isinstance(matter.record, ReversalRecord), "a reversal has its record"
    said = matter.record.reversal
    say(f"clause {said.ground.citation.number}, what it began from "
        f"{day_and_time(said.since)} up to {day_and_time(said.until)}: "
        f"[good]{count(superseded, 'decision')} superseded[/good], of "
        f"{count(authors, 'author')}")
    if len(now) < superseded:
        say(f"  {count(superseded - len(now), 'decision')} of them before this command")
    if now:
        say(f"  {count(told, 'author')} told, each in a letter with its receipt"
            + (f"; [ask]{count(unreached, 'author')} could not be reached yet[/ask]"
               if unreached else ""))
    say(f"  [quiet]entry {place} of {platform.config.origin}, by {safe(said.by)}[/quiet]")


def _told(desk: Desk, settled: list[Settled]) -> tuple[int, int]:
    """How many authors of these decisions a letter has reached, and how many others wait for one.
    """
    letters: dict[tuple[str, str], list[str]] = {}
    for one in settled:
        if one.sealable is not None and one.sealable.record.notice is not None:
            author = one.post.author
            letters.setdefault((author.platform, author.id), []).append(
                f"decision:{one.sealable.record.decision.id}")
    ends = letters_of(desk.platform.engine, [key for keys in letters.values() for key in keys])
    told = sum(any(outcome == "delivered" for key in keys for _, outcome in ends.get(key, ()))
               for keys in letters.values())
    return told, len(letters) - told


@contextmanager
def _progress(quiet: bool) -> Iterator[Any]:
    """A bar on the terminal; nothing where nobody looks."""
    if quiet or not err.is_terminal:
        yield lambda number, total: None
        return
    with Progress(SpinnerColumn(), TextColumn("superseding"), BarColumn(), MofNCompleteColumn(),
                  TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("superseding", total=None)

        def show(number: int, total: int | None) -> None:
            bar.update(task, completed=number)
            if total is not None:
                bar.update(task, total=total)

        yield show
