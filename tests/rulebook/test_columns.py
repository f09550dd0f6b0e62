"""What conditions say of a frame's rows is what they say of the records that these rows are."""

from __future__ import annotations

import math
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.rulebook import quantities
from evenhand.rulebook.answer import answer
from evenhand.rulebook.columns import add_answers
from evenhand.rulebook.condition import read_condition
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import (
    FIRST_INSTANT,
    LAST_INSTANT,
    ColumnError,
    column_name,
    field_name,
    lay_columns,
    schema,
    to_columns,
    to_records,
)
from evenhand.rulebook.syntax import Tree
from evenhand.rulebook.values import RecordError, check_record

DRAWING = runpy.run_path(str(Path(__file__).with_name("drawing.py")))
TYPES, VOCABULARY, TREES, DEFINED, condition, records, values = (
    DRAWING[name] for name in (
        "TYPES", "VOCABULARY", "TREES", "DEFINED", "condition", "records", "values"))

RECORDS = records(fit_columns=True)
SAID = {Answer.HOLDS: True, Answer.DOES_NOT_HOLD: False, Answer.UNDETERMINED: None}


@given(st.lists(TREES | DEFINED, min_size=1, max_size=4), st.lists(RECORDS, max_size=12))
@settings(max_examples=80, deadline=None)
def test_a_row_is_answered_as_its_record_is_with_reasons_and_without(
        trees: list[Tree], drawn: list[dict[str, Any]]) -> None:
    asked = {str(i): condition(tree) for i, tree in enumerate(trees)}
    frame = to_columns(drawn, VOCABULARY)
    found = add_answers(frame, asked)
    later = add_answers(frame.lazy(), asked)
    assert later.collect(engine="in-memory").equals(found)
    assert later.collect(engine="streaming").equals(found)
    for name, one in asked.items():
        assert found[name].dtype == pl.Boolean
        assert found[name].to_list() == [SAID[answer(one, record)] for record in drawn]
        assert found[name].to_list() == [
            SAID[evaluate(one, record, provision="1").answer] for record in drawn]


def raw(type_: Any) -> st.SearchStrategy[Any]:
    """What a column of this type can hold, in whole numbers where it is of time: also what no
    record may hold."""
    match type_.name:
        case "integer":
            return st.integers(-(2**63), 2**63 - 1) | st.sampled_from([2**53, 2**53 + 1, -(2**53)])
        case "number":
            return st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 1e308])
        case "instant":
            return st.sampled_from([FIRST_INSTANT, FIRST_INSTANT - 1, LAST_INSTANT,
                                    LAST_INSTANT + 1, -(2**63), 2**63 - 1, 0]) | st.integers(
                                        FIRST_INSTANT, LAST_INSTANT)
        case "duration":
            return st.integers(-(2**63), 2**63 - 1)
        case "choice":
            return st.sampled_from([*type_.choices, "sings", ""])
        case "list":
            return st.lists(st.none() | raw(type_.of), max_size=3)
    return values(type_)


def in_numbers(dtype: Any) -> Any:
    match dtype:
        case pl.List():
            return pl.List(in_numbers(dtype.inner))
        case pl.Struct():
            return pl.Struct({n: in_numbers(d) for n, d in dtype.to_schema().items()})
    return pl.Int64 if dtype.is_temporal() else dtype


def some_fields(prefix: str, name: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={
        name(n): st.none() | raw(t) for n, t in TYPES.items() if n.startswith(prefix)})


ROWS = st.builds(
    lambda post, claim, appeal: {**post, "claim": claim, "appeal": appeal},
    some_fields("post.", column_name),
    *(st.none() | st.lists(st.none() | some_fields(w + ".", field_name), max_size=3)
      for w in ("claim", "appeal")))


@given(st.lists(TREES | DEFINED, min_size=1, max_size=3), st.lists(ROWS, min_size=1, max_size=8),
       st.sets(st.sampled_from(sorted(schema(VOCABULARY))), max_size=6))
@settings(max_examples=60, deadline=None)
def test_whatever_a_frame_holds_its_rows_are_records_and_are_answered_as_such(
        trees: list[Tree], rows: list[dict[str, Any]], lacking: set[str]) -> None:
    frame = pl.DataFrame(
        [pl.Series(name, [r.get(name) for r in rows], dtype=in_numbers(dtype)).cast(dtype)
         for name, dtype in schema(VOCABULARY).items() if name not in lacking] or None,
        height=len(rows))
    there = list(to_records(frame, VOCABULARY))
    for record in there:
        check_record(record, VOCABULARY)
    asked = {str(i): condition(tree) for i, tree in enumerate(trees)}
    found = add_answers(frame, asked)
    for name, one in asked.items():
        assert found[name].to_list() == [
            SAID[evaluate(one, record, provision="1").answer] for record in there]


