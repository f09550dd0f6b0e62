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
from collections.abc import Iterable, Mapping
from dataclasses import replace

from evenhand.factcheck.words import bare_text
from evenhand.model.factcheck import FactCheck, Match, Rating

BEARS_OUT: frozenset[Rating] = frozenset({"true", "mostly true"})
DENIES: frozenset[Rating] = frozenset({"false", "misleading", "unsupported", "satire"})


def contradict(one: FactCheck, other: FactCheck) -> bool:
    """Whether two fact-checks of one claim cannot both be right, by two publishers."""
    return one.publisher.domain != other.publisher.domain and (
        (one.rating in BEARS_OUT and other.rating in DENIES)
        or (one.rating in DENIES and other.rating in BEARS_OUT))


def contradictions(checks: Iterable[FactCheck]) -> Mapping[str, tuple[FactCheck, ...]]:
    """Key -> those of the fact-checks that contradict it; keys that none contradicts are left out.

    Of each key one version is given: the one that counts.
    """
    alike: dict[str, list[FactCheck]] = defaultdict(list)
    for check in checks:
        if check.rating in BEARS_OUT or check.rating in DENIES:
            alike[bare_text(check.claim)].append(check)
    found = {}
    for claim, same in alike.items():
        if len(same) > 1 and claim:
            for check in same:
                against = tuple(c for c in same if contradict(check, c))
                if against:
                    found[check.key] = against
    return found


def unsettled(matches: tuple[Match, ...],
              against: Mapping[str, tuple[FactCheck, ...]]) -> tuple[Match, ...]:
    """The matches, with those that only a rule confirmed put before a person where another
    publisher contradicts them; a person's word stands, by itself."""
    return tuple(_asked(match) if match.fact_check.key in against else match for match in matches)


def _asked(match: Match) -> Match:
    if match.by in ("confirmed pair", "confirmed copy"):
        return replace(match, besides=None)
    return replace(match, confirmed=None, confirmed_by=None)
