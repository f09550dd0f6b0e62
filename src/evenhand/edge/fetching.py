"""Fetches a publisher's page, and nothing else: bounded in size and time, never from within.

The host is resolved first, each of its addresses is checked, and the connection goes to the very
address that was checked: a name that points elsewhere a moment later changes nothing. Each redirect
is checked again from the start.
"""

from __future__ import annotations

import codecs
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Thread
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

from evenhand.edge.outgoing import IPAddress, Patience, is_public, target
from evenhand.errors import EvenhandError
from evenhand.factcheck.address import ascii_host, web_address

PATIENCE = 20.0
"""Seconds that one exchange may take, from its first byte to its last."""

MOST_BYTES = 16 << 20
"""Bytes that are read of an answer: a feed of ten thousand fact-checks has as many."""

MOST_HOPS = 5
"""Redirects that are followed."""

PORTS = (80, 443)
"""Where web servers listen; behind others stands what nobody means us to read."""

GONE = (404, 410)

CONTENT = re.compile(r"text/html|text/plain|application/x-ndjson|application/jsonl|"
                     r"(?:application|text)/(?:[\w.-]+\+)?(?:json|xml)")
"""Content types in which fact-checks come, and feeds of them."""

ACCEPT = ("text/html, application/ld+json, application/json;q=0.9, application/rss+xml;q=0.9, "
          "application/atom+xml;q=0.9, application/xml;q=0.8")

PRODUCT = "evenhand"
"""How we name ourselves to hosts, and by which `robots.txt` names us."""

Why = Literal["refused", "unreachable", "gone"]


