"""Which of several actions is taken: of each kind the strongest, in every territory.

Labels, warnings and edits add up; nothing that is weaker anywhere is kept beside what is stronger
there.
"""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.model.action import STRENGTH, Action


def strongest(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Of each kind the strongest action, in every territory; of equal ones the longest.

    Of actions that are equal in that too the wider stands, then the first. Labels, warnings and
    edits stand beside each other, unless they are the same; limits of different things do too,
    where no stronger restriction of visibility is taken. What is strongest anywhere is kept: a
    removal in one country does not lift a limit in the others.
    """
    taken = list(actions)
    rivals: dict[object, list[Action]] = {}
    for action in taken:
        group = next((name for name, kinds in STRENGTH.items() if action.kind in kinds), None)
        rivals.setdefault(group or (action.kind, action.name, action.speech, action.edit),
                          []).append(action)
    kept = [action for same in rivals.values() for action in _strongest_anywhere(same)]
    return tuple(sorted(kept, key=taken.index))


def _strongest_anywhere(rivals: list[Action]) -> list[Action]:
    """What is strongest in some place: each territory that is named, and everywhere else."""
    places: list[str | None] = [None, *sorted({code for a in rivals for code in a.territory})]
    kept: list[Action] = []
    for place in places:
        here = [a for a in rivals if not a.territory or place in a.territory]
        top = max((_strength(a) for a in here), default=0)
        equal = [a for a in here if _strength(a) == top]
        for limited in dict.fromkeys(a.limits for a in equal):
            best = max((a for a in equal if a.limits == limited), key=_length)
            if best not in kept:
                kept.append(best)
    return kept


def _strength(action: Action) -> int:
    return next((kinds.index(action.kind) for kinds in STRENGTH.values() if action.kind in kinds),
                0)


def _length(action: Action) -> tuple[bool, float, bool, int]:
    """Without end outlasts any end; everywhere outreaches any territory."""
    endless = action.ends_at is None
    return (endless, 0.0 if action.ends_at is None else action.ends_at.timestamp(),
            not action.territory, len(action.territory))
