"""Open the store: SQLite in WAL mode with synchronous FULL, migrated to the newest revision.

FULL, because a legal record may not lose its last commits with the power; batching pays for it
(reference: stack, section 4). Whoever writes holds the only right to write from the first line of
a transaction on, so that no two writers read the same head; whoever only reads never waits.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    Table,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from evenhand.edge.store.tables import REVISION, meta
from evenhand.errors import EvenhandError
from evenhand.model.post import PostId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
PATIENCE = timedelta(seconds=10)
"""How long to wait for another process that is writing."""

AT_ONCE = 500
"""Names asked for in one query; SQLite takes 32,766 values."""

_NOW = "now"


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


def open_engine(path: Path, *, patience: timedelta = PATIENCE) -> Engine:
    """Open (or create) the SQLite store at `path` and bring its tables up to date.

    A file that is no store of ours is refused and stays as it is, byte for byte.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: Any) -> None:
        # We begin transactions ourselves: the driver's own begin is deferred.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={patience // timedelta(milliseconds=1)}",
                       "synchronous=FULL", "foreign_keys=ON",
                       # INSERT OR REPLACE deletes: the triggers that refuse it must see it.
                       "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    with reading(engine) as connection:
        revision = _revision(connection, path)
    if revision != REVISION:
        _migrate(engine, revision, path)
    return engine


def _revision(connection: Connection, path: Path) -> str | None:
    """The revision of a store, or None of an empty file; another's file is refused."""
    tables = set(connection.execute(text(
        "SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    if not tables:
        return None
    if not {"alembic_version", meta.name} <= tables:
        raise StoreError("this file is the database of something else", where=str(path),
                         hint="it was not touched; point `data` at a folder of its own")
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine, revision: str | None, path: Path) -> None:
    # Imported here: a store that is up to date need not wait for Alembic to load.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "evenhand.edge.store:migrations")
    if revision is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError:
            raise StoreError(f"this store was written by a newer Evenhand (revision {revision})",
                             where=str(path), hint="it was not touched; update Evenhand") from None
    with _refusals(engine):
        # The mode of the file, kept in it; it cannot be changed inside a transaction.
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as refused:
            raise DBAPIError.instance(None, None, refused, sqlite3.Error) from None
        finally:
            raw.close()
        # Whoever comes second finds the tables there, since the first held the right to write.
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write; a failing disk or a refused rule becomes a `StoreError`.

    The right to write is held from its beginning; all of it is stored, or nothing.
    """
    with _refusals(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: it sees one state of the store and waits for nobody."""
    with _refusals(engine), engine.connect() as connection, connection.execution_options(
            reads=True).begin():
        yield connection


@contextmanager
def _refusals(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as refused:
        raise _refusal(str(refused.orig), str(engine.url.database)) from refused


def _refusal(said: str, where: str) -> StoreError:
    """What SQLite said, with what to do about it."""
    kept = "nothing of this step was stored; what was stored before stands"
    for sign, hint in (
            ("locked", f"another process is writing: let it finish, then run again; {kept}"),
            ("full", f"make room on the disk, then run again; {kept}"),
            ("readonly", "the folder or the file cannot be written: mend its permissions"),
            ("unable to open", "the folder must be there and be writable"),
            ("not a database", "it is no Evenhand store; point `data` at a folder of its own"),
            ("malformed", "the file is damaged: bring back a copy, and do not sign with an older "
             "one than the published checkpoint"),
            ("disk I/O", "the disk fails or the file is damaged: stop, and look at the disk")):
        if sign in said:
            return StoreError(f"the store cannot be used: {said}", where=where, hint=hint)
    return StoreError(f"the store refused: {said}", where=where, hint=kept)


def rows_about(connection: Connection, query: Select[Any], table: Table,
               posts: Iterable[PostId]) -> Iterator[Row[Any]]:
    """The rows of a query over `table` that are about these posts.

    The query selects native id and version. It is asked by platform and native id alone, since
    SQLite reads the whole table where three columns are compared with a list of rows.
    """
    named: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for post in posts:
        named[post.platform].add((post.native, post.version))
    for platform, wanted in named.items():
        natives = sorted({native for native, _ in wanted})
        for start in range(0, len(natives), AT_ONCE):
            rows = connection.execute(query.where(
                table.c.platform == platform, table.c.native.in_(natives[start:start + AT_ONCE])))
            yield from (row for row in rows if (row.native, row.version) in wanted)


def bind_meta(engine: Engine, expected: dict[str, str]) -> None:
    """Write what this store is once; a later run that says otherwise is refused.

    A store with a replayed clock can so never be mixed with a live one, nor two platforms, nor
    the keys of two logs.
    """
    with reading(engine) as connection:
        known = _known(connection)
    if not expected.keys() <= known.keys():
        with transaction(engine) as connection:
            known = _known(connection)
            for key, value in expected.items():
                if key not in known:
                    connection.execute(insert(meta).values(key=key, value=value))
    for key, value in expected.items():
        if known.get(key, value) != value:
            raise StoreError(
                f"this store's {key} is `{known[key]}`, the configuration says `{value}`",
                where=str(engine.url.database),
                hint="keep one store for each: point `data` at another folder")


def _known(connection: Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(select(meta))}


def time_so_far(engine: Engine) -> datetime | None:
    """The latest instant at which anything was settled in this store; None before the first."""
    with reading(engine) as connection:
        value = connection.execute(select(meta.c.value).where(meta.c.key == _NOW)).scalar()
    return None if value is None else from_us(int(value))


def note_time(connection: Connection, now: int) -> None:
    """Keep an instant (microseconds) as the latest, where it is: a replay goes on from there."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == _NOW)).scalar()
    if value is None:
        connection.execute(insert(meta).values(key=_NOW, value=str(now)))
    elif int(value) < now:
        connection.execute(update(meta).where(meta.c.key == _NOW).values(value=str(now)))
