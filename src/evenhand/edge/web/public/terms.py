"""The terms as people read them: every version, what changed between two, and the document itself.

Under each clause stands the same clause as the machine runs it.
"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from evenhand.edge.web.changed import Compared, compare
from evenhand.edge.web.markdown import prose
from evenhand.edge.web.page import page
from evenhand.edge.web.refusals import NoPage
from evenhand.edge.web.site import Asked, Site, site_of
from evenhand.edge.web.whole import sections
from evenhand.edge.web.words import N_
from evenhand.terms.clauses import Terms


@get("/terms", sync_to_thread=True)
def current(request: Asked) -> Response[str]:
    """The terms in force."""
    return _told(request, _found(site_of(request), None))


@get("/terms/{version:str}", sync_to_thread=True)
def one(request: Asked, version: FromPath[str]) -> Response[str]:
    """One version."""
    return _told(request, _found(site_of(request), version))


@get("/terms/{version:str}/document/{language:str}", sync_to_thread=True)
def document(request: Asked, version: FromPath[str], language: FromPath[str]) -> Response[str]:
    """The document of a version in one language: what the log holds the digest of."""
    terms = _found(site_of(request), version)
    if language not in terms.languages:
        raise NoPage(N_("This version was not published in that language."),
                     hint=", ".join(terms.languages))
    text = terms.documents[terms.languages.index(language)].text
    return Response(text, media_type="text/markdown")


@get("/terms/{version:str}/since/{before:str}", sync_to_thread=True)
def since(request: Asked, version: FromPath[str], before: FromPath[str]) -> Response[str]:
    """What a version says otherwise than another one."""
    site = site_of(request)
    new, old = _found(site, version), _found(site, before)
    found: tuple[Compared, ...] = compare(old.documents[0], new.documents[0])
    return page(request, "public/terms_since.html", new=new, old=old,
                changes=[one for one in found if one.is_changed],
                same=sum(not one.is_changed and one.beside is None for one in found))


def _told(request: Asked, terms: Terms) -> Response[str]:
    site = site_of(request)
    versions = site.platform.versions
    return page(request, "public/terms.html", terms=terms, versions=versions[::-1], prose=prose,
                sections=sections, current=site.terms() is terms, document=terms.documents[0])


def _found(site: Site, version: str | None) -> Terms:
    terms = site.terms(version)
    if terms is None:
        known = ", ".join(one.front.version for one in site.platform.versions)
        raise NoPage(N_("There are no such terms."), hint=known or N_("Nothing was published yet."))
    return terms


routes = (current, one, document, since)
