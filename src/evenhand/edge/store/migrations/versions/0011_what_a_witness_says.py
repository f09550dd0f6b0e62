"""What a witness says that the record is not, and the checkpoint by which it shows it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("witness_states", sa.Column("claim", TEXT, nullable=True))
    op.add_column("witness_states", sa.Column("claimed", sa.BigInteger(), nullable=True))
    op.add_column("witness_states", sa.Column("shown", TEXT, nullable=True))
