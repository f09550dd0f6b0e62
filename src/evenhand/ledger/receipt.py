"""Receipts (c2sp.org/tlog-proof@v1): proof, in one text file, that an entry is in a log.

>>> from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
>>> from evenhand.ledger.merkle import hashes_in_memory, prove_inclusion, root
>>> from evenhand.ledger.keys import PrivateKey
>>> from evenhand.ledger.policy import Log, Policy
>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> leaves = [leaf_hash(b"one"), leaf_hash(b"two")]
>>> note = sign_checkpoint(Checkpoint(origin=key.name, size=2, root=root(leaves)), key)
>>> receipt = Receipt(
...     index=1, proof=prove_inclusion(1, 2, hashes_in_memory(leaves)), checkpoint=note)
>>> print(format_receipt(receipt), end="")
c2sp.org/tlog-proof@v1
index 1
0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=
<BLANKLINE>
agora.example/log
2
...
>>> print(check_receipt(receipt, b"two", Policy(logs=(Log(key=key.verifier),))))
agora.example/log at size 2, not witnessed: the policy asks for no witness
"""

from dataclasses import dataclass
from typing import Final

from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import Malformed, NotInLog
from evenhand.ledger.merkle import HASH_BYTES, LONGEST_PROOF, check_inclusion, leaf_hash
from evenhand.ledger.policy import Policy, Trust, check_checkpoint, check_signature
from evenhand.ledger.text import (
    format_base64,
    parse_base64,
    parse_hash,
    parse_number,
    read_text,
    show,
)
from evenhand.ledger.tiles import LONGEST_ENTRY

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_WHAT: Final = "the receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An entry's index, its inclusion proof, and the signed checkpoint it leads to, as served.

    `extra` is not authenticated by the log. We put there what opens the commitment in the entry,
    for the one person the receipt is for; whoever opens the commitment with it authenticates it.
    Empty for none.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what could not be written."""
        if self.index < 0 or len(self.proof) > LONGEST_PROOF:
            raise Malformed("a receipt has an index, and a proof of at most 63 hashes")
        if any(len(each) != HASH_BYTES for each in self.proof):
            raise Malformed("each hash of a receipt has 32 bytes")
        read_unverified(self.checkpoint)


def format_receipt(receipt: Receipt) -> str:
    """Write a receipt; kept in a file, its name ends in `.tlog-proof`."""
    lines = [FIRST_LINE]
    if receipt.extra:
        lines.append(f"extra {format_base64(receipt.extra)}")
    lines.append(f"index {receipt.index}")
    lines.extend(format_base64(each) for each in receipt.proof)
    return "\n".join(lines) + "\n\n" + receipt.checkpoint


def parse_receipt(data: str | bytes) -> Receipt:
    """Read a receipt, verifying nothing; the twin of `format_receipt`. Raises `Malformed`."""
    above, blank, checkpoint = read_text(data, _WHAT).partition("\n\n")
    lines = above.split("\n")
    if lines[0] != FIRST_LINE:
        raise Malformed(
            f"a receipt begins with the line `{FIRST_LINE}`, and this begins `{show(lines[0])}`",
            hint="save the receipt as it was sent, with nothing above it",
        )
    if not blank:
        raise Malformed("the receipt is cut short: it has no blank line and no checkpoint below it")
    rest = lines[1:]
    extra = b""
    if rest and rest[0].startswith("extra "):
        extra = parse_base64(rest.pop(0).removeprefix("extra "), "the `extra` of the receipt")
        if not extra:
            raise Malformed("the `extra` of the receipt is empty: the line should not be there")
    if not rest or not rest[0].startswith("index "):
        raise Malformed("the receipt has no `index` line")
    index = parse_number(rest.pop(0).removeprefix("index "), "the index of the receipt")
    if len(rest) > LONGEST_PROOF:
        raise Malformed(
            f"the receipt has a proof of {len(rest)} hashes; 63 is the most there can be"
        )
    proof = tuple(parse_hash(line, "a hash of the receipt's proof") for line in rest)
    return Receipt(index=index, proof=proof, checkpoint=checkpoint, extra=extra)


def check_receipt(
    receipt: Receipt, entry: bytes, policy: Policy, *, early: bool = False
) -> Trust:
    """Check that a log which the policy trusts holds exactly these bytes at the receipt's index.

    Gives whose signatures that rests on. `early` accepts a receipt from before enough witnesses had
    signed, which the log's own signature binds already; `Trust.missing` then says who has not.
    Raises `NotSigned`, `NotWitnessed`, `NotInLog` or `Malformed`. What the entry says, and whether
    it is true, is not checked here.
    """
    if len(entry) > LONGEST_ENTRY:
        raise NotInLog(
            f"an entry of a log has at most {LONGEST_ENTRY} bytes, and this one has {len(entry)}: "
            "nobody who reads the log could find it there, so do not rely on it"
        )
    trust = (check_signature if early else check_checkpoint)(receipt.checkpoint, policy)
    check_inclusion(
        receipt.index,
        trust.checkpoint.size,
        leaf_hash(entry),
        receipt.proof,
        trust.checkpoint.root,
    )
    return trust
