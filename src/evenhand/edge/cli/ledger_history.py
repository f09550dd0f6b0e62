"""`evenhand ledger history`: all that a log holds of one post, from any entry of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from evenhand.audit.history import Entry, follow, follow_back
from evenhand.edge.cli.log_given import ahead, log_given, log_options, showing, tell_ahead
from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say_json
from evenhand.errors import EvenhandError
from evenhand.ledger.receipt import parse_receipt

MOST_DIGITS = 20
"""Of the number of an entry; no log is so long that one of more could name one."""

HIDDEN = ("commitment", "author", "prev", "when", "clock", "terms")
"""What of a leaf is not told beside its day: it says nothing to a person."""


@click.command("history")
@click.argument("entry", metavar="INDEX|RECEIPT")
@click.option("--back", is_flag=True, help="Only what was before: reads a few files, not all.")
@log_options
@config_option
@json_option
def ledger_history(entry: str, back: bool, where: str | None, policy: Path | None,
                   config_path: Path, as_json: bool) -> None:
    """Follow the history of one post through a log, from the entry of a receipt or a number.

    Every entry names the one before it in its post's history, so none can be left out between two
    that somebody holds. What was never logged is not shown: that is why an action without a receipt
    is not valid.
    """
    index = _number(entry) if entry.isdecimal() else _index_of(Path(entry))
    log = log_given(where, policy, config_path)
    history = follow_back(log.read, log.policy, index) if back else showing(
        lambda progress: follow(log.read, log.policy, index, progress=progress), quiet=as_json)
    if as_json:
        say_json({"origin": history.trust.checkpoint.origin, "whole": history.whole,
                  "dated_ahead": ahead(history.trust), "entries": [
            {"index": one.index, "kind": one.leaf.kind, **one.leaf.public}
            for one in history.entries]})
        return
    out.print(f"[good]verified[/good] {safe(history.trust)}", soft_wrap=True)
    tell_ahead(history.trust)
    ends = "" if history.whole else f" up to entry {index}"
    out.print(f"  {count(len(history.entries), 'entry', 'entries')} of one post{ends}, each names "
              "the one before it:", soft_wrap=True)
    for one in history.entries:
        mark = "[head]>[/head]" if one.index == index else " "
        out.print(f" {mark} {one.index:>8,}  {safe(one.leaf.public.get('when', '')):10}  "
                  f"[what]{safe(one.leaf.kind)}[/what] {safe(_told(one))}", soft_wrap=True)


def _told(entry: Entry) -> str:
    """What a leaf says, but what it hides."""
    said: dict[str, Any] = {name: value for name, value in entry.leaf.public.items()
                            if name not in HIDDEN and value not in (None, [], False)}
    return ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in said.items())


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " and ".join(map(str, value))
    return "yes" if value is True else value if isinstance(value, str) else json.dumps(value)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= MOST_DIGITS else 10**MOST_DIGITS


def _index_of(path: Path) -> int:
    try:
        return parse_receipt(path.read_bytes()).index
    except OSError as refused:
        raise EvenhandError(f"the receipt cannot be read: {refused.strerror}", where=str(path),
                            hint="give the number of an entry, or the file of a receipt") from None
