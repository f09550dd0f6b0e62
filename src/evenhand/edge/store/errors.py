"""The refusals of the store; what an engine said stands in them, with what to do about it."""

from evenhand.errors import EvenhandError


class StoreError(EvenhandError):
    """The store refuses or cannot be reached."""


class StoreFailed(StoreError):
    """The disk under the store failed to keep or to give something.

    What the process reads after that may be what the machine has in memory alone, so it uses the
    store no more. Whether what it had just committed is stored, another process reads.
    """


class RecordErased(EvenhandError):
    """What is asked for was erased; its leaf stands."""

    def __init__(self, decision: str) -> None:
        """Name the decision whose record is gone."""
        super().__init__(f"decision {decision[:16]} was erased",
                         hint="its leaf stands in the ledger; whoever kept the notice can still "
                         "open it")


KEPT = "nothing of this step was stored; what was stored before stands"
WAIT = f"another process is writing: let it finish, then run again; {KEPT}"
ROOM = f"make room on the disk, then run again; {KEPT}"
DAMAGED = ("bring back a copy, and do not sign with an older one than the published checkpoint")
