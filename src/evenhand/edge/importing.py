"""Takes in fact-checks from files and addresses: every version is kept, what is broken is told.

Whoever imports (the main job from its configured files, `evenhand claims`) comes through here, so
that a fact-check is read in one way whoever brings it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from evenhand.edge.fetching import Fetcher
from evenhand.edge.platform import Platform
from evenhand.edge.store.claims import known_keys
from evenhand.edge.store.known import remember_fact_checks
from evenhand.errors import EvenhandError
from evenhand.factcheck.address import host_of
from evenhand.factcheck.claims import Read, read_items
from evenhand.factcheck.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of one source: keys that are `new`, known ones that say something else (`changed`),
    and all that were read with what was wrong with the rest."""

    source: str
    read: tuple[Read, ...]
    new: int
    changed: int
    problems: tuple[Problem, ...]

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
        (read, source, read.check.retrieved_at) for read in found])
    new = sum(read.check.key not in known for read in found)
    return Imported(source=source, read=found, new=new, changed=told - new, problems=problems)


def import_address(platform: Platform, address: str, fetcher: Fetcher) -> Imported:
    """Fetch a page or a feed, and keep what is news in it.

    It speaks for its own domain and those below it: what it says in the name of another is set
    aside, since whoever serves a page can write anything into it.
    """
    page = fetcher.fetch(address)
    host = host_of(page.address)
    return import_text(platform, page.text, source=address, where=address,
                       speaks_for=lambda domain: within(domain, host) or within(host, domain))


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
