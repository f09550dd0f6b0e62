"""`evenhand withdraw`: whoever brought a report, an order or an appeal takes it back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.meant import text_meant
from evenhand.edge.cli.options import (
    as_option,
    at_option,
    because_option,
    open_desk,
    refuse_nobody,
    sender,
    sender_option,
)
from evenhand.edge.cli.screen import config_option, json_option, safe, say, say_json
from evenhand.edge.cli.telling import plain_matter, who
from evenhand.edge.desk.bringing import withdraw as take_back
from evenhand.record.kinds import WithdrawalRecord


@click.command()
@click.argument("matter")
@sender_option("--account", "The account that brought it.")
@sender_option("--email", "The address that brought it.", "ADDRESS")
@sender_option("--name", "Of an order: who sent it.", "NAME")
@because_option("Why, where they say so", default="", show_default=False)
@as_option("records it", required=False)
@at_option
@config_option
@json_option
def withdraw(matter: str, account: str | None, email: str | None, name: str | None, because: str,
             person: str | None, at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Take back a report, an order or an appeal, as whoever brought it.

    MATTER is the first digits of its id. A report or an appeal is taken back until it is answered;
    an order also afterwards, and what was done on its account is looked at again.
    """
    by = sender(name=name, email=email, account=account)
    refuse_nobody(by)
    desk = open_desk(config_path)
    taken = take_back(desk, matter.lower(), by=by, words=text_meant(because, "--because"),
                      recorded_by=person, at=at)
    if as_json:
        say_json(plain_matter(desk.platform, taken) | {"at_once": [
            {"decision": d.id, "post": str(d.post), "outcome": d.outcome.value}
            for d in desk.done.decisions]})
        return
    assert isinstance(taken.record, WithdrawalRecord), "a withdrawal has its record"
    said = taken.record.withdrawal
    say(f"the {said.kind} {said.matter[:16]} is [good]withdrawn[/good]")
    for decision in desk.done.decisions:
        say(f"  decision {decision.id[:16]} about {safe(decision.post)}, by "
            f"{safe(who(decision.decider))}: {decision.outcome.value}")
