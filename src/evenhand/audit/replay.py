"""Decide every recorded decision again, from its record, the published terms and its own clock.

A sealed export is all that is needed: the terms with the vocabulary frozen beside them, what was
known of each post, what stood before, what a person asked, which clauses were suspended. Where the
decision comes out otherwise, or is stated otherwise, each difference is told. What was erased is
counted, and with it whatever rested on it.

That a clause had reached its cap, and what a person stated or chose, is taken from the record: it
is what was decided, not what follows from it.

So are the rows of the batches of facts: every clause is answered again for each of them. And the
fact-checks that were found for a post are found again (`audit.rematch`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import msgspec

from evenhand.audit import tables as at
from evenhand.audit.export_files import KEEP, ExportFiles, ExportRefused, lines_of
from evenhand.audit.facts import replay_rows
from evenhand.audit.rematch import Lacking, Rematching
from evenhand.clocks import deadline, end_of
from evenhand.decide.deciding import decide
from evenhand.decide.measuring import measure
from evenhand.decide.question import Begins, Question, Review
from evenhand.errors import EvenhandError
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.facts import record_of
from evenhand.factcheck.likeness import Vectors
from evenhand.model.action import ActionKind
from evenhand.model.brake import Suspension
from evenhand.model.decision import CauseKind, Decision, SetAside
from evenhand.reasons.statement import state
from evenhand.record.frozen import thaw
from evenhand.record.identity import facts_digest, identify
from evenhand.record.kinds import (
    DecisionRecord,
    PublicationRecord,
    ShadowRecord,
    SuspensionRecord,
    read_record,
)
from evenhand.rulebook.document import read_document
from evenhand.terms.applies import governing
from evenhand.terms.clauses import Terms, read_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What comes out otherwise: its entry, the decision's id (None of a row of a batch), in what,
    as recorded and as replayed."""

    entry: int
    decision: str | None
    what: str
    recorded: str
    replayed: str


@dataclass(slots=True)
class ReplayReport:
    """What a replay came to. `agreed` decisions came out as they were recorded; `erased` could not
    be looked at, since their record, or the one that they superseded, was erased. Of the posts
    `measured` in batches so many `rows` are kept: `rows_agreed` give the answers that were sealed,
    `rows_erased` are empty. Of `lists` of fact-checks found for a post, be they empty,
    `lists_agreed` were found again; `lacking` counts those that could not be looked at, by why.
    `behind` did not know of fact-checks that were known by then, since their run had begun before.
    `wordless` rows say that nothing was found for a post whose words no export holds."""

    decisions: int = 0
    agreed: int = 0
    erased: int = 0
    measured: int = 0
    rows: int = 0
    rows_agreed: int = 0
    rows_erased: int = 0
    lists: int = 0
    lists_agreed: int = 0
    lacking: Counter[Lacking] = field(default_factory=Counter)
    behind: int = 0
    wordless: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def lists_unseen(self) -> int:
        """The lists that could not be looked at in full."""
        return self.lacking.total()

    @property
    def agrees(self) -> bool:
        """Whether all that can be looked at came out as it was recorded."""
        return (self.agreed + self.erased == self.decisions
                and self.rows_agreed + self.rows_erased == self.rows
                and self.lists_agreed + self.lists_unseen == self.lists)


def replay_export(files: ExportFiles, *, model: Embedder | None = None,
                  vectors: Vectors | None = None, most: int = 1000) -> ReplayReport:
    """Replay every decision and every row of a sealed export, which `verify_export` has verified.

    `model` is the sentence model that posts were matched with, if any, and `vectors` gives its
    vectors of claims from where they are kept. At most so many differences are kept; all of them
    are counted.
    """
    report, past = ReplayReport(), _Past(files)
    rematching = Rematching(files, model, vectors=vectors)
    _replay_decisions(files, past, report, most, rematching)
    for plain in lines_of(files, at.LEAVES):
        if plain["kind"] == "facts":
            found = replay_rows(files, past.versions, plain["public"]["id"], shadows=past.shadows,
                                first_check=rematching.first_known,
                                most=max(0, most - len(report.differences)))
            report.measured += found.measured
            report.rows += found.rows
            report.rows_agreed += found.agreed
            report.rows_erased += found.erased
            report.wordless += found.wordless
            report.differences += [
                Difference(entry=plain["index"], decision=None, what=f"row {row}", recorded=was,
                           replayed=now)
                for row, was, now in found.differ]
    return report


