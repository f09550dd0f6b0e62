"""Proofs from a log's public files alone: that an entry is in it, that it only grew.

Nothing that the files say is believed: a proof is handed out only after it was checked against the
signed root, which the tiles cannot forge.

>>> from evenhand.ledger.keys import PrivateKey, format_vkey
>>> from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
>>> from evenhand.ledger.merkle import root
>>> from evenhand.ledger.policy import parse_policy
>>> from evenhand.ledger.tiles import format_bundle, format_tile
>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> leaves = [leaf_hash(b"one"), leaf_hash(b"two")]
>>> files = {
...     "checkpoint": sign_checkpoint(
...         Checkpoint(origin=key.name, size=2, root=root(leaves)), key).encode(),
...     "tile/0/000.p/2": format_tile(leaves),
...     "tile/entries/000.p/2": format_bundle([b"one", b"two"]),
... }
>>> policy = parse_policy(f"log {format_vkey(key.verifier)}\\nquorum none\\n")
>>> prove_entry(files.get, policy, 1).entry
b'two'
"""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.audit.verify import CHECKPOINT, read_checkpoint, read_head
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import FileMissing, HistoryRewritten, NotInLog
from evenhand.ledger.merkle import (
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_frontier,
)
from evenhand.ledger.policy import Policy, Trust, check_checkpoint
from evenhand.ledger.receipt import Receipt
from evenhand.ledger.tiles import (
    WIDTH,
    Bundle,
    FileReader,
    hashes_in_tiles,
    read_bundle,
    refuse_long_entry,
)

_ASK = "ask whoever sent it for the receipt as it was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """An entry with its receipt, and whose signatures it rests on."""

    entry: bytes
    receipt: Receipt
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A proof that a log of one size is the beginning of the log: 32-byte hashes."""

    old: Checkpoint
    new: Checkpoint
    proof: tuple[bytes, ...]


def prove_entry(read: FileReader, policy: Policy, index: int, *, extra: bytes = b"") -> Proved:
    """Prove that the log holds an entry, under the newest head that the policy accepts.

    Raises a `LedgerError`.
    """
    note, trust = read_head(read, policy)
    head = trust.checkpoint
    if not 0 <= index < head.size:
        raise NotInLog(f"the log has {head.size} entries under this head, and none at {index}",
                       hint="what was sealed a moment ago is under a head soon; ask again")
    bundle = Bundle(index=index // WIDTH,
                    width=min(WIDTH, head.size - index // WIDTH * WIDTH))
    entry = read_bundle(read, bundle)[index % WIDTH]
    refuse_long_entry(entry)
    proof = prove_inclusion(index, head.size, hashes_in_tiles(read, head.size))
    try:
        check_inclusion(index, head.size, leaf_hash(entry), proof, head.root)
    except NotInLog as wrong:
        wrong.hint = "a tile or the entry was changed: `evenhand ledger fsck` tells which file"
        raise
    return Proved(entry=entry, trust=trust, receipt=Receipt(
        index=index, proof=proof, checkpoint=note, extra=extra))


def complete(read: FileReader, policy: Policy, receipt: Receipt) -> Proved:
    """The same receipt under the newest head that the policy accepts, and what it opens kept.

    Raises a `LedgerError`; where the log does not begin with the tree of the receipt any more, a
    `HistoryRewritten`: then the receipt and the log are signed evidence.
    """
    logs = Policy(logs=policy.logs)
    old = check_checkpoint(receipt.checkpoint, logs).checkpoint
    if receipt.index >= old.size:
        raise NotInLog(f"the receipt is for entry {receipt.index}, and its own log had {old.size} "
                       "entries: it shows nothing", where="receipt", hint=_ASK)
    _refuse_smaller(read, old, read_checkpoint(read, policy).checkpoint, logs)
    proved = prove_entry(read, policy, receipt.index, extra=receipt.extra)
    _grown(read, old, proved.trust.checkpoint)
    try:
        # Else another entry's opening could come with a good proof.
        check_inclusion(receipt.index, old.size, leaf_hash(proved.entry), receipt.proof, old.root)
    except NotInLog:
        raise NotInLog(f"the receipt does not prove the entry that the log holds at "
                       f"{receipt.index}: its place or its proof was changed, so it was left as it "
                       "is", where="receipt", hint=_ASK) from None
    return proved


def prove_growth(read: FileReader, policy: Policy, old_size: int) -> Grown:
    """Prove that the log of `old_size` entries is the beginning of the log.

    The root of the old size is derived from the tiles; hold it against a checkpoint that somebody
    kept. Raises a `LedgerError`.
    """
    trust = read_checkpoint(read, policy)
    new = trust.checkpoint
    if old_size > new.size:
        raise HistoryRewritten(
            f"the log has {new.size} entries, so none of {old_size} is its beginning: where it "
            f"signed a checkpoint of {old_size}, entries were taken out, or an old copy is being "
            "served", where="checkpoint", hint="if you have such a checkpoint, keep it: with this "
            "one it is the evidence")
    frontier = read_frontier(old_size, hashes_in_tiles(read, new.size))
    old = Checkpoint(origin=new.origin, size=old_size, root=frontier.root())
    return Grown(old=old, new=new, proof=_grown(read, old, new))


def _refuse_smaller(read: FileReader, old: Checkpoint, new: Checkpoint, logs: Policy) -> None:
    """Refuse a log whose head is smaller than the receipt's, and say what that means."""
    if old.size <= new.size:
        return
    served = read_checkpoint(read, logs).checkpoint
    if served.size >= old.size:
        # A head that enough have witnessed may be older than the receipt's own.
        raise FileMissing(
            f"the newest head that satisfies the policy has {new.size} entries, and the receipt's "
            f"{old.size}: the witnesses have not seen it yet", where=CHECKPOINT,
            hint="ask again later; what the receipt proves under its own head stands")
    raise HistoryRewritten(
        f"the log signed {old.size} entries, as the receipt shows, and serves {served.size}: "
        "entries were taken out, or an old copy is being served", where=CHECKPOINT,
        hint="keep the receipt: with the log's checkpoint it is the evidence")


def _grown(read: FileReader, old: Checkpoint, new: Checkpoint) -> tuple[bytes, ...]:
    proof = prove_consistency(old.size, new.size, hashes_in_tiles(read, new.size))
    check_consistency(old.size, new.size, proof, old.root, new.root)
    return proof
