"""The categories and keywords under which the EU's DSA Transparency Database files an action.

Terms name them in words, as their readers would: any words that stand in exactly one label.

>>> category("civic discourse or elections").code
'STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS'
>>> keyword(category("violence"), "incitement").code
'KEYWORD_INCITEMENT_VIOLENCE_HATRED'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

from evenhand.errors import EvenhandError

OBJECTIONS = ("obscene", "lewd", "lascivious", "filthy", "excessively violent", "harassing",
              "otherwise objectionable")
"""The statutory words of 47 U.S.C. 230(c)(2)(A)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of the database and the words it goes by."""

    code: str
    label: str


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    text = resources.files("evenhand.terms").joinpath("dsa_categories.json").read_bytes()
    return msgspec.json.decode(text)  # type: ignore[no-any-return]


def is_code(code: object) -> bool:
    """Whether this is the code of a category."""
    return isinstance(code, str) and code in _table()["categories"]


def category(words: str) -> Code:
    """The category that these words name; none or several are an error with the choices."""
    labels = {code: str(entry["label"]) for code, entry in _table()["categories"].items()}
    return _find(words, labels, "category")


def keyword(under: Code, words: str) -> Code:
    """The keyword of a category that these words name."""
    table = _table()
    codes = [*table["categories"][under.code]["keywords"], *table["any"]]
    labels = {code: code.removeprefix("KEYWORD_").replace("_", " ").lower() for code in codes}
    return _find(words, labels, f"keyword of `{under.label}`")


def _find(words: str, labels: Mapping[str, str], what: str) -> Code:
    wanted = " ".join(words.casefold().split())
    exact = [c for c, label in labels.items() if label.casefold() == wanted]
    within = [c for c, label in labels.items() if f" {wanted} " in f" {label.casefold()} "]
    found = exact or within
    if wanted and len(found) == 1:
        return Code(code=found[0], label=labels[found[0]])
    names = ", ".join(f"`{labels[c].lower()}`" for c in (within or labels))
    trouble = "could be more than one" if len(found) > 1 else "names no"
    raise EvenhandError(f"`{words}` {trouble} {what}", hint=f"write one of: {names}")
