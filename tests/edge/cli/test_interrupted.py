"""A reversal that is interrupted is gone on with by the same command, and is recorded once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from evenhand.edge.cli import cli
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store.database import reading
from evenhand.edge.store.story import acting_since

WORDS = ["reverse", "--clause", "2.1", "--since", "2020-05-01", "--as", "dora", "--because",
         "It takes greetings for threats."]


@pytest.mark.parametrize("again", ["the same command", "a run"])
def test_a_reversal_that_was_interrupted_is_gone_on_with_and_recorded_once(
        world: Any, batches: Any, monkeypatch: pytest.MonkeyPatch, again: str) -> None:
    world.run([world.post(n, "I will zap you.", minute=n, author=f"u{n % 3}") for n in range(9)])
    begun = datetime(2020, 5, 1, tzinfo=UTC)
    assert acting_since(world.open().engine, "2.1", begun) == 9
    batches(4)
    settle = Desk._carry
    carried: list[int] = []

    def interrupted(self: Desk, settled: Any, work: Any, also: Any) -> None:
        if carried:
            raise KeyboardInterrupt
        carried.append(len(settled))
        settle(self, settled, work, also)

    place = ["-c", str(world.folder)]
    with monkeypatch.context() as patch:
        patch.setattr(Desk, "_carry", interrupted)
        assert CliRunner().invoke(cli, [*WORDS, *place]).exit_code == 1
    assert carried == [4]
    assert acting_since(world.open().engine, "2.1", begun) == 5
    if again == "a run":
        world.run()
    told = CliRunner().invoke(cli, [*WORDS, *place]).output
    assert acting_since(world.open().engine, "2.1", begun) == 0
    assert "9 decisions superseded" in told
    with reading(world.open().engine) as connection:
        assert connection.execute(select(func.count()).select_from(m.matters).where(
            m.matters.c.kind == "reversal")).scalar_one() == 1
    world.verify()
