"""`evenhand claims withdraw`: a fact-check stands no more, and what rested on it is looked at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.claims import key_meant
from evenhand.edge.cli.claims_sweep import sweep, tell_swept
from evenhand.edge.cli.meant import text_meant
from evenhand.edge.cli.options import as_option, at_option, because_option
from evenhand.edge.cli.screen import config_option, json_option, say, say_json
from evenhand.edge.config import load_config
from evenhand.edge.looking_after import say_of
from evenhand.edge.platform import Platform, open_platform
from evenhand.model.factcheck import CheckWord


@click.command()
@click.argument("key")
@because_option("Why: authors and readers are told", required=True)
@click.option("--superseded-by", metavar="KEY", help="The fact-check that took its place.")
@as_option("records it")
@at_option
@config_option
@json_option
def claims_withdraw(key: str, because: str, superseded_by: str | None, person: str,
                    at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Record that a fact-check is withdrawn, or superseded by another, since its publisher said so.

    It speaks to no post any more. Every notice that rests on it is decided anew: where no clause
    calls for it now it comes down, its author is told, and readers see the correction. The log
    tells it in full. It stays so whatever its page says, until `evenhand claims keep`.
    """
    platform = open_platform(load_config(config_path))
    by = None if superseded_by is None else key_meant(platform, superseded_by)
    word = say_of(platform, key_meant(platform, key), "withdrawn" if by is None else "superseded",
                  person=person, words=text_meant(because, "--because"), superseded_by=by, at=at)
    tell_word(platform, word, as_json=as_json)


def tell_word(platform: Platform, word: CheckWord, *, as_json: bool) -> None:
    """Look again at what rests on it, and tell what came of that."""
    summary = sweep(platform, quiet=as_json)
    if as_json:
        say_json({"fact_check": word.key, "state": word.state, "word": word.id,
                  "looked_at_again": summary.swept, "decisions": summary.decisions,
                  "notices": summary.delivered})
        return
    now = {"withdrawn": "is [ask]withdrawn[/ask]", "superseded": "is [ask]superseded[/ask]",
           "stands": "[good]stands[/good]"}[word.state]
    say(f"the fact-check [number]{word.key[:12]}[/number] {now}")
    tell_swept(summary)
