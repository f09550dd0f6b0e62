"""Which appeals are heard, and in which words the others are refused.

`EVENHAND_GOLDEN=write pytest tests/appeal/test_admit.py` writes the refusals anew; read them
before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.appeal.admit import admit, same_sender
from evenhand.appeal.answering import check_answer, may_answer
from evenhand.appeal.what_if import what_if
from evenhand.errors import EvenhandError
from evenhand.model.appeal import PointAnswered
from evenhand.model.decision import CauseKind
from evenhand.model.matter import Sender
from evenhand.model.person import Person

GOLDEN = Path(__file__).parent / "refusals.txt"
A, B = "post.satire", "post.news"
CLAIM = ('for a matched claim:\n    claim.confirmed and claim.rating == "false"\n'
         'unless post.stance == "rebuts"')
REMAINS = {"out_of_court": "any certified dispute settlement body",
           "courts": "the courts at your place of residence"}


class Scene:
    """One decision that acted, one that did not, and what is tried against them."""

    def __init__(self, making: Any, appealing: Any) -> None:
        self.m, self.a = making, appealing
        self.terms = making.of(
            making.clause("1", f"{A} and post.mentions > 3 and not account.watch", "remove"),
            making.clause("1.1", f"{B}", "leave alone\nexception to 1"),
            making.clause("2", "account.age < 3 days", "limit reach"),
            making.clause("3", CLAIM, 'label facts "Get the facts" linking claim.fact_check'),
            **REMAINS)
        self.facts = {A: True, "post.mentions": 11, "account.watch": False, B: False,
                      "account.age": timedelta(days=9), "post.stance": "asserts"}
        known = making.dossier(self.facts, observer="person:reviewer-4",
                               matches=(making.match(),))
        self.acted = appealing.against(making.settle(self.terms, known).decision, self.terms)
        idle = making.dossier(self.facts | {A: False}, matches=())
        self.idle = appealing.against(
            making.settle(self.terms, idle, cause=making.cause(CauseKind.REPORT, "r"),
                          decider=appealing.reviewer).decision, self.terms)

    def of_author(self, *points: Any, filing: dict[str, Any] | None = None, **changes: Any) -> None:
        admit(self.a.appeal(self.acted, *points, **changes), self.acted,
              self.a.filing(self.terms, **(filing or {})))

    def of_reporter(self, *points: Any, against: Any = None, **changes: Any) -> None:
        against = against or self.idle
        admit(self.a.appeal(against, *points, party="reporter", **changes), against,
              self.a.filing(self.terms, reported_by=(self.a.reporter,)))


def refusals(s: Scene) -> Iterator[tuple[str, Callable[[], None]]]:
    a, good = s.a, s.a.fact(A, False)
    day = {"at": s.a.filing(s.terms).appeal_by}
    alone = s.m.terms(s.m.document(s.m.clause("1", A, "remove"), appeals_to="nobody",
                                   appeals_at=None))
    yield "of a stranger", lambda: s.of_author(good, by=Sender(account="mallory"))
    yield "of nobody in particular", lambda: s.of_author(good, by=Sender(name="Ada"))
    yield "of who reported nothing", lambda: s.of_reporter(good, by=Sender(address="x@y.example"))
    yield "after its deadline", lambda: s.of_author(good, **day)
    yield "after its deadline, and only courts remain", lambda: s.of_author(
        good, **day, filing={"procedure": s.m.of(s.m.clause("1", A, "remove"))})
    yield "against a superseded decision", lambda: s.of_author(
        good, filing={"superseded_by": "f" * 64})
    yield "while one is open", lambda: s.of_author(good, filing={"pending": "a0"})
    yield "where nobody hears any", lambda: s.of_author(good, filing={"procedure": alone})
    yield "against a decision that did nothing", lambda: admit(
        a.appeal(s.idle, good), s.idle, a.filing(s.terms))
    yield "of a reporter against an action", lambda: s.of_reporter(good, against=s.acted)
    yield "without a point", lambda: s.of_author()
    yield "with too many points", lambda: s.of_author(*[good] * 51)
    yield "without words", lambda: s.of_author(a.fact(A, False, words=" \n"))
    yield "with words without end", lambda: s.of_author(a.fact(A, False, words="x" * 10_001))
    yield "of a fact nobody declared", lambda: s.of_author(a.fact("post.satyre", False))
    yield "of no fact", lambda: s.of_author(a.fact(None, False))
    yield "of a fact without a value", lambda: s.of_author(a.fact(A, None))
    yield "of a fact of the wrong type", lambda: s.of_author(a.fact(A, "no"))
    yield "of a choice that is none", lambda: s.of_author(a.fact("post.stance", "denies"))
    yield "of a number below its least", lambda: s.of_author(a.fact("post.mentions", -1))
    yield "of a fact the decision did not rely on", lambda: s.of_author(
        a.fact("account.age", timedelta(days=1)))
    yield "of a fact as the decision has it", lambda: s.of_author(a.fact(A, True))
    yield "of no fact-check", lambda: s.of_author(a.fact("claim.confirmed", False))
    yield "of another fact-check", lambda: s.of_author(
        a.fact("claim.confirmed", False, claim="9" * 32))
    yield "of a fact-check that is none", lambda: s.of_author(a.fact(A, False, claim="0" * 32))
    yield "of a clause that is no ground", lambda: s.of_author(a.reading("2"))
    yield "of no clause", lambda: s.of_author(a.reading(None))
    yield "of a clause and a fact at once", lambda: s.of_author(a.reading("1", fact=A))
    yield "of like posts without one", lambda: s.of_author(a.treatment())
    yield "of a like post without a name", lambda: s.of_author(a.treatment("agora:18", " "))
    yield "of like posts without end", lambda: s.of_author(a.treatment(*["agora:18"] * 101))
    yield "of a reporter about no clause", lambda: s.of_reporter(a.reading("7"))
    yield "of a reporter who asks back", lambda: s.of_reporter(a.asks_back)
    yield "that disputes and asks back", lambda: s.of_author(good, a.asks_back)
    yield "that says a thing twice", lambda: s.of_author(good, a.fact(A, False, words="again"))
    yield "on what was answered", lambda: s.of_author(good, filing={"answered": (good,)})

    def person(*roles: Any, id: str = "reviewer-9") -> Person:
        return Person(id=id, name="Cem", roles=roles)

    by_person = s.m.replaced(s.acted, decision=s.m.replaced(s.acted.decision, decider=a.reviewer))
    yield "answered without the role", lambda: may_answer(person("reviewer"), s.acted)
    yield "answered by whoever decided", lambda: may_answer(
        person("appeal reviewer", id="reviewer-2"), by_person)
    yield "answered by whoever decided before", lambda: may_answer(
        person("senior reviewer", id="reviewer-2"), s.acted, chain=(by_person.decision,))
    yield "answered by whoever stated the fact", lambda: may_answer(
        person("appeal reviewer", id="reviewer-4"), s.acted)
    machine = s.m.dossier(s.facts, matches=(s.m.match(),))
    claims = s.m.replaced(s.acted, decision=s.m.replaced(s.acted.decision, dossier=machine))
    yield "answered by whoever confirmed the fact-check", lambda: may_answer(
        person("appeal reviewer", id="reviewer-2"), claims)

    three = a.appeal(s.acted, good, a.reading("1"), a.treatment("agora:18"))

    def answer(*points: tuple[int, str]) -> Callable[[], None]:
        return lambda: check_answer(three, [PointAnswered(n=n, agreed=False, reasons=r)
                                            for n, r in points])

    yield "answered in part", answer((0, "it is a joke"))
    yield "answered twice", answer((0, "it is a joke"), (0, "it is a joke"), (1, "no"), (2, "no"))
    yield "answered beyond its points", answer((3, "it is a joke"))
    yield "answered before its points", answer((-1, "it is a joke"))
    yield "answered without reasons", answer((0, "it is a joke"), (1, " \t"), (2, "no. - !"))
    yield "answered without end", answer((0, "x " * 2_001), (1, "it says so"), (2, "not alike now"))


@pytest.fixture(scope="module")
def scene(making: Any, appealing: Any) -> Scene:
    return Scene(making, appealing)


def test_every_refusal_says_what_is_wrong_and_what_remains(scene: Scene) -> None:
    said = []
    for title, attempt in refusals(scene):
        with pytest.raises(EvenhandError) as refused:
            attempt()
        what, hint = refused.value.what, refused.value.hint
        assert hint, title
        assert what[0].islower() or what[0] == "`", title
        assert not what.endswith("."), title
        said.append(f"# {title}\n{refused.value}\n")
    text = "\n".join(said)
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_good_appeals_are_heard(scene: Scene) -> None:
    a = scene.a
    scene.of_author(a.fact(A, False), a.fact("post.mentions", 2), a.reading("1"),
                    a.treatment("agora:18", "https://agora.example/bea/19"))
    scene.of_author(a.fact("claim.confirmed", False, claim="0" * 32))
    scene.of_author(a.asks_back)
    scene.of_reporter(a.fact(A, True), a.reading("1"), a.treatment("agora:18", clause="2"))


def test_a_fact_that_only_an_exception_names_can_be_disputed(scene: Scene) -> None:
    scene.of_author(scene.a.fact(B, True))


def test_an_exception_that_acted_rests_on_the_clause_that_it_excepts(
        making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", f"{A} or {B}", "remove"), making.clause(
        "1.1", "post.paid", 'label paid "Paid for"\nexception to 1'))
    decision = making.decide(terms, {A: True, B: False, "post.paid": True})
    assert [a.kind.value for a in decision.actions] == ["label"]
    against = appealing.against(decision, terms)
    assert against.relied_on() == ("post.paid", A, B)
    appeal = appealing.appeal(against, appealing.fact(A, False))
    admit(appeal, against, appealing.filing(terms))
    assert what_if(appeal, against, net=appealing.net(against)).turns == ("1.1",)


def test_a_fact_that_was_missing_can_be_supplied(making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", f"{A} or {B}", "remove"),
                      making.clause("2", 'post.stance == "rebuts"', "leave alone\nexception to 1"))
    decision = making.decide(terms, {A: True, "post.stance": "asserts"})
    against = appealing.against(decision, terms)
    admit(appealing.appeal(against, appealing.fact(B, False)), against, appealing.filing(terms))


def test_whether_a_hidden_fact_was_relied_on_is_not_told(scene: Scene) -> None:
    scene.of_author(scene.a.fact("account.watch", True))
    scene.of_author(scene.a.fact("account.watch", False))
    with pytest.raises(EvenhandError) as refused:
        scene.of_author(scene.a.fact(None, True))
    assert "account.watch" not in str(refused.value)


def test_the_last_instant_of_the_last_day_is_in_time(scene: Scene) -> None:
    by = scene.a.filing(scene.terms).appeal_by
    scene.of_author(scene.a.fact(A, False), at=by - timedelta(microseconds=1))
    with pytest.raises(EvenhandError, match="too late"):
        scene.of_author(scene.a.fact(A, False), at=by)


def test_what_was_lifted_can_be_appealed_though_nothing_is_done_now(
        making: Any, appealing: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    later = making.decide(terms, {A: False}, standing=making.decide(terms, {A: True}),
                          cause=making.cause(CauseKind.REVIEW, "v"))
    against = appealing.against(later, terms)
    admit(appealing.appeal(against, appealing.fact(A, True)), against,
          appealing.filing(terms, lifted=True))


def test_an_answered_point_is_closed_whatever_is_said_to_be_true_instead(scene: Scene) -> None:
    answered = {"answered": (scene.a.fact("post.mentions", 2),)}
    with pytest.raises(EvenhandError, match="answered already"):
        scene.of_author(scene.a.fact("post.mentions", 1), filing=answered)
    scene.of_author(scene.a.fact(A, False), filing=answered)
    scene.of_author(scene.a.asks_back, filing=answered)


def test_senders_are_the_same_by_account_flagger_or_address_and_never_by_name() -> None:
    assert same_sender(Sender(address=" Bea@Agora.example"), Sender(address="bea@agora.example"))
    assert same_sender(Sender(account="b"), Sender(account="b", address="x@y.example"))
    assert same_sender(Sender(flagger="f1"), Sender(flagger="f1"))
    assert not same_sender(Sender(name="Bea"), Sender(name="Bea"))
    assert not same_sender(Sender(), Sender())


def test_hostile_words_are_heard_as_they_are_or_refused_in_words(scene: Scene) -> None:
    for words in ("\x00", "x" * 10_000, "\u202e", "\n" * 9_999 + "x", "汉字"):
        scene.of_author(scene.a.fact(A, False, words=words))
    for value in (float("nan"), 2**60, ("a",), b"x", object(), 1.5, True):
        with pytest.raises(EvenhandError):
            scene.of_author(scene.a.fact("post.mentions", value))
