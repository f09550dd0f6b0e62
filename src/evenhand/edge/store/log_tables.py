"""The tables of the log itself: which log this is, who cosigned its heads, how far each has seen.

As in `tables`: instants are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from evenhand.edge.store.tables import Count, Instant, Text, metadata

# The logs that this store was sealed in, the newest last: a store that is brought back from an
# older copy goes on in another. The heads from `begins` on are this one's. `sealed` is the newest
# checkpoint that anybody saw of the one before it, null of the first.
logs = Table(
    "logs", metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("sealed", Text))

# `seconds` is the time since 1970 that the witness attests.
cosignatures = Table(
    "cosignatures", metadata,
    Column("size", Count, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("key_id", LargeBinary, primary_key=True),
    Column("blob", LargeBinary, nullable=False),
    Column("seconds", BigInteger, nullable=False))

# How it stands with a witness of a log: no record, a row is written over. `seen` is the largest
# head that it cosigned, `seen_at` when that came; `behind_since` since when it lags, null where
# it does not. `claim` is what it says that the record is not (`logs.Claim`), of `claimed` entries,
# and `shown` the checkpoint by which it shows that, signed by the log's own key.
witness_states = Table(
    "witness_states", metadata,
    Column("origin", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("seen", BigInteger, nullable=False, default=0),
    Column("seen_at", Instant),
    Column("behind_since", Instant),
    Column("tried_at", Instant),
    Column("trouble", Text),
    Column("claim", Text),
    Column("claimed", BigInteger),
    Column("shown", Text))

MAY_CHANGE: dict[str, tuple[str, ...]] = {"logs": (), "cosignatures": ()}
"""As in `tables`."""
