"""All of a document as a reader needs it: its numbered provisions, and whatever stands beside them.

What has no number binds too: an opening paragraph, a heading of its own, the front matter with the
time in which an appeal is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from evenhand.rulebook.document import Document, Provision

_FRONT = "---"


@dataclass(frozen=True, slots=True)
class Section:
    """A provision, or text that belongs to none, as Markdown with its own heading."""

    provision: Provision | None
    prose: str


def sections(document: Document) -> tuple[Section, ...]:
    """The document from its first line below the front matter to its last, in that order.

    >>> from evenhand.rulebook.document import read_document
    >>> text = "---\\nversion: 1\\n---\\n# Terms\\nBe kind.\\n\\n## 1 Rules\\n\\nNo.\\n\\n## Last"
    >>> [(s.provision and s.provision.number, s.prose)
    ...  for s in sections(read_document(text, name="t.md"))]
    [(None, 'Be kind.'), ('1', 'No.'), (None, '## Last')]
    """
    return tuple(one for one in _parts(document) if one.provision is not None or one.prose)


def _parts(document: Document) -> Iterator[Section]:
    lines = document.text.splitlines()
    body = lines.index(_FRONT, 1) + 1 if lines[:1] == [_FRONT] and _FRONT in lines[1:] else 0
    text = [""] * body + lines[body:]
    numbered = {provision.line: provision for provision in document.provisions}
    headings = [token.map for token in MarkdownIt("commonmark").parse("\n".join(text))
                if token.type == "heading_open" and token.map and token.level == 0]
    starts = [start for start, _ in headings]
    yield Section(None, _joined(text[body:starts[0] if starts else len(text)]))
    for place, (start, end) in enumerate(headings):
        until = starts[place + 1] if place + 1 < len(starts) else len(text)
        provision = numbered.get(start + 1)
        if provision is not None:
            yield Section(provision, provision.prose)
        else:
            # The title of the whole stands above the page already.
            title = text[start].lstrip("# ").strip() == document.title
            yield Section(None, _joined(text[end if title else start:until]))


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip()
