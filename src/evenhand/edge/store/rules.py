"""The rules that no key can say, once each, and how they are written for either engine.

A rule refuses a row before it is stored. SQLite has it as one trigger; PostgreSQL as a function
and a trigger that fires for everybody (`ENABLE ALWAYS`), in a path of names that only its own
schema answers to, so that a session's own tables cannot stand in for the record. They bind whoever
opens the database, also where foreign keys are not checked.

Migrations that were released call `written`: what it makes of a rule may not change. The SQL of
`when` is what both engines understand: no functions of one of them, `NEW.` and `OLD.` for the row.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from evenhand.edge.store import log_tables, matter_tables
from evenhand.edge.store.tables import MAY_CHANGE, metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is refused on a table: before `INSERT`, `DELETE` or `UPDATE OF columns`, saying `says`.

    `when` is a condition on the row; None refuses each. Who may delete no row may not empty the
    whole table either.
    """

    name: str
    table: str
    before: str
    says: str
    when: str | None = None


def written(rule: Rule, connection: Connection) -> tuple[str, ...]:
    """The statements that make a rule hold on this engine; a migration executes them in order."""
    if connection.dialect.name == "sqlite":
        return (sqlite_trigger(rule),)
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    return postgresql_trigger(rule, schema)


def sqlite_trigger(rule: Rule) -> str:
    """The rule as SQLite's trigger."""
    when = f"WHEN {rule.when} " if rule.when else ""
    return (f"CREATE TRIGGER {rule.name} BEFORE {rule.before} ON {rule.table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{rule.says}'); END")


def postgresql_trigger(rule: Rule, schema: str) -> tuple[str, ...]:
    """The rule as PostgreSQL's function and triggers; `schema` is quoted where that is needed.

    `pg_temp` stands last in the path: where it is not named, a session's own tables come first.
    """
    refuse = (f"RAISE EXCEPTION '{rule.says.replace('%', '%%')}' "
              "USING ERRCODE = 'integrity_constraint_violation';")
    body = refuse if rule.when is None else f"IF {rule.when} THEN {refuse} END IF;"
    row = "OLD" if rule.before == "DELETE" else "NEW"
    triggers = {rule.name: f"BEFORE {rule.before} ON {rule.table} FOR EACH ROW"}
    if rule.before == "DELETE" and rule.when is None:
        triggers[f"{rule.name}_all"] = f"BEFORE TRUNCATE ON {rule.table} FOR EACH STATEMENT"
    return (f"CREATE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {schema}, pg_temp AS $rule$\n"
            # A query may call one of its own tables `old`, as it may on SQLite.
            f"#variable_conflict use_column\nBEGIN {body} RETURN {row}; END $rule$",
            *(statement for name, when in triggers.items() for statement in (
                f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {rule.name}()",
                f"ALTER TABLE {rule.table} ENABLE ALWAYS TRIGGER {name}")))


def kept(table: str, fixed: tuple[str, ...]) -> tuple[Rule, Rule]:
    """The rules that these columns of a table never change, and that no row of it goes."""
    return (Rule(name=f"{table}_never_update", table=table, before=f"UPDATE OF {', '.join(fixed)}",
                 says=f"a row of {table} never changes"),
            Rule(name=f"{table}_never_delete", table=table, before="DELETE",
                 says=f"a row of {table} is never deleted"))


KEPT_TABLES = MAY_CHANGE | matter_tables.MAY_CHANGE | log_tables.MAY_CHANGE
"""Table -> the only columns of its rows that may ever change, of every table that is a record."""


def _fixed(table: str) -> tuple[str, ...]:
    return tuple(c.name for c in metadata.tables[table].columns
                 if c.name not in KEPT_TABLES[table])


EMPTIED = {
    "posts": ("author", "digest", "body"), "measurements": ("facts_digest", "facts"),
    "statements": ("body",), "decisions": ("author", "record", "key"),
    "deliveries": ("record", "key"), "matters": ("sender", "record", "key"),
    "answers": ("record", "key"), "closings": ("record", "key"), "legal_holds": ("account",),
}
"""Table -> the columns that erasure empties: from a value to nothing, and never otherwise."""


