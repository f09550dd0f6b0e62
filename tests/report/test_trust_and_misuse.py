"""Who counts as trusted, what is counted against whom, and who is told what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.model.appeal import Appeal
from evenhand.model.decision import CauseKind
from evenhand.model.matter import Order, OrderKind, Report, Sender
from evenhand.record.kinds import ReportRecord, write_record, write_view
from evenhand.report.misuse import Brought, misuse
from evenhand.report.telling import MAY_APPEAL, told
from evenhand.report.trust import as_it_counts, category_of, is_trusted

VIOLENCE = "STATEMENT_CATEGORY_VIOLENCE"


def test_a_trusted_flagger_is_trusted_within_their_field_and_nowhere_else(
        report: Report, flaggers: Any) -> None:
    assert is_trusted(report, VIOLENCE, flaggers)
    for category in ("STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", None, ""):
        assert not is_trusted(report, category, flaggers)
    assert not is_trusted(report, VIOLENCE, {})
    nobody = replace(report, by=replace(report.by, flagger=None))
    assert not is_trusted(nobody, VIOLENCE, flaggers)


def test_the_category_of_a_report_is_that_of_the_clause_it_names(making: Any) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove\ncategory violence"),
                      making.clause("2", "post.news", "remove"))
    assert category_of(terms.clause("1")) == VIOLENCE
    assert category_of(terms.clause("2")) is category_of(None) is None


def test_outside_their_field_a_flagger_reports_as_anybody_does(
        report: Report, flaggers: Any) -> None:
    assert as_it_counts(report, VIOLENCE, flaggers) == report and report.trusted
    outside = as_it_counts(report, None, flaggers)
    assert not outside.trusted
    assert outside == replace(report, by=replace(report.by, flagger=None))
    assert as_it_counts(outside, VIOLENCE, flaggers) == outside


BROUGHT = st.lists(st.builds(Brought, kind=st.sampled_from(["report", "appeal"]),
                             manifestly_unfounded=st.booleans()))


@given(BROUGHT, BROUGHT)
def test_misuse_is_counted_and_nothing_else_is_said_of_it(
        one: list[Brought], other: list[Brought]) -> None:
    counted = misuse([*one, *other])
    assert counted == misuse([*other, *one])
    assert counted.reports_made + counted.appeals_made == len(one) + len(other)
    assert counted.reports_made == misuse(one).reports_made + misuse(other).reports_made
    assert 0 <= counted.reports_manifestly_unfounded <= counted.reports_made
    assert 0 <= counted.appeals_manifestly_unfounded <= counted.appeals_made
    for share, made in ((counted.share_of_reports, counted.reports_made),
                        (counted.share_of_appeals, counted.appeals_made)):
        assert (share is None) is (made == 0) and (share is None or 0 <= share <= 1)


def test_the_sender_of_a_report_is_owed_all_four_whatever_comes_of_it(report: Report) -> None:
    owed = told(report)
    assert (owed.to, owed.confirmation, owed.decision, owed.redress, owed.automation) == (
        "bea@post.example", True, True, True, True)
    by_account = replace(report, by=Sender(account="bea"))
    assert told(by_account).to == "bea"
    assert told(replace(report, by=Sender(name="Bea"))).to is None, "a name is no address"
    assert told(replace(report, by=Sender(address=" ", account="bea"))).to == "bea"


@pytest.mark.parametrize("kind", get_args(OrderKind))
def test_only_those_who_say_that_a_post_is_illegal_may_appeal_as_reporters_do(
        order: Order, kind: OrderKind) -> None:
    owed = told(replace(order, kind=kind))
    assert owed.confirmation and owed.decision
    assert owed.redress is (kind in MAY_APPEAL)


def test_whoever_appeals_is_owed_an_answer(report: Report) -> None:
    appeal = Appeal(id="a1", decision="d", post=report.post, by=report.by, party="reporter",
                    disputes=(), at=report.at, clock="live")
    assert told(appeal).decision and told(appeal).redress


HIDDEN = st.text(st.characters(categories=["Lu"]), min_size=8, max_size=12)


@given(name=HIDDEN, address=HIDDEN, account=HIDDEN, flagger=HIDDEN, words=HIDDEN)
def test_the_author_of_a_post_sees_nothing_of_who_reported_it(  # Art. 17(3)(b)
        making: Any, report: Report, name: str, address: str, account: str, flagger: str,
        words: str) -> None:
    given = replace(report, words=words, by=Sender(name=name, address=address, account=account,
                                                   flagger=flagger))
    terms = making.of(making.clause("1", "post.satire", "remove"))
    decided = making.settle(terms, making.dossier({"post.satire": True}),
                            cause=making.cause(CauseKind.REPORT, given.id)).sealable.record
    seen = write_view(decided, "author") + decided.notice.words.encode()
    for hidden in (name, address, account, flagger, words):
        assert hidden.encode() not in seen
        assert hidden.encode() in write_record(ReportRecord(report=given, due_at=None, notice=None))
