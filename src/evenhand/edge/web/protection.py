"""What protects whoever reads a page: what a browser may load, keep and send on.

No page has a script or a style of its own, so whatever a stranger wrote cannot become one. The
addresses of some pages are secrets of their readers: no other site is told of them.
"""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.exceptions import NotFoundException

from evenhand.edge.web.site import Asked

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""What every answer says, unless its route says otherwise."""


async def refuse_odd(request: Asked) -> None:
    """No path of ours holds a control character; a file system, or a log, may read one."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in request.url.path):
        raise NotFoundException


def protected(response: Response[Any]) -> Response[Any]:
    """An answer with the headers that did not stand there yet."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def protect(response: Response[Any]) -> Response[Any]:
    """`protected`, as a server calls it."""
    return protected(response)
