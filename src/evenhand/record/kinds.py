"""The kinds of record, each with its version: what is sealed, and how its bytes are written.

A record is an envelope `{"kind": ..., "v": ..., "body": ...}` in canonical JSON (spec/record.md).
What a kind holds never changes under one version; a new field is a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from evenhand.errors import EvenhandError
from evenhand.model.audience import Audience, mark
from evenhand.model.decision import Clock, Decision
from evenhand.model.post import Post
from evenhand.model.statement import FactCheckNotice, Notice, StatementOfReasons
from evenhand.record.canonical import canonical, read_canonical
from evenhand.record.codec import from_plain, to_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """All that is sealed of one decision: the post as it was, the decision, and every word said.

    `notice` is None where nothing is done that its author must be told.
    """

    post: Post = mark("author")
    decision: Decision = mark("public")
    statement: StatementOfReasons = mark("public")
    notice: Notice | None = mark("author")
    fact_check_notices: tuple[FactCheckNotice, ...] = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """That a notice was handed over, or could not be. `receipt_index` is the decision's leaf."""

    decision: str = mark("public")
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


KINDS: dict[tuple[str, int], type] = {
    ("decision", 1): DecisionRecord,
    ("delivery", 1): DeliveryRecord,
    ("publication", 1): PublicationRecord,
}
_NAMES = {cls: name for name, cls in KINDS.items()}


def kind_of(record: Any) -> tuple[str, int]:
    """The kind and version of a record."""
    return _NAMES[type(record)]


def write_record(record: Any) -> bytes:
    """The canonical bytes of a record."""
    kind, version = kind_of(record)
    return canonical({"kind": kind, "v": version, "body": to_plain(record)})


def write_view(record: Any, audience: Audience) -> bytes:
    """The canonical bytes of what of a record an audience may see."""
    kind, version = kind_of(record)
    return canonical({"kind": kind, "v": version, "for": audience,
                      "body": to_plain(record, seen_by=audience)})


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
