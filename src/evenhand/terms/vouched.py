"""Clauses that act on a fact-check for which nobody vouches: it was found alike, and no more.

That a fact-check speaks to a post is a person's word (`claim.confirmed`), or the post repeats the
claim (`claim.repeats`). A probability is neither: where few posts are about what was checked, most
of those told likely are not. So no clause acts on it; it may ask a person.
"""

from __future__ import annotations

from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingError
from evenhand.rulebook.syntax import (
    Defined,
    FactName,
    ForSome,
    Not,
    Or,
    Tree,
    Unless,
    children,
    walk,
)

VOUCHED = frozenset({"claim.confirmed", "claim.repeats"})
NUMBER = "claim.match"

UNREPORTED = {NUMBER: "nothing was calibrated here: `evenhand claims calibrate` learns of pairs "
              "that people confirmed; name what it writes at `match.learned` of the configuration"}
"""Of a fact that nobody reports, what has to be done until somebody does."""


def unvouched(document: Document, tree: Tree) -> DraftingError | None:
    """What is wrong with a condition that may hold for a fact-check for which nobody vouches."""
    if vouches(tree):
        return None
    nodes = list(walk(tree))
    number = next((n for n in nodes if isinstance(n, FactName) and n.name == NUMBER), None)
    place = number or next((n for n in nodes if isinstance(n, ForSome) and n.binds == "claim"),
                           None)
    if place is None:
        return None
    what = ("this acts on a number alone: nobody has to say that the fact-check speaks to the post"
            if number is not None else
            "this acts on whatever fact-check was found alike: nobody has to say that it speaks to "
            "the post")
    span = place.span
    return document.source.mistake(
        what, line=span.line, column=span.column,
        length=span.end_column - span.column if number is not None else None,
        hint="a person says so by `claim.confirmed`, and `claim.repeats` is the claim word for "
        "word: write `(claim.confirmed or claim.repeats) and ...`")


def vouches(tree: Tree) -> bool:
    """Whether a condition can hold only where a person, or an exact key, vouches.

    >>> from evenhand.rulebook.syntax import And
    >>> said, likely = FactName(name="claim.confirmed"), FactName(name="claim.match")
    >>> vouches(And(parts=(said, likely))), vouches(Or(parts=(said, likely)))
    (True, False)
    """
    match tree:
        case FactName(name=name):
            return name in VOUCHED
        case Or(parts=parts):
            return all(map(vouches, parts))
        case Not():
            return False
        case Unless(body=body) | ForSome(body=body) | Defined(body=body):
            return vouches(body)
        case _:
            return any(map(vouches, children(tree)))
