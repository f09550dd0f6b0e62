"""aics-witness, a witness that other people wrote, on loopback: started, asked and ended.

The small witness of our own (tests/edge/ledger/small_witness.py) stands in where it cannot be
installed, and is asked the same.
"""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.others.installing import run, tail

from evenhand.ledger.keys import PublicKey, format_vkey, parse_vkey

NAME = "witness.example/w1"


@dataclass(frozen=True)
class Witness:
    """A witness that runs: where, and under which key it cosigns."""

    url: str
    vkey: PublicKey
    evidence: Callable[[], str] = str
    """What it kept of checkpoints that it refused."""


@dataclass(frozen=True)
class Answer:
    """What it answered."""

    status: int
    kind: str
    body: bytes


def ask(url: str, path: str, body: bytes | None = None) -> Answer:
    """Ask a witness; with a body, by posting it."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        connection.request("GET" if body is None else "POST", f"{where.path}/{path}", body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
    finally:
        connection.close()


@contextmanager
def aics_witness(programs: Path, folder: Path, log: PublicKey) -> Iterator[Witness]:
    """Run aics-witness for a log, with its key and its memory in this folder; then end it.

    Called again with the same folder, the same witness comes back, and remembers.
    """
    command, config = programs / "aics-witness", folder / "witness.json"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for order in (("init", "--name", NAME),
                      ("add-log", "--origin", log.name, "--vkey", format_vkey(log))):
            done = run(command, order[0], "--config", config, *order[1:])
            assert done.returncode == 0, tail(done)
    said = folder / "said"
    ends = shutil.which("setpriv")  # where it can be, it is bound to end with us
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*([ends, "--pdeathsig", "TERM"] if ends else []), command, "serve", "--config",
             config, "--listen", "127.0.0.1:0"], stdout=output, stderr=output)
    try:
        url, vkey = _what_it_said(process, said)
        yield Witness(url=url, vkey=parse_vkey(vkey), evidence=lambda: run(
            command, "evidence", "--config", config).stdout.decode())
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)


def _what_it_said(process: subprocess.Popen[bytes], said: Path) -> tuple[str, str]:
    """Wait until it listens; give its address and its public key."""
    late = time.monotonic() + 60
    while True:
        words = said.read_text().split()
        if "listening" in words and "(add-checkpoint" in words:
            return words[words.index("listening") + 2], words[words.index("vkey") + 1]
        assert process.poll() is None and time.monotonic() < late, " ".join(words)
        time.sleep(.05)
