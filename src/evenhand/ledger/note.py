"""Signed notes (c2sp.org/signed-note): a text, a blank line, and a line for each signature.

>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
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
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.cosignature import cosign_text, verify_cosignature
from evenhand.ledger.errors import Malformed, NotSigned
from evenhand.ledger.keys import (
    COSIGNATURE_V1,
    ED25519,
    ML_DSA_44,
    PrivateKey,
    PublicKey,
    is_key_name,
)
from evenhand.ledger.text import format_base64, parse_base64, read_text, show

MOST_SIGNATURES: Final = 100
"""As Go's reader accepts; the specification asks for at least 16."""

_DASH: Final = "\N{EM DASH} "


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


def cosign(
    data: str | bytes, witness: PrivateKey, seconds: int, kind: int = COSIGNATURE_V1
) -> Signature:
    """Sign a checkpoint's note as a witness would, at this second since 1970.

    `kind` is `COSIGNATURE_V1` or `ML_DSA_44`. A witness first checks the log's signature and that
    the log only grew; this does not.
    """
    key = witness.later_cosigner if kind == ML_DSA_44 else witness.cosigner
    blob = cosign_text(parse_note(data).text, witness, seconds, kind)
    return Signature(name=witness.name, key_id=key.key_id, blob=blob)


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
    if key.kind == ED25519:
        good = key.verifies(blob, text.encode())
    else:
        seconds = verify_cosignature(key, text, blob)
        good = seconds is not None
    if not good:
        raise NotSigned(
            f"the signature of `{key.name}` is not good for this text: the text was changed after "
            "it was signed, or the signature was forged; do not rely on any of it"
        )
    return Verified(key=key, seconds=seconds)
