"""A backtest finds over columns what each post's clauses find one by one, and never guesses."""

from __future__ import annotations

import random
import runpy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.audit import backtest as module
from evenhand.audit.backtest import Backtest, backtest
from evenhand.audit.backtested import (
    ClauseChange,
    actions_changed,
    clauses_changed,
    facts_known,
    remarks,
)
from evenhand.audit.changes import GAINED, LOST, OPENED, STILL
from evenhand.decide.columns import ANY, ASKED
from evenhand.decide.exceptions import override
from evenhand.errors import EvenhandError
from evenhand.model.stance import STANCES
from evenhand.record.batch import Header
from evenhand.record.rows import BatchRefused
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer
from evenhand.terms.clauses import Terms

D = runpy.run_path(str(Path(__file__).with_name("datasets.py")))
frame_of, erase = D["frame_of"], D["erase"]


@dataclass
class InMemory:
    """A file of the dataset that lies in memory."""

    frame: pl.DataFrame
    terms: str | None = None
    shadow: str | None = None
    observers: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None
    name: str = "a file"
    damaged_from: int | None = None

    @property
    def header(self) -> Header:
        height = self.frame.height if self.rows is None else self.rows
        header: Header = D["header_of"](
            self.frame, self.terms, root=self.name, shadow=self.shadow, rows=height,
            measured=height + 3, observers=self.observers)
        return header

    @property
    def schema(self) -> pl.Schema:
        return self.frame.schema

    def read(self, columns: Sequence[str], start: int, length: int) -> pl.DataFrame:
        if self.damaged_from is not None and start + length > self.damaged_from:
            raise BatchRefused("this is no Parquet file that can be read, or it is damaged")
        return self.frame[start:start + length].select(*dict.fromkeys(columns))


def run(files: Iterable[InMemory], terms: Terms, *before: Terms, **more: Any) -> Backtest:
    by_digest = {t.digest: t for t in before}
    return backtest(files, terms=terms, before=by_digest.get, **more)


def told(result: Backtest, files: Sequence[InMemory] = ()) -> dict[str, ClauseChange]:
    return {c.number: c for c in clauses_changed(result, files)}


def words(name: str, *entries: str, info: str = "") -> str:
    lines = "".join(f"{e}\n" for e in entries)
    return f"```words {name}{info}\n{lines}```\n"


RISING = "post.mentions > {}"


@pytest.fixture
def twins(making: Any) -> tuple[Terms, Terms]:
    """Two versions of which clauses changed, were dropped, are new, and are exceptions."""
    claims = ('for a matched claim:\n    claim.confirmed and claim.rating == "false"\n'
              'unless post.stance in ["rebuts", "reports"]')
    before = making.of(
        making.clause("1", RISING.format(10), "limit reach"),
        making.clause("2", claims,
                      'label look "Look"\nif undetermined, ask a reviewer within 1 day'),
        making.clause("3", "post.paid", "leave alone\nexception to 1"),
        making.clause("4", "account.age < 3 days", "remove"))
    after = making.of(
        making.clause("1", RISING.format(4), "limit reach\nremove in DE"),
        making.clause("2", claims, 'label look "Look"'),
        making.clause("3", "post.paid or post.news", "leave alone\nexception to 1"),
        making.clause("5", "hits.rude >= 1 and not post.satire", "edit redact rude",
                    more=words("rude", "nincompoop")), version="2020-06-01",
        published="2020-05-20", in_force="2020-06-01")
    return before, after


RECORDS = st.lists(st.fixed_dictionaries({}, optional={
    "post.mentions": st.integers(0, 20), "post.paid": st.booleans(), "post.news": st.booleans(),
    "post.satire": st.booleans(), "post.stance": st.sampled_from(STANCES),
    "account.age": st.integers(0, 10).map(lambda n: timedelta(days=n)),
    "claim": st.lists(st.fixed_dictionaries({}, optional={
        "claim.confirmed": st.booleans(),
        "claim.rating": st.sampled_from(("true", "false"))}), max_size=2).map(tuple)}),
    max_size=20)


