"""Being told things: once, in their order, with what is wrong set aside."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

import evenhand.edge.store.known as known_store
from evenhand.edge.learn import learn
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.edge.store.known import load_confirmations, load_fact_checks, statements_about
from evenhand.errors import EvenhandError

ON_BOTH_ENGINES = True


def test_what_is_told_twice_is_known_once(world):
    told = {"checks": [world.check()], "said": [world.said("1"), world.said("1")]}
    first, again = world.learn(**told), world.learn(**told)
    assert (first.fact_checks, first.new_fact_checks) == (1, 1)
    assert (first.statements, first.new_statements) == (2, 1)
    assert (again.new_fact_checks, again.new_statements) == (0, 0)


def test_a_changed_fact_check_is_another_version_and_the_first_is_kept(world):
    for rating in ("False", "True"):
        assert world.learn(checks=[world.check(rating=rating)]).new_fact_checks == 1
    known = load_fact_checks(world.open().engine)
    assert [k.what.rating for k in known] == ["false", "true"]
    assert len({k.what.key for k in known}) == 1


def test_on_a_replayed_clock_a_thing_is_known_when_the_material_says_and_never_before_now(world):
    world.learn(checks=[world.check(published="2020-05-20T05:00:00Z")])
    world.run([world.post(1, minute=600)])
    world.learn(checks=[world.check("late", published="2020-05-20T06:00:00Z"),
                        world.check("later", published="2020-05-21T00:00:00Z")],
                said=[world.said("1", minute=5), world.said("1", value="reports", minute=700)])
    engine = world.open().engine
    assert [k.known_at.isoformat()[8:16] for k in load_fact_checks(engine)] == [
        "20T05:00", "20T10:00", "21T00:00"]
    assert [k.known_at.isoformat()[8:16] for k in statements_about(
        engine, [world.post(1).id])] == ["20T10:00", "20T11:40"]


def test_on_a_live_clock_all_that_is_told_at_once_is_known_at_one_instant(worlds):
    world = worlds("live", clock="live", terms=False)
    world.learn(checks=[world.check(), world.check("b")],
                said=[world.said("1"), world.said("1", value="reports")])
    engine = world.open().engine
    instants = {k.known_at for k in load_fact_checks(engine)} | {
        k.known_at for k in statements_about(engine, [world.post(1).id])}
    assert len(instants) == 1


def test_a_statement_by_nobody_registered_is_set_aside_and_the_rest_is_kept(world):
    told = world.learn(said=[world.said("1", by="mallory"), world.said("1")])
    assert (told.statements, told.new_statements) == (1, 1)
    assert [r.what for r in world.rejects] == ["`mallory` is not a registered person"]


@pytest.mark.parametrize(("claim", "what"), [
    ("https://checkers.example/none", "names no known fact-check"),
    ("https://checkers.example/two", "names several known fact-check")])
def test_a_confirmation_names_one_known_fact_check(world, claim, what):
    world.learn(checks=[world.check(), world.check("two", claim="One thing was said of ballots"),
                        world.check("two", claim="Another thing was said of ferries")])
    world.learn(said=[world.said("1", "claim.confirmed", True, claim=claim)])
    assert what in world.rejects[0].what
    assert load_confirmations(world.open().engine) == ()


def test_a_confirmation_may_name_a_fact_check_by_its_key(world):
    world.learn(checks=[world.check()])
    [check] = load_fact_checks(world.open().engine)
    for claim in (check.what.key, check.what.url):
        world.learn(said=[world.said("1", "claim.confirmed", True, claim=claim)])
    [known] = load_confirmations(world.open().engine)
    assert known.what.claim == check.what.key
    assert world.rejects == []


def test_more_than_one_transaction_of_statements_is_kept_whole_and_known_again(world, monkeypatch):
    monkeypatch.setattr(known_store, "AT_ONCE", 7)
    said = [world.said(str(i)) for i in range(30)]
    assert world.learn(said=said).new_statements == 30
    assert world.learn(said=[*said, world.said("new")]).new_statements == 1


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", None])
def test_fact_checks_that_cannot_be_read_are_told_with_their_file(world, data):
    path = world.folder / "wrong.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(EvenhandError, match="fact-checks") as refused:
        learn(world.open(), fact_checks=(path,), statements=(),
              on_reject=lambda _: world.rejects.append)
    assert refused.value.where == str(path)


@pytest.mark.parametrize(("role", "may"), [
    ("reviewer", True), ("senior reviewer", True), ("appeal reviewer", True),
    ("policy writer", False), ("regulator", False), ("auditor", False), ("administrator", False),
    ("service", False)])
def test_only_a_reviewer_states_facts_of_a_post(world, role, may):
    ada = replace(world.config.people["ada"], roles=("auditor", role))
    world.config = replace(world.config, people={"ada": ada})
    world.learn(checks=[world.check()])
    told = world.learn(said=[world.said("1"), world.said(
        "1", "claim.confirmed", True, claim="https://checkers.example/ballots")])
    assert told.statements == 2 * may
    assert ["may not state anything" in r.what for r in world.rejects] == [True, True] * (not may)


def test_a_detector_confirms_no_claim_and_may_state_another_fact(world):
    world.learn(checks=[world.check()])
    told = world.learn(said=[
        world.said("1") | {"by": "stancer@1"},
        world.said("1", "claim.confirmed", True, claim="https://checkers.example/ballots")
        | {"by": "stancer@1"}])
    assert told.statements == 1
    assert "is a detector" in world.rejects[0].what


def test_what_is_set_aside_has_its_own_line(world):
    world.learn(said=[world.said("1"), world.said("2", by="mallory")])
    [reject] = world.rejects
    assert reject.where == f"{world.folder}/said.jsonl:2"
    assert json.loads(reject.raw)["by"] == "person:mallory"


def test_a_return_to_what_was_said_before_is_kept_and_a_repetition_is_not(world):
    for rating, new in (("False", 1), ("True", 1), ("True", 0), ("False", 1), ("False", 0)):
        assert world.learn(checks=[world.check(rating=rating)]).new_fact_checks == new
    known = load_fact_checks(world.open().engine)
    assert [(k.nth, k.what.rating) for k in known] == [(1, "false"), (2, "true"), (3, "false")]


def test_two_files_that_say_different_things_of_one_claim_do_not_take_turns(world):
    """The configured files are read in every run: only what changes in one of them is news."""
    files = [world.folder / name for name in ("old.jsonl", "new.jsonl")]
    for file, rating in zip(files, ("False", "True"), strict=True):
        file.write_text(json.dumps(world.check(rating=rating)))

    def told():
        return learn(world.open(), fact_checks=tuple(files), statements=(),
                     on_reject=lambda _: world.rejects.append).new_fact_checks

    assert [told() for _ in range(3)] == [2, 0, 0]
    files[0].write_text(json.dumps(world.check(rating="Mixed")))
    assert [told() for _ in range(2)] == [1, 0]


def test_the_raw_item_of_every_version_is_kept_and_its_hash_is_the_version(world):
    for rating in ("False", "True"):
        world.learn(checks=[world.check(rating=rating)])
    with reading(world.open().engine) as connection:
        rows = connection.execute(select(t.fact_checks).order_by(t.fact_checks.c.n)).all()
    assert [json.loads(row.raw)["reviewRating"]["alternateName"] for row in rows] == [
        "False", "True"]
    assert [sha256(row.raw).hexdigest()[:16] for row in rows] == [row.version for row in rows]


def test_a_post_dated_ahead_of_the_clock_is_looked_at_for_what_becomes_known_next(worlds):
    world = worlds("ahead", clock="live")
    ahead = replace(world.post(1, "Every voter here is sent two ballots"),
                    made_at=datetime.now(UTC) + timedelta(minutes=5))
    world.run([ahead])
    world.learn(checks=[world.check()])
    world.run()
    assert world.open().store.matched([c.what.key for c in load_fact_checks(world.open().engine)])
