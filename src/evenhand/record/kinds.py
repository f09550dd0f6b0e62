"""The kinds of record, each with its version: what is sealed, and how its bytes are written.

A record is an envelope `{"kind": ..., "v": ..., "body": ...}` in canonical JSON (spec/record.md).
What a kind holds never changes under one version; a new field is a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from evenhand.errors import EvenhandError
from evenhand.model.appeal import Answer, Appeal
from evenhand.model.audience import Audience, mark
from evenhand.model.brake import Access, Erasure, LegalHold, Reversal, Suspension
from evenhand.model.decision import Clock, Decision, Outcome
from evenhand.model.factcheck import CheckWord, Rating
from evenhand.model.matter import Order, Report, Sender, Withdrawal
from evenhand.model.post import Post
from evenhand.model.statement import Correction, FactCheckNotice, Notice, StatementOfReasons
from evenhand.record.canonical import read_canonical
from evenhand.record.codec import from_plain
from evenhand.record.written import written


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """All that is sealed of one decision: the post as it was, the decision, and every word said.

    `notice` is None where nothing is done that its author must be told. `answer` is the answer to
    the author's appeal, where that is the cause. `corrections` are what readers are told of
    fact-checks that were corrected.
    """

    post: Post = mark("author")
    decision: Decision = mark("public")
    statement: StatementOfReasons = mark("public")
    answer: Answer | None = mark("public", default=None)
    notice: Notice | None = mark("author")
    fact_check_notices: tuple[FactCheckNotice, ...] = mark("public")
    corrections: tuple[Correction, ...] = mark("public", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """A report as it arrived, and the confirmation that its sender gets (Art. 16(4)).

    `due_at` is when the terms promise a decision by; `notice` is None where no address is known.
    """

    report: Report = mark("public")
    due_at: datetime | None = mark("author")
    notice: Notice | None = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order as it arrived, and the confirmation that its sender gets."""

    order: Order = mark("public")
    notice: Notice | None = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRecord:
    """An appeal as it was filed, and the confirmation that its sender gets.

    `decisive` are the places, from 0, of the disputed facts that decide: with the facts as the
    appeal states them, a clause that held does not hold, and for want of this one it would.
    """

    appeal: Appeal = mark("public")
    decisive: tuple[int, ...] = mark("author")
    due_at: datetime | None = mark("author")
    notice: Notice | None = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRecord:
    """That a report, an order or an appeal was taken back by whoever brought it."""

    withdrawal: Withdrawal = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """What somebody who is not the post's author is told of what became of their matter.

    `matter` is the id of the report, order or appeal, `sender` who brought it; `decision` the
    decision that answers it.
    `answer` is the answer to a reporter's appeal. `manifestly_unfounded` is the answerer's word on
    a report, for Art. 23(2).
    """

    matter: str = mark("author")
    kind: Literal["report", "order", "appeal"] = mark("public")
    sender: Sender = mark("author")
    decision: str = mark("author")
    outcome: Outcome = mark("public")
    automated: Literal["fully", "partially", "not"] = mark("public")
    answer: Answer | None = mark("public", default=None)
    manifestly_unfounded: bool = mark("regulator", default=False)
    notice: Notice | None = mark("author")
    at: datetime = mark("author")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRecord:
    """That a matter ended without a decision, since all that it is about was erased.

    It says nothing of the post: `notice` is the letter to `sender`, who waited for an answer.
    """

    matter: str = mark("author")
    kind: Literal["report", "order", "appeal"] = mark("public")
    sender: Sender = mark("author")
    notice: Notice = mark("author")
    at: datetime = mark("author")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionRecord:
    """That a clause was suspended, or acts again."""

    suspension: Suspension = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalRecord:
    """That all that a clause did in a time is taken back."""

    reversal: Reversal = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWordRecord:
    """That a person said of a fact-check that it is withdrawn, superseded, or stands."""

    word: CheckWord = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedRecord:
    """How a fact-check is rated, as it was told, and in the publisher's words."""

    rating: Rating = mark("public")
    words: str = mark("public")


