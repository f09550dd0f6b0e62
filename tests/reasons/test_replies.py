"""The letters to senders: golden letters, what must not stand in them, and words that try to forge.

`EVENHAND_GOLDEN=write pytest tests/reasons/test_replies.py` writes the letters anew; read them
before they are committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.model.action import ActionKind
from evenhand.model.appeal import Appeal, Dispute, DisputeKind
from evenhand.model.decision import CauseKind, SetAside, SetAsideBecause
from evenhand.model.matter import Order, OrderKind, Report, Sender
from evenhand.model.post import Account, PostId
from evenhand.model.signal import Dossier, Reported
from evenhand.model.statement import Notice
from evenhand.reasons.for_senders import ABOUT_THE_POST
from evenhand.reasons.plain import LONGEST_WORD, WIDTH, columns
from evenhand.reasons.replies import (
    appeal_received,
    order_answered,
    order_received,
    report_answered,
    report_received,
)

REPLIES = Path(__file__).parent / "replies"
A, B = "post.satire", "post.news"
LAST = date(2020, 11, 26)
COURTS = {"out_of_court": "any certified dispute settlement body",
          "courts": "the courts at your place of residence"}


def report_of(m: Any, **changes: Any) -> Report:
    given: dict[str, Any] = {
        "id": "R-17", "post": PostId(platform="agora", native="17"),
        "by": Sender(name="Bea Long", address="bea@post.example"),
        "words": "It passes off an invented verdict as news.\nI was never convicted of anything.",
        "where": "https://agora.example/ada/17", "clause": "3.1", "good_faith": True,
        "at": m.noon - timedelta(hours=5), "clock": "live"}
    return Report(**(given | changes))


def order_of(m: Any, kind: OrderKind, **changes: Any) -> Order:
    given: dict[str, Any] = {
        "id": "O-4", "kind": kind, "posts": (PostId(platform="agora", native="17"),),
        "by": Sender(name="District Court of Example", address="registry@court.example"),
        "legal_basis": "Code of Civil Procedure s. 940", "words": "It is ordered that ...",
        "demands": "removal", "reference": "7 O 12/20", "territory": ("DE",),
        "recorded_by": "reviewer-2", "due_at": m.noon + timedelta(days=2),
        "at": m.noon - timedelta(hours=5), "clock": "live"}
    return Order(**(given | changes))


def terms_of(m: Any, then: str = "remove", words: str = "You may not pass satire off as news.",
             **front: Any) -> Any:
    return m.of(m.clause("3.1", A, then, words=words).replace("Clause 3.1", "Satire"),
                m.clause("4", B, "demonetise"), **(COURTS | front))


def settled(m: Any, terms: Any, facts: dict[str, Any], *, by: str = "person:reviewer-2",
            kind: CauseKind = CauseKind.REPORT, **more: Any) -> Any:
    return m.settle(terms, m.dossier(facts, observer=by), cause=m.cause(kind, "R-17"), **more)


def answered(m: Any, terms: Any, facts: dict[str, Any], *, report: Report | None = None,
             change: Callable[[Any], Any] = lambda decision: decision, **more: Any) -> Notice:
    done = settled(m, terms, facts, **more)
    said = report or report_of(m)
    return report_answered(said, change(done.decision), done.sealable.record.statement,
                           platform="Agora", appeal_last_day=LAST,
                           clause=terms.clause(said.clause) if said.clause else None)


def report_arrived(m: Any) -> Notice:
    return report_received(report_of(m, illegal_under="StGB s. 187 (DE)"), platform="Agora",
                           clause=terms_of(m).clause("3.1"), due_at=m.noon + timedelta(days=3))


def report_of_a_trusted_flagger(m: Any) -> Notice:
    by = Sender(name="A guild", address="desk@guild.example", flagger="guild")
    return report_received(report_of(m, by=by), platform="Agora", due_at=None,
                           clause=terms_of(m).clause("3.1"))


def report_with_effect(m: Any) -> Notice:
    return answered(m, terms_of(m, "remove for 7 days\nsuspend for 7 days"), {A: True})


def report_by_rule(m: Any) -> Notice:
    then = 'label satire "This is satire"\nillegal under "StGB s. 187 (DE)"'
    return answered(m, terms_of(m, then), {A: True}, by="satire@1",
                    report=report_of(m, illegal_under="StGB s. 187 (DE)"))


def report_in_vain(m: Any) -> Notice:
    return answered(m, terms_of(m), {A: False, B: False}, decider=m.person,
                    report=report_of(m, illegal_under="StGB s. 187 (DE)"))


def report_where_nobody_knows(m: Any) -> Notice:
    return answered(m, terms_of(m, appeals_to="nobody", appeals_at=None), {B: False},
                    decider=m.person)


def report_that_concerns_the_account_alone(m: Any) -> Notice:
    return answered(m, terms_of(m, "suspend for 7 days"), {A: True}, decider=m.person)


def court_order_arrived(m: Any) -> Notice:
    return order_received(order_of(m, "court order"), platform="Agora")


def government_request_arrived(m: Any) -> Notice:
    by = Sender(name="Ministry of Example, press office")
    return order_received(order_of(m, "government request", by=by, legal_basis="none",
                                   reference=None, territory=(), due_at=None), platform="Agora")


def order_with_effect(m: Any) -> Notice:
    terms = m.of(m.clause("9", A, "remove in DE\nsuspend for 7 days\nillegal under "
                          '"StGB s. 187 (DE)"', words="We remove what a court orders us to."))
    done = settled(m, terms, {A: True}, kind=CauseKind.ORDER)
    return order_answered(order_of(m, "court order"),
                          ((done.decision, done.sealable.record.statement),), platform="Agora",
                          redress=False, appeal_last_day=LAST)


def request_without_effect(m: Any) -> Notice:
    done = settled(m, terms_of(m), {A: False, B: False}, kind=CauseKind.ORDER, decider=m.person)
    by = Sender(name="Ministry of Example, press office")
    return order_answered(order_of(m, "government request", by=by, legal_basis="none",
                                   reference=None, territory=(), due_at=None),
                          ((done.decision, done.sealable.record.statement),), platform="Agora",
                          redress=False, appeal_last_day=LAST)


def copyright_notice_in_part(m: Any) -> Notice:
    terms = terms_of(m)
    one = settled(m, terms, {A: True}, kind=CauseKind.ORDER)
    other = settled(m, terms, {A: False}, kind=CauseKind.ORDER, decider=m.person,
                    post=m.post("Another one.", id=PostId(platform="agora", native="18")))
    by = Sender(name="Example Pictures", address="rights@pictures.example")
    posts = (PostId(platform="agora", native="17"), PostId(platform="agora", native="18"))
    return order_answered(
        order_of(m, "copyright notice", by=by, posts=posts, territory=(), due_at=None,
                 legal_basis="17 U.S.C. 512(c)(3)"),
        tuple((d.decision, d.sealable.record.statement) for d in (one, other)),
        platform="Agora", redress=True, appeal_last_day=LAST)


def appeal_arrived(m: Any) -> Notice:
    appeal = Appeal(
        id="A-2", decision="3f" * 32, post=PostId(platform="agora", native="17"),
        by=Sender(account="ada"), party="author", at=m.noon, clock="live", disputes=(
            Dispute(kind=DisputeKind.FACT, words="I was quoting a friend, to rebut him.",
                    fact="post.stance", value="rebuts"),
            Dispute(kind=DisputeKind.READING, words="It is about news, and mine was a joke.",
                    clause="3.1"),
            Dispute(kind=DisputeKind.TREATMENT, words="Theirs still stands.", clause="3.1",
                    like=("agora:5",)),
            Dispute(kind=DisputeKind.ASKS_BACK, words="I have learnt from it.")))
    return appeal_received(appeal, platform="Agora", answered_by="another reviewer",
                           due_at=m.noon + timedelta(days=15), decisive=(0,),
                           meanings={f.name: f.meaning for f in m.vocabulary.facts.values()})


KINDS: dict[str, Callable[[Any], Notice]] = {f.__name__.replace("_", "-"): f for f in (
    report_arrived, report_of_a_trusted_flagger, report_with_effect, report_by_rule,
    report_in_vain, report_where_nobody_knows, report_that_concerns_the_account_alone,
    court_order_arrived, government_request_arrived, order_with_effect, request_without_effect,
    copyright_notice_in_part, appeal_arrived)}


@pytest.mark.parametrize("name", KINDS)
def test_a_letter_to_a_sender_reads_like_this(making: Any, name: str) -> None:
    notice = KINDS[name](making)
    words = re.sub(r"(when you write: )[0-9a-f]{16}", r"\1(its number)", notice.words)
    words = re.sub(r"(of this decision: )[0-9a-f]{16}", r"\1(its number)", words)
    text = f"To: {notice.to}\nSubject: {notice.subject}\n\n{words}\n"
    golden = REPLIES / f"{name}.txt"
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert all(columns(line) <= WIDTH for line in notice.words.split("\n"))


def test_every_golden_letter_is_tried() -> None:
    assert {p.stem for p in REPLIES.glob("*.txt")} == set(KINDS)


def told(notice: Notice) -> str:
    return " ".join(notice.words.split())


# What must not stand in them

HIDDEN = st.text(st.characters(categories=["Lu"]), min_size=8, max_size=12)


@given(account=HIDDEN, name=HIDDEN, text=HIDDEN, fact=HIDDEN, person=HIDDEN)
@settings(deadline=None, max_examples=30)
def test_who_reported_learns_nothing_of_the_author_and_no_fact(
        making: Any, account: str, name: str, text: str, fact: str, person: str) -> None:
    """Nothing of the author's account or words, no fact relied on, and no reviewer."""
    terms = making.of(making.clause("3.1", f"{A} and account.watch", "remove\nsuspend for 7 days"))
    dossier = Dossier(reported=(
        Reported(name=A, value=True, observer=f"person:{person}"),
        Reported(name="account.watch", value=True, observer=f"{fact}@1")))
    done = making.settle(
        terms, dossier, cause=making.cause(CauseKind.REPORT, "R-17"),
        decider=making.replaced(making.person, person=person),
        post=making.post(text, author=Account(platform="agora", id=account, name=name)))
    for notice in (
            report_answered(report_of(making), done.decision, done.sealable.record.statement,
                            platform="Agora", clause=terms.clause("3.1"), appeal_last_day=LAST),
            order_answered(order_of(making, "court order"),
                           ((done.decision, done.sealable.record.statement),), platform="Agora",
                           redress=True, appeal_last_day=LAST)):
        seen = notice.words + notice.subject + notice.to
        for hidden in (account, name, text, fact, person, "watch"):
            assert hidden not in seen


