"""`evenhand report`: somebody's message to the platform about a post."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.arrived import plain_arrival, tell_arrival
from evenhand.edge.cli.meant import post_meant, text_meant
from evenhand.edge.cli.options import (
    at_option,
    because_option,
    brought_before,
    once_option,
    open_desk,
    sender,
    sender_option,
)
from evenhand.edge.cli.screen import config_option, json_option, say_json
from evenhand.edge.desk.bringing import report as bring
from evenhand.errors import EvenhandError
from evenhand.terms.categories import category as category_named
from evenhand.terms.categories import is_code


@click.command()
@click.argument("post")
@because_option("Why the post should be acted on", default="", show_default=False)
@click.option("--clause", metavar="N", help="The clause of the terms that it is about.")
@click.option("--illegal-under", metavar="LAW", help="The law under which the post is illegal.")
@click.option("--good-faith", is_flag=True,
              help="Its sender believes it to be accurate and complete.")
@sender_option("--name", "Who sends it.", "NAME")
@sender_option("--email", "Where letters reach its sender.", "ADDRESS")
@sender_option("--account", "The sender's account on the platform.")
@sender_option("--flagger", "The registered trusted flagger who sends it.")
@click.option("--against-children", is_flag=True,
              help="It is about an offence against children: no name is asked for.")
@click.option("--category", metavar="CODE",
              help="What it is about, where it names no clause: a category, by code or words.")
@click.option("--where", metavar="URL", help="The exact address (default: the post's own).")
@once_option("reports")
@at_option
@config_option
@json_option
def report(post: str, because: str, clause: str | None, illegal_under: str | None,
           good_faith: bool, name: str | None, email: str | None, account: str | None,
           flagger: str | None, against_children: bool, category: str | None, where: str | None,
           once: str | None, at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Take in a report about a post: it is recorded before anybody looks at it.

    It says why, and names a clause of the terms or a law; of what is missing all is told at once
    (Regulation (EU) 2022/2065 Art. 16). Its sender gets a confirmation, and later the decision. A
    clause's rule may act on it at once; else it waits for a reviewer.
    """
    desk = open_desk(config_path)
    about = post_meant(desk.platform, post)
    before = brought_before(desk, "report", once)
    matter = bring(
        desk, about, by=sender(name=name, email=email, account=account, flagger=flagger),
        words=text_meant(because, "--because"), where=where, clause=clause,
        illegal_under=illegal_under, good_faith=good_faith,
        offence_against_children=against_children, category=_code(category), at=at, once=once)
    if as_json:
        say_json(plain_arrival(desk, matter, before=before))
        return
    tell_arrival(desk, matter, before=before)


def _code(category: str | None) -> str | None:
    if category is None or is_code(category):
        return category
    try:
        return category_named(category).code
    except EvenhandError as wrong:
        raise EvenhandError(wrong.what, where="--category", hint=wrong.hint) from None
