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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType, ModuleType
from typing import Protocol, TypeAlias, runtime_checkable

import evenhand.edge.signals as here
from evenhand.edge.signals.admit import at_sight, refusal
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

    `admitted_by` are the facts that every value was held against already (see `admitted`).
    """

    reported: tuple[Reported, ...] = ()
    spans: tuple[Span, ...] = ()
    silent: tuple[Silent, ...] = ()
    admitted_by: tuple[Fact, ...] | None = field(default=None, compare=False, repr=False)


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


@lru_cache(maxsize=2**14, typed=True)
def said(name: str, value: Value, observer: str) -> Reported:
    """A reported fact, made once for a value that many posts share, as counts are."""
    return Reported(name=name, value=value, observer=observer)


def admitted(facts: tuple[Fact, ...], measured: Measured) -> Measured:
    """What was measured, less the values that these facts do not admit: those are silent.

    A signal that says the same of many posts keeps the outcome; `measure` believes it then.
    """
    refused = _refused(facts, measured)
    names = {one.fact for one in refused}
    return replace(measured, admitted_by=facts, silent=(*refused, *measured.silent), reported=tuple(
        one for one in measured.reported if one.name not in names))


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
        if measured.admitted_by is not signal.facts and _refused(signal.facts, measured):
            measured = admitted(signal.facts, measured)
        reported += measured.reported
        spans += measured.spans
        silent += measured.silent
    return Measured(reported=tuple(reported), spans=tuple(spans), silent=tuple(silent))


def _refused(facts: tuple[Fact, ...], measured: Measured) -> list[Silent]:
    """The values that these facts do not admit, each with the reason."""
    known, silent = admits(facts), []
    for one in measured.reported:
        assert one.name in known, f"a signal did not declare `{one.name}` and reports it"
        fact, plainly = known[one.name]
        if not plainly(one.value):
            wrong = refusal(fact, one.value)
            if wrong is not None:
                silent.append(Silent(fact=one.name, why=wrong))
    return silent


_Admits: TypeAlias = Mapping[str, tuple[Fact, Callable[[object], bool]]]
_ADMITS: dict[int, tuple[tuple[Fact, ...], _Admits]] = {}
_MOST_KEPT = 1000


def admits(facts: tuple[Fact, ...]) -> _Admits:
    """What each of these facts admits, by name; kept for the very tuple that a signal holds."""
    kept = _ADMITS.get(id(facts))
    if kept is None or kept[0] is not facts:
        if len(_ADMITS) >= _MOST_KEPT:
            _ADMITS.clear()
        kept = facts, {fact.name: (fact, at_sight(fact)) for fact in facts}
        _ADMITS[id(facts)] = kept
    return kept[1]


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
