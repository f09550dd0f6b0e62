"""Fact-checks on which something rests and which another publisher contradicts since: a question.

A notice that a person let stand is not taken down because a second publisher says the opposite:
nobody here knows who is right. It is put to a person once, who says of the fact-check that it
stands or does not, or decides about the post again. Nothing of it is stored: it follows from what
was told of both, and from what people said since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from evenhand.edge.platform import Platform
from evenhand.edge.relying import Relying, relying_on
from evenhand.edge.store.claims import InBrief, all_in_brief, tellings_of
from evenhand.edge.store.database import from_us
from evenhand.edge.store.errors import RecordErased
from evenhand.edge.store.looked_after import matched_keys, words_on
from evenhand.factcheck.contradicting import contradicted_since, contradictions
from evenhand.model.decision import CauseKind, Decision
from evenhand.model.factcheck import FactCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A fact-check that another one contradicts since an instant, and the decisions that rest on it
    and that no person has looked at since."""

    check: FactCheck
    against: FactCheck
    since: datetime
    relying: tuple[Relying, ...]


Against = Mapping[str, tuple[FactCheck, ...]]
"""Key -> the fact-checks of other publishers that contradict it now; others are left out."""


def contradicting(platform: Platform, keys: Collection[str],
                  known: Iterable[InBrief] | None = None) -> Against:
    """What contradicts these fact-checks, of all that are `known`."""
    if not keys:
        return {}
    known = all_in_brief(platform.engine) if known is None else known
    pairs = contradictions((check for check in known if check.stands), frozenset(keys))
    return {key: tuple(tellings_of(platform.engine, brief.key)[-1].check for brief in briefs)
            for key, briefs in pairs.items()}


def open_contradictions(platform: Platform, against: Against | None = None
                        ) -> tuple[Contested, ...]:
    """What a person has to settle, the earliest first: once for each pair, with all that rests on
    it. `against` is what contradicts the fact-checks asked about; None: any that met a post."""
    pairs = contradicting(platform, matched_keys(platform.engine)) if against is None else against
    relied = relying_on(platform, pairs.keys())  # few: their records alone are read
    words = words_on(platform.engine, relied.keys()) if relied else {}
    found = []
    for key, relying in relied.items():
        one = [(t.known_at, t.check) for t in tellings_of(platform.engine, key)]
        for said in pairs[key]:
            other = [(t.known_at, t.check) for t in tellings_of(platform.engine, said.key)]
            since = contradicted_since(one, other)
            assert since is not None, "they contradict each other now, so there is a beginning"
            if any(w.state == "stands" and w.at >= since for w in words.get(key, ())):
                continue
            left = tuple(r for r in relying if not _settled(platform, r, said.key, since))
            if left:
                found.append(Contested(check=one[-1][1], against=said, since=since,
                                       relying=left))
    return tuple(sorted(found, key=lambda c: (c.since, c.check.key, c.against.key)))


def _settled(platform: Platform, relying: Relying, against: str, since: datetime) -> bool:
    """Whether a person has looked at the post since the contradiction was known.

    On a replayed clock much happens at one instant: there the order counts in which the post was
    looked at for the other fact-check, and by the person.
    """
    decision = relying.decision
    for match in decision.dossier.matches or ():
        by_person = (match.confirmed_by or "").startswith("person:")
        if match.fact_check.key == relying.key and by_person and match.confirmed_at is not None \
                and match.confirmed_at > since:
            return True
    reviews = [made for made in _decisions(platform, decision) if made.decider.kind == "reviewer"
               and made.cause.kind is not CauseKind.REVERSAL and made.at >= since]
    if any(made.at > since or _knew(made, against) for made in reviews) or not reviews:
        return bool(reviews)
    rows = platform.store.measurements_of(decision.post)
    told = [row.n for row in rows if row.cause == CauseKind.FACT_CHECK_CHANGE.value
            and from_us(row.at) >= since and any(
                name.partition("@")[0] in (against, relying.key)
                for name in row.cause_id.split("+"))]
    looked = {(made.cause.kind.value, made.cause.id) for made in reviews}
    return bool(told) and any(row.n > min(told) for row in rows
                              if (row.cause, row.cause_id) in looked)


def _knew(made: Decision, against: str) -> bool:
    return any(match.fact_check.key == against for match in made.dossier.matches or ())


def _decisions(platform: Platform, last: Decision) -> list[Decision]:
    """A decision and those that it superseded, directly or not, as far as they can be read."""
    chain = [last]
    while chain[-1].supersedes is not None:
        try:
            found = platform.store.record(chain[-1].supersedes)
        except RecordErased:
            break
        if found is None:
            break
        chain.append(found[0].decision)
    return chain
