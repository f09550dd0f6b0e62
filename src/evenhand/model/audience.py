"""Who may see a field: marked once on the field, and every view of a record is derived from it.

An instant of ours and the id of a decision are the author's: either could tie what is public of a
decision to one post, by the time at which something was done to it.

The notice, the public page, the case file, the exports and the ledger leaf are one record seen by
different audiences; none of them has a list of fields of its own (DESIGN 2.11).

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Note:
...     number: int = mark("public")
...     text: str = mark("author")
>>> view(Note(3, "hello"), "public")
{'number': 3}
>>> view(Note(3, "hello"), "author")
{'number': 3, 'text': 'hello'}

A noun inside a noun is seen by the same eyes:

>>> @dataclass(frozen=True)
... class Folder:
...     notes: tuple[Note, ...] = mark("public")
>>> view(Folder((Note(3, "hello"),)), "public")
{'notes': ({'number': 3},)}
"""

from __future__ import annotations

from dataclasses import MISSING, Field, field, fields, is_dataclass
from typing import Any, Literal, get_args

Audience = Literal["public", "author", "researcher", "regulator", "sealed"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

SEES: dict[Audience, frozenset[Audience]] = {
    "public": frozenset({"public"}),
    "author": frozenset({"public", "author"}),
    "researcher": frozenset({"public", "researcher"}),
    "regulator": frozenset({"public", "author", "researcher", "regulator"}),
    # A court, or an auditor with the openings: everything.
    "sealed": frozenset(AUDIENCES),
}
"""Audience -> the marks that it may see."""


def mark(audience: Audience, *, default: Any = MISSING) -> Any:
    """Declare a dataclass field that this audience may see (and whoever sees its marks)."""
    return field(default=default, metadata={"audience": audience})


def audience_of(declared: Field[Any]) -> Audience:
    """The mark of a field; a field without one is a broken invariant."""
    mark_found = declared.metadata.get("audience")
    assert mark_found in AUDIENCES, f"the field `{declared.name}` has no audience"
    return mark_found  # type: ignore[no-any-return]


def view(noun: Any, audience: Audience) -> dict[str, Any]:
    """Field name -> value, for the fields of `noun` that this audience may see.

    Marked nouns inside it, alone or in tuples, are seen by the same audience; a value without
    marks of its own (a citation, a period) goes with the field that holds it.
    """
    return {f.name: _seen(getattr(noun, f.name), audience) for f in fields(noun)
            if audience_of(f) in SEES[audience]}


def _seen(value: Any, audience: Audience) -> Any:
    if isinstance(value, tuple):
        return tuple(_seen(part, audience) for part in value)
    return view(value, audience) if is_marked(type(value)) else value


def is_marked(cls: type) -> bool:
    """Whether the fields of a class carry audiences: all of them do, or none."""
    if not is_dataclass(cls):
        return False
    marks = {"audience" in f.metadata for f in fields(cls)}
    assert len(marks) <= 1, f"some fields of `{cls.__name__}` have no audience"
    return marks == {True}
