"""A receipt checked for whoever brings one: that the log holds these very words.

It says whose key it was held against. A platform that vouches for itself proves little, so the
page also says how to check without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, concurrency, get, post
from litestar.datastructures import UploadFile

from evenhand.audit.verify import ReceiptReport, verify_receipt
from evenhand.edge.web.page import page
from evenhand.edge.web.site import Asked, site_of
from evenhand.errors import EvenhandError
from evenhand.ledger.receipt import parse_receipt
from evenhand.record.leaf import read_leaf
from evenhand.record.opening import Opened, check_opening, read_opening

MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A receipt that holds: what was proved, and what it opens."""

    report: ReceiptReport
    opened: Opened
    index: int
    public: Mapping[str, Any]


@get("/receipt", sync_to_thread=False)
def ask(request: Asked) -> Response[str]:
    """The form."""
    return page(request, "public/receipt.html", given="", wrong=None, checked=None)


@post("/receipt", status_code=200)
async def check(request: Asked) -> Response[str]:
    """The answer, beside what was brought."""
    form = await request.form()
    given = await _given(form.get("receipt"), form.get("file"))
    policy = (site_of(request).platform.config.ledger / "policy").read_bytes()
    try:
        checked = await concurrency.sync_to_thread(_checked, given, policy)
    except EvenhandError as wrong:
        return page(request, "public/receipt.html", status=422, given=given[:20_000], wrong=wrong,
                    checked=None)
    return page(request, "public/receipt.html", given=given, wrong=None, checked=checked)


async def _given(text: Any, file: Any) -> str:
    """What was pasted, or the file where nothing was."""
    if isinstance(text, str) and text.strip():
        return _as_written(text)
    if isinstance(file, UploadFile):
        return _as_written((await file.read(MOST_BYTES)).decode("utf-8", errors="replace"))
    return ""


def _as_written(text: str) -> str:
    """A receipt without what mail and clipboards add at its ends."""
    return text.replace("\r\n", "\n").strip() + "\n" if text.strip() else ""


def _checked(given: str, policy: bytes) -> Checked:
    if not given.strip():
        raise EvenhandError("no receipt was given", hint="paste it, or choose its file")
    receipt = parse_receipt(given)
    opening = read_opening(receipt.extra)
    return Checked(opened=check_opening(opening), index=receipt.index,
                   report=verify_receipt(given, opening.leaf, policy, early=True),
                   public=read_leaf(opening.leaf).public)


routes = (ask, check)
