"""A page as it goes out: a template, filled so that no stranger's words can act in it."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.template.base import csrf_token
from markupsafe import Markup

from evenhand import __version__
from evenhand.edge.web.languages import NAMES, Language, chosen, language
from evenhand.edge.web.site import Asked, site_of
from evenhand.edge.web.words import told, words
from evenhand.reasons.letter import observed
from evenhand.reasons.plain import cut, shown

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

LANGUAGE = "language"
"""The cookie that keeps the language that a reader chose."""


def language_of(request: Asked) -> Language:
    """The language in which a request is answered."""
    return language(chosen(request.headers.get("accept-language", ""),
                           request.cookies.get(LANGUAGE)))


def page(request: Asked, template: str, *, status: int = 200, private: bool = False,
         **values: Any) -> Response[str]:
    """Fill a template of `templates/`; `values` are what it names besides what every page has.

    A `private` page is one reader's: nobody keeps it on its way, and no search engine lists it.
    """
    site, speaks = site_of(request), language_of(request)
    text = environment(speaks.tag).get_template(template).render(
        site=site, languages=NAMES, here=request.url.path, version=__version__,
        csrf=csrf_token({"request": request}), replayed=site.platform.config.clock == "replayed",
        **values)
    return Response(text, media_type=MediaType.HTML, status_code=status,
                    headers={"Content-Language": speaks.tag, "Vary": "Accept-Language, Cookie"}
                    | (PRIVATE if private else {"Cache-Control": "no-cache"}))


@lru_cache(maxsize=len(NAMES))
def environment(tag: str) -> Environment:
    """The templates in one language. What is missing is an error and no blank; whatever is put in
    is escaped, and what could turn the direction of a line is shown as its number."""
    made = Environment(
        loader=PackageLoader("evenhand.edge.web"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_neutral,
        extensions=["jinja2.ext.i18n"])
    speaks = language(tag)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        speaks.gettext, speaks.ngettext, newstyle=True)
    made.globals["language"] = speaks
    made.filters |= {
        "instant": speaks.instant, "day": speaks.day, "number": speaks.number,
        "share": speaks.share, "called": speaks.called,
        "words": partial(words, speaks=speaks), "fact": partial(told, speaks=speaks),
        "cut": cut, "observer": observed}
    return made


def _neutral(value: Any) -> Any:
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
