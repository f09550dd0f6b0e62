"""A secret that we share with another service: one line in a file that its owner alone may read.

What stands in it is never repeated, neither in an error nor anywhere else.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from evenhand.errors import EvenhandError

_MOST_BYTES = 4096


class SecretRefused(EvenhandError):
    """A secret that is missing, open to others, or nothing that can be sent."""


def read_secret(path: Path, what: str, *, make: str) -> str:
    """Read `what` (such as `the password`) from its file; `make` says how to make one."""
    try:
        # The mode is that of the file that is read, whatever takes its name meanwhile.
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MOST_BYTES)
    except OSError as refused:
        raise SecretRefused(f"{what} cannot be read: {refused.strerror}", where=str(path),
                            hint=make) from None
    if not stat.S_ISREG(mode):
        raise SecretRefused(f"{what} is not in a file", where=str(path), hint=make)
    if mode & 0o077:
        raise SecretRefused(
            f"others may read {what}: the file's mode is {stat.S_IMODE(mode):04o}, not 0600",
            where=str(path), hint=f"`chmod 600 {path}`; if others could have read it, change it")
    return check_secret(data, what, where=str(path), make=make)


def check_secret(data: bytes, what: str, *, where: str, make: str) -> str:
    """The secret as text, without its end of line; what no protocol could carry is refused."""
    line = data.removesuffix(b"\n").removesuffix(b"\r")
    if not line or not line.isascii() or not line.decode("ascii").isprintable():
        raise SecretRefused(f"{what} is not one line of printable ASCII", where=where, hint=make)
    return line.decode("ascii")
