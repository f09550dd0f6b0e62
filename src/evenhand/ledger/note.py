"""Signed notes (c2sp.org/signed-note): a text, a blank line, and a line for each signature.

A key is written as a line of text too: `name+key id+base64`, and for the private one
`PRIVATE+KEY+name+key id+base64`, as Go's `note` package writes them, so that keys are portable.

>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> print(format_vkey(key.verifier))
agora.example/log+e4d54459+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop
>>> note = sign_note("hello\\n", (key,))
>>> opened = open_note(note, (key.verifier,))
>>> opened.text, [one.key.name for one in opened.signed]
('hello\\n', ['agora.example/log'])
>>> open_note(note.replace("hello", "hullo"), (key.verifier,))
Traceback (most recent call last):
    ...
evenhand.ledger.errors.NotSigned: the signature of `agora.example/log` is not good for this text:
the text was changed after it was signed, or the signature was forged; do not rely on any of it
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evenhand.ledger.errors import Malformed, NotSigned
from evenhand.ledger.text import format_base64, parse_base64, read_text, show

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
MOST_SIGNATURES: Final = 100
"""As Go's reader accepts; the specification asks for at least 16."""

_DASH: Final = "\N{EM DASH} "
_LATEST: Final = 2**63 - 1


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
    """A named Ed25519 key that verifies notes (`ED25519`) or cosignatures (`COSIGNATURE_V1`)."""

    name: str
    raw: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        """Refuse what could never verify anything."""
        if not is_key_name(self.name):
            raise Malformed(f"`{show(self.name)}` cannot name a key: no spaces, no `+`, not empty")
        if self.kind not in (ED25519, COSIGNATURE_V1):
            raise Malformed(
                f"the key of `{self.name}` is of kind 0x{self.kind:02x}, which we cannot verify",
                hint="0x01 (Ed25519) and 0x04 (cosignature/v1) are",
            )
        if len(self.raw) != 32:
            raise Malformed(f"the key of `{self.name}` has {len(self.raw)} bytes, not 32")

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that say, with the name, which key signed (signed-note, "Signatures")."""
        return sha256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.raw).digest()[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A named Ed25519 key that signs; its 32-byte seed is never shown."""

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

    def sign(self, message: bytes) -> bytes:
        """Sign these bytes: 64 bytes, RFC 8032."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def _public(self) -> bytes:
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: whose it claims to be, and the signature's bytes after the key id."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as written, with nothing verified: a text ending in a newline, and signatures."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One good signature: the key, and for a cosignature the second since 1970 it was made."""

    key: PublicKey
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A note of which at least one signature was verified, and none of a known key was bad."""

    text: str
    signed: tuple[Verified, ...]


def format_note(note: Note) -> str:
    """Write a note; the twin of `parse_note`. Raises `Malformed` for a text that cannot be one."""
    lines = [
        f"{_DASH}{each.name} {format_base64(each.key_id + each.blob)}\n" for each in note.signatures
    ]
    written = note.text + "\n" + "".join(lines)
    if parse_note(written) != note:
        raise Malformed("this text and these signatures cannot be written as a note")
    return written


def parse_note(data: str | bytes) -> Note:
    """Read a note, verifying nothing (signed-note, "Format"). Raises `Malformed`."""
    written = read_text(data, "the signed note")
    text, blank, below = written.rpartition("\n\n")
    if not blank:
        raise Malformed("the signed note has no blank line before its signatures")
    if not below.endswith("\n"):
        raise Malformed("the signed note is cut short: its last line has no end")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Malformed(
            f"the signed note has {len(lines)} signatures; at most {MOST_SIGNATURES} are read"
        )
    return Note(text=text + "\n", signatures=tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """Read one signature line, without its newline. Raises `Malformed`."""
    name, space, data = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not is_key_name(name):
        raise Malformed(
            f"`{show(line)}` is not a signature line",
            hint="it is written as `— name base64`",
        )
    decoded = parse_base64(data, f"the signature of `{show(name)}`")
    if len(decoded) < 5:
        raise Malformed(f"the signature of `{show(name)}` is cut short")
    return Signature(name=name, key_id=decoded[:4], blob=decoded[4:])


def sign_note(text: str, keys: Iterable[PrivateKey]) -> str:
    """Sign a text that ends in a newline, and give the note; the twin of `open_note`."""
    message = text.encode("utf-8", "surrogatepass")
    signatures = tuple(
        Signature(name=key.name, key_id=key.verifier.key_id, blob=key.sign(message)) for key in keys
    )
    return format_note(Note(text=text, signatures=signatures))


def add_signatures(data: str | bytes, signatures: Iterable[Signature]) -> str:
    """Give the note with these signatures below those it has, each at most once."""
    note = parse_note(data)
    fresh = dict.fromkeys(each for each in signatures if each not in note.signatures)
    return format_note(Note(text=note.text, signatures=(*note.signatures, *fresh)))


def cosign(data: str | bytes, witness: PrivateKey, seconds: int) -> Signature:
    """Sign a checkpoint's note as a witness would, at this second since 1970 (cosignature/v1).

    A witness first checks the log's signature and that the log only grew; this does not.
    """
    if not 0 <= seconds <= _LATEST:
        raise Malformed(f"a cosignature cannot be made {seconds} seconds after 1970")
    blob = seconds.to_bytes(8, "big") + witness.sign(
        _cosigned_message(parse_note(data).text, seconds)
    )
    return Signature(name=witness.name, key_id=witness.cosigner.key_id, blob=blob)


def _cosigned_message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def open_note(data: str | bytes, keys: Iterable[PublicKey]) -> Opened:
    """Verify a note with the keys one trusts, and give its text.

    Signatures of other keys are ignored, as the specification demands: a note may carry more
    than one knows. Raises `Malformed`; and `NotSigned` when a known key's signature is bad, or
    when no known key signed.
    """
    note = parse_note(data)
    known = {(key.name, key.key_id): key for key in keys}
    signed: dict[PublicKey, Verified] = {}
    for each in note.signatures:
        key = known.get((each.name, each.key_id))
        if key is not None:
            verified = _verify(key, note.text, each.blob)
            signed.setdefault(key, verified)
    if not signed:
        raise NotSigned(
            "no key that is trusted here has signed this text: whoever wrote it is unknown, so do "
            "not rely on any of it",
            hint="trusted here: "
            + (", ".join(f"`{key.name}`" for key in known.values()) or "none"),
        )
    return Opened(text=note.text, signed=tuple(signed.values()))


def _verify(key: PublicKey, text: str, blob: bytes) -> Verified:
    seconds = None
    message = text.encode()
    if key.kind == COSIGNATURE_V1:
        seconds = int.from_bytes(blob[:8], "big")
        message, blob = _cosigned_message(text, seconds), blob[8:]
    try:
        if seconds is not None and seconds > _LATEST:
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(key.raw).verify(blob, message)
    except InvalidSignature:
        raise NotSigned(
            f"the signature of `{key.name}` is not good for this text: the text was changed after "
            "it was signed, or the signature was forged; do not rely on any of it"
        ) from None
    return Verified(key=key, seconds=seconds)
