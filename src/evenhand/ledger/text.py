"""The pieces that every text format of a log is made of, each with one way to be written.

One way only: a checkpoint or a receipt that could be written in two ways could be changed without
its proof noticing, and two people could hold different files and each be right.

>>> parse_number("70000", "the size"), format_base64(b"\\x00" * 3)
(70000, 'AAAA')
>>> parse_number("07", "the size")
Traceback (most recent call last):
    ...
evenhand.ledger.errors.Malformed: the size is `07`, which is not a decimal number below 2**63
without leading zeros
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Final

from evenhand.ledger.errors import Malformed

_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST: Final = 2**63 - 1
_CONVERTED: Final = (
    "as it stands it shows nothing: lines end in a bare newline, and a mail program or an editor "
    "may have converted the file; fetch it again"
)


def read_text(data: str | bytes, what: str) -> str:
    """Give a format's text: UTF-8, no control character but newline. Raises `Malformed`."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text.encode()
    except UnicodeError:
        raise Malformed(f"{what} is not UTF-8 text", hint=_CONVERTED) from None
    control = _CONTROLS.search(text)
    if control:
        raise Malformed(
            f"{what} holds the control character U+{ord(control[0]):04X} in line "
            f"{text.count(chr(10), 0, control.start()) + 1}",
            hint=_CONVERTED,
        )
    return text


def parse_number(text: str, what: str) -> int:
    """Read a decimal number below 2**63, without leading zeros. Raises `Malformed`."""
    number = int(text) if _NUMBER.fullmatch(text) else _LARGEST + 1
    if number > _LARGEST:
        raise Malformed(
            f"{what} is `{show(text)}`, which is not a decimal number below 2**63 without leading "
            "zeros"
        )
    return number


def format_base64(data: bytes) -> str:
    """Write bytes in the standard base64 of RFC 4648, section 4."""
    return b64encode(data).decode("ascii")


def parse_base64(text: str, what: str) -> bytes:
    """Read standard base64 in its one canonical form (RFC 4648, section 3.5). `Malformed`."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (UnicodeError, NotBase64):
        data = None
    if data is None or format_base64(data) != text:
        raise Malformed(f"{what} is not in base64, or was cut short")
    return data


def parse_hash(text: str, what: str) -> bytes:
    """Read a SHA-256 hash in base64: 32 bytes. Raises `Malformed`."""
    data = parse_base64(text, what)
    if len(data) != 32:
        raise Malformed(f"{what} has {len(data)} bytes, and a hash has 32")
    return data


def show(text: str) -> str:
    """Give a piece of unknown text as an error may repeat it: short and printable."""
    safe = "".join(each if each.isprintable() else "?" for each in text[:60])
    return safe + ("..." if len(text) > 60 else "")
