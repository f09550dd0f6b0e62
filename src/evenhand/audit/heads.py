"""The signed heads that a log serves, and that one of them is the beginning of another.

There are two at a time: the newest that the log has signed (`checkpoint`), and, while its witnesses
are behind, the newest that enough of them have signed too (`witnessed`). What a policy accepts is
the second; nobody is accused by it of lacking what only the first has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import (
    FileMissing,
    HistoryRewritten,
    LedgerError,
    Malformed,
    NotWitnessed,
)
from evenhand.ledger.merkle import check_consistency, prove_consistency
from evenhand.ledger.policy import Policy, Trust, check_checkpoint
from evenhand.ledger.tiles import FileReader, hashes_in_tiles

CHECKPOINT = "checkpoint"
WITNESSED = "witnessed"
"""The files that hold the newest signed head, and the newest that enough witnesses have signed."""

LEEWAY = 300
"""Seconds by which a witness's clock may be ahead of the reader's, before it is told."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The newest head that a policy accepts, as it is served in `note`, and the newest that the log
    itself has signed: the same one, unless the witnesses are behind."""

    note: str
    trust: Trust
    signed: Trust

    @property
    def behind(self) -> bool:
        """Whether the log has signed more entries than are witnessed as the policy asks."""
        return self.signed.checkpoint.size > self.trust.checkpoint.size


def read_heads(read: FileReader, policy: Policy) -> Heads:
    """Read the heads that a log serves. Raises a `LedgerError`.

    The newest is the file `checkpoint`; while its witnesses have not signed it yet, what a policy
    accepts is the file `witnessed`, the newest that they have.
    """
    newest = read(CHECKPOINT)
    if newest is None:
        raise FileMissing(
            "there is no checkpoint: this is not a published log, or not its directory, and "
            "nothing can be shown by it", where=CHECKPOINT,
            hint="name the folder or the address under which `checkpoint` and `tile/` lie; if it "
            "is right, ask the platform for its log")
    try:
        trust = checked_at(CHECKPOINT, lambda: check_checkpoint(newest, policy))
        return Heads(note=_text(newest), trust=trust, signed=trust)
    except NotWitnessed:
        before = read(WITNESSED)
        if before is None:
            raise
    trust = checked_at(WITNESSED, lambda: check_checkpoint(before, policy))
    signed = checked_at(CHECKPOINT, lambda: check_checkpoint(newest, by_key_alone(policy)))
    if signed.checkpoint.origin != trust.checkpoint.origin:
        raise HistoryRewritten(
            f"this head is of the log `{signed.checkpoint.origin}`, and that in `{WITNESSED}` of "
            f"`{trust.checkpoint.origin}`: the files of two logs lie here", where=CHECKPOINT,
            hint="name one log's folder or address")
    return Heads(note=_text(before), trust=trust, signed=signed)


def read_head(read: FileReader, policy: Policy) -> tuple[str, Trust]:
    """Read the newest head of the log that the policy accepts: as it is served, and the trust."""
    heads = read_heads(read, policy)
    return heads.note, heads.trust


def read_checkpoint(read: FileReader, policy: Policy) -> Trust:
    """Read the newest head of the log that the policy accepts (`read_heads`)."""
    return read_heads(read, policy).trust


def by_key_alone(policy: Policy) -> Policy:
    """The same trust in the logs' keys; no witness is known or asked for."""
    return Policy(logs=policy.logs)


def _text(note: bytes) -> str:
    """Give a checkpoint's text; whether it is text, its check says."""
    return note.decode(errors="replace")


def dated_ahead(trust: Trust, now: int) -> tuple[tuple[str, int], ...]:
    """Name the witnesses whose cosignature is dated later than `now`, in seconds since 1970.

    A verifier may refuse such a one; we tell it: it still shows that the witness saw this history
    and no other, but not when (spec/ledger.md).
    """
    return tuple((name, at) for name, at in trust.witnessed if at > now + LEEWAY)


def verify_growth(read: FileReader, trust: Trust, earlier: str | bytes, policy: Policy
                  ) -> Checkpoint:
    """Verify that the log still begins with an earlier checkpoint, and give that.

    The earlier one must be signed by the log, or it would show nothing; witnesses are not asked
    for, and it may be newer than the head that enough of them have seen: then it is held against
    the newest that the log has signed, which must go on from both. Raises `HistoryRewritten`: then
    the two checkpoints are signed evidence.
    """
    old = checked_at("earlier checkpoint", lambda: check_checkpoint(
        earlier, by_key_alone(policy))).checkpoint
    new = trust.checkpoint
    if old.origin != new.origin:
        raise HistoryRewritten(
            f"the earlier checkpoint is of `{old.origin}`, and this log is `{new.origin}`",
            where="earlier checkpoint", hint="compare with a checkpoint of the same log")
    if old.size > new.size:
        new = read_heads(read, policy).signed.checkpoint
    if old.size > new.size:
        raise HistoryRewritten(
            f"the log had {old.size} entries and has only {new.size} now: entries were taken out, "
            "or an old copy is being served", where=CHECKPOINT,
            hint="keep both checkpoints: they are the evidence")
    verify_consistent(read, old, new)
    if new.size > trust.checkpoint.size:
        verify_consistent(read, trust.checkpoint, new)
    return old


def verify_consistent(read: FileReader, old: Checkpoint, new: Checkpoint) -> tuple[bytes, ...]:
    """Verify that one head's tree begins with that of another, and give the proof; both signed.

    The tiles are not believed: the proof passes only if they lead to both roots. Raises
    `HistoryRewritten`.
    """
    proof = prove_consistency(old.size, new.size, hashes_in_tiles(read, new.size))
    checked_at(CHECKPOINT, lambda: check_consistency(
        old.size, new.size, proof, old.root, new.root))
    return proof


def verify_heads(read: FileReader, heads: Heads) -> None:
    """Verify that the head which is witnessed and the newest signed one are of one history.

    Raises `HistoryRewritten`: then the files `checkpoint` and `witnessed` are the evidence.
    """
    old, new = sorted((heads.trust.checkpoint, heads.signed.checkpoint), key=lambda one: one.size)
    verify_consistent(read, old, new)


def checked_at(where: str, check: Callable[[], _T]) -> _T:
    """Do a check, and have its refusal say where."""
    try:
        return check()
    except LedgerError as error:
        error.where = error.where or where
        if isinstance(error, Malformed) and error.hint is None:
            error.hint = "as it stands it shows nothing: fetch it again, or ask for it anew"
        raise
