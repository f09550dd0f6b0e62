"""A PostgreSQL server that goes away in the middle of a person's work, and comes back."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from evenhand.edge.desk import bringing
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store.database import StoreError
from evenhand.edge.sweeping import Sweep

HERE = Path(__file__).parents[1]
OFFICE = runpy.run_path(str(HERE / "office.py"))
hold = runpy.run_path(str(HERE / "holding.py"))["hold"]


@pytest.fixture
def engine_kind():
    return "postgresql"


@pytest.mark.parametrize("moment", ["before it is stored", "before the posts are looked at"])
def test_what_was_committed_is_there_and_the_same_key_does_the_rest(
        office, postgres, monkeypatch, moment):
    office.post(1, "Shout shout shout")
    office.report(1, "jon", clause="5.1", at=5)
    desk = Desk(office.world.open())

    def cut(*_args):
        """The server ends every connection but the one that asks for it."""
        postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")

    with monkeypatch.context() as going:
        if moment == "before it is stored":
            cut()
        else:
            look = Sweep._matter
            going.setattr(Sweep, "_matter", lambda *given: (cut(), look(*given)))
        with pytest.raises(StoreError, match=r"cannot be used|refused") as refused:
            bringing.report(desk, office.id(1), by=OFFICE["BY"]["ivy"], clause="5.1",
                            words="It shouts at everybody.", at=office.when(9), once="form")
        assert refused.value.hint
    hold(office)
    office.report(1, "ivy", clause="5.1", at=10, once="form")
    assert office.standing(1).actions
    office.world.run()
    seen = hold(office, finished=True)
    assert sum(row.kind == "report" for row in seen.matters.values()) == 2
