"""A whole document checked: its rules, its cases, its lists, and what no case tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evenhand.rulebook.check import Checked
from evenhand.rulebook.drafting import DraftingErrors, Source, suggest
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.lists import Pattern, WordList, facts_of_lists

Check = Callable[..., Checked]
AGORA = (Path(__file__).parent / "agora.md").read_text(encoding="utf-8")
FRONT = "---\nterms: Terms of Example\ntime zone: Europe/Berlin\n---\n# Terms of Example\n\n"


def clause(when: str, *cases: str, more: str = "") -> str:
    blocks = "".join(f"```case number {i}\n{c}\n```\n" for i, c in enumerate(cases, 1))
    return (FRONT + f"## 1 Rule\nWords for people.\n```when\n{when}\n```\n"
            f"```then\nlabel it\n```\n{blocks}{more}")


def test_the_example_of_the_house_passes_with_its_three_cases(check_text: Check) -> None:
    checked = check_text(AGORA)
    assert checked.problems == ()
    assert checked.cases_run == 3
    rule, = checked.rules
    assert rule.provision.number == "3.2"
    assert rule.effects.names == ("label get-the-facts",)
    assert rule.condition.binds == "claim"
    assert rule.condition.names == ("claim.confirmed", "claim.rating", "claim.topics",
                                    "post.stance")
    labelled = evaluate(rule.condition, rule.cases[0].record, provision="3.2")
    assert (labelled.answer, labelled.bound) == (Answer.HOLDS, 0)


def test_the_parts_that_its_three_cases_do_not_need_are_named(check_text: Check) -> None:
    untested = check_text(AGORA).untested
    assert [(u.provision, u.line, u.column, u.part) for u in untested] == [
        ("3.2", 24, 5, "claim.confirmed"),
        ("3.2", 24, 25, 'claim.rating in ["false", "misleading"]'),
        ("3.2", 24, 51, '"misleading"'),
        ("3.2", 24, 69, '"how to vote" in claim.topics'),
        ("3.2", 25, 34, '"reports"'),
    ]
    assert untested[2].message == ('every case passes without `"misleading"`: add a case in which '
                                   '`claim.rating` is `"misleading"`')


def test_with_a_case_for_each_part_nothing_is_untested(check_text: Check) -> None:
    given_ = """claim.confirmed = yes; claim.rating = "false"; claim.topics = ["how to vote"]
post.stance = "asserts\""""
    more = "".join(f"\n```case {title}\n{facts}\n-> {says}\n```\n" for title, facts, says in (
        ("unconfirmed", given_.replace("yes", "no"), "does not hold"),
        ("rated true", given_.replace('"false"', '"true"'), "does not hold"),
        ("misleading", given_.replace('"false"', '"misleading"'), "label get-the-facts"),
        ("of the weather", given_.replace("how to vote", "weather"), "does not hold"),
        ("reported", given_.replace("asserts", "reports"), "does not hold")))
    checked = check_text(AGORA + more)
    assert checked.problems == ()
    assert checked.cases_run == 8
    assert checked.untested == ()


def test_parts_of_every_kind_are_dropped_in_turn(check_text: Check) -> None:
    checked = check_text(clause(
        'shares(post.topics, ["a", "b"]) or not (post.paid and young)\n'
        "unless account.verified\nunless post.copies > 3",
        "-> undetermined", more="\n## 2 Words\n```define young\naccount.age < 7 days or "
        "account.followers < 9\n```\n"))
    assert checked.problems == ()
    assert [u.part for u in checked.untested] == [
        'shares(post.topics, ["a", "b"])', '"a"', '"b"', "not (post.paid and young)", "post.paid",
        "young", "account.verified", "post.copies > 3", "account.age < 7 days",
        "account.followers < 9"]
    assert checked.untested[-1].provision == "2"


