"""What changes between two sets of answers is counted, and drawn, as by hand."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from evenhand.audit.changes import (
    GAINED,
    LOST,
    MOVED,
    OPENED,
    STILL,
    Count,
    Moves,
    Place,
    Samples,
    compare,
    draw_key,
)
from evenhand.rulebook.finding import Answer

ANSWERS = {True: Answer.HOLDS, False: Answer.DOES_NOT_HOLD, None: Answer.UNDETERMINED}
ROW = st.tuples(*[st.sampled_from((True, False, None))] * 4, st.sampled_from((1.0, 0.5, 0.25)))


def frames(rows: list[tuple[bool | None, ...]]) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """Two clauses before and two after, of which one is in both; and the weights."""
    columns = [list(c) for c in zip(*rows, strict=True)] if rows else [[]] * 5
    series = [pl.Series(c, dtype=pl.Boolean) for c in columns[:4]]
    return (pl.DataFrame({"kept": series[0], "dropped": series[1]}),
            pl.DataFrame({"new": series[3], "kept": series[2]}),
            1 / pl.Series(columns[4], dtype=pl.Float64))


@given(st.lists(ROW, max_size=30), st.booleans())
def test_every_step_is_counted_as_one_by_one(rows: list[tuple[bool | None, ...]],
                                             weighted: bool) -> None:
    before, after, weights = frames(rows)
    found = compare(before, after, weights if weighted else None)
    assert list(found) == ["new", "kept", "dropped"]
    for name, b, a in (("kept", 0, 2), ("dropped", 1, None), ("new", None, 3)):
        expected: Counter[tuple[Answer, Answer]] = Counter()
        posts: Counter[tuple[Answer, Answer]] = Counter()
        for row in rows:
            step = (ANSWERS[row[b] if b is not None else False],
                    ANSWERS[row[a] if a is not None else False])
            expected[step] += 1
            posts[step] += 1 / row[4] if weighted else 1
        expected.pop(STILL, None)
        assert found[name].counts == {s: Count(rows=n, posts=posts[s])
                                      for s, n in expected.items()}


def test_what_is_gained_lost_and_in_doubt_follows_from_the_steps() -> None:
    one = {step: Count(rows=2 ** n, posts=2 ** n) for n, step in enumerate(
        s for s in product(Answer, Answer) if s != STILL)}
    moves = Moves(counts=one)
    rows = {s: c.rows for s, c in one.items()}
    yes, no, open_ = Answer.HOLDS, Answer.DOES_NOT_HOLD, Answer.UNDETERMINED
    assert moves.gained.rows == rows[no, yes] + rows[open_, yes]
    assert moves.lost.rows == rows[yes, no]
    assert moves.opened.rows == rows[yes, open_] + rows[no, open_]
    assert moves.in_doubt.rows == rows[yes, open_]
    assert moves.after(yes).rows == (moves.before(yes).rows + moves.gained.rows
                                     - moves.lost.rows - moves.in_doubt.rows)
    assert (moves + moves).gained.rows == 2 * moves.gained.rows
    assert (Moves() + moves).counts == one


@given(st.lists(ROW, max_size=40), st.integers(0, 2**32), st.integers(0, 6))
def test_the_same_rows_are_drawn_however_they_are_parted(
        rows: list[tuple[bool | None, ...]], seed: int, most: int) -> None:
    before, after, _ = frames(rows)
    places = pl.DataFrame({"file": [0] * len(rows), "row": list(range(len(rows)))},
                          schema={"file": pl.Int64, "row": pl.Int64}).with_columns(
        draw_key(pl.col("row"), seed).alias("key"))
    whole = Samples(most)
    whole.add(before, after, places, compare(before, after))
    parted, chance = Samples(most), random.Random(seed)
    cuts = sorted(chance.sample(range(len(rows) + 1), min(3, len(rows) + 1)))
    parts = list(zip([0, *cuts], [*cuts, len(rows)], strict=True))
    chance.shuffle(parts)
    for start, end in parts:
        b, a, p = (frame[start:end] for frame in (before, after, places))
        own = Samples(most)
        own.add(b, a, p, compare(b, a))
        parted.merge(own)
    assert parted.places == whole.places
    keys = places["key"].to_list()
    for how, moved in ((GAINED, lambda b, a: a is True and b is not True),
                       (LOST, lambda b, a: b is True and a is False),
                       (OPENED, lambda b, a: a is None and b is not None)):
        those = sorted((keys[n], n) for n, row in enumerate(rows) if moved(row[0], row[2]))
        assert [(p.key, p.row) for p in whole.places.get(("kept", how), ())] == those[:most]


def mixed(number: int) -> int:
    """The finaliser of SplitMix64, written as it was published."""
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB % 2**64
    return number ^ (number >> 31)


@given(st.lists(st.integers(0, 2**40), max_size=5), st.integers(0, 2**64 - 1))
def test_the_number_by_which_a_row_is_drawn_is_the_same_everywhere(rows: list[int],
                                                                   seed: int) -> None:
    frame = pl.DataFrame({"row": rows}, schema={"row": pl.Int64})
    assert frame.select(draw_key(pl.col("row"), seed)).to_series().to_list() == [
        mixed((row + seed) % 2**64) for row in rows]


def test_nothing_is_drawn_where_nothing_moved_or_nobody_asks() -> None:
    same = pl.DataFrame({"2.1": [True, False, None]})
    places = pl.DataFrame({"key": [1, 2, 3], "file": [0] * 3, "row": [0, 1, 2]})
    for most in (0, 5):
        drawn = Samples(most)
        drawn.add(same, same, places, compare(same, same))
        assert drawn.places == {}
    assert sorted([Place(key=2, file=0, row=0), Place(key=1, file=9, row=9)])[0].key == 1
    assert set(MOVED) == {GAINED, LOST, OPENED}


def test_frames_without_columns_change_nothing() -> None:
    assert compare(pl.DataFrame(), pl.DataFrame()) == {}
    assert compare(pl.DataFrame(), pl.DataFrame({"a": [True]}))["a"].gained == Count(
        rows=1, posts=1.0)
