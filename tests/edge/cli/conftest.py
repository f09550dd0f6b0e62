"""The command line as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
AGORA = ROOT / "examples" / "agora"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Evenhand = Callable[..., Said]


@pytest.fixture
def evenhand(tmp_path: Path) -> Evenhand:
    """Run `evenhand ARGS` in the test's folder; no command may ever print a traceback."""

    def call(*args: str | Path, stdin: bytes = b"", columns: int = 100) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "evenhand.edge.cli", *map(str, args)], cwd=tmp_path,
            input=stdin, capture_output=True, timeout=120, check=False,
            # Compiled files are kept: a run in a process of its own would compile all anew.
            env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
            | {"COLUMNS": str(columns), "PYTHONWARNINGS": "error"})
        said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in said.err, said.err
        return said

    return call


@pytest.fixture
def agora(tmp_path: Path) -> Path:
    """A copy of the example platform, as it is in the repository: no key, no data."""
    folder = tmp_path / "agora"
    shutil.copytree(AGORA, folder, ignore=shutil.ignore_patterns("data", "keys"))
    return folder


@pytest.fixture
def ready(agora: Path, evenhand: Evenhand) -> Path:
    """The example platform with a key and its terms published, and no post yet."""
    assert evenhand("init", agora).status == 0
    assert evenhand("publish", "-c", agora).status == 0
    return agora


@pytest.fixture
def repeating(agora: Path, evenhand: Evenhand) -> Path:
    """The same, with terms that say in words that what repeats a claim is attached by rule."""
    document = agora / "terms" / "2020-05-11.md"
    text = document.read_text(encoding="utf-8")
    for old, new in (
            ("beside such a post; we", "beside such a post, where a person confirms that it makes "
             "the claim or where it repeats the claim word for word; we"),
            ("    claim.confirmed and", "    (claim.confirmed or claim.repeats) and"),
            ("claim.confirmed = no;", "claim.confirmed = no; claim.repeats = no;"),
            ("\nclaim.published_by =", "\nclaim.repeats = no; claim.published_by =")):
        assert old in text, old
        text = text.replace(old, new)
    document.write_text(text, encoding="utf-8")
    assert evenhand("init", agora).status == 0
    told = evenhand("publish", "-c", agora)
    assert told.status == 0, told.err
    return agora


@pytest.fixture
def on_screen(tmp_path: Path) -> Callable[..., str]:
    """Run `evenhand ARGS` on a screen of so many columns; returns what is seen on it."""

    def call(*args: str | Path, columns: int) -> str:
        ours, theirs = pty.openpty()
        done = subprocess.Popen(
            [sys.executable, "-m", "evenhand.edge.cli", *map(str, args)], cwd=tmp_path,
            stdout=theirs, stderr=theirs, env=os.environ | {
                "COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "xterm"})
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # the other end is closed, and all was read
            while part := os.read(ours, 65536):
                seen += part
        os.close(ours)
        assert done.wait(120) == 0, seen.decode()
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode().replace("\r\n", "\n"))

    return call
