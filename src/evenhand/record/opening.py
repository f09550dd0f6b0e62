"""What opens a leaf's commitment, as it travels in the receipt: leaf, key and record.

With it the person who got the notice can prove its words to anyone, without a store and without
the platform, and even after the platform has erased its own copy. An author's opening holds what
the author may see and the key for that alone; a court's holds the whole record.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.errors import EvenhandError
from evenhand.model.audience import Audience
from evenhand.record.canonical import canonical, read_canonical
from evenhand.record.commitment import key_for, opens
from evenhand.record.kinds import read_record, write_view
from evenhand.record.leaf import Leaf, follow, leaf_of, public_of, read_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The leaf's bytes, a 32-byte key, and the bytes that its commitment is to.

    Those are a whole record (`write_record`), or what of it the author may see (`write_view`).
    """

    leaf: bytes
    key: bytes
    record: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What an opening shows: the kind of record, for whom, and its body as plain JSON values."""

    kind: str
    audience: Audience
    body: Mapping[str, Any]


def open_for_author(leaf: bytes, key: bytes, record: bytes) -> Opening:
    """The author's opening, made of the whole record and its key."""
    return Opening(leaf=leaf, key=key_for(key, "author"),
                   record=write_view(read_record(record), "author"))


def write_opening(opening: Opening) -> bytes:
    """Canonical JSON: `{"key": ..., "leaf": ..., "record": ...}`, each base64."""
    return canonical({"key": b64encode(opening.key).decode(),
                      "leaf": b64encode(opening.leaf).decode(),
                      "record": b64encode(opening.record).decode(), "v": 1})


def read_opening(data: bytes) -> Opening:
    """The twin of `write_opening`."""
    try:
        plain = read_canonical(data)
        opening = Opening(**{name: b64decode(plain[name], validate=True)
                             for name in ("leaf", "key", "record")})
        if write_opening(opening) != data:
            raise ValueError
        return opening
    except (EvenhandError, NotBase64, KeyError, ValueError, TypeError, AttributeError):
        raise EvenhandError("the receipt carries no opening that we can read",
                            hint="it proves that a leaf is in the log, but not what it says; "
                            "ask for the receipt that came with your notice") from None


def check_opening(opening: Opening) -> Opened:
    """What was sealed, if it is what the leaf commits to and the leaf says of it what is true."""
    leaf = read_leaf(opening.leaf)
    envelope = _envelope(opening.record)
    audience: Audience = "author" if "for" in envelope else "sealed"
    commitment = leaf.commitment_for_author if audience == "author" else leaf.commitment
    if commitment is None or not opens(commitment, opening.key, opening.record):
        raise EvenhandError("the words of this receipt are not those that were sealed",
                            hint="the record or its key was changed after sealing; do not trust it")
    if not _leaf_is_true(leaf, opening, envelope, audience):
        raise EvenhandError("the public entry says something else than the sealed record",
                            hint="whoever runs the log showed the public one thing and you "
                            "another: keep both, and tell an auditor")
    return Opened(kind=envelope["kind"], audience=audience, body=envelope["body"])


def _envelope(record: bytes) -> dict[str, Any]:
    envelope = read_canonical(record)
    if not isinstance(envelope, dict) or envelope.get("for", "author") != "author" or not (
            isinstance(envelope.get("body"), dict)):
        raise EvenhandError("this is not an Evenhand record",
                            hint="a record is canonical JSON with `kind`, `v` and `body` "
                            "(spec/record.md)")
    return envelope


def _leaf_is_true(leaf: Leaf, opening: Opening, envelope: dict[str, Any],
                  audience: Audience) -> bool:
    """Whether the leaf is of this kind and says what these bytes say.

    Who has the whole record makes the leaf again, byte for byte; its author can hold every public
    field against what the author sees, and nothing against the other commitment.
    """
    if (leaf.kind, leaf.version) != (envelope.get("kind"), envelope.get("v")):
        return False
    if audience == "sealed":
        made = leaf_of(read_record(opening.record), opening.key)
        return follow(made, leaf.prev) == opening.leaf
    said = {k: v for k, v in leaf.public.items() if k not in ("commitment", "author", "prev")}
    try:
        return said == public_of(leaf.kind, envelope["body"])
    except (KeyError, TypeError):
        return False
