"""`evenhand queue`: what waits for a person, what is late first."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from evenhand.edge.cli.asked import first_words, tell_claim
from evenhand.edge.cli.claims_show import page_of
from evenhand.edge.cli.options import at_option
from evenhand.edge.cli.screen import config_option, count, json_option, safe, say, say_json
from evenhand.edge.cli.telling import plain_cues, tell_cues
from evenhand.edge.config import load_config
from evenhand.edge.contested import Against, contradicting, open_contradictions
from evenhand.edge.desk.asking import About, Asking, about, asking, in_copies
from evenhand.edge.desk.desk import instant_of
from evenhand.edge.desk.waiting import Waiting, waiting
from evenhand.edge.looking_after import open_doubts
from evenhand.edge.platform import open_platform
from evenhand.edge.store.looked_after import matched_keys
from evenhand.edge.store.matters import Suspended, suspensions
from evenhand.model.factcheck import Match
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
    against = contradicting(platform, matched_keys(platform.engine))
    waits = [one for one in waiting(platform.engine, open_doubts(platform),
                                    open_contradictions(platform, against))
             if one.is_late(now) or not only_late]
    found = asking(platform, waits)
    stopped = [one for one in suspensions(platform.engine) if one.until is None]
    if as_json:
        rows = in_copies(waits, found)
        first = {(copy.id, copy.clause): one.id for one, copies in rows for copy in copies}
        say_json({"now": now, "waiting": [
                      _plain(one, now, about(found, one), against,
                             first.get((one.id, one.clause))) for one in waits],
                  "suspended": [{"clause": one.number, "since": one.since} for one in stopped]})
        return
    _tell(waits, stopped, now, found, against, only_late=only_late)


def _tell(waits: list[Waiting], stopped: list[Suspended], now: datetime, found: About,
          against: Against, *, only_late: bool) -> None:
    late = sum(one.is_late(now) for one in waits)
    if waits:
        say(f"[head]{count(len(waits), 'thing')} {'waits' if len(waits) == 1 else 'wait'} "
            "for a person[/head]" + (f", [bad]{late:,} late[/bad]" if late else "")
            + f"  [quiet]as of {day_and_time(now)}[/quiet]")
    else:
        say(f"nothing {'is late' if only_late else 'waits for a person'}  [quiet]as of "
            f"{day_and_time(now)}[/quiet]")
    for one, copies in in_copies(waits, found):
        _tell_one(one, len(copies), now, about(found, one), against)
    for stop in stopped:
        say(f"[ask]clause {stop.number} is suspended[/ask] since {day_and_time(stop.since)}")
    if any(one.kind == "question" for one in waits):
        say("[quiet]`evenhand show POST` tells how to answer a question[/quiet]")
    if any(one.kind == "fact-check" for one in waits):
        say("[quiet]`evenhand claims keep` or `evenhand claims withdraw` answers for a fact-check, "
            "`evenhand decide POST --confirm CLAIM`, or --deny, for one post[/quiet]")


_INDENT = " " * 12


def _tell_one(one: Waiting, copies: int, now: datetime, this: Asking, against: Against) -> None:
    more = f" and {count(copies, 'copy', 'copies')}" if copies else (
        f" and {len(one.posts) - 1:,} more" if len(one.posts) > 1 else "")
    post = f"{one.posts[0]}{more}" if one.posts else "no post"
    missing = f" ({', '.join(one.missing)})" if one.missing else ""
    trusted = "  [number]trusted flagger[/number]" if one.trusted else ""
    say(f"  {one.kind:<8}  [what]{one.id[:16]}[/what]  {safe(post)}{trusted}")
    if this.post is not None:
        say(f"{_INDENT}[quiet]│[/quiet] {safe(first_words(this.post.text))}")
    say(f"{_INDENT}{safe(one.what)}{safe(missing)}")
    if one.check is not None:
        tell_claim(one.check, _INDENT, against=against.get(one.check.key, ())
                   if one.against is None else (one.against,))
    elif this.match is not None:
        check = this.match.fact_check
        tell_claim(check, _INDENT, match=this.match, more=this.more,
                   against=against.get(check.key, ()))
    if this.cues is not None:
        tell_cues(this.cues, _INDENT)
    if one.due_at is None:
        say(f"{_INDENT}[quiet]since {day_and_time(one.since)}; no time is promised[/quiet]")
    elif one.is_late(now):
        say(f"{_INDENT}[bad]{_length(now - one.due_at)} late[/bad], was due by "
            f"{day_and_time(one.due_at)}")
    else:
        say(f"{_INDENT}due by {day_and_time(one.due_at)}")


def _length(late: timedelta) -> str:
    """A length of time in its greatest unit, cut down.

    >>> _length(timedelta(days=3, hours=5)), _length(timedelta(minutes=61)), _length(timedelta(0))
    ('3 days', '1 hour', '0 minutes')
    """
    if late >= timedelta(days=1):
        return count(late.days, "day")
    hours = late // timedelta(hours=1)
    return count(hours, "hour") if hours else count(late // timedelta(minutes=1), "minute")


def _plain(one: Waiting, now: datetime, this: Asking, against: Against,
           copy_of: str | None) -> dict[str, Any]:
    check = one.check or (this.match.fact_check if this.match is not None else None)
    return {"suggested": [] if this.cues is None else [plain_cues(this.cues)],
            "kind": one.kind, "id": one.id, "posts": [str(post) for post in one.posts],
            "what": one.what, "missing": list(one.missing), "trusted": one.trusted,
            "since": one.since, "due_at": one.due_at, "late": one.is_late(now),
            "text": None if this.post is None else this.post.text, "copy_of": copy_of,
            "fact_check": None if check is None else {
                "key": check.key, "claim": check.claim, "publisher": check.publisher.name,
                "url": page_of(check), "rating": check.rating, "rating_words": check.rating_words,
                "probability": _probability(this.match),
                "contradicted_by": [other.key for other in against.get(check.key, ())]}}


def _probability(match: Match | None) -> float | None:
    return None if match is None or match.compared is None else match.compared.probability
