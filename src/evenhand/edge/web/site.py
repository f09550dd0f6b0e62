"""One platform as its pages see it: opened once, and never behind the terms that are published."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from litestar import Request

from evenhand.edge.desk.desk import instant_of
from evenhand.edge.platform import Platform
from evenhand.edge.store.database import time_so_far
from evenhand.edge.store.published import load_versions, published_digests
from evenhand.edge.web.links import Links
from evenhand.terms.applies import in_force
from evenhand.terms.clauses import Terms

Asked = Request[Any, Any, Any]
"""A request, as every page gets it."""


class Site:
    """What every page is made from."""

    def __init__(self, platform: Platform, links: Links) -> None:
        """Take the opened platform, and what signs the addresses that are given away."""
        self._platform, self.links, self._lock = platform, links, Lock()
        # One form at a time is worked on: letters go out by one thread of this process.
        self.working = Lock()

    @property
    def platform(self) -> Platform:
        """The platform, with the terms that are published by now."""
        with self._lock:
            self._catch_up()
            read = {terms.digest for terms in self._platform.versions}
            if published_digests(self._platform.engine) != read:
                self._platform = replace(
                    self._platform, versions=load_versions(self._platform.engine))
            return self._platform

    def _catch_up(self) -> None:
        """A clock that is replayed stands where another process left it."""
        clock = self._platform.clock
        if clock.kind == "replayed":
            so_far = time_so_far(self._platform.engine)
            if so_far is not None and so_far > clock.at(None):
                clock.at(so_far)

    @property
    def name(self) -> str:
        """What the platform is called."""
        return self._platform.config.name

    @property
    def replayed(self) -> bool:
        """Whether its clock is."""
        return self._platform.config.clock == "replayed"

    def now(self) -> datetime:
        """The platform's own time: on a replayed clock it is that of the material."""
        return instant_of(self.platform, None)

    def terms(self, version: str | None = None) -> Terms | None:
        """The terms of this version, or those in force; None where there are none."""
        versions = self.platform.versions
        if version is None:
            return in_force(versions, self.now())
        return next((one for one in versions if one.front.version == version), None)


def site_of(request: Asked) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site
