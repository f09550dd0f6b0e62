"""`evenhand queue`: what waits for a person, what is late first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from evenhand.edge.cli.options import at_option
from evenhand.edge.cli.screen import config_option, count, json_option, safe, say, say_json
from evenhand.edge.cli.telling import plain_cues, tell_cues
from evenhand.edge.config import load_config
from evenhand.edge.desk.desk import instant_of
from evenhand.edge.desk.suggesting import STANCE, cues_of_all
from evenhand.edge.desk.waiting import Waiting, waiting
from evenhand.edge.looking_after import open_doubts
from evenhand.edge.platform import open_platform
from evenhand.edge.store.matters import Suspended, suspensions
from evenhand.factcheck.stance import Cues
from evenhand.model.post import PostId
from evenhand.reasons.statement import day_and_time


@click.command()
@click.option("--late", "only_late", is_flag=True, help="Only what should be done already.")
@at_option
@config_option
@json_option
def queue(only_late: bool, at: datetime | None, config_path: Path, as_json: bool) -> None:
    """List what waits for a person: questions, reports, orders, appeals, fact-checks in doubt.

    What is late comes first, then what is due next. The clauses that are suspended stand below. Ids
    are the first digits, as every verb takes them.
    """
    platform = open_platform(load_config(config_path))
    now = instant_of(platform, at)
    waits = [one for one in waiting(platform.engine, open_doubts(platform))
             if one.is_late(now) or not only_late]
    asked = [one.posts[0] for one in waits if STANCE in one.missing]
    cues = cues_of_all(platform, asked)
    stopped = [one for one in suspensions(platform.engine) if one.until is None]
    if as_json:
        say_json({"now": now, "waiting": [_plain(one, now, cues) for one in waits],
                  "suspended": [{"clause": one.number, "since": one.since} for one in stopped]})
        return
    _tell(waits, stopped, now, cues, only_late=only_late)


def _tell(waits: list[Waiting], stopped: list[Suspended], now: datetime,
          cues: Mapping[PostId, Cues], *, only_late: bool) -> None:
    late = sum(one.is_late(now) for one in waits)
    if waits:
        say(f"[head]{count(len(waits), 'thing')} {'waits' if len(waits) == 1 else 'wait'} "
            "for a person[/head]" + (f", [bad]{late:,} late[/bad]" if late else "")
            + f"  [quiet]as of {day_and_time(now)}[/quiet]")
    else:
        say(f"nothing {'is late' if only_late else 'waits for a person'}  [quiet]as of "
            f"{day_and_time(now)}[/quiet]")
    for one in waits:
        _tell_one(one, now)
        if (found := _suggested(one, cues)) is not None:
            tell_cues(found, " " * 12)
    for stop in stopped:
        say(f"[ask]clause {stop.number} is suspended[/ask] since {day_and_time(stop.since)}")


def _tell_one(one: Waiting, now: datetime) -> None:
    more = f" and {len(one.posts) - 1:,} more" if len(one.posts) > 1 else ""
    post = f"{one.posts[0]}{more}" if one.posts else "no post"
    missing = f" ({', '.join(one.missing)})" if one.missing else ""
    trusted = "  [number]trusted flagger[/number]" if one.trusted else ""
    say(f"  {one.kind:<8}  [what]{one.id[:16]}[/what]  {safe(post)}{trusted}")
    say(f"            {safe(one.what)}{safe(missing)}")
    if one.due_at is None:
        say(f"            [quiet]since {day_and_time(one.since)}; no time is promised"
            "[/quiet]")
    elif one.is_late(now):
        say(f"            [bad]{_length(now - one.due_at)} late[/bad], was due by "
            f"{day_and_time(one.due_at)}")
    else:
        say(f"            due by {day_and_time(one.due_at)}")


def _suggested(one: Waiting, cues: Mapping[PostId, Cues]) -> Cues | None:
    """The cues of the post that a question about its stance is about."""
    return cues.get(one.posts[0]) if STANCE in one.missing else None


def _length(late: timedelta) -> str:
    """A length of time in its greatest unit, cut down.

    >>> _length(timedelta(days=3, hours=5)), _length(timedelta(minutes=61)), _length(timedelta(0))
    ('3 days', '1 hour', '0 minutes')
    """
    if late >= timedelta(days=1):
        return count(late.days, "day")
    hours = late // timedelta(hours=1)
    return count(hours, "hour") if hours else count(late // timedelta(minutes=1), "minute")


def _plain(one: Waiting, now: datetime, cues: Mapping[PostId, Cues]) -> dict[str, Any]:
    found = _suggested(one, cues)
    return {"suggested": [] if found is None else [plain_cues(found)],
            "kind": one.kind, "id": one.id, "posts": [str(post) for post in one.posts],
            "what": one.what, "missing": list(one.missing), "trusted": one.trusted,
            "since": one.since, "due_at": one.due_at, "late": one.is_late(now)}
