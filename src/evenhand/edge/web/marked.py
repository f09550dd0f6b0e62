"""A post's words with those marked that a clause was found by.

>>> print(marked("I <b>will</b> buzz you", ("buzz you",)))
I &lt;b&gt;will&lt;/b&gt; <mark>buzz you</mark>
"""

from __future__ import annotations

import re
from collections.abc import Collection

from markupsafe import Markup, escape

from evenhand.reasons.plain import shown

MOST = 50


def marked(text: str, found: Collection[str]) -> Markup:
    """The text as HTML, with each of the found words, where it stands, as a `mark`."""
    words = sorted({one for one in found if one.strip()}, key=len, reverse=True)[:MOST]
    if not words:
        return escape(shown(text))
    parts = re.split("(" + "|".join(map(re.escape, words)) + ")", text)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(shown(part)) if place % 2 else escape(shown(part))
        for place, part in enumerate(parts))
