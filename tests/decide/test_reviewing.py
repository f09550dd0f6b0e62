"""Which reviews are decided, and in which words the others are refused.

`EVENHAND_GOLDEN=write pytest tests/decide/test_reviewing.py` writes the refusals anew; read them
before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.decide.question import Review
from evenhand.decide.reviewing import ReviewRefused
from evenhand.errors import EvenhandError
from evenhand.model.decision import CauseKind, SetAside, SetAsideBecause

GOLDEN = Path(__file__).parent / "refusals.txt"
A, B, C = "post.satire", "post.news", "post.paid"
PHONE = "```pattern phone on raw text\n\\d{3}-\\d{4}\n```\n"
HOLDS = {A: True, B: False, C: False, "hits.phone": 0}


class Scene:
    """Terms with a clause of each sort, and reviews of one post under them."""

    def __init__(self, making: Any) -> None:
        self.m = making
        self.clauses = (
            making.clause("1", f"{A} and post.mentions < 9 or hits.phone >= 1",
                          'label look "Look"\nremove', more=PHONE),
            making.clause("1.1", B, "leave alone\nexception to 1"),
            making.clause("2", C, "demonetise"),
            making.clause("3", 'account.age < 3 days and post.stance == "asserts"', "limit reach"),
            making.clause("4", A, "hold for 4 hours\nat most 2 an hour, then ask a reviewer"),
            making.clause("5", A, "edit by reviewer\nlimit replies"),
            making.clause("6", f"{A} or hits.phone >= 1", "edit redact phone"),
            "## 7 Freedom\n\nWe do not remove a post for the side it takes.\n")
        self.terms = making.of(*self.clauses)
        self.repealed = making.of(
            making.clause("1", A, "remove", words="Another rule."), version="2020-06-01",
            published="2020-05-20", in_force="2020-06-01")

    def aside(self, number: str, words: str = "It is a quotation.",
              because: SetAsideBecause = SetAsideBecause.REVIEWED) -> SetAside:
        clause = self.terms.clause(number)
        citation = clause.citation if clause else self.m.replaced(
            self.terms.clauses[0].citation, number=number)
        ground = self.m.replaced(self.held().decision.grounds[0], citation=citation)
        return SetAside(ground=ground, because=because, matter="v0", words=words)

    def held(self) -> Any:
        return self.m.settle(self.terms, self.m.dossier({A: True, B: False}))

    def review(self, facts: Any = None, **asked: Any) -> Any:
        """The decision of a reviewer who asks this of the post."""
        parts = {k: asked.pop(k) for k in ("chosen", "let_act", "edits", "set_aside")
                 if k in asked}
        dossier = self.m.dossier(HOLDS | (facts or {}), spans=asked.pop("spans", ()))
        return self.m.settle(
            asked.pop("terms", self.terms), dossier, decider=self.m.person,
            cause=self.m.cause(CauseKind.REVIEW, "v1"), review=Review(**parts), **asked).decision


def refusals(s: Scene) -> Iterator[tuple[str, dict[str, Any]]]:
    standing = s.m.settle(s.terms, s.m.dossier(HOLDS), decider=s.m.person,
                          cause=s.m.cause(CauseKind.REVIEW, "v0"),
                          review=Review(set_aside=(s.aside("4"),))).decision
    labelled = s.review(chosen={"1": ("look",)}, **_holding())
    later = {"terms": (s.terms, s.repealed), "now": s.m.noon + timedelta(days=30)}
    yield "a clause that the terms do not have", {"chosen": {"8.1": ("remove",)}}
    yield "a clause nearly named", {"chosen": {"1.l": ("remove",)}}
    yield "letting a clause act that the terms do not have", {"let_act": frozenset({"8.1"})}
    yield "an edit of a clause that the terms do not have", {"edits": {"8.1": "x"}}
    yield "setting aside a clause that the terms do not have", {"set_aside": (s.aside("9"),)}
    yield "a repealed clause", {"chosen": {"2": ("demonetise",)}, **later}
    yield "where no clause is left", {"chosen": {"7": ("remove",)}, **later}
    yield "a clause without a rule", {"chosen": {"7": ("remove",)}}
    yield "a clause that does not hold", {"chosen": {"2": ("demonetise",)}}
    yield "one that does not hold for several facts", {
        "chosen": {"1": ("remove",)}, "facts": {A: False, "post.mentions": 11}}
    yield "one that an exception overrides", {
        "chosen": {"1": ("remove",)}, "facts": {"post.mentions": 1, B: True}}
    yield "an exception to a clause that is set aside", {
        "chosen": {"1.1": ()}, "set_aside": (s.aside("1"),),
        "facts": {"post.mentions": 1, B: True}}
    yield "letting a clause act that does not hold", {"let_act": frozenset({"2"})}
    yield "an edit under a clause that does not hold", {"edits": {"2": "x"}}
    yield "one that is undetermined", {"chosen": {"3": ("limit-reach",)}}
    yield "an action nearly promised", {"chosen": {"1": ("remov",)}, **_holding()}
    yield "an action that the clause does not promise", {
        "chosen": {"1": ("terminate",)}, **_holding()}
    yield "an action of a clause that promises none", {
        "chosen": {"1.1": ("remove",)}, "facts": {"post.mentions": 1, B: True}}
    yield "nothing of what a clause promises", {"chosen": {"1": ()}, **_holding()}
    yield "letting a clause without a cap act", {"let_act": frozenset({"1"}), **_holding()}
    yield "letting a clause act below its cap", {"let_act": frozenset({"4"}), "taken": {"4": 1}}
    yield "a clause at its cap", {"chosen": {"4": ("hold",)}, "taken": {"4": 2}}
    yield "a clause that is suspended", {"chosen": {"4": ("hold",)}, "suspended": {"4"}}
    yield "letting a suspended clause act", {
        "let_act": frozenset({"4"}), "taken": {"4": 2}, "suspended": {"4"}}
    yield "more of a suspended clause than goes on", {
        "chosen": {"1": ("look", "remove")}, "suspended": {"1"}, "standing": labelled,
        **_holding()}
    yield "an edit of a clause without one", {"edits": {"1": "x"}, **_holding()}
    yield "an edit of an exception that leaves alone", {
        "edits": {"1.1": "x"}, "facts": {"post.mentions": 1, B: True}}
    yield "an edit that the clause's rule makes", {
        "edits": {"6": "x"}, "facts": {"hits.phone": 1}, "spans": ((0, 4, "hits.phone"),)}
    yield "an edit that was not chosen", {
        "edits": {"5": "x"}, "chosen": {"5": ("limit-replies",)}}
    yield "an edit that changes nothing", {"edits": {"5": s.m.post().text}}
    yield "setting aside without reasons", {"set_aside": (s.aside("4", words=" \n"),)}
    yield "reversing without reasons", {
        "set_aside": (s.aside("4", words="", because=SetAsideBecause.REVERSED),)}
    yield "both set aside and chosen", {
        "set_aside": (s.aside("4"),), "chosen": {"4": ("hold",)}}
    yield "both set aside and let act", {
        "set_aside": (s.aside("4"),), "let_act": frozenset({"4"}), "taken": {"4": 2}}
    yield "both set aside and edited", {"set_aside": (s.aside("5"),), "edits": {"5": "x"}}
    yield "letting act what is set aside already", {
        "let_act": frozenset({"4"}), "taken": {"4": 2}, "standing": standing}


def _holding() -> dict[str, Any]:
    return {"facts": {"post.mentions": 1}}


@pytest.fixture(scope="module")
def scene(making: Any) -> Scene:
    return Scene(making)


def test_every_refusal_says_what_is_wrong_and_what_could_be_asked_instead(scene: Scene) -> None:
    said = []
    for title, asked in refusals(scene):
        with pytest.raises(EvenhandError) as refused:
            scene.review(**asked)
        assert isinstance(refused.value, ReviewRefused), title
        what, hint = refused.value.what, refused.value.hint
        assert hint, title
        assert not hint.rstrip().endswith(":"), title
        assert what[0].islower() or what[0] == "`", title
        assert not what.endswith("."), title
        said.append(f"# {title}\n{refused.value}\n")
    text = "\n".join(said)
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", [
    {}, {"chosen": {"4": ("hold",)}}, {"let_act": frozenset({"4"}), "taken": {"4": 2}},
    {"chosen": {"4": ("hold",)}, "let_act": frozenset({"4"}), "taken": {"4": 3}},
    {"chosen": {"4": ("hold", "hold")}}, {"edits": {"5": "Good morning."}},
    {"edits": {"6": "Good morning."}}, {"edits": {"5": ""}},
    {"chosen": {"5": ("edit",)}, "edits": {"5": "Good morning."}},
    {"chosen": {"1.1": ()}, "facts": {"post.mentions": 1, B: True}}])
def test_what_a_clause_in_force_allows_is_decided(scene: Scene, asked: dict[str, Any]) -> None:
    assert scene.review(**asked).decider.person == "reviewer-2"


@pytest.mark.parametrize("number", ["2", "3", "4"])
def test_a_clause_can_be_set_aside_whatever_its_rule_finds(scene: Scene, number: str) -> None:
    decision = scene.review(set_aside=(scene.aside(number),))
    assert [s.ground.citation.number for s in decision.set_aside] == [number]
    assert number not in [g.citation.number for g in decision.grounds]


@pytest.mark.parametrize("because", [SetAsideBecause.REVERSED, SetAsideBecause.OVERTURNED,
                                     SetAsideBecause.REINSTATED])
def test_what_is_taken_back_may_have_been_repealed_since(scene: Scene,
                                                         because: SetAsideBecause) -> None:
    decision = scene.review(set_aside=(scene.aside("2", because=because),),
                            terms=(scene.terms, scene.repealed),
                            now=scene.m.noon + timedelta(days=30))
    assert [s.because for s in decision.set_aside] == [because]


def test_a_suspended_clause_may_go_on_as_before(scene: Scene) -> None:
    labelled = scene.review(chosen={"1": ("look",)}, facts={"post.mentions": 1})
    again = scene.review(chosen={"1": ("look",)}, facts={"post.mentions": 1}, suspended={"1"},
                         standing=labelled)
    assert [a.name for a in again.actions if a.ground.citation.number == "1"] == ["look"]
    assert again.suspended == ()


@pytest.mark.parametrize("brake", [{"suspended": {"4"}}, {"taken": {"4": 2}}])
def test_what_was_set_aside_can_be_taken_back_under_a_brake_and_then_waits(
        scene: Scene, brake: dict[str, Any]) -> None:
    standing = scene.review(set_aside=(scene.aside("4"),))
    decision = scene.review(chosen={"4": ("hold",)}, standing=standing, **brake)
    assert decision.set_aside == ()
    assert "4" not in [a.ground.citation.number for a in decision.actions]
    assert [g.citation.number for g in (*decision.suspended, *decision.capped)] == ["4"]
