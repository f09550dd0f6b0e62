"""The tables of what people bring (reports, orders, appeals) and of the brakes they pull.

As in `tables`: instants are microseconds since 1970 in UTC, and what the house demands of a row
stands in the database as a key, a check or a rule (`rules`).
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    text,
)

from evenhand.edge.store.tables import Count, Instant, Text, metadata

KINDS = ("report", "order", "appeal", "withdrawal", "suspension", "reversal", "legal-hold",
         "erasure", "access")
_POST = ("platform", "native", "version")

# `n` counts up in the order of arrival. `sender` tells two senders apart and is emptied with the
# record; `swept` is 1 once the posts that a matter concerns have been looked at again.
matters = Table(
    "matters", metadata,
    Column("n", Count, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("sort", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("trusted", Integer, nullable=False),
    Column("decision", Text, ForeignKey("decisions.id")),
    Column("withdraws", Text, ForeignKey("matters.id"), unique=True),
    Column("known_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("swept", Integer, nullable=False),
    Column("record", LargeBinary),
    Column("key", LargeBinary),
    CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in KINDS)), name="kind"),
    CheckConstraint("(kind = 'appeal') = (decision IS NOT NULL)", name="appeals_dispute"),
    CheckConstraint("(kind = 'withdrawal') = (withdraws IS NOT NULL)", name="withdrawals_name"),
    Index("ix_matters_unswept", "known_at", "n", sqlite_where=text("swept = 0"),
          postgresql_where=text("swept = 0")),
    Index(None, "decision"), Index(None, "sender"))

# `decision` is the one that answers the matter for this post: an order may name several.
matter_posts = Table(
    "matter_posts", metadata,
    Column("matter", Text, ForeignKey("matters.id"), primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("native", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("decision", Text, ForeignKey("decisions.id")),
    ForeignKeyConstraint(_POST, [f"posts.{c}" for c in _POST]),
    Index(None, *_POST), Index(None, "decision"))

# One answer ends a matter. `person` is who answered, None where a clause's rule gave what was
# asked; `record` is empty where the answer stands in the record of the decision itself.
answers = Table(
    "answers", metadata,
    Column("matter", Text, ForeignKey("matters.id"), primary_key=True),
    Column("decision", Text, ForeignKey("decisions.id"), nullable=False),
    Column("person", Text),
    Column("outcome", Text, nullable=False),
    Column("unfounded", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary),
    Column("key", LargeBinary),
    Index(None, "decision"))

# That a matter ended without a decision, since all that it is about was erased: `record` is the
# letter to whoever waited for one, and goes when their account is erased.
closings = Table(
    "closings", metadata,
    Column("matter", Text, ForeignKey("matters.id"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary),
    Column("key", LargeBinary))

set_asides = Table(
    "set_asides", metadata,
    Column("decision", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("terms", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("matter", Text, nullable=False),
    ForeignKeyConstraint(["terms", "number"], ["provisions.terms", "provisions.number"]))

# Of a suspension `since` is when it begins, or ends one (`resumes`); of a reversal what began in
# [since, until) is taken back.
brakes = Table(
    "brakes", metadata,
    Column("matter", Text, ForeignKey("matters.id"), primary_key=True),
    Column("terms", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("resumes", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    ForeignKeyConstraint(["terms", "number"], ["provisions.terms", "provisions.number"]),
    Index(None, "number", "since"))

# Who decided a decision that a person made: nobody answers an appeal against their own.
deciders = Table(
    "deciders", metadata,
    Column("decision", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("person", Text, nullable=False))

# What is kept for a proceeding: a post, or all of an account; `lifts` ends an earlier hold.
legal_holds = Table(
    "legal_holds", metadata,
    Column("matter", Text, ForeignKey("matters.id"), primary_key=True),
    Column("platform", Text, nullable=False),
    Column("native", Text),
    Column("version", Text),
    Column("account", Text),
    Column("lifts", Text, ForeignKey("legal_holds.matter"), unique=True),
    CheckConstraint("(native IS NULL) <> (account IS NULL)", name="of_one"),
    Index(None, "platform", "native"), Index(None, "platform", "account"))

# What a person says of a published fact-check: that it is withdrawn or superseded, or stands.
check_words = Table(
    "check_words", metadata,
    Column("n", Count, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("fact_check", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("key", LargeBinary, nullable=False),
    CheckConstraint("state IN ('withdrawn', 'superseded', 'stands')", name="state"),
    Index(None, "fact_check"))

MAY_CHANGE: dict[str, tuple[str, ...]] = {
    "matters": ("sender", "swept", "record", "key"), "answers": ("record", "key"),
    "closings": ("record", "key"),
    "matter_posts": ("decision",), "legal_holds": ("account",),
    **dict.fromkeys(("set_asides", "brakes", "deciders", "check_words"), ()),
}
"""Table -> the only columns of its rows that may ever change. No row of them is ever deleted."""
