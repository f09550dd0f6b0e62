"""What a signal is: it declares facts, brings examples, and reports the facts about one post.

>>> [signal.name for signal in discover()]
['account_facts', 'misuse_counts', 'order_counts', 'post_facts', 'report_counts']
>>> "account.strikes" in declared(discover()).facts
True

A signal never reaches for a database or a clock: what it needs of history is handed to it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType
from typing import Protocol, runtime_checkable

import evenhand.edge.signals as here
from evenhand.edge.signals.admit import refusal
from evenhand.errors import EvenhandError
from evenhand.model.matter import OrderKind
from evenhand.model.post import Post
from evenhand.model.signal import Reported, Span
from evenhand.report.misuse import Misuse
from evenhand.rulebook.vocabulary import Fact, Value, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of an account and of a post when the post is measured. None is unknown.

    `strikes` counts decisions against the account that were not overturned; `posts_last_hour`
    and `posts_last_day` count its posts in the hour and the day up to this one, this one
    included; `reports` counts the reports about the post that were not withdrawn, open and
    answered alike, `distinct_reporters` the people who made them, `trusted_flaggers` those that
    count as a trusted flagger's.

    `orders` counts the orders that stand on the post (not withdrawn) by kind: a kind that it does
    not hold has none, and None is that nobody counted. `brought` is what the account itself has
    brought as reports and appeals, and how much of it was manifestly unfounded.
    """

    strikes: int | None = None
    posts_last_hour: int | None = None
    posts_last_day: int | None = None
    reports: int | None = None
    distinct_reporters: int | None = None
    trusted_flaggers: int | None = None
    orders: Mapping[OrderKind, int] | None = None
    brought: Misuse | None = None


NO_HISTORY = History()
"""Nothing is known: every fact that rests on history is missing, none of them is zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A fact that a signal should have reported and could not, with the reason in words."""

    fact: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one signal, or all of them, reported about one post.

    `silent` names the facts that are missing although the signal ran: a pattern that was cut off
    for taking too long, an account that is younger than its post.
    """

    reported: tuple[Reported, ...] = ()
    spans: tuple[Span, ...] = ()
    silent: tuple[Silent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A post, what is known of it, and the facts that must be reported; it becomes a test.

    `title` is a sentence. `facts` are those that must be reported with these values, `missing`
    those that must not be reported at all, `found` the words of the post that spans must cover,
    in order (None: not looked at).
    """

    title: str
    post: Post
    history: History = NO_HISTORY
    facts: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()
    found: tuple[str, ...] | None = None


@runtime_checkable
class Signal(Protocol):
    """Reports facts about a post.

    `name` is the name of its file, `version` changes whenever a post could be measured
    differently, `facts` declares every fact it may report, `examples` become its tests.
    """

    @property
    def name(self) -> str:
        """The name of its file."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever some post would be measured differently."""
        ...

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that it may report."""
        ...

    @property
    def examples(self) -> tuple[Example, ...]:
        """Posts and the facts that must be reported about them."""
        ...

    def report(self, post: Post, history: History) -> Measured:
        """Report the facts about this post; what is not known is not reported."""
        ...


def observer(signal: Signal) -> str:
    """`name@version`: how a reported fact names the signal that observed it."""
    return f"{signal.name}@{signal.version}"


def discover(package: ModuleType = here) -> tuple[Signal, ...]:
    """Every signal of the package that is ready to use, in the order of their names."""
    return _held_by(package, ("SIGNAL",))


def exemplars(package: ModuleType = here) -> tuple[Signal, ...]:
    """Every signal of the package whose examples can be tried, ready to use or not."""
    return _held_by(package, ("SIGNAL", "EXEMPLAR"))


def declared(signals: Iterable[Signal], others: Iterable[Fact] = ()) -> Vocabulary:
    """Every fact that these signals may report, and the others given, as one vocabulary."""
    return Vocabulary.of([*(fact for signal in signals for fact in signal.facts), *others])


def measure(signals: Iterable[Signal], post: Post, history: History = NO_HISTORY) -> Measured:
    """Have every signal report on one post.

    A value that its fact does not admit (out of bounds, not a number) is not passed on; it is
    listed as silent, since a wrong fact is worse than a missing one.
    """
    reported: list[Reported] = []
    spans: list[Span] = []
    silent: list[Silent] = []
    for signal in signals:
        measured = signal.report(post, history)
        facts = {fact.name: fact for fact in signal.facts}
        for one in measured.reported:
            assert one.name in facts, f"the signal `{signal.name}` did not declare `{one.name}`"
            wrong = refusal(facts[one.name], one.value)
            if wrong is None:
                reported.append(one)
            else:
                silent.append(Silent(fact=one.name, why=wrong))
        spans.extend(measured.spans)
        silent.extend(measured.silent)
    return Measured(reported=tuple(reported), spans=tuple(spans), silent=tuple(silent))


def _held_by(package: ModuleType, attributes: tuple[str, ...]) -> tuple[Signal, ...]:
    found: list[Signal] = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        for attribute in attributes:
            signal = getattr(loaded, attribute, None)
            if signal is None:
                continue
            if not isinstance(signal, Signal):
                raise EvenhandError(
                    f"`{attribute}` is not a signal", where=loaded.__name__,
                    hint="a signal has name, version, facts, examples and report(post, history)")
            if signal.name != module.name:
                raise EvenhandError(
                    f"the signal calls itself `{signal.name}`", where=loaded.__name__,
                    hint=f"name it `{module.name}`, as its file: a fact's observer must lead here")
            found.append(signal)
    return tuple(found)
