"""The database itself keeps the rules: raw SQL that breaks one is refused, whoever sends it."""

from __future__ import annotations

import runpy
import sqlite3
from pathlib import Path

import pytest

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading, to_us
from evenhand.edge.store.rules import KEPT_TABLES
from evenhand.model.action import EFFECTS, ActionKind, Effect

CLAUSES = runpy.run_path(str(Path(__file__).parents[1] / "conftest.py"))["CLAUSES"]
ZAP = "I will zap you."
ON_BOTH_ENGINES = True


class Sqlite:
    """Somebody else's connection to the file."""

    refusal = sqlite3.IntegrityError
    keys_unchecked, keys_checked = "PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"

    def __init__(self, world):
        self.connection = sqlite3.connect(world.config.store, isolation_level=None)
        self.execute("PRAGMA foreign_keys=ON")
        self.execute("PRAGMA recursive_triggers=ON")

    def execute(self, statement, values=()):
        return self.connection.execute(statement, values)

    def drop(self, trigger, table):
        self.execute(f"DROP TRIGGER {trigger}")

    def replace(self, table):
        self.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608

    def empty(self, table):
        self.execute(f"DELETE FROM {table}")  # noqa: S608


class Postgresql:
    """Somebody else's connection to the schema: a superuser's, who may do anything."""

    keys_unchecked = "SET session_replication_role = replica"
    keys_checked = "SET session_replication_role = origin"

    def __init__(self, world, server):
        import psycopg

        self.refusal = psycopg.IntegrityError
        with reading(world.open().engine) as connection:
            schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
        self.connection = server.connect(schema)

    def execute(self, statement, values=()):
        return self.connection.execute(
            statement.replace("?", "%s").replace("x''", "''::bytea"), values or None)

    def drop(self, trigger, table):
        self.execute(f"DROP TRIGGER {trigger} ON {table}")

    def replace(self, table):
        columns = t.metadata.tables[table].columns.keys()
        keys = ", ".join(t.metadata.tables[table].primary_key.columns.keys())
        same = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
        again = f"INSERT INTO {table} SELECT * FROM {table}"  # noqa: S608
        self.execute(f"{again} ON CONFLICT ({keys}) DO UPDATE SET {same}")

    def empty(self, table):
        self.execute(f"TRUNCATE {table} CASCADE")


@pytest.fixture
def connect(engine_kind, request):
    """Opens a platform's store past our code: `connect(world)`."""
    opened = []

    def make(world):
        opened.append(Sqlite(world) if engine_kind == "sqlite" else
                      Postgresql(world, request.getfixturevalue("postgres")))
        return opened[-1]

    yield make
    for store in opened:
        store.connection.close()


@pytest.fixture
def store(world, connect):
    """A connection to a platform's store, and the one removal that is in it."""
    world.run([world.post(1, ZAP), world.post(2, author="di")])
    return connect(world)


def decide(store, identity="d" * 64, *, post="2", at=None, terms=None, supersedes=None):
    known = store.execute("SELECT terms, at, author FROM decisions").fetchone()
    store.execute(
        "INSERT INTO decisions (id, platform, native, version, author, terms, cause, decider, "
        "outcome, at, supersedes, record, key) VALUES (?, 'square', ?, '1', ?, ?, 'review', "
        "'rule', 'acted', ?, ?, x'', x'')",
        (identity, post, known[2], terms or known[0], known[1] if at is None else at, supersedes))


def act(store, *, decision="d" * 64, number="2.1", terms=None, n=5, at=None):
    known = store.execute("SELECT terms, at FROM decisions WHERE id = ?", (decision,)).fetchone()
    store.execute("INSERT INTO actions VALUES (?, ?, 'remove', 'remove', 'restricts', ?, ?, ?, "
                  "NULL)", (decision, n, terms or known[0], number,
                            known[1] if at is None else at))


def refused(store, match):
    return pytest.raises(store.refusal, match=f"(?i){match}")


def test_an_action_with_a_published_ground_is_taken(store):
    decide(store)
    act(store)


@pytest.mark.parametrize("ground", [
    {"number": "9.9"}, {"number": "2.1", "terms": "sha256:" + "0" * 64}, {"number": ""}])
