"""The page `spec/terms.md` says what the code does: its example, its lines, its keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from evenhand.model.action import EFFECTS, STRENGTH, ActionKind
from evenhand.rulebook.document import read_document
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.terms.clauses import check_terms
from evenhand.terms.front import FRONT_KEYS, REQUIRED_KEYS

PAGE = (Path(__file__).parents[2] / "spec" / "terms.md").read_text(encoding="utf-8")


def test_the_example_is_a_version_without_mistakes_or_untested_parts(making: Any) -> None:
    found = re.search(r"^````markdown\n(.*?)^````$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    checked = check_terms(read_document(found[1], name="terms.md"), making.vocabulary)
    assert checked.problems == () and checked.untested == () and checked.cases_run == 5


def test_the_table_of_keys_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| (`[^|]*`) \| .* \| (yes|no|with siblings|unless nobody) \|$", PAGE,
                      re.MULTILINE)
    keys = {key: needed for cell, needed in rows for key in re.findall("`([^`]+)`", cell)}
    assert set(keys) == set(FRONT_KEYS)
    assert {k for k, needed in keys.items() if needed == "yes"} == set(REQUIRED_KEYS)


LINES = re.findall(r"^\| (`.*`) \| [^|]+ \|(?: (adds|restricts|edits))? \|$", PAGE, re.MULTILINE)
FILLED = {"[NAME] ": "", " [NAME]": "", "NAME": "one", "WHAT": "reach", "PERIOD": "3 days",
          "LIST": "phone", "NUMBER": "2", " N ": " 5 ", " UNIT": "n hour", "LAW": "the law",
          "category WORDS: WORDS": "category violence: incitement",
          "category WORDS": "category violence", "objection WORDS": "objection harassing",
          "force WORD": "force aspiration"}


def filled(line: str) -> str:
    for word, example in FILLED.items():
        line = line.replace(word, example)
    return line


@pytest.mark.parametrize(("cell", "effect"), LINES, ids=[c for c, _ in LINES])
def test_each_line_of_the_table_is_read_and_has_the_effect_it_says(
        making: Any, cell: str, effect: str) -> None:
    for line in re.findall("`([^`]+)`", cell):
        text = filled(line)
        whole = text if effect else f"remove\n{text}"
        if text == "leave alone":
            whole = "leave alone\nexception to 2"
        pattern = "```pattern phone\n\\d{7}\n```\n"
        terms = making.of(making.clause("1", "post.satire or hits.phone >= 1", whole,
                                        more=pattern),
                          making.clause("2", "post.news", "remove"))
        then = terms.clause("1").then
        if effect:
            assert EFFECTS[then.actions[0].kind].value == effect


def test_the_table_holds_every_action_and_every_line() -> None:
    said = {line.split()[0] for cell, _ in LINES for line in re.findall("`([^`]+)`", cell)}
    assert {k.value for k in ActionKind} < said
    assert said == {k.value for k in ActionKind} | {
        "leave", "exception", "if", "at", "category", "objection", "illegal", "force"}


def test_each_link_of_the_page_is_one(making: Any) -> None:
    found = re.search(r"^```linking\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    for link in found[1].strip().split("\n"):
        making.of(making.clause("1", 'for a matched claim:\n    claim.rating == "false"',
                                f'label x "X" {link}'))


def test_the_strengths_of_the_page_are_those_of_the_code() -> None:
    for kinds in STRENGTH.values():
        assert f"({', then '.join(k.value for k in kinds)})" in PAGE


@pytest.mark.parametrize("address", [
    "https://example.org/appeals", "http://example.org", "appeals@example.org",
    "https://example.org/appeals?from=notice", "a.b+c@mail.example.org"])
def test_an_address_for_appeals_is_one_of_the_web_or_of_e_mail(making: Any, address: str) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove"), appeals_at=address)
    assert terms.front.appeals_at == address


@pytest.mark.parametrize("address", ["our office", "https://", "example.org", "@example.org",
                                     "a b@example.org", "javascript:alert@x.y",
                                     "https://user@example.org/"])
def test_what_nobody_can_write_to_is_no_address_for_appeals(making: Any, address: str) -> None:
    with pytest.raises(DraftingErrors, match="is not an address"):
        making.of(making.clause("1", "post.satire", "remove"), appeals_at=address)


def test_terms_may_promise_when_a_report_is_decided_and_an_appeal_answered(making: Any) -> None:
    clause = making.clause("1", "post.satire", "remove")
    front = making.of(clause, reports_decided_within="72 hours",
                      appeals_answered_within="14 days").front
    assert str(front.reports_within) == "72 hours" and str(front.appeals_within) == "14 days"
    silent = making.of(clause).front
    assert silent.reports_within is None and silent.appeals_within is None
