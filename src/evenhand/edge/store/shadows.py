"""Terms in shadow: kept apart from those that are published, so that nothing can rest on them.

To begin and to end is public, and final: what was in shadow once has its rows in the dataset, and
another trial of other words needs another version.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading, to_us, transaction
from evenhand.edge.store.outbox import wait
from evenhand.edge.store.published import documents_of, keep_document, read_kept
from evenhand.model.decision import Clock
from evenhand.record.canonical import digest
from evenhand.record.frozen import freeze
from evenhand.record.kinds import ShadowRecord
from evenhand.record.leaf import leaf_of
from evenhand.terms.clauses import Terms


def shadow_of(terms: Terms, *, ends: bool, at: datetime, clock: Clock) -> ShadowRecord:
    """The public record that terms are in shadow from now on, or not any more."""
    return ShadowRecord(
        terms=terms.digest, title=terms.front.title, version=terms.front.version,
        documents=documents_of(terms), vocabulary=digest(freeze(terms.frozen)), ends=ends, at=at,
        clock=clock)


def begin_shadow(engine: Engine, terms: Terms, *, at: datetime, clock: Clock) -> bool:
    """Put terms in shadow; False where they are in it already, and then nothing happens.

    Refused are a version whose name others have, and one whose trial is over.
    """
    leaf = leaf_of(shadow_of(terms, ends=False, at=at, clock=clock), None)
    with transaction(engine) as connection:
        if _begun(connection, terms):
            return False
        frozen = freeze(terms.frozen)
        keep_document(connection, digest(frozen), frozen)
        connection.execute(insert(t.shadows).values(
            digest=terms.digest, title=terms.front.title, version=terms.front.version,
            vocabulary=digest(frozen), at=to_us(at)))
        for document in terms.documents:
            keep_document(connection, document.digest, document.text.encode())
            connection.execute(insert(t.shadow_documents).values(
                shadow=terms.digest, language=document.front["language"].text,
                name=document.name, document=document.digest))
        wait(connection, f"shadow:{terms.digest}", leaf)
        return True


def _begun(connection: Connection, terms: Terms) -> bool:
    """Whether these terms are in shadow already; a version that cannot be put there is refused."""
    version, another = terms.front.version, "give this one another `version`"
    for table, what in ((t.terms, "is published"), (t.shadows, "was put in shadow")):
        for row in connection.execute(select(table.c.digest).where(table.c.version == version)):
            if table is t.terms:
                raise StoreError(f"a version {version} {what} already", where=terms.front.title,
                                 hint=f"a version in shadow has a name of its own: {another}")
            if row.digest != terms.digest:
                raise StoreError(f"a version {version} {what} with other words or facts",
                                 where=terms.front.title, hint=another)
    if connection.execute(select(t.shadow_ends).where(
            t.shadow_ends.c.shadow == terms.digest)).first():
        raise StoreError(f"the trial of version {version} is over", where=terms.front.title,
                         hint=f"to try the same again, {another}")
    return connection.execute(select(t.shadows.c.digest).where(
        t.shadows.c.digest == terms.digest)).first() is not None


def end_shadow(engine: Engine, terms: Terms, *, at: datetime, clock: Clock) -> bool:
    """End it for good; False where somebody else just did."""
    leaf = leaf_of(shadow_of(terms, ends=True, at=at, clock=clock), None)
    with transaction(engine) as connection:
        if connection.execute(select(t.shadow_ends).where(
                t.shadow_ends.c.shadow == terms.digest)).first():
            return False
        connection.execute(insert(t.shadow_ends).values(shadow=terms.digest, at=to_us(at)))
        wait(connection, f"shadow-end:{terms.digest}", leaf)
        return True


def trial_over(engine: Engine, version: str) -> bool:
    """Whether a version of this name was in shadow and is not any more."""
    with reading(engine) as connection:
        return connection.execute(select(t.shadow_ends).join(
            t.shadows, t.shadows.c.digest == t.shadow_ends.c.shadow).where(
            t.shadows.c.version == version)).first() is not None


def in_shadow(engine: Engine) -> tuple[Terms, ...]:
    """Every version that is in shadow, in the order in which they were put there."""
    with reading(engine) as connection:
        rows = connection.execute(select(t.shadows).where(
            t.shadows.c.digest.not_in(select(t.shadow_ends.c.shadow))).order_by(
            t.shadows.c.at, t.shadows.c.digest)).all()
        return tuple(read_kept(connection, row, select(t.shadow_documents).where(
            t.shadow_documents.c.shadow == row.digest).order_by(t.shadow_documents.c.language))
            for row in rows)
