"""Open the store: SQLite in WAL mode with synchronous FULL, migrated to the newest revision.

FULL, because a legal record may not lose its last commits with the power; batching pays for it
(reference: stack, section 4).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError, OperationalError

from evenhand.edge.store.tables import meta
from evenhand.errors import EvenhandError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class StoreError(EvenhandError):
    """The store refuses or cannot be reached."""


def to_us(instant: datetime) -> int:
    """Microseconds since 1970 in UTC.

    >>> from_us(to_us(datetime(2020, 5, 26, 12, 17, 53, 67000, tzinfo=UTC))).isoformat()
    '2020-05-26T12:17:53.067000+00:00'
    """
    return (instant - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The twin of `to_us`."""
    return _EPOCH + us * _MICROSECOND


def open_engine(path: Path) -> Engine:
    """Open (or create) the SQLite store at `path` and bring its tables up to date."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: Any) -> None:
        # We begin transactions ourselves: the driver's own begin is deferred and would let two
        # writers read the same head.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    config = Config()
    config.set_main_option("script_location", "evenhand.edge.store:migrations")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as refused:
        raise StoreError(f"the store cannot be opened: {refused.orig}", where=str(path),
                         hint="it is no Evenhand store, is damaged, or is held by another "
                         "process; nothing was changed") from None
    return engine


@contextmanager
def transaction(engine: Engine, path: Path | str = "the store") -> Iterator[Connection]:
    """One transaction; a failing disk or a refused rule becomes an error that says so."""
    try:
        with engine.begin() as connection:
            yield connection
    except (OperationalError, DatabaseError) as refused:
        raise StoreError(f"the store refused: {refused.orig}", where=str(path),
                         hint="nothing of this step was stored; what was stored before stands"
                         ) from refused


def bind_meta(engine: Engine, expected: dict[str, str]) -> None:
    """Write what this store is once; a later run that says otherwise is refused.

    A store with a replayed clock can so never be mixed with a live one, nor two platforms.
    """
    with transaction(engine) as connection:
        known = {row.key: row.value for row in connection.execute(select(meta))}
        for key, value in expected.items():
            if key not in known:
                connection.execute(insert(meta).values(key=key, value=value))
            elif known[key] != value:
                raise StoreError(
                    f"this store's {key} is `{known[key]}`, the configuration says `{value}`",
                    hint="keep one store for each: point `data` at another folder")
