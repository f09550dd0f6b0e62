"""Whether a condition makes sense in its vocabulary: names, types, and whether it can hold.

Each mistake is told where it stands; a part that is wrong has no type, and is not blamed twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.reach import decide, describe_reach, family, reach
from evenhand.rulebook.syntax import (
    And,
    Arithmetic,
    Comparison,
    Count,
    Defined,
    Expression,
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
    format_condition,
    format_value,
    walk,
)
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TRUTH,
    Type,
    Vocabulary,
    list_of,
)
from evenhand.rulebook.wording import say_alike, say_more, type_of_literal


def check_sound(tree: Tree, *, vocabulary: Vocabulary, source: Source,
                problems: list[DraftingError], defines: tuple[str, ...] = (),
                inside_define: bool = False) -> None:
    """Add every mistake of a parsed condition to `problems`.

    `defines` are the names of the document's definitions, to suggest. The body of a `define` may
    speak of the elements of any collection: where it is used decides whether it may.
    """
    everywhere = frozenset(c.binds for c in vocabulary.collections.values())
    _Sound(vocabulary, source, problems, defines).condition(
        tree, everywhere if inside_define else frozenset())


class _Sound:
    def __init__(self, vocabulary: Vocabulary, source: Source, problems: list[DraftingError],
                 defines: tuple[str, ...]) -> None:
        self.vocabulary, self.source, self.problems = vocabulary, source, problems
        self.defines = defines

    def wrong(self, node: Tree, what: str, hint: str | None = None) -> None:
        span = node.span
        length = span.end_column - span.column if span.end_line == span.line else None
        self.problems.append(self.source.mistake(what, line=span.line, column=span.column,
                                                 length=length, hint=hint))

    def condition(self, tree: Tree, bound: frozenset[str]) -> None:
        """Check a part that must say yes or no."""
        match tree:
            case Unless(body=body, exceptions=exceptions):
                self.condition(body, bound)
                for exception in exceptions:
                    self.condition(exception, bound)
            case ForSome(body=body, binds=binds, phrase=phrase):
                self.condition(body, bound | {binds})
                if not any(isinstance(n, FactName) and n.name.split(".", 1)[0] == binds
                           for n in walk(body)):
                    self.wrong(body, f"nothing here is about the {phrase}",
                               f"name one of its facts, `{binds}.…`, or take the `for` away")
            case And(parts=parts) | Or(parts=parts):
                for part in parts:
                    self.condition(part, bound)
                said: set[str] = set()
                for part in parts:
                    text = format_condition(part)
                    if text in said:
                        self.wrong(part, "this part stands here twice", "take one of them out")
                    said.add(text)
            case Not(part=part):
                self.condition(part, bound)
            case Literal(value=bool() as value):
                self.wrong(tree, f"`{'yes' if value else 'no'}` alone always says the same",
                           "name a fact, or take it out")
            case _:
                found = self.type(tree, bound)
                if found is not None and found.name != "truth":
                    self.wrong(tree, f"`{format_condition(tree)}` is {found.describe()}, which "
                               "neither holds nor does not", say_more(found, tree))

    def type(self, node: Tree, bound: frozenset[str]) -> Type | None:
        """The type of a value, or None where a mistake leaves none."""
        match node:
            case Literal(value=value):
                return type_of_literal(value)
            case FactName():
                return self.fact(node, bound)
            case Defined():
                return self.defined(node, bound)
            case ListLiteral():
                return self.list_literal(node)
            case Comparison():
                self.comparison(node, bound)
                return TRUTH
            case Membership():
                self.membership(node, bound)
                return TRUTH
            case Shares():
                self.shares(node, bound)
                return TRUTH
            case Count(of=of):
                found = self.type(of, bound)
                if found is not None and found.name != "list":
                    self.wrong(of, f"`{format_condition(of)}` is {found.describe()}, not a list",
                               "`count` counts the elements of a list")
                elif isinstance(of, ListLiteral):
                    self.wrong(node, "this counts a list that is written here",
                               f"write its number: `{len(of.items)}`")
                return INTEGER
            case Arithmetic():
                return self.arithmetic(node, bound)
            case _:
                self.condition(node, bound)
                return TRUTH

    def fact(self, node: FactName, bound: frozenset[str]) -> Type | None:
        fact = self.vocabulary.facts.get(node.name)
        collection = self.vocabulary.collection_of(node.name)
        if fact is None:
            if collection is not None and collection.binds == node.name:
                example = next((f for f in self.vocabulary.facts
                                if f.startswith(node.name + ".")), None)
                self.wrong(node, f"`{node.name}` is a thing, not one of its facts",
                           f"name the fact, such as `{example}`" if example else None)
            else:
                self.wrong(node, f"`{node.name}` is not a declared fact",
                           suggest(node.name, [*self.vocabulary.facts, *self.defines])
                           or (f'put text in quotation marks: `"{node.name}"`'
                               if "." not in node.name else
                               "declare it in the vocabulary, with who can observe it"))
            return None
        if fact.reported_by is None:
            self.wrong(node, f"nobody reports `{node.name}`, so this could never be decided",
                       self.vocabulary.unreported.get(node.name)
                       or f"{fact.observer} would have to; until a signal does, take the part out")
            return None
        if collection is not None and collection.binds not in bound:
            self.wrong(node, f"`{node.name}` belongs to one {collection.phrase} of several",
                       f"write it beneath `for a {collection.phrase}:`, indented")
            return None
        return fact.type

    def defined(self, node: Defined, bound: frozenset[str]) -> Type:
        for part, inner in _with_bound(node.body, bound):
            if isinstance(part, ForSome) and part.binds in inner:
                self.wrong(node, f"`{node.name}` itself looks for a {part.phrase}",
                           f"use it outside the `for a {part.phrase}:`")
                break
            if isinstance(part, FactName):
                collection = self.vocabulary.collection_of(part.name)
                if collection is not None and collection.binds not in inner:
                    self.wrong(node, f"`{node.name}` speaks of `{part.name}`, of one "
                               f"{collection.phrase} of several",
                               f"use it beneath `for a {collection.phrase}:`, indented")
                    break
        return TRUTH

    def list_literal(self, node: ListLiteral) -> Type | None:
        types = [type_of_literal(i.value) for i in node.items]
        seen: list[object] = []
        for item, type_ in zip(node.items, types, strict=True):
            if family(type_) != family(types[0]):
                self.wrong(item, f"this list mixes {types[0].describe()} with "
                           f"{type_.describe()}", "all its elements must be of one type")
                return None
            if item.value in seen:
                self.wrong(item, f"`{format_value(item.value)}` stands in this list twice",
                           "take one of them out")
            seen.append(item.value)
        return list_of(NUMBER if NUMBER in types else types[0])

    def arithmetic(self, node: Arithmetic, bound: frozenset[str]) -> Type | None:
        left, right = self.type(node.left, bound), self.type(node.right, bound)
        if left is None or right is None:
            return None
        if isinstance(node.left, Literal) and isinstance(node.right, Literal):
            self.wrong(node, "this calculates with two written values", "write the result")
            return None
        kinds, sign = (family(left), family(right)), node.operator
        if kinds == ("number", "number"):
            return NUMBER
        if sign == "*":
            if set(kinds) == {"number", "duration"}:
                factor = right if kinds[0] == "duration" else left
                if factor.name == "integer":
                    return DURATION
                self.wrong(node, "a duration can be multiplied by a whole number only",
                           "write the duration in a smaller unit and multiply that")
                return None
        elif kinds == ("duration", "duration"):
            return DURATION
        elif kinds == ("instant", "duration") or (sign == "+" and kinds == ("duration", "instant")):
            return INSTANT
        elif sign == "-" and kinds == ("instant", "instant"):
            return DURATION
        hint = "numbers and durations can be added, subtracted and multiplied"
        if set(kinds) in ({"number", "duration"}, {"number", "instant"}):
            hint = "say how long: `7 days`, not `7`"
        elif "list" in kinds:
            hint = "to compare how many, write `count(LIST)`"
        self.wrong(node, f"`{sign}` cannot join {left.describe()} and {right.describe()}", hint)
        return None

    def comparison(self, node: Comparison, bound: frozenset[str]) -> None:
        types = [self.type(o, bound) for o in node.operands]
        for (a, b), (left, right), sign in zip(pairwise(node.operands), pairwise(types),
                                               node.operators, strict=True):
            if left is None or right is None:
                continue
            if not self.comparable(node, a, left, b, right, sign):
                continue
            if isinstance(a, Literal) and isinstance(b, Literal):
                self.wrong(node, "this compares two written values", "name a fact on one side")
            elif format_condition(a) == format_condition(b):
                self.wrong(node, "this compares a value with itself", "name another fact")
            else:
                self.holdable(node, a, b, sign)

    def comparable(self, node: Tree, a: Expression, left: Type, b: Expression, right: Type,
                   sign: str) -> bool:
        """Whether two types may be compared by a sign; if not, why is added."""
        if "list" in (left.name, right.name):
            self.wrong(node, f"`{sign}` does not compare lists", "write `ELEMENT in LIST`, "
                       "`shares(LIST, LIST)`, or compare `count(LIST)` with a number")
            return False
        if family(left) != family(right):
            a, left, b, right = (b, right, a, left) if isinstance(a, Literal) else \
                (a, left, b, right)
            self.wrong(node, f"`{format_condition(a)}` is {left.describe()}; "
                       f"`{format_condition(b)}` is {right.describe()}", say_alike(left, b))
            return False
        if sign not in ("==", "!=") and family(left) in ("text", "truth"):
            self.wrong(node, f"`{sign}` does not order "
                       + ("text" if family(left) == "text" else "yes and no"),
                       "write `==`, `!=` or `in`" if family(left) == "text" else
                       "name the fact alone, or after `not`")
            return False
        if left.name == "truth" and any(isinstance(x, And | Or | Not | Comparison | Membership
                                                   | Shares | Defined) for x in (a, b)):
            self.wrong(node, f"`{sign}` compares whole conditions",
                       "write it out with `and`, `or` and `not`")
            return False
        return self.among(a, right) and self.among(b, left) and self.overlap(node, left, right)

    def among(self, node: Expression, type_: Type) -> bool:
        """Whether a written text is one of the choices that it is held against."""
        items = node.items if isinstance(node, ListLiteral) else (node,)
        fine = True
        for item in items:
            if type_.name == "choice" and isinstance(item, Literal) \
                    and item.value not in type_.choices:
                choices = ", ".join(f'"{c}"' for c in type_.choices)
                self.wrong(item, f"`{format_value(item.value)}` is not among the choices",
                           suggest(str(item.value), type_.choices)
                           or f"the choices are {choices}")
                fine = False
        return fine

    def overlap(self, node: Tree, left: Type, right: Type) -> bool:
        """Whether two choices have a value in common."""
        if left.name == right.name == "choice" and not set(left.choices) & set(right.choices):
            self.wrong(node, "these two have no value in common",
                       f"one is {left.describe()}; the other {right.describe()}")
            return False
        return True

    def holdable(self, node: Comparison, a: Expression, b: Expression, sign: str) -> None:
        """Refuse a comparison of numbers that the declared bounds have decided already."""
        left, right = reach(a, self.vocabulary), reach(b, self.vocabulary)
        if left is None or right is None:
            return
        decided = decide(left, right, sign)
        if decided is not None:
            reaches = "; ".join(
                f"`{format_condition(x)}` lies {describe_reach(r)}"
                for x, r in ((a, left), (b, right)) if not isinstance(x, Literal))
            self.wrong(node, "this always holds" if decided else "this can never hold", reaches)

    def membership(self, node: Membership, bound: frozenset[str]) -> None:
        member, container = self.type(node.member, bound), self.type(node.container, bound)
        if member is None or container is None:
            return
        word = "not in" if node.negated else "in"
        if container.name != "list":
            text = container.name in ("text", "choice")
            self.wrong(node.container, f"`{word}` looks into lists; "
                       f"`{format_condition(node.container)}` is {container.describe()}",
                       "words inside a text are found by a `words` block: `hits.NAME > 0`" if text
                       else "write `==`, or a list in square brackets")
            return
        assert container.of is not None, "a list type names the type of its elements"
        if member.name == "list":
            self.wrong(node, f"`{word}` looks for one element, not for a list",
                       "write `shares(LIST, LIST)`: whether they have an element in common")
        elif isinstance(node.member, Literal) and isinstance(node.container, ListLiteral):
            self.wrong(node, "this compares written values only", "name a fact on one side")
        elif family(member) != family(container.of):
            self.wrong(node, f"`{format_condition(node.member)}` is {member.describe()}; the list "
                       f"holds {container.of.describe()}", "both must be of one type")
        elif member.name == "truth":
            self.wrong(node, f"`{word}` does not look for yes or no", "name the fact alone, or "
                       "after `not`")
        elif self.among(node.member, container.of) and self.among(node.container, member) and \
                self.overlap(node, member, container.of):
            self.exhausts(node, member, node.container)

    def exhausts(self, node: Membership, member: Type, container: Expression) -> None:
        """Refuse a list that names every choice, or a number beyond the declared bounds."""
        if not isinstance(container, ListLiteral):
            return
        values = {i.value for i in container.items}
        if member.name == "choice" and values >= set(member.choices):
            self.wrong(node, "this can never hold" if node.negated else "this always holds",
                       "the list names every choice there is")
        least = reach(node.member, self.vocabulary)
        for item in container.items:
            found = reach(item, self.vocabulary)
            if least is not None and found is not None and decide(least, found, "==") is False:
                self.wrong(item, f"`{format_condition(node.member)}` can never be "
                           f"`{format_value(item.value)}`", f"it lies {describe_reach(least)}")

    def shares(self, node: Shares, bound: frozenset[str]) -> None:
        left, right = self.type(node.left, bound), self.type(node.right, bound)
        if left is None or right is None:
            return
        for part, type_ in ((node.left, left), (node.right, right)):
            if type_.name != "list":
                self.wrong(part, f"`{format_condition(part)}` is {type_.describe()}, not a list",
                           "`shares` holds two lists against each other; for one value write `in`")
                return
        assert left.of is not None, "a list type names the type of its elements"
        assert right.of is not None, "a list type names the type of its elements"
        if isinstance(node.left, ListLiteral) and isinstance(node.right, ListLiteral):
            self.wrong(node, "this compares two written lists", "name a fact on one side")
        elif family(left.of) != family(right.of):
            self.wrong(node, f"one list holds {left.of.describe()}, the other "
                       f"{right.of.describe()}", "both must hold one type")
        elif self.among(node.left, right.of) and self.among(node.right, left.of):
            self.overlap(node, left.of, right.of)


def _with_bound(tree: Tree, bound: frozenset[str]) -> Iterator[tuple[Tree, frozenset[str]]]:
    """Every node of a tree with the collections that are bound where it stands."""
    yield tree, bound
    inner = bound | {tree.binds} if isinstance(tree, ForSome) else bound
    for child in children(tree):
        yield from _with_bound(child, inner)
