"""Reads documents of terms from files and folders, whatever the files turn out to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evenhand.clocks import end_of
from evenhand.edge.config import NAME, file_shown, load_config
from evenhand.edge.facts import vocabulary
from evenhand.errors import EvenhandError
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.document import Document, read_document
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.clauses import Terms
from evenhand.terms.succession import examine_versions

LONGEST = 4 << 20
"""Bytes of a document: the terms of the largest platforms have a tenth of it."""


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """Every file named, and the Markdown files of every folder named, in order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.md"))
        else:
            yield path


def read_documents(paths: Iterable[Path]) -> tuple[tuple[Document, ...], tuple[EvenhandError, ...]]:
    """The documents in files and folders, each once, and why others cannot be read, in order."""
    documents: list[Document] = []
    refused: list[EvenhandError] = []
    for path in {file_shown(path): path for path in files_of(paths)}.values():
        try:
            name, text = read_file(path)
            documents.append(read_document(text, name=name))
        except EvenhandError as wrong:
            refused.append(wrong)
    return tuple(documents), tuple(refused)


def facts_of(paths: Sequence[Path], named: Path | None) -> Vocabulary:
    """The facts that these documents may name: those of their platform, or of any where it has no
    configuration.

    Where none is named it is the one in the folder of a document or in the one above, else here.
    """
    if named is not None:
        return load_config(named).vocabulary
    folders = [folder for path in paths for folder in (
        (path, path.resolve().parent) if path.is_dir() else
        (path.parent, path.resolve().parent.parent))]
    found = next((folder for folder in (*folders, Path()) if (folder / NAME).is_file()), None)
    return vocabulary() if found is None else load_config(found / NAME).vocabulary


def one_version(paths: Iterable[Path], declared: Vocabulary) -> Terms:
    """The version of terms that some documents are; every mistake in them is told."""
    documents, refused = read_documents(paths)
    others = [wrong for wrong in refused if not isinstance(wrong, DraftingErrors)]
    if others:
        raise others[0]
    examined = examine_versions(documents, vocabulary=declared, digest=digest_of, after=end_of,
                                whole=not refused)
    problems = [p for wrong in refused if isinstance(wrong, DraftingErrors)
                for p in wrong.problems] + [p for version in examined for p in version.problems]
    if problems:
        raise DraftingErrors(problems)
    versions = [version.terms for version in examined if version.terms is not None]
    if len(versions) != 1:
        where = ", ".join(str(file_shown(p)) for p in paths)
        raise EvenhandError(
            f"there are {len(versions)} versions of terms here" if versions else
            "there is no document here", where=where,
            hint="name the documents of the version to try")
    return versions[0]


def digest_of(documents: Sequence[Document], facts: Vocabulary) -> str:
    """What names the version that these documents are, with these facts frozen beside them."""
    return version_digest(documents, freeze(facts))


def read_file(path: Path) -> tuple[str, str]:
    """A document's name, as people would type it, and its text; an error says why not."""
    name = str(file_shown(path))
    try:
        if path.stat().st_size > LONGEST:
            raise EvenhandError(f"the document is larger than {LONGEST >> 20} MiB", where=name,
                                hint="is this a document of terms?")
        data = path.read_bytes()
        return name, data.decode("utf-8")
    except FileNotFoundError:
        raise EvenhandError("there is no such file", where=name) from None
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise EvenhandError(f"the document is not UTF-8: a byte of line {line} cannot be read",
                            where=f"{name}:{line}", hint="save it as UTF-8") from None
    except OSError as refused:
        raise EvenhandError(f"the document cannot be read: {refused.strerror}",
                            where=name) from None
