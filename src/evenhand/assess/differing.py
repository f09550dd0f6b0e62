"""The smallest facts on which two readings of the law part ways, found by a solver.

Every condition is told to the solver with its three answers, and what each reading concludes of
them; asked for is the record with the fewest facts of which the two conclude differently. What it
finds is held against the readings themselves before anybody sees it.

The solver is z3, of the extra `[law]`; nothing else of Evenhand needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from evenhand.assess.combine import conclude
from evenhand.errors import EvenhandError
from evenhand.law.conclusion import OPPOSITE, Conclusion
from evenhand.law.regimes import Reading
from evenhand.rulebook.answer import answer
from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.syntax import (
    And,
    Arithmetic,
    Comparison,
    Defined,
    FactName,
    ListLiteral,
    Literal,
    Membership,
    Not,
    Or,
    Tree,
    Unless,
    walk,
)
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Fact, PresumedFact, Record, Scalar, Value

if TYPE_CHECKING:
    import z3

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE = 30_000
"""Milliseconds that the solver may think about one pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """A record with the fewest facts of which two readings conclude differently."""

    record: Record
    one: Conclusion
    other: Conclusion


def part(one: Reading, other: Reading) -> Parting | None:
    """The smallest facts on which two readings part ways; None where they never do.

    Parted they are where both say something and one says the opposite of the other; and where no
    facts bring that about, where what they say differs at all. Raises `EvenhandError` for readings
    that cannot be told to the solver, or of which it finds out nothing in time.
    """
    z3 = _solver()
    facts = _Facts(z3, (*_conditions(one), *_conditions(other)))
    said = [_Said(facts, reading) for reading in (one, other)]
    opposite = z3.Or(*(z3.And(said[0].says(c), said[1].says(OPPOSITE[c])) for c in OPPOSITE))
    differs = z3.Or(*(z3.And(said[0].says(c), z3.Not(said[1].says(c))) for c in Conclusion))
    for parted in (opposite, differs):
        record = facts.smallest(parted)
        if record is not None:
            found = [conclusion_of(reading, record) for reading in (one, other)]
            assert found[0] is not found[1], f"{one.id} and {other.id} are not parted by {record}"
            return Parting(record=record, one=found[0], other=found[1])
    return None


def conclusion_of(reading: Reading, record: Record) -> Conclusion:
    """What a reading concludes of a record, wherever and whenever it is in force."""
    rule = reading.rule
    return conclude(
        reading.then, holds=answer(rule.condition, record),
        applies=Answer.HOLDS if rule.applies is None else answer(rule.applies, record))


def _conditions(reading: Reading) -> Sequence[Condition]:
    rule = reading.rule
    return (rule.condition,) if rule.applies is None else (rule.applies, rule.condition)


def _solver() -> Any:
    try:
        import z3
    except ImportError:
        raise EvenhandError("the solver is not installed", where="law differ",
                            hint="it comes with the extra: pip install 'evenhand[law]'") from None
    return z3


@dataclass(frozen=True, slots=True)
class Three:
    """An answer as the solver has it: when it is yes, and when it is no; else undetermined."""

    yes: z3.BoolRef
    no: z3.BoolRef


@dataclass(frozen=True, slots=True)
class _Value:
    """A value as the solver has it, and when it is known."""

    known: z3.BoolRef
    value: Any


