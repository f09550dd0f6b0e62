"""Posts measured beside, under terms in shadow: recorded for comparison, and never acted on.

Each version in shadow has its own signals (its word lists are its own) and its own rows, which are
sealed as a batch that names the batch beside it. Nothing here can reach a decision: what comes out
are rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evenhand.decide.measuring import measure as find
from evenhand.edge.measured import MeasuredAlone, Part, measure_part
from evenhand.edge.posts import Posts
from evenhand.edge.settling import Settling
from evenhand.edge.signals.signal import History, measure
from evenhand.edge.store.shadows import in_shadow
from evenhand.factcheck.facts import record_of
from evenhand.model.post import Post
from evenhand.model.signal import Dossier
from evenhand.rulebook.finding import Finding
from evenhand.terms.applies import Governing
from evenhand.terms.clauses import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """A post of which more was known than its signals measured: all of it, and what was found."""

    dossier: Dossier
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The posts of the part number `of` under terms in shadow; `alone` has those whose facts are
    others than the part was measured with."""

    of: int
    part: Part
    alone: Mapping[int, MeasuredAlone]


class Shadowing:
    """The versions in shadow at one platform."""

    def __init__(self, settling: Settling) -> None:
        """Those that are in shadow when a run begins."""
        self.settling = settling
        self.laws = _laws(settling.platform.shadows)

    def look_again(self) -> None:
        """Drop those whose trial was ended meanwhile."""
        self.laws = _laws(in_shadow(self.settling.platform.engine)) if self.laws else ()

    def beside(self, of: int, part: Part, posts: Posts, histories: Sequence[History],
               nows: Sequence[datetime], *, settled: Mapping[int, MeasuredAlone],
               odd: Collection[int]) -> Iterator[Beside]:
        """Measure the posts of a part under every version in shadow, but one that governs them."""
        for law in self.laws:
            terms = law.terms
            assert terms is not None, "what is in shadow are terms"
            if part.law.terms is not None and part.law.terms.digest == terms.digest:
                continue
            alone = {i: self._alone(law, terms, posts.post(i), settled[i].dossier, nows[i])
                     for i in part.places if i in odd and i in settled}
            measured = measure_part(law, self.settling.signals.for_terms(terms), posts, histories,
                                    part.places, vocabulary=terms.vocabulary)
            yield Beside(of=of, part=measured, alone=alone)

    def _alone(self, law: Governing, terms: Terms, post: Post, known: Dossier,
               now: datetime) -> Alone:
        """What was known of a post when it was settled, read as these terms read it."""
        signals = self.settling.signals
        own = measure(signals.of_terms(terms), post)
        mine = {fact.name for signal in signals.own for fact in signal.facts}
        told = self.settling.knowledge.reported(post.id, now)
        dossier = Dossier(
            reported=(*(r for r in known.reported if r.at is None and r.name in mine),
                      *own.reported, *signals.fitting(terms, told)), matches=known.matches)
        return Alone(dossier=dossier, findings=find(law.clauses, record_of(dossier)))


def counted(shadows: Iterable[Beside]) -> Counter[str]:
    """How many posts were measured under which version."""
    found = Counter[str]()
    for beside in shadows:
        assert beside.part.law.terms is not None, "what is in shadow are terms"
        found[beside.part.law.terms.front.version] += len(beside.part.places)
    return found


def _laws(shadows: Iterable[Terms]) -> tuple[Governing, ...]:
    return tuple(Governing(terms=terms, procedure=terms, clauses=tuple(
        c for c in terms.clauses if c.rule is not None)) for terms in shadows)
