"""Open the store and work in it, on either engine: one writer at a time, readers that never wait.

Whoever writes holds the only right to write from the first line of a transaction on, so that no
two writers read the same head; whoever only reads sees one state. How SQLite and PostgreSQL are
made to do so stands in `sqlite` and `postgresql`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Row,
    Select,
    Table,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from evenhand.edge.store.address import Server, show
from evenhand.edge.store.errors import StoreError as StoreError
from evenhand.edge.store.errors import StoreFailed
from evenhand.edge.store.postgresql import (
    READS,
    postgresql_engine,
    postgresql_refusal,
    postgresql_tables,
)
from evenhand.edge.store.sqlite import (
    sqlite_engine,
    sqlite_prepare,
    sqlite_refusal,
    sqlite_tables,
)
from evenhand.edge.store.tables import REVISION, meta
from evenhand.model.post import PostId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
PATIENCE = timedelta(seconds=10)
"""How long to wait for another process that is writing."""

AT_ONCE = 500
"""Names asked for in one query; SQLite takes 32,766 values, PostgreSQL 65,535."""

_NOW = "now"


def to_us(instant: datetime) -> int:
    """Microseconds since 1970 in UTC.

    >>> from_us(to_us(datetime(2020, 5, 26, 12, 17, 53, 67000, tzinfo=UTC))).isoformat()
    '2020-05-26T12:17:53.067000+00:00'
    """
    return (instant - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The twin of `to_us`."""
    return _EPOCH + us * _MICROSECOND


def open_engine(store: Path | Server, *, patience: timedelta = PATIENCE) -> Engine:
    """Open (or create) the store, a SQLite file or a server's, and bring its tables up to date.

    A database that is no store of ours is refused and stays as it is.
    """
    engine = (sqlite_engine(store, patience) if isinstance(store, Path)
              else postgresql_engine(store, patience))
    try:
        with reading(engine) as connection:
            revision = _revision(connection, shown(engine))
        if revision != REVISION:
            _migrate(engine, revision)
    except BaseException:
        engine.dispose()
        raise
    return engine


def shown(engine: Engine) -> str:
    """The store as errors name it: its file, or its address without the password."""
    if _on_sqlite(engine):
        return str(engine.url.database)
    return show(engine.url)


def _on_sqlite(engine: Engine | Connection) -> bool:
    return engine.dialect.name == "sqlite"


def _revision(connection: Connection, where: str) -> str | None:
    """The revision of a store, or None of an empty database; another's database is refused."""
    sqlite = _on_sqlite(connection)
    tables = sqlite_tables(connection) if sqlite else postgresql_tables(connection, where)
    if not tables:
        return None
    if not {"alembic_version", meta.name} <= tables:
        raise StoreError(
            f"this {'file' if sqlite else 'schema'} is the database of something else",
            where=where, hint="it was not touched; " + (
                "point `data` at a folder of its own" if sqlite else "name a database of its own, "
                "or a schema of its own with `?options=-csearch_path%3DSCHEMA`"))
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine, revision: str | None) -> None:
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
                             where=shown(engine),
                             hint="it was not touched; update Evenhand") from None
    with _refusals(engine):
        if _on_sqlite(engine):
            sqlite_prepare(engine)
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
    how = {"reads": True} if _on_sqlite(engine) else {"reads": True, **READS}
    with _refusals(engine), engine.connect() as connection, connection.execution_options(
            **how).begin():
        yield connection


@contextmanager
def _refusals(engine: Engine) -> Iterator[None]:
    failed = engine.get_execution_options().get("failed")
    if failed is not None:
        raise failed
    refusal = sqlite_refusal if _on_sqlite(engine) else postgresql_refusal
    try:
        yield
    except DBAPIError as refused:
        said = refusal(refused, shown(engine))
        if isinstance(said, StoreFailed):
            engine.update_execution_options(failed=said)
        raise said from refused


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *,
                leave: bool = False) -> None:
    """Insert these rows, all with the same columns; there is one at least.

    SQLAlchemy works out the parameters of each row anew, which takes as long as SQLite takes to
    insert it: there the statement alone is SQLAlchemy's, and the values are handed over as they
    are.
    """
    if not _on_sqlite(connection):
        connection.execute(_insert(table, postgresql_dialect, leave=leave), list(rows))
        return
    statement, names, defaults = _on_sqlite_written(table, tuple(rows[0]), leave)
    if defaults:
        rows = [{**defaults, **row} for row in rows]
    connection.exec_driver_sql(statement, [tuple([row[n] for n in names]) for row in rows])


def insert_or_leave(connection: Connection, table: Table,
                    rows: Sequence[Mapping[str, Any]]) -> None:
    """The same; where a row with such a key is there, it is left as it is."""
    insert_many(connection, table, rows, leave=True)


def _insert(table: Table, words: Any, *, leave: bool) -> Insert:
    statement = words.insert(table)
    chosen: Insert = statement.on_conflict_do_nothing() if leave else statement
    return chosen


@lru_cache(maxsize=100)
def _on_sqlite_written(table: Table, columns: tuple[str, ...], leave: bool) -> tuple[
        str, tuple[str, ...], dict[str, Any]]:
    """An insert as SQLite takes it, its columns in order, and what is in those not given."""
    written = _insert(table, sqlite_dialect, leave=leave).compile(
        dialect=sqlite_dialect.dialect(), column_keys=list(columns))
    defaults = {c.name: c.default.arg for c in table.c
                if isinstance(c.default, ScalarElementColumnDefault) and c.name not in columns}
    return written.string, tuple(written.positiontup or ()), defaults


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
                where=shown(engine),
                hint="keep one store for each: point `data` at another folder, or `store` at "
                "another database")


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
