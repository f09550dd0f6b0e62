"""One published fact-check with all that the platform knows of it, for whoever asks.

What was told of it, who contradicts it, and what rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evenhand.edge.platform import Platform
from evenhand.edge.relying import Relying, relying_on
from evenhand.edge.store.claims import (
    Telling,
    find_keys,
    latest_tellings,
    tellings_of,
    versions_known,
)
from evenhand.edge.store.looked_after import Look, doubts, words_on
from evenhand.errors import EvenhandError
from evenhand.factcheck.address import same_page
from evenhand.factcheck.contradicting import contradictions
from evenhand.model.factcheck import CheckWord, FactCheck

LEAST_PREFIX = 4
"""Digits of a key that name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A fact-check as it was told last. `relied` counts the decisions that stand and rest on it,
    `against` are the fact-checks of other publishers that contradict it."""

    check: FactCheck
    versions: int
    known_at: datetime
    relied: int
    against: tuple[FactCheck, ...]

    @property
    def state(self) -> Literal["stands", "withdrawn", "superseded"]:
        """Whether it stands."""
        return self.check.withdrawn.state if self.check.withdrawn is not None else "stands"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeClaim:
    """All of one fact-check: what was told of it in that order, and what rests on it.

    `words` are what people said of it, `doubt` the look at its page that is still in question.
    """

    tellings: tuple[Telling, ...]
    relying: tuple[Relying, ...]
    against: tuple[FactCheck, ...]
    words: tuple[CheckWord, ...]
    doubt: Look | None

    @property
    def check(self) -> FactCheck:
        """The fact-check as it was told last: what counts."""
        return self.tellings[-1].check


def claims_known(platform: Platform) -> tuple[Claim, ...]:
    """Every known fact-check, by publisher, claim and key."""
    told = latest_tellings(platform.engine)
    against = contradictions(one.check for one in told if one.check.withdrawn is None)
    relied = relying_on(platform, {telling.check.key for telling in told})
    versions = versions_known(platform.engine)
    found = [Claim(check=one.check, versions=versions[one.check.key], known_at=one.known_at,
                   relied=len(relied.get(one.check.key, ())),
                   against=against.get(one.check.key, ())) for one in told]
    return tuple(sorted(found, key=lambda c: (
        c.check.publisher.domain, c.check.claim, c.check.key)))


def whole_claim(platform: Platform, named: str) -> WholeClaim:
    """All of the fact-check meant by a key, its first digits, or its page's address."""
    key = key_meant(platform, named)
    against = contradictions(told.check for told in latest_tellings(platform.engine)
                             if told.check.withdrawn is None)
    return WholeClaim(tellings=tellings_of(platform.engine, key), against=against.get(key, ()),
                      relying=relying_on(platform, {key}).get(key, ()),
                      words=words_on(platform.engine, {key}).get(key, ()),
                      doubt=doubts(platform.engine, {key}).get(key))


def own_fact_checks(platform: Platform) -> list[tuple[FactCheck, FactCheck | None]]:
    """The platform's own fact-checks that stand, by page, each with the version that it corrects.
    """
    found: list[tuple[FactCheck, FactCheck | None]] = []
    for one in latest_tellings(platform.engine):
        if one.check.publisher.kind == "platform" and one.check.withdrawn is None:
            before = tellings_of(platform.engine, one.check.key)[:-1]
            corrected = next((told.check for told in reversed(before)
                              if told.check.rating_words != one.check.rating_words), None)
            found.append((one.check, corrected))
    return sorted(found, key=lambda own: (own[0].url, own[0].key))


def key_meant(platform: Platform, named: str) -> str:
    """The key of the one fact-check that these words name; else a refusal with what to write."""
    page = same_page(named, anchor=True)
    if page is not None:
        plain = same_page(named)
        told = [one.check for one in latest_tellings(platform.engine)
                if plain == same_page(one.check.url)]
        exact = [check for check in told if page == same_page(check.url, anchor=True)]
        found = tuple(check.key for check in exact or told)
    else:
        digits = named.lower()
        found = (find_keys(platform.engine, digits)
                 if len(digits) >= LEAST_PREFIX and set(digits) <= set("0123456789abcdef") else ())
    if len(found) == 1:
        return found[0]
    if found:
        raise EvenhandError(f"`{named}` names several fact-checks",
                            hint="write one of: " + ", ".join(key[:12] for key in found[:3]))
    raise EvenhandError(f"`{named}` names no known fact-check", hint="give the first digits of a "
                        f"key, {LEAST_PREFIX} or more, or the address of its page: `evenhand "
                        "claims list` has both")
