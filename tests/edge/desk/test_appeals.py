"""Appeals: who may, against what, by when; answered by another, point by point, in the open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, to_us, transaction
from evenhand.errors import EvenhandError
from evenhand.model.appeal import AppealOutcome
from evenhand.model.decision import CauseKind, Outcome, SetAsideBecause
from evenhand.model.matter import Sender
from evenhand.record.kinds import AppealRecord

ON_BOTH_ENGINES = True

ZAP, BUZZ, SHOUT = "I will zap you.", "I will buzz you.", "Shout shout shout"
CLAIM = "Every voter here is sent two ballots"
DAY = 24 * 60


def answer_of(office, decision):
    """The answer that the record of a decision holds."""
    return office.world.open().store.record(decision.id)[0].answer


def test_a_fact_that_the_author_disputes_is_tried_and_decides_and_the_answer_overturns(
        office, acts):
    office.post(1, BUZZ)
    removed = office.decide(1, "ada", facts={"post.stance": "asserts"}, at=5)
    filed = office.appeal(removed.id, office.fact("post.stance", "reports"), at=10)
    assert isinstance(filed.record, AppealRecord) and filed.record.decisive == (0,)
    assert "you are right on point 1" in " ".join(office.letter(f"appeal-{filed.id}").split())
    assert filed.due_at == datetime(2020, 6, 4, tzinfo=UTC), "fourteen days, to the end of the last"
    decision = office.answer(filed.id, True, at=20)
    assert acts(decision) == [] and decision.supersedes == removed.id
    assert (decision.cause.kind, decision.cause.id) == (CauseKind.APPEAL, filed.id)
    assert answer_of(office, decision).outcome is AppealOutcome.OVERTURNED
    assert [(r.value, r.observer) for r in decision.dossier.reported if r.name == "post.stance"
            ][-1] == ("reports", "person:eli"), "whoever agrees states it in their own name"
    assert office.strikes() == 0 and office.matter(filed.id).answered_by == decision.id
    assert "We looked at it again with care." in office.letter(decision.id[:16])
    office.world.verify()


def test_a_reading_that_is_agreed_to_sets_the_clause_aside_for_this_post_alone(office, acts):
    office.post(1, ZAP)
    office.post(2, ZAP, author="di", minute=1)
    filed = office.appeal(office.standing(1).id, office.reading(), at=10)
    decision = office.answer(filed.id, True, at=20)
    assert acts(decision) == [] and acts(office.standing(2)) == [("2.1", "remove")]
    assert [s.because for s in decision.set_aside] == [SetAsideBecause.OVERTURNED]
    assert answer_of(office, decision).outcome is AppealOutcome.OVERTURNED
    assert office.strikes() == 0
    office.report(1, at=30)
    assert acts(office.decide(1, "dora", at=40)) == [], "and it stays so"


def test_a_treatment_that_is_not_agreed_to_is_upheld_with_reasons_and_superseded_all_the_same(
        office, acts):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.treatment("2.1", "square:2"), at=10)
    decision = office.answer(filed.id, False, at=20)
    assert acts(decision) == [("2.1", "remove")]
    assert answer_of(office, decision).outcome is AppealOutcome.UPHELD
    assert office.strikes() == 1
    assert office.letter(decision.id[:16]), "whoever appeals gets an answer"


def test_who_asks_back_gets_back_and_the_finding_and_the_strike_stay(office, acts):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.back(), at=10)
    decision = office.answer(filed.id, True, at=20)
    assert acts(decision) == [] and [g.citation.number for g in decision.grounds] == ["2.1"]
    assert answer_of(office, decision).outcome is AppealOutcome.REINSTATED
    assert office.strikes() == 1


def test_nobody_answers_an_appeal_against_their_own_decision(office):
    office.post(1, BUZZ)
    removed = office.decide(1, "eli", facts={"post.stance": "asserts"}, at=5)
    filed = office.appeal(removed.id, office.reading("2.3"), at=10)
    with pytest.raises(EvenhandError, match="`eli` made the decision appealed against"):
        office.answer(filed.id, True, person="eli", at=20)
    with pytest.raises(EvenhandError, match="may not answer appeals"):
        office.answer(filed.id, True, person="ada", at=20)
    assert office.matter(filed.id).open
    office.answer(filed.id, True, person="dora", at=30)


def test_nobody_answers_who_made_a_decision_before_it_or_on_whose_word_it_rests(office):
    office.post(1, BUZZ)
    office.decide(1, "dora", facts={"post.stance": "asserts"}, at=5)
    again = office.decide(1, "ada", at=8)
    filed = office.appeal(again.id, office.reading("2.3"), at=10)
    with pytest.raises(EvenhandError, match="`dora` made another decision"):
        office.answer(filed.id, True, person="dora", at=20)
    office.world.learn(said=[office.world.said("2", by="eli", minute=40)])
    office.post(2, BUZZ, author="di", minute=50)
    other = office.appeal(office.standing(2).id, office.reading("2.3"), by="di", at=60)
    with pytest.raises(EvenhandError, match=r"rests on what `eli` said of `post\.stance`"):
        office.answer(other.id, True, person="eli", at=70)


def test_the_database_itself_refuses_an_answer_by_whoever_decided(office):
    office.post(1, BUZZ)
    removed = office.decide(1, "eli", facts={"post.stance": "asserts"}, at=5)
    filed = office.appeal(removed.id, office.reading("2.3"), at=10)
    engine = office.world.open().engine
    row = {"matter": filed.id, "decision": removed.id, "outcome": "upheld", "unfounded": 0,
           "at": to_us(office.when(20))}
    with pytest.raises(StoreError, match="nobody answers an appeal against their own decision"), \
            transaction(engine) as connection:
        connection.execute(insert(m.answers).values(person="eli", **row))
    with transaction(engine) as connection:
        connection.execute(insert(m.answers).values(person="dora", **row))


def test_an_appeal_is_in_time_for_a_month_from_the_day_on_which_the_letter_came(office):
    """The letter waited for nine days: they are not the author's."""
    office.post(1, ZAP)
    removed = office.standing(1)
    platform = office.world.open()
    came = office.start + timedelta(days=9)
    with transaction(platform.engine) as connection:
        connection.execute(insert(t.deliveries).values(
            about=f"decision:{removed.id}", channel="e-mail", outcome="delivered",
            at=to_us(came), record=b"-", key=b"-"))
    last = datetime(2020, 6, 29, 23, 59, tzinfo=UTC)
    minutes = (last - office.start) / timedelta(minutes=1)
    assert office.appeal(removed.id, office.reading(), at=minutes, once="late").open
    office.withdraw(office.appeal(removed.id, office.reading(), once="late").id,
                    Sender(account="cy"), at=minutes)
    with pytest.raises(EvenhandError, match="comes too late: its last day was 2020-06-29"):
        office.appeal(removed.id, office.reading(), at=minutes + 1)


