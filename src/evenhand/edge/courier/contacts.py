"""Where people can be written to: what an address of e-mail is, and the file of contacts.

>>> as_address("ada@square.example"), as_address("ada@square.example\\nBcc: all@square.example")
('ada@square.example', None)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

from evenhand.edge.courier.settings import is_host
from evenhand.errors import EvenhandError

LONGEST = 254
"""Octets of an address (RFC 5321, 4.5.3.1.3, less the brackets)."""

HEAD = ["account", "email"]

# A dot-atom before the at sign, as most servers take it: no quotes, no comments, no routes.
_LOCAL = re.compile(r"[^\s@.<>()\[\],;:\\\"\x00-\x20\x7f-\x9f]+"
                    r"(\.[^\s@.<>()\[\],;:\\\"\x00-\x20\x7f-\x9f]+)*")


class ContactsRefused(EvenhandError):
    """A file of contacts that does not say plainly who has which address."""


def as_address(text: str) -> str | None:
    """The address that a text is, its host in ASCII; None where it is none."""
    local, at, host = text.rpartition("@")
    if not at or not local.isprintable() or not _LOCAL.fullmatch(local) or len(
            local.encode(errors="replace")) > 64:
        return None
    try:
        host = host.encode("ascii" if host.isascii() else "idna").decode("ascii")
    except UnicodeError:
        return None
    address = f"{local}@{host}"
    if not is_host(host) or ":" in host or len(address.encode(errors="replace")) > LONGEST:
        return None
    return address


def read_contacts(path: Path) -> Mapping[str, str]:
    """Account -> address of e-mail, of a CSV file with the columns `account` and `email`.

    A row that does not say both, or says of an account what another row says, is refused with its
    line, and the whole file with it: letters that go astray are worse than letters that wait.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as refused:
        raise ContactsRefused(f"the contacts cannot be read: {refused.strerror}", where=str(path),
                              hint="name a CSV file with the columns `account` and `email`"
                              ) from None
    except UnicodeDecodeError as wrong:
        raise ContactsRefused(f"the contacts are not UTF-8: byte {wrong.start} cannot be read",
                              where=str(path), hint="save the file as UTF-8") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, tuple[str, int]] = {}
    begins = 1
    try:
        head = next(rows, [])
        if [name.strip() for name in head] != HEAD:
            raise ContactsRefused("the first line of the contacts does not name their columns",
                                  where=f"{path}:1", hint="write `account,email`")
        begins = rows.line_num + 1
        for row in rows:
            where, begins = f"{path}:{begins}", rows.line_num + 1
            if row:
                _take(row, found, where)
    except csv.Error as wrong:
        raise ContactsRefused(f"this is not CSV: {wrong}", where=f"{path}:{begins}",
                              hint='put what holds a comma or a quote into quotes, and write a '
                              'quote twice: `"a ""b"""`') from None
    return {account: address for account, (address, _) in found.items()}


def _take(row: list[str], found: dict[str, tuple[str, int]], where: str) -> None:
    if len(row) != len(HEAD):
        raise ContactsRefused(f"this row has {len(row)} columns, not {len(HEAD)}", where=where,
                              hint="write `ACCOUNT,EMAIL`")
    account, address = row[0], as_address(row[1].strip())
    if not account:
        raise ContactsRefused("this row names no account", where=where,
                              hint="take the row out, or say whose address it is")
    if address is None:
        raise ContactsRefused("this row has no address of e-mail that can be written to",
                              where=where, hint="write it as `ada@square.example`, or take the "
                              "row out: the contact is then unknown")
    if account in found:
        raise ContactsRefused(f"this account has an address in line {found[account][1]} already",
                              where=where, hint="keep one of the two rows")
    found[account] = (address, int(where.rpartition(":")[2]))
