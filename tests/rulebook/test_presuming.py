"""What a condition presumes is read where the record lacks it, by every evaluator alike."""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl
import pytest

from evenhand.rulebook.answer import answer
from evenhand.rulebook.columns import add_answers
from evenhand.rulebook.condition import read_condition
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import to_columns
from evenhand.rulebook.straight import straight
from evenhand.rulebook.vocabulary import Vocabulary

VALUES: dict[str, tuple[Any, ...]] = {
    "post.paid": (True, False, None), "post.stance": ("asserts", "rebuts", None),
    "post.copies": (0, 30, None), "toxicity.probability": (0.1, 0.9, None)}
CONDITIONS = (
    "post.paid and post.stance == 'rebuts' or post.copies > 20 and toxicity.probability < 0.5",
    "not post.paid unless post.stance in ['asserts', 'mocks'] and post.copies * 2 > 41",
    "post.copies + toxicity.probability > 1 and post.stance != 'asks'")
PRESUMED = ({}, {"post.paid": False}, {"post.stance": "rebuts", "post.copies": 21},
            {"toxicity.probability": 0.5, "post.paid": True})


@pytest.mark.parametrize("text", CONDITIONS)
@pytest.mark.parametrize("presumed", PRESUMED, ids=str)
def test_all_evaluators_read_a_presumption_as_if_the_record_said_it(
        text: str, presumed: dict[str, Any], vocabulary: Vocabulary) -> None:
    plain = read_condition(text, vocabulary=vocabulary)
    condition = plain.presuming(presumed)
    records = [{n: v for n, v in zip(VALUES, row, strict=True) if v is not None}
               for row in product(*VALUES.values())]
    frame = to_columns(records, vocabulary)
    answered = add_answers(frame, {"it": condition})["it"].to_list()
    for record, columnar in zip(records, answered, strict=True):
        expected = evaluate(plain, {**presumed, **record}, provision="1")
        assert evaluate(condition, record, provision="1") == expected
        assert answer(condition, record) is expected.answer
        assert {True: Answer.HOLDS, False: Answer.DOES_NOT_HOLD,
                None: Answer.UNDETERMINED}[columnar] is expected.answer


def test_a_column_that_is_not_there_is_presumed_in_every_row(vocabulary: Vocabulary) -> None:
    condition = read_condition("post.paid", vocabulary=vocabulary).presuming({"post.paid": True})
    frame = add_answers(pl.DataFrame({"x": [1, 2]}), {"it": condition})
    assert frame["it"].to_list() == [True, True]


def test_conditions_that_presume_differently_are_compiled_into_one_function(
        vocabulary: Vocabulary) -> None:
    plain = read_condition("post.paid", vocabulary=vocabulary)
    both = straight([plain.presuming({"post.paid": True}), plain,
                     plain.presuming({"post.paid": False})])
    assert both({}) == (Answer.HOLDS, Answer.UNDETERMINED, Answer.DOES_NOT_HOLD)
    assert both({"post.paid": False}) == (Answer.DOES_NOT_HOLD,) * 3
