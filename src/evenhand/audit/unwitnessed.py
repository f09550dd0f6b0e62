"""What a log has signed beyond the newest head that enough witnesses have.

Nothing that is done waits for witnesses, so a log in use is often some entries ahead of them.
Those are bound by the log's own signature already, if it begins with what was witnessed.
"""

from __future__ import annotations

from evenhand.audit.verify import CHECKPOINT
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import LedgerError
from evenhand.ledger.merkle import check_consistency, prove_consistency
from evenhand.ledger.policy import Policy, Trust, check_signature
from evenhand.ledger.tiles import FileReader, hashes_in_tiles


def signed_beyond(read: FileReader, policy: Policy, trust: Trust) -> Checkpoint | None:
    """Give the larger head that the log itself has signed, proven to begin with this one.

    None where there is none. Raises a `LedgerError`; where the larger one does not begin with this
    one, a `HistoryRewritten`: then the two files are signed evidence.
    """
    note = read(CHECKPOINT)
    if note is None:
        return None
    try:
        old, new = trust.checkpoint, check_signature(note, policy).checkpoint
        if new == old or new.origin != old.origin or new.size < old.size:
            return None
        proof = prove_consistency(old.size, new.size, hashes_in_tiles(read, new.size))
        check_consistency(old.size, new.size, proof, old.root, new.root)
    except LedgerError as refused:
        refused.where = refused.where or CHECKPOINT
        raise
    return new
