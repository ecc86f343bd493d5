"""A site as an ASGI 3 application, which only translates, and needs nothing but the specification."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .asgi_socket import AsgiSocket, Receive, Send
from .refusal import Refusal
from .request import Request
from .response import Response
from .scope import Scope, request_of
from .site import Site, refused, to_slash

__all__ = ["AsgiApp", "Receive", "Scope", "Send"]


class AsgiApp:
    """The application that serves a site, at the root or mounted under a prefix.

    find_site: called with each request for the site that answers it; may raise a Refusal.
    begin, close: called when the server says that it begins, and that it ends.
    """

    def __init__(
        self,
        find_site: Callable[[Request], Awaitable[Site]],
        *,
        begin: Callable[[], None],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._find_site = find_site
        self._begin = begin
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(request_of(scope), receive, send)
            case "websocket":
                await self._websocket(request_of(scope), scope, AsgiSocket(receive, send))
            case "lifespan":
                await self._lifespan(receive, send)
            case other:
                # The specification wants an exception for what is not known.
                raise NotImplementedError(f"ASGI's {other!r} is not served here.")

    async def _http(self, request: Request, receive: Receive, send: Send) -> None:
        async def read(limit: int) -> bytes:
            return await _body(receive, limit)

        response = await self._response(request, read)
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": response.pairs(),
            }
        )
        body = b"" if request.method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": body})

    async def _response(
        self, request: Request, read: Callable[[int], Awaitable[bytes]]
    ) -> Response:
        if not request.path:
            # Where it is mounted.
            return to_slash(request)
        try:
            site = await self._find_site(request)
        except Refusal as refusal:
            return refused(refusal)
        return await site.respond(request, read)

    async def _websocket(self, request: Request, scope: Scope, socket: AsgiSocket) -> None:
        has_responses = "websocket.http.response" in (scope.get("extensions") or {})
        try:
            site = await self._find_site(request)
        except Refusal as refusal:
            await socket.refuse(refused(refusal), has_responses=has_responses)
            return
        try:
            canvas = site.check_websocket(request)
        except Refusal as refusal:
            response = site.finished(request, refused(refusal))
            await socket.refuse(response, has_responses=has_responses)
            return
        await socket.accept()
        await site.talk(request, canvas, socket)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                self._begin()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._close()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _body(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while len(body) < limit:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionError("The client left.")
        body += event.get("body", b"")
        if not event.get("more_body", False):
            break
    return bytes(body)
