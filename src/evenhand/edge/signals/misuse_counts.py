"""Facts about what an account has brought against others: reports, appeals, and unfounded ones.

They are numbers that a clause may name (Regulation 2022/2065 Art. 23(2), (3)); nobody is suspended
by a number that no published clause names. What is unfounded, the person says who answered.
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
from evenhand.report.misuse import Misuse
from evenhand.rulebook.vocabulary import INTEGER, Fact

NAME, VERSION = "misuse_counts", "1"
OBSERVER = f"{NAME}@{VERSION}"


def _declare(name: str, meaning: str) -> Fact:
    # They are about the author, who made these reports and appeals.
    return Fact(name=name, type=INTEGER, meaning=meaning, observer="the reports and appeals "
                "received, and their answers", audience="author", reported_by=OBSERVER, low=0)


FACTS = (
    _declare("account.reports_made", "reports that the account has made about others' posts"),
    _declare("account.reports_manifestly_unfounded",
             "of those, reports that whoever answered called manifestly unfounded"),
    _declare("account.appeals_made", "appeals that the account has made"),
    _declare("account.appeals_manifestly_unfounded",
             "of those, appeals that whoever answered called manifestly unfounded"),
)
_NAMES = tuple(fact.name for fact in FACTS)
_POST = Post(id=PostId(platform="agora", native="1"), text="hello",
             author=Account(platform="agora", id="ada"),
             made_at=datetime(2020, 5, 26, 12, 17, tzinfo=UTC))

EXAMPLES = (
    Example(title="forty reports of which thirty-nine were manifestly unfounded", post=_POST,
            history=History(brought=Misuse(reports_made=40, reports_manifestly_unfounded=39,
                                           appeals_made=1, appeals_manifestly_unfounded=0)),
            facts=dict(zip(_NAMES, (40, 39, 1, 0), strict=True))),
    Example(title="whoever brought nothing has brought nothing, which is a value", post=_POST,
            history=History(brought=Misuse(reports_made=0, reports_manifestly_unfounded=0,
                                           appeals_made=0, appeals_manifestly_unfounded=0)),
            facts=dict.fromkeys(_NAMES, 0)),
    Example(title="nobody counted, and nothing is reported", post=_POST, history=NO_HISTORY,
            missing=_NAMES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MisuseCounts:
    """How many reports and appeals an account made, and how many were manifestly unfounded."""

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...] = FACTS
    examples: tuple[Example, ...] = EXAMPLES

    def report(self, post: Post, history: History) -> Measured:
        """Report the counts that history handed in; the post itself is not looked at."""
        brought = history.brought
        if brought is None:
            return _UNCOUNTED
        return _measured(brought.reports_made, brought.reports_manifestly_unfounded,
                         brought.appeals_made, brought.appeals_manifestly_unfounded)

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The same of a batch."""
        brought = [h.brought for h in histories]
        return admitted_all(FACTS, (
            [None if one is None else one.reports_made for one in brought],
            [None if one is None else one.reports_manifestly_unfounded for one in brought],
            [None if one is None else one.appeals_made for one in brought],
            [None if one is None else one.appeals_manifestly_unfounded for one in brought]))


@lru_cache(maxsize=2**12, typed=True)
def _measured(*counts: int) -> Measured:
    """What is reported of these counts, in the order of the facts; many accounts share them."""
    return admitted(FACTS, Measured(reported=tuple(
        said(name, count, OBSERVER) for name, count in zip(_NAMES, counts, strict=True))))


_UNCOUNTED = admitted(FACTS, Measured())
SIGNAL = MisuseCounts()
