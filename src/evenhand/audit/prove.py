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

from evenhand.audit.heads import (
    CHECKPOINT,
    Heads,
    by_key_alone,
    checked_at,
    read_heads,
    verify_consistent,
)
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import FileMissing, HistoryRewritten, NotInLog, NotWitnessed
from evenhand.ledger.merkle import (
    check_inclusion,
    leaf_hash,
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
    """A proof that a log of one size is the beginning of the log: 32-byte hashes.

    `trust` is whose signatures the head rests on that the policy accepts; `new` is that head, or,
    where only a newer one is large enough, the newest that the log has signed.
    """

    old: Checkpoint
    new: Checkpoint
    proof: tuple[bytes, ...]
    trust: Trust


def prove_entry(read: FileReader, policy: Policy, index: int, *, extra: bytes = b"") -> Proved:
    """Prove that the log holds an entry, under the newest head that the policy accepts.

    Raises a `LedgerError`.
    """
    return prove_under(read, read_heads(read, policy), index, extra=extra)


def prove_under(read: FileReader, heads: Heads, index: int, *, extra: bytes = b"") -> Proved:
    """The same under the heads that were read before."""
    head, signed = heads.trust.checkpoint, heads.signed.checkpoint
    if head.size <= index < signed.size:
        raise NotWitnessed(
            f"the log has signed {signed.size:,} entries, and only {head.size:,} of them are "
            f"witnessed as the policy asks: entry {index} is not yet",
            hint="ask again when the witnesses have seen it; by the log's signature alone it is "
            "proven with a policy that says `quorum none`")
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
    return Proved(entry=entry, trust=heads.trust, receipt=Receipt(
        index=index, proof=proof, checkpoint=heads.note, extra=extra))


def hold(read: FileReader, heads: Heads, policy: Policy, receipt: Receipt) -> Proved:
    """Hold a receipt against the log: its head is the log's own, the log goes on from it, and the
    receipt proves the entry that the log holds at its place. That entry, proved anew.

    Raises a `LedgerError`; where the log does not begin with the tree of the receipt any more, a
    `HistoryRewritten`: then the receipt and the log are signed evidence.
    """
    old = checked_at("receipt", lambda: check_checkpoint(
        receipt.checkpoint, by_key_alone(policy))).checkpoint
    head, signed = heads.trust.checkpoint, heads.signed.checkpoint
    if old.origin != head.origin:
        raise NotInLog(f"the receipt is of the log `{old.origin}`, and this one is "
                       f"`{head.origin}`", where="receipt",
                       hint=f"hold it against the files of `{old.origin}`")
    if receipt.index >= old.size:
        raise NotInLog(f"the receipt is for entry {receipt.index}, and its own log had {old.size} "
                       "entries: it shows nothing", where="receipt", hint=_ASK)
    if old.size > max(head.size, signed.size):
        raise HistoryRewritten(
            f"the log signed {old.size} entries, as the receipt shows, and serves {signed.size}: "
            "entries were taken out, or an old copy is being served", where=CHECKPOINT,
            hint="keep the receipt: with the log's checkpoint it is the evidence")
    # A head that enough have witnessed may be older than the receipt's own.
    newest = head if old.size <= head.size else signed
    try:
        verify_consistent(read, old, newest)
    except HistoryRewritten as wrong:
        wrong.where = "receipt"
        raise
    verify_consistent(read, head, newest)
    proved = prove_under(read, heads, receipt.index, extra=receipt.extra)
    try:
        # Else another entry's opening could come with a good proof.
        check_inclusion(receipt.index, old.size, leaf_hash(proved.entry), receipt.proof, old.root)
    except NotInLog:
        raise NotInLog(f"the receipt does not prove the entry that the log holds at "
                       f"{receipt.index}: its place or its proof was changed, so do not rely on "
                       "it", where="receipt", hint=_ASK) from None
    return proved


def complete(read: FileReader, policy: Policy, receipt: Receipt) -> Proved:
    """The same receipt under the newest head that the policy accepts, and what it opens kept.

    Raises as `hold` does, and a `FileMissing` where that head is older than the receipt's.
    """
    heads = read_heads(read, policy)
    try:
        proved = hold(read, heads, policy, receipt)
    except NotInLog as wrong:
        if wrong.where == "receipt":
            wrong.hint = f"it was left as it is: {wrong.hint}"
        raise
    old, new = check_checkpoint(receipt.checkpoint, by_key_alone(policy)), heads.trust
    if old.checkpoint.size > new.checkpoint.size:
        raise FileMissing(
            f"the newest head that satisfies the policy has {new.checkpoint.size} entries, and the "
            f"receipt's {old.checkpoint.size}: the witnesses have not seen it yet",
            where=CHECKPOINT, hint="ask again later; what the receipt proves under its own head "
            "stands")
    return proved


def prove_growth(read: FileReader, policy: Policy, old_size: int) -> Grown:
    """Prove that the log of `old_size` entries is the beginning of the log.

    The root of the old size is derived from the tiles; hold it against a checkpoint that somebody
    kept. Raises a `LedgerError`.
    """
    heads = read_heads(read, policy)
    new = heads.trust.checkpoint
    if old_size > new.size:
        new = heads.signed.checkpoint
    if old_size > new.size:
        raise HistoryRewritten(
            f"the log has {new.size} entries, so none of {old_size} is its beginning: where it "
            f"signed a checkpoint of {old_size}, entries were taken out, or an old copy is being "
            "served", where=CHECKPOINT, hint="if you have such a checkpoint, keep it: with this "
            "one it is the evidence")
    if new.size > heads.trust.checkpoint.size:
        verify_consistent(read, heads.trust.checkpoint, new)
    frontier = read_frontier(old_size, hashes_in_tiles(read, new.size))
    old = Checkpoint(origin=new.origin, size=old_size, root=frontier.root())
    return Grown(old=old, new=new, trust=heads.trust, proof=verify_consistent(read, old, new))
