"""Who may see a field: marked once on the field, and every view of a record is derived from it.

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
"""

from __future__ import annotations

from dataclasses import MISSING, Field, field, fields
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
    """Field name -> value, for the fields of `noun` that this audience may see."""
    return {f.name: getattr(noun, f.name) for f in fields(noun)
            if audience_of(f) in SEES[audience]}
