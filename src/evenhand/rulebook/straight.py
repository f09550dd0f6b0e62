"""Conditions become one straight-line Python function that reads each fact of a record once.

Of `post.copies > 20 and not post.paid` it writes this, and compiles it where no builtins are:

    def answers(record):
        get = record.get
        f1 = get(k0)
        if f1 is not None and (f1.__class__ is not int or not -9007199254740992 <= f1 <= ...):
            f1 = read_closely(k1, f1)
        f2 = get(k3)
        if f2 is not None and (f2.__class__ is not bool):
            f2 = read_closely(k4, f2)
        a3 = HOLDS if ((f1 is not None and f1 > k2) and (f2 is False)) else (
            FAILS if ((f1 is not None and f1 <= k2) or f2) else OPEN)
        return (a3, )

Each part has two forms: one is true where the part holds, the other where it does not. Where
neither is, the part is undetermined, so Kleene's logic costs no more than short circuits. Values
that are reckoned, definitions and collections get a statement of their own before, in `None`,
`True` and `False`, and are shared by all who name them.

No text of a document reaches the compiler: names and written values are constants, by number.

>>> from evenhand.rulebook.condition import read_condition
>>> from evenhand.rulebook.vocabulary import INTEGER, Fact, Vocabulary
>>> copies = Fact(name="post.copies", type=INTEGER, meaning="", observer="", audience="")
>>> condition = read_condition("post.copies * 2 > 41", vocabulary=Vocabulary.of([copies]))
>>> straight([condition])({"post.copies": 21})
(<Answer.HOLDS: 'holds'>,)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import pairwise
from typing import Any

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.reach import family
from evenhand.rulebook.reading import CLASSES, calculate, read_closely, share, type_of
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
    children,
    walk,
)
from evenhand.rulebook.values import check_elements
from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Fact, PresumedFact, Record

INVERSE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""No value is NaN, so that a comparison fails where its inverse holds."""

_UNUSUAL = {
    "integer": f" or not {-GREATEST_INTEGER} <= {{0}} <= {GREATEST_INTEGER}",
    "number": " or {0} - {0} != 0.0",  # neither NaN nor infinity equals zero less itself
    "instant": " or {0}.tzinfo is not UTC",
}
"""What else, besides its class, sends a value to be looked at closely."""

Answers = Callable[[Record], tuple[Answer, ...]]


def straight(conditions: Sequence[Condition]) -> Answers:
    """Compile conditions to one function that answers all of them, in order, about one record.

    What several clauses say alike is answered once.
    """
    once = {condition: n for n, condition in enumerate(dict.fromkeys(conditions))}
    answer = _Writer(tuple(once)).compile()
    if len(once) == len(conditions):
        return answer
    places = [once[condition] for condition in conditions]
    return lambda record: tuple(map(answer(record).__getitem__, places))


@dataclass(frozen=True, slots=True)
class _Value:
    """The text of a value, and the names that must not be None for it to be known."""

    text: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """The texts that are true where a part holds, and where it does not."""

    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class _Block:
    """Statements that are written one after the other: of the record, or of one element."""

    binds: str
    indent: str
    lines: list[str] = field(default_factory=list)
    names: dict[tuple[str, tuple[Fact, ...]], str] = field(default_factory=dict)

    def write(self, *lines: str) -> None:
        self.lines.extend(self.indent + line for line in lines)


