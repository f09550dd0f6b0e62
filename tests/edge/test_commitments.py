"""What terms promise and the record shows unmet, from a platform through its export."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.edge.conftest import CLAUSES, START

from evenhand.assess.commitments import PATIENCE, late, unmet_by
from evenhand.assess.recorded import Delivered
from evenhand.audit.commitments import check_commitments
from evenhand.edge.desk.bringing import report
from evenhand.edge.desk.desk import Desk
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.recorded import recorded_cases
from evenhand.model.matter import Sender
from evenhand.model.post import PostId
from evenhand.rulebook.drafting import DraftingErrors

PROMISES = CLAUSES.replace("at most 3 an hour, then ask a reviewer", "force commitment\nat most 3 "
                           "an hour, then stop") + """
## 9 What we promise

### 9.1 You are told

We write to you whenever we act on your post.

```then
force commitment
promise to tell the author
```

### 9.2 No account is ended

We never end an account, nor take its earnings.

```then
force commitment
promise not to terminate, demonetise or remove
```
"""
LONG_AFTER = START + timedelta(days=30)


@pytest.fixture
def promising(worlds):
    world = worlds("promising", terms=False)
    world.publish(PROMISES)
    return world


def checked(world, now=LONG_AFTER):
    folder = world.folder / f"export-{now:%d%H}"
    export(world.open(), folder, sealed=True)
    return check_commitments(FilesOnDisk(folder), now=now)


def test_an_action_that_the_terms_promise_not_to_take_is_found(promising):
    promising.run([promising.post(1), promising.post(2, "I will zap you."),
                   promising.post(3, "wheeep", minute=1)])
    found = checked(promising)
    assert [(u.promise, u.shows) for u in found.unmet] == [("9.2", "remove under clause 2.1")]
    assert found.unmet[0].words == "We never end an account, nor take its earnings."
    assert (found.promises, found.decisions, found.matters, found.erased) == (5, 2, 0, 0)


def test_a_commitment_that_its_cap_kept_from_acting_is_found(promising):
    promising.run([promising.post(n, "wheeep", author=f"u{n}", minute=n) for n in range(5)])
    found = checked(promising)
    assert [(u.promise, u.shows) for u in found.unmet] == [
        ("4.1", "it held, and its cap kept it from acting")] * 2


def test_an_author_who_was_never_told_is_found_once_no_letter_can_come(promising):
    promising.run([promising.post(3, "wheeep")])
    [case] = recorded_cases(promising.open())
    told = case.deliveries
    nobody = (Delivered(channel="folder", to="square", at=START),)

    def unmet(deliveries, *, before=False, later=PATIENCE + timedelta(seconds=1)):
        return [u.promise for u in unmet_by(case.decision, case.terms, deliveries=deliveries,
                                            told_before=before, now=case.decision.at + later)]

    assert unmet(told) == [] and unmet(nobody) == ["9.1"]
    assert unmet(nobody, later=PATIENCE) == [], "a letter may still come"
    assert unmet(nobody, before=True) == [], "the author was told by a decision before"
    assert unmet(None) == [], "nobody looked"


def test_what_was_promised_by_a_time_is_late_after_it_and_not_before():
    said = {"promise": "appeals answered within", "words": "", "about": "appeal 1",
            "due_at": START}
    hour = timedelta(hours=1)
    assert late(**said, answered_at=START, now=LONG_AFTER) is None
    assert late(**said, answered_at=None, now=START) is None
    assert late(**{**said, "due_at": None}, answered_at=None, now=LONG_AFTER) is None
    assert "answered 2020-05-20 01:00" in late(
        **said, answered_at=START + hour, now=LONG_AFTER).shows
    assert "not answered" in late(**said, answered_at=None, now=START + hour).shows


def test_a_promise_is_no_action_and_changes_no_decision(worlds):
    plain, promising = worlds("plain"), worlds("promises", terms=False)
    promising.publish(CLAUSES + PROMISES[PROMISES.index("\n## 9 What"):])
    for world in (plain, promising):
        world.run(world.crowd(40))
    strip = [(post, cause, done) for _, post, cause, done in plain.outcomes()]
    assert [(post, cause, done) for _, post, cause, done in promising.outcomes()] == strip


@pytest.mark.parametrize(("change", "says"), [
    (("force commitment\npromise to tell", "promise to tell"), "binds only as a commitment"),
    (("force commitment\npromise to tell", "force policy\npromise to tell"),
     "binds only as a commitment"),
    (("not to terminate, demonetise or remove", "not to delete"), "`delete` is no action"),
    (("promise to tell the author", "promise to be nice"), "this `promise` line cannot be read"),
    (("```then\nforce commitment\npromise to tell", "```when\nhits.zaps >= 1\n```\n\n```then\n"
      "force commitment\npromise to tell"), "a promise holds for every post"),
])
def test_a_promise_that_cannot_be_one_is_refused_at_its_line(worlds, change, says):
    world = worlds("refused", terms=False)
    assert change[0] in PROMISES
    with pytest.raises(DraftingErrors) as refused:
        world.terms(PROMISES.replace(*change))
    told = [str(p) for p in refused.value.problems if says in p.what]
    assert told and "^" in told[0] and "promise" in told[0], refused.value.problems


def test_a_report_that_waits_longer_than_the_terms_promise_is_found(worlds):
    world = worlds("late", terms=False)
    world.publish(CLAUSES, front="reports decided within: 24 hours\n")
    world.run([world.post(1)])
    world.run([world.post(2, minute=1)])
    brought = report(Desk(world.open()), PostId(platform="square", native="1"), clause="2.1",
                     by=Sender(name="Ivy", address="ivy@mail.example"), words="It zaps people.",
                     good_faith=True, at=START + timedelta(hours=1))
    assert brought.due_at == START + timedelta(hours=25)
    assert checked(world, START + timedelta(hours=25)).unmet == []
    [late_one] = checked(world, START + timedelta(hours=26)).unmet
    assert (late_one.promise, late_one.about, late_one.since) == (
        "reports decided within", f"report {brought.id}", brought.due_at)
    assert "not answered" in late_one.shows
