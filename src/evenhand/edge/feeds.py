"""Follows a publisher's feed to the pages that its items link to, and takes in what stands there.

Fact-checks that stand in the feed itself are read there. Each page is stored by itself, so that
whoever breaks it off goes on where it was; a page that was fetched before is asked for again only
where it may have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from evenhand.edge.fetching import Fetcher, NotFetched, Page
from evenhand.edge.importing import (
    FRESH,
    Followed,
    Imported,
    import_page,
    import_text,
    keep_page,
    marks_of,
    reading_of,
    speaks_on,
)
from evenhand.edge.pacing import Answer, Pace, Wanted, fetch_each
from evenhand.edge.platform import Platform
from evenhand.edge.store.fetched import fetched_pages, keep_fetched
from evenhand.factcheck.feeds import Item, read_feed
from evenhand.factcheck.jsonld import HOLDS_NONE
from evenhand.factcheck.problem import Problem

MOST_PAGES = 200
"""Pages of one feed that are fetched in one go."""

SKEW = timedelta(hours=1)
"""By so much a feed's clock may differ from ours."""

_NEVER = datetime.min.replace(tzinfo=UTC)

Progress = Callable[[int, int], None]
"""Called after each page: how many were asked for, of how many."""


@dataclass(slots=True)
class _Sum:
    """What is taken in, bit by bit."""

    parts: list[Imported] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    followed: Followed = field(default_factory=Followed)
    within: dict[str, list[Problem]] = field(default_factory=dict)
    """Page -> what was wrong with its item within the feed, until the page has it whole."""

    def count(self, **more: int) -> None:
        self.followed = replace(self.followed, **{
            name: getattr(self.followed, name) + n for name, n in more.items()})

    def imported(self, source: str) -> Imported:
        read = {one.check.key: one for part in self.parts for one in part.read}
        unread = (p for problems in self.within.values() for p in problems)
        return Imported(
            source=source, read=tuple(read.values()), new=sum(p.new for p in self.parts),
            changed=sum(p.changed for p in self.parts), followed=self.followed,
            problems=(*self.problems, *unread,
                      *(p for part in self.parts for p in part.problems)))


def import_feed(platform: Platform, text: str, *, source: str, where: str, address: str | None,
                fetcher: Fetcher, pace: Pace, most: int = MOST_PAGES, again: bool = False,
                progress: Progress = lambda done, of: None) -> Imported:
    """Take in a feed, and the pages that it links to, newest first, `most` at most.

    `address` is where the feed was found; a file has none, and whoever gives it vouches for what
    stands in it. A page speaks for its own domain alone. `again` asks for every page, whole.
    """
    found = _Sum()
    items, problems = read_feed(text, where=where, address=address)
    found.problems += problems
    pages: dict[str, Item] = {}
    for item in sorted(items, key=lambda i: i.changed or i.published or _NEVER, reverse=True):
        if item.content and _read_within(platform, item, source, address, found):
            continue
        if item.link is not None:
            pages.setdefault(_page(item.link), item)
    wanted = _wanted(platform, pages, again, found)
    found.count(beyond=max(0, len(wanted) - most))
    asked = wanted[:most]
    for one in wanted[most:]:
        found.within.pop(one.address, None)  # its page comes another time
    for n, (page, answer) in enumerate(fetch_each(fetcher, asked, pace), 1):
        _take(platform, page, answer, found)
        progress(n, len(asked))
    return found.imported(source)


def _read_within(platform: Platform, item: Item, source: str, address: str | None,
                 found: _Sum) -> bool:
    """Take in what stands in the feed itself; whether there was anything sound."""
    done = import_text(
        platform, item.content, source=source, where=item.where,
        speaks_for=(lambda _: True) if address is None else speaks_on(address))
    if done.read or item.link is None:
        found.parts.append(done)
        return True
    # The page has it whole, perhaps; where it has not, what is wrong here is told.
    found.within.setdefault(_page(item.link), []).extend(
        p for p in done.problems if p.what not in HOLDS_NONE)
    return False


def _page(link: str) -> str:
    return link.partition("#")[0]


def _wanted(platform: Platform, pages: Mapping[str, Item], again: bool, found: _Sum,
            ) -> list[Wanted]:
    """The pages to ask for, in their order; those that cannot have changed are counted."""
    known = {} if again else fetched_pages(platform.engine, pages)
    read_as, now = reading_of(platform), datetime.now(UTC)
    wanted = []
    for url, item in pages.items():
        before = known.get(url)
        if before is None or before.read_as != read_as:
            wanted.append(Wanted(url))
        elif now - before.fetched_at < FRESH or (
                item.changed is not None and item.changed + SKEW < before.fetched_at):
            found.count(unchanged=1)
            found.within.pop(url, None)  # what the page holds was told when it was read
        else:
            wanted.append(Wanted(url, marks_of(before)))
    return wanted


def _take(platform: Platform, one: Wanted, answer: Answer, found: _Sum) -> None:
    url = one.address
    if isinstance(answer, NotFetched):
        found.problems.append(Problem(where=url, what=answer.what, hint=answer.hint or "",
                                      level="refused"))
    elif isinstance(answer, Page):
        done = import_page(platform, answer, source=url)
        found.count(fetched=1)
        if not done.read and all(p.what in HOLDS_NONE for p in done.problems):
            found.count(bare=1)  # a feed of news holds other pages too
        else:
            found.parts.append(done)
            found.within.pop(url, None)
        keep_page(platform, url, answer, done)
    else:
        found.count(unchanged=1)
        found.within.pop(url, None)  # what the page holds was told when it was read
        [before] = fetched_pages(platform.engine, [url]).values()
        keep_fetched(platform.engine, replace(before, fetched_at=datetime.now(UTC)))
