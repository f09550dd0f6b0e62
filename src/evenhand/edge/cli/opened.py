"""What `evenhand show --sealed` hands out of a post: every sealed record about it, with its key."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

import click
import msgspec

from evenhand.audit import tables as at
from evenhand.edge.accessing import Opened, open_post
from evenhand.edge.cli.meant import reasons_meant
from evenhand.edge.cli.screen import count, err, safe, say_json
from evenhand.edge.platform import Platform
from evenhand.edge.store.openings import Sealed
from evenhand.model.post import PostId


def refuse_without_ground(person: str | None, because: str) -> str:
    """Refuse to hand anything out for nobody, or for no reason; give who does."""
    if person is None or not because.strip():
        raise click.UsageError("say who opens the sealed records and why: --as PERSON --because "
                               "WORDS; the public log tells that somebody's records were opened, "
                               "not whose")
    return person


def hand_out(platform: Platform, post: PostId, *, person: str, because: str,
             moment: datetime | None, as_json: bool) -> None:
    """Have the log tell of it, then write the lines of `openings.jsonl` about the post."""
    found, opened = open_post(platform, post, person=person, words=reasons_meant(because),
                              at=moment)
    lines = [at.opening_line(at.opening_row(one.index, one.entry, one.key, one.record))
             for one in found]
    if as_json:
        say_json({"post": str(post), "access": {"id": opened.access.id, "entry": opened.entry},
                  "openings": [msgspec.json.decode(line) for line in lines]})
        return
    for line in lines:
        sys.stdout.write(line.decode())
    _tell(post, found, opened)


def _tell(post: PostId, found: Sequence[Sealed], opened: Opened) -> None:
    err.print(f"[ask]SEALED: {count(len(found), 'record')} about {safe(post)} with what opens "
              "them: what people wrote, who they are, who brought what.[/ask] Give them only to "
              "whoever may have them.", soft_wrap=True)
    err.print(f"  [quiet]that somebody's records were opened is entry {opened.entry} of the log; "
              f"whose, by {safe(opened.access.by)}, and why is for auditors and courts[/quiet]",
              soft_wrap=True)
