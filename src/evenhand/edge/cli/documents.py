"""Reads documents of terms from files and folders, whatever the files turn out to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from evenhand.edge.config import file_shown
from evenhand.errors import EvenhandError

LONGEST = 4 << 20
"""Bytes of a document: the terms of the largest platforms have a tenth of it."""


def read_files(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """(name, text) of every Markdown file named, and of those in every folder named."""
    for path in paths:
        if path.is_dir():
            yield from read_files(sorted(path.glob("*.md")))
            continue
        name = str(file_shown(path))
        try:
            if path.stat().st_size > LONGEST:
                raise EvenhandError(f"the document is larger than {LONGEST >> 20} MiB", where=name,
                                    hint="is this a document of terms?")
            yield name, path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            raise EvenhandError("there is no such file", where=name) from None
        except UnicodeDecodeError as wrong:
            raise EvenhandError(f"the document is not UTF-8: byte {wrong.start} cannot be read",
                                where=name, hint="save it as UTF-8") from None
        except OSError as refused:
            raise EvenhandError(f"the document cannot be read: {refused.strerror}",
                                where=name) from None
