"""The path of one post, end to end on DESIGN's example, and the order that the system rests on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.appeal.outcome import outcome
from evenhand.case import Answering, Settled, carry
from evenhand.case import measure as measure_batch
from evenhand.decide.measuring import measure
from evenhand.decide.question import Review
from evenhand.decide.reviewing import ReviewRefused
from evenhand.errors import EvenhandError
from evenhand.factcheck.facts import record_of
from evenhand.model.appeal import Answer as AnswerToAppeal
from evenhand.model.appeal import Appeal, AppealOutcome, Dispute, DisputeKind, PointAnswered
from evenhand.model.decision import (
    AskedBecause,
    CauseKind,
    Outcome,
    SetAside,
    SetAsideBecause,
)
from evenhand.model.factcheck import Publisher
from evenhand.model.matter import Sender
from evenhand.model.signal import Dossier, Reported
from evenhand.record.kinds import read_record, write_record
from evenhand.record.leaf import leaf_of, read_leaf
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import to_columns
from evenhand.terms.applies import governing

CLAUSE = """## 3 Civic integrity

### 3.2 False claims about how to vote

You may not post a claim about how to vote that a fact-check on our published list has rated false.
We put a notice with a link to the facts beside such a post; we do not remove it.
Quoting a claim in order to rebut it, or reporting that someone made it, is always allowed.

```when
for a matched claim:
    claim.confirmed and claim.rating in ["false", "misleading"] and "how to vote" in claim.topics
unless post.stance in ["rebuts", "reports"]
```

```then
label get-the-facts "Get the facts about voting by mail" linking claim.fact_check
category civic discourse or elections: misinformation
objection otherwise objectionable
if undetermined, ask a reviewer within 24 hours
at most 200 an hour, then ask a reviewer
```

