"""Erasure also empties who it was; it empties and never rewrites; a legal hold keeps all of it."""

from alembic import op

from evenhand.edge.store.rules import Rule, kept, written

revision = "0005"
down_revision = "0004"

KEPT = {
    "posts": (
        "platform",
        "native",
        "version",
        "made_at",
    ),
    "measurements": (
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
    ),
    "decisions": (
        "id",
        "platform",
        "native",
        "version",
        "terms",
        "cause",
        "decider",
        "outcome",
        "at",
        "supersedes",
    ),
    "legal_holds": (
        "matter",
        "platform",
        "native",
        "version",
        "lifts",
    ),
}
"""Table -> the columns that never change; the others of these tables may be emptied."""

RULES = (
    Rule(
        name="posts_only_emptied",
        table="posts",
        before="UPDATE OF author, digest, body",
        says="what a row of posts says is emptied, and never becomes anything else",
        when="""
    length(NEW.author) > 0
    AND (OLD.author IS NULL OR NEW.author <> OLD.author)
OR
    length(NEW.digest) > 0
    AND (OLD.digest IS NULL OR NEW.digest <> OLD.digest)
OR
    length(NEW.body) > 0
    AND (OLD.body IS NULL OR NEW.body <> OLD.body)
""",
    ),
    Rule(
        name="measurements_only_emptied",
        table="measurements",
        before="UPDATE OF facts_digest, facts",
        says="what a row of measurements says is emptied, and never becomes anything else",
        when="""
    length(NEW.facts_digest) > 0
    AND (OLD.facts_digest IS NULL OR NEW.facts_digest <> OLD.facts_digest)
OR
    length(NEW.facts) > 0
    AND (OLD.facts IS NULL OR NEW.facts <> OLD.facts)
""",
    ),
    Rule(
        name="statements_only_emptied",
        table="statements",
        before="UPDATE OF body",
        says="what a row of statements says is emptied, and never becomes anything else",
        when="""
    length(NEW.body) > 0
    AND (OLD.body IS NULL OR NEW.body <> OLD.body)
""",
    ),
    Rule(
        name="decisions_only_emptied",
        table="decisions",
        before="UPDATE OF author, record, key",
        says="what a row of decisions says is emptied, and never becomes anything else",
        when="""
    length(NEW.author) > 0
    AND (OLD.author IS NULL OR NEW.author <> OLD.author)
OR
    length(NEW.record) > 0
    AND (OLD.record IS NULL OR NEW.record <> OLD.record)
OR
    length(NEW.key) > 0
    AND (OLD.key IS NULL OR NEW.key <> OLD.key)
""",
    ),
    Rule(
        name="deliveries_only_emptied",
        table="deliveries",
        before="UPDATE OF record, key",
        says="what a row of deliveries says is emptied, and never becomes anything else",
        when="""
    length(NEW.record) > 0
    AND (OLD.record IS NULL OR NEW.record <> OLD.record)
OR
    length(NEW.key) > 0
    AND (OLD.key IS NULL OR NEW.key <> OLD.key)
""",
    ),
    Rule(
        name="matters_only_emptied",
        table="matters",
        before="UPDATE OF sender, record, key",
        says="what a row of matters says is emptied, and never becomes anything else",
        when="""
    length(NEW.sender) > 0
    AND (OLD.sender IS NULL OR NEW.sender <> OLD.sender)
OR
    length(NEW.record) > 0
    AND (OLD.record IS NULL OR NEW.record <> OLD.record)
OR
    length(NEW.key) > 0
    AND (OLD.key IS NULL OR NEW.key <> OLD.key)
""",
    ),
    Rule(
        name="answers_only_emptied",
        table="answers",
        before="UPDATE OF record, key",
        says="what a row of answers says is emptied, and never becomes anything else",
        when="""
    length(NEW.record) > 0
    AND (OLD.record IS NULL OR NEW.record <> OLD.record)
OR
    length(NEW.key) > 0
    AND (OLD.key IS NULL OR NEW.key <> OLD.key)
""",
    ),
    Rule(
        name="legal_holds_only_emptied",
        table="legal_holds",
        before="UPDATE OF account",
        says="what a row of legal_holds says is emptied, and never becomes anything else",
        when="""
    length(NEW.account) > 0
    AND (OLD.account IS NULL OR NEW.account <> OLD.account)
""",
    ),
    Rule(
        name="posts_held_are_kept",
        table="posts",
        before="UPDATE OF author, digest, body",
        says="a legal hold keeps this row of posts",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (hold.platform = OLD.platform
      AND (hold.native = OLD.native AND hold.version = OLD.version
           OR hold.account = OLD.author)))""",
    ),
    Rule(
        name="decisions_held_are_kept",
        table="decisions",
        before="UPDATE OF author, record, key",
        says="a legal hold keeps this row of decisions",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (hold.platform = OLD.platform
      AND (hold.native = OLD.native AND hold.version = OLD.version
           OR hold.account = OLD.author)))""",
    ),
    Rule(
        name="measurements_held_are_kept",
        table="measurements",
        before="UPDATE OF facts_digest, facts",
        says="a legal hold keeps this row of measurements",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (hold.platform = OLD.platform AND hold.native = OLD.native
        AND hold.version = OLD.version OR EXISTS (
        SELECT 1 FROM posts AS post
        WHERE post.platform = OLD.platform AND post.native = OLD.native
          AND post.version = OLD.version
      AND hold.platform = post.platform
      AND (hold.native = post.native AND hold.version = post.version
           OR hold.account = post.author))))""",
    ),
    Rule(
        name="statements_held_are_kept",
        table="statements",
        before="UPDATE OF body",
        says="a legal hold keeps this row of statements",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (hold.platform = OLD.platform AND hold.native = OLD.native
        AND hold.version = OLD.version OR EXISTS (
        SELECT 1 FROM posts AS post
        WHERE post.platform = OLD.platform AND post.native = OLD.native
          AND post.version = OLD.version
      AND hold.platform = post.platform
      AND (hold.native = post.native AND hold.version = post.version
           OR hold.account = post.author))))""",
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
        WHERE about.matter IN (substr(OLD.about, 7), substr(OLD.about, 8))
      AND hold.platform = post.platform
      AND (hold.native = post.native AND hold.version = post.version
           OR hold.account = post.author))
      OR EXISTS (
        SELECT 1 FROM matters AS sent
        WHERE sent.id IN (substr(OLD.about, 7), substr(OLD.about, 8))
          AND sent.sender = 'account:' || hold.platform || ':' || hold.account)))""",
    ),
    Rule(
        name="matters_held_are_kept",
        table="matters",
        before="UPDATE OF sender, record, key",
        says="a legal hold keeps this row of matters",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (hold.matter = OLD.id
        OR OLD.sender = 'account:' || hold.platform || ':' || hold.account
        OR EXISTS (
        SELECT 1 FROM matter_posts AS about
        JOIN posts AS post ON post.platform = about.platform AND post.native = about.native
          AND post.version = about.version
        WHERE about.matter = OLD.id
      AND hold.platform = post.platform
      AND (hold.native = post.native AND hold.version = post.version
           OR hold.account = post.author))))""",
    ),
    Rule(
        name="answers_held_are_kept",
        table="answers",
        before="UPDATE OF record, key",
        says="a legal hold keeps this row of answers",
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
        name="legal_holds_held_are_kept",
        table="legal_holds",
        before="UPDATE OF account",
        says="a legal hold keeps this row of legal_holds",
        when="""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND (hold.matter = OLD.matter))""",
    ),
)



def upgrade() -> None:
    """Write the rules anew; no row changes."""
    connection = op.get_bind()
    drop = (
        "DROP TRIGGER IF EXISTS {0}"
        if connection.dialect.name == "sqlite"
        else "DROP FUNCTION IF EXISTS {0}() CASCADE"
    )
    anew = [rule for table, columns in KEPT.items() for rule in kept(table, columns)[:1]]
    for rule in (*anew, *RULES):
        # Some are rules of earlier revisions, which say more now.
        for statement in (drop.format(rule.name), *written(rule, connection)):
            op.execute(statement)
