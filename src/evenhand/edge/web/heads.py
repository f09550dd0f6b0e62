"""Answers a HEAD as a GET without its body: whoever mirrors a log asks so what it would get."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send


class HeadsToo:
    """An application that answers HEAD wherever it answers GET."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; of the answer to a HEAD the body stays here."""
        if scope.get("method") != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)  # type: ignore[arg-type]
