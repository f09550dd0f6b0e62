"""The fact-checks in use: who made each, how it rates the claim, what rests on it."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from evenhand.edge.claims import claims_known, whole_claim
from evenhand.edge.relying import ever_beside
from evenhand.edge.web.page import page
from evenhand.edge.web.refusals import NoPage
from evenhand.edge.web.site import Asked, site_of
from evenhand.errors import EvenhandError

MOST = 500


@get("/fact-checks", sync_to_thread=True)
def fact_checks(request: Asked) -> Response[str]:
    """Every fact-check, those that stand beside a post first."""
    platform = site_of(request).platform
    every = sorted(claims_known(platform), key=lambda one: -one.relied)
    return page(request, "public/fact_checks.html", claims=every[:MOST],
                more=max(0, len(every) - MOST))


@get("/fact-checks/{key:str}", sync_to_thread=True)
def fact_check(request: Asked, key: FromPath[str]) -> Response[str]:
    """All of one: every version that was told, and who contradicts it."""
    platform = site_of(request).platform
    try:
        whole = whole_claim(platform, key)
    except EvenhandError as wrong:
        raise NoPage(wrong.what, hint=wrong.hint) from None
    return page(request, "public/fact_check.html", whole=whole, check=whole.check,
                ever=ever_beside(platform, whole.check.key))


routes = (fact_checks, fact_check)
