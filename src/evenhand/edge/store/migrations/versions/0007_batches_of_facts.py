"""Batches of measured posts, whose rows lie in files; which posts they hold."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import kept, written

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RULES = (
    *kept("batches", ("n", "id", "terms", "shadow", "at", "record")),
    *kept("posts", ("platform", "native", "version", "made_at", "batch", "place")),
    *kept(
        "measurements",
        (
            "n",
            "platform",
            "native",
            "version",
            "cause",
            "cause_id",
            "terms",
            "holds",
            "undetermined",
            "at",
            "batch",
            "place",
        ),
    ),
)


def upgrade() -> None:
    """Make both tables; a post, or its measurement, says where its row lies, and keeps saying so.
    """
    connection = op.get_bind()
    op.create_table(
        "batches",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("terms", TEXT, nullable=True),
        sa.Column("shadow", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("row_keys", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["terms"], ["terms.digest"], name=op.f("fk_batches_terms_terms")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_batches")),
        sa.UniqueConstraint("id", name=op.f("uq_batches_id")),
    )
    op.create_table(
        "erased_rows",
        sa.Column("batch", COUNT, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["batches.n"], name=op.f("fk_erased_rows_batch_batches")
        ),
        sa.PrimaryKeyConstraint("batch", "place", name=op.f("pk_erased_rows")),
    )
    for table in ("posts", "measurements"):
        op.add_column(table, sa.Column("batch", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("place", sa.Integer(), nullable=True))
    drop = (
        "DROP TRIGGER IF EXISTS {0}"
        if connection.dialect.name == "sqlite"
        else "DROP FUNCTION IF EXISTS {0}() CASCADE"
    )
    for rule in RULES:
        for statement in (drop.format(rule.name), *written(rule, connection)):
            op.execute(statement)
