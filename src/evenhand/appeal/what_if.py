"""What if it is as the appeal says: the clauses again, with the disputed facts as it states them.

A clause *turns* where it held and, on other facts, holds no more; against a decision not to act,
where it acts and did not hold, and on other facts holds. A disputed fact is *decisive* for a
clause that

1. turns on all disputed facts together, and on all but this one does not (it is needed); or
2. turns on this one alone (it suffices); or
3. turns on all of them together, where none is needed and none suffices: then every one that the
   clause or an exception to it names is.

So where a clause turns on what the appeal states, there is a decisive fact for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import cast

from evenhand.appeal.appealed import Appealed
from evenhand.model.appeal import Appeal, Dispute, DisputeKind
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import Record, Value

DENIED: Mapping[str, Mapping[str, Value]] = {"claim.confirmed": {"claim.repeats": False}}
"""What else is so of an element once a fact of it is denied: a person's no stands above a rule.
"""

Net = Callable[[tuple[Finding, ...]], tuple[Finding, ...]]
"""The findings of all clauses by themselves -> their findings after exceptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What follows if every disputed fact is as the appeal states it.

    `turns` are the numbers of the clauses that turn, `findings` those of all clauses after
    exceptions, and `decisive` the places, from 0, of the points that decide.
    """

    turns: tuple[str, ...]
    findings: tuple[Finding, ...]
    decisive: tuple[int, ...]


def what_if(appeal: Appeal, appealed: Appealed, *, net: Net) -> WhatIf:
    """Evaluate the clauses again; the appeal was admitted, so each fact fits its type."""
    facts = {n: d for n, d in enumerate(appeal.disputes) if d.kind is DisputeKind.FACT}
    stands = {f.provision: f.answer for f in _measure(appealed, (), net)}

    def turn(places: Collection[int]) -> frozenset[str]:
        return _turned(appeal, appealed, stands,
                       _measure(appealed, [facts[n] for n in sorted(places)], net))

    findings = _measure(appealed, tuple(facts.values()), net)
    together = _turned(appeal, appealed, stands, findings)
    suffices = {n: turn((n,)) for n in facts}
    needed = {n: together - turn(facts.keys() - {n}) for n in facts}
    decisive = {n for n in facts if suffices[n] or needed[n]}
    for number in together.difference(*suffices.values(), *needed.values()):
        named = appealed.named_by(number)
        decisive |= {n for n, d in facts.items() if d.fact in named}
    return WhatIf(turns=tuple(f.provision for f in findings if f.provision in together),
                  findings=findings, decisive=tuple(sorted(decisive)))


def as_stated(record: Record, disputes: Collection[Dispute], keys: Collection[str]) -> Record:
    """The record with each disputed fact as its point states it.

    A fact of a fact-check is put into the elements of that key, and nowhere else.
    """
    changed: dict[str, Value | tuple[Mapping[str, Value], ...]] = dict(record)
    for d in disputes:
        assert d.fact is not None and d.value is not None, "a disputed fact has a value"
        if d.claim is None:
            changed[d.fact] = d.value
            continue
        binds = d.fact.split(".", 1)[0]
        assert d.claim in keys, "whoever names a fact-check names one that was known"
        elements = cast(tuple[Mapping[str, Value], ...], changed[binds])
        stated = {**(DENIED.get(d.fact, {}) if d.value is False else {}), d.fact: d.value}
        changed[binds] = tuple({**element, **stated} if key == d.claim else element
                               for key, element in zip(keys, elements, strict=True))
    return changed


def _measure(appealed: Appealed, disputes: Collection[Dispute], net: Net) -> tuple[Finding, ...]:
    record = as_stated(appealed.facts, disputes, appealed.keys)
    return net(tuple(evaluate(c.rule.condition, record, provision=c.citation.number)
                     for c in appealed.clauses if c.rule is not None))


def _turned(appeal: Appeal, appealed: Appealed, stands: Mapping[str, Answer],
            findings: Collection[Finding]) -> frozenset[str]:
    """The clauses that held and hold no more; for a reporter, those that would act and hold now."""
    if appeal.party == "author":
        return frozenset(f.provision for f in findings if f.provision in appealed.acting_numbers
                         and stands[f.provision] is Answer.HOLDS and f.answer is not Answer.HOLDS)
    acts = {c.citation.number for c in appealed.clauses if c.then.actions}
    return frozenset(f.provision for f in findings if f.provision in acts
                     and stands[f.provision] is not Answer.HOLDS and f.answer is Answer.HOLDS)
