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

CONTENT = re.compile(r"text/html|application/xhtml\+xml|text/plain|application/x-ndjson|"
                     r"application/jsonl|(?:application|text)/(?:[\w.-]+\+)?json")
"""Content types in which fact-checks come."""

Why = Literal["refused", "unreachable", "gone"]


class NotFetched(EvenhandError):
    """A page was not fetched: `why` says whether it may not be, cannot be, or is gone (404, 410).

    `status` is the status of the last answer; None where nobody answered.
    """

    def __init__(self, what: str, *, where: str, hint: str, why: Why,
                 status: int | None = None) -> None:
        """See `EvenhandError`."""
        super().__init__(what, where=where, hint=hint)
        self.why, self.status = why, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was fetched: the text, and the address at which it was found after every redirect."""

    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches pages. `may_connect` says of an address of the net whether it may be reached, `ports`
    where; `trust` makes the TLS that is trusted."""

    may_connect: Callable[[IPAddress], bool] = is_public
    ports: tuple[int, ...] | None = PORTS
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    patience: float = PATIENCE
    most_bytes: int = MOST_BYTES

    def fetch(self, address: str) -> Page:
        """The page at an address of the web; raises `NotFetched` with what to do."""
        here, first = address, address
        for _ in range(MOST_HOPS + 1):
            answer = self._ask(here)
            if isinstance(answer, Page):
                return answer
            here = answer
        raise NotFetched(f"it is redirected more than {MOST_HOPS} times", where=first,
                         hint="give the address at which the page is now", why="refused")

    def _ask(self, address: str) -> Page | str:
        """The page, or the address to which it is redirected."""
        connection = self._connection(address)
        patience = Patience(connection, self.patience)
        patience.start()
        try:
            connection.connect()
            patience.hold()
            if patience.ended:
                raise TimeoutError
            connection.request("GET", quote(target(address), safe="/?:@!$&'()*+,;=~%-._"), headers={
                "User-Agent": "evenhand", "Accept-Encoding": "identity",
                "Accept": "text/html, application/ld+json, application/json;q=0.9"})
            with connection.getresponse() as answer:
                found = self._read(address, answer)
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
                             why="unreachable", status=status)
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
        return Page(address=address, text=_decoded(data, rest, address))


_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
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
