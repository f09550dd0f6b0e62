"""What can be wrong with a log, named for what it means to whoever has to trust it.

`Malformed` says nothing about trust: these bytes are not in the format they should be in.
Each of the others says that something in good form does not prove what it should.
"""

from evenhand.errors import EvenhandError


class LedgerError(EvenhandError):
    """Anything that a log, a key, a policy or a receipt can be refused for."""


class Malformed(LedgerError):
    """The bytes are not in their format: damaged, cut short, converted, or something else."""


class NotInLog(LedgerError):
    """It is not proven that this entry, with these bytes, is in the log at this index."""


class HistoryRewritten(LedgerError):
    """It is not proven that the newer log still holds everything the older one held."""


class NotSigned(LedgerError):
    """The note carries no good signature of a key that is trusted for it, or carries a bad one."""


class NotWitnessed(LedgerError):
    """Too few of the witnesses that the policy asks for have seen this checkpoint."""


class FileMissing(LedgerError):
    """The log does not hold a file that its signed checkpoint says it must have."""


class FileDiffers(LedgerError):
    """A file holds other bytes than the log that was signed (or is being published) has."""