```case a confirmed false claim is labelled
claim.confirmed = yes; claim.rating = "false"; claim.topics = ["how to vote"]
post.stance = "asserts"
-> label get-the-facts
```
"""

NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)
OURS = Publisher(name="Agora", domain="agora.example", kind="platform")


@pytest.fixture(scope="module")
def terms(making: Any) -> Any:
    return making.of(CLAUSE)


def seen(making: Any, stance: str | None = None, **match: Any) -> Dossier:
    facts = {} if stance is None else {"post.stance": stance}
    return making.dossier(facts, observer="person:reviewer-2",
                          matches=(making.match(publisher=OURS, **match),))


def test_the_example_of_the_design_is_labelled_stated_and_sealed(making: Any, terms: Any) -> None:
    settled = making.settle(terms, seen(making, "asserts"))
    record = settled.sealable.record
    (action,) = record.decision.actions
    assert (action.name, str(action.ground.citation.number)) == ("get-the-facts", "3.2")
    assert (action.speech.words_by, action.speech.page_by) == ("platform", "platform")
    assert record.fact_check_notices[0].speech is action.speech
    assert "Get the facts about voting by mail" in record.notice.words
    assert settled.terms == terms.digest
    assert leaf_of(record, settled.sealable.key) == settled.sealable.leaf
    assert read_leaf(settled.sealable.leaf).public["grounds"] == ["3.2"]
    assert read_record(write_record(record)) == record


@pytest.mark.parametrize("stance", ["rebuts", "reports"])
def test_whoever_rebuts_or_reports_the_claim_is_left_alone(
        making: Any, terms: Any, stance: str) -> None:
    settled = making.settle(terms, seen(making, stance))
    assert settled.decision is None
    assert settled.findings[0].answer is Answer.DOES_NOT_HOLD


def test_where_nobody_has_said_where_the_poster_stands_a_person_is_asked(
        making: Any, terms: Any) -> None:
    decision = making.settle(terms, seen(making)).decision
    assert decision.outcome is Outcome.ASKED
    assert decision.asks[0].because is AskedBecause.UNDETERMINED
    assert decision.asks[0].missing == ("post.stance",)
    assert decision.asks[0].due_at == NOON + timedelta(hours=24)


def test_a_question_to_a_reviewer_tells_the_author_nothing_yet(making: Any, terms: Any) -> None:
    assert making.settle(terms, seen(making)).sealable.record.notice is None


def test_a_post_from_before_the_terms_is_measured_by_none(making: Any, terms: Any) -> None:
    early = making.post(made_at=datetime(2020, 5, 10, 23, 59, 59, tzinfo=UTC))
    settled = making.settle(terms, seen(making, "asserts"), post=early)
    assert (settled.terms, settled.findings, settled.decision) == (None, (), None)


def test_the_same_cause_gives_the_same_decision_and_another_cause_another(
        making: Any, terms: Any) -> None:
    one = making.settle(terms, seen(making, "asserts"))
    again = making.settle(terms, seen(making, "asserts"), now=NOON + timedelta(hours=1))
    other = making.settle(terms, seen(making, "asserts"),
                          cause=making.cause(CauseKind.REPORT, "r1"))
    assert one.decision.id == again.decision.id != other.decision.id


def test_the_fact_check_that_comes_later_leads_to_a_decision_then_and_only_then(
        making: Any, terms: Any) -> None:
    nobody = making.dossier({"post.stance": "asserts"}, matches=())
    assert making.settle(terms, nobody).decision is None
    cause = making.cause(CauseKind.FACT_CHECK_CHANGE, "key@1")
    later = NOON + timedelta(days=2)
    first = making.settle(terms, seen(making, "asserts"), cause=cause, now=later)
    assert first.decision.at == later
    again = making.settle(terms, seen(making, "asserts"), cause=cause, now=later,
                          standing=first.decision)
    assert again.decision is None, "nothing changes for anybody"


def test_a_corrected_fact_check_lifts_the_label_and_tells_the_author(
        making: Any, terms: Any) -> None:
    first = making.settle(terms, seen(making, "asserts"))
    settled = making.settle(terms, seen(making, "asserts", rating="true", version="2" * 16),
                            cause=making.cause(CauseKind.FACT_CHECK_CHANGE, "key@2"),
                            standing=first.decision)
    assert settled.decision.supersedes == first.decision.id
    assert settled.decision.actions == ()
    assert "We took away the notice" in settled.sealable.record.notice.words


# What a condition sees


def test_a_persons_word_beats_a_machines_however_late_the_machine(making: Any) -> None:
    person = Reported(name="post.stance", value="rebuts", observer="person:1", at=NOON)
    machine = Reported(name="post.stance", value="asserts", observer="stance@1",
                       at=NOON + timedelta(days=1))
    for order in ((person, machine), (machine, person)):
        assert record_of(Dossier(reported=order))["post.stance"] == "rebuts"


def test_nobody_looked_for_claims_is_not_the_same_as_none_was_found(making: Any) -> None:
    assert "claim" not in record_of(Dossier())
    assert record_of(Dossier(matches=()))["claim"] == ()


def test_each_matched_claim_is_seen_with_its_own_facts(making: Any) -> None:
    record = record_of(Dossier(matches=(making.match(), making.match(None, rating="true"))))
    first, second = record["claim"]
    assert first["claim.confirmed"] is True and first["claim.rating"] == "false"
    assert "claim.confirmed" not in second, "proposed only: nobody has said so"


# Store, seal, deliver


@dataclass
class Ports:
    """Fakes of the three ports that note what happened, in order; one of them may fail."""

    fails: str | None = None
    stored: list[str] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.fails == name:
            raise EvenhandError(f"`{name}` failed")

    def commit(self, settled: Any) -> int:
        self._call("commit")
        new = [s.decision.id for s in settled if s.decision and s.decision.id not in self.stored]
        self.stored += new
        return len(new)

    def seal(self) -> int:
        self._call("seal")
        self.sealed = list(self.stored)
        return len(self.sealed)

    def deliver(self) -> int:
        self._call("deliver")
        waiting = [d for d in self.sealed if d not in self.delivered]
        self.delivered += waiting
        return len(waiting)


def carried(ports: Ports, settled: list[Settled]) -> int:
    return carry(settled, store=ports, sequencer=ports, courier=ports)


def test_what_is_decided_is_stored_then_sealed_then_delivered(making: Any, terms: Any) -> None:
    ports, settled = Ports(), making.settle(terms, seen(making, "asserts"))
    assert carried(ports, [settled]) == 1
    assert ports.calls == ["commit", "seal", "deliver"]
    assert ports.delivered == [settled.decision.id]


def test_carrying_again_stores_nothing_new_and_delivers_nothing_twice(
        making: Any, terms: Any) -> None:
    ports, settled = Ports(), making.settle(terms, seen(making, "asserts"))
    carried(ports, [settled])
    assert carried(ports, [settled]) == 0
    assert ports.delivered == [settled.decision.id]


@pytest.mark.parametrize(("fails", "calls", "stored", "sealed"), [
    ("commit", ["commit"], 0, 0),
    ("seal", ["commit", "seal"], 1, 0),
    ("deliver", ["commit", "seal", "deliver"], 1, 1)])
def test_a_failure_stops_what_comes_after_and_the_next_call_finishes_it(
        making: Any, terms: Any, fails: str, calls: list[str], stored: int, sealed: int) -> None:
    ports, settled = Ports(fails=fails), making.settle(terms, seen(making, "asserts"))
    with pytest.raises(EvenhandError):
        carried(ports, [settled])
    assert ports.calls == calls
    assert (len(ports.stored), len(ports.sealed), len(ports.delivered)) == (stored, sealed, 0)
    ports.fails = None
    assert carried(ports, [settled]) == 1 - stored
    assert ports.stored == ports.sealed == ports.delivered == [settled.decision.id]


def test_each_decision_is_sealed_under_a_key_of_its_own(making: Any, terms: Any) -> None:
    keys = iter([b"a" * 32, b"b" * 32])
    one, two = (making.settle(terms, seen(making, "asserts"), fresh_key=lambda: next(keys))
                for _ in range(2))
    assert one.sealable.leaf != two.sealable.leaf
    assert one.sealable.record == two.sealable.record


def test_no_key_is_drawn_for_a_post_without_a_decision(making: Any, terms: Any) -> None:
    def never() -> bytes:
        raise AssertionError("randomness was asked for")
    assert making.settle(terms, making.dossier(), fresh_key=never,
                         post=making.post(made_at=datetime(2019, 1, 1, tzinfo=UTC))
                         ).sealable is None


def test_the_last_day_of_appeal_is_counted_in_the_time_zone_of_the_terms(making: Any) -> None:
    terms = making.of(CLAUSE, time_zone="Asia/Tokyo", appeal_within="1 day")
    evening = NOON.replace(hour=16)  # one in the morning of the 27th in Tokyo
    record = making.settle(terms, seen(making, "asserts"), now=evening,
                           post=making.post(made_at=evening)).sealable.record
    assert record.statement.redress.appeal_by == datetime(2020, 5, 28, 15, tzinfo=UTC)
    assert "until the end of 28 May 2020" in " ".join(record.notice.words.split())


def test_an_appeal_is_open_under_the_terms_in_force_when_it_was_decided(making: Any) -> None:
    """The clause is the one that the post was made under; who hears an appeal is today's rule."""
    old = making.of(CLAUSE)
    new = making.of(CLAUSE, version="2020-07-01", published="2020-06-01", in_force="2020-07-01",
                    appeal_within="1 day", appeals_to="the panel of Ghent",
                    appeals_at="panel@agora.example", courts="the courts of Ghent",
                    time_zone="Asia/Tokyo")
    late = datetime(2020, 7, 10, 16, tzinfo=UTC)  # one in the morning of the 11th in Tokyo
    record = making.settle((old, new), seen(making, "asserts"), now=late).sealable.record
    redress = record.statement.redress
    assert record.statement.grounds[0].citation.version == "2020-05-11"
    assert (redress.appeals_to, redress.appeals_at) == ("the panel of Ghent", "panel@agora.example")
    assert (str(redress.appeal_within), redress.courts) == ("1 day", "the courts of Ghent")
    assert redress.appeal_by == datetime(2020, 7, 12, 15, tzinfo=UTC)
    assert "until the end of 12 July 2020" in " ".join(record.notice.words.split())


