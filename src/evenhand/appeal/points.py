"""The points of an appeal: each names what is wrong in a form that can be decided, or is refused.

A point that names no fact, no clause or no like post could only be answered with words; one that
does has an answer that can be checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from evenhand.appeal.appealed import Appealed
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Appeal, Dispute, DisputeKind
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.syntax import format_value
from evenhand.rulebook.values import RecordError, check_value
from evenhand.rulebook.vocabulary import Fact, Value

LONGEST_WORDS = 10_000
"""Characters of the words of one point, and of a text that is said to be true instead."""

MOST_POINTS = 50
MOST_LIKE = 100
LONGEST_NAME = 2_000
"""Points of one appeal; posts that one point names as like this one; characters of such a name."""

_ALLOWED = {
    DisputeKind.FACT: {"fact", "value", "claim"},
    DisputeKind.READING: {"clause"},
    DisputeKind.TREATMENT: {"clause", "like"},
    DisputeKind.ASKS_BACK: set[str](),
}
"""What a point of each kind may say besides its words."""


def same_point(one: Dispute, other: Dispute) -> bool:
    """Whether two points put the same question, whatever is said to be true instead."""
    return _asks(one) == _asks(other)


def _asks(point: Dispute) -> tuple[DisputeKind, str | None, str | None, str | None]:
    return point.kind, point.clause, point.fact, point.claim


def check_points(appeal: Appeal, appealed: Appealed, *, answered: Collection[Dispute]) -> None:
    """Refuse an appeal whose points cannot be answered; the error says which, counted from 1.

    `answered` are the points of earlier appeals of the same person that the decision answers.
    """
    if not appeal.disputes:
        raise EvenhandError("the appeal has no point",
                            hint="say what is wrong: a fact and what is true instead, the reading "
                            "of the clause, or like posts that were treated otherwise; or ask back")
    if len(appeal.disputes) > MOST_POINTS:
        raise EvenhandError(f"the appeal has {len(appeal.disputes)} points",
                            hint=f"put the {MOST_POINTS} first that matter most")
    kinds = {d.kind for d in appeal.disputes}
    if DisputeKind.ASKS_BACK in kinds and len(kinds) > 1:
        raise EvenhandError("the appeal disputes the decision and asks back",
                            hint="accept the finding and ask back, or dispute it: a disputed "
                            "decision that falls is given back of itself")
    for n, point in enumerate(appeal.disputes):
        try:
            _check_form(point)
            if any(same_point(point, p) for p in appeal.disputes[:n]):
                raise EvenhandError("this was said in a point before",
                                    hint="put each question once, with one answer to it")
            if any(same_point(point, p) for p in answered):
                raise EvenhandError("this was answered already, by the decision appealed against",
                                    hint="an appeal is heard once; what else is wrong can still be "
                                    "said")
            _check_against(point, appeal, appealed)
        except EvenhandError as wrong:
            raise EvenhandError(wrong.what, where=f"point {n + 1}", hint=wrong.hint) from None


def _check_form(point: Dispute) -> None:
    if not point.words.strip():
        raise EvenhandError("there are no words", hint="say in your own words what is wrong, or "
                            "why you ask back")
    if len(point.words) > LONGEST_WORDS:
        raise EvenhandError(f"the words have {len(point.words):,} characters",
                            hint=f"say it in {LONGEST_WORDS:,}")
    given = {name for name, said in (
        ("clause", point.clause), ("fact", point.fact), ("value", point.value),
        ("claim", point.claim), ("like", point.like or None)) if said is not None}
    for name in sorted(given - _ALLOWED[point.kind]):
        raise EvenhandError(f"a point of the kind `{point.kind.value}` does not say `{name}`",
                            hint="put each thing that is wrong into a point of its own")


def _check_against(point: Dispute, appeal: Appeal, appealed: Appealed) -> None:
    match point.kind:
        case DisputeKind.FACT:
            _check_fact(point, appeal, appealed)
        case DisputeKind.READING:
            _check_clause(point, appeal, appealed)
        case DisputeKind.TREATMENT:
            _check_clause(point, appeal, appealed)
            _check_like(point)
        case DisputeKind.ASKS_BACK:
            if appeal.party == "reporter" or not appealed.decision.actions:
                raise EvenhandError("there is nothing to give back",
                                    hint="say what is wrong with the decision")


def _check_clause(point: Dispute, appeal: Appeal, appealed: Appealed) -> None:
    """The author disputes a clause that acted; a reporter any that could have."""
    grounds = appealed.acting_numbers if appeal.party == "author" else tuple(
        c.citation.number for c in appealed.clauses)
    if point.clause is None:
        raise EvenhandError("the point names no clause", hint=_choose("clause", grounds))
    if point.clause not in grounds:
        what = "is no ground of the decision" if appeal.party == "author" \
            else "does not govern the post"
        raise EvenhandError(f"clause `{point.clause}` {what}", hint=_choose("clause", grounds))


def _check_like(point: Dispute) -> None:
    if not any(name.strip() for name in point.like):
        raise EvenhandError("the point names no like post",
                            hint="name at least one post that was treated otherwise, by id or "
                            "address: else nothing can be compared")
    if not all(name.strip() for name in point.like):
        raise EvenhandError("one of the like posts has no name", hint="leave it out")
    if len(point.like) > MOST_LIKE or any(len(name) > LONGEST_NAME for name in point.like):
        raise EvenhandError("the like posts are too many, or their names too long",
                            hint=f"name at most {MOST_LIKE}, each in {LONGEST_NAME:,} characters")


def _check_fact(point: Dispute, appeal: Appeal, appealed: Appealed) -> None:
    vocabulary = appealed.terms.vocabulary
    hidden = appealed.hidden()
    relied = [n for n in appealed.relied_on() if n not in hidden]
    if point.fact is None:
        raise EvenhandError("the point names no fact", hint=_choose("fact", relied))
    declared = vocabulary.facts.get(point.fact)
    if declared is None:
        raise EvenhandError(f"`{point.fact}` is not a fact of these terms",
                            hint=suggest(point.fact, vocabulary.facts) or _choose("fact", relied))
    if point.value is None:
        raise EvenhandError(f"the point does not say what `{point.fact}` is instead",
                            hint=f"give {declared.type.describe()}")
    _check_fits(declared, point.value)
    _check_claim(point, appealed)
    had = appealed.value(point.fact, point.claim)
    # Whether a hidden fact was relied on is not told: what a clause names can be disputed.
    open_ = appeal.party == "reporter" or had is None or point.fact in hidden
    if point.fact not in relied and not (open_ and point.fact in appealed.named_by()):
        raise EvenhandError(f"the decision did not rely on `{point.fact}`",
                            hint=_choose("fact", relied))
    if had is not None and had == point.value and point.fact not in hidden:
        raise EvenhandError(f"the decision has it so: `{point.fact}` is {format_value(had)}",
                            hint="say what is true instead, or leave the point out")


def _check_fits(declared: Fact, value: Value) -> None:
    check_value(declared, value)
    if value != value:
        raise RecordError(f"`{declared.name}` is not a number",
                          hint=f"give {declared.type.describe()}")
    if isinstance(value, str) and len(value) > LONGEST_WORDS:
        raise RecordError(f"`{declared.name}` has {len(value):,} characters",
                          hint=f"say it in {LONGEST_WORDS:,}")
    for end, wrong in ((declared.low, "below"), (declared.high, "above")):
        if end is not None and isinstance(value, int | float) \
                and (value < end if wrong == "below" else value > end):
            raise RecordError(f"`{declared.name}` cannot be {format_value(value)}",
                              hint=f"it is never {wrong} {end:g}")


def _check_claim(point: Dispute, appealed: Appealed) -> None:
    """A fact of a fact-check names which one, and any other fact names none."""
    assert point.fact is not None, "the fact was looked up before"
    inside = appealed.terms.vocabulary.collection_of(point.fact) is not None
    if not inside and point.claim is not None:
        raise EvenhandError(f"`{point.fact}` is no fact of a fact-check",
                            hint="leave `claim` out, or dispute `claim.confirmed`")
    if inside and point.claim not in appealed.keys:
        what = f"the point does not say of which fact-check `{point.fact}` is wrong" \
            if point.claim is None else f"the decision knew no fact-check `{point.claim}`"
        raise EvenhandError(what, hint=_choose("fact-check, by its key,", appealed.bound_keys()))


def _choose(what: str, names: Iterable[str]) -> str:
    said = ", ".join(f"`{name}`" for name in names)
    return f"name a {what} that the decision rests on: {said}" if said \
        else f"the decision rests on no {what.rstrip(',')}"
