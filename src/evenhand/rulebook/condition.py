"""A condition: its tree, checked against a vocabulary, with the facts that it names.

>>> from evenhand.rulebook.vocabulary import INTEGER, TRUTH, Fact
>>> def fact(name, type): return Fact(name=name, type=type, meaning="", observer="", audience="")
>>> vocabulary = Vocabulary.of([fact("post.copies", INTEGER), fact("post.paid", TRUTH)])
>>> condition = read_condition('''
... post.copies > 20    # of the same text
... unless post.paid
... ''', vocabulary=vocabulary)
>>> print(condition)
post.copies > 20
unless post.paid
>>> condition.names
('post.copies', 'post.paid')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, tzinfo
from typing import Any

from evenhand.rulebook.document import Line
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, Source
from evenhand.rulebook.parse import Names, parse_block
from evenhand.rulebook.soundness import check_sound
from evenhand.rulebook.syntax import (
    Defined,
    FactName,
    ForSome,
    Span,
    Tree,
    Unless,
    format_condition,
    walk,
)
from evenhand.rulebook.vocabulary import Fact, PresumedFact, Scalar, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A tree that is sound, and the declared facts that it names, in the order of first naming.

    Two conditions are equal if they say the same of the same facts.
    """

    tree: Tree
    facts: tuple[Fact, ...]
    # What its evaluators compiled from the tree, once: derived, so never compared.
    compiled: dict[str, Any] = field(
        default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, tree: Tree, vocabulary: Vocabulary) -> Condition:
        """The condition of a tree that was found sound in this vocabulary."""
        names = dict.fromkeys(n.name for n in walk(tree) if isinstance(n, FactName))
        return cls(tree=tree, facts=tuple(vocabulary.facts[n] for n in names))

    def presuming(self, values: Mapping[str, Scalar]) -> Condition:
        """The same condition, reading these values where a record lacks the facts of their names.

        >>> from evenhand.rulebook.answer import answer
        >>> from evenhand.rulebook.vocabulary import TRUTH
        >>> paid = Fact(name="post.paid", type=TRUTH, meaning="", observer="", audience="")
        >>> condition = read_condition("not post.paid", vocabulary=Vocabulary.of([paid]))
        >>> answer(condition, {}).value, answer(condition.presuming({"post.paid": False}), {}).value
        ('undetermined', 'holds')
        """
        return Condition(tree=self.tree, facts=tuple(
            PresumedFact(**{f.name: getattr(fact, f.name) for f in fields(Fact)},
                         presumed=values[fact.name])
            if fact.name in values else fact for fact in self.facts))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the facts, in the order of first naming."""
        return tuple(fact.name for fact in self.facts)

    @property
    def definitions(self) -> tuple[str, ...]:
        """The names of the `define` blocks that it uses, directly or through others."""
        return tuple(dict.fromkeys(n.name for n in walk(self.tree) if isinstance(n, Defined)))

    @property
    def binds(self) -> str | None:
        """What its own `for` binds (`claim`), or None; a `for` in a definition binds nothing."""
        tree = self.tree.body if isinstance(self.tree, Unless) else self.tree
        return tree.binds if isinstance(tree, ForSome) else None

    def __str__(self) -> str:
        """The canonical text."""
        return format_condition(self.tree)

    def __reduce__(self) -> tuple[Callable[..., Condition], tuple[Any, ...]]:
        """Travel to another process without what was compiled."""
        return _rebuild, (self.tree, self.facts)


def _rebuild(tree: Tree, facts: tuple[Fact, ...]) -> Condition:
    return Condition(tree=tree, facts=facts)


def read_condition(text: str, *, vocabulary: Vocabulary, zone: tzinfo = UTC,
                   name: str = "condition") -> Condition:
    """Read one condition that stands alone, without definitions. Raises `DraftingErrors`.

    A date in it is midnight in `zone`.
    """
    rows = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    source = Source(name=name, lines=rows)
    problems: list[DraftingError] = []
    names = Names(vocabulary=vocabulary, zone=zone, source=source, definition=_nothing_defined)
    lines = [Line(text=row, number=number, column=0) for number, row in enumerate(rows, 1)]
    tree = parse_block(lines, names, problems)
    if tree is not None:
        check_sound(tree, vocabulary=vocabulary, source=source, problems=problems)
    if tree is None or problems:
        raise DraftingErrors(problems)
    return Condition.of(tree, vocabulary)


def _nothing_defined(name: str, span: Span) -> None:
    """No name is defined where no document is."""
