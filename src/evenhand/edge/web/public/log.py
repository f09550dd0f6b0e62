"""The public log: its page, and its files as a C2SP tiled log, which other programs read."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

from litestar import Response, get
from litestar.params import FromPath

from evenhand.edge.ledger.serving import LogFiles, served
from evenhand.edge.web.page import page
from evenhand.edge.web.site import Asked, site_of
from evenhand.ledger.keys import format_vkey


@get("/log", sync_to_thread=True)
def log(request: Asked) -> Response[str]:
    """How large the log is, who has seen it, how anybody can check it."""
    platform = site_of(request).platform
    head = platform.sequencer.disk.published()
    return page(request, "public/log.html", head=head,
                root=b64encode(head.root).decode() if head else None,
                # How long a witness is silent is a matter of the machine's own time.
                alarm_at=datetime.now(UTC), within=platform.config.witnesses.within,
                origin=platform.config.origin, standing=platform.witnessing.standing(),
                size=platform.sequencer.head_size(), quorum=platform.config.witnesses.quorum,
                key=format_vkey(platform.sequencer.key.verifier))


@get("/log/{path:path}", sync_to_thread=True)
def log_file(request: Asked, path: FromPath[str]) -> Response[bytes]:
    """One of its files."""
    answer = served(LogFiles(site_of(request).platform.config.ledger), path)
    headers = dict(answer.headers)
    kind = headers.pop("Content-Type", "application/octet-stream").partition(";")[0]
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=kind)


routes = (log, log_file)
