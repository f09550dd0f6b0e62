"""Finds terms by their digest among published documents, wherever these lie.

A version's digest is made of its documents and of the vocabulary frozen beside them
(`record.frozen.version_digest`): whoever finds documents and a vocabulary that come to it has the
terms themselves, and need trust nobody for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from evenhand.audit.leaves import DOCUMENTS
from evenhand.edge.facts_on_disk import dataset_at
from evenhand.errors import EvenhandError
from evenhand.record.frozen import thaw, version_digest
from evenhand.rulebook.document import Document, read_document
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.clauses import Terms, read_terms
from evenhand.terms.front import text_of

LARGEST = 4 << 20
"""Bytes of a document or of a vocabulary: what is larger is none."""


def documents_beside(facts: Path) -> tuple[Path, ...]:
    """The folders of published documents that belong to a dataset: those of the export, or of the
    platform's public log, in which it lies."""
    dataset = dataset_at(facts).resolve()
    home = (dataset if dataset.is_dir() else dataset.parent).parent
    return tuple(folder for folder in (home / DOCUMENTS, home / "ledger" / DOCUMENTS)
                 if folder.is_dir())


class PublishedTerms:
    """The terms that can be made of some documents, found by their digest."""

    def __init__(self, folders: Iterable[Path], given: Iterable[Document] = (),
                 vocabularies: Iterable[bytes] = ()) -> None:
        """`folders` hold published documents and vocabularies; others may be given besides."""
        documents, frozen = list[Document](), list(vocabularies)
        for data in _contents(folders):
            if data.startswith(b"{"):
                frozen.append(data)
            else:
                documents.extend(_document(data))
        self._frozen = tuple(dict.fromkeys(frozen))
        # What is given may be a draft of the same version: the two are not mixed.
        self._versions = (*_by_version(documents), *_by_version(given))
        self.unread: dict[str, str] = {}

    def find(self, digest: str) -> Terms | None:
        """The terms of this digest; None where they are not here, or cannot be read any more."""
        for documents in self._versions:
            for frozen in self._frozen:
                if version_digest(documents, frozen) == digest:
                    return self._read(documents, frozen, digest)
        return None

    def _read(self, documents: Sequence[Document], frozen: bytes, digest: str) -> Terms | None:
        try:
            return read_terms(documents, vocabulary=_thawed(frozen), digest=digest)
        except EvenhandError as wrong:
            self.unread[digest] = wrong.what
            return None


def _by_version(documents: Iterable[Document]) -> Iterable[list[Document]]:
    versions: dict[str, list[Document]] = {}
    for document in documents:
        versions.setdefault(text_of(document, "version"), []).append(document)
    return versions.values()


def _contents(folders: Iterable[Path]) -> Iterator[bytes]:
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.stat().st_size <= LARGEST:
                yield path.read_bytes()


def _document(data: bytes) -> Iterator[Document]:
    """The document that these bytes are, if they are one."""
    try:
        yield read_document(data.decode(), name="published terms")
    except (EvenhandError, UnicodeError):
        return


def _thawed(frozen: bytes) -> Vocabulary:
    try:
        return thaw(frozen)
    except (msgspec.MsgspecError, KeyError, TypeError):
        raise EvenhandError("the vocabulary frozen beside them cannot be read") from None
