"""Key files: one line each, the private one readable by its owner only, never overwritten.

The private key of a log lies outside its database, so that whoever steals the database cannot
sign another history.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as directory:
...     made = make_key(Path(directory) / "log.key", "agora.example/log")
...     load_key(Path(directory) / "log.key", "agora.example/log").verifier == made
True
"""

import os
import stat
from pathlib import Path
from secrets import token_bytes
from typing import BinaryIO

from evenhand.ledger.errors import LedgerError, Malformed
from evenhand.ledger.keys import (
    PrivateKey,
    PublicKey,
    format_private_key,
    format_vkey,
    parse_private_key,
    parse_vkey,
)

_MOST_BYTES = 4096


LOST_KEY = (
    "bring it back from where the key is kept; no other key can sign this log. If it is lost, seal "
    "the log and go on in another: write another name at `ledger.log` and another file at "
    "`ledger.key`, then `evenhand ledger succeed`"
)
"""What to do where the key is gone and its log is not."""


class KeyRefused(LedgerError):
    """A key file that is missing, open to others, damaged, or somebody else's."""


def make_key(path: Path, name: str) -> PublicKey:
    """Make a key pair: the private key in a new file of mode 0600, the public one beside it.

    The public key is in `path` with `.vkey` added. Raises `KeyRefused` when the file exists: a
    key that is overwritten can never sign its log again.
    """
    key = PrivateKey(name=name, seed=token_bytes(32))
    public = path.with_name(path.name + ".vkey")
    if public.exists() and not path.exists():
        raise KeyRefused("the public half of a key that is gone lies beside it, and another key "
                         "cannot take its place", where=str(path),
                         hint=f"{LOST_KEY}; if this log was never begun, remove {public.name}")
    unfinished = path.with_name(path.name + ".new")
    try:
        unfinished.unlink(missing_ok=True)
        _write_new(unfinished, format_private_key(key) + "\n", 0o600)
        # Linking fails if the name is taken, and a crash before it leaves no key file at all.
        os.link(unfinished, path)
        unfinished.unlink()
        write_vkey(public, key.verifier)
    except FileExistsError as error:
        unfinished.unlink(missing_ok=True)
        raise KeyRefused(
            "there is a key in this file already, and it is not overwritten",
            where=str(error.filename2 or error.filename),
            hint="give another file, or load the key that is there",
        ) from None
    except OSError as error:
        raise KeyRefused(f"the key cannot be written: {error.strerror}", where=str(path)) from None
    return key.verifier


def write_vkey(path: Path, key: PublicKey) -> None:
    """Write a public key, which everybody may read, into a file (again, if it was there)."""
    path.unlink(missing_ok=True)
    _write_new(path, format_vkey(key) + "\n", 0o644)


def _write_new(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)  # whatever the umask is
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def load_key(path: Path, name: str) -> PrivateKey:
    """Load a private key, which must be named `name` and be closed to others.

    Raises `KeyRefused`; its words never repeat anything that stands in the file.
    """
    try:
        # The mode is that of the file that is read, whatever takes its name meanwhile.
        with _open(path) as file:
            mode = os.fstat(file.fileno()).st_mode
            _refuse_open_to_others(path, mode)
            data = file.read(_MOST_BYTES)
    except OSError as error:
        raise KeyRefused(
            f"the key cannot be read: {error.strerror}",
            where=str(path),
            hint="`evenhand init` makes one",
        ) from None
    key = _parse(path, data)
    if key.name != name:
        raise KeyRefused(
            f"this is the key of `{key.name}`, and the log is `{name}`: a log signed with the key "
            "of another is refused by everybody who has a policy",
            where=str(path),
            hint="give the key file of this log, or correct the name of the log",
        )
    return key


def _open(path: Path) -> BinaryIO:
    """Open a file to be read, without waiting for whoever writes into a pipe of this name."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def _parse(path: Path, data: bytes) -> PrivateKey:
    try:
        text = data.decode()
        if not text.endswith("\n") or text.count("\n") > 1:
            raise Malformed("a key file holds one whole line")
        return parse_private_key(text[:-1])
    except (UnicodeError, Malformed) as error:
        what = error.what if isinstance(error, Malformed) else "it is not text"
        raise KeyRefused(
            f"the key file is damaged or cut short ({what})" if data else "the key file is empty",
            where=str(path),
            hint="bring it back from where the key is kept; without it the log must be closed and "
            "a new one begun under another name",
        ) from None


def _refuse_open_to_others(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise KeyRefused("this is not a file", where=str(path))
    if mode & 0o077:
        raise KeyRefused(
            f"others may read this key: its mode is {stat.S_IMODE(mode):04o}, not 0600",
            where=str(path),
            hint=f"`chmod 600 {path}`; if others could have read it, make another key and log",
        )


def load_vkey(path: Path) -> PublicKey:
    """Load a public key from its file. Raises `KeyRefused`."""
    try:
        with _open(path) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise KeyRefused("this is not a file", where=str(path))
            text = file.read(_MOST_BYTES).decode()
        return parse_vkey(text.strip("\n"))
    except OSError as error:
        raise KeyRefused(f"the key cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeError:
        raise KeyRefused("the public key is not text", where=str(path)) from None
    except Malformed as error:
        raise KeyRefused(error.what, where=str(path), hint=error.hint) from None
