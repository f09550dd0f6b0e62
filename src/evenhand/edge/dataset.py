"""The files of the dataset of facts: one a batch, seen whole once its batch is stored, or never.

A file is written under a hidden name while the right to write in the store is held, and gets its
own after the commit. A crash between leaves a hidden file: of a batch that is stored it is the
file, and whoever comes next names it; any other is removed. Of what was erased the values go
after the transaction that erased it, and whoever comes next goes on with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from evenhand.case import Settled
from evenhand.edge.store.batches import Arrived, erased_places, forget_erased, held_batches
from evenhand.edge.store.database import StoreError, transaction
from evenhand.edge.store.decided import Also, DecisionStore
from evenhand.record.commitment import KEY_BYTES

if TYPE_CHECKING:
    # Whoever only opens a platform need not wait for the columnar engine to load.
    from evenhand.record.batch import SealedBatch

SUFFIX, HIDDEN = ".parquet", ".unfinished"


class Dataset:
    """The folder in which the files lie."""

    def __init__(self, folder: Path) -> None:
        """It is made when the first file is."""
        self.folder = folder

    def path(self, batch: str) -> Path:
        """The file of a batch."""
        return self.folder / f"{batch}{SUFFIX}"

    def _hidden(self, batch: str) -> Path:
        return self.folder / f".{batch}{SUFFIX}{HIDDEN}"

    def stage(self, batches: Iterable[SealedBatch]) -> None:
        """Write the files of batches that are about to be stored."""
        for batch in batches:
            self._write(self._hidden(batch.record.id), batch.file)

    def show(self, batches: Iterable[SealedBatch]) -> None:
        """Name the files of batches that are stored."""
        for batch in batches:
            self._name(batch.record.id)

    def _name(self, batch: str) -> None:
        try:
            self._hidden(batch).rename(self.path(batch))
        except FileNotFoundError:
            # Another process that began meanwhile has named it.
            if not self.path(batch).exists():
                raise _refused("a file of facts is gone", self.path(batch)) from None
        except OSError as wrong:
            raise _refused(f"a file of facts cannot be named: {wrong.strerror}",
                           self.path(batch)) from None

    def _write(self, path: Path, data: bytes) -> None:
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                           "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as wrong:
            raise _refused(f"a file of facts cannot be written: {wrong.strerror}", path) from None

    def recover(self, engine: Engine) -> None:
        """Finish what a crash left: hidden files get their names or go, what is erased is emptied.
        """
        if any(self._hidden_files()):
            # With the right to write nobody else is between writing a file and its commit.
            with transaction(engine) as connection:
                self._name_or_drop(connection)
        self.empty_erased(engine)

    def _hidden_files(self) -> list[Path]:
        return sorted(self.folder.glob(f".*{HIDDEN}")) if self.folder.is_dir() else []

    def _name_or_drop(self, connection: Connection) -> None:
        names = {path.name[1:].partition(".")[0]: path for path in self._hidden_files()}
        held = held_batches(connection, list(names))
        for batch, path in names.items():
            if batch not in held or self.path(batch).exists():
                path.unlink(missing_ok=True)
            else:
                self._name(batch)

    def empty_erased(self, engine: Engine) -> None:
        """Take out of the files the values of rows whose keys are gone."""
        for batch, places in erased_places(engine).items():
            with transaction(engine) as connection:
                if self.path(batch).exists():
                    self._write(self._hidden(batch), _without(self.read(batch), places))
                    self._name(batch)
                forget_erased(connection, batch, places)

    def read(self, batch: str) -> bytes:
        """The file of a batch."""
        try:
            return self.path(batch).read_bytes()
        except OSError as wrong:
            raise StoreError(f"a file of facts cannot be read: {wrong.strerror}",
                             where=str(self.path(batch)), hint="bring it back from a copy, or mend "
                             "the permissions") from None

    def exported(self, batch: str, keys: bytes) -> tuple[bytes, bytes]:
        """The file of a batch and its keys, alike also where an erasure is only half done."""
        # Imported here: whoever only opens a platform need not wait for the engine to load.
        from evenhand.record.batch import read_batch
        from evenhand.record.rows import erased_rows

        file = self.read(batch)
        empty = set(erased_rows(read_batch(file)[1]).arg_true())
        held = [keys[i:i + KEY_BYTES] for i in range(0, len(keys), KEY_BYTES)]
        left = [i for i, key in enumerate(held) if not any(key) and i not in empty]
        return (_without(file, left) if left else file,
                b"".join(bytes(KEY_BYTES) if i in empty else key for i, key in enumerate(held)))


class StoreArrived:
    """The `Store` port for a batch that arrived: it is stored, and its files are seen, or nothing.
    """

    def __init__(self, store: DecisionStore, dataset: Dataset, arrived: Arrived,
                 also: Also) -> None:
        """Store this batch with its decisions; `also` is called in their transaction."""
        self.store, self.dataset, self.arrived, self.also = store, dataset, arrived, also

    def commit(self, settled: Sequence[Settled]) -> int:
        """See `DecisionStore.commit_arrived`."""
        batches = self.arrived.batches

        def files(connection: Connection) -> None:
            self.also(connection)
            self.dataset.stage(batches)

        # Whatever stops us here may do so after the commit: no file is removed but by `recover`.
        new = self.store.commit_arrived(self.arrived, settled, files)
        self.dataset.show(batches)
        return new


def _without(file: bytes, places: Sequence[int]) -> bytes:
    """The file of a batch less the values of some rows."""
    from evenhand.record.batch import read_batch, write_batch
    from evenhand.record.rows import erase_rows

    header, sealed = read_batch(file)
    return write_batch(erase_rows(sealed, places), header)


def _refused(what: str, path: Path) -> StoreError:
    return StoreError(what, where=str(path), hint="nothing of this step was stored; make room or "
                      "mend the permissions, and start again")
