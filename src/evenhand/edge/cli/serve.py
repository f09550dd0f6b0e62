"""`evenhand serve`: the pages of a platform, over HTTP."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import click

from evenhand.edge.cli.screen import config_option, out, safe, say
from evenhand.edge.config import load_config
from evenhand.edge.platform import open_platform
from evenhand.edge.store.story import last_told
from evenhand.errors import EvenhandError

WAITING = 128
"""Connections that may wait to be taken."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8240, show_default=True,
              help="0 takes one that is free.")
@click.option("--host", default="127.0.0.1", show_default=True,
              help="The address to listen on.")
@config_option
def serve(port: int, host: str, config_path: Path) -> None:
    """Serve the platform's pages until it is interrupted.

    The terms with every version and what changed, the fact-checks, the figures, the log with its
    files, and a page that checks a receipt. Put a proxy that speaks TLS before it. Who reads what
    is not logged.
    """
    try:
        import uvicorn

        from evenhand.edge.web.app import application
        from evenhand.edge.web.heads import HeadsToo
        from evenhand.edge.web.keys import load_web_key, web_key_of
        from evenhand.edge.web.links import Links
    except ImportError:
        raise EvenhandError("the pages need a few more packages",
                            hint='install them: pip install "evenhand[web]"') from None
    platform = open_platform(load_config(config_path))
    key = load_web_key(web_key_of(platform.config.key_file))
    listening = _listen(host, port)
    server = uvicorn.Server(uvicorn.Config(
        HeadsToo(application(platform, key=key)), access_log=False, log_level="warning",
        server_header=False, date_header=True, proxy_headers=False, lifespan="off"))
    # To show what it is: of a platform that lives, such an address is its author's alone.
    said = last_told(platform.engine) if platform.clock.kind == "replayed" else None
    out.print(f"the pages of {safe(platform.config.name)}: "
              f"{safe(address(listening))}; stop it with Ctrl+C", soft_wrap=True)
    if said is not None:
        path = Links(key).decision(said).removeprefix("/")
        out.print(f"an author's page: {safe(address(listening))}{path}", soft_wrap=True)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    say("stopped")


def address(listening: socket.socket) -> str:
    """The address of what listens, for a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(WAITING)
    except OSError as refused:
        raise EvenhandError(f"nobody can listen here: {refused.strerror or refused}",
                            where=f"{host}:{port}", hint="choose another --port") from None
    return listening
