"""What another process tells or erases while a job runs: it is known from then on, and lost never.

`world.learn`, `office.decide` and `erase` open the platform anew, with connections of their own, as
another process does.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from sqlalchemy import event

from evenhand.edge import arriving
from evenhand.edge.desk import deciding
from evenhand.edge.erasing import erase
from evenhand.edge.posts import Posts
from evenhand.edge.run import MainJob
from evenhand.edge.settling import Settling
from evenhand.edge.store.batches import Overtaken
from evenhand.errors import EvenhandError
from evenhand.model.decision import CauseKind

ON_BOTH_ENGINES = True

OFFICE = runpy.run_path(str(Path(__file__).with_name("office.py")))
CLAIM = "Every voter here is sent two ballots"
COPY = "BREAKING: every voter here is sent two ballots now, says my neighbour!!"
BALLOTS = "https://checkers.example/ballots"


@pytest.fixture
def office(worlds):
    return OFFICE["Office"](worlds("meanwhile", terms=False))


def batches_with(*steps):
    """Posts, each a batch of its own; between them what another process does."""
    for step in steps:
        if callable(step):
            step()
        else:
            yield Posts.of([step])


@pytest.fixture
def between(monkeypatch):
    """Has another process do something once, when posts were measured and not stored yet."""
    def do(what, *, cls=arriving.Arriving, name="take"):
        whole, times = getattr(cls, name), []

        def overtaken(self, *args, **named):
            found = whole(self, *args, **named)
            times.append(found)
            if len(times) == 1:
                what()
            return found

        monkeypatch.setattr(cls, name, overtaken)
        return times

    return do


def causes(world, native):
    return [(d.cause.kind, [a.kind.value for a in d.actions]) for d in world.decisions(str(native))]


LABELLED = (CauseKind.ARRIVAL, ["label"])


def test_a_fact_check_that_is_told_between_two_batches_is_known_to_the_next(world):
    summary = world.job().run_batches(batches_with(
        world.post(1, CLAIM), lambda: world.learn(checks=[world.check()]),
        world.post(2, CLAIM, minute=9)))
    assert causes(world, 2) == [LABELLED]
    assert causes(world, 1) == [(CauseKind.FACT_CHECK_CHANGE, ["label"])]
    assert (summary.measured, summary.seen, summary.swept) == (2, 2, 1)
    assert world.run().decisions == 0
    world.verify()


def test_what_is_told_while_a_batch_is_measured_is_known_to_that_batch(world, between):
    times = between(lambda: world.learn(checks=[world.check()]))
    summary = world.run([world.post(1, CLAIM, minute=9), world.post(2, minute=9)])
    assert len(times) == 2, "measured with what was known, and again"
    assert causes(world, 1) == [LABELLED]
    assert (summary.measured, summary.seen, summary.decisions) == (2, 2, 1)
    world.verify()


def test_what_becomes_known_only_later_has_no_batch_measured_again(world, between):
    times = between(lambda: world.learn(checks=[world.check(published="2020-05-22T00:00:00Z")]))
    world.run([world.post(1, CLAIM, minute=9)])
    assert len(times) == 1
    assert causes(world, 1) == [(CauseKind.FACT_CHECK_CHANGE, ["label"])], "and it is not lost"


def test_of_what_is_stated_only_that_of_a_post_at_hand_has_it_measured_again(world, between):
    times = between(lambda: world.learn(said=[world.said("2", value="rebuts", minute=-9)]))
    world.run([world.post(1, "I will buzz you.", minute=9)])
    assert len(times) == 1 and causes(world, 1) == []
    again = between(lambda: world.learn(said=[world.said("3", minute=-9)]))
    world.run([world.post(3, "I will buzz you.", minute=20)])
    assert len(again) == 2 and causes(world, 3) == [(CauseKind.ARRIVAL, ["remove"])]


@pytest.mark.parametrize("minute", [4, 5, 6])
def test_what_became_known_between_two_posts_of_a_batch_lies_between_them(world, between, minute):
    """As where it was known before the run: the first is looked at again, the second knows it."""
    published = f"2020-05-20T00:0{minute}:00Z"
    between(lambda: world.learn(checks=[world.check(published=published)]))
    summary = world.run([world.post(n, CLAIM, author=f"a{n}", minute=n) for n in (4, 6)])
    assert causes(world, 6) == [LABELLED]
    early = LABELLED if minute == 4 else (CauseKind.FACT_CHECK_CHANGE, ["label"])
    assert causes(world, 4) == [early]
    assert (summary.measured, summary.swept) == (2, int(minute > 4))
    assert world.run().decisions == 0


def test_a_word_on_all_copies_reaches_the_next_batch(office):
    world = office.world
    world.learn(checks=[world.check()])
    world.job().run_batches(batches_with(
        world.post(1, COPY), lambda: office.decide(1, confirms={BALLOTS: True}, scope="all copies",
                                                   at=5),
        world.post(2, COPY, minute=9, author="di")))
    assert causes(world, 2) == [LABELLED]
    [match] = office.standing(2).dossier.matches
    assert (match.by, match.confirmed_of) == ("confirmed copy", office.id(1))


@pytest.mark.parametrize(("dates", "late"), [
    ({"in_force": "2020-05-20"}, False), ({"in_force": "2020-05-30"}, True)])
def test_terms_published_meanwhile_end_a_run_only_where_they_are_in_force(
        world, dates, late):
    """No post is held against terms that govern it no more; what was stored before stands."""
    job = world.job()
    steps = batches_with(
        world.post(1), lambda: world.publish(version="2", published="2020-05-20", **dates),
        world.post(2, minute=9))
    if late:
        assert job.run_batches(steps).measured == 2
        return
    with pytest.raises(EvenhandError, match="terms were published meanwhile"):
        job.run_batches(steps)
    assert world.run([world.post(1), world.post(2, minute=9)]).measured == 1
    world.verify()


def test_a_cap_holds_over_all_processes(office, between):
    """Three an hour: two of them were taken by another process after these posts were measured."""
    world = office.world
    times = between(lambda: world.run([
        world.post(f"other{n}", "wheeep", author=f"b{n}", minute=n) for n in (1, 2)]))
    world.run([world.post(n, "wheeep", author=f"a{n}", minute=10 + n) for n in range(1, 5)])
    assert len(times) >= 3, "measured, and measured again"
    acted = [d for d in world.decisions() if any(a.kind.value == "label" for a in d.actions)]
    assert len(acted) == 3
    assert sum(bool(d.capped) for d in world.decisions()) == 3
    world.verify()


def erase_first(office):
    erase(office.world.open(), post=office.id(1), person="finn", legal_basis="GDPR Art. 17")


def erased_while_it_runs(office, run):
    """Nothing of the erased post is held in memory, and its word reaches no new copy."""
    world = office.world
    world.learn(checks=[world.check()])
    office.post(1, COPY, author="plum")
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    job = world.job()
    held = job.settling.knowledge
    assert held._alike.keys() == {office.id(1)} and len(held._said) == 1
    run(job)
    assert (held._alike, held._said, held._awaited) == ({}, [], set())
    assert causes(world, 2) == []


def test_what_is_erased_between_two_batches_is_forgotten(office):
    world = office.world
    erased_while_it_runs(office, lambda job: job.run_batches(batches_with(
        world.post(8, minute=8), lambda: erase_first(office),
        world.post(2, COPY, minute=9, author="di"))))


def test_what_is_erased_while_a_batch_is_measured_is_forgotten_before_it_is_stored(
        office, between):
    def run(job):
        times = between(lambda: erase_first(office))
        job.run([office.world.post(2, COPY, minute=9, author="di")])
        assert len(times) == 2

    erased_while_it_runs(office, run)


def test_a_post_that_was_awaited_is_awaited_again_where_its_batch_is_measured_again(
        office, between):
    world = office.world
    world.learn(checks=[world.check()])
    world.learn(said=[world.said("1", "claim.confirmed", True, claim=BALLOTS, scope="all copies",
                                 minute=0)])
    times = between(lambda: world.learn(checks=[world.check("b", claim="Somebody painted it")]))
    world.run([world.post(0, COPY, minute=1, author="bo"), world.post(1, COPY, minute=2),
               world.post(2, COPY, minute=3, author="di")])
    assert len(times) == 2
    assert [causes(world, n) for n in (0, 1, 2)] == [[], [LABELLED], [LABELLED]]


@pytest.mark.parametrize("when", ["measured", "told"])
def test_what_is_told_during_a_sweep_is_looked_at_and_nothing_is_counted_twice(
        world, between, when):
    world.run([world.post(n, (CLAIM, "I will zap you.")[n % 2], author=f"a{n}", minute=n)
               for n in range(4)])
    world.learn(checks=[world.check(published="2020-05-22T00:00:00Z", rating="True")])

    def tell():
        world.learn(checks=[world.check()])

    if when == "measured":
        times = between(tell, cls=Settling, name="settle")
    else:
        between(tell, cls=MainJob, name="_finish")
    summary = world.run()
    if when == "measured":
        assert [len(part) for part in times[:2]] == [2, 2]
    assert [causes(world, n)[-1][1] for n in (0, 2)] == [["label"], ["label"]]
    assert summary.swept == summary.decisions + 2 * (when == "measured")
    assert world.run().decisions == 0
    world.verify()


def test_what_is_erased_during_a_sweep_does_not_come_back(office, between):
    world = office.world
    world.run([world.post(1, CLAIM, author="plum"), world.post(2, CLAIM)])
    world.learn(checks=[world.check(published="2020-05-22T00:00:00Z")])
    between(lambda: erase_first(office), cls=Settling, name="settle")
    assert world.run().decisions == 1
    assert causes(world, 1) == [] and causes(world, 2) == [(CauseKind.FACT_CHECK_CHANGE, ["label"])]
    store = world.open().store
    assert store.post(office.id(1)) is None
    assert not any(row.facts for row in store.measurements_of(office.id(1)))
    world.verify()


def test_nobody_decides_about_what_was_just_erased(office, between):
    office.post(1, COPY)
    desk = office.open()
    between(lambda: erase_first(office), cls=Settling, name="settle")
    with pytest.raises(EvenhandError, match="was erased"):
        deciding.decide(desk, office.id(1), person="ada", at=office.when(5),
                        asked=deciding.Asked(facts={"post.stance": "asserts"}))
    assert office.world.decisions() == []


def test_a_person_decides_on_what_is_known_when_it_is_stored(office, between):
    world = office.world
    world.learn(checks=[world.check()])
    office.post(1, COPY)
    desk = office.open()
    world.learn(checks=[world.check(rating="True")])
    times = between(lambda: world.learn(checks=[world.check("b", claim=CLAIM + " now")]),
                    cls=Settling, name="settle")
    decision = deciding.decide(desk, office.id(1), person="ada", at=office.when(5),
                               asked=deciding.Asked(confirms={BALLOTS: True}))
    rated = {m.fact_check.url: m.fact_check.rating for m in decision.dossier.matches}
    assert rated[BALLOTS] == "true" and len(rated) == 2 and len(times) >= 2
    [word] = desk.settling.knowledge._said
    assert (word.confirmed, word.post) == (True, office.id(1)), "it is said once"
    world.verify()


def test_it_costs_one_query_a_batch_where_nothing_is_told(world, batches):
    batches(5)
    world.learn(checks=[world.check()])
    world.run()
    job, asked = world.job(), []

    @event.listens_for(job.platform.engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany):
        if "max(fact_checks.n)" in statement:
            asked.append(statement)
        assert "FROM fact_checks \nWHERE fact_checks.n >" not in statement

    job.run(world.post(n, minute=n) for n in range(50))
    looked = 1  # at the end of the run
    assert len(asked) == 10 + looked and len(set(asked)) == 1


def test_who_is_overtaken_again_and_again_gives_up(world, monkeypatch):
    def always(self, *args, **named):
        raise Overtaken("told again", hint="run again")

    job = world.job()
    monkeypatch.setattr(type(job.settling.knowledge), "refuse_old", always)
    with pytest.raises(Overtaken):
        job.run([world.post(1), world.post(2)])
    assert world.decisions() == []
