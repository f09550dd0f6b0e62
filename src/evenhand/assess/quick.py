"""The conclusions alone, without reasons: the law of one forum and one day, compiled for many.

`assessment.assess` is the twin with reasons; both say the same of every record, and the reasons of
one that somebody opens are made then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from evenhand.assess.assessment import places, readings_for
from evenhand.assess.combine import Said, agree, conclude, defeat, yielding
from evenhand.assess.standing import Rank, enjoined, speaks_here, standing
from evenhand.law.conclusion import Conclusion, Gives
from evenhand.law.provisions import LawProvision
from evenhand.law.regimes import Law, Reading
from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.straight import straight
from evenhand.rulebook.vocabulary import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The conclusions about one record, in the order of `Quick.readings` and `Quick.provisions`."""

    readings: tuple[Conclusion, ...]
    provisions: tuple[Conclusion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """The law of a regime, a forum and a day, ready to run. `readings` and `provisions` are ids.

    `conclude` raises `RecordError` for a value of a wrong type; whether a choice is among its
    choices is left to `check_record`. `conclude_answers` takes the answers of `conditions`.
    """

    regime: str
    forum: str
    as_of: date
    readings: tuple[str, ...]
    provisions: tuple[str, ...]
    conditions: tuple[Condition, ...]
    conclude: Callable[[Record], Concluded]
    conclude_answers: Callable[[tuple[Answer, ...]], Concluded]


@dataclass(frozen=True, slots=True)
class _Live:
    """A reading that may say something: where its answers stand, its rank, whether it applies."""

    reading: Reading
    place: int
    rank: Rank
    applies: int | None
    holds: int


def quick(law: Law, regime: str, *, as_of: date, forum: str | None = None,
          only: frozenset[str] | None = None) -> Quick:
    """Compile the law of a regime, a forum and a day; `only` these readings, if given.

    Raises `EvenhandError` for a regime, forum or reading that is not known.
    """
    body = law.regime(regime)
    here = body.forum if forum is None else law.forums.named(forum).id
    for id_ in only or ():
        law.reading(id_)
    readings = tuple(r for r in readings_for(law, body) if only is None or r.id in only)
    in_force = {p.number for p in body.provisions if p.in_force.holds(as_of)}
    fixed: list[Conclusion] = []
    live: list[_Live] = []
    conditions: list[Condition] = []
    for place, reading in enumerate(readings):
        held = reading.held
        found = standing(held, here, as_of, law.forums)
        fixed.append(Conclusion.NOT_IN_FORCE)
        if not speaks_here(held, here, law.forums):
            fixed[-1] = Conclusion.NOT_APPLICABLE
        elif found is not None and held.in_force.holds(as_of) and in_force & set(
                reading.provisions) and not any(
                e.whom == "everyone" for e in enjoined(held, as_of)):
            applies = None
            if reading.rule.applies is not None:
                applies = len(conditions)
                conditions.append(reading.rule.applies)
            live.append(_Live(reading, place, found.rank, applies, len(conditions)))
            conditions.append(reading.rule.condition)
    provisions = tuple(p for p in body.provisions if p.gives is not Gives.WORDS)
    combine = _Combine(readings, tuple(fixed), tuple(live), provisions, frozenset(in_force))
    answers = straight(conditions)
    known: dict[tuple[Answer, ...], Concluded] = {}

    def run_answers(key: tuple[Answer, ...]) -> Concluded:
        found = known.get(key)
        if found is None:
            found = known[key] = combine.run(key)
        return found

    def run(record: Record) -> Concluded:
        return run_answers(answers(record))
    return Quick(regime=body.id, forum=here, as_of=as_of, readings=tuple(r.id for r in readings),
                 provisions=tuple(p.number for p in provisions), conditions=tuple(conditions),
                 conclude=run, conclude_answers=run_answers)


@dataclass(frozen=True, slots=True)
class _Combine:
    """Makes conclusions of answers, once for each combination of them that is met."""

    readings: tuple[Reading, ...]
    fixed: tuple[Conclusion, ...]
    live: tuple[_Live, ...]
    provisions: tuple[LawProvision, ...]
    in_force: frozenset[str]

    def run(self, answers: tuple[Answer, ...]) -> Concluded:
        said = [Said(rank=Rank.CLAIM, conclusion=c) for c in self.fixed]
        for one in self.live:
            applies = Answer.HOLDS if one.applies is None else answers[one.applies]
            said[one.place] = Said(
                rank=one.rank, surely=applies is not Answer.UNDETERMINED, conclusion=conclude(
                    one.reading.then, applies=applies, holds=answers[one.holds]))
        base = {p.number: self.provision(p, said) for p in self.provisions}
        excepting = [p for p in self.provisions if p.gives is Gives.EXCEPTION]
        return Concluded(
            readings=tuple(s.conclusion for s in said),
            provisions=tuple(
                defeat(base[p.number], [base[e.number] for e in excepting
                                        if p.number in e.excepts_from])
                if p.gives is Gives.PROTECTION else base[p.number] for p in self.provisions))

    def provision(self, provision: LawProvision, said: list[Said]) -> Conclusion:
        own = [(r, s) for r, s in zip(self.readings, said, strict=True)
               if provision.number in r.provisions]
        if provision.number not in self.in_force or (own and all(
                s.conclusion is Conclusion.NOT_IN_FORCE for _, s in own)):
            return Conclusion.NOT_IN_FORCE
        to = yielding([s for _, s in own], places([r for r, _ in own]))
        return agree([s for (_, s), other in zip(own, to, strict=True) if other is None])
