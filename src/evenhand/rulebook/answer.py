"""The answer alone, without the reasons: the tree compiled once to closures, for the many records.

`evaluate.evaluate` is its twin with reasons; both say the same of every record.

>>> from evenhand.rulebook.condition import read_condition
>>> from evenhand.rulebook.vocabulary import INTEGER, Fact, Vocabulary
>>> copies = Fact(name="post.copies", type=INTEGER, meaning="posts with the same text",
...               observer="the post signal", audience="author")
>>> condition = read_condition("post.copies > 20", vocabulary=Vocabulary.of([copies]))
>>> answer(condition, {"post.copies": 21}), answer(condition, {})
(<Answer.HOLDS: 'holds'>, <Answer.UNDETERMINED: 'undetermined'>)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.syntax import (
    And,
    Arithmetic,
    Comparison,
    Count,
    Defined,
    FactName,
    ForSome,
    ListLiteral,
    Literal,
    Membership,
    Not,
    Or,
    Shares,
    Tree,
    Unless,
)
from evenhand.rulebook.values import check_elements, check_value
from evenhand.rulebook.vocabulary import Fact, Record

Facts = Mapping[str, Any]
Three = Callable[[Facts], bool | None]
"""A condition compiled: True, False, or None for undetermined."""
Reader = Callable[[Facts], Any]
"""A value compiled: the value, or None for unknown."""

ANSWERS = {True: Answer.HOLDS, False: Answer.DOES_NOT_HOLD, None: Answer.UNDETERMINED}

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul}

_CLASSES: dict[str, type] = {"truth": bool, "integer": int, "text": str, "choice": str,
                             "duration": timedelta, "list": tuple}


def answer(condition: Condition, record: Record) -> Answer:
    """Answer one condition about one record; raises `RecordError` for a value of a wrong type.

    Whether a choice is among its choices, and a list's elements of their type, is left to
    `check_record`.
    """
    compiled = condition.compiled.get("answer")
    if compiled is None:
        by_name = {fact.name: fact for fact in condition.facts}
        compiled = condition.compiled["answer"] = compile_answer(condition.tree, by_name)
    return ANSWERS[compiled(record)]


def compile_answer(node: Tree, facts: Mapping[str, Fact]) -> Three:
    """Compile a condition whose facts are declared in `facts`."""
    match node:
        case Unless(body=body, exceptions=exceptions):
            return _all((compile_answer(body, facts),
                         *(_not(compile_answer(e, facts)) for e in exceptions)))
        case ForSome(body=body, binds=binds):
            return _some(compile_answer(body, facts), binds)
        case Defined(body=body):
            return compile_answer(body, facts)
        case And(parts=parts):
            return _all(tuple(compile_answer(p, facts) for p in parts))
        case Or(parts=parts):
            return _any(tuple(compile_answer(p, facts) for p in parts))
        case Not(part=part):
            return _not(compile_answer(part, facts))
        case Comparison():
            return _comparison(node, facts)
        case Membership(member=member, container=container, negated=negated):
            return _membership(compile_value(member, facts), compile_value(container, facts),
                               negated)
        case Shares(left=left, right=right):
            return _shares(compile_value(left, facts), compile_value(right, facts))
        case _:
            return compile_value(node, facts)


def compile_value(node: Tree, facts: Mapping[str, Fact]) -> Reader:
    """Compile a value whose facts are declared in `facts`."""
    match node:
        case Literal(value=value):
            return lambda record: value
        case ListLiteral(items=items):
            values = tuple(i.value for i in items)
            return lambda record: values
        case FactName(name=name):
            return compile_fact(facts[name])
        case Count(of=of):
            counted = compile_value(of, facts)
            return lambda record: None if (found := counted(record)) is None else len(found)
        case Arithmetic(operator=sign, left=left, right=right):
            return _arithmetic(sign, compile_value(left, facts), compile_value(right, facts))
        case _:
            return compile_answer(node, facts)


def compile_fact(fact: Fact) -> Reader:
    """Read one fact: its value, None where it is missing or NaN; `RecordError` if it is wrong."""
    name, wanted = fact.name, fact.type.name
    if wanted == "number":
        def read_number(record: Facts) -> Any:
            value = record.get(name)
            # Neither NaN nor infinity equals zero once it is taken from itself.
            if value.__class__ is float and value - value == 0.0:
                return value
            return _read_slowly(fact, value)
        return read_number
    if wanted == "instant":
        def read_instant(record: Facts) -> Any:
            value = record.get(name)
            if value.__class__ is datetime and value.tzinfo is not None:
                return value
            return _read_slowly(fact, value)
        return read_instant
    expected = _CLASSES[wanted]

    def read(record: Facts) -> Any:
        value = record.get(name)
        return value if value.__class__ is expected else _read_slowly(fact, value)
    return read


def _read_slowly(fact: Fact, value: Any) -> Any:
    """The same for a missing, unusual or wrong value."""
    if value is None:
        return None
    check_value(fact, value)
    if fact.type.name == "number":
        return None if value != value else float(value)
    return value


def calculate(sign: str, a: Any, b: Any) -> Any:
    """Apply `+`, `-` or `*`: numbers in float64; None for what lies beyond any value."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        value = ARITHMETIC[sign](float(a), float(b))
        return value if value - value == 0.0 else None
    try:
        return ARITHMETIC[sign](a, b)
    except OverflowError:
        return None


