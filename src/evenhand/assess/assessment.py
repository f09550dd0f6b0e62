"""A regime, a forum and a day: what each provision says of a record, by all readings of it.

    assessment = assess(law, "US-230", record, forum="ca9", as_of=date(2020, 5, 29), now=today)
    for provision in assessment.provisions:
        print(provision)

The record is facts of `law/facts.md`. Law is that of the day of the action (`as_of`); which terms
governed and what procedure was owed are facts of the record, of their own times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from evenhand.assess.combine import Said, agree, deciding_rank, defeat, yielding
from evenhand.assess.standing import WORDS, Rank
from evenhand.assess.under import (
    NOT_LEGAL_ADVICE,
    STALE_AFTER,
    UnderReading,
    said_checked,
    under_reading,
)
from evenhand.law.conclusion import SPEAKS, Conclusion, Gives
from evenhand.law.provisions import LawProvision
from evenhand.law.regimes import Law, Reading, Regime
from evenhand.rulebook.values import check_record
from evenhand.rulebook.vocabulary import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderProvision:
    """What a regime says under one provision.

    `decided_by` are the readings of the highest rank that say something, `dissent` the lower ones
    that say something else, `yielded` maps a reading to the one that it yields to. `defeated_by`
    are exceptions that take the protection away, or may. `missing` and `borne_by` are those of the
    readings that decide.
    """

    number: str
    key: str
    cite: str
    gives: Gives
    conclusion: Conclusion
    rank: Rank | None
    decided_by: tuple[str, ...]
    dissent: tuple[str, ...]
    yielded: Mapping[str, str]
    defeated_by: tuple[str, ...]
    missing: tuple[str, ...]
    borne_by: tuple[str, ...]
    checked: tuple[date, str]
    stale: bool
    sure: str
    advice: str = field(default=NOT_LEGAL_ADVICE, init=False)

    def __str__(self) -> str:
        """One line that leaves nothing out."""
        said = f"{self.cite}: {self.conclusion}"
        if self.missing:
            said += f": {', '.join(self.missing)} missing, borne by {', '.join(self.borne_by)}"
        parts = [said]
        if self.decided_by:
            parts.append("as held in " + ", ".join(self.decided_by))
        if self.rank is not None:
            parts.append(f"status: {WORDS[self.rank]}")
        if self.defeated_by:
            parts.append("by the exceptions " + ", ".join(self.defeated_by))
        if self.dissent:
            parts.append("otherwise " + ", ".join(self.dissent))
        parts.append(said_checked(self.checked, stale=self.stale))
        return "; ".join([*parts, self.advice])


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one regime says of a record, in one forum, by the law of one day. Never stored.

    `digest` names the law documents that were used.
    """

    regime: str
    forum: str
    as_of: date
    digest: str
    provisions: tuple[UnderProvision, ...]
    readings: tuple[UnderReading, ...]
    advice: str = field(default=NOT_LEGAL_ADVICE, init=False)

    def provision(self, key: str) -> UnderProvision | None:
        """What is said under the provision of this key (`c2A`) or number, or None."""
        return next((p for p in self.provisions if key in (p.key, p.number)), None)

    def reading(self, id_: str) -> UnderReading | None:
        """What the reading of this id says, or None where it is none of the regime's."""
        return next((r for r in self.readings if r.reading == id_), None)


def readings_for(law: Law, regime: Regime) -> tuple[Reading, ...]:
    """The readings of a regime's provisions, those that stand in other documents included."""
    numbers = {p.number for p in regime.provisions}
    return tuple(r for r in law.readings if numbers & set(r.provisions))


def places(readings: Sequence[Reading]) -> tuple[tuple[int, ...], ...]:
    """To which of the readings each yields, by place."""
    at = {r.id: i for i, r in enumerate(readings)}
    return tuple(tuple(at[n] for n in r.held.yields_to if n in at) for r in readings)


