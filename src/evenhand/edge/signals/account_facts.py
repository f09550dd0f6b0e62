"""Facts about the account that made a post: its age, its strikes, how much it posts.

>>> from datetime import timedelta
>>> reported = SIGNAL.report(EXAMPLES[0].post, EXAMPLES[0].history).reported
>>> {one.name: one.value for one in reported}["account.age"] == timedelta(days=2)
True
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from evenhand.edge.posts import Posts
from evenhand.edge.signals.many import MeasuredAll, admitted_all
from evenhand.edge.signals.signal import NO_HISTORY, Example, History, Measured, Silent, said
from evenhand.model.post import Account, Post, PostId
from evenhand.model.signal import Reported
from evenhand.rulebook.vocabulary import DURATION, INTEGER, Fact, Value

NAME, VERSION = "account_facts", "1"
OBSERVER = f"{NAME}@{VERSION}"

FACTS = (
    Fact(name="account.age", type=DURATION, audience="author", reported_by=OBSERVER,
         meaning="how old the account was when it made the post", observer="the platform"),
    Fact(name="account.strikes", type=INTEGER, audience="author", reported_by=OBSERVER, low=0,
         meaning="decisions against the account that gave a strike and were not overturned",
         observer="our own decisions"),
    Fact(name="account.posts_last_hour", type=INTEGER, audience="author", reported_by=OBSERVER,
         low=0, meaning="posts of the account in the hour up to this one, this one included",
         observer="the posts received"),
    Fact(name="account.posts_last_day", type=INTEGER, audience="author", reported_by=OBSERVER,
         low=0, meaning="posts of the account in the 24 hours up to this one, this one included",
         observer="the posts received"),
)

_NO_TIME = timedelta(0)
_YOUNGER = Silent(fact="account.age", why="the account was made after the post")
_MADE = datetime(2020, 5, 26, 12, 17, tzinfo=UTC)


def _example(title: str, created_at: datetime | None, facts: dict[str, Value],
             missing: tuple[str, ...] = (), history: History = NO_HISTORY) -> Example:
    author = Account(platform="agora", id="ada", created_at=created_at)
    post = Post(id=PostId(platform="agora", native="1"), author=author, text="hello",
                made_at=_MADE)
    return Example(title=title, post=post, facts=facts, missing=missing, history=history)


EXAMPLES = (
    _example("an account made two days before its post", _MADE - timedelta(days=2),
             {"account.age": timedelta(days=2)},
             missing=("account.strikes", "account.posts_last_hour", "account.posts_last_day")),
    _example("an account of unknown age", None, {}, missing=("account.age",)),
    _example("an account that is younger than its post has no age", _MADE + timedelta(days=1), {},
             missing=("account.age",)),
    _example("no strikes is a value", None, {"account.strikes": 0, "account.posts_last_hour": 3,
                                             "account.posts_last_day": 41},
             history=History(strikes=0, posts_last_hour=3, posts_last_day=41)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Age of the account when it posted; strikes and pace from history."""

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...] = FACTS
    examples: tuple[Example, ...] = EXAMPLES

    def report(self, post: Post, history: History) -> Measured:
        """Report what the platform said of the account and what history handed in."""
        created = post.author.created_at
        age = None if created is None else post.made_at - created
        silent: tuple[Silent, ...] = ()
        if age is not None and age < _NO_TIME:
            # One of the two times is wrong, and nothing says which.
            silent = (_YOUNGER,)
            age = None
        counts = _counts(history.strikes, history.posts_last_hour, history.posts_last_day)
        if age is None:
            return Measured(silent=silent, reported=counts)
        return Measured(reported=(Reported(name="account.age", value=age, observer=OBSERVER),
                                  *counts))

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The same of a batch."""
        silent: Counter[tuple[str, str]] = Counter()
        ages = [None if created is None else made - created
                for created, made in zip(posts.created, posts.made_at, strict=True)]
        younger = [i for i, age in enumerate(ages) if age is not None and age < _NO_TIME]
        for i in younger:
            ages[i] = None
        if younger:
            silent[_YOUNGER.fact, _YOUNGER.why] = len(younger)
        counts = admitted_all(FACTS[1:], ([h.strikes for h in histories],
                                          [h.posts_last_hour for h in histories],
                                          [h.posts_last_day for h in histories]), silent)
        return MeasuredAll(values={"account.age": ages, **counts.values}, silent=silent)


@lru_cache(maxsize=2**12, typed=True)
def _counts(*counts: int | None) -> tuple[Reported, ...]:
    return tuple(said(fact.name, count, OBSERVER)
                 for fact, count in zip(FACTS[1:], counts, strict=True) if count is not None)


SIGNAL = AccountFacts()
