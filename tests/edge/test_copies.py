"""What is said of all copies of a post reaches those before and after, until that is erased."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from evenhand.edge.erasing import erase
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.store.known import load_confirmations
from evenhand.errors import EvenhandError
from evenhand.model.decision import CauseKind
from evenhand.model.post import PostId

ON_BOTH_ENGINES = True

OFFICE = runpy.run_path(str(Path(__file__).with_name("office.py")))
TEXT = "Listen, every voter here is sent two ballots now, says my neighbour"
COPY = "BREAKING: every voter here is sent two ballots now, says my neighbour!!"
OTHER = "Listen, every voter here is not sent two ballots now, says my neighbour"
BALLOTS = "https://checkers.example/ballots"


@pytest.fixture
def office(worlds):
    world = worlds("copies", terms=False)
    office = OFFICE["Office"](world)
    world.learn(checks=[world.check()])
    return office


def labels(office, *natives):
    """Native id -> whether the label stands beside the post."""
    return {n: bool([a for a in office.standing(n).actions if a.kind.value == "label"])
            if office.world.decisions(str(n)) else None for n in natives}


def match_of(office, native):
    [match] = office.standing(native).dossier.matches
    return match


def test_copies_of_before_and_after_are_confirmed_with_it_and_nothing_else_is(office):
    office.post(1, TEXT)
    office.post(2, COPY, author="di", minute=1)
    office.post(3, OTHER, author="ed", minute=1)
    decision = office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    assert [m.by for m in decision.dossier.matches] == ["confirmed pair"]
    assert office.standing(1).id == decision.id, "it is not looked at again for its own word"
    office.post(4, COPY, author="fay", minute=9)
    office.post(5, TEXT + "?", author="gus", minute=9)
    assert labels(office, 1, 2, 3, 4, 5) == {1: True, 2: True, 3: None, 4: True, 5: None}
    for native in (2, 4):
        match = match_of(office, native)
        assert (match.by, match.confirmed_by, match.confirmed_of) == (
            "confirmed copy", "person:ada", office.id(1))
        assert match.confirmed_at == office.when(5)
    again = office.standing(2)
    assert (again.cause.kind, again.decider.kind) == (CauseKind.REVIEW, "rule")
    assert office.standing(4).cause.kind is CauseKind.ARRIVAL
    office.world.verify()


def test_the_letter_and_what_readers_see_say_that_a_copy_was_confirmed(office):
    office.post(1, TEXT)
    office.post(2, COPY, author="di", minute=1)
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    records = [office.open().record(office.standing(n).id) for n in (1, 2)]
    assert [seen.confirmed_for for record in records for seen in record.fact_check_notices] == [
        "this post", "a copy of this post"]
    own, copied = (" ".join(record.notice.words.split()) for record in records)
    told = "a reviewer said so of a post with the same words as yours, and of all its copies"
    assert told in copied and told not in own
    assert "square:1" not in copied, "of which post is not for another author to know"
    assert records[1].statement.decision_automated == "partially"
    assert records[1].statement.detection_automated


def test_a_later_word_on_all_copies_takes_them_back_and_a_word_on_one_leaves_the_others(office):
    for n in (1, 2, 3):
        office.post(n, COPY, author=f"a{n}", minute=n)
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    office.decide(2, "bo", confirms={BALLOTS: False}, at=6)
    assert labels(office, 1, 2, 3) == {1: True, 2: False, 3: True}
    office.decide(3, "bo", confirms={BALLOTS: False}, scope="all copies", at=7)
    assert labels(office, 1, 2, 3) == {1: False, 2: False, 3: False}
    assert match_of(office, 1).confirmed_of == office.id(3)
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=8)
    assert labels(office, 1, 2, 3) == {1: True, 2: False, 3: True}, "2 was looked at by itself"


def test_what_a_file_says_of_all_copies_is_swept_like_a_fact_check(office):
    world = office.world
    world.run([world.post(1, TEXT), world.post(2, COPY, minute=1, author="di")])
    world.learn(said=[world.said("1", "claim.confirmed", True, claim=BALLOTS, scope="all copies",
                                 minute=5)])
    world.run([world.post(3, COPY, minute=9, author="ed")])
    assert labels(office, 1, 2, 3) == {1: True, 2: True, 3: True}
    decisions = [d.id for d in world.decisions()]
    world.run()
    assert [d.id for d in world.decisions()] == decisions, "running again leads to none"


@pytest.mark.parametrize("size", [1, 2, 500])
def test_a_word_on_a_post_that_is_to_come_reaches_what_comes_after_it(office, batches, size):
    batches(size)
    world = office.world
    world.learn(said=[world.said("1", "claim.confirmed", True, claim=BALLOTS, scope="all copies",
                                 minute=0)])
    world.run([world.post(0, COPY, minute=1, author="bo"), world.post(1, TEXT, minute=2),
               world.post(2, COPY, minute=3, author="di")])
    world.run([world.post(3, COPY, minute=4, author="ed")])
    assert labels(office, 0, 1, 2, 3) == {0: None, 1: True, 2: True, 3: True}


def erase_post(office, native):
    erase(office.world.open(), post=office.id(native), person="finn", legal_basis="GDPR Art. 17")


def test_once_its_post_is_erased_a_word_reaches_no_new_copy_and_stays_with_those_it_reached(
        office):
    for n in (1, 2):
        office.post(n, COPY, author=f"a{n}", minute=n)
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    before = match_of(office, 2)
    erase_post(office, 1)
    office.post(3, COPY, author="a3", minute=9)
    assert labels(office, 2, 3) == {2: True, 3: None}
    office.report(2, clause="3.1", at=20)
    office.decide(2, "bo", at=21)
    assert labels(office, 2) == {2: True}, "whatever it is looked at again for"
    assert match_of(office, 2) == before
    assert office.id(1) not in {k.what.post for k in load_confirmations(office.world.open().engine)}
    office.decide(3, confirms={BALLOTS: False}, scope="all copies", at=30)
    assert labels(office, 2, 3) == {2: False, 3: False}, "a later word reaches it as before"
    erase_post(office, 2)
    office.world.verify()


def test_an_erased_denial_lets_no_earlier_confirmation_count_again(office):
    for n in (1, 2, 3):
        office.post(n, COPY, author=f"a{n}", minute=n)
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    office.decide(2, "bo", confirms={BALLOTS: False}, scope="all copies", at=6)
    erase_post(office, 2)
    office.post(4, COPY, author="a4", minute=9)
    assert labels(office, 1, 3) == {1: False, 3: False} and not labels(office, 4)[4]
    office.report(3, clause="3.1", at=20)
    office.decide(3, "dora", at=21)
    assert match_of(office, 3).confirmed is False


CLAIM = "Every voter here is sent two ballots"


def test_a_denial_stays_with_a_copy_that_was_left_alone_for_it(office):
    """Nothing was decided of it, so no decision says what it was left alone for."""
    office.post(1, CLAIM, author="plum")
    office.decide(1, confirms={BALLOTS: False}, scope="all copies", at=5)
    office.post(2, CLAIM.upper(), author="di", minute=9)
    assert labels(office, 1, 2) == {1: False, 2: None}
    erase_post(office, 1)
    office.report(2, clause="3.1", at=20)
    assert labels(office, 2) == {2: None}
    office.decide(2, "bo", at=21)
    assert labels(office, 2) == {2: False}
    match = match_of(office, 2)
    assert (match.by, match.confirmed, match.confirmed_of) == ("confirmed copy", False,
                                                               office.id(1))
    [kept] = load_confirmations(office.world.open().engine)
    assert kept.what.post == office.id(2) and "plum" not in repr(kept)
    assert office.world.open().store.post(office.id(1)) is None
    office.post(3, CLAIM, author="ed", minute=30)
    assert labels(office, 3) == {3: True}, "the word reaches no new copy"
    office.world.verify()


def test_of_an_erased_post_only_what_counts_for_a_copy_is_kept_with_it(office):
    for n in (1, 2, 3, 4):
        office.post(n, CLAIM, author=f"a{n}", minute=n)
    office.decide(2, "bo", confirms={BALLOTS: True}, at=5)
    office.decide(1, confirms={BALLOTS: False}, scope="all copies", at=6)
    assert labels(office, 1, 2, 3, 4) == {1: False, 2: True, 3: False, 4: False}
    erase_post(office, 1)
    kept = {k.what.post.native: k.what.of for k in load_confirmations(office.world.open().engine)}
    assert kept == {"2": None, "3": office.id(1), "4": office.id(1)}
    office.decide(3, "bo", confirms={BALLOTS: True}, scope="all copies", at=40)
    assert labels(office, 2, 3, 4) == {2: True, 3: True, 4: True}, "a later word counts as before"


def test_an_account_is_erased_with_all_its_copies(office):
    for n in (1, 2):
        office.post(n, COPY, author="cy", minute=n)
    office.post(3, COPY, author="di", minute=3)
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    erase(office.world.open(), account=("square", "cy"), person="finn",
          legal_basis="GDPR Art. 17")
    [kept] = [k.what for k in load_confirmations(office.world.open().engine)]
    assert (kept.post, kept.of, kept.scope) == (office.id(3), office.id(1), "all copies")
    assert labels(office, 3) == {3: True}


@pytest.mark.parametrize(("text", "asked", "told"), [
    ("Two ballots, everyone!", {"confirms": {BALLOTS: True}}, "too short"),
    (TEXT, {"facts": {"post.stance": "asserts"}}, "nothing is said of the copies")])
def test_what_has_no_copies_or_is_not_said_of_them_is_refused(office, text, asked, told):
    office.post(1, text)
    with pytest.raises(EvenhandError, match=told):
        office.decide(1, scope="all copies", at=5, **asked)


def test_texts_are_read_only_where_something_is_said_of_copies(office, monkeypatch):
    office.post(1, TEXT)
    office.decide(1, confirms={BALLOTS: True}, at=5)
    monkeypatch.setattr("evenhand.edge.knowledge.texts_of", None)
    monkeypatch.setattr("evenhand.factcheck.confirming.copy_key", None)
    knowledge = Knowledge(office.world.open().engine)
    [[match]] = knowledge.matches([(office.world.post(1, TEXT), office.when(9))])
    assert match.confirmed is True and match.confirmed_of is None
    assert PostId.parse("square:1") == office.id(1)
