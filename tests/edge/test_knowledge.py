"""What is known at an instant: nothing of tomorrow, and of versions the one that was told last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import evenhand.edge.store.known as known_store
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.store.database import from_us
from evenhand.edge.store.known import changes_at, mark_swept, next_change

CLAIM = "Every voter here is sent two ballots"


def knowledge(world):
    return Knowledge(world.open().engine)


def test_a_fact_check_is_known_from_its_instant_on(world):
    world.learn(checks=[world.check(published="2020-05-20T01:00:00Z")])
    known, post = knowledge(world), world.post(1, CLAIM)
    at = post.made_at + timedelta(hours=1)
    found = known.matches([(post, at - timedelta(seconds=1)), (post, at),
                           (post, at + timedelta(days=9))])
    assert [len(matches) for matches in found] == [0, 1, 1]


def test_the_matcher_is_built_anew_only_when_more_is_known(world, monkeypatch):
    world.learn(checks=[world.check(), world.check("b", claim="Ferries leave at six or not",
                                                   published="2020-05-20T02:00:00Z")])
    known, built = knowledge(world), []
    build = known._build
    monkeypatch.setattr(known, "_build", lambda *args: built.append(args) or build(*args))
    posts = [(world.post(i), world.post(i, minute=i).made_at) for i in range(100)]
    known.matches(posts)
    known.matches(posts)
    assert len(built) == 1
    known.matches([(world.post(1), world.post(1, minute=500).made_at)])
    assert len(built) == 2


def test_of_versions_that_became_known_at_one_instant_the_one_told_last_counts(world):
    """Whatever their digests: the order of telling decides, and not that of names."""
    for ratings in (("False", "True"), ("True", "False"), ("Mixed", "True", "Mostly true")):
        page = "-".join(ratings).lower().replace(" ", "")
        for rating in ratings:
            world.learn(checks=[world.check(page, claim=f"{page} {CLAIM}", rating=rating)])
        post = world.post(page, f"{page} {CLAIM}")
        [found] = knowledge(world).matches([(post, post.made_at)])
        assert found[0].fact_check.rating == ratings[-1].lower()


def test_what_people_said_is_known_of_the_posts_at_hand_and_by_an_instant(world):
    world.learn(said=[world.said("1", minute=0), world.said("1", value="reports", minute=60),
                      world.said("2", minute=0)])
    known, post = knowledge(world), world.post(1)
    known.turn_to(lambda: [post.id])
    assert [r.value for r in known.reported(post.id, post.made_at)] == ["asserts"]
    later = known.reported(post.id, post.made_at + timedelta(hours=1))
    assert [(r.value, r.observer) for r in later] == [
        ("asserts", "person:ada"), ("reports", "person:ada")]
    assert known.reported(world.post(2).id, post.made_at) == ()


def test_what_is_not_looked_at_yet_is_given_in_order_and_marked_as_a_whole(world):
    engine = world.open().engine
    assert next_change(engine) is None
    world.learn(checks=[world.check(published="2020-05-20T02:00:00Z")],
                said=[world.said("1", minute=60), world.said("2", minute=60),
                      world.said("1", value="reports", minute=120)])
    seen = []
    while (at := next_change(engine)) is not None:
        while changes := changes_at(engine, at):
            seen.append((at, [k.kind for k in changes]))
            mark_swept(engine, changes, at)
    start = world.post(0).made_at
    assert seen == [(start + timedelta(hours=1), ["statement", "statement"]),
                    (start + timedelta(hours=2), ["statement"]),
                    (start + timedelta(hours=2), ["fact-check"])]


@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 7, 100])
def test_statements_are_taken_some_at_a_time_and_never_part_a_post(world, monkeypatch, at_once):
    said = [world.said(str(post), value=value, by=by, minute=60) for post in range(5)
            for value in ("asserts", "reports") for by in ("ada", "bo")]
    world.learn(said=said)
    monkeypatch.setattr(known_store, "AT_ONCE", at_once)
    engine, seen = world.open().engine, []
    at = next_change(engine)
    while changes := changes_at(engine, at):
        posts = {k.what.post.native for k in changes}
        assert len(changes) == 4 * len(posts), "all that is said of a post, at once"
        assert len(changes) < at_once + 4
        seen += posts
        mark_swept(engine, changes, at)
    assert sorted(seen) == list("01234")
    assert next_change(engine) is None


def test_a_clock_goes_on_from_what_was_swept(world):
    world.learn(checks=[world.check(published="2020-05-29T00:00:00Z")])
    world.run()
    assert world.open().clock.at(None).isoformat() == "2020-05-29T00:00:00+00:00"
    assert from_us(0).year == 1970


def test_two_publishers_who_contradict_each_other_on_a_claim_leave_it_to_a_person(world):
    """The first attaches by rule; when the second comes its label comes down and a person asks."""
    config = world.config
    world.config = replace(config, publishers=config.publishers | {"other.example": "fact-checker"})
    world.learn(checks=[world.check(rating="False")])
    world.run([world.post(1, CLAIM)])
    other = world.check(rating="True") | {"url": "https://other.example/ballots"}
    world.learn(checks=[world.check(rating="False"), other])
    world.run()
    first, second = world.decisions("1")
    assert [a.kind.value for a in first.actions] == ["label"]
    assert second.actions == () and second.cause.kind.value == "fact-check change"
    assert [m.confirmed for m in second.dossier.matches] == [None, None]
    world.learn(said=[world.said("1", "claim.confirmed", True,
                                 claim="https://checkers.example/ballots", minute=2)])
    world.run()
    assert [a.kind.value for a in world.decisions("1")[-1].actions] == ["label"]
