"""Where the pages are served, as the configuration says: letters then name their reader's page.

>>> print(read_web({"address": "https://moderation.square.example/"}, None))
https://moderation.square.example
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from evenhand.edge.courier.settings import is_loopback


def read_web(table: Mapping[str, Any], wrong: Callable[[str, str, str], Exception] | None
             ) -> str | None:
    """The address of the first page, without a slash at its end; None where none is said."""
    given = table.get("address")
    if given is None:
        return None
    try:
        parts = urlsplit(given) if isinstance(given, str) else None
        host = parts.hostname if parts is not None else None
    except ValueError:
        parts = host = None
    if parts is None or host is None or parts.query or parts.fragment or (
            parts.path.strip("/")) or parts.username or not (
            parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))) or (
            not given.isascii() or not given.isprintable() or " " in given):
        assert wrong is not None
        raise wrong("web.address", f"`{given}` is not where pages are served",
                    "a host of their own, like `https://moderation.square.example`, without a "
                    "path; without TLS only on this very machine")
    return str(given).rstrip("/")
