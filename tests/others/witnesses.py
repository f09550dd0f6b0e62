"""Witnesses on loopback: aics-witness, which other people wrote, and a small one of our own.

The small one is for machines where the other cannot be installed, and for tests that need a witness
to be wrong. It is no part of Evenhand: a log that witnesses itself is not witnessed.
"""

from __future__ import annotations

import http.client
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.others.installing import run, tail

from evenhand.ledger.checkpoint import Checkpoint, read_unverified
from evenhand.ledger.errors import HistoryRewritten, Malformed, NotSigned
from evenhand.ledger.keys import PrivateKey, PublicKey, format_vkey, parse_vkey
from evenhand.ledger.merkle import EMPTY_ROOT, check_consistency
from evenhand.ledger.note import (
    Note,
    add_signatures,
    cosign,
    format_note,
    open_note,
    parse_note,
)
from evenhand.ledger.witness import (
    ADD_CHECKPOINT,
    SIZE,
    format_signatures,
    format_size,
    monitored_at,
    parse_request,
)

NAME = "witness.example/w1"


@dataclass(frozen=True)
class Witness:
    """A witness that runs: where, and under which key it cosigns."""

    url: str
    vkey: PublicKey
    evidence: Callable[[], str] | None = None
    """What it kept of checkpoints that it refused, if it keeps any."""


StartWitness = Callable[[PublicKey], AbstractContextManager[Witness]]
"""`with start_witness(key of a log) as witness`: again for the same log, it remembers."""


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


class SmallWitness:
    """A witness of one log in few lines: what the specification asks of it, kept in memory."""

    def __init__(self, key: PrivateKey, log: PublicKey) -> None:
        self.key, self.log = key, log
        self.seen = Checkpoint(origin=log.name, size=0, root=EMPTY_ROOT)
        self.note = ""
        self.lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> tuple[int, str, bytes]:
        """Answer a post: 200 and a cosignature, or the status that says what is wrong."""
        try:
            asked = parse_request(body)
            new = read_unverified(asked.checkpoint)
            if new.origin != self.log.name:
                return 404, "", b"unknown log\n"
            open_note(asked.checkpoint, [self.log])
            if asked.old_size > new.size:
                return 400, "", b"the old size is larger than the new one\n"
            with self.lock:
                if asked.old_size != self.seen.size:
                    return 409, SIZE, format_size(self.seen.size)
                check_consistency(self.seen.size, new.size, asked.proof, self.seen.root, new.root)
                mine = cosign(asked.checkpoint, self.key, int(time.time()))
                self.seen, self.note = new, add_signatures(asked.checkpoint, [mine])
        except Malformed as wrong:
            return 400, "", str(wrong).encode()
        except NotSigned as wrong:
            return 403, "", str(wrong).encode()
        except HistoryRewritten as wrong:
            return 422, "", str(wrong).encode()
        text = parse_note(asked.checkpoint).text
        return 200, "", format_signatures(format_note(Note(text=text, signatures=(mine,))))

    @contextmanager
    def serve(self) -> Iterator[Witness]:
        """Answer on loopback, in threads of this process, until the block ends."""
        small = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                here = self.path == f"/{ADD_CHECKPOINT}"
                self.answer(*(small.add_checkpoint(body) if here else (404, "", b"")))

            def do_GET(self) -> None:
                here = small.note and self.path == f"/{monitored_at(small.log.name)}"
                self.answer(*((200, "", small.note.encode()) if here else (404, "", b"")))

            def answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind or "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": .02})
        thread.start()
        try:
            yield Witness(url=f"http://127.0.0.1:{server.server_port}", vkey=self.key.cosigner)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
