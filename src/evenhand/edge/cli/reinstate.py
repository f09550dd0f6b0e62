"""`evenhand reinstate`: what was taken is given back, and the finding stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.meant import post_meant, reasons_meant
from evenhand.edge.cli.options import as_option, at_option, because_option, open_desk
from evenhand.edge.cli.screen import config_option, json_option, say_json
from evenhand.edge.cli.telling import tell_decided
from evenhand.edge.desk.deciding import reinstate as give_back
from evenhand.record.codec import to_plain


@click.command()
@click.argument("post")
@as_option("gives it back")
@because_option("Why, in a sentence that the author reads", required=True)
@at_option
@config_option
@json_option
def reinstate(post: str, person: str, because: str, at: datetime | None, config_path: Path,
              as_json: bool) -> None:
    """Give back what was taken of a post or its author; the finding stands.

    The decision that stood is superseded, and the author is told. It counts as a strike as before;
    where the finding was wrong, an appeal or `evenhand decide --set-aside` says so.
    """
    desk = open_desk(config_path)
    decision = give_back(desk, post_meant(desk.platform, post), person=person,
                         words=reasons_meant(because), at=at)
    record = desk.record(decision.id)
    if as_json:
        say_json({"decision": to_plain(decision),
                  "letter": record.notice.words if record.notice else None})
        return
    tell_decided(desk.platform, record)
