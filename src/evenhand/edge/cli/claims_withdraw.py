"""`evenhand claims withdraw`: a fact-check stands no more, and what rested on it is looked at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.claims import key_meant
from evenhand.edge.cli.changed import changed, plain_changed, tell_changed
from evenhand.edge.cli.claims_sweep import sweep, tell_swept
from evenhand.edge.cli.meant import reasons_meant
from evenhand.edge.cli.options import as_option, at_option, because_option
from evenhand.edge.cli.screen import config_option, json_option, say, say_json
from evenhand.edge.config import load_config
from evenhand.edge.looking_after import say_of
from evenhand.edge.platform import Platform, open_platform
from evenhand.model.decision import Decision
from evenhand.model.factcheck import CheckWord
from evenhand.model.post import PostId


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
    words = reasons_meant(because)
    platform = open_platform(load_config(config_path))
    by = None if superseded_by is None else key_meant(platform, superseded_by)
    word = say_of(platform, key_meant(platform, key), "withdrawn" if by is None else "superseded",
                  person=person, words=words, superseded_by=by, at=at)
    tell_word(platform, word, as_json=as_json)


def tell_word(platform: Platform, word: CheckWord, *, as_json: bool) -> None:
    """Look again at what rests on it, and tell what came of that."""
    before = _standing(platform, word.key)
    summary = sweep(platform, quiet=as_json)
    found = changed(platform, [
        (before.get(post), made) for post, made in _standing(platform, word.key).items()
        if (stood := before.get(post)) is None or stood.id != made.id])
    if as_json:
        say_json({"fact_check": word.key, "state": word.state, "word": word.id,
                  "looked_at_again": summary.swept, "decisions": summary.decisions,
                  "notices": summary.delivered, "changed": plain_changed(found)})
        return
    now = {"withdrawn": "is [ask]withdrawn[/ask]", "superseded": "is [ask]superseded[/ask]",
           "stands": "[good]stands[/good]"}[word.state]
    say(f"the fact-check [number]{word.key[:12]}[/number] {now}")
    tell_swept(summary)
    tell_changed(platform, found)


def _standing(platform: Platform, key: str) -> dict[PostId, Decision]:
    """The decisions that stand about the posts to which a fact-check spoke, or may have spoken."""
    posts = platform.store.matched({key})
    standing = platform.store.standing(posts) if posts else {}
    return {post: made for post, made in standing.items() if isinstance(made, Decision)}
