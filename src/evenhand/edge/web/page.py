"""A page as it goes out: a template, filled so that no stranger's words can act in it."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.template.base import csrf_token
from markupsafe import Markup, escape

from evenhand import __version__
from evenhand.edge.web.languages import NAMES, Language, chosen, language
from evenhand.edge.web.site import Asked, site_of
from evenhand.edge.web.words import told, words
from evenhand.reasons.letter import observed
from evenhand.reasons.plain import cut, shown

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

LANGUAGE = "language"
"""The cookie that keeps the language that a reader chose."""


def form_of(form: Any) -> dict[str, list[str]]:
    """The fields of a form that was sent, each with all its values; browsers end lines with CR LF,
    and nobody else here does. Files are left out."""
    return {name: [_lines(one) for one in form.getall(name) if isinstance(one, str)]
            for name in form}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def language_of(request: Asked) -> Language:
    """The language in which a request is answered."""
    return language(chosen(request.headers.get("accept-language", ""),
                           request.cookies.get(LANGUAGE)))


def page(request: Asked, template: str, *, status: int = 200, private: bool = False,
         here: str | None = None, **values: Any) -> Response[str]:
    """Fill a template of `templates/`; `values` are what it names besides what every page has.

    A `private` page is one reader's: nobody keeps it on its way, and no search engine lists it.
    `here` is where the same can be asked for again, where a form was sent elsewhere.
    """
    site, speaks = site_of(request), language_of(request)
    text = environment(speaks.tag).get_template(template).render(
        site=site, languages=NAMES, here=here or request.url.path, version=__version__,
        csrf=csrf_token({"request": request}), replayed=site.replayed,
        **values)
    return Response(text, media_type=MediaType.HTML, status_code=status,
                    headers={"Content-Language": speaks.tag, "Vary": "Accept-Language, Cookie"}
                    | (PRIVATE if private else {"Cache-Control": "private, no-cache"}))


@lru_cache(maxsize=len(NAMES))
def environment(tag: str) -> Environment:
    """The templates in one language. What is missing is an error and no blank; whatever is put in
    is escaped, and what could turn the direction of a line is shown as its number."""
    made = Environment(
        loader=PackageLoader("evenhand.edge.web"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_neutral)
    speaks = language(tag)
    # A sentence is text until it is put out, as whatever is put into it: nothing passes by `shown`.
    made.globals |= {
        "language": speaks, "_": lambda words, **told: speaks.gettext(words) % told,
        "ngettext": lambda one, many, num: speaks.ngettext(one, many, num) % {
            "num": speaks.number(num)}}
    made.filters |= {
        "instant": speaks.instant, "day": speaks.day, "number": speaks.number,
        "share": speaks.share, "called": speaks.called,
        "words": partial(words, speaks=speaks), "fact": partial(told, speaks=speaks),
        "cut": cut, "observer": observed, "typed": _typed}
    return made


def _typed(value: str) -> Markup:
    """What a reader typed, back in its field as it was: escaped, and nothing of it rewritten."""
    return escape(value)


def _neutral(value: Any) -> Any:
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
