"""What people bring is recorded when it comes; a rule that gives it answers, else a person does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evenhand.edge.desk.desk import Desk
from evenhand.errors import EvenhandError
from evenhand.model.decision import CauseKind, Outcome
from evenhand.model.matter import Sender
from evenhand.record.kinds import ReportRecord, WithdrawalRecord
from evenhand.report.lacks import Incomplete

ON_BOTH_ENGINES = True
SHOUT = "Shout shout shout"
ZAP = "I will zap you."


def test_a_report_by_rule_acts_at_once_and_its_sender_learns_that_software_decided(
        office, acts):
    office.post(1, SHOUT)
    first, second = office.report(1, "ivy", clause="5.1", at=5), office.report(
        1, "jon", clause="5.1", at=6)
    decision = office.standing(1)
    assert acts(decision) == [("5.1", "interstitial")]
    assert decision.cause.kind is CauseKind.REPORT and decision.decider.kind == "rule"
    assert second.answered_by == decision.id
    assert office.matter(first.id).answered_by == decision.id, "what was asked is done for both"
    said = {answer.matter: answer for answer in office.answers()}
    assert {a.automated for a in said.values()} == {"fully"}
    letter = office.letter(f"answer-{second.id}")
    assert letter.startswith("To: jon@mail.example\n")
    assert "automated means: a rule of our published terms decided" in " ".join(letter.split())
    assert "YOU DISAGREE" in letter
    assert office.waiting() == ()
    office.world.verify()


def test_a_report_that_nothing_holds_of_waits_for_a_person_and_no_rule_dismisses_it(office):
    office.post(1)
    matter = office.report(1, at=5)
    assert matter.open and office.world.decisions() == [] and office.answers() == []
    [waits] = office.waiting()
    assert (waits.kind, waits.id) == ("report", matter.id)
    assert waits.due_at == matter.due_at, "the terms promise a decision within seven days"
    office.world.run([office.world.post(2, minute=600)])
    assert office.matter(matter.id).open, "and a run changes nothing of that"
    assert office.letter(f"report-{matter.id}").startswith("To: ivy\n"), "that it came is confirmed"


def test_a_report_by_nobody_is_taken_and_decided_and_nobody_is_written_to(office):
    office.post(1, ZAP)
    matter = office.report(1, "nobody", at=5)
    assert matter.record.notice is None
    office.decide(1, at=9)
    [answer] = office.answers()
    assert answer.notice is None and answer.outcome is Outcome.ACTED
    assert not list(office.world.config.letters.glob("report-*"))
    assert not list(office.world.config.letters.glob("answer-*"))
    office.world.verify()


def test_a_report_that_lacks_something_is_refused_with_all_of_it_and_nothing_is_kept(office):
    office.post(1)
    with pytest.raises(Incomplete) as lacks:
        office.report(1, "nobody", clause=None, words="bad", illegal_under="Ley Penal Code", at=5)
    assert [lack.field for lack in lacks.value.lacks] == [
        "words", "by.name", "by.address", "good_faith"]
    with pytest.raises(EvenhandError, match="is not recorded"):
        office.report(99, at=5)
    assert office.waiting() == ()
    assert office.world.verify().kinds.keys() == {"publication", "facts"}


def test_the_same_key_brings_nothing_twice(office):
    office.post(1)
    one = office.report(1, at=5, once="form 17")
    assert office.report(1, at=6, once="form 17") == one
    assert office.report(1, at=7, once="form 18").id != one.id
    order = office.order(1, kind="copyright notice", at=8, once="form 17")
    assert office.order(1, kind="copyright notice", at=9, once="form 17").id == order.id
    kinds = office.world.verify().kinds
    assert (kinds["report"], kinds["order"]) == (2, 1)


def test_the_same_key_again_finishes_what_a_crash_left(office, acts, monkeypatch):
    """The order was recorded, and nobody had looked at the post when the process died."""
    class Died(Exception):
        pass

    def die(*_):
        raise Died

    office.post(1)
    with monkeypatch.context() as dying:
        dying.setattr(Desk, "_again", die)
        with pytest.raises(Died):
            office.order(1, at=5, once="by fax")
    assert office.world.decisions() == []
    again = office.order(1, at=6, once="by fax")
    assert acts(office.standing(1)) == [("5.2", "remove")]
    assert again.answered_by == office.standing(1).id


def test_an_order_that_names_three_posts_is_answered_once_when_all_are_decided(office):
    for n in (1, 2, 3):
        office.post(n, author=f"u{n}")
    order = office.order(1, 2, 3, kind="authority's order", at=5, due_at=office.when(900))
    assert order.open and order.due_at == office.when(900)
    office.decide(2, at=10)
    office.decide(1, at=20)
    assert office.matter(order.id).open and office.answers() == []
    last = office.decide(3, at=30)
    assert office.matter(order.id).answered_by == last.id
    [answer] = office.answers()
    assert (answer.matter, answer.kind, answer.outcome) == (order.id, "order", Outcome.LEFT_ALONE)
    letter = office.letter(f"answer-{order.id}")
    assert all(f"square:{n}@1" in letter for n in (1, 2, 3))
    office.decide(3, at=40)
    assert len(office.answers()) == 1


def test_an_order_of_a_court_acts_by_its_clause_and_the_court_is_told(office, acts):
    office.post(1)
    order = office.order(1, at=5)
    decision = office.standing(1)
    assert (acts(decision), decision.cause.kind) == ([("5.2", "remove")], CauseKind.ORDER)
    assert order.answered_by == decision.id
    assert "We removed the post" in office.letter(f"answer-{order.id}")
    assert "order" in office.letter(decision.id[:16])


def test_an_order_without_a_legal_basis_or_by_who_may_not_record_it_is_refused(office):
    office.post(1)
    with pytest.raises(Incomplete, match="no legal basis"):
        office.order(1, legal_basis="none", at=5)
    with pytest.raises(EvenhandError, match="`mallory` is not a registered person"):
        office.order(1, recorded_by="mallory", at=5)
    with pytest.raises(Incomplete, match="names no post"):
        office.order(at=5)
    with pytest.raises(Incomplete, match="more than once"):
        office.order(1, 1, at=5)
    assert office.waiting() == ()


def test_to_withdraw_an_order_lifts_what_rested_on_it_and_nothing_else(office, acts):
    office.post(1)
    office.post(2, ZAP, author="di", minute=1)
    order = office.order(1, 2, at=5)
    assert acts(office.standing(1)) == [("5.2", "remove")]
    assert office.standing(2).grounds[-1].citation.number == "5.2"
    office.withdraw(order.id[:12], Sender(name="District Court of Ley"), recorded_by="finn", at=50)
    assert acts(office.standing(1)) == [] and acts(office.standing(2)) == [("2.1", "remove")]
    assert office.standing(1).cause.kind is CauseKind.ORDER
    assert office.strikes() == 0
    assert [f.name for f in office.world.config.letters.glob(office.standing(1).id[:16])]
    kinds = office.world.verify().kinds
    assert (kinds["withdrawal"], kinds["answer"]) == (1, 1), "the order was answered before"


def test_a_report_that_is_withdrawn_counts_no_more_and_waits_for_nobody(office, acts):
    office.post(1, SHOUT)
    first = office.report(1, "ivy", clause="5.1", at=5)
    taken = office.withdraw(first.id, "ivy", words="I misread it.", at=6)
    assert isinstance(taken.record, WithdrawalRecord) and taken.withdraws == first.id
    assert office.waiting() == () and office.matter(first.id).withdrawn
    office.report(1, "jon", clause="5.1", at=7)
    assert office.world.decisions() == [], "one report stands, and the clause asks for two"


@pytest.mark.parametrize("somebody", ["jon", "kim", "nobody"])
def test_only_who_brought_a_matter_takes_it_back(office, somebody):
    office.post(1)
    matter = office.report(1, "ivy", at=5)
    with pytest.raises(EvenhandError, match="only who brought this report can take it back"):
        office.withdraw(matter.id, somebody, at=6)
    assert office.matter(matter.id).open


def test_what_was_answered_or_withdrawn_is_not_taken_back(office):
    office.post(1)
    answered, gone = office.report(1, "ivy", at=5), office.report(1, "kim", at=5)
    office.withdraw(gone.id, "kim", at=6)
    with pytest.raises(EvenhandError, match="was withdrawn before"):
        office.withdraw(gone.id, "kim", at=7)
    decision = office.decide(1, at=8)
    with pytest.raises(EvenhandError, match=f"was answered by decision {decision.id[:16]}"):
        office.withdraw(answered.id, "ivy", at=9)
    with pytest.raises(EvenhandError, match="names no matter"):
        office.withdraw("0123", "ivy", at=9)


def test_what_somebody_brings_drags_nothing_in_that_becomes_known_only_later(office):
    """On a replayed clock material lies ahead: a report does not make it happen."""
    office.post(1, "Every voter here is sent two ballots")
    office.world.learn(checks=[office.world.check(published="2020-06-01T00:00:00Z")])
    matter = office.report(1, at=60)
    assert matter.known_at == office.start + timedelta(hours=1)
    assert office.world.decisions() == []
    assert office.world.open().clock.at(None) == matter.known_at
    office.world.run()
    assert [d.at.month for d in office.world.decisions()] == [6]


def test_time_does_not_go_back_behind_what_was_brought(office):
    office.post(1)
    office.report(1, at=600)
    later = office.decide(1, at=30)
    assert later.at == office.when(600)


def test_the_words_of_a_report_are_in_its_record_and_in_no_leaf(office):
    office.post(1)
    matter = office.report(1, "jon", at=5, words="Jon thinks that this is a threat.")
    assert isinstance(matter.record, ReportRecord) and matter.record.report.words.startswith("Jon")
    with office.world.open().engine.connect() as connection:
        leaves = [bytes(row[0]) for row in connection.exec_driver_sql("SELECT entry FROM leaves")]
    assert not any(b"Jon" in leaf or b"jon@" in leaf or b"threat" in leaf for leaf in leaves)
