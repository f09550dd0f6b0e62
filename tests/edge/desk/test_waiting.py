"""What waits for a person is told with its deadline, and what is late is told first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from evenhand.edge.desk.asking import about, asking, in_copies
from evenhand.edge.desk.waiting import waiting

ON_BOTH_ENGINES = True

DAY = 24 * 60


def test_everything_that_waits_is_told_with_its_deadline_and_what_is_due_first_comes_first(office):
    office.post(1, "I will buzz you.")
    office.post(2, "I will zap you.", author="di", minute=1)
    report = office.report(1, "ivy", clause="2.3", at=10)
    order = office.order(1, kind="authority's order", due_at=office.when(60), at=20)
    appeal = office.appeal(office.standing(2).id, office.reading(), by="di", at=30)
    found = office.waiting()
    assert [(w.kind, w.id) for w in found] == [
        ("order", order.id), ("question", office.standing(1).id), ("report", report.id),
        ("appeal", appeal.id)]
    assert [w.due_at for w in found] == [
        office.when(60), datetime(2020, 5, 23, tzinfo=UTC), datetime(2020, 5, 28, tzinfo=UTC),
        datetime(2020, 6, 4, tzinfo=UTC)]
    assert found[1].missing == ("post.stance",) and found[1].what.startswith("clause 2.3: ")
    assert found[0].what.startswith("authority's order")


def test_a_deadline_is_the_first_instant_that_is_too_late_and_stays_in_sight(office):
    office.post(1)
    office.report(1, at=10)
    [waits] = office.waiting()
    moment = timedelta(microseconds=1)
    assert not waits.is_late(waits.due_at - moment) and waits.is_late(waits.due_at)
    office.post(2, minute=20 * DAY)
    assert office.waiting() == (waits,), "time alone answers nothing"
    office.decide(1, at=21 * DAY)
    assert office.waiting() == ()


def test_what_was_decided_answered_or_withdrawn_waits_no_more(office):
    office.post(1, "I will buzz you.")
    gone, answered = office.report(1, "ivy", at=5), office.report(1, "kim", at=6)
    office.withdraw(gone.id, "ivy", at=7)
    assert [w.id for w in office.waiting() if w.kind == "report"] == [answered.id]
    office.decide(1, facts={"post.stance": "reports"}, at=9)
    assert office.waiting() == ()


def test_a_question_asked_at_the_cap_waits_until_it_is_decided_and_names_the_cap(office, acts):
    for n in range(4):
        office.post(n, "wheeep", author=f"u{n}", minute=n)
    [waits] = office.waiting()
    assert waits.posts == (office.id(3),)
    assert waits.what == "clause 4.1: the clause has reached its cap"
    assert acts(office.decide(3, let_act=frozenset({"4.1"}), at=10)) == [("4.1", "label")]
    assert office.waiting() == ()


def test_who_only_looks_changes_nothing(office):
    office.post(1, "I will buzz you.")
    before = office.world.verify()
    platform = office.world.open()
    assert waiting(platform.engine) == waiting(platform.engine)
    assert office.world.verify() == before


def test_questions_about_copies_of_one_text_and_one_fact_check_are_one(offices):
    office = offices("copies", more=ASKING)
    world = office.world
    world.learn(checks=[world.check()])
    said = "They told me that every voter around here is sent two ballots, imagine that"
    for n in range(4):
        office.post(n, said if n < 3 else f"{said}, and more", author=f"u{n}", minute=n)
    platform, waits = world.open(), office.waiting()
    found = asking(platform, waits)
    assert [(one.posts[0], [c.posts[0] for c in copies]) for one, copies in in_copies(waits, found)
            ] == [(office.id(0), [office.id(1), office.id(2)]), (office.id(3), [])]
    first = about(found, waits[0])
    assert first.match.fact_check.url == "https://checkers.example/ballots"
    assert (first.post.text, first.cues) == (said, None)


ASKING = """
## 3.2 Claims that a person confirms

We put a notice beside a post whose claim was rated false, where a person confirms it.

```when
for a matched claim:
    claim.confirmed and claim.rating == "false"
```

```then
label get-the-facts "Get the facts" linking claim.fact_check
category civic discourse or elections: misinformation
objection otherwise objectionable
if undetermined, ask a reviewer within 24 hours
```

```case a false claim
claim.confirmed = yes; claim.rating = "false"
-> label get-the-facts
```

```case rated true
claim.confirmed = yes; claim.rating = "true"
-> does not hold
```

```case nobody said
claim.rating = "false"
-> undetermined: claim.confirmed
```

```case another claim
claim.confirmed = no; claim.rating = "false"
-> does not hold
```
"""
