"""Posts as they arrive: all of a batch measured in columns, and settled those that need it.

Most posts concern no clause. They stay rows of facts, which are sealed as a batch and stored as a
file (DESIGN 2.10); an object is made of a post of which a clause holds or is undetermined, to
which a fact-check speaks, or of which somebody stated something.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush

import polars as pl

from evenhand.case import Settled
from evenhand.edge.measured import Part, lay, measure_part
from evenhand.edge.past import Pace
from evenhand.edge.posts import Posts
from evenhand.edge.settling import Seen, Settling, Work
from evenhand.edge.shadowing import Shadowing, counted
from evenhand.edge.signals.signal import History
from evenhand.edge.store.batches import Arrived
from evenhand.edge.store.counted import Author
from evenhand.edge.store.rows import post_rows
from evenhand.model.decision import Cause, CauseKind
from evenhand.model.factcheck import Match
from evenhand.model.post import PostId
from evenhand.record.batch import SealedBatch, draw, seal_batch
from evenhand.record.identity import name_matter
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.applies import Governing, governing_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of posts that arrived: what is to be stored of all, and what was settled.

    `silent` counts the facts that were missing, with why; `ungoverned` the posts made before any
    terms were in force; `beside` how many were measured under which version in shadow.
    """

    arrived: Arrived
    settled: tuple[Settled, ...]
    silent: Counter[tuple[str, str]]
    ungoverned: int
    beside: Counter[str]


