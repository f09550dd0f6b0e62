"""The pages of one platform as an application that a web server runs.

A file below `public/` is found without a list: what it calls `routes` is served.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.static_files import create_static_files_router

from evenhand.edge.platform import Platform
from evenhand.edge.web.keys import derived
from evenhand.edge.web.links import Links
from evenhand.edge.web.protection import protect, refuse_odd
from evenhand.edge.web.refusals import failed, refused
from evenhand.edge.web.site import Site
from evenhand.errors import EvenhandError

PARTS = ("public", "author")
"""The folders of pages."""

MOST_SENT = 2 << 20
"""Bytes of a request, at most."""


def application(platform: Platform, *, key: str) -> Litestar:
    """The application; of `key` is made whatever the pages sign."""
    static = resources.files("evenhand.edge.web").joinpath("static")
    return Litestar(
        route_handlers=[*routes(), create_static_files_router(
            "/static", [Path(str(static))], name="static", before_request=refuse_odd,
            after_request=protect, cache_control=CacheControlHeader(max_age=3600, public=True))],
        state=State({"site": Site(platform, Links(key))}),
        csrf_config=CSRFConfig(secret=derived(key, "forms"), cookie_httponly=True,
                               # A notice is opened from a mailbox on another site.
                               cookie_samesite="lax", exclude=["^/static/", "^/log/"],
                               cookie_secure=(platform.config.web or "").startswith("https:")),
        openapi_config=None, before_request=refuse_odd, after_request=protect,
        request_max_body_size=MOST_SENT,
        exception_handlers={EvenhandError: refused, Exception: failed})


def routes() -> Iterator[Any]:
    """Every route of every page, in the order of their files."""
    for part in PARTS:
        package = f"evenhand.edge.web.{part}"
        for found in sorted(one.name for one in pkgutil.iter_modules(
                import_module(package).__path__)):
            yield from getattr(import_module(f"{package}.{found}"), "routes", ())