def test_a_settled_post_keeps_all_that_its_replay_needs(making: Any, terms: Any) -> None:
    settled = making.settle(terms, seen(making, "asserts"))
    decision = settled.decision
    again = making.settle(terms, decision.dossier, post=settled.sealable.record.post,
                          cause=decision.cause, now=decision.at)
    assert again == replace(settled, sealable=again.sealable)
    assert again.sealable == settled.sealable


# What people decide


@pytest.mark.parametrize("kind", [CauseKind.REVIEW, CauseKind.REPORT, CauseKind.ORDER])
def test_the_statement_says_that_a_person_decided(making: Any, terms: Any, kind: CauseKind) -> None:
    dossier = seen(making, "asserts")
    cause = making.cause(kind, "v1")
    by_rule = making.settle(terms, dossier, cause=cause).sealable.record
    record = making.settle(terms, dossier, cause=cause, decider=making.person).sealable.record
    assert by_rule.statement.decision_automated != "not"
    assert record.statement.decision_automated == "not"
    assert "by a person" in " ".join(record.notice.words.split())
    assert read_leaf(leaf_of(record, b"k" * 32)).public["decider"] == "reviewer"


def answering(making: Any, record: Any, agreed: bool = False) -> Answering:
    point = Dispute(kind=DisputeKind.READING, words="the clause does not say this", clause="3.2")
    appeal = Appeal(id="a" * 64, decision=record.decision.id, post=record.post.id,
                    by=Sender(account="ada"), party="author", disputes=(point,), at=NOON,
                    clock="live")
    points = (PointAnswered(n=0, agreed=agreed, reasons="The clause names this very claim."),)
    return Answering(appeal=appeal, answer=lambda decision: AnswerToAppeal(
        appeal=appeal.id, points=points, by="bo",
        outcome=outcome(appeal, points, before=record.decision, after=decision)))


