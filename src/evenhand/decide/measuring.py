"""What every clause that governs a post finds of it: the answers of all, the reasons of few.

Of one post as findings, of many as columns; the two are twins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from evenhand.rulebook.answer import answers
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import Record
from evenhand.terms.clauses import Clause

if TYPE_CHECKING:
    import polars as pl

HOLDS, UNDETERMINED = "holds", "undetermined"


def measure(clauses: Iterable[Clause], facts: Record, *,
            explained: Collection[str] = ()) -> tuple[Finding, ...]:
    """The finding of every clause that runs, in the order of the terms.

    Most clauses do not hold of most posts: only the others are explained, and those of the numbers
    in `explained`, whatever they find.
    """
    rules = [(c.citation.number, c.rule.condition) for c in clauses if c.rule is not None]
    found = answers(tuple(condition for _, condition in rules), facts)
    no = Answer.DOES_NOT_HOLD
    return tuple([
        _of_most(number) if answer is no and number not in explained
        else evaluate(condition, facts, provision=number)
        for (number, condition), answer in zip(rules, found, strict=True)])


@lru_cache(maxsize=2**12)
def _of_most(number: str) -> Finding:
    """That a clause does not hold: made once, since it is said of nearly every post."""
    return Finding(provision=number, answer=Answer.DOES_NOT_HOLD)


def measure_all(clauses: Sequence[Clause], facts: pl.DataFrame) -> pl.DataFrame:
    """The twin of `measure` for the rows of a frame of facts (`rulebook.frames`).

    Two columns, each the numbers of clauses in the order of the terms: those that hold of a row,
    and those that are undetermined of it.
    """
    # Imported here: whoever measures one post need not wait for the columnar engine to load.
    import polars as pl

    from evenhand.rulebook.columns import add_answers

    rules = {c.citation.number: c.rule.condition for c in clauses if c.rule is not None}
    found = add_answers(facts.with_row_index(_ROW), rules).select(_ROW, *rules)
    # Of most rows nothing is found: lists are made of the others alone.
    few = found.filter(pl.any_horizontal(
        pl.lit(value=False), *(pl.col(n).fill_null(value=True) for n in rules)))
    lists = few.select(
        _ROW, _numbers((n, pl.col(n)) for n in rules).alias(HOLDS),
        _numbers((n, pl.col(n).is_null()) for n in rules).alias(UNDETERMINED))
    none = pl.lit([], dtype=pl.List(pl.String))
    return found.select(_ROW).join(lists, on=_ROW, how="left", maintain_order="left").select(
        pl.col(name).fill_null(none) for name in (HOLDS, UNDETERMINED))


_ROW = "the row"


def _numbers(answers: Iterable[tuple[str, pl.Expr]]) -> pl.Expr:
    """The numbers of the clauses whose answer is yes, in order."""
    import polars as pl

    each = [pl.when(answer).then(pl.lit(number)) for number, answer in answers]
    return pl.concat_list(each).list.drop_nulls() if each else pl.lit([], dtype=pl.List(pl.String))
