"""Dying at every commit point of a person's work, and doing it again: nothing lost, none doubled.

What has a key is done again under the same; of what has none one looks what is there first, as a
person would. The table of points is that of `dying`.
"""

from __future__ import annotations

import copy
import errno
import os
import runpy
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from evenhand.edge.config import load_config
from evenhand.edge.desk import bringing
from evenhand.edge.desk.desk import Desk
from evenhand.edge.ledger.disk import DiskFiles
from evenhand.edge.platform import open_platform
from evenhand.edge.store.database import StoreError, open_engine
from evenhand.edge.store.matters import suspensions
from evenhand.errors import EvenhandError

HERE = Path(__file__).parents[1]
OFFICE = runpy.run_path(str(HERE / "office.py"))
DYING = runpy.run_path(str(HERE / "dying.py"))
hold, Died, dying = (runpy.run_path(str(HERE / "holding.py"))["hold"], DYING["Died"],
                     DYING["dying"])


@pytest.fixture(scope="module")
def made():
    """The office as it was left for every piece of work; made once."""
    return {}


@pytest.fixture
def left(made, worlds, tmp_path, tmp_path_factory):
    """An office with posts, a report, an order and an appeal, all of them open: a copy of one."""
    if not made:
        folder = tmp_path_factory.mktemp("left") / "square"
        office = OFFICE["Office"](worlds("square", terms=False))
        office.post(1, "I will zap you.", minute=1)
        office.post(2, "I will buzz you.", author="di", minute=2)
        office.post(3, "Shout shout shout", author="ed", minute=3)
        office.report(3, "jon", clause="5.1", at=4)
        office.report(2, "ivy", clause="2.3", at=5)
        office.order(1, 2, kind="authority's order", at=6)
        office.appeal(office.standing(1).id, office.reading(), at=7)
        office.world.close()
        shutil.copytree(office.world.folder, folder)
        made["office"], made["folder"] = office, folder
    office = copy.copy(made["office"])
    world = office.world = copy.copy(office.world)
    world.folder = tmp_path / "left"
    shutil.copytree(made["folder"], world.folder)
    world.config, world.opened = load_config(world.folder), []
    yield office
    world.close()


def _appeal(office):
    return next((w.id for w in office.waiting() if w.kind == "appeal"), None)


def report(office):
    office.report(3, "kim", clause="5.1", at=20, once="form")


def order(office):
    office.order(1, 3, at=20, once="fax")


def withdraw(office):
    [matter] = [w.id for w in office.waiting() if w.kind == "order"] or [None]
    if matter is not None:
        office.withdraw(matter, OFFICE["COURT"], at=20)


def decide(office):
    if office.standing(2).decider.person is None:
        office.decide(2, facts={"post.stance": "asserts"}, at=20)


def appeal(office):
    if _appeal(office) is not None and office.standing(1).decider.person is None:
        office.answer(_appeal(office), False, at=19)
    office.appeal(office.standing(1).id, office.treatment(), at=20, once="letter")


def answer(office):
    if _appeal(office) is not None:
        office.answer(_appeal(office), True, at=20)


def reinstate(office):
    if office.standing(1).actions:
        office.reinstate(1, at=20)


def suspend(office):
    if not suspensions(office.world.open().engine):
        office.suspend("2.1", at=20)


def reverse(office):
    office.reverse("2.1", at=20, once="r")


WORK = (report, order, withdraw, decide, appeal, answer, reinstate, suspend, reverse)


def told(office):
    """What the world can see of it, but for ids: these are chance where no key is given."""
    seen = hold(office, finished=True)
    return (sorted((row.native, row.cause, row.outcome) for row in seen.rows.values()),
            sorted((row.kind, row.sort, row.known_at) for row in seen.matters.values()),
            sorted((answer.outcome, answer.person or "") for answer in seen.answers.values()),
            sorted(row.about.split(":")[0] for row in seen.deliveries),
            sorted(office.world.verify().kinds.items()))


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_work_that_dies_anywhere_and_is_done_again_ends_as_if_nothing_had_happened(
        left, made, work, tmp_path):
    if (key := work.__name__) not in made:
        whole = _copy(left, tmp_path / "whole")
        work(whole)
        whole.world.run()
        made[key] = told(whole)
    died = []
    for n, point in enumerate(DYING["POINTS"]):
        office = _copy(left, tmp_path / f"p{n}")
        try:
            with dying(point):
                work(office)
        except Died:
            died.append(point)
            hold(office)
            work(office)
        office.world.run()
        assert told(office) == made[key], point
        office.world.close()
        shutil.rmtree(office.world.folder)
    assert len(died) >= 8, f"it came by these points: {died}"


def _copy(office, folder):
    other = copy.copy(office)
    other.world = copy.copy(office.world)
    other.world.folder = folder
    shutil.copytree(office.world.folder, folder)
    other.world.config, other.world.opened = load_config(folder), []
    return other


@pytest.mark.parametrize("where", ["letters", "ledger"])
def test_on_a_full_disk_what_was_brought_is_kept_and_goes_out_once_there_is_room(
        left, monkeypatch, where):
    def full(_files, path, _data):
        if where in path.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(_files, path, _data)

    write = DiskFiles.write
    with monkeypatch.context() as narrow:
        narrow.setattr(DiskFiles, "write", full)
        with pytest.raises(EvenhandError, match="No space left on device") as refused:
            report(left)
        assert refused.value.hint
    hold(left)
    report(left)
    left.world.run()
    assert hold(left, finished=True).matters.keys() >= {left.report(
        3, "kim", clause="5.1", once="form").id}


def test_a_store_that_is_full_keeps_nothing_of_it_and_says_so(left):
    """SQLite itself says that it is full: at the first page more than it has."""
    platform = left.world.open()
    desk = Desk(platform)
    with platform.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    @event.listens_for(platform.engine, "begin")
    def narrow(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill():
        for n in range(200):
            bringing.report(desk, left.id(3), by=OFFICE["BY"]["kim"], clause="5.1",
                            words="It shouts at everybody here. " * 300, once=f"form {n}")

    with pytest.raises(StoreError, match="full") as refused:
        fill()
    assert refused.value.hint
    hold(left)
    left.world.run()
    hold(left, finished=True)


def test_a_store_that_somebody_else_holds_is_waited_for_and_then_named_and_nothing_is_lost(
        left, monkeypatch):
    monkeypatch.setattr("evenhand.edge.platform.open_engine", lambda store: open_engine(
        store, patience=timedelta(milliseconds=50)))
    platform = open_platform(left.world.config)
    left.world.opened.append(platform)
    desk = Desk(platform)
    other = sqlite3.connect(left.world.config.store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked") as refused:
        bringing.report(desk, left.id(3), by=OFFICE["BY"]["kim"], clause="5.1",
                        words="It shouts at everybody here.", once="form")
    assert refused.value.hint
    other.execute("ROLLBACK")
    other.close()
    hold(left)
    report(left)
    left.world.run()
    hold(left, finished=True)
