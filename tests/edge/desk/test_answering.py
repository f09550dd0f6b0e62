"""Whoever brought something is told what became of it: once, sealed, with what they can do."""

from __future__ import annotations

import pytest

from evenhand.edge.answering import keep_answers
from evenhand.edge.store.database import StoreError
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.model.decision import Outcome
from evenhand.model.matter import Sender
from evenhand.record.opening import check_opening, read_opening

ON_BOTH_ENGINES = True

ZAP = "I will zap you."


def test_the_letter_to_a_sender_says_the_decision_who_made_it_and_the_redress_and_proves_itself(
        office):
    office.post(1, ZAP, author="di")
    matter = office.report(1, "jon", at=5)
    decision = office.decide(1, at=9)
    letter = office.letter(f"answer-{matter.id}")
    said = " ".join(letter.split())
    assert "We removed the post" in said and "by a person, and not by automated means" in said
    assert "You can appeal, free of charge, until the end of 20 June 2020" in said
    assert decision.id[:16] in said and "di" not in letter.split(), "nothing of the author"
    folder = office.world.config.letters / f"answer-{matter.id}"
    receipt = parse_receipt((folder / "receipt.tlog-proof").read_bytes())
    opening = read_opening(receipt.extra)
    check_receipt(receipt, opening.leaf, parse_policy(
        (office.world.config.ledger / "policy").read_bytes()))
    assert check_opening(opening).body["notice"]["words"] in letter


def test_the_author_never_learns_who_reported_them(office):
    office.post(1, ZAP)
    office.report(1, Sender(name="Jon Ley", address="jon@mail.example", account="jonny"), at=5,
                  words="This Jon Ley says so.")
    decision = office.decide(1, set_aside={"2.1": "It is a line of a song."}, at=9)
    folder = office.world.config.letters / decision.id[:16]
    files = {path.name: path.read_text() for path in folder.iterdir()}
    assert {"notice.txt", "receipt.tlog-proof"} <= files.keys()
    for name, text in files.items():
        assert not [who for who in ("Jon", "jonny", "jon@mail") if who in text], name


def test_a_decision_that_asks_a_reviewer_answers_nobody_yet(office):
    office.post(1, "I will buzz you.")
    matter = office.report(1, at=5)
    asked = office.decide(1, "ada", at=9)
    assert asked.outcome is Outcome.ASKED
    assert office.matter(matter.id).open and office.answers() == []
    office.decide(1, "bo", facts={"post.stance": "mocks"}, at=12)
    assert not office.matter(matter.id).open


def test_of_one_matter_there_is_one_answer_and_the_database_sees_to_it(office):
    office.post(1, ZAP)
    matter = office.report(1, at=5)
    office.decide(1, at=9)
    desk = office.open()
    with pytest.raises(StoreError, match=r"(?i)unique"):
        desk.settle(_work(office, desk), lambda settled: lambda connection: keep_answers(
            desk.platform, connection, [settled], [matter], settled.at, person="ada"))
    assert len(office.answers()) == 1 and len(office.world.decisions()) == 2


def _work(office, desk):
    from evenhand.edge.people import decider
    from evenhand.edge.settling import Work
    from evenhand.model.decision import Cause, CauseKind

    return Work(post=desk.post(office.id(1)), now=office.when(20),
                decider=decider(desk.platform.config.people["ada"]),
                cause=Cause(kind=CauseKind.REVIEW, id="f" * 64, at=office.when(20)))


def test_an_authority_is_told_of_each_post_what_was_done_and_of_no_appeal(office):
    office.post(1, ZAP, author="di")
    office.post(2, author="ed", minute=1)
    order = office.order(1, 2, kind="authority's order", at=5)
    office.decide(1, at=8)
    office.decide(2, at=9)
    said = " ".join(office.letter(f"answer-{order.id}").split())
    assert "square:1@1" in said and "square:2@1" in said
    assert "You can appeal" not in said
