"""`evenhand deliver`: what waits to be handed over, and is due now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say_json
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.store.errands import Waiting


@click.command()
@config_option
@json_option
def deliver(config_path: Path, as_json: bool) -> None:
    """Hand over the letters that wait and are due now, each with its receipt.

    A letter that a channel could not deliver is tried again later, for three days; this verb does
    what has become due, as every run does. What is stored and not sealed is sealed first.
    """
    platform = open_platform(load_config(config_path))
    platform.sequencer.seal()
    delivered = platform.courier.deliver()
    sealed = platform.sequencer.seal()
    waits = platform.courier.waiting()
    if as_json:
        say_json({"letters": delivered, "entries": sealed, "waiting": plain_waiting(waits),
                  "outcomes": plain_outcomes(platform)})
        return
    out.print(f"{count(delivered, 'letter')} delivered, each with its receipt; "
              f"{count(sealed, 'entry', 'entries')} in the ledger", soft_wrap=True)
    for (channel, outcome), n in sorted(platform.courier.tally.items()):
        out.print(f"  {channel}: {n:,} {outcome}", soft_wrap=True)
    tell_undelivered(platform)
    tell_waiting(waits, platform.courier.names)


def tell_undelivered(platform: Platform) -> None:
    """The letters that reached nobody for good, and where they lie for the platform to hand over.
    """
    lost = {key: n for key, n in sorted(platform.courier.tally.items()) if key[1] in LOST}
    for (channel, outcome), n in lost.items():
        out.print(f"[ask]{count(n, 'letter')} could not be delivered by {channel}: "
                  f"{outcome}[/ask]", soft_wrap=True)
    if lost:
        out.print("  those that have a reader lie in "
                  f"{safe(file_shown(platform.config.letters))}, to be handed over by other means",
                  soft_wrap=True)


def plain_outcomes(platform: Platform) -> list[dict[str, object]]:
    """What became of the errands that ended or were tried, for programs."""
    return [{"channel": channel, "outcome": outcome, "errands": n}
            for (channel, outcome), n in sorted(platform.courier.tally.items())]


LOST = ("contact unknown", "refused")
"""The outcomes that are final and reached nobody."""


def tell_waiting(waits: Sequence[Waiting], names: Sequence[str]) -> None:
    """What waits, a line for each channel and reason; nothing where nothing waits."""
    for one in waits:
        why = (f"{one.channel} is configured no more" if one.channel not in names
               else one.why or "not tried yet")
        when = "" if one.channel not in names or one.why is None else (
            f", tried again from {one.until:%Y-%m-%d %H:%M} UTC on")
        out.print(f"[ask]{count(one.errands, 'errand')} by {one.channel}"
                  f" {'waits' if one.errands == 1 else 'wait'}: {safe(why)}{when}[/ask]",
                  soft_wrap=True)


def plain_waiting(waits: Sequence[Waiting]) -> list[dict[str, object]]:
    """The same for programs."""
    return [{"channel": one.channel, "errands": one.errands, "because": one.why,
             "not_before": one.until if one.why is not None else None} for one in waits]
