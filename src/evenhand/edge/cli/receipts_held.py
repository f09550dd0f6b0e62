"""Receipts as `evenhand verify` holds them: against a policy, and what each of them opens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evenhand.audit.logs_before import logs_before
from evenhand.audit.verify import ReceiptReport, verify_receipt
from evenhand.edge.cli.log_given import ahead
from evenhand.edge.config import file_shown
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import LedgerError, Malformed, NotInLog
from evenhand.ledger.keys import PublicKey
from evenhand.ledger.policy import Log, format_policy, parse_policy
from evenhand.ledger.receipt import Receipt, parse_receipt
from evenhand.record.opening import check_opening, read_opening

EARLY = 3
"""Exit status where a receipt is proved, and fewer witnesses have signed than the policy asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A receipt that holds, the words of the notice that it opens, if there is one, and the log
    that names the key it was held against; None where the policy itself does."""

    report: ReceiptReport
    words: str | None
    named_by: str | None

    @property
    def is_early(self) -> bool:
        """Whether it is from before as many witnesses had signed as the policy asks."""
        return bool(self.report.trust.missing)


class Receipts:
    """Holds receipts against the text of a policy.

    One of a log before this one is held against the key that this log's own entries name for it;
    they are read once, and only where a receipt is of a log that the policy does not name.
    """

    def __init__(self, rules: bytes, ledger: Path | None, read: Callable[[Path], bytes]) -> None:
        """`ledger` is the folder of the log, if it is at hand; `read` reads a file, or refuses."""
        self.rules, self.policy = rules, parse_policy(rules)
        self.ledger, self.read = ledger, read
        self._before: tuple[PublicKey, ...] | None = None

    def prove(self, path: Path, entry: bytes | None = None) -> Proved:
        """Check that the log holds the leaf, and that the leaf commits to these words.

        `entry` are the bytes of the entry where the receipt does not bring them. Witnesses who have
        not signed are told by `Trust.missing`.
        """
        data = self.read(path)
        try:
            receipt = parse_receipt(data)
            if entry is None and not receipt.extra:
                raise EvenhandError("this proof does not bring the entry that it is of", hint=(
                    "--entry FILE with the entry's bytes, as `evenhand ledger prove --json` gives "
                    "them; or ask for the receipt that came with your notice"))
            rules, named_by = self._rules_for(receipt)
            if entry is not None:
                report, notice = verify_receipt(data, entry, rules, early=True), None
            else:
                opening = read_opening(receipt.extra)
                report = verify_receipt(data, opening.leaf, rules, early=True)
                notice = check_opening(opening).body.get("notice")
        except EvenhandError as refused:
            if isinstance(refused, Malformed) and refused.hint is None:
                refused.hint = "as it stands it shows nothing: ask for the receipt as it was sent"
            if isinstance(refused, NotInLog) and entry is not None and refused.hint is None:
                refused.hint = ("--entry takes the bytes of the entry and nothing else: no line "
                                "end after them")
            if refused.where in (None, "receipt"):
                refused.where = str(file_shown(path))
            raise
        return Proved(report=report, words=notice["words"] if notice else None, named_by=named_by)

    def _rules_for(self, receipt: Receipt) -> tuple[bytes, str | None]:
        """The policy for one receipt, and the log that names its key."""
        origin = read_unverified(receipt.checkpoint).origin
        if any(log.key.name == origin for log in self.policy.logs):
            return self.rules, None
        for key in self._keys_before():
            if key.name == origin:
                rules = replace(self.policy.asking_nobody, logs=(Log(key=key),))
                return format_policy(rules).encode(), self.policy.logs[0].key.name
        return self.rules, None

    def _keys_before(self) -> tuple[PublicKey, ...]:
        if self._before is None:
            self._before = ()
            if self.ledger is not None:
                # A log that does not hold vouches for no other: then the receipt is refused.
                with suppress(LedgerError):
                    self._before = logs_before(read_directory(self.ledger), self.policy)
        return self._before


def plain(proved: Proved) -> dict[str, Any]:
    """A receipt that holds, for programs."""
    trust = proved.report.trust
    return {"origin": trust.checkpoint.origin, "index": proved.report.receipt.index,
            "size": trust.checkpoint.size, "witnessed": trust.is_witnessed,
            "witnessed_at": dict(trust.witnessed), "missing": list(trust.missing),
            "key_named_by": proved.named_by, "dated_ahead": ahead(trust), "words": proved.words}
