"""The end of an appeal, derived from what the new decision does, never declared.

An action is *lessened* where, of what it did and would still do, some is done no more: in some
place, for some time, or in its strength. A stronger action of the same kind takes the place of a
weaker one, and lessens nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from evenhand.model.action import Action, is_covered
from evenhand.model.appeal import Appeal, AppealOutcome, DisputeKind, PointAnswered
from evenhand.model.decision import Decision


def outcome(appeal: Appeal, points: Collection[PointAnswered], *, before: Decision,
            after: Decision) -> AppealOutcome:
    """What came of an appeal against `before`, answered by `after`.

    A reporter's is overturned where something is done now. An author's is reinstated where an
    agreed asking-back gave something back, overturned where anything is lifted or lessened, and
    upheld else, also where points were agreed and nothing changes for it.
    """
    if appeal.party == "reporter":
        return AppealOutcome.OVERTURNED if after.actions else AppealOutcome.UPHELD
    if not lessened(before, after):
        return AppealOutcome.UPHELD
    asked_back = any(p.agreed and appeal.disputes[p.n].kind is DisputeKind.ASKS_BACK
                     for p in points)
    return AppealOutcome.REINSTATED if asked_back else AppealOutcome.OVERTURNED


def lessened(before: Decision, after: Decision) -> tuple[Action, ...]:
    """The actions of the first decision of which the second does less.

    What ended by itself in between is lessened where its ground stands no more: it was taken
    back too, and counts no more.
    """
    aside = {s.ground for s in after.set_aside}
    standing = {g for g in after.grounds if g not in aside}
    return tuple(a for a in before.actions
                 if (not is_covered(a, after.actions) if a.runs_at(after.at)
                     else a.ground not in standing))
