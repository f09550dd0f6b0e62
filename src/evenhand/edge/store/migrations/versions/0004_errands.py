"""What waits to be handed over waits for a channel, about any record; deliveries are by channel."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import kept, written

revision = "0004"
down_revision = "0003"

COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEPT = ("about", "channel", "outcome", "because", "at")


def upgrade() -> None:
    """Make the queue anew with what waits in it; give every delivery its record's whole key."""
    connection = op.get_bind()
    postgresql = connection.dialect.name == "postgresql"
    op.create_table(
        "errands",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("last_error", TEXT, nullable=True),
        sa.CheckConstraint("letter IN (0, 1)", name=op.f("ck_errands_letter")),
        sa.ForeignKeyConstraint(["about"], ["outbox.key"], name=op.f("fk_errands_about_outbox")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_errands")),
        sa.UniqueConstraint("about", "channel", name=op.f("uq_errands_about_channel")),
    )
    op.create_index(
        op.f("ix_errands_channel_not_before_n"), "errands", ["channel", "not_before", "n"]
    )
    op.execute(
        "INSERT INTO errands (about, channel, letter, attempts, not_before) "
        "SELECT 'decision:' || decision, 'folder', 1, 0, 0 FROM undelivered ORDER BY n"
    )
    op.drop_table("undelivered")
    op.rename_table("deliveries", "deliveries_by_decision")
    if postgresql:
        for name in ("pk_deliveries", "fk_deliveries_decision_decisions"):
            op.execute(f"ALTER TABLE deliveries_by_decision RENAME CONSTRAINT {name} TO {name}_old")
    op.create_table(
        "deliveries",
        sa.Column("about", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("because", TEXT, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["about"], ["outbox.key"], name=op.f("fk_deliveries_about_outbox")),
        sa.PrimaryKeyConstraint("about", "channel", name=op.f("pk_deliveries")),
    )
    op.execute(
        "INSERT INTO deliveries (about, channel, outcome, at, record, key) "
        "SELECT 'decision:' || decision, channel, outcome, at, record, key "
        "FROM deliveries_by_decision"
    )
    # Its rules go with it; PostgreSQL keeps their functions.
    op.drop_table("deliveries_by_decision")
    for rule in kept("deliveries", KEPT):
        if postgresql:
            op.execute(f"DROP FUNCTION {rule.name}()")
        for statement in written(rule, connection):
            op.execute(statement)
