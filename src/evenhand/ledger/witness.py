"""What a log and a witness say to each other (c2sp.org/tlog-witness), as text.

The log posts how far the witness had seen it, a proof that it only grew since, and its newest
checkpoint. The witness answers with its cosignature, or with the size that it has seen:

>>> from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
>>> from evenhand.ledger.keys import PrivateKey
>>> from evenhand.ledger.merkle import hashes_in_memory, leaf_hash, prove_consistency, root
>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> leaves = [leaf_hash(b"one"), leaf_hash(b"two")]
>>> note = sign_checkpoint(Checkpoint(origin=key.name, size=2, root=root(leaves)), key)
>>> asked = Request(old_size=1, checkpoint=note,
...                 proof=prove_consistency(1, 2, hashes_in_memory(leaves)))
>>> print(format_request(asked).decode(), end="")
old 1
qxq38Hx8j+Dv9LpvqlPH5EEukaWZFT6KpOAb7s5beCU=
<BLANKLINE>
agora.example/log
2
...
>>> parse_request(format_request(asked)) == asked, parse_size(b"70000\\n")
(True, 70000)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from evenhand.ledger.checkpoint import Checkpoint, parse_checkpoint, read_unverified
from evenhand.ledger.errors import Malformed, NotSigned
from evenhand.ledger.keys import PublicKey
from evenhand.ledger.merkle import HASH_BYTES, LONGEST_PROOF
from evenhand.ledger.note import Signature, add_signatures, open_note, parse_signature
from evenhand.ledger.text import format_base64, parse_hash, parse_number, read_text

ADD_CHECKPOINT: Final = "add-checkpoint"
"""The path, below a witness's address, to which a log posts."""

SIZE: Final = "text/x.tlog.size"
"""The content type of an answer that says how far the witness has seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a log posts. `proof` leads from `old_size` to the checkpoint, and is empty from 0."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def __post_init__(self) -> None:
        """Refuse what could not be written."""
        if self.old_size < 0 or len(self.proof) > LONGEST_PROOF:
            raise Malformed("a request has an old size, and a proof of at most 63 hashes")
        if any(len(each) != HASH_BYTES for each in self.proof):
            raise Malformed("each hash of a request has 32 bytes")
        read_unverified(self.checkpoint)


def format_request(request: Request) -> bytes:
    """Write the body of the post; the twin of `parse_request`."""
    lines = [f"old {request.old_size}", *map(format_base64, request.proof)]
    return ("\n".join(lines) + "\n\n" + request.checkpoint).encode()


def parse_request(data: bytes) -> Request:
    """Read the body of the post, verifying nothing. Raises `Malformed`."""
    above, blank, checkpoint = read_text(data, "the request").partition("\n\n")
    if not blank:
        raise Malformed("the request has no empty line before its checkpoint")
    first, *proof = above.split("\n")
    if not first.startswith("old "):
        raise Malformed("the request's first line is not `old` and a size")
    return Request(
        old_size=parse_number(first.removeprefix("old "), "the old size"),
        proof=tuple(parse_hash(line, "a hash of the request") for line in proof),
        checkpoint=checkpoint,
    )


def format_signatures(note: str) -> bytes:
    """Write the signature lines of a note, as a witness answers; twin of `read_cosignatures`."""
    return note.rpartition("\n\n")[2].encode()


def read_cosignatures(
    answer: bytes, checkpoint: str, keys: Iterable[PublicKey]
) -> tuple[Signature, ...]:
    """Give those of the answered signatures that these keys made of this checkpoint.

    Signatures of other keys are left out, as the specification demands. Raises `Malformed`, and
    `NotSigned` where a known key's signature is bad or none of them signed.
    """
    text = read_text(answer, "the answer of the witness")
    if not text.endswith("\n"):
        raise Malformed("the answer of the witness is cut short: its last line has no end")
    known = {(key.name, key.key_id): key for key in keys}
    found = [
        one
        for one in map(parse_signature, text[:-1].split("\n"))
        if (one.name, one.key_id) in known
    ]
    if not found:
        raise NotSigned(
            "the witness answered with no signature of the key that it is known by",
            hint="ask the witness for its key; it may have another now",
        )
    opened = open_note(add_signatures(checkpoint, found), known.values())
    if any(one.seconds == 0 for one in opened.signed):
        raise Malformed(
            "the witness signed without a time, which counts for no reader",
            hint="ask the witness to sign with its clock",
        )
    return tuple(found)


def format_size(size: int) -> bytes:
    """Write how far a witness has seen; the twin of `parse_size`."""
    return f"{size}\n".encode()


def parse_size(answer: bytes) -> int:
    """Read how far a witness has seen (its answer 409). Raises `Malformed`."""
    text = read_text(answer, "the size that the witness has seen")
    if not text.endswith("\n"):
        raise Malformed("the size that the witness has seen is cut short")
    return parse_number(text[:-1], "the size that the witness has seen")


def monitored_at(origin: str) -> str:
    """Give the path, below a witness's address for readers, of the newest checkpoint it cosigned.

    >>> monitored_at("agora.example/log")[:13], monitored_at("agora.example/log")[-11:]
    ('6dbfd8b37e0de', '/checkpoint')
    """
    return f"{sha256(origin.encode()).hexdigest()}/checkpoint"


def seen_at(note: str | bytes, origin: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Read the newest checkpoint that a witness says it cosigned, and check that it did.

    Raises `Malformed` and `NotSigned`; of another log too.
    """
    checkpoint = parse_checkpoint(open_note(note, keys).text)
    if checkpoint.origin != origin:
        raise Malformed(
            f"the witness gave the checkpoint of `{checkpoint.origin}`, and was asked "
            f"for that of `{origin}`"
        )
    return checkpoint
