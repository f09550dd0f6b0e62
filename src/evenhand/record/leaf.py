"""What of a record is public: the bytes of its leaf in the ledger.

A leaf is its kind and version on a line, `evenhand/decision/v1`, then canonical JSON. It holds
only public fields of low cardinality and one commitment: never personal data, never a post's id,
its hash or its exact time (reference: ledger, section 7). A publication of terms is wholly public.

`when` is the day, in UTC: coarse on purpose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from evenhand.errors import EvenhandError
from evenhand.model.audience import view
from evenhand.model.decision import Decision
from evenhand.record.canonical import canonical, read_canonical
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
    """Made of what the public may see, and coarser than that: no field is read past its mark."""
    if isinstance(record, DeliveryRecord):
        seen = view(record, "public")
        return {"outcome": seen["outcome"], "when": instant_text(seen["at"])[:10],
                "clock": seen["clock"]}
    return _public_of_decision(record.decision)


def _public_of_decision(decision: Decision) -> dict[str, Any]:
    seen = view(decision, "public")
    return {
        "terms": seen["terms"],
        "grounds": sorted({g["citation"].number for g in seen["grounds"]}),
        "actions": sorted({a["kind"].value for a in seen["actions"]}),
        "outcome": decision.outcome.value,
        "decider": seen["decider"]["kind"],
        "cause": seen["cause"]["kind"].value,
        "supersedes": seen["supersedes"] is not None,
        "when": instant_text(seen["at"])[:10],
        "clock": seen["clock"],
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
    found = _HEAD.fullmatch(head)
    try:
        public = read_canonical(body) if found else None
    except EvenhandError:
        public = None
    if found is None or not isinstance(public, dict) or not isinstance(
            public.get("commitment", ""), str):
        raise EvenhandError("this entry is not an Evenhand leaf",
                            hint="a leaf is a line like `evenhand/decision/v1` and canonical JSON "
                            "(spec/record.md)")
    return Leaf(kind=found[1].decode(), version=int(found[2]), public=public)


_HEAD = re.compile(rb"evenhand/([a-z][a-z-]*)/v([1-9][0-9]{0,5})")