@given(st.lists(RECORDS, max_size=6))
@settings(max_examples=40, deadline=None)
def test_records_that_were_laid_out_come_back_as_they_were(drawn: list[dict[str, Any]]) -> None:
    frame = to_columns(drawn, VOCABULARY)
    assert frame.schema == schema(VOCABULARY)
    assert list(to_records(frame, VOCABULARY)) == drawn
    assert to_columns(to_records(frame, VOCABULARY), VOCABULARY).equals(frame)


@given(st.lists(RECORDS, max_size=6), st.sets(st.sampled_from(sorted(TYPES))))
@settings(max_examples=60, deadline=None)
def test_columns_are_laid_out_as_their_records_are(drawn: list[dict[str, Any]],
                                                   lacking: set[str]) -> None:
    drawn = [{name: v for name, v in record.items() if name not in lacking} for record in drawn]
    values = {name: [record.get(name) for record in drawn]
              for name in {*TYPES, "claim", "appeal"} - lacking}
    frame = lay_columns(values, VOCABULARY, len(drawn))
    assert frame.schema == schema(VOCABULARY)
    assert frame.equals(to_columns(drawn, VOCABULARY))


# --- what the rows of one frame say ---

def ask(vocabulary: Any, text: str, rows: list[dict[str, Any]]) -> list[bool | None]:
    one = read_condition(text, vocabulary=vocabulary)
    return add_answers(to_columns(rows, vocabulary), {"it": one})["it"].to_list()


def test_a_row_without_the_fact_is_undetermined_and_nan_is_no_fact(vocabulary: Any) -> None:
    assert ask(vocabulary, "toxicity.probability > 0.5", [
        {"toxicity.probability": 0.6}, {"toxicity.probability": 0}, {},
        {"toxicity.probability": math.nan}]) == [True, False, None, None]


def test_nobody_looked_is_not_the_same_as_found_none(vocabulary: Any) -> None:
    text = 'for a matched claim:\n    claim.rating == "false"'
    assert ask(vocabulary, text, [
        {}, {"claim": ()}, {"claim": ({},)}, {"claim": ({}, {"claim.rating": "false"})},
        {"claim": ({"claim.rating": "true"},)}]) == [None, False, None, True, False]


def test_an_element_is_held_against_the_facts_of_its_own_post(vocabulary: Any) -> None:
    day = datetime(2020, 5, 26, tzinfo=UTC)
    out, late = ({"claim.checked": day + timedelta(days=n)} for n in (6, 8))
    text = "for a matched claim:\n    claim.checked < post.made + 7 days"
    assert ask(vocabulary, text, [
        {"post.made": day, "claim": (late, out)}, {"post.made": day, "claim": (late,)},
        {"post.made": day + timedelta(days=9), "claim": (late,)}, {"claim": (out,)},
        {"claim": ()}, {"post.made": day}]) == [True, False, True, None, False, None]


def test_an_instant_a_microsecond_before_the_line_is_before_it(vocabulary: Any) -> None:
    line = datetime(2020, 5, 27, tzinfo=UTC)
    assert ask(vocabulary, "2020-05-27 <= post.made < 2020-05-28", [
        {"post.made": line + timedelta(days=d, microseconds=m)}
        for d, m in ((0, -1), (0, 0), (1, -1), (1, 0))]) == [False, True, True, False]


def test_a_sum_that_64_bits_cannot_hold_does_not_come_round(vocabulary: Any) -> None:
    century = {"account.age": timedelta(days=36_525), "post.copies": 2**40}
    assert ask(vocabulary, "account.age * post.copies > 1 day", [century]) == [None]
    assert ask(vocabulary, "account.age + 999999999 days > 1 day", [century]) == [None]
    assert ask(vocabulary, "account.age + 900000000 days > 1 day", [century]) == [True]
    assert ask(vocabulary, "post.copies * 1e308 > 1", [century]) == [None]


def test_texts_are_equal_code_point_by_code_point(vocabulary: Any) -> None:
    rows = [{"post.text": text} for text in ("é", "e\u0301", "\U0001f5f3", "")]
    assert ask(vocabulary, 'post.text == "é"', rows) == [True, False, False, False]
    assert ask(vocabulary, 'post.text in ["", "\U0001f5f3"]', rows) == [False, False, True, True]


