"""SQLite as the store: WAL mode, synchronous FULL, the right to write from a transaction's begin.

FULL, because a legal record may not lose its last commits with the power; batching pays for it
(reference: stack, section 4).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from evenhand.edge.store.errors import DAMAGED, KEPT, ROOM, WAIT, StoreError, StoreFailed

FAILED = ("the disk fails or the file is damaged: stop, and look at the disk; this process uses "
          "the store no more, and the next one reads what was stored")

SIGNS = (
    ("locked", WAIT), ("full", ROOM),
    ("readonly", "the folder or the file cannot be written: mend its permissions"),
    ("unable to open", "the folder must be there and be writable"),
    ("not a database", "it is no Evenhand store; point `data` at a folder of its own"),
    ("malformed", f"the file is damaged: {DAMAGED}"),
    ("disk I/O", FAILED))
"""What SQLite says -> what to do about it."""

COPIED_AFTER = 8192
"""Pages of 4 KiB that the write-ahead log may hold before SQLite copies them into the file, for
which it waits for the disk three times: once for some large commits, not once for each. With more,
every page is looked for longer, and one commit waits longer for the copying."""

LAST_ROOM = 1 << 20
"""Bytes: on a disk with less than this free SQLite cannot even say that it is full."""


def can_be_written(path: Path) -> bool:
    """Whether the store's file and its folder, where SQLite puts two more, can be written."""
    return all(os.access(p, os.W_OK) for p in (path, path.parent) if p.exists())


def sqlite_engine(path: Path, patience: timedelta) -> Engine:
    """An engine whose transactions begin as ours do; nothing is opened yet.

    A store that cannot be written, on a disk mounted to be read or of another user, is read.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)))
    if path.exists() and not can_be_written(path):
        wal = path.with_name(path.name + "-wal")
        # Without a log of writes there is no writer, and SQLite may read the file as it lies.
        still = "" if wal.exists() and wal.stat().st_size else "&immutable=1"
        file = f"file:{quote(str(path))}?mode=ro{still}"
        engine = create_engine(URL.create("sqlite", database=str(path)), creator=lambda:
                               sqlite3.connect(file, uri=True, check_same_thread=False))

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: Any) -> None:
        # We begin transactions ourselves: the driver's own begin is deferred.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={patience // timedelta(milliseconds=1)}",
                       "synchronous=FULL", f"wal_autocheckpoint={COPIED_AFTER}",
                       "foreign_keys=ON",
                       # INSERT OR REPLACE deletes: the triggers that refuse it must see it.
                       "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def sqlite_tables(connection: Connection) -> set[str]:
    """The names of the tables in the file."""
    return set(connection.execute(text(
        "SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())


def sqlite_prepare(engine: Engine) -> None:
    """Set the mode of the file, which is kept in it; it cannot be changed inside a transaction."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as refused:
        raise DBAPIError.instance(None, None, refused, sqlite3.Error) from None
    finally:
        raw.close()


def sqlite_refusal(refused: DBAPIError, where: str) -> StoreError:
    """What SQLite said, with what to do about it."""
    said = str(refused.orig)
    for sign, hint in SIGNS:
        if sign in said:
            if sign == "disk I/O" and shutil.disk_usage(Path(where).parent).free < LAST_ROOM:
                said, hint = "the disk is full", ROOM
            kind = StoreFailed if hint is FAILED else StoreError
            return kind(f"the store cannot be used: {said}", where=where, hint=hint)
    return StoreError(f"the store refused: {said}", where=where, hint=KEPT)
