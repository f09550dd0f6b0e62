"""A reviewer decides: on grounds in force, with facts in their own name, answering who asked."""

from __future__ import annotations

import pytest

from evenhand.edge.desk import deciding
from evenhand.edge.store.claims import latest_tellings
from evenhand.edge.store.known import load_confirmations
from evenhand.errors import EvenhandError
from evenhand.factcheck.stance import SUGGESTED_BY
from evenhand.model.decision import AskedBecause, CauseKind, Outcome, SetAsideBecause
from evenhand.model.signal import Suggestion

ON_BOTH_ENGINES = True

BUZZ, ZAP = "I will buzz you.", "I will zap you."


def test_a_decision_answers_every_open_report_and_order_of_the_post_and_of_no_other(office):
    office.post(1, author="di")
    office.post(2, author="ed")
    one, two = office.report(1, "ivy", at=5), office.report(1, "jon", at=6)
    order = office.order(1, kind="government request", legal_basis="none", at=7)
    other = office.report(2, "ivy", at=8)
    decision = office.decide(1, "ada", at=9)
    assert decision.cause.kind is CauseKind.ORDER, "an order is the weightier cause"
    assert decision.cause.id.startswith("+".join(sorted([one.id, two.id, order.id])) + "+")
    assert {a.matter for a in office.answers()} == {one.id, two.id, order.id}
    assert {a.automated for a in office.answers()} == {"not"}
    assert decision.outcome is Outcome.LEFT_ALONE
    assert [w.id for w in office.waiting()] == [other.id]
    assert "did nothing" in " ".join(office.letter(f"answer-{one.id}").split()) or \
        "leave" in office.letter(f"answer-{one.id}")


def test_a_reviewer_answers_the_question_that_a_clause_left_open(office, acts):
    office.post(1, BUZZ)
    [waits] = office.waiting()
    assert (waits.kind, waits.missing) == ("question", ("post.stance",))
    assert office.standing(1).asks[0].because is AskedBecause.UNDETERMINED
    decision = office.decide(1, facts={"post.stance": "asserts"}, at=9)
    assert acts(decision) == [("2.3", "remove")]
    assert decision.decider.person == "ada" and decision.decider.known_by == "command line"
    assert [(r.value, r.observer) for r in decision.dossier.reported if r.name == "post.stance"
            ] == [("asserts", "person:ada")]
    assert office.waiting() == ()
    office.world.run([office.world.post(2, minute=100)])
    assert office.standing(1).id == decision.id, "what was stated is known, and not looked at again"


@pytest.mark.parametrize(("more", "suggested", "followed"), [
    ("", (), None), (" Sure, and pigs fly.", ("mocks",), False),
    (" Is he here?", ("asks",), True),
    (" Really? Sure, and pigs fly.", ("asks", "mocks"), None)])
def test_what_was_suggested_of_the_stance_is_recorded_with_the_answer_and_is_never_one(
        office, more, suggested, followed):
    office.post(1, BUZZ + more, language="en")
    assert office.standing(1).asks[0].missing == ("post.stance",), "a suggestion answers nothing"
    decision = office.decide(1, facts={"post.stance": "asks"}, at=9)
    [said] = [r for r in decision.dossier.reported if r.name == "post.stance"]
    assert said.suggested == Suggestion(by=SUGGESTED_BY, values=suggested)
    assert (said.value, said.followed) == ("asks", followed)
    again = office.standing(1)
    assert again.dossier == decision.dossier, "it is read again as it was sealed"
    office.report(1, at=60)
    [said] = [r for r in office.decide(1, "bo", at=70).dossier.reported if r.name == "post.stance"]
    assert said.suggested == Suggestion(by=SUGGESTED_BY, values=suggested)


def test_a_reviewer_sets_a_clause_aside_with_reasons_and_it_stays_so(office, acts):
    office.post(1, ZAP)
    assert office.strikes() == 1
    decision = office.decide(1, set_aside={"2.1": "It is a line of a song."}, at=9)
    assert acts(decision) == [] and office.strikes() == 0
    assert [s.because for s in decision.set_aside] == [SetAsideBecause.REVIEWED]
    office.report(1, at=60)
    again = office.decide(1, "bo", at=70)
    assert acts(again) == [] and again.set_aside == decision.set_aside


def test_a_decision_is_made_once_however_often_its_key_comes(office):
    office.post(1, BUZZ)
    report = office.report(1, at=3, clause="2.3")
    first = office.decide(1, facts={"post.stance": "asserts"}, at=5, once="form-7")
    assert report.id in first.cause.id.split("+"), "and it answers who reported"
    after = office.world.outcomes()
    assert office.decide(1, facts={"post.stance": "asserts"}, at=9, once="form-7").id == first.id
    assert office.world.outcomes() == after
    assert office.decide(1, "bo", at=9, once="form-8").supersedes == first.id


@pytest.mark.parametrize(("asked", "wrong"), [
    ({"chosen": {"9.9": ("remove",)}}, "have no clause 9.9"),
    ({"chosen": {"2.3": ("remove",)}}, "does not hold"),
    ({"chosen": {"2.1": ("suspend",)}}, "does not allow `suspend`"),
    ({"set_aside": {"9.9": "It is a song."}}, "have no clause 9.9"),
    ({"set_aside": {"2.1": " "}}, "without reasons"),
    ({"facts": {"hits.zaps": 0}}, "hits.zaps"),
    ({"facts": {"post.stance": "shouts"}}, "post.stance"),
    ({"confirms": {"https://checkers.example/none": True}}, "no known fact-check"),
    ({"unfounded": ("abc",)}, "names no open report"),
])
def test_what_no_ground_in_force_bears_out_is_refused_and_nothing_is_kept(office, asked, wrong):
    office.post(1, ZAP)
    matter, before = office.report(1, at=3), office.world.outcomes()
    with pytest.raises(EvenhandError, match=wrong):
        office.decide(1, at=5, **asked)
    assert office.world.outcomes() == before and office.matter(matter.id).open


