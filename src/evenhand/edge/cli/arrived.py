"""Tells what came of something that people brought: its id, by when, and what happened at once."""

from __future__ import annotations

from typing import Any

from evenhand.edge.cli.screen import safe, say
from evenhand.edge.cli.telling import name_of, plain_matter, tell_sent, who
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store.matters import Matter
from evenhand.edge.store.story import letters_of, places_of
from evenhand.model.decision import Decision
from evenhand.reasons.statement import day_and_time


def tell_arrival(desk: Desk, matter: Matter, *, before: bool) -> None:
    """The receipt of an arrival: its id, its place in the log, and what happened at once."""
    platform, key = desk.platform, f"{matter.kind}:{matter.id}"
    came = "was recorded before; nothing new was recorded" if before else "is recorded"
    say(f"[good]{safe(name_of(matter).removeprefix('the '))}[/good] {came}")
    place = places_of(platform.engine, [key]).get(key)
    where = "waits to be sealed" if place is None else f"entry {place} of {platform.config.origin}"
    say(f"  [quiet]{day_and_time(matter.known_at)}; {where}[/quiet]")
    say("  about " + ", ".join(safe(post) for post in matter.posts[:SHOWN])
        + (f" and {len(matter.posts) - SHOWN:,} more" if len(matter.posts) > SHOWN else ""))
    for decision in at_once(desk, matter):
        done = ", ".join(f"{a.kind.value} under clause {a.ground.citation.number}"
                         for a in decision.actions) or decision.outcome.value
        say(f"  at once: decision {decision.id[:16]} about {safe(decision.post)}, by "
            f"{safe(who(decision.decider))}: {done}")
    if matter.answered_by is not None:
        say(f"  [good]answered[/good] by decision {matter.answered_by[:16]}")
    elif matter.due_at is not None:
        what = "asks to be obeyed" if matter.kind == "order" else "will be answered"
        say(f"  {what} by {day_and_time(matter.due_at)}")
    else:
        say("  [ask]waits for a person[/ask]; no time is promised for the answer")
    tell_letters(desk, matter)


SHOWN = 5
"""Posts named of an order about many."""


def tell_letters(desk: Desk, matter: Matter) -> None:
    """Who was written to: a confirmation, and an answer where there is one."""
    keys = {f"{matter.kind}:{matter.id}": "confirmation", f"answer:{matter.id}": "answer"}
    sent = letters_of(desk.platform.engine, keys)
    for key, letter in keys.items():
        if key in sent:
            say(f"  {letter} to whoever brought it{tell_sent(sent[key])}")
    if not sent:
        record = matter.record
        say("  a confirmation waits to be delivered" if record is not None and record.notice
            else "  [ask]nobody is written to:[/ask] whoever brought it left no address")


def at_once(desk: Desk, matter: Matter) -> tuple[Decision, ...]:
    """The decisions that the arrival itself led to."""
    return tuple(d for d in desk.done.decisions if d.cause.id == matter.id)


def plain_arrival(desk: Desk, matter: Matter, *, before: bool) -> dict[str, Any]:
    """The same for programs."""
    return plain_matter(desk.platform, matter) | {
        "brought_before": before,
        "at_once": [{"decision": d.id, "post": str(d.post), "outcome": d.outcome.value}
                    for d in at_once(desk, matter)]}
