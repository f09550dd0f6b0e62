"""Asks many hosts for pages at a pace that none of them feels, and none holds up the others.

Each host is asked one page at a time, with a pause between two; while one pauses, another is asked.
A host that asks to be left alone for a while is left alone: briefly, and we wait; for longer, and
it is not asked again this time. What its `robots.txt` asks of programs is followed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from evenhand.edge.config import Config
from evenhand.edge.fetching import PRODUCT, Fetcher, Marks, NotFetched, Page, Unchanged
from evenhand.edge.outgoing import target
from evenhand.edge.robots import ALL, Robots, read_robots

PAUSE = 1.0
"""Seconds between the end of one request to a host and the next to it."""

LONGEST_WAIT = 60.0
"""Seconds for which a host is waited for that asks us to come again later."""

MOST_TRIES = 3
"""How often one page is asked for in all."""

ASKS_TO_WAIT = (429, 503)

Answer = Page | Unchanged | NotFetched


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to ask for, with the marks by which its host knows whether it changed."""

    address: str
    marks: Marks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast: `pause` in seconds; `now` counts seconds, and `sleep` lets some pass."""

    pause: float = PAUSE
    longest_wait: float = LONGEST_WAIT
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class _Host:
    """A host: what is wanted of it, when it may be asked, what it allows, and why no longer."""

    wanted: deque[tuple[int, Wanted]] = field(default_factory=deque)
    free_at: float = float("-inf")
    robots: Robots | None = None
    closed: NotFetched | None = None


def asks_as(config: Config) -> str:
    """The User-Agent of a platform: our name, and where its people can be reached."""
    return f"{PRODUCT} (+{config.contact})" if config.contact else PRODUCT


def fetch_each(fetcher: Fetcher, wanted: Iterable[Wanted],
               pace: Pace) -> Iterator[tuple[Wanted, Answer]]:
    """What came of each page, as it comes; of one host in the order given.

    A page that was not fetched is answered with why. Nothing is asked for before it is wanted: who
    stops here has asked for no more than was answered.
    """
    hosts: dict[str, _Host] = {}
    for one in wanted:
        hosts.setdefault(_origin(one.address), _Host()).wanted.append((1, one))
    while waiting := {origin: host for origin, host in hosts.items() if host.wanted}:
        # The first whose pause is over, in the order in which hosts were named.
        origin, host = min(waiting.items(), key=lambda item: max(item[1].free_at, pace.now()))
        if (rest := host.free_at - pace.now()) > 0:
            pace.sleep(rest)
        tries, one = host.wanted.popleft()
        if host.closed is not None:
            yield one, host.closed
            continue
        answer = _ask(fetcher, origin, host, one)
        pause = max(pace.pause, host.robots.delay if host.robots else 0)
        later = answer.later if isinstance(answer, NotFetched) and (
            answer.status in ASKS_TO_WAIT) else None
        if later is not None and later > pace.longest_wait:
            answer = host.closed = _left_alone(later, origin)
        elif host.closed is None:
            host.free_at = pace.now() + max(pause, later or 0)
            if later is not None and tries < MOST_TRIES:
                host.wanted.appendleft((tries + 1, one))
                continue
        yield one, answer


def _ask(fetcher: Fetcher, origin: str, host: _Host, one: Wanted) -> Answer:
    try:
        if host.robots is None:
            host.robots = _robots(fetcher, origin, host)
        if not host.robots.allows(target(one.address)):
            return NotFetched(
                f"its host asks programs not to fetch it (robots.txt, for `{PRODUCT}`)",
                where=one.address, why="unreachable", hint="look at the page yourself, or ask the "
                "publisher to allow it; a page that you name yourself is fetched all the same")
        return fetcher.fetch_if_changed(one.address, one.marks)
    except NotFetched as wrong:
        return wrong


def _robots(fetcher: Fetcher, origin: str, host: _Host) -> Robots:
    try:
        return read_robots(fetcher.fetch(f"{origin}/robots.txt").text)
    except NotFetched as wrong:
        if wrong.status is None or (wrong.status < 500 and wrong.status not in ASKS_TO_WAIT):
            # There are no rules; or nobody answers, which the page itself will say.
            return ALL
        # A host that fails to tell its rules is not asked for anything (RFC 9309, 2.3.1.4).
        if wrong.later is None:
            host.closed = wrong
        raise


def _left_alone(later: float, origin: str) -> NotFetched:
    return NotFetched(f"its host asks to be left alone for {later:,.0f} seconds", where=origin,
                      why="unreachable", hint="start again after that; what was fetched is kept")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
