"""A report about a post, from anybody: the form of Art. 16 of Regulation (EU) 2022/2065.

What is recorded of the sender is what they typed: nobody has checked that the address is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from litestar import Response, concurrency, get, post

from evenhand.edge.desk.bringing import brought, kept, token_of
from evenhand.edge.desk.bringing import report as bring
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store.story import newest_of
from evenhand.edge.web.page import form_of, page
from evenhand.edge.web.refusals import told_wrong
from evenhand.edge.web.site import Asked, Site, site_of
from evenhand.errors import EvenhandError
from evenhand.model.matter import Sender
from evenhand.model.post import PostId
from evenhand.record.identity import name_matter
from evenhand.report.lacks import Incomplete

FIELDS = ("post", "words", "clause", "illegal_under", "name", "address", "good_faith",
          "offence_against_children", "once")
_OF_FIELD = {"by.name": "name", "by.address": "address", "where": "post", "by.account": "name"}
"""What a lack calls a field -> what the form does."""


@get("/report")
async def ask(request: Asked) -> Response[str]:
    """The form; a link from beside a post may name it (`?post=`)."""
    named = request.query_params.get("post", "")
    return await concurrency.sync_to_thread(_form, request, {"post": named})


@post("/report")
async def send(request: Asked) -> Response[Any]:
    """Take the report in, or say what is wrong beside each field."""
    form = form_of(await request.form())
    given = {name: next(iter(form.get(name, ())), "").strip() for name in FIELDS}
    return await concurrency.sync_to_thread(_take, request, given)


def _take(request: Asked, given: Mapping[str, str]) -> Response[str]:
    site = site_of(request)
    with site.working:
        return _taken(request, site, Desk(site.platform), given)


def _taken(request: Asked, site: Site, desk: Desk, given: Mapping[str, str]) -> Response[str]:
    try:
        about = _post_meant(site, given["post"])
    except EvenhandError as wrong:
        return _form(request, given, {"post": told_wrong(wrong)})
    try:
        matter = bring(
            desk, about, words=given["words"], clause=given["clause"] or None,
            by=Sender(name=given["name"] or None, address=given["address"] or None),
            illegal_under=given["illegal_under"] or None, good_faith=bool(given["good_faith"]),
            offence_against_children=bool(given["offence_against_children"]),
            where=given["post"] if "//" in given["post"] else None, once=given["once"] or None,
            known_by="their own word")
    except Incomplete as lacking:
        return _form(request, given, {_OF_FIELD.get(one.field, one.field): f"{one.what}. {one.add}."
                                      for one in lacking.lacks})
    except EvenhandError as refused:
        # What was recorded stands, whatever became of the letter that confirms it.
        if not brought(desk, "report", given["once"] or None):
            return _form(request, given, {"form": told_wrong(refused)})
        matter = kept(desk, name_matter("report", token_of(desk, given["once"])))
    return page(request, "public/reported.html", status=201, matter=matter,
                answered=bool(given["address"]))


def _form(request: Asked, given: Mapping[str, str], wrong: Mapping[str, str] | None = None
          ) -> Response[str]:
    site = site_of(request)
    terms = site.terms()
    known = {"form", *FIELDS}
    # What no field of the form is about is told above it.
    beside = {name: words for name, words in (wrong or {}).items() if name in known}
    other = [words for name, words in (wrong or {}).items() if name not in known]
    if other:
        beside["form"] = "; ".join((*([beside["form"]] if "form" in beside else []), *other))
    return page(request, "public/report.html", status=422 if wrong else 200, wrong=beside,
                given={name: given.get(name, "") for name in FIELDS},
                once=given.get("once") or site.platform.fresh_key().hex(),
                clauses=[] if terms is None else [
                    (clause.citation.number, clause.title) for clause in terms.clauses
                    if clause.rule is not None])


def _post_meant(site: Site, said: str) -> PostId:
    """The post that an address or an id names."""
    if not said:
        raise EvenhandError("it does not say which post it is about",
                            hint="copy the post's address, or its id")
    engine = site.platform.engine
    for named in _names(said):
        found = newest_of(engine, *named)
        if len(found) == 1:
            return found[0]
        if found:
            raise EvenhandError("several posts have this id",
                                hint="write its platform before it: "
                                + ", ".join(f"{one.platform}:{one.native}" for one in found))
    raise EvenhandError("there is no post of this address or id here",
                        hint="copy the address of the post itself, or its id")


def _names(said: str) -> Iterator[tuple[str, str | None, str | None]]:
    """What a post may be called by these words: its id, its platform, its version."""
    if "//" not in said:
        yield said, None, None
        if ":" in said:
            one = PostId.parse(said)
            yield one.native, one.platform, one.version if "@" in said else None
        return
    try:
        path = urlsplit(said).path
    except ValueError:
        return
    # The last parts of an address: a picture of the post may stand behind it.
    for part in reversed([unquote(part) for part in path.split("/") if part][-4:]):
        yield part, None, None


routes = (ask, send)
