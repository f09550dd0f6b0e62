"""Matters that ended without a decision; strikes that fell, whose accounts are looked at again."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import Rule, kept, written

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

RULES = (
    *kept("closings", ("matter", "at")),
    Rule(
        name="closings_only_emptied",
        table="closings",
        before="UPDATE OF record, key",
        says="what a row of closings says is emptied, and never becomes anything else",
        when="""
    length(NEW.record) > 0
    AND (OLD.record IS NULL OR NEW.record <> OLD.record)
OR
    length(NEW.key) > 0
    AND (OLD.key IS NULL OR NEW.key <> OLD.key)
""",
    ),
    Rule(
        name="closings_held_are_kept",
        table="closings",
        before="UPDATE OF record, key",
        says="a legal hold keeps this row of closings",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (EXISTS (
        SELECT 1 FROM matter_posts AS about
        JOIN posts AS post ON post.platform = about.platform AND post.native = about.native
          AND post.version = about.version
        WHERE about.matter = OLD.matter
      AND hold.platform = post.platform
      AND (hold.native = post.native AND hold.version = post.version
           OR hold.account = post.author))
      OR EXISTS (
        SELECT 1 FROM matters AS sent
        WHERE sent.id = OLD.matter
          AND sent.sender = 'account:' || hold.platform || ':' || hold.account)))""",
    ),
    Rule(
        name="deliveries_held_are_kept",
        table="deliveries",
        before="UPDATE OF record, key",
        says="a legal hold keeps this row of deliveries",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (EXISTS (
        SELECT 1 FROM decisions AS made
        WHERE made.id = substr(OLD.about, 10)
      AND hold.platform = made.platform
      AND (hold.native = made.native AND hold.version = made.version
           OR hold.account = made.author))
      OR EXISTS (
        SELECT 1 FROM matter_posts AS about
        JOIN posts AS post ON post.platform = about.platform AND post.native = about.native
          AND post.version = about.version
        WHERE about.matter IN (substr(OLD.about, 7), substr(OLD.about, 8), substr(OLD.about, 9))
      AND hold.platform = post.platform
      AND (hold.native = post.native AND hold.version = post.version
           OR hold.account = post.author))
      OR EXISTS (
        SELECT 1 FROM matters AS sent
        WHERE sent.id IN (substr(OLD.about, 7), substr(OLD.about, 8), substr(OLD.about, 9))
          AND sent.sender = 'account:' || hold.platform || ':' || hold.account)))""",
    ),
)


def upgrade() -> None:
    """Make both tables, the first with its rules; a hold also keeps what was delivered of it."""
    connection = op.get_bind()
    op.create_table(
        "closings",
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["matter"], ["matters.id"], name=op.f("fk_closings_matter_matters")
        ),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_closings")),
    )
    op.create_table(
        "fallen_strikes",
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_fallen_strikes_decision_decisions")
        ),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_fallen_strikes")),
    )
    drop = (
        "DROP TRIGGER IF EXISTS {0}"
        if connection.dialect.name == "sqlite"
        else "DROP FUNCTION IF EXISTS {0}() CASCADE"
    )
    for rule in RULES:
        for statement in (drop.format(rule.name), *written(rule, connection)):
            op.execute(statement)
