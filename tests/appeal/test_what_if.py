"""What turns on a disputed fact: by examples, and against the definition word by word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evenhand.appeal.appealed import Appealed
from evenhand.appeal.what_if import as_stated, what_if
from evenhand.model.decision import CauseKind
from evenhand.rulebook.answer import answer
from evenhand.rulebook.condition import Condition
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.syntax import And, FactName, Not, Or

A, B, P = "post.satire", "post.news", "post.paid"
NAMES = (A, B, P, "account.watch", "account.warrant")


def asked(making: Any, appealing: Any, when: str, known: Mapping[str, Any],
          said: Mapping[str, Any], *more: str) -> Any:
    """What if the facts are as said, of a post removed under clause 1."""
    terms = making.of(making.clause("1", when, "remove"), *more)
    against = appealing.against(making.decide(terms, known), terms)
    appeal = appealing.appeal(against, *(appealing.fact(n, v) for n, v in said.items()))
    return what_if(appeal, against, net=appealing.net(against))


def test_a_fact_without_which_the_clause_would_hold_is_decisive(
        making: Any, appealing: Any) -> None:
    found = asked(making, appealing, f"{A} and post.mentions > 3", {A: True, "post.mentions": 9},
                  {A: False, "post.mentions": 8})
    assert (found.turns, found.decisive) == (("1",), (0,))
    assert found.findings[0].answer is Answer.DOES_NOT_HOLD


def test_each_of_two_facts_that_suffice_is_decisive_though_neither_is_needed(
        making: Any, appealing: Any) -> None:
    found = asked(making, appealing, f"{A} and {B}", {A: True, B: True}, {A: False, B: False})
    assert (found.turns, found.decisive) == (("1",), (0, 1))


def test_two_facts_that_are_needed_together_are_decisive(making: Any, appealing: Any) -> None:
    found = asked(making, appealing, f"{A} or {B}", {A: True, B: True}, {A: False, B: False})
    assert (found.turns, found.decisive) == (("1",), (0, 1))


def test_where_none_is_needed_and_none_suffices_all_that_the_clause_names_are(
        making: Any, appealing: Any) -> None:
    when = f"({A} or {B}) and ({P} or account.watch)"
    known = {A: True, B: True, P: True, "account.watch": True, "post.mentions": 4}
    found = asked(making, appealing, when, known,
                  dict.fromkeys((A, B, P, "account.watch"), False) | {"post.mentions": 5})
    assert (found.turns, found.decisive) == (("1",), (0, 1, 2, 3))


def test_a_fact_that_changes_nothing_is_not_decisive(making: Any, appealing: Any) -> None:
    found = asked(making, appealing, "post.mentions > 3", {"post.mentions": 9},
                  {"post.mentions": 4})
    assert (found.turns, found.decisive) == ((), ())


def test_a_fact_that_makes_an_exception_hold_is_decisive(making: Any, appealing: Any) -> None:
    more = making.clause("1.1", B, "leave alone\nexception to 1")
    found = asked(making, appealing, A, {A: True, B: False}, {B: True}, more)
    assert (found.turns, found.decisive) == (("1",), (0,))


def test_a_clause_that_becomes_undetermined_holds_no_more(making: Any, appealing: Any) -> None:
    found = asked(making, appealing, f"{A} or {B}", {A: True}, {A: False})
    assert (found.turns, found.decisive) == (("1",), (0,))
    assert found.findings[0].answer is Answer.UNDETERMINED


def test_an_appeal_that_disputes_no_fact_turns_nothing(making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    against = appealing.against(making.decide(terms, {A: True}), terms)
    found = what_if(appealing.appeal(against, appealing.reading()), against,
                    net=appealing.net(against))
    assert (found.turns, found.decisive) == ((), ())


def test_a_fact_check_that_is_not_about_the_post_is_put_so_in_its_own_element(
        making: Any, appealing: Any) -> None:
    terms = making.of(making.clause(
        "1", 'for a matched claim:\n    claim.confirmed and claim.rating == "false"', "remove"))
    keys = ("a" * 32, "b" * 32)
    both = tuple(making.match(key=k) for k in keys)
    for matches, turns in ((both[:1], ("1",)), (both, ())):
        decision = making.settle(terms, making.dossier(matches=matches)).decision
        against = appealing.against(decision, terms)
        appeal = appealing.appeal(against, appealing.fact("claim.confirmed", False, claim=keys[0]))
        found = what_if(appeal, against, net=appealing.net(against))
        assert (found.turns, found.decisive) == (turns, (0,) if turns else ())
    record = as_stated(against.facts, appeal.disputes, against.keys)
    assert [e["claim.confirmed"] for e in record["claim"]] == [False, True]  # type: ignore[union-attr, call-overload, index]
    assert [e["claim.confirmed"] for e in against.facts["claim"]] == [True, True], "it is a copy"


def test_a_claim_that_is_denied_is_repeated_by_no_rule_either(
        making: Any, appealing: Any) -> None:
    terms = making.of(making.clause(
        "1", 'for a matched claim:\n    (claim.confirmed or claim.repeats) and claim.rating == '
        '"false"', "remove"))
    match = making.replaced(making.match(key="a" * 32), by="exact text", confirmed_by="exact text")
    against = appealing.against(
        making.settle(terms, making.dossier(matches=(match,))).decision, terms)
    appeal = appealing.appeal(against, appealing.fact("claim.confirmed", False, claim="a" * 32))
    found = what_if(appeal, against, net=appealing.net(against))
    assert (found.turns, found.decisive) == (("1",), (0,))


def test_a_claim_that_is_borne_out_is_repeated_as_before(making: Any, appealing: Any) -> None:
    terms = making.of(making.clause(
        "1", 'for a matched claim:\n    claim.repeats and claim.rating == "false"', "remove"))
    match = making.replaced(making.match(key="a" * 32), by="exact text", confirmed_by="exact text")
    against = appealing.against(
        making.settle(terms, making.dossier(matches=(match,))).decision, terms)
    for said, turns in ((True, ()), (False, ("1",))):
        appeal = appealing.appeal(against, appealing.fact("claim.confirmed", said, claim="a" * 32))
        assert what_if(appeal, against, net=appealing.net(against)).turns == turns


def test_what_a_reporter_says_can_make_a_clause_hold(making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", f"{A} and {B}", "remove"),
                      making.clause("1.1", P, "leave alone\nexception to 1"))
    decision = making.decide(terms, {A: False, B: True, P: False}, decider=appealing.reviewer,
                             cause=making.cause(CauseKind.REPORT, "r"))
    against = appealing.against(decision, terms)
    appeal = appealing.appeal(against, appealing.fact(A, True), appealing.fact("post.mentions", 1),
                              party="reporter")
    found = what_if(appeal, against, net=appealing.net(against))
    assert (found.turns, found.decisive) == (("1",), (0,))
    excepted = replace(appeal, disputes=(*appeal.disputes, appealing.fact(P, True)))
    assert what_if(excepted, against, net=appealing.net(against)).turns == ()


def names_of(parts: Any) -> Any:
    return st.recursive(
        st.sampled_from([FactName(name=n) for n in NAMES]),
        lambda inner: st.one_of(
            inner.map(lambda part: Not(part=part)),
            st.lists(inner, min_size=2, max_size=3).map(lambda p: And(parts=tuple(p))),
            st.lists(inner, min_size=2, max_size=3).map(lambda p: Or(parts=tuple(p)))),
        max_leaves=parts)


@pytest.fixture(scope="module")
def template(making: Any, appealing: Any) -> Appealed:
    terms = making.of(making.clause("1", A, "remove"))
    return appealing.against(making.decide(terms, {A: True}), terms)  # type: ignore[no-any-return]


@given(tree=names_of(8), known=st.dictionaries(st.sampled_from(NAMES), st.booleans()),
       said=st.dictionaries(st.sampled_from(NAMES), st.booleans(), min_size=1))
@settings(max_examples=300, deadline=None)
def test_what_is_decisive_is_what_the_definition_says(
        making: Any, appealing: Any, template: Appealed, tree: Any, known: dict[str, bool],
        said: dict[str, bool]) -> None:
    condition = Condition.of(tree, making.vocabulary)
    assume(answer(condition, known) is Answer.HOLDS)
    (clause,) = template.clauses
    assert clause.rule is not None
    against = replace(template, facts=known, clauses=(
        replace(clause, rule=replace(clause.rule, condition=condition)),))
    names = tuple(said)

    def falls(places: Iterable[int]) -> bool:
        chosen = {names[n]: said[names[n]] for n in places}
        return answer(condition, known | chosen) is not Answer.HOLDS

    every = set(range(len(names)))
    suffices = {n for n in every if falls({n})}
    needed = {n for n in every if falls(every) and not falls(every - {n})}
    expected = suffices | needed
    if falls(every) and not expected:
        expected = {n for n in every if names[n] in condition.names}
    found = what_if(appealing.appeal(against, *(appealing.fact(n, v) for n, v in said.items())),
                    against, net=lambda findings: findings)
    assert found.turns == (("1",) if falls(every) else ())
    assert set(found.decisive) == expected
    assert found.decisive or not found.turns, "where a clause turns, something decides"
