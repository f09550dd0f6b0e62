"""The answer alone, without the reasons: conditions compiled once, for the many records.

`evaluate.evaluate` is the twin with reasons, `columns` the twin over a whole frame; all three say
the same of every record.

>>> from evenhand.rulebook.condition import read_condition
>>> from evenhand.rulebook.vocabulary import INTEGER, Fact, Vocabulary
>>> copies = Fact(name="post.copies", type=INTEGER, meaning="posts with the same text",
...               observer="the post signal", audience="author")
>>> condition = read_condition("post.copies > 20", vocabulary=Vocabulary.of([copies]))
>>> answer(condition, {"post.copies": 21}), answer(condition, {})
(<Answer.HOLDS: 'holds'>, <Answer.UNDETERMINED: 'undetermined'>)
"""

from __future__ import annotations

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.straight import Answers, straight
from evenhand.rulebook.vocabulary import Record

_MOST_KEPT = 64
"""So many combinations of conditions are kept compiled, by the first of each."""


def answer(condition: Condition, record: Record) -> Answer:
    """Answer one condition about one record; raises `RecordError` for a value of a wrong type.

    Whether a choice is among its choices, and a list's elements of their type, is left to
    `check_record`.
    """
    compiled: Answers | None = condition.compiled.get("answer")
    if compiled is None:
        compiled = condition.compiled["answer"] = straight((condition,))
    return compiled(record)[0]


def answers(conditions: tuple[Condition, ...], record: Record) -> tuple[Answer, ...]:
    """Answer several conditions about one record, each fact read and checked once; otherwise as
    `answer`. Where the same conditions meet many records, `straight` gives the function itself."""
    if not conditions:
        return ()
    kept: dict[tuple[int, ...], tuple[tuple[Condition, ...], Answers]]
    kept = conditions[0].compiled.setdefault("answers", {})
    key = tuple(map(id, conditions))
    found = kept.get(key)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        # The conditions are kept with it, so that no other can come to have the id of one.
        found = kept[key] = (conditions, straight(conditions))
    return found[1](record)
