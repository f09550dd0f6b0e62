"""The database itself keeps the rules: raw SQL that breaks one is refused, whoever sends it."""

from __future__ import annotations

import runpy
import sqlite3
from pathlib import Path

import pytest

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import to_us
from evenhand.model.action import EFFECTS, ActionKind, Effect

CLAUSES = runpy.run_path(str(Path(__file__).parents[1] / "conftest.py"))["CLAUSES"]
ZAP = "I will zap you."


@pytest.fixture
def store(world):
    """A connection to a platform's store, and the one removal that is in it."""
    world.run([world.post(1, ZAP), world.post(2, author="di")])
    connection = sqlite3.connect(world.config.store, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA recursive_triggers=ON")
    yield connection
    connection.close()


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


def refused(match):
    return pytest.raises(sqlite3.IntegrityError, match=match)


def test_an_action_with_a_published_ground_is_taken(store):
    decide(store)
    act(store)


@pytest.mark.parametrize("ground", [
    {"number": "9.9"}, {"number": "2.1", "terms": "sha256:" + "0" * 64}, {"number": ""}])
def test_an_action_whose_ground_was_never_published_is_refused(store, ground):
    decide(store)
    with refused("was not published and in force"):
        act(store, **ground)
    # Where foreign keys are not switched on, as in any other program, the trigger still holds.
    store.execute("PRAGMA foreign_keys=OFF")
    with refused("was not published and in force"):
        act(store, **ground)
    store.execute("PRAGMA foreign_keys=ON")
    store.execute("DROP TRIGGER actions_need_a_ground_in_force")
    with refused("FOREIGN KEY"):
        act(store, **ground)


def test_an_action_before_its_terms_are_published_or_in_force_is_refused(world, store):
    later = world.publish(version="2", published="2020-05-25", in_force="2020-06-01")
    published, in_force = to_us(later.published_at), to_us(later.in_force_from)
    assert published < in_force
    for at in (published - 1, in_force - 1):
        with refused("terms of a decision were not published and in force"):
            decide(store, at=at, terms=later.digest)
    decide(store, at=in_force - 1)
    with refused("the ground of an action was not published and in force"):
        act(store, terms=later.digest)
    act(store)
    with refused("UNIQUE|superseded"):
        decide(store, "e" * 64, at=in_force, terms=later.digest)
    # The post was made under the first version: the second gives no ground against it.
    decide(store, "e" * 64, at=in_force, terms=later.digest, supersedes="d" * 64)
    with refused("the ground of an action was not published and in force"):
        act(store, decision="e" * 64)
    [first] = store.execute("SELECT terms FROM decisions WHERE id = ?", ("d" * 64,)).fetchone()
    decide(store, "f" * 64, at=in_force, terms=first, supersedes="e" * 64)
    act(store, decision="f" * 64)


def test_an_action_against_a_post_rests_on_the_version_in_force_when_it_was_made(world, store):
    [first] = store.execute("SELECT terms FROM decisions").fetchone()
    later = world.publish(version="2", published="2020-05-25", in_force="2020-06-01")
    in_force = to_us(later.in_force_from)
    store.execute("INSERT INTO posts SELECT platform, 'new', version, author, ?, digest, body "
                  "FROM posts WHERE native = '1'", (in_force,))
    decide(store, post="new", at=in_force, terms=first)
    with refused("was not published and in force"):
        act(store)
    decide(store, "e" * 64, post="new", at=in_force, terms=later.digest, supersedes="d" * 64)
    act(store, decision="e" * 64)


def test_an_action_rests_on_the_terms_of_its_decision_and_on_no_others(world, store):
    """Both versions were in force, and the other one has the clause too."""
    later = world.publish(version="2", published="2020-05-21", in_force="2020-05-21")
    decide(store, at=to_us(later.in_force_from) + 1)
    with refused("was not published and in force"):
        act(store, terms=later.digest)
    act(store)


def test_a_clause_that_only_people_read_grounds_no_action(worlds):
    world = worlds("words", terms=False)
    terms = world.publish(CLAUSES + PROMISE)
    world.run([world.post(1, ZAP), world.post(2, author="di")])
    store = sqlite3.connect(world.config.store, isolation_level=None)
    acts = dict(store.execute("SELECT number, acts FROM provisions"))
    assert acts["2.1"] == 1 and acts["9.1"] == 0 and len(acts) == len(terms.clauses)
    decide(store)
    with refused("was not published and in force"):
        act(store, number="9.1")
    act(store)
    store.close()


def test_a_published_version_gets_no_further_provision(store):
    [terms] = store.execute("SELECT terms FROM decisions").fetchone()
    with refused("gets no further provision"):
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
            with refused("CHECK.*kind_and_effect"):
                store.execute(insert, (*row, "d" * 64))


PROMISE = """
## 9.1 Parties

We do not remove a post because of the party that it supports.
"""


def test_an_action_cannot_be_dated_into_the_time_of_other_terms(store):
    decide(store)
    with refused("was not published and in force"):
        act(store, at=1)


def test_a_decision_that_supersedes_cannot_be_superseded_twice(store):
    [removal] = store.execute("SELECT id FROM decisions").fetchone()
    decide(store, "a" * 64, post="1", supersedes=removal)
    with refused("UNIQUE"):
        decide(store, "b" * 64, post="1", supersedes=removal)
    with refused("UNIQUE"):
        decide(store, "c" * 64, post="1")  # a second beginning
    decide(store, "c" * 64, post="1", supersedes="a" * 64)


def test_a_decision_supersedes_a_decision_about_the_same_post_and_never_itself(store):
    [removal] = store.execute("SELECT id FROM decisions").fetchone()
    with refused("about the same post"):
        decide(store, post="2", supersedes=removal)
    with refused("about the same post"):
        decide(store, "e" * 64, post="1", supersedes="f" * 64)
    with refused("about the same post|CHECK"):
        decide(store, "e" * 64, post="1", supersedes="e" * 64)


def test_terms_cannot_be_in_force_before_they_are_published(store):
    with refused("CHECK"):
        store.execute("INSERT INTO terms SELECT 'x', title, 'x', 5, 4, vocabulary FROM terms")


def filled(store):
    """The tables that hold rows now; the rest get one."""
    decide(store, post="2")
    store.execute("INSERT INTO questions SELECT id, 0, terms, '2.1', 'x', '', NULL FROM decisions")
    store.execute("INSERT INTO fact_checks VALUES (1, 'k', 1, 'v', 'f', 0, 0, x'', x'')")
    store.execute("INSERT INTO matched VALUES ('k', 'square', '1', '1')")
    store.execute("INSERT INTO statements VALUES (1, 'i', 'square', '1', '1', NULL, 0, 0, x'')")


@pytest.mark.parametrize("table", t.MAY_CHANGE)
def test_no_row_of_a_record_is_changed_replaced_or_deleted(store, table):
    filled(store)
    before = store.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
    assert before, "a rule over no rows would prove nothing"
    with refused("never deleted"):
        store.execute(f"DELETE FROM {table}")  # noqa: S608
    for column in t.metadata.tables[table].columns:
        if column.name in t.MAY_CHANGE[table]:
            continue
        with refused("never changes"):
            store.execute(f"UPDATE {table} SET {column.name} = {column.name}")  # noqa: S608
    with refused("never deleted|FOREIGN KEY|was not published|UNIQUE|no further provision"):
        store.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    assert store.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() == before  # noqa: S608


def test_every_table_that_is_a_record_is_among_those_that_never_change():
    assert set(t.metadata.tables) - set(t.MAY_CHANGE) == {"meta", "undelivered"}


def test_a_sealed_row_keeps_its_leaf(store):
    with refused("keeps its leaf"):
        store.execute("UPDATE outbox SET leaf_index = leaf_index + 100")


def test_erasure_can_empty_what_opens_a_leaf_and_nothing_else(store):
    store.execute("UPDATE decisions SET record = NULL, key = NULL")
    assert store.execute("SELECT record, key FROM decisions").fetchall() == [(None, None)]
