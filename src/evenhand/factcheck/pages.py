"""Finds the JSON-LD that a page of HTML holds in its scripts; nothing of it is ever run.

>>> page = '''<title>A page</title>
... <!-- <script type="application/ld+json">{"not": "read"}</script> -->
... <script>x()</script>
... <script type="application/ld+json">{"@type": "ClaimReview"}</script>'''
>>> is_page(page), list(scripts_of(page))
(True, [(4, '{"@type": "ClaimReview"}')])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING = re.compile(r"<!--|<script\b", re.IGNORECASE)
_CLOSING = re.compile(r"</script", re.IGNORECASE)
_JSON_LD = re.compile(r"\btype\s*=\s*[\"']?\s*application/ld\+json", re.IGNORECASE)
# What keeps old browsers and XHTML from reading a script, around it.
_WRAPPED = re.compile(r"\A\s*(?:(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|<!--)|"
                      r"(?:(?://|/\*)?\s*\]\]>\s*(?:\*/)?|(?://)?\s*-->)\s*\Z")


def is_page(text: str) -> bool:
    """Whether a text is markup: no JSON begins with an angle bracket."""
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def scripts_of(page: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every script of JSON-LD, in order; what is commented out is left out.

    Each character is looked at a few times at most, whatever a hostile page holds.
    """
    place, line, counted = 0, 1, 0
    while (found := _OPENING.search(page, place)) is not None:
        if found[0] == "<!--":
            place = page.find("-->", found.end())
            if place < 0:
                return
            continue
        begins = page.find(">", found.end()) + 1
        ends = _CLOSING.search(page, begins) if begins else None
        if ends is None:
            return
        if _JSON_LD.search(page, found.end(), begins):
            line += page.count("\n", counted, begins)
            counted = begins
            yield line, _WRAPPED.sub("", page[begins:ends.start()])
        place = ends.end()
