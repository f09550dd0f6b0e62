"""A mail server and a receiver of webhooks on this machine, and letters to send to them."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from evenhand.edge.courier.letters import Letter
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import leaf_hash
from evenhand.ledger.policy import Log, Policy, format_policy
from evenhand.ledger.receipt import Receipt
from evenhand.model.matter import Report, Sender
from evenhand.model.post import PostId
from evenhand.model.statement import Notice
from evenhand.record.kinds import ReportRecord

NOW = datetime(2026, 5, 26, 12, 0, tzinfo=UTC)
HERE = "127.0.0.1"
LOG = PrivateKey(name="square.example/log", seed=bytes(32))
SIGNED = sign_checkpoint(Checkpoint(origin=LOG.name, size=1, root=leaf_hash(b"leaf")), LOG)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of this machine that signs itself, with its key."""

    file: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def certificate_in(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(key.public_key()).serial_number(1)
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(
                digital_signature=True, key_cert_sign=True, crl_sign=False,
                content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, encipher_only=False, decipher_only=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                           critical=False)
            .add_extension(x509.SubjectAlternativeName([
                x509.IPAddress(ipaddress.ip_address(HERE))]), critical=False)
            .sign(key, hashes.SHA256()))
    both = Certificate(folder / "here.pem", folder / "here.key")
    both.file.write_bytes(made.public_bytes(Encoding.PEM))
    both.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return both


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


@dataclass
class Mailbox:
    """What a mail server took, and what it is to answer; `port` is where it listens."""

    port: int = 0
    taken: list[Any] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    hangs_up: int = 0
    password: bytes = b"s3cret"

    def next_of(self, answers: list[str], usual: str) -> str:
        return answers.pop(0) if answers else usual

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any,  # noqa: N802
                          address: str, options: list[str]) -> str:
        answer = self.next_of(self.mail, "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any,  # noqa: N802
                          address: str, options: list[str]) -> str:
        self.tried.append(address)
        answer = self.next_of(self.rcpt, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.hangs_up:
            self.hangs_up -= 1
            self.taken.append(envelope)
            server.transport.abort()
            return "250 OK"
        answer = self.next_of(self.data, "250 OK")
        if answer.startswith("250"):
            self.taken.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return answer

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str,
              given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == self.password, handled=False)

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(one.content, policy=default) for one in self.taken]


class Listening(Controller):
    """aiosmtpd on a port that the system chose."""

    def __init__(self, box: Mailbox, **more: Any) -> None:
        self.socket = socket.create_server((HERE, 0))
        super().__init__(box, HERE, self.socket.getsockname()[1], **more)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.socket,
                                       ssl=self.ssl_context)


@pytest.fixture
def mail_server() -> Iterator[Callable[..., Mailbox]]:
    """Makes mail servers: `mail_server(tls_context=...)`; all end with the test."""
    with contextlib.ExitStack() as stack:
        def make(**more: Any) -> Mailbox:
            box = Mailbox()
            server = Listening(box, authenticator=box.login, **more)
            server.start()
            stack.callback(server.stop)
            box.port = server.port
            return box

        yield make


@pytest.fixture
def mailbox(mail_server: Callable[..., Mailbox]) -> Mailbox:
    """A mail server without TLS."""
    return mail_server()


@dataclass
class Receiver:
    """What was posted, and what is to be answered: (status, headers) each."""

    port: int = 0
    posted: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hangs_up: int = 0

    def address(self, path: str = "/evenhand?box=1") -> str:
        return f"http://{HERE}:{self.port}{path}"


@pytest.fixture
def receivers() -> Iterator[Callable[..., Receiver]]:
    """Makes receivers of webhooks: `receivers(context)` for TLS; all end with the test."""
    with contextlib.ExitStack() as stack:
        def make(context: ssl.SSLContext | None = None) -> Receiver:
            receiver = Receiver()

            class Answering(BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    receiver.posted.append((self.path, dict(self.headers), body))
                    if receiver.hangs_up:
                        receiver.hangs_up -= 1
                        self.close_connection = True
                        return
                    status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "6")
                    self.end_headers()
                    self.wfile.write(b"secret")

                def log_message(self, *_: Any) -> None:
                    """Nobody reads it."""

            server = ThreadingHTTPServer((HERE, 0), Answering)
            server.daemon_threads = True
            server.handle_error = lambda *_: None  # type: ignore[method-assign]
            if context is not None:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            receiver.port = server.server_address[1]
            return receiver

        yield make


@pytest.fixture
def receiver(receivers: Callable[..., Receiver]) -> Receiver:
    return receivers()


@pytest.fixture
def unused_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server((HERE, 0)) as one:
        port: int = one.getsockname()[1]
    return port


@pytest.fixture
def letter() -> Callable[..., Letter]:
    """Makes letters: the confirmation of a report, `letter("ada@square.example")`."""

    def make(to: str = "ada@square.example", *, about: str = "report:r1",
             carried: bool = True, **notice: Any) -> Letter:
        words = Notice(about="r1", to=to, subject="Your report",
                       words="We have your report.\n\nNäh.", language="en")
        report = Report(id="r1", post=PostId(platform="square", native="1"),
                        by=Sender(address=to) if "@" in to else Sender(account=to),
                        words="Look at this.",
                        where="https://square.example/1", at=NOW, clock="live")
        return Letter(
            about=about, record=ReportRecord(report=report, due_at=None,
                                             notice=replace(words, **notice)),
            receipt=Receipt(index=0, proof=(), extra=b"opening", checkpoint=SIGNED),
            policy=format_policy(Policy(logs=(Log(key=LOG.verifier),))).encode(), carried=carried)

    return make
