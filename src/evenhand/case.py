"""THE PATH of one post: findings, decision, reasons, record, leaf; it orders and never judges.

A post arrives at the edge with what the signals know of it. Posts that come in a batch are
measured as one (`measure`), and those of which something is found are settled. `settle` has each
clause that governs a post evaluated, has the decision made and stated, and returns all of it as
bytes ready to be stored. `carry` then keeps the order that the whole system rests on: stored,
sealed, and only then delivered (DESIGN 2.5). Store, Sequencer and Courier are ports; their makers
live at the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from evenhand.clocks import deadline, end_of, last_day
from evenhand.decide.deciding import decide, is_idle, same_for_author
from evenhand.decide.measuring import measure as find
from evenhand.decide.measuring import measure_all
from evenhand.decide.question import NO_REVIEW, Question, Review
from evenhand.decide.reviewing import check_review
from evenhand.factcheck.facts import record_of
from evenhand.model.appeal import Answer as AnswerToAppeal
from evenhand.model.appeal import Appeal
from evenhand.model.decision import Cause, Clock, Decider, Decision
from evenhand.model.post import Post
from evenhand.model.signal import Dossier
from evenhand.reasons.corrections import corrections
from evenhand.reasons.letter import letter, lifted_by
from evenhand.reasons.statement import fact_check_notices, state
from evenhand.record.identity import facts_digest, identify
from evenhand.record.kinds import DecisionRecord
from evenhand.record.leaf import written_and_leaf
from evenhand.rulebook.finding import Finding
from evenhand.terms.applies import governing
from evenhand.terms.clauses import Clause, Terms

if TYPE_CHECKING:
    import polars as pl

RULE = Decider(kind="rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealable:
    """A record with its bytes as they are `written`, the key of their commitment, and the bytes of
    the leaf."""

    record: DecisionRecord
    written: bytes
    key: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one post and one cause: what was found, and the decision where one was due.

    `terms` is None where no version was in force when the post was made.
    """

    post: Post
    dossier: Dossier
    cause: Cause
    terms: str | None
    findings: tuple[Finding, ...]
    at: datetime
    sealable: Sealable | None

    @property
    def decision(self) -> Decision | None:
        """The decision, or None where none was due."""
        return self.sealable.record.decision if self.sealable else None

    @property
    def facts_digest(self) -> str:
        """The digest of what was known; of most posts nobody asks for it."""
        return self.decision.facts_digest if self.decision else facts_digest(self.dossier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What must be known of the post's past: clause number -> how often it acted within its cap's
    period, the decision that stands, if any, and the numbers of the clauses that are suspended."""

    taken: Mapping[str, int]
    decision: Decision | None = None
    suspended: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The author's appeal that a decision answers; the answer follows from what was decided."""

    appeal: Appeal
    answer: Callable[[Decision], AnswerToAppeal]


class Store(Protocol):
    """Keeps decisions with their outbox rows: both or neither."""

    def commit(self, settled: Sequence[Settled]) -> int:
        """Store what is new in one transaction; return how many decisions were new."""


class Sequencer(Protocol):
    """Gives outbox rows their leaves and signs the head."""

    def seal(self) -> int:
        """Seal every waiting row; return the size of the signed tree."""


class Courier(Protocol):
    """Hands notices over, each with the receipt of its sealed record."""

    def deliver(self) -> int:
        """Deliver every sealed and undelivered notice; return how many."""


def measure(facts: pl.DataFrame, *, clauses: Sequence[Clause]) -> pl.DataFrame:
    """Measure a batch of posts: the twin of `settle`, as far as its findings.

    `facts` has a row for each post (`rulebook.frames`), `clauses` are those that govern all of
    them. Two columns say of each row which clauses hold and which are undetermined. Where both
    lists are empty nobody need decide; any other post is settled.
    """
    return measure_all(clauses, facts)


def settle(post: Post, *, dossier: Dossier, versions: Sequence[Terms], cause: Cause,
           standing: Standing, platform: str, now: datetime, clock: Clock,
           fresh_key: Callable[[], bytes], decider: Decider = RULE, review: Review = NO_REVIEW,
           answering: Answering | None = None) -> Settled:
    """Measure one post for one cause, and decide where a decision is due.

    `versions` are all published terms; `now` is UTC; `fresh_key` gives 32 random bytes. A person's
    `review` that no ground in force bears out is refused; `answering` is the appeal that the
    decision answers.
    """
    law = governing(versions, made_at=post.made_at, now=now)
    before = standing.decision.findings if standing.decision else ()
    findings = find(law.clauses, record_of(dossier),
                    explained={f.provision for f in before} | review.acts_on)
    sealable = None
    if law.terms is not None:
        assert law.procedure is not None, "whoever has substance has a procedure"
        terms, zone = law.terms, law.terms.front.zone
        asked = Question(
            post=post, terms=terms, clauses=law.clauses, findings=findings, dossier=dossier,
            cause=cause, decider=decider, platform=platform, now=now, clock=clock,
            taken=standing.taken, standing=standing.decision, suspended=standing.suspended,
            review=review,
            ends=lambda start, lasts: end_of(start, lasts, zone),
            due=lambda start, within: deadline(start, within, zone))
        if decider.kind == "reviewer":
            check_review(asked)
        decision = None
        if not is_idle(asked):
            known = facts_digest(dossier)
            decision = decide(asked, facts_digest=known, identity=identify(
                post=post.id, terms=terms.digest, facts=known, cause=cause,
                supersedes=standing.decision.id if standing.decision else None))
        if decision is not None:
            sealable = _sealable(decision, post, terms, law.procedure, platform, fresh_key(),
                                 before=standing.decision, answering=answering)
    return Settled(post=post, dossier=dossier, cause=cause, findings=findings, at=now,
                   terms=law.terms.digest if law.terms else None, sealable=sealable)


def _sealable(decision: Decision, post: Post, terms: Terms, procedure: Terms, platform: str,
              key: bytes, *, before: Decision | None, answering: Answering | None) -> Sealable:
    """The decision with every word said of it; its author is told what is done, and what lifted.

    Nobody is told the same thing twice, but whoever appeals gets an answer (Regulation 2022/2065
    Art. 20(5)), and whoever was told of a fact-check is told that it was corrected.
    """
    zone = procedure.front.zone
    appeal_by = deadline(decision.at, procedure.front.appeal_within, zone)
    statement = state(decision, post, terms, procedure=procedure, appeal_by=appeal_by)
    answer = answering.answer(decision) if answering else None
    notice = None
    told = before is not None and same_for_author(before, decision)
    corrected = corrections(decision, before, post)
    if answer is not None or corrected or (
            not told and (decision.actions or lifted_by(decision, before))):
        notice = letter(statement, decision, post, platform=platform, before=before,
                        corrected=corrected, answer=answer,
                        appeal=answering.appeal if answering else None,
                        appeal_last_day=last_day(appeal_by, zone))
    record = DecisionRecord(post=post, decision=decision, statement=statement, answer=answer,
                            notice=notice, fact_check_notices=fact_check_notices(decision, post),
                            corrections=corrected)
    written, leaf = written_and_leaf(record, key)
    return Sealable(record=record, key=key, leaf=leaf, written=written)


def carry(settled: Sequence[Settled], *, store: Store, sequencer: Sequencer,
          courier: Courier) -> int:
    """Store, then seal, then deliver, in this order and no other; return new decisions.

    A crash after the first leaves outbox rows that the next call seals; after the second, notices
    that the next call delivers. Nothing is delivered that is not sealed.
    """
    new = store.commit(settled)
    sequencer.seal()
    courier.deliver()
    return new
