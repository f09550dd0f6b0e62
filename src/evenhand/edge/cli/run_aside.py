"""Where `evenhand run` puts what it cannot take in: a file for each source, made when one comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import msgspec

from evenhand.edge.intake.reject import Reject, RejectsFile
from evenhand.edge.platform import Platform
from evenhand.factcheck.problem import Problem

SHOWN = 5
"""Rejects and problems told on the screen; the rest is in the rejects file."""


class Aside:
    """Where rejects go: a file for each source, made when the first one comes."""

    def __init__(self, platform: Platform, path: Path | None, stack: ExitStack) -> None:
        """`path` is the one file that was asked for, where it was; `stack` closes what is opened.
        """
        self.folder, self.path, self.stack = platform.config.data / "rejects", path, stack
        self.count = 0
        self.first: list[Reject] = []
        self.files: dict[Path, RejectsFile] = {}
        self.problems: Path | None = None

    def take(self, source: str) -> Callable[[Reject], None]:
        """The taker of one source's rejects."""
        path = self.path or self.folder / f"{_file_name(source)}.jsonl"

        def put(reject: Reject) -> None:
            if path not in self.files:
                # The same file read again gives the same rejects; standard input never comes twice.
                if self.path is None and source != "-":
                    path.unlink(missing_ok=True)
                path.parent.mkdir(parents=True, exist_ok=True)
                self.files[path] = self.stack.enter_context(RejectsFile(path))
            self.files[path].append(reject)
            self.count += 1
            if len(self.first) < SHOWN:
                self.first.append(reject)

        return put

    def keep_problems(self, problems: tuple[Problem, ...]) -> None:
        """All that was wrong with fact-checks, a line each, anew at every run."""
        path = self.folder / "fact-checks.jsonl"
        self.problems = path if problems else None
        path.unlink(missing_ok=True)
        if problems:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(msgspec.json.encode(
                {"where": p.where, "what": p.what, "hint": p.hint, "level": p.level}) + b"\n"
                for p in problems))


def _file_name(source: str) -> str:
    """A name that no other source has: files of one name in two folders are two.

    So are a file and what it was before it was changed: what was set aside of that is kept.
    """
    if source == "-":
        return "stdin"
    path = Path(source)
    try:
        found = path.stat()
        as_it_is = f"{path.resolve()} {found.st_size} {found.st_mtime_ns}"
    except OSError:
        as_it_is = str(path)  # it cannot be read either, which is told then
    return f"{path.name}-{sha256(as_it_is.encode()).hexdigest()[:8]}"
