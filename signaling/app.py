"""The routes, which only translate between aiohttp and the rest of this package."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from . import websocket, whep
from .access import Access, Grant
from .assets import Asset, Assets
from .authority import Reached, ip_authority
from .discovery import config_document
from .encoding import accepts_gzip
from .etag import matches, quoted
from .forwarded import Asked, TrustedProxies
from .refusal import Refusal
from .upgrade import Upgraded

__all__ = ["create_app"]

_log = logging.getLogger(__name__)

_CANVAS = "{canvas:[a-z0-9][a-z0-9-]{0,62}}"

_EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

# The client's modules hold no secret, and pages of every origin may embed them.
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Allow-Methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST",
    "Access-Control-Max-Age": "600",
}


class Host(whep.Host, websocket.Host, Protocol):
    """What is served."""


def create_app(
    host: Host,
    access: Access,
    *,
    static: Path,
    cookie: str,
    proxies: TrustedProxies | None = None,
) -> web.Application:
    """The application that serves `host`: the page, its modules, `api/config`, snapshots, WHEP and WebSockets.

    All its URLs are relative, so that it works as a sub-application under a prefix too. Run it with
    `access_log=None`: aiohttp's own would write down the token of each link that is opened.

    static: the folder of the page, with `index.html` and `denied.html`.
    cookie: name of the cookie that carries the token (`access.cookie_name`).
    proxies: whose X-Forwarded fields are believed; default nobody's.

    Raises:
        FileNotFoundError: when one of the two pages is missing.
    """
    assets = Assets(static, needed=("index.html", "denied.html"))
    routes = _Routes(host, access, assets, cookie, proxies or TrustedProxies())
    endpoint, session = f"/whep/{_CANVAS}", f"/whep/{_CANVAS}/{{session}}"
    snapshot = f"/snapshot/{_CANVAS}.png"
    app = web.Application(middlewares=[_finishing(access)], client_max_size=whep.MAX_BODY)
    # The first route that fits is taken: fixed names come before those of canvases.
    app.add_routes(
        [
            web.get("/", routes.page),
            web.get("/static/{name:.+}", routes.static),
            web.get("/api/config", routes.config),
            web.options("/api/config", routes.preflight),
            web.get(snapshot, routes.snapshot),
            web.options(snapshot, routes.preflight),
            web.options(endpoint, routes.endpoint_options),
            web.route("*", endpoint, routes.whep),
            web.options(session, routes.preflight),
            web.route("*", session, routes.whep),
            web.get(f"/ws/{_CANVAS}", routes.websocket),
            web.get(f"/{_CANVAS}", routes.add_slash),
            web.get(f"/{_CANVAS}/", routes.page),
            # The page is one file for all canvases and names its modules relative to where it is.
            web.get(f"/{_CANVAS}/static/{{name:.+}}", routes.static),
            web.get(f"/{_CANVAS}/api/config", routes.config),
            web.options(f"/{_CANVAS}/api/config", routes.preflight),
        ]
    )
    return app


class _Routes:
    def __init__(
        self, host: Host, access: Access, assets: Assets, cookie: str, proxies: TrustedProxies
    ) -> None:
        self._host = host
        self._access = access
        self._assets = assets
        self._cookie = cookie
        self._proxies = proxies

    async def page(self, request: web.Request) -> web.Response:
        token = request.query.get("token")
        try:
            if token is not None:
                return self._enter(request, token)
            self._grant(request)
        except Refusal as refusal:
            if refusal.status != 401:
                raise
            return self._denied()
        self._named_canvas(request)
        return _file_response(request, self._asset("index.html"))

    async def add_slash(self, request: web.Request) -> web.Response:
        query = f"?{request.rel_url.raw_query_string}" if request.query else ""
        location = f"{request.match_info['canvas']}/{query}"
        return web.Response(status=307, headers={"Location": location})

    async def static(self, request: web.Request) -> web.Response:
        return _file_response(request, self._asset(request.match_info["name"]), _OPEN)

    async def config(self, request: web.Request) -> web.Response:
        grant = self._grant(request)
        canvas = self._named_canvas(request)
        document = config_document(await self._host.config(canvas, grant=grant), canvas)
        return web.json_response(document, headers={"Cache-Control": "no-store"})

    async def snapshot(self, request: web.Request) -> web.Response:
        grant = self._grant(request)
        canvas = request.match_info["canvas"]
        if not self._host.has_canvas(canvas):
            raise whep.no_canvas(canvas)
        headers = {"Content-Type": "image/png", "Cache-Control": "no-store"}
        return web.Response(body=await self._host.snapshot(canvas, grant=grant), headers=headers)

    async def preflight(self, request: web.Request) -> web.Response:
        self._access.check_site(host=self._asked(request).host, origin=_origin(request))
        return web.Response(status=204, headers=_PREFLIGHT)

    async def endpoint_options(self, request: web.Request) -> web.Response:
        response = await self.preflight(request)
        response.headers["Accept-Post"] = whep.SDP
        with contextlib.suppress(Refusal):
            # A preflight carries no credentials, and gets none.
            response.headers.update(await whep.ice_server_links(self._grant(request), self._host))
        return response

    async def whep(self, request: web.Request) -> web.Response:
        grant = self._grant(request)
        response = await whep.respond(
            whep.Request(
                method=request.method,
                canvas=request.match_info["canvas"],
                grant=grant,
                session=request.match_info.get("session"),
                query=request.query,
                headers=request.headers,
                body=await _limited_body(request),
                content_length=request.content_length,
                reached=self._reached(request),
            ),
            self._host,
        )
        translated = _translated(response)
        if response.status == 201 and _accepts_gzip(request):
            # The browser can do nothing before the last packet of an answer; so it is one.
            translated.enable_compression(web.ContentCoding.gzip)
        return translated

    async def websocket(self, request: web.Request) -> web.StreamResponse:
        self._access.check_site(host=self._asked(request).host, origin=_origin(request))
        canvas = request.match_info["canvas"]
        if not self._host.has_canvas(canvas):
            raise whep.no_canvas(canvas)
        if request.headers.get("Upgrade", "").lower() != "websocket":
            raise Refusal(
                426, "Only a WebSocket is served here; a proxy on the way must pass Upgrade on."
            )
        socket = Upgraded()
        await socket.prepare(request)
        await websocket.talk(
            socket,
            canvas,
            self._host,
            lambda token: self._grant(request, *self._tokens(request, token)),
        )
        return socket.response

    def _asked(self, request: web.Request) -> Asked:
        return self._proxies.asked(
            request.headers.items(), remote=request.remote, encrypted=request.secure
        )

    def _reached(self, request: web.Request) -> Reached:
        asked, arrived = self._asked(request), request.get_extra_info("sockname")
        return Reached(
            ip_authority(asked.host, encrypted=asked.encrypted),
            # That of a socket in the file system is a string.
            arrived[0] if isinstance(arrived, tuple) else None,
        )

    def _tokens(self, request: web.Request, *more: str | None) -> tuple[str | None, ...]:
        """Those that the request brought in its fields, and more."""
        return (request.cookies.get(self._cookie), _bearer(request), *more)

    def _grant(self, request: web.Request, *tokens: str | None) -> Grant:
        """What the request may do, by the tokens given or else by those in its fields."""
        return self._access.grant(
            host=self._asked(request).host,
            origin=_origin(request),
            tokens=tokens or self._tokens(request),
        )

    def _enter(self, request: web.Request, token: str) -> web.Response:
        """Move a right token out of the address bar, where it would get shared, into a cookie."""
        self._grant(request, token)
        rest = [(name, value) for name, value in request.query.items() if name != "token"]
        query = f"?{urlencode(rest)}" if rest else ""
        headers = {"Location": f"./{query}", "Cache-Control": "no-store"}
        response = web.Response(status=303, headers=headers)
        if not self._access.open_access:
            asked = self._asked(request)
            canvas = request.match_info.get("canvas")
            path = asked.prefix + request.rel_url.raw_path.removesuffix(f"{canvas}/")
            response.set_cookie(
                self._cookie,
                token,
                path=path,
                httponly=True,
                samesite="Lax",
                secure=asked.encrypted,
            )
        return response

    def _denied(self) -> web.Response:
        page = self._asset("denied.html")
        headers = {
            "Content-Type": page.content_type,
            "Cache-Control": "no-store",
            "WWW-Authenticate": "Bearer",
        }
        return web.Response(status=401, headers=headers, body=page.body)

    def _named_canvas(self, request: web.Request) -> str | None:
        """The canvas in the path, None where it names none."""
        canvas = request.match_info.get("canvas")
        if canvas is not None and not self._host.has_canvas(canvas):
            raise whep.no_canvas(canvas)
        return canvas

    def _asset(self, name: str) -> Asset:
        asset = self._assets.get(name)
        if asset is None:
            raise Refusal(404, "There is no such file.")
        return asset


def _finishing(access: Access) -> Middleware:
    """Turns what was raised into responses, and gives all of them the fields that all have."""

    @web.middleware
    async def finish(request: web.Request, handler: Handler) -> web.StreamResponse:
        response: web.StreamResponse
        try:
            response = await handler(request)
        except Refusal as refusal:
            response = _translated(whep.refused(refusal))
        except web.HTTPException:
            raise
        except Exception:
            # Without the query, where the token may stand.
            _log.exception("%s %s failed.", request.method, request.rel_url.raw_path)
            failure = Refusal(500, "The server failed; the program's log says why.")
            response = _translated(whep.refused(failure))
        response.headers.update(_EVERYWHERE)
        origin = _origin(request)
        if origin is not None and access.shares_with(origin) and not _is_open(response):
            response.headers.update(_shared_with(origin))
            response.headers.add("Vary", "Origin")
        return response

    return finish


def _shared_with(origin: str) -> dict[str, str]:
    """The CORS fields that let pages of `origin` read a response, and send cookies for it."""
    return {
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "ETag, Link, Location",
    }


def _is_open(response: web.StreamResponse) -> bool:
    return response.headers.get("Access-Control-Allow-Origin") == "*"


def _translated(response: whep.Response) -> web.Response:
    return web.Response(
        status=response.status, headers=response.headers, body=response.body.encode()
    )


def _file_response(
    request: web.Request, asset: Asset, headers: Mapping[str, str] | None = None
) -> web.Response:
    body, etag = asset.body, asset.etag
    fields = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", **(headers or {})}
    content = {"Content-Type": asset.content_type}
    if asset.gzipped and _accepts_gzip(request):
        # Other bytes have another strong tag (RFC 9110 clause 8.8.3.3).
        body, etag = asset.gzipped, f"{asset.etag}-gzip"
        content["Content-Encoding"] = "gzip"
    fields["ETag"] = quoted(etag)
    if matches(request.headers.get("If-None-Match", ""), etag):
        return web.Response(status=304, headers=fields)
    return web.Response(body=body, headers=fields | content)


def _accepts_gzip(request: web.Request) -> bool:
    return accepts_gzip(request.headers.get("Accept-Encoding", ""))


async def _limited_body(request: web.Request) -> bytes:
    """What whep.Request takes: one byte too many at most, whatever Content-Length says."""
    body = bytearray()
    try:
        while chunk := await request.content.read(whep.MAX_BODY + 1 - len(body)):
            body += chunk
    except (ConnectionError, web.RequestPayloadError):
        raise Refusal(400, "The body ended before its time.") from None
    return bytes(body)


def _origin(request: web.Request) -> str | None:
    return request.headers.get("Origin")


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
