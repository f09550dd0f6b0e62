"""PostgreSQL as the store: durable commits, one writer at a time, readers that see one state.

A transaction that may write takes an advisory lock of the schema first, and then reads what the
writer before it committed: for that it must be READ COMMITTED, since a longer-lived snapshot would
be older than the lock. What is set is set for the transaction, so that a pooler does not mix it up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from evenhand.edge.store.address import Server
from evenhand.edge.store.errors import DAMAGED, KEPT, ROOM, WAIT, StoreError

LOCK = 0x4576656E << 32
"""\"Even\" in ASCII: with the number of the schema in its lower half, the lock of its writers."""

READS = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How a transaction that only reads begins."""

_BEGIN = """
SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
         WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true),
       set_config('lock_timeout', '%d', true), pg_advisory_xact_lock(%d | oid::bigint)
FROM pg_namespace WHERE nspname = current_schema()
"""

_DURABLE = ("fsync", "full_page_writes")
"""Settings of the server without which it may lose, in a crash, what was committed."""

_AGAIN = f"run again once it is back; {KEPT}"
_STATES = (
    ("55P03", WAIT), ("40P01", WAIT), ("53100", ROOM),
    ("25006", "this server or this user only reads: name the server that writes"),
    ("57014", f"the server cancelled it, perhaps by its statement_timeout; {KEPT}"),
    ("53300", "the server takes no more connections now"),
    ("42501", "the user needs to own the tables, or to be allowed to make them"),
    ("28", "look at the user, and at the password in PGPASSWORD, PGPASSFILE or EVENHAND_STORE"),
    ("3D000", "make the database first: `createdb`"),
    ("XX", f"the database is damaged: {DAMAGED}"),
    ("58", "the server's disk fails: stop, and look at it"),
    ("57P", f"the server went away; {_AGAIN}"), ("08", f"the server went away; {_AGAIN}"),
    ("54000", f"a text is too long for an index of PostgreSQL; {KEPT}"))
"""How a state of SQL begins -> what to do about it."""

_SAYINGS = (
    ("password", "give the password in PGPASSWORD, PGPASSFILE (~/.pgpass) or EVENHAND_STORE"),
    ("role \"", "look at the user in the store's address"),
    ("database \"", "make the database first: `createdb`"),
    ("NUL", f"no text may hold a NUL character; {KEPT}"),
    ("resolve", "look at the host in the store's address"),
    ("onnection refused", "is the server running, and is the port right?"),
    ("No such file", "is the server running, and is the folder of its socket right?"),
    ("timeout", "the server does not answer: look at the host, the port and the network"),
    ("starting up", f"the server is starting; {_AGAIN}"),
    ("shutting down", f"the server is going; {_AGAIN}"),
    ("too many", "the server takes no more connections now"),
    ("lost", f"the server went away; {_AGAIN}"), ("closed", f"the server went away; {_AGAIN}"))
"""Of what has no state (it failed before there was a connection, or with it) -> what to do."""


def postgresql_engine(server: Server, patience: timedelta) -> Engine:
    """An engine whose transactions begin as ours do; nothing is connected yet."""
    url, asked = make_url(server.url), {
        "client_encoding": "utf8", "fallback_application_name": "evenhand",
        "connect_timeout": str(max(2, patience // timedelta(seconds=1)))}
    try:
        engine = create_engine(
            url, isolation_level="READ COMMITTED", hide_parameters=True,
            connect_args={name: value for name, value in asked.items() if name not in url.query})
    except ImportError as missing:
        raise StoreError(f"a PostgreSQL store needs the package psycopg: {missing}",
                         where=server.shown, hint="install it with `pip install "
                         "'evenhand[postgres]'`") from None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads", False):
            return
        held = connection.exec_driver_sql(_BEGIN % (
            patience // timedelta(milliseconds=1), LOCK))
        if held.first() is None:
            raise _no_schema(server.shown)

    @event.listens_for(engine, "checkin")
    def _checkin(connection: Any, _: Any) -> None:
        # The driver would say READ WRITE from the first reader on, whatever the server is set to.
        if connection is not None and not connection.closed:
            connection.read_only = None

    return engine


def postgresql_tables(connection: Connection, where: str) -> set[str]:
    """The names of the tables in the store's schema; refuses a server that cannot keep a record."""
    schema, encoding, *durable = connection.execute(select(
        func.current_schema(), func.current_setting("server_encoding"),
        *(func.current_setting(name) for name in _DURABLE))).one()
    if schema is None:
        raise _no_schema(where)
    if encoding != "UTF8":
        raise StoreError(f"the database holds texts in {encoding}, not in UTF-8", where=where,
                         hint="make one with `createdb --encoding=UTF8 --template=template0`")
    if set(durable) != {"on"}:
        raise StoreError("the server may lose what was committed", where=where, hint="set "
                         f"{' and '.join(f'`{name} = on`' for name in _DURABLE)} on the server")
    return set(connection.execute(text(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f')")).scalars())


def _no_schema(where: str) -> StoreError:
    return StoreError("the database has no schema to keep the store in", where=where,
                      hint="`CREATE SCHEMA`, and allow the user to create tables in it")


def postgresql_refusal(refused: DBAPIError, where: str) -> StoreError:
    """What the server said, in one line, with what to do about it."""
    state = getattr(refused.orig, "sqlstate", None) or ""
    said = " ".join(str(refused.orig).split("\n")[0].split())
    for sign, hint in _STATES:
        if state.startswith(sign):
            return StoreError(f"the store cannot be used: {said}", where=where, hint=hint)
    if not state:
        whole = str(refused.orig)
        for sign, hint in _SAYINGS:
            if sign in whole:
                return StoreError(f"the store cannot be used: {said}", where=where, hint=hint)
        if refused.connection_invalidated:
            return StoreError(f"the store cannot be used: {said}", where=where,
                              hint=f"the server went away; {_AGAIN}")
    return StoreError(f"the store refused: {said}", where=where, hint=KEPT)