def net(terms: Terms, record: Mapping[str, Any]) -> dict[str, Answer]:
    """What the clauses find of one record, exceptions counted."""
    clauses = {c.citation.number: c for c in terms.clauses if c.rule is not None}
    found = override([evaluate(c.rule.condition, record, provision=n)
                      for n, c in clauses.items() if c.rule], clauses)
    return {f.provision: f.answer for f in found}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS, st.lists(st.booleans(), min_size=20, max_size=20))
def test_the_changes_are_those_of_every_record_answered_alone(
        twins: tuple[Terms, Terms], records: list[dict[str, Any]], gone: list[bool]) -> None:
    before, after = twins
    erased = [n for n in range(len(records)) if gone[n]]
    files = [InMemory(erase(frame_of(records, before), erased), before.digest)]
    result = run(files, after, before)
    expected: Counter[tuple[str, Answer, Answer]] = Counter()
    for n, record in enumerate(records):
        if n in erased:
            continue
        was, would = net(before, record), net(after, record)
        for number in {**was, **would}:
            expected[number, was.get(number, Answer.DOES_NOT_HOLD),
                     would.get(number, Answer.DOES_NOT_HOLD)] += 1
    found = {(number, *step): count.rows for number, moves in result.changes.clauses.items()
             for step, count in moves.counts.items()}
    assert found == {(n, *step): c for (n, *step), c in expected.items() if tuple(step) != STILL}
    assert result.changes.covered.erased == len(erased)
    for number, change in told(result, files).items():
        for how, samples in change.samples.items():
            total = {GAINED: change.moves.gained, LOST: change.moves.lost,
                     OPENED: change.moves.opened}[how].rows
            assert len(samples) == min(5, total)
            assert all(int(s.post.split(":")[1].split("@")[0]) not in erased for s in samples)
        assert change.state == {"4": "dropped", "5": "new"}.get(number, "kept")


