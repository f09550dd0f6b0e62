"""Addresses that carry their own right: whoever holds one may read what it names, and no more.

>>> links = Links("f00d")
>>> _, _, identity, proof = links.decision("0a" * 32).split("/")
>>> links.opens(identity, proof), links.opens("0b" * 32, proof), links.opens(identity, "")
(True, False, False)
"""

from __future__ import annotations

import hmac

from evenhand.edge.web.keys import derived

DIGITS = 32
"""Of a signature: 128 bits, which nobody guesses."""


class Links:
    """The addresses of one platform, each signed under what the key of the pages is for them."""

    def __init__(self, key: str) -> None:
        """Take the key of the pages; with another one no address that was given away works any
        more."""
        self._key = derived(key, "links").encode()

    def decision(self, identity: str) -> str:
        """The path of the page of a decision's author."""
        return f"/decision/{identity}/{self._proof(identity)}"

    def opens(self, identity: str, proof: str) -> bool:
        """Whether a path holds the signature for what it names."""
        return hmac.compare_digest(self._proof(identity).encode(), proof.encode())

    def _proof(self, identity: str) -> str:
        return hmac.digest(self._key, b"decision\n" + identity.encode(), "sha256").hex()[:DIGITS]
