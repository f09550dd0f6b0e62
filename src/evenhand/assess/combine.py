"""One conclusion about a provision from those of its readings, by rank (spec/law.md, section 6).

Readings of the highest rank that say anything decide. Where they disagree it is contested; where
one of them lacks a fact it is undetermined. Lower ones are dissent, and never turn it. This is all
there is of it: `assessment` and `quick` share these functions.

>>> from evenhand.law.conclusion import Conclusion as C
>>> binding, trial = Rank.BINDING, Rank.TRIAL
>>> agree((Said(rank=binding, conclusion=C.PROTECTED), Said(rank=trial,
...       conclusion=C.NOT_PROTECTED))).value
'protected'
>>> agree((Said(rank=trial, conclusion=C.PROTECTED), Said(rank=trial,
...       conclusion=C.NOT_PROTECTED))).value
'contested'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenhand.assess.standing import Rank
from evenhand.law.conclusion import SPEAKS, Conclusion
from evenhand.law.then import Then
from evenhand.rulebook.finding import Answer

C = Conclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one reading says, at its rank. `surely` is whether it is settled that it applies."""

    rank: Rank
    conclusion: Conclusion
    surely: bool = True


def conclude(then: Then, *, applies: Answer, holds: Answer) -> Conclusion:
    """What a reading concludes from the answers of its two conditions."""
    if applies is Answer.DOES_NOT_HOLD:
        return C.NOT_APPLICABLE
    if applies is Answer.UNDETERMINED or holds is Answer.UNDETERMINED:
        return C.UNDETERMINED
    return then.holds if holds is Answer.HOLDS else then.otherwise


def yielding(said: Sequence[Said], yields: Sequence[Sequence[int]]) -> tuple[int | None, ...]:
    """To which other reading each of them yields, by place, or None.

    `yields[i]` are the places of those to which the i-th yields where they surely apply and are of
    its rank or above.
    """
    return tuple(next((j for j in others if said[j].conclusion in SPEAKS and said[j].surely
                       and said[j].rank >= mine.rank and said[j].rank.answers), None)
                 for mine, others in zip(said, yields, strict=True))


def deciding_rank(said: Iterable[Said]) -> Rank | None:
    """The highest rank at which a reading says something; None where none that answers does."""
    return max((s.rank for s in said if s.conclusion in SPEAKS and s.rank.answers), default=None)


def agree(said: Sequence[Said]) -> Conclusion:
    """The conclusion of readings in force, none of which yields to another of them."""
    rank = deciding_rank(said)
    if rank is None:
        return C.NOT_APPLICABLE
    found = {s.conclusion for s in said if s.rank is rank and s.conclusion in SPEAKS}
    if len(found) == 1:
        return found.pop()
    return C.UNDETERMINED if C.UNDETERMINED in found else C.CONTESTED


def defeat(conclusion: Conclusion, exceptions: Iterable[Conclusion]) -> Conclusion:
    """The conclusion about protection after the exceptions from it."""
    found = set(exceptions)
    if conclusion in (C.NOT_PROTECTED, C.NOT_IN_FORCE, C.NOT_APPLICABLE):
        return conclusion
    if C.EXCEPTED in found:
        return C.NOT_PROTECTED
    for weaker in (C.UNDETERMINED, C.CONTESTED):
        if weaker in found or conclusion is weaker:
            return weaker
    return conclusion
