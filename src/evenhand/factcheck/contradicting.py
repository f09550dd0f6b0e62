"""Fact-checks that contradict one another: two publishers, one claim, opposite ratings.

Claims are the same where their bare texts are. Only ratings that say opposite things contradict:
one calls the claim true or mostly true, the other false, misleading, unsupported or satire. Nobody
here knows who is right, so such a fact-check is put before a person wherever it meets a post.

>>> from datetime import UTC, datetime
>>> from evenhand.factcheck.claims import read_claims
>>> def check(host, rating):
...     return read_claims('{"@type": "ClaimReview", "url": "https://%s.example/a", '
...         '"claimReviewed": "Ferries leave at six", "reviewRating": "%s"}' % (host, rating),
...         where="", retrieved_at=datetime(2020, 5, 27, tzinfo=UTC))[0][0]
>>> one, other, third = check("a", "False"), check("b", "True"), check("c", "Mixed")
>>> [c.publisher.domain for c in contradictions([one, other, third])[one.key]]
['b.example']
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from evenhand.factcheck.words import bare_text
from evenhand.model.factcheck import FactCheck, Match, Rating

BEARS_OUT: frozenset[Rating] = frozenset({"true", "mostly true"})
DENIES: frozenset[Rating] = frozenset({"false", "misleading", "unsupported", "satire"})


class OfDomain(Protocol):
    """A publisher, as far as it matters here."""

    @property
    def domain(self) -> str:
        """The host of its pages."""


class Rated(Protocol):
    """As much of a fact-check as tells whether another contradicts it."""

    @property
    def key(self) -> str:
        """Its lasting key."""

    @property
    def claim(self) -> str:
        """What it is about."""

    @property
    def rating(self) -> Rating:
        """How it rates the claim, on our scale."""

    @property
    def publisher(self) -> OfDomain:
        """Who publishes it."""


R = TypeVar("R", bound=Rated)


def contradict(one: Rated, other: Rated) -> bool:
    """Whether two fact-checks of one claim cannot both be right, by two publishers."""
    return one.publisher.domain != other.publisher.domain and (
        (one.rating in BEARS_OUT and other.rating in DENIES)
        or (one.rating in DENIES and other.rating in BEARS_OUT))


def contradictions(checks: Iterable[R], of: Collection[str] | None = None
                   ) -> Mapping[str, tuple[R, ...]]:
    """Key -> those of the fact-checks that contradict it; keys that none contradicts are left out.

    Of each key one version is given: the one that counts. `of` are the keys that are asked about,
    None for all: of a large pool few claims need be compared then.
    """
    bearing = [check for check in checks if check.rating in BEARS_OUT or check.rating in DENIES]
    asked = bearing if of is None else [check for check in bearing if check.key in of]
    # Only what says the opposite of one that is asked about can contradict it.
    sides = {check.rating in BEARS_OUT for check in asked}
    alike: dict[str, list[R]] = defaultdict(list)
    for check in bearing:
        if (check.rating in DENIES) in sides:
            alike[bare_text(check.claim)].append(check)
    found = {}
    for check in asked:
        text = bare_text(check.claim)
        against = tuple(c for c in alike.get(text, ()) if contradict(check, c)) if text else ()
        if against:
            found[check.key] = against
    return found


Told = Sequence[tuple[datetime, FactCheck]]
"""What was told of one fact-check, each with the instant at which it became known, in order."""


def contradicted_since(one: Told, other: Told) -> datetime | None:
    """Since when two fact-checks of one claim contradict each other as they do now; None: they do
    not. What stands no more contradicts nothing."""
    told = sorted([(at, 0, check) for at, check in one] + [(at, 1, check) for at, check in other],
                  key=lambda each: each[0])
    last: dict[int, FactCheck] = {}
    since = None
    for at, which, check in told:
        last[which] = check
        if len(last) < 2 or any(c.withdrawn is not None for c in last.values()) or not contradict(
                last[0], last[1]):
            since = None
        elif since is None:
            since = at
    return since


def bringing_down(against: Mapping[str, Sequence[FactCheck]]) -> frozenset[str]:
    """The keys whose contradiction takes away what a rule confirmed: those that a listed publisher
    contradicts.

    What an unlisted publisher says is told, and brings nothing down: else whoever gets an item into
    a feed could take any notice away.
    """
    return frozenset(key for key, others in against.items()
                     if any(other.publisher.kind != "unlisted" for other in others))


def unsettled(matches: tuple[Match, ...], disputed: Collection[str]) -> tuple[Match, ...]:
    """The matches, with those that only a rule confirmed put before a person where they are
    disputed: a listed publisher contradicts them, or they stand where one was taken back. A
    person's word stands, by itself."""
    return tuple(_asked(match) if match.fact_check.key in disputed else match for match in matches)


def _asked(match: Match) -> Match:
    if match.by in ("confirmed pair", "confirmed copy"):
        return replace(match, besides=None)
    return replace(match, confirmed=None, confirmed_by=None)
