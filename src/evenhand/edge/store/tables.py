"""The tables of the store of record.

Instants are integers: microseconds since 1970 in UTC, so that every engine orders them alike.
What the rules of the house demand of a row stands in the database as a key or a check (here) or a
trigger (`rules`), and not in Python alone: an action without a published provision cannot be stored
by anybody (DESIGN 2.4).
A change here needs a revision in `migrations/versions`; a test holds the two together.
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
    UniqueConstraint,
    text,
)
from sqlalchemy import Text as AnyText

from evenhand.model.action import EFFECTS

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s"})

REVISION = "0011"
"""The newest revision of these tables, so that a store that has it opens without Alembic."""

Instant = BigInteger
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")
"""Ordered byte by byte on every engine, whatever a server's locale is: orders that last rest on it.
"""
Count = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts rows up only in a column called INTEGER."""
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
    Column("title", Text, nullable=False),
    # Whether the clause has a rule that acts: what only people read grounds no action.
    Column("acts", Integer, nullable=False),
    CheckConstraint("acts IN (0, 1)", name="acts"))

# Terms in shadow. They are no `terms`, and have no `provisions`: nothing can be decided by them,
# and no action can cite them. `shadow_ends` says of which that is over.
shadows = Table(
    "shadows", metadata,
    Column("digest", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("vocabulary", Text, ForeignKey("documents.digest"), nullable=False),
    Column("at", Instant, nullable=False))

shadow_documents = Table(
    "shadow_documents", metadata,
    Column("shadow", Text, ForeignKey("shadows.digest"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", Text, ForeignKey("documents.digest"), nullable=False))

shadow_ends = Table(
    "shadow_ends", metadata,
    Column("shadow", Text, ForeignKey("shadows.digest"), primary_key=True),
    Column("at", Instant, nullable=False))

# A batch of measured posts, whose rows lie in the file of its `id`. `row_keys` are the 32 bytes of
# each row's commitment, apart from the rows: those of an erased one are nought.
batches = Table(
    "batches", metadata,
    Column("n", Count, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("terms", Text, ForeignKey("terms.digest")),
    Column("shadow", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("row_keys", LargeBinary, nullable=False))

# The batches that were measured under terms in shadow, each with the batch that it stands beside:
# the same posts in the same places.
shadow_batches = Table(
    "shadow_batches", metadata,
    Column("batch", Count, ForeignKey("batches.n"), primary_key=True, autoincrement=False),
    Column("beside", Count, ForeignKey("batches.n"), nullable=False, index=True),
    Column("shadow", Text, ForeignKey("shadows.digest"), nullable=False))

# The rows whose keys are gone and whose values have still to go from the file: a queue.
erased_rows = Table(
    "erased_rows", metadata,
    Column("batch", Count, ForeignKey("batches.n"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True))

# `batch` and `place` are where what was measured of its arrival lies, if nothing came of that; if
# something did, its measurement says so.
posts = Table(
    "posts", metadata,
    Column("platform", Text, primary_key=True),
    Column("native", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("digest", Text, nullable=False),
    # Empty once the post is erased, as its author and its digest are.
    Column("body", LargeBinary),
    Column("batch", BigInteger),
    Column("place", Integer),
    Index(None, "platform", "author", "made_at"))

# `n` counts up in the order in which things were told: of two versions of a fact-check that
# became known at one instant, the one told later counts. `nth` counts the tellings of one key: a
# publisher may return to what it said before. `body` is what we read, under the configuration of
# that day, and `raw` the item as it was published.
fact_checks = Table(
    "fact_checks", metadata,
    Column("n", Count, primary_key=True),
    Column("key", Text, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("swept", Integer, nullable=False, default=0),
    Column("body", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("key", "nth"),
    Index("ix_fact_checks_unswept", "known_at", "n", sqlite_where=text("swept = 0"),
          postgresql_where=text("swept = 0")))

# What was found where the page of a fact-check was looked at again. `at` is the platform's time,
# `fetched_at` that of the fetching: on a replayed clock they differ.
page_looks = Table(
    "page_looks", metadata,
    Column("n", Count, primary_key=True),
    Column("fact_check", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("said", Text, nullable=False),
    Index(None, "fact_check"))

# How a page of the web was fetched last, so that its host need not give it again: where it was
# found, by what the host knows it again, as what it was read, and which fact-checks it held. No
# record: a row is written over.
fetched_pages = Table(
    "fetched_pages", metadata,
    Column("url", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("etag", Text),
    Column("changed", Text),
    Column("read_as", Text, nullable=False),
    Column("keys", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False))

statements = Table(
    "statements", metadata,
    Column("n", Count, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("native", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("claim", Text),
    Column("known_at", Instant, nullable=False),
    Column("swept", Integer, nullable=False, default=0),
    Column("body", LargeBinary),
    Index(None, *_POST),
    Index("ix_statements_confirming", "n", sqlite_where=text("claim IS NOT NULL"),
          postgresql_where=text("claim IS NOT NULL")),
    Index("ix_statements_emptied", "body", "claim",
          sqlite_where=text("claim IS NOT NULL AND body IS NULL"),
          postgresql_where=text("claim IS NOT NULL AND body IS NULL")),
    Index("ix_statements_unswept", "known_at", *_POST, sqlite_where=text("swept = 0"),
          postgresql_where=text("swept = 0")))

measurements = Table(
    "measurements", metadata,
    Column("n", Count, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("native", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("cause_id", Text, nullable=False),
    Column("terms", Text, ForeignKey("terms.digest")),
    Column("facts_digest", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("holds", Text, nullable=False),
    Column("undetermined", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("batch", BigInteger),
    Column("place", Integer),
    UniqueConstraint(*_POST, "cause", "cause_id"),
    ForeignKeyConstraint(_POST, [f"posts.{c}" for c in _POST]))

# Which posts any measurement found a fact-check to speak, or perhaps to speak, to: those that must
# be looked at again when it changes, also where its new version no longer finds them.
matched = Table(
    "matched", metadata,
    Column("key", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("native", Text, primary_key=True),
    Column("version", Text, primary_key=True),
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
    # Erasure empties these two and the author, and leaves the leaf (DESIGN 2.9).
    Column("record", LargeBinary),
    Column("key", LargeBinary),
    ForeignKeyConstraint(_POST, [f"posts.{c}" for c in _POST]),
    CheckConstraint("supersedes <> id", name="not_itself"),
    Index(None, *_POST), Index(None, "platform", "author", "at"),
    # ... and it has one beginning: a post has one decision that supersedes none.
    Index("ix_decisions_first", *_POST, unique=True, sqlite_where=text("supersedes IS NULL"),
          postgresql_where=text("supersedes IS NULL")))

KIND_AND_EFFECT = " OR ".join(f"(kind = '{kind.value}' AND effect = '{effect.value}')"
                              for kind, effect in EFFECTS.items())
"""What each kind of action does to speech is derived, in the database too."""

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
    CheckConstraint(KIND_AND_EFFECT, name="kind_and_effect"),
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
    Column("n", Count, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    # Its leaf, as far as it can be known before the row is sealed; the log's own bytes are in
    # `leaves`. `chain` is the post whose history it belongs to, null of what is about no one post.
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_index", BigInteger, unique=True),
    Column("chain", Text),
    Index(None, "chain", "leaf_index", sqlite_where=text("leaf_index IS NOT NULL"),
          postgresql_where=text("leaf_index IS NOT NULL")),
    Index("ix_outbox_waiting", "n", sqlite_where=text("leaf_index IS NULL"),
          postgresql_where=text("leaf_index IS NULL")))

leaves = Table("leaves", metadata,
               Column("leaf_index", Count, primary_key=True, autoincrement=False),
               Column("entry", LargeBinary, nullable=False))

heads = Table("heads", metadata,
              Column("size", Count, primary_key=True, autoincrement=False),
              Column("frontier", LargeBinary, nullable=False),
              Column("checkpoint", Text, nullable=False))

# What is still to be handed over: a queue and no record, so its rows go when they are done. `about`
# is the key of the sealed row whose notice it is; `letter` says whether the letter itself goes this
# way, or only what the platform is to do. `attempts` came to nothing, the last for `last_error`.
errands = Table(
    "errands", metadata,
    Column("n", Count, primary_key=True),
    Column("about", Text, ForeignKey("outbox.key"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("letter", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Instant, nullable=False, default=0),
    Column("last_error", Text),
    UniqueConstraint("about", "channel"),
    CheckConstraint("letter IN (0, 1)", name="letter"),
    Index(None, "channel", "not_before", "n"))

# The decisions whose strike counts no more and whose author has still to be looked at: a queue and
# no record, as `errands` is. `at` is when it fell.
fallen_strikes = Table(
    "fallen_strikes", metadata,
    Column("decision", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("platform", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Instant, nullable=False))

# `because` is the class of the reason where a letter was not delivered.
deliveries = Table(
    "deliveries", metadata,
    Column("about", Text, ForeignKey("outbox.key"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("because", Text),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary),
    Column("key", LargeBinary))

MAY_CHANGE: dict[str, tuple[str, ...]] = {
    # Erasure empties bodies and keys, and leaves what the ledger holds (DESIGN 2.9).
    "posts": ("author", "digest", "body"), "measurements": ("facts_digest", "facts"),
    "decisions": ("author", "record", "key"),
    "deliveries": ("record", "key"), "batches": ("row_keys",),
    # Whether something was looked at, or sealed: progress, not record.
    "fact_checks": ("swept",), "statements": ("swept", "body"), "outbox": ("leaf_index",),
    **dict.fromkeys(("documents", "terms", "terms_documents", "provisions", "matched",
                     "actions", "questions", "leaves", "heads", "shadows", "shadow_documents",
                     "shadow_ends", "shadow_batches", "page_looks"), ()),
}
"""Table -> the only columns of its rows that may ever change. No row of them is ever deleted."""