class _Writer:
    """Writes the function. `blocks` are those open at the moment, the record's first."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = conditions
        self.given: dict[str, Any] = {
            "HOLDS": Answer.HOLDS, "FAILS": Answer.DOES_NOT_HOLD, "OPEN": Answer.UNDETERMINED,
            "UTC": UTC, "read_closely": read_closely, "calculate": calculate, "share": share,
            "check_elements": check_elements, "len": len, "dict": dict,
            **{c.__name__: c for c in CLASSES.values()}}
        self.constants: dict[tuple[type, Any], str] = {}
        self.facts: dict[str, Fact] = {}
        self.locals: dict[Fact, str] = {}
        self.elements: dict[str, list[Fact]] = {}
        self.collections: dict[str, str] = {}
        self.blocks = [_Block("", "    ")]
        self.count = 0

    def compile(self) -> Answers:
        """Write every condition, and have Python compile what was written."""
        record = self.blocks[0]
        record.write("get = record.get")
        self.find_elements()
        answers = []
        for condition in self.conditions:
            self.facts = {fact.name: fact for fact in condition.facts}
            part = self.part(condition.tree)
            answers.append(self.fresh("a"))
            record.write(f"{answers[-1]} = HOLDS if {part.yes} else FAILS if {part.no} else OPEN")
        record.write(f"return ({''.join(a + ', ' for a in answers)})")
        text = "\n".join(["def answers(record):", *record.lines])
        names = {"__builtins__": {}, **self.given, **{k: v[1] for v, k in self.constants.items()}}
        # The text is ours to the last letter: whatever a document says is a constant in `names`.
        exec(compile(text, "<conditions>", "exec"), names)  # noqa: S102
        compiled: Answers = names["answers"]
        return compiled

    def find_elements(self) -> None:
        """The facts that the elements of each collection are asked for, by any condition."""
        for condition in self.conditions:
            for node in walk(condition.tree):
                if isinstance(node, ForSome):
                    self.elements.setdefault(node.binds, [])
        for condition in self.conditions:
            for fact in condition.facts:
                binds = fact.name.split(".", 1)[0]
                if binds in self.elements and fact not in self.locals:
                    self.elements[binds].append(fact)
                    self.locals[fact] = self.fresh("f")

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def constant(self, value: Any) -> str:
        """The name of a constant. Python holds 1, 1.0 and yes for equal; here they are not."""
        return self.constants.setdefault((value.__class__, value), f"k{len(self.constants)}")

    # --- what must be read ---

    def fact(self, name: str) -> str:
        """The local name of a fact; the first use of one of the record writes its reading."""
        fact = self.facts[name]
        if fact not in self.locals:
            self.locals[fact] = self.fresh("f")
            self.blocks[0].write(*self.reading(fact, "get"))
        return self.locals[fact]

    def reading(self, fact: Fact, get: str) -> list[str]:
        local, type_name = self.locals[fact], fact.type.name
        unusual = f"{local}.__class__ is not {CLASSES[type_name].__name__}" \
            + _UNUSUAL.get(type_name, "").format(local)
        lines = [f"{local} = {get}({self.constant(fact.name)})",
                 f"if {local} is not None and ({unusual}):",
                 f"    {local} = read_closely({self.constant(fact)}, {local})"]
        if isinstance(fact, PresumedFact):
            lines += [f"if {local} is None:", f"    {local} = {self.constant(fact.presumed)}"]
        return lines

    def collection(self, binds: str) -> str:
        """The local name of a collection: None, or what was read of each of its elements."""
        if binds not in self.collections:
            local, name = self.fresh("c"), self.constant(binds)
            self.collections[binds] = local
            facts = self.elements[binds]
            self.blocks[0].write(
                f"{local} = get({name})",
                f"if {local} is not None:",
                f"    if {local}.__class__ is not tuple:",
                f"        check_elements({name}, {local})",
                "    rows = []",
                f"    for element in {local}:",
                "        if element.__class__ is not dict:",
                f"            check_elements({name}, {local})",
                "        get_element = element.get",
                *("        " + x for f in facts for x in self.reading(f, "get_element")),
                f"        rows.append(({''.join(self.locals[f] + ', ' for f in facts)}))",
                f"    {local} = rows")
        return self.collections[binds]

    # --- parts that answer ---

    def part(self, node: Tree) -> _Part:
        match node:
            case Unless(body=body, exceptions=exceptions):
                return _all([self.part(body), *(_not(self.part(e)) for e in exceptions)])
            case And(parts=parts):
                return _all([self.part(p) for p in parts])
            case Or(parts=parts):
                return _not(_all([_not(self.part(p)) for p in parts]))
            case Not(part=part):
                return _not(self.part(part))
            case Comparison(operands=operands, operators=operators):
                return self.comparison([self.value(o) for o in operands], operators)
            case Membership(member=member, container=container, negated=negated):
                found = self.membership(self.value(member), container)
                return _not(found) if negated else found
            case Shares(left=left, right=right):
                a, b = self.value(left), self.value(right)
                return _two(f"share({a.text}, {b.text})", f"not share({a.text}, {b.text})", a, b)
            case FactName(name=name):
                return _three(self.fact(name))
            case ForSome() | Defined():
                return _three(self.once(node))
        raise AssertionError(f"no part of a sound condition is a {type(node).__name__}")

    def comparison(self, values: list[_Value], operators: Sequence[str]) -> _Part:
        # `a < b < c` is `a < b and b < c`: one part that does not hold decides.
        return _all([_two(f"{a.text} {sign} {b.text}", f"{a.text} {INVERSE[sign]} {b.text}", a, b)
                     for (a, b), sign in zip(pairwise(values), operators, strict=True)])

    def membership(self, member: _Value, container: Tree) -> _Part:
        if isinstance(container, ListLiteral):
            within = _Value(self.constant(frozenset(i.value for i in container.items)))
        else:
            within = self.value(container)
        return _two(f"{member.text} in {within.text}", f"{member.text} not in {within.text}",
                    member, within)

    # --- values, and what is found out once ---

    def value(self, node: Tree) -> _Value:
        match node:
            case Literal(value=value):
                return _Value(self.constant(value))
            case ListLiteral(items=items):
                return _Value(self.constant(tuple(i.value for i in items)))
            case FactName(name=name):
                local = self.fact(name)
                return _Value(local, (local,))
            case Count(of=of):
                counted = self.value(of)
                return _Value(f"len({counted.text})", counted.needs)
            case Arithmetic():
                local = self.once(node)
                return _Value(local, (local,))
        raise AssertionError(f"no value of a sound condition is a {type(node).__name__}")

    def once(self, node: Arithmetic | ForSome | Defined) -> str:
        """The local name of what is found out once, in the innermost block whose facts it names."""
        heads = _heads(node)
        deepest = max(i for i, b in enumerate(self.blocks) if i == 0 or b.binds in heads)
        held, self.blocks = self.blocks, self.blocks[:deepest + 1]
        facts = tuple(self.facts[n.name] for n in walk(node) if isinstance(n, FactName))
        key = (repr(node), facts)
        block = self.blocks[-1]
        if key not in block.names:
            match node:
                case Arithmetic():
                    block.names[key] = self.arithmetic(node, block)
                case ForSome():
                    block.names[key] = self.some(node, block)
                case Defined(body=body):
                    part, local = self.part(body), self.fresh("d")
                    block.write(f"{local} = True if {part.yes} else False if {part.no} else None")
                    block.names[key] = local
        self.blocks = held
        return block.names[key]

    def arithmetic(self, node: Arithmetic, block: _Block) -> str:
        operands, sign = (node.left, node.right), node.operator
        left, right = (self.value(o) for o in operands)
        local, known = self.fresh("v"), _known(left, right) or "True"
        if family(type_of(node, self.facts)) != "number":
            block.write(f"{local} = calculate({self.constant(sign)}, {left.text}, {right.text}) "
                        f"if {known} else None")
            return local
        a, b = (v.text if type_of(o, self.facts).name == "number" else f"float({v.text})"
                for o, v in zip(operands, (left, right), strict=True))
        block.write(f"{local} = {a} {sign} {b} if {known} else None",
                    f"if {local} is not None and {local} - {local} != 0.0:",
                    f"    {local} = None")
        return local

    def some(self, node: ForSome, block: _Block) -> str:
        rows = self.collection(node.binds)
        inner = _Block(node.binds, block.indent + "        ")
        self.blocks.append(inner)
        body = self.part(node.body)
        self.blocks.pop()
        local = self.fresh("s")
        facts = "".join(self.locals[f] + ", " for f in self.elements[node.binds])
        block.write(f"{local} = None", f"if {rows} is not None:", f"    {local} = False",
                    f"    for {facts or '_'} in {rows}:")
        inner.write(f"if {body.yes}:", f"    {local} = True", "    break",
                    f"if not {body.no}:", f"    {local} = None")
        block.lines.extend(inner.lines)
        return local


def _heads(node: Tree) -> frozenset[str]:
    """The first words of the facts that a node names, without those that it binds itself."""
    if isinstance(node, FactName):
        return frozenset({node.name.split(".", 1)[0]})
    within = frozenset[str]().union(*(_heads(child) for child in children(node)))
    return within - {node.binds} if isinstance(node, ForSome) else within


def _known(*values: _Value) -> str:
    return " and ".join(f"{n} is not None" for n in dict.fromkeys(
        need for value in values for need in value.needs))


def _two(yes: str, no: str, a: _Value, b: _Value) -> _Part:
    """A part of two values, both of which must be known for either answer."""
    known = _known(a, b)
    before = known + " and " if known else ""
    return _Part(f"({before}{yes})", f"({before}{no})")


def _three(local: str) -> _Part:
    return _Part(local, f"({local} is False)")


def _not(part: _Part) -> _Part:
    return _Part(part.no, part.yes)


def _all(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    return _Part("(" + " and ".join(p.yes for p in parts) + ")",
                 "(" + " or ".join(p.no for p in parts) + ")")
