"""What changes between two sets of answers about the same posts: how many move, and which.

A set of answers is a frame with a Boolean column for each clause or action, under its name: true
is "holds" or "is done", false the opposite, null "undetermined". A column that only one of the two
has is false throughout in the other: what terms do not say they do not do.

>>> before = pl.DataFrame({"2.1": [True, True, False], "9": [True, False, False]})
>>> after = pl.DataFrame({"2.1": [True, None, True]})
>>> moves = compare(before, after)
>>> moves["2.1"].gained.rows, moves["2.1"].lost.rows, moves["2.1"].opened.rows, moves["9"].lost.rows
(1, 0, 1, 1)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

import polars as pl

from evenhand.rulebook.finding import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Rows, and the posts that they stand for: as many, or more where only a sample was kept.

    A row that was kept with the probability p stands for 1/p posts; then `posts` is an estimate.
    """

    rows: int = 0
    posts: float = 0.0

    def __add__(self, other: Count) -> Count:
        """Both together."""
        return Count(rows=self.rows + other.rows, posts=self.posts + other.posts)


Step = tuple[Answer, Answer]
"""The answer before, and the answer after."""

STEPS: tuple[Step, ...] = tuple(product(Answer, Answer))
STILL: Step = (Answer.DOES_NOT_HOLD, Answer.DOES_NOT_HOLD)
"""What most posts do: they are not counted here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How many posts took which step."""

    counts: Mapping[Step, Count] = field(default_factory=dict)

    def __add__(self, other: Moves) -> Moves:
        """Both together."""
        return Moves(counts={step: self.counts.get(step, Count()) + other.counts.get(step, Count())
                             for step in (*self.counts, *(other.counts.keys() - self.counts))})

    def _sum(self, steps: Iterable[Step]) -> Count:
        return sum((self.counts.get(step, Count()) for step in steps), Count())

    def before(self, answer: Answer) -> Count:
        """Of how many this was the answer before (of "does not hold" only those that moved)."""
        return self._sum((answer, after) for after in Answer)

    def after(self, answer: Answer) -> Count:
        """Of how many this is the answer after."""
        return self._sum((before, answer) for before in Answer)

    @property
    def gained(self) -> Count:
        """It holds of them now, and it did not or was undetermined."""
        return self._sum((b, Answer.HOLDS) for b in Answer if b is not Answer.HOLDS)

    @property
    def lost(self) -> Count:
        """It held of them, and it does not."""
        return self._sum([(Answer.HOLDS, Answer.DOES_NOT_HOLD)])

    @property
    def opened(self) -> Count:
        """It is undetermined of them now, and it was not."""
        return self._sum((b, Answer.UNDETERMINED) for b in Answer if b is not Answer.UNDETERMINED)

    @property
    def in_doubt(self) -> Count:
        """It held of them, and is undetermined now: neither kept nor lost."""
        return self._sum([(Answer.HOLDS, Answer.UNDETERMINED)])


def compare(before: pl.DataFrame, after: pl.DataFrame,
            weights: pl.Series | None = None) -> dict[str, Moves]:
    """How many posts moved, by column: first those of `after`, in order, then the others.

    The rows of both are the same posts; `weights` says how many posts each stands for, where it is
    not one.
    """
    frame, asked = _beside(before, after)
    if weights is not None:
        frame = frame.with_columns(weights.alias(_WEIGHT))
    wanted: dict[tuple[str, Step], pl.Expr] = {
        (name, step): _answered(b, step[0]) & _answered(a, step[1])
        for name, (b, a) in asked.items() for step in STEPS if step != STILL
        and not (b is None and step[0] is not Answer.DOES_NOT_HOLD)
        and not (a is None and step[1] is not Answer.DOES_NOT_HOLD)}
    found = frame.select(expr for n, mask in enumerate(wanted.values()) for expr in (
        mask.sum().alias(f"rows {n}"),
        *(() if weights is None else [pl.col(_WEIGHT).filter(mask).sum().alias(f"posts {n}")])))
    told = found.row(0, named=True) if wanted else {}
    counts: dict[str, dict[Step, Count]] = {name: {} for name in asked}
    for n, (name, step) in enumerate(wanted):
        if rows := told[f"rows {n}"]:
            counts[name][step] = Count(rows=rows, posts=told.get(f"posts {n}", rows))
    return {name: Moves(counts=steps) for name, steps in counts.items()}


