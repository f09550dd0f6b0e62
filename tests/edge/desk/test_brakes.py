"""The brakes: a clause is stopped at once, acts again, and all that it did is taken back."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from evenhand.edge.desk.brakes import VERY_INSTANT
from evenhand.edge.erasing import erase
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.edge.sweeping import Sweep
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.model.decision import CauseKind, SetAsideBecause
from evenhand.record.opening import check_opening, read_opening

ON_BOTH_ENGINES = True

ZAP, WHISTLE = "I will zap you.", "wheeep"


class Died(Exception):
    """The process is gone: nothing after this line happened."""


def decided(office):
    """Post -> the outcome of its standing decision, and the clauses that act by it."""
    later = t.decisions.alias("later")
    query = select(t.decisions.c.native, t.decisions.c.outcome, t.actions.c.number).join(
        t.actions, t.actions.c.decision == t.decisions.c.id, isouter=True).where(
        ~select(later.c.id).where(later.c.supersedes == t.decisions.c.id).exists()).order_by(
        t.actions.c.n)
    found = {}
    with reading(office.world.open().engine) as connection:
        for native, outcome, number in connection.execute(query):
            acting = found.get(native, ("", ()))[1]
            found[native] = outcome, (*acting, *((number,) if number else ()))
    return found


def test_a_suspended_clause_does_nothing_anew_while_what_it_did_goes_on_and_then_it_resumes(
        office, acts):
    office.post("before", ZAP, minute=1)
    brake = office.suspend("2.1", at=10)
    assert acts(office.standing("before")) == [("2.1", "remove")]
    office.world.run([office.world.post(f"n{i}", ZAP, author=f"u{i}", minute=20)
                      for i in range(1000)])
    found = decided(office)
    assert Counter(found.values()) == {("acted", ("2.1",)): 1, ("left alone", ()): 1000}
    one = office.standing("n7")
    assert [g.citation.number for g in one.suspended] == ["2.1"], "it was looked at, and says so"
    assert not (office.world.config.letters / one.id[:16]).exists(), "nothing is done to anybody"
    office.report("before", at=30)
    assert acts(office.decide("before", at=40)) == [("2.1", "remove")], "what it does goes on"
    office.suspend("2.1", resumes=True, words="The list is mended.", at=50)
    office.post("after", ZAP, author="ed", minute=60)
    assert acts(office.standing("after")) == [("2.1", "remove")]
    kinds = office.world.verify().kinds
    assert kinds["suspension"] == 2 and brake.record.suspension.by == "dora"


def test_a_suspension_binds_at_its_very_instant_and_no_earlier(office, acts):
    office.suspend("2.1", at=10)
    office.post("at", ZAP, minute=10)
    assert acts(office.standing("at")) == []
    office.suspend("2.1", resumes=True, words="It is mended.", at=20)
    office.post("again", ZAP, author="ed", minute=20)
    assert acts(office.standing("again")) == [("2.1", "remove")]


def test_a_version_published_later_is_not_suspended_and_can_be(office, acts):
    """It may have mended the clause; where it has not, the brake can be pulled for it too."""
    office.suspend("2.1", at=10)
    office.republish(version="2", published="2020-05-22", in_force="2020-05-23")
    minute = 4 * 24 * 60
    office.post("new", ZAP, minute=minute)
    assert acts(office.standing("new")) == [("2.1", "remove")]
    with pytest.raises(EvenhandError, match="without reasons"):
        office.suspend("2.1", words="stop", at=minute)
    office.suspend("2.1", at=minute + 10)
    office.post("newer", ZAP, author="ed", minute=minute + 20)
    assert acts(office.standing("newer")) == []
    with pytest.raises(EvenhandError, match="suspended already"):
        office.suspend("2.1", at=minute + 30)
    office.suspend("2.1", resumes=True, words="Both are mended.", at=minute + 40)
    office.post("newest", ZAP, author="flo", minute=minute + 50)
    assert acts(office.standing("newest")) == [("2.1", "remove")]
    with pytest.raises(EvenhandError, match="is not suspended"):
        office.suspend("2.1", resumes=True, words="Both are mended.", at=minute + 60)


def test_a_question_that_a_suspended_clause_would_ask_is_not_asked(office):
    office.suspend("2.3", at=1)
    office.post(1, "I will buzz you.", minute=5)
    assert office.waiting() == ()


@pytest.mark.parametrize(("number", "person", "more", "wrong"), [
    ("2.1", "ada", {}, "may not"), ("2.1", "mallory", {}, "is not a registered person"),
    ("9.9", "dora", {}, "no published clause 9.9 has a rule"),
    ("2.1", "dora", {"version": "7"}, "no version `7` is published"),
    ("2.1", "dora", {"words": "wrong"}, "not pulled without reasons")])
def test_a_brake_is_pulled_by_who_may_and_on_a_published_clause_with_reasons(
        office, number, person, more, wrong):
    for pull in (office.suspend, office.reverse):
        with pytest.raises(EvenhandError, match=wrong):
            pull(number, person, at=5, **more)
    assert office.world.verify().kinds.keys() == {"publication"}


def test_a_reversal_takes_back_what_began_in_its_time_and_nothing_else(office, acts):
    for n, minute in ((1, 10), (2, 20), (3, 30)):
        office.post(n, ZAP, author=f"u{n}", minute=minute)
        if n == 2:
            office.post(4, "wheeep, I will zap you", author="u4", minute=20)
    office.reverse("2.1", since=20, until=office.when(30), at=50)
    assert [acts(office.standing(n)) for n in (1, 2, 3, 4)] == [
        [("2.1", "remove")], [], [("2.1", "remove")], [("4.1", "label")]]
    reversed_ = office.standing(2)
    assert (reversed_.cause.kind, reversed_.decider.person) == (CauseKind.REVERSAL, "dora")
    assert [s.because for s in reversed_.set_aside] == [SetAsideBecause.REVERSED]
    assert "hit the wrong posts" in office.letter(reversed_.id[:16])
    with pytest.raises(EvenhandError, match="nothing lies between"):
        office.reverse("2.1", since=30, until=office.when(30), at=60)


def test_what_a_clause_did_at_this_very_instant_is_taken_back_too(office, acts):
    office.post(1, ZAP, minute=10)
    matter = office.reverse("2.1", at=10)
    assert matter.record.reversal.until == office.when(10) + VERY_INSTANT
    assert acts(office.standing(1)) == []


def test_a_reversal_drops_the_strikes_and_none_of_them_holds_another_up(office, acts):
    """Clause 2.2 limits posts of an account with a strike: taken back one by one, the removals
    of one account would each have rested on the others."""
    for n in range(6):
        office.post(n, ZAP, minute=n)
    assert office.strikes() == 6
    office.reverse("2.1", at=50)
    assert [acts(office.standing(n)) for n in range(6)] == [[]] * 6
    assert office.strikes() == 0
    office.post(9, "Good evening.", minute=60)
    assert office.world.decisions("9") == []


def test_a_reversal_leaves_the_strikes_of_other_clauses_and_begins_nothing(office, acts):
    office.post(1, ZAP, minute=1)
    office.post(2, "I will buzz you.", minute=2)
    office.decide(2, facts={"post.stance": "asserts"}, at=5)
    assert office.strikes() == 2
    office.reverse("2.1", at=50)
    assert acts(office.standing(1)) == [], "it had no strike against it when it was made"
    assert acts(office.standing(2)) == [("2.3", "remove")]
    assert office.strikes() == 1
    office.post(3, "Good evening.", minute=60)
    assert acts(office.standing(3)) == [("2.2", "limit")], "the other strike stands"


def test_what_rested_on_strikes_that_were_taken_back_is_lifted_and_its_author_told(office, acts):
    """Clause 2.2 limits posts of an account with a strike, and so gives strikes itself: what it did
    must not hold itself up."""
    office.post(1, ZAP, minute=1)
    for n in (2, 3, 4):
        office.post(n, "Good evening.", minute=n)
    office.post(5, "Good morning.", author="di", minute=5)
    assert [acts(office.standing(n)) for n in (2, 3, 4)] == [[("2.2", "limit")]] * 3
    office.reverse("2.1", at=50)
    assert [acts(office.standing(n)) for n in (1, 2, 3, 4)] == [[]] * 4
    assert office.strikes() == 0
    lifted = office.standing(3)
    assert lifted.cause.kind is CauseKind.ACCOUNT_CHANGE and lifted.decider.kind == "rule"
    assert "something about the account changed" in " ".join(
        office.letter(lifted.id[:16]).split())
    office.post(6, "Good night.", minute=70)
    assert office.world.decisions("6") == []


def test_a_strike_that_rests_on_nothing_else_still_holds_up_what_rests_on_it(office, acts):
    office.post(1, ZAP, minute=1)
    office.post(2, "I will buzz you.", minute=2)
    office.decide(2, facts={"post.stance": "asserts"}, at=3)
    office.post(3, "Good evening.", minute=4)
    office.reverse("2.1", at=50)
    assert acts(office.standing(3)) == [("2.2", "limit")]
    filed = office.appeal(office.standing(2).id, office.reading("2.3"), at=60)
    office.answer(filed.id, True, at=70)
    assert acts(office.standing(3)) == [], "an appeal that succeeds is enough"
    assert office.strikes() == 0


def test_an_erased_post_takes_what_rested_on_its_strike_with_it(office, acts):
    office.post(1, ZAP, minute=1)
    office.post(2, "Good evening.", minute=2)
    assert acts(office.standing(2)) == [("2.2", "limit")]
    erase(office.world.open(), post=office.id(1), person="finn", legal_basis="Art. 17 GDPR")
    office.world.run()
    assert acts(office.standing(2)) == [] and office.strikes() == 0


def test_what_goes_on_after_a_reversal_is_not_told_as_decided_by_whoever_reversed(office, acts):
    office.post(1, "wheeep, I will zap you", minute=1)
    office.reverse("2.1", at=50)
    goes_on = office.standing(1)
    assert acts(goes_on) == [("4.1", "label")]
    [record] = [r for r in (office.world.open().store.record(goes_on.id),) if r]
    assert record[0].statement.decision_automated == "partially"
    letter = " ".join(office.letter(goes_on.id[:16]).split())
    assert "what goes on was decided before" in letter


def test_a_reversal_takes_the_strike_too_of_what_was_given_back_before(office):
    office.post(1, ZAP, minute=1)
    office.reinstate(1, at=5)
    assert office.strikes() == 1
    office.reverse("2.1", at=50)
    assert office.strikes() == 0
    assert [s.because for s in office.standing(1).set_aside] == [SetAsideBecause.REVERSED]


def test_a_reversal_is_done_once_however_often_its_key_comes(office):
    office.post(1, ZAP, minute=1)
    first = office.reverse("2.1", at=50, once="r")
    after = office.world.outcomes()
    assert office.reverse("2.1", at=60, once="r").id == first.id
    assert office.world.outcomes() == after and office.world.verify().kinds["reversal"] == 1


def test_what_was_taken_back_is_not_taken_back_again(office):
    office.post(1, ZAP, minute=1)
    first = office.reverse("2.1", at=50)
    after = office.world.outcomes()
    assert office.reverse("2.1", at=60).id == first.id, "the same again is that one"
    for number, since in (("2.1", 0), ("2.3", -1)):
        with pytest.raises(EvenhandError, match=f"nothing stands that clause {number} began"):
            office.reverse(number, since=since, at=60)
    assert office.world.outcomes() == after and office.world.verify().kinds["reversal"] == 1


def test_the_public_log_tells_everybody_which_clause_was_stopped_and_why(office):
    brake = office.suspend("2.1", at=10)
    with reading(office.world.open().engine) as connection:
        leaf = connection.execute(select(t.outbox.c.leaf).where(
            t.outbox.c.key == f"suspension:{brake.id}")).scalar()
    assert b"It hits the wrong posts." in leaf and b'"clause":"2.1"' in leaf
    assert b"dora" not in leaf


# The test of the issue itself.

POSTS, CAP = 10_000, 2_000


@pytest.fixture
def gone_wrong(worlds, office):
    """A platform whose clause on whistles is wrong: it removes, and hits every post of an hour."""
    made = type(office)(worlds("wrong", terms=False),
                        cap=f"at most {CAP} an hour, then ask a reviewer")
    return made


def whistles(office, posts=POSTS):
    """As many posts of one hour as the clause hits, four of each account."""
    return [office.world.post(i, WHISTLE, author=f"u{i % (posts // 4)}", minute=i * 59 / posts)
            for i in range(posts)]


@pytest.mark.sqlite_alone
def test_a_clause_gone_wrong_on_10_000_posts_is_stopped_at_its_cap_and_undone_by_one_command(
        gone_wrong):
    office = gone_wrong
    office.world.run(whistles(office))
    assert Counter(decided(office).values()) == {
        ("acted", ("4.1",)): CAP, ("asked a reviewer", ()): POSTS - CAP}, "stopped at its cap"
    before = dict.fromkeys(office.world.config.letters.iterdir())
    assert len(before) == CAP

    office.reverse("4.1", at=60)

    found = Counter(decided(office).values())
    assert found == {("left alone", ()): CAP, ("asked a reviewer", ()): POSTS - CAP}
    told = [folder for folder in office.world.config.letters.iterdir() if folder not in before]
    assert len(told) == CAP, "every author is told, of each post"
    policy = parse_policy((office.world.config.ledger / "policy").read_bytes())
    for n, folder in enumerate(sorted(told)):
        words = (folder / "notice.txt").read_text()
        assert "hit the wrong posts" in words and (folder / "receipt.tlog-proof").exists()
        if n % 20 == 0:
            receipt = parse_receipt((folder / "receipt.tlog-proof").read_bytes())
            opening = read_opening(receipt.extra)
            check_receipt(receipt, opening.leaf, policy)
            assert check_opening(opening).body["notice"]["words"] in words
    kinds = office.world.verify().kinds
    assert (kinds["decision"], kinds["reversal"]) == (POSTS + CAP, 1)
    assert kinds["delivery"] == 2 * CAP


def test_a_reversal_that_is_killed_in_the_middle_is_gone_on_with_by_the_next_run(
        worlds, office, monkeypatch, batches):
    batches(10)
    ends = []
    for name in ("whole", "killed"):
        one = type(office)(worlds(name, terms=False), cap="at most 60 an hour, then stop")
        one.world.run([one.world.post(i, ZAP if i % 3 else WHISTLE, minute=i,
                                      author=f"u{i % 7}" if i % 3 else "w") for i in range(90)])
        if name == "killed":
            carry, seen = Sweep._again, Counter()

            def die(sweep, *args, _carry=carry, _seen=seen, **named):
                _carry(sweep, *args, **named)
                _seen["parts"] += 1
                if _seen["parts"] == 2:
                    raise Died

            with monkeypatch.context() as dying:
                dying.setattr(Sweep, "_again", die)
                with pytest.raises(Died):
                    one.reverse("2.1", at=200, once="r")
            half = sum(acts == ("2.1",) for _, acts in decided(one).values())
            assert 0 < half < 60, "it died in the middle"
            assert one.world.run().decisions == half
        else:
            one.reverse("2.1", at=200, once="r")
        one.world.run()
        ends.append((one.world.outcomes(), one.world.verify().kinds,
                     sorted(f.name for f in one.world.config.letters.iterdir()),
                     [one.strikes(f"u{n}") for n in range(7)]))
    assert ends[0] == ends[1]
    assert set(ends[0][3]) == {0}
