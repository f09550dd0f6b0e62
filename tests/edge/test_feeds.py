"""A feed is followed to its pages: what is asked for, what is kept, and where it goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from evenhand.edge.feeds import import_feed
from evenhand.edge.looking_after import recheck
from evenhand.edge.pacing import Pace
from evenhand.edge.store import tables as t
from evenhand.edge.store.claims import latest_tellings
from evenhand.edge.store.database import to_us, transaction
from evenhand.edge.store.fetched import fetched_pages
from evenhand.edge.store.looked_after import looks_at

ON_BOTH_ENGINES = True

AT_ONCE = Pace(pause=0)


def item(link, day=None, content="", updated=None):
    said = f"<link>{link}</link>" if link else ""
    said += f"<pubDate>{day} May 2020 08:00:00 GMT</pubDate>" if day else ""
    said += f"<updated>{updated}</updated>" if updated else ""
    return f"<item>{said}<description><![CDATA[{content}]]></description></item>"


def rss(*items):
    return f"<?xml version='1.0'?><rss><channel>{''.join(items)}</channel></rss>"


def script(one):
    return f'<script type="application/ld+json">{json.dumps(one)}</script>'


@pytest.fixture
def feed(world, site):
    """A platform, a site with four pages, of which three hold a fact-check; and what imports."""
    world.config = replace(world.config, publishers={"127.0.0.1": "fact-checker"})
    for n in range(3):
        claim = world.check(claim=f"The ferry of pier {n} leaves at six") | {
            "url": site.address(f"/{n}")}
        site.put(f"/{n}", script(claim), ETag=f'"{n}"')
    site.put("/news", "<p>News, and no fact-check</p>", ETag='"n"')

    def take(text, **more):
        return import_feed(world.open(), text, source="feed", where="feed",
                           address=site.address("/feed"), fetcher=site.fetcher(),
                           pace=AT_ONCE, **more)

    return world, site, take


def whole():
    return rss(item("/0", 20), item("/2", 22), item("/1", 21), item("/news", 19))


def grow_old(world, days=1):
    with transaction(world.open().engine) as connection:
        connection.execute(update(t.fetched_pages).values(
            fetched_at=to_us(datetime.now(UTC) - timedelta(days=days))))


def test_a_feed_is_followed_newest_first_and_its_pages_are_taken_in(feed):
    world, site, take = feed
    told = []
    done = take(whole(), progress=lambda asked, of: told.append((asked, of)))
    assert site.asked == ["/2", "/1", "/0", "/news"] and site.robots == 1
    assert (done.new, done.set_aside, len(done.read)) == (3, 0, 3)
    assert (done.followed.fetched, done.followed.bare, done.followed.beyond) == (4, 1, 0)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {one.source for one in latest_tellings(world.open().engine)} == {
        site.address(f"/{n}") for n in range(3)}


def test_only_so_many_are_fetched_and_the_next_time_those_before(feed):
    _, site, take = feed
    done = take(whole(), most=2)
    assert (site.asked, done.followed.beyond) == (["/2", "/1"], 2)
    done = take(whole(), most=2)
    assert site.asked[2:] == ["/0", "/news"]
    assert (done.followed.unchanged, done.followed.beyond) == (2, 0)


def test_what_was_broken_off_goes_on_where_it_was(feed):
    world, site, take = feed

    def stop(asked, _):
        if asked == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(whole(), progress=stop)
    assert len(latest_tellings(world.open().engine)) == 2
    done = take(whole())
    assert site.asked == ["/2", "/1", "/0", "/news"] and done.new == 1


def test_a_page_that_its_host_knows_again_is_not_read_again(feed):
    world, site, take = feed
    take(whole())
    grow_old(world)
    for path in ("/0", "/1"):
        site.pages[path] = (304, {}, b"")
    done = take(whole())
    assert len(site.asked) == 8
    assert (done.followed.unchanged, done.followed.fetched, done.changed) == (2, 2, 0)
    assert {"If-None-Match": '"2"'}.items() <= site.headers[-4].items()
    assert not site.asked[8:] and take(whole()).followed.unchanged == 4


def test_what_the_feed_says_of_a_change_spares_the_question(feed):
    world, site, take = feed
    before, after = "2020-05-01T00:00:00Z", datetime.now(UTC).isoformat()
    pages = [item("/0", updated=before), item("/1", updated=after)]
    take(rss(*pages))
    grow_old(world)
    take(rss(*pages))
    assert site.asked == ["/1", "/0", "/1"]


def test_every_page_is_asked_for_whole_again_where_somebody_says_so_or_it_is_read_otherwise(feed):
    world, site, take = feed
    take(whole())
    take(whole(), again=True)
    assert len(site.asked) == 8 and not any("If-None-Match" in h for h in site.headers)
    world.config = replace(world.config, ratings={"127.0.0.1": {"false": "misleading"}})
    done = take(whole())
    assert len(site.asked) == 12 and done.changed == 3
    assert not any("If-None-Match" in h for h in site.headers)


def test_a_broken_item_or_page_is_named_and_the_rest_is_kept(feed):
    _, site, take = feed
    site.put("/broken", '<script type="application/ld+json">{"@type": </script>')
    done = take(rss(item(""), item("javascript:x"), item("/gone"), item("/broken"), item("/0")))
    assert done.new == 1
    assert [p.where for p in done.problems if p.level == "refused"] == [
        "feed: item 1", "feed: item 2", site.address("/gone"), f"{site.address('/broken')}:1"]


def test_what_is_broken_in_the_feed_is_named_where_its_page_does_not_have_it_whole(feed):
    """Of several items each is named: the page helps some of them, and others not."""
    _, site, take = feed
    broken = script({"@type": "ClaimReview", "url": site.address("/0")})
    done = take(rss(item("/news", 22, broken), item("/gone", 21, broken), item("/0", 20, broken),
                    item("", 19, broken)))
    assert [p.where for p in done.problems if p.what == "it does not say which claim it reviews"
            ] == ["feed: item 1:1", "feed: item 2:1", "feed: item 4:1"]
    assert len(done.read) == 1, "the page of the third has it whole"


def test_what_is_broken_in_the_feed_waits_for_its_page_where_that_comes_another_time(feed):
    _, site, take = feed
    broken = script({"@type": "ClaimReview", "url": site.address("/0")})
    text = rss(item("/1", 22), item("/0", 20, broken))
    done = take(text, most=1)
    assert (done.problems, done.followed.beyond) == ((), 1)
    assert take(text).problems == ()


def test_what_stands_in_the_feed_is_read_there_and_its_page_is_not_asked_for(feed):
    world, site, take = feed
    own = world.check(claim="Every ferry is late") | {"url": site.address("/own")}
    done = take(rss(item("/own", content=f"<p>x</p>{script(own)}"),
                    item("/0", content=script({"@type": "ClaimReview"}))))
    assert site.asked == ["/0"] and done.new == 2 and done.set_aside == 0


def test_a_feed_and_its_pages_speak_for_their_own_domains_alone(feed):
    world, site, take = feed
    site.put("/liar", script(world.check()))
    done = take(rss(item("/liar"), item("", content=script(world.check()))))
    assert done.new == 0
    assert ["in the name of another domain" in p.what for p in done.problems
            if p.level == "refused"] == [True, True]


def test_a_page_within_a_private_net_is_never_asked_for(feed):
    _, site, take = feed
    done = take(rss(item("http://10.0.0.1/admin"), item("file:///etc/passwd"), item("/0")))
    assert site.asked == ["/0"] and done.new == 1 and done.set_aside == 2


def test_what_a_host_asks_programs_not_to_fetch_is_named_and_left(feed):
    _, site, take = feed
    site.put("/robots.txt", "User-agent: *\nDisallow: /1", kind="text/plain")
    done = take(whole())
    assert site.asked == ["/robots.txt", "/2", "/0", "/news"] and done.new == 2
    assert "robots.txt" in done.problems[0].what


# --- recheck -----------------------------------------------------------------------------------

def outcomes(world):
    return [[look.outcome for look in looks] for looks in looks_at(
        world.open().engine, [one.check.key for one in latest_tellings(world.open().engine)]
    ).values()]


def test_a_recheck_asks_only_for_what_changed_and_never_trusts_a_page_that_held_something_else(
        feed):
    world, site, take = feed
    take(rss(item("/0")))
    world.run([world.post(1, "The ferry of pier 0 leaves at six")])
    site.pages["/0"] = (304, {}, b"")
    recheck(world.open(), site.fetcher(), pace=AT_ONCE)
    assert outcomes(world) == [["same"]] and site.headers[-1]["If-None-Match"] == '"0"'
    # Somebody else fetched it meanwhile, when the fact-check was not on it.
    site.put("/0", "<p>Nothing here</p>", ETag='"new"')
    take(rss(item("/0")), again=True)
    assert fetched_pages(world.open().engine, [site.address("/0")])[
        site.address("/0")].keys == frozenset()
    done = recheck(world.open(), site.fetcher(), pace=AT_ONCE, again=True)
    assert "If-None-Match" not in site.headers[-1] and done.looks[0].outcome == "no markup"


def test_a_recheck_keeps_the_marks_of_what_it_fetched_itself(feed):
    world, site, _ = feed
    world.learn(checks=[world.check(claim="The ferry of pier 0 leaves at six")
                        | {"url": site.address("/0")}])
    world.run([world.post(1, "The ferry of pier 0 leaves at six")])
    recheck(world.open(), site.fetcher(), pace=AT_ONCE)
    with transaction(world.open().engine) as connection:
        kept = connection.execute(t.fetched_pages.select()).one()
    assert (kept.etag, kept.url, len(kept.keys)) == ('"0"', site.address("/0"), 32)