def test_an_appeal_after_its_last_day_is_refused_and_told_what_remains(office):
    office.post(1, ZAP)
    with pytest.raises(EvenhandError, match="comes too late: its last day was 2020-06-20") as wrong:
        office.appeal(office.standing(1).id, office.reading(), at=32 * DAY)
    assert "the courts" in str(wrong.value)
    assert office.waiting() == ()


def test_an_appeal_against_a_superseded_decision_names_the_one_that_stands(office):
    office.post(1, ZAP)
    first = office.standing(1)
    office.report(1, at=5)
    second = office.decide(1, at=8)
    with pytest.raises(EvenhandError, match="does not stand any more") as wrong:
        office.appeal(first.id, office.reading(), at=10)
    assert second.id[:16] in str(wrong.value)


@pytest.mark.parametrize(("who", "party", "wrong"), [
    ("di", "author", "only the author of the post can appeal as its author"),
    (Sender(name="Cy"), "author", "only the author of the post"),
    ("ivy", "reporter", "only who sent a report")])
def test_an_appeal_by_somebody_else_is_refused(office, who, party, wrong):
    office.post(1, ZAP)
    with pytest.raises(EvenhandError, match=wrong):
        office.appeal(office.standing(1).id, office.reading(), by=who, party=party, at=10)


def test_a_decision_that_did_nothing_to_its_author_is_not_appealed_by_them(office):
    office.post(1)
    office.report(1, at=5)
    left = office.decide(1, at=8)
    with pytest.raises(EvenhandError, match="did nothing to the post or its author"):
        office.appeal(left.id, office.reading(), at=10)


def test_while_an_appeal_is_open_no_second_is_heard_and_a_point_is_heard_once(office):
    office.post(1, ZAP)
    removed = office.standing(1)
    filed = office.appeal(removed.id, office.reading(), at=10)
    with pytest.raises(EvenhandError, match="against this decision is still open"):
        office.appeal(removed.id, office.treatment(), at=11)
    upheld = office.answer(filed.id, False, at=20)
    with pytest.raises(EvenhandError, match="this was answered already"):
        office.appeal(upheld.id, office.reading(), at=30)
    other = office.appeal(upheld.id, office.treatment(), at=31)
    assert other.open, "what else is wrong can still be said"
    with pytest.raises(EvenhandError, match="made the decision appealed against"):
        office.answer(other.id, True, person="eli", at=40)


