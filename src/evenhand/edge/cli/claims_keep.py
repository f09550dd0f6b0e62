"""`evenhand claims keep`: a fact-check stands, whatever became of its page, or stands again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.claims import key_meant
from evenhand.edge.cli.claims_withdraw import tell_word
from evenhand.edge.cli.meant import reasons_meant
from evenhand.edge.cli.options import as_option, at_option, because_option
from evenhand.edge.cli.screen import config_option, json_option
from evenhand.edge.config import load_config
from evenhand.edge.looking_after import say_of
from evenhand.edge.platform import open_platform


@click.command()
@click.argument("key")
@because_option("Why it stands", required=True)
@as_option("records it")
@at_option
@config_option
@json_option
def claims_keep(key: str, because: str, person: str, at: datetime | None, config_path: Path,
                as_json: bool) -> None:
    """Record that a fact-check stands: it was in doubt since its page is gone, or was withdrawn.

    Where it was withdrawn it speaks to posts again, and they are looked at.
    """
    platform = open_platform(load_config(config_path))
    word = say_of(platform, key_meant(platform, key), "stands", person=person,
                  words=reasons_meant(because), at=at)
    tell_word(platform, word, as_json=as_json)
