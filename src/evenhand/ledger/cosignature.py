"""What a witness signs (c2sp.org/tlog-cosignature): that it saw a checkpoint, and when.

Of both kinds the signature is 8 bytes of seconds since 1970, the highest first, and then the bytes
that the key made. With Ed25519 it is over two lines and the whole text of the checkpoint:

>>> print(message_of(COSIGNATURE_V1, "anna.example", 7, "agora.example/log\\n0\\nroot\\n").decode())
cosignature/v1
time 7
agora.example/log
0
root
<BLANKLINE>
"""

from datetime import UTC, datetime
from typing import Final

from evenhand.ledger.errors import Malformed
from evenhand.ledger.keys import COSIGNATURE_V1, ML_DSA_44, PrivateKey, PublicKey
from evenhand.ledger.text import parse_hash, parse_number

_LATEST: Final = 2**63 - 1
_LABEL: Final = b"subtree/v1\n\0"
_SECONDS: Final = 8


def instant_of(seconds: int) -> str:
    """Write the second of a cosignature as people read it.

    >>> instant_of(1589803200), instant_of(2**63 - 1)
    ('2020-05-18 12:00:00 UTC', '9223372036854775807 seconds after 1970')
    """
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after 1970"


def message_of(kind: int, name: str, seconds: int, text: str) -> bytes:
    """Give what a cosigner of this name signs at this second, for the text of a checkpoint.

    Raises `Malformed` where the text is no checkpoint's, as far as the kind looks into it.
    """
    if kind == COSIGNATURE_V1:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    assert kind == ML_DSA_44, "a log's own signature is no cosignature"
    # Extension lines are not signed: the tree alone is.
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    return b"".join(
        (
            _LABEL,
            _with_length(name),
            seconds.to_bytes(8, "big"),
            _with_length(origin),
            (0).to_bytes(8, "big"),  # a checkpoint is the subtree that starts at the first leaf
            parse_number(size, "the size").to_bytes(8, "big"),
            parse_hash(root, "the root"),
        )
    )


def _with_length(name: str) -> bytes:
    """Write a name as `opaque<1..2^8-1>` (RFC 8446, section 3.4)."""
    data = name.encode()
    if not 1 <= len(data) <= 255:
        raise Malformed(
            f"a name of {len(data)} bytes cannot be signed with ML-DSA-44: 1 to 255 can"
        )
    return bytes((len(data),)) + data


def cosign_text(text: str, witness: PrivateKey, seconds: int, kind: int) -> bytes:
    """Make the signature's bytes; the twin of `verify_cosignature`. Raises `Malformed`."""
    if not 0 <= seconds <= _LATEST:
        raise Malformed(f"a cosignature cannot be made {seconds} seconds after 1970")
    message = message_of(kind, witness.name, seconds, text)
    return seconds.to_bytes(_SECONDS, "big") + witness.sign(message, kind)


def verify_cosignature(key: PublicKey, text: str, blob: bytes) -> int | None:
    """Give the second since 1970 at which this key cosigned this text; None: it did not."""
    seconds = int.from_bytes(blob[:_SECONDS], "big")
    try:
        message = message_of(key.kind, key.name, seconds, text)
    except Malformed:
        return None
    good = seconds <= _LATEST and key.verifies(blob[_SECONDS:], message)
    return seconds if good else None
