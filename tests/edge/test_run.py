"""The main job: what arrives, what becomes known, what is decided, and that it is decided once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, transaction
from evenhand.edge.store.decided import Erased
from evenhand.errors import EvenhandError
from evenhand.model.decision import CauseKind
from evenhand.model.post import PostId

ON_BOTH_ENGINES = True

CLAIM = "Every voter here is sent two ballots"


def actions(decision):
    return [(a.ground.citation.number, a.kind.value) for a in decision.actions]


def test_a_fact_check_that_comes_after_the_post_leads_to_a_decision_then_and_to_none_again(world):
    assert world.run([world.post(1, CLAIM, minute=0)]).decisions == 0
    world.learn(checks=[world.check(published="2020-05-22T00:00:00Z")])
    assert world.run([world.post(1, CLAIM, minute=0)]).decisions == 1
    [decision] = world.decisions()
    assert decision.cause.kind is CauseKind.FACT_CHECK_CHANGE
    assert decision.at == datetime(2020, 5, 22, tzinfo=UTC)
    assert actions(decision) == [("3.1", "label")]
    world.learn(checks=[world.check(published="2020-05-22T00:00:00Z")])
    again = world.run([world.post(1, CLAIM, minute=0)])
    assert (again.decisions, again.swept, again.known_before) == (0, 0, 1)
    world.verify()


def test_a_fact_check_told_later_reaches_posts_made_after_its_date(world):
    """It was published before the post was made, and the platform heard of it only then."""
    world.run([world.post(1, CLAIM, minute=10), world.post(2, minute=600)])
    world.learn(checks=[world.check(published="2020-05-10T00:00:00Z")])
    world.run()
    [decision] = world.decisions("1")
    assert decision.at == world.post(2, minute=600).made_at, "news to it only now"


def test_a_rating_changed_to_true_takes_the_label_down_by_a_decision_that_leaves_alone(world):
    world.learn(checks=[world.check(rating="False")])
    world.run([world.post(1, CLAIM)])
    world.learn(checks=[world.check(rating="True")])
    assert world.run().decisions == 1
    first, second = world.decisions("1")
    assert actions(first) == [("3.1", "label")]
    assert (second.actions, second.supersedes) == ((), first.id)
    assert second.cause.kind is CauseKind.FACT_CHECK_CHANGE
    told = {folder.name for folder in world.config.letters.iterdir()}
    assert told == {first.id[:16], second.id[:16]}, "its author is told of both"
    assert world.run().decisions == 0


def test_the_version_told_later_counts_even_where_both_became_known_at_one_instant(world):
    world.run([world.post(9, minute=0)])
    for rating in ("True", "False", "Mostly true"):
        world.learn(checks=[world.check(rating=rating)])  # the clock stands still meanwhile
    world.learn(checks=[world.check("b", claim="Somebody painted the town hall green")])
    world.run([world.post(1, CLAIM, minute=5)])
    platform = world.open()
    [[match]] = Knowledge(platform.engine).matches(
        [(world.post(1, CLAIM), platform.clock.at(None))])
    assert match.fact_check.rating == "mostly true"
    assert world.decisions("1") == []


def test_what_a_person_said_before_the_post_arrived_is_known_when_it_arrives(world):
    world.learn(said=[world.said("1", value="rebuts", minute=-30)])
    summary = world.run([world.post(1, "They said: I will buzz you.")])
    assert (summary.decisions, summary.swept) == (0, 0)
    world.learn(said=[world.said("2", value="asserts")])
    world.run([world.post(2, "I will buzz you.", minute=1)])
    assert [actions(d) for d in world.decisions()] == [[("2.3", "remove")]]


def test_two_statements_about_a_post_at_one_instant_are_one_review(world):
    world.run([world.post(1, CLAIM)])
    world.learn(checks=[world.check()])
    world.learn(said=[
        world.said("1", minute=60),
        world.said("1", "claim.confirmed", True, minute=60,
                   claim="https://checkers.example/ballots"),
        world.said("1", value="reports", by="bo", minute=90)])
    world.run()
    reviews = [d.cause for d in world.decisions("1") if d.cause.kind is CauseKind.REVIEW]
    assert [c.at.minute for c in reviews] == [0, 30]
    assert reviews[0].id.count("+") == 1 and "+" not in reviews[1].id


def test_a_statement_about_a_post_that_never_came_waits_for_it(world):
    world.learn(said=[world.said("77", value="reports", minute=1)])
    assert world.run([world.post(1, minute=5)]).decisions == 0
    assert world.run([world.post(77, "I will buzz you.", minute=9)]).decisions == 0


def test_an_edited_post_is_another_thing_and_other_words_under_one_id_are_set_aside(world):
    said = world.post(1, "Good morning.")
    edited = replace(said, id=replace(said.id, version="2"), text="I will zap you.")
    world.run([said, edited])
    assert [str(d.post) for d in world.decisions()] == ["square:1@2"]
    again = world.run([said, replace(said, text="I will zap you.")])
    assert (again.known_before, again.measured, len(world.rejects)) == (1, 0, 1)
    assert (again.seen, again.set_aside) == (2, 1)
    assert "other words" in world.rejects[0].what
    batch = world.run([world.post(5), world.post(5, "Good evening.")])
    assert (batch.measured, len(world.rejects)) == (1, 2)


def test_an_account_that_took_another_name_did_not_change_its_posts(world):
    said = world.post(1)
    world.run([said])
    world.run([replace(said, author=replace(said.author, name="New Name"))])
    assert world.rejects == []


def test_a_post_made_before_any_terms_is_measured_and_nothing_is_done(world):
    early = world.post(1, "I will zap you.", made_at=datetime(2020, 5, 1, 12, tzinfo=UTC))
    summary = world.run([early, world.post(2, "I will zap you.")])
    assert (summary.measured, summary.ungoverned, summary.decisions) == (2, 1, 1)
    world.learn(said=[world.said("1", minute=9)])
    assert (again := world.run()).swept == 1
    assert (again.measured, again.ungoverned) == (0, 0), "it was made and told of once"


def test_a_post_is_measured_by_the_version_in_force_when_it_was_made(worlds):
    world = worlds("two", terms=False)
    world.publish(version="1")
    milder = CLAUSE_21.replace("remove\n", "limit reach\n")
    world.publish(milder, version="2", published="2020-05-10", in_force="2020-05-20")
    before, after = timedelta(minutes=-1), timedelta(0)
    start = datetime(2020, 5, 20, tzinfo=UTC)
    world.run([world.post(1, "I will zap you.", made_at=start + before, author="a"),
               world.post(2, "I will zap you.", made_at=start + after, author="b")])
    assert [actions(d) for d in world.decisions()] == [[("2.1", "remove")], [("2.1", "limit")]]
    world.verify()


CLAUSE_21 = """
## 2.1 Zaps