def test_an_action_whose_ground_was_never_published_is_refused(store, ground):
    decide(store)
    with refused(store, "was not published and in force"):
        act(store, **ground)
    # Where foreign keys are not switched on, as in any other program, the trigger still holds.
    store.execute(store.keys_unchecked)
    with refused(store, "was not published and in force"):
        act(store, **ground)
    store.execute(store.keys_checked)
    store.drop("actions_need_a_ground_in_force", "actions")
    with refused(store, "FOREIGN KEY"):
        act(store, **ground)


def test_an_action_before_its_terms_are_published_or_in_force_is_refused(world, store):
    later = world.publish(version="2", published="2020-05-25", in_force="2020-06-01")
    published, in_force = to_us(later.published_at), to_us(later.in_force_from)
    assert published < in_force
    for at in (published - 1, in_force - 1):
        with refused(store, "terms of a decision were not published and in force"):
            decide(store, at=at, terms=later.digest)
    decide(store, at=in_force - 1)
    with refused(store, "the ground of an action was not published and in force"):
        act(store, terms=later.digest)
    act(store)
    with refused(store, "UNIQUE|superseded"):
        decide(store, "e" * 64, at=in_force, terms=later.digest)
    # The post was made under the first version: the second gives no ground against it.
    decide(store, "e" * 64, at=in_force, terms=later.digest, supersedes="d" * 64)
    with refused(store, "the ground of an action was not published and in force"):
        act(store, decision="e" * 64)
    [first] = store.execute("SELECT terms FROM decisions WHERE id = ?", ("d" * 64,)).fetchone()
    decide(store, "f" * 64, at=in_force, terms=first, supersedes="e" * 64)
    act(store, decision="f" * 64)


def test_an_action_against_a_post_rests_on_the_version_in_force_when_it_was_made(world, store):
    [first] = store.execute("SELECT terms FROM decisions").fetchone()
    later = world.publish(version="2", published="2020-05-25", in_force="2020-06-01")
    in_force = to_us(later.in_force_from)
    store.execute("INSERT INTO posts SELECT platform, 'new', version, author, ?, digest, body, "
                  "NULL, NULL FROM posts WHERE native = '1'", (in_force,))
    decide(store, post="new", at=in_force, terms=first)
    with refused(store, "was not published and in force"):
        act(store)
    decide(store, "e" * 64, post="new", at=in_force, terms=later.digest, supersedes="d" * 64)
    act(store, decision="e" * 64)


def test_an_action_rests_on_the_terms_of_its_decision_and_on_no_others(world, store):
    """Both versions were in force, and the other one has the clause too."""
    later = world.publish(version="2", published="2020-05-21", in_force="2020-05-21")
    decide(store, at=to_us(later.in_force_from) + 1)
    with refused(store, "was not published and in force"):
        act(store, terms=later.digest)
    act(store)


def test_a_clause_that_only_people_read_grounds_no_action(worlds, connect):
    world = worlds("words", terms=False)
    terms = world.publish(CLAUSES + PROMISE)
    world.run([world.post(1, ZAP), world.post(2, author="di")])
    store = connect(world)
    acts = dict(store.execute("SELECT number, acts FROM provisions"))
    assert acts["2.1"] == 1 and acts["9.1"] == 0 and len(acts) == len(terms.clauses)
    decide(store)
    with refused(store, "was not published and in force"):
        act(store, number="9.1")
    act(store)


def test_a_published_version_gets_no_further_provision(store):
    [terms] = store.execute("SELECT terms FROM decisions").fetchone()
    with refused(store, "gets no further provision"):
        store.execute("INSERT INTO provisions VALUES (?, '9.9', 'Made up', 1)", (terms,))


@pytest.mark.parametrize("kind", ActionKind)
def test_what_an_action_does_to_speech_follows_from_its_kind(store, kind):
    for n, effect in enumerate(Effect):
        row = ("d" * 64, n, kind.value, "x", effect.value)
        insert = ("INSERT INTO actions SELECT ?, ?, ?, ?, ?, terms, '2.1', at, NULL FROM decisions "
                  "WHERE id = ?")
        if n == 0:
            decide(store)
        if EFFECTS[kind] is effect:
            store.execute(insert, (*row, "d" * 64))
        else:
            with refused(store, "CHECK.*kind_and_effect"):
                store.execute(insert, (*row, "d" * 64))


