"""Opening a store: new, old, foreign, damaged, held by another, not to be written."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import stat
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select

import evenhand.edge.store.database as database
from evenhand.edge.config import load_config
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import (
    StoreError,
    bind_meta,
    open_engine,
    reading,
    transaction,
)
from evenhand.edge.store.rules import RULES, sqlite_trigger


def schema(path):
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE "
                                  "'alembic%' AND name NOT LIKE 'sqlite_autoindex_alembic%'")
        found = {(kind, name): " ".join((sql or "").split()) for kind, name, sql in rows}
    connection.close()
    return found


def test_the_migrations_make_the_tables_and_the_rules_that_the_code_declares(tmp_path):
    migrated = open_engine(tmp_path / "migrated.db")
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    t.metadata.create_all(declared)
    with declared.begin() as connection:
        for rule in RULES:
            connection.exec_driver_sql(sqlite_trigger(rule))
    triggers = [{name: sql for (kind, name), sql in schema(tmp_path / file).items()
                 if kind == "trigger"} for file in ("migrated.db", "declared.db")]
    assert triggers[0] == triggers[1]
    assert len(triggers[0]) == len(RULES)


def test_the_revision_in_the_code_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", "evenhand.edge.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == t.REVISION


def test_opening_again_changes_nothing_prints_nothing_and_sets_up_no_logging(tmp_path, capfd):
    handlers, level = list(logging.root.handlers), logging.getLogger("alembic").level
    open_engine(tmp_path / "a.db").dispose()
    first = schema(tmp_path / "a.db")
    open_engine(tmp_path / "a.db").dispose()
    assert schema(tmp_path / "a.db") == first
    assert capfd.readouterr() == ("", "")
    assert (list(logging.root.handlers), logging.getLogger("alembic").level) == (handlers, level)


def test_a_store_is_durable_and_checks_its_keys(tmp_path):
    with open_engine(tmp_path / "a.db").connect() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")}
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1,
                    "recursive_triggers": 1}


@pytest.mark.parametrize("key", ["platform", "clock", "origin", "log key"])
def test_a_store_of_another_platform_clock_log_or_key_is_refused(tmp_path, key):
    ours = {"platform": "square", "clock": "live", "origin": "square.example/log",
            "log key": "square.example/log+1+A"}
    engine = open_engine(tmp_path / "a.db")
    bind_meta(engine, ours)
    bind_meta(engine, ours)
    with pytest.raises(StoreError, match=re.escape(f"this store's {key} is `{ours[key]}`")):
        bind_meta(engine, ours | {key: "another"})
    bind_meta(engine, ours)


def test_a_replayed_platform_cannot_go_on_live(worlds):
    world = worlds("one")
    file = world.folder / "evenhand.toml"
    file.write_text(file.read_text().replace('kind = "replayed"\nbegins = 2020-05-01T00:00:00Z',
                                             'kind = "live"'))
    world.config = load_config(world.folder)
    world.config.key_file.unlink()
    Path(f"{world.config.key_file}.vkey").unlink()
    make_key(world.config.key_file, world.config.origin)
    with pytest.raises(StoreError, match="this store's clock is `replayed`"):
        world.open()


def test_the_database_of_something_else_is_refused_and_stays_as_it_is(tmp_path):
    path = tmp_path / "songs.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="database of something else"):
        open_engine(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["songs.db"]


def test_a_store_of_a_newer_evenhand_is_refused_and_stays_as_it_is(tmp_path):
    path = tmp_path / "a.db"
    engine = open_engine(path)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreError, match="written by a newer Evenhand"):
        open_engine(path)


@pytest.mark.parametrize("damage", [
    lambda data: b"not a database at all" * 100,
    lambda data: data[:100] + bytes(4000) + data[4100:],
    lambda data: data[:4096],
    lambda data: data[:50],
    lambda data: data[:16] + os.urandom(84) + data[100:],
])
def test_a_damaged_store_is_refused_with_an_error_of_ours(tmp_path, damage):
    path = tmp_path / "a.db"
    open_engine(path).dispose()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StoreError) as refused:
        bind_meta(open_engine(path), {"platform": "square"})
    assert refused.value.where == str(path)


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="unable to open"):
        open_engine(tmp_path)
    with pytest.raises(StoreError, match="unable to open"):
        open_engine(tmp_path / "nowhere" / "a.db")


@contextmanager
def nobody():
    """Go on as a user who owns nothing, since root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_store_that_cannot_be_written_is_refused_with_an_error_of_ours():
    folder = Path(tempfile.mkdtemp())
    try:
        open_engine(folder / "a.db").dispose()
        (folder / "a.db").chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        folder.chmod(0o555)
        with nobody(), pytest.raises(StoreError) as refused:
            bind_meta(open_engine(folder / "a.db"), {"a": "b"})
        assert refused.value.hint
        with nobody(), pytest.raises(StoreError, match="unable to open"):
            open_engine(folder / "new.db")
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_store_that_another_process_holds_is_refused_after_a_while_and_still_read(tmp_path):
    path = tmp_path / "a.db"
    open_engine(path).dispose()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = open_engine(path, patience=timedelta(milliseconds=300))
    with reading(engine) as connection:
        connection.execute(select(t.meta)).all()
    began = time.monotonic()
    with pytest.raises(StoreError, match="database is locked") as refused, transaction(engine):
        raise AssertionError("the right to write is the other's")
    assert 0.2 < time.monotonic() - began < 5
    assert "another process" in (refused.value.hint or "")
    other.execute("COMMIT")
    other.close()
    with transaction(engine) as connection:
        connection.execute(insert(t.meta).values(key="a", value="b"))


