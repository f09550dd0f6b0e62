"""Addresses of the web: which are taken, and when two of them name the same page.

`web_address` keeps an address as it was published, for people to follow. `same_page` reduces it
to a form that is equal for equal pages, for keys: scheme, `www.`, tracking parameters and a last
slash do not matter; path and every other parameter do. It joins only what is certain, since an
address of a post attaches a fact-check without a judgement of similarity.

>>> web_address("javascript:alert(1)") is None
True
>>> same_page("http://www.agora.example/p/17/?utm_source=mail#top")
'https://agora.example/p/17'
>>> same_page("https://mobile.twitter.com/somebody/status/12?s=20") == same_page(
...     "https://web.archive.org/web/20200527000000/https://x.com/i/status/12")
True
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

LONGEST = 2048
"""Longer addresses are refused: nobody follows one, and browsers cut them."""

_UNFIT = re.compile(r"[\s\x00-\x1f\x7f<>\"`{}|\\^\ud800-\udfff"
                    r"\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|igshid|igsh|mc_cid|mc_eid|yclid|_ga")
_ARCHIVED = re.compile(r"/web/\d{4,14}(?:[a-z]{2}_)?/(https?:/{1,2}.+)", re.DOTALL)
_STATUS = re.compile(r"/(?:[^/]+|i/web)/status(?:es)?/(\d+)(?:/.*)?", re.ASCII | re.DOTALL)
_KEPT_LETTERS = re.compile("[ßς]")
_SHARED_BY = ("s", "t", "ref_src", "ref_url", "lang")


def web_address(raw: str) -> str | None:
    """The address, trimmed, if it is an http or https page on a named host; else None.

    Refused too: addresses with credentials, control characters, quotes or spaces, without a host
    that has a dot, or longer than `LONGEST`.
    """
    text = raw.strip()
    return text if _split(text) is not None else None


def host_of(address: str) -> str:
    """The host in lower case, in its ASCII form, without a leading `www.`."""
    parts = _split(address)
    assert parts is not None, "`host_of` is given addresses that `web_address` took"
    return _host(parts)


def ascii_host(host: str) -> str:
    """The ASCII form of a host's name, in any script; raises ValueError where it has none.

    As browsers have it: a German ß or a last Greek sigma is a letter of its own, where the older
    rules of the standard library would make another domain of it, which may be another's.

    >>> ascii_host("straße.example"), ascii_host("παράδειγμα.example")
    ('xn--strae-oqa.example', 'xn--hxajbheg2az3al.example')
    """
    labels = re.split(r"[.\u3002\uff0e\uff61]", host)
    if not _KEPT_LETTERS.search(host):
        return ".".join(labels).encode("idna").decode("ascii")
    return ".".join(_kept(label) if _KEPT_LETTERS.search(label)
                    else label.encode("idna").decode("ascii") for label in labels)


def _kept(label: str) -> str:
    lower = unicodedata.normalize("NFC", label.lower())
    # All else in it must be as the older rules leave it.
    rest = _KEPT_LETTERS.sub("s", lower)
    if rest.encode("idna").decode("idna") != rest:
        raise ValueError("a label in letters of several forms")
    written = "xn--" + lower.encode("punycode").decode("ascii")
    if len(written) > 63:
        raise ValueError("a label that is too long")
    return written


def same_page(address: str, *, anchor: bool = False) -> str | None:
    """One form for all addresses of one page, or None where `address` is not taken.

    With `anchor` the part after `#` counts: several fact-checks may stand on one page.
    """
    parts = _split(address.strip())
    if parts is None:
        return None
    host = _host(parts)
    if host == "web.archive.org" and (archived := _ARCHIVED.fullmatch(_whole_path(parts))):
        original = re.sub(r"^(https?:)/{1,2}", r"\1//", archived[1])
        # An archive of an archive is not followed further: the inner host is another one then.
        inner = _split(original)
        if inner is not None and _host(inner) != "web.archive.org":
            return same_page(original, anchor=anchor)
    path = quote(unquote(parts.path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._",
                 errors="surrogateescape").rstrip("/")
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True)
             if not _TRACKING.fullmatch(k)]
    if host in ("twitter.com", "x.com", "mobile.twitter.com", "mobile.x.com"):
        host = "twitter.com"
        query = [(k, v) for k, v in query if k not in _SHARED_BY]
        # The number alone names the post; the account's name in the path may change.
        if status := _STATUS.fullmatch(path):
            path = f"/i/status/{status[1]}"
    normal = f"https://{host}{_port(parts)}{path}"
    if query:
        normal += "?" + urlencode(sorted(query))
    return f"{normal}#{parts.fragment}" if anchor and parts.fragment else normal


def names_a_page(normal: str) -> bool:
    """Whether a normal address names more than a host: a bare domain is never an appearance."""
    parts = urlsplit(normal)
    return parts.path not in ("", "/") or bool(parts.query)


def _split(text: str) -> SplitResult | None:
    if len(text) > LONGEST or _UNFIT.search(text):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
        ascii_form = "" if host is None else ascii_host(host)
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in ascii_form.strip("."):
        return None
    return None if "@" in parts.netloc else parts


def _host(parts: SplitResult) -> str:
    assert parts.hostname is not None, "`_split` demands a host"
    return ascii_host(parts.hostname).lower().rstrip(".").removeprefix("www.")


def _port(parts: SplitResult) -> str:
    return "" if parts.port in (None, 80, 443) else f":{parts.port}"


def _whole_path(parts: SplitResult) -> str:
    return parts.path + (f"?{parts.query}" if parts.query else "")
