"""Looks after the fact-checks that something rests on: their pages, and what people say of them.

A page that says something else is imported: what rests on it is looked at again. A page that is
gone, or holds the fact-check no more, is a question to a person, and no proof: it may have moved.
What that person says is sealed, and counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from evenhand.edge.desk.desk import instant_of
from evenhand.edge.fetching import Fetcher, NotFetched, Page
from evenhand.edge.importing import Imported, import_text, within
from evenhand.edge.people import MAY_RECORD, acting
from evenhand.edge.platform import Platform
from evenhand.edge.relying import Relying, relying_on
from evenhand.edge.store.claims import tellings_of
from evenhand.edge.store.database import transaction
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

FRESH = timedelta(hours=12)
"""A page that was looked at within this time is not looked at again: a recheck that was broken off
goes on where it was."""


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


def recheck(platform: Platform, fetcher: Fetcher, *, again: bool = False,
            progress: Progress = lambda _: None) -> Rechecked:
    """Fetch every page again that something rests on; `progress` is called after each.

    Each page is stored by itself, so that whoever breaks it off loses at most one. `again` looks
    at pages too that were looked at a moment ago.
    """
    done, now = Rechecked(), datetime.now(UTC)
    for url, checks in _pages(platform).items():
        done.pages += 1
        looks = looks_at(platform.engine, [check.key for check in checks])
        if not again and all(any(now - look.fetched_at < FRESH and look.outcome != "unreachable"
                                 for look in looks.get(check.key, ())) for check in checks):
            done.fresh += 1
        else:
            found = _look(platform, fetcher, url, checks, done)
            keep_looks(platform.engine, found)
            done.looks += found
        progress(done)
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
        pages[check.url.partition("#")[0]].append(check)
    return {url: pages[url] for url in sorted(pages)}


def _look(platform: Platform, fetcher: Fetcher, url: str, checks: list[FactCheck],
          done: Rechecked) -> list[Look]:
    """Look at one page, import what it says, and tell of each fact-check what was found."""
    def all_of(outcome: Outcome, said: str) -> list[Look]:
        return [_told(platform, check, outcome, said) for check in checks]

    try:
        page = fetcher.fetch(url)
    except NotFetched as wrong:
        return all_of("gone" if wrong.why == "gone" else "unreachable", wrong.what)
    host, domain = host_of(page.address), checks[0].publisher.domain
    if not (within(host, domain) or within(domain, host)):
        return all_of("moved", f"it is redirected to another host, `{host}`")
    imported = _import(platform, url, page)
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


def _import(platform: Platform, url: str, page: Page) -> Imported:
    host = host_of(page.address)
    return import_text(platform, page.text, source=url, where=url,
                       speaks_for=lambda domain: within(domain, host) or within(host, domain))


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
                            hint="say why in a sentence: authors and readers are told")
    check = tellings_of(platform.engine, key)[-1].check
    is_now = check.withdrawn.state if check.withdrawn is not None else "stands"
    in_doubt = key in doubts(platform.engine, {key})
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
