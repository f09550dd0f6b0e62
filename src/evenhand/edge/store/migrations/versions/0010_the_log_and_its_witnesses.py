"""Which log a store is sealed in, who cosigned its heads, and how far each witness has seen."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import kept, written

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RULES = (
    *kept("logs", ("n", "origin", "key", "begins", "sealed")),
    *kept("cosignatures", ("size", "witness", "key_id", "blob", "seconds")),
)


def upgrade() -> None:
    """Make the tables, with the rules that nothing in the first two ever changes."""
    connection = op.get_bind()
    op.create_table(
        "logs",
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("sealed", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_logs")),
        sa.UniqueConstraint("origin", name=op.f("uq_logs_origin")),
    )
    op.create_table(
        "cosignatures",
        sa.Column("size", COUNT, nullable=False, autoincrement=False),
        sa.Column("witness", TEXT, nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", "key_id", name=op.f("pk_cosignatures")),
    )
    op.create_table(
        "witness_states",
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("behind_since", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("origin", "key", name=op.f("pk_witness_states")),
    )
    for rule in RULES:
        for statement in written(rule, connection):
            op.execute(statement)
