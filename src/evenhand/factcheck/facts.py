"""What a condition may say of a matched claim: the facts, and how a match gives them.

A record holds the matches of a post as the collection `claim`; each element is `claim_facts` of
one match. What is not known is absent from the element, so that a condition about it is
undetermined and a person is asked.

>>> sorted(fact.name for fact in FACTS if fact.reported_by is None)
['claim.match']
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from evenhand.model.factcheck import ExactKey, Match, MatchedBy, Rating, SpeakerKind
from evenhand.model.signal import Dossier
from evenhand.rulebook.vocabulary import (
    INSTANT,
    NUMBER,
    TEXT,
    TRUTH,
    Collection,
    Fact,
    Record,
    Value,
    choice,
    list_of,
)

REPORTED_BY = "claims@1"
"""The signal that reports these facts."""

MATCHED_CLAIM = Collection(
    phrase="matched claim", binds="claim",
    meaning="a published fact-check that speaks, or may speak, to the post")

EXACT: frozenset[MatchedBy] = frozenset(get_args(ExactKey))

_MATCHER = "the claim matcher"
_PUBLISHER = "the publisher of the fact-check"

FACTS: tuple[Fact, ...] = (
    Fact(name="claim.confirmed", type=TRUTH, observer="a reviewer", audience="public",
         reported_by=REPORTED_BY,
         meaning="whether the fact-check is about what the post says; a person says it, and it is "
                 "missing until somebody does"),
    Fact(name="claim.repeats", type=TRUTH, observer=_MATCHER, audience="public",
         reported_by=REPORTED_BY,
         meaning="whether the post repeats the claim word for word and adds nothing, or is itself "
                 "where the fact-checker saw it; no where a person denies that the fact-check "
                 "speaks to it, where the fact-check is unrated or contradicted by another "
                 "listed publisher, or its own publisher is not listed"),
    Fact(name="claim.rating", type=choice(*get_args(Rating)), observer=_PUBLISHER,
         audience="public", reported_by=REPORTED_BY,
         meaning="how the fact-check rates the claim, on our scale; `unrated` where nobody has "
                 "said what the publisher's words mean"),
    Fact(name="claim.topics", type=list_of(TEXT), observer=_PUBLISHER, audience="public",
         reported_by=REPORTED_BY,
         meaning="what the fact-check is about, in the publisher's keywords, lower case; missing "
                 "where it gives none"),
    Fact(name="claim.fact_check", type=TEXT, observer=_PUBLISHER, audience="public",
         reported_by=REPORTED_BY, meaning="the address of the fact-check's page"),
    Fact(name="claim.publisher", type=TEXT, observer=_PUBLISHER, audience="public",
         reported_by=REPORTED_BY, meaning="the name of whoever published the fact-check"),
    Fact(name="claim.published_by", type=choice(*get_args(SpeakerKind)),
         observer="the operator's list of publishers", audience="public",
         reported_by=REPORTED_BY,
         meaning="who speaks in the fact-check: a fact-checker, the platform itself, the crowd, or "
                 "a publisher that is not on the list"),
    Fact(name="claim.published", type=INSTANT, observer=_PUBLISHER, audience="public",
         reported_by=REPORTED_BY,
         meaning="when the fact-check was published; missing where the publisher does not say"),
    Fact(name="claim.key", type=TEXT, observer=_MATCHER, audience="public",
         reported_by=REPORTED_BY, meaning="the lasting key of the fact-check"),
    Fact(name="claim.match", type=NUMBER, low=0, high=1, observer=_MATCHER, audience="public",
         reported_by=None,
         meaning="the calibrated probability that the fact-check speaks to the post; missing "
                 "until an operator has calibrated the matcher. A raw score is never a fact"),
)
"""The facts of an element of `MATCHED_CLAIM`."""


def claim_facts(match: Match) -> Mapping[str, Value]:
    """Fact name -> value for one match: the element of the collection `claim`."""
    check = match.fact_check
    facts: dict[str, Value] = {
        "claim.rating": check.rating,
        "claim.fact_check": check.url,
        "claim.publisher": check.publisher.name,
        "claim.published_by": check.publisher.kind,
        "claim.key": check.key,
    }
    # A rule acts on an exact key only where the clause says so, in the words that are published.
    facts["claim.repeats"] = match.confirmed is True and (
        match.by in EXACT or match.besides is not None)
    if match.by not in EXACT and match.confirmed is not None:
        facts["claim.confirmed"] = match.confirmed
    # A person's no stands above what a machine holds likely.
    if match.compared is not None and match.compared.probability is not None and (
            match.confirmed is not False):
        facts["claim.match"] = match.compared.probability
    if check.topics:
        facts["claim.topics"] = check.topics
    if check.published_at is not None:
        facts["claim.published"] = check.published_at
    return MappingProxyType(facts)


def record_of(dossier: Dossier) -> Record:
    """The facts that a condition sees: those that prevail, and the matched claims."""
    facts: dict[str, Value | tuple[Mapping[str, Value], ...]] = {
        name: reported.value for name, reported in dossier.prevailing.items()}
    if dossier.matches is not None:
        facts["claim"] = tuple(claim_facts(m) for m in dossier.matches)
    return facts
