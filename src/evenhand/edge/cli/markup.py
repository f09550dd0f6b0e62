"""HTML and SVG as text: whatever is put into an element is escaped, unless it is one itself.

>>> print(element("p", "5 < 6 & ", element("b", '"yes"'), class_="quiet", hidden=True))
<p class="quiet" hidden="hidden">5 &lt; 6 &amp; <b>&quot;yes&quot;</b></p>
>>> print(element("rect", x="1%", aria_label="<"))
<rect x="1%" aria-label="&lt;"/>

What comes out is well-formed XML too.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib import resources
from string import Template

from evenhand.reasons.plain import shown

CLOSED = frozenset({"rect", "path", "line", "circle", "stop", "use", "col", "br"})
"""Elements that hold nothing."""


class Markup(str):
    """Text that is HTML, and safe as it is."""

    __slots__ = ()


def element(tag: str, *children: str | None, **attributes: object) -> Markup:
    """An element; children and attributes that are None are left out.

    `class_` is the attribute `class`, and `_` within a name is `-`. True is the attribute alone.
    """
    given = "".join(f' {_name(name)}="{_escaped(_name(name) if value is True else value)}"'
                    for name, value in attributes.items()
                    if value is not None and value is not False)
    if tag in CLOSED:
        assert not children, f"`{tag}` holds nothing"
        return Markup(f"<{tag}{given}/>")
    return Markup(f"<{tag}{given}>{joined(children)}</{tag}>")


def joined(parts: Iterable[str | None]) -> Markup:
    """One after the other."""
    return Markup("".join(p if isinstance(p, Markup) else _escaped(p)
                          for p in parts if p is not None))


def page(template: str, **parts: str) -> str:
    """A page made of a template beside this file, in which `$name` stands for a part."""
    text = resources.files("evenhand.edge.cli").joinpath("templates", template).read_text("utf-8")
    return Template(text).substitute({n: joined([p]) for n, p in parts.items()})


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _escaped(text: object) -> str:
    """A stranger's text can neither end an element nor turn the direction of the page."""
    return escape(shown(str(text)))
