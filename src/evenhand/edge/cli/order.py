"""`evenhand order`: what a court, an authority, a rights holder or somebody else demands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.arrived import plain_arrival, tell_arrival
from evenhand.edge.cli.meant import post_meant, text_in
from evenhand.edge.cli.options import (
    as_option,
    at_option,
    brought_before,
    instant_option,
    once_option,
    open_desk,
    sender,
    sender_option,
)
from evenhand.edge.cli.screen import config_option, json_option, say_json
from evenhand.edge.desk.bringing import order as bring
from evenhand.edge.signals.admit import show
from evenhand.errors import EvenhandError
from evenhand.model.matter import ORDER_KINDS, OrderKind
from evenhand.rulebook.drafting import suggest


@click.command()
@click.option("--kind", required=True, metavar="KIND",
              help=f"One of: {', '.join(ORDER_KINDS)}.")
@click.option("--from", "from_", metavar="NAME", help="Who sends it.")
@sender_option("--email", "Where letters reach its sender.", "ADDRESS")
@click.option("--legal-basis", metavar="LAW", default="", show_default=False,
              help="The law that it names; of a mere request `none`, where it names none.")
@click.option("--text", metavar="FILE", help="Its text as it arrived (- reads standard input).")
@click.option("--demands", metavar="WORD", default="", show_default=False,
              help="What it demands, such as removal.")
@click.option("--post", "posts", multiple=True, metavar="POST",
              help="The post that it is about; several posts, several times.")
@as_option("records it")
@click.option("--reference", metavar="R", help="The sender's own number.")
@click.option("--territory", metavar="FR,DE", default="", show_default=False,
              help="Where it is to hold, as country codes (default: it names no place).")
@instant_option("--due", "By when it asks to be obeyed.")
@once_option("records")
@at_option
@config_option
@json_option
def order(kind: str, from_: str | None, email: str | None, legal_basis: str, text: str | None,
          demands: str, posts: tuple[str, ...], person: str, reference: str | None, territory: str,
          due: datetime | None, once: str | None, at: datetime | None, config_path: Path,
          as_json: bool) -> None:
    """Record an order or a request as it arrived, word for word, whether or not it is obeyed.

    A clause of the terms may act on it at once (`when orders.court >= 1`); else it waits for a
    reviewer. Its sender gets a confirmation, and later what became of it.
    """
    meant = _kind(kind)
    desk = open_desk(config_path)
    about = tuple(post_meant(desk.platform, post) for post in posts)
    before = brought_before(desk, "order", once)
    matter = bring(
        desk, about, kind=meant, by=sender(name=from_, email=email), legal_basis=legal_basis,
        words=text_in(text, "--text") if text else "", demands=demands, recorded_by=person,
        reference=reference, due_at=due, at=at, once=once,
        territory=tuple(code.strip() for code in territory.split(",") if code.strip()))
    if as_json:
        say_json(plain_arrival(desk, matter, before=before))
        return
    tell_arrival(desk, matter, before=before)


def _kind(text: str) -> OrderKind:
    """The kind meant; `court-order` and `authority order` are understood."""

    def bare(words: str) -> str:
        return " ".join(words.casefold().replace("'s", "").replace("-", " ").split())

    for kind in ORDER_KINDS:
        if bare(kind) == bare(text):
            return kind
    raise EvenhandError(f"{show(text)} is no kind of order", where="--kind",
                        hint=suggest(text[:80], ORDER_KINDS) or "it is one of: "
                        + ", ".join(ORDER_KINDS))
