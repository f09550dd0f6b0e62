"""Hosts are asked slowly, and none holds up the others; nobody sleeps here."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import pytest

from evenhand.edge.fetching import Fetcher, Marks, NotFetched, Page, Unchanged
from evenhand.edge.pacing import LONGEST_WAIT, MOST_TRIES, Pace, Wanted, asks_as, fetch_each
from evenhand.edge.robots import MOST_DELAY, read_robots


@dataclass
class Clock:
    """Seconds that pass only where somebody sleeps, or an answer takes its time."""

    at: float = 100.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.at += seconds

    def pace(self, **more) -> Pace:
        return Pace(now=self.now, sleep=self.sleep, **more)


class Hosts(Fetcher):
    """Answers from a table: address -> what is answered in turn, the last for ever after."""

    __slots__ = ("answers", "asked", "clock")

    def __init__(self, clock: Clock, answers: dict) -> None:
        object.__setattr__(self, "answers", answers)
        object.__setattr__(self, "clock", clock)
        object.__setattr__(self, "asked", [])

    def fetch_if_changed(self, address, marks):
        robots = address.endswith("/robots.txt")
        if not robots or address in self.answers:
            self.asked.append((round(self.clock.at - 100, 3), address))
        self.clock.at += 0 if robots else 0.1
        turns = self.answers.get(address, [404 if robots else "page"])
        answer = turns.pop(0) if len(turns) > 1 else turns[0]
        if isinstance(answer, str):
            return Page(address=address, text=answer)
        status, later = answer if isinstance(answer, tuple) else (answer, None)
        if status == 304:
            return Unchanged(marks=marks)
        raise NotFetched(f"status {status}", where=address, hint="h", later=later, status=status,
                         why="gone" if status == 404 else "unreachable")


def run(clock: Clock, addresses: list[str], answers: dict | None = None, **more):
    fetcher = Hosts(clock, answers or {})
    done = list(fetch_each(fetcher, [Wanted(a) for a in addresses], clock.pace(**more)))
    return fetcher.asked, done


def test_a_host_is_asked_once_a_second_and_several_in_turn() -> None:
    clock = Clock()
    pages = [f"https://{host}.example/{n}" for host in "ab" for n in range(3)]
    asked, done = run(clock, pages)
    assert asked == [(0, pages[0]), (0.1, pages[3]), (1.1, pages[1]), (1.2, pages[4]),
                     (2.2, pages[2]), (2.3, pages[5])]
    assert sorted(one.address for one, _ in done) == sorted(pages)
    assert len(clock.slept) == 2


def test_a_host_that_asks_to_wait_is_waited_for_while_others_are_asked() -> None:
    clock = Clock()
    busy, other = "https://busy.example/1", [f"https://other.example/{n}" for n in range(3)]
    asked, done = run(clock, [busy, *other], {busy: [(429, 5.0), "page"]})
    assert [at for at, address in asked if address == busy] == [0, 5.1]
    assert [address for _, address in asked[1:4]] == other
    assert all(isinstance(answer, Page) for _, answer in done)


def test_a_host_that_asks_for_too_long_is_left_alone_at_once() -> None:
    clock = Clock()
    pages = [f"https://busy.example/{n}" for n in range(5)]
    asked, done = run(clock, pages, {pages[1]: [(503, LONGEST_WAIT + 1)]})
    assert [address for _, address in asked] == pages[:2]
    assert ["left alone for 61 seconds" in getattr(answer, "what", "") for _, answer in done] == [
        False, True, True, True, True]
    assert sum(clock.slept) < 2


def test_a_page_is_asked_for_only_so_often() -> None:
    clock = Clock()
    asked, [(_, answer)] = run(clock, ["https://a.example/"], {"https://a.example/": [(503, 2.0)]})
    assert len(asked) == MOST_TRIES and answer.status == 503
    assert asked[-1][0] == pytest.approx(4.2)


def test_a_failure_without_a_word_on_when_is_no_reason_to_ask_again() -> None:
    asked, _ = run(Clock(), ["https://a.example/"], {"https://a.example/": [503]})
    assert len(asked) == 1


@pytest.mark.parametrize(("said", "allowed"), [
    ("User-agent: *\nDisallow: /", []), ("User-agent: *\nDisallow:", [1, 2]), ("", [1, 2]),
    ("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /1", [2]),
    ("User-agent: *\nDisallow: /\nUser-agent: Evenhand/1.0\nAllow: /", [1, 2]),
    ("User-agent: *\nUser-agent: evenhand\nDisallow: /2 # this one", [1])])
def test_what_a_host_asks_of_programs_is_followed(said, allowed) -> None:
    clock, pages = Clock(), ["https://a.example/1", "https://a.example/2?x=1"]
    asked, done = run(clock, pages, {"https://a.example/robots.txt": [said]})
    assert [address for _, address in asked] == [
        "https://a.example/robots.txt", *(pages[n - 1] for n in allowed)]
    assert ["robots.txt" in getattr(a, "what", "") for _, a in done] == [
        n not in allowed for n in (1, 2)]


@pytest.mark.parametrize(("status", "asked_for"), [(404, 2), (403, 2), (500, 0), (503, 0)])
def test_a_host_that_fails_to_tell_its_rules_is_asked_for_nothing(status, asked_for) -> None:
    robots = "https://a.example/robots.txt"
    asked, done = run(Clock(), ["https://a.example/1", "https://a.example/2"], {robots: [status]})
    assert [address for _, address in asked if address != robots] == [
        "https://a.example/1", "https://a.example/2"][:asked_for]
    assert len(done) == 2


def test_the_rules_of_a_host_are_waited_for_too() -> None:
    robots = "https://a.example/robots.txt"
    asked, [(_, answer)] = run(Clock(), ["https://a.example/1"], {
        robots: [(503, 3.0), "User-agent: *\nAllow: /"]})
    assert isinstance(answer, Page) and [at for at, _ in asked] == [0, 3.0, 3.0]


def test_a_host_may_ask_for_longer_pauses() -> None:
    pages = [f"https://a.example/{n}" for n in range(2)]
    for said, pause in (("7", 7.0), ("1000", MOST_DELAY), ("0.1", 1.0), ("soon", 1.0)):
        clock = Clock()
        run(clock, pages, {"https://a.example/robots.txt": [f"User-agent: *\nCrawl-delay: {said}"]})
        assert clock.slept == [pytest.approx(pause)]


@pytest.mark.parametrize(("rules", "path", "allowed"), [
    ("Disallow: /a\nAllow: /a/b", "/a/b/c", True), ("Allow: /a\nDisallow: /a/b", "/a/b", False),
    ("Disallow: /*.json$", "/x/feed.json", False), ("Disallow: /*.json$", "/feed.json?x", True),
    ("Disallow: *a*b", "/xaxxb", False), ("Disallow: /p\nAllow: /p", "/p", True),
    ("Disallow: /é", "/é", False), ("Noindex: /", "/", True),
    ("Disallow: /" + "a" * 999, "/a", True)])
def test_the_longest_rule_that_fits_says_so(rules, path, allowed) -> None:
    assert read_robots(f"User-agent: *\n{rules}").allows(path) is allowed


def test_hostile_rules_cost_little() -> None:
    began = time.process_time()
    rules = read_robots("User-agent: *\n" + ("Disallow: /" + "*a" * 200 + "*b$\n") * 3000)
    assert len(rules.rules) > 1000 and rules.allows("/" + "a" * 2000)
    assert not rules.allows("/" + "a" * 2000 + "b")
    assert time.process_time() - began < 5


def test_we_say_who_asks_and_where_we_can_be_reached(world) -> None:
    assert asks_as(world.config) == "evenhand"
    assert asks_as(replace(world.config, contact="https://square.example/about")) == (
        "evenhand (+https://square.example/about)")


# --- what a host knows again -----------------------------------------------------------------

def answering(site, path, etag='"1"', changed="Tue, 26 May 2020 08:00:00 GMT"):
    def answer(handler):
        known = handler.headers.get("If-None-Match") == etag
        handler.send_response(304 if known else 200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("ETag", etag)
        handler.send_header("Last-Modified", changed)
        handler.send_header("Content-Length", "0" if known else "4")
        handler.end_headers()
        if not known:
            handler.wfile.write(b"page")

    site.pages[path] = answer
    return site.address(path)


def test_a_page_is_not_given_twice_where_its_host_knows_it_again(site) -> None:
    address, fetcher = answering(site, "/a"), site.fetcher(asks_as="evenhand (+a@b.example)")
    page = fetcher.fetch(address)
    assert page.marks == Marks(address=address, etag='"1"', changed="Tue, 26 May 2020 08:00:00 GMT")
    assert fetcher.fetch_if_changed(address, page.marks) == Unchanged(marks=page.marks)
    first, second = site.headers
    assert "If-None-Match" not in first and first["User-Agent"] == "evenhand (+a@b.example)"
    assert (second["If-None-Match"], second["If-Modified-Since"]) == (
        '"1"', "Tue, 26 May 2020 08:00:00 GMT")
    assert isinstance(fetcher.fetch_if_changed(address, replace(page.marks, etag='"0"')), Page)


def test_marks_are_sent_only_to_the_address_that_gave_them(site) -> None:
    address = answering(site, "/new")
    site.put("/old", "", status=301, Location="/new")
    fetcher = site.fetcher()
    marks = fetcher.fetch(site.address("/old")).marks
    assert marks is not None and marks.address == address
    assert isinstance(fetcher.fetch_if_changed(site.address("/old"), marks), Unchanged)
    elsewhere = replace(marks, address=site.address("/other"))
    assert isinstance(fetcher.fetch_if_changed(site.address("/old"), elsewhere), Page)


def test_a_mark_that_could_break_a_header_is_not_kept(site) -> None:
    site.put("/a", "page", ETag="x" * 301)
    site.put("/b", "page", **{"Last-Modified": "caf\xe9"})
    assert site.fetcher().fetch(site.address("/a")).marks is None
    assert site.fetcher().fetch(site.address("/b")).marks is None


@pytest.mark.parametrize(("headers", "later"), [
    ({"Retry-After": "120"}, 120.0), ({}, None), ({"Retry-After": "soon"}, None),
    ({"Retry-After": "-1"}, None), ({"Retry-After": "9" * 40}, None),
    ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0)])
def test_when_to_come_again_is_read_of_an_answer(site, headers, later) -> None:
    site.put("/a", "", status=429, **headers)
    with pytest.raises(NotFetched) as found:
        site.fetcher().fetch(site.address("/a"))
    assert (found.value.status, found.value.later) == (429, later)
