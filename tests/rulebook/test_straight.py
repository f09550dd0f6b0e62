"""Several conditions as one function: what is read, how often, and what is never executed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evenhand.rulebook.answer import answer, answers
from evenhand.rulebook.check import Checked
from evenhand.rulebook.condition import Condition, read_condition
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.straight import straight
from evenhand.rulebook.values import RecordError, check_record
from evenhand.rulebook.vocabulary import INTEGER, TEXT, Fact, Vocabulary

HOLDS, FAILS, OPEN = Answer.HOLDS, Answer.DOES_NOT_HOLD, Answer.UNDETERMINED


class Counting(dict[str, Any]):
    """A record that counts how often each of its facts is asked for."""

    def __init__(self, record: dict[str, Any]) -> None:
        super().__init__(record)
        self.asked: Counter[str] = Counter()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked[name] += 1
        return super().get(name, default)


def read(vocabulary: Vocabulary, *texts: str) -> tuple[Condition, ...]:
    return tuple(read_condition(text, vocabulary=vocabulary) for text in texts)


def test_each_fact_is_asked_for_once_however_many_conditions_name_it(
        vocabulary: Vocabulary) -> None:
    together = straight(read(
        vocabulary, "post.copies > 20", "post.copies > 3 and post.paid", "not post.paid",
        "for a matched claim:\n    claim.confirmed and post.copies > 1",
        'for a matched claim:\n    claim.rating == "false" and claim.confirmed'))
    claim = Counting({"claim.confirmed": True, "claim.rating": "false"})
    record = Counting({"post.copies": 4, "post.paid": False, "claim": (claim, claim)})
    assert together(record) == (FAILS, FAILS, HOLDS, HOLDS, HOLDS)
    assert record.asked == {"post.copies": 1, "post.paid": 1, "claim": 1}
    # The two elements are one value here, so each of its facts is asked for once an element.
    assert claim.asked == {"claim.confirmed": 2, "claim.rating": 2}


def test_the_answers_stand_in_the_order_of_the_conditions(vocabulary: Vocabulary) -> None:
    conditions = read(vocabulary, "post.copies > 20", "post.paid", "not post.paid")
    assert answers(conditions, {"post.paid": True}) == (OPEN, HOLDS, FAILS)
    assert answers(conditions[::-1], {"post.paid": True}) == (FAILS, HOLDS, OPEN)
    assert answers((), {}) == ()


def test_a_wrong_value_is_refused_even_where_another_part_has_decided(
        vocabulary: Vocabulary) -> None:
    condition, = read(vocabulary, "post.paid and post.copies > 3")
    for record in ({"post.paid": False, "post.copies": "many"},
                   {"post.paid": False, "post.copies": 2**53 + 1}):
        with pytest.raises(RecordError, match=r"`post\.copies`"):
            answer(condition, record)
        with pytest.raises(RecordError, match=r"`post\.copies`"):
            evaluate(condition, record, provision="1")


def test_what_looks_like_code_is_only_a_value(vocabulary: Vocabulary) -> None:
    text = "__import__('os').abort() or '\\\\' \\\"\\\"\\\""
    condition, = read(vocabulary, f'post.text == "{text}" and post.language != "{{0}}"')
    value = condition.tree.parts[0].operands[1].value  # type: ignore[union-attr]
    assert answer(condition, {"post.text": value, "post.language": "en"}) is HOLDS
    names = straight([condition]).__globals__  # type: ignore[attr-defined]
    assert names["__builtins__"] == {}


def test_two_vocabularies_may_give_one_name_two_types() -> None:
    def vocabulary(type_: Any) -> Vocabulary:
        return Vocabulary.of([Fact(name="post.size", type=type_, meaning="", observer="",
                                   audience="author")])
    number, = read(vocabulary(INTEGER), "post.size > 3")
    text, = read(vocabulary(TEXT), 'post.size == "big"')
    assert straight([number])({"post.size": 4}) == (HOLDS,)
    with pytest.raises(RecordError, match="is 4, not text"):
        straight([number, text])({"post.size": 4})


def test_an_instant_is_reckoned_in_utc_wherever_its_clock_stands(vocabulary: Vocabulary) -> None:
    # In Berlin that day has 23 hours: a day later by the clock is not 24 hours later.
    made = datetime(2020, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    condition, = read(vocabulary, "post.made + 24 hours == 2020-03-30T00:30Z")
    assert answer(condition, {"post.made": made}) is HOLDS
    assert evaluate(condition, {"post.made": made}, provision="1").answer is HOLDS
    assert answer(condition, {"post.made": made.astimezone(UTC)}) is HOLDS


def test_an_instant_before_the_first_year_of_utc_is_refused(vocabulary: Vocabulary) -> None:
    early = datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    condition, = read(vocabulary, "post.made > 2020-01-01")
    for refuse in (lambda r: answer(condition, r), lambda r: check_record(r, vocabulary)):
        with pytest.raises(RecordError, match="lies beyond the years 1 to 9999 of UTC"):
            refuse({"post.made": early})


def test_the_greatest_conditions_that_can_be_written_are_compiled(vocabulary: Vocabulary) -> None:
    deep = "not (" * 15 + "post.paid" + ")" * 15
    wide = " or ".join(f"post.copies == {n}" for n in range(480))
    high = "post.copies" + " + 1" * 30 + " > 30"
    assert answers(read(vocabulary, deep, wide, high), {
        "post.paid": False, "post.copies": 479}) == (HOLDS, HOLDS, HOLDS)


def test_definitions_within_definitions_are_compiled(check_text: Any) -> None:
    def within(name: str, inner: str) -> str:
        return f"```define {name}\n{'not (' * 15}{inner} or post.copies > 9{')' * 15}\n```\n"
    names = ["post.paid", *(f"word_{n}" for n in range(6))]
    checked: Checked = check_text(
        "---\nterms: T\n---\n# T\n\n## 1 Rule\nWords.\n```when\nword_5 and word_4\n```\n"
        "```then\nlabel it\n```\n```case paid and copied\npost.copies = 10\n-> does not hold\n```\n"
        "\n## 2 Words\n" + "".join(map(within, names[1:], names[:-1])))
    assert checked.problems == ()
    condition = checked.rules[0].condition
    for record in ({}, {"post.paid": True, "post.copies": 1}, {"post.copies": 10}):
        assert answer(condition, record) is evaluate(condition, record, provision="1").answer


def test_elements_may_be_any_mapping_in_any_tuple(vocabulary: Vocabulary) -> None:
    condition, = read(vocabulary, "for a matched claim:\n    claim.confirmed")
    assert answer(condition, {"claim": (Counting({"claim.confirmed": True}),)}) is HOLDS
    for wrong in ([], "claim", ("claim",), (None,), 3):
        with pytest.raises(RecordError, match="not its elements"):
            answer(condition, {"claim": wrong})


def test_a_sum_beyond_any_duration_is_undetermined(vocabulary: Vocabulary) -> None:
    condition, = read(vocabulary, "account.age * post.copies > 7 days")
    assert answer(condition, {"account.age": timedelta(days=1), "post.copies": 8}) is HOLDS
    assert answer(condition, {"account.age": timedelta(days=9), "post.copies": 2**53}) is OPEN


def test_what_is_said_twice_is_answered_in_both_places(vocabulary: Vocabulary) -> None:
    one, other = read(vocabulary, "post.copies > 3", "post.copies > 5")
    (again,) = read(vocabulary, "post.copies > 3")
    answer = straight([one, other, again, other])
    assert answer({"post.copies": 4}) == (HOLDS, FAILS, HOLDS, FAILS)
    assert answer({}) == (OPEN,) * 4
