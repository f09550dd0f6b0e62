"""What a reader is told where a page cannot be shown: what is wrong, and what they can do."""

from __future__ import annotations

import logging

from litestar import Response
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from evenhand.edge.web.page import language_of, page
from evenhand.edge.web.protection import protected
from evenhand.edge.web.site import Asked
from evenhand.errors import EvenhandError

LOG = logging.getLogger("evenhand.web")


class NoPage(EvenhandError):
    """What was asked for is not there (or not for whoever asks)."""


def told_wrong(wrong: EvenhandError) -> str:
    """A refusal in one line beside a field: what is wrong, and what to do."""
    return f"{wrong.what}. {wrong.hint}" if wrong.hint else f"{wrong.what}."


def refused(request: Asked, wrong: EvenhandError) -> Response[str]:
    """A refusal of ours as a page."""
    status = 404 if isinstance(wrong, NoPage) else 400
    # What a page of ours refuses is a message of the catalogue; what lies below stays as it is.
    speaks = language_of(request).gettext
    return _told(request, status, speaks(wrong.what), speaks(wrong.hint or ""))


def failed(request: Asked, wrong: Exception) -> Response[str]:
    """Whatever else went wrong: what of it is ours is logged, and never shown."""
    status = wrong.status_code if isinstance(wrong, HTTPException) else (
        HTTP_500_INTERNAL_SERVER_ERROR)
    speaks = language_of(request).gettext
    if status == 404:
        return _told(request, status, speaks("There is no such page."),
                     speaks("Look at the address, or begin at the first page."))
    if isinstance(wrong, PermissionDeniedException):
        return _told(request, status, speaks("This form was open for too long, or not ours."),
                     speaks("Go back, load the page again, and send it once more."))
    if status == 413:
        return _told(request, status, speaks("That is too large."),
                     speaks("Two megabytes are taken at most: shorten it, and send it again."))
    if status < HTTP_500_INTERNAL_SERVER_ERROR:
        return _told(request, status, speaks("This cannot be answered."),
                     speaks("Look at the address, or begin at the first page."))
    # The route and not the address: that of an author's page is a secret, and any may hold escapes.
    LOG.error("%s %s failed", request.method, request.scope.get("path_template", "?"),
              exc_info=wrong)
    return _told(request, status, speaks("Something went wrong here. It is our fault."),
                 speaks("Nothing of what you sent was kept. Try again in a minute."))


def _told(request: Asked, status: int, what: str, hint: str) -> Response[str]:
    # No hook of the server's comes by where something failed.
    return protected(page(request, "refused.html", status=status, what=what, hint=hint))
