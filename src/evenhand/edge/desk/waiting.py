"""What waits for a person: questions that decisions left open, and matters that nobody answered.

Every deadline stands beside what it is about, and those that have passed come first: nobody can
miss what nobody hides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, func, select

from evenhand.edge.contested import Contested
from evenhand.edge.looking_after import Doubt
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import from_us, reading
from evenhand.edge.store.matters import Matter, open_matters
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import PostId
from evenhand.record.kinds import AppealRecord, OrderRecord, ReportRecord

Kind = Literal["question", "report", "order", "appeal", "fact-check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that somebody has to look at.

    `id` is the decision that asks, or the matter. `what` is the clause and why a person must look,
    the kind of an order, or who appeals; of a fact-check, whose key is `id`, why it is in doubt
    whether it stands. `due_at` is None where nothing was promised. `clause` is the number of the
    one that asks, `check` the fact-check in doubt, `against` the one that contradicts it.
    """

    kind: Kind
    id: str
    posts: tuple[PostId, ...]
    what: str
    missing: tuple[str, ...]
    trusted: bool
    since: datetime
    due_at: datetime | None
    clause: str | None = None
    check: FactCheck | None = None
    against: FactCheck | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether its deadline has passed: a deadline is the first instant that is too late."""
        return self.due_at is not None and self.due_at <= now


def waiting(engine: Engine, doubts: Iterable[Doubt] = (), contested: Iterable[Contested] = ()
            ) -> tuple[Waiting, ...]:
    """Everything that waits: what is due first, then trusted flaggers', then what came first."""
    found = [*_questions(engine), *_matters(engine), *map(_doubt, doubts),
             *map(_contested, contested)]
    return tuple(sorted(found, key=lambda w: (
        w.due_at is None, w.due_at or w.since, not w.trusted, w.since)))


def _questions(engine: Engine) -> list[Waiting]:
    later = t.decisions.alias("later")
    query = select(t.questions, t.decisions.c.platform, t.decisions.c.native,
                   t.decisions.c.version, t.decisions.c.at).join(
        t.decisions, t.decisions.c.id == t.questions.c.decision).where(
        # Of what was erased nobody can say any more what it asks, so nobody can answer.
        func.length(t.decisions.c.record) > 0,
        ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists()).order_by(
        t.decisions.c.at, t.questions.c.decision, t.questions.c.n)
    with reading(engine) as connection:
        return [Waiting(
            kind="question", id=row.decision, trusted=False, since=from_us(row.at),
            posts=(PostId(platform=row.platform, native=row.native, version=row.version),),
            clause=row.number, what=f"clause {row.number}: {row.because}",
            missing=tuple(row.missing.split()),
            due_at=from_us(row.due_at) if row.due_at else None)
            for row in connection.execute(query)]


def _matters(engine: Engine) -> list[Waiting]:
    kinds: dict[str, Kind] = {"report": "report", "order": "order", "appeal": "appeal"}
    return [Waiting(
        kind=kinds[matter.kind], id=matter.id, posts=matter.posts, missing=(),
        what=_in_words(matter),
        trusted=matter.trusted, since=matter.known_at, due_at=matter.due_at)
        for matter in open_matters(engine)]


def _doubt(one: Doubt) -> Waiting:
    return Waiting(
        kind="fact-check", id=one.check.key, posts=tuple(r.decision.post for r in one.relying),
        what=f"{one.check.url}: {one.look.said}; does it still stand?", missing=(), trusted=False,
        since=one.look.at, due_at=None, check=one.check)


def _contested(one: Contested) -> Waiting:
    return Waiting(
        kind="fact-check", id=one.check.key, posts=tuple(r.decision.post for r in one.relying),
        what="two publishers contradict each other on this claim; does what rests on it stand?",
        missing=(), trusted=False, since=one.since, due_at=None, check=one.check,
        against=one.against)


def _in_words(matter: Matter) -> str:
    """What a matter is about, in a few words; of a record that was erased only its kind."""
    match matter.record:
        case ReportRecord(report=said):
            law = f"illegal under {said.illegal_under}" if said.illegal_under else ""
            return law if said.clause is None else f"clause {said.clause}" + (
                f", {law}" if law else "")
        case OrderRecord(order=said):
            return f"{said.kind}: {said.demands}"
        case AppealRecord(appeal=said):
            points = len(said.disputes)
            many = "" if points == 1 else "s"
            return f"by the {said.party}, {points} point{many}, against decision " + \
                said.decision[:16]
    return matter.sort or matter.kind
