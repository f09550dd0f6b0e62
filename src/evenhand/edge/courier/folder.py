"""The folder: each letter in a folder of its own, for the platform to pick up.

It is always there. Beside the letter, or without it where another channel carries the letter, lies
what the platform is to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from evenhand.edge.courier.channel import FOLDER, Outcome
from evenhand.edge.courier.letters import ACTIONS, Letter
from evenhand.edge.ledger.disk import DiskFiles, FileOperations
from evenhand.edge.store.database import StoreError


class FolderChannel:
    """The `Channel` that writes files."""

    name = FOLDER
    at_once = 200
    claims = False

    def __init__(self, folder: Path, platform: str, files: FileOperations | None = None) -> None:
        """`folder` is where the platform, of this id, picks letters up."""
        self.folder, self.platform, self.files = folder, platform, files or DiskFiles()

    def prepare(self) -> None:
        """Nothing is needed."""

    def close(self) -> None:
        """Nothing is held open."""

    def deliver(self, letter: Letter, at: datetime) -> Outcome:
        """Write what there is to hand over. A crash writes the same words again, never none.

        To nobody no letter is written; what is to be done is told the platform all the same.
        """
        actions = letter.actions_file
        carried = letter.carried and letter.has_addressee
        # What is to be done comes last: whoever waits for it finds the letter beside it.
        self._put(letter, (letter.files if carried else {}) | (
            {} if actions is None else {ACTIONS: actions}))
        if not letter.carried:
            return Outcome(kind="delivered", to=self.platform)
        if not carried:
            return Outcome(kind="contact unknown", to=letter.notice.to, why="no address")
        return Outcome(kind="delivered", to=letter.notice.to)

    def leave(self, letter: Letter) -> None:
        """Leave a letter here that no other channel could deliver, if it is to anybody."""
        if letter.has_addressee:
            self._put(letter, letter.files)

    def _put(self, letter: Letter, files: Mapping[str, bytes]) -> None:
        """Write files, each under its final name only when it is whole.

        All survive a power cut when this returns: the ledger will say that they were delivered.
        """
        folder = self.folder / letter.folder
        try:
            self.files.make_directory(folder)
            for name, data in files.items():
                unfinished = folder / f".{name}.new"
                self.files.write(unfinished, data)
                self.files.force(unfinished)
                self.files.rename(unfinished, folder / name)
        except OSError as refused:
            raise StoreError(f"the notice cannot be handed over: {refused.strerror}",
                             where=str(folder), hint="it is sealed and waits; run again when the "
                             "folder can be written") from None
