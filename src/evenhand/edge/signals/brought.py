"""Reports what the platform itself brought with a post, as its configuration declares it.

It is made from the declarations of one platform, so it is not found by itself. A platform's own
software is a machine: what a person said of a post is stated (`stated.py`), not brought.

>>> from evenhand.edge.signals.signal import NO_HISTORY
>>> [reported] = EXEMPLAR.report(EXAMPLES[0].post, NO_HISTORY).reported
>>> reported.name, reported.value, reported.automated
('account.followers', 3, True)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.posts import Posts
from evenhand.edge.signals.admit import admit_column, refusal
from evenhand.edge.signals.many import MeasuredAll
from evenhand.edge.signals.signal import Example, History, Measured, Silent, admits, said
from evenhand.model.post import Account, Brought, Post, PostId
from evenhand.model.signal import Reported
from evenhand.rulebook.vocabulary import (
    INTEGER,
    NUMBER,
    Fact,
    Type,
    Value,
    Vocabulary,
    choice,
    list_of,
)

NAME, VERSION = "brought", "1"
OBSERVER = f"{NAME}@{VERSION}"

_FOLLOWERS = Fact(
    name="account.followers", type=INTEGER, observer="the platform", audience="author",
    reported_by=OBSERVER, low=0,
    meaning="how many accounts followed the author when the post was made")
_POST = Post(id=PostId(platform="agora", native="1"), text="hello",
             author=Account(platform="agora", id="ada"),
             made_at=datetime(2020, 5, 26, 12, 17, tzinfo=UTC))


def _example(title: str, brought: tuple[Brought, ...], facts: dict[str, Value],
             missing: tuple[str, ...] = ()) -> Example:
    return Example(title=title, post=replace(_POST, brought=brought), facts=facts, missing=missing)


EXAMPLES = (
    _example("a fact that is declared and brought is reported as it is",
             (Brought(name="account.followers", value=3),), {"account.followers": 3}),
    _example("a fact that was not brought is missing", (), {}, missing=("account.followers",)),
    _example("what was no value of the type is missing",
             (Brought(name="account.followers", value=None, why='"many" is not a whole number'),),
             {}, missing=("account.followers",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtFacts:
    """The facts that one platform declares; `unlike` are those that old terms knew otherwise.

    `unlike` maps a fact's name to the reason for which it is missing.
    """

    name: str = NAME
    version: str = VERSION
    facts: tuple[Fact, ...] = ()
    unlike: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    examples: tuple[Example, ...] = EXAMPLES

    def report(self, post: Post, history: History) -> Measured:
        """Report what was brought with the post, as it was brought; history is not looked at."""
        reported, silent, declared = [], [], admits(self.facts)
        for one in post.brought:
            if one.name not in declared:
                continue
            why = self.unlike.get(one.name) or one.why
            if not why and one.value is not None:
                fact, plainly = declared[one.name]
                if plainly(one.value) or refusal(fact, one.value) is None:
                    reported.append(_said(one.name, one.value))
                    continue
                why = _why(fact, one.value)
            silent.append(Silent(fact=one.name, why=why))
        return Measured(reported=tuple(reported), silent=tuple(silent), admitted_by=self.facts)

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The same of a batch."""
        if not posts.brought:
            return MeasuredAll(values={f.name: [None] * len(posts) for f in self.facts})
        brought = posts.brought if isinstance(posts.brought, BroughtColumns) else (
            BroughtColumns.of(posts.brought, [fact.name for fact in self.facts]))
        whole = MeasuredAll()
        for fact in self.facts:
            values = brought.values.get(fact.name, [None] * len(posts))
            whys, unlike = brought.whys.get(fact.name, {}), self.unlike.get(fact.name)
            if unlike:
                count = len(whys) + sum(value is not None for value in values)
                values, reasons = [None] * len(posts), Counter({unlike: count})
            else:
                reasons = Counter(whys.values())
            kept, refused = admit_column(fact, values)
            if refused:
                reasons.update(_why(fact, value) for value, one in zip(values, kept, strict=True)
                               if one is None and value is not None)
            whole.values[fact.name] = kept
            whole.silent.update({(fact.name, why): n for why, n in reasons.items() if n})
        return whole

    def under(self, published: Vocabulary) -> BroughtFacts:
        """The same signal for terms that were published with these facts.

        A fact whose type was another then is missing: no condition could read it. Of a choice the
        words count that it has now and had then.
        """
        facts, unlike = [], {}
        for fact in self.facts:
            then = published.facts.get(fact.name)
            shared = fact.type if then is None else _shared(fact.type, then.type)
            if then is not None and shared is None:
                unlike[fact.name] = (f"it is declared as {fact.type.describe()}, and was "
                                     f"{then.type.describe()} when these terms were published")
            facts.append(fact if shared is None else replace(fact, type=shared))
        return replace(self, facts=tuple(facts), unlike=MappingProxyType(unlike))


def undeclared(declared: Iterable[Fact], published: Vocabulary,
               named: Iterable[str]) -> tuple[Silent, ...]:
    """Of the facts that terms name those that were brought when they were published, and of which
    nothing is declared any more."""
    known = {fact.name for fact in declared}
    return tuple(Silent(fact=name, why="the configuration no longer declares it")
                 for name in dict.fromkeys(named) if name not in known
                 and (then := published.facts.get(name)) is not None
                 and then.reported_by == OBSERVER)


def fitting(stated: Iterable[Reported], published: Vocabulary) -> tuple[Reported, ...]:
    """What was stated, less what terms could not read that were published with these facts: of a
    fact that is brought, a value of another type."""
    return tuple(one for one in stated
                 if (then := published.facts.get(one.name)) is None
                 or then.reported_by != OBSERVER or refusal(then, one.value) is None)


def _shared(now: Type, then: Type) -> Type | None:
    """The type of the values that two types of one fact have in common; None: of none."""
    if now == then:
        return now
    if now.name == then.name == "choice":
        both = [word for word in then.choices if word in now.choices]
        return choice(*both) if both else None
    if now.of is not None and then.of is not None:
        of = _shared(now.of, then.of)
        return None if of is None else list_of(of)
    return None


def _why(fact: Fact, value: Value) -> str:
    """Why a fact cannot hold a value: in words that many values share, for they are counted."""
    if fact.type in (INTEGER, NUMBER) and type(value) in (int, float):
        assert isinstance(value, int | float), "what has bounds is a number"
        if fact.low is not None and value < fact.low:
            return f"it is below {fact.low:g}, the least that it can be"
        if fact.high is not None and value > fact.high:
            return f"it is above {fact.high:g}, the most that it can be"
    return f"it is not {fact.type.describe()}"


def _said(name: str, value: Value) -> Reported:
    """Counts are those of many posts, and made once; a text or a time may be long, and its own."""
    if isinstance(value, int | float):
        return said(name, value, OBSERVER)
    return Reported(name=name, value=value, observer=OBSERVER)


EXEMPLAR = BroughtFacts(facts=(_FOLLOWERS,))