You may not zap people.

```when
hits.zaps >= 1
```

```words zaps
zap you
```

```then
remove
category violence: incitement
objection harassing
```

```case a zap
hits.zaps = 1
-> holds
```

```case no zap
hits.zaps = 0
-> does not hold
```
"""


def test_nothing_runs_before_terms_are_published(worlds):
    with pytest.raises(EvenhandError, match="no terms are published"):
        worlds("bare", terms=False).run([])


def test_batches_of_any_size_decide_alike(worlds, batches):
    """Caps, strikes, late fact-checks and reviews, on a replayed clock."""
    seen = []
    for size in (1, 7, 500):
        world = worlds(f"by{size}")
        world.learn(checks=[world.check(published="2020-05-20T03:00:00Z")],
                    said=[world.said("7", minute=100), world.said("13", value="rebuts",
                                                                  minute=500)])
        batches(size)
        world.run(world.crowd(90))
        seen.append(world.outcomes())
    assert seen[0] == seen[1] == seen[2]
    kinds = {what for *_, what in seen[0]}
    assert any("4.1?" in what for what in kinds), "the cap was reached"
    assert any("2.2:limit" in what for what in kinds), "strikes were counted"
    assert any(cause == "fact-check change" for _, _, cause, _ in seen[0])


@pytest.mark.parametrize("cut", [1, 40, 97])
def test_a_run_in_two_parts_decides_as_one_run_does(worlds, batches, cut):
    batches(10)
    whole, parted = worlds("whole"), worlds("parted")
    whole.run(whole.crowd(120))
    parted.run(parted.crowd(120)[:cut])
    parted.run(parted.crowd(120))
    assert parted.outcomes() == whole.outcomes()


def test_a_cap_counts_what_was_done_in_its_period_and_never_undoes_it(world):
    world.run([world.post(i, "wheeep", minute=i, author=f"a{i}") for i in range(4)])
    assert [bool(d.actions) for d in world.decisions()] == [True, True, True, False]
    assert [a.because.value for a in world.decisions()[-1].asks] == [
        "the clause has reached its cap"]
    world.learn(said=[world.said("0", minute=10)])  # a review of what was labelled first
    world.run([world.post(9, "wheeep", minute=59, author="z"),
               world.post(10, "wheeep", minute=75, author="y")])
    assert [bool(d.actions) for d in world.decisions("0")] == [True, True]
    assert [bool(d.actions) for d in world.decisions("9")] == [False]
    assert [bool(d.actions) for d in world.decisions("10")] == [True]


def test_a_removed_post_counts_against_the_next_and_an_overturned_removal_does_not(world):
    world.learn(said=[world.said("1", minute=-1)])
    world.run([world.post(1, "I will buzz you."), world.post(2, minute=1)])
    assert [actions(d) for d in world.decisions("2")] == [[("2.2", "limit")]]
    world.learn(said=[world.said("a", minute=2), world.said("a", value="reports", minute=30)])
    world.run([world.post("a", "I will buzz you.", author="di", minute=20)])
    assert [actions(d) for d in world.decisions("a")] == [[("2.3", "remove")], []]
    world.run([world.post("b", author="di", minute=31)])
    assert world.decisions("b") == []


def test_undated_posts_arrive_when_the_clock_says_and_a_second_reading_knows_them(world):
    undated = [world.post(i, "I will zap you.", made_at_is="arrival", author=f"a{i}",
                          made_at=datetime(2020, 5, 1, tzinfo=UTC)) for i in range(3)]
    world.run([world.post("dated", minute=30), *undated])
    assert {d.at for d in world.decisions()} == {world.post(0, minute=30).made_at}
    assert world.open().store.post(undated[0].id).made_at == world.post(0, minute=30).made_at
    assert world.run(undated).known_before == 3


def test_nobody_is_told_of_a_decision_about_an_unknown_author_and_the_ledger_says_so(world):
    summary = world.run([world.post(1, "I will zap you.", author=UNKNOWN_AUTHOR)])
    assert summary.decisions == 1
    assert not any(world.config.letters.rglob("*.txt"))
    assert world.verify().kinds == {"publication": 1, "facts": 1, "decision": 1, "delivery": 1}
    with reading(world.open().engine) as connection:
        assert connection.execute(select(t.deliveries.c.outcome)).scalars().all() == [
            "contact unknown"]


def test_on_a_live_clock_decisions_are_made_now_and_late_facts_reach_earlier_posts(worlds):
    world = worlds("live", clock="live", terms=False)
    today = datetime.now(UTC).date().isoformat()
    terms = world.publish(version="1", published=today, in_force=today)
    before = datetime.now(UTC)
    made = before + timedelta(milliseconds=1)
    world.run([world.post(1, "I will zap you.", made_at=made),
               world.post(2, CLAIM, made_at=made, author="di")])
    [decision] = world.decisions()
    assert before <= decision.at <= datetime.now(UTC) and decision.at >= terms.in_force_from
    world.learn(checks=[world.check()])
    world.learn(said=[
        world.said("1", value="reports"), world.said("1", "claim.confirmed", False,
                                                     claim="https://checkers.example/ballots")])
    world.run()
    assert [(str(d.post), d.cause.kind.value) for d in world.decisions()[1:]] == [
        ("square:2@1", "fact-check change"), ("square:1@1", "review")]
    assert world.run().decisions == 0
    report = world.verify()
    assert not report.trust.checkpoint.origin.endswith("/replayed")


def test_a_post_whose_address_is_no_longer_an_appearance_has_its_label_taken_down(world):
    page = "https://square.example/p/1"
    world.learn(checks=[world.check(seen_at=page)])
    world.run([world.post(1, "Read this.", url=page), world.post(2, "Read this.")])
    assert [actions(d) for d in world.decisions()] == [[("3.1", "label")]]
    world.learn(checks=[world.check(seen_at="https://square.example/p/another")])
    assert world.run().decisions == 1
    first, second = world.decisions("1")
    assert (second.actions, second.supersedes) == ((), first.id)
    assert second.cause.kind is CauseKind.FACT_CHECK_CHANGE
    assert world.run().decisions == 0


def test_a_fact_check_that_returns_to_what_it_said_is_looked_at_as_a_change_each_time(world):
    for rating in ("False", "True", "False"):
        world.learn(checks=[world.check(rating=rating)])
        world.run([world.post(1, CLAIM)])
    assert [actions(d) for d in world.decisions("1")] == [
        [("3.1", "label")], [], [("3.1", "label")]]
    assert len({d.cause.id for d in world.decisions("1")}) == 3
    world.learn(checks=[world.check(rating="False")])
    assert world.run().swept == 0, "told again, it says nothing new"


def test_a_mapping_of_ratings_that_changed_reaches_the_posts_it_concerns(world):
    world.learn(checks=[world.check(rating="Pure nonsense")])
    world.run([world.post(1, CLAIM)])
    assert world.decisions() == []
    world.config = replace(world.config, ratings={"checkers.example": {"pure nonsense": "false"}})
    assert world.learn(checks=[world.check(rating="Pure nonsense")]).new_fact_checks == 1
    assert world.run().decisions == 1
    world.config = replace(world.config, ratings={})
    world.learn(checks=[world.check(rating="Pure nonsense")])
    world.run()
    assert [actions(d) for d in world.decisions("1")] == [[("3.1", "label")], []]


def test_a_publisher_taken_off_the_list_no_longer_acts_by_rule(world):
    world.learn(checks=[world.check()])
    world.run([world.post(1, CLAIM)])
    world.config = replace(world.config, publishers={})
    world.learn(checks=[world.check()])
    world.run()
    first, second = world.decisions("1")
    assert (actions(first), actions(second)) == ([("3.1", "label")], [])


def test_what_a_detector_states_later_is_a_signal_and_what_a_person_says_a_review(world):
    world.run([world.post(1, "I will buzz you."), world.post(2, "I will buzz you.", author="di")])
    world.learn(said=[world.said("1", minute=5) | {"by": "stancer@1"},
                      world.said("2", minute=5) | {"by": "stancer@1"},
                      world.said("2", minute=5, value="reports")])
    world.run()
    causes = {d.post.native: d.cause.kind for d in world.decisions()}
    assert causes == {"1": CauseKind.SIGNAL, "2": CauseKind.REVIEW}


def test_of_two_statements_the_one_heard_later_prevails_whatever_date_it_gives_itself(world):
    world.run([world.post(1, "I will buzz you.", minute=0)])
    world.learn(said=[world.said("1", value="asserts", minute=60)])
    world.run()
    world.learn(said=[world.said("1", value="reports", minute=-600)])
    world.run()
    assert [actions(d) for d in world.decisions("1")] == [[("2.3", "remove")], []]


def test_of_two_words_on_one_claim_the_one_heard_later_counts(world):
    page = "https://checkers.example/ballots"
    world.learn(checks=[world.check()])
    world.run([world.post(1, "Two ballots for every voter here, they say")])
    for value, minute in ((True, 60), (False, -600), (True, -900)):
        world.learn(said=[world.said("1", "claim.confirmed", value, minute=minute, claim=page)])
        world.run()
    assert [actions(d) for d in world.decisions("1")] == [
        [("3.1", "label")], [], [("3.1", "label")]]


def test_a_fact_check_from_the_future_does_not_move_a_replayed_clock(world):
    told = world.learn(checks=[world.check(published="2062-01-01T00:00:00Z")])
    assert ["lies after" in p.what for p in told.problems] == [True]
    world.run([world.post(1, CLAIM, minute=5)])
    [decision] = world.decisions()
    assert decision.at == world.post(1, minute=5).made_at
    assert world.open().clock.at(None) == decision.at


def test_a_statement_from_the_future_is_set_aside_and_moves_no_clock(world):
    told = world.learn(said=[world.said("1") | {"at": "2062-01-01T00:00:00Z"}])
    assert (told.statements, "from the future" in world.rejects[0].what) == (0, True)
    world.run([world.post(1, minute=5)])
    assert world.open().clock.at(None) == world.post(1, minute=5).made_at


def test_looking_at_a_post_again_does_not_use_up_the_cap_of_its_clause(world):
    world.run([world.post(1, "wheeep", minute=0)])
    for n, value in enumerate(("asserts", "reports", "mocks", "asks", "rebuts")):
        world.learn(said=[world.said("1", value=value, minute=n + 1)])
        world.run()
    assert len(world.decisions("1")) == 6, "each review is a decision, and acts on"
    world.run([world.post(2, "wheeep", minute=20, author="di"),
               world.post(3, "wheeep", minute=21, author="ed"),
               world.post(4, "wheeep", minute=22, author="fi")])
    assert [bool(d.actions) for n in "234" for d in world.decisions(n)] == [True, True, False]


def erase(world, table, native="1", **values):
    with transaction(world.open().engine) as connection:
        connection.execute(update(table).where(table.c.native == native).values(**values))


@pytest.mark.parametrize("empty", [None, b""])
def test_a_run_goes_on_past_a_decision_that_was_erased(world, empty):
    world.learn(checks=[world.check()])
    world.run([world.post(1, CLAIM), world.post(2, CLAIM, author="di")])
    one = PostId(platform="square", native="1")
    standing = world.decisions("1")[0].id
    erase(world, t.decisions, record=empty, key=empty)
    assert world.open().store.standing([one]) == {one: Erased(decision=standing)}
    world.learn(checks=[world.check(rating="True")])
    world.learn(said=[world.said("1", minute=9)])
    again = world.run([world.post(1, CLAIM), world.post(3, "I will zap you.", minute=99)])
    assert (again.known_before, again.measured) == (1, 1)
    assert again.swept == 1, "a post whose decision was erased is not measured again"
    assert [len(world.decisions(n)) for n in "23"] == [2, 1]
    assert len(world.open().store.decisions_of(one)) == 1, "nothing was added to what was erased"
    assert world.run().swept == 0
    world.verify()


@pytest.mark.parametrize("empty", [None, b""])
def test_a_run_goes_on_past_a_post_or_a_statement_that_was_erased(world, empty):
    world.run([world.post(1, CLAIM), world.post(2, CLAIM, author="di")])
    world.learn(said=[world.said("1", minute=9), world.said("2", minute=9)],
                checks=[world.check()])
    erase(world, t.posts, body=empty)
    erase(world, t.statements, body=empty)
    world.run([world.post(1, CLAIM)])
    assert ([len(world.decisions(n)) for n in "12"], world.rejects) == ([0, 2], [])
    assert world.open().store.post(PostId(platform="square", native="1")) is None


def test_a_stored_post_that_is_damaged_is_told_and_is_no_traceback(world):
    world.run([world.post(1)])
    # A rule of the store refuses this: only a disk, or whoever takes the rule away, does it.
    on = " ON posts" if world.open().engine.dialect.name == "postgresql" else ""
    with transaction(world.open().engine) as connection:
        connection.exec_driver_sql(f"DROP TRIGGER posts_only_emptied{on}")
    erase(world, t.posts, body=b'{"')
    with pytest.raises(StoreError, match="`square:1@1` is damaged"):
        world.open().store.post(PostId(platform="square", native="1"))
