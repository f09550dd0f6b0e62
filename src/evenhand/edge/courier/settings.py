"""What the configuration says of the channels. No secret is in it, only the files that hold one."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Security = Literal["tls", "starttls", "none"]

PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}
"""The port of each way to a mail server, where none is configured (RFC 8314, RFC 6409)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail server, and from whom our letters come. `trust` are certificates in place of the
    system's."""

    host: str
    port: int
    security: Security
    sender: str
    user: str | None
    password_file: Path | None
    contacts: Path | None
    trust: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where the platform takes letters in over HTTP, and the file of the secret that signs them."""

    address: str
    secret_file: Path
    trust: Path | None


_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"({_LABEL}\.)*{_LABEL}")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone, whatever a name server says.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("localhost.example")
    (True, True, False)
    """
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(text: str) -> bool:
    """Whether a text names a host: labels of at most 63 letters, digits and hyphens, or an IP.

    >>> is_host("mail.square.example"), is_host("::1"), is_host("mail\\r\\nRSET")
    (True, True, False)
    """
    if _HOST.fullmatch(text) and len(text) <= 253:
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def why_no_hook(address: str) -> str | None:
    """Why letters cannot be posted to an address; None where they can.

    >>> why_no_hook("https://square.example/evenhand?box=1")
    >>> why_no_hook("http://square.example/evenhand")
    'only to this very machine may letters go without TLS: write `https`'
    """
    if not address.isascii() or not address.isprintable() or " " in address:
        return "an address holds printable ASCII and no spaces"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "its host or port cannot be read"
    if parts.scheme not in ("http", "https") or not is_host(host) or port == 0:
        return "write it like `https://square.example/evenhand`"
    if parts.username is not None or parts.password is not None:
        return "no name or password stands in it: what is posted is signed"
    if parts.fragment:
        return "a part of a page cannot be posted to: leave out `#` and what follows"
    if parts.scheme == "http" and not is_loopback(host):
        return "only to this very machine may letters go without TLS: write `https`"
    return None
