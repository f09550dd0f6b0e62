"""A store on a PostgreSQL server: its rules, its durability, its locks, and what its errors say."""

from __future__ import annotations

import contextlib
import re
import signal
import sys
import threading
import time
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from evenhand.edge.dataset import StoreArrived
from evenhand.edge.store import tables as t
from evenhand.edge.store.address import read_address
from evenhand.edge.store.database import (
    StoreError,
    bind_meta,
    insert_or_leave,
    open_engine,
    reading,
    transaction,
)
from evenhand.edge.store.decided import DecisionStore
from evenhand.edge.store.rules import RULES, postgresql_trigger

ZAP = "I will zap you."


@pytest.fixture
def engine_kind():
    return "postgresql"


@pytest.fixture
def address(new_store):
    """The address of an empty schema."""
    return new_store()


@pytest.fixture
def opened():
    """Opens a store at an address; it is closed after the test."""
    engines = []

    def make(address, **more):
        engines.append(open_engine(read_address(address, secret=True), **more))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


def schema_of(address):
    return address.partition("search_path%3D")[2]


def with_user(address, user):
    return address.replace("//postgres@", f"//{user}@")


def ask(engine, query):
    with reading(engine) as connection:
        return connection.exec_driver_sql(query).all()


def test_the_migrations_make_the_tables_and_the_rules_that_the_code_declares(address, opened):
    engine = opened(address)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []
    # The rules as the code has them, written into a second schema; then both are compared.
    schema = schema_of(address)
    with transaction(engine) as connection:
        connection.exec_driver_sql("CREATE SCHEMA declared")
        connection.exec_driver_sql("SET LOCAL search_path = declared")
        t.metadata.create_all(connection)
        for rule in RULES:
            for statement in postgresql_trigger(rule, "declared"):
                connection.exec_driver_sql(statement)
    asked = """
        SELECT concat_ws(' ', pg_get_triggerdef(pg_trigger.oid), tgenabled, prosrc, proconfig)
          AS said
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE NOT tgisinternal AND nspname = '%s'"""
    rules = {name: {re.sub(rf"\b{name}\b\.?", "", row.said) for row in ask(engine, asked % name)}
             for name in (schema, "declared")}
    with transaction(engine) as connection:
        connection.exec_driver_sql("DROP SCHEMA declared CASCADE")
    assert rules[schema] == rules["declared"]
    assert len(rules[schema]) == len(RULES) + sum(rule.before == "DELETE" for rule in RULES)
    assert all(" A " in rule and "pg_temp" in rule for rule in rules[schema])


def test_every_text_is_ordered_by_its_bytes(world, address, opened):
    engine = opened(address)
    orders = ask(engine, "SELECT relname, attname, collname FROM pg_attribute JOIN pg_class ON "
                 "pg_class.oid = attrelid JOIN pg_collation c ON c.oid = attcollation WHERE "
                 "relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i') AND "
                 "relname NOT LIKE 'alembic%%'")
    assert len(orders) > 60 and {order for *_, order in orders} == {"C"}
    natives = ["b", "a", "B", "_", "ä", "Z", "é", "10", "9", "-1", "A b", "Ab", "a-b", "aB"]
    world.run([world.post(native) for native in natives])
    stored = [post.id.native for part in world.open().store.posts(at_once=3) for post in part]
    assert stored == sorted(natives, key=str.encode)


def test_what_is_committed_is_durable_though_the_user_asks_otherwise(address, opened):
    for asked, given in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
        engine = opened(f"{address}%20-csynchronous_commit%3D{asked}")
        with transaction(engine) as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == given
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == (
                "read committed")


def test_a_server_that_may_lose_what_was_committed_is_refused(address, opened, monkeypatch):
    import evenhand.edge.store.postgresql as postgresql

    # `fsync` cannot be set for a session: another setting stands in for one that is off.
    monkeypatch.setattr(postgresql, "_DURABLE", ("fsync", "zero_damaged_pages"))
    with pytest.raises(StoreError, match="may lose what was committed"):
        opened(address)


def test_a_reader_sees_one_state_writes_nothing_and_waits_for_nobody(address, opened):
    engine, other = opened(address), opened(address)
    with transaction(other) as writing, reading(engine) as connection:
        assert connection.execute(select(t.meta)).all() == []
        writing.execute(insert(t.meta).values(key="a", value="b"))
        writing.commit()
        assert connection.execute(select(t.meta)).all() == []
    with pytest.raises(StoreError, match="read-only transaction") as refused, reading(
            engine) as connection:
        connection.execute(insert(t.meta).values(key="c", value="d"))
    assert "only reads" in refused.value.hint


def test_a_store_that_another_process_holds_is_refused_after_a_while_and_still_read(
        address, opened):
    engine, other = opened(address, patience=timedelta(milliseconds=300)), opened(address)
    with transaction(other):
        began = time.monotonic()
        with pytest.raises(StoreError, match="lock timeout") as refused, transaction(engine):
            raise AssertionError("the right to write is the other's")
        assert 0.2 < time.monotonic() - began < 5
        assert "another process" in refused.value.hint
        with pytest.raises(StoreError, match="lock timeout"):
            bind_meta(engine, {"a": "b"})
        assert ask(engine, "SELECT * FROM meta") == []
    bind_meta(engine, {"a": "b"})


