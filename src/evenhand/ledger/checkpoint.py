"""Checkpoints (c2sp.org/tlog-checkpoint): what a log signs when it says how far it has come.

>>> checkpoint = Checkpoint(origin="agora.example/log", size=0, root=EMPTY_ROOT)
>>> print(format_checkpoint(checkpoint), end="")
agora.example/log
0
47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
>>> parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint
True
"""

from dataclasses import dataclass

from evenhand.ledger.errors import Malformed
from evenhand.ledger.keys import PrivateKey, is_key_name
from evenhand.ledger.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from evenhand.ledger.note import parse_note, sign_note
from evenhand.ledger.text import format_base64, parse_hash, parse_number, read_text, show


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's name, its number of entries, and the 32-byte root of the tree over them.

    `extension` holds further lines that another log may have written; we write none, since no
    witness vouches for them.
    """

    origin: str
    size: int
    root: bytes
    extension: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no log can sign; the empty log has one root only."""
        if not self.origin or "\n" in self.origin:
            raise Malformed("a checkpoint has no origin, the line that names the log")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise Malformed(
                f"a checkpoint has a size below 2**63 and a root of 32 bytes, not {self.size} and "
                f"{len(self.root)}"
            )
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise Malformed("a checkpoint of size 0 has another root than the empty log has")
        if any(not line or "\n" in line for line in self.extension):
            raise Malformed("an extension line of a checkpoint cannot be empty")


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Write the text that is signed: origin, size and root, a line each."""
    lines = (
        checkpoint.origin,
        str(checkpoint.size),
        format_base64(checkpoint.root),
        *checkpoint.extension,
    )
    return read_text("".join(line + "\n" for line in lines), "the checkpoint")


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text that is signed, without signatures. Raises `Malformed`."""
    lines = read_text(text, "the checkpoint").split("\n")
    if len(lines) < 4 or lines.pop():
        raise Malformed(
            "the checkpoint is cut short",
            hint="it has a line for the origin, one for the size and one for the root",
        )
    return Checkpoint(
        origin=lines[0],
        size=parse_number(lines[1], f"the size of the checkpoint of `{show(lines[0])}`"),
        root=parse_hash(lines[2], f"the root of the checkpoint of `{show(lines[0])}`"),
        extension=tuple(lines[3:]),
    )


def read_unverified(note: str | bytes) -> Checkpoint:
    """Read the checkpoint in a signed note without verifying a signature: for one's own files."""
    return parse_checkpoint(parse_note(note).text)


def sign_checkpoint(checkpoint: Checkpoint, key: PrivateKey) -> str:
    """Sign a checkpoint and give the note. The key is named like the log, as a policy demands.

    A log never signs two checkpoints of which one is not the beginning of the other: whoever
    calls this has made sure of it.
    """
    if key.name != checkpoint.origin or not is_key_name(checkpoint.origin):
        raise Malformed(
            f"the key is named `{key.name}` and cannot sign for `{show(checkpoint.origin)}`",
            hint="make a key with the name of the log",
        )
    return sign_note(format_checkpoint(checkpoint), (key,))
