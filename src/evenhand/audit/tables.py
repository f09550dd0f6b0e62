"""The lines and the columns of an export, made of one entry or one row each, and of nothing else.

Whoever writes an export and whoever checks it come through here, so that there is one way to say
what a line must be, byte by byte (spec/export.md).

>>> leaf = b'evenhand/delivery/v1\\n{"clock":"live","outcome":"delivered","when":"2020-05-26"}'
>>> line = leaf_line(3, leaf)
>>> row = leaf_row(3, leaf)
>>> row["kind"], row["outcome"], str(row["when"]), row["grounds"]
('delivery', 'delivered', '2020-05-26', None)
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any

from evenhand.record.canonical import canonical
from evenhand.record.leaf import read_leaf

FORMAT, VERSION = "evenhand/export", 1

MANIFEST, CHECKPOINT, POLICY, DOCUMENTS = "manifest.json", "checkpoint", "policy", "documents"
CHECKPOINTS, LEAVES, OPENINGS, FACTS = "checkpoints", "leaves", "openings", "facts"
FACT_CHECKS, WEIGHTS = "fact-checks", "weights"

LEAF_COLUMNS: dict[str, type | str] = {
    "index": int, "kind": str, "version": int, "when": date, "clock": str, "terms": str,
    "outcome": str, "grounds": "texts", "actions": "texts", "acts": "texts", "decider": str,
    "cause": str, "set_aside": "texts", "suspended": "texts", "supersedes": bool, "answer": str,
    "automated": str, "clause": str, "law": bool, "trusted": bool, "order": str, "party": str,
    "disputes": "texts", "matter": str, "resumes": bool, "posts": int, "prev": int,
    "commitment": str, "author": str, "public": str, "entry": str,
}
"""Column -> its type; each but the first three and the last two is the public field of its name,
null where the kind has none. `public` is all of them as JSON, `entry` the leaf in base64."""

OPENING_COLUMNS: dict[str, type | str] = {
    "index": int, "kind": str, "version": int, "erased": bool, "key": str, "record": str,
}
FACTS_COLUMNS: dict[str, type | str] = {
    "n": int, "platform": str, "native": str, "version": str, "cause": str, "cause_id": str,
    "terms": str, "at": str, "holds": "texts", "undetermined": "texts", "facts_digest": str,
    "facts": str, "erased": bool, "sealed": bool,
}
COLUMNS = {LEAVES: LEAF_COLUMNS, OPENINGS: OPENING_COLUMNS, FACTS: FACTS_COLUMNS}
"""Table -> its columns, in their order."""


def leaf_line(index: int, entry: bytes) -> bytes:
    """The line of an entry, with its line end; what is no leaf of ours is refused."""
    leaf = read_leaf(entry)
    return canonical({"index": index, "kind": leaf.kind, "version": leaf.version,
                      "public": leaf.public, "entry": b64encode(entry).decode()}) + b"\n"


def leaf_row(index: int, entry: bytes) -> dict[str, Any]:
    """The same entry as a row of `LEAF_COLUMNS`."""
    leaf = read_leaf(entry)
    own = {"index": index, "kind": leaf.kind, "version": leaf.version,
           "public": canonical(leaf.public).decode(), "entry": b64encode(entry).decode()}
    return {name: own[name] if name in own else _typed(kind, leaf.public.get(name))
            for name, kind in LEAF_COLUMNS.items()}


def _typed(kind: type | str, value: Any) -> Any:
    """A public field as its column holds it; null where it is not of the column's type."""
    if kind == "texts":
        fits = isinstance(value, list) and all(isinstance(v, str) for v in value)
        return value if fits else None
    if kind is date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            return None
    return value if type(value) is kind else None


def opening_line(row: Mapping[str, Any]) -> bytes:
    """The line of an opening, with its line end; `row` has the keys of `OPENING_COLUMNS`."""
    return canonical({name: row[name] for name in OPENING_COLUMNS}) + b"\n"


def opening_row(index: int, entry: bytes, key: bytes | None,
                record: bytes | None) -> dict[str, Any]:
    """What opens an entry: the key in base64, the record as the text whose bytes were sealed.

    Both None say that they were erased.
    """
    leaf = read_leaf(entry)
    erased = not record or not key
    return {"index": index, "kind": leaf.kind, "version": leaf.version, "erased": erased,
            "key": None if erased else b64encode(key or b"").decode(),
            "record": None if erased else (record or b"").decode()}


def facts_line(row: Mapping[str, Any]) -> bytes:
    """The line of a measurement, with its line end; `row` has the keys of `FACTS_COLUMNS`."""
    return canonical({name: row[name] for name in FACTS_COLUMNS}) + b"\n"


def fact_check_line(n: int, known_at: str, check: Any) -> bytes:
    """The line of a version of a fact-check, as plain values, with its place among all that was
    told to the platform, and when it became known."""
    return canonical({"n": n, "known_at": known_at, "fact_check": check}) + b"\n"


def weights_file(digest: str) -> str:
    """The file of the matcher's weights of a digest."""
    return f"{WEIGHTS}/{digest.removeprefix('sha256:')}.json"


def batch_files(batch: str) -> tuple[str, str]:
    """The file of the rows of a batch of facts, and the file of their keys."""
    return f"{FACTS}/{batch}.parquet", f"{FACTS}/{batch}.keys"


def head_line(size: int, note: str) -> bytes:
    """The line of a signed head, with its line end."""
    return canonical({"size": size, "note": note}) + b"\n"
