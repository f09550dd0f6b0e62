"""What opens a leaf's commitment, as it travels in the receipt: leaf, key and record.

With it the person who got the notice can prove its words to anyone, without a store and without
the platform, and even after the platform has erased its own copy.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from evenhand.errors import EvenhandError
from evenhand.record.canonical import canonical, read_canonical
from evenhand.record.commitment import opens
from evenhand.record.kinds import read_record
from evenhand.record.leaf import leaf_of, read_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The leaf's bytes, the 32-byte key of its commitment, and the record's bytes."""

    leaf: bytes
    key: bytes
    record: bytes


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


def check_opening(opening: Opening) -> Any:
    """The record, if it is what the leaf commits to, and the leaf says of it what is true."""
    commitment = read_leaf(opening.leaf).commitment
    if commitment is None or not opens(commitment, opening.key, opening.record):
        raise EvenhandError("the words of this receipt are not those that were sealed",
                            hint="the record or its key was changed after sealing; do not trust it")
    record = read_record(opening.record)
    if leaf_of(record, opening.key) != opening.leaf:
        raise EvenhandError("the public entry says something else than the sealed record",
                            hint="whoever runs the log showed the public one thing and you "
                            "another: keep both, and tell an auditor")
    return record
