"""The tables of the store of record.

Instants are integers: microseconds since 1970 in UTC, so that every engine orders them alike.
What the rules of the house demand of a row stands here as a key, a check or a trigger, and not in
Python alone: an action without a published provision cannot be stored by anybody (DESIGN 2.4).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s"})

Instant = BigInteger
_POST = ("platform", "native", "version")

meta = Table("meta", metadata, Column("key", Text, primary_key=True),
             Column("value", Text, nullable=False))

documents = Table("documents", metadata, Column("digest", Text, primary_key=True),
                  Column("bytes", LargeBinary, nullable=False))

terms = Table(
    "terms", metadata,
    Column("digest", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("version", Text, nullable=False, unique=True),
    Column("published_at", Instant, nullable=False),
    Column("in_force_from", Instant, nullable=False, unique=True),
    Column("vocabulary", Text, ForeignKey("documents.digest"), nullable=False),
    CheckConstraint("in_force_from >= published_at", name="published_first"))

terms_documents = Table(
    "terms_documents", metadata,
    Column("terms", Text, ForeignKey("terms.digest"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", Text, ForeignKey("documents.digest"), nullable=False))

provisions = Table(
    "provisions", metadata,
    Column("terms", Text, ForeignKey("terms.digest"), primary_key=True),
    Column("number", Text, primary_key=True),
    Column("title", Text, nullable=False))

posts = Table(
    "posts", metadata,
    Column("platform", Text, primary_key=True),
    Column("native", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "author", "made_at"))

fact_checks = Table(
    "fact_checks", metadata,
    Column("key", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("known_at", Instant, nullable=False),
    Column("swept", Integer, nullable=False, default=0),
    Column("body", LargeBinary, nullable=False))

statements = Table(
    "statements", metadata,
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("native", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("swept", Integer, nullable=False, default=0),
    Column("body", LargeBinary, nullable=False),
    Index(None, *_POST))

measurements = Table(
    "measurements", metadata,
    Column("platform", Text, primary_key=True),
    Column("native", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("cause", Text, primary_key=True),
    Column("cause_id", Text, primary_key=True),
    Column("terms", Text, ForeignKey("terms.digest")),
    Column("facts_digest", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("holds", Text, nullable=False),
    Column("undetermined", Text, nullable=False),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint(_POST, [f"posts.{c}" for c in _POST]))

decisions = Table(
    "decisions", metadata,
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("native", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("terms", Text, ForeignKey("terms.digest"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("decider", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # Two decisions cannot supersede the same one: a chain never forks.
    Column("supersedes", Text, ForeignKey("decisions.id"), unique=True),
    # Erasure empties these two and leaves the leaf (DESIGN 2.9).
    Column("record", LargeBinary),
    Column("key", LargeBinary),
    ForeignKeyConstraint(_POST, [f"posts.{c}" for c in _POST]),
    Index(None, *_POST), Index(None, "author", "at"))

actions = Table(
    "actions", metadata,
    Column("decision", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("terms", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("ends_at", Instant),
    ForeignKeyConstraint(["terms", "number"], ["provisions.terms", "provisions.number"]),
    Index(None, "number", "at"))

questions = Table(
    "questions", metadata,
    Column("decision", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("terms", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("missing", Text, nullable=False),
    Column("due_at", Instant),
    ForeignKeyConstraint(["terms", "number"], ["provisions.terms", "provisions.number"]))

outbox = Table(
    "outbox", metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_index", BigInteger, unique=True))

leaves = Table("leaves", metadata,
               Column("leaf_index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True,
                      autoincrement=False),
               Column("entry", LargeBinary, nullable=False))

heads = Table("heads", metadata,
              Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True,
                     autoincrement=False),
              Column("frontier", LargeBinary, nullable=False),
              Column("checkpoint", Text, nullable=False))

deliveries = Table(
    "deliveries", metadata,
    Column("decision", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary),
    Column("key", LargeBinary))

UNCHANGING = ("documents", "terms", "terms_documents", "provisions", "actions", "leaves", "heads")
"""Tables whose rows are never changed or deleted: triggers refuse it."""

GROUND_RULE = """
CREATE TRIGGER actions_need_a_ground_in_force BEFORE INSERT ON actions
WHEN NOT EXISTS (
    SELECT 1 FROM terms JOIN decisions ON decisions.id = NEW.decision
    WHERE terms.digest = NEW.terms AND terms.published_at <= decisions.at
      AND terms.in_force_from <= decisions.at)
BEGIN SELECT RAISE(ABORT, 'the ground of an action was not published and in force'); END
"""
"""SQLite's form of the ground rule: the foreign key says published, this says in force."""


def unchanging(table: str, verb: str) -> str:
    """SQLite's trigger that refuses to UPDATE or DELETE rows of a table."""
    return (f"CREATE TRIGGER {table}_never_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} never changes'); END")
