"""The key by which the pages know again what they gave away: forms, sessions, addresses.

It lies in a file of its own, readable by its owner only, beside the log's key. What is signed for
one purpose is good for no other.

>>> derived("f00d", "forms") == derived("f00d", "links"), len(derived("f00d", "forms"))
(False, 64)
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from evenhand.edge.courier.secret import read_secret

_WHAT = "the key of the pages"
_MAKE = "take it away: a new one is made, and addresses that were given away stop working"


def web_key_of(log_key: Path) -> Path:
    """Where the key of the pages lies: beside the log's."""
    return log_key.with_name("web.key")


def load_web_key(path: Path) -> str:
    """The key in this file, made where there is none."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:  # it is there, or reading it says what is wrong
        return read_secret(path, _WHAT, make=_MAKE)
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return read_secret(path, _WHAT, make=_MAKE)


def derived(key: str, purpose: str) -> str:
    """What a key is for one purpose, as 64 digits."""
    return hmac.digest(key.encode(), f"evenhand/web/{purpose}".encode(), "sha256").hex()