def _arithmetic(sign: str, left: Reader, right: Reader) -> Reader:
    def run(record: Facts) -> Any:
        a, b = left(record), right(record)
        return None if a is None or b is None else calculate(sign, a, b)
    return run


def _comparison(node: Comparison, facts: Mapping[str, Fact]) -> Three:
    operands = tuple(compile_value(o, facts) for o in node.operands)
    signs = tuple(COMPARE[o] for o in node.operators)
    if len(signs) == 1:
        compare, (left, right) = signs[0], operands
        last = node.operands[1]
        if isinstance(last, Literal):
            value = last.value

            def against(record: Facts) -> bool | None:
                a = left(record)
                return None if a is None else compare(a, value)
            return against

        def pair(record: Facts) -> bool | None:
            a, b = left(record), right(record)
            return None if a is None or b is None else compare(a, b)
        return pair

    def chain(record: Facts) -> bool | None:
        # `a < b < c` is `a < b and b < c`: one part that does not hold decides.
        values = [read(record) for read in operands]
        result: bool | None = True
        for i, sign in enumerate(signs):
            a, b = values[i], values[i + 1]
            if a is None or b is None:
                result = None
            elif not sign(a, b):
                return False
        return result
    return chain


def _membership(member: Reader, container: Reader, negated: bool) -> Three:
    def run(record: Facts) -> bool | None:
        a, b = member(record), container(record)
        return None if a is None or b is None else (a in b) is not negated
    return run


def _shares(left: Reader, right: Reader) -> Three:
    def run(record: Facts) -> bool | None:
        a, b = left(record), right(record)
        return None if a is None or b is None else any(x in b for x in a)
    return run


def _not(part: Three) -> Three:
    def run(record: Facts) -> bool | None:
        found = part(record)
        return None if found is None else not found
    return run


def _all(parts: tuple[Three, ...]) -> Three:
    def run(record: Facts) -> bool | None:
        result: bool | None = True
        for part in parts:
            found = part(record)
            if found is False:
                return False
            if found is None:
                result = None
        return result
    return run


def _any(parts: tuple[Three, ...]) -> Three:
    def run(record: Facts) -> bool | None:
        result: bool | None = False
        for part in parts:
            found = part(record)
            if found is True:
                return True
            if found is None:
                result = None
        return result
    return run


def _some(body: Three, binds: str) -> Three:
    def run(record: Facts) -> bool | None:
        elements = record.get(binds)
        if elements is None:
            return None
        if elements.__class__ is not tuple:
            check_elements(binds, elements)
        result: bool | None = False
        for element in elements:
            if element.__class__ is not dict and not isinstance(element, Mapping):
                check_elements(binds, elements)
            found = body({**record, **element})
            if found is True:
                return True
            if found is None:
                result = None
        return result
    return run
