"""What goes out about a sealed record: the letter, its receipt, and what the platform is to do.

The words of a letter are those of the record, to the byte; the receipt stands below them, since no
text can hold the proof that it was sealed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.ledger.policy import check_signature, parse_policy
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.model.appeal import Appeal
from evenhand.model.matter import Order, Report, Sender
from evenhand.model.statement import Notice
from evenhand.record.canonical import canonical
from evenhand.record.codec import to_plain
from evenhand.record.kinds import (
    AnswerRecord,
    AppealRecord,
    ClosingRecord,
    DecisionRecord,
    OrderRecord,
    ReportRecord,
)

RECEIPT, POLICY, ACTIONS = "receipt.tlog-proof", "log.policy", "actions.json"

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def folder_of(about: str, name: str) -> str:
    """The name of a letter's folder: of a decision the first digits of its id, else its kind and
    `name`, which is what its outbox key names where that can be the name of a file."""
    kind, _, identity = about.partition(":")
    return identity[:16] if kind == "decision" else f"{kind}-{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One sealed record with a notice, its receipt, and the policy to hold the receipt against.

    `page` is the address of its author's page, where there is one.
    `about` is the record's outbox key. `carried` says whether the letter itself goes by this
    channel: of several channels one carries it, so that nobody gets two; the others tell the
    platform what to do.
    """

    about: str
    record: Any
    receipt: Receipt
    policy: bytes
    carried: bool
    page: str | None = None

    @property
    def notice(self) -> Notice:
        """The notice whose words were sealed."""
        notice = self.record.notice
        assert isinstance(notice, Notice), "what is delivered is a notice"
        return notice

    @property
    def author(self) -> tuple[str, str] | None:
        """(platform, account) of the author to whom it goes; None where it goes to another."""
        if isinstance(self.record, DecisionRecord):
            return (self.record.post.author.platform, self.record.post.author.id)
        if isinstance(self.record, AppealRecord) and self.record.appeal.party == "author":
            return (self.record.appeal.post.platform, self.notice.to)
        return None

    @property
    def sender(self) -> Sender | None:
        """Who brought what it tells of, as far as they said; None where it goes to an author."""
        match self.record:
            case AnswerRecord(sender=by) | ClosingRecord(sender=by) | \
                    ReportRecord(report=Report(by=by)) | OrderRecord(order=Order(by=by)) | \
                    AppealRecord(appeal=Appeal(party="reporter", by=by)):
                return by
        return None

    @property
    def has_addressee(self) -> bool:
        """Whether anybody is known to whom it could go."""
        return self.notice.to != UNKNOWN_AUTHOR

    @property
    def text(self) -> str:
        """The words as they are sealed, and below them how to check that they are."""
        origin, size, *_ = self.receipt.checkpoint.splitlines()
        page = "" if self.page is None else (
            "YOUR PAGE\n"
            "All of this, what came of it later, and the form of an appeal. The address is yours\n"
            f"alone: whoever has it can read this and appeal.\n  {self.page}\n\n")
        return (f"{self.notice.words}\n\n{page}"
                "RECEIPT\n"
                f"These words are entry {self.receipt.index} of the public log\n{origin},\n"
                f"sealed under a signed head of {size} entries before what they say was done.\n"
                "Anyone can check it without us, with the two files beside this letter:\n"
                f"  evenhand verify {RECEIPT} --policy {POLICY}\n"
                f"{POLICY} holds the log's key. Compare it with the key that others have of us.\n"
                f"{self._still_to_come}")

    @property
    def _still_to_come(self) -> str:
        """How to add the signatures of witnesses, where this goes out before they have signed."""
        policy = parse_policy(self.policy)
        if not policy.asks_for_witnesses:
            return ""
        trust = check_signature(self.receipt.checkpoint, policy)
        if not trust.missing:
            return ""
        return ("Witnesses of the log were still to sign when this went out; later this adds their "
                "signatures:\n"
                f"  evenhand ledger complete {RECEIPT} --policy {POLICY} --ledger "
                f"https://{trust.checkpoint.origin}\n")

    @property
    def receipt_file(self) -> bytes:
        """The receipt as a file."""
        return format_receipt(self.receipt).encode()

    @property
    def key(self) -> str:
        """32 hex digits that are the same however often it goes out, and another's nowhere."""
        origin = self.receipt.checkpoint.splitlines()[0]
        return sha256(f"evenhand/letter\n{origin}\n{self.about}".encode()).hexdigest()[:32]

    @property
    def folder(self) -> str:
        """The name of its folder: of a decision the first digits of its id."""
        _, _, identity = self.about.partition(":")
        return folder_of(self.about, identity if _PLAIN_NAME.fullmatch(identity) else self.key)

    @property
    def instructions(self) -> dict[str, Any] | None:
        """What the platform is to apply, what readers see, and where it is sealed.

        None where the record asks nothing of the platform.
        """
        if not isinstance(self.record, DecisionRecord):
            return None
        decision = self.record.decision
        return {
            "decision": decision.id, "supersedes": decision.supersedes,
            "post": to_plain(decision.post), "author": self.record.post.author.id,
            "actions": [to_plain(a) for a in decision.actions],
            "fact_check_notices": [to_plain(n) for n in self.record.fact_check_notices],
            "corrections": [to_plain(c) for c in self.record.corrections],
            "leaf_index": self.receipt.index,
            "origin": self.receipt.checkpoint.splitlines()[0]}

    @property
    def files(self) -> dict[str, bytes]:
        """Name -> bytes of the files that make up the letter."""
        head = f"To: {self.notice.to}\nSubject: {self.notice.subject}\n\n"
        return {"notice.txt": (head + self.text).encode(), RECEIPT: self.receipt_file,
                POLICY: self.policy}

    @property
    def actions_file(self) -> bytes | None:
        """`instructions` as the file for the platform."""
        return None if self.instructions is None else canonical(self.instructions) + b"\n"
