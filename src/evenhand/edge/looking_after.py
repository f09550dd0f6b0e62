"""Looks after the fact-checks that something rests on: their pages, and what people say of them.

A page that says something else is imported: what rests on it is looked at again. A page that is
gone, or holds the fact-check no more, is a question to a person, and no proof: it may have moved.
What that person says is sealed, and counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from evenhand.edge.contested import contradicting, open_contradictions
from evenhand.edge.desk.desk import instant_of
from evenhand.edge.fetching import Fetcher, NotFetched, Unchanged
from evenhand.edge.importing import (
    FRESH,
    Imported,
    import_page,
    keep_page,
    marks_of,
    reading_of,
    within,
)
from evenhand.edge.pacing import Answer, Pace, Wanted, fetch_each
from evenhand.edge.people import MAY_RECORD, acting
from evenhand.edge.platform import Platform
from evenhand.edge.relying import Relying, relying_on
from evenhand.edge.store.claims import tellings_of
from evenhand.edge.store.database import transaction
from evenhand.edge.store.fetched import fetched_pages
from evenhand.edge.store.looked_after import (
    Look,
    Outcome,
    doubts,
    keep_looks,
    keep_word,
    looks_at,
    matched_keys,
)
from evenhand.errors import EvenhandError
from evenhand.factcheck.address import host_of
from evenhand.factcheck.words import length_in_words
from evenhand.model.factcheck import CheckWord, FactCheck
from evenhand.record.identity import name_matter


@dataclass(slots=True)
class Rechecked:
    """What a recheck came to: `pages` to look at, of which some were `fresh`; the looks, and what
    was set aside of what the pages hold."""

    pages: int = 0
    fresh: int = 0
    looks: list[Look] = field(default_factory=list)
    imported: list[Imported] = field(default_factory=list)

    @property
    def looked_at(self) -> int:
        """How many pages were looked at."""
        return len({look.url for look in self.looks})


Progress = Callable[[Rechecked], None]


def recheck(platform: Platform, fetcher: Fetcher, *, again: bool = False, pace: Pace | None = None,
            progress: Progress = lambda _: None) -> Rechecked:
    """Fetch every page again that something rests on; `progress` is called after each.

    Hosts are asked at `pace`, and only for what may have changed. Each page is stored by itself, so
    that whoever breaks it off loses at most one. `again` looks at pages too that were looked at a
    moment ago, and asks for them whole.
    """
    done, now = Rechecked(), datetime.now(UTC)
    pages, wanted = _pages(platform), []
    known = {} if again else fetched_pages(platform.engine, pages)
    read_as = reading_of(platform)
    for url, checks in pages.items():
        looks = looks_at(platform.engine, [check.key for check in checks])
        if not again and all(any(now - look.fetched_at < FRESH and look.outcome != "unreachable"
                                 for look in looks.get(check.key, ())) for check in checks):
            done.pages += 1
            done.fresh += 1
        else:
            before = known.get(url)
            # A page that held them all, and was read as it would be now, need not come again.
            same = before is not None and before.read_as == read_as and (
                {check.key for check in checks} <= before.keys)
            wanted.append(Wanted(url, marks_of(before) if before and same else None))
    for one, answer in fetch_each(fetcher, wanted, pace or Pace()):
        done.pages += 1
        found = _look(platform, one.address, answer, pages[one.address], done)
        keep_looks(platform.engine, found, platform.clock.kind)
        done.looks += found
        progress(done)
    platform.sequencer.seal()  # what the log tells of pages, where it tells anything
    return done


def count_pages(platform: Platform) -> int:
    """How many pages something rests on."""
    return len(_pages(platform))


def _pages(platform: Platform) -> Mapping[str, list[FactCheck]]:
    """The pages that something rests on, each with its fact-checks, in a lasting order."""
    relied = relying_on(platform, matched_keys(platform.engine))
    pages: dict[str, list[FactCheck]] = defaultdict(list)
    for key in sorted(relied):
        check = tellings_of(platform.engine, key)[-1].check
        pages[_page_of(check)].append(check)
    return {url: pages[url] for url in sorted(pages)}


def worded_otherwise(platform: Platform, read: Collection[FactCheck]) -> tuple[FactCheck, ...]:
    """The fact-checks that something rests on of whose pages these were read, without them.

    Another claim is another key: where a publisher words a claim anew, the old one goes on standing
    until its page is looked at. Cheap where nothing was read of a page that something rests on.
    """
    keys = {check.key for check in read}
    pages = {_page_of(check) for check in read}
    matched = {key: tellings_of(platform.engine, key)[-1].check
               for key in matched_keys(platform.engine) if key not in keys}
    there = {key: check for key, check in matched.items()
             if _page_of(check) in pages and check.withdrawn is None}
    return tuple(there[key] for key in sorted(relying_on(platform, there)))


def _page_of(check: FactCheck) -> str:
    return check.url.partition("#")[0]


def _look(platform: Platform, url: str, page: Answer, checks: list[FactCheck],
          done: Rechecked) -> list[Look]:
    """Import what came of one page, and tell of each fact-check what was found."""
    def all_of(outcome: Outcome, said: str) -> list[Look]:
        return [_told(platform, check, outcome, said) for check in checks]

    if isinstance(page, NotFetched):
        return all_of("gone" if page.why == "gone" else "unreachable", page.what)
    if isinstance(page, Unchanged):
        return [_told(platform, check, "same", f"rated “{check.rating_words}”; its host says that "
                      "the page is unchanged") for check in checks]
    host, domain = host_of(page.address), checks[0].publisher.domain
    if not (within(host, domain) or within(domain, host)):
        return all_of("moved", f"it is redirected to another host, `{host}`")
    imported = import_page(platform, page, source=url)
    keep_page(platform, url, page, imported)
    done.imported.append(imported)
    there = {read.check.key for read in imported.read}
    if not there:
        return all_of("no markup", "the page is there, and holds no fact-check that can be read")
    looks = []
    for check in checks:
        if check.key not in there:
            looks.append(_told(platform, check, "other claims", "the page holds fact-checks of "
                               "other claims, and not this one"))
            continue
        after = tellings_of(platform.engine, check.key)[-1].check
        outcome: Outcome = "same" if after.version == check.version else "changed"
        looks.append(_told(platform, check, outcome, f"rated “{after.rating_words}”"))
    return looks


def _told(platform: Platform, check: FactCheck, outcome: Outcome, said: str) -> Look:
    return Look(key=check.key, url=check.url, outcome=outcome, said=said,
                at=platform.clock.at(None), fetched_at=datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A question to a person: does a fact-check still stand on which something rests?"""

    check: FactCheck
    look: Look
    relying: tuple[Relying, ...]


