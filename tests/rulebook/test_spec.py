"""The page `spec/rulebook.md` says what the code does: its examples, its refusals, its tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.rulebook import definitions, order, parse
from evenhand.rulebook.answer import answer
from evenhand.rulebook.check import Checked
from evenhand.rulebook.condition import read_condition
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import column_name, dtype_of, field_name
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Vocabulary,
    choice,
    list_of,
)

SPEC = (Path(__file__).parents[2] / "spec" / "rulebook.md").read_text(encoding="utf-8")
SIGNS = {"+": Answer.HOLDS, "-": Answer.DOES_NOT_HOLD, "?": Answer.UNDETERMINED}
FACTS = {"+": True, "-": False}


def fences(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", SPEC, re.MULTILINE | re.DOTALL)


def test_the_example_is_a_document_without_mistakes_or_untested_parts(
        check_text: Callable[..., Checked]) -> None:
    found = re.search(r"^````markdown\n(.*?)^````$", SPEC, re.MULTILINE | re.DOTALL)
    assert found is not None
    checked = check_text(found[1])
    assert checked.problems == ()
    assert checked.untested == ()
    assert checked.cases_run == 6


def test_each_condition_of_the_page_is_one(vocabulary: Vocabulary) -> None:
    assert len(fences("condition")) == 3
    for text in fences("condition"):
        condition = read_condition(text, vocabulary=vocabulary)
        assert read_condition(str(condition), vocabulary=vocabulary) == condition


def test_each_refusal_of_the_page_is_one(vocabulary: Vocabulary) -> None:
    lines = fences("refused")[0].strip().split("\n")
    assert len(lines) == 8
    for line in lines:
        with pytest.raises(DraftingErrors):
            read_condition(line, vocabulary=vocabulary)


def test_the_table_of_the_three_answers_is_what_conditions_say(vocabulary: Vocabulary) -> None:
    rows = re.findall(r"^\| ([-+?]) \| ([-+?])" + r" \| ([-+?])" * 4 + r" \|$", SPEC, re.MULTILINE)
    assert len(rows) == 9
    texts = ("{a} and {b}", "{a} or {b}", "not {a}", "{a} unless {b}")
    for a, b, *expected in rows:
        record = {name: FACTS[sign] for name, sign in (("post.paid", a), ("account.verified", b))
                  if sign in FACTS}
        for text, sign in zip(texts, expected, strict=True):
            condition = read_condition(text.format(a="post.paid", b="account.verified"),
                                       vocabulary=vocabulary)
            assert answer(condition, record) is SIGNS[sign]


def test_the_columns_of_the_page_are_those_of_the_code() -> None:
    table = dict(re.findall(r"^\| ([a-z ,]+) \| `(\w+)`.* \|$", SPEC.split("## 6 Columns")[1],
                            re.MULTILINE))
    said = {name.strip(): dtype for names, dtype in table.items() for name in names.split(",")}
    for type_ in (TRUTH, INTEGER, NUMBER, TEXT, choice("a"), INSTANT, DURATION, list_of(TEXT)):
        word = "choice" if type_.name == "choice" else "list" if type_.name == "list" else \
            type_.describe().removeprefix("a ").removeprefix("an ")
        assert str(dtype_of(type_)).startswith(said[word])
    assert column_name("post.copies") == "post__copies"
    assert field_name("claim.rating") == "rating"


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    assert (f"at most {parse.MOST_TOKENS:,} words, brackets and `not` at most "
            f"{order.GREATEST_DEPTH} deep, parts at most {parse.GREATEST_TREE} deep; definitions "
            f"use one another at most {definitions.DEEPEST} deep, and with them a condition has at "
            f"most {definitions.MOST_PARTS:,} parts") in SPEC
