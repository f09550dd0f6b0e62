"""Terms in shadow, and the batches that were measured under them."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import kept, written

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RULES = (
    *kept("shadows", ("digest", "title", "version", "vocabulary", "at")),
    *kept("shadow_documents", ("shadow", "language", "name", "document")),
    *kept("shadow_ends", ("shadow", "at")),
    *kept("shadow_batches", ("batch", "beside", "shadow")),
)


def upgrade() -> None:
    """Make the tables, with the rules that nothing in them ever changes."""
    connection = op.get_bind()
    op.create_table(
        "shadows",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("vocabulary", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vocabulary"], ["documents.digest"], name=op.f("fk_shadows_vocabulary_documents")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_shadows")),
    )
    op.create_table(
        "shadow_documents",
        sa.Column("shadow", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.digest"], name=op.f("fk_shadow_documents_document_documents")
        ),
        sa.ForeignKeyConstraint(
            ["shadow"], ["shadows.digest"], name=op.f("fk_shadow_documents_shadow_shadows")
        ),
        sa.PrimaryKeyConstraint("shadow", "language", name=op.f("pk_shadow_documents")),
    )
    op.create_table(
        "shadow_ends",
        sa.Column("shadow", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shadow"], ["shadows.digest"], name=op.f("fk_shadow_ends_shadow_shadows")
        ),
        sa.PrimaryKeyConstraint("shadow", name=op.f("pk_shadow_ends")),
    )
    op.create_table(
        "shadow_batches",
        sa.Column("batch", COUNT, autoincrement=False, nullable=False),
        sa.Column("beside", COUNT, nullable=False),
        sa.Column("shadow", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["batches.n"], name=op.f("fk_shadow_batches_batch_batches")
        ),
        sa.ForeignKeyConstraint(
            ["beside"], ["batches.n"], name=op.f("fk_shadow_batches_beside_batches")
        ),
        sa.ForeignKeyConstraint(
            ["shadow"], ["shadows.digest"], name=op.f("fk_shadow_batches_shadow_shadows")
        ),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_shadow_batches")),
    )
    op.create_index(op.f("ix_shadow_batches_beside"), "shadow_batches", ["beside"])
    for rule in RULES:
        for statement in written(rule, connection):
            op.execute(statement)
