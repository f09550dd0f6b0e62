"""Which version of the terms, and which of its clauses, govern a post: the edges of intervals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand.terms.applies import governing, in_force

A, B = "post.satire", "post.news"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def version(making: Any, day: str, *clauses: str, **front: str) -> Any:
    month = day[:8]
    given = {"version": day, "published": f"{month}01", "in_force": day} | front
    return making.of(*clauses, **given)


@pytest.mark.parametrize(("made", "expected"), [
    ("2020-05-10T23:59:59.999999", None),
    ("2020-05-11T00:00", "2020-05-11"),  # closed at the start: a post at the very instant
    ("2020-05-11T00:00:00.000001", "2020-05-11"),
    ("2020-06-30T23:59:59.999999", "2020-05-11"),
    ("2020-07-01T00:00", "2020-07-01"),  # open at the end
    ("2099-01-01T00:00", "2020-07-01")])
def test_the_version_in_force_when_a_post_was_made_governs_it(
        making: Any, made: str, expected: str | None) -> None:
    clause = making.clause("1", A, "remove")
    versions = (version(making, "2020-07-01", clause), version(making, "2020-05-11", clause))
    found = in_force(versions, at(made))
    assert (found.front.version if found else None) == expected
    law = governing(versions, made_at=at(made), now=at("2099-06-01"))
    assert (law.terms.front.version if law.terms else None) == expected


def test_dates_are_midnight_in_the_time_zone_of_the_terms(making: Any) -> None:
    terms = version(making, "2020-05-11", making.clause("1", A, "remove"),
                    time_zone="Europe/Brussels")
    assert terms.in_force_from == at("2020-05-10T22:00")
    assert in_force((terms,), at("2020-05-10T21:59:59")) is None
    assert in_force((terms,), at("2020-05-10T22:00")) is terms


def test_terms_that_are_published_late_are_not_in_force_before(making: Any) -> None:
    terms = making.replaced(version(making, "2020-05-11", making.clause("1", A, "remove")),
                            published_at=at("2020-05-11T09:30"))
    assert in_force((terms,), at("2020-05-11T09:29")) is None
    assert in_force((terms,), at("2020-05-11T09:30")) is terms


def test_a_post_from_before_any_terms_is_under_no_clause(making: Any) -> None:
    terms = version(making, "2020-05-11", making.clause("1", A, "remove"))
    law = governing((terms,), made_at=at("2020-05-01"), now=at("2020-06-01"))
    assert law.terms is None and law.clauses == ()


def numbers(law: Any) -> list[str]:
    return [c.citation.number for c in law.clauses]


MAY, JULY, LATER = at("2020-05-26T12:00"), at("2020-07-10T12:00"), at("2020-07-11T12:00")


def test_a_clause_repealed_when_deciding_governs_no_more(making: Any) -> None:
    old = version(making, "2020-05-11", making.clause("1", A, "remove", words="No satire."),
                  making.clause("2", B, "remove", words="No news."))
    new = version(making, "2020-07-01", making.clause("1", A, "remove", words="No satire."))
    assert numbers(governing((old, new), made_at=MAY, now=MAY)) == ["1", "2"]
    law = governing((old, new), made_at=MAY, now=JULY)
    assert law.terms is old and numbers(law) == ["1"]


def test_a_clause_that_the_successor_changes_in_words_is_repealed(making: Any) -> None:
    old = version(making, "2020-05-11", making.clause("1", A, "remove", words="No satire."))
    new = version(making, "2020-07-01", making.clause("1", A, "remove", words="No bad satire."))
    assert numbers(governing((old, new), made_at=MAY, now=JULY)) == []


def test_a_clause_kept_in_words_under_another_number_and_other_lines_governs_on(
        making: Any) -> None:
    old = version(making, "2020-05-11", making.clause("1", A, "remove", words="No\nsatire."))
    new = version(making, "2020-07-01", making.clause("7", A, "remove", words="No satire."))
    law = governing((old, new), made_at=MAY, now=JULY)
    assert [str(c.citation.version) for c in law.clauses] == ["2020-05-11"]


def test_the_conditions_run_are_those_in_force_when_the_post_was_made(making: Any) -> None:
    old = version(making, "2020-05-11", making.clause("1", A, "limit reach", words="No satire."))
    new = version(making, "2020-07-01", making.clause("1", B, "remove", words="No satire."))
    (clause,) = governing((old, new), made_at=MAY, now=JULY).clauses
    assert clause.then.names == ("limit reach",)


def test_the_repeal_of_an_exception_is_not_turned_against_earlier_posts(making: Any) -> None:
    main = making.clause("1", A, "remove", words="No satire.")
    old = version(making, "2020-05-11", main, making.clause(
        "1.1", B, "leave alone\nexception to 1", words="News may be satire."))
    new = version(making, "2020-07-01", main)
    assert numbers(governing((old, new), made_at=MAY, now=JULY)) == ["1", "1.1"]
    assert numbers(governing((old, new), made_at=JULY, now=LATER)) == ["1"]


def test_a_new_clause_does_not_reach_back(making: Any) -> None:
    old = version(making, "2020-05-11", making.clause("1", A, "remove", words="No satire."))
    new = version(making, "2020-07-01", making.clause("1", A, "remove", words="No satire."),
                  making.clause("2", B, "remove", words="No news."))
    assert numbers(governing((old, new), made_at=MAY, now=JULY)) == ["1"]
    assert numbers(governing((old, new), made_at=JULY, now=JULY)) == ["1", "2"]


@pytest.mark.parametrize(("decided", "procedure"), [
    ("2020-06-30T23:59:59.999999", "2020-05-11"), ("2020-07-01T00:00", "2020-07-01")])
def test_procedure_follows_the_version_in_force_at_the_decision(
        making: Any, decided: str, procedure: str) -> None:
    clause = making.clause("1", A, "remove", words="No satire.")
    versions = (version(making, "2020-05-11", clause), version(making, "2020-07-01", clause))
    law = governing(versions, made_at=MAY, now=at(decided))
    assert (law.terms.front.version, law.procedure.front.version) == ("2020-05-11", procedure)


def test_a_post_dated_before_its_terms_and_a_clock_behind_them_still_have_a_procedure(
        making: Any) -> None:
    terms = version(making, "2020-05-11", making.clause("1", A, "remove"))
    assert governing((terms,), made_at=MAY, now=at("2020-05-01")).procedure is terms
