"""The letter to the author: golden letters, and posts that try to break them.

`EVENHAND_GOLDEN=write pytest tests/reasons/test_letter.py` writes the letters anew; read them
before they are committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.case import Answering
from evenhand.decide.question import Review
from evenhand.errors import EvenhandError
from evenhand.model.action import Ground
from evenhand.model.appeal import (
    Answer,
    Appeal,
    AppealOutcome,
    Dispute,
    DisputeKind,
    PointAnswered,
)
from evenhand.model.decision import CauseKind, SetAside, SetAsideBecause
from evenhand.model.factcheck import Publisher
from evenhand.model.matter import Sender
from evenhand.reasons.plain import LONGEST_QUOTE, LONGEST_WORD, WIDTH, columns, quoted, shown

LETTERS = Path(__file__).parent / "letters"
A, B = "post.satire", "post.news"
COURTS = {"out_of_court": "any certified dispute settlement body",
          "courts": "the courts at your place of residence"}
CLAIM = ('for a matched claim:\n    claim.confirmed and claim.rating == "false" and '
         '"how to vote" in claim.topics\nunless post.stance in ["rebuts", "reports"]')
PHONE = "```pattern phone_number on raw text\n\\d{3}-\\d{4}\n```\n"
THREATS = "```words threats\nI will find you\n```\n"


def label(m: Any) -> Any:
    terms = m.of(m.clause("3.2", CLAIM, 'label get-the-facts "Get the facts about mail-in ballots" '
                          "linking claim.fact_check\nobjection otherwise objectionable",
                          words="You may not post a claim about how to vote that a fact-check has "
                          "rated false.\nWe put a notice beside such a post."), **COURTS)
    dossier = m.replaced(m.dossier({"post.stance": "asserts"}, observer="person:reviewer-2"),
                         matches=(m.match(),))
    return m.settle(terms, dossier, post=m.post(
        "Everyone gets a ballot in the mail, no matter who they are or how they got there!",
        url="https://agora.example/ada/17"))


def remove_and_suspend(m: Any) -> Any:
    terms = m.of(m.clause("2.1", 'hits.threats >= 1\nunless post.stance == "reports"',
                          'remove\nsuspend for 7 days\nillegal under "StGB s. 241 (DE)"',
                          words="You may not threaten anybody.", more=THREATS), **COURTS)
    text = "I will find you, and I will find your dog."
    return m.settle(terms, m.dossier({"hits.threats": 1, "post.stance": "asserts"},
                                     spans=((0, 15, "hits.threats"),)), post=m.post(text),
                    cause=m.cause(CauseKind.REPORT, "r1"))


def limit(m: Any) -> Any:
    terms = m.of(m.clause("4.1", "post.mentions > 10 and account.age < 30 days",
                          "limit recommendation for 72 hours in DE, FR"))
    return m.settle(terms, m.dossier({"post.mentions": 11, "account.age": timedelta(days=3)}))


def edit(m: Any) -> Any:
    terms = m.of(m.clause("2.2", "hits.phone_number >= 1", "edit redact phone_number", more=PHONE))
    return m.settle(terms, m.dossier({"hits.phone_number": 1},
                                     spans=((8, 16, "hits.phone_number"),)),
                    post=m.post("Call me 555-0100 tonight."))


def interstitial(m: Any) -> Any:
    terms = m.of(m.clause("5", A, 'interstitial look-first "This post shows violence" linking '
                          '"https://peace.example/help" by fact-checker "Peace Desk"'))
    return m.settle(terms, m.dossier({A: True}, observer="person:reviewer-2"))


def no_appeal(m: Any) -> Any:
    terms = m.of(m.clause("1", A, 'demonetise for 1 month\nwarn "Please read clause 1 again"'),
                 appeals_to="nobody", appeals_at=None)
    return m.settle(terms, m.dossier({A: True}), decider=m.person)


def arrival_time(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "hold for 24 hours"), time_zone="Europe/Brussels")
    return m.settle(terms, m.dossier({A: True}), post=m.post(made_at_is="arrival"))


def replayed_clock(m: Any) -> Any:
    return m.settle(m.of(m.clause("1", A, "terminate")), m.dossier({A: True}), clock="replayed")


def lifted(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove\nlimit replies"))
    first = m.decide(terms, {A: True})
    return m.settle(terms, m.dossier({A: False}, observer="person:reviewer-5"), standing=first,
                    cause=m.cause(CauseKind.REVIEW, "v1"))


def appeal_of(m: Any, decision: Any, *disputes: Dispute) -> Appeal:
    return Appeal(id="a1", decision=decision.id, post=decision.post, by=Sender(account="ada"),
                  party="author", disputes=disputes, at=m.noon + timedelta(days=1), clock="live")


def answered(m: Any, terms: Any, dossier: Any, first: Any, *disputes: Dispute,
             outcome: AppealOutcome, agreed: tuple[bool, ...], reasons: str,
             review: Review | None = None, **more: Any) -> Any:
    """The decision two days later that answers an appeal against `first`."""
    appeal = appeal_of(m, first, *disputes)
    answer = Answer(appeal=appeal.id, outcome=outcome, by="reviewer-9", points=tuple(
        PointAnswered(n=n, agreed=a, reasons=reasons) for n, a in enumerate(agreed)))
    return m.settle(terms, dossier, standing=first, cause=m.cause(CauseKind.APPEAL, appeal.id),
                    decider=m.replaced(m.person, person="reviewer-9"),
                    review=review or Review(), now=m.noon + timedelta(days=2),
                    answering=Answering(appeal=appeal, answer=lambda _: answer), **more)


def aside(decision: Any, because: SetAsideBecause, words: str, matter: str = "a1") -> Review:
    return Review(set_aside=tuple(SetAside(ground=g, because=because, matter=matter, words=words)
                                  for g in decision.grounds))


NOT_SATIRE = Dispute(kind=DisputeKind.FACT, fact=A, value=False,
                     words="I meant every word of it.\nIt was no joke.")
NOT_THIS = Dispute(kind=DisputeKind.READING, clause="1",
                   words="The clause is about greetings in bad faith. Mine was in good faith.")


def appeal_upheld(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove", words="You may not joke."), **COURTS)
    first = m.decide(terms, {A: True})
    like = Dispute(kind=DisputeKind.TREATMENT, clause="1", like=("agora:18", "agora:19"),
                   words="Bea and Cem wrote the same.")
    return answered(m, terms, m.dossier({A: True}), first, NOT_SATIRE, like,
                    outcome=AppealOutcome.UPHELD, agreed=(False, False),
                    reasons="The post ends with the words “only joking”, and theirs do not.")


def appeal_overturned_fact(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove\nlimit replies", words="You may not joke."), **COURTS)
    first = m.decide(terms, {A: True})
    return answered(m, terms, m.dossier({A: False}, observer="person:reviewer-9"), first,
                    NOT_SATIRE, outcome=AppealOutcome.OVERTURNED, agreed=(True,),
                    reasons="Nothing in the post is a joke; our software was wrong.")


def appeal_overturned_in_part(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove", words="You may not joke."),
                 m.clause("2", B, 'label news "This is news"', words="We say what is news."),
                 **COURTS)
    first = m.decide(terms, {A: True, B: True})
    words = "A good morning is no joke in the sense of the clause."
    review = Review(set_aside=(SetAside(ground=Ground(citation=first.grounds[0].citation),
                                        because=SetAsideBecause.OVERTURNED, matter="a1",
                                        words=words),))
    return answered(m, terms, m.dossier({A: True, B: True}), first, NOT_THIS,
                    outcome=AppealOutcome.OVERTURNED, agreed=(True,), reasons=words,
                    review=review)


def appeal_reinstated(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "suspend for 30 days", words="You may not joke."), **COURTS)
    first = m.decide(terms, {A: True})
    back = Dispute(kind=DisputeKind.ASKS_BACK, words="I will not do it again.")
    words = "It was the first time, and you have said that it will be the last."
    return answered(m, terms, m.dossier({A: True}), first, back,
                    outcome=AppealOutcome.REINSTATED, agreed=(True,), reasons=words,
                    review=aside(first, SetAsideBecause.REINSTATED, words))


def appeal_right_and_upheld(m: Any) -> Any:
    terms = m.of(m.clause("1", f"{A} or {B}", "remove"), **COURTS)
    first = m.decide(terms, {A: True, B: True})
    return answered(m, terms, m.dossier({A: False, B: True}), first, NOT_SATIRE,
                    outcome=AppealOutcome.UPHELD, agreed=(True,),
                    reasons="It was no joke, but it was news.")


def appeal_ended_by_itself(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "hold for 24 hours"), **COURTS)
    first = m.decide(terms, {A: True})
    return answered(m, terms, m.dossier({A: True}), first, NOT_SATIRE,
                    outcome=AppealOutcome.UPHELD, agreed=(False,),
                    reasons="It reads as a joke to anybody.")


def appeal_of_a_fact_check(m: Any) -> Any:
    terms = m.of(m.clause("3.2", CLAIM, 'label get-the-facts "Get the facts" '
                          "linking claim.fact_check"), **COURTS)
    known = m.dossier({"post.stance": "asserts"}, matches=(m.match(),))
    first = m.settle(terms, known).decision
    denied = m.replaced(known, matches=(m.match(False),))
    return answered(m, terms, denied, first, Dispute(
        kind=DisputeKind.FACT, fact="claim.confirmed", value=False, claim="0" * 32,
        words="I wrote of one county."), outcome=AppealOutcome.OVERTURNED, agreed=(True,),
        reasons="The fact-check is about the whole state, and the post is not.")


def reversed_(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove", words="You may not joke."))
    first = m.decide(terms, {A: True})
    return m.settle(terms, m.dossier({A: True}), standing=first,
                    cause=m.cause(CauseKind.REVERSAL, "v1"), decider=m.person,
                    review=aside(first, SetAsideBecause.REVERSED, matter="v1",
                                 words="A misspelt word list made this clause hold of greetings."))


def reviewed(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove", words="You may not joke."))
    first = m.decide(terms, {A: True})
    return m.settle(terms, m.dossier({A: True}), standing=first,
                    cause=m.cause(CauseKind.REVIEW, "v1"), decider=m.person,
                    review=aside(first, SetAsideBecause.REVIEWED, matter="v1",
                                 words="The clause means jokes about people."))


def suspended(m: Any) -> Any:
    terms = m.of(m.clause("1", A, "remove", words="You may not joke."),
                 m.clause("2", B, "limit reach", words="You may not spread news."))
    first = m.decide(terms, {A: False, B: True})
    return m.settle(terms, m.dossier({A: True, B: False}), standing=first,
                    cause=m.cause(CauseKind.REVIEW, "v1"), suspended=frozenset({"1"}))


KINDS: dict[str, Callable[[Any], Any]] = {f.__name__.strip("_").replace("_", "-"): f for f in (
    label, remove_and_suspend, limit, edit, interstitial, no_appeal, arrival_time, replayed_clock,
    lifted, appeal_upheld, appeal_overturned_fact, appeal_overturned_in_part, appeal_reinstated,
    appeal_right_and_upheld, appeal_ended_by_itself, appeal_of_a_fact_check, reversed_, reviewed,
    suspended)}


@pytest.mark.parametrize("name", KINDS)
def test_a_letter_reads_like_this(making: Any, name: str) -> None:
    notice = KINDS[name](making).sealable.record.notice
    # A decision's id is a hash of the terms and facts of this test: no reader needs it here.
    words = re.sub(r"(you write:\s|our\sdecision\s)[0-9a-f]{16}", r"\1(its number)", notice.words)
    text = f"To: {notice.to}\nSubject: {notice.subject}\n\n{words}\n"
    golden = LETTERS / f"{name}.txt"
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert all(columns(line) <= WIDTH for line in notice.words.split("\n"))


def test_every_golden_letter_is_tried() -> None:
    assert {p.stem for p in LETTERS.glob("*.txt")} == set(KINDS)


HEADINGS = ("WHAT WE DID", "WHY", "THE FACTS WE RELY ON", "HOW WE FOUND IT", "IF YOU DISAGREE")

HOSTILE = {
    "escapes": "\x1b[2J\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "controls": "a\x00b\x08\x08\x08c\rover\x0bdown\x0cpage\x85next\x7f",
    "lines": "x\nIF YOU DISAGREE\nYou cannot.\r\nWHY\u2028WHAT WE DID\u2029end",
    "bidi": "safe \u202eexe.txt\u202c \u2067right\u2069 \u200f\u200e\u061c",
    "annotations": "\ufff9a\ufffab\ufffb \ufeff \U000e0041\U000e0042",
    "surrogates": "half \ud800 \udfff",
    "long word": "x" * 5_000,
    "a megabyte": "long " * 200_000,
    "a megabyte in one word": "y" * 1_000_000,
    "han": "汉字" * 2_000,
    "many lines": "\n" * 10_000,
    "marks": "e" + "\u0301" * 3_000,
    "forged quote": "  > quoted\n  - item\n> x",
    "empty": "", "spaces": " \t \n ",
}


def letter_of(m: Any, text: str, **post: Any) -> str:
    terms = m.of(m.clause("1", A, "remove"))
    words: str = m.settle(terms, m.dossier({A: True}),
                          post=m.post(text, **post)).sealable.record.notice.words
    return words


def check_whole(words: str, *, most: int = 40_000) -> None:
    lines = words.split("\n")
    assert [x for x in lines if x in HEADINGS] == list(HEADINGS), "no heading more, and none less"
    for line in lines:
        assert columns(line) <= WIDTH or (len(line.split()) <= 2
                                          and columns(line) <= LONGEST_WORD + 4)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
                             "\u2028\u2029\ud800-\udfff]", line)
    words.encode()
    assert len(words) < most


def test_letter_of_records_with_surrogates_cannot_be_sealed_and_so_is_never_sent(
        making: Any) -> None:
    """A lone surrogate has no bytes: the record refuses it before any letter leaves."""
    with pytest.raises(EvenhandError):
        letter_of(making, HOSTILE["surrogates"])


@pytest.mark.parametrize("name", [n for n in HOSTILE if n != "surrogates"])
def test_a_hostile_post_cannot_break_the_letter(making: Any, name: str) -> None:
    check_whole(letter_of(making, HOSTILE[name]))


def test_the_text_of_a_post_is_quoted_line_by_line(making: Any) -> None:
    words = letter_of(making, HOSTILE["lines"])
    assert "  > IF YOU DISAGREE\n  > You cannot.\n  > WHY\n  > WHAT WE DID\n  > end" in words


def test_controls_of_direction_are_shown_as_their_numbers() -> None:
    assert shown("safe \u202eexe.txt") == "safe ⟨U+202E⟩exe.txt"
    assert shown("\x1b[31m") == "⟨U+001B⟩[31m"


@pytest.mark.parametrize("text", [
    "می\u200cخواهم", "👩\u200d👩\u200d👧", "Qu\u00a0: «\u00a0oui\u00a0»", "שלום עולם", "مرحبا",
    "é e\u0301", "हिन्दी", "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074"
    "\U000e007f", "soft\u00adhyphen", "ไทย"])
def test_what_people_write_in_any_script_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text
    assert quoted(text) == [f"  > {text}"]


def test_a_long_post_is_cut_and_the_letter_says_so(making: Any) -> None:
    words = letter_of(making, "word " * 2_000)
    assert f"[{10_000 - LONGEST_QUOTE:,} more characters stand in the record]" in words


def test_hostile_names_and_addresses_cannot_forge_a_part_of_the_letter(making: Any) -> None:
    forged = "x\n\nIF YOU DISAGREE\nYou cannot.\x1b[2J\u202e"
    terms = making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check'))
    publisher = Publisher(name=forged, domain="x.example", kind="fact-checker")
    match = making.match(publisher=publisher, claim=forged, claim_by=forged, rating_words=forged,
                         url="https://x.example/\nWHY\x1b", topics=("how to vote", forged))
    dossier = making.replaced(making.dossier({"post.stance": "asserts"}, observer=forged),
                              matches=(match,))
    words = making.settle(terms, dossier, post=making.post(forged, url=forged)
                          ).sealable.record.notice.words
    check_whole(words)


def test_the_author_is_told_which_claim_whose_fact_check_and_how_it_is_rated(making: Any) -> None:
    """In words that cannot end their quotation, on lines that are ours to end."""
    terms = making.of(making.clause("1", CLAIM, 'label x "X" linking claim.fact_check'))
    forged = "All ballots\r\ncount” and the reviewer agreed that “none"
    match = making.match(claim="All ballots\u2028are sent twice", rating_words=forged)
    dossier = making.replaced(making.dossier({"post.stance": "asserts"}), matches=(match,))
    words = making.settle(terms, dossier).sealable.record.notice.words
    said = words[words.index("\nWHY"):words.index("\nTHE FACTS WE RELY ON")]
    assert "  > All ballots\n  > are sent twice\n" in said
    assert ("The clause holds for this claim by a candidate, which Checkers (a fact-checker) rated "
            "“All ballots count’ and the reviewer agreed that ‘none” in a fact-check of 26 May "
            "2020:") in " ".join(said.split())
    assert words.count("are sent twice") == 1, "it is named once"


def test_a_flood_of_excerpts_is_counted_instead(making: Any) -> None:
    terms = making.of(making.clause("1", "hits.threats >= 1", "remove", more=THREATS))
    text = "".join(chr(0x4e00 + i) for i in range(500))
    words = making.settle(terms, making.dossier(
        {"hits.threats": 500}, spans=tuple((i, i + 1, "hits.threats") for i in range(500))),
        post=making.post(text)).sealable.record.notice.words
    assert "and 480 more, which stand in the record" in words
    check_whole(words)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_a_quotation(text: str) -> None:
    for line in quoted(text):
        assert line.startswith(("  >", "  ["))
        assert columns(line) <= WIDTH or len(line.split()) <= 2
        line.encode()


@given(st.text(max_size=200))
def test_showing_is_done_once(text: str) -> None:
    assert shown(shown(text)) == shown(text)


def test_a_review_that_changes_nothing_is_recorded_and_writes_no_second_letter(
        making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    first = making.settle(terms, making.dossier({A: True}))
    again = making.settle(terms, making.dossier({A: True}, observer="person:reviewer-2"),
                          standing=first.decision, cause=making.cause(CauseKind.REVIEW, "v"),
                          now=making.noon + timedelta(days=1))
    assert again.decision.supersedes == first.decision.id
    assert again.decision.actions == first.decision.actions
    assert again.sealable.record.notice is None


def test_whoever_appeals_gets_an_answer_even_if_nothing_changes(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    again = answered(making, terms, making.dossier({A: True}), making.decide(terms, {A: True}),
                     NOT_SATIRE, outcome=AppealOutcome.UPHELD, agreed=(False,),
                     reasons="It was a joke.")
    assert again.sealable.record.notice.words.startswith("YOUR APPEAL\n")


def test_an_appeal_in_hostile_words_cannot_forge_a_part_of_its_answer(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    for text in (t for name, t in HOSTILE.items() if name != "surrogates"):
        point = making.replaced(NOT_SATIRE, words=text)
        like = Dispute(kind=DisputeKind.TREATMENT, clause="1", like=(text, "x"), words=text)
        words = answered(making, terms, making.dossier({A: True}),
                         making.decide(terms, {A: True}), point, like,
                         outcome=AppealOutcome.UPHELD, agreed=(False, False),
                         reasons=text).sealable.record.notice.words
        assert words.startswith("YOUR APPEAL\n")
        check_whole(words, most=100_000)


def test_what_falls_for_another_reason_is_not_told_as_a_success(making: Any) -> None:
    terms = making.of(making.clause("1", f"{A} and {B}", "remove"))
    first = making.decide(terms, {A: True, B: True})
    words = told(answered(making, terms, making.dossier({A: True, B: False}), first, NOT_SATIRE,
                          outcome=AppealOutcome.OVERTURNED, agreed=(False,),
                          reasons="It is a joke.").sealable.record.notice.words)
    assert f"and yet our decision {first.id[:16]} is overturned" in words
    assert "succeeds" not in words


def test_a_clause_set_aside_on_another_appeal_is_told_with_its_reasons(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = making.decide(terms, {A: True, B: True})
    review = Review(set_aside=aside(first, SetAsideBecause.OVERTURNED, "It means others.",
                                    matter="a0").set_aside[:1])
    second = answered(making, terms, making.dossier({A: True, B: True}), first, NOT_THIS,
                      outcome=AppealOutcome.OVERTURNED, agreed=(True,), reasons="It means others.",
                      review=review).decision
    assert [a.kind.value for a in second.actions] == ["demonetise"]
    words = told(answered(making, terms, making.dossier({A: True, B: True}), second, NOT_SATIRE,
                          outcome=AppealOutcome.UPHELD, agreed=(False,),
                          reasons="It is a joke.").sealable.record.notice.words)
    assert "was set aside for your post on appeal, because: > It means others." in words


def test_the_reasons_of_an_answer_are_told_whole(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    reasons = "because " * 500
    words = answered(making, terms, making.dossier({A: True}), making.decide(terms, {A: True}),
                     NOT_SATIRE, outcome=AppealOutcome.UPHELD, agreed=(False,),
                     reasons=reasons).sealable.record.notice.words
    assert words.count("because") >= 500
    assert "more characters" not in words


def test_a_new_ground_for_the_same_action_is_told(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "remove"))
    first = making.decide(terms, {A: True, B: False})
    again = making.settle(terms, making.dossier({A: True, B: True}), standing=first,
                          cause=making.cause(CauseKind.REVIEW, "v"))
    assert again.decision.actions == first.actions
    assert "Clause 2" in again.sealable.record.notice.words


def test_what_ended_by_itself_is_not_told_as_lifted(making: Any) -> None:
    terms = making.of(making.clause("1", A, "limit reach for 3 days"))
    first = making.decide(terms, {A: True})
    for days, told in ((2, True), (3, False)):
        later = making.settle(terms, making.dossier({A: False}), standing=first,
                              cause=making.cause(CauseKind.REVIEW, "v"),
                              now=making.noon + timedelta(days=days)).sealable.record
        assert later.decision.actions == ()
        assert (later.notice is not None) is told


def told(words: str) -> str:
    return " ".join(words.split())


@pytest.mark.parametrize(("cause", "observer", "said"), [
    (CauseKind.SIGNAL, "stance@1", "on our own initiative, when a detector reported something"),
    (CauseKind.REVIEW, "stance@1", "on our own initiative, when more became known about it"),
    (CauseKind.REVIEW, "person:2", "on our own initiative, when one of our reviewers looked at it"),
    (CauseKind.REPORT, "person:2", "We looked at your post because it was reported to us."),
    (CauseKind.ORDER, "person:2", "We looked at your post because of an order")])
def test_a_letter_says_what_made_us_look_and_no_reviewer_looked_who_did_not(
        making: Any, cause: CauseKind, observer: str, said: str) -> None:
    terms = making.of(making.clause("1", A, "remove"))
    words = told(making.settle(terms, making.dossier({A: True}, observer=observer),
                               cause=making.cause(cause, "x")).sealable.record.notice.words)
    assert said in words
    assert ("reviewer looked" in words or "reviewers looked" in words) is (
        cause is CauseKind.REVIEW and observer.startswith("person:"))


def test_a_letter_says_what_made_us_look_first_and_what_made_us_look_again(making: Any) -> None:
    terms = making.of(making.clause("1", A, "remove"), making.clause("2", B, "demonetise"))
    first = making.decide(terms, {A: True, B: False}, cause=making.cause(CauseKind.REPORT, "r"))
    words = told(making.settle(
        terms, making.dossier({A: True, B: True}), standing=first,
        cause=making.cause(CauseKind.FACT_CHECK_CHANGE, "f")).sealable.record.notice.words)
    assert ("We looked at your post because it was reported to us, and again when a fact-check "
            "that concerns it was published or changed.") in words
