"""The decision that an appeal disputes, with what it was made from, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.model.action import Ground
from evenhand.model.audience import SEES
from evenhand.model.decision import Decision
from evenhand.rulebook.vocabulary import Record, Value
from evenhand.terms.clauses import Clause, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed:
    """The decision, and what was known and in force when it was made.

    `terms` and `clauses` govern the post; `facts` is the record that the clauses were evaluated
    on, and `keys` are the keys of its fact-checks, in the order of its collection of claims.
    """

    decision: Decision
    terms: Terms
    clauses: tuple[Clause, ...]
    facts: Record
    keys: tuple[str, ...] = ()

    @property
    def acting(self) -> tuple[Ground, ...]:
        """The grounds that did what was done: not those capped, suspended or set aside."""
        decision = self.decision
        idle = {*decision.capped, *decision.suspended, *(s.ground for s in decision.set_aside)}
        return tuple(g for g in decision.grounds if g not in idle)

    @property
    def acting_numbers(self) -> tuple[str, ...]:
        """The numbers of the clauses that acted."""
        return tuple(g.citation.number for g in self.acting)

    def value(self, fact: str, claim: str | None = None) -> Value | None:
        """What a fact was held to be, of one fact-check where `claim` is its key; None: missing."""
        if claim is None:
            return self.facts.get(fact)  # type: ignore[return-value]
        return next((e[fact] for key, e in zip(self.keys, self._elements(fact), strict=True)
                     if key == claim and fact in e), None)

    def _elements(self, fact: str) -> Iterable[dict[str, Value]]:
        return self.facts.get(fact.split(".", 1)[0], ())  # type: ignore[return-value]

    def relied_on(self) -> tuple[str, ...]:
        """The names of the facts that the decision rests on, each once.

        Those that decided the findings of the clauses that acted, and those that the clauses bound
        up with them name: that no exception held is a reason too. Where no clause acted, that none
        did rests on every fact that a clause names.
        """
        acting = self.acting_numbers
        if not acting:
            return self.named_by()
        decided = [name for f in self.decision.findings if f.provision in acting
                   for name, _ in f.facts]
        known = self.terms.vocabulary.facts
        bound = self._bound_up(acting) - set(acting)
        return tuple(n for n in dict.fromkeys((*decided, *self._names(bound))) if n in known)

    def named_by(self, *numbers: str) -> tuple[str, ...]:
        """The names of the facts in these clauses and those bound up with them, each once.

        Without a number: those in any clause that governs the post.
        """
        return self._names(self._bound_up(numbers) if numbers else
                           {c.citation.number for c in self.clauses})

    def bound_keys(self) -> tuple[str, ...]:
        """The keys of the fact-checks that the clauses that acted rest on, as its letter told."""
        return tuple(dict.fromkeys(
            self.keys[f.bound] for f in self.decision.findings
            if f.provision in self.acting_numbers and f.bound is not None))

    def _names(self, numbers: set[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(
            name for c in self.clauses if c.citation.number in numbers and c.rule is not None
            for name in c.rule.condition.names))

    def _bound_up(self, numbers: Iterable[str]) -> set[str]:
        """These clauses, the exceptions to them and to those, and what they are exceptions to."""
        excepted = {c.citation.number: c.then.exception_to for c in self.clauses}
        below = set(numbers)
        while more := {n for n, target in excepted.items() if target in below} - below:
            below |= more
        above = set(numbers)
        while more := {t for n, t in excepted.items() if n in above and t is not None} - above:
            above |= more
        return below | above

    def hidden(self) -> frozenset[str]:
        """The facts that their author may not see: by their audience, or hits of sealed lists."""
        lists = {f"hits.{entry.name}" for entry in self.terms.lists if entry.sealed is not None}
        return frozenset(lists | {name for name, fact in self.terms.vocabulary.facts.items()
                                  if fact.audience not in SEES["author"]})