def test_cases_speak_of_several_claims_of_none_and_of_nobody_looking(check_text: Check) -> None:
    checked = check_text(clause(
        'for a matched claim:\n    claim.rating == "false" and claim.checked < 2020-05-27',
        'claim.rating = "true"; claim[2].rating = "false"\nclaim[2].checked = 2020-05-26\n'
        "-> label it",
        "claim = none\n-> does not hold: claim",
        "post.paid = no\n-> undetermined: claim",
        'claim.rating = "false"\n-> undetermined: claim.checked',
        'claim.rating = "false"; claim.checked = 2020-05-26T22:00Z\n-> does not hold'))
    assert checked.problems == ()
    assert checked.cases_run == 5
    second = checked.rules[0].cases[0].record["claim"]
    assert len(second) == 2  # type: ignore[arg-type]


def test_cases_hold_values_of_every_type(check_text: Check) -> None:
    checked = check_text(clause(
        'post.copies > 3 and shares(post.topics, ["a"]) and account.age > 90 minutes '
        "and toxicity.probability >= 0.5 and post.paid and account.warned_for > -1 day",
        'post.copies = 4; post.topics = ["b",\n "a"]; account.age = 2 hours\n'
        "toxicity.probability = 1; post.paid = true; account.warned_for = 0 days\n-> holds",
        "post.topics = []\n-> does not hold: post.topics"))
    assert checked.problems == ()
    assert checked.rules[0].cases[0].record["toxicity.probability"] == 1.0


def test_word_lists_and_patterns_give_the_document_facts(check_text: Check) -> None:
    text = clause(
        "hits.insults >= 2 or hits.shouts > 0 or hits.hidden > 0", "hits.shouts = 1\n-> holds",
        more="\n## 2 Lists\n```words insults\ndolt\nfrump\n```\n"
        "```pattern shouts on raw text\n[A-Z]{20,}\n```\n"
        "```words hidden on folded text sealed sha256:" + "0a" * 32 + "\n```\n")
    checked = check_text(text)
    assert checked.problems == ()
    insults, shouts, hidden = checked.lists
    assert isinstance(insults, WordList)
    assert isinstance(shouts, Pattern)
    assert isinstance(hidden, WordList)
    assert [w.text for w in insults.words] == ["dolt", "frump"]
    assert [w.number for w in insults.words] == [22, 23]
    assert (insults.on, shouts.on, hidden.sealed) == ("folded", "raw", "sha256:" + "0a" * 32)
    assert [f.name for f in facts_of_lists(checked.document)] == [
        "hits.insults", "hits.shouts", "hits.hidden"]
    assert checked.vocabulary.facts["hits.shouts"].low == 0
    assert checked.rules[0].word_lists == ("insults", "shouts", "hidden")


def test_a_definition_may_look_among_claims_and_use_another(check_text: Check) -> None:
    checked = check_text(clause(
        "debunked and not young", 'claim.rating = "false"; account.age = 8 days\n-> label it',
        more="\n## 2 Words\n```define debunked\nfor a matched claim:\n    rated_false\n```\n"
        '```define rated_false\nclaim.rating == "false"\n```\n'
        "```define young\naccount.age < 7 days\n```\n"))
    assert checked.problems == ()
    rule, = checked.rules
    assert rule.defines == ("debunked", "rated_false", "young")
    assert rule.condition.binds is None
    assert [d.name for d in checked.definitions] == ["debunked", "rated_false", "young"]


def test_dates_are_midnight_in_the_documents_time_zone(check_text: Check) -> None:
    checked = check_text(clause(
        "post.made < 2020-05-27", "post.made = 2020-05-26T21:59Z\n-> holds",
        "post.made = 2020-05-26T22:00Z\n-> does not hold"))
    assert checked.problems == ()
    assert ZoneInfo("Europe/Berlin").key == checked.document.front["time zone"].text


def test_a_mistake_hides_no_other(check_text: Check) -> None:
    checked = check_text(clause("post.stanse == 1", "post.copie = 1\n-> holds")
                         .replace("terms:", "trems:"))
    assert [p.line for p in checked.problems] == [2, 10, 16]


def test_a_broken_definition_is_told_once(check_text: Check) -> None:
    more = ("\n## 2 B\nWords.\n```when\nbad or post.paid\n```\n```then\nlabel it\n```\n"
            "```case c\n-> undetermined\n```\n\n## 3 Words\n```define bad\npost.stanse\n```\n")
    checked = check_text(clause("bad and post.paid", "-> undetermined", more=more))
    assert [p.what for p in checked.problems] == ["`post.stanse` is not a declared fact"]