def only_emptied(table: str, columns: tuple[str, ...]) -> Rule:
    """The rule that these columns keep their value, or lose it."""
    return Rule(name=f"{table}_only_emptied", table=table, before=f"UPDATE OF {', '.join(columns)}",
                says=f"what a row of {table} says is emptied, and never becomes anything else",
                when="OR".join(f"""
    length(NEW.{c}) > 0
    AND (OLD.{c} IS NULL OR NEW.{c} <> OLD.{c})
""" for c in columns))


_ON = """hold.platform = {0}.platform
      AND (hold.native = {0}.native AND hold.version = {0}.version
           OR hold.account = {0}.author)"""
_OF_MATTER = f"""EXISTS (
        SELECT 1 FROM matter_posts AS about
        JOIN posts AS post ON post.platform = about.platform AND post.native = about.native
          AND post.version = about.version
        WHERE about.matter {{0}}
      AND {_ON.format("post")})"""  # noqa: S608
_SENT = """EXISTS (
        SELECT 1 FROM matters AS sent
        WHERE sent.id {0}
          AND sent.sender = 'account:' || hold.platform || ':' || hold.account)"""


def _held(table: str, kept_by: str) -> Rule:
    """The rule that nothing of a table is emptied while a legal hold in force is on it."""
    return Rule(name=f"{table}_held_are_kept", table=table,
                before=f"UPDATE OF {', '.join(EMPTIED[table])}",
                says=f"a legal hold keeps this row of {table}", when=f"""
EXISTS (
    SELECT 1 FROM legal_holds AS hold
    WHERE hold.lifts IS NULL
      AND NOT EXISTS (SELECT 1 FROM legal_holds AS lift WHERE lift.lifts = hold.matter)
      AND ({kept_by}))""")  # noqa: S608


_BEHIND = "IN (substr(OLD.about, 7), substr(OLD.about, 8), substr(OLD.about, 9))"
"""The id in `order:ID`; in `report:ID`, `appeal:ID`, `answer:ID`; in `closing:ID`: ids are of one
length."""

HELD = (
    _held("posts", _ON.format("OLD")),
    _held("decisions", _ON.format("OLD")),
    *(_held(table, f"""hold.platform = OLD.platform AND hold.native = OLD.native
        AND hold.version = OLD.version OR EXISTS (
        SELECT 1 FROM posts AS post
        WHERE post.platform = OLD.platform AND post.native = OLD.native
          AND post.version = OLD.version
      AND {_ON.format("post")})""")  # noqa: S608
      for table in ("measurements", "statements")),
    _held("deliveries", f"""EXISTS (
        SELECT 1 FROM decisions AS made
        WHERE made.id = substr(OLD.about, 10)
      AND {_ON.format("made")})
      OR {_OF_MATTER.format(_BEHIND)}
      OR {_SENT.format(_BEHIND)}"""),  # noqa: S608
    _held("matters", f"""hold.matter = OLD.id
        OR OLD.sender = 'account:' || hold.platform || ':' || hold.account
        OR {_OF_MATTER.format("= OLD.id")}"""),
    *(_held(table, f"{_OF_MATTER.format('= OLD.matter')}\n"
            f"      OR {_SENT.format('= OLD.matter')}") for table in ("answers", "closings")),
    _held("legal_holds", "hold.matter = OLD.matter"),
)
"""What a legal hold keeps: everything that erasure empties."""

RULES = (
    *(rule for table in KEPT_TABLES for rule in kept(table, _fixed(table))),
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
    Rule(name="answers_by_another", table="answers", before="INSERT",
         says="nobody answers an appeal against their own decision", when="""
EXISTS (
    SELECT 1 FROM matters
    JOIN deciders ON deciders.decision = matters.decision
    WHERE matters.id = NEW.matter AND matters.kind = 'appeal'
      AND deciders.person = NEW.person)"""),
    *(only_emptied(table, columns) for table, columns in EMPTIED.items()),
    *HELD,
)
"""Every rule of the newest revision. A new one comes with a migration that writes it."""
