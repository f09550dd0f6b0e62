"""One condition about one record: the finding, with the facts that decided it and why.

`answer.answer` is its twin without reasons, `columns` its twin over many records.

>>> from evenhand.rulebook.condition import read_condition
>>> from evenhand.rulebook.vocabulary import INTEGER, TRUTH, Fact, Vocabulary
>>> def fact(name, type): return Fact(name=name, type=type, meaning="", observer="", audience="")
>>> condition = read_condition("post.copies > 20 and not post.paid", vocabulary=Vocabulary.of(
...     [fact("post.copies", INTEGER), fact("post.paid", TRUTH)]))
>>> found = evaluate(condition, {"post.copies": 21}, provision="1")
>>> found.answer.value, found.missing
('undetermined', ('post.paid',))
>>> print(explain(found.why))
undetermined: post.copies > 20 and not post.paid
  holds: post.copies > 20 (post.copies = 21)
  undetermined: not post.paid
    undetermined: post.paid (missing: post.paid)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer, Finding, Reason, and_, not_, or_
from evenhand.rulebook.reading import ANSWERS, COMPARE, calculate, reader, share
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
    format_condition,
    format_value,
)
from evenhand.rulebook.values import check_elements
from evenhand.rulebook.vocabulary import Fact, Record, Value

Said = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """What one part of a condition says: `facts` decided it, `read` are all that it read."""

    reason: Reason
    facts: Said
    read: Said
    missing: tuple[str, ...] = ()
    bound: int | None = None

    @property
    def answer(self) -> Answer:
        return self.reason.answer


_Explain = Callable[[Mapping[str, Any]], _Step]


def evaluate(condition: Condition, record: Record, *, provision: str) -> Finding:
    """Find what a condition says of a record, and why; `provision` is the number it stands under.

    Raises `RecordError` if a value it reads is not of the type that its fact declares.
    """
    compiled = condition.compiled.get("evaluate")
    if compiled is None:
        by_name = {fact.name: fact for fact in condition.facts}
        compiled = condition.compiled["evaluate"] = _compile(condition.tree, by_name)
    step = compiled(record)
    return Finding(provision=provision, answer=step.answer, facts=_once(step.facts),
                   missing=_once(step.missing), bound=step.bound, why=step.reason)


def explain(reason: Reason | None) -> str:
    """Lay out a tree of reasons, one part a line, parts of a part indented."""
    if reason is None:
        return ""
    said = ", ".join(f"{name} = {format_value(value)}" for name, value in reason.said)
    if reason.missing:
        said += ("; " if said else "") + "missing: " + ", ".join(reason.missing)
    line = f"{reason.answer.value}: {reason.text}" + (f" ({said})" if said else "")
    return "\n".join([line, *("  " + x for part in reason.because
                              for x in explain(part).split("\n"))])


def _once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Each item where it first stands; `yes` and `1` are different though Python has them equal."""
    return tuple({(type(i[1]) if isinstance(i, tuple) else str, i): i for i in items}.values())


def _compile(node: Tree, facts: Mapping[str, Fact]) -> _Explain:
    match node:
        case Unless(body=body, exceptions=exceptions):
            return _all(format_condition(node), (
                _compile(body, facts),
                *(_not(f"unless {format_condition(e)}", _compile(e, facts)) for e in exceptions)))
        case ForSome():
            return _some(node, _compile(node.body, facts))
        case And(parts=parts):
            return _all(format_condition(node), tuple(_compile(p, facts) for p in parts))
        case Or(parts=parts):
            return _any(format_condition(node), tuple(_compile(p, facts) for p in parts))
        case Not(part=part):
            return _not(format_condition(node), _compile(part, facts))
        case Defined(name=name, body=body):
            return _defined(name, _compile(body, facts))
        case _:
            return _leaf(node, facts)


def _defined(name: str, body: _Explain) -> _Explain:
    def run(record: Mapping[str, Any]) -> _Step:
        step = body(record)
        return _Step(Reason(text=name, answer=step.answer, because=(step.reason,)),
                     step.facts, step.read, step.missing)
    return run


def _not(text: str, part: _Explain) -> _Explain:
    def run(record: Mapping[str, Any]) -> _Step:
        step = part(record)
        return _Step(Reason(text=text, answer=not_(step.answer), because=(step.reason,)),
                     step.facts, step.read, step.missing)
    return run


def _all(text: str, parts: tuple[_Explain, ...]) -> _Explain:
    def run(record: Mapping[str, Any]) -> _Step:
        steps = [part(record) for part in parts]
        return _joined(text, and_([s.answer for s in steps]), steps)
    return run


def _any(text: str, parts: tuple[_Explain, ...]) -> _Explain:
    def run(record: Mapping[str, Any]) -> _Step:
        steps = [part(record) for part in parts]
        return _joined(text, or_([s.answer for s in steps]), steps)
    return run


