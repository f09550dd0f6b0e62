"""Published terms in the store: written once, with the vocabulary frozen beside them.

Publishing writes documents, vocabulary, provisions and the outbox row of the publication's leaf
in one transaction: a crash leaves either nothing or a publication that the sequencer will seal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, insert, select

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, from_us, reading, to_us, transaction
from evenhand.edge.store.outbox import wait
from evenhand.model.decision import Clock
from evenhand.record.canonical import digest
from evenhand.record.frozen import freeze, thaw
from evenhand.record.kinds import DocumentSealed, PublicationRecord
from evenhand.record.leaf import leaf_of
from evenhand.rulebook.document import read_document
from evenhand.terms.clauses import Terms, read_terms


def publication_of(terms: Terms, clock: Clock) -> PublicationRecord:
    """The public record of a publication."""
    return PublicationRecord(
        terms=terms.digest, title=terms.front.title, version=terms.front.version,
        published_at=terms.published_at, in_force_from=terms.in_force_from,
        documents=documents_of(terms), vocabulary=digest(freeze(terms.frozen)), clock=clock)


def documents_of(terms: Terms) -> tuple[DocumentSealed, ...]:
    """The documents of a version as its public record names them."""
    return tuple(DocumentSealed(
        language=d.front["language"].text, digest=d.digest, bytes=len(d.text.encode()),
        authentic=d is terms.documents[0]) for d in terms.documents)


def in_force_by(connection: Connection, at: datetime) -> frozenset[str]:
    """The digests of the versions in force at an instant, or before it."""
    return frozenset(connection.execute(select(t.terms.c.digest).where(
        t.terms.c.in_force_from <= to_us(at))).scalars())


def published_digests(engine: Engine) -> set[str]:
    """The digests of all versions that are published: to tell whether there are new ones."""
    with reading(engine) as connection:
        return set(connection.execute(select(t.terms.c.digest)).scalars())


def store_terms(engine: Engine, terms: Terms, clock: Clock) -> bool:
    """Publish; False where this very version was published before, and then nothing happens.

    What no entry of a log can hold (a title of many pages) is refused, and nothing is stored.
    So is what `refuse_tried` refuses.
    """
    leaf = leaf_of(publication_of(terms, clock), None)
    with transaction(engine) as connection:
        if connection.execute(select(t.terms.c.digest).where(
                t.terms.c.digest == terms.digest)).first():
            return False
        refuse_tried(connection, terms)
        frozen = freeze(terms.frozen)
        keep_document(connection, digest(frozen), frozen)
        connection.execute(insert(t.terms).values(
            digest=terms.digest, title=terms.front.title, version=terms.front.version,
            published_at=to_us(terms.published_at), in_force_from=to_us(terms.in_force_from),
            vocabulary=digest(frozen)))
        for document in terms.documents:
            keep_document(connection, document.digest, document.text.encode())
            connection.execute(insert(t.terms_documents).values(
                terms=terms.digest, language=document.front["language"].text,
                name=document.name, document=document.digest))
        connection.execute(insert(t.provisions), [
            {"terms": terms.digest, "number": c.citation.number, "title": c.title,
             "acts": int(c.rule is not None and bool(c.then.actions))}
            for c in terms.clauses])
        wait(connection, f"publication:{terms.digest}", leaf)
        return True


def refuse_tried(connection: Connection, terms: Terms) -> None:
    """Refuse a version of whose name other words were in shadow: one name would mean two texts."""
    tried = select(t.shadows.c.digest).where(t.shadows.c.version == terms.front.version)
    documents = select(t.shadow_documents.c.document).where(
        t.shadow_documents.c.shadow.in_(tried))
    words = set(connection.execute(documents).scalars())
    if words and words != {document.digest for document in terms.documents}:
        raise StoreError(f"a version {terms.front.version} was in shadow with other words",
                         where=terms.front.title, hint="publish the words that were tried, or give "
                         "this one another `version`")


def keep_document(connection: Connection, name: str, data: bytes) -> None:
    """Put bytes into the content-addressed table, once."""
    if not connection.execute(select(t.documents.c.digest).where(
            t.documents.c.digest == name)).first():
        connection.execute(insert(t.documents).values(digest=name, bytes=data))


def load_versions(engine: Engine) -> tuple[Terms, ...]:
    """Every published version, oldest first, read by its own frozen vocabulary."""
    versions = []
    with reading(engine) as connection:
        for row in connection.execute(select(t.terms).order_by(t.terms.c.in_force_from)).all():
            read = read_kept(connection, row, select(t.terms_documents).where(
                t.terms_documents.c.terms == row.digest).order_by(t.terms_documents.c.language))
            versions.append(replace(read, published_at=from_us(row.published_at),
                                    in_force_from=from_us(row.in_force_from)))
    return tuple(versions)


def read_kept(connection: Connection, row: Any, documents: Select[Any]) -> Terms:
    """The version that a row names by `digest` and `vocabulary`, of the documents that a query
    names by `document` and `name`."""
    named = connection.execute(documents).all()
    bytes_of = {kept.digest: kept.bytes for kept in connection.execute(select(t.documents).where(
        t.documents.c.digest.in_([row.vocabulary, *(d.document for d in named)])))}
    return read_terms([read_document(bytes_of[d.document].decode(), name=d.name) for d in named],
                      vocabulary=thaw(bytes_of[row.vocabulary]), digest=row.digest)

