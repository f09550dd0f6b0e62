"""What was done, assessed under one reading: the conclusion, its reasons, and who holds it.

An assessment says in itself who holds the reading, its status, when it was last checked, and that
it is no legal advice: nothing that shows one can leave it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from evenhand.assess.combine import conclude
from evenhand.assess.standing import Rank, Standing, enjoined, speaks_here, standing
from evenhand.law.conclusion import Conclusion
from evenhand.law.forums import Forums
from evenhand.law.held import Presumption
from evenhand.law.regimes import Reading
from evenhand.rulebook.answer import answer
from evenhand.rulebook.applying import find
from evenhand.rulebook.finding import Answer, Reason
from evenhand.rulebook.vocabulary import Record, Value

NOT_LEGAL_ADVICE = "not legal advice"
STALE_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderReading:
    """What one reading concludes in one forum on one day, about one record.

    `missing` are the facts without which nothing can be said, `borne_by` who bears that. `facts`
    decided it; `presumed` stood in for facts that the record lacks. `standing` is None where the
    reading is not in force there. `surely_applies` is False where it lacks a fact to say whether
    it applies at all. `stale` says that the reading was last checked more than 90 days before.
    """

    reading: str
    regime: str
    provisions: tuple[str, ...]
    conclusion: Conclusion
    holder: str
    status: str
    standing: Standing | None
    checked: tuple[date, str]
    stale: bool
    missing: tuple[str, ...] = ()
    borne_by: str | None = None
    facts: tuple[tuple[str, Value], ...] = ()
    presumed: tuple[Presumption, ...] = ()
    why: Reason | None = None
    surely_applies: bool = True
    remarks: tuple[str, ...] = ()
    advice: str = field(default=NOT_LEGAL_ADVICE, init=False)

    @property
    def rank(self) -> Rank | None:
        """The rank, None where it is not in force."""
        return self.standing.rank if self.standing is not None else None

    def __str__(self) -> str:
        """One line that leaves nothing out."""
        said = str(self.conclusion)
        if self.missing:
            said += f": {', '.join(self.missing)} missing, borne by {self.borne_by}"
        parts = [f"{self.reading}: {said}", f"held by {self.holder}", f"status: {self.status}"]
        if self.standing is not None:
            parts.append(f"here: {self.standing.words}")
        parts.extend(self.remarks)
        parts.append(said_checked(self.checked, stale=self.stale))
        return "; ".join([*parts, self.advice])


def said_checked(checked: tuple[date, str], *, stale: bool) -> str:
    """When something was last checked, by whom, and whether that is long ago."""
    on, by = checked
    return f"last checked {on} by {by}" + (", stale: more than 90 days ago" if stale else "")


def under_reading(reading: Reading, record: Record, *, forum: str, as_of: date, now: date,
                  forums: Forums, in_force: bool = True) -> UnderReading:
    """Assess a record under one reading, in a forum, by the law of a day.

    `in_force` is whether any provision that it reads is in force that day. Raises `RecordError`
    for a value that does not fit its fact.
    """
    held = reading.held
    found = standing(held, forum, as_of, forums)
    remarks = tuple(_remarks(reading, as_of))
    barred = any(e.whom == "everyone" for e in enjoined(held, as_of))
    silent: Conclusion | None = None
    if not speaks_here(held, forum, forums):
        silent = Conclusion.NOT_APPLICABLE
        remarks = (*remarks, f"its authorities are not law in {forums.by_id[forum].name}")
    elif found is None or barred or not in_force or not held.in_force.holds(as_of):
        silent, found = Conclusion.NOT_IN_FORCE, None
        remarks = (*remarks, f"in force {held.in_force}")
    if silent is not None:
        return _made(reading, silent, None, now, remarks=remarks)
    rule = reading.rule
    said = find(rule.condition, record, applies=rule.applies, provision=reading.id)
    finding = said.finding
    applies = Answer.HOLDS if said.applies else Answer.DOES_NOT_HOLD
    conclusion = conclude(reading.then, applies=applies, holds=finding.answer)
    surely = rule.applies is None or answer(rule.applies, record) is not Answer.UNDETERMINED
    return _made(
        reading, conclusion, found, now, missing=finding.missing,
        facts=finding.facts, why=finding.why, surely=surely, remarks=remarks,
        presumed=tuple(p for p in reading.presumptions if record.get(p.fact) is None))


def _remarks(reading: Reading, as_of: date) -> list[str]:
    held = reading.held
    remarks = [f"enjoined {e.when} for {e.whom}: {e.how}" for e in enjoined(held, as_of)]
    if held.enforceable_by is not None:
        remarks.append(f"enforceable by {held.enforceable_by}")
    if held.ended is not None:
        remarks.append(f"{held.ended.kind} {held.ended.on} by {held.ended.how}")
    return remarks


def _made(reading: Reading, conclusion: Conclusion, found: Standing | None, now: date, *,
          missing: tuple[str, ...] = (), facts: tuple[tuple[str, Value], ...] = (),
          why: Reason | None = None, presumed: tuple[Presumption, ...] = (),
          surely: bool = True, remarks: tuple[str, ...] = ()) -> UnderReading:
    lacking = missing if conclusion is Conclusion.UNDETERMINED else ()
    return UnderReading(
        reading=reading.id, regime=reading.regime, provisions=reading.provisions,
        conclusion=conclusion, holder=reading.held.holder, status=reading.held.status,
        standing=found, checked=reading.checked, stale=now - reading.checked[0] > STALE_AFTER,
        missing=lacking, borne_by=reading.held.burden if lacking else None,
        facts=facts, why=why, presumed=presumed,
        surely_applies=surely, remarks=remarks)
