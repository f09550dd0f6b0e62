"""What the configuration says of the log: its name, its witnesses, how many must have seen it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from evenhand.edge.courier.settings import why_no_hook
from evenhand.edge.vouched import Wrong
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import Malformed
from evenhand.ledger.keys import ED25519, PublicKey, parse_vkey
from evenhand.ledger.policy import NO_QUORUM, Group, Log, Policy, Witness
from evenhand.model.period import Period
from evenhand.rulebook.drafting import suggest

OF_A_WITNESS = ("key", "address")

GROUP = "witnesses"
"""How a policy names all of them together."""

WITHIN = timedelta(hours=1)
"""How long a witness may be silent before it is an alarm, where nothing else is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """The witnesses with their addresses, how many of them are enough, and how long they may be
    silent. None at all: every receipt then says that nobody witnessed it."""

    all: tuple[Witness, ...] = ()
    quorum: int = 0
    within: timedelta = field(default=WITHIN)

    def policy(self, log: PublicKey) -> Policy:
        """What a reader holds this log's receipts against."""
        logs = (Log(key=log),)
        if not self.all:
            return Policy(logs=logs, quorum=NO_QUORUM)
        group = Group(name=GROUP, threshold=self.quorum, members=tuple(w.name for w in self.all))
        return Policy(logs=logs, witnesses=self.all, groups=(group,), quorum=GROUP)


def is_log_name(name: str) -> bool:
    """Whether a log may be named so: by the address where its files are served, without scheme.

    >>> [is_log_name(each) for each in ("forum.example/ledger", "localhost:8230/a-log", "a")]
    [True, True, True]
    >>> any(is_log_name(each) for each in (
    ...     "https://forum.example/ledger", "/ledger", "a/../x", "a//x", "a/", "a b", "a+b", "ä/x"))
    False
    """
    host, *path = name.split("/")
    return (re.fullmatch(r"[A-Za-z0-9.-]*[A-Za-z0-9](:[0-9]{1,5})?", host) is not None
            and all(re.fullmatch(r"[A-Za-z0-9._~-]+", part) and set(part) != {"."}
                    for part in path))


def read_witnesses(ledger: dict[str, Any], wrong: Wrong) -> Witnesses:
    """The witnesses in the configuration's table `ledger`."""
    declared = ledger.get("witnesses", {})
    if not isinstance(declared, dict):
        raise wrong("ledger.witnesses", "this is not a table", "write `[ledger.witnesses.NAME]`")
    found: list[Witness] = []
    for name, entry in declared.items():
        one = _witness(name, entry, wrong)
        if any(one.key.raw == other.key.raw for other in found):
            raise wrong(f"ledger.witnesses.{name}.key", "another witness has this key",
                        "each has one of its own: nobody counts twice")
        found.append(one)
    quorum = ledger.get("quorum", len(found) // 2 + 1 if found else 0)
    if type(quorum) is not int or not min(1, len(found)) <= quorum <= len(found):
        raise wrong("ledger.quorum", f"`{quorum}` of {len(found)} witnesses cannot be asked for",
                    f"a number from 1 to {len(found)}" if found else
                    "name them first: `[ledger.witnesses.NAME]`")
    return Witnesses(all=tuple(found), quorum=quorum, within=_within(ledger.get("within"), wrong))


def _witness(name: str, entry: Any, wrong: Wrong) -> Witness:
    key = f"ledger.witnesses.{name}"
    if not isinstance(entry, dict):
        raise wrong(key, "a witness is a table", 'write `key = "..."` and `address = "..."` in it')
    for word in entry:
        if word not in OF_A_WITNESS:
            raise wrong(f"{key}.{word}", "a witness has no such key",
                        suggest(word, OF_A_WITNESS) or "it has: " + ", ".join(OF_A_WITNESS))
    if not name or not name.isprintable() or " " in name or name in (NO_QUORUM, GROUP):
        raise wrong(key, f"`{name}` cannot name a witness in a policy",
                    "a name without spaces, and another than `none` or `witnesses`")
    try:
        vkey = parse_vkey(str(entry.get("key", "")))
    except Malformed as refused:
        raise wrong(f"{key}.key", refused.what, refused.hint or "ask the witness for its key"
                    ) from None
    if vkey.kind == ED25519:
        raise wrong(f"{key}.key", "this is the key of a log, and no witness's",
                    "ask the witness for the key of its cosignatures (0x04 or 0x06)")
    address = entry.get("address", "")
    why = why_no_hook(address) if isinstance(address, str) else "write it in quotes"
    if why is None and "?" in address:
        why = "checkpoints are posted to a path below it: leave out `?` and what follows"
    if why is not None:
        raise wrong(f"{key}.address", "checkpoints cannot be sent to this address", why)
    return Witness(name=name, key=vkey, url=address.rstrip("/"))


def _within(value: Any, wrong: Wrong) -> timedelta:
    if value is None:
        return WITHIN
    try:
        length = Period.parse(str(value)).fixed
    except EvenhandError:
        length = None
    if length is None:
        raise wrong("ledger.within", f"`{value}` is not how long a witness may be silent",
                    'write `"1 hour"`: minutes, hours, days or weeks')
    return length
