"""What terms in shadow found of posts, held against what governed them: day by day, and in all.

Each batch under terms in shadow stands beside one that has the same posts in the same places, as
they were measured under the terms in force. Both were answered when the posts arrived, from the
same facts but for the word lists, so that the two can be compared row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from evenhand.audit.backtest import (
    PART,
    Backtest,
    Before,
    Changes,
    count_moves,
    cover,
    read_rows,
    rules_of,
)
from evenhand.audit.changes import Count, Moves, Samples
from evenhand.audit.facts_files import KEEP, KEPT_WITH, MADE_AT, FactsFile
from evenhand.audit.lacking import facts_of, usable
from evenhand.decide.columns import ANY, answers_of
from evenhand.decide.measuring import HOLDS, UNDETERMINED
from evenhand.errors import EvenhandError
from evenhand.record.rows import BatchRefused
from evenhand.terms.clauses import Terms

POST, AT = ("platform", "native", "version"), "at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The posts that were measured on a day (UTC), and how they moved between nothing and any
    action."""

    day: date
    posts: Count
    acted: Moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The whole as a backtest tells it, and its days in their order."""

    whole: Backtest
    days: tuple[Day, ...]


def shadows_of(files: Iterable[FactsFile]) -> dict[str, list[int]]:
    """Version digest -> the places of the files that were measured under it in shadow."""
    found: dict[str, list[int]] = {}
    for number, file in enumerate(files):
        if file.header.facts.shadow is not None and file.header.facts.terms is not None:
            found.setdefault(file.header.facts.terms, []).append(number)
    return found


def compare_shadow(files: Sequence[FactsFile], *, terms: Terms, before: Before, samples: int = 5,
                   days: Callable[[date], bool] = lambda day: True,
                   progress: Callable[[int], None] = lambda rows: None,
                   refused: Iterable[EvenhandError] = ()) -> Compared:
    """Hold what these terms found in shadow against what was found by those in force.

    `before` finds terms by their digest. What was measured on a day (UTC) counts where `days` takes
    it; what was erased counts for the day of its batch.
    `progress` is told how many rows were done since it was told. A file that cannot be read, or
    that stands beside none, is left out whole, and told.
    """
    ids = {file.header.facts.id: file for file in files}
    total = Changes(samples=Samples(samples))
    by_day: dict[date, Changes] = {}
    found: dict[str, Terms] = {}
    wrong = list(refused)
    for number in shadows_of(files).get(terms.digest, ()):
        try:
            beside = _Beside(number, files[number], ids, terms, before)
            # A file whose end turns out to be damaged counts for no day.
            parts = [part for start in range(0, files[number].header.facts.rows, PART)
                     for part in beside.changes(start, days, samples)]
        except EvenhandError as one:
            # Where the file that it stands beside is at fault, that one is named already.
            one.where = one.where or files[number].name
            wrong.append(one)
            progress(files[number].header.facts.rows)
            continue
        if beside.law is not None:
            found[beside.law.digest] = beside.law
        for day, done in parts:
            by_day.setdefault(day, Changes(samples=Samples(samples))).merge(done)
        if parts:
            total.covered.files += 1
            total.covered.measured += files[number].header.facts.measured
        progress(files[number].header.facts.rows)
    for done in by_day.values():
        total.merge(done)
    return Compared(
        whole=Backtest(terms=terms, before=found, changes=total, refused=tuple(wrong),
                       in_shadow=True),
        days=tuple(Day(day=day, posts=Count(rows=c.covered.rows, posts=c.covered.posts),
                       acted=c.actions.get(ANY, Moves())) for day, c in sorted(by_day.items())))


class _Beside:
    """A file of terms in shadow, and the one that it stands beside."""

    def __init__(self, number: int, file: FactsFile, ids: Mapping[str, FactsFile], terms: Terms,
                 before: Before) -> None:
        said = file.header.facts
        other = ids.get(said.shadow or "")
        if other is None:
            raise BatchRefused("the file that it stands beside is not here", hint="bring back "
                               f"`{said.shadow}.parquet`: the two are compared row by row")
        self.number, self.file, self.other, self.terms = number, file, other, terms
        self.digest = other.header.facts.terms
        self.law = None if self.digest is None else before(self.digest)
        self.uses = usable(terms, file.header, file.schema, terms)

    def changes(self, start: int, days: Callable[[date], bool],
                samples: int) -> Iterator[tuple[date, Changes]]:
        """What changes of some rows from `start` on, day by day."""
        mine = read_rows(self.number, self.file, (
            *POST, AT, *self.uses.columns, HOLDS, UNDETERMINED, KEPT_WITH, MADE_AT), start)
        theirs = self.other.read((*POST, HOLDS, UNDETERMINED, KEPT_WITH), start, mine.height)
        _check_beside(mine, theirs)
        # Where an erasure is only half done, one of the two may be empty already.
        here = mine[HOLDS].is_not_null() & theirs[HOLDS].is_not_null()
        day_of = mine[AT].dt.date().fill_null(date.fromisoformat(self.file.header.facts.when))
        for day in day_of.unique().sort():
            if days(day):
                done = self._moves(mine.filter(here & (day_of == day)),
                                   theirs.filter(here & (day_of == day)), samples,
                                   erased=int((~here & (day_of == day)).sum()))
                done.covered.days = (day.isoformat(), day.isoformat())
                yield day, done

    def _moves(self, mine: pl.DataFrame, theirs: pl.DataFrame, samples: int, *,
               erased: int) -> Changes:
        done, rules = Changes(samples=Samples(samples)), rules_of(self.terms)
        found = self.digest is None or self.law is not None
        cover(done.covered, mine, measured_under=self.digest, found=found, erased=erased)
        for name in facts_of(self.terms):
            column = self.uses.column_of.get(name)
            missing = mine.height if column is None else mine[column].null_count()
            done.facts[name].missing, done.facts[name].known = missing, mine.height - missing
        if not mine.is_empty():
            after = answers_of(mine.select(HOLDS, UNDETERMINED), rules)
            count_moves(done, mine.with_columns(theirs[HOLDS], theirs[UNDETERMINED]), after,
                        law=self.law, found=found, rules=rules)
        return done


def _check_beside(mine: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Refuse rows that are not of the same posts, kept with the same probability."""
    both = mine["native"].is_not_null() & theirs["native"].is_not_null() if (
        mine.height == theirs.height) else None
    if both is None or not all(mine.filter(both)[name].equals(theirs.filter(both)[name])
                               for name in (*POST, KEPT_WITH)):
        raise BatchRefused("its rows are not those of the file that it stands beside", hint=KEEP)
