"""The form of an appeal: what can be ticked of one decision, and what was ticked as its points.

Everything that a decision rests on and its author may see can be disputed: each fact, how each
clause was read, and whether like posts were treated alike. Or the finding is accepted, and what was
taken is asked back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.edge.signals.stated import CONFIRMED
from evenhand.edge.signals.values import plain_value, value_of
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Dispute, DisputeKind
from evenhand.reasons.statement import show
from evenhand.record.kinds import DecisionRecord
from evenhand.rulebook.vocabulary import Fact, Value
from evenhand.terms.clauses import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChoice:
    """A fact that can be disputed: `name` is that of its fields, `is_now` what it was held to be,
    `choices` what else it can be (empty: to be written). `claim` is of a fact of a fact-check."""

    name: str
    fact: Fact
    meaning: str
    is_now: str
    choices: tuple[str, ...]
    claim: str | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All that can be ticked. `clauses` are (number, title) of those that acted."""

    facts: tuple[FactChoice, ...]
    clauses: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Filled:
    """What was ticked: the points, or of a field's name what is wrong with it."""

    points: list[Dispute] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


def choices(record: DecisionRecord, terms: Terms) -> Choices:
    """What the author of a post can tick against this decision."""
    statement, found = record.statement, list[FactChoice]()
    for relied in statement.facts:
        fact = terms.vocabulary.facts.get(relied.name)
        if fact is None or terms.vocabulary.collection_of(relied.name) is not None:
            continue
        found.append(FactChoice(
            name=fact.name, fact=fact, meaning=relied.meaning.split(";")[0],
            is_now=plainly(relied.value), choices=_others(fact, plainly(relied.value))))
    confirmed = terms.vocabulary.facts.get(CONFIRMED)
    if confirmed is not None:
        found += [FactChoice(
            name=f"claim:{check.key}", fact=confirmed, claim=check.key, about=check.claim,
            meaning=confirmed.meaning.split(";")[0], is_now="yes", choices=("no",))
            for check in statement.fact_checks]
    return Choices(facts=tuple(found), clauses=tuple(
        (ground.citation.number, ground.title) for ground in statement.grounds))


def read_points(form: Mapping[str, Sequence[str]], offered: Choices) -> Filled:
    """The points that were ticked; whatever cannot be one is told beside its field."""
    done, ticked = Filled(), set(form.get("point", ()))
    for choice in offered.facts:
        if f"fact:{choice.name}" in ticked:
            _add(done, f"fact:{choice.name}", form, lambda words, c=choice: Dispute(
                kind=DisputeKind.FACT, words=words, fact=c.fact.name, claim=c.claim,
                value=_value(c, _said(form, f"value:fact:{c.name}"))))
    for number, _ in offered.clauses:
        if f"reading:{number}" in ticked:
            _add(done, f"reading:{number}", form, lambda words, n=number: Dispute(
                kind=DisputeKind.READING, words=words, clause=n))
        if f"treatment:{number}" in ticked:
            _add(done, f"treatment:{number}", form, lambda words, n=number: Dispute(
                kind=DisputeKind.TREATMENT, words=words, clause=n, like=tuple(_lines(
                    _said(form, f"like:treatment:{n}")))))
    if "accept" in ticked:
        _add(done, "accept", form, lambda words: Dispute(kind=DisputeKind.ASKS_BACK, words=words))
    if not done.points and not done.wrong:
        done.wrong["points"] = "nothing"
    return done


def plainly(value: Value) -> str:
    """A value as a reader says it: a text without its quotation marks, a list with commas.

    >>> plainly(True), plainly("asserts"), plainly(("a", "b"))
    ('yes', 'asserts', 'a, b')
    """
    if isinstance(value, tuple):
        return ", ".join(map(plainly, value))
    return value if isinstance(value, str) else show(value)


def _add(done: Filled, name: str, form: Mapping[str, Sequence[str]], make: object) -> None:
    words = _said(form, f"words:{name}").strip()
    if not words:
        done.wrong[name] = "words"
        return
    try:
        done.points.append(make(words))  # type: ignore[operator]
    except EvenhandError as wrong:
        done.wrong[name] = f"{wrong.what}; {wrong.hint}" if wrong.hint else wrong.what


def _value(choice: FactChoice, text: str) -> Value:
    value = value_of(choice.fact, plain_value(choice.fact, text))
    return value  # type: ignore[return-value]  # it is one that the fact can hold


def _others(fact: Fact, is_now: str) -> tuple[str, ...]:
    every = {"truth": ("yes", "no"), "choice": fact.type.choices}.get(fact.type.name, ())
    return tuple(one for one in every if one != is_now)


def _said(form: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
