"""What must be known of the past when a post is measured: strikes, pace, caps.

Loaded for a batch and kept up as the batch is settled, so that the answer does not depend on
where one batch ends and the next begins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from evenhand.case import Settled, Standing
from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.signals.signal import NO_HISTORY, History
from evenhand.edge.store.database import to_us
from evenhand.edge.store.decided import DecisionStore
from evenhand.model.decision import Decision
from evenhand.model.post import Post, PostId
from evenhand.terms.clauses import Terms

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_HOUR, _DAY = HOUR // timedelta(microseconds=1), DAY // timedelta(microseconds=1)
LONGEST_CAP = timedelta(weeks=1)

class Past:
    """The past of one platform, as far as the posts at hand need it."""

    def __init__(self, store: DecisionStore, versions: Sequence[Terms], now: datetime) -> None:
        """Load what clauses with caps did within their periods before `now`."""
        self.store = store
        self.caps = {c.citation.number: c.then.cap.per.fixed for v in versions
                     for c in v.clauses if c.then.cap is not None}
        self.taken: Mapping[str, list[int]] = store.taken_since(now - LONGEST_CAP)
        self.strikes: Counter[str] = Counter()
        self.made: dict[str, list[tuple[int, str]]] = {}
        self.decisions: dict[PostId, Decision] = {}

    def turn_to(self, posts: Sequence[Post]) -> None:
        """Load what is known of these posts and of the accounts that made them."""
        authors = {p.author.id for p in posts} - {UNKNOWN_AUTHOR}
        self.strikes = self.store.strikes(authors)
        since = min((p.made_at for p in posts), default=None)
        loaded = self.store.posts_made(authors, since - DAY) if since and authors else {}
        self.made = defaultdict(list, {a: sorted(times) for a, times in loaded.items()})
        self.decisions = {}
        for post, decision in self.store.standing([p.id for p in posts]).items():
            found = self.store.record(decision)
            assert found is not None, "a standing decision has a record"
            self.decisions[post] = found[0].decision

    def history(self, post: Post) -> History:
        """What signals need to know of the post's account; the post itself counts as posted."""
        author = post.author.id
        if author == UNKNOWN_AUTHOR:
            # Nothing is counted against nobody.
            return NO_HISTORY
        made, at = self.made[author], to_us(post.made_at)
        this = (at, str(post.id))
        place = bisect_left(made, this)
        if made[place:place + 1] != [this]:
            made.insert(place, this)
        end = bisect_left(made, (at + 1, ""))
        return History(strikes=self.strikes[author],
                       posts_last_hour=end - bisect_left(made, (at - _HOUR + 1, "")),
                       posts_last_day=end - bisect_left(made, (at - _DAY + 1, "")))

    def standing(self, post: PostId, now: datetime) -> Standing:
        """What the post's next decision must know."""
        return Standing(taken=self._taken(now), decision=self.decisions.get(post))

    def _taken(self, now: datetime) -> dict[str, int]:
        counts = {}
        for number, per in self.caps.items():
            assert per is not None, "the period of a cap has a fixed length"
            times = self.taken.get(number, ())
            counts[number] = len(times) - bisect_right(times, to_us(now - per))
        return counts

    def note(self, settled: Settled) -> None:
        """Take a post just settled into the past of those that follow it."""
        decision = settled.decision
        if decision is None:
            return
        author = settled.post.author.id
        before = self.decisions.get(settled.post.id)
        self.strikes[author] += _strikes(decision) - (_strikes(before) if before else 0)
        self.decisions[settled.post.id] = decision
        for number in {a.ground.citation.number for a in decision.actions}:
            insort(self.taken[number], to_us(decision.at))


def _strikes(decision: Decision) -> int:
    """1 where a decision did more than add something; the twin of `DecisionStore.strikes`."""
    return int(any(a.effect.value != "adds" for a in decision.actions))
