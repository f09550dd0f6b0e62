"""`evenhand suspend`: a clause is stopped at once, or acts again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.meant import reasons_meant
from evenhand.edge.cli.options import as_option, at_option, because_option, open_desk
from evenhand.edge.cli.screen import config_option, json_option, safe, say, say_json
from evenhand.edge.cli.telling import plain_matter
from evenhand.edge.desk.brakes import suspend as stop
from evenhand.edge.store.story import places_of
from evenhand.reasons.statement import day_and_time


@click.command()
@click.argument("clause")
@as_option("stops it")
@because_option("Why, in a sentence that everybody can read in the log", required=True)
@click.option("--resume", is_flag=True, help="Let a suspended clause act again.")
@click.option("--terms", "version", metavar="VERSION",
              help="The version of the terms (default: the newest that has the clause).")
@at_option
@config_option
@json_option
def suspend(clause: str, person: str, because: str, resume: bool, version: str | None,
            at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Suspend a clause: from now on it does nothing anew.

    What it does already goes on until it is reversed (`evenhand reverse`). The suspension, with
    its reasons, is an entry of the public log. A version that is published later may have mended
    the clause, and is not suspended by it.
    """
    desk = open_desk(config_path)
    matter = stop(desk, clause, person=person, words=reasons_meant(because),
                  resumes=resume, version=version, at=at)
    if as_json:
        say_json(plain_matter(desk.platform, matter) | {"clause": clause, "resumes": resume})
        return
    now = "acts again" if resume else "is suspended"
    say(f"clause {clause} [{'good' if resume else 'ask'}]{now}[/] from "
        f"{day_and_time(matter.known_at)} on")
    key = f"suspension:{matter.id}"
    say(f"  [quiet]entry {places_of(desk.platform.engine, [key]).get(key)} of "
        f"{desk.platform.config.origin}, by {safe(person)}[/quiet]")
    if not resume:
        say("  what it does already goes on: `evenhand reverse` takes it back, "
            "`evenhand suspend --resume` lets it act again")