@pytest.mark.parametrize("few", [0, 8])
def test_a_long_list_is_looked_through_as_a_short_one_is(
        vocabulary: Any, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(quantities, "FEW", few)
    begin = datetime(2020, 5, 1, tzinfo=UTC)
    row = {"post.copies": 3, "toxicity.probability": 0.5, "post.language": "d",
           "post.made": begin + timedelta(days=4), "account.age": timedelta(days=9),
           "post.topics": ("x", "d"), "claim": ({"claim.topics": ("x", "d")},)}
    days = ", ".join(f"{n} days" for n in range(1, 12))
    for text in ("post.copies in [1, 2.5, 3, 4, 5, 6, 7, 8, 9, 10]",
                 "toxicity.probability in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]",
                 'post.language in ["a", "b", "c", "d", "e", "f", "g", "h", "i"]',
                 'shares(post.topics, ["a", "b", "c", "d", "e", "f", "g", "h", "i"])',
                 "post.made in [" + ", ".join(f"2020-05-{n:02}" for n in range(1, 12)) + "]",
                 f"account.age in [{days}]", f"account.age in [{days}, 999999999 days]",
                 "for a matched claim:\n    "
                 'shares(claim.topics, ["a", "b", "c", "d", "e", "f", "g", "h", "i"])'):
        others = {"post.copies": 11, "post.topics": ("x",), "post.language": "x",
                  "toxicity.probability": 0.55, "account.age": timedelta(0), "claim": (),
                  "post.made": begin + timedelta(microseconds=1)}
        assert ask(vocabulary, text, [row, others, {}]) == [True, False, None]


def test_the_greatest_conditions_that_can_be_written_are_answered(vocabulary: Any) -> None:
    wide = " or ".join(f"post.copies == {n}" for n in range(480))
    deep = "not (" * 15 + "post.copies" + " + 1" * 20 + " > 30" + ")" * 15
    for text, said in ((wide, [True, False, None]), (deep, [False, False, None])):
        assert ask(vocabulary, text, [{"post.copies": 479}, {"post.copies": 480}, {}]) == said


def test_a_column_that_the_frame_lacks_is_a_fact_that_nobody_knows(vocabulary: Any) -> None:
    frame = pl.DataFrame({"post__paid": [True, False]})
    one = read_condition("post.paid and account.verified", vocabulary=vocabulary)
    found = add_answers(frame.lazy(), {"1": one}).collect()
    assert found.to_dict(as_series=False) == {"post__paid": [True, False], "1": [None, False]}


def test_rows_are_answered_as_they_stream_and_stay_in_their_order(
        vocabulary: Any, tmp_path: Path) -> None:
    texts = ("post.copies > 20", "for a matched claim:\n    claim.match * 100 > post.copies")
    asked = {t: read_condition(t, vocabulary=vocabulary) for t in texts}
    few = to_columns([
        {"post.copies": n, "claim": tuple({"claim.match": m / 10} for m in range(n % 3))}
        for n in range(100)], vocabulary)
    many = pl.concat([few] * 3000)
    add_answers(many.lazy(), asked).sink_parquet(tmp_path / "answers.parquet")
    once, found = add_answers(few, asked), pl.read_parquet(tmp_path / "answers.parquet")
    assert found.equals(pl.concat([once] * 3000))


@pytest.mark.parametrize(("frame", "what"), [
    ({"post__copies": pl.Series([1], dtype=pl.Int32)},
     "the column `post__copies` is Int32, not Int64"),
    ({"post__made": pl.Series([datetime(2020, 5, 26)], dtype=pl.Datetime("us"))},  # noqa: DTZ001
     "the column `post__made` is Datetime(time_unit='us', time_zone=None), not Datetime("
     "time_unit='us', time_zone='UTC')"),
    ({"post__topics": ["voting"]}, "the column `post__topics` is String, not List(String)"),
    ({"claim": ["none"]}, "the column `claim` is String, not a list of structs"),
    ({"claim": [[{"match": 1}]]}, "the column `claim.match` is Int64, not Float64"),
    ({"it": [1]}, "the frame already has a column `it`"),
])
def test_a_column_of_another_dtype_is_refused_by_name(
        vocabulary: Any, frame: dict[str, Any], what: str) -> None:
    one = read_condition(
        'for a matched claim:\n    claim.match > 0.5 and "voting" in post.topics\n'
        "unless post.copies > 3 and post.made > 2020-05-27", vocabulary=vocabulary)
    with pytest.raises(ColumnError) as refused:
        add_answers(pl.LazyFrame(frame), {"it": one})
    assert refused.value.what == what
    assert refused.value.hint
    if "it" not in frame:
        with pytest.raises(ColumnError):
            list(to_records(pl.DataFrame(frame), vocabulary))


@pytest.mark.parametrize(("record", "what"), [
    ({"post.copies": "3"}, "record 2: `post.copies` is \"3\", not a whole number"),
    ({"claim": ({"claim.match": "1"},)}, "record 2: `claim.match` is \"1\", not a number"),
    ({"claim": ({"post.copies": 1},)},
     "record 2, claim 1: `post.copies` is not a fact of a `claim`"),
    ({"account.age": timedelta(days=200_000_000)}, "`account.age` is longer than 292,000 years"),
    ({"post.text": "\ud800"}, "`post.text` holds half of a surrogate pair, which is no character"),
])
def test_what_no_column_can_hold_is_refused_by_name(
        vocabulary: Any, record: dict[str, Any], what: str) -> None:
    with pytest.raises(RecordError) as refused:
        to_columns([{}, record], vocabulary)
    assert str(refused.value).split("\n")[0] == what
    if not what.startswith("record"):
        with pytest.raises(RecordError, match=what):
            lay_columns({name: [None, value] for name, value in record.items()}, vocabulary, 2)