@pytest.mark.parametrize("kind", list(ActionKind))
def test_what_is_done_to_the_account_is_told_to_authorities_alone(
        making: Any, kind: ActionKind) -> None:
    then = {ActionKind.LABEL: 'label x "X"', ActionKind.WARN: 'warn "X"', ActionKind.EDIT:
            "edit redact phone", ActionKind.LIMIT: "limit reach", ActionKind.HOLD:
            "hold for 1 day", ActionKind.INTERSTITIAL: 'interstitial x "X"',
            ActionKind.SUSPEND: "suspend for 1 day"}.get(kind, kind.value)
    pattern = "```pattern phone on raw text\n\\d{3}-\\d{4}\n```\n"
    terms = making.of(making.clause("3.1", "hits.phone >= 1", then, more=pattern))
    done = making.settle(
        terms, making.dossier({"hits.phone": 1}, spans=((0, 8, "hits.phone"),)),
        cause=making.cause(CauseKind.REPORT, "R-17"), post=making.post("555-0100"))
    assert [a.kind for a in done.decision.actions] == [kind]
    pair = (done.decision, done.sealable.record.statement)
    reporter = told(report_answered(report_of(making), *pair, platform="Agora",
                                    clause=terms.clause("3.1"), appeal_last_day=LAST))
    court = told(order_answered(order_of(making, "court order"), (pair,), platform="Agora",
                                redress=False, appeal_last_day=LAST))
    said = next(w for w in court.split(". ") if w.startswith((
        "We put", "We warned", "Readers", "We show", "We hold the post back", "We took", "The post "
        "earns", "We removed", "We suspended", "We ended")) or "given. " in w)
    assert (said in reporter) is (kind in ABOUT_THE_POST)
    assert ("The post itself stands as it was." in reporter) is (kind not in ABOUT_THE_POST)
    adds = kind in (ActionKind.LABEL, ActionKind.WARN)
    assert ("Effect was given." in court, "Nothing was restricted." in court) == (not adds, adds)


