"""`evenhand claims sweep`: what became known is held against the posts measured before."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from evenhand.edge.cli.screen import config_option, count, err, json_option, out, say, say_json
from evenhand.edge.config import load_config
from evenhand.edge.contested import open_contradictions
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.run import MainJob, Summary
from evenhand.edge.store.claims import unswept_checks


@click.command()
@config_option
@json_option
def claims_sweep(config_path: Path, as_json: bool) -> None:
    """Look again at the posts measured before, for what became known since.

    A new or changed fact-check is matched against every post, in the order in which things became
    known; so is whatever else waits: statements, reports, withdrawals. What a person must confirm
    waits in the queue. It can be stopped and started again: nothing is decided twice.
    """
    platform = open_platform(load_config(config_path))
    checks = unswept_checks(platform.engine)
    summary = sweep(platform, quiet=as_json)
    if as_json:
        say_json({"fact_checks": checks, "looked_at_again": summary.swept,
                  "decisions": summary.decisions, "notices": summary.delivered,
                  "actions": [{"clause": number, "action": kind, "count": n}
                              for (number, kind), n in sorted(summary.by_action.items())],
                  "asked": _asked(summary), "entries": summary.sealed})
        return
    say(f"{count(checks, 'fact-check')} new or changed; "
        f"{count(summary.swept, 'post')} looked at again")
    tell_swept(summary)
    tell_contested(platform)


def tell_contested(platform: Platform) -> None:
    """That a person has to settle what publishers contradict each other on, where they do."""
    keys = len({one.check.key for one in open_contradictions(platform)})
    if keys:
        say(f"  [ask]{count(keys, 'fact-check')} that something rests on "
            f"{'is' if keys == 1 else 'are'} contradicted by another publisher[/ask]: "
            f"`evenhand queue` lists {'it' if keys == 1 else 'them'}")


def sweep(platform: Platform, *, quiet: bool) -> Summary:
    """Look at all that waits to be looked at; a count is shown on a screen."""
    if quiet or not err.is_terminal:
        return MainJob(platform, progress=lambda _: None, on_reject=_nothing_arrives).run(())
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
                  console=err, transient=True) as bar:
        task = bar.add_task("looking again")

        def show(summary: Summary) -> None:
            bar.update(task, description=f"{summary.swept:,} posts looked at again, "
                       f"{summary.decisions:,} decisions")

        return MainJob(platform, progress=show, on_reject=_nothing_arrives).run(())


def tell_swept(summary: Summary) -> None:
    """What came of looking again."""
    out.print(f"{count(summary.decisions, 'new decision')}, each with its reasons; "
              f"{count(summary.delivered, 'notice')} delivered, each with its receipt; "
              f"{count(summary.sealed, 'entry', 'entries')} in the ledger", soft_wrap=True)
    for (number, kind), n in sorted(summary.by_action.items()):
        say(f"  clause {number}: {kind} {n:,}")
    asked = _asked(summary)
    if asked:
        say(f"  {count(asked, 'question')} for a person: `evenhand queue` lists "
            f"{'it' if asked == 1 else 'them'}")


def _asked(summary: Summary) -> int:
    return sum(n for (_, what), n in summary.by_clause.items() if what == "asked")


def _nothing_arrives(*_: object) -> None:
    raise AssertionError("no post arrives, so none is set aside")
