"""`evenhand shadow`: what terms in shadow would have done, held against what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from evenhand.audit.backtest import Before
from evenhand.audit.backtested import ClauseChange, clauses_changed
from evenhand.audit.facts_files import FactsFile
from evenhand.audit.shadow import Compared, Day, compare_shadow, shadows_of
from evenhand.edge.cli.backtest import INTERRUPTED, MOST_SAMPLES, SET_ASIDE, rows_bar
from evenhand.edge.cli.backtest_plain import plain, plain_count, plain_moves
from evenhand.edge.cli.backtest_told import cells, moves_table, shown_count, tell
from evenhand.edge.cli.interrupting import Interruptible
from evenhand.edge.cli.screen import (
    config_option,
    count,
    fail,
    heading,
    json_option,
    out,
    safe,
    say_json,
)
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.facts_on_disk import open_facts
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.published_terms import PublishedTerms, documents_beside
from evenhand.edge.store.shadows import end_shadow, trial_over
from evenhand.errors import EvenhandError
from evenhand.rulebook.drafting import suggest
from evenhand.terms.clauses import Terms

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), required=False, metavar="[FACTS]")
@click.option("--terms", "named", metavar="VERSION", help="Only this version (default: each).")
@click.option("--since", type=DAY, metavar="DAY", help="From this day on (UTC), 2020-05-26.")
@click.option("--until", type=DAY, metavar="DAY", help="Until the end of this day (UTC).")
@click.option("--samples", type=click.IntRange(0, MOST_SAMPLES), default=5, show_default=True,
              help="Posts to name of each clause that are gained, lost, or newly undetermined.")
@click.option("--end", "ends", metavar="VERSION", help="End the trial of this version for good, "
              "and compare nothing.")
@config_option
@json_option
def shadow(facts: Path | None, named: str | None, since: datetime | None, until: datetime | None,
           samples: int, ends: str | None, config_path: Path, as_json: bool) -> int:
    """Compare terms in shadow with those in force, day by day and clause by clause.

    `evenhand publish --shadow` puts a version in shadow. Every post that arrives is measured under
    it too, as it arrives, and nothing is decided or done by it. FACTS is a dataset elsewhere, for
    example a sealed export (default: the platform's own).

    Exit status 3 where a file of the dataset could not be read; the others count.
    """
    if ends is not None:
        if facts is not None or named is not None or since is not None or until is not None:
            raise click.UsageError("--end compares nothing: leave the rest out")
        return _end(open_platform(load_config(config_path)), ends, as_json=as_json)
    place = facts if facts is not None else load_config(config_path).dataset
    if facts is None and not place.is_dir():
        raise EvenhandError("no post was measured here yet", where=str(file_shown(place)),
                            hint="`evenhand run` measures; or name a dataset of facts")
    files, refused = open_facts(place)
    published = PublishedTerms(documents_beside(place))
    versions, unfound = _in_shadow(files, published, named, place, refused, as_json=as_json)
    refused = (*refused, *unfound)
    rows = sum(files[n].header.facts.rows for v in versions for n in shadows_of(files)[v.digest])
    told, done = list[tuple[Compared, tuple[ClauseChange, ...]]](), 0
    try:
        with Interruptible() as work, rows_bar(as_json) as bar:
            task = bar.add_task("comparing posts", total=rows)

            def progress(more: int) -> None:
                nonlocal done
                done += more
                bar.update(task, completed=done)
                work.check()

            for terms in versions:
                found = compare_shadow(
                    files, terms=terms, before=_remembered(published.find), samples=samples,
                    days=_between(since, until), progress=progress, refused=refused)
                told.append((found, clauses_changed(found.whole, files)))
                refused = ()
    except KeyboardInterrupt:
        fail(EvenhandError(f"interrupted after {done:,} of {count(rows, 'row')}",
                           hint="the same command begins again"), as_json=as_json)
        return INTERRUPTED
    if as_json:
        say_json([{**plain(found.whole, clauses), "days": [_day(day, known=found.whole
                   .knows_actions_before) for day in found.days]} for found, clauses in told])
    else:
        for n, (found, clauses) in enumerate(told):
            if n:
                out.print()
            _tell(found, clauses)
    return SET_ASIDE if any(found.whole.refused for found, _ in told) else 0


def _in_shadow(files: Sequence[FactsFile], published: PublishedTerms, named: str | None,
               place: Path, refused: Sequence[EvenhandError], *,
               as_json: bool) -> tuple[list[Terms], list[EvenhandError]]:
    """The versions under which posts of a dataset were measured in shadow, and why others are not
    found."""
    where = str(file_shown(place))
    if not files and refused:
        raise refused[0]
    versions, unfound = list[Terms](), list[EvenhandError]()
    found = shadows_of(files)
    for digest in found:
        terms = published.find(digest)
        if terms is None:
            unfound.append(EvenhandError(
                f"the terms in shadow {digest[:19]}… are not found", where=where, hint="they lie "
                "in the export, or in the public log, that the dataset belongs to"))
        else:
            versions.append(terms)
    # Files are in no order of time: the trial that began on the earlier day comes first.
    versions.sort(key=lambda v: (min(files[n].header.facts.when for n in found[v.digest]),
                                 v.front.version))
    labels = [v.front.version for v in versions]
    if named is not None:
        versions = [v for v in versions if v.front.version == named]
    if versions:
        return versions, unfound
    if labels and named is not None:
        raise EvenhandError(f"no post was measured in shadow under a version `{named}`",
                            where=where, hint=suggest(named, labels)
                            or "there are: " + ", ".join(labels))
    if not as_json:
        for wrong in (*refused, *unfound[1:]):
            fail(wrong)
    if unfound:
        raise unfound[0]
    raise EvenhandError("no post was measured in shadow", where=where, hint="`evenhand publish "
                        "--shadow FILE` puts a version in shadow; then posts must arrive")


def _remembered(find: Before) -> Before:
    """The same, each version read once."""
    known: dict[str, Terms | None] = {}

    def found(digest: str) -> Terms | None:
        if digest not in known:
            known[digest] = find(digest)
        return known[digest]

    return found


def _between(since: datetime | None, until: datetime | None) -> Callable[[date], bool]:
    first, last = since.date() if since else date.min, until.date() if until else date.max
    if first > last:
        raise click.UsageError(f"--since {first} lies after --until {last}")
    return lambda day: first <= day <= last


def _end(platform: Platform, version: str, *, as_json: bool) -> int:
    terms = next((v for v in platform.shadows if v.front.version == version), None)
    if terms is None:
        if trial_over(platform.engine, version):
            raise EvenhandError(f"the trial of version {version} is over already", where="--end",
                                hint="that is final; what was measured stays in the dataset")
        labels = [v.front.version for v in platform.shadows]
        raise EvenhandError(f"no version `{version}` is in shadow", where="--end", hint=suggest(
            version, labels) or ("in shadow are: " + ", ".join(labels) if labels else
                                 "nothing is in shadow"))
    new = end_shadow(platform.engine, terms, at=platform.clock.at(None), clock=platform.clock.kind)
    platform.sequencer.seal()
    if as_json:
        say_json({"version": version, "digest": terms.digest, "new": new, "in_shadow": False})
    else:
        out.print(f"{safe(terms.front.title)}, version {safe(version)}: no longer in shadow; what "
                  "was measured under it stays in the dataset", soft_wrap=True)
    return 0


def _tell(found: Compared, clauses: Sequence[ClauseChange]) -> None:
    for wrong in found.whole.refused:
        fail(wrong)
    tell(found.whole, clauses, days=lambda: _tell_days(found))


def _tell_days(found: Compared) -> None:
    heading("Day by day", "posts of which anything would be done, in UTC")
    estimated = found.whole.changes.covered.sampled
    out.print(moves_table(("day", "posts"), (
        (f"[number]{day.day}[/number]", shown_count(day.posts, estimated=estimated),
         *cells(day.acted, estimated, told=found.whole.knows_actions_before))
        for day in found.days), beside=True))


def _day(day: Day, *, known: bool) -> dict[str, object]:
    return {"day": day.day, **plain_count(day.posts),
            "acted": plain_moves(day.acted, told=known)}
