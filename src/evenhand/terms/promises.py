"""What a commitment promises in words that a machine can hold against the record.

    promise to tell the author
    promise not to remove, suspend or terminate
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evenhand.errors import EvenhandError
from evenhand.model.action import ActionKind
from evenhand.rulebook.document import Provision
from evenhand.rulebook.drafting import suggest

KINDS = tuple(kind.value for kind in ActionKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """That every author whose post is acted on is told, and which actions are never taken."""

    tells: bool = False
    never: tuple[ActionKind, ...] = ()


NONE = Promises()
"""What most clauses promise in such words."""


def read_kinds(text: str) -> tuple[ActionKind, ...]:
    """Read `remove, suspend or terminate`. Raises `EvenhandError` for what is no action."""
    words = re.split(r"\s*,\s*|\s+or\s+", text.strip())
    for word in words:
        if word not in KINDS:
            raise EvenhandError(f"`{word}` is no action", hint=suggest(word, KINDS)
                                or "it is one of: " + ", ".join(KINDS))
    return tuple(map(ActionKind, dict.fromkeys(words)))


def amiss(promises: Promises, force: str, provision: Provision) -> tuple[str, str] | None:
    """What is wrong with the promises of a clause that no single line can see, and a hint."""
    if promises == NONE:
        return None
    if force != "commitment":
        return "a promise binds only as a commitment", "add a line `force commitment`"
    if any(block.kind == "when" for block in provision.blocks):
        return ("a promise holds for every post, and this clause has a condition",
                "put it into a clause of its own, without a `when`")
    return None
