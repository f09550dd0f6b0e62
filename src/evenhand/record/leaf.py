"""What of a record is public: the bytes of its leaf in the ledger.

A leaf is its kind and version on a line, `evenhand/decision/v1`, then canonical JSON. It holds
only public fields of low cardinality and commitments: never personal data, never a post's id, its
hash or its exact time (reference: ledger, section 7). One commitment is to the whole record, for
courts and auditors; one is to what the author may see, so that an author's receipt opens no more
than that (DESIGN 2.11). What is published of terms is wholly public.

`when` is the day, in UTC: coarse on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from evenhand.errors import EvenhandError
from evenhand.model.decision import Outcome
from evenhand.record.canonical import canonical, read_canonical
from evenhand.record.commitment import key_for, seal
from evenhand.record.kinds import (
    AnswerRecord,
    AppealRecord,
    CheckChangeRecord,
    ClosingRecord,
    DecisionRecord,
    FactsRecord,
    OrderRecord,
    PublicationRecord,
    ReportRecord,
    ShadowRecord,
    SuccessionRecord,
    kind_of,
    write_record,
    write_view,
)
from evenhand.record.written import written, written_twice

ADDRESSED = (DecisionRecord, ReportRecord, OrderRecord, AppealRecord, AnswerRecord, ClosingRecord)
"""The records with a notice to somebody, who can open the leaf as far as it is theirs."""


CHAINED = frozenset({"decision", "delivery", "report", "order", "appeal", "withdrawal", "answer",
                     "closing"})
"""The kinds whose leaf says which one is before it in the history of its post; null: none is."""

_FIRST = b'"prev":null'


WHOLE = (PublicationRecord, ShadowRecord, FactsRecord, SuccessionRecord, CheckChangeRecord)
"""The records that are wholly public: their leaf is their body."""


def leaf_of(record: Any, key: bytes | None) -> bytes:
    """The leaf of a record; `key` is the commitment's, None for what is wholly public."""
    if isinstance(record, WHOLE):
        assert key is None, "what is wholly public hides nothing"
        return _head(*kind_of(record)) + written(record)
    assert key is not None, "what is sealed needs a key"
    return written_and_leaf(record, key)[1]


def written_and_leaf(record: Any, key: bytes) -> tuple[bytes, bytes]:
    """The bytes of a record that hides, which are committed to, and its leaf: both at once."""
    kind, version = kind_of(record)
    inner, body = written_twice(record)
    whole = write_record(record, body=inner)
    public = public_of(kind, msgspec.json.decode(body))
    public["commitment"] = seal(key, whole)
    if kind in CHAINED:
        public["prev"] = None
    if isinstance(record, ADDRESSED):
        public["author"] = seal(key_for(key, "author"), write_view(record, "author", body=body))
    return whole, _head(kind, version) + canonical(public)


def follow(leaf: bytes, prev: int | None) -> bytes:
    """The leaf as it follows another in the history of its post, whose place is `prev`.

    What is sealed is known before its place is, so this alone is said by whoever gives the places.

    >>> follow(b'evenhand/withdrawal/v1\\n{"matter":"report","prev":null}', 17)
    b'evenhand/withdrawal/v1\\n{"matter":"report","prev":17}'
    """
    if prev is None:
        return leaf
    # A quotation mark inside a text is escaped, so this can only be the key.
    assert leaf.count(_FIRST) == 1, "only what belongs to a post's history follows"
    return leaf.replace(_FIRST, b'"prev":%d' % prev)


def _head(kind: str, version: int) -> bytes:
    return f"evenhand/{kind}/v{version}\n".encode()


