"""What was measured of posts under one law, and the rows of the dataset that say so.

A row says of a post whose it is, when it was made and measured, which clauses held or were
undetermined, and every fact that was known (spec/facts.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import polars as pl

from evenhand.case import measure
from evenhand.edge.posts import Posts
from evenhand.edge.signals.admit import refusal
from evenhand.edge.signals.many import measure_all, to_frame
from evenhand.edge.signals.signal import History, Signal
from evenhand.factcheck.facts import REPORTED_BY, record_of
from evenhand.model.signal import Dossier
from evenhand.record.rows import FIXED, HOLDS, UNDETERMINED
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.frames import (
    column_name,
    dtype_of_elements,
    elements_of,
    schema,
    to_columns,
)
from evenhand.rulebook.vocabulary import Record, Vocabulary
from evenhand.terms.applies import Governing


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Posts under one law: their places in the batch, the frame of their facts, and what was found.

    `observers` names who observed each column of facts, `silent` counts what was missing, and why.
    """

    law: Governing
    places: Sequence[int]
    vocabulary: Vocabulary
    facts: pl.DataFrame
    found: pl.DataFrame
    observers: dict[str, str]
    silent: Counter[tuple[str, str]]

    def called(self) -> set[int]:
        """The places of the posts of which a clause holds or is undetermined."""
        calls = self.found.select(
            (pl.col(HOLDS).list.len() > 0) | (pl.col(UNDETERMINED).list.len() > 0)).to_series()
        return {self.places[i] for i in calls.arg_true()}


def measure_part(law: Governing, signals: Sequence[Signal], posts: Posts,
                 histories: Sequence[History], places: Sequence[int], *,
                 vocabulary: Vocabulary) -> Part:
    """Measure the posts at these places under one law, in columns."""
    found = measure_all(signals, posts.take(places), [histories[i] for i in places])
    facts = to_frame(found, vocabulary, len(places)).with_columns(
        # The matcher ran, and of whatever it found something about no row of these is kept.
        pl.lit([], dtype=dtype_of_elements(elements)).alias(binds)
        for binds, elements in elements_of(vocabulary).items())
    return Part(law=law, places=places, vocabulary=vocabulary, facts=facts,
                found=measure(facts, clauses=law.clauses), silent=found.silent,
                observers={column_name(n): o for n, o in found.observers.items()}
                | dict.fromkeys(elements_of(vocabulary), REPORTED_BY))


class MeasuredAlone(Protocol):
    """What was known of a post that was measured by itself, and what its clauses found."""

    @property
    def dossier(self) -> Dossier:
        """All that was known."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The finding of every clause."""


def lay(part: Part, kept: Sequence[int], posts: Posts, nows: Sequence[datetime],
        rows: Sequence[Mapping[str, Any]], *, settled: Mapping[int, MeasuredAlone],
        odd: Collection[int], certain: Collection[int], keep: float) -> pl.DataFrame:
    """The rows of the dataset for the posts of a part that are kept, in their order.

    What is `certain` is kept with certainty, anything else with the probability `keep`. The facts
    of what is `odd` are those that it was settled on, and not those that the batch was measured
    with.
    """
    facts = part.facts.select(schema(part.vocabulary).names()).hstack(part.found)
    if len(kept) < facts.height:
        facts = facts[[i for i, place in enumerate(part.places) if place in set(kept)]]
    if part.silent:
        # A pattern that ran out of time in the batch may have had enough of it alone.
        odd = settled.keys()
    differing = [n for n, i in enumerate(kept) if i in odd and i in settled]
    if differing:
        facts = pl.concat([
            facts.with_row_index(_ROW).filter(~pl.col(_ROW).is_in(differing)),
            _settled_facts([settled[kept[n]] for n in differing], part.vocabulary).select(
                pl.Series(_ROW, differing, dtype=pl.UInt32), *facts.columns)]).sort(_ROW).drop(_ROW)
    named = pl.DataFrame({
        "platform": [posts.platforms[i] for i in kept],
        "native": [posts.natives[i] for i in kept], "version": [posts.versions[i] for i in kept],
        "author": [posts.authors[i] for i in kept],
        "made_at": [posts.made_at[i] for i in kept], "at": [nows[i] for i in kept],
        "digest": [bytes.fromhex(rows[i]["digest"].removeprefix("sha256:")) for i in kept],
        "kept_with": [1.0 if i in certain else keep for i in kept],
    }, schema_overrides={n: d for n, d in FIXED.items() if n not in (HOLDS, UNDETERMINED)})
    return named.hstack(facts).select(*FIXED, *(n for n in facts.columns if n not in FIXED))


_ROW = "the row"


def _settled_facts(settled: Sequence[MeasuredAlone], vocabulary: Vocabulary) -> pl.DataFrame:
    """The facts and the findings of posts that were settled alone."""
    facts = to_columns([_fitting(record_of(s.dossier), vocabulary) for s in settled], vocabulary)
    return facts.with_columns(
        pl.Series(name, [[f.provision for f in s.findings if f.answer is answer]
                         for s in settled], dtype=pl.List(pl.String))
        for name, answer in ((HOLDS, Answer.HOLDS), (UNDETERMINED, Answer.UNDETERMINED)))


def _fitting(record: Record, vocabulary: Vocabulary) -> Record:
    """A record less what the vocabulary of these terms does not know, or knows otherwise."""
    collections = {c.binds for c in vocabulary.collections.values()}
    return {name: value for name, value in record.items() if name in collections or (
        (fact := vocabulary.facts.get(name)) is not None and refusal(fact, value) is None)}
