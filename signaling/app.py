"""A site as an aiohttp application, which only translates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from . import whep
from .refusal import Refusal
from .request import Fields, Request
from .response import Response
from .site import Site, refused, to_slash
from .upgrade import Upgraded

__all__ = ["create_app"]


def create_app(find_site: Callable[[Request], Awaitable[Site]]) -> web.Application:
    """The application that serves a site, at the root or as a sub-application under a prefix.

    Run it with `access_log=None`: aiohttp's own would write down the token of each link that is opened.

    find_site: called with each request for the site that answers it; may raise a Refusal.
    """

    async def answer(native: web.Request) -> web.StreamResponse:
        request = _translated(native)
        if not request.path:
            # Where it is mounted.
            return _sent(to_slash(request), native)
        try:
            site = await find_site(request)
        except Refusal as refusal:
            return _sent(refused(refusal), native)
        if site.wants_websocket(request):
            try:
                canvas = site.check_websocket(request)
            except Refusal as refusal:
                return _sent(site.finished(request, refused(refusal)), native)
            socket = Upgraded()
            await socket.prepare(native)
            await site.talk(request, canvas, socket)
            return socket.response

        async def read(limit: int) -> bytes:
            return await _body(native, limit)

        return _sent(await site.respond(request, read), native)

    app = web.Application(client_max_size=whep.MAX_BODY)
    # The empty path is where a sub-application is mounted, without a slash. At the root aiohttp takes it for "/", which
    # the first of the two has: they are tried in their order.
    app.add_routes([web.route("*", "/{path:.*}", answer), web.route("*", "", answer)])
    return app


def _translated(native: web.Request) -> Request:
    path = f"/{native.match_info['path']}" if "path" in native.match_info else ""
    arrived = native.get_extra_info("sockname")
    # That of a socket in the file system is a string.
    local, port = arrived[:2] if isinstance(arrived, tuple) else (None, None)
    return Request(
        method=native.method,
        path=path,
        # The paths of pages stand in a URL as they are.
        prefix=native.rel_url.raw_path.removesuffix(path),
        query_string=native.rel_url.raw_query_string,
        headers=Fields(native.headers.items()),
        client=native.remote,
        local=local,
        port=port,
        encrypted=native.secure,
        native=native,
        given={key: value for key, value in native.items() if isinstance(key, str)},
    )


def _sent(response: Response, native: web.Request) -> web.Response:
    return web.Response(status=response.status, headers=dict(response.headers), body=response.body)


async def _body(native: web.Request, limit: int) -> bytes:
    body = bytearray()
    try:
        while chunk := await native.content.read(limit - len(body)):
            body += chunk
    except web.RequestPayloadError as error:
        raise ConnectionError(str(error)) from None
    return bytes(body)
