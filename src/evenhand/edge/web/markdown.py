"""Markdown of a platform's terms as HTML: no HTML of its own, no address that acts."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from evenhand.reasons.plain import shown

_PARSER = MarkdownIt("commonmark", {"html": False}).disable("image")


@lru_cache(maxsize=4096)
def prose(text: str) -> Markup:
    """Text between two headings as HTML; whatever is HTML in it is shown, and does nothing.

    >>> print(prose("You may not <b>threaten</b> [people](javascript:x)."))
    <p>You may not &lt;b&gt;threaten&lt;/b&gt; [people](javascript:x).</p>
    <BLANKLINE>
    """
    return Markup(_PARSER.render(shown(text)))  # noqa: S704 - the parser escapes all that is HTML
