"""`evenhand claims import`: fact-checks from files and addresses; what is broken is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evenhand.edge.cli.interrupting import Interruptible
from evenhand.edge.cli.screen import (
    config_option,
    count,
    err,
    fail,
    json_option,
    one_line,
    printable,
    safe,
    say,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.feeds import MOST_PAGES, import_feed
from evenhand.edge.fetching import Fetcher
from evenhand.edge.importing import Imported, import_page, import_text, source_of, text_of_file
from evenhand.edge.looking_after import worded_otherwise
from evenhand.edge.pacing import Pace, asks_as
from evenhand.edge.platform import Platform, open_platform
from evenhand.errors import EvenhandError
from evenhand.factcheck.feeds import is_feed

SHOWN = 5
"""Notes on one source that are told on a screen; `--json` has all of them."""

MOST_REFUSED = 1000
"""What was set aside of one source is named up to so many: whoever imports must know all of it."""

ASIDE = 3
"""Exit status where something was set aside."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE-OR-URL...")
@click.option("--pages", type=click.IntRange(0, 10_000), default=MOST_PAGES, show_default=True,
              help="Of a feed so many pages, newest first, at most.")
@click.option("--again", is_flag=True,
              help="Of a feed also the pages that were fetched before, and whole.")
@config_option
@json_option
def claims_import(sources: tuple[str, ...], pages: int, again: bool, config_path: Path,
                  as_json: bool) -> int:
    """Take in published fact-checks: ClaimReview and MediaReview.

    A source is a page of HTML, a JSON document or JSON lines, or a feed (RSS, Atom). Every version
    is kept with its raw form. What is broken is named, and the rest is kept. A URL is fetched over
    http or https, from the public internet alone; what stands there speaks for its own domain only.

    A feed is followed to the pages that it links to, one a second from each host, as its robots.txt
    allows. It can be stopped and started again: what was fetched is kept, and asked for again only
    where it may have changed.

    Nothing is looked at again yet: `evenhand claims sweep`, or the next run, does that. Exit status
    3 where anything was set aside.
    """
    platform = open_platform(load_config(config_path))
    done: dict[str, Imported] = {}
    unread: list[EvenhandError] = []
    for source in sources:
        try:
            done[source] = _take(platform, source, pages, again, as_json)
        except EvenhandError as wrong:
            # One that cannot be read costs the others nothing.
            if len(sources) == 1:
                raise
            unread.append(wrong)
            if not as_json:
                fail(wrong)
    left = worded_otherwise(platform, [read.check for one in done.values() if one.new
                                       for read in one.read])
    if as_json:
        say_json({"sources": [_plain(one) for one in done.values()], "worded_otherwise": [
            {"key": check.key, "url": check.url} for check in left], "unread": [
            {"where": w.where, "what": w.what, "hint": w.hint} for w in unread]})
    else:
        for source, one in done.items():
            _tell(source, one)
        for check in left:
            say(f"  [ask]not in it any more[/ask] [quiet]{check.key[:12]}[/quiet] "
                f"“{safe(one_line(check.claim))}”, on which something rests: {safe(check.url)}")
        if left:
            say(f"  {'it stands' if len(left) == 1 else 'they stand'} until `evenhand claims "
                "recheck` has looked at the page, or a person withdraws "
                f"{'it' if len(left) == 1 else 'them'}")
        if any(one.new or one.changed for one in done.values()):
            say("[quiet]`evenhand claims sweep` looks at the posts that were measured before"
                "[/quiet]")
    return ASIDE if unread or any(one.set_aside for one in done.values()) else 0


def _take(platform: Platform, source: str, pages: int, again: bool, quiet: bool) -> Imported:
    fetcher = Fetcher(asks_as=asks_as(platform.config))
    page, address, name, where = None, None, source, source
    if source.lower().startswith(("http://", "https://")):
        page = fetcher.fetch(source)
        text, address = page.text, page.address
    else:
        path = Path(source)
        text, name, where = text_of_file(path), source_of(platform, path), path.name
    if is_feed(text):
        with _progress(quiet) as show, Interruptible() as interruptible:
            def after_each(asked: int, of: int) -> None:
                show(asked, of)
                interruptible.check()

            return import_feed(platform, text, source=name, where=where, address=address,
                               fetcher=fetcher, pace=Pace(sleep=interruptible.sleep), most=pages,
                               again=again, progress=after_each)
    if page is not None:
        return import_page(platform, page, source=source)
    return import_text(platform, text, source=name, where=where)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a screen; nothing where nobody looks."""
    if quiet or not err.is_terminal:
        yield lambda asked, of: None
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("pages", total=None)
        yield lambda asked, of: bar.update(task, completed=asked, total=of)


def _tell(source: str, one: Imported) -> None:
    total = len(one.read) + one.set_aside
    say(f"{safe(source)}: {count(total, 'fact-check')} read: {one.new:,} new, "
        f"{one.changed:,} changed, {len(one.read) - one.new - one.changed:,} known before, "
        f"{one.set_aside:,} set aside")
    if one.followed is not None:
        pages = one.followed
        say(f"  [quiet]{count(pages.fetched, 'page')} of the feed fetched, {pages.bare:,} of them "
            f"without a fact-check; {pages.unchanged:,} known and unchanged"
            + (f"; {pages.beyond:,} older ones left for another time" if pages.beyond else "")
            + "[/quiet]")
    refused = [p for p in one.problems if p.level == "refused"]
    notes = [p for p in one.problems if p.level != "refused"]
    for problem in (*refused[:MOST_REFUSED], *notes[:SHOWN]):
        style, word = ("bad", "set aside") if problem.level == "refused" else ("ask", "note")
        err.print(f"[{style}]{word}[/{style}] ", end="")
        err.print(printable(str(problem)), markup=False, soft_wrap=True)
    more = max(0, len(refused) - MOST_REFUSED) + max(0, len(notes) - SHOWN)
    if more:
        err.print(f"[quiet]and {more:,} more: --json has all of them[/quiet]")


def _plain(one: Imported) -> dict[str, Any]:
    return {"source": one.source, "read": len(one.read) + one.set_aside, "new": one.new,
            "changed": one.changed, "known_before": len(one.read) - one.new - one.changed,
            "set_aside": one.set_aside, "keys": [r.check.key for r in one.read],
            "pages": None if one.followed is None else asdict(one.followed),
            "problems": [{"where": p.where, "what": p.what, "hint": p.hint, "level": p.level}
                         for p in one.problems]}
