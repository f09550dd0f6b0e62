"""What would have changed if other terms had been in force: the past is held against new terms.

The facts that were measured then are answered by the clauses of the new terms, over columns, and
compared with what was found then. Every row counts, as if the new terms had been in force
throughout, and as the clauses alone say: caps, suspensions and what people decided are not decided
again. Where history lacks a fact it is missing, and a clause that needs it is undetermined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import polars as pl

from evenhand.audit.changes import FILE, KEY, ROW, Moves, Samples, compare, draw_key
from evenhand.audit.facts_files import KEEP, KEPT_WITH, MADE_AT, FactsFile
from evenhand.audit.lacking import Usable, facts_of, usable
from evenhand.decide.columns import actions_of, answers_of, override_all
from evenhand.decide.measuring import HOLDS, UNDETERMINED
from evenhand.errors import EvenhandError
from evenhand.record.kinds import FactsRecord
from evenhand.record.rows import BatchRefused
from evenhand.rulebook.columns import add_answers
from evenhand.rulebook.frames import FIRST_INSTANT, LAST_INSTANT
from evenhand.terms.clauses import Clause, Terms

PART = 1 << 18
"""Rows answered at a time, of one file or of several small ones."""

Before = Callable[[str], Terms | None]
"""The terms of this digest, as they were published; None where they are not found."""


@dataclass(slots=True)
class Known:
    """Of how many rows a fact was known, missing (nobody reported it), or lacking, and why."""

    known: int = 0
    missing: int = 0
    lacking: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Covered:
    """What was looked at. `rows` are without those `erased`; `versions` counts the rows measured
    under each version of terms, by its digest; `unfound` those whose terms are not found."""

    files: int = 0
    shadow: int = 0
    rows: int = 0
    posts: float = 0.0
    measured: int = 0
    erased: int = 0
    unfound: int = 0
    sampled: bool = False
    made: tuple[datetime, datetime] | None = None
    days: tuple[str, str] | None = None
    versions: Counter[str | None] = field(default_factory=Counter)


@dataclass(slots=True)
class Changes:
    """What was counted so far, of some files or of all."""

    samples: Samples
    covered: Covered = field(default_factory=Covered)
    clauses: dict[str, Moves] = field(default_factory=dict)
    actions: dict[str, Moves] = field(default_factory=dict)
    facts: dict[str, Known] = field(default_factory=lambda: defaultdict(Known))
    otherwise: set[tuple[str, str, str]] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def merge(self, other: Changes) -> None:
        """Take in what was counted elsewhere."""
        self.samples.merge(other.samples)
        _add(self.clauses, other.clauses)
        _add(self.actions, other.actions)
        for name, known in other.facts.items():
            ours = self.facts[name]
            ours.known += known.known
            ours.missing += known.missing
            ours.lacking += known.lacking
        self.otherwise |= other.otherwise
        self.unknown |= other.unknown
        mine, theirs = self.covered, other.covered
        for name in ("files", "shadow", "rows", "posts", "measured", "erased", "unfound"):
            setattr(mine, name, getattr(mine, name) + getattr(theirs, name))
        mine.sampled |= theirs.sampled
        mine.made, mine.days = _span(mine.made, theirs.made), _span(mine.days, theirs.days)
        mine.versions += theirs.versions


def _add(mine: dict[str, Moves], theirs: Mapping[str, Moves]) -> None:
    for name, moves in theirs.items():
        mine[name] = mine.get(name, Moves()) + moves


def _span(one: Any, other: Any) -> Any:
    """Both intervals as one, from the first beginning to the last end; None is no interval."""
    both = [span for span in (one, other) if span is not None]
    return (min(s[0] for s in both), max(s[1] for s in both)) if both else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What came of it. `before` are the terms found, by digest; `refused` the files that could not
    be read, with the reason. `in_shadow`: the new terms were answered when the posts arrived, and
    not afterwards."""

    terms: Terms
    before: Mapping[str, Terms]
    changes: Changes
    refused: tuple[EvenhandError, ...]
    in_shadow: bool = False

    def law_of(self, sealed: FactsRecord) -> Terms | None:
        """The terms that a batch was measured under, where they are found."""
        return self.terms if sealed.shadow else self.before.get(sealed.terms or "")

    @property
    def knows_actions_before(self) -> bool:
        """Whether all that was done before can be told: the terms of every row are found."""
        return not self.changes.covered.unfound


