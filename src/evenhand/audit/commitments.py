"""What a platform promised in its terms and did not keep, from a sealed export alone.

Decisions, matters, answers and deliveries are read in the order of the log, each under the version
of the terms that governed it. What was erased, or was never opened, is counted as not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evenhand.assess.commitments import Unmet, late, unmet_by
from evenhand.assess.recorded import Delivered
from evenhand.audit import tables as at
from evenhand.audit.export_files import ExportFiles, lines_of
from evenhand.audit.replay import published_terms
from evenhand.model.decision import CauseKind
from evenhand.record.kinds import (
    AnswerRecord,
    AppealRecord,
    ClosingRecord,
    DecisionRecord,
    DeliveryRecord,
    ReportRecord,
    WithdrawalRecord,
    read_record,
)
from evenhand.terms.applies import in_force
from evenhand.terms.clauses import Terms


@dataclass(slots=True)
class Kept:
    """What came of it. `unmet` in the order in which it was; `promises` is how many promises that a
    machine can check the published terms hold; `erased` counts what could not be looked at."""

    unmet: list[Unmet] = field(default_factory=list)
    promises: int = 0
    decisions: int = 0
    matters: int = 0
    erased: int = 0


def check_commitments(files: ExportFiles, *, now: datetime) -> Kept:
    """Hold the terms' promises against a sealed export, which `verify_export` has verified."""
    versions, _ = published_terms(files)
    record = _Record()
    for plain in lines_of(files, at.OPENINGS):
        if plain["record"] is None:
            record.erased += 1
        else:
            record.take(read_record(plain["record"].encode()))
    found = Kept(promises=sum(map(_promises, versions)), decisions=len(record.decisions),
                 matters=len(record.matters), erased=record.erased)
    found.unmet = sorted((*record.by_decisions(versions, now), *record.late(versions, now)),
                         key=lambda one: (one.since, one.about, one.promise))
    return found


def _promises(terms: Terms) -> int:
    clauses = sum((c.then.promises.tells + len(c.then.promises.never)
                   + bool(c.then.actions)) for c in terms.clauses if c.then.force == "commitment")
    return clauses + (terms.front.reports_within is not None) + (
        terms.front.appeals_within is not None)


class _Record:
    """What an export holds of decisions and matters, by what it is about."""

    def __init__(self) -> None:
        self.decisions: list[DecisionRecord] = []
        self.matters: dict[str, ReportRecord | AppealRecord] = {}
        self.ended: dict[str, datetime] = {}
        self.sent: defaultdict[str, list[Delivered]] = defaultdict(list)
        self.erased = 0

    def take(self, record: Any) -> None:
        match record:
            case DecisionRecord(decision=made):
                self.decisions.append(record)
                if made.cause.kind in (CauseKind.REPORT, CauseKind.APPEAL):
                    self.ended.setdefault(made.cause.id, made.at)
            case ReportRecord(report=matter) | AppealRecord(appeal=matter):
                self.matters[matter.id] = record
            case AnswerRecord(matter=about, at=when) | ClosingRecord(matter=about, at=when):
                self.ended.setdefault(about, when)
            case WithdrawalRecord(withdrawal=taken):
                self.ended.setdefault(taken.matter, taken.at)
            case DeliveryRecord(about=about, outcome="delivered"):
                self.sent[about].append(Delivered(channel=record.channel, to=record.to,
                                                  at=record.at))

    def by_decisions(self, versions: tuple[Terms, ...], now: datetime) -> Iterator[Unmet]:
        by_digest = {v.digest: v for v in versions}
        for record in self.decisions:
            made = record.decision
            terms = by_digest.get(made.terms)
            if terms is not None:
                yield from unmet_by(
                    made, terms, now=now, told_before=record.notice is None,
                    deliveries=tuple(self.sent.get(f"decision:{made.id}", ())))

    def late(self, versions: tuple[Terms, ...], now: datetime) -> Iterator[Unmet]:
        for id_, record in self.matters.items():
            kind = "report" if isinstance(record, ReportRecord) else "appeal"
            matter = record.report if isinstance(record, ReportRecord) else record.appeal
            terms = in_force(versions, matter.at)
            promised = None if terms is None else (
                terms.front.reports_within if kind == "report" else terms.front.appeals_within)
            key = "reports decided within" if kind == "report" else "appeals answered within"
            one = late(promise=key, words=f"{key}: {promised}", about=f"{kind} {id_}",
                       due_at=record.due_at if promised is not None else None,
                       answered_at=self.ended.get(id_), now=now)
            if one is not None:
                yield one