@dataclass(slots=True)
class _Facts:
    """The facts of some conditions as unknowns of the solver: whether each is known, and what."""

    z3: Any
    conditions: Iterable[Condition]
    by_name: dict[str, Fact] = field(init=False)
    stated: dict[str, z3.BoolRef] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    bounds: list[z3.BoolRef] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A fact may be presumed by one reading and not by the other: what it is, is the same.
        self.by_name = {f.name: f for c in self.conditions for f in c.facts}
        for name, fact in self.by_name.items():
            self.stated[name] = self.z3.Bool(f"known {name}")
            self.values[name] = self._unknown(fact)

    def _unknown(self, fact: Fact) -> Any:
        z3, name = self.z3, fact.name
        match fact.type.name:
            case "truth":
                return z3.Bool(name)
            case "choice" | "text":
                text = z3.String(name)
                if fact.type.choices:
                    self.bounds.append(z3.Or(*(text == c for c in fact.type.choices)))
                return text
            case "integer" | "instant" | "duration":
                whole = z3.Int(name)
                least, most = self._limits(fact)
                self.bounds += [whole >= least, whole <= most]
                return whole
            case "number":
                number = z3.Real(name)
                self.bounds += [number >= (-GREATEST_INTEGER if fact.low is None else fact.low),
                                number <= (GREATEST_INTEGER if fact.high is None else fact.high)]
                return number
            case _:
                raise EvenhandError(f"`{name}` is {fact.type.describe()}, of which the solver "
                                    "cannot be told", where="law differ")

    def _limits(self, fact: Fact) -> tuple[int, int]:
        if fact.type.name == "instant":
            return (_number(datetime(1, 1, 1, tzinfo=UTC)),
                    _number(datetime(9999, 12, 31, tzinfo=UTC)))
        least, most = -GREATEST_INTEGER, GREATEST_INTEGER
        return (least if fact.low is None else int(fact.low),
                most if fact.high is None else int(fact.high))

    def read(self, fact: Fact) -> _Value:
        """What a condition reads of a fact: what is stated, else what it presumes."""
        z3, name = self.z3, fact.name
        if not isinstance(fact, PresumedFact):
            return _Value(self.stated[name], self.values[name])
        presumed = _constant(z3, fact.presumed)
        return _Value(z3.BoolVal(True), z3.If(self.stated[name], self.values[name], presumed))

    def smallest(self, parted: z3.BoolRef) -> Record | None:
        """The record with the fewest facts of which something is true; None where none is."""
        z3 = self.z3
        optimize = z3.Optimize()
        optimize.set("timeout", PATIENCE)
        optimize.add(*self.bounds, parted)
        for name in self.by_name:
            optimize.add_soft(z3.Not(self.stated[name]), 100)
        # Of as many facts, those that an ordinary case has: no rather than yes, the first choice.
        for name, fact in self.by_name.items():
            plain = self._plainest(fact)
            if plain is not None:
                optimize.add_soft(self.values[name] == plain, 1)
        found = optimize.check()
        if found == z3.unsat:
            return None
        if found != z3.sat:
            raise EvenhandError("the solver found out nothing in time", where="law differ")
        model = optimize.model()
        return {name: self._told(fact, model) for name, fact in self.by_name.items()
                if z3.is_true(model.eval(self.stated[name], model_completion=True))}

    def _plainest(self, fact: Fact) -> Any:
        if fact.type.name == "truth":
            return self.z3.BoolVal(False)
        return fact.type.choices[0] if fact.type.choices else None

    def _told(self, fact: Fact, model: Any) -> Value:
        z3, found = self.z3, model.eval(self.values[fact.name], model_completion=True)
        match fact.type.name:
            case "truth":
                return bool(z3.is_true(found))
            case "choice" | "text":
                return str(found.as_string())
            case "instant":
                return EPOCH + timedelta(microseconds=found.as_long())
            case "duration":
                return timedelta(microseconds=found.as_long())
            case "integer":
                return int(found.as_long())
            case _:
                return float(found.as_fraction())


@dataclass(slots=True)
class _Said:
    """When a reading concludes what."""

    facts: _Facts
    reading: Reading

    def says(self, conclusion: Conclusion) -> z3.BoolRef:
        """When it concludes this."""
        z3, rule, then = self.facts.z3, self.reading.rule, self.reading.then
        holds = three_of(self.facts, rule.condition)
        applies = Three(z3.BoolVal(True), z3.BoolVal(False)) if rule.applies is None \
            else three_of(self.facts, rule.applies)
        sure = z3.And(applies.yes, z3.Or(holds.yes, holds.no))
        when = {
            Conclusion.NOT_APPLICABLE: [applies.no],
            Conclusion.UNDETERMINED: [z3.And(z3.Not(applies.no), z3.Not(sure))]}
        when.setdefault(then.holds, []).append(z3.And(applies.yes, holds.yes))
        when.setdefault(then.otherwise, []).append(z3.And(applies.yes, holds.no))
        return z3.Or(*when.get(conclusion, [z3.BoolVal(False)]))


