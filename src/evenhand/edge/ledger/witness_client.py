"""Asks one witness for its cosignature over HTTP (c2sp.org/tlog-witness), bounded in time and size.

What it answers is one of a few things, whatever it sends.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from urllib.parse import urlsplit

from evenhand.edge.outgoing import target, within
from evenhand.ledger.errors import LedgerError
from evenhand.ledger.note import Signature
from evenhand.ledger.policy import Witness
from evenhand.ledger.witness import (
    ADD_CHECKPOINT,
    SIZE,
    Request,
    format_request,
    monitored_at,
    parse_size,
    read_cosignatures,
)

PATIENCE = 5.0
"""Seconds that one exchange may take, from its first byte to its last."""

MOST_BYTES = 64 << 10
"""Bytes that are read of an answer: a signature of the largest kind has 4,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """The witness has seen this head, and that it only grew."""

    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSoFar:
    """The witness has seen a head of another size than the request began with."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The witness will not sign: `forked` says that by its word this is another history."""

    why: str
    forked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Nobody answered, or what answered is no witness; it is asked again later."""

    why: str


Answer = Cosigned | SeenSoFar | Refused | Silent

_REFUSALS = {403: "it does not know this log's key", 404: "it does not know this log",
             400: "it takes the request for malformed"}


def ask(witness: Witness, request: Request, *, patience: float = PATIENCE) -> Answer:
    """Send a head to a witness, and say what it answered."""
    address = f"{witness.url}/{ADD_CHECKPOINT}"
    try:
        status, kind, body = _exchange("POST", address, format_request(request), patience)
    except (OSError, HTTPException) as trouble:
        return Silent(why=_why(trouble, patience))
    try:
        if status == 200:
            return Cosigned(signatures=read_cosignatures(body, request.checkpoint, [witness.key]))
        if status == 409 and kind == SIZE:
            return SeenSoFar(size=parse_size(body))
    except LedgerError as wrong:
        return Silent(why=wrong.what)
    if status in (409, 422):
        return Refused(why="it says that this is another history than the one it has seen",
                       forked=True)
    if status in _REFUSALS:
        return Refused(why=f"{_REFUSALS[status]} ({status})")
    return Silent(why=f"it answers {status}")


def look_up(witness: Witness, origin: str, *, patience: float = PATIENCE) -> bytes | None:
    """The newest checkpoint of a log that a witness has cosigned, where it offers that to readers
    at the same address; unverified."""
    try:
        status, _, body = _exchange("GET", f"{witness.url}/{monitored_at(origin)}", None, patience)
    except (OSError, HTTPException):
        return None
    return body if status == 200 else None


class _TooLarge(HTTPException):
    """An answer of more than `MOST_BYTES`."""


def _why(trouble: Exception, patience: float) -> str:
    """Why there is no answer, as is told of a witness."""
    match trouble:
        case ssl.SSLCertVerificationError():
            return "its certificate is not trusted"
        case ssl.SSLError():
            return "no connection with TLS comes about"
        case TimeoutError():
            return f"no answer within {patience:g} seconds"
        case _TooLarge():
            return f"its answer has more than {MOST_BYTES:,} bytes"
        case RemoteDisconnected():
            return "it hangs up without an answer"
        case HTTPException():
            return "what it answers is not HTTP, or is cut short"
    said = getattr(trouble, "strerror", None)
    return said.lower() if isinstance(said, str) and said else "it cannot be reached"


def _exchange(method: str, address: str, body: bytes | None, patience: float
              ) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer. No redirect is followed, no proxy asked."""
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    connection = (HTTPSConnection if secure else HTTPConnection)(
        parts.hostname or "", parts.port, timeout=patience)
    try:
        with within(connection, patience):
            connection.request(method, target(address), body, {
                "User-Agent": "evenhand",
                **({} if body is None else {"Content-Type": "text/plain; charset=utf-8"})})
            with connection.getresponse() as answer:
                data = answer.read(MOST_BYTES + 1)
                kind = re.sub(r"[;,].*", "", answer.getheader("Content-Type") or "").strip()
                status = answer.status
        if len(data) > MOST_BYTES:
            raise _TooLarge
        return status, kind, data
    finally:
        connection.close()