def backtest(files: Iterable[FactsFile], *, terms: Terms, before: Before, samples: int = 5,
             progress: Callable[[int], None] = lambda rows: None,
             refused: Iterable[EvenhandError] = ()) -> Backtest:
    """Hold every row of these files against new terms.

    `before` finds the terms that a file was measured under. At most so many `samples` are drawn of
    each clause and way to change. `progress` is told how many rows were done since it was told.
    A file that cannot be read is left out whole, and told; `refused` are those that could not even
    be opened.
    """
    return _Backtest(terms, before, samples, progress, refused).run(files)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How the files of one form, measured under the same terms, are answered."""

    digest: str | None
    law: Terms | None
    found: bool
    uses: Usable


def rules_of(terms: Terms | None) -> dict[str, Clause]:
    """The clauses of terms that the machine runs, by number; none of no terms."""
    return {} if terms is None else {
        c.citation.number: c for c in terms.clauses if c.rule is not None}


class _Backtest:
    """One run over the files: small ones are answered together, large ones in parts."""

    def __init__(self, terms: Terms, before: Before, samples: int,
                 progress: Callable[[int], None], refused: Iterable[EvenhandError]) -> None:
        self.terms, self.before, self.most, self.progress = terms, before, samples, progress
        self.rules = rules_of(terms)
        self.conditions = {n: c.rule.condition for n, c in self.rules.items() if c.rule}
        self.total = self._nothing()
        self.refused = list(refused)
        self.found: dict[str, Terms | None] = {}
        self.plans: dict[object, _Plan] = {}
        self.waiting: dict[int, tuple[_Plan, list[pl.DataFrame]]] = {}

    def _nothing(self) -> Changes:
        return Changes(samples=Samples(self.most))

    def run(self, files: Iterable[FactsFile]) -> Backtest:
        for number, file in enumerate(files):
            if file.header.facts.shadow:
                self.total.covered.shadow += 1
                self.progress(file.header.facts.rows)
                continue
            try:
                self._take(number, file)
            except EvenhandError as wrong:
                wrong.where = file.name
                self.refused.append(wrong)
        self._answer_waiting()
        return Backtest(terms=self.terms, changes=self.total, refused=tuple(self.refused),
                        before={d: t for d, t in self.found.items() if t is not None})

    def _take(self, number: int, file: FactsFile) -> None:
        plan = self._plan(file)
        covered = Covered(files=1, measured=file.header.facts.measured,
                          days=(file.header.facts.when, file.header.facts.when))
        columns = (*plan.uses.columns, HOLDS, UNDETERMINED, KEPT_WITH, MADE_AT)
        if file.header.facts.rows > PART // 2:
            # Counted apart: if its end turns out to be damaged, nothing of it counts.
            own = self._nothing()
            for start in range(0, file.header.facts.rows, PART):
                own.merge(self._answered(plan, read_rows(number, file, columns, start)))
            self.total.merge(own)
        else:
            frame = read_rows(number, file, columns, 0)
            self.waiting.setdefault(id(plan), (plan, []))[1].append(frame)
        own = self._nothing()
        own.covered, own.otherwise = covered, set(plan.uses.otherwise)
        self.total.merge(own)
        if sum(f.height for _, frames in self.waiting.values() for f in frames) > PART // 2:
            self._answer_waiting()

    def _answer_waiting(self) -> None:
        waiting, self.waiting = self.waiting, {}
        for plan, frames in waiting.values():
            self.total.merge(self._answered(plan, pl.concat(frames)))

    def _plan(self, file: FactsFile) -> _Plan:
        key = (file.header.facts.terms, tuple(file.schema.items()),
               file.header.columns)
        if key not in self.plans:
            digest = file.header.facts.terms
            if digest is not None and digest not in self.found:
                self.found[digest] = self.before(digest)
            law = None if digest is None else self.found[digest]
            self.plans[key] = _Plan(
                digest=digest, law=law, found=digest is None or law is not None,
                uses=usable(self.terms, file.header, file.schema, law))
        return self.plans[key]

    def _answered(self, plan: _Plan, frame: pl.DataFrame) -> Changes:
        """What changes of these rows."""
        done, height = self._nothing(), frame.height
        frame = frame.filter(pl.col(HOLDS).is_not_null())
        cover(done.covered, frame, measured_under=plan.digest, found=plan.found,
              erased=height - frame.height)
        self._know(done.facts, plan.uses, frame)
        if not frame.is_empty():
            after = add_answers(frame.select(*plan.uses.columns, HOLDS), self.conditions).select(
                *self.conditions)
            count_moves(done, frame, after, law=plan.law, found=plan.found, rules=self.rules)
        self.progress(height)
        return done

    def _know(self, facts: dict[str, Known], uses: Usable, frame: pl.DataFrame) -> None:
        for name in facts_of(self.terms):
            column = uses.column_of.get(name)
            if column is None:
                facts[name].lacking[uses.lacking[name]] += frame.height
            else:
                facts[name].missing = frame[column].null_count()
                facts[name].known = frame.height - facts[name].missing


def cover(covered: Covered, frame: pl.DataFrame, *, measured_under: str | None, found: bool,
          erased: int) -> None:
    """Note which rows are looked at, and of so many that they were erased."""
    covered.rows, covered.erased = frame.height, erased
    covered.versions[measured_under] += frame.height
    covered.unfound = 0 if found else frame.height
    weights = _weights(frame)
    covered.sampled = weights is not None
    covered.posts = float(frame.height if weights is None else weights.sum())
    low, high = frame[MADE_AT].min(), frame[MADE_AT].max()
    if isinstance(low, datetime) and isinstance(high, datetime):
        covered.made = (low, high)


def count_moves(done: Changes, frame: pl.DataFrame, after: pl.DataFrame, *, law: Terms | None,
                found: bool, rules: Mapping[str, Clause]) -> None:
    """Compare what was found of rows with the answers of other terms, before any exceptions.

    `law` are the terms then, where they are `found`; `rules` the clauses of the others.
    """
    before, strays = _answers_before(frame.select(HOLDS, UNDETERMINED), rules_of(law))
    if found:
        done.unknown.update(strays)
    net = override_all(after, rules)
    # Where nobody knows the exceptions then, conditions alone are compared on both sides.
    done.clauses = compare(before, net if found else after, _weights(frame))
    done.actions = compare(actions_of(before.select(*rules_of(law)), rules_of(law)),
                           actions_of(net, rules), _weights(frame))
    done.samples.add(before, net if found else after, frame.select(KEY, FILE, ROW), done.clauses)


def _answers_before(lists: pl.DataFrame,
                    law: Mapping[str, Clause]) -> tuple[pl.DataFrame, list[str]]:
    """What was found then, after exceptions where they are known; and the numbers that no clause
    of the terms then has."""
    said = {number for name in (HOLDS, UNDETERMINED)
            for number in lists[name].explode(empty_as_null=False).drop_nulls().unique()}
    strays = sorted(said - law.keys())
    answers = answers_of(lists, (*law, *strays))
    return (pl.concat([override_all(answers.select(*law), law), answers.select(strays)],
                      how="horizontal") if law else answers), strays


def read_rows(number: int, file: FactsFile, columns: tuple[str, ...], start: int) -> pl.DataFrame:
    """Some rows of a file, each with its place."""
    length = min(PART, file.header.facts.rows - start)
    frame = file.read(columns, start, length)
    if frame.height != length:
        raise BatchRefused("the file has fewer rows than it says", hint="is it being written?")
    _check_rows(frame)
    seed = int.from_bytes(sha256(file.header.facts.root.encode()).digest()[:8])
    row = pl.int_range(start, start + length, dtype=pl.Int64)
    return frame.with_columns(row.alias(ROW), pl.lit(number, dtype=pl.Int64).alias(FILE),
                              draw_key(row, seed).alias(KEY))


def _check_rows(frame: pl.DataFrame) -> None:
    """Refuse rows that no measured post can have."""
    whole = (HOLDS, UNDETERMINED, KEPT_WITH, MADE_AT)
    there = frame.select(pl.sum_horizontal(pl.col(n).is_not_null() for n in whole)).to_series()
    if not there.is_in([0, len(whole)]).all():
        raise BatchRefused("a row is neither whole nor erased", hint=KEEP)
    kept, made = frame[KEPT_WITH], frame[MADE_AT].to_physical()
    if not ((kept > 0) & (kept <= 1)).all():
        raise BatchRefused("a row says that it was kept with a probability that is none",
                           hint="a probability lies above 0 and at most at 1")
    if not made.is_between(FIRST_INSTANT, LAST_INSTANT).all():
        raise BatchRefused("a row says that its post was made in a year that no calendar has",
                           hint=KEEP)


def _weights(frame: pl.DataFrame) -> pl.Series | None:
    """How many posts each row stands for; None where it is one each."""
    kept = frame[KEPT_WITH]
    return None if (kept == 1).all() else 1 / kept
