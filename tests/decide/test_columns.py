"""What findings come to over columns is what the decision makes of them, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from evenhand.decide.columns import ANY, ASKED, actions_of, answers_of, override_all
from evenhand.decide.deciding import decide
from evenhand.decide.exceptions import override
from evenhand.decide.question import Question
from evenhand.model.action import ActionKind
from evenhand.model.decision import Cause, CauseKind, Decider, Decision
from evenhand.model.period import Period
from evenhand.model.post import Account, Post, PostId
from evenhand.model.signal import Dossier
from evenhand.rulebook.document import Citation, read_document
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import INTEGER, Fact, Vocabulary
from evenhand.terms.clauses import Clause, Terms, read_terms
from evenhand.terms.then import PromisedAction, Then

ANSWERS = {True: Answer.HOLDS, False: Answer.DOES_NOT_HOLD, None: Answer.UNDETERMINED}
NUMBERS = ("1.1", "1.2", "2.1", "2.2", "3.1", "3.2")
NOW = datetime(2020, 5, 26, tzinfo=UTC)
A_DAY = Period.parse("1 day")

TERMS: Terms = read_terms([read_document("""---
terms: T
version: 1
published: 2020-01-01
in force: 2020-01-01
time zone: UTC
language: en
appeal within: 6 months
appeals to: nobody
---

# T

## 1 One

Words.

```when
post.copies > 1
```

```then
remove
```

```case it holds
post.copies = 2
-> remove
```

```case it does not
post.copies = 1
-> does not hold
```
""", name="t.md")], vocabulary=Vocabulary.of([Fact(
    name="post.copies", type=INTEGER, meaning="", observer="", audience="author")]),
    digest="sha256:" + "0" * 64)


@st.composite
def promises(draw: st.DrawFn) -> PromisedAction:
    """An action that a clause may promise."""
    kind = draw(st.sampled_from(ActionKind))
    limits = draw(st.sampled_from(("reach", "replies"))) if kind is ActionKind.LIMIT else None
    worded = kind in (ActionKind.LABEL, ActionKind.WARN, ActionKind.INTERSTITIAL)
    return PromisedAction(
        kind=kind, name=draw(st.sampled_from(("one", "two"))), limits=limits, line=1,
        words="Words." if worded else None,
        lasts=A_DAY if kind in (ActionKind.HOLD, ActionKind.SUSPEND) else None,
        territory=draw(st.sampled_from(((), (), ("DE",), ("DE", "FR")))))


@st.composite
def some_clauses(draw: st.DrawFn) -> dict[str, Clause]:
    """Clauses of which some are exceptions to an earlier one: never in a circle."""
    made = {}
    for n, number in enumerate(NUMBERS):
        target = draw(st.none() | st.sampled_from(NUMBERS[:n])) if n else None
        alone = target is not None and draw(st.booleans())
        actions = () if alone else tuple(draw(st.lists(
            promises(), min_size=1, max_size=2, unique_by=lambda a: a.says)))
        made[number] = Clause(
            citation=Citation(document="T", version="1", digest="", number=number), title="",
            words="", rule=None, then=Then(
                actions=actions, leave_alone=alone, exception_to=target,
                ask_within=draw(st.none() | st.just(A_DAY))))
    order = draw(st.permutations(NUMBERS))
    return {number: made[number] for number in order}


ROWS = st.lists(st.tuples(*[st.sampled_from((True, False, None))] * len(NUMBERS)), max_size=12)


def frame_of(rows: list[tuple[bool | None, ...]], numbers: list[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(numbers, pl.Boolean), orient="row")


@given(some_clauses(), ROWS)
def test_an_exception_does_the_same_over_columns_as_on_one_post(
        clauses: dict[str, Clause], rows: list[tuple[bool | None, ...]]) -> None:
    numbers = list(clauses)
    found = override_all(frame_of(rows, numbers), clauses)
    for row, net in zip(rows, found.iter_rows(named=True), strict=True):
        alone = override([Finding(provision=n, answer=ANSWERS[a])
                          for n, a in zip(numbers, row, strict=True)], clauses)
        assert {n: ANSWERS[a] for n, a in net.items()} == {f.provision: f.answer for f in alone}


def decided(clauses: dict[str, Clause], row: tuple[bool | None, ...]) -> Decision | None:
    """What is decided of a post that has just arrived."""
    post = Post(id=PostId(platform="agora", native="1"), text="Words.", made_at=NOW,
                author=Account(platform="agora", id="ada"))
    return decide(Question(
        post=post, terms=TERMS, clauses=tuple(clauses.values()), dossier=Dossier(),
        findings=tuple(Finding(provision=n, answer=ANSWERS[a])
                       for n, a in zip(clauses, row, strict=True)),
        cause=Cause(kind=CauseKind.ARRIVAL, id="1", at=NOW),
        decider=Decider(kind="rule"), platform="agora", now=NOW, clock="live", taken={},
        standing=None, ends=lambda start, lasts: start + timedelta(days=1),
        due=lambda start, within: start + timedelta(days=1)), identity="", facts_digest="")


@given(some_clauses(), ROWS)
def test_what_is_done_over_columns_is_what_is_decided_of_one_post(
        clauses: dict[str, Clause], rows: list[tuple[bool | None, ...]]) -> None:
    answers = override_all(frame_of(rows, list(clauses)), clauses)
    done = actions_of(answers, clauses)
    for row, columns in zip(rows, done.iter_rows(named=True), strict=True):
        decision = decided(clauses, row)
        kinds = {a.kind.value for a in decision.actions} if decision else set()
        asked = bool(decision and decision.asks)
        assert {name for name, taken in columns.items() if taken} == (
            kinds | ({ANY} if kinds else set()) | ({ASKED} if asked else set()))


@given(some_clauses(), ROWS)
def test_what_is_open_could_be_taken_if_an_undetermined_clause_held(
        clauses: dict[str, Clause], rows: list[tuple[bool | None, ...]]) -> None:
    answers = override_all(frame_of(rows, list(clauses)), clauses)
    done = actions_of(answers, clauses)
    for net, columns in zip(answers.iter_rows(named=True), done.iter_rows(named=True),
                            strict=True):
        promised = {a.kind.value for n, answer in net.items() if answer is None
                    for a in clauses[n].then.actions
                    if a.kind is not ActionKind.EDIT or a.redacts is not None}
        assert {name for name, taken in columns.items() if taken is None} == {
            name for name in promised if columns[name] is not True} | (
            {ANY} if promised and columns[ANY] is not True else set())


def test_lists_of_numbers_become_answers_whatever_they_hold() -> None:
    lists = pl.DataFrame({"holds": [["2.1", "9.9"], [], []],
                          "undetermined": [["3.2"], ["2.1"], []]})
    assert answers_of(lists, ["3.2", "2.1", "4.4"]).rows() == [
        (None, True, False), (False, None, False), (False, False, False)]
    assert answers_of(lists, []).shape == (3, 0)
    assert answers_of(lists.clear(), ["2.1"]).schema == {"2.1": pl.Boolean}
