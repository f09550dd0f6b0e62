"""Who is registered: the people of the platform with their roles, and the trusted flaggers."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedFlagger:
    """Somebody whose reports go first within their field (Regulation 2022/2065 Art. 22).

    `awarded_by` is the Digital Services Coordinator that gave the status, `fields` are codes of
    `evenhand.terms.categories`. All of it is public, as the Commission's list is (Art. 22(5)); who
    sent a report is not.
    """

    id: str = mark("public")
    name: str = mark("public")
    awarded_by: str = mark("public")
    fields: tuple[str, ...] = mark("public")
