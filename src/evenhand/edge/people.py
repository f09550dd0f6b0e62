"""Who may do what: a registered person with a role, or a refusal that says which is needed.

At the command line identity is trusted: whoever runs it says who they are, and the record says
that this is how it is known (`known_by`).
"""

from __future__ import annotations

from collections.abc import Collection

from evenhand.edge.platform import Platform
from evenhand.errors import EvenhandError
from evenhand.model.decision import Decider
from evenhand.model.person import Person, Role

MAY_STATE: tuple[Role, ...] = ("reviewer", "senior reviewer", "appeal reviewer")
"""The roles whose word on a post is taken: a decision may rest on it alone."""

MAY_GIVE_BACK: tuple[Role, ...] = ("senior reviewer", "appeal reviewer")
"""The roles that may give back what was taken although the finding stands."""

MAY_BRAKE: tuple[Role, ...] = ("senior reviewer", "policy writer", "administrator")
"""The roles that may stop a clause, and take back what it did."""

MAY_RECORD: tuple[Role, ...] = (*MAY_STATE, "policy writer", "administrator")
"""The roles that may record what arrives from courts, authorities and others."""

MAY_ERASE: tuple[Role, ...] = ("administrator",)
"""The roles that may erase records, and hold them for a proceeding."""

MAY_OPEN: tuple[Role, ...] = ("administrator",)
"""The roles that may hand out what is sealed, and answer for it in the log."""


def acting(platform: Platform, person: str, roles: tuple[Role, ...], what: str) -> Person:
    """The registered person, who has one of the roles; `what` is what they would do."""
    known, file = platform.config.people.get(person), platform.config.file.name
    if known is None:
        raise EvenhandError(f"`{person}` is not a registered person",
                            hint=f"register them under [people.{person}] in {file}")
    if not set(known.roles) & set(roles):
        raise EvenhandError(f"`{person}` is {', '.join(known.roles)}, and may not {what}",
                            hint=f"one of the roles {', '.join(roles)} is needed, under "
                            f"[people.{person}] in {file}")
    return known


def may_open_again(platform: Platform, person: str, overturned: Collection[str] | None) -> None:
    """Refuse whoever may not decide again what an appeal has overturned or given back.

    `overturned` are the people whose decisions about the post that were, None where none was.
    Else whoever was overturned could do the same again the next day.
    """
    if overturned is None:
        return
    acting(platform, person, MAY_GIVE_BACK, "decide again what was overturned or given back")
    if person in overturned:
        raise EvenhandError(f"a decision of `{person}` about this post was overturned on appeal",
                            hint=f"another person of the roles {', '.join(MAY_GIVE_BACK)} looks "
                            "at it again")


def decider(person: Person) -> Decider:
    """The person as who decides."""
    return Decider(kind="reviewer", person=person.id, known_by="command line")
