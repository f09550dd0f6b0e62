"""Everything that happened to one post, in its order, each with its place in the public log.

Who reported a post is not told, only that somebody did; who decided and answered is, since whoever
reads this works for the platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from evenhand.edge.cli.screen import heading, safe, say
from evenhand.edge.cli.telling import who
from evenhand.edge.platform import Platform
from evenhand.edge.store.database import from_us
from evenhand.edge.store.matters import Matter, matters_about, matters_of
from evenhand.edge.store.story import Answered, answers_to, places_of, suspensions_of
from evenhand.model.appeal import Dispute, DisputeKind
from evenhand.model.decision import CauseKind, Decision
from evenhand.model.post import PostId
from evenhand.reasons.statement import day_and_time
from evenhand.record.codec import instant_text
from evenhand.record.kinds import (
    AccessRecord,
    AppealRecord,
    DecisionRecord,
    OrderRecord,
    ReversalRecord,
    SuspensionRecord,
)
from evenhand.rulebook.syntax import format_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened. `id` is of a matter, a brake or a decision; `entry` is the place of
    its leaf, None where it has none of its own. Of one `alike` several are told in one line."""

    at: datetime
    kind: str
    what: str
    id: str | None = None
    entry: int | None = None
    alike: str = ""


def timeline(platform: Platform, post: PostId,
             decisions: Sequence[DecisionRecord]) -> tuple[Happened, ...]:
    """What happened to a post, the earliest first."""
    engine = platform.engine
    matters = matters_about(engine, [post], kinds=("report", "order", "appeal", "withdrawal",
                                                   "access"))
    answers = answers_to(engine, [m.id for m in matters])
    brakes = _brakes(platform, [r.decision for r in decisions])
    places = places_of(engine, [
        *(f"{m.kind}:{m.id}" for m in (*matters, *brakes)), *(f"answer:{i}" for i in answers),
        *(f"decision:{r.decision.id}" for r in decisions)])
    happened = [*_measured(platform, post, decisions, places),
                *(_brought(m, places) for m in matters),
                *(_answered(m, answers[m.id], places) for m in matters if m.id in answers),
                *(_pulled(m, places) for m in brakes)]
    # What is sealed has an order of its own within an instant, and a replayed clock has few.
    return tuple(sorted(happened, key=lambda h: (
        h.at, h.entry is not None, h.entry if h.entry is not None else 0)))


def _measured(platform: Platform, post: PostId, decisions: Sequence[DecisionRecord],
              places: dict[str, int]) -> Iterable[Happened]:
    made = {(d.cause.kind.value, d.cause.id): d for d in (r.decision for r in decisions)}
    for row in platform.store.measurements_of(post):
        decision = made.get((row.cause, row.cause_id))
        found = []
        if row.terms is None:
            found.append("no terms were in force when it was made")
        if row.holds:
            found.append(f"{', '.join(row.holds.split())} holds")
        if row.undetermined:
            found.append(f"{', '.join(row.undetermined.split())} undetermined")
        what = f"{row.cause}: {'; '.join(found) or 'no clause holds'}"
        if decision is None:
            # Every report has the post looked at again; where nothing comes of it, the report is
            # all that happened.
            if row.cause not in (CauseKind.REPORT.value, CauseKind.ORDER.value):
                yield Happened(at=from_us(row.at), kind="measured", what=what)
            continue
        yield Happened(
            at=from_us(row.at), kind="decision", id=decision.id,
            what=f"{what}; decision {decision.id[:16]}: {decision.outcome.value}, by "
            f"{who(decision.decider)}", entry=places.get(f"decision:{decision.id}"))


def _brought(matter: Matter, places: dict[str, int]) -> Happened:
    record, alike = matter.record, ""
    match matter.kind:
        case "report":
            what = "a report came in" + (", from a trusted flagger" if matter.trusted else "")
            alike = what
        case "order":
            demands = f": {record.order.demands}" if isinstance(record, OrderRecord) else ""
            what = f"{matter.sort} {matter.id[:16]}{demands}"
        case "appeal":
            what = f"appeal {matter.id[:16]} by the {matter.sort}{_points(record)}"
        case "access":
            said = record.access if isinstance(record, AccessRecord) else None
            what = "its sealed records were opened" + (
                f", by {said.by}: {said.words}" if said is not None else "")
        case _:
            kind = record.withdrawal.kind if record is not None else "matter"
            what = f"the {kind} {(matter.withdraws or '')[:16]} was withdrawn"
    return Happened(at=matter.known_at, kind=matter.kind, id=matter.id, what=what, alike=alike,
                    entry=places.get(f"{matter.kind}:{matter.id}"))


