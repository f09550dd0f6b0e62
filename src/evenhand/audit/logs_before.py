"""The logs that a log follows, with their keys, as its own entries name them.

Where a store was brought back from an older copy its log was sealed and it went on in another
(spec/ledger.md). A receipt of the log before is held against that log's own key; who trusts the log
after it finds the key there, in an entry that anybody can read.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.audit.verify import verified_entries
from evenhand.errors import EvenhandError
from evenhand.ledger.keys import PublicKey, parse_vkey
from evenhand.ledger.policy import Policy
from evenhand.ledger.tiles import FileReader
from evenhand.record.leaf import read_leaf

_SUCCESSION = b"evenhand/succession/"


def logs_before(read: FileReader, policy: Policy) -> tuple[PublicKey, ...]:
    """Name the keys of the logs before this one, the oldest first; each is named like its origin.

    Every entry is verified up to the newest head that the log itself signed: nobody need have
    witnessed yet that it goes on. Raises a `LedgerError`.
    """
    return tuple(_named(read, policy))


def _named(read: FileReader, policy: Policy) -> Iterator[PublicKey]:
    for _, entry in verified_entries(read, policy.asking_nobody):
        if not entry.startswith(_SUCCESSION):
            continue
        try:
            yield parse_vkey(str(read_leaf(entry).public.get("key")))
        except EvenhandError:
            continue  # what names no key vouches for none; `verify_leaves` tells of the entry
