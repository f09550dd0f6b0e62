"""The documents of the law as they come with the package: read here, and nowhere below.

Superseded versions of a document lie in `law/superseded/`, named `NAME.VERSION.md`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from evenhand.errors import EvenhandError
from evenhand.law.facts import LawFacts, read_facts
from evenhand.law.forums import Forums, read_forums
from evenhand.law.regimes import LAW_KINDS, Law, read_law
from evenhand.rulebook.document import Document, read_document
from evenhand.rulebook.drafting import suggest

FACTS, FORUMS = "facts.md", "forums.md"
SUPERSEDED = "superseded"


@cache
def the_law() -> Law:
    """The law as its current documents have it, read once."""
    return read_law(tuple(read_document(text, name=name, kinds=LAW_KINDS)
                          for name, text in current_texts()), facts=facts(), forums=forums())


def law_with(version: Document, *, document: str) -> Law:
    """The law in which one document, of this file name, stands in another version."""
    return read_law((*(read_document(text, name=name, kinds=LAW_KINDS)
                       for name, text in current_texts() if name != document), version),
                    facts=facts(), forums=forums())


@cache
def facts() -> LawFacts:
    """The facts that readings may name."""
    return read_facts(_text(FACTS), name=FACTS)


@cache
def forums() -> Forums:
    """Courts and other forums."""
    return read_forums(_text(FORUMS), name=FORUMS)


def current_texts() -> tuple[tuple[str, str], ...]:
    """The current document of every regime: (file name, text), by name."""
    folder = resources.files("evenhand.law")
    names = sorted(entry.name for entry in folder.iterdir()
                   if entry.name.endswith(".md") and entry.name not in (FACTS, FORUMS))
    return tuple((name, _text(name)) for name in names)


def versions_of(name: str) -> tuple[Document, ...]:
    """Every version of a document that is in the package, the oldest first, the current one last.

    Raises `EvenhandError` where there is no document of this file name.
    """
    texts = dict(current_texts())
    if name not in texts:
        raise EvenhandError(f"there is no law document `{name}`", hint=suggest(name, texts)
                            or "they are: " + ", ".join(texts))
    folder = resources.files("evenhand.law").joinpath(SUPERSEDED)
    stem = name.removesuffix(".md") + "."
    old = sorted(entry.name for entry in folder.iterdir()
                 if entry.name.startswith(stem) and entry.name.endswith(".md")
                 ) if folder.is_dir() else []
    return tuple(read_document(text, name=file, kinds=LAW_KINDS) for file, text in (
        *((file, folder.joinpath(file).read_text(encoding="utf-8")) for file in old),
        (name, texts[name])))


def _text(name: str) -> str:
    return resources.files("evenhand.law").joinpath(name).read_text(encoding="utf-8")