def test_stores_in_two_schemas_do_not_wait_for_each_other(new_store, opened):
    one, two = (opened(new_store(), patience=timedelta(milliseconds=300)) for _ in range(2))
    with transaction(one), transaction(two) as connection:
        connection.execute(insert(t.meta).values(key="a", value="b"))
    assert ask(one, "SELECT * FROM meta") == []


def test_a_writer_reads_what_the_one_before_it_committed(address, opened):
    """Many at once add one to a number: none reads what another is about to change."""
    engine = opened(address)
    bind_meta(engine, {"count": "0"})

    def add():
        for _ in range(5):
            with transaction(engine) as connection:
                value = connection.execute(select(t.meta.c.value)).scalar_one()
                connection.execute(t.meta.update().values(value=str(int(value) + 1)))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ask(engine, "SELECT value FROM meta") == [("20",)]


def test_two_that_open_a_new_store_at_once_make_it_once(address, opened):
    failed = []

    def make():
        try:
            opened(address)
        except Exception as wrong:
            failed.append(wrong)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ask(opened(address), "SELECT count(*) FROM alembic_version") == [(1,)]


@pytest.mark.parametrize(("state", "hint"), [
    ("53100", "make room"), ("53300", "no more connections"), ("57014", "statement_timeout"),
    ("XX001", "damaged"), ("58030", "disk fails"), ("42501", "own the tables"),
    ("57P01", "went away"), ("40P01", "another process")])
def test_what_the_server_says_comes_with_what_to_do_and_nothing_is_stored(
        address, opened, state, hint):
    engine = opened(address)

    def fail():
        with transaction(engine) as connection:
            connection.execute(insert(t.meta).values(key="a", value="b"))
            connection.exec_driver_sql(
                f"DO $$ BEGIN RAISE EXCEPTION 'it failed' USING ERRCODE = '{state}'; END $$")

    with pytest.raises(StoreError, match="the store cannot be used: it failed") as refused:
        fail()
    assert hint in refused.value.hint
    assert refused.value.where == read_address(address).shown
    assert ask(engine, "SELECT * FROM meta") == []


def test_a_text_with_a_nul_or_too_long_for_an_index_is_refused_and_nothing_is_stored(
        address, opened):
    engine = opened(address)

    def keep(*keys):
        with transaction(engine) as connection:
            for key in keys:
                connection.execute(insert(t.meta).values(key=key, value=""))

    with pytest.raises(StoreError, match="NUL"):
        keep("one", "a\0b")
    with pytest.raises(StoreError, match="index row"):
        keep("one", "".join(map(chr, range(0x4E00, 0x9000))))
    with pytest.raises(StoreError, match="refused: duplicate key"):
        keep("one", "two", "one")
    assert ask(engine, "SELECT * FROM meta") == []


def test_no_error_tells_what_is_stored_or_the_password(address, opened):
    engine = opened(with_user(address, "postgres:hunter2"))

    def keep(times):
        with transaction(engine) as connection:
            for _ in range(times):
                connection.execute(insert(t.documents).values(digest="d", bytes=b"secret words"))

    with pytest.raises(StoreError) as refused:
        keep(2)
    assert "hunter2" not in str(refused.value) and "secret words" not in str(refused.value)
    assert "hunter2" not in repr(read_address(with_user(address, "postgres:hunter2"), secret=True))


@pytest.mark.parametrize(("change", "said", "hint"), [
    (lambda a: with_user(a, "nobody-here"), "does not exist", "user"),
    (lambda a: a.replace("/postgres?", "/nothing-here?"), "does not exist", "createdb"),
    (lambda a: with_user(a, "locked"), "password", "PGPASSWORD"),
    (lambda a: with_user(a, "locked:wrong"), "password authentication failed", "PGPASSWORD"),
    (lambda a: "postgresql://postgres@no-such-host.invalid/postgres", "resolve", "host"),
    (lambda a: "postgresql://postgres@127.0.0.1:1/postgres", "refused", "running"),
    (lambda a: "postgresql://postgres@/postgres?host=/nowhere-at-all", "No such file", "running"),
    (lambda a: a + "nowhere", "no schema", "CREATE SCHEMA"),
    (lambda a: a + "%20-cdefault_transaction_read_only%3Don", "read-only", "only reads")])
