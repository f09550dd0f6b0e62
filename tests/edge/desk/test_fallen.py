"""Strikes that fall: what rested on them is looked at again, whatever gave them, whoever dies."""

from __future__ import annotations

import pytest

from evenhand.audit.export import verify_export
from evenhand.edge import sweeping
from evenhand.edge.desk.desk import Desk
from evenhand.edge.erasing import erase
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.ledger.policy import parse_policy

ON_BOTH_ENGINES = True
BUZZ, ZAP = "I will buzz you.", "I will zap you."

STRUCK = """
## 6.1 Accounts that were struck

We label posts of an account that we acted against.

```when
account.strikes >= 1 and hits.lows >= 1
```

```words lows
lowlow
```

```then
label struck "We acted against this account"
category scams: inauthentic accounts
objection otherwise objectionable
```

```case one
account.strikes = 1; hits.lows = 1
-> label struck
```

```case none
account.strikes = 0; hits.lows = 1
-> does not hold
```

```case of other words
account.strikes = 1; hits.lows = 0
-> does not hold
```

## 6.2 Accounts that were struck twice

We remove posts of an account that we acted against twice.

```when
account.strikes >= 2 and hits.highs >= 1
```

```words highs
highhigh
```

```then
remove
category scams: inauthentic accounts
objection otherwise objectionable
```

```case two
account.strikes = 2; hits.highs = 1
-> remove
```

```case one
account.strikes = 1; hits.highs = 1
-> does not hold
```

```case of other words
account.strikes = 2; hits.highs = 0
-> does not hold
```
"""


class Died(Exception):
    """The process is gone: nothing after this line happened."""


def die(*_, **__):
    raise Died


@pytest.fixture
def struck(offices):
    """Makes offices with two more clauses that name strikes."""
    return lambda name="struck": offices(name, more=STRUCK)


def two_strikes(office, *, other="2"):
    """A post removed by its words, and one by what a reviewer said of it."""
    office.post("1", ZAP, minute=1)
    office.post(other, BUZZ, minute=2)
    office.decide(other, facts={"post.stance": "asserts"}, at=3)


def test_what_only_adds_rests_on_strikes_and_gives_none(struck, acts):
    office = struck()
    two_strikes(office)
    office.post(3, "Good evening.", minute=4)
    office.post(4, "lowlow", minute=5)
    filed = office.appeal(office.standing(2).id, office.reading("2.3"), at=60)
    office.answer(filed.id, True, at=70)
    assert ("6.1", "label") in acts(office.standing(4))
    assert acts(office.standing(3)) == [("2.2", "limit")], "the strike of the first stands"


def test_a_strike_of_what_was_given_back_falls_with_its_finding(office, acts):
    office.post(1, ZAP, minute=1)
    office.post(2, "Good evening.", minute=2)
    office.reinstate(1, at=5)
    assert (office.strikes(), acts(office.standing(2))) == (2, [("2.2", "limit")])
    office.reverse("2.1", at=50)
    assert (office.strikes(), acts(office.standing(2))) == (0, [])


def test_what_was_given_back_holds_nothing_up_once_its_own_ground_has_gone(office, acts):
    office.post(1, ZAP, minute=1)
    office.post(2, "Good evening.", minute=2)
    office.post(3, "Good night.", minute=3)
    office.reinstate(2, at=5)
    assert office.strikes() == 3
    office.reverse("2.1", at=50)
    assert (office.strikes(), acts(office.standing(3))) == (0, [])


def test_a_second_reversal_begins_nothing_that_the_first_kept_from_beginning(office, acts):
    two_strikes(office)
    office.post(3, "wheeep, I will zap you", author="cy", minute=4)
    office.reverse("2.1", at=50)
    office.reverse("4.1", at=60)
    assert ("2.2", "limit") in acts(office.standing(3)), "the stronger removal had outdone it"
    office.post(4, "wheeep", author="di", minute=70)
    office.post(5, BUZZ, author="di", minute=71)
    office.decide(5, facts={"post.stance": "asserts"}, at=72)
    office.reverse("4.1", since=65, at=80)
    assert acts(office.standing(4)) == [], "it had no strike against it when it was made"


def test_what_a_cap_or_a_suspension_kept_from_acting_is_not_begun_by_a_reversal(office, acts):
    for n in range(3):
        office.post(f"w{n}", "wheeep", author=f"u{n}", minute=1)
    office.post(1, "wheeep, I will zap you", minute=2)
    office.suspend("4.1", at=80)
    office.post(2, "wheeep, I will zap you", author="di", minute=81)
    office.suspend("4.1", resumes=True, words="It is mended now.", at=82)
    office.reverse("2.1", at=200)
    assert [acts(office.standing(n)) for n in (1, 2)] == [[], []]


def test_what_fell_in_between_is_looked_at_though_a_process_died_before(
        offices, acts, monkeypatch):
    for k in range(4):  # whichever of the two ids is the greater
        office = offices(f"died{k}")
        for n in "ab":
            office.post(f"{k}{n}", f"{BUZZ} {k}{n}", minute=1)
            office.decide(f"{k}{n}", facts={"post.stance": "asserts"}, at=3)
        office.post(3, "Good evening.", minute=4)
        filed = office.appeal(office.standing(f"{k}a").id, office.reading("2.3"), at=60)
        with monkeypatch.context() as dying:
            dying.setattr(sweeping, "looked_at", die)
            with pytest.raises(Died):
                office.answer(filed.id, True, at=70)
        erase(office.world.open(), post=office.id(f"{k}b"), person="finn", legal_basis="x")
        office.world.run()
        assert (acts(office.standing(3)), office.strikes()) == ([], 0)


def test_whoever_dies_between_two_batches_ends_as_whoever_does_not(
        struck, acts, monkeypatch, batches):
    batches(1)
    ends = []
    for name in ("whole", "killed"):
        office = struck(name)
        two_strikes(office)
        for n, words in ((3, "highhigh"), (4, "Good evening."), (5, "Good night."),
                         (6, "lowlow")):
            office.post(n, words, minute=n + 5)
        filed = office.appeal(office.standing(2).id, office.reading("2.3"), at=60)
        with monkeypatch.context() as dying:
            again, calls = Desk._again, []

            def once(self, *args, again=again, calls=calls, **more):
                calls.append(args)
                if len(calls) == 2:
                    raise Died
                return again(self, *args, **more)

            if name == "killed":
                dying.setattr(Desk, "_again", once)
                with pytest.raises(Died):
                    office.answer(filed.id, True, at=70)
            else:
                office.answer(filed.id, True, at=70)
        office.world.run()
        ends.append([office.strikes(), *(acts(office.standing(n)) for n in range(1, 7))])
    assert ends[0] == ends[1]


@pytest.mark.parametrize("brought", ["report", "order"])
def test_what_a_reviewer_states_of_what_was_brought_is_measured_for_their_decision(
        office, brought):
    office.post(1, BUZZ, minute=1)
    if brought == "report":
        office.report(1, "ivy", clause="2.3", at=5)
    else:
        office.order(1, kind="government request", legal_basis="none", at=5)
    decision = office.decide(1, facts={"post.stance": "asserts"}, at=10)
    rows = office.world.open().store.measurements_of(office.id(1))
    assert [r.facts_digest for r in rows if r.cause_id == decision.cause.id] == [
        decision.facts_digest]
    folder = office.world.folder / "export"
    export(office.world.open(), folder, sealed=True)
    files = FilesOnDisk(folder)
    assert verify_export(files, parse_policy(files.read("policy"))).sealed