def test_files_count_the_same_however_large_they_are(twins: tuple[Terms, Terms],
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = twins
    chance = random.Random(7)
    records = [{"post.mentions": chance.randrange(20), "post.paid": chance.random() < 0.5}
               for _ in range(100)]
    frame = frame_of(records, before)
    counted = []
    for part, cuts in ((1 << 18, [0, 100]), (16, [0, 100]), (16, [0, 3, 10, 50, 100]),
                       (1, [0, 50, 100])):
        monkeypatch.setattr(module, "PART", part)
        seen: list[int] = []
        files = [InMemory(frame[a:b], before.digest)
                 for a, b in pairwise(cuts)]
        result = run(files, after, before, progress=seen.append)
        assert sum(seen) == 100 and result.changes.covered.rows == 100
        counted.append((result.changes.clauses, result.changes.actions))
    assert all(one == counted[0] for one in counted)


def test_what_is_done_is_counted_by_kind_and_the_strongest_hides_the_rest(
        making: Any) -> None:
    before = making.of(making.clause("1", RISING.format(10), "limit reach"))
    after = making.of(making.clause("1", RISING.format(10), "limit reach"), making.clause(
        "2", RISING.format(15), "remove\nif undetermined, ask a reviewer within 1 day"))
    files = [InMemory(frame_of([{"post.mentions": n} for n in (5, 12, 20)] + [{}], before),
                      before.digest)]
    done = {a.action: a.moves for a in actions_changed(run(files, after, before))}
    assert list(done) == ["limit", "remove", ANY, ASKED]
    assert (done["limit"].before(Answer.HOLDS).rows, done["limit"].lost.rows) == (2, 1)
    assert done["limit"].after(Answer.UNDETERMINED).rows == 1
    assert (done["remove"].gained.rows, done["remove"].after(Answer.UNDETERMINED).rows) == (1, 1)
    assert done[ANY].gained.rows == done[ANY].lost.rows == 0
    assert done[ASKED].gained.rows == 1


def test_a_row_stands_for_as_many_posts_as_its_probability_says(making: Any) -> None:
    before = making.of(making.clause("1", RISING.format(10), "limit reach"))
    after = making.of(making.clause("1", RISING.format(4), "limit reach"))
    records = [{"post.mentions": 7}] * 3 + [{"post.mentions": 20}]
    files = [InMemory(frame_of(records, before, keep=0.25), before.digest),
             InMemory(frame_of(records, before), before.digest)]
    result = run(files, after, before)
    assert result.changes.covered.sampled and result.changes.covered.posts == 20
    gained = result.changes.clauses["1"].gained
    assert (gained.rows, gained.posts) == (6, 15)
    assert any("estimates" in said for said in remarks(result))
    alone = run(files[1:], after, before)
    assert not alone.changes.covered.sampled and alone.changes.covered.posts == 4


# --- what history lacks ---

@pytest.mark.parametrize(("then", "today", "why"), [
    (words("rude", "nincompoop"), words("rude", "nincompoop"), None),
    (words("rude", "a", "b"), words("rude", "b", "a"), None),
    (words("rude", "a", "b"), words("rude", "b", "c", "d"), "(2 more, 1 fewer)"),
    (words("rude", "a"), words("rude", "a", info=" on raw text"), "was sought on the folded"),
    (words("rude", "a"), "```pattern rude\na+\n```\n", "was a list of words"),
    (words("rude", info=f" sealed sha256:{'0' * 64}"),
     words("rude", info=f" sealed sha256:{'1' * 64}"), "is another than"),
    (words("rude", info=f" sealed sha256:{'0' * 64}"), words("rude", "a"), "was sealed"),
    (words("rude", info=f" sealed sha256:{'0' * 64}"),
     words("rude", info=f" sealed sha256:{'0' * 64}"), None)])
def test_what_was_counted_of_another_list_is_lacking(making: Any, then: str, today: str,
                                                     why: str | None) -> None:
    before = making.of(making.clause("1", "hits.rude >= 1", "remove", more=then))
    after = making.of(making.clause("1", "hits.rude >= 1", "remove", more=today))
    files = [InMemory(frame_of([{"hits.rude": 1}, {"hits.rude": 0}], before), before.digest)]
    result = run(files, after, before)
    change, (known,) = told(result, files)["1"], facts_known(result)
    if why is None:
        assert not change.changes and not change.lacks and known.known.known == 2
        return
    assert change.moves.in_doubt.rows == 1 and change.moves.opened.rows == 2
    assert change.lacks == ("hits.rude",) and known.known.known == 0
    (reason, rows), = known.known.lacking.items()
    assert why in reason and rows == 2
    assert all(s.lacking == ("hits.rude",) and s.facts == {} for s in change.samples[OPENED])


def test_a_list_of_terms_that_are_not_found_is_lacking(making: Any) -> None:
    terms = making.of(making.clause("1", "hits.rude >= 1", "remove", more=words("rude", "a")))
    result = run([InMemory(frame_of([{"hits.rude": 1}], terms), "sha256:gone")], terms)
    (known,) = facts_known(result)
    assert "are not found" in next(iter(known.known.lacking))
    assert result.changes.clauses["1"].in_doubt.rows == 1


def test_a_fact_without_a_column_or_a_field_is_lacking_and_decides_nothing(making: Any) -> None:
    before = making.of(making.clause("1", RISING.format(10), "remove"))
    after = making.of(
        making.clause("1", "post.mentions > 4 and post.satire", "remove"),
        making.clause("2", 'for a matched claim:\n    claim.confirmed and claim.rating == "false"',
                    'label look "Look"'))
    frame = frame_of([{"post.mentions": 2, "claim": ()},
                      {"post.mentions": 20, "claim": ({"claim.confirmed": True},)}], before)
    confirmed = pl.col("claim").list.eval(pl.struct(pl.element().struct.field("confirmed")))
    frame = frame.drop("post__satire").with_columns(confirmed)
    files = [InMemory(frame, before.digest)]
    result = run(files, after, before)
    change = told(result, files)
    # Of the first post it is plain without the fact: too few are named, and nothing was matched.
    assert change["1"].moves.after(Answer.UNDETERMINED).rows == 1
    assert change["2"].moves.after(Answer.UNDETERMINED).rows == 1
    lacking = {f.fact: dict(f.known.lacking) for f in facts_known(result) if f.known.lacking}
    assert lacking == {"post.satire": {"it was not measured then": 2},
                       "claim.rating": {"it was not measured then": 2}}
    (sample,) = change["2"].samples[OPENED]
    assert sample.facts == {"claim": ({"claim.confirmed": True},)}
    assert sample.lacking == ("claim.rating",)


def test_a_fact_of_another_version_of_its_signal_is_used_and_told(making: Any) -> None:
    terms = making.of(making.clause("1", RISING.format(10), "remove"))
    frame = frame_of([{"post.mentions": 20}], terms)
    result = run([InMemory(frame, terms.digest, observers={"post__mentions": "test@0"})], terms,
                 terms)
    assert result.changes.otherwise == {("post.mentions", "test@0", "test@1")}
    assert any("test@0" in said for said in remarks(result))
    assert not told(result)["1"].changes


# --- the terms then ---

def test_where_the_terms_then_are_not_found_conditions_alone_are_compared(making: Any) -> None:
    both = making.of(making.clause("1", RISING.format(4), "remove"),
                   making.clause("2", "post.paid", "leave alone\nexception to 1"))
    new = making.of(making.clause("1", RISING.format(4), "remove"),
                  making.clause("2", "post.paid", "leave alone\nexception to 1"),
                  making.clause("3", "post.news", "remove"))
    frame = frame_of([{"post.mentions": 9, "post.paid": True, "post.news": False}], both)
    result = run([InMemory(frame, "sha256:gone")], new)
    assert not result.knows_actions_before
    assert {n: c.changes for n, c in told(result).items()} == {"1": False, "2": False, "3": False}
    assert told(result)["3"].state == "not known before"
    assert any("not found for 1 row." in said for said in remarks(result))
    found = run([InMemory(frame, both.digest)], new, both)
    assert found.knows_actions_before and told(found)["3"].state == "new"
    assert told(found)["3"].changes


def test_terms_that_were_named_are_taken_on_the_word_of_whoever_named_them(making: Any) -> None:
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}], terms)
    result = backtest([InMemory(frame, "sha256:other")], terms=terms, before=lambda _: terms)
    assert result.knows_actions_before
    assert any("on the word of whoever named it" in said for said in remarks(result))


