"""Many records at once: what a regime concludes of each row of a frame of law facts.

The twin of `quick.quick` over columns (`rulebook.frames` says how facts lie in them). Conditions
are answered in columns; of the few combinations of answers that occur the conclusions are made
once each, and joined to the rows. Where rows are of several days, the law changes between them:
each stretch of days in which it does not is answered by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from evenhand.assess.quick import Quick
from evenhand.assess.ready import Ready, turns_of
from evenhand.law.conclusion import Conclusion
from evenhand.law.regimes import Law
from evenhand.rulebook.columns import add_answers
from evenhand.rulebook.finding import Answer

AS_OF = "as of"
"""The column (Date) of the day whose law counts for a row."""

CONCLUSION = pl.Enum([c.value for c in Conclusion])
"""The dtype of what is concluded."""

PART = 1 << 20
"""Rows answered at a time."""

_ANSWERS = {True: Answer.HOLDS, False: Answer.DOES_NOT_HOLD, None: Answer.UNDETERMINED}
_CODE, _DIGITS = "the answers", 40
"""Answers are digits to the base of three in an unsigned number of 64 bits: so many fit."""


def conclude_all(law: Quick, facts: pl.DataFrame) -> pl.DataFrame:
    """What one regime, forum and day concludes of every row: a column for each reading, then one
    for each provision, under their ids. A fact that has no column is missing of every row."""
    if facts.height > PART:
        return pl.concat([conclude_all(law, facts[i:i + PART])
                          for i in range(0, facts.height, PART)])
    names = [f"answer {i}" for i in range(len(law.conditions))]
    answers = add_answers(facts, dict(zip(names, law.conditions, strict=True))).select(names)
    codes = answers.select(_code(names[i:i + _DIGITS]).alias(f"{_CODE} {i}")
                           for i in range(0, len(names), _DIGITS))
    columns = (*law.readings, *law.provisions)
    if not names:
        said = law.conclude_answers(())
        return pl.select(pl.repeat(c.value, facts.height, dtype=CONCLUSION).alias(name)
                         for name, c in zip(columns, (*said.readings, *said.provisions),
                                            strict=True))
    few = pl.concat([codes, answers], how="horizontal").unique(subset=codes.columns)
    told = [law.conclude_answers(tuple(_ANSWERS[a] for a in row))
            for row in few.select(names).iter_rows()]
    conclusions = pl.DataFrame(
        [[c.value for c in (*t.readings, *t.provisions)] for t in told],
        schema=dict.fromkeys(columns, CONCLUSION), orient="row")
    return codes.join(pl.concat([few.select(codes.columns), conclusions], how="horizontal"),
                      on=codes.columns, how="left", maintain_order="left").select(columns)


def _code(names: Sequence[str]) -> pl.Expr:
    """The answers of some conditions as one number."""
    return pl.sum_horizontal(
        (pl.col(name).cast(pl.UInt64).fill_null(2) * 3**i) for i, name in enumerate(names))


def assess_all(law: Law, regime: str, facts: pl.DataFrame, *,
               forum: str | None = None) -> pl.DataFrame:
    """What a regime concludes of every row by the law of its own day (`AS_OF`), in their order.

    Raises `EvenhandError` for a regime or forum that is not known.
    """
    ready = Ready(law)
    turns = pl.Series(turns_of(law, regime), dtype=pl.Date).to_physical()
    stretch = turns.search_sorted(facts[AS_OF].to_physical(), side="right")
    parts = []
    numbered = facts.with_row_index(_ROW).with_columns(stretch.alias(_STRETCH))
    for (_,), rows in numbered.group_by(_STRETCH, maintain_order=True):
        found = conclude_all(ready.of(regime, forum, rows[AS_OF][0]), rows)
        parts.append(rows.select(_ROW).hstack(found))
    if not parts:
        return conclude_all(ready.of(regime, forum, date.min), facts)
    return pl.concat(parts).sort(_ROW).drop(_ROW)


_ROW, _STRETCH = "the row", "the stretch of days"