def test_an_appeal_gets_its_letter_where_nothing_changes(making: Any, terms: Any) -> None:
    first = making.settle(terms, seen(making, "asserts")).sealable.record
    settled = making.settle(
        terms, seen(making, "asserts"), cause=making.cause(CauseKind.APPEAL, "a" * 64),
        decider=making.person, standing=first.decision, answering=answering(making, first))
    record = settled.sealable.record
    assert record.decision.actions == first.decision.actions
    assert record.answer.outcome is AppealOutcome.UPHELD
    assert record.answer.points[0].reasons in " ".join(record.notice.words.split())
    assert read_record(write_record(record)) == record


def test_an_appeal_gets_its_letter_where_nothing_is_done_any_more(making: Any, terms: Any) -> None:
    first = making.settle(terms, seen(making, "asserts")).sealable.record
    aside = SetAside(ground=first.decision.grounds[0], because=SetAsideBecause.OVERTURNED,
                     matter="a" * 64, words="It does not name this claim.")
    record = making.settle(
        terms, seen(making, "asserts"), cause=making.cause(CauseKind.APPEAL, "a" * 64),
        decider=making.person, standing=first.decision, review=Review(set_aside=(aside,)),
        answering=answering(making, first, agreed=True)).sealable.record
    assert record.decision.actions == () == record.statement.grounds
    assert record.answer.outcome is AppealOutcome.OVERTURNED
    assert record.notice is not None


