"""The refusals of the store; what an engine said stands in them, with what to do about it."""

from evenhand.errors import EvenhandError


class StoreError(EvenhandError):
    """The store refuses or cannot be reached."""


KEPT = "nothing of this step was stored; what was stored before stands"
WAIT = f"another process is writing: let it finish, then run again; {KEPT}"
ROOM = f"make room on the disk, then run again; {KEPT}"
DAMAGED = ("bring back a copy, and do not sign with an older one than the published checkpoint")
