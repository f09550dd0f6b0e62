"""What people say of fact-checks, and what was found where their pages were looked at again.

And which words on fact-checks were erased, so that whoever holds them in memory finds out.
"""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import kept, written

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RULES = (
    *kept("check_words", ("n", "id", "fact_check", "state", "at", "record", "key")),
    *kept("page_looks", ("n", "fact_check", "url", "at", "fetched_at", "outcome", "said")),
)


def upgrade() -> None:
    """Make the tables, with the rules that nothing in them ever changes."""
    connection = op.get_bind()
    op.create_table(
        "check_words",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("fact_check", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('withdrawn', 'superseded', 'stands')", name=op.f("ck_check_words_state")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_check_words")),
        sa.UniqueConstraint("id", name=op.f("uq_check_words_id")),
    )
    op.create_index(op.f("ix_check_words_fact_check"), "check_words", ["fact_check"])
    op.create_table(
        "page_looks",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("fact_check", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("said", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_page_looks")),
    )
    op.create_index(op.f("ix_page_looks_fact_check"), "page_looks", ["fact_check"])
    op.create_table(
        "fetched_pages",
        sa.Column("url", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("etag", TEXT, nullable=True),
        sa.Column("changed", TEXT, nullable=True),
        sa.Column("read_as", TEXT, nullable=False),
        sa.Column("keys", TEXT, nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_fetched_pages")),
    )
    gone = sa.text("claim IS NOT NULL AND body IS NULL")
    op.create_index(
        "ix_statements_emptied",
        "statements",
        ["body", "claim"],
        sqlite_where=gone,
        postgresql_where=gone,
    )
    for rule in RULES:
        for statement in written(rule, connection):
            op.execute(statement)
