"""What of a record is public: the bytes of its leaf in the ledger.

A leaf is its kind and version on a line, `evenhand/decision/v1`, then canonical JSON. It holds
only public fields of low cardinality and one commitment: never personal data, never a post's id,
its hash or its exact time (reference: ledger, section 7). A publication of terms is wholly public.

`when` is the day, in UTC: coarse on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from evenhand.errors import EvenhandError
from evenhand.model.decision import Decision
from evenhand.record.canonical import canonical
from evenhand.record.codec import instant_text, to_plain
from evenhand.record.commitment import seal
from evenhand.record.kinds import (
    DecisionRecord,
    DeliveryRecord,
    PublicationRecord,
    kind_of,
    write_record,
)


def leaf_of(record: Any, key: bytes | None) -> bytes:
    """The leaf of a record; `key` is the commitment's, None for what is wholly public."""
    kind, version = kind_of(record)
    head = f"evenhand/{kind}/v{version}\n".encode()
    if isinstance(record, PublicationRecord):
        assert key is None, "a publication hides nothing"
        return head + canonical(to_plain(record))
    assert key is not None, "what is sealed needs a key"
    return head + canonical(_public(record) | {"commitment": seal(key, write_record(record))})


def _public(record: DecisionRecord | DeliveryRecord) -> dict[str, Any]:
    if isinstance(record, DeliveryRecord):
        return {"outcome": record.outcome, "when": instant_text(record.at)[:10],
                "clock": record.clock}
    return _public_of_decision(record.decision)


def _public_of_decision(decision: Decision) -> dict[str, Any]:
    return {
        "terms": decision.terms,
        "grounds": sorted({g.citation.number for g in decision.grounds}),
        "actions": sorted({a.kind.value for a in decision.actions}),
        "outcome": decision.outcome.value,
        "decider": decision.decider.kind,
        "cause": decision.cause.kind.value,
        "supersedes": decision.supersedes is not None,
        "when": instant_text(decision.at)[:10],
        "clock": decision.clock,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf read back: its kind and version, and its public fields."""

    kind: str
    version: int
    public: dict[str, Any]

    @property
    def commitment(self) -> str | None:
        """The commitment, or None where the leaf hides nothing."""
        return self.public.get("commitment")


def read_leaf(entry: bytes) -> Leaf:
    """The twin of `leaf_of`, as far as a leaf tells."""
    head, _, body = entry.partition(b"\n")
    try:
        product, kind, version = head.decode("ascii").split("/")
        assert product == "evenhand" and version.startswith("v")
        return Leaf(kind=kind, version=int(version[1:]),
                    public=msgspec.json.decode(body, type=dict))
    except (ValueError, AssertionError, msgspec.DecodeError):
        raise EvenhandError("this entry is not an Evenhand leaf",
                            hint="a leaf begins with a line like `evenhand/decision/v1` "
                            "(spec/record.md)") from None
