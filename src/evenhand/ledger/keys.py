"""The keys of logs and witnesses, each written as one line of text.

A public key is `name+key id+base64`, a private one `PRIVATE+KEY+name+key id+base64`, as Go's `note`
package writes them, so that keys are portable.

>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> print(format_vkey(key.verifier))
agora.example/log+e4d54459+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop
>>> parse_private_key(format_private_key(key)) == key
True
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from evenhand.ledger.errors import Malformed
from evenhand.ledger.text import format_base64, parse_base64, show

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
ML_DSA_44: Final = 0x06
"""A cosignature that no quantum computer forges (tlog-cosignature, "ML-DSA-44 signed message")."""

_BYTES: Final = {ED25519: 32, COSIGNATURE_V1: 32, ML_DSA_44: 1312}
"""Kind of key -> the bytes that a public one has."""


def is_key_name(name: str) -> bool:
    """Say whether a key may have this name: not empty, no spaces of any script, no `+`."""
    return (
        bool(name)
        and "+" not in name
        and not any(each.isspace() or each < " " for each in name)
        and not any("\ud800" <= each <= "\udfff" for each in name)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A named key that verifies notes (`ED25519`) or cosignatures (the other two kinds)."""

    name: str
    raw: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        """Refuse what could never verify anything."""
        if not is_key_name(self.name):
            raise Malformed(f"`{show(self.name)}` cannot name a key: no spaces, no `+`, not empty")
        if self.kind not in _BYTES:
            raise Malformed(
                f"the key of `{self.name}` is of kind 0x{self.kind:02x}, which we cannot verify",
                hint="0x01 (Ed25519), 0x04 (cosignature/v1) and 0x06 (ML-DSA-44) are",
            )
        if len(self.raw) != _BYTES[self.kind]:
            raise Malformed(
                f"the key of `{self.name}` has {len(self.raw)} bytes, not {_BYTES[self.kind]}"
            )

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that say, with the name, which key signed (signed-note, "Signatures")."""
        return sha256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.raw).digest()[:4]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Say whether this key made this signature of these bytes."""
        try:
            if self.kind == ML_DSA_44:
                MLDSA44PublicKey.from_public_bytes(self.raw).verify(signature, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A named key that signs; its 32-byte seed is never shown."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a name or a seed that could not sign."""
        if not is_key_name(self.name):
            raise Malformed(f"`{show(self.name)}` cannot name a key: no spaces, no `+`, not empty")
        if len(self.seed) != 32:
            raise Malformed(f"the seed of `{self.name}` has {len(self.seed)} bytes, not 32")

    @property
    def verifier(self) -> PublicKey:
        """The key that verifies the notes this one signs."""
        return PublicKey(name=self.name, raw=self._public())

    @property
    def cosigner(self) -> PublicKey:
        """The key that verifies the cosignatures this one makes as a witness."""
        return PublicKey(name=self.name, raw=self._public(), kind=COSIGNATURE_V1)

    @property
    def later_cosigner(self) -> PublicKey:
        """The key that verifies the ML-DSA-44 cosignatures this one makes as a witness."""
        raw = MLDSA44PrivateKey.from_seed_bytes(self.seed).public_key().public_bytes_raw()
        return PublicKey(name=self.name, raw=raw, kind=ML_DSA_44)

    def sign(self, message: bytes, kind: int = ED25519) -> bytes:
        """Sign these bytes: 64 bytes (RFC 8032), or 2,420 with ML-DSA-44 (FIPS 204)."""
        if kind == ML_DSA_44:
            return MLDSA44PrivateKey.from_seed_bytes(self.seed).sign(message)
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def _public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()


def format_vkey(key: PublicKey) -> str:
    """Write a public key as one line: `name+key id in hexadecimal+base64(kind || key)`."""
    return f"{key.name}+{key.key_id.hex()}+{format_base64(bytes((key.kind,)) + key.raw)}"


def parse_vkey(text: str) -> PublicKey:
    """Read a public key; raises `Malformed`, also when its key id is not that of the key."""
    # base64 may contain `+`, so only the first two separate.
    name, *rest = text.split("+", 2)
    if len(rest) != 2:
        raise Malformed(
            f"`{show(text)}` is not a public key of a log or a witness",
            hint="it is written as `name+key id+base64`, on one line",
        )
    data = parse_base64(rest[1], f"the public key `{show(name)}`")
    key = PublicKey(name=name, raw=data[1:], kind=data[0] if data else 0)
    _compare_key_id(name, rest[0], key)
    return key


def format_private_key(key: PrivateKey) -> str:
    """Write a private key as one line: `PRIVATE+KEY+name+key id+base64(0x01 || seed)`."""
    data = format_base64(bytes((ED25519,)) + key.seed)
    return f"PRIVATE+KEY+{key.name}+{key.verifier.key_id.hex()}+{data}"


def parse_private_key(text: str) -> PrivateKey:
    """Read a private key; raises `Malformed`, whose words never repeat any of the text."""
    parts = text.split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise Malformed(
            "this is not a private key: it is cut short, or another kind of file",
            hint="it is one line that begins with `PRIVATE+KEY+`",
        )
    data = parse_base64(parts[4], "the private key")
    if data[:1] != bytes((ED25519,)):
        raise Malformed("the private key is not an Ed25519 key, the only kind that signs here")
    key = PrivateKey(name=parts[2], seed=data[1:])
    _compare_key_id(key.name, parts[3], key.verifier)
    return key


def _compare_key_id(name: str, written: str, key: PublicKey) -> None:
    if written != key.key_id.hex():
        raise Malformed(
            f"the key id of `{show(name)}` does not fit its name and key: one of the three was "
            "changed or mistyped",
            hint="copy the whole line again from where the key was published",
        )
