"""What an `exception to` a clause does to the findings of both.

An exception overrides its clause in the open: it stands in the terms, and its finding in the
record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from evenhand.rulebook.finding import Answer, Finding, Reason, and_, not_, or_
from evenhand.terms.clauses import Clause


def override(findings: Iterable[Finding], clauses: Mapping[str, Clause], *,
             aside: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings once every `exception to` has had its say, in their order.

    A clause holds where its condition does and none of its exceptions; an exception holds where
    its own condition does, none of its own exceptions, and the clause that it excepts would: to
    what falls under no rule there is no exception. Undetermined answers join by Kleene's logic.
    `aside` are the numbers of the clauses that are set aside for the post: no exception to one of
    them holds.
    """
    raw = {f.provision: f for f in findings}
    if all(f.answer is Answer.DOES_NOT_HOLD for f in raw.values()):
        return tuple(raw.values())  # as of most posts: there is nothing to except
    excepts: dict[str, list[str]] = {}
    for number in raw:
        target = clauses[number].then.exception_to
        if target in raw and target != number:
            excepts.setdefault(target, []).append(number)
    if not excepts:
        return tuple(raw.values())
    net: dict[str, Finding] = {}

    def settle(number: str) -> Finding:
        if number not in net:
            net[number] = raw[number]  # terms without circles never meet this again
            net[number] = _unless(raw[number], [settle(e) for e in excepts.get(number, ())])
        return net[number]

    result = []
    for number in raw:
        found, target = settle(number), clauses[number].then.exception_to
        seen = {number}
        while target in raw and target not in seen:
            found = _set_aside(found, target) if target in aside else _where(found, raw[target])
            seen.add(target)
            target = clauses[target].then.exception_to
        result.append(found)
    return tuple(result)


def _unless(found: Finding, exceptions: list[Finding]) -> Finding:
    """A clause and its exceptions as one finding; its reasons name the exceptions that matter."""
    holding = or_(e.answer for e in exceptions)
    answer = and_((found.answer, not_(holding)))
    if answer is found.answer and holding is not Answer.UNDETERMINED:
        return found
    missing = [f.missing for f in (found, *exceptions) if f.answer is Answer.UNDETERMINED]
    because = [] if found.why is None else [found.why]
    because.extend(Reason(text=f"unless {e.why.text}", answer=not_(e.answer), because=(e.why,))
                   for e in exceptions if e.why is not None)
    text = "\n".join(part.text for part in because)
    if answer is Answer.DOES_NOT_HOLD and found.answer is Answer.HOLDS:
        deciding = next(e for e in exceptions if e.answer is Answer.HOLDS)
        found = replace(found, facts=deciding.facts, bound=deciding.bound)
    return replace(found, answer=answer,
                   missing=_joined(missing) if answer is Answer.UNDETERMINED else (),
                   why=Reason(text=text, answer=answer, because=tuple(because)))


def _where(found: Finding, target: Finding) -> Finding:
    """An exception, as far as the clause that it excepts would hold."""
    answer = and_((found.answer, target.answer))
    if answer is found.answer and answer is not Answer.UNDETERMINED:
        return found
    missing = [f.missing for f in (found, target) if f.answer is Answer.UNDETERMINED]
    if answer is not found.answer:  # then it is the clause that decides, and explains
        found = replace(found, facts=target.facts, bound=target.bound, why=Reason(
            text=f"an exception to {target.provision}", answer=answer,
            because=() if target.why is None else (target.why,)))
    return replace(found, answer=answer,
                   missing=_joined(missing) if answer is Answer.UNDETERMINED else ())


def _set_aside(found: Finding, target: str) -> Finding:
    """An exception to a clause that a person has set aside for this post."""
    if found.answer is Answer.DOES_NOT_HOLD:
        return found
    why = Reason(text=f"an exception to {target}, which is set aside for this post",
                 answer=Answer.DOES_NOT_HOLD)
    return Finding(provision=found.provision, answer=Answer.DOES_NOT_HOLD, why=why)


def _joined(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in names for name in part))