def test_a_server_that_cannot_be_used_is_told_with_what_to_do(
        postgres, address, opened, monkeypatch, change, said, hint):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", "/nowhere-at-all")
    postgres.sql("DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'right'; "
                 "EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    with pytest.raises(StoreError, match=said) as refused:
        opened(change(address), patience=timedelta(seconds=2))
    assert hint in refused.value.hint
    assert "\n" not in refused.value.what and "wrong" not in refused.value.where


def test_the_password_is_taken_from_the_environment_or_a_file(
        postgres, address, opened, monkeypatch, tmp_path):
    postgres.sql("DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'right'; "
                 "EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    postgres.sql(f"GRANT ALL ON SCHEMA {schema_of(address)} TO locked")
    theirs = with_user(address, "locked")
    monkeypatch.setenv("PGPASSWORD", "right")
    opened(theirs)
    monkeypatch.delenv("PGPASSWORD")
    (tmp_path / "pass").write_text("*:*:*:locked:right\n")
    (tmp_path / "pass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pass"))
    opened(theirs)
    monkeypatch.delenv("PGPASSFILE")
    opened(with_user(address, "locked:right"))


def test_the_database_of_something_else_is_refused_and_stays_as_it_is(postgres, address, opened):
    schema = schema_of(address)
    postgres.sql(f"CREATE TABLE {schema}.songs (title text)")
    with pytest.raises(StoreError, match="schema is the database of something else") as refused:
        opened(address)
    assert "search_path" in refused.value.hint
    with postgres.connect(schema) as connection:
        assert connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace",
            [schema]).fetchall() == [("songs",)]
    connection.close()


def test_a_store_of_a_newer_evenhand_is_refused_and_stays_as_it_is(postgres, address, opened):
    opened(address)
    with contextlib.closing(postgres.connect(schema_of(address))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="written by a newer Evenhand"):
        opened(address)


def test_a_database_that_does_not_hold_every_text_is_refused(postgres, address, opened):
    postgres.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc "
                 "LOCALE 'C'")
    with pytest.raises(StoreError, match="in LATIN1"):
        opened(address.partition("&")[0].replace("/postgres?", "/latin?"))
    postgres.sql("DROP DATABASE latin")


def test_without_psycopg_it_is_said_what_to_install(address, opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="needs the package psycopg") as refused:
        opened(address)
    assert "evenhand[postgres]" in refused.value.hint


def test_tables_of_a_session_cannot_stand_in_for_the_record(postgres, world):
    """Names are looked for in a session's own tables first, unless the rule says otherwise."""
    world.run([world.post(1, ZAP)])
    schema = ask(world.open().engine, "SELECT current_schema()")[0][0]
    connection = postgres.connect(schema)
    for table in ("decisions", "posts", "terms", "provisions"):
        connection.execute(f"CREATE TEMPORARY TABLE {table} AS TABLE {schema}.{table}")
    connection.execute("INSERT INTO pg_temp.provisions SELECT terms, '9.9', title, 1 "
                       "FROM pg_temp.provisions LIMIT 1")
    with pytest.raises(Exception, match="was not published and in force"):
        connection.execute(
            f"INSERT INTO {schema}.actions SELECT id, 7, 'remove', 'remove', "  # noqa: S608
            f"'restricts', terms, '9.9', at, NULL FROM {schema}.decisions")
    connection.close()


def test_a_connection_that_is_cut_in_a_run_leaves_nothing_half_stored_and_the_next_goes_on(
        postgres, world, worlds, batches):
    batches(8)
    whole = worlds("whole")
    whole.run(whole.crowd(40))
    commit, calls = DecisionStore._keep_decisions, []

    def cut(store, connection, settled):
        calls.append(1)
        if len(calls) == 3:
            commit(store, connection, settled)
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            postgres.sql(f"SELECT pg_terminate_backend({process})")
        return commit(store, connection, settled)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DecisionStore, "_keep_decisions", cut)
        with pytest.raises(StoreError) as refused:
            world.run(world.crowd(40))
    assert "went away" in refused.value.hint
    assert len(world.decisions()) < len(whole.decisions())
    world.run(world.crowd(40))
    assert world.outcomes() == whole.outcomes()
    world.verify()


def test_a_server_that_is_killed_in_a_run_comes_back_with_all_that_was_committed(
        postgres, world, worlds, batches):
    batches(8)
    whole, stored = worlds("whole"), []
    whole.run(whole.crowd(40))
    for each in (world, whole):
        each.close()
    commit = StoreArrived.commit

    def kill(store, settled):
        stored.append(commit(store, settled))
        if len(stored) == 3:
            postgres.stop(signal.SIGKILL)
        return stored[-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(StoreArrived, "commit", kill)
        with pytest.raises(StoreError) as refused:
            world.run(world.crowd(40))
    assert refused.value.hint
    with pytest.raises(StoreError) as refused:
        world.open()
    assert "running" in refused.value.hint
    postgres.start()
    assert len(world.decisions()) == sum(stored)
    world.run(world.crowd(40))
    assert world.outcomes() == whole.outcomes()
    world.verify()


def test_rows_that_are_there_are_left_as_they_are(address, opened):
    engine = opened(address)
    with transaction(engine) as connection:
        for value in (b"first", b"second"):
            insert_or_leave(connection, t.documents, [{"digest": "d", "bytes": value}])
    assert [bytes(row.bytes) for row in ask(engine, "SELECT bytes FROM documents")] == [b"first"]