def _points(record: Any) -> str:
    if not isinstance(record, AppealRecord):
        return ", which was erased"
    decision = record.appeal.decision[:16]
    return f" against {decision}: " + "; ".join(
        point_in_words(d) + (" (decisive)" if n in record.decisive else "")
        for n, d in enumerate(record.appeal.disputes))


def point_in_words(point: Dispute) -> str:
    """What one point of an appeal says, in a few words."""
    match point.kind:
        case DisputeKind.FACT:
            of = f" of the fact-check {point.claim}" if point.claim else ""
            return f"{point.fact}{of} is {format_value(point.value)}"
        case DisputeKind.READING:
            return f"clause {point.clause} does not mean the post"
        case DisputeKind.TREATMENT:
            return f"clause {point.clause}, {len(point.like)} like treated otherwise"
        case DisputeKind.ASKS_BACK:
            return "accepts the finding and asks back"


def _answered(matter: Matter, answer: Answered, places: dict[str, int]) -> Happened:
    by = answer.person or "the clause itself"
    unfounded = ", manifestly unfounded" if answer.unfounded else ""
    what = f"answered by {by}: {answer.outcome}{unfounded}"
    alike = f"{matter.kind} {what}" if matter.kind == "report" else ""
    # The answer to an author's appeal stands in the record of the decision itself.
    entry = places.get(f"answer:{matter.id}", places.get(f"decision:{answer.decision}"))
    subject = "a report" if matter.kind == "report" else (
        f"the {matter.sort if matter.kind == 'order' else matter.kind} {matter.id[:16]}")
    return Happened(at=answer.at, kind="answer", id=matter.id, what=f"{subject} is {what}",
                    entry=entry, alike=alike)


def _brakes(platform: Platform, decisions: Sequence[Decision]) -> tuple[Matter, ...]:
    """The reversals that took something of the post back, the suspensions of clauses that would
    have acted on it."""
    reversals = [d.cause.id for d in decisions if d.cause.kind is CauseKind.REVERSAL]
    numbers = {g.citation.number for d in decisions for g in d.suspended}
    return (*matters_of(platform.engine, reversals),
            *suspensions_of(platform.engine, numbers))


def _pulled(matter: Matter, places: dict[str, int]) -> Happened:
    record = matter.record
    if isinstance(record, ReversalRecord):
        said = record.reversal
        what = (f"reversal {matter.id[:16]} of clause {said.ground.citation.number}, by {said.by}: "
                f"{said.words}")
    else:
        assert isinstance(record, SuspensionRecord), "a brake is a reversal or a suspension"
        stop = record.suspension
        now = "acts again" if stop.resumes else "is suspended"
        what = f"clause {stop.ground.citation.number} {now}, by {stop.by}: {stop.words}"
    return Happened(at=matter.known_at, kind=matter.kind, id=matter.id, what=what,
                    entry=places.get(f"{matter.kind}:{matter.id}"))


def tell_timeline(happened: Iterable[Happened]) -> None:
    """A line for each thing that happened; what came in alike, one after another, in one."""
    heading("What happened")
    for _, group in groupby(enumerate(happened), key=lambda one: one[1].alike or one[0]):
        several = [one for _, one in group]
        first, last = several[0], several[-1]
        until = f", until {day_and_time(last.at)}" if last.at > first.at else ""
        what = first.what if len(several) == 1 else f"{len(several):,} times{until}: {first.what}"
        places = sorted({one.entry for one in several if one.entry is not None})
        entries = f"  [quiet]{_entries(places)}[/quiet]" if places else ""
        say(f"  {day_and_time(first.at)}  {safe(what)}{entries}")


def _entries(places: Sequence[int]) -> str:
    if len(places) == 1:
        return f"entry {places[0]}"
    shown = ", ".join(map(str, places[:3]))
    return f"entries {shown}" + (f" and {len(places) - 3:,} more" if len(places) > 3 else "")


def plain_timeline(happened: Iterable[Happened]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{"at": instant_text(one.at), "kind": one.kind, "id": one.id, "what": one.what,
             "entry": one.entry} for one in happened]