def _replay_decisions(files: ExportFiles, past: _Past, report: ReplayReport, most: int,
                      rematching: Rematching) -> None:
    for plain in lines_of(files, at.OPENINGS):
        if plain["kind"] != "decision" and plain["kind"] != "suspension":
            continue
        if plain["record"] is None:
            if plain["kind"] == "decision":
                report.decisions += 1
                report.erased += 1
            continue
        record = read_record(plain["record"].encode())
        if isinstance(record, SuspensionRecord):
            past.suspensions.append(record.suspension)
            continue
        report.decisions += 1
        found = past.differences(plain["index"], record)
        if found is None:
            report.erased += 1
        elif not found:
            report.agreed += 1
        if record.decision.dossier.matches is not None:
            found = [*(found or ()), *_matched_again(plain["index"], record, report, rematching)]
        report.differences += (found or [])[:max(0, most - len(report.differences))]
        past.stands[record.decision.id] = record.decision
        if record.decision.supersedes is not None:
            past.stands.pop(record.decision.supersedes, None)


def _matched_again(entry: int, record: DecisionRecord, report: ReplayReport,
                   rematching: Rematching) -> Iterator[Difference]:
    again = rematching.again(record.decision, record.post)
    report.lists += 1
    report.lists_agreed += again.same is True
    report.behind += again.behind
    if again.lacks is not None:
        report.lacking[again.lacks] += 1
    if again.same is False:
        yield _difference(entry, record.decision, "the fact-checks found", again.recorded,
                          again.replayed)


class _Past:
    """What was published, stood and was suspended, as the log goes on."""

    def __init__(self, files: ExportFiles) -> None:
        self.versions, self.shadows = published_terms(files)
        self.by_digest = {v.digest: v for v in self.versions}
        self.stands: dict[str, Decision] = {}
        self.suspensions: list[Suspension] = []

    def differences(self, entry: int, record: DecisionRecord) -> list[Difference] | None:
        """In what a decision comes out otherwise; None where what stood before it was erased."""
        made, post = record.decision, record.post
        before = None
        if made.supersedes is not None:
            before = self.stands.get(made.supersedes)
            if before is None:
                return None
        law = governing(self.versions, made_at=post.made_at, now=made.at)
        if law.terms is None or law.procedure is None:
            return [_difference(entry, made, "terms", made.terms, "none was in force")]
        terms, zone, known = law.terms, law.terms.front.zone, facts_digest(made.dossier)
        review = _review(made, before)
        findings = measure(law.clauses, record_of(made.dossier),
                           explained={f.provision for f in made.findings} | review.acts_on)
        full = {g.citation.number for g in made.capped} | set(made.let_act)
        asked = Question(
            post=post, terms=terms, clauses=law.clauses, findings=findings, dossier=made.dossier,
            cause=made.cause, decider=made.decider, platform=_platform(made), now=made.at,
            clock=made.clock,
            taken={c.citation.number: c.then.cap.count for c in law.clauses
                   if c.then.cap is not None and c.citation.number in full},
            standing=before, suspended=_suspended(self.suspensions, terms, made.at),
            review=review if record.answer is None else replace(review, begins="no worse"),
            ends=lambda start, lasts: end_of(start, lasts, zone),
            due=lambda start, within: deadline(start, within, zone))
        again = decide(asked, facts_digest=known, identity=identify(
            post=post.id, terms=terms.digest, facts=known, cause=made.cause,
            supersedes=made.supersedes))
        if again is None:
            return [_difference(entry, made, "outcome", made.outcome.value, "nothing to decide")]
        found = list(_compared(entry, made, made, again))
        if found:
            return found
        appeal_by = deadline(made.at, law.procedure.front.appeal_within, law.procedure.front.zone)
        stated = state(again, post, terms, procedure=law.procedure, appeal_by=appeal_by)
        return list(_compared(entry, made, record.statement, stated, "statement: "))


