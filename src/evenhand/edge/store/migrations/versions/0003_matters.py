"""What people bring (reports, orders, appeals), who decided, and the brakes that they pull."""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import Rule, kept, written

revision = "0003"
down_revision = "0002"

COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

KEPT = {
    "matters": (
        "n",
        "id",
        "kind",
        "sort",
        "trusted",
        "decision",
        "withdraws",
        "known_at",
        "due_at",
    ),
    "answers": ("matter", "decision", "person", "outcome", "unfounded", "at"),
    "matter_posts": ("matter", "platform", "native", "version"),
    "set_asides": ("decision", "n", "terms", "number", "because", "matter"),
    "brakes": ("matter", "terms", "number", "resumes", "since", "until"),
    "deciders": ("decision", "person"),
    "legal_holds": ("matter", "platform", "native", "version", "account", "lifts"),
}
"""Table -> the columns that never change."""

HELD = """EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.platform = OLD.platform
      AND (hold.native = OLD.native AND hold.version = OLD.version
           OR hold.account = OLD.author)
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter))"""

RULES = (
    Rule(
        name="answers_by_another",
        table="answers",
        before="INSERT",
        says="nobody answers an appeal against their own decision",
        when="""
EXISTS (
    SELECT 1 FROM matters
    JOIN deciders ON deciders.decision = matters.decision
    WHERE matters.id = NEW.matter AND matters.kind = 'appeal'
      AND deciders.person = NEW.person)""",
    ),
    Rule(
        name="posts_held_are_kept",
        table="posts",
        before="UPDATE OF body",
        says="a legal hold keeps this post",
        when=HELD,
    ),
    Rule(
        name="decisions_held_are_kept",
        table="decisions",
        before="UPDATE OF record, key",
        says="a legal hold keeps this decision",
        when=HELD,
    ),
)


def upgrade() -> None:
    """Create the tables, then the rules."""
    connection = op.get_bind()
    op.create_table(
        "matters",
        sa.Column("n", COUNT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("trusted", sa.Integer(), nullable=False),
        sa.Column("decision", TEXT, nullable=True),
        sa.Column("withdraws", TEXT, nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("swept", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'appeal') = (decision IS NOT NULL)", name=op.f("ck_matters_appeals_dispute")
        ),
        sa.CheckConstraint(
            "(kind = 'withdrawal') = (withdraws IS NOT NULL)",
            name=op.f("ck_matters_withdrawals_name"),
        ),
        sa.CheckConstraint(
            "kind IN ('report', 'order', 'appeal', 'withdrawal', 'suspension', 'reversal', "
            "'legal-hold', 'erasure', 'access')",
            name=op.f("ck_matters_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_matters_decision_decisions")
        ),
        sa.ForeignKeyConstraint(
            ["withdraws"], ["matters.id"], name=op.f("fk_matters_withdraws_matters")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_matters")),
        sa.UniqueConstraint("id", name=op.f("uq_matters_id")),
        sa.UniqueConstraint("withdraws", name=op.f("uq_matters_withdraws")),
    )
    op.create_index(op.f("ix_matters_decision"), "matters", ["decision"], unique=False)
    op.create_index(op.f("ix_matters_sender"), "matters", ["sender"], unique=False)
    op.create_index(
        "ix_matters_unswept",
        "matters",
        ["known_at", "n"],
        unique=False,
        sqlite_where=sa.text("swept = 0"),
        postgresql_where=sa.text("swept = 0"),
    )
    op.create_table(
        "matter_posts",
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("native", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("decision", TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_matter_posts_decision_decisions")
        ),
        sa.ForeignKeyConstraint(
            ["matter"], ["matters.id"], name=op.f("fk_matter_posts_matter_matters")
        ),
        sa.ForeignKeyConstraint(
            ["platform", "native", "version"],
            ["posts.platform", "posts.native", "posts.version"],
            name=op.f("fk_matter_posts_platform_native_version_posts"),
        ),
        sa.PrimaryKeyConstraint(
            "matter", "platform", "native", "version", name=op.f("pk_matter_posts")
        ),
    )
    op.create_index(op.f("ix_matter_posts_decision"), "matter_posts", ["decision"], unique=False)
    op.create_index(
        op.f("ix_matter_posts_platform_native_version"),
        "matter_posts",
        ["platform", "native", "version"],
        unique=False,
    )
    op.create_table(
        "answers",
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("unfounded", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_answers_decision_decisions")
        ),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_answers_matter_matters")),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_decision"), "answers", ["decision"], unique=False)
    op.create_table(
        "set_asides",
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("terms", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("because", TEXT, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_set_asides_decision_decisions")
        ),
        sa.ForeignKeyConstraint(
            ["terms", "number"],
            ["provisions.terms", "provisions.number"],
            name=op.f("fk_set_asides_terms_number_provisions"),
        ),
        sa.PrimaryKeyConstraint("decision", "n", name=op.f("pk_set_asides")),
    )
    op.create_table(
        "brakes",
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("terms", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("resumes", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_brakes_matter_matters")),
        sa.ForeignKeyConstraint(
            ["terms", "number"],
            ["provisions.terms", "provisions.number"],
            name=op.f("fk_brakes_terms_number_provisions"),
        ),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_brakes")),
    )
    op.create_index(op.f("ix_brakes_number_since"), "brakes", ["number", "since"], unique=False)
    op.create_table(
        "deciders",
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["decision"], ["decisions.id"], name=op.f("fk_deciders_decision_decisions")
        ),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_deciders")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("native", TEXT, nullable=True),
        sa.Column("version", TEXT, nullable=True),
        sa.Column("account", TEXT, nullable=True),
        sa.Column("lifts", TEXT, nullable=True),
        sa.CheckConstraint(
            "(native IS NULL) <> (account IS NULL)", name=op.f("ck_legal_holds_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["lifts"], ["legal_holds.matter"], name=op.f("fk_legal_holds_lifts_legal_holds")
        ),
        sa.ForeignKeyConstraint(
            ["matter"], ["matters.id"], name=op.f("fk_legal_holds_matter_matters")
        ),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_legal_holds")),
        sa.UniqueConstraint("lifts", name=op.f("uq_legal_holds_lifts")),
    )
    op.create_index(
        op.f("ix_legal_holds_platform_account"),
        "legal_holds",
        ["platform", "account"],
        unique=False,
    )
    op.create_index(
        op.f("ix_legal_holds_platform_native"), "legal_holds", ["platform", "native"], unique=False
    )
    for rule in (
        *(rule for table, columns in KEPT.items() for rule in kept(table, columns)),
        *RULES,
    ):
        for statement in written(rule, connection):
            op.execute(statement)
