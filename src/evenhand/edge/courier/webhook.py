"""Letters by webhook: signed JSON, posted to an address of the platform's own (spec/delivery.md).

No redirect is followed, no proxy is asked, and what is answered beyond the status is not read.

>>> signature("a secret that is long enough, truly", b"{}", 1590000000)[:31]
't=1590000000,v1=439a2e7324c5b96'
"""

from __future__ import annotations

import hmac
import re
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from evenhand.edge.courier.channel import WEBHOOK, Outcome
from evenhand.edge.courier.email import trusting
from evenhand.edge.courier.letters import Letter
from evenhand.edge.courier.secret import SecretRefused, read_secret
from evenhand.edge.courier.settings import Hook
from evenhand.edge.outgoing import Patience, target
from evenhand.record.canonical import canonical
from evenhand.record.codec import to_plain

PATIENCE = 20.0
"""Seconds to wait for the other side's next word."""

FOR_NOW = (408, 425, 429)
"""Refusals of the 400s that are no refusals: too slow, too early, too many."""

LEAST_SECRET = 32
"""Characters of a secret: as hexadecimal digits 128 bits."""

_MAKE = "make one: `(umask 077; openssl rand -hex 32 > FILE)`, and give it to the receiver too"


def signature(secret: str, body: bytes, at: int) -> str:
    """The header that proves a body to whoever shares the secret; `at` is Unix time in seconds."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return f"t={at},v1={mac}"


def body_of(letter: Letter) -> bytes:
    """What is posted: canonical JSON."""
    notice = letter.notice
    carried = letter.carried and letter.has_addressee
    return canonical({
        "v": 1, "delivery": letter.key, "about": letter.about,
        "instructions": letter.instructions,
        "letter": {**to_plain(notice), "text": letter.text} if carried else None,
        "receipt": letter.receipt_file.decode(), "policy": letter.policy.decode()})


class WebhookChannel:
    """The `Channel` that posts."""

    name = WEBHOOK
    at_once = 1
    claims = True

    def __init__(self, hook: Hook, *, platform: str) -> None:
        """`platform` is the id of the platform, to whom instructions go."""
        self.hook, self.platform = hook, platform
        self._secret = ""
        self._open: Callable[[], HTTPConnection] | None = None

    def prepare(self) -> None:
        """Read the secret and the certificates."""
        file = self.hook.secret_file
        self._secret = read_secret(file, "the webhook's secret", make=_MAKE)
        if len(self._secret) < LEAST_SECRET:
            raise SecretRefused(f"the webhook's secret is shorter than {LEAST_SECRET} characters",
                                where=str(file), hint=_MAKE)
        parts = urlsplit(self.hook.address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = trusting(self.hook.trust)
            self._open = lambda: HTTPSConnection(host, parts.port, timeout=PATIENCE,
                                                 context=context)
        else:
            self._open = lambda: HTTPConnection(host, parts.port, timeout=PATIENCE)

    def close(self) -> None:
        """Nothing is held open between two letters."""

    def deliver(self, letter: Letter, at: datetime) -> Outcome:
        """Post one letter, and say what the status says of it."""
        assert self._open is not None, "a channel is prepared before it is used"
        to = letter.notice.to if letter.carried else self.platform
        body, connection = body_of(letter), self._open()
        patience = Patience(connection, PATIENCE)
        patience.start()
        try:
            connection.connect()
            if patience.ended:
                raise TimeoutError
            connection.request("POST", target(self.hook.address), body, {
                "Content-Type": "application/json",
                "Evenhand-Delivery": letter.key,
                "Evenhand-Signature": signature(self._secret, body, int(at.timestamp())),
                "User-Agent": "evenhand"})
            answer = connection.getresponse()
            status, after = answer.status, _asked(answer.getheader("Retry-After"))
            if patience.ended:
                raise TimeoutError
        except ssl.SSLCertVerificationError:
            return Outcome(kind="try again", to=to, nobody_answers=True,
                           why="the receiver's certificate is not trusted")
        except (OSError, HTTPException):
            return Outcome(kind="try again", to=to, nobody_answers=True,
                           why="the receiver cannot be reached")
        except (ValueError, AttributeError):
            if not patience.ended:
                raise
            # What TLS makes of it when the connection ends under its hands.
            return Outcome(kind="try again", to=to, nobody_answers=True,
                           why="the receiver cannot be reached")
        finally:
            patience.cancel()
            connection.close()
        if 200 <= status < 300:
            if letter.carried and not letter.has_addressee:
                return Outcome(kind="contact unknown", to=to, why="no address")
            return Outcome(kind="delivered", to=to)
        if 400 <= status < 500 and status not in FOR_NOW:
            return Outcome(kind="refused", to=to, why=f"the receiver refuses it ({status})")
        why = ("the receiver points elsewhere, which is not followed" if 300 <= status < 400
               else "the receiver asks for patience" if status in FOR_NOW
               else "the receiver fails")
        return Outcome(kind="try again", to=to, why=f"{why} ({status})", after=after)


def _asked(header: str | None) -> timedelta | None:
    """How many seconds the other side asks us to wait; a date is not read, but waited out."""
    if header is None or not re.fullmatch(r"[0-9]{1,6}", header):
        return None
    return timedelta(seconds=int(header))
