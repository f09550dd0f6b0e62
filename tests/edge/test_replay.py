"""Replay: every decision comes out as it was recorded, and one that was made otherwise is told."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from evenhand.audit.replay import replay_export
from evenhand.edge.erasing import erase
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.record.kinds import read_record

OFFICE = runpy.run_path(str(Path(__file__).with_name("office.py")))
BUZZ, ZAP = "I will buzz you.", "I will zap you."


@pytest.fixture
def office(worlds):
    return OFFICE["Office"](worlds("square", terms=False))


def replayed(office, name="export"):
    folder = office.world.folder / name
    export(office.world.open(), folder, sealed=True)
    return replay_export(FilesOnDisk(folder))


def test_what_people_and_rules_decided_comes_out_again(office):
    office.world.learn(checks=[office.world.check()])
    office.post(1, f"Every voter here is sent two ballots. {ZAP}", minute=1)
    office.post(2, BUZZ, author="di", minute=2)
    office.decide(2, facts={"post.stance": "asserts"}, at=3)
    for n in range(3, 9):
        office.post(n, "wheeep", author=f"u{n}", minute=n)
    office.post(9, ZAP, author="di", minute=10)
    filed = office.appeal(office.standing(9).id, office.reading(), by="di", at=20)
    office.answer(filed.id, True, at=30)
    office.suspend("2.1", at=40)
    office.post(10, ZAP, author="ed", minute=41)
    office.post(11, BUZZ, author="ed", minute=42)
    office.suspend("2.1", resumes=True, at=50)
    office.post(12, ZAP, author="ed", minute=51)
    office.reinstate(12, at=55)
    office.decide(12, "dora", chosen={"2.1": ("remove",)}, at=56)
    office.decide(8, "bo", let_act=frozenset({"4.1"}), at=57)
    office.decide(3, "bo", set_aside={"4.1": "It is a kettle."}, at=58)
    office.report(1, at=60)
    office.order(10, at=61)
    office.reverse("2.1", at=70)
    report = replayed(office)
    assert report.differences == []
    assert report.decisions == report.agreed > 15


def test_what_was_erased_is_counted_with_what_rested_on_it(office):
    office.post(1, ZAP, minute=1)
    office.decide(1, "bo", set_aside={"2.1": "It is a song."}, at=3)
    office.post(2, ZAP, author="di", minute=4)
    erase(office.world.open(), post=office.id(1), person="finn", legal_basis="Art. 17 GDPR")
    report = replayed(office)
    assert (report.decisions, report.agreed, report.erased) == (3, 1, 2)


def test_a_decision_that_its_facts_and_terms_do_not_give_is_told(office, monkeypatch):
    """A platform whose program spares its friends, or strikes without the clause."""
    office.post(1, ZAP, minute=1)
    with monkeypatch.context() as otherwise:
        otherwise.setattr("evenhand.decide.deciding.strongest", lambda actions: ())
        office.post(2, ZAP, author="friend", minute=2)
    report = replayed(office)
    assert (report.decisions, report.agreed) == (2, 1)
    said = {one.what: one for one in report.differences}
    assert "actions" in said
    assert said["actions"].recorded == "()" and "remove" in said["actions"].replayed
    friend = office.standing(2)
    assert {one.decision for one in report.differences} == {friend.id}


def test_a_reason_that_does_not_follow_from_the_decision_is_told(office, monkeypatch):
    with monkeypatch.context() as otherwise:
        otherwise.setattr("evenhand.reasons.statement.detected_by_machine", lambda *_: False)
        office.post(1, ZAP, minute=1)
    [one] = replayed(office).differences
    assert (one.what, one.recorded, one.replayed) == (
        "statement: detection automated", "False", "True")


def test_it_is_the_sealed_record_that_is_read(office):
    office.post(1, ZAP, minute=1)
    export(office.world.open(), office.world.folder / "export", sealed=True)
    lines = (office.world.folder / "export" / "openings.jsonl").read_text().splitlines()
    records = [read_record(json.loads(line)["record"].encode()) for line in lines]
    assert any(getattr(r, "decision", None) == office.standing(1) for r in records)
