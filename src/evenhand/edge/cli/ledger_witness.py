"""`evenhand ledger witness`: have the newest head cosigned, and tell how it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evenhand.edge.cli.ledger_page import lay_out_page
from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say, say_json
from evenhand.edge.config import load_config
from evenhand.edge.ledger.witness_client import Cosigned, Refused, SeenSoFar, Silent
from evenhand.edge.ledger.witnessing import Standing, claim_of
from evenhand.edge.platform import open_platform

ALARM = 3
"""Exit status where a witness has been behind for longer than it may be, or says that the record is
not what it has seen."""


@click.command("witness")
@click.option("--look", is_flag=True, help="Tell how it stands, and ask nobody.")
@config_option
@json_option
def ledger_witness(look: bool, config_path: Path, as_json: bool) -> int:
    """Have every witness cosign the newest head, and tell how it stands with each.

    `evenhand run` does so by itself while it runs and when it ends. Exits with 3 where a witness
    has been behind for longer than `ledger.within` allows, and with --look where one has said that
    it has seen more of the log than the store holds, or another history.
    """
    platform = open_platform(load_config(config_path))
    witnesses = platform.config.witnesses
    try:
        told = platform.witnessing.standing() if look else platform.witnessing.ask()
    finally:
        lay_out_page(platform)  # what a witness says readers are told, whatever it is
    now, size = datetime.now(UTC), platform.sequencer.head_size()
    alarm = any(one.is_alarm(now, witnesses.within) for one in told)
    if as_json:
        say_json({"origin": platform.config.origin, "size": size, "quorum": witnesses.quorum,
                  "witnesses": [_plain(one, now, witnesses.within) for one in told],
                  "alarm": alarm})
        return ALARM if alarm else 0
    if not told:
        out.print(f"{safe(platform.config.origin)} has no witness: every receipt says so, and "
                  "nothing but a kept checkpoint keeps its history from being rewritten",
                  soft_wrap=True)
        out.print(f"  [hint]name witnesses under `{safe('[ledger.witnesses.NAME]')}`; "
                  "docs/how-to/ledger.md[/hint]", soft_wrap=True)
        return 0
    say(f"{safe(platform.config.origin)} at {count(size, 'entry', 'entries')}; "
        f"{witnesses.quorum} of {count(len(told), 'witness', 'witnesses')} "
        f"{'is' if witnesses.quorum == 1 else 'are'} asked for")
    for one in told:
        say(f"  {_mark(one, size)} {safe(one.witness.name)}: {safe(_said(one, size))}"
            + ("  [bad]alarm[/bad]" if one.is_alarm(now, witnesses.within) else ""))
    return ALARM if alarm else 0


def _mark(one: Standing, size: int) -> str:
    if one.state.claim is not None:
        return "[bad]objects[/bad]"
    return "[good]signed[/good]" if one.state.seen >= size else "[ask]behind[/ask]"


def _said(one: Standing, size: int) -> str:
    state = one.state
    seen = (f"has seen {count(state.seen, 'entry', 'entries')}" if state.seen_at
            else "has signed nothing yet")
    if state.claim is not None:
        return f"{seen}; {claim_of(one, size)}"
    since = (f", behind since {state.behind_since:%d %B %Y %H:%M} UTC"
             if state.behind_since else "")
    return seen + since + (f" ({state.trouble})" if state.trouble else "")


def _plain(one: Standing, now: datetime, within: Any) -> dict[str, Any]:
    kinds = {Cosigned: "cosigned", SeenSoFar: "seen so far", Refused: "refused",
             Silent: "silent", type(None): None}
    state = one.state
    return {"name": one.witness.name, "address": one.witness.url, "answer": kinds[type(one.answer)],
            "seen": state.seen, "seen_at": state.seen_at, "behind_since": state.behind_since,
            "trouble": state.trouble, "claim": state.claim, "claimed": state.claimed,
            "shown": state.shown, "alarm": one.is_alarm(now, within)}
