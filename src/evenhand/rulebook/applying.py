"""Whether a provision speaks of a record at all, and then whether its condition holds.

A caller's documents may have `applies` blocks (`read_document(..., kinds=...)`). Where the
condition of one does not hold, its provision says nothing of the record: it is not applicable, and
what its `when` would say is not asked.

>>> from evenhand.rulebook.condition import read_condition
>>> from evenhand.rulebook.vocabulary import TRUTH, Fact, Vocabulary
>>> def fact(name): return Fact(name=name, type=TRUTH, meaning="", observer="", audience="")
>>> vocabulary = Vocabulary.of([fact("post.paid"), fact("post.marked")])
>>> paid, marked = (read_condition(t, vocabulary=vocabulary) for t in ("post.paid", "post.marked"))
>>> find(marked, {"post.paid": False}, applies=paid, provision="1").applies
False
>>> find(marked, {"post.paid": True}, applies=paid, provision="1").finding.missing
('post.marked',)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import Record

APPLIES = "applies"
"""The info word of the block that says of what its provision speaks."""

NOT_APPLICABLE = "not applicable"
"""What a case expects of a record of which its provision says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a provision with its `applies` says of one record.

    Where it does not apply, `finding` is that of `applies`, whose facts say why. Where nobody can
    say whether it does, it is undetermined, and names what both conditions lack.
    """

    applies: bool
    finding: Finding


def find(condition: Condition, record: Record, *, applies: Condition | None,
         provision: str) -> Found:
    """Find what a provision says of a record. Raises `RecordError` as `evaluate` does."""
    finding = evaluate(condition, record, provision=provision)
    if applies is None:
        return Found(applies=True, finding=finding)
    first = evaluate(applies, record, provision=provision)
    match first.answer:
        case Answer.HOLDS:
            return Found(applies=True, finding=finding)
        case Answer.DOES_NOT_HOLD:
            return Found(applies=False, finding=first)
        case _:
            missing = dict.fromkeys((*first.missing, *finding.missing))
            return Found(applies=True, finding=replace(first, missing=tuple(missing)))