def public_of(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a leaf says of a record, made of the body that its author may see, and coarser.

    It is made of no more than that, so that the author too can hold the leaf against it.
    """
    return _PUBLIC[kind](body)


def _decision(body: Mapping[str, Any]) -> dict[str, Any]:
    decision, answer = body["decision"], body["answer"]
    outcome = (Outcome.ACTED if decision["actions"] else
               Outcome.ASKED if decision["asks"] else Outcome.LEFT_ALONE)
    return {
        "terms": decision["terms"],
        "grounds": _numbers(decision["grounds"]),
        "actions": sorted({a["kind"] for a in decision["actions"]}),
        "acts": sorted({f"{a['ground']['citation']['number']} {a['kind']}"
                        for a in decision["actions"]}),
        "outcome": outcome.value,
        "decider": decision["decider"]["kind"],
        "cause": decision["cause"]["kind"],
        "set_aside": _numbers(s["ground"] for s in decision["set_aside"]),
        "suspended": _numbers(decision["suspended"]),
        "answer": answer and answer["outcome"],
        "supersedes": decision["supersedes"] is not None,
        "when": decision["at"][:DAY],
        "clock": decision["clock"],
    }


def _numbers(grounds: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({g["citation"]["number"] for g in grounds})


def _when(noun: Mapping[str, Any]) -> dict[str, Any]:
    return {"when": noun["at"][:DAY], "clock": noun["clock"]}


def _report(body: Mapping[str, Any]) -> dict[str, Any]:
    report = body["report"]
    return {"clause": report["clause"], "law": report["illegal_under"] is not None,
            "trusted": report["by"]["flagger"] is not None, **_when(report)}


def _order(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"order": body["order"]["kind"], **_when(body["order"])}


def _appeal(body: Mapping[str, Any]) -> dict[str, Any]:
    appeal = body["appeal"]
    return {"party": appeal["party"], "disputes": sorted({d["kind"] for d in appeal["disputes"]}),
            **_when(appeal)}


def _answer(body: Mapping[str, Any]) -> dict[str, Any]:
    answer = body["answer"]
    return {"matter": body["kind"], "outcome": body["outcome"], "automated": body["automated"],
            "answer": answer and answer["outcome"], **_when(body)}


def _brake(noun: Mapping[str, Any], *also: str) -> dict[str, Any]:
    """A brake is told to everybody, in full, but for who pulled it."""
    cited = noun["ground"]["citation"]
    return {"terms": cited["digest"], "clause": cited["number"], "words": noun["words"],
            "at": noun["at"], "clock": noun["clock"], **{name: noun[name] for name in also}}


def _check_word(word: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of a fact-check is told to everybody, in full, but for who said so."""
    return {"fact_check": word["key"], **{name: word[name] for name in (
        "url", "state", "superseded_by", "words", "at", "clock")}}


_PUBLIC: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "decision": _decision,
    "delivery": lambda body: {"outcome": body["outcome"], **_when(body)},
    "report": _report, "order": _order, "appeal": _appeal, "answer": _answer,
    "closing": lambda body: {"matter": body["kind"], **_when(body)},
    "withdrawal": lambda body: {"matter": body["withdrawal"]["kind"], **_when(body["withdrawal"])},
    "suspension": lambda body: _brake(body["suspension"], "resumes"),
    "reversal": lambda body: _brake(body["reversal"], "since", "until"),
    "fact-check": lambda body: _check_word(body["word"]),
    # Who is held for which proceeding is nobody's business; that the regulator sees it is ours.
    "legal-hold": lambda body: {"clock": body["hold"]["clock"]},
    # That somebody's records were opened is everybody's business; whose, and to whom, is not.
    "access": lambda body: {"to": body["access"]["to"], **_when(body["access"])},
    "erasure": lambda body: {"posts": body["erasure"]["posts"], **_when(body["erasure"])},
}
"""Kind of record -> what its leaf says."""

DAY = len("2020-05-26")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf read back: its kind and version, and its public fields."""

    kind: str
    version: int
    public: dict[str, Any]

    @property
    def commitment(self) -> str | None:
        """The commitment to the whole record, or None where the leaf hides nothing."""
        return self.public.get("commitment")

    @property
    def prev(self) -> int | None:
        """The place of the leaf before it in the history of its post; None: it is the first, or
        belongs to no one post's."""
        return self.public.get("prev")

    @property
    def commitment_for_author(self) -> str | None:
        """The commitment to what the author may see; None where nothing is the author's."""
        return self.public.get("author")


def read_leaf(entry: bytes) -> Leaf:
    """The twin of `leaf_of`, as far as a leaf tells."""
    head, _, body = entry.partition(b"\n")
    found = _HEAD.fullmatch(head)
    try:
        public = read_canonical(body) if found else None
    except EvenhandError:
        public = None
    if found is None or not isinstance(public, dict) or not isinstance(
            public.get("commitment", ""), str) or not isinstance(
            public.get("author", ""), str) or type(public.get("prev")) not in (int, type(None)):
        raise EvenhandError("this entry is not an Evenhand leaf",
                            hint="a leaf is a line like `evenhand/decision/v1` and canonical JSON "
                            "(spec/record.md)")
    return Leaf(kind=found[1].decode(), version=int(found[2]), public=public)


_HEAD = re.compile(rb"evenhand/([a-z][a-z-]*)/v([1-9][0-9]{0,5})")