def test_where_nothing_was_and_nothing_is_done_only_an_appeal_gets_a_letter(
        making: Any, terms: Any) -> None:
    dossier = seen(making, "rebuts")
    review: dict[str, Any] = {"cause": making.cause(CauseKind.REVIEW, "v1"),
                              "decider": making.person}
    first = making.settle(terms, dossier, **review).sealable.record
    assert first.notice is None and first.answer is None
    later = {"cause": making.cause(CauseKind.APPEAL, "a" * 64), "decider": making.person,
             "standing": first.decision}
    assert making.settle(terms, dossier, **later).sealable.record.notice is None
    record = making.settle(terms, dossier, **later,
                           answering=answering(making, first)).sealable.record
    assert record.decision.actions == () and record.answer is not None
    assert record.notice.about == record.decision.id


def test_a_refused_review_leaves_nothing_and_draws_no_key(making: Any, terms: Any) -> None:
    def never() -> bytes:
        raise AssertionError("randomness was asked for")
    with pytest.raises(ReviewRefused):
        making.settle(terms, seen(making, "rebuts"), decider=making.person, fresh_key=never,
                      cause=making.cause(CauseKind.REVIEW, "v1"),
                      review=Review(chosen={"3.2": ("get-the-facts",)}))


def test_of_a_clause_that_a_review_names_the_facts_are_told(making: Any, terms: Any) -> None:
    with pytest.raises(ReviewRefused) as refused:
        making.settle(terms, seen(making, "rebuts"), decider=making.person,
                      cause=making.cause(CauseKind.REVIEW, "v1"),
                      review=Review(edits={"3.2": "x"}))
    assert 'is "rebuts"' in refused.value.what


STANCE = st.sampled_from(["asserts", "rebuts", "reports", None])


@given(STANCE, st.booleans(), st.booleans())
def test_what_is_settled_was_found_by_measuring(making: Any, terms: Any, stance: str | None,
                                                matched: bool, person: bool) -> None:
    """The twins: every clause measured alone gives the finding that the settled post keeps."""
    dossier = making.dossier({} if stance is None else {"post.stance": stance},
                             matches=(making.match(publisher=OURS),) if matched else ())
    who: dict[str, Any] = {"decider": making.person,
                           "cause": making.cause(CauseKind.REVIEW, "v1")} if person else {}
    settled = making.settle(terms, dossier, **who)
    law = governing((terms,), made_at=NOON, now=NOON)
    facts = record_of(dossier)
    assert settled.findings == measure(law.clauses, facts)
    explained = measure(law.clauses, facts, explained=("3.2",))
    assert [f.answer for f in explained] == [f.answer for f in settled.findings]
    if settled.decision is not None:
        assert set(settled.decision.findings) <= set(settled.findings)


@given(st.lists(st.fixed_dictionaries({}, optional={
    "post.satire": st.booleans(), "post.mentions": st.integers(0, 20),
    "post.stance": st.sampled_from(["asserts", "rebuts", "asks"])}), min_size=1, max_size=6))
def test_a_batch_is_measured_as_each_of_its_posts_is_settled(
        making: Any, facts: list[dict[str, Any]]) -> None:
    """The twins: what `measure` finds of a row, `settle` finds of the post."""
    terms = making.of(making.clause("1", "post.satire", "remove"),
                      making.clause("2", 'post.mentions > 10 unless post.stance == "asks"',
                                    "limit reach"))
    frame = to_columns(facts, terms.vocabulary)
    found = measure_batch(frame, clauses=terms.clauses)
    for known, holds, undetermined in zip(
            facts, found["holds"], found["undetermined"], strict=True):
        settled = making.settle(terms, making.dossier(known))
        for answer, numbers in ((Answer.HOLDS, holds), (Answer.UNDETERMINED, undetermined)):
            assert [f.provision for f in settled.findings if f.answer is answer] == list(numbers)
        assert (settled.decision is None) >= (not list(holds) and not list(undetermined))
