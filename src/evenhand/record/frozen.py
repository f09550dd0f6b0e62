"""A vocabulary as bytes, frozen beside the terms that were published, and what names their version.

Old terms are read by the facts that were declared then, without today's code.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.rulebook.document import Document
from evenhand.rulebook.vocabulary import Collection, Fact, Vocabulary


def freeze(vocabulary: Vocabulary) -> bytes:
    """The canonical bytes of a vocabulary: every fact with type, meaning, observer, version."""
    return canonical({"facts": [to_plain(f) for f in vocabulary.facts.values()],
                      "collections": [to_plain(c) for c in vocabulary.collections.values()]})


def thaw(data: bytes) -> Vocabulary:
    """The twin of `freeze`."""
    plain = msgspec.json.decode(data)
    return Vocabulary.of([from_plain(Fact, f) for f in plain["facts"]],
                         [from_plain(Collection, c) for c in plain["collections"]])


def version_digest(documents: Sequence[Document], vocabulary: bytes) -> str:
    """What names a version: the digests of its documents by language, and of its vocabulary."""
    return digest(canonical({
        "documents": {d.front["language"].text: d.digest for d in documents
                      if "language" in d.front},
        "vocabulary": digest(vocabulary)}))