def _review(made: Decision, before: Decision | None) -> Review:
    """What a person asked, as far as the record tells: what they chose, let act, edited, set aside,
    and what is no longer set aside."""
    earlier = before.set_aside if before else ()
    aside = {s.ground.citation.number for s in made.set_aside}
    chosen: dict[str, tuple[str, ...]] = {}
    for said in made.chosen:
        number, _, name = said.partition(" ")
        if number not in aside:
            chosen[number] = (*chosen.get(number, ()), name)
    begins: Begins = "nothing" if made.cause.kind in (
        CauseKind.REVERSAL, CauseKind.ACCOUNT_CHANGE) else "anything"
    fresh: tuple[SetAside, ...] = tuple(s for s in made.set_aside if s not in earlier)
    return Review(
        chosen=chosen, let_act=frozenset(made.let_act), set_aside=fresh, begins=begins,
        edits={a.ground.citation.number: a.edit.after for a in made.actions
               if a.kind is ActionKind.EDIT and a.edit is not None},
        restores=frozenset(s.ground.citation.number for s in earlier) - aside)


def _platform(made: Decision) -> str:
    """The platform as its notices name it: whoever speaks in them."""
    return next((a.speech.words_by_name for a in made.actions if a.speech is not None), "")


def _suspended(brakes: Iterable[Suspension], terms: Terms, now: datetime) -> frozenset[str]:
    """The clauses of a version that are suspended at an instant, by the brakes in their order."""
    stopped: dict[str, bool] = {}
    for brake in brakes:
        number = brake.ground.citation.number
        if brake.at > now:
            continue
        if brake.resumes:
            stopped[number] = False
        elif terms.published_at <= brake.at:
            stopped[number] = True
    return frozenset(number for number, stop in stopped.items() if stop)


def _compared(entry: int, made: Decision, recorded: Any, replayed: Any,
              said: str = "") -> Iterator[Difference]:
    for one in fields(recorded):
        old, new = getattr(recorded, one.name), getattr(replayed, one.name)
        if old != new:
            yield _difference(entry, made, said + one.name.replace("_", " "), _shown(old),
                              _shown(new))


def _difference(entry: int, made: Decision, what: str, recorded: str,
                replayed: str) -> Difference:
    return Difference(entry=entry, decision=made.id, what=what, recorded=recorded,
                      replayed=replayed)


LONGEST_SHOWN = 300


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN - 1] + "…"


def published_terms(files: ExportFiles) -> tuple[tuple[Terms, ...], tuple[Terms, ...]]:
    """Every published version, and every one that was in shadow, each read by the vocabulary that
    is frozen beside it."""
    versions: list[Terms] = []
    shadows: list[Terms] = []
    for plain in lines_of(files, at.LEAVES):
        if plain["kind"] not in ("publication", "shadow"):
            continue
        said: PublicationRecord | ShadowRecord = read_record(msgspec.json.encode(
            {"body": plain["public"], "kind": plain["kind"], "v": 1}, order="sorted"))
        if isinstance(said, PublicationRecord):
            versions.append(replace(_read(files, said), published_at=said.published_at,
                                    in_force_from=said.in_force_from))
        elif not said.ends:
            shadows.append(_read(files, said))
    return tuple(versions), tuple(shadows)


def _read(files: ExportFiles, said: PublicationRecord | ShadowRecord) -> Terms:
    documents = [read_document(_document(files, d.digest).decode(), name=d.language)
                 for d in said.documents]
    try:
        return read_terms(documents, vocabulary=thaw(_document(files, said.vocabulary)),
                          digest=said.terms)
    except EvenhandError as wrong:
        raise ExportRefused(f"the published terms cannot be read: {wrong.what}",
                            where=f"{at.DOCUMENTS}/", hint="update Evenhand") from None


def _document(files: ExportFiles, digest: str) -> bytes:
    path = f"{at.DOCUMENTS}/{digest.removeprefix('sha256:')}"
    data = files.read(path)
    if data is None:
        raise ExportRefused("this published document is missing", where=path, hint=KEEP)
    return data