def test_a_new_store_that_another_process_is_just_making_is_refused_after_a_while(tmp_path):
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked"):
        open_engine(tmp_path / "a.db", patience=timedelta(milliseconds=200))
    other.close()


def test_a_full_disk_is_told_and_what_was_stored_stands(tmp_path):
    engine = open_engine(tmp_path / "a.db")
    with transaction(engine) as connection:
        connection.execute(insert(t.documents).values(digest="kept", bytes=b""))
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        connection.rollback()
    with pytest.raises(StoreError, match="full") as refused, transaction(engine) as connection:
        connection.execute(insert(t.documents).values(digest="big", bytes=bytes(1 << 20)))
    assert "make room" in (refused.value.hint or "")
    with reading(engine) as connection:
        assert connection.execute(select(t.documents.c.digest)).scalars().all() == ["kept"]


def test_a_transaction_stores_all_or_nothing(tmp_path):
    engine = open_engine(tmp_path / "a.db")
    def keep(*digests):
        with transaction(engine) as connection:
            for digest in digests:
                connection.execute(insert(t.documents).values(digest=digest, bytes=b""))

    with pytest.raises(StoreError, match="refused: UNIQUE"):
        keep("one", "two", "one")
    with pytest.raises(StoreError, match="refused: NOT NULL"):
        keep("one", None)
    with reading(engine) as connection:
        assert connection.execute(select(t.documents)).all() == []


def test_a_store_that_is_up_to_date_opens_without_loading_alembic(tmp_path, monkeypatch):
    open_engine(tmp_path / "a.db").dispose()
    monkeypatch.setattr(database, "_migrate", None)
    open_engine(tmp_path / "a.db")


def test_what_waited_and_was_delivered_before_errands_waits_and_is_delivered_with_them(world):
    """A queue of decisions becomes one of errands for the folder; deliveries keep their records."""
    opened = world.open()
    address = opened.config.store
    world.run([world.post(i, "I will zap you.", author=f"a{i}") for i in range(2)])
    one, other = (d.id for d in world.decisions())
    with transaction(world.open().engine) as connection:
        kept = connection.execute(select(t.deliveries.c.record, t.deliveries.c.key).where(
            t.deliveries.c.about == f"decision:{one}")).one()
        for statement in (
                "DROP TABLE deliveries", "DROP TABLE errands", "DROP TABLE closings",
                "DROP TABLE fallen_strikes", "DROP TABLE erased_rows", "DROP TABLE shadow_batches",
                "DROP TABLE shadow_documents", "DROP TABLE shadow_ends", "DROP TABLE shadows",
                "DROP TABLE batches", "DROP TABLE check_words", "DROP TABLE page_looks",
                "DROP TABLE fetched_pages", "DROP TABLE logs", "DROP TABLE cosignatures",
                "DROP TABLE witness_states",
                "DROP INDEX ix_statements_emptied",
                *(f"ALTER TABLE {table} DROP COLUMN {column}" for table in (
                    "posts", "measurements") for column in ("batch", "place")),
                "CREATE TABLE undelivered (n INTEGER PRIMARY KEY, decision TEXT NOT NULL UNIQUE "
                "REFERENCES decisions (id))",
                "CREATE TABLE deliveries (decision TEXT PRIMARY KEY REFERENCES decisions (id), "
                "channel TEXT NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, record BLOB, "
                "key BLOB)", "UPDATE alembic_version SET version_num = '0003'"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO undelivered (decision) VALUES (?)", (other,))
        connection.exec_driver_sql(
            "INSERT INTO deliveries VALUES (?, 'folder', 'delivered', 7, ?, ?)", (one, *kept))
    world.close()
    engine = open_engine(address)
    with reading(engine) as connection:
        [errand] = connection.execute(select(t.errands)).all()
        [delivery] = connection.execute(select(t.deliveries)).all()
    assert (errand.about, errand.channel, errand.letter, errand.attempts, errand.not_before) == (
        f"decision:{other}", "folder", 1, 0, 0)
    assert tuple(delivery) == (f"decision:{one}", "folder", "delivered", None, 7, *kept)
    with pytest.raises(StoreError, match="never changes"), transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE deliveries SET outcome = 'refused'")
    engine.dispose()
