"""`evenhand claims list`: the fact-checks that are known, a row each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from evenhand.edge.claims import Claim, claims_known
from evenhand.edge.cli.claims_show import page_of
from evenhand.edge.cli.screen import (
    config_option,
    count,
    json_option,
    one_line,
    out,
    safe,
    say,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.platform import open_platform


@click.command()
@click.option("--publisher", "domain", metavar="DOMAIN", help="Only those of this publisher.")
@click.option("--relied", is_flag=True, help="Only those that something rests on.")
@click.option("--contradicted", is_flag=True, help="Only those that another publisher contradicts.")
@config_option
@json_option
def claims_list(domain: str | None, relied: bool, contradicted: bool, config_path: Path,
                as_json: bool) -> None:
    """List the fact-checks that are known, as each was told last.

    `rests` counts the posts beside which something stands that was done by it.
    """
    platform = open_platform(load_config(config_path))
    wanted = domain.casefold().removeprefix("www.") if domain is not None else None
    found = [one for one in claims_known(platform)
             if (wanted is None or one.check.publisher.domain == wanted)
             and (one.relied or not relied) and (one.against or not contradicted)]
    if as_json:
        say_json([_plain(one) for one in found])
        return
    if not found:
        say("no fact-check is known" if not (domain or relied or contradicted) else
            "no known fact-check is like that")
        say("  [quiet]`evenhand claims import FILE` takes some in[/quiet]")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for name, justify in (("key", "left"), ("rating", "left"), ("publisher", "left"),
                          ("versions", "right"), ("rests", "right"), ("claim", "left")):
        table.add_column(name, justify=justify, no_wrap=name == "key")  # type: ignore[arg-type]
    for one in found:
        table.add_row(
            f"[number]{one.check.key[:12]}[/number]", safe(_rating(one)),
            safe(one.check.publisher.domain), str(one.versions), str(one.relied),
            safe(one_line(one.check.claim)))
    out.print(table)
    disputed = sum(bool(one.against) for one in found)
    say(f"[quiet]{count(len(found), 'fact-check')}"
        + (f"; {disputed:,} contradicted by another publisher: no rule attaches such a one, a "
           "person is asked" if disputed else "") + "[/quiet]")


def _rating(one: Claim) -> str:
    state = f", {one.state}" if one.state != "stands" else ""
    return one.check.rating + state + (", contradicted" if one.against else "")


def _plain(one: Claim) -> dict[str, Any]:
    check = one.check
    return {"key": check.key, "version": check.version, "versions": one.versions,
            "reviews": check.reviews, "publisher": check.publisher.domain,
            "published_by": check.publisher.kind, "url": page_of(check), "claim": check.claim,
            "rating": check.rating, "rating_words": check.rating_words, "state": one.state,
            "published_at": check.published_at, "known_at": one.known_at,
            "relied_on_by": one.relied, "contradicted_by": [c.key for c in one.against]}
