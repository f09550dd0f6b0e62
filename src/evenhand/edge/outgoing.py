"""What every request of ours to the outside shares: it ends in time, and goes where it was meant.

No proxy is asked, and nobody's redirect is followed by itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from socket import SHUT_RDWR, socket
from threading import Timer
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_INNER = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Addresses that hold an IPv4 address in their last 32 bits (RFC 6052, RFC 8215)."""


class Patience(Timer):
    """Ends an exchange that takes too long, whatever it waits for: a limit on each read alone would
    wait for ever for whoever answers a byte at a time."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        """Hang up after so many seconds, once it is started."""
        super().__init__(seconds, self._hang_up)
        self.daemon, self.connection, self.ended = True, connection, False
        self._sock: socket | None = None

    def hold(self) -> None:
        """Keep hold of what is connected: a connection lets go of it while its answer is read."""
        self._sock = self.connection.sock

    def _hang_up(self) -> None:
        self.ended = True
        sock = self._sock or self.connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(SHUT_RDWR)


@contextmanager
def within(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Connect, where it is not connected yet, and end what is done here after so many seconds.

    Whatever TLS and HTTP make of it when the connection ends under their hands is a `TimeoutError`.
    """
    limit = Patience(connection, seconds)
    limit.start()
    try:
        if connection.sock is None:
            connection.connect()
        limit.hold()
        yield
        if limit.ended:
            raise TimeoutError
    except (OSError, HTTPException, ValueError, AttributeError):
        if limit.ended:
            raise TimeoutError from None
        raise
    finally:
        limit.cancel()


def target(address: str) -> str:
    """The path and query of an address.

    >>> target("https://square.example?box=1"), target("https://square.example/a#b")
    ('/?box=1', '/a')
    """
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet: no private, loopback, link-local, shared,
    multicast or reserved one, nor one that holds such a one within it.

    >>> [is_public(ipaddress.ip_address(a)) for a in (
    ...     "93.184.215.14", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1",
    ...     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "100.64.0.1")]
    [True, False, False, False, False, False, False, False, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and any(address in network for network in _INNER):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved
                                      or address.is_unspecified)