def open_doubts(platform: Platform) -> tuple[Doubt, ...]:
    """The fact-checks in doubt that something rests on, the longest in doubt first."""
    doubted = doubts(platform.engine, matched_keys(platform.engine))
    relied = relying_on(platform, doubted)  # few: their records alone are read
    found = [Doubt(check=tellings_of(platform.engine, key)[-1].check, look=doubted[key],
                   relying=relying) for key, relying in relied.items()]
    return tuple(sorted(found, key=lambda one: (one.look.at, one.check.key)))


def say_of(platform: Platform, key: str, state: str, *, person: str, words: str,
           superseded_by: str | None = None, at: datetime | None = None) -> CheckWord:
    """Record that a fact-check is `withdrawn` or `superseded`, or that it `stands`.

    What rests on it is looked at again by whoever sweeps next. Raises where nothing would be new.
    """
    who = acting(platform, person, MAY_RECORD, "say what becomes of a fact-check")
    if length_in_words(words) < 2:
        raise EvenhandError("what becomes of a fact-check is not said without reasons",
                            hint="one word is no reason: say why in a sentence; authors and "
                            "readers are told")
    check = tellings_of(platform.engine, key)[-1].check
    is_now = check.withdrawn.state if check.withdrawn is not None else "stands"
    in_doubt = key in doubts(platform.engine, {key}) or bool(
        state == "stands" and open_contradictions(platform, contradicting(platform, {key})))
    if state == is_now and not (state == "stands" and in_doubt):
        raise EvenhandError(
            f"the fact-check {key[:12]} is {is_now} already" if state != "stands" else
            f"nobody doubts that the fact-check {key[:12]} stands",
            hint="`evenhand claims show` tells what was said of it")
    if superseded_by == key:
        raise EvenhandError("a fact-check does not supersede itself",
                            hint="name the one that took its place")
    assert state in ("withdrawn", "superseded", "stands"), "those are the states"
    now = instant_of(platform, at)
    word = CheckWord(
        id=name_matter("fact-check", platform.fresh_key()), key=key, url=check.url,
        state=state,  # type: ignore[arg-type]
        superseded_by=superseded_by, words=words, by=who.id, at=now, clock=platform.clock.kind)
    with transaction(platform.engine) as connection:
        keep_word(connection, word, platform.fresh_key())
    platform.sequencer.seal()
    return word