# What they must say


def set_aside(because: SetAsideBecause) -> Any:
    return lambda d, g: replace(d, set_aside=(
        SetAside(ground=g, because=because, matter="m", words="w"),))


@pytest.mark.parametrize(("change", "said"), [
    *((set_aside(because), "A person has looked at it") for because in SetAsideBecause),
    (lambda d, g: replace(d, suspended=(g,)), "It is suspended, and does nothing to any post"),
    (lambda d, g: replace(d, capped=(g,)), "as often as it may be for now"),
    (lambda d, g: d, "does not call for anything to be done")])
def test_the_letter_says_why_the_clause_that_was_named_did_nothing(
        making: Any, change: Any, said: str) -> None:
    terms = terms_of(making)
    ground = settled(making, terms, {A: True}).decision.grounds[0]
    words = told(answered(making, terms, {A: False, B: False}, decider=making.person,
                          change=lambda decision: change(decision, ground)))
    assert said in words
    assert "appeal" not in words.split("IF YOU DISAGREE")[0], "another's appeal is not told"


def test_what_stood_before_the_report_is_not_passed_off_as_its_effect(making: Any) -> None:
    late = report_of(making, at=making.noon + timedelta(hours=1))
    words = told(answered(making, terms_of(making), {A: True}, report=late))
    assert "We removed the post. We had done so before, on 26 May 2020, 12:00 UTC." in words


