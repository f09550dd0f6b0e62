"""How Sphinx builds the site: pages lie where readers of the source look for them, and stay there.

The source folder is the repository's root (`sphinx-build -c docs . build/docs`), so that every
relative link is the same in the repository and on the site. Nothing is fetched, when it is built
or when it is read.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers import get_all_lexers
from pygments.lexers.python import PythonLexer
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Evenhand"
author = "The Evenhand founders"
root_doc = "docs/index"
language = "en"

extensions = ["myst_parser"]
include_patterns = [
    "docs/**.md", "spec/**.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md",
    "CHANGELOG.md", "changes/README.md", "benchmarks/README.md", "examples/agora/README.md"]
exclude_patterns = [".*", "build", "src", "tests", "**/data", "**/keys"]

# Headings get the anchors that they have where the repository is shown.
myst_heading_anchors = 6
myst_heading_slug_func = "github"

highlight_language = "none"

html_theme = "furo"
html_title = "Evenhand"
html_static_path = ["site/evenhand.css"]
html_extra_path = ["site/index.html"]
html_css_files = ["evenhand.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5563", "color-brand-content": "#0b5563",
        "color-brand-visited": "#54437a"},
    "dark_css_variables": {
        "color-brand-primary": "#7fd0dd", "color-brand-content": "#7fd0dd",
        "color-brand-visited": "#bcaee0"},
}

BELOW = {"docs/adr/README": "/docs/adr/0*", "spec/README": "/spec/*\n/spec/vectors/*/README"}
"""Pages whose own tables lead on; the side bar gets what they lead to as well."""

COLOURED = ("condition", "define", "when")
"""Blocks of our documents that hold conditions; their grammar is that of Python's expressions."""

PLAIN = ("ebnf",)
"""Languages that are known, by rules that refuse what ISO 14977 allows."""

FENCE = re.compile(r"^`{3,}(\w+)", re.MULTILINE)


def lead_on(app: Sphinx, page: str, source: list[str]) -> None:
    """Give the pages of `BELOW` a table of contents that nobody sees twice."""
    if page in BELOW:
        source[0] += f"\n```{{toctree}}\n:hidden:\n:glob:\n\n{BELOW[page]}\n```\n"


def colour(app: Sphinx, page: str, source: list[str]) -> None:
    """Make known each word after a fence: conditions are coloured, what is no language is plain."""
    for word in set(FENCE.findall(source[0])):
        if word in COLOURED:
            app.add_lexer(word, PythonLexer)
        elif word in PLAIN or not any(word in names for _, names, _, _ in get_all_lexers()):
            app.add_lexer(word, TextLexer)


def draw_in_place(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Put drawings into the page itself, so that they take its colours, light or dark."""
    for image in list(tree.findall(nodes.image)):
        file = Path(app.srcdir, image["uri"])
        if file.suffix != ".svg" or app.builder.format != "html":
            continue
        words = image.get("alt", "")
        if not words:
            raise ValueError(f"{page}: {file.name} has no words for who cannot see it")
        drawing = re.sub(r"<\?xml.*?\?>|<!--.*?-->", "", file.read_text(encoding="utf-8"),
                         flags=re.DOTALL).strip()
        label = ET.Element("svg", {"role": "img", "aria-label": words})
        opening = ET.tostring(label, encoding="unicode").removesuffix(" />")
        image.replace_self(nodes.raw("", f'<div class="drawing">{opening}'
                                     + drawing.removeprefix("<svg") + "</div>", format="html"))


BLOCK = re.compile(r"<pre>.*?</pre>", re.DOTALL)
OPTION = re.compile(r"(?<=[\s>])(--?[a-z][a-z-]*)")


def keep_options_whole(app: Sphinx, page: str, template: str, context: dict[str, Any],
                       tree: nodes.document | None) -> None:
    """Let no line of a command break within the name of an option."""
    if "body" in context:
        context["body"] = BLOCK.sub(
            lambda block: OPTION.sub(r'<span class="option">\1</span>', block[0]),
            context["body"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", lead_on)
    app.connect("source-read", colour)
    app.connect("doctree-resolved", draw_in_place)
    app.connect("html-page-context", keep_options_whole)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
