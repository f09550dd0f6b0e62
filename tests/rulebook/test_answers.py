"""What the three answers promise, of every condition and every record that can be drawn."""

from __future__ import annotations

import pickle
import runpy
from datetime import UTC
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.rulebook.answer import answer, answers
from evenhand.rulebook.document import Line
from evenhand.rulebook.drafting import Source
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer, and_, not_, or_
from evenhand.rulebook.parse import Names, parse_block
from evenhand.rulebook.syntax import And, Expression, Not, Or, Tree, Unless, format_condition
from evenhand.rulebook.untested import drops
from evenhand.rulebook.values import check_record

DRAWING = runpy.run_path(str(Path(__file__).with_name("drawing.py")))
TYPES, VOCABULARY, PARTS, TREES, DEFINED, RECORDS, condition, some_of, values = (
    DRAWING[name] for name in ("TYPES", "VOCABULARY", "PARTS", "TREES", "DEFINED", "RECORDS",
                               "condition", "some_of", "values"))


def parse(text: str) -> Tree | None:
    rows = tuple(text.split("\n"))
    names = Names(vocabulary=VOCABULARY, zone=UTC, source=Source(name="x", lines=rows),
                  definition=lambda name, span: None)
    problems: list[Any] = []
    tree = parse_block([Line(text=r, number=i, column=0) for i, r in enumerate(rows, 1)], names,
                       problems)
    assert not problems, "\n".join(map(str, problems))
    return tree


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_what_is_printed_reads_back_as_the_same_condition(tree: Tree) -> None:
    read = parse(format_condition(tree))
    assert read == tree
    # Python holds 1, 1.0 and yes for equal; their texts are not.
    assert repr(read) == repr(tree)


@given(TREES | DEFINED, RECORDS)
@settings(max_examples=250, deadline=None)
def test_the_answer_with_reasons_is_the_answer_without(tree: Tree, record: dict[str, Any]) -> None:
    one = condition(tree)
    check_record(record, VOCABULARY)
    finding = evaluate(one, record, provision="1")
    assert finding.answer is answer(one, record)
    assert finding.why is not None
    assert finding.why.answer is finding.answer
    if finding.answer is not Answer.UNDETERMINED:
        assert finding.missing == ()


@given(st.lists(TREES | DEFINED, max_size=5), st.lists(RECORDS, min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_conditions_answered_together_say_what_each_says_alone(
        trees: list[Tree], records: list[dict[str, Any]]) -> None:
    together = tuple(map(condition, trees))
    for record in records:
        assert answers(together, record) == tuple(answer(one, record) for one in together)


@given(TREES | DEFINED, RECORDS, st.data())
@settings(max_examples=200, deadline=None)
def test_learning_a_missing_fact_never_turns_a_definite_answer(
        tree: Tree, record: dict[str, Any], data: st.DataObject) -> None:
    one = condition(tree)
    before = answer(one, record)
    known = {n: t for n, t in TYPES.items() if n.startswith("post.")}
    filled = {**{n: data.draw(values(t), label=n) for n, t in known.items()}, **record}
    for binds in ("claim", "appeal"):
        if binds not in filled:
            filled[binds] = tuple(data.draw(st.lists(some_of(binds + "."), max_size=2)))
        filled[binds] = tuple(
            {**{n: data.draw(values(t), label=n) for n, t in TYPES.items()
                if n.startswith(binds + ".")}, **element} for element in filled[binds])
    after = answer(one, filled)
    if before is not Answer.UNDETERMINED:
        assert after is before


@given(PARTS, some_of("post."))
@settings(max_examples=150, deadline=None)
def test_the_deciding_facts_alone_give_the_same_definite_answer(
        tree: Tree, record: dict[str, Any]) -> None:
    one = condition(tree)
    finding = evaluate(one, record, provision="1")
    if finding.answer is Answer.UNDETERMINED:
        return
    assert answer(one, dict(finding.facts)) is finding.answer


@given(PARTS, PARTS, RECORDS)
@settings(max_examples=120, deadline=None)
def test_de_morgan_holds_of_conditions(a: Expression, b: Expression, record: dict[str, Any],
                                       ) -> None:
    def said(tree: Tree) -> Answer:
        return answer(condition(tree), record)
    assert said(Not(part=And(parts=(a, b)))) is said(Or(parts=(Not(part=a), Not(part=b))))
    assert said(Not(part=Or(parts=(a, b)))) is said(And(parts=(Not(part=a), Not(part=b))))
    assert said(Unless(body=a, exceptions=(b,))) is said(And(parts=(a, Not(part=b))))
    assert said(Not(part=Not(part=a))) is said(a)


THREE = st.sampled_from(list(Answer))


@given(THREE, THREE, THREE)
def test_the_three_answers_obey_kleene(a: Answer, b: Answer, c: Answer) -> None:
    assert not_(not_(a)) is a
    assert and_([a, a]) is a is or_([a, a])
    assert and_([a, b]) is and_([b, a])
    assert or_([a, b]) is or_([b, a])
    assert and_([a, and_([b, c])]) is and_([a, b, c]) is and_([and_([a, b]), c])
    assert and_([a, or_([a, b])]) is a is or_([a, and_([a, b])])
    assert and_([a, or_([b, c])]) is or_([and_([a, b]), and_([a, c])])
    assert not_(and_([a, b])) is or_([not_(a), not_(b)])
    assert and_([]) is Answer.HOLDS
    assert or_([]) is Answer.DOES_NOT_HOLD
    # Unlike two-valued logic, "it holds or it does not" may itself be undetermined.
    assert (or_([a, not_(a)]) is Answer.UNDETERMINED) == (a is Answer.UNDETERMINED)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_each_part_dropped_leaves_another_condition(tree: Tree) -> None:
    for drop in drops(tree):
        assert drop.rest != tree or repr(drop.rest) != repr(tree)
        assert drop.wanted()
        assert parse(format_condition(drop.rest)) == drop.rest


@given(TREES, RECORDS)
@settings(max_examples=50, deadline=None)
def test_a_condition_travels_to_another_process(tree: Tree, record: dict[str, Any]) -> None:
    one = condition(tree)
    said = answer(one, record)
    there = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes
    assert there == one
    assert answer(there, record) is said