_WEIGHT = "weight"
_Asked = dict[str, tuple[pl.Expr | None, pl.Expr | None]]


def _beside(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, _Asked]:
    """Both in one frame, and where each column's answers before and after stand in it."""
    frame = pl.concat([before.select(pl.all().name.prefix("before ")),
                       after.select(pl.all().name.prefix("after "))], how="horizontal")
    return frame, {name: (pl.col(f"before {name}") if name in before.columns else None,
                          pl.col(f"after {name}") if name in after.columns else None)
                   for name in dict.fromkeys((*after.columns, *before.columns))}


def _answered(column: pl.Expr | None, answer: Answer) -> pl.Expr:
    """Whether a column has this answer; the column is None where it is false throughout."""
    if column is None:
        return pl.lit(answer is Answer.DOES_NOT_HOLD)
    match answer:
        case Answer.HOLDS:
            return column.fill_null(value=False)
        case Answer.DOES_NOT_HOLD:
            return ~column.fill_null(value=True)
        case Answer.UNDETERMINED:
            return column.is_null()


# --- which posts moved ---

GAINED, LOST, OPENED = "gained", "lost", "newly undetermined"
MOVED = (GAINED, LOST, OPENED)

KEY, FILE, ROW = "key", "file", "row"
"""What a frame of places holds: by what rows are drawn, the number of a file, the row in it."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A row of a file, and the number by which it is drawn: the smallest are."""

    key: int
    file: int
    row: int


class Samples:
    """Of each column the rows that moved so, the smallest of their keys."""

    def __init__(self, most: int) -> None:
        """Keep at most so many of each."""
        self.most = most
        self.places: dict[tuple[str, str], tuple[Place, ...]] = {}

    def add(self, before: pl.DataFrame, after: pl.DataFrame, places: pl.DataFrame,
            moves: Mapping[str, Moves]) -> None:
        """Draw from these rows, whose `moves` were counted; `places` says where each lies."""
        if not self.most:
            return
        frame, asked = _beside(before, after)
        frame = pl.concat([frame, places], how="horizontal")
        for name, (b, a) in asked.items():
            for how, mask in _moved(b, a, moves[name]):
                kept = self.places.get((name, how), ())
                if len(kept) == self.most:
                    mask = mask & (pl.col(KEY) < kept[-1].key)
                found = frame.filter(mask).select(KEY, FILE, ROW).sort(KEY, FILE, ROW).head(
                    self.most)
                self._keep((name, how), (Place(**row) for row in found.iter_rows(named=True)))

    def merge(self, other: Samples) -> None:
        """Take in what was drawn elsewhere."""
        for which, places in other.places.items():
            self._keep(which, places)

    def _keep(self, which: tuple[str, str], places: Iterable[Place]) -> None:
        both = sorted((*self.places.get(which, ()), *places))
        if both:
            self.places[which] = tuple(both[:self.most])


def _moved(before: pl.Expr | None, after: pl.Expr | None,
           moves: Moves) -> Iterator[tuple[str, pl.Expr]]:
    """How rows moved, where any did, and which."""
    held, holds = _answered(before, Answer.HOLDS), _answered(after, Answer.HOLDS)
    open_before = _answered(before, Answer.UNDETERMINED)
    if moves.gained.rows:
        yield GAINED, holds & ~held
    if moves.lost.rows:
        yield LOST, held & _answered(after, Answer.DOES_NOT_HOLD)
    if moves.opened.rows:
        yield OPENED, _answered(after, Answer.UNDETERMINED) & ~open_before


def draw_key(row: pl.Expr, seed: int) -> pl.Expr:
    """A number from 0 to 2**64 - 1 for each row (an Int64) of a file: the same on every machine.

    It spreads neighbours apart (the finaliser of SplitMix64), so that samples come from the whole
    of a dataset, and nobody picks them.
    """
    mixed = row.cast(pl.UInt64) + pl.lit(seed, dtype=pl.UInt64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed // 2**shift)) * pl.lit(factor, dtype=pl.UInt64)
    return mixed ^ (mixed // 2**31)
