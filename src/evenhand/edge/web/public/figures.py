"""The figures: what was done, by which clause, by whom, and how appeals ended."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, get

from evenhand.edge.store.figures import figures as counted
from evenhand.edge.web.page import page
from evenhand.edge.web.pictures import bar
from evenhand.edge.web.site import Asked, site_of


@get("/figures", sync_to_thread=True)
def figures(request: Asked) -> Response[str]:
    """Every figure, each as a table and, where it is a comparison, as a picture."""
    site = site_of(request)
    titles: Mapping[str, str] = {
        clause.citation.number: clause.title
        for terms in site.platform.versions for clause in terms.clauses}
    return page(request, "public/figures.html", bar=bar, titles=titles, now=site.now(),
                figures=counted(site.platform.engine, site.now()))


routes = (figures,)
