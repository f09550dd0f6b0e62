"""A report is taken in or refused with exactly what it lacks (Art. 16(2))."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import EvenhandError
from evenhand.model.matter import Report
from evenhand.report.lacks import LONGEST_REPORT, Incomplete
from evenhand.report.reports import check_report, report_lacks

Change = Callable[[Report], Report]


def by(**changes: Any) -> Change:
    return lambda report: replace(report, by=replace(report.by, **changes))


def of(**changes: Any) -> Change:
    return lambda report: replace(report, **changes)


FAULTS: dict[str, tuple[tuple[Change, ...], frozenset[str]]] = {
    "words": ((of(words=""), of(words=" \n "), of(words="Spam!"), of(words="spam, SPAM, spam"),
               of(words="..."), of(words="x y " * LONGEST_REPORT), of(words="it is \ud800 bad")),
              frozenset({"words"})),
    "where": ((of(where=""), of(where="on your site"), of(where="https://agora.example/"),
               of(where="https://[bad"), of(where="/ada/17"), of(where="agora:18"),
               of(where="https://agora.example/a\nb"), of(where="https://a.example/" + "x" * 2000)),
              frozenset({"where"})),
    "clause": ((of(clause="9"), of(clause=""), of(clause="1\u202e")), frozenset({"clause"})),
    "law": ((of(illegal_under="  "), of(illegal_under="x" * 501), of(illegal_under="a\nb")),
            frozenset({"illegal_under"})),
    "name": ((by(name=None), by(name=" "), by(name="x\r\nBcc: y"), by(name="x" * 201)),
             frozenset({"by.name"})),
    "address": ((by(address=None), by(address=""), by(address="bea"), by(address="a@b@c.d"),
                 by(address="a@b.c\nBcc: x@y.z"), by(address="x" * 250 + "@b.example")),
                frozenset({"by.address"})),
    "flagger": ((by(flagger="gild"), by(flagger="")), frozenset({"by.flagger"})),
    "good faith": ((of(good_faith=False),), frozenset({"good_faith"})),
}


@pytest.fixture(scope="module")
def terms(making: Any) -> Any:
    return making.of(making.clause("1", "post.satire", "remove\ncategory violence"),
                     making.clause("2", "post.news", "remove"))


def lacking(report: Report, terms: Any, flaggers: Any) -> set[str]:
    return {lack.field for lack in report_lacks(report, terms=terms, flaggers=flaggers)}


def test_a_complete_report_is_taken_in(report: Report, terms: Any, flaggers: Any) -> None:
    check_report(report, terms=terms, flaggers=flaggers)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_in_its_place(
        report: Report, terms: Any, flaggers: Any, fault: str) -> None:
    changes, fields = FAULTS[fault]
    for change in changes:
        assert lacking(change(report), terms, flaggers) == fields


@given(st.data())
def test_any_lacks_together_are_all_named_and_no_other(
        report: Report, terms: Any, flaggers: Any, data: Any) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(FAULTS))))
    expected: set[str] = set()
    for fault in sorted(chosen):
        changes, fields = FAULTS[fault]
        report = data.draw(st.sampled_from(changes))(report)
        expected |= fields
    assert lacking(report, terms, flaggers) == expected
    if not expected:
        check_report(report, terms=terms, flaggers=flaggers)
        return
    with pytest.raises(Incomplete) as refused:
        check_report(report, terms=terms, flaggers=flaggers)
    assert {lack.field for lack in refused.value.lacks} == expected
    for lack in refused.value.lacks:
        assert lack.add and lack.add in str(refused.value) and lack.what in str(refused.value)


def test_a_report_under_the_terms_alone_needs_no_name_and_no_good_faith(
        report: Report, terms: Any, flaggers: Any) -> None:
    plain = replace(report, illegal_under=None, good_faith=False,
                    by=replace(report.by, name=None, address=None, flagger=None))
    check_report(plain, terms=terms, flaggers=flaggers)
    assert lacking(replace(plain, clause=None), terms, flaggers) == {"clause"}


def test_who_reports_an_offence_against_children_need_not_say_who_they_are(
        report: Report, terms: Any, flaggers: Any) -> None:
    unnamed = by(name=None, address=None)(report)
    assert lacking(unnamed, terms, flaggers) == {"by.name", "by.address"}
    assert lacking(replace(unnamed, offence_against_children=True), terms, flaggers) == set()
    wrong = by(address="nowhere")(replace(unnamed, offence_against_children=True))
    assert lacking(wrong, terms, flaggers) == {"by.address"}, "an address given is one"


def test_a_report_of_an_illegal_post_needs_no_clause(
        report: Report, terms: Any, flaggers: Any) -> None:
    assert lacking(replace(report, clause=None), terms, flaggers) == set()
    assert lacking(replace(report, clause=None), None, flaggers) == set()
    assert lacking(report, None, flaggers) == {"clause"}


@pytest.mark.parametrize("where", [
    "agora:17@1", "agora:17", "17", "https://agora.example/ada/17", "http://a.example/?p=17",
    "https://a.example/#17", "at://did:plc:abc/app.bsky.feed.post/3k", "  https://a.example/17  "])
def test_the_name_and_every_exact_address_of_a_post_is_its_location(
        report: Report, terms: Any, flaggers: Any, where: str) -> None:
    assert lacking(replace(report, where=where), terms, flaggers) == set()


@pytest.mark.parametrize("words", [
    "It is spam", "यह झूठ है", "这是诽谤", "これは投票についての嘘です", "นี่คือการหมิ่นประมาท",
    "이것은 스팸입니다", "Это ложь", "هذا كذب", "Bu yalan"])
def test_a_sentence_of_any_script_is_more_than_a_word(
        report: Report, terms: Any, flaggers: Any, words: str) -> None:
    assert lacking(replace(report, words=words), terms, flaggers) == set()


@pytest.mark.parametrize("words", ["Spam", "झूठ", "诽谤", "スパム", "สแปม", "스팸", "ложь",
                                   "!!! ???", "spam " * 500, "👎👎 👎"])
def test_a_word_is_no_reason_in_any_script(
        report: Report, terms: Any, flaggers: Any, words: str) -> None:
    assert lacking(replace(report, words=words), terms, flaggers) == {"words"}


def test_a_refusal_says_what_and_how_in_words(report: Report, terms: Any, flaggers: Any) -> None:
    with pytest.raises(EvenhandError) as one:
        check_report(of(good_faith=False)(report), terms=terms, flaggers=flaggers)
    assert str(one.value) == (
        "the report is not complete: it does not say that it is made in good faith\n"
        "  whoever says that a post is illegal confirms to believe in good faith that the report "
        "is accurate and complete (Art. 16(2)(d))")
    with pytest.raises(EvenhandError) as two:
        check_report(of(words="bad", clause="3")(report), terms=terms, flaggers=flaggers)
    assert str(two.value) == (
        "the report is not complete: 2 things are missing or wrong\n"
        "  its reasons are one word: `bad`: say in a sentence what in the post is wrong, and why "
        "(Art. 16(2)(a))\n"
        "  `3` is no clause of the terms that govern the post: those are Agora Terms of Service, "
        "version 2020-05-11; name one of its clauses by its number")


def test_a_refusal_repeats_nothing_that_acts_on_a_screen(
        report: Report, terms: Any, flaggers: Any) -> None:
    wild = "\x1b[2J\u202e" + "x" * 1_000_000
    with pytest.raises(Incomplete) as refused:
        check_report(by(flagger=wild, name=wild, address=wild)(
            of(words=wild, where=wild, clause=wild, illegal_under=wild)(report)),
            terms=terms, flaggers=flaggers)
    assert str(refused.value).replace("\n", "").isprintable() and len(str(refused.value)) < 4_000


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_stranger_writes_is_taken_in_or_refused(
        report: Report, terms: Any, flaggers: Any, words: str, where: str, clause: str,
        name: str) -> None:
    wild = by(name=name, address=where)(of(words=words, where=where, clause=clause)(report))
    with suppress(Incomplete):
        check_report(wild, terms=terms, flaggers=flaggers)