def test_the_callers_own_checks_are_heard(check_text: Check) -> None:
    from evenhand.rulebook.check import check

    checked = check_text(AGORA)

    class Reader:
        def read(self, block, provision, document):  # type: ignore[no-untyped-def]
            return checked.rules[0].effects, ()

    def refuse(document, rules):  # type: ignore[no-untyped-def]
        assert [r.provision.number for r in rules] == ["3.2"]
        yield document.source.mistake("the platform does not do this", line=16)

    again = check(checked.document, vocabulary=checked.vocabulary, effects=Reader(),
                  front_keys=tuple(checked.document.front), extra=[refuse])
    assert [p.what for p in again.problems] == ["the platform does not do this"]
    assert again.untested == ()


def test_did_you_mean_offers_what_is_near_and_nothing_else() -> None:
    assert suggest("verison", ["version", "published"]) == "did you mean `version`?"
    assert suggest("stance", ["post.stance", "post.text"]) == "did you mean `post.stance`?"
    assert suggest("xyz", ["version"]) is None
    assert suggest("Version", ["version"]) == "did you mean `version`?"


def test_a_mistake_past_the_end_of_a_file_has_no_line_to_show() -> None:
    shown = str(Source(name="t.md", lines=("a",)).mistake("wrong", line=7))
    assert shown == "t.md:7:1: wrong"


BLOCKS = st.sampled_from(
    ["when", "then", "case a", "define x", "words x", "pattern x", "cases", ""])
WORDS = st.sampled_from(
    ["and", "or", "not", "in", "unless", "for a matched claim:", "for", "(", ")", "[", "]", ",",
     "==", "<", "=", "-", "*", "+", ";", "->", "holds", "undetermined:", "yes", "none", "7", "1.5",
     "7 days", "3 months", "2020-05-27", "2020-05-27T10:00Z", '"text"', '"', "'", "\\", "#", ".",
     "count", "shares", "post.paid", "post.copies", "post.topics", "post.made", "claim.rating",
     "claim", "account.age", "x", "hits.x", "claim[2].rating", "label it", "\n", "\n    ", "\t",
     "é", "投", "\u2028", "\x00", "(frump)*", "{1,99999}", "9" * 400, "\U0001f600", "\ud800"])


def fenced(kind: str, words: list[str]) -> str:
    return f"```{kind}\n{' '.join(words)}\n```\n"


@given(st.lists(st.one_of(
    st.builds(fenced, BLOCKS, st.lists(WORDS, max_size=12)),
    st.sampled_from(["## 1 Rule\n", "### 1.1 Rule\n", "## Rule\n", "# T\n", "Words.\n", "---\n"]),
    st.text(max_size=20)), max_size=8), st.booleans())
@settings(max_examples=400, deadline=None)
@example(["## 1 Rule\n", fenced("when", ["(" * 400])], True)
@example(["## 1 Rule\n", fenced("when", ["not "] * 1500 + ["post.paid"])], True)
@example(["## 1 Rule\n", fenced("when", ["1" + "+1" * 900])], True)
@example(["## 1 Rule\n", fenced("when", ["-" * 1900 + "1 < post.copies"])], True)
@example(["## 1 Rule\n", fenced("case a", ["post.copies = " + "9" * 9000, "\n-> holds"])], True)
def test_no_text_whatever_ends_in_anything_but_our_errors(
        check_text: Check, pieces: list[str], framed: bool) -> None:
    text = (FRONT if framed else "") + "".join(pieces)
    try:
        problems = check_text(text).problems
    except DraftingErrors as errors:
        problems = errors.problems
    for problem in problems:
        assert str(problem).startswith(f"{problem.name}:{problem.line}:")


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", "Europe", "a" * 5000])
def test_a_time_zone_that_is_no_zone_is_told(check_text: Check, key: str) -> None:
    text = FRONT.replace("Europe/Berlin", key)
    try:
        problems = check_text(text).problems
    except DraftingErrors as errors:
        problems = errors.problems
    assert len(problems) == 1
