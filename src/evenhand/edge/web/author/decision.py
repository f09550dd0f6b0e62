"""One decision as its author reads it: what was done, why, for how long, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, concurrency, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from evenhand.edge.desk.appeals import appeal as file_it
from evenhand.edge.desk.bringing import brought
from evenhand.edge.desk.desk import Desk
from evenhand.edge.platform import Platform
from evenhand.edge.store.errors import RecordErased
from evenhand.edge.store.matters import Matter, matters_about
from evenhand.edge.store.story import answers_to
from evenhand.edge.web.author.points import choices, read_points
from evenhand.edge.web.marked import marked
from evenhand.edge.web.page import PRIVATE, form_of, page
from evenhand.edge.web.refusals import NoPage, told_wrong
from evenhand.edge.web.site import Asked, Site, site_of
from evenhand.edge.web.words import N_
from evenhand.errors import EvenhandError
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.model.appeal import Answer, Dispute
from evenhand.model.decision import Decision
from evenhand.model.matter import Sender
from evenhand.reasons.sentences import EFFECT_SAID, done
from evenhand.record.kinds import AppealRecord, DecisionRecord
from evenhand.terms.clauses import Terms
from evenhand.terms.front import NO_APPEAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An appeal of the author, point by point, and the answer where there is one."""

    id: str
    at: datetime
    due_at: datetime | None
    points: tuple[Dispute, ...]
    withdrawn: bool
    outcome: str | None
    answered_at: datetime | None
    answer: Answer | None

    def reply(self, n: int) -> Any:
        """The answer to a point, by its place; None where there is none."""
        points = self.answer.points if self.answer is not None else ()
        return next((one for one in points if one.n == n), None)


@get("/decision/{decision:str}/{proof:str}", sync_to_thread=True)
def read(request: Asked, decision: FromPath[str], proof: FromPath[str]) -> Response[str]:
    """The page."""
    site = site_of(request)
    return _page(request, site, *_opened(site, decision, proof))


@get("/decision/{decision:str}/{proof:str}/receipt.tlog-proof", sync_to_thread=True)
def receipt(request: Asked, decision: FromPath[str], proof: FromPath[str]) -> Response[bytes]:
    """The receipt as a file to take away."""
    _, found = _opened(site_of(request), decision, proof)
    return Response(format_receipt(found).encode(), media_type="application/octet-stream", headers={
        "Content-Disposition": 'attachment; filename="receipt.tlog-proof"'} | PRIVATE)


@post("/decision/{decision:str}/{proof:str}/appeal", status_code=303)
async def appeal(request: Asked, decision: FromPath[str], proof: FromPath[str]) -> Response[Any]:
    """File the appeal that the form holds; where it cannot be, say what is wrong beside the field.
    """
    given = form_of(await request.form())
    return await concurrency.sync_to_thread(_file, request, decision, proof, given)


def _file(request: Asked, decision: str, proof: str,
          given: Mapping[str, list[str]]) -> Response[Any]:
    site = site_of(request)
    record, found = _opened(site, decision, proof)
    filled = read_points(given, choices(record, _terms(site, record.decision)))
    wrong = filled.wrong
    if not wrong:
        with site.working:
            wrong = _filed(Desk(site.platform), record, tuple(filled.points),
                           next(iter(given.get("once", ())), None) or None)
    if wrong:
        return _page(request, site, record, found, given=given, wrong=wrong)
    return Redirect(f"/decision/{decision}/{proof}#appeals", status_code=303)


def _filed(desk: Desk, record: DecisionRecord, points: tuple[Dispute, ...], once: str | None
           ) -> dict[str, str]:
    """File an appeal; what is wrong with it, if anything is."""
    decision = record.decision.id
    try:
        filed = file_it(desk, decision, by=Sender(account=record.post.author.id), disputes=points,
                        once=once, known_by="signed link")
        if filed.decision != decision:
            raise EvenhandError("another appeal was filed under this key",
                                hint="load the page anew, and send it from there")
    except EvenhandError as refused:
        # What was recorded stands, whatever became of the letter that confirms it.
        if not brought(desk, "appeal", once, decision):
            return {"form": told_wrong(refused)}
    return {}


def _opened(site: Site, decision: str, proof: str) -> tuple[DecisionRecord, Receipt]:
    """The record that an address opens; whoever made the address up learns nothing."""
    if not site.links.opens(decision, proof):
        raise NoPage(N_("This address opens nothing."),
                     hint=N_("Copy it whole from the notice that you were sent."))
    try:
        found, record = site.platform.courier.receipt(decision)
    except RecordErased:
        raise NoPage(N_("The record of this decision was erased."), hint=N_(
            "Its entry stands in the log; whoever kept the receipt can still open what it holds.")
                     ) from None
    return record, found


def _page(request: Asked, site: Site, record: DecisionRecord, found: Receipt, *,
          given: Mapping[str, list[str]] | None = None, wrong: Mapping[str, str] | None = None,
          ) -> Response[str]:
    platform, decision = site.platform, record.decision
    stands = platform.store.standing([record.post.id]).get(record.post.id)
    later = stands if isinstance(stands, Decision) and stands.id != decision.id else None
    redress = record.statement.redress
    heard = _appeals(platform, record)
    # The instant up to which an appeal comes in time; none where it is none to appeal against.
    may_appeal = (bool(record.notice or decision.actions) and redress.appeals_to != NO_APPEAL
                  and later is None
                  and not any(one.outcome is None and not one.withdrawn for one in heard)
                  and (redress.appeal_by is None or site.now() < redress.appeal_by))
    address = site.links.decision(decision.id)
    return page(
        request, "author/decision.html", status=422 if wrong else 200, private=True,
        record=record, decision=decision,
        statement=record.statement, post=record.post, receipt=found,
        receipt_text=format_receipt(found), done=done, effects=EFFECT_SAID, heard=heard,
        body=marked(record.post.text, record.statement.excerpts), may_appeal=may_appeal,
        offered=choices(record, _terms(site, decision)) if may_appeal else None, redress=redress,
        later=later and site.links.decision(later.id), given=given or {}, wrong=wrong or {},
        once=platform.fresh_key().hex(), here=address, proof=address)


def _appeals(platform: Platform, record: DecisionRecord) -> tuple[Heard, ...]:
    matters = [one for one in matters_about(platform.engine, [record.post.id], kinds=("appeal",))
               if one.sort == "author" and isinstance(one.record, AppealRecord)]
    answers = answers_to(platform.engine, [one.id for one in matters])
    return tuple(_heard(platform, one, answers.get(one.id)) for one in matters)


def _heard(platform: Platform, matter: Matter, answered: Any) -> Heard:
    record = matter.record
    assert isinstance(record, AppealRecord), "an appeal has its record"
    by = platform.store.record(answered.decision) if answered is not None else None
    return Heard(
        id=matter.id, at=matter.known_at, due_at=matter.due_at, points=record.appeal.disputes,
        withdrawn=matter.withdrawn, outcome=answered.outcome if answered else None,
        answered_at=answered.at if answered else None, answer=by[0].answer if by else None)


def _terms(site: Site, decision: Decision) -> Terms:
    return next(one for one in site.platform.versions if one.digest == decision.terms)


routes = (read, receipt, appeal)
