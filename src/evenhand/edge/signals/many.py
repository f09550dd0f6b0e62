"""Measures all posts of a batch at once: the columns of facts that single reports would fill.

A signal may bring `report_all`, the twin of its `report` over columns; of one that brings none the
posts are reported one by one. Spans are not looked for: whoever opens a post measures it alone.

>>> from evenhand.edge.signals.post_facts import EXAMPLES, SIGNAL
>>> posts = Posts.of(example.post for example in EXAMPLES)
>>> measured = measure_all([SIGNAL], posts, [NO_HISTORY] * len(posts))
>>> measured.values["post.mentions"][0], measured.values["post.language"][1]
(2, 'hi')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from evenhand.edge.posts import Posts
from evenhand.edge.signals.admit import admit_column
from evenhand.edge.signals.signal import NO_HISTORY as NO_HISTORY
from evenhand.edge.signals.signal import History, Measured, Signal, measure, observer
from evenhand.rulebook.vocabulary import Fact, Vocabulary

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredAll:
    """What signals reported of a batch.

    `values` has a column for each fact that they declare, None where it is missing; `observers`
    says who observed each; `silent` counts (fact, why) as `Measured.silent` tells them.
    """

    values: dict[str, Sequence[Any]] = field(default_factory=dict)
    observers: dict[str, str] = field(default_factory=dict)
    silent: Counter[tuple[str, str]] = field(default_factory=Counter)


@runtime_checkable
class ReportsAll(Protocol):
    """A signal that can report a whole batch; only values that its facts admit."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that it may report."""
        ...

    def report_all(self, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
        """The columns of its facts; a history stands beside each post."""
        ...


def measure_all(signals: Iterable[Signal], posts: Posts,
                histories: Sequence[History]) -> MeasuredAll:
    """Have every signal report on every post: the twin of `signal.measure` for a batch."""
    whole = MeasuredAll()
    for signal in signals:
        part = (signal.report_all(posts, histories) if isinstance(signal, ReportsAll)
                else _one_by_one(signal, posts, histories))
        whole.values.update(part.values)
        whole.observers.update({fact.name: observer(signal) for fact in signal.facts})
        whole.silent.update(part.silent)
    return whole


def to_frame(measured: MeasuredAll, vocabulary: Vocabulary, rows: int) -> pl.DataFrame:
    """What was measured of so many posts as a frame for conditions, with every column that
    `rulebook.frames.schema` says; null is a missing fact.
    """
    from evenhand.rulebook.frames import lay_columns  # a fifth of a second, for whoever has a batch

    return lay_columns(measured.values, vocabulary, rows)


def admitted_all(facts: Sequence[Fact], columns: Iterable[Sequence[Any]],
                 silent: Counter[tuple[str, str]] | None = None) -> MeasuredAll:
    """The columns of these facts, less the values that they do not admit: those are silent.

    The twin of `signal.admitted`.
    """
    whole = MeasuredAll(silent=Counter() if silent is None else silent)
    for fact, values in zip(facts, columns, strict=True):
        whole.values[fact.name], refused = admit_column(fact, values)
        for why, count in refused.items():
            whole.silent[fact.name, why] += count
    return whole


def _one_by_one(signal: Signal, posts: Posts, histories: Sequence[History]) -> MeasuredAll:
    """What a signal that knows single posts only reports of each."""
    columns: dict[str, list[Any]] = {f.name: [None] * len(posts) for f in signal.facts}
    silent: Counter[tuple[str, str]] = Counter()
    for i, history in enumerate(histories):
        one: Measured = measure((signal,), posts.post(i), history)
        for reported in one.reported:
            columns[reported.name][i] = reported.value
        silent.update((s.fact, s.why) for s in one.silent)
    return MeasuredAll(values=dict(columns), silent=silent)