def test_an_appeal_that_is_taken_back_can_be_made_anew_and_is_not_answered(office):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.reading(), at=10)
    office.withdraw(filed.id, Sender(account="cy"), at=12)
    with pytest.raises(EvenhandError, match="was taken back"):
        office.answer(filed.id, True, at=20)
    assert office.appeal(office.standing(1).id, office.reading(), at=30).open


@pytest.mark.parametrize(("agreed", "reasons", "wrong"), [
    ((), "We looked at it again.", "not answered"),
    ((True, True), "We looked at it again.", "has no point 2"),
    ((True,), "No.", "without reasons"), ((False,), " \n", "without reasons")])
def test_an_answer_addresses_every_point_with_reasons(office, agreed, reasons, wrong):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.reading(), at=10)
    with pytest.raises(EvenhandError, match=wrong):
        office.answer(filed.id, *agreed, reasons=reasons, at=20)
    assert office.matter(filed.id).open and len(office.world.decisions()) == 1


def test_an_appeal_is_answered_once(office):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.reading(), at=10, once="form")
    office.answer(filed.id, False, at=20)
    with pytest.raises(EvenhandError, match="was answered by decision"):
        office.answer(filed.id, True, person="dora", at=30)
    assert office.appeal("no matter which", office.back(), once="form").id == filed.id
    assert office.world.verify().kinds["appeal"] == 1


def test_an_appeal_is_answered_also_where_a_fact_check_superseded_the_decision_in_between(
        office, acts):
    office.world.learn(checks=[office.world.check()])
    office.post(1, f"{CLAIM}. I will zap you.")
    office.world.learn(said=[office.world.said("1", "claim.confirmed", True, claim=(
        "https://checkers.example/ballots"), minute=1)])
    office.world.run()
    removed = office.standing(1)
    assert set(acts(removed)) == {("2.1", "remove"), ("3.1", "label")}
    filed = office.appeal(removed.id, office.reading(), at=30)
    office.world.learn(checks=[office.world.check(rating="True")])
    office.world.run()
    between = office.standing(1)
    assert (between.supersedes, acts(between)) == (removed.id, [("2.1", "remove")])
    decision = office.answer(filed.id, True, at=60)
    assert (decision.supersedes, acts(decision)) == (between.id, [])
    assert answer_of(office, decision).outcome is AppealOutcome.OVERTURNED


def test_an_answer_names_the_decision_that_stands_and_not_one_whose_place_was_taken(office):
    office.post(1, ZAP)
    first = office.standing(1)
    filed = office.appeal(first.id, office.reading(), at=30)
    office.report(1, at=31)
    between = office.decide(1, "bo", at=40)
    letter = " ".join(office.letter(office.answer(filed.id, False, at=60).id[:16]).split())
    assert (f"our decision {between.id[:16]}, which has taken the place of decision "
            f"{first.id[:16]} since, stands.") in letter
    plain = office.appeal(office.standing(1).id, office.treatment(), at=70)
    letter = office.letter(office.answer(plain.id, False, person="dora", at=80).id[:16])
    assert "which has taken the place" not in letter


def test_nobody_fares_worse_for_having_appealed_and_what_else_holds_is_decided_for_itself(
        office, acts):
    """Since the label a strike has come: clause 2.2 would limit the post as well."""
    office.post(1, "wheeep", minute=1)
    assert acts(office.standing(1)) == [("4.1", "label")]
    filed = office.appeal(office.standing(1).id, office.reading("4.1"), at=5)
    office.post(2, ZAP, minute=10)
    assert office.strikes() == 1
    decision = office.answer(filed.id, False, at=20)
    assert acts(decision) == [("4.1", "label")]
    assert answer_of(office, decision).outcome is AppealOutcome.UPHELD
    again = office.decide(1, "bo", at=30)
    assert acts(again) == [("2.2", "limit"), ("4.1", "label")], "a decision with its own appeal"


def test_what_is_weaker_takes_the_place_of_what_an_appeal_overturns(office, acts):
    office.post(1, ZAP, minute=1)
    office.post(2, ZAP, minute=2)
    assert acts(office.standing(2)) == [("2.1", "remove")], "the stronger of removal and limit"
    filed = office.appeal(office.standing(2).id, office.reading(), at=5)
    decision = office.answer(filed.id, True, at=20)
    assert acts(decision) == [("2.2", "limit")], "the strike of the first post stands"