def assess(law: Law, regime: str, record: Record, *, as_of: date, now: date,
           forum: str | None = None) -> Assessment:
    """Assess a record under every reading of a regime, and by provision.

    `forum` is an id, name or citation of `forums.md`; without it, the regime's own. `now` says
    which readings were last checked long ago. Raises `EvenhandError` for a regime or forum that is
    not known, `RecordError` for a fact that is not known or a value that does not fit.
    """
    body = law.regime(regime)
    here = body.forum if forum is None else law.forums.named(forum).id
    check_record(record, law.facts.vocabulary)
    live = {p.number for p in body.provisions if p.in_force.holds(as_of)}
    readings = readings_for(law, body)
    under = tuple(under_reading(
        r, record, forum=here, as_of=as_of, now=now, forums=law.forums,
        in_force=bool(live & set(r.provisions))) for r in readings)
    base = {p.number: _provision(p, readings, under, live=p.number in live, now=now, regime=body)
            for p in body.provisions if p.gives is not Gives.WORDS}
    exceptions = [(p, base[p.number]) for p in body.provisions if p.gives is Gives.EXCEPTION]
    return Assessment(
        regime=body.id, forum=here, as_of=as_of, digest=law.digest, readings=under,
        provisions=tuple(_after_exceptions(found, [e for p, e in exceptions
                                                   if found.number in p.excepts_from])
                         for found in base.values()))


def said_of(found: UnderReading) -> Said:
    """What a reading says, as `combine` wants it; of one not in force, nothing."""
    return Said(rank=found.rank or Rank.CLAIM, conclusion=found.conclusion,
                surely=found.surely_applies)


def _provision(provision: LawProvision, readings: Sequence[Reading],
               under: Sequence[UnderReading], *, live: bool, now: date,
               regime: Regime) -> UnderProvision:
    own = [(r, u) for r, u in zip(readings, under, strict=True) if provision.number in r.provisions]
    said = [said_of(u) for _, u in own]
    to = yielding(said, places([r for r, _ in own]))
    standing = [u for (_, u), other in zip(own, to, strict=True) if other is None]
    rest = [said_of(u) for u in standing]
    conclusion = agree(rest) if live else Conclusion.NOT_IN_FORCE
    rank = deciding_rank(rest) if live else None
    if live and own and all(u.conclusion is Conclusion.NOT_IN_FORCE for _, u in own):
        conclusion = Conclusion.NOT_IN_FORCE
    deciding = [u for u in standing if u.rank is rank and u.conclusion in SPEAKS
                ] if rank is not None else []
    lacking = [u for u in deciding if u.missing] if conclusion is Conclusion.UNDETERMINED else []
    return UnderProvision(
        number=provision.number, key=provision.key, cite=provision.cite, gives=provision.gives,
        conclusion=conclusion, rank=rank,
        decided_by=tuple(u.reading for u in deciding),
        dissent=tuple(u.reading for u in standing if live and u.conclusion in SPEAKS
                      and u not in deciding and u.conclusion is not conclusion),
        yielded={u.reading: own[other][0].id
                 for (_, u), other in zip(own, to, strict=True) if other is not None},
        defeated_by=(), missing=tuple(dict.fromkeys(n for u in lacking for n in u.missing)),
        borne_by=tuple(dict.fromkeys(u.borne_by for u in lacking if u.borne_by)),
        checked=regime.checked, stale=now - regime.checked[0] > STALE_AFTER, sure=provision.sure)


def _after_exceptions(found: UnderProvision, exceptions: Sequence[UnderProvision],
                      ) -> UnderProvision:
    if found.gives is not Gives.PROTECTION:
        return found
    conclusion = defeat(found.conclusion, [e.conclusion for e in exceptions])
    if conclusion is found.conclusion and conclusion is not Conclusion.UNDETERMINED:
        return found
    by = [e for e in exceptions if e.conclusion is Conclusion.EXCEPTED] or [
        e for e in exceptions if e.conclusion is conclusion]
    lacking = by if conclusion is Conclusion.UNDETERMINED else []
    still = conclusion is Conclusion.UNDETERMINED
    return replace(
        found, conclusion=conclusion, defeated_by=tuple(e.key for e in by),
        missing=_joined([*([found] if still else []), *lacking], "missing"),
        borne_by=_joined([*([found] if still else []), *lacking], "borne_by"))


def _joined(found: Sequence[UnderProvision],
            name: Literal["missing", "borne_by"]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for one in found for n in getattr(one, name)))
