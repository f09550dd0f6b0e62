"""Who is told what of a matter (Regulation 2022/2065 Art. 16(4) to (6), 20(5), 9(1)).

The post's author is told of a report only that there was one, and never who sent it
(Art. 17(3)(b)): the statement of reasons has no field for it, and every field of `Sender` is the
sender's own. That is proved by a test, since there is no code to prove it by.
"""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.model.appeal import Appeal
from evenhand.model.matter import Order, OrderKind, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the sender of a matter is owed, and where a letter reaches them.

    `to` is None where they gave neither an address nor an account, and then nothing can be sent:
    that is recorded as `contact unknown`, never as delivered. `confirmation` that it arrived;
    `decision`, what became of it; `redress` against that; `automation`, whether automated means
    decided.
    """

    to: str | None
    confirmation: bool
    decision: bool
    redress: bool
    automation: bool


MAY_APPEAL: tuple[OrderKind, ...] = ("copyright notice", "removal request")
"""The orders of those who may appeal as a reporter may (Art. 20(1)): people and rights holders who
say that a post is illegal. Courts and authorities have their own means; a mere request has none."""


def told(matter: Report | Order | Appeal) -> Told:
    """What the sender is owed: the same of every report, whatever comes of it.

    A confirmation (Art. 16(4)); the decision and the redress against it (16(5)); whether automated
    means were used (16(6)). An authority is told of the effect that was given to its order
    (Art. 9(1)). The answer to an appeal names what remains: out of court, and the courts
    (Art. 20(5)).
    """
    return Told(to=matter.by.contact, confirmation=True, decision=True, automation=True,
                redress=not isinstance(matter, Order) or matter.kind in MAY_APPEAL)
