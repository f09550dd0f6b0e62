"""`evenhand claims recheck`: the pages that something rests on, fetched again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evenhand.edge.cli.claims_sweep import sweep, tell_contested, tell_swept
from evenhand.edge.cli.interrupting import Interruptible
from evenhand.edge.cli.screen import (
    config_option,
    count,
    err,
    json_option,
    printable,
    safe,
    say,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.fetching import Fetcher
from evenhand.edge.looking_after import Rechecked, count_pages, recheck
from evenhand.edge.pacing import Pace, asks_as
from evenhand.edge.platform import open_platform
from evenhand.edge.store.looked_after import UNSOUND

UNREACHED = 3
"""Exit status where a page could not be fetched, or an item on one could not be read."""


@click.command()
@click.option("--again", is_flag=True,
              help="Also the pages that were looked at within 12 hours, and whole.")
@config_option
@json_option
def claims_recheck(again: bool, config_path: Path, as_json: bool) -> int:
    """Fetch every page again that something rests on, and look at what changed.

    A page that says something else is another version: what rests on it is decided anew. A page
    that is gone, that moved to another host, or that holds the fact-check no more proves nothing:
    it is a question to a person, in `evenhand queue`.

    A host is asked for one page a second at most, only for what changed, as its robots.txt allows;
    one that asks to be left alone is. It can be stopped and started again: pages that were looked
    at are not fetched a second time.

    Exit status 3 where a page could not be fetched.
    """
    platform = open_platform(load_config(config_path))
    with _progress(as_json, count_pages(platform)) as show, Interruptible() as interruptible:
        def after_each(done: Rechecked) -> None:
            show(done)
            interruptible.check()

        done = recheck(platform, Fetcher(asks_as=asks_as(platform.config)), again=again,
                       pace=Pace(sleep=interruptible.sleep), progress=after_each)
    changed = any(one.new or one.changed for one in done.imported)
    summary = sweep(platform, quiet=as_json) if changed and platform.versions else None
    problems = [p for one in done.imported for p in one.problems if p.level == "refused"]
    if as_json:
        say_json({"pages": done.pages, "looked_at": done.looked_at, "fresh": done.fresh,
                  "found": [{"fact_check": look.key, "url": look.url, "outcome": look.outcome,
                             "said": look.said} for look in done.looks],
                  "problems": [{"where": p.where, "what": p.what, "hint": p.hint}
                               for p in problems],
                  "looked_at_again": summary.swept if summary else 0,
                  "decisions": summary.decisions if summary else 0})
    else:
        _tell(done)
        for problem in problems:
            err.print("[bad]set aside[/bad] ", end="")
            err.print(printable(str(problem)), markup=False, soft_wrap=True)
        if summary is not None:
            tell_swept(summary)
        tell_contested(platform)
    return UNREACHED if problems or any(
        look.outcome == "unreachable" for look in done.looks) else 0


def _tell(done: Rechecked) -> None:
    found = Counter(look.outcome for look in done.looks)
    say(f"{count(done.pages, 'page')} that something rests on: {done.looked_at:,} looked at, "
        f"{done.fresh:,} looked at within 12 hours")
    if found:
        say("  fact-checks: " + ", ".join(f"{outcome} {n:,}" for outcome, n in found.items()))
    for look in done.looks:
        if look.outcome in UNSOUND:
            say(f"  [ask]{look.outcome}[/ask] {safe(look.url)}: {safe(look.said)}")
        elif look.outcome == "unreachable":
            say(f"  [bad]not fetched[/bad] {safe(look.url)}: {safe(look.said)}")
    if any(look.outcome in UNSOUND for look in done.looks):
        say("  a person says whether they stand: `evenhand claims keep` or `evenhand claims "
            "withdraw`")


@contextmanager
def _progress(quiet: bool, pages: int) -> Iterator[Callable[[Rechecked], None]]:
    """A bar on a screen; nothing where nobody looks."""
    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("pages", total=pages)
        yield lambda done: bar.update(task, completed=done.pages)
