"""`evenhand erase`: what is recorded of a post or an account is emptied; the log's entries stay."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress

from evenhand.edge.cli.options import at_option
from evenhand.edge.cli.screen import config_option, count, err, json_option, out, safe, say_json
from evenhand.edge.config import load_config
from evenhand.edge.erasing import account_named, post_named
from evenhand.edge.erasing import erase as empty
from evenhand.edge.platform import open_platform
from evenhand.reasons.statement import day_and_time


@click.command()
@click.argument("post", metavar="[POST]", required=False)
@click.option("--account", metavar="ID", help="Erase an account: all its posts, and all that it "
              "brought.")
@click.option("--as", "person", metavar="PERSON", required=True,
              help="The registered person who erases, an administrator.")
@click.option("--because", metavar="BASIS", required=True,
              help="The legal basis, for example `Art. 17 GDPR`.")
@at_option
@config_option
@json_option
def erase(post: str | None, account: str | None, person: str, because: str,
          at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Erase a POST (platform:id@version, or its id alone), or an account.

    What was said, what was found of it, its letters, and the keys that open the log's entries are
    emptied at once, or, where a legal hold keeps any of it, not at all. The entries themselves
    stay, and an entry of the erasure's own says that they were emptied. It cannot be undone.
    """
    refuse_unless_one(post, account)
    platform = open_platform(load_config(config_path))
    with Progress(console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        task = bar.add_task("erasing posts", total=None)
        done = empty(
            platform, post=None if post is None else post_named(platform, post),
            account=None if account is None else account_named(platform, account),
            person=person, legal_basis=because, at=at,
            progress=lambda posts, total: bar.update(task, completed=posts, total=total))
    erasure = done.erasure
    if as_json:
        say_json({"erasure": erasure and erasure.id, "before": done.before,
                  "posts": erasure and erasure.posts, "letters": done.letters,
                  "closed": done.closed, "told": done.told,
                  "entries": None if erasure is None else list(erasure.entries)})
        return
    if done.before:
        since = f" on {day_and_time(erasure.at)}, for: {safe(erasure.legal_basis)}" if (
            erasure is not None) else ""
        out.print(f"it was erased before{since}", soft_wrap=True)
    elif erasure is not None:
        out.print(f"[good]erased[/good]: {count(erasure.posts, 'post')} and what concerns "
                  f"{'it' if erasure.posts == 1 else 'them'}; "
                  f"{count(len(erasure.entries), 'entry', 'entries')} of the log can no longer "
                  "be opened by us", soft_wrap=True)
        out.print(f"  [quiet]erasure {erasure.id[:16]}, sealed in {platform.config.origin}; "
                  "whoever kept a letter can still open it[/quiet]", soft_wrap=True)
    if done.closed:
        untold = done.closed - done.told
        out.print(f"  [ask]{count(done.closed, 'matter')} that waited for an answer "
                  f"{'ends' if done.closed == 1 else 'end'} without a decision[/ask]: "
                  f"{count(done.told, 'sender')} told so"
                  + (f", {untold:,} left no address" if untold else ""), soft_wrap=True)
    if done.letters:
        out.print(f"  {count(done.letters, 'folder')} of letters removed", soft_wrap=True)


def refuse_unless_one(post: str | None, account: str | None) -> None:
    """Refuse where both or neither are named."""
    if (post is None) is (account is None):
        raise click.UsageError("name a POST or --account ID, one of the two")
