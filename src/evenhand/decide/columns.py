"""What findings come to, over columns: exceptions, the strongest of each kind, who would be asked.

A frame of answers has a Boolean column for each clause, under its number: true is "holds", false
"does not hold", null "undetermined". `override_all` is the twin of `exceptions.override`, and
`actions_of` says of every row what `deciding.decide` would do for a post that has just arrived, as
its clauses alone say: without caps, suspensions and what people decided.

>>> answers = answers_of(pl.DataFrame({"holds": [["2.1"], []], "undetermined": [[], ["3.2"]]}),
...                      ["2.1", "3.2"])
>>> answers.rows()
[(True, False), (False, None)]
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from functools import reduce

import polars as pl

from evenhand.decide.measuring import HOLDS, UNDETERMINED
from evenhand.model.action import STRENGTH, ActionKind
from evenhand.terms.clauses import Clause
from evenhand.terms.then import PromisedAction

ANY, ASKED = "any action", "ask a reviewer"
"""Beside the kinds of action: whether anything is done, and whether a person would be asked."""

_NO = pl.lit(value=False)


def answers_of(lists: pl.DataFrame, numbers: Iterable[str]) -> pl.DataFrame:
    """Answers from the two lists of numbers that a measured row has: the twin of `measure_all`.

    Of a clause that stands in neither, the answer is that it does not hold.
    """
    there = {name: set(lists[name].explode(empty_as_null=False, keep_nulls=False).unique())
             for name in (HOLDS, UNDETERMINED)}

    def has(name: str, number: str) -> pl.Expr | None:
        return pl.col(name).list.contains(number) if number in there[name] else None

    def answer(number: str) -> pl.Expr:
        holds, open_ = has(HOLDS, number), has(UNDETERMINED, number)
        known = _NO if holds is None else holds
        return known if open_ is None else pl.when(~open_).then(known)

    # Without any clause, too, there are as many rows as there were.
    return lists.with_columns(answer(n).alias(n) for n in numbers).drop(lists.columns)


def override_all(answers: pl.DataFrame, clauses: Mapping[str, Clause]) -> pl.DataFrame:
    """The answers once every `exception to` has had its say, as `exceptions.override` gives them.

    `clauses` holds every clause of the answers, by its number.
    """
    raw = answers.columns
    targets = {n: t for n in raw if (t := clauses[n].then.exception_to) in raw and t != n}
    excepts: dict[str, list[str]] = {}
    for number, target in targets.items():
        excepts.setdefault(target, []).append(number)
    net: dict[str, pl.Expr] = {}

    def settle(number: str) -> pl.Expr:
        if number not in net:
            net[number] = pl.col(number)  # terms without circles never meet this again
            exceptions = [settle(e) for e in excepts.get(number, ())]
            if exceptions:
                net[number] = pl.col(number) & ~reduce(operator.or_, exceptions)
        return net[number]

    settled = []
    for number in raw:
        found, at, seen = settle(number), number, {number}
        while at in targets and targets[at] not in seen:
            at = targets[at]
            found = found & pl.col(at)
            seen.add(at)
        settled.append(found.alias(number))
    return answers.select(settled) if settled else answers


def actions_of(answers: pl.DataFrame, clauses: Mapping[str, Clause]) -> pl.DataFrame:
    """What is done of each row, from answers that `override_all` gave.

    A Boolean column for each kind of action that a clause promises, for `ANY` of them, and for
    `ASKED`. Null says of an action that it is not taken and an undetermined clause promises it.
    An edit that is a reviewer's to make is no action, but a question. Without any clause there is
    no column.
    """
    if not answers.columns:
        return answers
    promised = [(n, a) for n in answers.columns for a in clauses[n].then.actions if not _by_hand(a)]
    kinds = {a.kind for _, a in promised}
    taken = _strongest(promised)
    columns = {kind.value: _or_open(taken[kind], (n for n, a in promised if a.kind is kind))
               for kind in ActionKind if kind in kinds}
    columns[ANY] = _or_open(_any(taken.values()), (n for n, _ in promised))
    columns[ASKED] = _any(_asks(clauses[n], answers.columns) for n in answers.columns)
    return answers.with_columns(e.alias(name) for name, e in columns.items()).drop(answers.columns)


def _by_hand(action: PromisedAction) -> bool:
    return action.kind is ActionKind.EDIT and action.redacts is None


def _strongest(promised: list[tuple[str, PromisedAction]]) -> dict[ActionKind, pl.Expr]:
    """Kind -> whether one of it is taken: the twin of `strongest.strongest`, of kinds alone."""
    taken: dict[ActionKind, list[pl.Expr]] = {}
    rivals = {kind: group for group, kinds in STRENGTH.items() for kind in kinds}
    # Outside all territories that are named, what has no territory is done; inside, that too.
    places = [None, *sorted({code for _, a in promised for code in a.territory})]
    for place in places:
        here: dict[ActionKind, list[pl.Expr]] = {}
        for number, action in promised:
            if not action.territory or place in action.territory:
                here.setdefault(action.kind, []).append(_holds(number))
        for kind, holding in here.items():
            kinds = STRENGTH.get(rivals.get(kind, ""), (kind,))
            outdone = [e for k in kinds[kinds.index(kind) + 1:] for e in here.get(k, ())]
            found = _any(holding)
            taken.setdefault(kind, []).append(found & ~_any(outdone) if outdone else found)
    return {kind: _any(found) for kind, found in taken.items()}


def _asks(clause: Clause, there: list[str]) -> pl.Expr:
    """Whether a person is asked about a clause: it is undetermined and says so, and they could
    change anything; or it holds, and the edit is theirs to make."""
    number, then = clause.citation.number, clause.then
    asks = pl.col(number).is_null() if then.ask_within is not None else _NO
    if then.leave_alone and then.exception_to in there:
        asks = asks & pl.col(then.exception_to).ne_missing(pl.lit(value=False))
    return asks | _holds(number) if any(map(_by_hand, then.actions)) else asks


def _or_open(taken: pl.Expr, numbers: Iterable[str]) -> pl.Expr:
    """True where an action is taken, null where it is not and one of these is undetermined."""
    return pl.when(taken | ~_any(pl.col(n).is_null() for n in dict.fromkeys(numbers))).then(taken)


def _holds(number: str) -> pl.Expr:
    return pl.col(number).fill_null(value=False)


def _any(parts: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(operator.or_, parts, _NO)
