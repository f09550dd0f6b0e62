"""A commitment hides a record in the public log until somebody opens it, and can be forgotten.

`C = HMAC-SHA256(k, record)` with a fresh random 32-byte key for each record: the entropy of the
key protects, not that of the text. Erasing means deleting record and key; whoever kept the notice
can still open the leaf (reference: ledger, section 7). The key is an argument: randomness is the
edge's.

>>> c = seal(b"k" * 32, b"a record")
>>> opens(c, b"k" * 32, b"a record"), opens(c, b"k" * 32, b"another")
(True, False)
"""

from __future__ import annotations

import hmac

KEY_BYTES = 32


def key_for(key: bytes, audience: str) -> bytes:
    """The key for one audience's view of a record, derived from the record's own.

    Whoever has the record's key has all of them; whoever has one of them has that one.

    >>> key_for(b"k" * 32, "author") == key_for(b"k" * 32, "public")
    False
    """
    assert len(key) == KEY_BYTES, "a commitment key has 32 bytes"
    return hmac.digest(key, b"evenhand/key/" + audience.encode(), "sha256")


def seal(key: bytes, record: bytes) -> str:
    """The commitment, `hmac-sha256:` and 64 hex digits."""
    assert len(key) == KEY_BYTES, "a commitment key has 32 bytes"
    return "hmac-sha256:" + hmac.digest(key, record, "sha256").hex()


def opens(commitment: str, key: bytes, record: bytes) -> bool:
    """Whether this key and record open the commitment."""
    return len(key) == KEY_BYTES and hmac.compare_digest(commitment.encode(),
                                                          seal(key, record).encode())
