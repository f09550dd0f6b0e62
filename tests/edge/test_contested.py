"""A second publisher says the opposite after a notice stands: a question to a person, once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from evenhand.edge.contested import open_contradictions
from evenhand.edge.desk.deciding import Asked, decide
from evenhand.edge.desk.desk import Desk
from evenhand.edge.desk.waiting import waiting
from evenhand.edge.looking_after import open_doubts, recheck, say_of
from evenhand.edge.store.claims import latest_tellings
from evenhand.errors import EvenhandError

ON_BOTH_ENGINES = True

CLAIM = "Every voter here is sent two ballots"
SAYS_SO = "They told me that every voter around here is sent two ballots, imagine that"
PAGE = "https://checkers.example/ballots"
READ = "We read both pages and know why they differ."


def other(world, rating="True", domain="other.example", **more):
    return world.check(rating=rating, **more) | {"url": f"https://{domain}/ballots"}


def actions(decision):
    return [(a.ground.citation.number, a.kind.value) for a in decision.actions]


def questions(world):
    return [(one.check.url, one.against.url, [str(r.decision.post) for r in one.relying])
            for one in open_contradictions(world.open())]


@pytest.fixture
def confirmed(world):
    """A notice that stands because a person confirmed that a fact-check speaks to the post."""
    world.config = replace(world.config, publishers=world.config.publishers | {
        "other.example": "fact-checker", "third.example": "fact-checker"})
    world.learn(checks=[world.check()])
    world.run([world.post(1, SAYS_SO)])
    confirm(world, "1", True)
    assert actions(world.decisions("1")[-1]) == [("3.1", "label")]
    assert questions(world) == []
    return world


def confirm(world, post, value, later=0):
    platform = world.open()
    now = platform.clock.at(None)
    return decide(Desk(platform), world.post(post).id, person="ada",
                  asked=Asked(confirms={PAGE: value}), at=now + timedelta(minutes=later))


def test_a_contradiction_takes_no_notice_down_and_is_put_to_a_person_once(confirmed):
    world = confirmed
    world.learn(checks=[other(world)])
    for _ in range(2):
        world.run()
        assert actions(world.decisions("1")[-1]) == [("3.1", "label")]
        assert questions(world) == [(PAGE, "https://other.example/ballots", ["square:1@1"])]
    platform = world.open()
    [one] = waiting(platform.engine, open_doubts(platform), open_contradictions(platform))
    assert (one.kind, one.check.url, one.against.rating) == ("fact-check", PAGE, "true")
    assert "contradict each other" in one.what


def test_a_contradiction_counts_from_its_import_on_before_anybody_looks_again(confirmed):
    confirmed.learn(checks=[other(confirmed)])
    assert len(questions(confirmed)) == 1


@pytest.mark.parametrize("later", [0, 5])
@pytest.mark.parametrize("stands", [True, False])
def test_whoever_decides_about_the_post_again_has_settled_it(confirmed, stands, later):
    """Also where all of it happens at one instant of a replayed clock."""
    world = confirmed
    world.learn(checks=[other(world)])
    world.run()
    after = confirm(world, "1", stands, later)
    assert bool(after.actions) is stands and questions(world) == []
    world.run()
    assert questions(world) == [], "it is asked once"


def test_whoever_says_that_the_fact_check_stands_has_settled_it_for_all(confirmed):
    world = confirmed
    key = next(t.check.key for t in latest_tellings(world.open().engine))
    with pytest.raises(EvenhandError, match="nobody doubts"):
        say_of(world.open(), key, "stands", person="ada", words=READ)
    world.learn(checks=[other(world)])
    say_of(world.open(), key, "stands", person="ada", words=READ)
    assert questions(world) == []
    world.learn(checks=[other(world, domain="third.example", published="2020-05-29T00:00:00Z")])
    world.run()
    assert questions(world) == [(PAGE, "https://third.example/ballots", ["square:1@1"])]


def test_a_withdrawn_fact_check_leaves_no_question(confirmed):
    world = confirmed
    world.learn(checks=[other(world)])
    key = next(t.check.key for t in latest_tellings(world.open().engine) if t.check.url == PAGE)
    say_of(world.open(), key, "withdrawn", person="ada", words=READ)
    world.run()
    assert questions(world) == [] and world.decisions("1")[-1].actions == ()


def test_where_the_second_publisher_changes_its_mind_nothing_is_in_question(confirmed):
    world = confirmed
    world.learn(checks=[other(world)])
    world.run()
    world.learn(checks=[other(world, rating="False")])
    world.run()
    assert questions(world) == []


def test_what_a_recheck_finds_is_put_to_a_person_too(confirmed, site):
    """The other publisher's page is on the site, and says `False` until it is fetched again."""
    world = confirmed
    world.config = replace(world.config, publishers=world.config.publishers | {
        "127.0.0.1": "fact-checker"})
    there = other(world, rating="False") | {"url": site.address("/ballots")}
    world.learn(checks=[there])
    world.run([world.post(2, CLAIM, minute=9)])
    confirm(world, "2", False)
    assert actions(world.decisions("2")[-1]) == [("3.1", "label")], "it rests on the other page"
    site.put("/ballots", '<script type="application/ld+json">' + json.dumps(there | {
        "reviewRating": {"alternateName": "True"}}) + "</script>")
    recheck(world.open(), site.fetcher())
    assert (PAGE, site.address("/ballots"), ["square:1@1"]) in questions(world)
