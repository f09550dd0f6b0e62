"""Every line that a `then` block may hold, and what it is read as."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import EvenhandError
from evenhand.model.action import ActionKind
from evenhand.model.period import Period
from evenhand.terms.categories import category, keyword
from evenhand.terms.territory import COUNTRIES, read_territory
from evenhand.terms.then import Cap, PromisedAction, Then

A = ActionKind


def then_of(making: Any, lines: str) -> Then:
    terms = making.of(making.clause("1", "post.satire", lines), making.clause(
        "2", 'for a matched claim:\n    claim.rating == "false"', "remove"))
    return terms.clause("1").then


def promised(kind: A, name: str, **more: Any) -> PromisedAction:
    return PromisedAction(kind=kind, name=name, line=0, **more)


@pytest.mark.parametrize(("line", "action", "says"), [
    ('label get-the-facts "Get the facts"',
     promised(A.LABEL, "get-the-facts", words="Get the facts"), "label get-the-facts"),
    ('label x1 "A “quoted” word in DE for you"  in DE  for 3 days',
     promised(A.LABEL, "x1", words="A “quoted” word in DE for you", territory=("DE",),
              lasts=Period(3, "day")), "label x1"),
    ('label x "X" linking "https://a.example/for/in" by the platform in FR',
     promised(A.LABEL, "x", words="X", link="https://a.example/for/in", page_by="platform",
              territory=("FR",)), "label x"),
    ('label x "X" linking "https://a.example" by fact-checker "Truth in Ghent for all"',
     promised(A.LABEL, "x", words="X", link="https://a.example", page_by="fact-checker",
              page_by_name="Truth in Ghent for all"), "label x"),
    ('interstitial look-first "Violence" for 1 week',
     promised(A.INTERSTITIAL, "look-first", words="Violence", lasts=Period(1, "week")),
     "interstitial look-first"),
    ('warn "Please read clause 4"', promised(A.WARN, "warn", words="Please read clause 4"), "warn"),
    ('warn twice "Again"', promised(A.WARN, "twice", words="Again"), "warn twice"),
    ("limit reach", promised(A.LIMIT, "limit-reach", limits="reach"), "limit reach"),
    ("limit age young for 72 hours",
     promised(A.LIMIT, "young", limits="age", lasts=Period(72, "hour")), "limit age young"),
    ("limit replies in FR, DE",
     promised(A.LIMIT, "limit-replies", limits="replies", territory=("DE", "FR")),
     "limit replies"),
    ("limit recommendation", promised(A.LIMIT, "limit-recommendation", limits="recommendation"),
     "limit recommendation"),
    ("hold for 24 hours", promised(A.HOLD, "hold", lasts=Period(24, "hour")), "hold"),
    ("demonetise for 1 month", promised(A.DEMONETISE, "demonetise", lasts=Period(1, "month")),
     "demonetise"),
    ("remove", promised(A.REMOVE, "remove"), "remove"),
    ("remove in-doubt in DE for 7 days",
     promised(A.REMOVE, "in-doubt", territory=("DE",), lasts=Period(7, "day")),
     "remove in-doubt"),
    ("suspend for a week", promised(A.SUSPEND, "suspend", lasts=Period(1, "week")), "suspend"),
    ("terminate", promised(A.TERMINATE, "terminate"), "terminate"),
    ("edit by reviewer", promised(A.EDIT, "edit"), "edit"),
    ("edit soften by reviewer", promised(A.EDIT, "soften"), "edit soften"),
])
def test_an_action_is_read_as_it_is_written(
        making: Any, line: str, action: PromisedAction, says: str) -> None:
    (read,) = then_of(making, line).actions
    assert making.replaced(read, line=0) == action
    assert read.says == says


def test_a_redaction_names_its_list(making: Any) -> None:
    clause = making.clause("1", "hits.phone_numbers >= 1", "edit redact phone_numbers",
                           more="```pattern phone_numbers\n\\d{7}\n```\n")
    (action,) = making.of(clause).clause("1").then.actions
    assert (action.kind, action.name, action.redacts) == (
        A.EDIT, "redact-phone-numbers", "phone_numbers")
    assert action.says == "edit redact-phone-numbers"


def test_a_link_to_the_matched_claim_is_the_fact_checks(making: Any) -> None:
    terms = making.of(making.clause("1", 'for a matched claim:\n    claim.rating == "false"',
                                    'label x "X" linking claim.fact_check'))
    assert terms.clause("1").then.actions[0].link == "claim.fact_check"


def test_all_that_a_clause_says_of_itself_is_read(making: Any) -> None:
    then = then_of(making, """remove

        category violence: incitement
        objection excessively violent
        illegal under "StGB s. 241 (DE)"
        force commitment
        if undetermined, ask a reviewer within 4 hours
        at most 1,500 a day, then stop""")
    assert then.category == category("violence")
    assert then.keyword == keyword(category("violence"), "incitement")
    assert then.objection == "excessively violent"
    assert then.illegal_under == "StGB s. 241 (DE)"
    assert then.force == "commitment"
    assert then.ask_within == Period(4, "hour")
    assert then.cap == Cap(count=1500, per=Period(1, "day"), then_ask=False)


def test_a_clause_is_a_policy_that_asks_nobody_and_has_no_cap_unless_it_says_so(
        making: Any) -> None:
    then = then_of(making, "remove\nif undetermined, take no action")
    assert (then.force, then.ask_within, then.cap) == ("policy", None, None)


@pytest.mark.parametrize(("line", "cap"), [
    ("at most 5 a minute, then stop", Cap(count=5, per=Period(1, "minute"), then_ask=False)),
    ("at most 200 an hour, then ask a reviewer",
     Cap(count=200, per=Period(1, "hour"), then_ask=True)),
    ("at most 200 an hour, then ask a reviewer within 24 hours",
     Cap(count=200, per=Period(1, "hour"), then_ask=True, ask_within=Period(24, "hour"))),
    ("at most 1000 a week, then stop", Cap(count=1000, per=Period(1, "week"), then_ask=False))])
def test_a_cap_is_a_count_in_a_period(making: Any, line: str, cap: Cap) -> None:
    assert then_of(making, f"remove\n{line}").cap == cap


def test_leaving_alone_is_what_an_exception_does(making: Any) -> None:
    then = then_of(making, "leave alone\nexception to 2")
    assert then.leave_alone and then.exception_to == "2"
    assert then.names == ("leave alone",)


def test_an_exception_may_act_instead(making: Any) -> None:
    then = then_of(making, "limit reach\nexception to 2")
    assert then.exception_to == "2" and then.names == ("limit reach",)


@pytest.mark.parametrize("line", [
    "remove from search", "remove,", "REMOVE", "limit reach for", "hold for 1 day 2 hours",
    "remove in", "remove in DE FR", "remove in DE,", 'label x "a" "b"', 'label x "a', "label x a",
    'label x "X" linking', 'label x "X" linking "javascript:alert(1)" by the platform',
    'label x "X" linking "https://" by the platform', "# remove", "- remove", "at most -1 an hour, "
    "then stop", "at most ٣ an hour, then stop", "force", "category", "category :x", "objection",
    "exception to", 'illegal under ""', "remove\x00", "at most 9999999999999999 an hour, then stop",
    "edit redact", "edit redact Phone", "if undetermined", "leave"])
def test_what_cannot_be_read_is_refused_as_ours(making: Any, line: str) -> None:
    with pytest.raises(EvenhandError):
        then_of(making, line)


def test_every_country_has_a_code_of_two_letters() -> None:
    assert len(COUNTRIES) == 249
    assert all(len(c) == 2 and c.isascii() and c.isupper() for c in COUNTRIES)
    assert read_territory("FR,DE, FR") == ("DE", "FR")


@pytest.mark.parametrize("words", ["", "  ", "e", "violen", "no such thing"])
def test_words_that_name_no_category_are_refused_with_the_choices(words: str) -> None:
    with pytest.raises(EvenhandError) as refused:
        category(words)
    assert "`violence`" in (refused.value.hint or "")


@pytest.mark.parametrize("force", ["commitment", "policy", "aspiration"])
def test_a_clause_without_a_condition_says_its_force_and_never_acts(
        making: Any, force: str) -> None:
    terms = making.of(
        "## 1 Freedom\n\nWe do not remove a post because of the party it supports.\n\n"
        f"```then\nforce {force}\ncategory civic discourse or elections\n```\n",
        making.clause("2", "post.satire", "remove"))
    clause = terms.clause("1")
    assert clause.rule is None and clause.then.force == force
    assert clause.then.actions == () and clause.then.category is not None
    assert not clause.then.needs_condition and terms.clause("2").then.needs_condition
    decision = making.decide(terms, {"post.satire": True})
    assert [g.citation.number for g in decision.grounds] == ["2"]


def test_the_promise_of_the_page_is_one(making: Any) -> None:
    page = (Path(__file__).parents[2] / "spec" / "terms.md").read_text(encoding="utf-8")
    found = re.search(r"^(```)promise\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found
    terms = making.of(f"## 1 Freedom\n\nSay what you think.\n\n```then\n{found[2]}```\n")
    assert terms.clause("1").then.force == "commitment"