PROMISE = """
## 9.1 Parties

We do not remove a post because of the party that it supports.
"""


def test_an_action_cannot_be_dated_into_the_time_of_other_terms(store):
    decide(store)
    with refused(store, "was not published and in force"):
        act(store, at=1)


def test_a_decision_that_supersedes_cannot_be_superseded_twice(store):
    [removal] = store.execute("SELECT id FROM decisions").fetchone()
    decide(store, "a" * 64, post="1", supersedes=removal)
    with refused(store, "UNIQUE"):
        decide(store, "b" * 64, post="1", supersedes=removal)
    with refused(store, "UNIQUE"):
        decide(store, "c" * 64, post="1")  # a second beginning
    decide(store, "c" * 64, post="1", supersedes="a" * 64)


def test_a_decision_supersedes_a_decision_about_the_same_post_and_never_itself(store):
    [removal] = store.execute("SELECT id FROM decisions").fetchone()
    with refused(store, "about the same post"):
        decide(store, post="2", supersedes=removal)
    with refused(store, "about the same post"):
        decide(store, "e" * 64, post="1", supersedes="f" * 64)
    with refused(store, "about the same post|CHECK"):
        decide(store, "e" * 64, post="1", supersedes="e" * 64)


def test_terms_cannot_be_in_force_before_they_are_published(store):
    with refused(store, "CHECK"):
        store.execute("INSERT INTO terms SELECT 'x', title, 'x', 5, 4, vocabulary FROM terms")


def filled(store):
    """The tables that hold rows now; the rest get one."""
    decide(store, post="2")
    store.execute("INSERT INTO questions SELECT id, 0, terms, '2.1', 'x', '', NULL FROM decisions")
    store.execute("INSERT INTO fact_checks VALUES (1, 'k', 1, 'v', 'f', 0, 0, x'', x'')")
    store.execute("INSERT INTO page_looks VALUES (1, 'k', 'u', 0, 0, 'gone', '')")
    store.execute("INSERT INTO matched VALUES ('k', 'square', '1', '1')")
    store.execute("INSERT INTO statements VALUES (1, 'i', 'square', '1', '1', NULL, 0, 0, x'')")
    store.execute("INSERT INTO shadows SELECT 'd', 'T', '2', vocabulary, 0 FROM terms")
    store.execute("INSERT INTO shadow_documents SELECT 'd', language, name, document "
                  "FROM terms_documents")
    store.execute("INSERT INTO shadow_ends VALUES ('d', 0)")
    store.execute("INSERT INTO batches SELECT n + 100, 'i', NULL, 1, at, record, row_keys "
                  "FROM batches")
    store.execute("INSERT INTO shadow_batches SELECT n, n - 100, 'd' FROM batches WHERE n > 100")


@pytest.mark.parametrize("table", t.MAY_CHANGE)
def test_no_row_of_a_record_is_changed_replaced_or_deleted(store, table):
    filled(store)
    before = store.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
    assert before, "a rule over no rows would prove nothing"
    with refused(store, "never deleted"):
        store.execute(f"DELETE FROM {table}")  # noqa: S608
    with refused(store, "never deleted"):
        store.empty(table)
    for column in t.metadata.tables[table].columns:
        if column.name in t.MAY_CHANGE[table]:
            continue
        with refused(store, "never changes"):
            store.execute(f"UPDATE {table} SET {column.name} = {column.name}")  # noqa: S608
    with refused(store, "never deleted|never changes|FOREIGN KEY|was not published|UNIQUE|"
                 "no further provision"):
        store.replace(table)
    assert store.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() == before  # noqa: S608


def test_every_table_that_is_a_record_is_among_those_that_never_change():
    assert set(t.metadata.tables) - set(KEPT_TABLES) == {
        "meta", "errands", "fallen_strikes", "erased_rows", "fetched_pages", "witness_states"}


def test_a_sealed_row_keeps_its_leaf(store):
    with refused(store, "keeps its leaf"):
        store.execute("UPDATE outbox SET leaf_index = leaf_index + 100")


def test_erasure_can_empty_what_opens_a_leaf_and_nothing_else(store):
    store.execute("UPDATE decisions SET record = NULL, key = NULL")
    assert store.execute("SELECT record, key FROM decisions").fetchall() == [(None, None)]
