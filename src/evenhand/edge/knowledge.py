"""What the platform knows at an instant: the fact-checks and what people said of posts.

The store keeps when each thing became known; this answers "as of". The matcher is built anew only
when more is known than before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Engine

from evenhand.edge.signals.stated import CONFIRMED
from evenhand.edge.store.known import Known, Statement, load_fact_checks, load_statements
from evenhand.factcheck.match import Confirmation, Matcher
from evenhand.factcheck.proposing import PROPOSE_ABOVE
from evenhand.model.factcheck import FactCheck, Match
from evenhand.model.post import Post, PostId
from evenhand.model.signal import Reported


class Knowledge:
    """All that was told to the platform, readable as of any instant."""

    def __init__(self, engine: Engine, *, propose_above: float | None) -> None:
        """Load everything; `propose_above` None takes the measured default."""
        self.fact_checks = load_fact_checks(engine)
        self.statements = load_statements(engine)
        self.propose_above = PROPOSE_ABOVE if propose_above is None else propose_above
        self._about: dict[PostId, list[Known]] = defaultdict(list)
        for known in self.statements:
            assert isinstance(known.what, Statement), "a statement is about a post"
            self._about[known.what.post].append(known)
        self._matcher: tuple[tuple[int, int], Matcher] | None = None

    def changes(self) -> list[Known]:
        """What no post measured before has been looked at for, in the order it became known."""
        unswept = [k for k in (*self.fact_checks, *self.statements) if not k.swept]
        return sorted(unswept, key=lambda k: k.known_at)

    def reported(self, post: PostId, now: datetime) -> tuple[Reported, ...]:
        """The facts that people and outside detectors stated of a post by an instant."""
        said = (k.what for k in self._about.get(post, ()) if k.known_at <= now)
        return tuple(Reported(name=s.fact, value=s.value, observer=s.by, at=s.at)
                     for s in said if isinstance(s, Statement) and s.fact != CONFIRMED)

    def matches(self, posts: Sequence[Post], now: datetime) -> tuple[tuple[Match, ...], ...]:
        """The fact-checks known by an instant that speak or may speak to each post."""
        return self._matcher_as_of(now).match_all(posts)

    def sweeper(self, keys: Collection[str], now: datetime) -> Matcher:
        """A matcher that finds only these fact-checks, among all that is known by an instant."""
        return Matcher.build(self._checks(now), self._confirmations(now), only=keys,
                             propose_above=self.propose_above)

    def _matcher_as_of(self, now: datetime) -> Matcher:
        checks, confirmations = self._checks(now), self._confirmations(now)
        known = (len(checks), len(confirmations))
        if self._matcher is None or self._matcher[0] != known:
            self._matcher = (known, Matcher.build(checks, confirmations,
                                                  propose_above=self.propose_above))
        return self._matcher[1]

    def _checks(self, now: datetime) -> list[FactCheck]:
        return [k.what for k in self.fact_checks
                if k.known_at <= now and isinstance(k.what, FactCheck)]

    def _confirmations(self, now: datetime) -> list[Confirmation]:
        said = (k.what for k in self.statements if k.known_at <= now)
        return [Confirmation(post=s.post, fact_check=s.claim, confirmed=bool(s.value), by=s.by,
                             at=s.at) for s in said
                if isinstance(s, Statement) and s.fact == CONFIRMED and s.claim is not None]
