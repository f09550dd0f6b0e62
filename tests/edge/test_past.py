"""The past: strikes, pace and caps, the same whether loaded from the store or kept up in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.past import Past
from evenhand.edge.store.database import to_us

ON_BOTH_ENGINES = True


@pytest.fixture
def past(world):
    platform = world.open()
    return Past(platform.store, platform.versions)


def turned(past, *posts, now=None, stored=()):
    past.turn_to([((p.id.platform, p.author.id), p.made_at) for p in posts],
                 now or max(p.made_at for p in posts), stored=stored)
    return past


def test_an_account_is_counted_with_this_post_up_to_this_post(world, past):
    world.run([world.post(i, minute=minute) for i, minute in enumerate((0, 59, 60, 1500))])
    history = turned(past, world.post("new", minute=60)).history(world.post("new", minute=60))
    assert (history.posts_last_hour, history.posts_last_day) == (3, 4)
    early = world.post("early", minute=-1)
    assert turned(past, early).history(early).posts_last_day == 1
    late = world.post("late", minute=1500)
    assert turned(past, late).history(late).posts_last_day == 2, "a day is open at its start"


def test_posts_of_one_batch_count_for_those_that_follow_in_it(world, past):
    posts = [world.post(i, minute=i) for i in (2, 1, 3)]
    turned(past, *posts, now=posts[0].made_at)
    assert [past.history(p).posts_last_hour for p in posts] == [1, 1, 3]
    assert past.history(posts[2]).posts_last_hour == 3, "asked twice, counted once"


def test_the_posts_of_long_ago_are_not_loaded_for_a_batch_that_reaches_far(world, past):
    world.run([world.post(i, minute=60 * i) for i in range(200)])
    edges = [world.post("first", minute=0), world.post("last", minute=60 * 199)]
    loaded = turned(past, *edges, now=edges[0].made_at).made["square", "cy"]
    assert len(loaded) <= 26, "the days of the two posts, and nothing between them"


def test_nothing_is_counted_against_nobody(world, past):
    post = world.post(1, author=UNKNOWN_AUTHOR)
    history = turned(past, post).history(post)
    assert (history.strikes, history.posts_last_day, history.brought) == (None, None, None)
    assert history.reports == 0, "of the post itself it is known that nobody reported it"
    named = world.post(2, author="unknown")
    assert turned(past, named).history(named).posts_last_day == 1, "an account may be called so"


def test_one_id_on_two_platforms_is_two_accounts(world, past):
    world.run([world.post(1, "I will zap you."), world.post(2, minute=1, platform="circle")])
    here, there = (world.post(9, minute=5, platform=name) for name in ("square", "circle"))
    turned(past, here, there)
    assert [past.history(p).strikes for p in (here, there)] == [1, 0]
    assert [past.history(p).posts_last_hour for p in (here, there)] == [2, 2]
    assert world.decisions("2") == [], "a strike on one platform is none on the other"


def test_a_strike_counts_once_for_the_account_and_not_for_its_own_post(world, past):
    world.run([world.post(1, "I will zap you, zap you.")])
    first, second = world.post(1, "I will zap you, zap you."), world.post(2, minute=5)
    turned(past, first, second, stored=[first.id])
    assert past.history(second).strikes == 1
    assert past.history(first).strikes == 0
    assert past.history(world.post(3, author="else")).strikes == 0


def test_a_label_is_no_strike(world, past):
    world.run([world.post(1, "wheeep")])
    assert len(world.decisions()) == 1
    assert turned(past, world.post(2, minute=1)).history(world.post(2, minute=1)).strikes == 0


def test_a_cap_counts_what_was_done_within_its_period_by_this_version(world, past):
    [terms] = world.open().versions
    world.run([world.post(i, "wheeep", author=f"a{i}", minute=i * 20) for i in range(3)])
    for minute, count in ((40, 3), (60, 2), (79, 2), (80, 1), (100, 0)):
        now = world.post(0, minute=minute).made_at
        turned(past, world.post("new"), now=now)
        assert past.standing(world.post("new").id, terms, now).taken == {"4.1": count}
    assert past.standing(world.post("new").id, None, now).taken == {}


def test_only_as_many_instants_are_held_as_the_cap_allows(world, past):
    world.run([world.post(i, "wheeep", author=f"a{i}", minute=i * 21) for i in range(9)])
    now = world.post(0, minute=60 * 3).made_at
    turned(past, world.post("new"), now=now)
    assert past.taken.keys() == {"4.1"}
    assert len(past.taken["4.1"]) <= 3


def test_a_clause_that_acts_on_a_post_already_is_not_counted_against_its_cap(world, past):
    [terms] = world.open().versions
    world.run([world.post(i, "wheeep", author=f"a{i}", minute=i) for i in range(3)])
    labelled, now = world.post(0).id, world.post(0, minute=5).made_at
    turned(past, world.post(0), now=now, stored=[labelled])
    assert past.standing(labelled, terms, now).taken == {"4.1": 0}
    assert past.standing(world.post(9).id, terms, now).taken == {"4.1": 3}


def test_what_was_just_settled_is_the_past_of_what_follows_as_if_it_were_loaded(world):
    """Strikes and caps kept up in memory, against those that the store says afterwards."""
    job = world.job()
    seen = []
    note = job.settling.past.note

    def remember(settled):
        note(settled)
        if settled.decision:
            seen.append((settled.post, settled.at, dict(job.settling.past.strikes),
                         dict(job.settling.past.taken), settled.decision))

    job.settling.past.note = remember
    job.run(world.crowd(80))
    platform = world.open()
    past = Past(platform.store, platform.versions)
    post, at, strikes, taken, decision = seen[-1]
    turned(past, post, now=at, stored=[post.id])
    assert past.decisions == {post.id: decision}
    author = (post.id.platform, post.author.id)
    assert past.strikes[author] == strikes[author]
    since = at - timedelta(hours=1)
    recent = [t for t in taken["4.1"] if t > to_us(since)]
    assert past.taken["4.1"][-3:] == recent[-3:]
