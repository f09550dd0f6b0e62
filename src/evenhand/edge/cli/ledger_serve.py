"""`evenhand ledger serve`: the log's files over HTTP, to be read and nothing else."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from evenhand.edge.cli.screen import config_option, out, safe
from evenhand.edge.config import load_config
from evenhand.edge.ledger.serving import LogFiles, served
from evenhand.errors import EvenhandError


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8230, show_default=True,
              help="0 takes one that is free.")
@click.option("--host", default="127.0.0.1", show_default=True,
              help="The address to listen on.")
@click.option("--ledger", "where", type=click.Path(path_type=Path),
              help="The log's folder (default: the platform's).")
@config_option
def ledger_serve(port: int, host: str, where: Path | None, config_path: Path) -> None:
    """Serve a log's files until it is interrupted.

    Any web server can do this, since a log is files. This one is for trying it, and for a small
    platform behind a proxy that speaks TLS.
    """
    if where is not None and not where.is_dir():
        raise EvenhandError("there is no such folder", where=str(where),
                            hint="name the folder of a log, in which `checkpoint` and `tile/` lie")
    files = LogFiles(where or load_config(config_path).ledger)
    try:
        server = ThreadingHTTPServer((host, port), handler_for(files))
    except OSError as refused:
        raise EvenhandError(f"nobody can listen here: {refused.strerror}", where=f"{host}:{port}",
                            hint="choose another --port") from None
    shown = f"http://{host}:{server.server_address[1]}/"
    out.print(f"serving {safe(files.folder)} at {safe(shown)}; stop it with Ctrl+C",
              soft_wrap=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            out.print("stopped")


def handler_for(files: LogFiles) -> type[BaseHTTPRequestHandler]:
    """What answers a request for one of these files."""
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            answer = served(files, self.path)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if body:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Who reads a public log is nobody's business."""

    return Handler