def test_posts_measured_under_no_terms_had_no_clause(making: Any) -> None:
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}], None, vocabulary=terms.vocabulary)
    result = run([InMemory(frame, None)], terms, samples=0)
    assert result.knows_actions_before and told(result)["1"].moves.gained.rows == 1
    assert told(result)["1"].state == "new"


def test_a_clause_that_the_terms_then_do_not_have_is_told(making: Any) -> None:
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}], terms).with_columns(
        pl.Series("holds", [["9.9"]]))
    result = run([InMemory(frame, terms.digest)], terms, terms, samples=0)
    assert any("9.9" in said for said in remarks(result))
    assert told(result)["9.9"].state == "dropped" and told(result)["9.9"].moves.lost.rows == 1


def test_terms_without_a_rule_drop_every_clause(making: Any) -> None:
    before = making.of(making.clause("1", RISING.format(4), "remove"))
    after = making.of("## 1 A promise\n\nWe keep it.\n\n```then\nforce commitment\n```\n")
    result = run([InMemory(frame_of([{"post.mentions": 9}], before), before.digest)], after,
                 before, samples=0)
    assert told(result)["1"].state == "dropped"
    assert {a.action: a.moves.lost.rows for a in actions_changed(result)} == {
        "remove": 1, ANY: 1, ASKED: 0}


