"""Facts about the reports that people have made about a post; none of them says who is right.

A report counts from its arrival until it is withdrawn, open or answered. Counts are handed in with
the history, since a signal never looks into the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from evenhand.edge.posts import Posts
from evenhand.edge.signals.many import MeasuredAll, admitted_all
from evenhand.edge.signals.signal import NO_HISTORY, Example, History, Measured, admitted, said
from evenhand.model.post import Account, Post, PostId
from evenhand.rulebook.vocabulary import INTEGER, Fact

NAME, VERSION = "report_counts", "1"
OBSERVER = f"{NAME}@{VERSION}"


def _declare(name: str, meaning: str) -> Fact:
    # Who reported a post is not for its author; how many did is for a regulator.
    return Fact(name=name, type=INTEGER, meaning=meaning, observer="the reports received",
                audience="regulator", reported_by=OBSERVER, low=0)


FACTS = (
    _declare("reports.count", "reports about the post that were not withdrawn"),
    _declare("reports.distinct_reporters", "different people who reported the post"),
    _declare("reports.trusted_flaggers",
             "reports about the post from trusted flaggers, within their field"),
)

_POST = Post(id=PostId(platform="agora", native="1"), text="hello",
             author=Account(platform="agora", id="ada"),
             made_at=datetime(2020, 5, 26, 12, 17, tzinfo=UTC))

EXAMPLES = (
    Example(title="three reports by two people, one of them a trusted flagger", post=_POST,
            history=History(reports=3, distinct_reporters=2, trusted_flaggers=1),
            facts={"reports.count": 3, "reports.distinct_reporters": 2,
                   "reports.trusted_flaggers": 1}),
    Example(title="no report is a value", post=_POST,
            history=History(reports=0, distinct_reporters=0, trusted_flaggers=0),
            facts={"reports.count": 0, "reports.distinct_reporters": 0,
                   "reports.trusted_flaggers": 0}),
    Example(title="nobody counted, and nothing is reported", post=_POST, history=NO_HISTORY,
            missing=("reports.count", "reports.distinct_reporters", "reports.trusted_flaggers")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCounts:
    """How many reports, by how many people, how many from trusted flaggers."""

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...] = FACTS
    examples: tuple[Example, ...] = EXAMPLES

    def report(self, post: Post, history: History) -> Measured:
        """Report the counts that history handed in; the post itself is not looked at."""
        return _measured(history.reports, history.distinct_reporters, history.trusted_flaggers)

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The same of a batch."""
        return admitted_all(FACTS, ([h.reports for h in histories],
                                    [h.distinct_reporters for h in histories],
                                    [h.trusted_flaggers for h in histories]))


@lru_cache(maxsize=2**12, typed=True)
def _measured(*counts: int | None) -> Measured:
    """What is reported of these counts, in the order of the facts; many posts share them."""
    return admitted(FACTS, Measured(reported=tuple(
        said(fact.name, count, OBSERVER)
        for fact, count in zip(FACTS, counts, strict=True) if count is not None)))


SIGNAL = ReportCounts()
