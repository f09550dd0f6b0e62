"""`evenhand ledger history`: all that a log holds of one post, from any entry of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from evenhand.audit.history import Entry, follow, follow_back
from evenhand.edge.cli.log_given import (
    ahead,
    log_given,
    log_options,
    showing,
    tell_ahead,
    tell_policy,
)
from evenhand.edge.cli.screen import (
    config_option,
    count,
    json_option,
    one_line,
    out,
    safe,
    say_json,
)
from evenhand.edge.config import file_shown
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import LedgerError, Malformed
from evenhand.ledger.receipt import Receipt, parse_receipt

MOST_DIGITS = 20
"""Of the number of an entry; no log is so long that one of more could name one."""

HIDDEN = ("commitment", "author", "prev", "when", "clock", "terms", "vocabulary")
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
    is not valid. A receipt is first held against the log: that it is of this log, and that the
    entry at its place is the one that it proves.
    """
    receipt = None if entry.isdecimal() else _receipt(Path(entry))
    index = _number(entry) if receipt is None else receipt.index
    log = log_given(where, policy, config_path)
    try:
        history = follow_back(log.read, log.policy, index, receipt=receipt) if back else showing(
            lambda progress: follow(log.read, log.policy, index, receipt=receipt,
                                    progress=progress), quiet=as_json)
    except LedgerError as refused:
        if refused.where == "receipt":
            refused.where = str(file_shown(Path(entry)))
        raise
    if as_json:
        say_json({"origin": history.trust.checkpoint.origin,
                  "size": history.trust.checkpoint.size, "whole": history.whole,
                  "receipt_held": receipt is not None, "policy_given": log.trusted,
                  "dated_ahead": ahead(history.trust), "entries": [
            {"index": one.index, "kind": one.leaf.kind, **one.leaf.public}
            for one in history.entries]})
        return
    out.print(f"[good]verified[/good] {safe(history.trust)}", soft_wrap=True)
    tell_policy(log)
    tell_ahead(history.trust)
    if receipt is not None:
        out.print(f"  the receipt is of this log, and proves its entry {index}", soft_wrap=True)
    ends = "" if history.whole else f" up to entry {index}"
    told = (f"{count(len(history.entries), 'entry', 'entries')} of one post{ends}, each names the "
            "one before it" if "prev" in history.entries[-1].leaf.public else
            f"entry {index} belongs to no one post's history")
    out.print(f"  {told}:", soft_wrap=True)
    for one in history.entries:
        mark = "[head]>[/head]" if one.index == index else " "
        out.print(f" {mark} {one.index:>8,}  {safe(one.leaf.public.get('when', '')):10}  "
                  f"[what]{safe(one.leaf.kind)}[/what] {safe(_told(one))}", soft_wrap=True)


def _told(entry: Entry) -> str:
    """What a leaf says, but what it hides."""
    said: dict[str, Any] = {name: value for name, value in entry.leaf.public.items()
                            if name not in HIDDEN and value not in (None, [], False)}
    return ", ".join(f"{name.replace('_', ' ')} {_plain(name, value)}"
                     for name, value in said.items())


def _plain(name: str, value: Any) -> str:
    """A value as a line tells it; documents by their language, a head by its size."""
    if name == "documents":
        return " and ".join(str(one.get("language") if isinstance(one, dict) else one)
                            for one in _several(value))
    if name == "checkpoint":
        try:
            return f"of {count(read_unverified(str(value)).size, 'entry', 'entries')}"
        except LedgerError:
            return "that cannot be read"
    if isinstance(value, list):
        return " and ".join(_plain("", one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain('', one)}"
                         for key, one in value.items())
    return "yes" if value is True else one_line(value) if isinstance(value, str) else json.dumps(
        value)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= MOST_DIGITS else 10**MOST_DIGITS


def _receipt(path: Path) -> Receipt:
    try:
        return parse_receipt(path.read_bytes())
    except OSError as refused:
        raise EvenhandError(f"the receipt cannot be read: {refused.strerror}", where=str(path),
                            hint="give the number of an entry, or the file of a receipt") from None
    except Malformed as refused:
        refused.where = str(file_shown(path))
        refused.hint = refused.hint or ("as it stands it shows nothing: ask for the receipt as it "
                                        "was sent")
        raise
