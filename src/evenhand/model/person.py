"""A registered person of the platform and the roles that say what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evenhand.model.audience import mark

Role = Literal["reviewer", "senior reviewer", "policy writer", "appeal reviewer", "regulator",
               "auditor", "administrator", "service"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may act for the platform or look at its records."""

    id: str = mark("regulator")
    name: str = mark("sealed")
    roles: tuple[Role, ...] = mark("regulator")
