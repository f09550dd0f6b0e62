"""`evenhand legal-hold`: records are kept for a proceeding, or let go again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.erase import refuse_unless_one
from evenhand.edge.cli.options import at_option
from evenhand.edge.cli.screen import config_option, json_option, out, safe, say_json
from evenhand.edge.config import load_config
from evenhand.edge.erasing import account_named, hold, post_named
from evenhand.edge.erasing import lift as end
from evenhand.edge.platform import open_platform
from evenhand.edge.store.erased import held_what
from evenhand.record.codec import to_plain


@click.command("legal-hold")
@click.argument("post", metavar="[POST]", required=False)
@click.option("--account", metavar="ID", help="Hold all that is recorded of an account.")
@click.option("--lift", metavar="HOLD", help="End this hold, named by its first digits.")
@click.option("--as", "person", metavar="PERSON", required=True,
              help="The registered person who holds, an administrator.")
@click.option("--because", metavar="BASIS", required=True,
              help="The legal basis: the law or the proceeding.")
@at_option
@config_option
@json_option
def legal_hold(post: str | None, account: str | None, lift: str | None, person: str,
               because: str, at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Keep all that is recorded of a POST, or of an account, for a proceeding.

    While a hold is in force nothing that it keeps can be erased, not by us and not past us: the
    database refuses it. That there is a hold is public, but neither on whom nor for what.
    """
    if lift is None:
        refuse_unless_one(post, account)
    elif post is not None or account is not None:
        raise click.UsageError("--lift names the hold, and the hold what it keeps")
    platform = open_platform(load_config(config_path))
    if lift is not None:
        made = end(platform, lift, person=person, legal_basis=because, at=at)
    else:
        made = hold(platform, post=None if post is None else post_named(platform, post),
                    account=None if account is None else account_named(platform, account),
                    person=person, legal_basis=because, at=at)
    if as_json:
        say_json(to_plain(made))
        return
    if made.lifts is not None:
        out.print(f"legal hold {made.lifts[:16]} on {safe(held_what(made))} is lifted",
                  soft_wrap=True)
        return
    out.print(f"legal hold [what]{made.id[:16]}[/what] keeps {safe(held_what(made))}",
              soft_wrap=True)
    out.print(f"  [quiet]sealed in {platform.config.origin}; `evenhand legal-hold --lift "
              f"{made.id[:16]}` ends it[/quiet]", soft_wrap=True)