class Arriving:
    """Measures what arrives at one platform."""

    def __init__(self, settling: Settling, vocabulary: Vocabulary, *, keep: float) -> None:
        """Posts of which nothing came are kept with the probability `keep`; `vocabulary` has the
        facts where no terms are in force."""
        self.settling, self.vocabulary, self.keep = settling, vocabulary, keep
        self.platform = settling.platform
        self.shadowing = Shadowing(settling)

    def take(self, posts: Posts, nows: Sequence[datetime], *, stored: Sequence[PostId],
             seen: Seen) -> Outcome:
        """Measure posts, an instant beside each; none of them was measured before.

        `stored` are those that the store holds all the same. `seen` is called with each that is
        settled.
        """
        settling = self.settling
        settling.past.turn_to(zip(zip(posts.platforms, posts.authors, strict=True), posts.made_at,
                                  strict=True), nows[0], stored=stored)
        settling.knowledge.turn_to(lambda: [posts.id(i) for i in range(len(posts))])
        histories, paces = settling.past.arrive(posts)
        matches = self._matches(posts, nows)
        groups = governing_each(self.platform.versions, zip(posts.made_at, nows, strict=True))
        parts = [self._part(law, posts, histories, places) for law, places in groups]
        alone = {i for i, found in enumerate(matches) if found}
        alone |= self._named(posts, {*stored, *settling.knowledge.stated})
        called = set[int]().union(*(part.called() for part in parts))
        settled, odd = self._settle(alone, called, posts, nows, matches, paces, seen)
        shadows = [beside for n, part in enumerate(parts) for beside in self.shadowing.beside(
            n, part, posts, histories, nows, settled=settled, odd=odd)]
        # What terms in shadow call has its row in both batches, so that each can be compared.
        certain = settled.keys() | {i for beside in shadows for i in beside.part.called()}
        rows = post_rows(posts)
        lies: list[tuple[int, int | None]] = [(0, None)] * len(posts)
        batches, silent = [], Counter[tuple[str, str]]()
        kept = [self._kept(part.places, posts, certain) for part in parts]
        for n, part in enumerate(parts):
            for i in part.places:
                lies[i] = (n, None)
            for place, i in enumerate(kept[n]):
                lies[i] = (n, place)
            batches.append(self._sealed(part, lay(
                part, kept[n], posts, nows, rows, settled=settled, odd=odd, certain=certain,
                keep=self.keep), nows))
            silent.update(part.silent)
            for one in settling.signals.silent(part.law.terms):
                silent[one.fact, one.why] += len(part.places)
        batches += [self._sealed(beside.part, lay(
            beside.part, kept[beside.of], posts, nows, rows, settled=beside.alone,
            odd=beside.alone, certain=certain, keep=self.keep), nows,
            beside=batches[beside.of].record.id) for beside in shadows]
        return Outcome(
            arrived=Arrived(posts=posts, rows=rows, batches=batches, lies=lies, at=max(nows),
                            idle=[i for i in range(len(posts)) if i not in settled]),
            settled=tuple(settled[i] for i in sorted(settled)), silent=silent,
            ungoverned=sum(len(places) for law, places in groups if law.terms is None),
            beside=counted(shadows))

    def _matches(self, posts: Posts, nows: Sequence[datetime]) -> list[tuple[Match, ...]]:
        knowledge = self.settling.knowledge
        if not knowledge.any_check(max(nows)):
            return [()] * len(posts)
        return knowledge.matches([(posts.post(i), now) for i, now in enumerate(nows)])

    def _named(self, posts: Posts, names: Collection[PostId]) -> set[int]:
        if not names:
            return set()
        return {i for i in range(len(posts)) if posts.id(i) in names}

    def _part(self, law: Governing, posts: Posts, histories: Sequence[History],
              places: Sequence[int]) -> Part:
        return measure_part(
            law, self.settling.signals.for_terms(law.terms), posts, histories, places,
            vocabulary=law.terms.vocabulary if law.terms else self.vocabulary)

    def _settle(self, alone: Collection[int], called: Collection[int], posts: Posts,
                nows: Sequence[datetime], matches: Sequence[tuple[Match, ...]],
                paces: Sequence[Pace], seen: Seen) -> tuple[dict[int, Settled], set[int]]:
        """Settle these posts in their order, and those on whose facts it bears what came of them.

        Returns besides those whose facts may be others than the batch was measured with.
        """
        past, settled, odd = self.settling.past, dict[int, Settled](), set(alone)
        waiting = [*{*alone, *called}]
        by_author: dict[Author, list[int]] = {}
        heapify(waiting)
        while waiting:
            i = heappop(waiting)
            if i in settled:
                continue
            author = (posts.platforms[i], posts.authors[i])
            before = past.strikes[author]
            post, now = posts.post(i), nows[i]
            cause = Cause(kind=CauseKind.ARRIVAL, id=str(post.id), at=now)
            settled[i] = self.settling.settle_one(
                Work(post=post, now=now, cause=cause), matches[i], pace=paces[i], seen=seen)
            if past.strikes[author] != before:
                # What the account posts next was measured as if it had none of this.
                by_author = by_author or _by_author(posts)
                for later in by_author[author]:
                    if later > i:
                        odd.add(later)
                        heappush(waiting, later)
        return settled, odd

    def _kept(self, places: Sequence[int], posts: Posts,
              certain: Collection[int]) -> list[int]:
        if self.keep >= 1:
            return list(places)
        return [i for i in places if i in certain or draw(posts.id(i)) < self.keep]

    def _sealed(self, part: Part, rows: pl.DataFrame, nows: Sequence[datetime], *,
                beside: str | None = None) -> SealedBatch:
        fresh_key = self.platform.fresh_key
        return seal_batch(
            rows, id=name_matter("facts", fresh_key()), observers=part.observers,
            terms=part.law.terms.digest if part.law.terms else None, measured=len(part.places),
            keys=b"".join(fresh_key() for _ in range(rows.height)), now=max(nows),
            clock=self.platform.clock.kind, probability=self.keep, shadow=beside)


def _by_author(posts: Posts) -> dict[Author, list[int]]:
    found: dict[Author, list[int]] = defaultdict(list)
    for i, author in enumerate(zip(posts.platforms, posts.authors, strict=True)):
        found[author].append(i)
    return found
