"""The first tables, and the rules that the database itself keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from evenhand.model.action import EFFECTS

revision = "0001"
down_revision = None

COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

KEPT = {
    "posts": ("platform", "native", "version", "author", "made_at", "digest"),
    "measurements": (
        "n",
        "platform",
        "native",
        "version",
        "cause",
        "cause_id",
        "terms",
        "facts_digest",
        "holds",
        "undetermined",
        "at",
    ),
    "decisions": (
        "id",
        "platform",
        "native",
        "version",
        "author",
        "terms",
        "cause",
        "decider",
        "outcome",
        "at",
        "supersedes",
    ),
    "deliveries": ("decision", "channel", "outcome", "at"),
    "fact_checks": ("n", "key", "nth", "version", "source", "known_at", "body", "raw"),
    "statements": ("n", "id", "platform", "native", "version", "claim", "known_at"),
    "outbox": ("n", "key", "leaf", "chain"),
    "documents": ("digest", "bytes"),
    "terms": ("digest", "title", "version", "published_at", "in_force_from", "vocabulary"),
    "terms_documents": ("terms", "language", "name", "document"),
    "provisions": ("terms", "number", "title", "acts"),
    "matched": ("key", "platform", "native", "version"),
    "actions": ("decision", "n", "kind", "name", "effect", "terms", "number", "at", "ends_at"),
    "questions": ("decision", "n", "terms", "number", "because", "missing", "due_at"),
    "leaves": ("leaf_index", "entry"),
    "heads": ("size", "frontier", "checkpoint"),
}
"""Table -> the columns that never change."""

RULES = (
    """
    CREATE TRIGGER actions_need_a_ground_in_force BEFORE INSERT ON actions
    WHEN NOT EXISTS (
        SELECT 1 FROM decisions
        JOIN posts ON posts.platform = decisions.platform AND posts.native = decisions.native
          AND posts.version = decisions.version
        JOIN terms ON terms.digest = decisions.terms
        JOIN provisions ON provisions.terms = terms.digest
        WHERE decisions.id = NEW.decision AND decisions.terms = NEW.terms AND decisions.at = NEW.at
          AND provisions.number = NEW.number AND provisions.acts = 1
          AND terms.published_at <= NEW.at AND terms.in_force_from <= NEW.at
          AND terms.in_force_from <= posts.made_at
          AND NOT EXISTS (
            SELECT 1 FROM terms AS later
            WHERE later.in_force_from > terms.in_force_from
              AND later.in_force_from <= posts.made_at))
    BEGIN SELECT RAISE(ABORT, 'the ground of an action was not published and in force'); END
    """,
    """
    CREATE TRIGGER provisions_before_publication BEFORE INSERT ON provisions
    WHEN EXISTS (SELECT 1 FROM outbox WHERE key = 'publication:' || NEW.terms)
    BEGIN SELECT RAISE(ABORT, 'a published version gets no further provision'); END
    """,
    """
    CREATE TRIGGER decisions_need_terms_in_force BEFORE INSERT ON decisions
    WHEN NOT EXISTS (
        SELECT 1 FROM terms
        WHERE digest = NEW.terms AND published_at <= NEW.at AND in_force_from <= NEW.at)
    BEGIN SELECT RAISE(ABORT, 'the terms of a decision were not published and in force'); END
    """,
    """
    CREATE TRIGGER decisions_supersede_their_own BEFORE INSERT ON decisions
    WHEN NEW.supersedes IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM decisions AS old
        WHERE old.id = NEW.supersedes AND old.platform = NEW.platform AND old.native = NEW.native
          AND old.version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'a decision supersedes one about the same post'); END
    """,
    """
    CREATE TRIGGER outbox_sealed_once BEFORE UPDATE OF leaf_index ON outbox
    WHEN OLD.leaf_index IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a sealed row keeps its leaf'); END
    """,
)


def only(rows: str) -> dict[str, Any]:
    """An index over these rows only."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def upgrade() -> None:
    """Create every table, then the triggers."""
    op.create_table(
        "documents",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_documents")),
    )
    op.create_table(
        "fact_checks",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("swept", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_fact_checks")),
        sa.UniqueConstraint("key", "nth", name=op.f("uq_fact_checks_key_nth")),
    )
    op.create_index(
        "ix_fact_checks_unswept",
        "fact_checks",
        ["known_at", "n"],
        unique=False,
        **only("swept = 0"),
    )
    op.create_table(
        "heads",
        sa.Column("size", COUNT, autoincrement=False, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_heads")),
    )
    op.create_table(
        "leaves",
        sa.Column("leaf_index", COUNT, autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_leaves")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "outbox",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.Column("chain", sa.Text().with_variant(sa.Text(collation="C"), "postgresql")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sa.UniqueConstraint("leaf_index", name=op.f("uq_outbox_leaf_index")),
    )
    op.create_index(
        "ix_outbox_waiting", "outbox", ["n"], unique=False, **only("leaf_index IS NULL")
    )
    op.create_index(
        op.f("ix_outbox_chain_leaf_index"), "outbox", ["chain", "leaf_index"],
        **only("leaf_index IS NOT NULL")
    )
    op.create_table(
        "posts",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "native", "version", name=op.f("pk_posts")),
    )
    op.create_index(
        op.f("ix_posts_platform_author_made_at"),
        "posts",
        ["platform", "author", "made_at"],
        unique=False,
    )
    op.create_table(
        "matched",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform", "native", "version"],
            ["posts.platform", "posts.native", "posts.version"],
            name=op.f("fk_matched_platform_native_version_posts"),
        ),
        sa.PrimaryKeyConstraint("key", "platform", "native", "version", name=op.f("pk_matched")),
    )
    op.create_table(
        "statements",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("swept", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_statements")),
        sa.UniqueConstraint("id", name=op.f("uq_statements_id")),
    )
    op.create_index(
        "ix_statements_confirming", "statements", ["n"], unique=False, **only("claim IS NOT NULL")
    )
    op.create_index(
        op.f("ix_statements_platform_native_version"),
        "statements",
        ["platform", "native", "version"],
        unique=False,
    )
    op.create_index(
        "ix_statements_unswept",
        "statements",
        ["known_at", "platform", "native", "version"],
        unique=False,
        **only("swept = 0"),
    )
    op.create_table(
        "terms",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("in_force_from", sa.BigInteger(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.CheckConstraint("in_force_from >= published_at", name=op.f("ck_terms_published_first")),
        sa.ForeignKeyConstraint(
            ["vocabulary"], ["documents.digest"], name=op.f("fk_terms_vocabulary_documents")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_terms")),
        sa.UniqueConstraint("in_force_from", name=op.f("uq_terms_in_force_from")),
        sa.UniqueConstraint("version", name=op.f("uq_terms_version")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("supersedes <> id", name=op.f("ck_decisions_not_itself")),
        sa.ForeignKeyConstraint(
            ["platform", "native", "version"],
            ["posts.platform", "posts.native", "posts.version"],
            name=op.f("fk_decisions_platform_native_version_posts"),
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["decisions.id"], name=op.f("fk_decisions_supersedes_decisions")
        ),
        sa.ForeignKeyConstraint(["terms"], ["terms.digest"], name=op.f("fk_decisions_terms_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_decisions_supersedes")),
    )
    op.create_index(
        op.f("ix_decisions_platform_author_at"),
        "decisions",
        ["platform", "author", "at"],
        unique=False,
    )
    op.create_index(
        "ix_decisions_first",
        "decisions",
        ["platform", "native", "version"],
        unique=True,
        **only("supersedes IS NULL"),
    )
    op.create_index(
        op.f("ix_decisions_platform_native_version"),
        "decisions",
        ["platform", "native", "version"],
        unique=False,
    )
    op.create_table(
        "measurements",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("facts_digest", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("holds", sa.Text(), nullable=False),
        sa.Column("undetermined", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform", "native", "version"],
            ["posts.platform", "posts.native", "posts.version"],
            name=op.f("fk_measurements_platform_native_version_posts"),
        ),
        sa.ForeignKeyConstraint(
            ["terms"], ["terms.digest"], name=op.f("fk_measurements_terms_terms")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_measurements")),
        sa.UniqueConstraint(
            "platform",
            "native",
            "version",
            "cause",
            "cause_id",
            name=op.f("uq_measurements_platform_native_version_cause_cause_id"),
        ),
    )
    op.create_table(
        "provisions",
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.CheckConstraint("acts IN (0, 1)", name=op.f("ck_provisions_acts")),
        sa.ForeignKeyConstraint(
            ["terms"], ["terms.digest"], name=op.f("fk_provisions_terms_terms")
        ),
        sa.PrimaryKeyConstraint("terms", "number", name=op.f("pk_provisions")),
    )
    op.create_table(
        "terms_documents",
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.digest"], name=op.f("fk_terms_documents_document_documents")
        ),
        sa.ForeignKeyConstraint(
            ["terms"], ["terms.digest"], name=op.f("fk_terms_documents_terms_terms")
        ),
        sa.PrimaryKeyConstraint("terms", "language", name=op.f("pk_terms_documents")),
    )
    op.create_table(
        "actions",
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            " OR ".join(
                f"(kind = '{kind.value}' AND effect = '{effect.value}')"
                for kind, effect in EFFECTS.items()
            ),
            name=op.f("ck_actions_kind_and_effect"),
        ),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_actions_decision_decisions")
        ),
        sa.ForeignKeyConstraint(
            ["terms", "number"],
            ["provisions.terms", "provisions.number"],
            name=op.f("fk_actions_terms_number_provisions"),
        ),
        sa.PrimaryKeyConstraint("decision", "n", name=op.f("pk_actions")),
    )
    op.create_index(op.f("ix_actions_number_at"), "actions", ["number", "at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_deliveries_decision_decisions")
        ),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_deliveries")),
    )
    op.create_table(
        "questions",
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_questions_decision_decisions")
        ),
        sa.ForeignKeyConstraint(
            ["terms", "number"],
            ["provisions.terms", "provisions.number"],
            name=op.f("fk_questions_terms_number_provisions"),
        ),
        sa.PrimaryKeyConstraint("decision", "n", name=op.f("pk_questions")),
    )
    op.create_table(
        "undelivered",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_undelivered_decision_decisions")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_undelivered")),
        sa.UniqueConstraint("decision", name=op.f("uq_undelivered_decision")),
    )
    if op.get_bind().dialect.name != "sqlite":
        # Another engine says these rules in its own words, in a revision of its own.
        return
    for table, columns in KEPT.items():
        op.execute(
            f"CREATE TRIGGER {table}_never_update BEFORE UPDATE OF {', '.join(columns)} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} never changes'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} is never deleted'); END"
        )
    for rule in RULES:
        op.execute(rule)