class NotFetched(EvenhandError):
    """A page was not fetched: `why` says whether it may not be, cannot be, or is gone (404, 410).

    `status` is the status of the last answer; None where nobody answered. `later` is after how many
    seconds its host asks us to come again, where it does.
    """

    def __init__(self, what: str, *, where: str, hint: str, why: Why,
                 status: int | None = None, later: float | None = None) -> None:
        """See `EvenhandError`."""
        super().__init__(what, where=where, hint=hint)
        self.why, self.status, self.later = why, status, later


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """By what a host knows again what it gave us: where that was found, its entity tag and the date
    of its last change (RFC 9110, section 8.8), as the host wrote them."""

    address: str
    etag: str | None = None
    changed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was fetched: the text, and the address at which it was found after every redirect."""

    address: str
    text: str
    marks: Marks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The host says that a page is as it was when it gave us these marks."""

    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches pages. `may_connect` says of an address of the net whether it may be reached, `ports`
    where; `trust` makes the TLS that is trusted. `asks_as` is the User-Agent."""

    may_connect: Callable[[IPAddress], bool] = is_public
    ports: tuple[int, ...] | None = PORTS
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    patience: float = PATIENCE
    most_bytes: int = MOST_BYTES
    asks_as: str = PRODUCT

    def fetch(self, address: str) -> Page:
        """The page at an address of the web; raises `NotFetched` with what to do."""
        found = self.fetch_if_changed(address, None)
        assert isinstance(found, Page), "nobody was asked whether it changed"
        return found

    def fetch_if_changed(self, address: str, marks: Marks | None) -> Page | Unchanged:
        """The page, or that it is unchanged since it was given with these marks; raises as
        `fetch` does."""
        here, first = address, address
        for _ in range(MOST_HOPS + 1):
            # Marks are of one address: what another host says of them after a redirect is nothing.
            answer = self._ask(here, marks if marks and marks.address == here else None)
            if not isinstance(answer, str):
                return answer
            here = answer
        raise NotFetched(f"it is redirected more than {MOST_HOPS} times", where=first,
                         hint="give the address at which the page is now", why="refused")

    def _ask(self, address: str, marks: Marks | None) -> Page | Unchanged | str:
        """The page, that it is unchanged, or the address to which it is redirected."""
        connection = self._connection(address)
        patience = Patience(connection, self.patience)
        patience.start()
        try:
            connection.connect()
            patience.hold()
            if patience.ended:
                raise TimeoutError
            connection.request("GET", quote(target(address), safe="/?:@!$&'()*+,;=~%-._"), headers={
                "User-Agent": self.asks_as, "Accept-Encoding": "identity",
                "Accept": ACCEPT, **_conditions(marks)})
            with connection.getresponse() as answer:
                found = Unchanged(marks=marks) if marks is not None and answer.status == 304 else \
                    self._read(address, answer)
            if patience.ended:
                raise TimeoutError
            return found
        except ssl.SSLCertVerificationError:
            raise NotFetched("its certificate is not trusted", where=address, why="unreachable",
                             hint="whoever answers there cannot prove to be that host") from None
        except (OSError, HTTPException, ValueError, AttributeError) as trouble:
            if not isinstance(trouble, OSError | HTTPException) and not patience.ended:
                raise
            said = ("it takes longer than "
                    f"{self.patience:g} seconds" if patience.ended
                    or isinstance(trouble, TimeoutError) else "nobody answers as a web server does")
            raise NotFetched(said, where=address, why="unreachable",
                             hint="try again later, or save the page and import the file"
                             ) from None
        finally:
            patience.cancel()
            connection.close()

    def _connection(self, address: str) -> HTTPConnection:
        """A connection to an address of the net that was checked, not opened yet."""
        if web_address(address) is None:
            raise NotFetched("this is not an address of the web that can be fetched", where=address,
                             hint="write it whole, with http or https and a host, without name or "
                             "password", why="refused")
        parts = urlsplit(address)
        host = ascii_host(parts.hostname or "")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if self.ports is not None and port not in self.ports:
            raise NotFetched(f"port {port} is not one of the web", where=address,
                             hint="pages of publishers are at the usual ports, 80 and 443",
                             why="refused")
        checked = self._resolve(address, host, port)
        if parts.scheme == "https":
            return _Tls(host, port, timeout=self.patience, context=self.trust(), to=checked)
        return _Plain(host, port, timeout=self.patience, to=checked)

    def _resolve(self, address: str, host: str, port: int) -> str:
        """The first address of a host, once each of them was checked."""
        found: list[str] = []

        def ask() -> None:
            try:
                found.extend(str(info[4][0]) for info in socket.getaddrinfo(
                    host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError):
                return

        asking = Thread(target=ask, daemon=True)  # a resolver has a patience of its own
        asking.start()
        asking.join(self.patience)
        every = list(found)
        if not every:
            raise NotFetched(f"nobody knows the host `{host}`", where=address,
                             hint="look at its spelling, or try again later", why="unreachable")
        for one in every:
            if not self.may_connect(ipaddress.ip_address(one.partition("%")[0])):
                raise NotFetched(f"`{host}` is {one}, which is not of the public internet",
                                 where=address, why="refused", hint="nothing within a private net "
                                 "is ever fetched: save the page and import the file")
        return every[0]

    def _read(self, address: str, answer: HTTPResponse) -> Page | str:
        status = answer.status
        if status in (301, 302, 303, 307, 308) and (to := answer.getheader("Location")):
            return urljoin(address, to.strip())
        if status in GONE:
            raise NotFetched(f"the page is gone ({status})", where=address, why="gone",
                             status=status, hint="look whether it moved; a page that is gone alone "
                             "does not prove that its fact-check was withdrawn")
        if status != 200:
            raise NotFetched(f"the host answers with status {status}", where=address,
                             hint="try again later, or save the page and import the file",
                             why="unreachable", status=status, later=_later(answer))
        kind, _, rest = (answer.getheader("Content-Type") or "").partition(";")
        if not CONTENT.fullmatch(kind.strip().lower()):
            raise NotFetched(f"it is `{kind.strip()[:60]}`, in which no fact-checks come",
                             where=address, hint="name a page of HTML or a document of JSON",
                             why="refused")
        if (answer.getheader("Content-Encoding") or "identity").strip().lower() != "identity":
            raise NotFetched("it is compressed though we asked for it as it is", where=address,
                             hint="save the page and import the file", why="refused")
        data = answer.read(self.most_bytes + 1)
        if len(data) > self.most_bytes:
            raise NotFetched(f"it is longer than {self.most_bytes:,} bytes", where=address,
                             hint="save it and import the file", why="refused")
        if (promised := answer.length) is not None and promised > 0:
            raise NotFetched("it breaks off", where=address, hint="try again later",
                             why="unreachable")
        marks = Marks(address=address, etag=_mark(answer, "ETag"),
                      changed=_mark(answer, "Last-Modified"))
        return Page(address=address, text=_decoded(data, rest, address),
                    marks=marks if marks.etag or marks.changed else None)


def _conditions(marks: Marks | None) -> dict[str, str]:
    if marks is None:
        return {}
    return {name: value for name, value in (("If-None-Match", marks.etag),
                                            ("If-Modified-Since", marks.changed)) if value}


def _mark(answer: HTTPResponse, name: str) -> str | None:
    """A mark that can be sent back as it came: what a host writes is not trusted with a header."""
    given = (answer.getheader(name) or "").strip()
    return given if re.fullmatch(r"[ -~]{1,300}", given) else None


def _later(answer: HTTPResponse) -> float | None:
    """After how many seconds to come again (RFC 9110, section 10.2.3); None where nobody says."""
    given = (answer.getheader("Retry-After") or "").strip()
    if re.fullmatch(r"\d{1,9}", given, re.ASCII):
        return float(given)
    try:
        then = parsedate_to_datetime(given)
        # By the host's own clock, where it tells its time: ours may be another.
        told = answer.getheader("Date")
        now = parsedate_to_datetime(told) if told else datetime.now(UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_CHARSET = re.compile(
    r"(?:charset|\A\W{0,3}<\?xml[^>]{0,200}\bencoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_READ_AS = ("utf-8", "ascii", "iso8859-1", "cp1252", "iso8859-15", "iso8859-2", "cp1250", "cp1251",
            "koi8-r", "utf-16", "utf-16-le", "utf-16-be", "shift_jis", "euc_jp", "euc_kr", "big5",
            "gb18030", "gbk", "gb2312")


def _decoded(data: bytes, parameters: str, address: str) -> str:
    """The text of an answer: by its byte order mark, its header, its own word, else UTF-8."""
    said = _CHARSET.search(parameters) or _CHARSET.search(data[:2048].decode("latin-1"))
    name = "utf-8-sig"
    if said is not None and not data.startswith(codecs.BOM_UTF8):
        try:
            found = codecs.lookup(said[1]).name
        except LookupError:
            found = ""
        name = found if found in _READ_AS[1:] else name
    try:
        return data.decode(name)
    except UnicodeError:
        raise NotFetched("its characters cannot be read", where=address, why="refused",
                         hint="save the page as UTF-8 and import the file") from None


class _Plain(HTTPConnection):
    """A connection to a host, at an address that was checked."""

    def __init__(self, host: str, port: int, *, timeout: float, to: str) -> None:
        super().__init__(host, port, timeout=timeout)
        self.to = to

    def connect(self) -> None:
        """Connect to the address, whatever the host's name means by now."""
        self.sock = socket.create_connection((self.to, self.port), self.timeout)


class _Tls(HTTPSConnection):
    """The same with TLS, whose certificate must be the host's."""

    def __init__(self, host: str, port: int, *, timeout: float, context: ssl.SSLContext,
                 to: str) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self.to, self.context = to, context

    def connect(self) -> None:
        """Connect to the address, whatever the host's name means by now."""
        plain = socket.create_connection((self.to, self.port), self.timeout)
        self.sock = plain  # so that whoever loses patience can hang up meanwhile
        self.sock = self.context.wrap_socket(plain, server_hostname=self.host)
