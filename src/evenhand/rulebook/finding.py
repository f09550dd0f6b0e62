"""The answer to one condition about one record, with the facts it rests on and why.

There are three answers (Kleene's strong logic): a condition holds, does not hold, or is
undetermined, and then the finding names the facts that are missing.

>>> not_(Answer.UNDETERMINED), and_([Answer.HOLDS, Answer.UNDETERMINED])
(<Answer.UNDETERMINED: 'undetermined'>, <Answer.UNDETERMINED: 'undetermined'>)
>>> and_([Answer.DOES_NOT_HOLD, Answer.UNDETERMINED])
<Answer.DOES_NOT_HOLD: 'does not hold'>
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from evenhand.rulebook.vocabulary import Value


class Answer(Enum):
    """What a condition says of a record."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    UNDETERMINED = "undetermined"

    # Each member is one object. Enum hashes its name in Python, and answers are keys of the many.
    __hash__ = object.__hash__


def not_(answer: Answer) -> Answer:
    """Kleene negation."""
    if answer is Answer.UNDETERMINED:
        return answer
    return Answer.HOLDS if answer is Answer.DOES_NOT_HOLD else Answer.DOES_NOT_HOLD


def and_(answers: Iterable[Answer]) -> Answer:
    """Kleene conjunction: one `does not hold` decides, else one `undetermined` does."""
    result = Answer.HOLDS
    for answer in answers:
        if answer is Answer.DOES_NOT_HOLD:
            return answer
        if answer is Answer.UNDETERMINED:
            result = answer
    return result


def or_(answers: Iterable[Answer]) -> Answer:
    """Kleene disjunction: one `holds` decides, else one `undetermined` does."""
    return not_(and_(not_(answer) for answer in answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One node of the tree that explains an answer.

    `text` is the part of the condition as the document writes it, normalised; `said` names the
    facts it read, with their values; `missing` the facts it lacked.
    """

    text: str
    answer: Answer
    said: tuple[tuple[str, Value], ...] = ()
    missing: tuple[str, ...] = ()
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one provision's condition says of one record.

    `facts` are those that decided the answer, in the order in which they were read (of a
    conjunction that does not hold: those of the parts that do not hold; of an undetermined one:
    those read). `missing` is empty unless the answer is undetermined. `bound` is the index, in
    the record's collection, of the element that the condition bound: the first that holds, else
    the first undetermined one; None where the condition binds none.
    """

    provision: str
    answer: Answer
    facts: tuple[tuple[str, Value], ...] = ()
    missing: tuple[str, ...] = ()
    bound: int | None = None
    why: Reason | None = None