@pytest.mark.parametrize(("person", "wrong"), [
    ("mallory", "is not a registered person"), ("finn", "may not decide about posts")])
def test_only_a_registered_person_with_the_role_decides(office, person, wrong):
    office.post(1, ZAP)
    with pytest.raises(EvenhandError, match=wrong):
        office.decide(1, person, at=5)


def test_a_report_that_is_called_manifestly_unfounded_counts_against_its_sender_alone(office):
    office.post(1)
    one, two = office.report(1, "ivy", at=5), office.report(1, "kim", at=6)
    office.decide(1, unfounded=(one.id[:10],), at=9)
    said = {a.matter: a.manifestly_unfounded for a in office.answers()}
    assert said == {one.id: True, two.id: False}
    assert "unfounded" not in office.letter(f"answer-{one.id}")
    for author, unfounded in (("ivy", 1), ("kim", 0)):
        office.post(f"of-{author}", ZAP, author=author, minute=60)
        facts = {r.name: r.value for r in office.standing(f"of-{author}").dossier.reported}
        assert facts["account.reports_manifestly_unfounded"] == unfounded


def test_a_post_that_no_terms_govern_is_decided_by_nobody_and_nothing_of_it_is_kept(office):
    long_ago = office.start.replace(year=2019)
    office.world.run([office.world.post(1, BUZZ, made_at=long_ago)])
    with pytest.raises(EvenhandError, match="no terms were in force when `square:1@1` was made"):
        office.decide(1, facts={"post.stance": "asserts"}, at=5)
    with office.world.open().engine.connect() as connection:
        assert not connection.exec_driver_sql("SELECT * FROM statements").all()


def test_a_report_of_a_post_that_no_terms_govern_is_recorded_and_stays_in_sight(office):
    """No clause is a ground against such a post, so nothing can answer it; nobody hides it."""
    office.world.run([office.world.post(1, BUZZ, made_at=office.start.replace(year=2019))])
    matter = office.report(1, "jon", clause=None, illegal_under="Ley Penal Code, section 3",
                           good_faith=True, at=5)
    [waits] = office.waiting()
    assert waits.id == matter.id and waits.is_late(matter.due_at)


def test_what_is_reinstated_is_given_back_and_the_strike_stays(office, acts):
    office.post(1, ZAP)
    decision = office.reinstate(1, at=9)
    assert acts(decision) == [] and decision.cause.kind is CauseKind.REVIEW
    assert [g.citation.number for g in decision.grounds] == ["2.1"], "the finding stands"
    assert office.strikes() == 1
    assert "apologised" in office.letter(decision.id[:16])
    with pytest.raises(EvenhandError, match="nothing is done to"):
        office.reinstate(1, at=12)


def test_what_only_added_words_is_no_strike_when_it_is_given_back(office, acts):
    office.post(1, "wheeep")
    assert acts(office.standing(1)) == [("4.1", "label")] and office.strikes() == 0
    office.reinstate(1, at=9)
    assert office.strikes() == 0
    office.post(2, "Good evening.", minute=60)
    assert office.world.decisions("2") == [], "and clause 2.2 finds none"


def test_a_strike_whose_finding_falls_later_is_gone_also_where_its_action_was_given_back(office):
    office.post(1, BUZZ)
    office.decide(1, facts={"post.stance": "asserts"}, at=5)
    office.reinstate(1, at=9)
    assert office.strikes() == 1
    office.decide(1, "bo", facts={"post.stance": "mocks"}, at=20)
    assert office.strikes() == 0


@pytest.mark.parametrize(("person", "words", "wrong"), [
    ("ada", "The author has apologised.", "may not give back"),
    ("dora", "sorry", "without reasons")])
def test_nothing_is_given_back_without_the_role_or_without_reasons(office, person, words, wrong):
    office.post(1, ZAP)
    with pytest.raises(EvenhandError, match=wrong):
        office.reinstate(1, person, words=words, at=9)
    assert office.standing(1).actions



def test_a_decision_that_is_stored_is_not_told_as_lost_where_what_follows_from_it_fails(
        office, acts, monkeypatch):
    """Another process is ahead of us with another post: whoever comes next sees to it."""
    office.post(1, BUZZ)

    def overtaken(*_):
        raise EvenhandError("somebody else decided about `square:9@1` in the meantime")

    desk = office.open()
    with monkeypatch.context() as busy:
        busy.setattr(type(desk.sweep), "until", overtaken)
        decision = deciding.decide(desk, office.id(1), person="ada", at=office.when(5),
                                   asked=deciding.Asked(facts={"post.stance": "asserts"}))
    assert acts(decision) == [("2.3", "remove")]
    assert office.standing(1).id == decision.id


def test_a_fact_check_is_named_by_the_digits_that_the_queue_shows_and_once(office):
    office.world.learn(checks=[office.world.check()])
    [check] = [told.check for told in latest_tellings(office.world.open().engine)]
    office.post(1)
    office.decide(1, confirms={check.key[:12]: True}, at=9)
    [said] = load_confirmations(office.world.open().engine)
    assert (said.what.claim, said.what.value) == (check.key, True)
    with pytest.raises(EvenhandError, match="something is said already"):
        office.decide(1, confirms={check.key[:12]: True, check.url: False}, at=10)
