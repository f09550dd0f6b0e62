"""`evenhand claims import`: fact-checks from files and addresses; what is broken is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evenhand.edge.cli.screen import (
    config_option,
    count,
    err,
    fail,
    json_option,
    printable,
    safe,
    say,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.fetching import Fetcher
from evenhand.edge.importing import (
    Imported,
    import_address,
    import_text,
    source_of,
    text_of_file,
)
from evenhand.edge.platform import Platform, open_platform
from evenhand.errors import EvenhandError

SHOWN = 5
"""Problems of one source that are told on a screen; `--json` has all of them."""

ASIDE = 3
"""Exit status where something was set aside."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE-OR-URL...")
@config_option
@json_option
def claims_import(sources: tuple[str, ...], config_path: Path, as_json: bool) -> int:
    """Take in published fact-checks: ClaimReview and MediaReview.

    A source is a page of HTML, a JSON document or JSON lines. Every version is kept with its raw
    form. What is broken is named, and the rest is kept. A URL is fetched over http or https, from
    the public internet alone; what stands there speaks for its own domain only.

    Nothing is looked at again yet: `evenhand claims sweep`, or the next run, does that. Exit status
    3 where anything was set aside.
    """
    platform = open_platform(load_config(config_path))
    done: dict[str, Imported] = {}
    unread: list[EvenhandError] = []
    for source in sources:
        try:
            done[source] = _take(platform, source)
        except EvenhandError as wrong:
            # One that cannot be read costs the others nothing.
            if len(sources) == 1:
                raise
            unread.append(wrong)
            if not as_json:
                fail(wrong)
    if as_json:
        say_json({"sources": [_plain(one) for one in done.values()], "unread": [
            {"where": w.where, "what": w.what, "hint": w.hint} for w in unread]})
    else:
        for source, one in done.items():
            _tell(source, one)
        if any(one.new or one.changed for one in done.values()):
            say("[quiet]`evenhand claims sweep` looks at the posts that were measured before"
                "[/quiet]")
    return ASIDE if unread or any(one.set_aside for one in done.values()) else 0


def _take(platform: Platform, source: str) -> Imported:
    if source.lower().startswith(("http://", "https://")):
        return import_address(platform, source, Fetcher())
    path = Path(source)
    return import_text(platform, text_of_file(path), source=source_of(platform, path),
                       where=path.name)


def _tell(source: str, one: Imported) -> None:
    total = len(one.read) + one.set_aside
    say(f"{safe(source)}: {count(total, 'fact-check')} read: {one.new:,} new, "
        f"{one.changed:,} changed, {len(one.read) - one.new - one.changed:,} known before, "
        f"{one.set_aside:,} set aside")
    in_order = sorted(one.problems, key=lambda p: p.level != "refused")
    for problem in in_order[:SHOWN]:
        style, word = ("bad", "set aside") if problem.level == "refused" else ("ask", "note")
        err.print(f"[{style}]{word}[/{style}] ", end="")
        err.print(printable(str(problem)), markup=False, soft_wrap=True)
    if len(in_order) > SHOWN:
        err.print(f"[quiet]and {len(in_order) - SHOWN:,} more: --json has all of them[/quiet]")


def _plain(one: Imported) -> dict[str, Any]:
    return {"source": one.source, "read": len(one.read) + one.set_aside, "new": one.new,
            "changed": one.changed, "known_before": len(one.read) - one.new - one.changed,
            "set_aside": one.set_aside, "keys": [r.check.key for r in one.read],
            "problems": [{"where": p.where, "what": p.what, "hint": p.hint, "level": p.level}
                         for p in one.problems]}