# --- files ---

def test_what_was_measured_in_shadow_is_left_out(making: Any) -> None:
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}], terms)
    result = run([InMemory(frame, terms.digest, shadow="ab" * 32)], terms, terms)
    assert (result.changes.covered.shadow, result.changes.covered.rows) == (1, 0)
    assert any("in shadow" in said for said in remarks(result))


def wrong_frame(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[pl.DataFrame],
                                                                            InMemory]:
    return lambda frame: InMemory(change(frame), name="the wrong one")


@pytest.mark.parametrize(("wrong", "why"), [
    (wrong_frame(lambda f: f.with_columns(post__mentions=pl.lit("many"))),
     "the column `post__mentions` is String, not Int64"),
    (wrong_frame(lambda f: f.with_columns(kept_with=pl.lit(0.0))), "a probability that is none"),
    (wrong_frame(lambda f: f.with_columns(kept_with=pl.lit(None, pl.Float64))),
     "neither whole nor erased"),
    (wrong_frame(lambda f: f.with_columns(undetermined=pl.lit(None, pl.List(pl.String)))),
     "neither whole nor erased"),
    (wrong_frame(lambda f: f.with_columns(made_at=pl.lit(2**62).cast(pl.Datetime("us", "UTC")))),
     "no calendar"),
    (lambda f: InMemory(f, rows=5), "fewer rows than it says"),
    (lambda f: InMemory(f, damaged_from=0), "damaged")])
def test_a_wrong_file_is_told_and_the_others_count(
        making: Any, wrong: Callable[[pl.DataFrame], InMemory], why: str) -> None:
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}, {"post.mentions": 1}], terms)
    files = [InMemory(frame, terms.digest),
             replace(wrong(frame), terms=terms.digest, name="the wrong one"),
             InMemory(frame, terms.digest)]
    result = run(files, terms, terms)
    (refused,) = result.refused
    assert why in refused.what and refused.where == "the wrong one"
    assert (result.changes.covered.files, result.changes.covered.rows) == (2, 4)
    assert any("1 file was refused" in said for said in remarks(result))


def test_a_large_file_whose_end_is_damaged_counts_nowhere(
        making: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 4)
    before = making.of(making.clause("1", RISING.format(40), "remove"))
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}] * 20, before)
    result = run([InMemory(frame, before.digest, damaged_from=18),
                  InMemory(frame, before.digest)], terms, before)
    assert result.changes.clauses["1"].gained.rows == 20 and len(result.refused) == 1
    assert {p.file for p in result.changes.samples.places["1", GAINED]} == {1}


def test_a_post_that_is_erased_between_counting_and_showing_is_not_shown(making: Any) -> None:
    before = making.of(making.clause("1", RISING.format(40), "remove"))
    terms = making.of(making.clause("1", RISING.format(4), "remove"))
    frame = frame_of([{"post.mentions": 9}] * 2, before)
    result = run([InMemory(frame, before.digest)], terms, before)
    (shown,) = told(result, [InMemory(erase(frame, [0]), before.digest)])["1"].samples[GAINED]
    assert shown.post == "agora:1@1" and shown.facts == {"post.mentions": 9}
    with pytest.raises(EvenhandError, match="changed while it was read"):
        told(result, [InMemory(frame[:0], before.digest)])


def test_a_sample_of_a_dropped_clause_is_told_by_what_the_clause_named(making: Any) -> None:
    before = making.of(making.clause("1", "post.mentions > 4 and not post.news", "remove"),
                     making.clause("2", "post.paid", "leave alone\nexception to 1"))
    after = making.of(making.clause("7", "post.news", "remove"))
    files = [InMemory(frame_of([{"post.mentions": 9, "post.news": False, "post.paid": False}],
                               before), before.digest)]
    (shown,) = told(run(files, after, before), files)["1"].samples[LOST]
    assert shown.facts == {"post.mentions": 9, "post.news": False, "post.paid": False}
    assert not shown.missing and not shown.lacking