PageState = Literal["there again", "gone", "no markup", "other claims", "moved"]
"""What became of a fact-check's page: it says so again, or it is in doubt whether it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckChangeRecord:
    """That a known fact-check is rated otherwise, or its page says it no more, or again. Wholly
    public; what a person says of one is a `CheckWordRecord`.

    `by` is the publisher, or the platform, which reads the same words otherwise now. `page` is None
    where the rating changed; where the page did, `before` and `after` are as it was told last.
    """

    fact_check: str = mark("public")
    url: str = mark("public")
    publisher: str = mark("public")
    by: Literal["publisher", "platform"] = mark("public")
    before: RatedRecord = mark("public")
    after: RatedRecord = mark("public")
    page: PageState | None = mark("public", default=None)
    at: datetime = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldRecord:
    """That records are kept for a proceeding, or let go again."""

    hold: LegalHold = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRecord:
    """That records were emptied, by the places of their leaves."""

    erasure: Erasure = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecord:
    """That sealed records are handed out, on what ground; never to the public whose."""

    access: Access = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """That a notice was handed over, or could not be. `receipt_index` is the record's leaf.

    `about` is the outbox key of the record whose notice it is: its kind, a colon, and its id.
    """

    about: str = mark("author")
    channel: str = mark("author")
    to: str = mark("author")
    outcome: Literal["delivered", "contact unknown", "refused"] = mark("public")
    receipt_index: int = mark("public")
    at: datetime = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSealed:
    """One document of a publication. Its bytes lie in the store under `digest`."""

    language: str = mark("public")
    digest: str = mark("public")
    bytes: int = mark("public")
    authentic: bool = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRecord:
    """That a version of a platform's terms was published. Wholly public.

    `terms` is the version digest: over the documents and the vocabulary frozen beside them.
    """

    terms: str = mark("public")
    title: str = mark("public")
    version: str = mark("public")
    published_at: datetime = mark("public")
    in_force_from: datetime = mark("public")
    documents: tuple[DocumentSealed, ...] = mark("public")
    vocabulary: str = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRecord:
    """That a version of terms is in shadow from an instant on, or that this ends. Wholly public.

    The fields are those of a publication; but nothing can be decided by such terms.
    """

    terms: str = mark("public")
    title: str = mark("public")
    version: str = mark("public")
    documents: tuple[DocumentSealed, ...] = mark("public")
    vocabulary: str = mark("public")
    ends: bool = mark("public", default=False)
    at: datetime = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionRecord:
    """That this log goes on where another was sealed, since its store was brought back from an
    older copy, or its key was lost. Wholly public.

    All entries before this one are those of the other log, too: `inherited` is how many they are,
    and so this entry's place. `before` and `key` are its origin and its public key, `checkpoint`
    the newest that anybody saw of it: what it holds beyond this entry's place was lost here, and
    whoever has a receipt of it has the proof. `words` say why.
    """

    before: str = mark("public")
    key: str = mark("public")
    inherited: int = mark("public")
    checkpoint: str | None = mark("public")
    words: str = mark("public")
    at: datetime = mark("public")
    clock: Clock = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsRecord:
    """That a batch of posts was measured under one version of terms. Wholly public.

    `id` names the batch, `root` is the hex root over the commitments of its `rows`, `schema` the
    digest of its columns with their observers. Of the `measured` posts those of which nothing came
    are kept with the `probability` told. `terms` is None where no version was in force when the
    posts were made. `shadow` is None, or `terms` are in shadow and it names the batch that has the
    same posts as they were measured under what governed them. `when` is the day, in UTC.
    """

    id: str = mark("public")
    terms: str | None = mark("public")
    shadow: str | None = mark("public", default=None)
    root: str = mark("public")
    schema: str = mark("public")
    measured: int = mark("public")
    rows: int = mark("public")
    probability: float = mark("public", default=1.0)
    when: str = mark("public")
    clock: Clock = mark("public")


KINDS: dict[tuple[str, int], type] = {
    ("decision", 1): DecisionRecord,
    ("delivery", 1): DeliveryRecord,
    ("publication", 1): PublicationRecord,
    ("shadow", 1): ShadowRecord,
    ("succession", 1): SuccessionRecord,
    ("facts", 1): FactsRecord,
    ("report", 1): ReportRecord,
    ("order", 1): OrderRecord,
    ("appeal", 1): AppealRecord,
    ("withdrawal", 1): WithdrawalRecord,
    ("answer", 1): AnswerRecord,
    ("closing", 1): ClosingRecord,
    ("suspension", 1): SuspensionRecord,
    ("reversal", 1): ReversalRecord,
    ("fact-check", 1): CheckWordRecord,
    ("fact-check-change", 1): CheckChangeRecord,
    ("legal-hold", 1): LegalHoldRecord,
    ("erasure", 1): ErasureRecord,
    ("access", 1): AccessRecord,
}
_NAMES = {cls: name for name, cls in KINDS.items()}


MatterKind = Literal["report", "order", "appeal"]
"""What somebody brings and is answered."""


def brought_in(record: Any) -> tuple[MatterKind, Report | Order | Appeal] | None:
    """What a record holds of what somebody brought, and waits to have answered; None: nothing."""
    match record:
        case ReportRecord(report=report):
            return "report", report
        case OrderRecord(order=order):
            return "order", order
        case AppealRecord(appeal=appeal):
            return "appeal", appeal
    return None


def kind_of(record: Any) -> tuple[str, int]:
    """The kind and version of a record."""
    return _NAMES[type(record)]


def write_record(record: Any, *, body: bytes | None = None) -> bytes:
    """The canonical bytes of a record; `body` is its body's, where it is written already."""
    kind, version = kind_of(record)
    return b'{"body":%b,"kind":"%b","v":%d}' % (
        written(record) if body is None else body, kind.encode(), version)


def write_view(record: Any, audience: Audience, *, body: bytes | None = None) -> bytes:
    """The canonical bytes of what of a record an audience may see; `body` is that, where it is
    written already."""
    kind, version = kind_of(record)
    return b'{"body":%b,"for":"%b","kind":"%b","v":%d}' % (
        written(record, seen_by=audience) if body is None else body, audience.encode(),
        kind.encode(), version)


def read_record(data: bytes) -> Any:
    """The record that these bytes say; bytes of another form or kind are refused."""
    envelope = read_canonical(data)
    if not isinstance(envelope, dict) or envelope.keys() != {"kind", "v", "body"}:
        raise EvenhandError("this is not an Evenhand record",
                            hint="a record is JSON with `kind`, `v` and `body` (spec/record.md)")
    kind, version = envelope["kind"], envelope["v"]
    if not isinstance(kind, str) or type(version) is not int or (kind, version) not in KINDS:
        raise EvenhandError(f"unknown kind of record {str(kind)[:40]!r} version "
                            f"{str(version)[:40]!r}",
                            hint="it was written by a newer Evenhand; update this one")
    record: Any = from_plain(KINDS[kind, version], envelope["body"])
    if write_record(record) != data:
        raise EvenhandError(f"this {kind} record lacks fields that its version has",
                            hint="it was written by another version, or changed")
    return record
