"""Writes a file that is there whole or not at all, for its owner's eyes alone."""

from __future__ import annotations

import os
from pathlib import Path

from evenhand.edge.config import file_shown
from evenhand.errors import EvenhandError


def check_place(path: Path) -> None:
    """Refuse a place where no file can be written, before anybody has worked for it."""
    where = str(file_shown(path))
    if path.is_dir():
        raise EvenhandError("a folder is there", where=where, hint="name a file")
    if not path.parent.is_dir():
        raise EvenhandError("the folder is not there", where=str(file_shown(path.parent)),
                            hint="make it, or name another")
    if not os.access(path.parent, os.W_OK):
        raise EvenhandError("nothing can be written here", where=str(file_shown(path.parent)),
                            hint="mend the permissions, or name another folder")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a hidden name, mode 0600, and give it its own when it is whole.

    A crash leaves the hidden file, which the next writing takes over.
    """
    hidden = path.with_name(f".{path.name}.unfinished")
    try:
        with os.fdopen(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                       "wb") as file:
            file.write(data)
        hidden.replace(path)
    except OSError as refused:
        hidden.unlink(missing_ok=True)
        raise EvenhandError(f"the file cannot be written: {refused.strerror}",
                            where=str(file_shown(path)),
                            hint="make room or mend the permissions") from None
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
