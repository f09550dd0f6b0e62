"""What is asked for every batch is found by an index, and never read whole."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from evenhand.edge.store import tables as t

# Rows that are few by nature: versions of terms, one line of `meta` for each thing it says.
SMALL = {"meta", "terms", "brakes", "terms_documents", "documents", "provisions", "alembic_version",
         "sqlite_master", "fact_checks", "w"}

GROWING = sorted(set(t.metadata.tables) - SMALL)


@pytest.fixture
def asked(world, batches):
    """Every statement of a run over two batches, with how SQLite goes about it."""
    batches(20)
    world.learn(checks=[world.check(published="2020-05-20T01:00:00Z")],
                said=[world.said("3", minute=40), world.said("4", minute=40)])
    job = world.job()
    engine, plans = job.platform.engine, {}

    @event.listens_for(engine, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            return
        first = parameters[0] if executemany and parameters else parameters
        cursor.execute("EXPLAIN QUERY PLAN " + statement, first)
        plans[statement] = [row[3] for row in cursor.fetchall()]

    job.run(world.crowd(60))
    assert job.summary.swept > 0 and job.summary.delivered > 0
    return plans


def test_no_query_of_a_run_reads_a_growing_table_whole(asked):
    scans = {statement: step for statement, steps in asked.items() for step in steps
             if (found := re.match(r"SCAN (\w+)(.*)", step)) and found[1] in GROWING
             and not _is_a_queue(found[1], found[2])}
    # The leaves are counted once a process, before it first signs; the sweep reads all posts.
    allowed = {statement for statement in scans if statement.startswith((
        "SELECT count(*) AS count_1 \nFROM leaves",))}
    assert {s: step for s, step in scans.items() if s not in allowed} == {}
    assert len(allowed) == 1


def _is_a_queue(table, how):
    """Only what waits is in the index that is read, or in the table; of heads the newest."""
    queues = ("errands", "fallen_strikes", "erased_rows")
    return table in queues or (table == "heads" and not how) or any(
        name in how for name in ("ix_outbox_waiting", "_unswept", "ix_statements_confirming",
                                 "ix_statements_emptied"))


@pytest.mark.parametrize("statement", [
    "outbox.leaf_index IS NULL", "FROM errands JOIN outbox", "statements.swept = 0",
    "actions.number = ", "posts.author IN", "later.supersedes", "posts.native IN",
    "max(statements.n)", "statements.native IN", "measurements.native IN", "max(leaves.leaf_index)",
    "ORDER BY heads.size DESC\n LIMIT"])
def test_the_queries_looked_at_are_those_that_matter(asked, statement):
    """Else a query could leave the run, and the test above would not notice."""
    assert any(statement in each for each in asked)


def test_nothing_that_is_held_between_batches_grows_with_the_posts(world, batches):
    batches(25)
    job = world.job()
    sizes = []

    def measure(summary):
        past, known = job.settling.past, job.settling.knowledge
        sizes.append((len(past.strikes), len(past.decisions), sum(map(len, past.taken.values())),
                      sum(map(len, past.made.values())), sum(map(len, known._about.values()))))

    job.progress = measure
    job.run(world.post(i, ("wheeep", "I will zap you.", "Hello.")[i % 3], author=f"u{i}",
                       minute=i * 30) for i in range(250))
    early = [max(column) for column in zip(*sizes[:4], strict=True)]
    late = [max(column) for column in zip(*sizes[-4:], strict=True)]
    assert all(a <= b + 3 for a, b in zip(late, early, strict=True)), (early, late)