def test_who_reported_in_vain_appeals_and_what_they_are_right_about_is_done(office, acts):
    office.post(1, BUZZ)
    office.report(1, "jon", clause="2.3", at=3)
    left = office.decide(1, "ada", facts={"post.stance": "mocks"}, at=5)
    assert left.outcome is Outcome.LEFT_ALONE
    filed = office.appeal(left.id, office.fact("post.stance", "asserts"), by=Sender(
        address="JON@mail.example"), party="reporter", at=10)
    assert filed.record.decisive == (0,)
    decision = office.answer(filed.id, True, at=20)
    assert acts(decision) == [("2.3", "remove")]
    said = [a for a in office.answers() if a.kind == "appeal"]
    assert [(a.matter, a.answer.outcome) for a in said] == [(filed.id, AppealOutcome.OVERTURNED)]
    assert office.letter(f"answer-{filed.id}").startswith("To: JON@mail.example")
    assert office.letter(decision.id[:16]).startswith("To: cy"), "and the author is told"
    office.appeal(decision.id, office.reading("2.3"), at=30)


def test_a_clause_that_a_reviewer_set_aside_acts_again_where_who_reported_it_is_right(office, acts):
    office.post(1, ZAP)
    office.report(1, "ivy", at=3)
    left = office.decide(1, "ada", set_aside={"2.1": "It is a line of a song."}, at=5)
    filed = office.appeal(left.id, office.reading(), by="ivy", party="reporter", at=10)
    decision = office.answer(filed.id, True, at=20)
    assert acts(decision) == [("2.1", "remove")] and decision.set_aside == ()


def test_who_reported_in_vain_keeps_the_right_to_appeal_when_the_decision_is_superseded(office):
    office.post(1, f"{CLAIM}. I will buzz you.")
    office.report(1, "ivy", clause="2.3", at=3)
    left = office.decide(1, "ada", facts={"post.stance": "mocks"}, at=5)
    second = office.decide(1, "bo", facts={"post.stance": "rebuts"}, at=8)
    assert (second.supersedes, second.outcome) == (left.id, Outcome.LEFT_ALONE)
    with pytest.raises(EvenhandError, match="does not stand any more"):
        office.appeal(left.id, office.fact("post.stance", "asserts"), by="ivy", party="reporter",
                      at=10)
    filed = office.appeal(second.id, office.fact("post.stance", "asserts"), by="ivy",
                          party="reporter", at=10)
    assert filed.open


def test_a_report_that_led_to_an_action_is_not_appealed_by_who_sent_it(office):
    office.post(1, ZAP)
    office.report(1, "ivy", at=3)
    decision = office.decide(1, at=5)
    with pytest.raises(EvenhandError, match="led to an action"):
        office.appeal(decision.id, office.reading(), by="ivy", party="reporter", at=10)


def test_what_an_appeal_says_is_in_its_record_and_its_leaf_tells_only_its_kind(office):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.reading(), at=10)
    with reading(office.world.open().engine) as connection:
        leaf = connection.exec_driver_sql(
            f"SELECT leaf FROM outbox WHERE key = 'appeal:{filed.id}'").scalar()  # noqa: S608
    assert b"the reading of the clause" in bytes(leaf) and b"song" not in bytes(leaf)


def test_what_was_overturned_is_not_done_again_by_whoever_was_overturned(office, acts):
    office.post(1, ZAP)
    removed = office.decide(1, "dora", at=5)
    filed = office.appeal(removed.id, office.reading(), at=10)
    office.answer(filed.id, True, at=20)
    with pytest.raises(EvenhandError, match="may not decide again what was overturned"):
        office.decide(1, "ada", at=30)
    with pytest.raises(EvenhandError, match="a decision of `dora` about this post was overturned"):
        office.decide(1, "dora", chosen={"2.1": ("remove",)}, at=30)
    assert acts(office.standing(1)) == []


def test_who_decided_between_a_decision_and_the_answer_to_its_appeal_does_not_answer(office):
    office.post(1, ZAP)
    filed = office.appeal(office.standing(1).id, office.reading(), at=10)
    office.decide(1, "eli", at=15)
    with pytest.raises(EvenhandError, match="`eli` made another decision about this post"):
        office.answer(filed.id, False, person="eli", at=20)
