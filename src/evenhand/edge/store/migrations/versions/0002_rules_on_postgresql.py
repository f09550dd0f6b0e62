"""The rules of revision 0001 for PostgreSQL, and texts that it orders byte by byte.

SQLite has both already and is left as it is.
"""

import sqlalchemy as sa
from alembic import op

from evenhand.edge.store.rules import Rule, kept, written

revision = "0002"
down_revision = "0001"

KEPT = {
    "posts": ("platform", "native", "version", "author", "made_at", "digest"),
    "measurements": (
        "n", "platform", "native", "version", "cause", "cause_id", "terms", "facts_digest",
        "holds", "undetermined", "at",
    ),
    "decisions": (
        "id", "platform", "native", "version", "author", "terms", "cause", "decider", "outcome",
        "at", "supersedes",
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
    Rule(name="actions_need_a_ground_in_force", table="actions", before="INSERT",
         says="the ground of an action was not published and in force", when="""
NOT EXISTS (
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
          AND later.in_force_from <= posts.made_at))"""),
    Rule(name="provisions_before_publication", table="provisions", before="INSERT",
         says="a published version gets no further provision",
         when="EXISTS (SELECT 1 FROM outbox WHERE key = 'publication:' || NEW.terms)"),
    Rule(name="decisions_need_terms_in_force", table="decisions", before="INSERT",
         says="the terms of a decision were not published and in force", when="""
NOT EXISTS (
    SELECT 1 FROM terms
    WHERE digest = NEW.terms AND published_at <= NEW.at AND in_force_from <= NEW.at)"""),
    Rule(name="decisions_supersede_their_own", table="decisions", before="INSERT",
         says="a decision supersedes one about the same post", when="""
NEW.supersedes IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM decisions AS old
    WHERE old.id = NEW.supersedes AND old.platform = NEW.platform AND old.native = NEW.native
      AND old.version = NEW.version)"""),
    Rule(name="outbox_sealed_once", table="outbox", before="UPDATE OF leaf_index",
         says="a sealed row keeps its leaf", when="OLD.leaf_index IS NOT NULL"),
)

BY_LOCALE = """
    SELECT quote_ident(relname) AS relation, quote_ident(attname) AS attribute
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind = 'r' AND relname <> 'alembic_version'
      AND attnum > 0 AND NOT attisdropped AND atttypid = 'text'::regtype
    ORDER BY 1, 2
"""
"""The texts that a server would order by its locale."""


def upgrade() -> None:
    """Order every text by its bytes, then write every rule."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for row in connection.execute(sa.text(BY_LOCALE)).all():
        op.execute(
            f'ALTER TABLE {row.relation} ALTER COLUMN {row.attribute} TYPE text COLLATE "C"'
        )
    rules = [rule for table, columns in KEPT.items() for rule in kept(table, columns)]
    for rule in (*rules, *RULES):
        for statement in written(rule, connection):
            op.execute(statement)