def _joined(text: str, answer: Answer, steps: list[_Step]) -> _Step:
    """Join parts: the facts that decided a definite answer are those of the parts that gave it."""
    read = tuple(fact for s in steps for fact in s.read)
    missing: tuple[str, ...] = ()
    facts = read
    if answer is Answer.UNDETERMINED:
        missing = tuple(name for s in steps if s.answer is answer for name in s.missing)
    else:
        facts = tuple(fact for s in steps if s.answer is answer for fact in s.facts)
    # Of a condition with its exceptions, the condition is what binds.
    return _Step(Reason(text=text, answer=answer, because=tuple(s.reason for s in steps)),
                 facts, read, missing, steps[0].bound)


def _some(node: ForSome, body: _Explain) -> _Explain:
    text, binds = format_condition(node), node.binds

    def run(record: Mapping[str, Any]) -> _Step:
        elements = record.get(binds)
        if elements is None:
            return _Step(Reason(text=text, answer=Answer.UNDETERMINED, missing=(binds,)),
                         (), (), (binds,))
        check_elements(binds, elements)
        if not elements:
            empty: Said = ((binds, ()),)
            return _Step(Reason(text=text, answer=Answer.DOES_NOT_HOLD, said=empty), empty, empty)
        steps = [body({**record, **element}) for element in elements]
        reasons = tuple(Reason(text=f"{node.phrase} {i}", answer=s.answer, because=(s.reason,))
                        for i, s in enumerate(steps, 1))
        answer = or_([s.answer for s in steps])
        read = tuple(fact for s in steps for fact in s.read)
        reason = Reason(text=text, answer=answer, because=reasons)
        deciding = [(i, s) for i, s in enumerate(steps) if s.answer is answer]
        first, step = deciding[0]
        if answer is Answer.HOLDS:
            return _Step(reason, step.facts, read, (), first)
        if answer is Answer.UNDETERMINED:
            missing = tuple(name for _, s in deciding for name in s.missing)
            return _Step(reason, read, read, missing, first)
        return _Step(reason, tuple(fact for _, s in deciding for fact in s.facts), read)
    return run


def _leaf(node: Tree, facts: Mapping[str, Fact]) -> _Explain:
    """A part without parts that answer: what it reads, strictly, and what it says of it."""
    text = format_condition(node)
    say = _compile_say(node, facts)

    def run(record: Mapping[str, Any]) -> _Step:
        reading = _Reading(record)
        found = say(reading)
        said, missing = tuple(reading.said), tuple(reading.missing) if found is None else ()
        reason = Reason(text=text, answer=ANSWERS[found], said=said, missing=missing)
        return _Step(reason, said, said, missing)
    return run


class _Reading:
    """What one leaf has read so far of a record."""

    __slots__ = ("missing", "record", "said")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self.said: list[tuple[str, Value]] = []
        self.missing: list[str] = []


_Say = Callable[[_Reading], Any]


def _compile_say(node: Tree, facts: Mapping[str, Fact]) -> _Say:
    match node:
        case Literal(value=value):
            return lambda reading: value
        case ListLiteral(items=items):
            values = tuple(i.value for i in items)
            return lambda reading: values
        case FactName(name=name):
            return _read(facts[name])
        case Count(of=of):
            counted = _compile_say(of, facts)
            return lambda reading: None if (v := counted(reading)) is None else len(v)
        case Comparison(operands=operands, operators=operators):
            return _compare(tuple(_compile_say(o, facts) for o in operands), operators)
        case Arithmetic(operator=sign, left=left, right=right):
            return _two(lambda a, b: calculate(sign, a, b), left, right, facts)
        case Membership(member=member, container=container, negated=negated):
            return _two(lambda a, b: (a in b) is not negated, member, container, facts)
        case Shares(left=left, right=right):
            return _two(share, left, right, facts)
        case _:
            raise AssertionError(f"no leaf of a sound condition is a {type(node).__name__}")


def _read(fact: Fact) -> _Say:
    read, name = reader(fact), fact.name

    def run(reading: _Reading) -> Any:
        value = read(reading.record)
        if value is None:
            reading.missing.append(name)
            return None
        reading.said.append((name, value))
        return value
    return run


def _two(function: Callable[[Any, Any], Any], left: Tree, right: Tree,
         facts: Mapping[str, Fact]) -> _Say:
    first, second = _compile_say(left, facts), _compile_say(right, facts)

    def run(reading: _Reading) -> Any:
        # Both sides are read, so that every missing fact is named.
        a, b = first(reading), second(reading)
        return None if a is None or b is None else function(a, b)
    return run


def _compare(operands: tuple[_Say, ...], operators: tuple[str, ...]) -> _Say:
    def run(reading: _Reading) -> bool | None:
        values = [read(reading) for read in operands]
        result: bool | None = True
        for (a, b), sign in zip(pairwise(values), operators, strict=True):
            if a is None or b is None:
                result = None
            elif not COMPARE[sign](a, b):
                return False
        return result
    return run
