"""One value, one sequence of bytes: RFC 8785 canonical JSON, and the digest of it.

>>> canonical({"b": 1, "a": "é"})
b'{"a":"\xc3\xa9","b":1}'
>>> digest(b"")[:14]
'sha256:e3b0c44'
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
import rfc8785

from evenhand.errors import EvenhandError


def canonical(plain: Any) -> bytes:
    """RFC 8785 bytes of plain JSON values; what JSON cannot say exactly is refused.

    The reference implementation writes what is rare: floats, and whatever it alone can order or
    refuse. The rest is written by msgspec, whose bytes are the same and come ten times sooner;
    a property test holds the two together.
    """
    try:
        return msgspec.json.encode(_quick(plain), order="sorted")
    except (_Rare, rfc8785.CanonicalizationError, UnicodeError, RecursionError, TypeError):
        return _by_reference(plain)


class _Rare(Exception):
    """A value that is left to the reference implementation."""


def _quick(plain: Any) -> Any:
    """The same value with its floats as their bytes; raises `_Rare` for what msgspec may not do."""
    kind = type(plain)
    if kind is str or kind is bool or plain is None:
        return plain
    if kind is int and -_GREATEST < plain < _GREATEST:
        return plain
    if kind is list:
        return [_quick(value) for value in plain]
    if kind is dict and all(map(str.isascii, plain)):  # msgspec orders by code points
        return {key: _quick(value) for key, value in plain.items()}
    if kind is float:
        return msgspec.Raw(rfc8785.dumps(plain))
    raise _Rare


_GREATEST = 2**53


def _by_reference(plain: Any) -> bytes:
    try:
        return rfc8785.dumps(plain)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as refused:
        raise EvenhandError(f"a value has no canonical form: {refused}",
                            hint="integers lie within 2**53, numbers are finite, "
                            "texts are valid Unicode") from None


def read_canonical(data: bytes) -> Any:
    """The twin of `canonical`: what these bytes say, if they are its canonical form.

    Two keys of one name, other spaces or another order would be other bytes for the same value,
    and what is hashed has one.
    """
    usual = _read_usual(data)
    if usual is not None:
        return usual
    try:
        plain = msgspec.json.decode(data)
        plain = _numbers(plain)
    except (msgspec.DecodeError, UnicodeError, RecursionError, OverflowError) as wrong:
        raise EvenhandError(f"this is not JSON: {str(wrong)[:200]}",
                            hint="the bytes were cut or changed") from None
    if canonical(plain) != data:
        raise EvenhandError("this JSON is not in its canonical form",
                            hint="RFC 8785 gives each value one sequence of bytes; these were "
                            "changed, or written by something else")
    return plain


def _read_usual(data: bytes) -> Any:
    """What these bytes say, where msgspec alone can tell that they are canonical; None elsewhere.

    It can of an object without floats, escapes, keys beyond ASCII and integers beyond 2**53: a leaf
    of the log is like that, and an audit reads millions.
    """
    if not data.startswith(b"{") or not data.isascii() or b"\\" in data or any(
            number.search(data) for number in _LONG_NUMBERS):
        return None
    try:
        plain = _WITHOUT_FLOATS.decode(data)
        return plain if msgspec.json.encode(plain, order="sorted") == data else None
    except (_Rare, msgspec.DecodeError, RecursionError):
        return None


def _refuse_float(number: str) -> Any:
    raise _Rare


# Three, each with a first byte to look for, are found sooner than one that begins with any of them.
_LONG_NUMBERS = [re.compile(begin + rb"-?[0-9]{16}") for begin in (rb":", rb",", rb"\[")]
_WITHOUT_FLOATS = msgspec.json.Decoder(float_hook=_refuse_float)


def _numbers(plain: Any) -> Any:
    """Whole numbers beyond 2**53 are floats, which JSON writes as it writes integers."""
    if isinstance(plain, dict):
        return {key: _numbers(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_numbers(value) for value in plain]
    if type(plain) is int and abs(plain) >= 2**53:
        return float(plain)
    return plain


def digest(data: bytes) -> str:
    """`sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
