"""The first tables, and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.tables import GROUND_RULE, UNCHANGING, unchanging

revision = "0001"
down_revision = None


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
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("swept", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_fact_checks")),
    )
    op.create_table(
        "heads",
        sa.Column(
            "size",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_heads")),
    )
    op.create_table(
        "leaves",
        sa.Column(
            "leaf_index",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
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
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sa.UniqueConstraint("leaf_index", name=op.f("uq_outbox_leaf_index")),
    )
    op.create_table(
        "posts",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "native", "version", name=op.f("pk_posts")),
    )
    op.create_index(op.f("ix_posts_author_made_at"), "posts", ["author", "made_at"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("swept", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(
        op.f("ix_statements_platform_native_version"),
        "statements",
        ["platform", "native", "version"],
        unique=False,
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
    op.create_index(op.f("ix_decisions_author_at"), "decisions", ["author", "at"], unique=False)
    op.create_index(
        op.f("ix_decisions_platform_native_version"),
        "decisions",
        ["platform", "native", "version"],
        unique=False,
    )
    op.create_table(
        "measurements",
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
        sa.PrimaryKeyConstraint(
            "platform", "native", "version", "cause", "cause_id", name=op.f("pk_measurements")
        ),
    )
    op.create_table(
        "provisions",
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
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
    for table in UNCHANGING:
        for verb in ("UPDATE", "DELETE"):
            op.execute(unchanging(table, verb))
    op.execute(GROUND_RULE)
