"""The commit points of people's work: each has the process die the `nth` time that it gets there.

Nothing after the point happens, as little as after a power cut; what was committed stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from evenhand.edge.courier.courier import ErrandCourier
from evenhand.edge.courier.folder import FolderChannel
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.store.decided import DecisionStore
from evenhand.edge.sweeping import Sweep


class Died(Exception):
    """The process is gone: nothing after this line happened."""


def _at(owner: Any, name: str, *, after: bool) -> Callable[[pytest.MonkeyPatch, int], None]:
    def arm(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
        whole, seen = getattr(owner, name), Counter[str]()

        def die(*args: Any, **named: Any) -> Any:
            seen["calls"] += 1
            if seen["calls"] == nth and not after:
                raise Died(f"before {name}")
            result = whole(*args, **named)
            if seen["calls"] == nth:
                raise Died(f"after {name}")
            return result

        monkeypatch.setattr(owner, name, die)

    return arm


STATEMENTS = ("INSERT INTO matters", "INSERT INTO matter_posts", "INSERT INTO brakes",
              "INSERT INTO decisions", "INSERT INTO deciders", "INSERT INTO statements",
              "INSERT INTO answers", "UPDATE matter_posts", "INSERT INTO outbox",
              "INSERT INTO errands", "INSERT INTO leaves", "INSERT INTO heads",
              "UPDATE matters SET swept", "INSERT INTO deliveries", "DELETE FROM errands")
"""Within a transaction, just before a statement that begins so."""

CALLS: dict[str, Callable[[pytest.MonkeyPatch, int], None]] = {
    "after the decision is stored": _at(DecisionStore, "commit", after=True),
    "after the head": _at(LedgerSequencer, "_seal_some", after=True),
    "before the files": _at(TilesOnDisk, "publish", after=False),
    "after the files": _at(TilesOnDisk, "publish", after=True),
    "before the sweep": _at(Sweep, "_matter", after=False),
    "after the sweep": _at(Sweep, "_matter", after=True),
    "before the letter": _at(FolderChannel, "_put", after=False),
    "after the letter": _at(FolderChannel, "_put", after=True),
    "after the delivery": _at(ErrandCourier, "deliver", after=True),
}
"""At one of our own calls."""

POINTS = (*STATEMENTS, *CALLS)
"""Every commit point, by name."""


@contextmanager
def dying(point: str, nth: int = 1) -> Iterator[None]:
    """Whatever is done here dies at this point, the `nth` time that it gets there, if it does."""
    if point in CALLS:
        with pytest.MonkeyPatch.context() as monkeypatch:
            CALLS[point](monkeypatch, nth)
            yield
        return
    seen = Counter[str]()

    def die(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(point):
            seen["calls"] += 1
            if seen["calls"] == nth:
                raise Died(f"at {point}")

    event.listen(Engine, "before_cursor_execute", die)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", die)
