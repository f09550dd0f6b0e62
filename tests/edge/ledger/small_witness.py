"""A small witness for tests, on loopback: c2sp.org/tlog-witness and nothing else.

It keeps what it cosigned in memory, so nobody should rely on it. What it says is said by our own
code; a witness that others wrote is asked in `tests/others`.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from evenhand.ledger.checkpoint import parse_checkpoint
from evenhand.ledger.errors import HistoryRewritten, LedgerError, NotSigned
from evenhand.ledger.keys import COSIGNATURE_V1, ML_DSA_44, PrivateKey
from evenhand.ledger.merkle import EMPTY_ROOT, check_consistency
from evenhand.ledger.note import add_signatures, cosign, open_note
from evenhand.ledger.policy import Witness
from evenhand.ledger.witness import (
    SIZE,
    format_signatures,
    format_size,
    monitored_at,
    parse_request,
)


class SmallWitness:
    """A witness that knows some logs. `away` is what it answers instead, while it is set; `offers`
    whether readers may ask for the newest checkpoint that it cosigned."""

    def __init__(self, name, *logs, seed=9, kind=COSIGNATURE_V1):
        self.key = PrivateKey(name=f"{name}.example", seed=bytes([seed]) * 32)
        self.name, self.kind = name, kind
        self.logs = {key.name: key.verifier for key in logs}
        self.seen, self.asked, self.away = {}, [], None
        self.notes, self.offers = {}, False
        self.seconds = 1_600_000_000
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def witness(self):
        key = self.key.later_cosigner if self.kind == ML_DSA_44 else self.key.cosigner
        return Witness(name=self.name, key=key,
                       url=f"http://127.0.0.1:{self.server.server_address[1]}")

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def consider(self, body):
        """(status, content type, answer), in the order of the specification's checks."""
        with self.lock:
            self.asked.append(body)
            if self.away is not None:
                return self.away
            try:
                request = parse_request(body)
                origin = request.checkpoint.split("\n", 1)[0]
                if origin not in self.logs:
                    return 404, "text/plain", b"unknown log\n"
                new = parse_checkpoint(open_note(request.checkpoint, [self.logs[origin]]).text)
            except NotSigned:
                return 403, "text/plain", b"not signed\n"
            except LedgerError as wrong:
                return 400, "text/plain", f"{wrong.what}\n".encode()
            size, root = self.seen.get(origin, (0, EMPTY_ROOT))
            if request.old_size > new.size:
                return 400, "text/plain", b"a log only grows\n"
            if request.old_size != size:
                return 409, SIZE, format_size(size)
            try:
                check_consistency(size, new.size, request.proof, root, new.root)
            except HistoryRewritten:
                return (409 if size == new.size else 422), "text/plain", b"a fork\n"
            self.seen[origin] = (new.size, new.root)
            self.seconds += 1
            signed = add_signatures(request.checkpoint, [
                cosign(request.checkpoint, self.key, self.seconds, self.kind)])
            self.notes[monitored_at(origin)] = signed.encode()
            lines = format_signatures(signed).splitlines(keepends=True)
            return 200, "text/plain", lines[-1]

    def _handler(self):
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, kind, data = (witness.consider(body) if self.path == "/add-checkpoint"
                                      else (404, "text/plain", b""))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                data = witness.notes.get(self.path[1:]) if witness.offers else None
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_):
                pass

        return Handler
