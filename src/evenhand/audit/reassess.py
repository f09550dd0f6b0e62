"""The law moved: which past actions are now assessed otherwise, and through which reading.

Two versions of the law documents are held beside each other, each action assessed under both, by
the law of one and the same day. What changes is told provision by provision, with the readings
whose conclusion or standing changed. Nothing is stored, and no past assessment needs to be: both
versions stay in the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from evenhand.assess.assessment import Assessment, assess
from evenhand.assess.quick import Quick
from evenhand.assess.ready import Ready
from evenhand.assess.recorded import Assessed
from evenhand.assess.under import UnderReading
from evenhand.law.conclusion import SPEAKS, Conclusion
from evenhand.law.regimes import Law
from evenhand.rulebook.vocabulary import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A reading that says something else, or stands otherwise, in the new version; `why` in words.

    `before` or `after` is None where only one of the two versions has it.
    """

    reading: str
    before: Conclusion | None
    after: Conclusion | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessed:
    """One provision of which one thing is concluded otherwise, or of which a reading moved and
    turned nothing: a dissent came or went. `decision` names the decision."""

    decision: str
    thing: Assessed
    as_of: date
    regime: str
    provision: str
    cite: str
    before: Conclusion
    after: Conclusion
    moved: tuple[Moved, ...]


def reassess(old: Law, new: Law, things: Iterable[tuple[str, Assessed, date]], *,
             regimes: Sequence[str], now: date, forum: str | None = None) -> Iterator[Reassessed]:
    """Every provision of these regimes of which anything is concluded otherwise, thing by thing.

    `things` are (decision, thing, the day whose law counts).
    """
    ready = Ready(old), Ready(new)
    for decision, thing, day in things:
        for regime in regimes:
            # Most things are concluded alike: reasons are made of the others alone.
            then, today = (_concluded(r.of(regime, forum, day), thing.record) for r in ready)
            if then != today:
                yield from _changed(decision, thing, day, regime, *(
                    assess(law, regime, thing.record, as_of=day, now=now, forum=forum)
                    for law in (old, new)))


def _concluded(law: Quick, record: Record) -> dict[str, Conclusion]:
    """What every reading and every provision concludes."""
    said = law.conclude(record)
    return dict(zip((*law.readings, *law.provisions), (*said.readings, *said.provisions),
                    strict=True))


def _changed(decision: str, thing: Assessed, day: date, regime: str, before: Assessment,
             after: Assessment) -> Iterator[Reassessed]:
    for found in after.provisions:
        was = before.provision(found.number)
        then = Conclusion.NOT_APPLICABLE if was is None else was.conclusion
        moved = tuple(_moved(before, after, found.number))
        if moved or then is not found.conclusion:
            yield Reassessed(
                decision=decision, thing=thing, as_of=day, regime=regime, provision=found.number,
                cite=found.cite, before=then, after=found.conclusion, moved=moved)


def _moved(before: Assessment, after: Assessment, provision: str) -> Iterator[Moved]:
    """The readings of a provision that moved, in the order of the new version."""
    olds = {r.reading: r for r in before.readings if provision in r.provisions}
    news = {r.reading: r for r in after.readings if provision in r.provisions}
    for name in dict.fromkeys((*news, *olds)):
        old, new = olds.get(name), news.get(name)
        said = [one for one in (old, new) if one is not None and one.conclusion in SPEAKS]
        # Of what says nothing under either version it is all the same why.
        if said and (old is None or new is None
                     or (old.conclusion, old.rank) != (new.conclusion, new.rank)):
            yield Moved(reading=name, before=old.conclusion if old else None,
                        after=new.conclusion if new else None, why=tuple(_why(old, new)))


def _why(old: UnderReading | None, new: UnderReading | None) -> Iterator[str]:
    """What of a reading changed, in words."""
    if old is None or new is None:
        yield "this reading is new" if old is None else "this reading is no more in the document"
        return
    yield from (remark for remark in new.remarks if remark not in old.remarks)
    if old.standing is not None and new.standing is not None and old.rank is not new.rank:
        yield f"it stood here by {old.standing.words}, and now by {new.standing.words}"
    if new.conclusion is not old.conclusion and old.remarks == new.remarks:
        yield "its condition asks for other facts" if old.missing == new.missing else (
            "it lacks " + (", ".join(new.missing) or "nothing") + ", and lacked "
            + (", ".join(old.missing) or "nothing"))