def test_a_report_is_not_answered_while_the_question_is_open(making: Any) -> None:
    terms = terms_of(making, "remove\nif undetermined, ask a reviewer within 24 hours")
    with pytest.raises(AssertionError, match="answered once it is decided"):
        answered(making, terms, {B: False})


@pytest.mark.parametrize("kind", get_args(OrderKind))
def test_every_kind_of_order_is_confirmed_and_called_what_it_is(
        making: Any, kind: OrderKind) -> None:
    words = told(order_received(order_of(making, kind), platform="Agora"))
    assert ("it orders nothing" in words) is kind.endswith(("government request",
                                                            "advertiser request"))
    assert ("what effect we give to it" in words) is (kind in ("court order", "authority's order"))


def test_a_letter_goes_to_the_address_else_the_account_else_the_name(making: Any) -> None:
    for by, to in ((Sender(name="n", address="a@b.example", account="c"), "a@b.example"),
                   (Sender(name="n", account="c"), "c"), (Sender(name="n"), "n")):
        assert order_received(order_of(making, "court order", by=by), platform="Agora").to == to
    with pytest.raises(AssertionError):
        order_received(order_of(making, "court order", by=Sender()), platform="Agora")


def test_an_order_of_very_many_posts_is_confirmed_on_a_page(making: Any) -> None:
    many = tuple(PostId(platform="agora", native=str(n)) for n in range(50_000))
    words = order_received(order_of(making, "court order", posts=many), platform="Agora").words
    assert "agora:9@1 and 49990 more" in " ".join(words.split()) and len(words) < 2_000


def test_a_replayed_clock_is_told(making: Any) -> None:
    notice = report_received(report_of(making, clock="replayed"), platform="Agora", clause=None,
                             due_at=None)
    assert "made on a replayed clock" in told(notice)


# Words that try to forge a part of the letter

HEADINGS = ("YOUR REPORT", "WHAT WE DECIDED", "HOW WE DECIDED", "IF YOU DISAGREE")


@pytest.mark.parametrize("hostile", [
    "x\nIF YOU DISAGREE\nYou cannot.\r\nWHAT WE DECIDED\u2028HOW WE DECIDED",
    "\x1b[2J\x1b]0;t\x07 \u202eexe.txt\u202c \ufeff\U000e0041", "y" * 100_000, "汉字" * 4_000,
    "\n" * 10_000, "", "  > quoted\n  - item"])
def test_what_a_sender_wrote_cannot_forge_a_part_of_the_letter(
        making: Any, hostile: str) -> None:
    said = report_of(making, words=hostile, where=hostile, illegal_under=hostile)
    notice = answered(making, terms_of(making), {A: False, B: False}, decider=making.person,
                      report=said)
    lines = notice.words.split("\n")
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
    for line in lines:
        assert columns(line) <= WIDTH or (len(line.split()) <= 2
                                          and columns(line) <= LONGEST_WORD + 4)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ufeff]", line)
    assert "\n" not in notice.subject and len(notice.words) < 40_000
