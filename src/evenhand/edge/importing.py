"""Takes in fact-checks from files and addresses: every version is kept, what is broken is told.

Whoever imports (the main job from its configured files, `evenhand claims`) comes through here, so
that a fact-check is read in one way whoever brings it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evenhand.edge.fetching import Fetcher, Marks, Page
from evenhand.edge.platform import Platform
from evenhand.edge.store.claims import known_keys
from evenhand.edge.store.fetched import Fetched, keep_fetched
from evenhand.edge.store.known import remember_fact_checks
from evenhand.errors import EvenhandError
from evenhand.factcheck.address import host_of
from evenhand.factcheck.claims import Read, read_items
from evenhand.factcheck.problem import Problem

FRESH = timedelta(hours=12)
"""A page that was looked at within this time is not looked at again: work that was broken off goes
on where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What came of the pages that a feed links to: how many were `fetched`, how many of those held
    no fact-check (`bare`), how many were known and not fetched or not changed (`unchanged`), and
    how many older ones were left out (`beyond`)."""

    fetched: int = 0
    bare: int = 0
    unchanged: int = 0
    beyond: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of one source: keys that are `new`, known ones that say something else (`changed`),
    and all that were read with what was wrong with the rest."""

    source: str
    read: tuple[Read, ...]
    new: int
    changed: int
    problems: tuple[Problem, ...]
    followed: Followed | None = None
    """What came of a feed's pages, where the source is a feed."""

    @property
    def set_aside(self) -> int:
        """How many items were refused, by their places."""
        return len({p.where for p in self.problems if p.level == "refused"})


def import_text(platform: Platform, text: str, *, source: str, where: str,
                speaks_for: Callable[[str], bool] = lambda _: True) -> Imported:
    """Keep what is news in a text of fact-checks; `where` names it in problems.

    `source` is who tells it: a file from the configuration's folder on, or an address. What the
    same source told before is no news. `speaks_for` says in whose name, by domain, it may speak.
    """
    every, problems = read_fact_checks(platform, text, where=where, now=platform.clock.at(None))
    found = tuple(read for read in every if speaks_for(read.check.publisher.domain))
    problems += tuple(Problem(
        where=f"{where}: {read.check.url}", what="it speaks in the name of another domain, "
        f"`{read.check.publisher.domain}`", hint="import it from that domain; or save the feed and "
        "import the file, if you vouch for whoever made it", level="refused")
        for read in every if not speaks_for(read.check.publisher.domain))
    known = known_keys(platform.engine, [read.check.key for read in found])
    told = remember_fact_checks(platform.engine, [
        (read, source, read.check.retrieved_at) for read in found], platform.clock.kind)
    new = sum(read.check.key not in known for read in found)
    if told > new:  # the log may have something to tell of it
        platform.sequencer.seal()
    return Imported(source=source, read=found, new=new, changed=told - new, problems=problems)


def import_address(platform: Platform, address: str, fetcher: Fetcher) -> Imported:
    """Fetch a page or a feed, and keep what is news in it.

    It speaks for its own domain and those below it: what it says in the name of another is set
    aside, since whoever serves a page can write anything into it.
    """
    return import_page(platform, fetcher.fetch(address), source=address)


def import_page(platform: Platform, page: Page, *, source: str) -> Imported:
    """`import_address` of a page that was fetched; `source` is the address that was asked for."""
    return import_text(platform, page.text, source=source, where=source,
                       speaks_for=speaks_on(page.address))


def speaks_on(address: str) -> Callable[[str], bool]:
    """In whose name whoever serves this address may speak: its own domain, those below and above.
    """
    host = host_of(address)
    return lambda domain: within(domain, host) or within(host, domain)


READER = "1"
"""Counted up whenever a page may be read otherwise than before: those known are fetched again."""


def reading_of(platform: Platform) -> str:
    """By what this platform reads fact-checks: another reading may make another one of a page."""
    config = platform.config
    return hashlib.sha256(repr((
        READER, sorted(config.publishers.items()),
        sorted((domain, sorted(words.items())) for domain, words in config.ratings.items()),
        sorted(config.accreditations.items(), key=lambda item: item[0]))).encode()).hexdigest()[:16]


def keep_page(platform: Platform, url: str, page: Page, done: Imported) -> None:
    """Keep how a page was fetched that was taken in, so that its host need not give it again."""
    marks = page.marks or Marks(address=page.address)
    keep_fetched(platform.engine, Fetched(
        url=url, address=marks.address, etag=marks.etag, changed=marks.changed,
        read_as=reading_of(platform), keys=frozenset(r.check.key for r in done.read),
        fetched_at=datetime.now(UTC)))


def marks_of(page: Fetched) -> Marks | None:
    """The marks by which its host knows a page again; None where it gave none."""
    if page.etag is None and page.changed is None:
        return None
    return Marks(address=page.address, etag=page.etag, changed=page.changed)


def within(domain: str, above: str) -> bool:
    """Whether a domain is another or lies below it.

    >>> within("news.checkers.example", "checkers.example"), within("a.example", "b.example")
    (True, False)
    """
    return domain == above or domain.endswith(f".{above}")


def read_fact_checks(platform: Platform, text: str, *, where: str, now: datetime
                     ) -> tuple[tuple[Read, ...], tuple[Problem, ...]]:
    """The fact-checks in a text as this platform reads them, each with when it became known."""
    if not text.strip():
        return (), ()  # a platform that has no fact-checks yet
    config = platform.config
    found, problems = read_items(
        text, where=where, retrieved_at=datetime.now(UTC), ratings=config.ratings,
        publishers=config.publishers, accreditations=config.accreditations)
    return tuple(replace(read, check=replace(read.check, retrieved_at=known_at(
        platform, now, read.check.published_at))) for read in found), problems


def known_at(platform: Platform, now: datetime, material: datetime | None) -> datetime:
    """When it became known: now, or on a replayed clock when the material says.

    Never before now: what is told to a platform that has gone on is news to it, whatever its date.
    """
    if platform.clock.kind == "live" or material is None:
        return now
    return max(now, material)


def text_of_file(path: Path) -> str:
    """The text of a file of fact-checks."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise EvenhandError(f"the fact-checks are not UTF-8: byte {wrong.start} cannot be read",
                            where=str(path), hint="save the file as UTF-8") from None
    except OSError as refused:
        raise EvenhandError(f"the fact-checks cannot be read: {refused.strerror}",
                            where=str(path), hint="name an existing file") from None


def source_of(platform: Platform, path: Path) -> str:
    """What a file is called in the store: from the configuration's folder on, where it is below."""
    try:
        return path.resolve().relative_to(platform.config.file.resolve().parent).as_posix()
    except ValueError:
        return path.resolve().as_posix()
