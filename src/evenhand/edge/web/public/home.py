"""The first page: what this platform promises, and where to look that it keeps it."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from evenhand.edge.store.figures import figures
from evenhand.edge.web.languages import NAMES
from evenhand.edge.web.page import LANGUAGE, page
from evenhand.edge.web.refusals import NoPage
from evenhand.edge.web.site import Asked, site_of
from evenhand.edge.web.words import N_

YEAR = 365 * 24 * 3600


@get("/", sync_to_thread=True)
def home(request: Asked) -> Response[str]:
    """The first page."""
    site = site_of(request)
    return page(request, "public/home.html", terms=site.terms(),
                figures=figures(site.platform.engine, site.now()),
                size=site.platform.sequencer.head_size(),
                witnesses=site.platform.witnessing.standing())


@get("/language/{tag:str}", sync_to_thread=False)
def choose(tag: FromPath[str], to: FromQuery[str] = "/") -> Redirect:
    """Keep a language, and go back."""
    if tag not in NAMES:
        raise NoPage(N_("These pages are not written in that language."),
                     hint=", ".join(NAMES.values()))
    # Only a page of ours: `//` and `/\` begin the address of somebody else's.
    ours = to if to.startswith("/") and to[1:2] not in ("/", "\\") else "/"
    answer = Redirect(ours)
    answer.set_cookie(key=LANGUAGE, value=tag, max_age=YEAR, samesite="lax", httponly=True)
    return answer


routes = (home, choose)