def three_of(facts: _Facts, condition: Condition) -> Three:
    """A condition as the solver has it."""
    declared = {fact.name: fact for fact in condition.facts}
    return _three(facts.z3, condition.tree, lambda name: facts.read(declared[name]))


def _three(z3: Any, node: Tree, read: Callable[[str], _Value]) -> Three:
    """Kleene's answers of a part."""
    match node:
        case Unless(body=body, exceptions=exceptions):
            parts = [_three(z3, body, read), *(_not(_three(z3, e, read)) for e in exceptions)]
            return _all(z3, parts)
        case And(parts=parts):
            return _all(z3, [_three(z3, p, read) for p in parts])
        case Or(parts=parts):
            return _not(_all(z3, [_not(_three(z3, p, read)) for p in parts]))
        case Not(part=inner):
            return _not(_three(z3, inner, read))
        case Defined(body=body):
            return _three(z3, body, read)
        case FactName(name=name):
            value = read(name)
            return Three(z3.And(value.known, value.value),
                         z3.And(value.known, z3.Not(value.value)))
        case Literal(value=bool() as truth):
            return Three(z3.BoolVal(truth), z3.BoolVal(not truth))
        case Comparison(operands=operands, operators=operators):
            values = [_value(z3, o, read) for o in operands]
            return _all(z3, [_compared(z3, a, sign, b) for (a, b), sign in zip(
                pairwise(values), operators, strict=True)])
        case Membership(member=member, container=ListLiteral(items=items), negated=negated):
            value = _value(z3, member, read)
            among = z3.Or(*(value.value == _constant(z3, i.value) for i in items))
            found = Three(z3.And(value.known, among), z3.And(value.known, z3.Not(among)))
            return _not(found) if negated else found
        case _:
            raise EvenhandError(f"the solver cannot be told of a {type(node).__name__.lower()}",
                                where="law differ")


def _compared(z3: Any, left: _Value, sign: str, right: _Value) -> Three:
    a, b = left.value, right.value
    true = {"==": lambda: a == b, "!=": lambda: a != b, "<": lambda: a < b, "<=": lambda: a <= b,
            ">": lambda: a > b, ">=": lambda: a >= b}[sign]()
    known = z3.And(left.known, right.known)
    return Three(z3.And(known, true), z3.And(known, z3.Not(true)))


def _value(z3: Any, node: Tree, read: Callable[[str], _Value]) -> _Value:
    match node:
        case FactName(name=name):
            return read(name)
        case Literal(value=value):
            return _Value(z3.BoolVal(True), _constant(z3, value))
        case Arithmetic(operator=operator, left=left, right=right):
            a, b = _value(z3, left, read), _value(z3, right, read)
            value = {"+": lambda: a.value + b.value, "-": lambda: a.value - b.value,
                     "*": lambda: a.value * b.value}[operator]()
            return _Value(z3.And(a.known, b.known), value)
        case _:
            raise EvenhandError(f"the solver cannot be told of a {type(node).__name__.lower()}",
                                where="law differ")


def _not(three: Three) -> Three:
    return Three(three.no, three.yes)


def _all(z3: Any, parts: Sequence[Three]) -> Three:
    return Three(z3.And(*(p.yes for p in parts)), z3.Or(*(p.no for p in parts)))


def _constant(z3: Any, value: Scalar) -> Any:
    match value:
        case bool():
            return z3.BoolVal(value)
        case str():
            return z3.StringVal(value)
        case float():
            return z3.RealVal(repr(value))
        case _:
            return z3.IntVal(_number(value))


def _number(value: int | datetime | timedelta) -> int:
    """A value as a whole number: instants and durations in microseconds."""
    if isinstance(value, datetime):
        value = value - EPOCH
    return value // timedelta(microseconds=1) if isinstance(value, timedelta) else value


def facts_named(reading: Reading) -> tuple[str, ...]:
    """Every fact that a reading asks for, in the order of first naming."""
    return tuple(dict.fromkeys(n.name for c in _conditions(reading) for n in walk(c.tree)
                               if isinstance(n, FactName)))
